/* Opening a lookup file, with the message that goes with a refusal. */
#ifndef VCNMETA_LOOKUPFILE_H
#define VCNMETA_LOOKUPFILE_H

#include "base/exitcode.h"
#include "lookup/lookup.h"

/*
 * Returns EXITCODE_OK and sets *lookup; or EXITCODE_REFUSED or
 * EXITCODE_INTERNAL after a message. If the file shrinks while it is open, the
 * program says so and exits with status 2. path has to stay. One at a time.
 */
enum exitcode lookupfile_open(struct lookup **lookup, const char *path);
void lookupfile_close(struct lookup *lookup);

#endif

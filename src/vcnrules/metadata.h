/* Opening the lookup file, with the message that goes with a refusal. */
#ifndef VCNRULES_METADATA_H
#define VCNRULES_METADATA_H

#include "base/exitcode.h"
#include "lookup/lookup.h"

/*
 * Returns EXITCODE_OK and sets *lookup; or EXITCODE_REFUSED or
 * EXITCODE_INTERNAL after a message. If the file shrinks while it is open, the
 * program says so and exits with status 2. path has to stay. One at a time.
 */
enum exitcode metadata_open(struct lookup **lookup, const char *path);
void metadata_close(struct lookup *lookup);

#endif

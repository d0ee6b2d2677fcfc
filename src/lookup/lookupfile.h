/* Opening a lookup file, with the message that goes with a refusal. */
#ifndef LOOKUP_LOOKUPFILE_H
#define LOOKUP_LOOKUPFILE_H

#include "base/exitcode.h"
#include "lookup/lookup.h"

/*
 * Opens path by runner, if that is not null (see lookup_open). Returns EXITCODE_OK
 * and sets *lookup, to be closed with lookup_close; or EXITCODE_REFUSED or
 * EXITCODE_INTERNAL after a message.
 */
enum exitcode lookupfile_open(struct lookup **lookup, const char *path, lookup_runner *runner);

/* Says that the lookup file path cannot be used, and why. */
void lookupfile_refuse(const char *path, const char *why);

/*
 * The same as lookupfile_open, for a program that reads in one thread: if the file
 * shrinks while it is open, the program says so and exits with status 2. path has to
 * stay. One at a time, to be closed with lookupfile_close.
 */
enum exitcode lookupfile_open_guarded(struct lookup **lookup, const char *path);
void lookupfile_close(struct lookup *lookup);

#endif

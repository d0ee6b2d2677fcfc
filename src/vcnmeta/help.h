/* What --help and --version write to standard output. */
#ifndef VCNMETA_HELP_H
#define VCNMETA_HELP_H

#include "base/exitcode.h"
#include "base/optparse.h"

/* Return EXITCODE_OK, or EXITCODE_WRITE after a message. */
enum exitcode help_write(void);
enum exitcode help_write_version(void);

/*
 * The exit status of a command line that is not to be run: after the command's
 * own help or the version was written, or as optparse said why not.
 */
enum exitcode help_answer(enum optparse_result result, const char *text);

#endif

/* What --help, --version and "help" write to standard output. */
#ifndef VCNMETA_HELP_H
#define VCNMETA_HELP_H

#include "base/exitcode.h"
#include "base/optparse.h"

/*
 * Writes the help of a command, or of the program when it is null or no command.
 * Returns EXITCODE_OK, or another status after a message.
 */
enum exitcode help_write(const char *command);

enum exitcode help_write_version(void);

/*
 * Does what a command line of a command asks for that is not to be run: anything
 * but OPTPARSE_RUN. Returns the exit status.
 */
enum exitcode help_answer(enum optparse_result result, const char *command);

#endif

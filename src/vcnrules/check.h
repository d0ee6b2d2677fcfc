/* vcnrules check: what would other rules break, or open? */
#ifndef VCNRULES_CHECK_H
#define VCNRULES_CHECK_H

#include "vcnrules/command.h"

/* Runs the command (see struct command_kind). */
enum exitcode check_run(struct command *command);

#endif

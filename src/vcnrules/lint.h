/* vcnrules lint: rules that need not be there. */
#ifndef VCNRULES_LINT_H
#define VCNRULES_LINT_H

#include "vcnrules/command.h"

/* Runs the command (see struct command_kind). */
enum exitcode lint_run(struct command *command);

#endif

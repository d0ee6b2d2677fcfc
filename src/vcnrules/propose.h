/* vcnrules propose: tighter rules, ready to review. */
#ifndef VCNRULES_PROPOSE_H
#define VCNRULES_PROPOSE_H

#include "base/exitcode.h"
#include "vcnrules/command.h"

/* Runs the command; see struct command_kind. */
enum exitcode propose_run(struct command *command);

#endif

/* vcnrules explain: may this first packet pass, and by what? */
#ifndef VCNRULES_EXPLAIN_H
#define VCNRULES_EXPLAIN_H

#include "vcnrules/command.h"

/* Runs the command (see struct command_kind). */
enum exitcode explain_run(struct command *command);

#endif

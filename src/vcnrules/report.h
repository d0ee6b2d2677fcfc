/* vcnrules report: who uses which rule. */
#ifndef VCNRULES_REPORT_H
#define VCNRULES_REPORT_H

#include "vcnrules/command.h"

/* Runs the command (see struct command_kind). */
enum exitcode report_run(struct command *command);

#endif

/*
 * vcnrules: what the rules of security lists and groups are good for. Each
 * command has a room of its own; this one finds it.
 */
#include <signal.h>
#include <stdint.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/msg.h"
#include "base/nearest.h"
#include "vcnrules/check.h"
#include "vcnrules/command.h"
#include "vcnrules/explain.h"
#include "vcnrules/lint.h"
#include "vcnrules/options.h"
#include "vcnrules/propose.h"
#include "vcnrules/report.h"

static const struct command_kind commands[] = {
	{"report", OPTIONS_REPORT, COMMAND_CONVERSATIONS, report_run},
	{"lint", OPTIONS_LINT, COMMAND_NO_OPERANDS, lint_run},
	{"propose", OPTIONS_PROPOSE, COMMAND_CONVERSATIONS, propose_run},
	{"check", OPTIONS_CHECK, COMMAND_CONVERSATIONS, check_run},
	{"explain", OPTIONS_EXPLAIN, COMMAND_WORDS, explain_run},
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static enum exitcode refuse(const char *argument)
{
	struct nearest near = {.text = argument};
	char quoted[MSG_QUOTED_SIZE];

	if (!argument) {
		msg_error("no command: usage: vcnrules report | lint | propose | check | explain "
			  "..., see 'vcnrules --help'");
		return EXITCODE_REFUSED;
	}
	near.len = strlen(argument);
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		nearest_look(&near, commands[i].name);
	if (near.found)
		msg_error("no command %s, did you mean '%s'?", msg_quote_name(quoted, argument),
			near.found);
	else
		msg_error("no %s %s, see 'vcnrules --help'",
			argument[0] == '-' ? "option" : "command",
			msg_quote_name(quoted, argument));
	return EXITCODE_REFUSED;
}

/* "vcnrules help lint" is "vcnrules lint --help". */
static int help(const char *name)
{
	static char option[] = "--help";
	char *argv[] = {(char *)(uintptr_t)name, option, NULL};

	if (!name)
		return (int)options_exitcode(options_help());
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(name, commands[i].name) == 0)
			return command_main(&commands[i], 2, argv);
	return (int)refuse(name);
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : NULL;

	msg_program("vcnrules");
	if (io_standard_descriptors() != 0)
		return EXITCODE_INTERNAL;
	cleanup_install(CLEANUP_DIE);
	/* A file of -o is abandoned as after any other error; see outfile_close. */
	(void)signal(SIGPIPE, SIG_IGN);
	if (!name)
		return (int)refuse(NULL);
	if (strcmp(name, "-h") == 0 || strcmp(name, "--help") == 0)
		return (int)options_exitcode(options_help());
	if (strcmp(name, "-V") == 0 || strcmp(name, "--version") == 0)
		return (int)options_exitcode(options_version());
	if (strcmp(name, "help") == 0)
		return help(argc > 2 ? argv[2] : NULL);
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(name, commands[i].name) == 0)
			return command_main(&commands[i], argc - 1, argv + 1);
	return (int)refuse(name);
}

/*
 * vcnmeta: makes the lookup files that vcnflow reads, and shows what is in
 * them. Each subcommand has a room of its own; this one finds it.
 */
#include <signal.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/msg.h"
#include "base/nearest.h"
#include "vcnmeta/build.h"
#include "vcnmeta/fetch/fetch.h"
#include "vcnmeta/help.h"
#include "vcnmeta/show.h"
#include "vcnmeta/verify.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} commands[] = {
	{"fetch", fetch_main},
	{"build", build_main},
	{"show", show_main},
	{"verify", verify_main},
};

static int refuse(const char *argument)
{
	struct nearest near = {.text = argument};
	char quoted[MSG_QUOTED_SIZE];

	if (!argument) {
		msg_error("no command: usage: vcnmeta fetch | build | show | verify ..., see "
			  "'vcnmeta help'");
		return EXITCODE_REFUSED;
	}
	near.len = strlen(argument);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		nearest_look(&near, commands[i].name);
	if (near.found != NULL)
		msg_error("no command %s, did you mean '%s'?", msg_quote_name(quoted, argument),
			near.found);
	else
		msg_error("no %s %s, see 'vcnmeta --help'",
			argument[0] == '-' ? "option" : "command",
			msg_quote_name(quoted, argument));
	return EXITCODE_REFUSED;
}

/* The place of a command among commands, or -1. */
static int find_command(const char *name)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(name, commands[i].name) == 0)
			return (int)i;
	return -1;
}

/* "help" and "help COMMAND", which is what "COMMAND --help" is. */
static int run_help(char *name)
{
	char option[] = "--help";
	char *argv[] = {name, option, NULL};
	int at;

	if (!name)
		return (int)help_write();
	at = find_command(name);
	return at < 0 ? refuse(name) : commands[at].run(2, argv);
}

static int run(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : NULL;
	int at;

	if (!name)
		return refuse(NULL);
	if (strcmp(name, "-h") == 0 || strcmp(name, "--help") == 0)
		return (int)help_write();
	if (strcmp(name, "-V") == 0 || strcmp(name, "--version") == 0)
		return (int)help_write_version();
	if (strcmp(name, "help") == 0)
		return run_help(argc > 2 ? argv[2] : NULL);
	at = find_command(name);
	return at < 0 ? refuse(name) : commands[at].run(argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
	msg_program("vcnmeta");
	if (io_standard_descriptors() != 0)
		return EXITCODE_INTERNAL;
	/* The lookup file is replaced in one step: a signal may end it at any time. */
	cleanup_install(CLEANUP_DIE);
	/* A reader that goes away ends the program silently, also where the
	 * caller ignored the signal. */
	(void)signal(SIGPIPE, SIG_DFL);
	return run(argc, argv);
}

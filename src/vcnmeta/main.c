/*
 * vcnmeta: makes the lookup files that vcnflow reads, and shows what is in
 * them. Each subcommand has a room of its own; this one finds it.
 */
#include <string.h>

#include "base/msg.h"
#include "base/nearest.h"
#include "vcnmeta/build.h"
#include "vcnmeta/fetch/fetch.h"
#include "vcnmeta/help.h"
#include "vcnmeta/show.h"
#include "vcnmeta/signals.h"
#include "vcnmeta/standard.h"
#include "vcnmeta/verify.h"

/* "help", and "help COMMAND". */
static int help_main(int argc, char **argv)
{
	return (int)help_write(argc > 1 ? argv[1] : NULL);
}

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} commands[] = {
	{"fetch", fetch_main},
	{"build", build_main},
	{"show", show_main},
	{"verify", verify_main},
	{"help", help_main},
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

static int run(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : NULL;

	if (!name)
		return refuse(NULL);
	if (strcmp(name, "-h") == 0 || strcmp(name, "--help") == 0)
		return (int)help_write(NULL);
	if (strcmp(name, "-V") == 0 || strcmp(name, "--version") == 0)
		return (int)help_write_version();
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(name, commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	return refuse(name);
}

int main(int argc, char **argv)
{
	msg_program("vcnmeta");
	if (standard_begin() != 0)
		return EXITCODE_INTERNAL;
	signals_install();
	return run(argc, argv);
}

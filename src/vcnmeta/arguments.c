/* Options by getopt_long; the first that is refused ends the reading. */
#include "vcnmeta/arguments.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/msg.h"
#include "base/unknown.h"

static const struct option long_options[] = {
	{"output", required_argument, NULL, 'o'},
	{"quiet", no_argument, NULL, 'q'},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'V'},
	{0},
};

static enum arguments_result refuse(const char *why, const char *argument)
{
	char quoted[MSG_QUOTED_SIZE];

	msg_error("%s %s, see 'vcnmeta --help'", why, msg_quote_name(quoted, argument));
	return ARGUMENTS_REFUSED;
}

const char *arguments_refused(char **argv, char letter[3])
{
	if (optopt == 0 || strncmp(argv[optind - 1], "--", 2) == 0)
		return argv[optind - 1];
	snprintf(letter, 3, "-%c", optopt);
	return letter;
}

static enum arguments_result take_option(
	struct arguments *arguments, int option, char **argv, bool takes_output)
{
	char letter[3];

	switch (option) {
	case 'q':
		arguments->quiet = true;
		return ARGUMENTS_RUN;
	case 'h':
		return ARGUMENTS_HELP;
	case 'V':
		return ARGUMENTS_VERSION;
	case ':':
		return refuse("no argument behind option", arguments_refused(argv, letter));
	case 'o':
		if (takes_output) {
			arguments->output = optarg;
			return ARGUMENTS_RUN;
		}
		return refuse("no output is written by", argv[0]);
	default:
		unknown_option(arguments_refused(argv, letter), long_options, "vcnmeta --help");
		return ARGUMENTS_REFUSED;
	}
}

enum arguments_result arguments_parse(
	struct arguments *arguments, int argc, char **argv, bool takes_output)
{
	enum arguments_result result = ARGUMENTS_RUN;
	int option;

	*arguments = (struct arguments){0};
	opterr = 0;
	optind = 0;
	while (result == ARGUMENTS_RUN) {
		option = getopt_long(argc, argv, ":o:qhV", long_options, NULL);
		if (option == -1)
			break;
		result = take_option(arguments, option, argv, takes_output);
	}
	arguments->operands = argv + optind;
	arguments->operand_count = argc - optind;
	return result;
}

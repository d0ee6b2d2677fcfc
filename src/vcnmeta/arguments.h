/* The command lines of build, show and verify. */
#ifndef VCNMETA_ARGUMENTS_H
#define VCNMETA_ARGUMENTS_H

#include <stdbool.h>

struct arguments {
	const char *output; /* -o; null: it was not given */
	bool quiet;
	char **operands; /* into argv */
	int operand_count;
};

enum arguments_result {
	ARGUMENTS_RUN,     /* go on */
	ARGUMENTS_HELP,    /* --help was asked for */
	ARGUMENTS_VERSION, /* --version was asked for */
	ARGUMENTS_REFUSED, /* a message was written: exit status 2 */
};

/*
 * Reads a subcommand's arguments; argv[0] is its name. takes_output tells
 * whether it knows -o.
 */
enum arguments_result arguments_parse(
	struct arguments *arguments, int argc, char **argv, bool takes_output);

/*
 * The argument that getopt_long did not like, as it was given; letter is room
 * for one that is a letter of several.
 */
const char *arguments_refused(char **argv, char letter[3]);

#endif

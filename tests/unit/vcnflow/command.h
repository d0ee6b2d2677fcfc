/*
 * Command lines, read as main would read them, in an empty directory of their
 * own. To be included behind cmocka.h.
 */
#ifndef COMMAND_H
#define COMMAND_H

#include <fcntl.h>

#include "../capture.h"
#include "../tree.h"
#include "vcnflow/options.h"

#define MOST_ARGUMENTS 16

static struct options options;
static char *arguments[MOST_ARGUMENTS + 1];
static int argument_count;
static int saved_stdin;

/* Standard input is not a terminal, whoever runs the test. */
static int setup(void **state)
{
	int null = open("/dev/null", O_RDONLY);

	(void)state;
	saved_stdin = dup(STDIN_FILENO);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0)
		return -1;
	close(null);
	unsetenv("VCNFLOW_METADATA");
	return tree_begin();
}

static void forget(void)
{
	options_free(&options);
	for (int i = 0; i < argument_count; i++)
		free(arguments[i]);
	argument_count = 0;
}

static int teardown(void **state)
{
	(void)state;
	forget();
	dup2(saved_stdin, STDIN_FILENO);
	close(saved_stdin);
	return tree_end();
}

/* Reads a command line of words that end in null; what it writes is kept. */
static enum options_result parse_list(int fd, const char *const *words)
{
	enum options_result result;

	forget();
	arguments[argument_count++] = strdup("vcnflow");
	for (; *words != NULL; words++) {
		assert_true(argument_count < MOST_ARGUMENTS);
		arguments[argument_count++] = strdup(*words);
	}
	arguments[argument_count] = NULL;
	capture_begin(fd);
	result = options_parse(&options, argument_count, arguments);
	capture_end();
	return result;
}

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* The command line is taken, without a word. */
#define ACCEPT(...)                                                                                \
	do {                                                                                       \
		assert_int_equal(parse_list(STDERR_FILENO, WORDS(__VA_ARGS__)), OPTIONS_RUN);      \
		assert_string_equal(capture.text, "");                                             \
	} while (0)

/* It is refused with this one message. */
#define REFUSE(message, ...)                                                                       \
	do {                                                                                       \
		assert_int_equal(parse_list(STDERR_FILENO, WORDS(__VA_ARGS__)), OPTIONS_REFUSED);  \
		assert_string_equal(capture.text, "vcnflow: " message "\n");                       \
	} while (0)

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

#endif

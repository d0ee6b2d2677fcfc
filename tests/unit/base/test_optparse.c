/* Command lines: every kind of option, and what is said of those that are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../capture.h"
#include "base/msg.h"
#include "base/optparse.h"

enum colour { COLOUR_RED, COLOUR_GREEN, COLOUR_BLUE };

struct command {
	bool flag;
	bool subtree;
	enum colour colour;
	const char *text;
	unsigned count;
	size_t size;
	const char *called[4];
	unsigned calls;
};

static enum optparse_result take_call(void *into, const char *name, char *argument)
{
	struct command *command = into;

	if (argument != NULL && strcmp(argument, "odd") == 0)
		return optparse_refuse(name, argument, strlen(argument), "not today");
	command->called[command->calls++] = argument;
	return OPTPARSE_RUN;
}

static const char *const colours[] = {"red", "green", "blue", NULL};

#define MEMBER(member) OPTPARSE_MEMBER(struct command, member)

static const struct optparse_option options[] = {
	{"flag", 'f', OPTPARSE_FLAG, MEMBER(flag)},
	{"in-subtree", 0, OPTPARSE_BOOL, MEMBER(subtree)},
	{"colour", 'c', OPTPARSE_CHOICE, MEMBER(colour), .words = colours},
	{"blue", 0, OPTPARSE_VALUE, MEMBER(colour), .minimum = COLOUR_BLUE},
	{"text", 't', OPTPARSE_TEXT, MEMBER(text)},
	{"count", 0, OPTPARSE_NUMBER, MEMBER(count), .minimum = 1, .maximum = 9},
	{"size", 0, OPTPARSE_SIZE, MEMBER(size), .minimum = 1, .maximum = UINT64_C(1) << 33},
	{"call", 0, OPTPARSE_CALL, .take = take_call},
	{"call-perhaps", 0, OPTPARSE_CALL_OPTIONAL, .take = take_call},
	{.name = "help", .letter = 'h', .kind = OPTPARSE_SHOW_HELP},
	{.name = "version", .letter = 'V', .kind = OPTPARSE_SHOW_VERSION},
};

static struct command command;
static struct optparse optparse;

/* Reads words up to a null; what is said on standard error is in capture.text. */
static enum optparse_result read_words(char *first, ...)
{
	static char *argv[32];
	enum optparse_result result;
	int argc = 1;
	va_list words;

	argv[0] = (char[]){"command"};
	va_start(words, first);
	for (char *word = first; word != NULL; word = va_arg(words, char *))
		argv[argc++] = word;
	va_end(words);
	argv[argc] = NULL;
	command = (struct command){0};
	optparse = (struct optparse){
		.options = options,
		.count = sizeof(options) / sizeof(options[0]),
		.into = &command,
		.help_command = "command --help",
	};
	msg_program("command");
	capture_begin(STDERR_FILENO);
	result = optparse_read(&optparse, argc, argv);
	capture_end();
	return result;
}

static void takes_each_kind(void **state)
{
	(void)state;
	assert_int_equal(read_words("-f", "one", "--colour", "Green", "-t", "words", "--count=9",
				 "--size=3k", "--call", "a", "--call-perhaps", "--call-perhaps=b",
				 "two", "--", "-f", NULL),
		OPTPARSE_RUN);
	assert_string_equal(capture.text, "");
	assert_true(command.flag);
	assert_int_equal(command.colour, COLOUR_GREEN);
	assert_string_equal(command.text, "words");
	assert_int_equal(command.count, 9);
	assert_int_equal(command.size, 3072);
	assert_int_equal(command.calls, 3);
	assert_string_equal(command.called[0], "a");
	assert_null(command.called[1]);
	assert_string_equal(command.called[2], "b");
	assert_int_equal(optparse.operand_count, 3);
	assert_string_equal(optparse.operands[0], "one");
	assert_string_equal(optparse.operands[2], "-f");
	assert_int_equal(read_words("--colour", "red", "--blue", NULL), OPTPARSE_RUN);
	assert_int_equal(command.colour, COLOUR_BLUE);
	assert_int_equal(read_words("--size", "8G", NULL), OPTPARSE_RUN);
	assert_true(command.size == (size_t)8 << 30);
}

static void takes_true_and_false(void **state)
{
	(void)state;
	assert_int_equal(read_words("--in-subtree", "x", NULL), OPTPARSE_RUN);
	assert_true(command.subtree);
	assert_int_equal(optparse.operand_count, 1);
	assert_int_equal(read_words("--in-subtree", "True", "x", NULL), OPTPARSE_RUN);
	assert_true(command.subtree);
	assert_int_equal(optparse.operand_count, 1);
	assert_int_equal(read_words("--in-subtree", "--in-subtree=false", NULL), OPTPARSE_RUN);
	assert_false(command.subtree);
	assert_int_equal(read_words("--in-subtree=perhaps", NULL), OPTPARSE_REFUSED);
	assert_string_equal(
		capture.text, "command: bad --in-subtree 'perhaps': want false or true\n");
}

static void stops_for_help_and_version(void **state)
{
	(void)state;
	assert_int_equal(read_words("-h", "--nonsense", NULL), OPTPARSE_HELP);
	assert_int_equal(read_words("--version", "--nonsense", NULL), OPTPARSE_VERSION);
}

/* Words that are refused, and the line that says so. */
static void refused(char *word, const char *line)
{
	assert_int_equal(read_words(word, NULL), OPTPARSE_REFUSED);
	assert_string_equal(capture.text, line);
}

static void says_what_is_refused(void **state)
{
	(void)state;
	refused("--colour=pink", "command: bad --colour 'pink': want red, green or blue\n");
	refused("--count=10", "command: bad --count '10': want 1 to 9\n");
	refused("--count=0", "command: bad --count '0': want 1 to 9\n");
	refused("--count=-1", "command: bad --count '-1': not a number\n");
	refused("--count=99999999999999999999",
		"command: bad --count '99999999999999999999': want 1 to 9\n");
	refused("--size=1T", "command: bad --size '1T': not a number of bytes\n");
	refused("--size=99999999999999G",
		"command: bad --size '99999999999999G': want 1 to 8589934592\n");
	refused("--text=", "command: bad --text '': it is empty\n");
	refused("--call=odd", "command: bad --call 'odd': not today\n");
	refused("--flag=x", "command: option '--flag' takes no argument\n");
	refused("--text", "command: option '--text' needs an argument\n");
	refused("-t", "command: option '--text' needs an argument\n");
	refused("--colr=x", "command: no option '--colr', did you mean '--colour'?\n");
	refused("--co", "command: option '--co' is short for several, see 'command --help'\n");
	refused("--zzzzzz", "command: no option '--zzzzzz', see 'command --help'\n");
	refused("-x", "command: no option '-x', see 'command --help'\n");
}

static void prints(void **state)
{
	(void)state;
	capture_begin(STDOUT_FILENO);
	assert_int_equal(optparse_print("usage: command\n"), 0);
	assert_string_equal(capture_end(), "usage: command\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_each_kind),
		cmocka_unit_test(takes_true_and_false),
		cmocka_unit_test(stops_for_help_and_version),
		cmocka_unit_test(says_what_is_refused),
		cmocka_unit_test(prints),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * The reading of command lines: getopt_long finds the options, the table says
 * what becomes of their arguments. Numbers are digits alone, read without the
 * locale. What getopt_long does not know is named together with the option that
 * was probably meant.
 */
#include "base/optparse.h"

#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/io.h"
#include "base/limits.h"
#include "base/msg.h"
#include "base/nearest.h"

/* What getopt_long returns for options[0]; letters lie below, the others follow. */
#define FIRST_CODE 256

/* The table as getopt_long wants it: ":" first, and up to two bytes a letter. */
struct table {
	struct option longs[LIMIT_OPTIONS + 1];
	char shorts[2 * LIMIT_OPTIONS + 2];
};

enum optparse_result optparse_refuse(
	const char *name, const char *text, size_t len, const char *why)
{
	char quoted[MSG_QUOTED_SIZE];

	msg_error("bad --%s %s: %s", name, msg_quote(quoted, text, len), why);
	return OPTPARSE_REFUSED;
}

/* Writes "a, b or c", cut where size ends. */
static void join_words(char *out, size_t size, const char *const *words)
{
	const char *separator = "";
	size_t used = 0;
	int written;

	out[0] = '\0';
	for (size_t i = 0; words[i] != NULL && used < size; i++) {
		if (i > 0)
			separator = words[i + 1] == NULL ? " or " : ", ";
		written = snprintf(out + used, size - used, "%s%s", separator, words[i]);
		used += written > 0 ? (size_t)written : 0;
	}
}

int optparse_choice(const char *name, const char *const *words, const char *text, size_t len)
{
	char known[256], why[sizeof(known) + 8];

	for (int i = 0; words[i] != NULL; i++) {
		if (strlen(words[i]) == len && strncasecmp(words[i], text, len) == 0)
			return i;
	}
	join_words(known, sizeof(known), words);
	snprintf(why, sizeof(why), "want %s", known);
	optparse_refuse(name, text, len, why);
	return -1;
}

/*
 * Reads text[0..len), digits and nothing else; what does not fit 64 bits is the
 * largest number there is, which no bound lets through.
 */
static int read_digits(uint64_t *number, const char *text, size_t len)
{
	uint64_t value = 0;
	bool over = false;

	if (len == 0)
		return -1;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		over |= __builtin_mul_overflow(value, 10, &value);
		over |= __builtin_add_overflow(value, (uint64_t)(text[i] - '0'), &value);
	}
	*number = over ? UINT64_MAX : value;
	return 0;
}

static enum optparse_result check_bounds(
	const char *name, const char *text, uint64_t minimum, uint64_t maximum, uint64_t number)
{
	char why[80];

	if (number >= minimum && number <= maximum)
		return OPTPARSE_RUN;
	snprintf(why, sizeof(why), "want %llu to %llu", (unsigned long long)minimum,
		(unsigned long long)maximum);
	return optparse_refuse(name, text, strlen(text), why);
}

static enum optparse_result read_number(
	const char *name, const char *text, uint64_t minimum, uint64_t maximum, uint64_t *number)
{
	size_t len = strlen(text);

	if (read_digits(number, text, len) < 0)
		return optparse_refuse(name, text, len, "not a number");
	return check_bounds(name, text, minimum, maximum, *number);
}

/* How far a unit shifts its number to the left; 0: it is no unit. */
static unsigned shift_of_unit(char unit)
{
	switch (unit) {
	case 'k':
	case 'K':
		return 10;
	case 'M':
		return 20;
	case 'G':
		return 30;
	default:
		return 0;
	}
}

/* Reads bytes, with K, M or G after the digits. */
static enum optparse_result read_size(
	const char *name, const char *text, uint64_t minimum, uint64_t maximum, uint64_t *size)
{
	size_t len = strlen(text);
	unsigned shift = len > 0 ? shift_of_unit(text[len - 1]) : 0;

	if (read_digits(size, text, len - (shift > 0)) < 0)
		return optparse_refuse(name, text, len, "not a number of bytes");
	*size = *size > UINT64_MAX >> shift ? UINT64_MAX : *size << shift;
	return check_bounds(name, text, minimum, maximum, *size);
}

int optparse_print(const char *text)
{
	/* one that was closed is /dev/null by now */
	if (!io_was_open(STDOUT_FILENO))
		errno = EBADF;
	else if (io_write_all(STDOUT_FILENO, text, strlen(text)) == 0)
		return 0;
	if (errno != EPIPE)
		msg_error_errno(errno, "cannot write to standard output");
	return -1;
}

/* getopt_long's has_arg of an option. */
static int has_argument(const struct optparse_option *option)
{
	switch (option->kind) {
	case OPTPARSE_FLAG:
	case OPTPARSE_VALUE:
	case OPTPARSE_SHOW_HELP:
	case OPTPARSE_SHOW_VERSION:
		return no_argument;
	case OPTPARSE_BOOL:
	case OPTPARSE_CALL_OPTIONAL:
		return optional_argument;
	default:
		return required_argument;
	}
}

static void make_table(struct table *table, const struct optparse *optparse)
{
	char *at = table->shorts;

	memset(table, 0, sizeof(*table));
	*at++ = ':'; /* an argument that is missing is told by ':', not '?' */
	for (size_t i = 0; i < optparse->count; i++) {
		const struct optparse_option *option = &optparse->options[i];

		table->longs[i].name = option->name;
		table->longs[i].has_arg = has_argument(option);
		table->longs[i].val = FIRST_CODE + (int)i;
		if (option->letter == 0)
			continue;
		*at++ = option->letter;
		if (has_argument(option) == required_argument)
			*at++ = ':';
	}
}

/* The option that a code of getopt_long stands for, or null. */
static const struct optparse_option *find_option(const struct optparse *optparse, int code)
{
	if (code >= FIRST_CODE && (size_t)(code - FIRST_CODE) < optparse->count)
		return &optparse->options[code - FIRST_CODE];
	for (size_t i = 0; i < optparse->count; i++) {
		if (code != 0 && optparse->options[i].letter == code)
			return &optparse->options[i];
	}
	return NULL;
}

/* Sets a member of an enum or an unsigned type, of 4 or 8 bytes. */
static void set_number(void *member, size_t size, uint64_t number)
{
	const uint32_t narrow = (uint32_t)number;

	if (size == sizeof(narrow))
		memcpy(member, &narrow, sizeof(narrow));
	else
		memcpy(member, &number, sizeof(number));
}

static enum optparse_result take_bool(
	void *member, const struct optparse_option *option, const char *word, char **argv)
{
	static const char *const words[] = {"false", "true", NULL};
	int choice;
	bool value;

	if (word == NULL && argv[optind] != NULL &&
		(strcasecmp(argv[optind], "true") == 0 || strcasecmp(argv[optind], "false") == 0))
		word = argv[optind++];
	choice = word == NULL ? 1 : optparse_choice(option->name, words, word, strlen(word));
	if (choice < 0)
		return OPTPARSE_REFUSED;
	value = choice == 1;
	memcpy(member, &value, sizeof(value));
	return OPTPARSE_RUN;
}

static enum optparse_result take(const struct optparse *optparse,
	const struct optparse_option *option, char *argument, char **argv)
{
	void *member = (char *)optparse->into + option->offset;
	enum optparse_result result = OPTPARSE_RUN;
	const bool on = true;
	uint64_t number = option->minimum;
	int choice;

	if (argument != NULL && argument[0] == '\0' && option->kind != OPTPARSE_CALL_EMPTY)
		return optparse_refuse(option->name, argument, 0, "it is empty");
	switch (option->kind) {
	case OPTPARSE_FLAG:
		memcpy(member, &on, sizeof(on));
		return OPTPARSE_RUN;
	case OPTPARSE_BOOL:
		return take_bool(member, option, argument, argv);
	case OPTPARSE_TEXT:
		memcpy(member, &argument, sizeof(argument));
		return OPTPARSE_RUN;
	case OPTPARSE_CALL:
	case OPTPARSE_CALL_OPTIONAL:
	case OPTPARSE_CALL_EMPTY:
		return option->take(optparse->into, option->name, argument);
	case OPTPARSE_SHOW_HELP:
		return OPTPARSE_HELP;
	case OPTPARSE_SHOW_VERSION:
		return OPTPARSE_VERSION;
	case OPTPARSE_CHOICE:
		choice = optparse_choice(option->name, option->words, argument, strlen(argument));
		if (choice < 0)
			return OPTPARSE_REFUSED;
		number = (uint64_t)choice;
		break;
	case OPTPARSE_NUMBER:
		result = read_number(
			option->name, argument, option->minimum, option->maximum, &number);
		break;
	case OPTPARSE_SIZE:
		result = read_size(
			option->name, argument, option->minimum, option->maximum, &number);
		break;
	case OPTPARSE_VALUE:
		break;
	}
	if (result == OPTPARSE_RUN)
		set_number(member, option->size, number);
	return result;
}

/* Tells if a name begins more than one option's. */
static bool is_ambiguous(const struct optparse *optparse, const char *name, size_t len)
{
	size_t count = 0;

	for (size_t i = 0; i < optparse->count; i++)
		count += strncmp(optparse->options[i].name, name, len) == 0;
	return count > 1;
}

/* Says that there is no such option, and which one was probably meant. */
static void refuse_unknown(const struct optparse *optparse, const char *argument)
{
	const char *name = argument + strspn(argument, "-");
	size_t len = strcspn(name, "=");
	bool is_long = strncmp(argument, "--", 2) == 0 && len > 0;
	struct nearest near = {.text = name, .len = len};
	char quoted[MSG_QUOTED_SIZE];

	msg_quote(quoted, argument, (size_t)(name - argument) + len);
	for (size_t i = 0; i < optparse->count; i++)
		nearest_look(&near, optparse->options[i].name);
	if (is_long && is_ambiguous(optparse, name, len))
		msg_error(
			"option %s is short for several, see '%s'", quoted, optparse->help_command);
	else if (is_long && near.found != NULL)
		msg_error("no option %s, did you mean '--%s'?", quoted, near.found);
	else
		msg_error("no option %s, see '%s'", quoted, optparse->help_command);
}

/* Says what getopt_long did not like; argument is where it stopped. */
static enum optparse_result refuse(const struct optparse *optparse, int code, const char *argument)
{
	const struct optparse_option *option = find_option(optparse, optopt);
	const char typed[] = {'-', (char)optopt};
	char quoted[MSG_QUOTED_SIZE];

	if (option != NULL && code == ':')
		msg_error("option '--%s' needs an argument", option->name);
	else if (option != NULL)
		msg_error("option '--%s' takes no argument", option->name);
	else if (optopt == 0)
		refuse_unknown(optparse, argument);
	else
		msg_error("no option %s, see '%s'", msg_quote(quoted, typed, sizeof(typed)),
			optparse->help_command);
	return OPTPARSE_REFUSED;
}

enum optparse_result optparse_read(struct optparse *optparse, int argc, char **argv)
{
	enum optparse_result result = OPTPARSE_RUN;
	struct table table;
	int code;

	make_table(&table, optparse);
	optind = 0; /* begin anew, also after an earlier call */
	opterr = 0;
	while (result == OPTPARSE_RUN) {
		code = getopt_long(argc, argv, table.shorts, table.longs, NULL);
		if (code == -1)
			break;
		if (code == '?' || code == ':')
			return refuse(optparse, code, argv[optind - 1]);
		result = take(optparse, find_option(optparse, code), optarg, argv);
	}
	optparse->operands = argv + optind;
	optparse->operand_count = (size_t)(argc - optind);
	return result;
}

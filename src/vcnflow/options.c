/*
 * The command line, read by getopt_long from one table. Of an option that is
 * given twice the last one counts, but --internal adds up. The first argument
 * that is refused ends the reading, after one message that names it.
 */
#include "vcnflow/options.h"

#include <errno.h>
#include <getopt.h>
#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "base/msg.h"
#include "base/unknown.h"
#include "vcnflow/arguments.h"
#include "vcnflow/usage.h"

static enum options_result result_of(int result)
{
	return result < 0 ? OPTIONS_REFUSED : OPTIONS_RUN;
}

/* The words stand in the order of their enums. */

static enum options_result take_framing(struct options *options, char *text)
{
	static const char *const words[] = {"ndjson", "json", NULL};
	int choice = arguments_choice("framing", words, text);

	if (choice >= 0)
		options->flowlog.framing = choice == 0 ? FRAMING_NDJSON : FRAMING_JSON;
	return result_of(choice);
}

static enum options_result take_time_field(struct options *options, char *text)
{
	static const char *const words[] = {"ingested", "event", "start", "end", NULL};
	int choice = arguments_choice("time-field", words, text);

	if (choice >= 0)
		options->time_field = (enum time_field)choice;
	return result_of(choice);
}

static enum options_result take_action(struct options *options, char *text)
{
	static const char *const words[] = {"accept", "reject", "all", NULL};
	int choice = 0;

	/* The records spell it in capitals, and so does who copies it from them. */
	while (words[choice] != NULL && strcasecmp(text, words[choice]) != 0)
		choice++;
	if (words[choice] == NULL)
		choice = arguments_choice("action", words, text);
	if (choice >= 0)
		options->action = (enum action)choice;
	return result_of(choice);
}

static enum options_result take_traffic(struct options *options, char *text)
{
	static const char *const words[] = {"internal", "external", NULL};
	int choice = arguments_choice("traffic", words, text);

	if (choice >= 0)
		options->traffic = choice == 0 ? TRAFFIC_INTERNAL : TRAFFIC_EXTERNAL;
	return result_of(choice);
}

static enum options_result take_lists(struct options *options, char *text)
{
	static const char *const words[] = {"full", "ids", "none", NULL};
	int choice = arguments_choice("security-lists", words, text);

	if (choice >= 0)
		options->security_lists = (enum security_lists)choice;
	return result_of(choice);
}

static enum options_result take_format(struct options *options, char *text)
{
	static const char *const words[] = {"ndjson", "array", NULL};
	int choice = arguments_choice("format", words, text);

	if (choice >= 0)
		options->format = (enum output_format)choice;
	return result_of(choice);
}

static enum options_result take_name(struct options *options, char *text)
{
	if (strchr(text, '/') != NULL)
		return result_of(arguments_refuse(
			"name", text, strlen(text), "no name of a file holds a '/'"));
	options->name_glob = text;
	return OPTIONS_RUN;
}

static enum options_result take_max_record(struct options *options, char *text)
{
	uint64_t size;

	if (arguments_size("max-record", text, LIMIT_RECORD_MIN, LIMIT_RECORD_MAX, &size) < 0)
		return OPTIONS_REFUSED;
	options->flowlog.max_record = (size_t)size;
	return OPTIONS_RUN;
}

static enum options_result take_protocol(struct options *options, char *text)
{
	options->any_protocol = false;
	return result_of(arguments_protocols(options->protocols, text));
}

static enum options_result take_direction(struct options *options, char *text)
{
	return result_of(arguments_directions(&options->directions, text));
}

static enum options_result take_internal(struct options *options, char *text)
{
	if (internal_add(&options->internal, text) == 0)
		return OPTIONS_RUN;
	return errno == ENOMEM ? OPTIONS_NO_MEMORY : OPTIONS_REFUSED;
}

static enum options_result take_keep(struct options *options, char *text)
{
	return result_of(arguments_keep(options, text));
}

static enum options_result take_threads(struct options *options, char *text)
{
	uint64_t threads;

	if (arguments_number("threads", text, 0, LIMIT_THREADS, &threads) < 0)
		return OPTIONS_REFUSED;
	options->threads = (unsigned)threads;
	return OPTIONS_RUN;
}

/* A "-" would be taken for standard output, which the records have. */
static enum options_result take_file(const char **file, const char *option, const char *text)
{
	if (strcmp(text, "-") == 0)
		return result_of(
			arguments_refuse(option, text, strlen(text), "want the name of a file"));
	*file = text;
	return OPTIONS_RUN;
}

static enum options_result take_rejects(struct options *options, char *text)
{
	options->flowlog.keep_bad = true;
	return take_file(&options->rejects, "rejects", text);
}

static enum options_result take_stats(struct options *options, char *text)
{
	options->stats = true;
	options->stats_file = NULL;
	return text == NULL ? OPTIONS_RUN : take_file(&options->stats_file, "stats", text);
}

static enum options_result take_progress(struct options *options, char *text)
{
	(void)text;
	options->progress = SWITCH_ON;
	return OPTIONS_RUN;
}

static enum options_result take_no_progress(struct options *options, char *text)
{
	(void)text;
	options->progress = SWITCH_OFF;
	return OPTIONS_RUN;
}

static enum options_result take_quiet(struct options *options, char *text)
{
	(void)text;
	options->quiet = true;
	options->verbose = false;
	return OPTIONS_RUN;
}

static enum options_result take_verbose(struct options *options, char *text)
{
	(void)text;
	options->quiet = false;
	options->verbose = true;
	return OPTIONS_RUN;
}

static enum options_result take_help(struct options *options, char *text)
{
	(void)options;
	(void)text;
	return usage_help() < 0 ? OPTIONS_UNWRITTEN : OPTIONS_DONE;
}

static enum options_result take_version(struct options *options, char *text)
{
	(void)options;
	(void)text;
	return usage_version() < 0 ? OPTIONS_UNWRITTEN : OPTIONS_DONE;
}

/* Where an option goes: into a bool, a text, or a function. */
enum kind { KIND_FLAG, KIND_TEXT, KIND_CALL };

struct entry {
	const char *name;
	char letter; /* 0: it has none */
	enum kind kind;
	int argument;  /* as getopt_long's has_arg */
	size_t offset; /* into struct options */
	enum options_result (*call)(struct options *options, char *text);
};

#define FLAG(name, letter, member)                                                                 \
	{                                                                                          \
		name, letter, KIND_FLAG, no_argument, offsetof(struct options, member), NULL       \
	}
#define TEXT(name, letter, member)                                                                 \
	{                                                                                          \
		name, letter, KIND_TEXT, required_argument, offsetof(struct options, member), NULL \
	}
#define CALL(name, letter, argument, function)                                                     \
	{                                                                                          \
		name, letter, KIND_CALL, argument, 0, function                                     \
	}

static const struct entry entries[] = {
	TEXT("files-from", 0, files_from),
	FLAG("null", '0', files_null),
	CALL("name", 0, required_argument, take_name),
	CALL("framing", 0, required_argument, take_framing),
	CALL("max-record", 0, required_argument, take_max_record),
	TEXT("since", 's', since_text),
	TEXT("until", 'u', until_text),
	CALL("time-field", 0, required_argument, take_time_field),
	TEXT("now", 0, now_text),
	CALL("action", 'a', required_argument, take_action),
	CALL("protocol", 'p', required_argument, take_protocol),
	CALL("direction", 'd', required_argument, take_direction),
	CALL("traffic", 't', required_argument, take_traffic),
	TEXT("metadata", 'm', metadata),
	CALL("internal", 0, required_argument, take_internal),
	CALL("security-lists", 'l', required_argument, take_lists),
	CALL("keep", 'k', required_argument, take_keep),
	CALL("format", 0, required_argument, take_format),
	FLAG("gzip", 'z', gzip),
	TEXT("output", 'o', output),
	CALL("threads", 'j', required_argument, take_threads),
	FLAG("line-buffered", 0, line_buffered),
	FLAG("list-subnets", 0, list_subnets),
	CALL("rejects", 0, required_argument, take_rejects),
	FLAG("ignore-bad", 0, ignore_bad),
	FLAG("strict", 0, strict),
	CALL("stats", 0, optional_argument, take_stats),
	CALL("progress", 0, no_argument, take_progress),
	CALL("no-progress", 0, no_argument, take_no_progress),
	CALL("quiet", 'q', no_argument, take_quiet),
	CALL("verbose", 'v', no_argument, take_verbose),
	CALL("help", 'h', no_argument, take_help),
	CALL("version", 'V', no_argument, take_version),
};

#define ENTRY_COUNT (sizeof(entries) / sizeof(entries[0]))

/* What getopt_long returns for entries[0]; the others follow. */
#define FIRST_CODE 256

/* The table as getopt_long wants it. */
struct table {
	struct option longs[ENTRY_COUNT + 1];
	char shorts[2 * ENTRY_COUNT + 2];
};

static void make_table(struct table *table)
{
	char *at = table->shorts;

	memset(table, 0, sizeof(*table));
	*at++ = ':';
	for (size_t i = 0; i < ENTRY_COUNT; i++) {
		table->longs[i].name = entries[i].name;
		table->longs[i].has_arg = entries[i].argument;
		table->longs[i].val = FIRST_CODE + (int)i;
		if (entries[i].letter == 0)
			continue;
		*at++ = entries[i].letter;
		if (entries[i].argument == required_argument)
			*at++ = ':';
	}
}

/* The entry that getopt_long's code speaks of, or null. */
static const struct entry *find_entry(int code)
{
	if (code >= FIRST_CODE && code - FIRST_CODE < (int)ENTRY_COUNT)
		return &entries[code - FIRST_CODE];
	for (size_t i = 0; i < ENTRY_COUNT; i++) {
		if (code != 0 && entries[i].letter == code)
			return &entries[i];
	}
	return NULL;
}

static enum options_result take(struct options *options, const struct entry *entry, char *text)
{
	char *place = (char *)options + entry->offset;
	const bool on = true;

	if (text != NULL && text[0] == '\0')
		return result_of(arguments_refuse(entry->name, text, 0, "it is empty"));
	if (entry->kind == KIND_CALL)
		return entry->call(options, text);
	if (entry->kind == KIND_FLAG)
		memcpy(place, &on, sizeof(on));
	else
		memcpy(place, &text, sizeof(text));
	return OPTIONS_RUN;
}

/* Says what getopt_long did not like; argument is where it stopped. */
static enum options_result refuse(int code, const char *argument, const struct table *table)
{
	const struct entry *entry = find_entry(optopt);
	const char typed[] = {'-', (char)optopt};
	char quoted[MSG_QUOTED_SIZE];

	if (entry != NULL && code == ':')
		msg_error("option '--%s' needs an argument", entry->name);
	else if (entry != NULL)
		msg_error("option '--%s' takes no argument", entry->name);
	else if (optopt == 0)
		unknown_option(argument, table->longs, "vcnflow --help");
	else
		msg_error("no option %s, see 'vcnflow --help'",
			msg_quote(quoted, typed, sizeof(typed)));
	return OPTIONS_REFUSED;
}

static enum options_result read_all(struct options *options, int argc, char **argv)
{
	enum options_result result = OPTIONS_RUN;
	struct table table;
	int code;

	make_table(&table);
	optind = 0; /* begin anew, also after an earlier call */
	opterr = 0;
	while (result == OPTIONS_RUN) {
		code = getopt_long(argc, argv, table.shorts, table.longs, NULL);
		if (code == -1)
			break;
		if (code == '?' || code == ':')
			return refuse(code, argv[optind - 1], &table);
		result = take(options, find_entry(code), optarg);
	}
	options->operands = argv + optind;
	options->operand_count = (size_t)(argc - optind);
	return result;
}

static void set_defaults(struct options *options)
{
	memset(options, 0, sizeof(*options));
	options->flowlog.max_record = LIMIT_RECORD_DEFAULT;
	options->any_protocol = true;
	options->directions =
		1u << DIRECTION_INGRESS | 1u << DIRECTION_EGRESS | 1u << DIRECTION_NONE;
}

enum options_result options_parse(struct options *options, int argc, char **argv)
{
	enum options_result result;

	set_defaults(options);
	if (internal_init(&options->internal) < 0)
		return OPTIONS_NO_MEMORY;
	result = read_all(options, argc, argv);
	if (result == OPTIONS_RUN && arguments_check(options) < 0)
		result = OPTIONS_REFUSED;
	if (result == OPTIONS_RUN && options->threads == 0)
		options->threads = options_processors();
	return result;
}

void options_free(struct options *options)
{
	internal_free(&options->internal);
}

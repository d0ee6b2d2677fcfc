/*
 * The command line: one table says what becomes of each option (optparse.h);
 * here is what takes the arguments that are more than a word or a number, and
 * what only all options together tell.
 *
 * A list is refused whole at its first bad element; an empty element is a bad
 * one. Lists are at most LIMIT_LIST bytes long, since any sensible one is
 * shorter by far. No text is read in the manner of a locale.
 */
#include "vcnflow/options.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/msg.h"
#include "base/optparse.h"
#include "base/protocol.h"
#include "base/version.h"
#include "rules/judge.h"
#include "vcnflow/clash.h"
#include "vcnflow/endpoints.h"
#include "vcnflow/processors.h"
#include "json/json.h"
#include "json/write.h"

static const char version[] = "vcnflow " VERSION "\n";

static const char help[] =
	"usage: vcnflow [options] [FILE | DIRECTORY | -]...\n"
	"Enrich OCI VCN flow logs, plain or gzip, to one JSON record a line.\n"
	"\n"
	"Input\n"
	"      --files-from FILE    read further names from FILE (- is stdin)\n"
	"  -0, --null               these names end in NUL\n"
	"      --name GLOB          which names to read in directories\n"
	"      --framing MODE       ndjson or json; default: told by the input\n"
	"      --max-record BYTES   longer records are bad; default 1M\n"
	"Selection\n"
	"  -s, --since TIME, -u, --until TIME   2026-01-31, 30d, today, @epoch\n"
	"      --time-field FIELD   ingested, event, start or end\n"
	"      --now TIME           what relative times count from\n"
	"  -a, --action ACTION      accept, reject or all; default accept\n"
	"  -p, --protocol LIST      numbers or names such as tcp,udp,icmp\n"
	"  -d, --direction LIST     ingress,egress,none\n"
	"  -t, --traffic KIND       internal or external\n"
	"      --source LIST, --destination LIST, --address LIST (of either side)\n"
	"                           10.0.1.0/24,!10.0.1.5,@FILE\n"
	"      --source-port LIST, --destination-port LIST, --port LIST\n"
	"                           22,8000-8999,!8080\n"
	"      --subnet LIST        OCIDs or display names\n"
	"      --vnic LIST          OCIDs\n"
	"Enriching\n"
	"  -m, --metadata FILE      lookup file made by vcnmeta, or none\n"
	"      --internal LIST      further internal addresses, =LIST: only these\n"
	"  -l, --security-lists HOW full, ids or none\n"
	"      --rules, --names     which rules let a record pass; names of subnets\n"
	"      --verdict LIST       only these, e.g. denied,unexplained\n"
	"  -k, --keep LIST          further members to carry, e.g. data,time\n"
	"      --fields LIST        only these, e.g. start,sourceAddress,bytes\n"
	"      --missing TEXT       instead of N/A; null is JSON's null\n"
	"Output\n"
	"  -o, --output FILE        written whole or not at all\n"
	"      --format FORMAT      ndjson, array, csv or tsv\n"
	"      --header, --no-header   a first line with the names, of csv and tsv\n"
	"  -z, --gzip               compress\n"
	"      --line-buffered      write each record at once\n"
	"      --list-subnets       only the subnets that FILE of -m lacks\n"
	"      --conversations      sums of who talked to whom instead of records\n"
	"      --per PERIOD         such sums for each hour (1h), day (1d) and so on\n"
	"      --table SIZE         memory for such sums; default 256M\n"
	"      --rejects FILE       bad records as they stood\n"
	"      --ignore-bad         bad records do not make the exit status 1\n"
	"      --strict             stop at the first fault\n"
	"      --stats[=FILE]       counts as JSON, on stderr or in FILE\n"
	"      --progress, --no-progress\n"
	"  -j, --threads N          default: as many as processors\n"
	"  -q, --quiet   -v, --verbose   -h, --help   -V, --version\n";

/* The words of choices stand in the order of their enums. */
static const char *const time_fields[] = {"ingested", "event", "start", "end", NULL};
static const char *const actions[] = {"accept", "reject", "all", NULL};
static const char *const security_lists[] = {"full", "ids", "none", NULL};
static const char *const endpoint_names[] = {"source", "destination", "address", "source-port",
	"destination-port", "port", "subnet", "vnic"};
static const char *const formats[] = {"ndjson", "array", "csv", "tsv", NULL};

/* Sets *choice to the place of the argument among words, counted from 1: 0 is
 * what stands for an option that is not given. */
static enum optparse_result take_choice(
	unsigned *choice, const char *name, const char *const *words, const char *argument)
{
	int found = optparse_choice(name, words, argument, strlen(argument));

	if (found < 0)
		return OPTPARSE_REFUSED;
	*choice = (unsigned)found + 1;
	return OPTPARSE_RUN;
}

static enum optparse_result take_framing(void *into, const char *name, char *argument)
{
	static const char *const words[] = {"ndjson", "json", NULL};
	struct options *options = into;
	unsigned choice = FRAMING_AUTO;
	enum optparse_result result = take_choice(&choice, name, words, argument);

	options->flowlog.framing = (enum framing)choice;
	return result;
}

static enum optparse_result take_traffic(void *into, const char *name, char *argument)
{
	static const char *const words[] = {"internal", "external", NULL};
	struct options *options = into;
	unsigned choice = TRAFFIC_ANY;
	enum optparse_result result = take_choice(&choice, name, words, argument);

	options->traffic = (enum traffic)choice;
	return result;
}

static enum optparse_result take_name(void *into, const char *name, char *argument)
{
	struct options *options = into;

	if (strchr(argument, '/') != NULL)
		return optparse_refuse(
			name, argument, strlen(argument), "no name of a file holds a '/'");
	options->flowlog.name_glob = argument;
	return OPTPARSE_RUN;
}

static enum optparse_result check_list(const char *name, const char *list)
{
	if (strlen(list) <= LIMIT_LIST)
		return OPTPARSE_RUN;
	return optparse_refuse(name, list, strlen(list), "the list is too long");
}

/* Reads a list of words into one bit for each, by its place among words. */
static enum optparse_result take_words(
	unsigned *bits, const char *name, const char *const *words, const char *list)
{
	size_t len;
	int found;

	if (check_list(name, list) != OPTPARSE_RUN)
		return OPTPARSE_REFUSED;
	*bits = 0;
	for (;; list += len + 1) {
		len = strcspn(list, ",");
		found = optparse_choice(name, words, list, len);
		if (found < 0)
			return OPTPARSE_REFUSED;
		*bits |= 1u << found;
		if (list[len] == '\0')
			return OPTPARSE_RUN;
	}
}

static enum optparse_result take_direction(void *into, const char *name, char *argument)
{
	/* In the order of enum direction. */
	static const char *const words[] = {"ingress", "egress", "none", NULL};
	struct options *options = into;

	return take_words(&options->directions, name, words, argument);
}

static enum optparse_result take_verdict(void *into, const char *name, char *argument)
{
	const char *words[JUDGE_VERDICTS + 1] = {NULL};
	struct options *options = into;

	for (int i = 0; i < JUDGE_VERDICTS; i++)
		words[i] = judge_verdict_name((enum judge_verdict)i);
	return take_words(&options->verdicts, name, words, argument);
}

static enum optparse_result take_protocol(void *into, const char *name, char *argument)
{
	struct options *options = into;
	const char *list = argument;
	size_t len;
	int protocol;

	if (check_list(name, list) != OPTPARSE_RUN)
		return OPTPARSE_REFUSED;
	options->any_protocol = false;
	memset(options->protocols, 0, sizeof(options->protocols));
	for (;; list += len + 1) {
		len = strcspn(list, ",");
		protocol = protocol_parse(list, len);
		if (protocol < 0)
			return optparse_refuse(name, list, len,
				"want 0 to 255 or icmp, tcp, udp, gre, esp, "
				"ah, icmpv6, sctp, ipv4 or ipv6");
		options->protocols[protocol / 64] |= (uint64_t)1 << protocol % 64;
		if (list[len] == '\0')
			return OPTPARSE_RUN;
	}
}

static enum optparse_result take_internal(void *into, const char *name, char *argument)
{
	struct options *options = into;

	if (strcmp(argument, "=") == 0)
		return optparse_refuse(name, argument, 1, "a list follows the '='");
	if (prefixset_add_list(&options->internal, name, argument) == 0)
		return OPTPARSE_RUN;
	if (errno != ENOMEM)
		return OPTPARSE_REFUSED;
	msg_no_memory();
	return OPTPARSE_NO_MEMORY;
}

/* Takes the list of an option of endpoints.h; its names stand in that order. */
static enum optparse_result take_endpoints(void *into, const char *name, char *argument)
{
	struct options *options = into;
	size_t kind = 0;

	if (options->endpoints == NULL)
		options->endpoints = endpoints_new();
	while (strcmp(name, endpoint_names[kind]) != 0)
		kind++;
	if (options->endpoints != NULL &&
		endpoints_take(options->endpoints, (enum endpoints_kind)kind, name, argument) == 0)
		return OPTPARSE_RUN;
	if (options->endpoints != NULL && errno != ENOMEM)
		return OPTPARSE_REFUSED;
	msg_no_memory();
	return OPTPARSE_NO_MEMORY;
}

static bool is_output_key(const char *name)
{
	static const char *const keys[] = {"destinationAddress", "destinationPort", "protocol",
		"protocolName", "sourceAddress", "internal_or_external_source",
		"internal_or_external_destination", "traffic_direction", "traffic_type",
		"security_lists", "security_list_ids", "oracle"};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (strcmp(name, keys[i]) == 0)
			return true;
	}
	return false;
}

/* Why a member can't be kept; null: it can. */
static const char *keep_fault(const struct options *options, const char *name)
{
	if (name[0] == '\0')
		return "a member's name is missing";
	if (!json_is_utf8(name, strlen(name)))
		return "not UTF-8";
	if (is_output_key(name))
		return "the output record has this key already";
	for (size_t i = 0; i < options->keep_count; i++) {
		if (strcmp(name, options->keep[i]) == 0)
			return "named twice";
	}
	if (options->keep_count == LIMIT_KEEP_MEMBERS)
		return "more members than can be kept";
	return NULL;
}

/* Splits the list in place, in the place of what was kept before. */
static enum optparse_result take_keep(void *into, const char *name, char *argument)
{
	struct options *options = into;
	const char *fault;
	bool last;
	size_t len;

	if (check_list(name, argument) != OPTPARSE_RUN)
		return OPTPARSE_REFUSED;
	options->keep_count = 0;
	for (;; argument += len + 1) {
		len = strcspn(argument, ",");
		last = argument[len] == '\0';
		argument[len] = '\0';
		fault = keep_fault(options, argument);
		if (fault != NULL)
			return optparse_refuse(name, argument, len, fault);
		options->keep[options->keep_count++] = argument;
		if (last)
			return OPTPARSE_RUN;
	}
}

static enum optparse_result add_field(struct options *options, const char *option, const char *name)
{
	struct table_field field = table_field_of(name);
	const char *fault = NULL;

	if (name[0] == '\0')
		fault = "a field's name is missing";
	else if (!json_is_utf8(name, strlen(name)))
		fault = "not UTF-8";
	else if (options->field_count == LIMIT_KEEP_MEMBERS)
		fault = "more fields than can be shown";
	for (size_t i = 0; fault == NULL && i < options->field_count; i++) {
		if (strcmp(name, options->fields[i].name) == 0)
			fault = "named twice";
	}
	if (fault != NULL)
		return optparse_refuse(option, name, strlen(name), fault);
	options->fields[options->field_count++] = field;
	options->fields_judged |= table_field_is_judged(&field);
	options->fields_named |= table_field_is_named(&field);
	return OPTPARSE_RUN;
}

/* Splits the list in place. */
static enum optparse_result take_fields(void *into, const char *name, char *argument)
{
	struct options *options = into;
	bool last;

	if (check_list(name, argument) != OPTPARSE_RUN)
		return OPTPARSE_REFUSED;
	options->fields_given = true;
	options->field_count = 0;
	options->fields_judged = false;
	options->fields_named = false;
	for (;; argument += strlen(argument) + 1) {
		size_t len = strcspn(argument, ",");

		last = argument[len] == '\0';
		argument[len] = '\0';
		if (add_field(options, name, argument) != OPTPARSE_RUN)
			return OPTPARSE_REFUSED;
		if (last)
			return OPTPARSE_RUN;
	}
}

/* "null", or a text that becomes a JSON string. */
static enum optparse_result take_missing(void *into, const char *name, char *argument)
{
	struct options *options = into;
	struct bytes text = BYTES_INIT(SIZE_MAX / 2);
	size_t len = strlen(argument);
	int failed;

	if (check_list(name, argument) != OPTPARSE_RUN)
		return OPTPARSE_REFUSED;
	if (!json_is_utf8(argument, len))
		return optparse_refuse(name, argument, len, "not UTF-8");
	failed = strcmp(argument, "null") == 0 ? bytes_append_text(&text, argument)
					       : json_write_string(&text, argument, len);
	if (failed < 0 || bytes_append_char(&text, '\0') < 0) {
		bytes_free(&text);
		msg_no_memory();
		return OPTPARSE_NO_MEMORY;
	}
	free(options->missing);
	options->missing = text.data;
	return OPTPARSE_RUN;
}

/* Hours or days: "6h", "7d". */
static enum optparse_result take_per(void *into, const char *name, char *argument)
{
	struct options *options = into;
	size_t digits = strspn(argument, "0123456789");
	const int64_t unit_s = argument[digits] == 'd' ? 86400 : 3600;
	char why[64];
	uint64_t count = 0;

	if (digits == 0 || (argument[digits] != 'h' && argument[digits] != 'd') ||
		argument[digits + 1] != '\0')
		return optparse_refuse(
			name, argument, strlen(argument), "want hours or days such as 1h or 7d");
	for (size_t i = 0; i < digits && count <= LIMIT_PER_COUNT; i++)
		count = count * 10 + (uint64_t)(argument[i] - '0');
	if (count == 0 || count > LIMIT_PER_COUNT) {
		(void)snprintf(why, sizeof(why), "want 1 to %d hours or days", LIMIT_PER_COUNT);
		return optparse_refuse(name, argument, strlen(argument), why);
	}
	options->per_s = (int64_t)count * unit_s;
	return OPTPARSE_RUN;
}

/* A "-" would be taken for standard output, which the records have. */
static enum optparse_result take_file(const char **file, const char *name, const char *argument)
{
	if (strcmp(argument, "-") == 0)
		return optparse_refuse(name, argument, strlen(argument), "want the name of a file");
	*file = argument;
	return OPTPARSE_RUN;
}

static enum optparse_result take_rejects(void *into, const char *name, char *argument)
{
	struct options *options = into;

	return take_file(&options->rejects, name, argument);
}

static enum optparse_result take_stats(void *into, const char *name, char *argument)
{
	struct options *options = into;

	options->stats = true;
	options->stats_file = NULL;
	return argument == NULL ? OPTPARSE_RUN : take_file(&options->stats_file, name, argument);
}

#define ROW(name, letter, kind, member)                                                            \
	{                                                                                          \
		name, letter, OPTPARSE_##kind, OPTPARSE_MEMBER(struct options, member)             \
	}
#define CHOICE(name, letter, member, words)                                                        \
	{                                                                                          \
		name, letter, OPTPARSE_CHOICE, OPTPARSE_MEMBER(struct options, member), words      \
	}
#define VALUE(name, letter, member, value)                                                         \
	{                                                                                          \
		name, letter, OPTPARSE_VALUE, OPTPARSE_MEMBER(struct options, member),             \
			.minimum = (value)                                                         \
	}
#define CALL(name, letter, function)                                                               \
	{                                                                                          \
		name, letter, OPTPARSE_CALL, .take = (function)                                    \
	}

static const struct optparse_option table[] = {
	ROW("files-from", 0, TEXT, flowlog.files_from),
	ROW("null", '0', FLAG, flowlog.files_null),
	CALL("name", 0, take_name),
	CALL("framing", 0, take_framing),
	{"max-record", 0, OPTPARSE_SIZE, OPTPARSE_MEMBER(struct options, flowlog.max_record),
		.minimum = LIMIT_RECORD_MIN, .maximum = LIMIT_RECORD_MAX},
	ROW("since", 's', TEXT, since_text),
	ROW("until", 'u', TEXT, until_text),
	CHOICE("time-field", 0, time_field, time_fields),
	ROW("now", 0, TEXT, now_text),
	CHOICE("action", 'a', action, actions),
	CALL("protocol", 'p', take_protocol),
	CALL("direction", 'd', take_direction),
	CALL("traffic", 't', take_traffic),
	CALL("source", 0, take_endpoints),
	CALL("destination", 0, take_endpoints),
	CALL("address", 0, take_endpoints),
	CALL("source-port", 0, take_endpoints),
	CALL("destination-port", 0, take_endpoints),
	CALL("port", 0, take_endpoints),
	CALL("subnet", 0, take_endpoints),
	CALL("vnic", 0, take_endpoints),
	ROW("metadata", 'm', TEXT, metadata),
	CALL("internal", 0, take_internal),
	CHOICE("security-lists", 'l', security_lists, security_lists),
	ROW("rules", 0, FLAG, rules),
	CALL("verdict", 0, take_verdict),
	ROW("names", 0, FLAG, names),
	CALL("keep", 'k', take_keep),
	CALL("fields", 0, take_fields),
	{"missing", 0, OPTPARSE_CALL_EMPTY, .take = take_missing},
	CHOICE("format", 0, format, formats),
	VALUE("header", 0, header, SWITCH_ON),
	VALUE("no-header", 0, header, SWITCH_OFF),
	ROW("gzip", 'z', FLAG, gzip),
	ROW("output", 'o', TEXT, output),
	{"threads", 'j', OPTPARSE_NUMBER, OPTPARSE_MEMBER(struct options, threads),
		.maximum = LIMIT_THREADS},
	ROW("line-buffered", 0, FLAG, line_buffered),
	ROW("list-subnets", 0, FLAG, list_subnets),
	ROW("conversations", 0, FLAG, conversations),
	CALL("per", 0, take_per),
	{"table", 0, OPTPARSE_SIZE, OPTPARSE_MEMBER(struct options, table_size), .minimum = 1,
		.maximum = UINT64_C(1) << 40},
	CALL("rejects", 0, take_rejects),
	ROW("ignore-bad", 0, FLAG, ignore_bad),
	ROW("strict", 0, FLAG, strict),
	{"stats", 0, OPTPARSE_CALL_OPTIONAL, .take = take_stats},
	VALUE("progress", 0, progress, SWITCH_ON),
	VALUE("no-progress", 0, progress, SWITCH_OFF),
	VALUE("quiet", 'q', loudness, LOUDNESS_QUIET),
	VALUE("verbose", 'v', loudness, LOUDNESS_VERBOSE),
	{.name = "help", .letter = 'h', .kind = OPTPARSE_SHOW_HELP},
	{.name = "version", .letter = 'V', .kind = OPTPARSE_SHOW_VERSION},
};

/* Refuses to keep a member that the record has under another option. */
static int check_kept(const struct options *options, const char *name, const char *why)
{
	for (size_t i = 0; i < options->keep_count; i++) {
		if (strcmp(options->keep[i], name) != 0)
			continue;
		optparse_refuse("keep", name, strlen(name), why);
		return -1;
	}
	return 0;
}

static int check_keep(const struct options *options)
{
	if (options->action == ACTION_ALL &&
		check_kept(options, "action",
			"under --action all the output record has this key already") < 0)
		return -1;
	if (options->rules && check_kept(options, "rules",
				      "under --rules the output record has this key already") < 0)
		return -1;
	if (options->names && check_kept(options, "names",
				      "under --names the output record has this key already") < 0)
		return -1;
	return 0;
}

static void refuse_time(const char *name, const char *text)
{
	optparse_refuse(name, text, strlen(text),
		"want a TIME such as 2026-01-31, 2026-01-31T12:00:00Z, @epoch, "
		"today, 30d or '2 days ago'");
}

static int read_bound(
	struct instant *instant, const char *name, const char *text, const struct instant *now)
{
	if (instant_of_bound(instant, text, strlen(text), now) == 0)
		return 0;
	refuse_time(name, text);
	return -1;
}

static int resolve_times(struct options *options)
{
	struct instant now = instant_now();
	char since[MSG_QUOTED_SIZE], until[MSG_QUOTED_SIZE];
	const struct instant clock = now;

	options->has_since = options->since_text != NULL;
	options->has_until = options->until_text != NULL;
	if (options->now_text != NULL &&
		instant_of_option(&now, options->now_text, strlen(options->now_text), &clock) < 0) {
		refuse_time("now", options->now_text);
		return -1;
	}
	if (options->has_since &&
		read_bound(&options->since, "since", options->since_text, &now) < 0)
		return -1;
	if (options->has_until &&
		read_bound(&options->until, "until", options->until_text, &now) < 0)
		return -1;
	if (!options->has_since || !options->has_until ||
		instant_compare(&options->since, &options->until) <= 0)
		return 0;
	msg_error("bad --since %s: it is after --until %s",
		msg_quote_name(since, options->since_text),
		msg_quote_name(until, options->until_text));
	return -1;
}

static void resolve_metadata(struct options *options)
{
	if (options->metadata == NULL)
		options->metadata = getenv("VCNFLOW_METADATA");
	if (options->metadata == NULL)
		return;
	options->metadata_none = strcmp(options->metadata, "none") == 0;
	if (options->metadata_none || options->metadata[0] == '\0')
		options->metadata = NULL;
}

/* How often standard input was named. */
static size_t dashes_of(const struct options *options)
{
	size_t uses =
		options->flowlog.files_from != NULL && options_is_dash(options->flowlog.files_from);

	for (size_t i = 0; i < options->flowlog.operand_count; i++)
		uses += options_is_dash(options->flowlog.operands[i]);
	return uses;
}

/* A closed one would come to be /dev/null later, and seem to be empty. */
static int check_stdin(const struct options *options)
{
	size_t uses = dashes_of(options) + options_read_stdin(options);

	if (uses > 1) {
		msg_error("cannot read standard input twice");
		return -1;
	}
	if (uses == 1 && fcntl(STDIN_FILENO, F_GETFD) < 0) {
		msg_error_errno(errno, "cannot read standard input");
		return -1;
	}
	if (options_read_stdin(options) && isatty(STDIN_FILENO)) {
		msg_error("nothing to read: usage: vcnflow [-m LOOKUP-FILE] [options] "
			  "[FILE | DIRECTORY | -]..., see 'vcnflow --help'");
		return -1;
	}
	return 0;
}

/* A list that can't be read would be found out only after the operands. */
static int check_files_from(const struct options *options)
{
	const char *path = options->flowlog.files_from;
	char quoted[MSG_QUOTED_SIZE];
	struct stat status;
	int error = 0;

	if (path == NULL && options->flowlog.files_null) {
		msg_error("--null is of no use without --files-from");
		return -1;
	}
	if (path == NULL || options_is_dash(path))
		return 0;
	if (stat(path, &status) < 0 || access(path, R_OK) < 0)
		error = errno;
	else if (S_ISDIR(status.st_mode))
		error = EISDIR;
	if (error == 0)
		return 0;
	msg_error_errno(error, "cannot read --files-from %s", msg_quote_name(quoted, path));
	return -1;
}

static int check_stdout(struct options *options)
{
	if (!options_write_stdout(options) || !isatty(STDOUT_FILENO))
		return 0;
	if (options->gzip) {
		msg_error("cannot write gzip to a terminal");
		return -1;
	}
	options->line_buffered = true;
	return 0;
}

/* What stands in records has no place in sums of them. */
static int check_conversations(struct options *options)
{
	const struct {
		bool is_given;
		const char *name;
	} others[] = {
		{options->rules, "rules"},
		{options->names, "names"},
		{options->keep_count != 0, "keep"},
		{options->fields_given, "fields"},
		{options->format != OUTPUT_NDJSON, "format array, csv or tsv"},
		{options->list_subnets, "list-subnets"},
	};

	if (options->action == ACTION_UNSET)
		options->action = options->conversations ? ACTION_ALL : ACTION_ACCEPT;
	if (!options->conversations && (options->per_s != 0 || options->table_size != 0)) {
		msg_error("--%s is of no use without --conversations",
			options->per_s != 0 ? "per" : "table");
		return -1;
	}
	if (options->table_size == 0)
		options->table_size = LIMIT_TABLE_DEFAULT;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (!options->conversations || !others[i].is_given)
			continue;
		msg_error("--conversations and --%s exclude each other", others[i].name);
		return -1;
	}
	return 0;
}

/* Csv and tsv have fields, whether they are given or not. */
static int check_fields(struct options *options)
{
	if (options->header != SWITCH_AUTO && !options_write_cells(options)) {
		msg_error("--%s is of no use without --format csv or tsv",
			options->header == SWITCH_ON ? "header" : "no-header");
		return -1;
	}
	if (options->keep_count != 0 && (options->fields_given || options_write_cells(options))) {
		msg_error("--keep and --%s exclude each other",
			options->fields_given ? "fields" : "format csv or tsv");
		return -1;
	}
	if (!options_write_cells(options))
		return 0;
	if (!options->fields_given) {
		for (const char *name = table_default_fields; *name != '\0';
			name += strlen(name) + 1)
			(void)add_field(options, "fields", name);
	}
	if (options->missing != NULL)
		return 0;
	options->missing = strdup("null");
	if (options->missing != NULL)
		return 0;
	msg_no_memory();
	return -1;
}

static int check(struct options *options)
{
	resolve_metadata(options);
	if (check_conversations(options) < 0 || check_fields(options) < 0)
		return -1;
	if (options->strict && options->ignore_bad) {
		msg_error("--strict and --ignore-bad exclude each other");
		return -1;
	}
	if (check_keep(options) < 0 || resolve_times(options) < 0 ||
		check_files_from(options) < 0 || check_stdin(options) < 0 ||
		check_stdout(options) < 0)
		return -1;
	return clash_check(options);
}

static void set_defaults(struct options *options)
{
	memset(options, 0, sizeof(*options));
	options->flowlog.max_record = LIMIT_RECORD_DEFAULT;
	options->any_protocol = true;
	options->directions = OPTIONS_ANY_DIRECTION;
	options->action = ACTION_UNSET;
}

static enum options_result print(const char *text)
{
	return optparse_print(text) < 0 ? OPTIONS_UNWRITTEN : OPTIONS_DONE;
}

static enum options_result result_of(enum optparse_result result)
{
	switch (result) {
	case OPTPARSE_RUN:
		return OPTIONS_RUN;
	case OPTPARSE_HELP:
		return print(help);
	case OPTPARSE_VERSION:
		return print(version);
	case OPTPARSE_REFUSED:
		break;
	case OPTPARSE_NO_MEMORY:
		return OPTIONS_NO_MEMORY;
	}
	return OPTIONS_REFUSED;
}

enum options_result options_parse(struct options *options, int argc, char **argv)
{
	struct optparse optparse = {
		.options = table,
		.count = sizeof(table) / sizeof(table[0]),
		.into = options,
		.help_command = "vcnflow --help",
	};
	enum options_result result;

	set_defaults(options);
	prefixset_init(&options->internal);
	if (prefixset_add_list(&options->internal, "internal", "rfc1918") < 0) {
		msg_no_memory();
		return OPTIONS_NO_MEMORY;
	}
	result = result_of(optparse_read(&optparse, argc, argv));
	options->flowlog.operands = optparse.operands;
	options->flowlog.operand_count = optparse.operand_count;
	options->flowlog.keep_bad = options->rejects != NULL;
	if (result == OPTIONS_RUN && check(options) < 0)
		result = OPTIONS_REFUSED;
	if (result == OPTIONS_RUN && options->threads == 0)
		options->threads = processors_count();
	options->flowlog.check_later = options->threads > 1;
	return result;
}

void options_free(struct options *options)
{
	prefixset_free(&options->internal);
	endpoints_free(options->endpoints);
	free(options->missing);
}

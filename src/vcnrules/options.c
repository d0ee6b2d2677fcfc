/*
 * Options and help texts. Each command has a table of its own, so that it
 * refuses what it has no use for; --help of each is one screen.
 */
#include "vcnrules/options.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/msg.h"
#include "base/ocid.h"
#include "base/optparse.h"
#include "base/version.h"

static const char help[] =
	"usage: vcnrules COMMAND -m FILE [options]\n"
	"Look at the rules of security lists and network security groups, as a lookup\n"
	"file holds them that 'vcnmeta fetch' or 'vcnmeta build' made.\n"
	"\n"
	"report   who uses which rule, from conversations\n"
	"lint     rules that others make needless, never track, or match nothing\n"
	"propose  tighter rules, ready to review\n"
	"check    what other rules would break, or open\n"
	"explain  whether a packet may pass, and by which rule\n"
	"\n"
	"  -h, --help            this text; 'vcnrules COMMAND --help': that command's\n"
	"  -V, --version         the version\n";

static const char help_report[] =
	"usage: vcnrules report -m FILE [options] [CONVERSATIONS...]\n"
	"Say of each rule who uses it, from the conversations that vcnflow sums flow logs\n"
	"up to: files, plain or gzip, or standard input; '-' is standard input, too.\n"
	"\n"
	"  -m, --metadata FILE   the lookup file; else $VCNFLOW_METADATA\n"
	"      --list NAME       only this security list\n"
	"      --nsg NAME        only this network security group\n"
	"      --subnet NAME     only what applies in this subnet; NAME is an OCID or a\n"
	"                        display name, and each may be given several times\n"
	"  -s, --since TIME      only conversations that had not ended by then\n"
	"  -u, --until TIME      only conversations that had begun by then\n"
	"      --min-window N    a subnet that was seen for less than N days (35d, the\n"
	"                        default) or hours (12h) makes no rule unused\n"
	"      --min-packets N   a peer with fewer packets is weak (20)\n"
	"      --format FORMAT   table, ndjson, csv, markdown, or html, a page to look at\n"
	"                        (default: table on a terminal, else ndjson)\n"
	"  -o, --output FILE     write FILE, whole or not at all\n"
	"  -q, --quiet           no warnings\n"
	"  -h, --help            this text\n"
	"  -V, --version         the version\n";

static const char help_lint[] =
	"usage: vcnrules lint -m FILE [options]\n"
	"Find rules that need not be there: duplicate, redundant (inside others),\n"
	"shadowed (stateful, inside stateless ones), mixed (stateless, inside stateful\n"
	"ones) and invalid ones (that match nothing). 'removable' are those that can all\n"
	"go together.\n"
	"\n"
	"  -m, --metadata FILE   the lookup file; else $VCNFLOW_METADATA\n"
	"      --across          judge all lists of a subnet together; what is found is\n"
	"                        true in every subnet that uses the list\n"
	"      --list NAME       only this security list\n"
	"      --nsg NAME        only this network security group\n"
	"      --subnet NAME     only what applies in this subnet; NAME is an OCID or a\n"
	"                        display name, and each may be given several times\n"
	"      --format FORMAT   table, ndjson, csv, markdown, or html, a page to look at\n"
	"                        (default: table on a terminal, else ndjson)\n"
	"      --strict          exit status 6 if anything is found\n"
	"  -o, --output FILE     write FILE, whole or not at all\n"
	"  -q, --quiet           no warnings\n"
	"  -h, --help            this text\n"
	"  -V, --version         the version\n";

static const char help_propose[] =
	"usage: vcnrules propose -m FILE -o DIR [options] [CONVERSATIONS...]\n"
	"Write a folder with tighter rules, that let pass what was seen: ports, and peers\n"
	"as subnets, sites or few blocks. Rules stay where too little was seen.\n"
	"\n"
	"  -m, --metadata FILE     the lookup file; else $VCNFLOW_METADATA\n"
	"  -o, --output DIR        the folder, which is made: whole or not at all\n"
	"      --list, --nsg, --subnet NAME   only these, as 'vcnrules report' has them\n"
	"  -s, --since TIME        only conversations that had not ended by then\n"
	"  -u, --until TIME        only conversations that had begun by then\n"
	"      --min-window N      days or hours that a subnet must have been seen (35d)\n"
	"      --min-packets N     a peer with fewer packets is weak (20)\n"
	"      --drop-weak         let nothing pass for weak peers alone\n"
	"      --remove-unused     remove rules that nobody used, too\n"
	"      --remove-redundant  and those that others make needless\n"
	"      --keep FILE         texts of rules that stay, one a line\n"
	"      --sites FILE        blocks that stand for the peers inside, one a line\n"
	"      --exact-peers       no blocks of subnets for the peers inside\n"
	"      --max-prefixes N    blocks for all other peers of a port, at most (8)\n"
	"      --terraform         write NAME.tf as well\n"
	"  -q, --quiet             no warnings\n"
	"  -h, --help              this text\n"
	"  -V, --version           the version\n";

static const char help_explain[] =
	"usage: vcnrules explain -m FILE --subnet NAME [options]\n"
	"                        ingress|egress tcp|udp SOURCE:PORT DESTINATION:PORT\n"
	"       vcnrules explain -m FILE --subnet NAME [options]\n"
	"                        ingress|egress PROTOCOL SOURCE DESTINATION\n"
	"Say whether the first packet of a connection may pass, and by which rules; if\n"
	"not, which come nearest. An IPv6 address with a port is [ADDRESS]:PORT.\n"
	"\n"
	"  -m, --metadata FILE   the lookup file; else $VCNFLOW_METADATA\n"
	"      --subnet NAME     the subnet: an OCID or a display name\n"
	"      --vnic OCID       the VNIC, whose groups count too (default: the one that\n"
	"                        has the address in the subnet, if the file knows it)\n"
	"      --format FORMAT   table, ndjson, csv or markdown (default: table on a\n"
	"                        terminal, else ndjson)\n"
	"  -o, --output FILE     write FILE, whole or not at all\n"
	"  -q, --quiet           no warnings\n"
	"  -h, --help            this text\n"
	"  -V, --version         the version\n";

static const char help_check[] =
	"usage: vcnrules check -m FILE --against PATH [options] [CONVERSATIONS...]\n"
	"Say which conversations would break, or be let through, if security lists or\n"
	"groups had the rules that other files hold, and where these let pass more.\n"
	"\n"
	"  -m, --metadata FILE       the lookup file; else $VCNFLOW_METADATA\n"
	"      --against PATH        a proposal's folder or changes.json, or JSON of\n"
	"                            lists as 'vcnmeta build' takes it; each takes the\n"
	"                            place of the one with its OCID\n"
	"      --nsg-rules OCID=FILE the rules of a network security group; both may be\n"
	"                            given several times\n"
	"      --list NAME           only what this security list lets pass\n"
	"      --nsg NAME            only what this network security group lets pass\n"
	"      --subnet NAME         only what is found in this subnet; NAME is an OCID\n"
	"                            or a display name; each may be given several times\n"
	"      --allow-breaks        exit status 0 although something breaks\n"
	"  -s, --since TIME          only conversations that had not ended by then\n"
	"  -u, --until TIME          only conversations that had begun by then\n"
	"      --format FORMAT       table, ndjson, csv or markdown (default: table on a\n"
	"                            terminal, else ndjson)\n"
	"  -o, --output FILE         write FILE, whole or not at all\n"
	"  -q, --quiet               no warnings\n"
	"  -h, --help                this text\n"
	"  -V, --version             the version\n";

static const char *const formats[] = {"table", "ndjson", "csv", "markdown", NULL};
static const char *const page_formats[] = {"table", "ndjson", "csv", "markdown", "html", NULL};

static enum optparse_result choose(struct options *options, enum chosen_kind kind, const char *name)
{
	struct chosen *grown;

	grown = realloc(options->chosen, (options->chosen_count + 1) * sizeof(*grown));
	if (!grown) {
		msg_no_memory();
		return OPTPARSE_NO_MEMORY;
	}
	options->chosen = grown;
	grown[options->chosen_count++] = (struct chosen){kind, name};
	return OPTPARSE_RUN;
}

static enum optparse_result take_list(void *into, const char *name, char *argument)
{
	(void)name;
	return choose(into, CHOSEN_LIST, argument);
}

static enum optparse_result take_group(void *into, const char *name, char *argument)
{
	(void)name;
	return choose(into, CHOSEN_GROUP, argument);
}

static enum optparse_result take_subnet(void *into, const char *name, char *argument)
{
	(void)name;
	return choose(into, CHOSEN_SUBNET, argument);
}

/* Reads Nd or Nh. */
static enum optparse_result take_window(void *into, const char *name, char *argument)
{
	struct options *options = into;
	size_t len = strlen(argument);
	size_t digits = strspn(argument, "0123456789");
	char unit = argument[digits];
	unsigned long long number;
	char why[64];

	if (digits == 0 || digits + 1 != len || (unit != 'd' && unit != 'h'))
		return optparse_refuse(
			name, argument, len, "want a number of days or hours, like 35d");
	number = strtoull(argument, NULL, 10); /* the largest, where it is more */
	if (number > LIMIT_WINDOW_COUNT) {
		(void)snprintf(why, sizeof(why), "want 0 to %d days or hours", LIMIT_WINDOW_COUNT);
		return optparse_refuse(name, argument, len, why);
	}
	options->min_window = (int64_t)number * (unit == 'd' ? 86400 : 3600);
	return OPTPARSE_RUN;
}

static enum optparse_result replace(struct options *options, struct replacement replacement)
{
	struct replacement *grown = realloc(options->replacements,
		(options->replacement_count + 1) * sizeof(*options->replacements));

	if (!grown) {
		msg_no_memory();
		return OPTPARSE_NO_MEMORY;
	}
	options->replacements = grown;
	grown[options->replacement_count++] = replacement;
	return OPTPARSE_RUN;
}

static enum optparse_result take_against(void *into, const char *name, char *argument)
{
	(void)name;
	return replace(into, (struct replacement){argument, NULL, 0});
}

/* OCID=FILE */
static enum optparse_result take_group_rules(void *into, const char *name, char *argument)
{
	const char *equals = strchr(argument, '=');
	struct replacement replacement = {equals ? equals + 1 : "", argument, 0};

	replacement.group_len = equals ? (size_t)(equals - argument) : 0;
	if (!ocid_is_of(argument, replacement.group_len, OCID_GROUP) || *replacement.path == '\0')
		return optparse_refuse(name, argument, strlen(argument),
			"want the OCID of a network security group, '=' and a file");
	return replace(into, replacement);
}

#define MEMBER(member) OPTPARSE_MEMBER(struct options, member)

static const struct optparse_option report_options[] = {
	{"metadata", 'm', OPTPARSE_TEXT, MEMBER(metadata)},
	{"output", 'o', OPTPARSE_TEXT, MEMBER(output)},
	{"format", 0, OPTPARSE_CHOICE, MEMBER(format), .words = page_formats},
	{"list", 0, OPTPARSE_CALL, .take = take_list},
	{"nsg", 0, OPTPARSE_CALL, .take = take_group},
	{"subnet", 0, OPTPARSE_CALL, .take = take_subnet},
	{"since", 's', OPTPARSE_TEXT, MEMBER(since_text)},
	{"until", 'u', OPTPARSE_TEXT, MEMBER(until_text)},
	{"min-window", 0, OPTPARSE_CALL, .take = take_window},
	{"min-packets", 0, OPTPARSE_NUMBER, MEMBER(min_packets), .maximum = INT64_MAX},
	{"quiet", 'q', OPTPARSE_FLAG, MEMBER(quiet)},
	{.name = "help", .letter = 'h', .kind = OPTPARSE_SHOW_HELP},
	{.name = "version", .letter = 'V', .kind = OPTPARSE_SHOW_VERSION},
};

static const struct optparse_option propose_options[] = {
	{"metadata", 'm', OPTPARSE_TEXT, MEMBER(metadata)},
	{"output", 'o', OPTPARSE_TEXT, MEMBER(output)},
	{"list", 0, OPTPARSE_CALL, .take = take_list},
	{"nsg", 0, OPTPARSE_CALL, .take = take_group},
	{"subnet", 0, OPTPARSE_CALL, .take = take_subnet},
	{"since", 's', OPTPARSE_TEXT, MEMBER(since_text)},
	{"until", 'u', OPTPARSE_TEXT, MEMBER(until_text)},
	{"min-window", 0, OPTPARSE_CALL, .take = take_window},
	{"min-packets", 0, OPTPARSE_NUMBER, MEMBER(min_packets), .maximum = INT64_MAX},
	{"drop-weak", 0, OPTPARSE_FLAG, MEMBER(drop_weak)},
	{"remove-unused", 0, OPTPARSE_FLAG, MEMBER(remove_unused)},
	{"remove-redundant", 0, OPTPARSE_FLAG, MEMBER(remove_redundant)},
	{"keep", 0, OPTPARSE_TEXT, MEMBER(keep)},
	{"sites", 0, OPTPARSE_TEXT, MEMBER(sites)},
	{"exact-peers", 0, OPTPARSE_FLAG, MEMBER(exact_peers)},
	{"max-prefixes", 0, OPTPARSE_NUMBER, MEMBER(max_prefixes), .minimum = 1,
		.maximum = LIMIT_PREFIXES},
	{"terraform", 0, OPTPARSE_FLAG, MEMBER(terraform)},
	{"quiet", 'q', OPTPARSE_FLAG, MEMBER(quiet)},
	{.name = "help", .letter = 'h', .kind = OPTPARSE_SHOW_HELP},
	{.name = "version", .letter = 'V', .kind = OPTPARSE_SHOW_VERSION},
};

static const struct optparse_option lint_options[] = {
	{"metadata", 'm', OPTPARSE_TEXT, MEMBER(metadata)},
	{"output", 'o', OPTPARSE_TEXT, MEMBER(output)},
	{"format", 0, OPTPARSE_CHOICE, MEMBER(format), .words = page_formats},
	{"list", 0, OPTPARSE_CALL, .take = take_list},
	{"nsg", 0, OPTPARSE_CALL, .take = take_group},
	{"subnet", 0, OPTPARSE_CALL, .take = take_subnet},
	{"across", 0, OPTPARSE_FLAG, MEMBER(across)},
	{"strict", 0, OPTPARSE_FLAG, MEMBER(strict)},
	{"quiet", 'q', OPTPARSE_FLAG, MEMBER(quiet)},
	{.name = "help", .letter = 'h', .kind = OPTPARSE_SHOW_HELP},
	{.name = "version", .letter = 'V', .kind = OPTPARSE_SHOW_VERSION},
};

static const struct optparse_option explain_options[] = {
	{"metadata", 'm', OPTPARSE_TEXT, MEMBER(metadata)},
	{"output", 'o', OPTPARSE_TEXT, MEMBER(output)},
	{"format", 0, OPTPARSE_CHOICE, MEMBER(format), .words = formats},
	{"subnet", 0, OPTPARSE_CALL, .take = take_subnet},
	{"vnic", 0, OPTPARSE_TEXT, MEMBER(vnic)},
	{"quiet", 'q', OPTPARSE_FLAG, MEMBER(quiet)},
	{.name = "help", .letter = 'h', .kind = OPTPARSE_SHOW_HELP},
	{.name = "version", .letter = 'V', .kind = OPTPARSE_SHOW_VERSION},
};

static const struct optparse_option check_options[] = {
	{"metadata", 'm', OPTPARSE_TEXT, MEMBER(metadata)},
	{"output", 'o', OPTPARSE_TEXT, MEMBER(output)},
	{"format", 0, OPTPARSE_CHOICE, MEMBER(format), .words = formats},
	{"against", 0, OPTPARSE_CALL, .take = take_against},
	{"nsg-rules", 0, OPTPARSE_CALL, .take = take_group_rules},
	{"list", 0, OPTPARSE_CALL, .take = take_list},
	{"nsg", 0, OPTPARSE_CALL, .take = take_group},
	{"subnet", 0, OPTPARSE_CALL, .take = take_subnet},
	{"allow-breaks", 0, OPTPARSE_FLAG, MEMBER(allow_breaks)},
	{"since", 's', OPTPARSE_TEXT, MEMBER(since_text)},
	{"until", 'u', OPTPARSE_TEXT, MEMBER(until_text)},
	{"quiet", 'q', OPTPARSE_FLAG, MEMBER(quiet)},
	{.name = "help", .letter = 'h', .kind = OPTPARSE_SHOW_HELP},
	{.name = "version", .letter = 'V', .kind = OPTPARSE_SHOW_VERSION},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const struct optparse_option *options;
	size_t count;
	const char *help;
	const char *help_command;
} commands[] = {
	[OPTIONS_REPORT] = {report_options, COUNT(report_options), help_report,
		"vcnrules report --help"},
	[OPTIONS_LINT] = {lint_options, COUNT(lint_options), help_lint, "vcnrules lint --help"},
	[OPTIONS_CHECK] = {check_options, COUNT(check_options), help_check,
		"vcnrules check --help"},
	[OPTIONS_PROPOSE] = {propose_options, COUNT(propose_options), help_propose,
		"vcnrules propose --help"},
	[OPTIONS_EXPLAIN] = {explain_options, COUNT(explain_options), help_explain,
		"vcnrules explain --help"},
};

static enum options_result print(const char *text)
{
	if (optparse_print(text) == 0)
		return OPTIONS_DONE;
	return errno == EPIPE ? OPTIONS_READER_GONE : OPTIONS_UNWRITTEN;
}

enum options_result options_help(void)
{
	return print(help);
}

enum options_result options_version(void)
{
	return print("vcnrules " VERSION "\n");
}

/* Reads a TIME; where it is not given, *instant stays. Returns 0, or -1. */
static int read_time(const char *name, const char *text, struct instant *instant)
{
	struct instant now = instant_now();
	size_t len = text ? strlen(text) : 0;

	if (!text || instant_of_bound(instant, text, len, &now) == 0)
		return 0;
	optparse_refuse(name, text, len, "not a time, like 2026-11-27, yesterday or 30d");
	return -1;
}

static enum options_result read_times(struct options *options)
{
	options->since.seconds = INT64_MIN;
	options->until.seconds = INT64_MAX;
	if (read_time("since", options->since_text, &options->since) != 0 ||
		read_time("until", options->until_text, &options->until) != 0)
		return OPTIONS_REFUSED;
	if (instant_compare(&options->since, &options->until) <= 0)
		return OPTIONS_RUN;
	msg_error("--since is after --until");
	return OPTIONS_REFUSED;
}

enum options_result options_parse(
	struct options *options, enum options_command command, int argc, char **argv)
{
	const char *no_color = getenv("NO_COLOR");
	struct optparse optparse = {
		.options = commands[command].options,
		.count = commands[command].count,
		.into = options,
		.help_command = commands[command].help_command,
	};

	*options = (struct options){.format = SHEET_AUTO,
		.min_window = 35 * 86400,
		.min_packets = 20,
		.max_prefixes = 8};
	options->wants_colour = !no_color || *no_color == '\0';
	options->metadata = getenv("VCNFLOW_METADATA");
	if (options->metadata && *options->metadata == '\0')
		options->metadata = NULL;
	switch (optparse_read(&optparse, argc, argv)) {
	case OPTPARSE_RUN:
		break;
	case OPTPARSE_HELP:
		return print(commands[command].help);
	case OPTPARSE_VERSION:
		return options_version();
	case OPTPARSE_REFUSED:
		return OPTIONS_REFUSED;
	case OPTPARSE_NO_MEMORY:
		return OPTIONS_NO_MEMORY;
	}
	options->operands = optparse.operands;
	options->operand_count = optparse.operand_count;
	msg_quiet(options->quiet);
	if (options->metadata)
		return read_times(options);
	msg_error("no lookup file: -m FILE names one, see '%s'", commands[command].help_command);
	return OPTIONS_REFUSED;
}

enum exitcode options_exitcode(enum options_result result)
{
	switch (result) {
	case OPTIONS_RUN:
	case OPTIONS_DONE:
		break;
	case OPTIONS_REFUSED:
		return EXITCODE_REFUSED;
	case OPTIONS_NO_MEMORY:
		return EXITCODE_INTERNAL;
	case OPTIONS_READER_GONE:
		signal(SIGPIPE, SIG_DFL);
		raise(SIGPIPE);
		return EXITCODE_WRITE;
	case OPTIONS_UNWRITTEN:
		return EXITCODE_WRITE;
	}
	return EXITCODE_OK;
}

bool options_wants(const struct options *options, const struct conversation *conversation)
{
	const struct instant first = {conversation->first.seconds, 0};
	const struct instant last = {conversation->last.seconds, 0};

	if (conversation->last.is_known && instant_compare(&last, &options->since) < 0)
		return false;
	return !conversation->first.is_known || instant_compare(&first, &options->until) < 0;
}

void options_warn_of_times(const struct options *options, bool has_no_period)
{
	if (has_no_period && (options->since_text || options->until_text))
		msg_warning("conversations that were made without --per may reach beyond the time "
			    "that was asked for");
}

void options_free(struct options *options)
{
	free(options->chosen);
	free(options->replacements);
	options->replacements = NULL;
	options->replacement_count = 0;
	options->chosen = NULL;
	options->chosen_count = 0;
}

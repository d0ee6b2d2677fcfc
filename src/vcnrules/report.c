/*
 * One line a rule: what used it, and what to make of that. Conversations are
 * read, summed and judged first, all of them; then the rules are gone through in
 * order, so that the output depends neither on the order of the input nor on how
 * it was cut.
 */
#include "vcnrules/report.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/msg.h"
#include "base/rights.h"
#include "base/utc.h"
#include "lookup/lookupfile.h"
#include "lookup/rule.h"
#include "vcnrules/began.h"
#include "vcnrules/findings.h"
#include "vcnrules/flows.h"
#include "vcnrules/input.h"
#include "vcnrules/options.h"
#include "vcnrules/output.h"
#include "vcnrules/peers.h"
#include "vcnrules/ruleset.h"
#include "vcnrules/sheet.h"
#include "vcnrules/usage.h"
#include "json/write.h"

/* Peers that are few enough to name them instead of everybody. */
#define NARROW_ADDRESSES 4096

/* A rule that lets more ports pass is wide if so few of them are used. */
#define MANY_PORTS 1000
#define FEW_PORTS 20
#define FEW_PROTOCOLS 3

/* Ports that nobody should be let to from everywhere. */
static const uint16_t sensitive_ports[] = {21, 22, 23, 111, 135, 139, 445, 1433, 1521, 2049, 2375,
	2379, 3306, 3389, 5432, 5900, 5985, 5986, 6379, 6443, 9200, 10250, 11211, 27017};

struct report {
	const struct options *options;
	struct outfile *output;
	struct ruleset ruleset;
	struct flows flows;
	struct usage usage;
	struct findings findings;
	struct peers peers; /* of the rule at hand */
	struct bytes text;  /* of one value */
	bool may_reach_out; /* a conversation has no period, so it may be longer */
	uint64_t unused;    /* rules so far that are found unused */
	size_t list_count;  /* that were reported, of these: */
	size_t group_count;
	size_t rule_count;
};

/* The rule at hand. */
struct subject {
	const struct ruleset_owner *owner;
	const struct usage_owner *seen;
	size_t number;
	const struct rule *rule;
	const struct usage_rule *usage;
	struct lookup_rule_texts texts;
};

/* ---- findings ---------------------------------------------------------------------- */

static bool is_any_peer(const struct rule *rule)
{
	return rule->peer_kind == RULE_PEER_CIDR && rule->peer.length == 0;
}

/* How many destination ports a rule lets pass; 0: it has none. */
static unsigned port_count(const struct rule *rule)
{
	if (rule->protocol == RULE_PROTOCOL_ALL)
		return RULE_PORT_MAX + 1;
	if (rule->protocol != RULE_TCP && rule->protocol != RULE_UDP)
		return 0;
	return (unsigned)rule->destination_high - rule->destination_low + 1;
}

static bool admits_sensitive_port(const struct rule *rule)
{
	if (rule->direction != RULE_INGRESS || !is_any_peer(rule) || port_count(rule) == 0 ||
		!rule->is_valid || rule->destination_kind == RULE_RANGE_NOTHING ||
		rule->source_kind == RULE_RANGE_NOTHING)
		return false;
	for (size_t i = 0; i < sizeof(sensitive_ports) / sizeof(sensitive_ports[0]); i++)
		if (rule->protocol == RULE_PROTOCOL_ALL ||
			(sensitive_ports[i] >= rule->destination_low &&
				sensitive_ports[i] <= rule->destination_high))
			return true;
	return false;
}

enum finding {
	UNUSED,
	NO_EVIDENCE,
	ONLY_MAYBE,
	ONLY_EITHER,
	WIDE_PEER,
	WIDE_PORTS,
	ALL_PROTOCOLS,
	SENSITIVE_PORT,
	UNATTACHED,
	FINDINGS
};

static const char *const finding_names[FINDINGS] = {"unused", "no_evidence", "only_maybe",
	"only_either", "wide_peer", "wide_ports", "all_protocols", "sensitive_port", "unattached"};

static unsigned find(const struct report *report, const struct subject *subject)
{
	const struct usage_rule *usage = subject->usage;
	const struct peers *peers = &report->peers;
	unsigned found = 0;

	if (usage->conversations + usage->answers + usage->maybe + usage->either == 0)
		found |= subject->seen->evidence == 0 ? 1u << UNUSED : 1u << NO_EVIDENCE;
	else if (usage->conversations + usage->answers == 0)
		found |= usage->either > 0 ? 1u << ONLY_EITHER : 1u << ONLY_MAYBE;
	if (is_any_peer(subject->rule) && usage->conversations > 0 &&
		peers->block_addresses <= NARROW_ADDRESSES)
		found |= 1u << WIDE_PEER;
	if (port_count(subject->rule) > MANY_PORTS && peers->port_count > 0 &&
		peers->port_count <= FEW_PORTS)
		found |= 1u << WIDE_PORTS;
	if (subject->rule->protocol == RULE_PROTOCOL_ALL && peers->protocol_count > 0 &&
		peers->protocol_count <= FEW_PROTOCOLS)
		found |= 1u << ALL_PROTOCOLS;
	if (admits_sensitive_port(subject->rule))
		found |= 1u << SENSITIVE_PORT;
	if (!subject->seen->is_attached)
		found |= 1u << UNATTACHED;
	return found;
}

/* From 1, one address, port and protocol, to 100, everything. */
static unsigned width_of(const struct rule *rule)
{
	unsigned ports = port_count(rule);
	double bits = 16; /* a label or group */

	if (rule->peer_kind == RULE_PEER_CIDR) {
		unsigned host =
			(rule->peer.family == ADDRESS_IPV4 ? 32u : 128u) - rule->peer.length;

		bits = host > 32 ? 32 : host;
	}
	if (ports > 0)
		bits += log2(ports);
	if (rule->protocol == RULE_PROTOCOL_ALL)
		bits += 8;
	return 1 + (unsigned)lround(99 * bits / 56);
}

/* ---- values ------------------------------------------------------------------------- */

enum value_kind { VALUE_NULL, VALUE_TEXT, VALUE_JSON };

/* The members of a line, in order, and the columns of CSV. */
enum member {
	OCID,
	NAME,
	KIND,
	RULE,
	ID,
	DESCRIPTION,
	STATELESS,
	DIRECTION,
	CONVERSATIONS,
	SOLE,
	ANSWERS,
	EITHER,
	MAYBE,
	RECORDS,
	PACKETS,
	BYTES,
	FIRST_USED,
	LAST_USED,
	PEERS,
	WEAK_PEERS,
	PORTS,
	PEER_CIDRS,
	WIDTH,
	SUBNETS,
	FINDINGS_MEMBER,
	EVIDENCE,
	COVERED_BY,
	WINDOW,
	MEMBERS
};

/* Those with a title are in a table, too. */
static const struct sheet_column columns[MEMBERS] = {
	[OCID] = {"ocid", NULL},
	[NAME] = {"name", "LIST OR GROUP"},
	[KIND] = {"kind", NULL},
	[RULE] = {"rule", "RULE"},
	[ID] = {"id", NULL},
	[DESCRIPTION] = {"description", NULL},
	[STATELESS] = {"stateless", NULL},
	[DIRECTION] = {"direction", NULL},
	[CONVERSATIONS] = {"conversations", "USED"},
	[SOLE] = {"sole", "SOLE"},
	[ANSWERS] = {"answers", NULL},
	[EITHER] = {"either", NULL},
	[MAYBE] = {"maybe", NULL},
	[RECORDS] = {"records", NULL},
	[PACKETS] = {"packets", NULL},
	[BYTES] = {"bytes", NULL},
	[FIRST_USED] = {"first_used", NULL},
	[LAST_USED] = {"last_used", "LAST USED"},
	[PEERS] = {"peers", "PEERS"},
	[WEAK_PEERS] = {"weak_peers", NULL},
	[PORTS] = {"ports", "PORTS"},
	[PEER_CIDRS] = {"peer_cidrs", NULL},
	[WIDTH] = {"width", NULL},
	[SUBNETS] = {"subnets", NULL},
	[FINDINGS_MEMBER] = {"findings", "FINDINGS"},
	[EVIDENCE] = {"evidence", NULL},
	[COVERED_BY] = {"covered_by", NULL},
	[WINDOW] = {"window", NULL},
};

static int put_text_value(
	struct report *report, const struct lookup_text *text, enum value_kind *kind)
{
	*kind = text->text ? VALUE_TEXT : VALUE_NULL;
	return bytes_append(&report->text, text->text, text->len);
}

static int put_name(struct report *report, const char *name, enum value_kind *kind)
{
	*kind = VALUE_TEXT;
	return bytes_append_text(&report->text, name);
}

static int put_time(struct report *report, int64_t seconds, enum value_kind *kind)
{
	char text[UTC_TEXT_SIZE];

	*kind = VALUE_NULL;
	return utc_text(text, seconds) ? put_name(report, text, kind) : 0;
}

/* {"from","to","days"} */
static int put_window(struct bytes *out, int64_t first, int64_t last)
{
	char from[UTC_TEXT_SIZE], to[UTC_TEXT_SIZE], text[2 * UTC_TEXT_SIZE + 64];

	if (!utc_text(from, first) || !utc_text(to, last))
		return bytes_append_text(out, "{\"from\":null,\"to\":null,\"days\":0}");
	snprintf(text, sizeof(text), "{\"from\":\"%s\",\"to\":\"%s\",\"days\":%" PRId64 "}", from,
		to, last > first ? (last - first) / 86400 : 0);
	return bytes_append_text(out, text);
}

static int put_blocks(struct report *report)
{
	const struct peers *peers = &report->peers;
	char text[PREFIX_TEXT_SIZE];

	if (bytes_append_char(&report->text, '[') != 0)
		return -1;
	for (size_t i = 0; i < peers->block_count; i++) {
		(void)prefix_text(text, &peers->blocks[i]);
		if (bytes_append_text(&report->text, i == 0 ? "\"" : ",\"") != 0 ||
			bytes_append_text(&report->text, text) != 0 ||
			bytes_append_char(&report->text, '"') != 0)
			return -1;
	}
	return bytes_append_char(&report->text, ']');
}

/* Appends a word to a list, as JSON or for people. */
static int put_word(struct bytes *out, const char *word, bool is_json, size_t *count)
{
	const char *before = (*count)++ == 0 ? "" : is_json ? "," : ", ";
	const char *quote = is_json ? "\"" : "";

	if (bytes_append_text(out, before) != 0 || bytes_append_text(out, quote) != 0 ||
		bytes_append_text(out, word) != 0)
		return -1;
	return bytes_append_text(out, quote);
}

static int put_findings(struct report *report, const struct subject *subject, bool is_json)
{
	unsigned found = find(report, subject);
	unsigned of_rules = report->findings.verdicts[subject->number].findings;
	struct bytes *out = &report->text;
	const char *name;
	size_t count = 0;
	size_t at = 0;

	if (is_json && bytes_append_char(out, '[') != 0)
		return -1;
	for (size_t i = 0; i < FINDINGS; i++)
		if (found & 1u << i && put_word(out, finding_names[i], is_json, &count) != 0)
			return -1;
	while ((name = findings_next_name(of_rules, &at)) != NULL)
		if (put_word(out, name, is_json, &count) != 0)
			return -1;
	return is_json ? bytes_append_char(out, ']') : 0;
}

static int put_evidence(struct report *report, unsigned evidence)
{
	static const char *const names[] = {"short_window", "silent_subnet", "unexplained"};
	size_t count = 0;

	if (bytes_append_char(&report->text, '[') != 0)
		return -1;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (evidence & 1u << i && put_word(&report->text, names[i], true, &count) != 0)
			return -1;
	return bytes_append_char(&report->text, ']');
}

/* Appends the value of a member, and says what it is. */
static int put_value(struct report *report, const struct subject *subject, enum member member,
	enum value_kind *kind)
{
	const struct usage_rule *usage = subject->usage;
	const struct peers *peers = &report->peers;
	struct bytes *out = &report->text;
	const struct lookup_text text = {
		report->ruleset.rules[subject->number].text,
		report->ruleset.rules[subject->number].text_len,
	};

	*kind = VALUE_JSON;
	switch (member) {
	case OCID:
		return put_text_value(report, &subject->owner->ocid, kind);
	case NAME:
		return put_text_value(report, &subject->owner->name, kind);
	case KIND:
		return put_name(report, subject->owner->is_group ? "nsg" : "security_list", kind);
	case RULE:
		return put_text_value(report, &text, kind);
	case ID:
		return put_text_value(report, &subject->texts.id, kind);
	case DESCRIPTION:
		return put_text_value(report, &subject->texts.description, kind);
	case STATELESS:
		return bytes_append_text(out, subject->rule->is_stateless ? "true" : "false");
	case DIRECTION:
		return put_name(report,
			subject->rule->direction == RULE_EGRESS ? "egress" : "ingress", kind);
	case CONVERSATIONS:
		return bytes_append_number(out, usage->conversations);
	case SOLE:
		return bytes_append_number(out, usage->sole);
	case ANSWERS:
		return bytes_append_number(out, usage->answers);
	case EITHER:
		return bytes_append_number(out, usage->either);
	case MAYBE:
		return bytes_append_number(out, usage->maybe);
	case RECORDS:
		return bytes_append_number(out, peers->sum.records);
	case PACKETS:
		return bytes_append_number(out, peers->sum.packets);
	case BYTES:
		return bytes_append_number(out, peers->sum.bytes);
	case FIRST_USED:
		return put_time(report, peers->first, kind);
	case LAST_USED:
		return put_time(report, peers->last, kind);
	case PEERS:
		return bytes_append_number(out, peers->count);
	case WEAK_PEERS:
		return bytes_append_number(out, peers->weak_count);
	case PORTS:
		*kind = VALUE_TEXT;
		return peers_put_ports(peers, out);
	case PEER_CIDRS:
		return put_blocks(report);
	case WIDTH:
		return bytes_append_number(out, width_of(subject->rule));
	case SUBNETS:
		return bytes_append_number(out, peers->subnet_count);
	case FINDINGS_MEMBER:
		return put_findings(report, subject, true);
	case EVIDENCE:
		return put_evidence(report, subject->seen->evidence);
	case COVERED_BY:
		return ruleset_put_cover(&report->ruleset,
			&report->findings.verdicts[subject->number].covered_by, out);
	case WINDOW:
		return put_window(out, subject->seen->first, subject->seen->last);
	case MEMBERS:
		break;
	}
	return 0;
}

/* ---- lines and rows -------------------------------------------------------------------- */

static int put_line(struct report *report, const struct subject *subject)
{
	struct bytes *out = &report->output->bytes;

	for (int i = 0; i < MEMBERS; i++) {
		enum value_kind kind;
		int result;

		bytes_clear(&report->text);
		if (put_value(report, subject, (enum member)i, &kind) != 0 ||
			bytes_append_text(out, i == 0 ? "{\"" : ",\"") != 0 ||
			bytes_append_text(out, columns[i].name) != 0 ||
			bytes_append_text(out, "\":") != 0)
			return -1;
		if (kind == VALUE_NULL)
			result = bytes_append_text(out, "null");
		else if (kind == VALUE_TEXT)
			result = json_write_string(out, report->text.data, report->text.len);
		else
			result = bytes_append(out, report->text.data, report->text.len);
		if (result != 0)
			return -1;
	}
	if (bytes_append_text(out, "}\n") != 0)
		return -1;
	outfile_pass(report->output);
	return 0;
}

/* What people read is shorter: days of times, and no brackets. */
static int put_row(struct report *report, struct sheet *sheet, const struct subject *subject)
{
	for (int i = 0; i < MEMBERS; i++) {
		enum member member = (enum member)i;
		enum value_kind kind;
		size_t len;
		int result;

		bytes_clear(&report->text);
		if (sheet->format != SHEET_CSV && !columns[i].title) {
			sheet_put_text(sheet, "");
			continue;
		}
		if (member == NAME && !subject->owner->name.text && sheet->format != SHEET_CSV)
			member = OCID;
		if (member == FINDINGS_MEMBER && sheet->format != SHEET_CSV)
			result = put_findings(report, subject, false);
		else
			result = put_value(report, subject, member, &kind);
		if (result != 0)
			return -1;
		len = report->text.len;
		if (member == LAST_USED && sheet->format != SHEET_CSV && len > 10)
			len = 10;
		sheet_put(sheet, report->text.data, len);
	}
	return 0;
}

static int put_share(struct bytes *out, const char *key, uint64_t part, uint64_t whole)
{
	char text[64];

	snprintf(text, sizeof(text), ",\"%s\":%.4f", key,
		whole == 0 ? 0.0 : (double)part / (double)whole);
	return bytes_append_text(out, text);
}

static int put_summary(struct report *report)
{
	const struct usage *usage = &report->usage;
	struct bytes *out = &report->output->bytes;
	char text[256];

	snprintf(text, sizeof(text),
		"{\"kind\":\"summary\",\"lists\":%zu,\"groups\":%zu,\"rules\":%zu,\"unused\":"
		"%" PRIu64 ",\"records\":%" PRIu64 ",\"bytes\":%" PRIu64 ",\"window\":",
		report->list_count, report->group_count, report->rule_count, report->unused,
		usage->records, usage->bytes);
	if (bytes_append_text(out, text) != 0 || put_window(out, usage->first, usage->last) != 0 ||
		put_share(out, "unexplained_share", usage->unexplained, usage->accepted) != 0 ||
		put_share(out, "contradicted_share", usage->contradicted, usage->rejected) != 0 ||
		put_share(out, "undecided_share", usage->undecided, usage->accepted) != 0)
		return -1;
	return bytes_append_text(out, "}\n");
}

/* The same in words, after a table. */
static int put_sentence(struct report *report)
{
	const struct usage *usage = &report->usage;
	char from[UTC_TEXT_SIZE] = "", to[UTC_TEXT_SIZE] = "", text[512];

	if (!utc_text(from, usage->first) || !utc_text(to, usage->last))
		snprintf(text, sizeof(text), "\n%zu rules, no conversations\n", report->rule_count);
	else
		snprintf(text, sizeof(text),
			"\n%zu rules of %zu lists and %zu groups, %" PRIu64
			" unused; %.10s to %.10s, %" PRIu64 " records, %.1f %% unexplained\n",
			report->rule_count, report->list_count, report->group_count, report->unused,
			from, to, usage->records,
			usage->accepted == 0
				? 0.0
				: 100 * (double)usage->unexplained / (double)usage->accepted);
	return bytes_append_text(&report->output->bytes, text);
}

static int put_rule(struct report *report, struct sheet *sheet, size_t owner, size_t at)
{
	const struct ruleset_owner *of = &report->ruleset.owners[owner];
	struct subject subject = {
		.owner = of,
		.seen = &report->usage.owners[owner],
		.number = of->first + at,
		.rule = &of->rules[at],
		.usage = &report->usage.rules[of->first + at],
	};

	lookup_rule_texts(report->ruleset.lookup, subject.rule, &subject.texts);
	if (peers_gather(&report->peers, &report->flows, &report->usage, subject.usage,
		    report->options->min_packets) != 0)
		return -1;
	report->rule_count++;
	report->unused += (find(report, &subject) & 1u << UNUSED) != 0;
	return sheet ? put_row(report, sheet, &subject) : put_line(report, &subject);
}

static int put_rules(struct report *report, struct sheet *sheet)
{
	const struct ruleset *ruleset = &report->ruleset;

	for (size_t i = 0; i < ruleset->owner_count; i++) {
		if (!ruleset->owners[i].is_chosen)
			continue;
		report->list_count += !ruleset->owners[i].is_group;
		report->group_count += ruleset->owners[i].is_group;
		for (size_t j = 0; j < ruleset->owners[i].count; j++)
			if (put_rule(report, sheet, i, j) != 0)
				return -1;
	}
	return 0;
}

static int put_all(struct report *report)
{
	enum sheet_format format = report->options->format;
	struct sheet sheet;
	unsigned width;
	bool is_terminal = outfile_is_terminal(report->output, &width);
	int result;

	if (format == SHEET_AUTO)
		format = is_terminal ? SHEET_TABLE : SHEET_NDJSON;
	if (format == SHEET_NDJSON)
		return put_rules(report, NULL) != 0 ? -1 : put_summary(report);
	sheet_begin(&sheet, report->output, format, columns, MEMBERS);
	sheet.width = is_terminal ? width : 0;
	sheet.has_colour = is_terminal && report->options->wants_colour;
	result = put_rules(report, &sheet);
	if (sheet_end(&sheet) != 0)
		result = -1;
	if (result == 0 && format != SHEET_CSV)
		result = put_sentence(report);
	return result;
}

/* ---- the command ------------------------------------------------------------------------ */

static int take(void *context, const struct conversation *conversation)
{
	struct report *report = context;

	if (!options_wants(report->options, conversation))
		return 0;
	if (!conversation->has_period)
		report->may_reach_out = true;
	if (flows_add(&report->flows, conversation) == 0)
		return 0;
	msg_no_memory();
	return -1;
}

static int judge(struct report *report)
{
	const struct usage *usage = &report->usage;

	if (began_decide(&report->flows) != 0 ||
		usage_make(&report->usage, &report->ruleset, &report->flows,
			report->options->min_window) != 0 ||
		findings_make(&report->findings, &report->ruleset, false) != 0 ||
		peers_begin(&report->peers, &report->flows) != 0)
		return -1;
	if (report->flows.is_saturated)
		msg_warning("sums are larger than can be counted: they are the least that is true");
	options_warn_of_times(report->options, report->may_reach_out);
	if (usage->unknown > 0)
		msg_warning("%" PRIu64 " records are of subnets that the lookup file does not have",
			usage->unknown);
	return 0;
}

static void give_up_rights(const struct report *report)
{
	const struct outfile *output = report->output;
	struct rights rights;

	rights_begin(&rights);
	for (size_t i = 0; i < report->options->operand_count; i++)
		if (strcmp(report->options->operands[i], "-") != 0)
			rights_leave(&rights, report->options->operands[i], RIGHTS_READ);
	if (output->path && !output->replace.direct)
		rights_leave_open(&rights, output->replace.directory, RIGHTS_REPLACE);
	rights_give_up(&rights, RIGHTS_FILTER);
}

static enum exitcode run(struct report *report)
{
	const struct options *options = report->options;
	enum exitcode exitcode, written;

	give_up_rights(report);
	exitcode = input_read(options->operands, options->operand_count, take, report);
	if (exitcode <= EXITCODE_PARTIAL && (judge(report) != 0 || put_all(report) != 0)) {
		msg_no_memory();
		exitcode = EXITCODE_INTERNAL;
	}
	written = outfile_close(report->output, exitcode <= EXITCODE_PARTIAL);
	return written != EXITCODE_OK ? written : exitcode;
}

static enum exitcode run_file(const struct options *options)
{
	struct outfile output;
	struct report report = {
		.options = options,
		.output = &output,
		.flows = FLOWS_INIT,
		.text = BYTES_INIT(SIZE_MAX / 2),
	};
	struct lookup *lookup;
	enum exitcode exitcode =
		input_check(options->operands, options->operand_count, io_was_open(STDIN_FILENO));

	if (exitcode == EXITCODE_OK)
		exitcode = lookupfile_open_guarded(&lookup, options->metadata);
	if (exitcode != EXITCODE_OK)
		return exitcode;
	exitcode = ruleset_make(&report.ruleset, lookup, options);
	if (exitcode == EXITCODE_OK)
		exitcode = output_open(&output, options);
	if (exitcode == EXITCODE_OK)
		exitcode = run(&report);
	ruleset_free(&report.ruleset);
	flows_free(&report.flows);
	usage_free(&report.usage);
	findings_free(&report.findings);
	peers_free(&report.peers);
	bytes_free(&report.text);
	lookupfile_close(lookup);
	return exitcode;
}

int report_main(int argc, char **argv)
{
	struct options options;
	enum options_result result = options_parse(&options, OPTIONS_REPORT, argc, argv);
	enum exitcode exitcode = options_exitcode(result);

	if (result == OPTIONS_RUN)
		exitcode = run_file(&options);
	options_free(&options);
	return (int)exitcode;
}

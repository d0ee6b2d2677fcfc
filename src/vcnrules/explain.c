/*
 * One packet that nobody has sent, judged as the first one of a connection: a
 * rule of its direction lets it pass, or none does. It is asked of judge as if
 * it had been refused, once with all rules and, if none lets it pass, once with
 * those of its direction alone, since an answer that would pass has no nearest
 * rules.
 */
#include "vcnrules/explain.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/msg.h"
#include "base/protocol.h"
#include "lookup/content.h"
#include "lookup/rule.h"
#include "rules/judge.h"
#include "vcnrules/applied.h"
#include "vcnrules/ruleset.h"
#include "vcnrules/sheet.h"

/* ---- the command line ------------------------------------------------------------- */

static enum exitcode refuse(const char *what, const char *text, const char *want)
{
	char quoted[MSG_QUOTED_SIZE];

	msg_error("bad %s %s: want %s", what, msg_quote_name(quoted, text), want);
	return EXITCODE_REFUSED;
}

/* Reads a number of digits, at most maximum. Returns it, or -1. */
static long read_number(const char *text, long maximum)
{
	char *end;
	long number;

	if (*text < '0' || *text > '9' || strlen(text) > 5)
		return -1;
	number = strtol(text, &end, 10);
	return *end == '\0' && number <= maximum ? number : -1;
}

static enum exitcode read_protocol(const char *text, uint16_t *protocol)
{
	int number = protocol_parse(text, strlen(text));

	if (number < 0)
		return refuse("protocol", text, "0 to 255, or a name like tcp, udp or icmp");
	*protocol = (uint16_t)number;
	return EXITCODE_OK;
}

/* Reads ADDRESS, or with a port ADDRESS:PORT or [ADDRESS]:PORT. */
static enum exitcode read_end(
	const char *text, bool has_port, struct address *address, uint16_t *port)
{
	const char *want = has_port ? "ADDRESS:PORT, of IPv6 [ADDRESS]:PORT" : "an IP address";
	const char *colon = has_port ? strrchr(text, ':') : text + strlen(text);
	size_t len = colon ? (size_t)(colon - text) : 0;
	long number = colon && has_port ? read_number(colon + 1, UINT16_MAX) : 0;
	bool has_brackets = len > 2 && text[0] == '[' && text[len - 1] == ']';

	if (has_brackets) {
		text++;
		len -= 2;
	}
	if (number < 0 || address_parse(address, text, len) != 0 ||
		(has_port && has_brackets != (address->family == ADDRESS_IPV6)))
		return refuse("end", text, want);
	*port = (uint16_t)number;
	return EXITCODE_OK;
}

static enum exitcode read_operands(const struct options *options, struct judge_record *record)
{
	char *const *words = options->operands;
	enum exitcode exitcode;

	if (options->operand_count != 4) {
		msg_error("want ingress or egress, a protocol, a source and a destination, see "
			  "'vcnrules explain --help'");
		return EXITCODE_REFUSED;
	}
	record->direction = DIRECTION_INGRESS;
	if (strcasecmp(words[0], "egress") == 0)
		record->direction = DIRECTION_EGRESS;
	else if (strcasecmp(words[0], "ingress") != 0)
		return refuse("direction", words[0], "ingress or egress");
	exitcode = read_protocol(words[1], &record->protocol);
	record->has_ports = rule_protocol_has_ports(record->protocol);
	if (exitcode == EXITCODE_OK)
		exitcode = read_end(
			words[2], record->has_ports, &record->source, &record->source_port);
	if (exitcode == EXITCODE_OK)
		exitcode = read_end(words[3], record->has_ports, &record->destination,
			&record->destination_port);
	if (exitcode == EXITCODE_OK && record->source.family != record->destination.family) {
		msg_error("the source and the destination are of two IP versions");
		exitcode = EXITCODE_REFUSED;
	}
	return exitcode;
}

/* ---- the answer -------------------------------------------------------------------- */

struct explanation {
	const struct options *options;
	struct outfile *output;
	struct sheet sheet;
	struct ruleset ruleset;
	struct applied applied;
	struct judge_record record;
	struct judgement *judgement;
	const char *verdict;
	const char *confidence;
};

static const struct address *local_address(const struct explanation *explanation)
{
	const struct judge_record *record = &explanation->record;

	return record->direction == DIRECTION_EGRESS ? &record->source : &record->destination;
}

/* A source and a destination that were taken for each other get an answer, too. */
static void warn_if_outside(
	const struct explanation *explanation, const struct content_subnet *subnet)
{
	bool is_egress = explanation->record.direction == DIRECTION_EGRESS;
	char quoted[MSG_QUOTED_SIZE], quoted_subnet[MSG_QUOTED_SIZE];

	if (subnet->subnet.prefix_count == 0)
		return;
	for (size_t i = 0; i < subnet->subnet.prefix_count; i++)
		if (prefix_holds(&subnet->subnet.prefixes[i], local_address(explanation)))
			return;
	msg_warning("%s is not in subnet %s: what leaves it has its source there, what enters "
		    "its destination",
		msg_quote_name(quoted, explanation->options->operands[is_egress ? 2 : 3]),
		msg_quote_name(quoted_subnet, explanation->options->chosen[0].name));
}

/* The VNIC that was named, or that holds the local address in the subnet; false: none known. */
static bool find_vnic(const struct explanation *explanation, const struct content_subnet *subnet,
	struct lookup_vnic *vnic)
{
	const struct lookup *lookup = explanation->ruleset.lookup;
	const char *ocid = explanation->options->vnic;
	uint32_t holder;

	if (ocid)
		return lookup_find_vnic(lookup, NULL, ocid, strlen(ocid), vnic);
	holder = lookup_find_holder(lookup, subnet->subnet.vcn, local_address(explanation));
	if (holder == LOOKUP_NONE)
		return false;
	lookup_vnic(lookup, holder, vnic);
	return !vnic->subnet.text ||
	       (vnic->subnet.len == subnet->ocid.len &&
		       memcmp(vnic->subnet.text, subnet->ocid.text, subnet->ocid.len) == 0);
}

static const char *confidence_of(const struct judgement *judgement)
{
	return judge_confidence_name(judgement->confidence);
}

/* The nearest rules, as if no answer could be meant. */
static int find_nearest(struct explanation *explanation, const struct judge_rules *all)
{
	struct judgement *judgement = explanation->judgement;
	struct judge_entries *reply = malloc(sizeof(*reply));
	struct judge_run *runs = calloc(all->run_count + 1, sizeof(*runs));
	struct judge_rules rules = *all;

	if (!reply || !runs) {
		free(reply);
		free(runs);
		return -1;
	}
	for (size_t i = 0; i < all->run_count; i++) {
		runs[i] = all->runs[i];
		if (explanation->record.direction == DIRECTION_INGRESS) {
			runs[i].egress_count = 0;
		} else {
			runs[i].first += runs[i].ingress_count;
			runs[i].ingress_count = 0;
		}
	}
	rules.runs = runs;
	*reply = judgement->reply;
	judge_record(judgement, &explanation->record, &rules);
	judgement->reply = *reply;
	free(reply);
	free(runs);
	return 0;
}

static int judge(struct explanation *explanation)
{
	struct judgement *judgement = explanation->judgement;
	const struct judge_rules *rules = &explanation->applied.rules;

	explanation->record.action = ACTION_REJECT;
	judge_record(judgement, &explanation->record, rules);
	if (judgement->verdict == JUDGE_EXEMPT) {
		explanation->verdict = "exempt";
		explanation->confidence = confidence_of(judgement);
	} else if (judgement->permitted.count > 0) {
		explanation->verdict = "permitted";
		explanation->confidence = judgement->permitted.has_yes ? "certain" : "possible";
		judgement->nearest_count = 0;
	} else {
		if (find_nearest(explanation, rules) != 0)
			return -1;
		explanation->verdict = "denied";
		explanation->confidence = confidence_of(judgement);
	}
	return 0;
}

/* With a subnet that is not in the file nothing can be said. */
static void judge_unknown(struct explanation *explanation)
{
	explanation->verdict = "unknown";
	explanation->confidence = "none";
	explanation->judgement->is_complete = false;
	explanation->judgement->permitted.count = 0;
	explanation->judgement->reply.count = 0;
	explanation->judgement->nearest_count = 0;
}

/* ---- what is written --------------------------------------------------------------- */

/* Appends the names of the bits that are set, between quotes. */
static int put_bits(struct bytes *out, unsigned bits, const char *(*name)(unsigned), unsigned count)
{
	const char *separator = "\"";

	for (unsigned i = 0; i < count; i++) {
		if (!(bits & 1u << i))
			continue;
		if (bytes_append_text(out, separator) != 0 ||
			bytes_append_text(out, name(i)) != 0 || bytes_append_char(out, '"') != 0)
			return -1;
		separator = ",\"";
	}
	return 0;
}

/* An entry is an object of the file, to which members are added at its end. */
static int put_entry(struct explanation *explanation, const struct judge_entry *entry)
{
	const struct rule *rule = &explanation->applied.rules.rules[entry->rule];
	struct bytes *out = &explanation->output->bytes;
	struct lookup_rule_texts texts;

	lookup_rule_texts(explanation->ruleset.lookup, rule, &texts);
	if (texts.entry.len == 0 || bytes_append(out, texts.entry.text, texts.entry.len - 1) != 0)
		return -1;
	if (entry->maybe != 0 &&
		(bytes_append_text(out, ",\"maybe\":[") != 0 ||
			put_bits(out, entry->maybe, match_maybe_name, MATCH_MAYBE_COUNT) != 0 ||
			bytes_append_char(out, ']') != 0))
		return -1;
	if (entry->misses != 0 &&
		(bytes_append_text(out, ",\"misses\":[") != 0 ||
			put_bits(out, entry->misses, match_miss_name, MATCH_MISS_COUNT) != 0 ||
			bytes_append_char(out, ']') != 0))
		return -1;
	return bytes_append_char(out, '}');
}

static int put_entries(struct explanation *explanation, const char *key,
	const struct judge_entry *entries, size_t count)
{
	struct bytes *out = &explanation->output->bytes;

	if (bytes_append_text(out, key) != 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		if ((i > 0 && bytes_append_char(out, ',') != 0) ||
			put_entry(explanation, &entries[i]) != 0)
			return -1;
	return bytes_append_char(out, ']');
}

static int put_object(struct explanation *explanation)
{
	const struct judgement *judgement = explanation->judgement;
	struct bytes *out = &explanation->output->bytes;

	if (bytes_append_text(out, "{\"verdict\":\"") != 0 ||
		bytes_append_text(out, explanation->verdict) != 0 ||
		bytes_append_text(out, "\",\"confidence\":\"") != 0 ||
		bytes_append_text(out, explanation->confidence) != 0 ||
		bytes_append_text(out, judgement->is_complete ? "\",\"complete\":true"
							      : "\",\"complete\":false") != 0 ||
		put_entries(explanation, ",\"permitted_by\":[", judgement->permitted.at,
			judgement->permitted.count) != 0 ||
		put_entries(explanation, ",\"reply_to\":[", judgement->reply.at,
			judgement->reply.count) != 0 ||
		put_entries(explanation, ",\"nearest\":[", judgement->nearest,
			judgement->nearest_count) != 0)
		return -1;
	return bytes_append_text(out, "}\n");
}

static const struct sheet_column columns[] = {{"verdict", "VERDICT"}, {"confidence", "CONFIDENCE"},
	{"complete", "COMPLETE"}, {"role", "ROLE"}, {"ocid", NULL}, {"name", "LIST OR GROUP"},
	{"rule", "RULE"}, {"id", NULL}, {"maybe", "MAYBE"}, {"misses", "MISSES"}};

#define COLUMN_COUNT (sizeof(columns) / sizeof(columns[0]))

/* The names of the bits that are set. */
static void put_names(
	struct sheet *sheet, unsigned bits, const char *(*name)(unsigned), unsigned count)
{
	sheet_list_begin(sheet);
	for (unsigned i = 0; i < count; i++)
		if (bits & 1u << i)
			sheet_list_add(sheet, name(i));
	sheet_list_end(sheet);
}

static void put_verdict(struct explanation *explanation, const char *role)
{
	struct sheet *sheet = &explanation->sheet;

	sheet_put_word(sheet, explanation->verdict);
	sheet_put_word(sheet, explanation->confidence);
	sheet_put_flag(sheet, explanation->judgement->is_complete);
	sheet_put_word(sheet, role);
}

/* A row for each rule. */
static void put_rows(struct explanation *explanation, const char *role,
	const struct judge_entry *entries, size_t count)
{
	struct sheet *sheet = &explanation->sheet;

	for (size_t i = 0; i < count; i++) {
		const struct rule *rule = &explanation->applied.rules.rules[entries[i].rule];
		const struct ruleset_owner *owner =
			ruleset_owner_of_rule(&explanation->ruleset, rule);
		struct lookup_rule_texts texts;

		lookup_rule_texts(explanation->ruleset.lookup, rule, &texts);
		put_verdict(explanation, role);
		sheet_put_text(sheet, &owner->ocid);
		sheet_put_name(sheet, &owner->name, &owner->ocid);
		sheet_put_text(sheet, &texts.text);
		sheet_put_text(sheet, &texts.id);
		put_names(sheet, entries[i].maybe, match_maybe_name, MATCH_MAYBE_COUNT);
		put_names(sheet, entries[i].misses, match_miss_name, MATCH_MISS_COUNT);
	}
}

/* A row for each rule, or one for the verdict alone. */
static void put_sheet(struct explanation *explanation)
{
	const struct judgement *judgement = explanation->judgement;

	put_rows(explanation, "permitted_by", judgement->permitted.at, judgement->permitted.count);
	put_rows(explanation, "reply_to", judgement->reply.at, judgement->reply.count);
	put_rows(explanation, "nearest", judgement->nearest, judgement->nearest_count);
	if (judgement->permitted.count + judgement->reply.count + judgement->nearest_count > 0)
		return;
	put_verdict(explanation, "");
	for (size_t i = 4; i < COLUMN_COUNT; i++)
		sheet_put_null(&explanation->sheet);
}

/* NDJSON is one object that holds the rules, whatever their number. */
static int put_answer(struct explanation *explanation)
{
	struct sheet *sheet = &explanation->sheet;
	int result = 0;

	sheet_begin(sheet, explanation->output, explanation->options, columns, COLUMN_COUNT);
	if (sheet->format == SHEET_NDJSON)
		result = put_object(explanation);
	else
		put_sheet(explanation);
	return sheet_end(sheet) != 0 ? -1 : result;
}

/* ---- the command -------------------------------------------------------------------- */

/* Judges it in the subnet that was named. Returns 0, or -1: no memory. */
static int judge_in(struct explanation *explanation, const struct content_subnet *subnet)
{
	const char *ocid = explanation->options->vnic;
	char quoted[MSG_QUOTED_SIZE];
	struct lookup_vnic vnic;
	bool is_known;

	if (!subnet->ocid.text) {
		judge_unknown(explanation);
		return 0;
	}
	warn_if_outside(explanation, subnet);
	is_known = find_vnic(explanation, subnet, &vnic);
	if (ocid && !is_known)
		msg_warning("the lookup file has no VNIC %s: which groups it is in is not known",
			msg_quote_name(quoted, ocid));
	applied_set(&explanation->applied, &subnet->subnet, is_known ? &vnic : NULL);
	return judge(explanation);
}

static enum exitcode run(struct explanation *explanation, const struct content_subnet *subnet)
{
	explanation->judgement = malloc(sizeof(*explanation->judgement));
	if (explanation->judgement &&
		applied_begin(&explanation->applied, explanation->ruleset.lookup) == 0 &&
		judge_in(explanation, subnet) == 0 && put_answer(explanation) == 0)
		return EXITCODE_OK;
	msg_no_memory();
	return EXITCODE_INTERNAL;
}

/* The subnet that was named; all zeros if it is an OCID that the file lacks. */
static enum exitcode find_subnet(
	const struct lookup *lookup, const struct options *options, struct content_subnet *subnet)
{
	const char *name = options->chosen_count == 1 ? options->chosen[0].name : NULL;

	*subnet = (struct content_subnet){0};
	if (!name) {
		msg_error("want one --subnet, see 'vcnrules explain --help'");
		return EXITCODE_REFUSED;
	}
	if (strncmp(name, "ocid1.", 6) == 0) {
		(void)content_find_subnet(lookup, name, strlen(name), subnet);
		return EXITCODE_OK;
	}
	return ruleset_find_subnet(lookup, name, subnet);
}

enum exitcode explain_run(struct command *command)
{
	struct explanation explanation = {
		.options = command->options,
		.output = &command->output,
	};
	const struct options all = {0};
	struct content_subnet subnet;
	enum exitcode exitcode = read_operands(command->options, &explanation.record);

	if (exitcode == EXITCODE_OK)
		exitcode = find_subnet(command->lookup, command->options, &subnet);
	if (exitcode == EXITCODE_OK)
		exitcode = ruleset_make(&explanation.ruleset, command->lookup, &all);
	if (exitcode == EXITCODE_OK)
		exitcode = command_begin(command);
	if (exitcode == EXITCODE_OK)
		exitcode = command_end(command, run(&explanation, &subnet));
	ruleset_free(&explanation.ruleset);
	applied_free(&explanation.applied);
	free(explanation.judgement);
	return exitcode;
}

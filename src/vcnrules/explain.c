/*
 * One packet that nobody has sent, judged as the first one of a connection: a
 * rule of its direction lets it pass, or none does. It is asked of judge as if
 * it had been refused, once with all rules and, if none lets it pass, once with
 * those of its direction alone, since an answer that would pass has no nearest
 * rules.
 */
#include "vcnrules/explain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/msg.h"
#include "base/protocol.h"
#include "base/rights.h"
#include "lookup/content.h"
#include "lookup/lookupfile.h"
#include "lookup/rule.h"
#include "rules/judge.h"
#include "vcnrules/applied.h"
#include "vcnrules/options.h"
#include "vcnrules/output.h"
#include "vcnrules/ruleset.h"
#include "vcnrules/sheet.h"
#include "json/write.h"

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
	record->direction = JUDGE_INGRESS;
	if (strcasecmp(words[0], "egress") == 0)
		record->direction = JUDGE_EGRESS;
	else if (strcasecmp(words[0], "ingress") != 0)
		return refuse("direction", words[0], "ingress or egress");
	exitcode = read_protocol(words[1], &record->protocol);
	record->has_ports = record->protocol == RULE_TCP || record->protocol == RULE_UDP;
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
	struct ruleset ruleset;
	struct applied applied;
	struct judge_record record;
	struct judgement *judgement;
	const char *verdict;
	const char *confidence;
	struct bytes text;
};

/* The VNIC that was named, or that holds the local address; false: none known. */
static bool find_vnic(const struct explanation *explanation, const struct lookup_subnet *subnet,
	struct lookup_vnic *vnic)
{
	const struct lookup *lookup = explanation->ruleset.lookup;
	const struct judge_record *record = &explanation->record;
	const char *ocid = explanation->options->vnic;
	uint32_t holder;

	if (ocid)
		return lookup_find_vnic(lookup, NULL, ocid, strlen(ocid), vnic);
	holder = lookup_find_holder(lookup, subnet->vcn,
		record->direction == JUDGE_EGRESS ? &record->source : &record->destination);
	if (holder == LOOKUP_NONE)
		return false;
	lookup_vnic(lookup, holder, vnic);
	return true;
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
		if (explanation->record.direction == JUDGE_INGRESS) {
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

	explanation->record.action = JUDGE_REJECT;
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

/* The names of bits as words. */
static int put_words(struct explanation *explanation, struct sheet *sheet, unsigned bits,
	const char *(*name)(unsigned), unsigned count)
{
	struct bytes *text = &explanation->text;

	bytes_clear(text);
	for (unsigned i = 0; i < count; i++) {
		if (!(bits & 1u << i))
			continue;
		if ((text->len > 0 && bytes_append_char(text, ' ') != 0) ||
			bytes_append_text(text, name(i)) != 0)
			return -1;
	}
	sheet_put(sheet, text->data, text->len);
	return 0;
}

static void put_verdict(
	const struct explanation *explanation, struct sheet *sheet, const char *role)
{
	sheet_put_text(sheet, explanation->verdict);
	sheet_put_text(sheet, explanation->confidence);
	sheet_put_text(sheet, explanation->judgement->is_complete ? "yes" : "no");
	sheet_put_text(sheet, role);
}

/* A row for each rule, or one for the verdict alone. */
static int put_rows(struct explanation *explanation, struct sheet *sheet, const char *role,
	const struct judge_entry *entries, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct rule *rule = &explanation->applied.rules.rules[entries[i].rule];
		const struct ruleset_owner *owner =
			ruleset_owner_of_rule(&explanation->ruleset, rule);
		struct lookup_rule_texts texts;

		lookup_rule_texts(explanation->ruleset.lookup, rule, &texts);
		put_verdict(explanation, sheet, role);
		sheet_put(sheet, owner->ocid.text, owner->ocid.len);
		sheet_put(sheet, owner->name.text, owner->name.len);
		sheet_put(sheet, texts.text.text, texts.text.len);
		sheet_put(sheet, texts.id.text, texts.id.len);
		if (put_words(explanation, sheet, entries[i].maybe, match_maybe_name,
			    MATCH_MAYBE_COUNT) != 0 ||
			put_words(explanation, sheet, entries[i].misses, match_miss_name,
				MATCH_MISS_COUNT) != 0)
			return -1;
	}
	return 0;
}

static int put_sheet(struct explanation *explanation, enum sheet_format format)
{
	const struct judgement *judgement = explanation->judgement;
	struct sheet sheet;
	unsigned width;
	int result;

	sheet_begin(&sheet, explanation->output, format, columns, COLUMN_COUNT);
	if (outfile_is_terminal(explanation->output, &width)) {
		sheet.width = width;
		sheet.has_colour = explanation->options->wants_colour;
	}
	result = put_rows(explanation, &sheet, "permitted_by", judgement->permitted.at,
		judgement->permitted.count);
	if (result == 0)
		result = put_rows(explanation, &sheet, "reply_to", judgement->reply.at,
			judgement->reply.count);
	if (result == 0)
		result = put_rows(explanation, &sheet, "nearest", judgement->nearest,
			judgement->nearest_count);
	if (judgement->permitted.count + judgement->reply.count + judgement->nearest_count == 0) {
		put_verdict(explanation, &sheet, "");
		for (size_t i = 4; i < COLUMN_COUNT; i++)
			sheet_put_text(&sheet, "");
	}
	return sheet_end(&sheet) != 0 ? -1 : result;
}

static int put_answer(struct explanation *explanation)
{
	enum sheet_format format = explanation->options->format;
	unsigned width;

	if (format == SHEET_AUTO)
		format = outfile_is_terminal(explanation->output, &width) ? SHEET_TABLE
									  : SHEET_NDJSON;
	return format == SHEET_NDJSON ? put_object(explanation) : put_sheet(explanation, format);
}

/* ---- the command -------------------------------------------------------------------- */

/* Judges it in the subnet that was named. Returns 0, or -1: no memory. */
static int judge_in(struct explanation *explanation, const struct content_subnet *subnet)
{
	struct lookup_vnic vnic;
	bool is_known;

	if (!subnet->ocid.text) {
		judge_unknown(explanation);
		return 0;
	}
	is_known = find_vnic(explanation, &subnet->subnet, &vnic);
	applied_set(&explanation->applied, &subnet->subnet, is_known ? &vnic : NULL);
	return judge(explanation);
}

static enum exitcode run(struct explanation *explanation, const struct content_subnet *subnet)
{
	const struct outfile *output = explanation->output;
	enum exitcode exitcode = EXITCODE_OK;
	enum exitcode written;
	struct rights rights;

	rights_begin(&rights);
	if (output->path && !output->replace.direct)
		rights_leave_open(&rights, output->replace.directory, RIGHTS_REPLACE);
	rights_give_up(&rights, RIGHTS_FILTER);
	explanation->judgement = malloc(sizeof(*explanation->judgement));
	if (!explanation->judgement ||
		applied_begin(&explanation->applied, explanation->ruleset.lookup) != 0 ||
		judge_in(explanation, subnet) != 0 || put_answer(explanation) != 0) {
		msg_no_memory();
		exitcode = EXITCODE_INTERNAL;
	}
	written = outfile_close(explanation->output, exitcode == EXITCODE_OK);
	return exitcode == EXITCODE_OK ? written : exitcode;
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

static enum exitcode run_file(const struct options *options)
{
	struct outfile output;
	struct explanation explanation = {
		.options = options,
		.output = &output,
		.text = BYTES_INIT(SIZE_MAX / 2),
	};
	const struct options none = {0};
	struct content_subnet subnet;
	struct lookup *lookup;
	enum exitcode exitcode = read_operands(options, &explanation.record);

	if (exitcode == EXITCODE_OK)
		exitcode = lookupfile_open_guarded(&lookup, options->metadata);
	if (exitcode != EXITCODE_OK)
		return exitcode;
	exitcode = find_subnet(lookup, options, &subnet);
	if (exitcode == EXITCODE_OK)
		exitcode = ruleset_make(&explanation.ruleset, lookup, &none);
	if (exitcode == EXITCODE_OK)
		exitcode = output_open(&output, options);
	if (exitcode == EXITCODE_OK)
		exitcode = run(&explanation, &subnet);
	ruleset_free(&explanation.ruleset);
	applied_free(&explanation.applied);
	free(explanation.judgement);
	bytes_free(&explanation.text);
	lookupfile_close(lookup);
	return exitcode;
}

int explain_main(int argc, char **argv)
{
	struct options options;
	enum options_result result = options_parse(&options, OPTIONS_EXPLAIN, argc, argv);
	enum exitcode exitcode = options_exitcode(result);

	if (result == OPTIONS_RUN)
		exitcode = run_file(&options);
	options_free(&options);
	return (int)exitcode;
}

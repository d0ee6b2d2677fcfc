/*
 * One line a rule: what used it, and what to make of that. Conversations are
 * read, summed and judged first, all of them; then the rules are gone through in
 * order, so that the output depends neither on the order of the input nor on how
 * it was cut.
 */
#include "vcnrules/report.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/msg.h"
#include "base/utc.h"
#include "vcnrules/analysis.h"
#include "vcnrules/page.h"
#include "vcnrules/sheet.h"

struct report {
	struct analysis analysis;
	struct sheet sheet;
	struct bytes text; /* of one value */
	uint64_t unused;   /* rules so far that are found unused */
	size_t list_count; /* that were reported, of these: */
	size_t group_count;
	size_t rule_count;
};

/* ---- rows ---------------------------------------------------------------------------- */

static const struct sheet_column columns[] = {
	{"ocid", NULL},
	{"name", "LIST OR GROUP"},
	{"kind", NULL},
	{"rule", "RULE"},
	{"id", NULL},
	{"description", NULL},
	{"stateless", NULL},
	{"direction", NULL},
	{"conversations", "USED"},
	{"sole", "SOLE"},
	{"answers", NULL},
	{"either", NULL},
	{"maybe", NULL},
	{"records", NULL},
	{"packets", NULL},
	{"bytes", NULL},
	{"first_used", NULL},
	{"last_used", "LAST USED"},
	{"peers", "PEERS"},
	{"weak_peers", NULL},
	{"ports", "PORTS"},
	{"peer_cidrs", NULL},
	{"width", NULL},
	{"subnets", NULL},
	{"findings", "FINDINGS"},
	{"evidence", NULL},
	{"covered_by", NULL},
	{"window", NULL},
};

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

static void put_blocks(struct sheet *sheet, const struct peers *peers)
{
	char text[PREFIX_TEXT_SIZE];

	sheet_list_begin(sheet);
	for (size_t i = 0; i < peers->block_count; i++) {
		(void)prefix_text(text, &peers->blocks[i]);
		sheet_list_add(sheet, text);
	}
	sheet_list_end(sheet);
}

static void put_findings(struct sheet *sheet, const struct analysis_rule *rule)
{
	const char *name;
	size_t at = 0;

	sheet_list_begin(sheet);
	while ((name = analysis_next_finding(rule, &at)) != NULL)
		sheet_list_add(sheet, name);
	sheet_list_end(sheet);
}

static void put_evidence(struct sheet *sheet, unsigned evidence)
{
	const char *name;
	size_t at = 0;

	sheet_list_begin(sheet);
	while ((name = analysis_next_evidence(evidence, &at)) != NULL)
		sheet_list_add(sheet, name);
	sheet_list_end(sheet);
}

/* Whose rule it is and what it says. */
static void put_identity(struct sheet *sheet, const struct analysis_rule *rule)
{
	sheet_put_text(sheet, &rule->owner->ocid);
	sheet_put_name(sheet, &rule->owner->name, &rule->owner->ocid);
	sheet_put_word(sheet, ruleset_kind_name(rule->owner));
	sheet_put_text(sheet, &rule->texts.text);
	sheet_put_text(sheet, &rule->texts.id);
	sheet_put_text(sheet, &rule->texts.description);
	sheet_put_flag(sheet, rule->rule->is_stateless);
	sheet_put_word(sheet, rule->rule->direction == DIRECTION_EGRESS ? "egress" : "ingress");
}

/* What used it. */
static int put_use(struct report *report, const struct analysis_rule *rule)
{
	const struct peers *peers = rule->peers;
	struct sheet *sheet = &report->sheet;

	sheet_put_number(sheet, rule->usage->conversations);
	sheet_put_number(sheet, rule->usage->sole);
	sheet_put_number(sheet, rule->usage->answers);
	sheet_put_number(sheet, rule->usage->either);
	sheet_put_number(sheet, rule->usage->maybe);
	sheet_put_number(sheet, peers->sum.records);
	sheet_put_number(sheet, peers->sum.packets);
	sheet_put_number(sheet, peers->sum.bytes);
	sheet_put_time(sheet, peers->first);
	sheet_put_time(sheet, peers->last);
	sheet_put_number(sheet, peers->count);
	sheet_put_number(sheet, peers->weak_count);
	bytes_clear(&report->text);
	if (peers_put_ports(peers, &report->text) != 0)
		return -1;
	sheet_put_text(sheet, &(struct lookup_text){report->text.len > 0 ? report->text.data : "",
				      report->text.len});
	put_blocks(sheet, peers);
	return 0;
}

static int put_row(struct report *report, const struct analysis_rule *rule)
{
	struct sheet *sheet = &report->sheet;

	put_identity(sheet, rule);
	if (put_use(report, rule) != 0)
		return -1;
	sheet_put_number(sheet, rule->width);
	sheet_put_number(sheet, rule->peers->subnet_count);
	put_findings(sheet, rule);
	put_evidence(sheet, rule->evidence);
	bytes_clear(&report->text);
	if (ruleset_put_cover(
		    &report->analysis.ruleset, &rule->verdict->covered_by, &report->text) != 0)
		return -1;
	sheet_put_bytes(sheet, &report->text);
	bytes_clear(&report->text);
	if (put_window(&report->text, rule->seen->first, rule->seen->last) != 0)
		return -1;
	sheet_put_bytes(sheet, &report->text);
	return 0;
}

static int put_rules(struct report *report)
{
	const struct ruleset *ruleset = &report->analysis.ruleset;
	struct analysis_rule rule;

	for (size_t i = 0; i < ruleset->owner_count; i++) {
		if (!ruleset->owners[i].is_chosen)
			continue;
		report->list_count += !ruleset->owners[i].is_group;
		report->group_count += ruleset->owners[i].is_group;
		for (size_t j = 0; j < ruleset->owners[i].count; j++) {
			if (analysis_look(&report->analysis, i, j, &rule) != 0 ||
				put_row(report, &rule) != 0)
				return -1;
			report->rule_count++;
			report->unused += (rule.findings & ANALYSIS_BIT(ANALYSIS_UNUSED)) != 0;
		}
	}
	return 0;
}

/* ---- the summary --------------------------------------------------------------------- */

static int put_share(struct bytes *out, const char *key, uint64_t part, uint64_t whole)
{
	char text[64];

	snprintf(text, sizeof(text), ",\"%s\":%.4f", key,
		whole == 0 ? 0.0 : (double)part / (double)whole);
	return bytes_append_text(out, text);
}

static int put_summary(const struct report *report, struct bytes *out)
{
	const struct usage *usage = &report->analysis.usage;
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
static int put_sentence(const struct report *report, struct bytes *out)
{
	const struct usage *usage = &report->analysis.usage;
	char from[UTC_TEXT_SIZE] = "", to[UTC_TEXT_SIZE] = "", text[512];
	int len = snprintf(text, sizeof(text),
		"\n%zu rule%s of %zu list%s and %zu group%s, %" PRIu64 " unused.\n",
		report->rule_count, msg_plural(report->rule_count), report->list_count,
		msg_plural(report->list_count), report->group_count,
		msg_plural(report->group_count), report->unused);

	if (!utc_text(from, usage->first) || !utc_text(to, usage->last))
		snprintf(text + len, sizeof(text) - (size_t)len, "No conversations were seen.\n");
	else
		snprintf(text + len, sizeof(text) - (size_t)len,
			"Seen from %.10s to %.10s: %" PRIu64 " records, %.1f %% unexplained.\n",
			from, to, usage->records,
			usage->accepted == 0
				? 0.0
				: 100 * (double)usage->unexplained / (double)usage->accepted);
	return sheet_write_lines(&report->sheet, out, text);
}

/* ---- the command ------------------------------------------------------------------------ */

static int put_all(struct report *report, struct command *command)
{
	struct bytes *out = &command->output.bytes;
	enum sheet_format format;
	int result;

	if (command->options->format == SHEET_HTML)
		return page_write_report(
			&command->output, &report->analysis, command->options->chosen_count > 0);
	sheet_begin(&report->sheet, &command->output, command->options, columns,
		sizeof(columns) / sizeof(columns[0]));
	format = report->sheet.format;
	result = put_rules(report);
	if (sheet_end(&report->sheet) != 0 || result != 0)
		return -1;
	if (format == SHEET_NDJSON)
		return put_summary(report, out);
	return format == SHEET_CSV ? 0 : put_sentence(report, out);
}

static enum exitcode run(struct report *report, struct command *command)
{
	enum exitcode exitcode = analysis_read(&report->analysis, command);

	if (exitcode > EXITCODE_PARTIAL || put_all(report, command) == 0)
		return exitcode;
	msg_no_memory();
	return EXITCODE_INTERNAL;
}

enum exitcode report_run(struct command *command)
{
	struct report report = {.text = BYTES_INIT(SIZE_MAX / 2)};
	enum exitcode exitcode = analysis_begin(&report.analysis, command);

	if (exitcode == EXITCODE_OK)
		exitcode = command_begin(command);
	if (exitcode == EXITCODE_OK)
		exitcode = command_end(command, run(&report, command));
	analysis_free(&report.analysis);
	bytes_free(&report.text);
	return exitcode;
}

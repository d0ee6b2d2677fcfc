/* Findings of rules, one line a rule, from the rules alone. */
#include "vcnrules/lint.h"

#include <stdlib.h>
#include <string.h>

#include "base/msg.h"
#include "base/rights.h"
#include "lookup/lookupfile.h"
#include "vcnrules/findings.h"
#include "vcnrules/options.h"
#include "vcnrules/output.h"
#include "vcnrules/ruleset.h"
#include "vcnrules/sheet.h"
#include "json/write.h"

struct lint {
	const struct options *options;
	struct outfile *output;
	struct ruleset ruleset;
	struct findings findings;
	struct bytes text; /* of one cell or line */
};

static void lint_free(struct lint *lint)
{
	ruleset_free(&lint->ruleset);
	findings_free(&lint->findings);
	bytes_free(&lint->text);
}

/* ---- what is written --------------------------------------------------------------- */

/* Appends a text as JSON, null where there is none. */
static int put_json(struct bytes *out, const char *key, const struct lookup_text *text)
{
	if (bytes_append_text(out, key) != 0)
		return -1;
	if (!text->text)
		return bytes_append_text(out, "null");
	return json_write_string(out, text->text, text->len);
}

static int put_findings(struct bytes *out, unsigned found)
{
	const char *separator = "[\"";
	const char *name;
	size_t at = 0;

	while ((name = findings_next_name(found, &at)) != NULL) {
		if (bytes_append_text(out, separator) != 0 || bytes_append_text(out, name) != 0 ||
			bytes_append_char(out, '"') != 0)
			return -1;
		separator = ",\"";
	}
	return bytes_append_char(out, ']');
}

static const char *kind_of(const struct ruleset_owner *owner)
{
	return owner->is_group ? "nsg" : "security_list";
}

static struct lookup_text id_of(const struct ruleset *ruleset, size_t rule)
{
	struct lookup_rule_texts texts;

	lookup_rule_texts(ruleset->lookup, ruleset->rules[rule].rule, &texts);
	return texts.id;
}

static int put_line(struct lint *lint, const struct ruleset_owner *owner, size_t rule)
{
	const struct ruleset *ruleset = &lint->ruleset;
	const struct boxes_verdict *verdict = &lint->findings.verdicts[rule];
	struct lookup_text text = {ruleset->rules[rule].text, ruleset->rules[rule].text_len};
	struct lookup_text id = id_of(ruleset, rule);
	struct bytes *out = &lint->output->bytes;

	if (put_json(out, "{\"ocid\":", &owner->ocid) != 0 ||
		put_json(out, ",\"name\":", &owner->name) != 0 ||
		bytes_append_text(out, ",\"kind\":\"") != 0 ||
		bytes_append_text(out, kind_of(owner)) != 0 ||
		put_json(out, "\",\"rule\":", &text) != 0 || put_json(out, ",\"id\":", &id) != 0 ||
		bytes_append_text(out, ",\"findings\":") != 0 ||
		put_findings(out, verdict->findings) != 0 ||
		bytes_append_text(out, ",\"covered_by\":") != 0 ||
		ruleset_put_cover(ruleset, &verdict->covered_by, out) != 0 ||
		bytes_append_text(out, verdict->is_removable ? ",\"removable\":true}\n"
							     : ",\"removable\":false}\n") != 0)
		return -1;
	outfile_pass(lint->output);
	return 0;
}

/* For people: the finding's names, and of what covers it the rules' texts, with
 * the name of their list where that is another. */
static int put_words(struct lint *lint, struct sheet *sheet, const struct ruleset_owner *owner,
	const struct boxes_verdict *verdict)
{
	const struct ruleset *ruleset = &lint->ruleset;
	struct bytes *text = &lint->text;
	const char *name;
	size_t at = 0;
	int result = 0;

	bytes_clear(text);
	while ((name = findings_next_name(verdict->findings, &at)) != NULL) {
		result |= text->len > 0 ? bytes_append_text(text, ", ") : 0;
		result |= bytes_append_text(text, name);
	}
	sheet_put(sheet, text->data, text->len);
	bytes_clear(text);
	for (size_t i = 0; i < verdict->covered_by.count; i++) {
		size_t number = verdict->covered_by.rules[i];
		const struct ruleset_owner *other = ruleset_owner_of(ruleset, number);

		result |= i > 0 ? bytes_append_text(text, "; ") : 0;
		result |= bytes_append(
			text, ruleset->rules[number].text, ruleset->rules[number].text_len);
		if (other == owner)
			continue;
		result |= bytes_append_text(text, " (");
		result |= other->name.text ? bytes_append(text, other->name.text, other->name.len)
					   : bytes_append(text, other->ocid.text, other->ocid.len);
		result |= bytes_append_char(text, ')');
	}
	sheet_put(sheet, text->data, text->len);
	return result;
}

static const struct sheet_column csv_columns[] = {{"ocid", NULL}, {"name", NULL}, {"kind", NULL},
	{"rule", NULL}, {"id", NULL}, {"findings", NULL}, {"covered_by", NULL},
	{"removable", NULL}};

static const struct sheet_column word_columns[] = {{NULL, "LIST OR GROUP"}, {NULL, "RULE"},
	{NULL, "FINDINGS"}, {NULL, "COVERED BY"}, {NULL, "REMOVABLE"}};

static int put_csv_row(
	struct lint *lint, struct sheet *sheet, const struct ruleset_owner *owner, size_t rule)
{
	const struct ruleset *ruleset = &lint->ruleset;
	const struct boxes_verdict *verdict = &lint->findings.verdicts[rule];
	struct lookup_text id = id_of(ruleset, rule);
	struct bytes *text = &lint->text;

	sheet_put(sheet, owner->ocid.text, owner->ocid.len);
	sheet_put(sheet, owner->name.text, owner->name.len);
	sheet_put_text(sheet, kind_of(owner));
	sheet_put(sheet, ruleset->rules[rule].text, ruleset->rules[rule].text_len);
	sheet_put(sheet, id.text, id.len);
	bytes_clear(text);
	if (put_findings(text, verdict->findings) != 0)
		return -1;
	sheet_put(sheet, text->data, text->len);
	bytes_clear(text);
	if (ruleset_put_cover(ruleset, &verdict->covered_by, text) != 0)
		return -1;
	sheet_put(sheet, text->data, text->len);
	sheet_put_text(sheet, verdict->is_removable ? "true" : "false");
	return 0;
}

static int put_row(
	struct lint *lint, struct sheet *sheet, const struct ruleset_owner *owner, size_t rule)
{
	const struct boxes_rule *of = &lint->ruleset.rules[rule];
	const struct lookup_text *name = owner->name.text ? &owner->name : &owner->ocid;

	if (sheet->format == SHEET_CSV)
		return put_csv_row(lint, sheet, owner, rule);
	sheet_put(sheet, name->text, name->len);
	sheet_put(sheet, of->text, of->text_len);
	if (put_words(lint, sheet, owner, &lint->findings.verdicts[rule]) != 0)
		return -1;
	sheet_put_text(sheet, lint->findings.verdicts[rule].is_removable ? "yes" : "no");
	return 0;
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void begin_sheet(const struct lint *lint, struct sheet *sheet, enum sheet_format format)
{
	bool is_csv = format == SHEET_CSV;
	unsigned columns;

	sheet_begin(sheet, lint->output, format, is_csv ? csv_columns : word_columns,
		is_csv ? COUNT(csv_columns) : COUNT(word_columns));
	if (outfile_is_terminal(lint->output, &columns)) {
		sheet->width = columns;
		sheet->has_colour = lint->options->wants_colour;
	}
}

/* Writes every rule with a finding. Returns 0, or -1: no memory. */
static int put_all(struct lint *lint, size_t *count)
{
	const struct ruleset *ruleset = &lint->ruleset;
	enum sheet_format format = lint->options->format;
	struct sheet sheet;
	unsigned columns;
	int result = 0;

	if (format == SHEET_AUTO)
		format = outfile_is_terminal(lint->output, &columns) ? SHEET_TABLE : SHEET_NDJSON;
	if (format != SHEET_NDJSON)
		begin_sheet(lint, &sheet, format);
	for (size_t i = 0; i < ruleset->owner_count; i++) {
		const struct ruleset_owner *owner = &ruleset->owners[i];

		for (size_t j = 0; j < owner->count && owner->is_chosen && result == 0; j++) {
			if (lint->findings.verdicts[owner->first + j].findings == 0)
				continue;
			++*count;
			result = format == SHEET_NDJSON
					 ? put_line(lint, owner, owner->first + j)
					 : put_row(lint, &sheet, owner, owner->first + j);
		}
	}
	if (format != SHEET_NDJSON && sheet_end(&sheet) != 0)
		result = -1;
	return result;
}

/* ---- the command ----------------------------------------------------------------- */

/* With the ruleset made and the output open. */
static enum exitcode run(struct lint *lint)
{
	enum exitcode exitcode = EXITCODE_OK;
	enum exitcode written;
	struct rights rights;
	size_t count = 0;

	rights_begin(&rights);
	if (lint->output->path && !lint->output->replace.direct)
		rights_leave_open(&rights, lint->output->replace.directory, RIGHTS_REPLACE);
	rights_give_up(&rights, RIGHTS_FILTER);
	if (findings_make(&lint->findings, &lint->ruleset, lint->options->across) != 0 ||
		put_all(lint, &count) != 0) {
		msg_no_memory();
		exitcode = EXITCODE_INTERNAL;
	}
	written = outfile_close(lint->output, exitcode == EXITCODE_OK);
	if (exitcode == EXITCODE_OK)
		exitcode = written;
	if (exitcode == EXITCODE_OK && lint->options->strict && count > 0)
		exitcode = EXITCODE_FOUND;
	return exitcode;
}

static enum exitcode run_file(const struct options *options)
{
	struct outfile output;
	struct lint lint = {
		.options = options,
		.output = &output,
		.text = BYTES_INIT(SIZE_MAX / 2),
	};
	struct lookup *lookup;
	enum exitcode exitcode = lookupfile_open_guarded(&lookup, options->metadata);

	if (exitcode != EXITCODE_OK)
		return exitcode;
	exitcode = ruleset_make(&lint.ruleset, lookup, options);
	if (exitcode == EXITCODE_OK)
		exitcode = output_open(&output, options);
	if (exitcode == EXITCODE_OK)
		exitcode = run(&lint);
	lint_free(&lint);
	lookupfile_close(lookup);
	return exitcode;
}

int lint_main(int argc, char **argv)
{
	struct options options;
	enum options_result result = options_parse(&options, OPTIONS_LINT, argc, argv);
	enum exitcode exitcode = options_exitcode(result);

	if (result == OPTIONS_RUN && options.operand_count > 0) {
		char quoted[MSG_QUOTED_SIZE];

		msg_error("lint reads no input: what is %s for?",
			msg_quote_name(quoted, options.operands[0]));
		exitcode = EXITCODE_REFUSED;
	} else if (result == OPTIONS_RUN) {
		exitcode = run_file(&options);
	}
	options_free(&options);
	return (int)exitcode;
}

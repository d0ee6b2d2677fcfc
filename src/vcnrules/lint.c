/* Findings of rules, one line a rule, from the rules alone. */
#include "vcnrules/lint.h"

#include <stdbool.h>
#include <stdio.h>

#include "base/msg.h"
#include "vcnrules/findings.h"
#include "vcnrules/page.h"
#include "vcnrules/ruleset.h"
#include "vcnrules/sheet.h"

struct lint {
	struct ruleset ruleset;
	struct findings findings;
	struct sheet sheet;
	struct bytes text; /* of one value */
	size_t rule_count; /* that were chosen so far, of these: */
	size_t count;      /* that have a finding, */
	size_t removable;  /* and can go together */
};

static const struct sheet_column columns[] = {
	{"ocid", NULL},
	{"name", "LIST OR GROUP"},
	{"kind", NULL},
	{"rule", "RULE"},
	{"id", NULL},
	{"findings", "FINDINGS"},
	{"covered_by", "COVERED BY"},
	{"removable", "REMOVABLE"},
};

static void put_findings(struct sheet *sheet, unsigned found)
{
	const char *name;
	size_t at = 0;

	sheet_list_begin(sheet);
	while ((name = findings_next_name(found, &at)) != NULL)
		sheet_list_add(sheet, name);
	sheet_list_end(sheet);
}

/* What covers a rule, for people: the rules' texts, with the name of their list where
 * that is another. */
static int put_cover_words(
	struct lint *lint, const struct ruleset_owner *owner, const struct boxes_cover *cover)
{
	const struct ruleset *ruleset = &lint->ruleset;
	struct bytes *text = &lint->text;
	int result = 0;

	for (size_t i = 0; i < cover->count && result == 0; i++) {
		const struct boxes_rule *rule = &ruleset->rules[cover->rules[i]];
		const struct ruleset_owner *other = ruleset_owner_of(ruleset, cover->rules[i]);
		const struct lookup_text *name = other->name.text ? &other->name : &other->ocid;

		result |= bytes_append_text(text, i > 0 ? "; " : "");
		result |= bytes_append(text, rule->text, rule->text_len);
		if (other == owner)
			continue;
		result |= bytes_append_text(text, " (");
		result |= bytes_append(text, name->text, name->len);
		result |= bytes_append_char(text, ')');
	}
	return result;
}

static int put_row(struct lint *lint, const struct ruleset_owner *owner, size_t number)
{
	const struct boxes_verdict *verdict = &lint->findings.verdicts[number];
	const struct boxes_rule *rule = &lint->ruleset.rules[number];
	struct sheet *sheet = &lint->sheet;
	struct lookup_rule_texts texts;

	lookup_rule_texts(lint->ruleset.lookup, rule->rule, &texts);
	sheet_put_text(sheet, &owner->ocid);
	sheet_put_name(sheet, &owner->name, &owner->ocid);
	sheet_put_word(sheet, ruleset_kind_name(owner));
	sheet_put_text(sheet, &texts.text);
	sheet_put_text(sheet, &texts.id);
	put_findings(sheet, verdict->findings);
	bytes_clear(&lint->text);
	if ((sheet_is_for_people(sheet) ? put_cover_words(lint, owner, &verdict->covered_by)
					: ruleset_put_cover(&lint->ruleset, &verdict->covered_by,
						  &lint->text)) != 0)
		return -1;
	sheet_put_bytes(sheet, &lint->text);
	sheet_put_flag(sheet, verdict->is_removable);
	return 0;
}

/* Every rule with a finding. */
static int put_rules(struct lint *lint)
{
	const struct ruleset *ruleset = &lint->ruleset;

	for (size_t i = 0; i < ruleset->owner_count; i++) {
		const struct ruleset_owner *owner = &ruleset->owners[i];

		for (size_t j = 0; j < owner->count && owner->is_chosen; j++) {
			lint->rule_count++;
			if (lint->findings.verdicts[owner->first + j].findings == 0)
				continue;
			lint->count++;
			lint->removable += lint->findings.verdicts[owner->first + j].is_removable;
			if (put_row(lint, owner, owner->first + j) != 0)
				return -1;
		}
	}
	return 0;
}

/* ---- the command ----------------------------------------------------------------- */

/* What people want to know at the end. */
static int put_sentence(const struct lint *lint, struct bytes *out)
{
	char text[128];

	snprintf(text, sizeof(text), "\n%zu of %zu rules %s a finding, %zu can go together.\n",
		lint->count, lint->rule_count, lint->count == 1 ? "has" : "have", lint->removable);
	return sheet_write_lines(&lint->sheet, out, text);
}

static int put_all(struct lint *lint, struct command *command)
{
	bool is_for_people;
	int result;

	if (findings_make(&lint->findings, &lint->ruleset, command->options->across) != 0)
		return -1;
	if (command->options->format == SHEET_HTML)
		return page_write_lint(
			&command->output, &lint->ruleset, &lint->findings, &lint->count);
	sheet_begin(&lint->sheet, &command->output, command->options, columns,
		sizeof(columns) / sizeof(columns[0]));
	is_for_people = sheet_is_for_people(&lint->sheet);
	result = put_rules(lint);
	if (sheet_end(&lint->sheet) != 0 || result != 0)
		return -1;
	return is_for_people ? put_sentence(lint, &command->output.bytes) : 0;
}

static enum exitcode run(struct lint *lint, struct command *command)
{
	if (put_all(lint, command) == 0)
		return EXITCODE_OK;
	msg_no_memory();
	return EXITCODE_INTERNAL;
}

enum exitcode lint_run(struct command *command)
{
	struct lint lint = {.text = BYTES_INIT(SIZE_MAX / 2)};
	enum exitcode exitcode = ruleset_make(&lint.ruleset, command->lookup, command->options);

	if (exitcode == EXITCODE_OK)
		exitcode = command_begin(command);
	if (exitcode == EXITCODE_OK)
		exitcode = command_end(command, run(&lint, command));
	if (exitcode == EXITCODE_OK && command->options->strict && lint.count > 0)
		exitcode = EXITCODE_FOUND;
	ruleset_free(&lint.ruleset);
	findings_free(&lint.findings);
	bytes_free(&lint.text);
	return exitcode;
}

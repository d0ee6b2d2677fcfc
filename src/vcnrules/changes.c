/*
 * Everything here is put together from texts that are JSON already, one rule a line,
 * so that a person can read it and a tool that compares lines shows what changed.
 */
#include "vcnrules/changes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/textset.h"
#include "vcnrules/sheet.h"
#include "json/write.h"

/* Of a display name so much is in a file's name, and of an OCID. */
#define NAME_LENGTH 180
#define OCID_LENGTH 8

void changes_free(struct changes *changes)
{
	for (size_t i = 0; i < changes->count; i++)
		free(changes->owners[i].name);
	free(changes->owners);
	rest_free(&changes->rest);
	*changes = (struct changes){0};
}

/* ---- names ------------------------------------------------------------------------------ */

/* Characters that a file's name had better not hold become "_", one for each. */
static int put_plain(struct bytes *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		char c = text[i];
		bool is_plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
				(c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';

		/* What follows the first byte of a character in UTF-8. */
		if (((unsigned char)c & 0xc0) == 0x80)
			continue;
		if (bytes_append_char(out, is_plain ? c : '_') != 0)
			return -1;
	}
	return 0;
}

/* A name that is not yet among those that were made, in new memory; or null. */
static char *make_name(struct textset *names, const struct ruleset_owner *of)
{
	enum textset_result result;
	struct bytes name = BYTES_INIT(SIZE_MAX / 2);
	const char *kind = ruleset_kind_name(of);
	size_t cut = of->name.len < NAME_LENGTH ? of->name.len : NAME_LENGTH;
	size_t tail = of->ocid.len < OCID_LENGTH ? of->ocid.len : OCID_LENGTH;
	size_t len;

	if ((cut > 0 ? put_plain(&name, of->name.text, cut)
		     : put_plain(&name, kind, strlen(kind))) != 0 ||
		bytes_append_char(&name, '.') != 0 ||
		put_plain(&name, of->ocid.text + of->ocid.len - tail, tail) != 0)
		goto no_memory;
	len = name.len;
	result = textset_add(names, name.data, name.len);
	for (size_t i = 2; result == TEXTSET_KNOWN; i++) {
		name.len = len;
		if (bytes_append_char(&name, '-') != 0 || bytes_append_number(&name, i) != 0)
			goto no_memory;
		result = textset_add(names, name.data, name.len);
	}
	if (result == TEXTSET_ADDED && bytes_append(&name, "", 1) == 0)
		return name.data;
no_memory:
	bytes_free(&name);
	return NULL;
}

static size_t count_files(size_t count)
{
	return (count + LIMIT_GROUP_CALL - 1) / LIMIT_GROUP_CALL;
}

int changes_make(struct changes *changes, const struct proposal *proposal)
{
	const struct ruleset *ruleset = &proposal->analysis->ruleset;
	struct textset names = TEXTSET_INIT(SIZE_MAX);
	int result = 0;

	*changes = (struct changes){.proposal = proposal, .rest = REST_INIT};
	changes->owners = calloc(ruleset->owner_count + 1, sizeof(*changes->owners));
	if (!changes->owners)
		return -1;
	for (size_t i = 0; i < ruleset->owner_count && result == 0; i++) {
		struct changes_owner *owner = &changes->owners[changes->count];
		size_t added = 0, removed = 0;

		if (!proposal->owners[i].is_changed)
			continue;
		owner->of = &ruleset->owners[i];
		owner->to = &proposal->owners[i];
		for (size_t j = 0; j < owner->to->count; j++)
			added += proposal->entries[owner->to->first + j].is_new;
		for (size_t j = 0; j < owner->of->count; j++)
			removed += proposal->rules[owner->of->first + j].fate != PROPOSAL_STAYS;
		if (owner->of->is_group) {
			owner->add_count = count_files(added);
			owner->remove_count = count_files(removed);
		}
		owner->name = make_name(&names, owner->of);
		if (owner->name)
			changes->count++;
		else
			result = -1;
	}
	textset_free(&names);
	return result;
}

/* ---- rules -------------------------------------------------------------------------------- */

/* Which rules of a list or group are meant. */
enum which { INGRESS, EGRESS, ALL };

static int use_rest(struct changes *changes, const struct changes_owner *owner)
{
	if (changes->rest_of == owner)
		return 0;
	changes->rest_of = NULL;
	if (rest_make(&changes->rest, changes->proposal->analysis->ruleset.lookup, owner->of) !=
		REST_OK)
		return -1;
	changes->rest_of = owner;
	return 0;
}

static bool is_meant(const struct rule *rule, enum which which)
{
	return which == ALL || (which == EGRESS) == (rule->direction == DIRECTION_EGRESS);
}

/* Appends an element of an array that is not its first one, on a line of its own. */
static int put_element(struct bytes *out, bool *is_first, const struct lookup_text *object)
{
	if (bytes_append_text(out, *is_first ? "\n" : ",\n") != 0)
		return -1;
	*is_first = false;
	return bytes_append(out, object->text, object->len);
}

static int put_old_rules(struct changes *changes, const struct changes_owner *owner,
	enum which which, struct bytes *out)
{
	bool is_first = true;

	if (bytes_append_char(out, '[') != 0)
		return -1;
	for (size_t i = 0; i < owner->of->count; i++)
		if (is_meant(&owner->of->rules[i], which) &&
			put_element(out, &is_first, &changes->rest.rules[i].object) != 0)
			return -1;
	return bytes_append_char(out, ']');
}

struct lookup_text changes_object(
	struct changes *changes, const struct changes_owner *owner, size_t i)
{
	const struct proposal *proposal = changes->proposal;
	const struct proposal_entry *entry = &proposal->entries[owner->to->first + i];

	if (use_rest(changes, owner) != 0)
		return (struct lookup_text){NULL, 0};
	return entry->is_new ? proposal->news[entry->number].object
			     : changes->rest.rules[entry->number - owner->of->first].object;
}

static int put_new_rules(struct changes *changes, const struct changes_owner *owner,
	enum which which, struct bytes *out)
{
	const struct proposal *proposal = changes->proposal;
	const struct boxes_rule *rules = proposal->analysis->ruleset.rules;
	bool is_first = true;

	if (bytes_append_char(out, '[') != 0)
		return -1;
	for (size_t i = 0; i < owner->to->count; i++) {
		const struct proposal_entry *entry = &proposal->entries[owner->to->first + i];
		struct lookup_text object = changes_object(changes, owner, i);

		if (is_meant(entry->is_new ? &proposal->news[entry->number].rule
					   : rules[entry->number].rule,
			    which) &&
			put_element(out, &is_first, &object) != 0)
			return -1;
	}
	return bytes_append_char(out, ']');
}

typedef int put_rules(struct changes *changes, const struct changes_owner *owner, enum which which,
	struct bytes *out);

static int put_text(struct bytes *out, const char *name, const struct lookup_text *text)
{
	if (bytes_append_text(out, name) != 0)
		return -1;
	if (!text->text)
		return bytes_append_text(out, "null");
	return json_write_string(out, text->text, text->len);
}

static int put_arrays(struct changes *changes, const struct changes_owner *owner, put_rules *put,
	struct bytes *out)
{
	if (bytes_append_text(out, ",\"ingressSecurityRules\":") != 0 ||
		put(changes, owner, INGRESS, out) != 0 ||
		bytes_append_text(out, ",\"egressSecurityRules\":") != 0 ||
		put(changes, owner, EGRESS, out) != 0)
		return -1;
	return bytes_append_char(out, '}');
}

/* As an object of the list, or as an array of the group's rules. */
static int put_state(struct changes *changes, const struct changes_owner *owner, put_rules *put,
	struct bytes *out)
{
	const struct ruleset_owner *of = owner->of;

	if (of->is_group)
		return put(changes, owner, ALL, out);
	if (put_text(out, "{\"id\":", &of->ocid) != 0 ||
		(of->name.text && put_text(out, ",\"displayName\":", &of->name) != 0))
		return -1;
	return put_arrays(changes, owner, put, out);
}

int changes_put(struct changes *changes, struct bytes *out)
{
	if (bytes_append_text(out, "{\"changes\":[") != 0)
		return -1;
	for (size_t i = 0; i < changes->count; i++) {
		const struct changes_owner *owner = &changes->owners[i];

		if (use_rest(changes, owner) != 0 ||
			put_text(out,
				i == 0 ? "\n{\"ocid\":" : ",\n{\"ocid\":", &owner->of->ocid) != 0 ||
			put_text(out, ",\"name\":", &owner->of->name) != 0 ||
			bytes_append_text(out, ",\"kind\":\"") != 0 ||
			bytes_append_text(out, ruleset_kind_name(owner->of)) != 0 ||
			bytes_append_text(out, "\",\n\"before\":") != 0 ||
			put_state(changes, owner, put_old_rules, out) != 0 ||
			bytes_append_text(out, ",\n\"after\":") != 0 ||
			put_state(changes, owner, put_new_rules, out) != 0 ||
			bytes_append_char(out, '}') != 0)
			return -1;
	}
	return bytes_append_text(out, "]}\n");
}

/* What an update of a list takes. */
static int put_update(struct changes *changes, const struct changes_owner *owner, put_rules *put,
	struct bytes *out)
{
	if (put_text(out, "{\"securityListId\":", &owner->of->ocid) != 0 ||
		put_arrays(changes, owner, put, out) != 0)
		return -1;
	return bytes_append_char(out, '\n');
}

int changes_put_before(
	struct changes *changes, const struct changes_owner *owner, struct bytes *out)
{
	if (use_rest(changes, owner) != 0)
		return -1;
	if (!owner->of->is_group)
		return put_update(changes, owner, put_old_rules, out);
	if (put_old_rules(changes, owner, ALL, out) != 0)
		return -1;
	return bytes_append_char(out, '\n');
}

int changes_put_after(struct changes *changes, const struct changes_owner *owner, struct bytes *out)
{
	return use_rest(changes, owner) != 0 ? -1 : put_update(changes, owner, put_new_rules, out);
}

/* Is the n-th of something in file number? */
static bool is_in_file(size_t n, size_t number)
{
	return n / LIMIT_GROUP_CALL == number;
}

int changes_put_added(struct changes *changes, const struct changes_owner *owner, size_t number,
	struct bytes *out)
{
	const struct proposal *proposal = changes->proposal;
	bool is_first = true;
	size_t n = 0;

	if (bytes_append_char(out, '[') != 0)
		return -1;
	for (size_t i = 0; i < owner->to->count; i++) {
		const struct proposal_entry *entry = &proposal->entries[owner->to->first + i];

		if (!entry->is_new || !is_in_file(n++, number))
			continue;
		if (put_element(out, &is_first, &proposal->news[entry->number].object) != 0)
			return -1;
	}
	return bytes_append_text(out, "]\n");
}

int changes_put_removed(struct changes *changes, const struct changes_owner *owner, size_t number,
	struct bytes *out)
{
	const struct proposal *proposal = changes->proposal;
	const char *separator = "[";
	size_t n = 0;

	for (size_t i = 0; i < owner->of->count; i++) {
		struct lookup_rule_texts texts;

		if (proposal->rules[owner->of->first + i].fate == PROPOSAL_STAYS ||
			!is_in_file(n++, number))
			continue;
		lookup_rule_texts(proposal->analysis->ruleset.lookup, &owner->of->rules[i], &texts);
		if (put_text(out, separator, &texts.id) != 0)
			return -1;
		separator = ",";
	}
	return bytes_append_text(out, "]\n");
}

/* ---- the diff -------------------------------------------------------------------------------- */

/* A line of it; a text may hold anything that somebody wrote for a peer. */
static int put_line(struct bytes *out, char mark, const struct lookup_text *text)
{
	if (bytes_append_char(out, mark) != 0 || sheet_write_shown(out, text->text, text->len) != 0)
		return -1;
	return bytes_append_char(out, '\n');
}

static int put_lines(
	const struct proposal *proposal, const struct changes_owner *owner, struct bytes *out)
{
	const struct boxes_rule *rules = proposal->analysis->ruleset.rules;
	size_t at = owner->to->first;
	size_t end = at + owner->to->count;

	for (size_t i = owner->of->first; i < owner->of->first + owner->of->count; i++) {
		struct lookup_text text = {rules[i].text, rules[i].text_len};

		if (put_line(out, proposal->rules[i].fate == PROPOSAL_STAYS ? ' ' : '-', &text) !=
			0)
			return -1;
		if (at < end && !proposal->entries[at].is_new && proposal->entries[at].number == i)
			at++;
		for (; at < end && proposal->entries[at].is_new &&
			proposal->news[proposal->entries[at].number].replaced == i;
			at++) {
			text = proposal_text(proposal, &proposal->entries[at]);
			if (put_line(out, '+', &text) != 0)
				return -1;
		}
	}
	return 0;
}

int changes_put_diff(struct changes *changes, struct bytes *out)
{
	for (size_t i = 0; i < changes->count; i++) {
		const struct changes_owner *owner = &changes->owners[i];
		char ranges[96];

		snprintf(ranges, sizeof(ranges), "@@ -%d,%zu +%d,%zu @@\n", owner->of->count > 0,
			owner->of->count, owner->to->count > 0, owner->to->count);
		if (bytes_append_text(out, "--- ") != 0 ||
			bytes_append_text(out, owner->name) != 0 ||
			bytes_append_text(out, ".before\n+++ ") != 0 ||
			bytes_append_text(out, owner->name) != 0 ||
			bytes_append_text(out, ".after\n") != 0 ||
			bytes_append_text(out, ranges) != 0 ||
			put_lines(changes->proposal, owner, out) != 0)
			return -1;
	}
	return 0;
}

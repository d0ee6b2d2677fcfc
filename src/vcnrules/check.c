/*
 * Each conversation before and after. It breaks if a rule let its first packet
 * pass and none does any more, or if its answers, which were seen, were tracked
 * or let pass by a rule and are no longer; it is opened if it was refused and
 * would pass. Where nobody knows who began, it breaks if either way had a rule
 * that let it pass for certain and has none. The other end is judged too, where
 * it lies in a subnet of the same VCN that the lookup file knows.
 *
 * What is found is gathered by what a person would act on: subnet, local
 * address, who began, peer, protocol and service port.
 */
#include "vcnrules/check.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/address.h"
#include "base/array.h"
#include "base/msg.h"
#include "base/protocol.h"
#include "base/textset.h"
#include "lookup/content.h"
#include "vcnrules/against.h"
#include "vcnrules/flows.h"
#include "vcnrules/ruleset.h"
#include "vcnrules/sheet.h"
#include "vcnrules/view.h"

enum kind { BREAKS, OPENED, UNSEEN, WIDER, KINDS };

static const char *const kind_names[KINDS] = {"breaks", "opened", "unseen", "wider"};

/* Conversations, or parts of the configuration, that go together. */
struct found {
	enum kind kind;
	struct lookup_text subnet; /* null: none */
	struct address local;      /* of no family: none, and no peer */
	struct address peer;
	uint16_t protocol;
	uint16_t port; /* of the service; of undecided ones the local one */
	uint8_t began; /* enum conversation_began */
	bool has_port;
	bool is_other_end; /* it was told from the other end's conversations */
	uint64_t conversations;
	uint64_t records;
	uint64_t bytes;
	uint64_t maybe;
	int64_t last;
	uint32_t rule;     /* of permitted_by, of the file before or after, or NO_RULE */
	size_t rule_first; /* the same, of all that were gathered */
	size_t rule_count;
};

#define NO_RULE UINT32_MAX

/* One of the two states. */
struct state {
	struct ruleset ruleset;
	struct view_rules rules;
	uint32_t *numbers; /* in the ruleset, by a rule's number in the file */
};

struct check {
	struct lookup_text *subnets; /* the OCIDs of those that were chosen */
	size_t subnet_count;
	bool has_choice; /* only what was chosen is written */
	struct against against;
	struct flows flows;
	struct state before;
	struct state after;
	struct found *found;
	size_t found_count;
	size_t found_room;
	uint32_t *rules; /* of what was gathered */
	size_t rule_count;
	uint64_t counts[KINDS];
	uint64_t broken; /* conversations that certainly break */
	uint64_t maybe;
	struct bytes text; /* of one value */
};

/* With its ruleset made. Returns 0, or -1: no memory. */
static int state_begin(struct state *state)
{
	if (view_rules_begin(&state->rules, state->ruleset.lookup) != 0)
		return -1;
	state->numbers = ruleset_numbers(&state->ruleset, state->rules.applied.rules.rules);
	return state->numbers ? 0 : -1;
}

static void state_free(struct state *state)
{
	ruleset_free(&state->ruleset);
	view_rules_free(&state->rules);
	free(state->numbers);
}

/* ---- gathering ------------------------------------------------------------------------ */

static int add_found(struct check *check, const struct found *found)
{
	struct found *grown = array_reserve(
		check->found, &check->found_room, check->found_count + 1, sizeof(*grown));

	if (!grown)
		return -1;
	check->found = grown;
	check->found[check->found_count++] = *found;
	return 0;
}

/* Adds a flow once for each rule that let it pass, before or, if it is opened, after;
 * of those that only may have where no other did. Only the first counts it. */
static int add_view(struct check *check, const struct view *view, enum kind kind, bool is_maybe)
{
	const struct applied_matches *matches =
		kind == OPENED ? &check->after.rules.matches : &check->before.rules.matches;
	bool is_sure = matches->yes_count > 0;
	const uint32_t *rules = is_sure ? matches->yes : matches->maybe;
	size_t count = is_sure ? matches->yes_count : matches->maybe_count;
	const struct flow *flow = &view->flow;
	struct found found = {
		.kind = kind,
		.subnet = view->subnet,
		.local = flow->local,
		.peer = flow->peer,
		.protocol = flow->protocol,
		.port = flow_service(flow),
		.began = flow->began,
		.has_port = flow->has_ports,
		.is_other_end = view->is_other_end,
		.conversations = 1,
		.records = conversation_plus(flow->in.records, flow->out.records),
		.bytes = conversation_plus(flow->in.bytes, flow->out.bytes),
		.maybe = is_maybe,
		.last = flow->last,
		.rule = NO_RULE,
	};

	for (size_t i = 0; i < count; i++) {
		found.rule = rules[i];
		if (add_found(check, &found) != 0)
			return -1;
		found.conversations = found.records = found.bytes = found.maybe = 0;
	}
	return 0;
}

/* ---- judging a flow ---------------------------------------------------------------------- */

/* Judges what applies at one end, in the way or ways that the flow went. */
static int judge_view(struct check *check, const struct view *view)
{
	view_apply(&check->before.rules, view);
	view_apply(&check->after.rules, view);
	for (int is_local = 0; is_local <= 1; is_local++) {
		enum view_change change;
		bool is_maybe;

		if (!view_has_way(view, is_local))
			continue;
		if (view_compare(&check->before.rules, &check->after.rules, view, is_local, &change,
			    &is_maybe) != 0)
			return -1;
		if (change != VIEW_SAME)
			return add_view(
				check, view, change == VIEW_OPENED ? OPENED : BREAKS, is_maybe);
	}
	return 0;
}

static int judge_flow(struct check *check, const struct flow *flow)
{
	const struct lookup *lookup = check->before.rules.lookup;
	struct view here, there;

	if (view_here(&here, lookup, &check->flows, flow) != VIEW_OK)
		return 0;
	if (judge_view(check, &here) != 0)
		return -1;
	return view_there(&there, lookup, &here) ? judge_view(check, &there) : 0;
}

/* ---- judging the rules --------------------------------------------------------------------- */

/* Finds the rules of a replacement that let pass what its list, or null, did not. */
static int find_wider(struct check *check, struct boxes *boxes, const struct ruleset_owner *old,
	const struct ruleset_owner *new)
{
	for (size_t i = 0; i < new->count; i++) {
		const struct boxes_rule *rule = &check->after.ruleset.rules[new->first + i];
		enum boxes_result result = boxes_inside(boxes, rule,
			old ? &check->before.ruleset.rules[old->first] : NULL, old ? old->count : 0,
			NULL);
		struct found found = {
			.kind = WIDER,
			.last = FLOWS_NEVER_LAST,
			.rule = (uint32_t)(rule->rule - check->after.rules.applied.rules.rules),
		};

		if (result == BOXES_NO_MEMORY)
			return -1;
		if (result != BOXES_INSIDE && add_found(check, &found) != 0)
			return -1;
	}
	return 0;
}

/* The same of all replacements. */
static int find_all_wider(struct check *check)
{
	const struct against *against = &check->against;
	const struct ruleset *before = &check->before.ruleset;
	const struct ruleset *after = &check->after.ruleset;
	/* by the number of a replacement: what stands in its place now */
	const struct ruleset_owner **old = calloc(against->owner_count + 1, sizeof(*old));
	struct boxes boxes = BOXES_INIT;
	int result = old ? 0 : -1;

	for (size_t i = 0; i < before->owner_count && result == 0; i++) {
		const struct ruleset_owner *owner = &before->owners[i];
		size_t number = against_find(against, &owner->ocid, owner->is_group);

		if (number != SIZE_MAX)
			old[number] = owner;
	}
	for (size_t i = 0; i < after->owner_count && result == 0; i++) {
		const struct ruleset_owner *owner = &after->owners[i];
		size_t number = against_find(against, &owner->ocid, owner->is_group);

		if (number != SIZE_MAX)
			result = find_wider(check, &boxes, old[number], owner);
	}
	boxes_free(&boxes);
	free(old);
	return result;
}

/* Is a list of the subnet replaced? */
static bool is_touched(const struct check *check, const struct lookup_run *lists)
{
	for (size_t i = 0; i < lists->count; i++) {
		struct lookup_list list;

		lookup_list(check->before.ruleset.lookup, lists->numbers[i], &list);
		if (against_find(&check->against, &list.ocid, false) != SIZE_MAX)
			return true;
	}
	return false;
}

/* Finds subnets of replaced lists of which nothing was seen. */
static int find_unseen(struct check *check)
{
	const struct lookup *lookup = check->before.ruleset.lookup;
	bool *is_seen = calloc(check->flows.texts.count + 1, sizeof(*is_seen));
	int result = is_seen ? 0 : -1;

	for (size_t i = 0; is_seen && i < check->flows.count; i++)
		is_seen[check->flows.at[i].subnet] = true;
	for (size_t i = 0; i < content_subnet_count(lookup) && result == 0; i++) {
		struct found found = {.kind = UNSEEN, .last = FLOWS_NEVER_LAST, .rule = NO_RULE};
		struct content_subnet subnet;
		struct lookup_run lists;
		size_t number;

		content_subnet(lookup, i, &subnet);
		lists = lookup_subnet_lists(lookup, &subnet.subnet);
		number = textset_find(&check->flows.texts, subnet.ocid.text, subnet.ocid.len);
		if ((number != SIZE_MAX && is_seen[number]) || !is_touched(check, &lists))
			continue;
		found.subnet = subnet.ocid;
		result = add_found(check, &found);
	}
	free(is_seen);
	return result;
}

/* ---- order ----------------------------------------------------------------------------------- */

static int compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/* By what is gathered together; of the configuration each rule for itself. */
static int compare_keys(const struct found *a, const struct found *b)
{
	int order = compare_numbers(a->kind, b->kind);

	if (order == 0)
		order = lookup_text_compare(&a->subnet, &b->subnet);
	if (order == 0)
		order = address_compare(&a->local, &b->local);
	if (order == 0)
		order = compare_numbers(a->began, b->began);
	if (order == 0)
		order = address_compare(&a->peer, &b->peer);
	if (order == 0)
		order = compare_numbers(a->protocol, b->protocol);
	if (order == 0)
		order = compare_numbers(a->port, b->port);
	return order == 0 && a->kind == WIDER ? compare_numbers(a->rule, b->rule) : order;
}

static int compare(const void *a, const void *b)
{
	const struct found *first = a;
	const struct found *second = b;
	int order = compare_keys(first, second);

	if (order == 0)
		order = (int)first->is_other_end - (int)second->is_other_end;
	return order != 0 ? order : compare_numbers(first->rule, second->rule);
}

/*
 * Adds one to another of the same key. What the other end's conversations tell
 * is not counted where this end's do.
 */
static void join(struct check *check, struct found *to, const struct found *from)
{
	if (from->rule != NO_RULE &&
		(to->rule_count == 0 || check->rules[check->rule_count - 1] != from->rule)) {
		bool is_known = false;

		for (size_t i = 0; i < to->rule_count; i++)
			is_known |= check->rules[to->rule_first + i] == from->rule;
		if (!is_known) {
			check->rules[check->rule_count++] = from->rule;
			to->rule_count++;
		}
	}
	if (from->is_other_end && !to->is_other_end)
		return;
	to->conversations = conversation_plus(to->conversations, from->conversations);
	to->records = conversation_plus(to->records, from->records);
	to->bytes = conversation_plus(to->bytes, from->bytes);
	to->maybe = conversation_plus(to->maybe, from->maybe);
	if (from->last > to->last)
		to->last = from->last;
}

/* ---- what was chosen -------------------------------------------------------------------- */

/* Finds the subnets that were chosen. */
static enum exitcode choose_subnets(struct check *check, const struct command *command)
{
	const struct options *options = command->options;
	enum exitcode exitcode = EXITCODE_OK;

	check->has_choice = options->chosen_count > 0;
	check->subnets = calloc(options->chosen_count + 1, sizeof(*check->subnets));
	if (!check->subnets) {
		msg_no_memory();
		return EXITCODE_INTERNAL;
	}
	for (size_t i = 0; i < options->chosen_count && exitcode == EXITCODE_OK; i++) {
		struct content_subnet subnet;

		if (options->chosen[i].kind != CHOSEN_SUBNET)
			continue;
		exitcode = ruleset_find_subnet(command->lookup, options->chosen[i].name, &subnet);
		if (exitcode == EXITCODE_OK)
			check->subnets[check->subnet_count++] = subnet.ocid;
	}
	return exitcode;
}

/* The state that a finding's rules are of. */
static const struct state *state_of(const struct check *check, const struct found *found)
{
	return found->kind == BREAKS ? &check->before : &check->after;
}

/* One of the rules that go with a finding, and whose it is. */
static const struct rule *rule_of(const struct check *check, const struct found *found, size_t i,
	const struct ruleset_owner **owner)
{
	const struct state *state = state_of(check, found);
	size_t number = state->numbers[check->rules[found->rule_first + i]];

	*owner = ruleset_owner_of(&state->ruleset, number);
	return state->ruleset.rules[number].rule;
}

/* Does a subnet use a list that was named? */
static bool uses_named_list(const struct check *check, const struct lookup_text *ocid)
{
	const struct ruleset *ruleset = &check->before.ruleset;
	struct lookup_subnet subnet;
	struct lookup_run lists;

	if (!lookup_find(ruleset->lookup, ocid->text, ocid->len, &subnet))
		return false;
	lists = lookup_subnet_lists(ruleset->lookup, &subnet);
	for (size_t i = 0; i < ruleset->owner_count; i++)
		for (size_t j = 0; j < lists.count; j++)
			if (ruleset->owners[i].is_named && !ruleset->owners[i].is_group &&
				ruleset->owners[i].number == lists.numbers[j])
				return true;
	return false;
}

static bool is_chosen(const struct check *check, const struct found *found)
{
	if (!check->has_choice)
		return true;
	for (size_t i = 0; i < check->subnet_count; i++)
		if (found->subnet.text &&
			lookup_text_compare(&found->subnet, &check->subnets[i]) == 0)
			return true;
	for (size_t i = 0; i < found->rule_count; i++) {
		const struct ruleset_owner *owner;

		(void)rule_of(check, found, i, &owner);
		/* What is wider applies wherever its list or group does. */
		if (owner->is_named || (found->kind == WIDER && owner->is_chosen))
			return true;
	}
	return found->kind == UNSEEN && uses_named_list(check, &found->subnet);
}

/* ---- all that was found --------------------------------------------------------------------- */

/* Sorts what was found, makes one of each key, and leaves what was chosen. */
static int gather(struct check *check)
{
	size_t kept = 0;
	size_t chosen = 0;

	check->rules = calloc(check->found_count + 1, sizeof(*check->rules));
	if (!check->rules)
		return -1;
	if (check->found_count > 1)
		qsort(check->found, check->found_count, sizeof(*check->found), compare);
	for (size_t i = 0; i < check->found_count; i++) {
		struct found found = check->found[i];

		if (kept == 0 || compare_keys(&check->found[kept - 1], &found) != 0) {
			struct found *to = &check->found[kept++];

			*to = found;
			to->conversations = to->records = to->bytes = to->maybe = 0;
			to->last = FLOWS_NEVER_LAST;
			to->rule_first = check->rule_count;
			to->rule_count = 0;
		}
		join(check, &check->found[kept - 1], &found);
	}
	for (size_t i = 0; i < kept; i++)
		if (is_chosen(check, &check->found[i]))
			check->found[chosen++] = check->found[i];
	check->found_count = chosen;
	for (size_t i = 0; i < chosen; i++) {
		const struct found *found = &check->found[i];

		check->counts[found->kind]++;
		if (found->kind != BREAKS)
			continue;
		check->broken += found->conversations - found->maybe;
		check->maybe += found->maybe;
	}
	return 0;
}

/* ---- what is written ---------------------------------------------------------------------- */

static const struct sheet_column columns[] = {{"kind", "KIND"}, {"subnet", "SUBNET"},
	{"local", NULL}, {"began", NULL}, {"peer", NULL}, {"protocol", NULL}, {"port", NULL},
	{NULL, "CONVERSATION"}, {"conversations", "COUNT"}, {"records", NULL}, {"bytes", NULL},
	{"last", NULL}, {"permitted_by", "PERMITTED BY"}, {"maybe", "MAYBE"}};

/* Appends ADDRESS, or ADDRESS:PORT; of IPv6 [ADDRESS]:PORT. */
static int append_end(
	struct bytes *out, const struct address *address, bool has_port, uint16_t port)
{
	bool has_brackets = has_port && address->family == ADDRESS_IPV6;
	char text[ADDRESS_TEXT_SIZE];
	int result = 0;

	(void)address_text(text, address);
	result |= bytes_append_text(out, has_brackets ? "[" : "");
	result |= bytes_append_text(out, text);
	result |= bytes_append_text(out, has_brackets ? "]" : "");
	if (!has_port)
		return result;
	result |= bytes_append_char(out, ':');
	return result | bytes_append_number(out, port);
}

/* For people: from the side that began to the other one, where that is known. */
static int put_conversation(struct check *check, struct sheet *sheet, const struct found *found)
{
	bool is_local = found->began == CONVERSATION_LOCAL;
	bool is_decided = found->began != CONVERSATION_NOBODY && found->has_port;
	const struct address *first = is_local || !is_decided ? &found->local : &found->peer;
	const struct address *second = first == &found->local ? &found->peer : &found->local;
	const char *protocol = protocol_name(found->protocol);
	struct bytes *out = &check->text;
	int result = 0;

	bytes_clear(out);
	if (found->local.family != ADDRESS_NONE) {
		result |= append_end(out, first, !is_decided && found->has_port, found->port);
		result |= bytes_append_text(out, is_decided ? " > " : " <> ");
		result |= append_end(out, second, is_decided, found->port);
		result |= bytes_append_char(out, ' ');
		if (protocol)
			result |= bytes_append_text(out, protocol);
		else if (found->protocol != CONVERSATION_NO_PROTOCOL)
			result |= bytes_append_number(out, found->protocol);
	}
	sheet_put_bytes(sheet, out);
	return result;
}

static void put_end(struct sheet *sheet, const struct address *address)
{
	char text[ADDRESS_TEXT_SIZE];

	if (address->family == ADDRESS_NONE) {
		sheet_put_null(sheet);
		return;
	}
	(void)address_text(text, address);
	sheet_put_word(sheet, text);
}

static void put_if(struct sheet *sheet, bool is_known, uint64_t number)
{
	if (is_known)
		sheet_put_number(sheet, number);
	else
		sheet_put_null(sheet);
}

static void put_began(struct sheet *sheet, const struct found *found)
{
	if (found->began == CONVERSATION_NOBODY)
		sheet_put_null(sheet);
	else
		sheet_put_word(sheet, found->began == CONVERSATION_LOCAL ? "local" : "peer");
}

/* The subnet's name where people read it. */
static void put_subnet(const struct check *check, struct sheet *sheet, const struct found *found)
{
	struct content_subnet subnet;

	if (sheet_is_for_people(sheet) && found->subnet.text &&
		content_find_subnet(check->before.ruleset.lookup, found->subnet.text,
			found->subnet.len, &subnet))
		sheet_put_name(sheet, &subnet.name, &subnet.ocid);
	else
		sheet_put_text(sheet, &found->subnet);
}

/* The rules that go with a finding; for people their texts. */
static int put_permitted(struct check *check, struct sheet *sheet, const struct found *found)
{
	bool is_for_people = sheet_is_for_people(sheet);
	struct bytes *out = &check->text;
	int result = 0;

	bytes_clear(out);
	if (!is_for_people)
		result = bytes_append_char(out, '[');
	for (size_t i = 0; i < found->rule_count && result == 0; i++) {
		const struct ruleset_owner *owner;
		const struct rule *rule = rule_of(check, found, i, &owner);
		struct lookup_rule_texts texts;

		lookup_rule_texts(state_of(check, found)->ruleset.lookup, rule, &texts);
		result |= bytes_append_text(out, i == 0 ? "" : is_for_people ? "; " : ",");
		result |= is_for_people ? bytes_append(out, texts.text.text, texts.text.len)
					: ruleset_put_rule(owner, &texts.text, out);
	}
	if (!is_for_people)
		result |= bytes_append_char(out, ']');
	sheet_put_bytes(sheet, out);
	return result;
}

static int put_row(struct check *check, struct sheet *sheet, const struct found *found)
{
	bool has_flow = found->local.family != ADDRESS_NONE;

	sheet_put_word(sheet, kind_names[found->kind]);
	put_subnet(check, sheet, found);
	put_end(sheet, &found->local);
	put_began(sheet, found);
	put_end(sheet, &found->peer);
	put_if(sheet, has_flow && found->protocol != CONVERSATION_NO_PROTOCOL, found->protocol);
	put_if(sheet, found->has_port, found->port);
	if (put_conversation(check, sheet, found) != 0)
		return -1;
	sheet_put_number(sheet, found->conversations);
	sheet_put_number(sheet, found->records);
	sheet_put_number(sheet, found->bytes);
	sheet_put_time(sheet, found->last);
	if (put_permitted(check, sheet, found) != 0)
		return -1;
	sheet_put_number(sheet, found->maybe);
	return 0;
}

static int put_summary(const struct check *check, struct bytes *out)
{
	char text[256];

	snprintf(text, sizeof(text),
		"{\"kind\":\"summary\",\"breaks\":%" PRIu64 ",\"opened\":%" PRIu64
		",\"unseen\":%" PRIu64 ",\"wider\":%" PRIu64 ",\"conversations\":%zu"
		",\"broken\":%" PRIu64 ",\"maybe\":%" PRIu64 "}\n",
		check->counts[BREAKS], check->counts[OPENED], check->counts[UNSEEN],
		check->counts[WIDER], check->flows.count, check->broken, check->maybe);
	return bytes_append_text(out, text);
}

/* The same in words, after a table. */
static int put_sentence(const struct check *check, const struct sheet *sheet, struct bytes *out)
{
	char text[256];

	snprintf(text, sizeof(text),
		"\n%zu conversation%s: %" PRIu64 " would break, %" PRIu64 " more may; %" PRIu64
		" opened, %" PRIu64 " subnet%s unseen, %" PRIu64 " rule%s wider.\n",
		check->flows.count, msg_plural(check->flows.count), check->broken, check->maybe,
		check->counts[OPENED], check->counts[UNSEEN], msg_plural(check->counts[UNSEEN]),
		check->counts[WIDER], msg_plural(check->counts[WIDER]));
	return sheet_write_lines(sheet, out, text);
}

static int put_all(struct check *check, struct command *command)
{
	struct bytes *out = &command->output.bytes;
	enum sheet_format format;
	struct sheet sheet;
	int result = 0;

	sheet_begin(&sheet, &command->output, command->options, columns,
		sizeof(columns) / sizeof(columns[0]));
	format = sheet.format;
	for (size_t i = 0; i < check->found_count && result == 0; i++)
		result = put_row(check, &sheet, &check->found[i]);
	if (sheet_end(&sheet) != 0 || result != 0)
		return -1;
	if (format == SHEET_NDJSON)
		return put_summary(check, out);
	return format == SHEET_CSV ? 0 : put_sentence(check, &sheet, out);
}

/* ---- the command -------------------------------------------------------------------------- */

static int judge(struct check *check)
{
	if (state_begin(&check->before) != 0 || state_begin(&check->after) != 0)
		return -1;
	for (size_t i = 0; i < check->flows.count; i++)
		if (judge_flow(check, &check->flows.at[i]) != 0)
			return -1;
	return find_all_wider(check) != 0 || find_unseen(check) != 0 ? -1 : gather(check);
}

static enum exitcode run(struct check *check, struct command *command)
{
	enum exitcode exitcode = command_read(command, &check->flows);

	if (exitcode > EXITCODE_PARTIAL || (judge(check) == 0 && put_all(check, command) == 0))
		return exitcode;
	msg_no_memory();
	return EXITCODE_INTERNAL;
}

/*
 * Tells of lists and groups that are replaced and are not there: a slip in an OCID, or the
 * lookup file of another network, must not look as if nothing would break. Returns -1: no
 * memory.
 */
static int warn_of_strangers(const struct check *check)
{
	const struct ruleset *before = &check->before.ruleset;
	struct textset known = TEXTSET_INIT(SIZE_MAX);
	const struct against_owner *first = NULL;
	size_t count = 0;
	int result = 0;

	for (size_t i = 0; i < before->owner_count && result == 0; i++)
		if (textset_add(&known, before->owners[i].ocid.text, before->owners[i].ocid.len) ==
			TEXTSET_NO_MEMORY)
			result = -1;
	for (size_t i = 0; i < check->against.owner_count && result == 0; i++) {
		const struct against_owner *owner = &check->against.owners[i];

		if (textset_has(&known, owner->ocid.text, owner->ocid.len))
			continue;
		first = first ? first : owner;
		count++;
	}
	if (first && result == 0) {
		char quoted[MSG_QUOTED_SIZE];

		msg_warning("the lookup file lacks %zu of %zu lists and groups that other rules "
			    "are given for: nothing is judged by them, such as %s",
			count, check->against.owner_count,
			msg_quote(quoted, first->ocid.text, first->ocid.len));
	}
	textset_free(&known);
	return result;
}

/* What stands in both states, and what was chosen of it. */
static enum exitcode make_states(struct check *check, const struct command *command)
{
	const struct options *options = command->options;
	enum exitcode exitcode = ruleset_make(&check->before.ruleset, command->lookup, options);

	if (exitcode == EXITCODE_OK)
		exitcode = choose_subnets(check, command);
	if (exitcode == EXITCODE_OK)
		exitcode = against_make(&check->against, command->lookup, options, NULL);
	if (exitcode == EXITCODE_OK)
		exitcode = ruleset_make(&check->after.ruleset, check->against.lookup, options);
	if (exitcode == EXITCODE_OK && warn_of_strangers(check) != 0) {
		msg_no_memory();
		exitcode = EXITCODE_INTERNAL;
	}
	return exitcode;
}

enum exitcode check_run(struct command *command)
{
	struct check check = {.flows = FLOWS_INIT, .text = BYTES_INIT(SIZE_MAX / 2)};
	enum exitcode exitcode;

	if (command->options->replacement_count == 0) {
		msg_error("nothing to check: --against names other rules, see 'vcnrules check "
			  "--help'");
		return EXITCODE_REFUSED;
	}
	exitcode = make_states(&check, command);
	if (exitcode == EXITCODE_OK)
		exitcode = command_begin(command);
	if (exitcode == EXITCODE_OK)
		exitcode = command_end(command, run(&check, command));
	if (exitcode <= EXITCODE_PARTIAL && check.broken > 0 && !command->options->allow_breaks)
		exitcode = EXITCODE_FOUND;
	state_free(&check.before);
	state_free(&check.after);
	flows_free(&check.flows);
	free(check.found);
	free(check.rules);
	free(check.subnets);
	bytes_free(&check.text);
	against_free(&check.against);
	return exitcode;
}

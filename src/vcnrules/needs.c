/*
 * All flows are gone through once, or once more whenever a rule turned out to have to
 * stay, since what it lets pass needs no other rule then. Each time at least one more
 * rule stays, and mostly none does.
 */
#include "vcnrules/needs.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"

void needs_free(struct needs *needs)
{
	free(needs->uses);
	free(needs->starts);
	free(needs->owners);
	free(needs->numbers);
	view_rules_free(&needs->rules);
	*needs = (struct needs){0};
}

static void bind(struct needs *needs, uint32_t rule)
{
	if (needs->parts[rule] != NEEDS_REPLACED && needs->parts[rule] != NEEDS_REMOVED)
		return;
	needs->parts[rule] = NEEDS_BOUND;
	needs->is_bound = true;
}

static int add_use(struct needs *needs, const struct needs_use *use)
{
	struct needs_use *grown =
		array_reserve(needs->uses, &needs->room, needs->use_count + 1, sizeof(*grown));

	if (!grown)
		return -1;
	needs->uses = grown;
	needs->uses[needs->use_count++] = *use;
	return 0;
}

/* A rule for all protocols lets pass what no rule for one of them is sure of. */
static bool is_replaceable(const struct needs *needs, uint32_t rule, const struct flow *flow)
{
	return needs->parts[rule] == NEEDS_REPLACED && flow->protocol != CONVERSATION_NO_PROTOCOL &&
	       needs->ruleset->rules[rule].rule->is_valid;
}

/* Of rules of one list or group that certainly let something pass, those that matter. */
static int take_owner(
	struct needs *needs, const uint32_t *files, size_t count, const struct needs_use *what)
{
	const struct flow *flow = &needs->flows->at[what->flow];
	uint32_t chosen = UINT32_MAX;
	bool is_covered = false;

	for (size_t i = 0; i < count; i++) {
		uint32_t rule = needs->numbers[files[i]];

		if (needs->parts[rule] == NEEDS_STAYS || needs->parts[rule] == NEEDS_BOUND)
			is_covered = true;
		else if (is_replaceable(needs, rule, flow) &&
			 (chosen == UINT32_MAX || needs->widths[rule] < needs->widths[chosen]))
			chosen = rule;
	}
	for (size_t i = 0; i < count; i++) {
		struct needs_use use = *what;

		use.rule = needs->numbers[files[i]];
		/* What is used is not unused, whoever else lets it pass. */
		if (needs->parts[use.rule] == NEEDS_REMOVED ||
			(!is_covered && chosen == UINT32_MAX))
			bind(needs, use.rule);
		if (needs->parts[use.rule] != NEEDS_REPLACED)
			continue;
		use.is_needed = !is_covered && use.rule == chosen;
		if (add_use(needs, &use) != 0)
			return -1;
	}
	return 0;
}

/* Rules of one list or group follow each other in the file. */
static int take_all(struct needs *needs, const uint32_t *files, size_t count, struct needs_use what)
{
	for (size_t i = 0; i < count;) {
		uint32_t owner = needs->owners[needs->numbers[files[i]]];
		size_t end = i + 1;

		while (end < count && needs->owners[needs->numbers[files[end]]] == owner)
			end++;
		if (take_owner(needs, files + i, end - i, &what) != 0)
			return -1;
		i = end;
	}
	return 0;
}

static void bind_all(struct needs *needs, const uint32_t *files, size_t count)
{
	for (size_t i = 0; i < count; i++)
		bind(needs, needs->numbers[files[i]]);
}

static int take_way(struct needs *needs, const struct view *view, uint32_t flow, bool is_local)
{
	const struct applied_matches *first = &needs->rules.matches;
	const struct applied_matches *answers = &needs->rules.answers;
	struct needs_use use = {
		.flow = flow, .is_other_end = view->is_other_end, .is_local = is_local};
	struct view_fate fate;
	bool is_known;

	if (view_knows_way(&needs->rules, view, is_local, &is_known) != 0 ||
		view_judge(&needs->rules, view, is_local, &fate) != 0)
		return -1;
	if (!fate.passes && !fate.may_pass)
		return 0;
	if (fate.passes && take_all(needs, first->yes, first->yes_count, use) != 0)
		return -1;
	if (!fate.passes && is_known)
		bind_all(needs, first->maybe, first->maybe_count);
	if (!fate.is_asked || !fate.answers_pass || (!fate.passes && !is_known))
		return 0;
	use.is_answer = true;
	if (answers->yes_count == 0)
		bind_all(needs, answers->maybe, answers->maybe_count);
	if (answers->yes_count + answers->maybe_count == 0)
		bind_all(needs, first->maybe, first->maybe_count);
	return take_all(needs, answers->yes, answers->yes_count, use);
}

static int take_view(struct needs *needs, const struct view *view, uint32_t flow)
{
	view_apply(&needs->rules, view);
	for (int is_local = 0; is_local <= 1; is_local++)
		if (view_has_way(view, is_local) && take_way(needs, view, flow, is_local) != 0)
			return -1;
	return 0;
}

static int take_flows(struct needs *needs)
{
	const struct lookup *lookup = needs->ruleset->lookup;
	struct view here, there;

	for (size_t i = 0; i < needs->flows->count; i++) {
		const struct flow *flow = &needs->flows->at[i];

		if (flow->action != ACTION_ACCEPT ||
			view_here(&here, lookup, needs->flows, flow) != VIEW_OK)
			continue;
		if (take_view(needs, &here, (uint32_t)i) != 0 ||
			(view_there(&there, lookup, &here) &&
				take_view(needs, &there, (uint32_t)i) != 0))
			return -1;
	}
	return 0;
}

static int compare_uses(const void *a, const void *b)
{
	const struct needs_use *first = a;
	const struct needs_use *second = b;

	if (first->rule != second->rule)
		return first->rule < second->rule ? -1 : 1;
	return (first->flow > second->flow) - (first->flow < second->flow);
}

static void sort_uses(struct needs *needs)
{
	size_t at = 0;

	if (needs->use_count > 1)
		qsort(needs->uses, needs->use_count, sizeof(*needs->uses), compare_uses);
	for (size_t i = 0; i <= needs->ruleset->rule_count; i++) {
		while (at < needs->use_count && needs->uses[at].rule < i)
			at++;
		needs->starts[i] = at;
	}
}

int needs_gather(struct needs *needs, const struct ruleset *ruleset, const struct flows *flows,
	uint8_t *parts, const uint8_t *widths)
{
	*needs = (struct needs){
		.ruleset = ruleset, .flows = flows, .parts = parts, .widths = widths};
	needs->starts = calloc(ruleset->rule_count + 1, sizeof(*needs->starts));
	needs->owners = calloc(ruleset->rule_count + 1, sizeof(*needs->owners));
	if (!needs->starts || !needs->owners ||
		view_rules_begin(&needs->rules, ruleset->lookup) != 0)
		return -1;
	needs->numbers = ruleset_numbers(ruleset, needs->rules.applied.rules.rules);
	if (!needs->numbers)
		return -1;
	for (size_t i = 0; i < ruleset->owner_count; i++)
		for (size_t j = 0; j < ruleset->owners[i].count; j++)
			needs->owners[ruleset->owners[i].first + j] = (uint32_t)i;
	do {
		needs->is_bound = false;
		needs->use_count = 0;
		if (take_flows(needs) != 0)
			return -1;
	} while (needs->is_bound);
	sort_uses(needs);
	return 0;
}

void needs_view(const struct needs *needs, const struct needs_use *use, struct view *view)
{
	struct view here;

	(void)view_here(&here, needs->ruleset->lookup, needs->flows, &needs->flows->at[use->flow]);
	if (!use->is_other_end || !view_there(view, needs->ruleset->lookup, &here))
		*view = here;
}

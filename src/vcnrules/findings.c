/*
 * Which rules are judged together makes the scopes: each list and each group by
 * itself; across subnets, all lists of a subnet, once for each set of lists that
 * subnets have, and a list that no subnet uses by itself. A list that the file
 * does not hold is missing there, which can hide a finding but not make one.
 */
#include "vcnrules/findings.h"

#include <stdlib.h>

#include "lookup/content.h"

static const struct {
	unsigned finding;
	const char *name;
} names[] = {
	{BOXES_DUPLICATE, "duplicate"},
	{BOXES_REDUNDANT, "redundant"},
	{BOXES_SHADOWED, "shadowed"},
	{BOXES_MIXED, "mixed"},
	{BOXES_INVALID, "invalid"},
	{BOXES_FINDING_UNDECIDED, "undecided"},
};

#define NAME_COUNT (sizeof(names) / sizeof(names[0]))

const char *findings_next_name(unsigned found, size_t *at)
{
	while (*at < NAME_COUNT) {
		size_t i = (*at)++;

		if (found & names[i].finding)
			return names[i].name;
	}
	return NULL;
}

void findings_free(struct findings *findings)
{
	boxes_free(&findings->boxes);
	free(findings->lists);
	free(findings->scopes);
	free(findings->numbers);
	free(findings->verdicts);
	*findings = (struct findings){0};
}

/* ---- scopes ------------------------------------------------------------------- */

/* One subnet of each set of lists that subnets have. */
struct sets {
	size_t *subnets; /* their numbers */
	size_t count;
	size_t list_count; /* of all these sets together */
};

static int find_sets(const struct lookup *lookup, struct sets *sets)
{
	struct content_counts counts;
	struct content_subnet subnet;
	bool *is_seen;

	*sets = (struct sets){0};
	content_count(lookup, &counts);
	sets->subnets = calloc(counts.sets + 1, sizeof(*sets->subnets));
	is_seen = calloc(counts.sets + 1, sizeof(*is_seen));
	for (size_t i = 0; sets->subnets && is_seen && i < counts.subnets; i++) {
		content_subnet(lookup, i, &subnet);
		if (subnet.subnet.set >= counts.sets || is_seen[subnet.subnet.set])
			continue;
		is_seen[subnet.subnet.set] = true;
		sets->subnets[sets->count++] = i;
		sets->list_count += lookup_subnet_lists(lookup, &subnet.subnet).count;
	}
	free(is_seen);
	return sets->subnets && is_seen ? 0 : -1;
}

/*
 * A scope for each set, of the lists that the file holds. *numbers is where the
 * next scope's numbers go; is_used is set for the lists that are in one.
 */
static int add_sets(
	struct findings *findings, const struct sets *sets, size_t **numbers, bool *is_used)
{
	const struct lookup *lookup = findings->ruleset->lookup;
	size_t *owners = calloc(lookup_list_count(lookup) + 1, sizeof(*owners));

	if (!owners)
		return -1;
	/* By the list's number, counted from 1: 0 is a list that is not held. */
	for (size_t i = 0; i < findings->ruleset->owner_count; i++)
		if (!findings->ruleset->owners[i].is_group)
			owners[findings->ruleset->owners[i].number] = i + 1;
	for (size_t i = 0; i < sets->count; i++) {
		struct boxes_scope scope = {.lists = *numbers};
		struct content_subnet subnet;
		struct lookup_run lists;

		content_subnet(lookup, sets->subnets[i], &subnet);
		lists = lookup_subnet_lists(lookup, &subnet.subnet);
		for (size_t j = 0; j < lists.count; j++) {
			size_t owner = owners[lists.numbers[j]];

			if (owner == 0)
				continue;
			is_used[owner - 1] = true;
			(*numbers)[scope.count++] = owner - 1;
		}
		*numbers += scope.count;
		if (scope.count > 0)
			findings->scopes[findings->scope_count++] = scope;
	}
	free(owners);
	return 0;
}

static int make_scopes(struct findings *findings, const struct sets *sets)
{
	size_t owner_count = findings->ruleset->owner_count;
	bool *is_used = calloc(owner_count + 1, sizeof(*is_used));
	size_t *numbers;
	int result = -1;

	findings->scopes = calloc(owner_count + sets->count + 1, sizeof(*findings->scopes));
	findings->numbers = calloc(owner_count + sets->list_count + 1, sizeof(*findings->numbers));
	numbers = findings->numbers;
	if (is_used && findings->scopes && findings->numbers)
		result = sets->count == 0 ? 0 : add_sets(findings, sets, &numbers, is_used);
	for (size_t i = 0; i < owner_count && result == 0; i++) {
		if (is_used[i])
			continue;
		*numbers = i;
		findings->scopes[findings->scope_count++] = (struct boxes_scope){numbers++, 1};
	}
	free(is_used);
	return result;
}

/* ---- judging ------------------------------------------------------------------- */

int findings_make(struct findings *findings, const struct ruleset *ruleset, bool is_across)
{
	struct sets sets = {0};
	int result = is_across ? find_sets(ruleset->lookup, &sets) : 0;

	*findings = (struct findings){.ruleset = ruleset, .boxes = BOXES_INIT};
	findings->lists = calloc(ruleset->owner_count + 1, sizeof(*findings->lists));
	findings->verdicts = calloc(ruleset->rule_count + 1, sizeof(*findings->verdicts));
	if (!findings->lists || !findings->verdicts)
		result = -1;
	for (size_t i = 0; i < ruleset->owner_count && result == 0; i++)
		findings->lists[i] =
			(struct boxes_list){ruleset->owners[i].first, ruleset->owners[i].count};
	if (result == 0)
		result = make_scopes(findings, &sets);
	if (result == 0)
		result = boxes_lint(&findings->boxes, ruleset->rules, ruleset->rule_count,
			findings->lists, ruleset->owner_count, findings->scopes,
			findings->scope_count, findings->verdicts);
	free(sets.subnets);
	return result;
}

/*
 * What the rules alone say of each rule of a ruleset: duplicate, redundant,
 * shadowed, mixed, invalid, undecided (rules/boxes.h).
 */
#ifndef VCNRULES_FINDINGS_H
#define VCNRULES_FINDINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "rules/boxes.h"
#include "vcnrules/ruleset.h"

struct findings {
	struct boxes_verdict *verdicts; /* one a rule of the ruleset */

	/* for findings.c alone */
	const struct ruleset *ruleset;
	struct boxes boxes;
	struct boxes_list *lists;
	struct boxes_scope *scopes;
	size_t scope_count;
	size_t *numbers; /* of lists, of all scopes */
};

/*
 * Judges each list and group by itself, or with is_across all lists of a subnet
 * together. Returns 0, or -1: no memory. Free it with findings_free in any case.
 */
int findings_make(struct findings *findings, const struct ruleset *ruleset, bool is_across);
void findings_free(struct findings *findings);

/* The name of the next finding that is true, from *at on, 0 at first; or null. */
const char *findings_next_name(unsigned found, size_t *at);

#endif

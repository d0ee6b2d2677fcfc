/*
 * What rules that are to be replaced or removed let pass, of all that was seen: at the
 * end where a conversation was logged and at the other one, first packets and answers
 * that nothing tracks. What takes their place has to let the same pass.
 *
 * Each list and group is looked at by itself: what a rule of the same one that stays
 * lets pass needs no other.
 */
#ifndef VCNRULES_NEEDS_H
#define VCNRULES_NEEDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vcnrules/flows.h"
#include "vcnrules/ruleset.h"
#include "vcnrules/view.h"

/* What is meant to become of a rule. */
enum needs_part {
	NEEDS_STAYS,
	NEEDS_REPLACED, /* by what lets pass what was seen */
	NEEDS_REMOVED,
	NEEDS_BOUND, /* it was to be replaced or removed, and has to stay */
};

/* A rule that is to be replaced lets something pass. */
struct needs_use {
	uint32_t rule; /* of the ruleset */
	uint32_t flow;
	bool is_other_end;
	bool is_local;   /* the way of the view */
	bool is_answer;  /* the answers that way, not its first packet */
	bool is_needed;  /* no other rule of its list is to let it pass, too */
	bool is_dropped; /* of a weak peer, and given up; see narrow.h */
};

struct needs {
	struct needs_use *uses; /* by rule, then by flow */
	size_t use_count;
	size_t *starts; /* of each rule of the ruleset, and the end of the last */

	/* for needs.c alone */
	size_t room;
	const struct ruleset *ruleset;
	const struct flows *flows;
	uint8_t *parts;
	const uint8_t *widths;
	uint32_t *owners;  /* of each rule of the ruleset */
	uint32_t *numbers; /* in the ruleset, by a rule's number in the file */
	struct view_rules rules;
	bool is_bound; /* one more rule was */
};

/*
 * Gathers them. parts says of each rule of the ruleset what is meant (enum needs_part),
 * and is set to NEEDS_BOUND where what was seen needs the rule itself: one that is to be
 * removed and is used, or one that only may have let something pass. Where several that
 * are to be replaced let the same pass, the one of the least width is to do so. Returns
 * 0, or -1: no memory. Free it in any case.
 */
int needs_gather(struct needs *needs, const struct ruleset *ruleset, const struct flows *flows,
	uint8_t *parts, const uint8_t *widths);
void needs_free(struct needs *needs);

/* Fills in the view that a use is of. */
void needs_view(const struct needs *needs, const struct needs_use *use, struct view *view);

#endif

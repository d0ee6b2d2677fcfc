/*
 * Rules as sets of boxes: is a rule inside what others let pass together, and
 * what follows from that for a list of rules.
 *
 * A box is peer interval x protocols x source ports x destination ports; ICMP
 * and ICMPv6 have type and code in the place of ports. The rules of the two
 * directions never meet. A service label or a group is a box of its own, inside
 * the same label or group and inside CIDR blocks that hold all of its
 * addresses; inside all IPv4 addresses where these are not known. It holds no
 * CIDR block. A rule with a part that cannot be read is inside rules of the
 * same text alone.
 *
 * Answers are exact. A question that takes more than so many steps is left
 * undecided. No input or output; memory is the workspace's.
 */
#ifndef RULES_BOXES_H
#define RULES_BOXES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/limits.h"
#include "lookup/rule.h"

/* A rule, and what is known of it besides. All is the caller's. */
struct boxes_rule {
	const struct rule *rule; /* peer_index and texts are not looked at */
	const char *text;        /* its key, as rule_write_text has it */
	size_t text_len;
	/*
	 * Of a label, its ranges; of a group, every block of its VCN's subnets.
	 * Canonical; 0 where they are not known.
	 */
	const struct prefix *blocks;
	size_t block_count;
};

struct boxes_cutter;
struct boxes_fragment;

/* The workspace. For one thread; begins as BOXES_INIT. */
struct boxes {
	uint64_t step_max; /* comparisons of two boxes that one question may take */
	uint64_t steps;    /* of the question at hand; the rest is for boxes.c alone */
	struct boxes_cutter *cutters;
	struct boxes_fragment *fragments;
	size_t *cover;
	size_t *covers; /* of all verdicts, one after another */
	size_t cutter_room, fragment_room, cover_room, covers_room;
	size_t cutter_count, cover_count, covers_count;
};

#define BOXES_INIT                                                                                 \
	{                                                                                          \
		.step_max = LIMIT_BOX_STEPS                                                        \
	}

void boxes_free(struct boxes *boxes);

enum boxes_result {
	BOXES_INSIDE,
	BOXES_OUTSIDE,
	BOXES_UNDECIDED, /* it takes more than step_max steps */
	BOXES_NO_MEMORY,
};

/* Numbers of rules, ascending; valid until the workspace is used again. */
struct boxes_cover {
	const size_t *rules;
	size_t count;
};

/*
 * Tells if all that rule matches is matched by others[0..count) together,
 * whether they are stateless or not. *cover, if not null, is on BOXES_INSIDE
 * some of them that suffice and of which none can be spared: a single one where
 * there is one. A rule that matches nothing is inside anything.
 */
enum boxes_result boxes_inside(struct boxes *boxes, const struct boxes_rule *rule,
	const struct boxes_rule *others, size_t count, struct boxes_cover *cover);

/* What a rule is found to be; several may be true. */
enum boxes_finding {
	BOXES_DUPLICATE = 1 << 0,         /* of its list another one has the same text */
	BOXES_REDUNDANT = 1 << 1,         /* inside other rules, stateless or not as it is */
	BOXES_SHADOWED = 1 << 2,          /* stateful, inside stateless ones */
	BOXES_MIXED = 1 << 3,             /* stateless, inside stateful ones */
	BOXES_INVALID = 1 << 4,           /* matches nothing */
	BOXES_FINDING_UNDECIDED = 1 << 5, /* one of the above may be true as well */
};

/* Some rules that follow one another: a security list, or a group. */
struct boxes_list {
	size_t first;
	size_t count;
};

/* Lists that apply together: one alone, or all those of a subnet. */
struct boxes_scope {
	const size_t *lists; /* their numbers, each once */
	size_t count;
};

struct boxes_verdict {
	unsigned findings; /* bits of enum boxes_finding */
	/*
	 * It can go, together with all others of which this is true: looked at
	 * from the last rule to the first, each without those that go already.
	 */
	bool is_removable;
	struct boxes_cover covered_by; /* what all findings rest on */
};

/*
 * Judges rules[0..count) of lists[0..list_count), one after another from the
 * first rule on. A finding counts if it is true in every scope that has the
 * rule's list; every list must be in one. Fills verdicts[0..count). Returns 0,
 * or -1 when memory ran out.
 */
int boxes_lint(struct boxes *boxes, const struct boxes_rule *rules, size_t count,
	const struct boxes_list *lists, size_t list_count, const struct boxes_scope *scopes,
	size_t scope_count, struct boxes_verdict *verdicts);

#endif

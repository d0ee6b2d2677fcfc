/*
 * A conversation as rules see it: at the end where it was logged, and at the other
 * one where that lies in a subnet of the same VCN; and how it fares there by the rules
 * of a lookup file.
 */
#ifndef VCNRULES_VIEW_H
#define VCNRULES_VIEW_H

#include <stdbool.h>

#include "lookup/lookup.h"
#include "vcnrules/applied.h"
#include "vcnrules/flows.h"

struct view {
	struct flow flow; /* local is this end */
	struct lookup_text subnet;
	struct lookup_text vnic; /* null: not known */
	uint32_t vcn;            /* the subnet's, or LOOKUP_NONE */
	bool is_other_end;
};

enum view_result {
	VIEW_OK,
	VIEW_UNKNOWN, /* the lookup file does not have the subnet */
	VIEW_EXEMPT,  /* no rule is asked about link-local addresses */
};

/* Fills in a flow as it was logged. */
enum view_result view_here(struct view *view, const struct lookup *lookup,
	const struct flows *flows, const struct flow *flow);

/* Fills in the other end of what view_here filled in; false: there is none. */
bool view_there(struct view *there, const struct lookup *lookup, const struct view *here);

/*
 * Returns true if a view went, or may have gone, this way: with is_local the side that
 * the view is of began. Both ways are meant where nobody knows who began.
 */
bool view_has_way(const struct view *view, bool is_local);

/* The rules of a lookup file. */
struct view_rules {
	const struct lookup *lookup;
	struct applied applied;
	struct applied_matches matches; /* of the first packet that was judged last */
	struct applied_matches answers; /* of its answers, where nothing tracks them */
};

/* Returns 0, or -1: no memory. Free it in any case. */
int view_rules_begin(struct view_rules *rules, const struct lookup *lookup);
void view_rules_free(struct view_rules *rules);

/* Sets the rules that apply to a view. */
void view_apply(struct view_rules *rules, const struct view *view);

/* How the first packet of a way and its answers fare. */
struct view_fate {
	bool passes; /* a rule certainly lets it pass */
	bool may_pass;
	bool is_asked;     /* answers were seen, and nothing tracks them for certain */
	bool answers_pass; /* for certain or perhaps; true if none were seen */
};

/*
 * Judges one way of a view that was applied, and leaves what matches in rules->matches
 * and, if is_asked, rules->answers. Returns 0, or -1: no memory.
 */
int view_judge(
	struct view_rules *rules, const struct view *view, bool is_local, struct view_fate *fate);

/*
 * Sets *is_known if a view that was applied is known to have gone this way: who began
 * is, or, where there are no ports, rules match this way only. Returns 0, or -1: no
 * memory. What matched last is no longer in rules afterwards.
 */
int view_knows_way(
	struct view_rules *rules, const struct view *view, bool is_local, bool *is_known);

enum view_change {
	VIEW_SAME,
	VIEW_BREAKS, /* it passed and would not, or its answers */
	VIEW_OPENED, /* it was refused and would pass */
};

/*
 * Compares one way of a view, which was applied to both. Sets *is_maybe if, of what
 * breaks, it is not certain. Returns 0, or -1: no memory.
 */
int view_compare(struct view_rules *before, struct view_rules *after, const struct view *view,
	bool is_local, enum view_change *change, bool *is_maybe);

#endif

/*
 * What the rules of lists and groups are proposed to become, and why.
 *
 * Rules that were found too wide are replaced by what their uses need; rules that nobody
 * uses, or that others make needless, are removed where that is wished for; all others
 * stay as they are. Nothing is ever let pass that was not before.
 */
#ifndef VCNRULES_PROPOSAL_H
#define VCNRULES_PROPOSAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/textset.h"
#include "vcnrules/analysis.h"
#include "vcnrules/narrow.h"
#include "vcnrules/needs.h"

struct proposal_wish {
	struct narrow_wish narrow;
	struct textset kept; /* texts of rules that stay */
	bool removes_unused;
	bool removes_redundant;
};

/* What becomes of a rule. */
enum proposal_fate {
	PROPOSAL_STAYS,
	PROPOSAL_REPLACED, /* by new rules, or by none where others let all of it pass */
	PROPOSAL_UNUSED,   /* removed; likewise the next */
	PROPOSAL_REDUNDANT,
};

/* Why a rule stays that might be replaced or removed. */
enum proposal_why {
	PROPOSAL_NOTHING, /* nothing speaks against it */
	PROPOSAL_KEPT,    /* it is among wish->kept */
	PROPOSAL_ICMP,
	PROPOSAL_STATELESS,
	PROPOSAL_MAYBE,    /* what may have used it */
	PROPOSAL_EVIDENCE, /* too little was seen */
	PROPOSAL_BOUND,    /* what was seen at the other end, or answers, need it itself */
	PROPOSAL_SAME,     /* what would take its place is the same */
	PROPOSAL_LIMIT,    /* its list or group would have too many rules */
	PROPOSAL_NO_ID,    /* it is of a group, and cannot be named there */
};

/* A rule that is there. */
struct proposal_rule {
	enum proposal_fate fate;
	enum proposal_why why;
	unsigned findings; /* of analysis_rule, that speak for it */
	uint64_t peers;    /* that its uses need */
	size_t weak_first; /* of proposal->weak: those of them that are weak */
	size_t weak_count;
	size_t new_first; /* of proposal->news */
	size_t new_count;
};

/* A rule that is not there yet. */
struct proposal_new {
	struct rule rule;
	struct narrow_rule from;
	uint32_t replaced;       /* the rule of the ruleset whose place it takes */
	struct lookup_text text; /* once the proposal is made, like the next two */
	struct lookup_text description;
	struct lookup_text object; /* as REST has it, of a list or of a group */
};

/* One of the rules that there would be. */
struct proposal_entry {
	bool is_new;
	uint32_t number; /* of proposal->news, or of the ruleset */
};

/* A list or group. */
struct proposal_owner {
	bool is_changed;
	size_t over;             /* so many rules would be too many; 0: they are not */
	bool is_over_in_ingress; /* of a list: else in egress */
	size_t first;            /* of proposal->entries; if it is changed */
	size_t count;
};

struct proposal {
	struct analysis *analysis;
	const struct proposal_wish *wish;
	struct proposal_rule *rules;   /* one a rule of the ruleset */
	struct proposal_owner *owners; /* one an owner of the ruleset */
	struct proposal_new *news;
	size_t new_count;
	struct proposal_entry *entries;
	size_t entry_count;
	struct address *weak;
	size_t weak_count;
	struct needs needs;
	bool is_limited; /* a list or group was left as it is */

	/* for proposal.c alone */
	size_t new_room, entry_room, weak_room;
	struct bytes texts;
	struct bytes scratch;
	struct narrow narrow;
	struct boxes boxes;
};

enum proposal_result {
	PROPOSAL_OK,
	PROPOSAL_NO_MEMORY,
	PROPOSAL_WIDER,   /* after a message: a defect of this program */
	PROPOSAL_FOREIGN, /* the lookup file's rules are not such as vcnmeta writes */
};

/*
 * Makes a proposal for what was chosen, from conversations that were read. analysis and
 * wish have to stay. Free it in any case.
 */
enum proposal_result proposal_make(
	struct proposal *proposal, struct analysis *analysis, const struct proposal_wish *wish);
void proposal_free(struct proposal *proposal);

/* The text of one of the rules that there would be. */
struct lookup_text proposal_text(
	const struct proposal *proposal, const struct proposal_entry *entry);

#endif

/*
 * Which rules the conversations use: what each rule is credited with, and how
 * well what was seen covers those who might use it.
 */
#ifndef VCNRULES_USAGE_H
#define VCNRULES_USAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vcnrules/flows.h"
#include "vcnrules/ruleset.h"

/* What a rule is credited with. */
struct usage_rule {
	uint64_t conversations;
	uint64_t sole;    /* of these, those that no other rule lets pass */
	uint64_t answers; /* that nothing tracks and this rule lets pass */
	uint64_t either;  /* of which it is not known who began */
	uint64_t maybe;   /* that it only may let pass */
	size_t first_credit;
	size_t credit_count; /* conversations, but for those seen from both ends */
	unsigned evidence;   /* bits of enum usage_evidence that are true of it alone */
};

/* A rule lets a flow pass, as far as it is known; flow is its number. */
struct usage_credit {
	uint32_t rule; /* of the ruleset */
	uint32_t flow;
	bool is_mirrored; /* seen from the other end: the peer is the local side */
};

/* What was seen of a subnet or a VNIC, by the number of its text. */
struct usage_seen {
	int64_t first;
	int64_t last;
	uint64_t accepted; /* records */
	uint64_t unexplained;
	bool is_seen; /* it has a conversation */
};

/* Why what was seen is too little to call a rule unused: the first three are true of a
 * whole list or group. */
enum usage_evidence {
	USAGE_SHORT_WINDOW = 1 << 0,
	USAGE_SILENT_SUBNET = 1 << 1,
	USAGE_UNEXPLAINED = 1 << 2,
	USAGE_YOUNG_RULE = 1 << 3,
};

/* A list or group: what is true of any subnet that uses it, or VNIC in it. */
struct usage_owner {
	unsigned evidence; /* bits of enum usage_evidence */
	int64_t first;     /* FLOWS_NEVER_FIRST: nothing was seen */
	int64_t last;
	bool is_attached;
};

struct usage {
	struct usage_rule *rules;     /* one a rule of the ruleset */
	struct usage_credit *credits; /* by rule, then by flow */
	size_t credit_count;
	size_t credit_room;
	struct usage_seen *subnets; /* by the number of a text of the flows */
	struct usage_seen *vnics;
	struct usage_owner *owners; /* one an owner of the ruleset */
	uint64_t accepted;          /* records of known subnets */
	uint64_t rejected;
	uint64_t unexplained; /* of those accepted */
	uint64_t undecided;
	uint64_t contradicted; /* of those rejected */
	uint64_t records;      /* of all flows */
	uint64_t bytes;
	int64_t first; /* of all flows */
	int64_t last;
};

/*
 * Credits the flows, which began_decide has left, to the rules. min_window is in
 * seconds. Returns 0, or -1: no memory. Free it with usage_free in any case.
 */
int usage_make(struct usage *usage, const struct ruleset *ruleset, const struct flows *flows,
	int64_t min_window);
void usage_free(struct usage *usage);

#endif

/*
 * One flow-log record against all rules that apply to it: which of them let it
 * pass, or let pass what it answers, and what that means together.
 *
 * Pure functions: nothing is allocated, read or remembered. What a record says
 * and what a lookup file knows of its subnet and VNIC comes in as numbers and
 * views.
 */
#ifndef RULES_JUDGE_H
#define RULES_JUDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/flow.h"
#include "base/limits.h"
#include "lookup/rule.h"
#include "rules/match.h"

/* In the order of the manual and of --stats. */
enum judge_verdict {
	JUDGE_PERMITTED,
	JUDGE_REPLY,
	JUDGE_EITHER,
	JUDGE_UNEXPLAINED,
	JUDGE_DENIED,
	JUDGE_LATE_REPLY,
	JUDGE_CONTRADICTED,
	JUDGE_EXEMPT,
	JUDGE_UNKNOWN,
};
#define JUDGE_VERDICTS 9

/* From the least to the greatest. */
enum judge_confidence { JUDGE_NONE, JUDGE_POSSIBLE, JUDGE_LIKELY, JUDGE_CERTAIN };
#define JUDGE_CONFIDENCES 4

/* "late_reply", "likely": as they are written. */
const char *judge_verdict_name(enum judge_verdict verdict);
const char *judge_confidence_name(enum judge_confidence confidence);

/* Who sent the first packet of what a record belongs to. */
enum judge_beginner { JUDGE_UNDECIDED, JUDGE_SENDER, JUDGE_OTHER };

/* Where the classes of ports begin that are no servers' of the system, and from which
 * clients mostly send. */
#define JUDGE_REGISTERED 1024
#define JUDGE_EPHEMERAL 32768

/*
 * What two ports alone say: the side whose port is of the lower class (0 to
 * 1023, to 32767, to 65535) is the server, and the other one began. Nothing
 * when a port is 0 or both are equal. For TCP and UDP with both ports known.
 */
enum judge_beginner judge_ports(uint16_t source, uint16_t destination);

/* What a record says. */
struct judge_record {
	enum action action;
	struct address source; /* ADDRESS_NONE if it is not valid */
	struct address destination;
	uint16_t protocol; /* 0 to 255, or MATCH_NO_PROTOCOL */
	bool has_ports;    /* both are there and readable */
	uint16_t source_port;
	uint16_t destination_port;
	enum direction direction; /* DIRECTION_NONE also if the subnet is unknown */
	bool is_guessed;          /* the direction came from the subnet's blocks */
	bool is_within;           /* and both addresses lie in them */
};

/*
 * The rules of one list or group: ingress_count of direction ingress from rule
 * number first on, then egress_count of direction egress.
 */
struct judge_run {
	uint32_t first;
	uint32_t ingress_count;
	uint32_t egress_count;
};

/*
 * What applies to a record: the lists of its subnet in the subnet's order, then
 * the groups of its VNIC by OCID.
 */
struct judge_rules {
	const struct rule *rules;       /* of the file; runs count from here */
	const struct rule_boxes *boxes; /* of these rules; null: each is asked */
	const struct judge_run *runs;
	size_t run_count;
	bool is_complete; /* nothing that may apply is missing */
	struct match_world world;
};

/* A rule that a judgement names. */
struct judge_entry {
	uint32_t rule;  /* its number */
	uint8_t maybe;  /* enum match_maybe; 0: it matches with yes */
	uint8_t misses; /* enum match_miss; of the nearest ones */
};

/* The nearest rules that are named. */
#define JUDGE_NEAREST 3

/*
 * Of more entries than LIMIT_JUDGED the first ones are named; all of them
 * count. A subnet with 5 lists and a VNIC with 5 groups, all full, have 2,600
 * rules.
 */
struct judge_entries {
	size_t count;
	bool has_yes;
	struct judge_entry at[LIMIT_JUDGED];
};

struct judgement {
	enum judge_verdict verdict;
	enum judge_confidence confidence;
	bool is_complete;
	size_t nearest_count; /* 0 unless the verdict is JUDGE_DENIED */
	struct judge_entry nearest[JUDGE_NEAREST];
	struct judge_entries permitted; /* F: what matches the record */
	struct judge_entries reply;     /* R: what matches what it answers */
};

/* Judges a record. The judgement is large: keep one per thread. */
void judge_record(struct judgement *judgement, const struct judge_record *record,
	const struct judge_rules *rules);

/*
 * What the rules of each direction say of a flow, as far as a verdict depends on it.
 * They say the same of the records of both its ways.
 */
struct judge_answers {
	uint8_t egress;
	uint8_t ingress;
};

/*
 * Returns true if such answers decide on a record, together with what it says: not if
 * it is exempt or unknown, nor if either of its ends may be the VNIC.
 */
static inline bool judge_needs_answers(const struct judge_record *record)
{
	return record->direction != DIRECTION_NONE && record->source.family != ADDRESS_NONE &&
	       record->destination.family != ADDRESS_NONE &&
	       !(record->is_guessed && record->is_within) &&
	       !match_is_link_local(&record->source) && !match_is_link_local(&record->destination);
}

/* Asks the rules about the flow of a record, which needs their answers. */
struct judge_answers judge_ask(const struct judge_record *record, const struct judge_rules *rules);

/* As judge_record, but that no rules are named. */
void judge_by_answers(struct judgement *judgement, const struct judge_record *record,
	bool is_complete, struct judge_answers answers);

#endif

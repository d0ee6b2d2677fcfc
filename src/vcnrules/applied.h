/*
 * The rules that apply to a flow, and those of them that match one of its
 * packets.
 */
#ifndef VCNRULES_APPLIED_H
#define VCNRULES_APPLIED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookup/lookup.h"
#include "lookup/rule.h"
#include "rules/context.h"
#include "rules/judge.h"
#include "vcnrules/flows.h"

struct applied {
	struct judge_rules rules; /* of the flow at hand; rules.rules always */
	struct context *context;
};

/* Returns 0, or -1: no memory. Free it with applied_free in any case. */
int applied_begin(struct applied *applied, const struct lookup *lookup);
void applied_free(struct applied *applied);

/* Sets rules to what applies in a subnet to a VNIC; null: it is not known. */
void applied_set(struct applied *applied, const struct lookup_subnet *subnet,
	const struct lookup_vnic *vnic);

/* The rules of one direction that match a packet; begins as {0}. */
struct applied_matches {
	uint32_t *yes; /* numbers of the file */
	uint32_t *maybe;
	size_t yes_count;
	size_t maybe_count;
	bool is_stateful;      /* one that matches with yes tracks, */
	bool is_stateless;     /* one does not, and wins */
	bool may_be_stateless; /* one that may match does not */
	size_t room;           /* of each array */
};

/* Finds those that match. Returns 0, or -1: no memory. */
int applied_match(struct applied_matches *matches, const struct applied *applied,
	enum direction direction, const struct match_flow *flow);
void applied_matches_free(struct applied_matches *matches);

/* Returns true if answers to what matched so are certainly let pass by tracking. */
bool applied_tracks(const struct applied_matches *matches);

/* A flow's first packet if the local side began, or the peer, and its direction. */
struct match_flow applied_first_packet(const struct flow *flow, bool is_local);
enum direction applied_direction(bool is_local);

#endif

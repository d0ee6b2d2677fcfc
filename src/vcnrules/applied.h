/*
 * The rules that apply to a flow: all lists of its subnet and all groups of its
 * VNIC, ready for match and judge, with what the lookup file knows of labels and
 * groups that are peers.
 */
#ifndef VCNRULES_APPLIED_H
#define VCNRULES_APPLIED_H

#include <stddef.h>
#include <stdint.h>

#include "lookup/lookup.h"
#include "rules/judge.h"

struct applied {
	struct judge_rules rules; /* of the flow at hand */

	/* for applied.c alone */
	const struct lookup *lookup;
	uint32_t vcn; /* of the flow at hand */
	struct rule_box *boxes;
	struct judge_run *runs;
	size_t run_room;
};

/*
 * Prepares what all flows share. Returns 0, or -1: no memory. Free it with
 * applied_free in any case. It must not be moved after that.
 */
int applied_begin(struct applied *applied, const struct lookup *lookup);
void applied_free(struct applied *applied);

/*
 * Sets rules to what applies in a subnet to a VNIC, null: it is not known.
 * Returns 0, or -1: no memory.
 */
int applied_set(struct applied *applied, const struct lookup_subnet *subnet,
	const struct lookup_vnic *vnic);

#endif

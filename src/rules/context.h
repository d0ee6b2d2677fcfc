/*
 * What of a lookup file applies to a record: the lists of its subnet, the
 * groups of its VNIC, whether that is all, and who the members of groups are.
 */
#ifndef RULES_CONTEXT_H
#define RULES_CONTEXT_H

#include <stdint.h>

#include "lookup/lookup.h"
#include "rules/judge.h"
#include "rules/verdicts.h"

/* Of one thread: the last places are kept, as records of one come together. */
struct context;

/*
 * The lookup file must outlive it. Returns null when memory ran out. Free it
 * with context_free, which takes null.
 */
struct context *context_new(const struct lookup *lookup);
void context_free(struct context *context);

/*
 * The rules that apply to a VNIC, a number in the file or LOOKUP_NONE, in a
 * subnet; they are valid until it is called again. Of more lists and groups
 * than LIMIT_RUNS the first ones count, and the rules are not complete.
 */
const struct judge_rules *context_rules(
	struct context *context, const struct lookup_subnet *subnet, uint32_t vnic);

/*
 * The verdicts by these rules, for who judges again and again. Null if the rules were not
 * asked for so often that it is worth to keep any, or if none can be. Valid as the rules
 * are.
 */
struct verdicts *context_verdicts(
	struct context *context, const struct lookup_subnet *subnet, uint32_t vnic);

#endif

/*
 * From a lookup file to the rules that judge_record takes. Finding out what
 * applies takes several times as long as judging by a usual list, and a record
 * is mostly of a place that was met not long before.
 */
#include "rules/context.h"

#include <stdlib.h>

#include "base/limits.h"

/* Places that are kept, a power of two, and the runs of one. */
#define KEPT 1024
#define KEPT_RUNS 12

/* From so many records of a place on verdicts are kept: to prepare that takes as long as
 * judging some of them. */
#define WORTHWHILE 32

struct place {
	const struct lookup *lookup;
	uint32_t vnic;
	uint32_t vcn;
	struct judge_rules rules;
	struct judge_run runs[KEPT_RUNS];
};

/* Which place is kept under a number. */
struct kept {
	uint32_t subnet; /* LOOKUP_NONE: none is */
	uint32_t vnic;
	uint32_t records; /* how many of it were to be judged, up to WORTHWHILE; more: none
			   * of its verdicts can be kept */
};

/* What is looked at for each record stands close together. */
struct context {
	const struct lookup *lookup;
	struct kept kept[KEPT];
	struct verdicts verdicts[KEPT]; /* by the same numbers, as places */
	struct place places[KEPT];
	struct place large; /* one of more runs, which are not kept */
	struct judge_run runs[LIMIT_RUNS];
};

/* May be asked for a group that the file does not have: nothing is known. */
static enum match_answer group_has(
	const void *context, uint32_t number, const struct address *address)
{
	const struct place *place = context;
	uint32_t holder = lookup_find_holder(place->lookup, place->vcn, address);
	struct lookup_group group;

	lookup_group(place->lookup, number, &group);
	if (holder != LOOKUP_NONE && lookup_run_has(&group.members, holder))
		return MATCH_YES;
	if (group.addresses_are_known)
		return MATCH_NO;
	return lookup_find_block(place->lookup, place->vcn, address) == LOOKUP_NONE ? MATCH_NO
										    : MATCH_MAYBE;
}

static bool service_has(const void *context, uint32_t number, const struct address *address)
{
	const struct place *place = context;

	return lookup_service_has(place->lookup, number, address);
}

/* Ingress comes first. */
static struct judge_run run_of(const struct lookup_rules *rules)
{
	size_t low = 0;
	size_t high = rules->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (rules->rules[middle].direction == DIRECTION_INGRESS)
			low = middle + 1;
		else
			high = middle;
	}
	return (struct judge_run){
		(uint32_t)rules->first, (uint32_t)low, (uint32_t)(rules->count - low)};
}

/* Runs being found: those beyond room are left out. */
struct search {
	struct judge_run *runs;
	size_t count;
	size_t room;
};

static void add_run(struct search *search, struct place *place, const struct lookup_rules *rules)
{
	if (rules->count == 0)
		return;
	if (search->count == search->room) {
		place->rules.is_complete = false;
		return;
	}
	place->rules.rules = rules->rules - rules->first;
	place->rules.boxes = rules->boxes;
	search->runs[search->count++] = run_of(rules);
}

static void find_lists(
	struct search *search, struct place *place, const struct lookup_subnet *subnet)
{
	struct lookup_run lists = lookup_subnet_lists(place->lookup, subnet);
	struct lookup_list list;

	for (size_t i = 0; i < lists.count; i++) {
		lookup_list(place->lookup, lists.numbers[i], &list);
		if (!list.is_held)
			place->rules.is_complete = false;
		add_run(search, place, &list.rules);
	}
}

static void find_groups(struct search *search, struct place *place)
{
	struct lookup_vnic vnic;
	struct lookup_group group;
	struct lookup_vcn vcn;

	lookup_vcn(place->lookup, place->vcn, &vcn);
	if (place->vnic == LOOKUP_NONE || !vcn.groups_are_known)
		place->rules.is_complete = false;
	if (place->vnic == LOOKUP_NONE)
		return;
	lookup_vnic(place->lookup, place->vnic, &vnic);
	for (size_t i = 0; i < vnic.groups.count; i++) {
		lookup_group(place->lookup, vnic.groups.numbers[i], &group);
		if (!group.rules_are_known)
			place->rules.is_complete = false;
		add_run(search, place, &group.rules);
	}
}

/* Finds what applies at a place. Returns false if it has more runs than room. */
static bool find(struct place *place, const struct lookup_subnet *subnet, struct search *search)
{
	place->rules = (struct judge_rules){
		.runs = search->runs,
		.is_complete = true,
		.world = {service_has, group_has, place},
	};
	find_lists(search, place, subnet);
	find_groups(search, place);
	place->rules.run_count = search->count;
	return search->count < search->room;
}

struct context *context_new(const struct lookup *lookup)
{
	struct context *context = calloc(1, sizeof(*context));

	if (!context)
		return NULL;
	context->lookup = lookup;
	for (size_t i = 0; i < KEPT; i++)
		context->kept[i].subnet = LOOKUP_NONE;
	return context;
}

void context_free(struct context *context)
{
	free(context);
}

/* The number that a place is kept under, if it is. */
static size_t number_of(uint32_t subnet, uint32_t vnic)
{
	uint32_t hash = (subnet * 0x9e3779b1u ^ vnic) * 0x85ebca6bu;

	return hash >> 16 & (KEPT - 1);
}

static bool is_place(const struct kept *kept, uint32_t subnet, uint32_t vnic)
{
	return kept->subnet == subnet && kept->vnic == vnic;
}

const struct judge_rules *context_rules(
	struct context *context, const struct lookup_subnet *subnet, uint32_t vnic)
{
	size_t number = number_of(subnet->number, vnic);
	struct kept *kept = &context->kept[number];
	struct place *place = &context->places[number];
	struct search search = {place->runs, 0, KEPT_RUNS};

	if (is_place(kept, subnet->number, vnic))
		return &place->rules;
	kept->subnet = LOOKUP_NONE;
	place->lookup = context->lookup;
	place->vnic = vnic;
	place->vcn = subnet->vcn;
	if (find(place, subnet, &search)) {
		kept->subnet = subnet->number;
		kept->vnic = vnic;
		kept->records = 0;
		return &place->rules;
	}
	/* as many as there is room for, or more */
	place = &context->large;
	place->lookup = context->lookup;
	place->vnic = vnic;
	place->vcn = subnet->vcn;
	search = (struct search){context->runs, 0, LIMIT_RUNS};
	(void)find(place, subnet, &search);
	return &place->rules;
}

struct verdicts *context_verdicts(
	struct context *context, const struct lookup_subnet *subnet, uint32_t vnic)
{
	size_t number = number_of(subnet->number, vnic);
	struct kept *kept = &context->kept[number];

	if (!is_place(kept, subnet->number, vnic))
		return NULL;
	if (kept->records == WORTHWHILE)
		return &context->verdicts[number];
	if (kept->records > WORTHWHILE)
		return NULL;
	if (kept->records == WORTHWHILE - 1) {
		/* not counted before they are ready, for if the lookup file is lost meanwhile */
		if (!verdicts_init(&context->verdicts[number], &context->places[number].rules))
			kept->records++;
	}
	kept->records++;
	return NULL;
}

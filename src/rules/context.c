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

struct place {
	const struct lookup *lookup;
	uint32_t subnet; /* LOOKUP_NONE: nothing is kept here */
	uint32_t vnic;
	uint32_t vcn;
	struct judge_rules rules;
	struct judge_run runs[KEPT_RUNS];
};

struct context {
	struct place kept[KEPT];
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
	for (size_t i = 0; i < KEPT; i++) {
		context->kept[i].lookup = lookup;
		context->kept[i].subnet = LOOKUP_NONE;
	}
	context->large.lookup = lookup;
	return context;
}

void context_free(struct context *context)
{
	free(context);
}

static struct place *kept_place(struct context *context, uint32_t subnet, uint32_t vnic)
{
	uint32_t hash = (subnet * 0x9e3779b1u ^ vnic) * 0x85ebca6bu;

	return &context->kept[hash >> 16 & (KEPT - 1)];
}

const struct judge_rules *context_rules(
	struct context *context, const struct lookup_subnet *subnet, uint32_t vnic)
{
	struct place *place = kept_place(context, subnet->number, vnic);
	struct search search = {place->runs, 0, KEPT_RUNS};

	if (place->subnet == subnet->number && place->vnic == vnic)
		return &place->rules;
	place->subnet = subnet->number;
	place->vnic = vnic;
	place->vcn = subnet->vcn;
	if (find(place, subnet, &search))
		return &place->rules;
	/* as many as there is room for, or more */
	place->subnet = LOOKUP_NONE;
	place = &context->large;
	place->vnic = vnic;
	place->vcn = subnet->vcn;
	search = (struct search){context->runs, 0, LIMIT_RUNS};
	(void)find(place, subnet, &search);
	return &place->rules;
}

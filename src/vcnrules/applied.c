/*
 * From the lookup file to the rules of one flow. Blocks of rules, which let many
 * be passed over at once, are made here for all rules of the file.
 */
#include "vcnrules/applied.h"

#include <stdlib.h>

#include "lookup/content.h"
#include "lookup/rule.h"

void applied_free(struct applied *applied)
{
	free(applied->boxes);
	free(applied->runs);
	*applied = (struct applied){0};
}

static bool service_has(const void *context, uint32_t number, const struct address *address)
{
	const struct applied *applied = context;

	return lookup_service_has(applied->lookup, number, address);
}

/*
 * Does an address belong to a member of a group? What is not known of its
 * members may be so anywhere in the VCN's subnets.
 */
static enum match_answer group_has(
	const void *context, uint32_t number, const struct address *address)
{
	const struct applied *applied = context;
	const struct lookup *lookup = applied->lookup;
	struct lookup_group group = {0};
	uint32_t holder;

	if (number != RULE_NO_INDEX) {
		lookup_group(lookup, number, &group);
		if (group.vcn != LOOKUP_NONE && group.vcn != applied->vcn)
			return MATCH_NO;
		holder = lookup_find_holder(lookup, applied->vcn, address);
		if (holder != LOOKUP_NONE && lookup_run_has(&group.members, holder))
			return MATCH_YES;
		if (group.members_are_known && group.addresses_are_known)
			return MATCH_NO;
	}
	return lookup_find_block(lookup, applied->vcn, address) == LOOKUP_NONE ? MATCH_NO
									       : MATCH_MAYBE;
}

/* The rules of all lists and groups: where number 0 stands, and how many. */
static const struct rule *all_rules(const struct lookup *lookup, size_t *count)
{
	const struct rule *first = NULL;

	*count = 0;
	for (size_t i = 0; i < lookup_list_count(lookup); i++) {
		struct lookup_list list;

		lookup_list(lookup, (uint32_t)i, &list);
		if (list.rules.count == 0)
			continue;
		first = list.rules.rules - list.rules.first;
		if (*count < list.rules.first + list.rules.count)
			*count = list.rules.first + list.rules.count;
	}
	for (size_t i = 0; i < lookup_group_count(lookup); i++) {
		struct lookup_group group;

		lookup_group(lookup, (uint32_t)i, &group);
		if (group.rules.count == 0)
			continue;
		first = group.rules.rules - group.rules.first;
		if (*count < group.rules.first + group.rules.count)
			*count = group.rules.first + group.rules.count;
	}
	return first;
}

int applied_begin(struct applied *applied, const struct lookup *lookup)
{
	size_t rule_count;
	const struct rule *rules = all_rules(lookup, &rule_count);

	*applied = (struct applied){.lookup = lookup, .vcn = LOOKUP_NONE};
	applied->boxes = calloc(rule_count + 1, sizeof(*applied->boxes));
	if (!applied->boxes)
		return -1;
	for (size_t i = 0; i < rule_count; i++)
		rule_make_box(&applied->boxes[i], &rules[i]);
	applied->rules = (struct judge_rules){
		.rules = rules,
		.boxes = applied->boxes,
		.world = {service_has, group_has, applied},
	};
	return 0;
}

/* Adds a run; its rules are those of ingress, then those of egress. */
static int add_run(struct applied *applied, const struct lookup_rules *rules)
{
	uint32_t ingress = 0;
	uint32_t count = (uint32_t)rules->count;
	struct judge_run *run;

	if (applied->rules.run_count == applied->run_room) {
		size_t room = applied->run_room == 0 ? 16 : applied->run_room * 2;
		struct judge_run *grown = realloc(applied->runs, room * sizeof(*grown));

		if (!grown)
			return -1;
		applied->runs = grown;
		applied->run_room = room;
	}
	while (ingress < count && rules->rules[ingress].direction == RULE_INGRESS)
		ingress++;
	run = &applied->runs[applied->rules.run_count++];
	*run = (struct judge_run){(uint32_t)rules->first, ingress, count - ingress};
	return 0;
}

/* Is all known of a VNIC's groups, and of all that may be peers? */
static bool groups_are_complete(
	const struct lookup *lookup, const struct lookup_vnic *vnic, uint32_t vcn_number)
{
	struct lookup_vcn vcn;

	if (!vnic || !vnic->groups_are_known)
		return false;
	lookup_vcn(lookup, vcn_number, &vcn);
	return vcn.groups_are_known;
}

int applied_set(
	struct applied *applied, const struct lookup_subnet *subnet, const struct lookup_vnic *vnic)
{
	const struct lookup *lookup = applied->lookup;
	struct lookup_run lists = lookup_subnet_lists(lookup, subnet);
	struct judge_rules *rules = &applied->rules;

	applied->vcn = subnet->vcn;
	rules->run_count = 0;
	rules->is_complete = groups_are_complete(lookup, vnic, subnet->vcn);
	for (size_t i = 0; i < lists.count; i++) {
		struct lookup_list list;

		lookup_list(lookup, lists.numbers[i], &list);
		if (!list.is_held)
			rules->is_complete = false;
		if (add_run(applied, &list.rules) != 0)
			return -1;
	}
	for (size_t i = 0; vnic && i < vnic->groups.count; i++) {
		struct lookup_group group;

		lookup_group(lookup, vnic->groups.numbers[i], &group);
		if (!group.rules_are_known)
			rules->is_complete = false;
		if (add_run(applied, &group.rules) != 0)
			return -1;
	}
	rules->runs = applied->runs;
	return 0;
}

void applied_matches_free(struct applied_matches *matches)
{
	free(matches->yes);
	free(matches->maybe);
	*matches = (struct applied_matches){0};
}

static int reserve_matches(struct applied_matches *matches)
{
	size_t room = matches->room == 0 ? 256 : matches->room * 2;
	uint32_t *yes, *maybe;

	if (matches->yes_count < matches->room && matches->maybe_count < matches->room)
		return 0;
	yes = realloc(matches->yes, room * sizeof(*yes));
	if (!yes)
		return -1;
	matches->yes = yes;
	maybe = realloc(matches->maybe, room * sizeof(*maybe));
	if (!maybe)
		return -1;
	matches->maybe = maybe;
	matches->room = room;
	return 0;
}

static int add_match(struct applied_matches *matches, const struct rule *rule, uint32_t number,
	enum match_answer answer)
{
	bool is_stateless = rule->is_stateless != 0;

	if (reserve_matches(matches) != 0)
		return -1;
	if (answer == MATCH_MAYBE) {
		matches->maybe[matches->maybe_count++] = number;
		matches->may_be_stateless |= is_stateless;
		return 0;
	}
	matches->yes[matches->yes_count++] = number;
	matches->is_stateful |= !is_stateless;
	matches->is_stateless |= is_stateless;
	return 0;
}

int applied_match(struct applied_matches *matches, const struct applied *applied,
	enum rule_direction direction, const struct match_flow *flow)
{
	const struct judge_rules *rules = &applied->rules;
	struct match_probe probe;
	unsigned maybe;

	matches->yes_count = matches->maybe_count = 0;
	matches->is_stateful = matches->is_stateless = matches->may_be_stateless = false;
	match_make_probe(&probe, flow);
	for (size_t i = 0; i < rules->run_count; i++) {
		const struct judge_run *run = &rules->runs[i];
		uint32_t first = run->first;
		uint32_t end = first + run->ingress_count;
		uint32_t n;

		if (direction == RULE_EGRESS) {
			first = end;
			end += run->egress_count;
		}
		for (n = match_next(rules->boxes, first, end, &probe); n < end;
			n = match_next(rules->boxes, n + 1, end, &probe)) {
			enum match_answer answer =
				match_rule(&rules->rules[n], flow, &rules->world, &maybe);

			if (answer != MATCH_NO &&
				add_match(matches, &rules->rules[n], n, answer) != 0)
				return -1;
		}
	}
	return 0;
}

bool applied_tracks(const struct applied_matches *matches)
{
	return matches->is_stateful && !matches->is_stateless && !matches->may_be_stateless;
}

struct match_flow applied_first_packet(const struct flow *flow, bool is_local)
{
	return (struct match_flow){
		.peer = flow->peer,
		.protocol = flow->protocol,
		.has_ports = flow->has_ports,
		.source_low = is_local ? flow->local_low : flow->peer_low,
		.source_high = is_local ? flow->local_high : flow->peer_high,
		.destination_low = is_local ? flow->peer_low : flow->local_low,
		.destination_high = is_local ? flow->peer_high : flow->local_high,
	};
}

enum rule_direction applied_direction(bool is_local)
{
	return is_local ? RULE_EGRESS : RULE_INGRESS;
}

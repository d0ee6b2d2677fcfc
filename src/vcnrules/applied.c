/* What rules/context.h finds to apply, and which of these rules match. */
#include "vcnrules/applied.h"

#include <stdlib.h>

void applied_free(struct applied *applied)
{
	context_free(applied->context);
	*applied = (struct applied){0};
}

/* Where rule number 0 of the file stands; null: it has no rules. */
static const struct rule *first_rule(const struct lookup *lookup)
{
	for (size_t i = 0; i < lookup_list_count(lookup); i++) {
		struct lookup_list list;

		lookup_list(lookup, (uint32_t)i, &list);
		if (list.rules.count > 0)
			return list.rules.rules - list.rules.first;
	}
	for (size_t i = 0; i < lookup_group_count(lookup); i++) {
		struct lookup_group group;

		lookup_group(lookup, (uint32_t)i, &group);
		if (group.rules.count > 0)
			return group.rules.rules - group.rules.first;
	}
	return NULL;
}

int applied_begin(struct applied *applied, const struct lookup *lookup)
{
	*applied = (struct applied){
		.rules.rules = first_rule(lookup),
		.context = context_new(lookup),
	};
	return applied->context ? 0 : -1;
}

void applied_set(
	struct applied *applied, const struct lookup_subnet *subnet, const struct lookup_vnic *vnic)
{
	const struct rule *rules = applied->rules.rules;

	applied->rules =
		*context_rules(applied->context, subnet, vnic ? vnic->number : LOOKUP_NONE);
	/* Also where nothing applies. */
	applied->rules.rules = rules;
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
	enum direction direction, const struct match_flow *flow)
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

		if (direction == DIRECTION_EGRESS) {
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

enum direction applied_direction(bool is_local)
{
	return is_local ? DIRECTION_EGRESS : DIRECTION_INGRESS;
}

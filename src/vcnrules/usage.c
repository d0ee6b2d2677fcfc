/*
 * Credit. A conversation is judged as its first packet, from the side that
 * began, its client ports as one range; every rule that matches with yes is used
 * by it. Where nobody knows who began, both ways are judged, and rules that
 * match are counted apart and credited with nothing.
 *
 * Flows are sorted by subnet and VNIC, so what applies is looked up once for
 * each pair of them. Credits are gathered as they come and sorted by rule at the
 * end: eight or twelve bytes for each rule that lets a flow pass.
 */
#include "vcnrules/usage.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/limits.h"
#include "flowlog/instant.h"
#include "lookup/content.h"
#include "vcnrules/applied.h"
#include "json/tree.h"

/* Over so much of what passed without a rule, the rules are not those of then. */
#define UNEXPLAINED_PARTS 100

struct judging {
	struct usage *usage;
	const struct ruleset *ruleset;
	const struct flows *flows;
	struct applied applied;
	uint32_t *numbers; /* in the ruleset, by a rule's number in the file */
	struct applied_matches here;
	struct applied_matches other;

	/* of the subnet and VNIC at hand */
	struct lookup_subnet subnet;
	bool is_known;        /* the subnet */
	bool knows_addresses; /* the VNIC's */
};

void usage_free(struct usage *usage)
{
	free(usage->rules);
	free(usage->credits);
	free(usage->subnets);
	free(usage->vnics);
	free(usage->owners);
	*usage = (struct usage){0};
}

static uint64_t records_of(const struct flow *flow)
{
	return conversation_plus(flow->in.records, flow->out.records);
}

/* ---- credit -------------------------------------------------------------------------- */

static int add_credit(struct usage *usage, uint32_t rule, size_t flow, bool is_mirrored)
{
	struct usage_credit *grown = array_reserve(
		usage->credits, &usage->credit_room, usage->credit_count + 1, sizeof(*grown));

	if (!grown)
		return -1;
	usage->credits = grown;
	usage->credits[usage->credit_count++] =
		(struct usage_credit){rule, (uint32_t)flow, is_mirrored};
	return 0;
}

/* Credits what let a first packet pass. */
static int credit(struct judging *judging, const struct applied_matches *matches, size_t number,
	bool is_mirrored)
{
	struct usage *usage = judging->usage;

	for (size_t i = 0; i < matches->yes_count; i++) {
		uint32_t at = judging->numbers[matches->yes[i]];
		struct usage_rule *rule = &usage->rules[at];

		rule->conversations++;
		rule->sole += matches->yes_count == 1;
		if (add_credit(usage, at, number, is_mirrored) != 0)
			return -1;
	}
	for (size_t i = 0; i < matches->maybe_count; i++)
		usage->rules[judging->numbers[matches->maybe[i]]].maybe++;
	return 0;
}

/* Counts what may have let a first packet pass, if that was the way it went. */
static void count_either(struct judging *judging, const struct applied_matches *matches)
{
	for (size_t i = 0; i < matches->yes_count; i++)
		judging->usage->rules[judging->numbers[matches->yes[i]]].either++;
	for (size_t i = 0; i < matches->maybe_count; i++)
		judging->usage->rules[judging->numbers[matches->maybe[i]]].maybe++;
}

/*
 * Counts the rules that let answers pass which nothing tracks: where no rule
 * let the first packet pass for certain, or a stateless one did.
 */
static int count_answers(struct judging *judging, const struct flow *flow,
	const struct match_flow *packet, bool is_local)
{
	uint64_t answers = is_local ? flow->in.records : flow->out.records;
	struct match_flow reversed = match_reversed(packet);

	if (applied_tracks(&judging->here) || answers == 0)
		return 0;
	if (applied_match(&judging->other, &judging->applied, applied_direction(!is_local),
		    &reversed) != 0)
		return -1;
	for (size_t i = 0; i < judging->other.yes_count; i++)
		judging->usage->rules[judging->numbers[judging->other.yes[i]]].answers++;
	return 0;
}

/* Does the address lie in a block of the subnet at hand? */
static bool is_in_subnet(const struct judging *judging, const struct address *address)
{
	for (size_t i = 0; i < judging->subnet.prefix_count; i++)
		if (prefix_holds(&judging->subnet.prefixes[i], address))
			return true;
	return false;
}

/* A flow that a side began. Returns 1 if its first packet is explained, whatever
 * let answers pass, 0 if it is not, or -1: no memory. */
static int credit_decided(
	struct judging *judging, const struct flow *flow, size_t number, bool is_local)
{
	struct match_flow packet = applied_first_packet(flow, is_local);
	bool is_explained;

	if (applied_match(
		    &judging->here, &judging->applied, applied_direction(is_local), &packet) != 0 ||
		credit(judging, &judging->here, number, false) != 0 ||
		count_answers(judging, flow, &packet, is_local) != 0)
		return -1;
	is_explained = judging->here.yes_count + judging->here.maybe_count > 0;
	if (judging->knows_addresses || !is_in_subnet(judging, &flow->local) ||
		!is_in_subnet(judging, &flow->peer))
		return is_explained;
	/* Whose VNIC it is is not known: the same packet at the other end. */
	packet.peer = flow->local;
	if (applied_match(&judging->here, &judging->applied, applied_direction(!is_local),
		    &packet) != 0 ||
		credit(judging, &judging->here, number, true) != 0)
		return -1;
	return is_explained || judging->here.yes_count + judging->here.maybe_count > 0;
}

/* A flow of which nobody knows who began. */
static int credit_undecided(struct judging *judging, const struct flow *flow, size_t number)
{
	struct match_flow out = applied_first_packet(flow, true);
	struct match_flow in = applied_first_packet(flow, false);
	const struct applied_matches *one;
	size_t outs, ins;

	if (applied_match(&judging->here, &judging->applied, DIRECTION_EGRESS, &out) != 0 ||
		applied_match(&judging->other, &judging->applied, DIRECTION_INGRESS, &in) != 0)
		return -1;
	outs = judging->here.yes_count + judging->here.maybe_count;
	ins = judging->other.yes_count + judging->other.maybe_count;
	one = outs > 0 ? &judging->here : &judging->other;
	if (!flow->has_ports && (outs == 0) != (ins == 0))
		return credit(judging, one, number, false) != 0 ? -1 : 1;
	if (outs + ins > 0)
		judging->usage->undecided =
			conversation_plus(judging->usage->undecided, records_of(flow));
	count_either(judging, &judging->here);
	count_either(judging, &judging->other);
	return outs + ins > 0;
}

static bool is_link_local(const struct flow *flow)
{
	return match_is_link_local(&flow->local) || match_is_link_local(&flow->peer);
}

static int judge_accepted(struct judging *judging, size_t number)
{
	const struct flow *flow = &judging->flows->at[number];
	struct usage_seen *subnet = &judging->usage->subnets[flow->subnet];
	struct usage *usage = judging->usage;
	uint64_t records = records_of(flow);
	int result;

	usage->accepted = conversation_plus(usage->accepted, records);
	subnet->accepted = conversation_plus(subnet->accepted, records);
	if (is_link_local(flow))
		return 0;
	if (flow->has_ports && flow->began != CONVERSATION_NOBODY)
		result = credit_decided(judging, flow, number, flow->began == CONVERSATION_LOCAL);
	else
		result = credit_undecided(judging, flow, number);
	if (result != 0)
		return result < 0 ? -1 : 0;
	usage->unexplained = conversation_plus(usage->unexplained, records);
	subnet->unexplained = conversation_plus(subnet->unexplained, records);
	return 0;
}

/* What was refused although a rule lets it pass. */
static int judge_rejected(struct judging *judging, const struct flow *flow)
{
	struct usage *usage = judging->usage;
	bool is_permitted = false;

	usage->rejected = conversation_plus(usage->rejected, records_of(flow));
	for (int is_local = 0; is_local <= 1 && !is_link_local(flow); is_local++) {
		struct match_flow packet = applied_first_packet(flow, is_local);

		if (flow->began == (is_local ? CONVERSATION_PEER : CONVERSATION_LOCAL))
			continue;
		if ((is_local ? flow->out.records : flow->in.records) == 0)
			continue;
		if (applied_match(&judging->here, &judging->applied, applied_direction(is_local),
			    &packet) != 0)
			return -1;
		is_permitted |= judging->here.yes_count > 0;
	}
	if (is_permitted)
		usage->contradicted = conversation_plus(usage->contradicted, records_of(flow));
	return 0;
}

/* ---- flows ----------------------------------------------------------------------------- */

static void see(struct usage_seen *seen, const struct flow *flow)
{
	seen->is_seen = true;
	if (flow->first < seen->first)
		seen->first = flow->first;
	if (flow->last > seen->last)
		seen->last = flow->last;
}

/* Looks up what applies to a flow's subnet and VNIC. */
static void set_applied(struct judging *judging, const struct flow *flow)
{
	const struct lookup *lookup = judging->ruleset->lookup;
	size_t len;
	const char *text = textset_text(&judging->flows->texts, flow->subnet, &len);
	struct lookup_vnic vnic;
	bool has_vnic = false;

	judging->is_known = lookup_find(lookup, text, len, &judging->subnet);
	if (!judging->is_known)
		return;
	if (flow->vnic != FLOWS_NO_VNIC) {
		text = textset_text(&judging->flows->texts, flow->vnic, &len);
		has_vnic = lookup_find_vnic(lookup, NULL, text, len, &vnic);
	}
	judging->knows_addresses = has_vnic && vnic.address_count > 0;
	applied_set(&judging->applied, &judging->subnet, has_vnic ? &vnic : NULL);
}

static int judge_flow(struct judging *judging, size_t number)
{
	const struct flow *flow = &judging->flows->at[number];
	struct usage *usage = judging->usage;

	usage->records = conversation_plus(usage->records, records_of(flow));
	usage->bytes =
		conversation_plus(usage->bytes, conversation_plus(flow->in.bytes, flow->out.bytes));
	if (flow->first < usage->first)
		usage->first = flow->first;
	if (flow->last > usage->last)
		usage->last = flow->last;
	if (!judging->is_known)
		return 0;
	see(&usage->subnets[flow->subnet], flow);
	if (flow->vnic != FLOWS_NO_VNIC)
		see(&usage->vnics[flow->vnic], flow);
	return flow->action == ACTION_ACCEPT ? judge_accepted(judging, number)
					     : judge_rejected(judging, flow);
}

static int judge_flows(struct judging *judging)
{
	const struct flows *flows = judging->flows;

	for (size_t i = 0; i < flows->count; i++) {
		const struct flow *flow = &flows->at[i];
		bool is_new =
			i == 0 || flow[-1].subnet != flow->subnet || flow[-1].vnic != flow->vnic;

		if (is_new)
			set_applied(judging, flow);
		if (judge_flow(judging, i) != 0)
			return -1;
	}
	return 0;
}

/* ---- evidence ----------------------------------------------------------------------------- */

/* What was seen of a text; null: nothing. */
static const struct usage_seen *seen_of(
	const struct usage_seen *seen, const struct flows *flows, const struct lookup_text *ocid)
{
	size_t number = ocid->text ? textset_find(&flows->texts, ocid->text, ocid->len) : SIZE_MAX;

	return number == SIZE_MAX || !seen[number].is_seen ? NULL : &seen[number];
}

static void add_evidence(
	struct usage_owner *owner, const struct usage_seen *seen, int64_t min_window)
{
	if (!seen) {
		owner->evidence |= USAGE_SILENT_SUBNET;
		return;
	}
	if (seen->first < owner->first)
		owner->first = seen->first;
	if (seen->last > owner->last)
		owner->last = seen->last;
	/* A difference of times of the years 0 to 9999 fits. */
	if (seen->first == FLOWS_NEVER_FIRST || seen->last == FLOWS_NEVER_LAST ||
		seen->last - seen->first < min_window)
		owner->evidence |= USAGE_SHORT_WINDOW;
}

static void add_unexplained(struct usage_owner *owner, const struct usage_seen *subnet)
{
	if (subnet && subnet->unexplained > subnet->accepted / UNEXPLAINED_PARTS)
		owner->evidence |= USAGE_UNEXPLAINED;
}

/* Which subnets hold an address of a VNIC; by the number of the subnet. */
static bool *find_inhabited(const struct lookup *lookup)
{
	struct content_counts counts;
	bool *is_inhabited;

	content_count(lookup, &counts);
	is_inhabited = calloc(counts.subnets + 1, sizeof(*is_inhabited));
	for (size_t i = 0; is_inhabited && i < counts.vnics; i++) {
		struct lookup_subnet subnet;
		struct lookup_vnic vnic;

		lookup_vnic(lookup, (uint32_t)i, &vnic);
		if (vnic.subnet.text && vnic.address_count > 0 &&
			lookup_find(lookup, vnic.subnet.text, vnic.subnet.len, &subnet))
			is_inhabited[subnet.number] = true;
	}
	return is_inhabited;
}

/* Of the lists of each subnet. */
static int judge_lists(struct usage *usage, const struct judging *judging, int64_t min_window)
{
	const struct ruleset *ruleset = judging->ruleset;
	const struct lookup *lookup = ruleset->lookup;
	struct usage_owner **owners = calloc(lookup_list_count(lookup) + 1, sizeof(*owners));
	bool *is_inhabited = find_inhabited(lookup);

	for (size_t i = 0; owners && i < ruleset->owner_count; i++)
		if (!ruleset->owners[i].is_group)
			owners[ruleset->owners[i].number] = &usage->owners[i];
	for (size_t i = 0; owners && is_inhabited && i < content_subnet_count(lookup); i++) {
		struct content_subnet subnet;
		const struct usage_seen *seen;
		struct lookup_run lists;

		content_subnet(lookup, i, &subnet);
		seen = seen_of(usage->subnets, judging->flows, &subnet.ocid);
		lists = lookup_subnet_lists(lookup, &subnet.subnet);
		for (size_t j = 0; j < lists.count; j++) {
			struct usage_owner *owner = owners[lists.numbers[j]];

			if (!owner)
				continue;
			owner->is_attached = true;
			/* Known to hold no address: there is nothing to be heard. */
			if (!seen && subnet.is_listed && !is_inhabited[i])
				continue;
			add_evidence(owner, seen, min_window);
			add_unexplained(owner, seen);
		}
	}
	free(owners);
	free(is_inhabited);
	return owners && is_inhabited ? 0 : -1;
}

/* Of a group by its members. */
static void judge_group(struct usage_owner *owner, const struct judging *judging, uint32_t number,
	int64_t min_window)
{
	const struct usage *usage = judging->usage;
	const struct lookup *lookup = judging->ruleset->lookup;
	struct lookup_group group;

	lookup_group(lookup, number, &group);
	owner->is_attached = !group.members_are_known || group.members.count > 0;
	if (!group.members_are_known)
		owner->evidence |= USAGE_SILENT_SUBNET;
	for (size_t i = 0; i < group.members.count; i++) {
		struct lookup_vnic vnic;

		lookup_vnic(lookup, group.members.numbers[i], &vnic);
		add_evidence(owner, seen_of(usage->vnics, judging->flows, &vnic.ocid), min_window);
		add_unexplained(owner, seen_of(usage->subnets, judging->flows, &vnic.subnet));
	}
}

/* What reading the rules of groups as JSON takes. */
struct group_json {
	struct json_parser *parser;
	struct json_tree tree;
};

/* When a group's rule was created, as the service said; INT64_MIN: not known. */
static int64_t created_at(const struct json_tree *tree, const struct json_node *rule)
{
	const struct json_node *created = json_tree_member(tree, rule, "time_created");
	struct instant instant;

	if (!created || created->value.type != JSON_STRING ||
		instant_of_record(&instant, created->value.text + 1, created->value.len - 2) != 0)
		return INT64_MIN;
	return instant.seconds;
}

/*
 * Finds the rules of a group that are too young to have been used as often as the
 * window would let them. Only their JSON tells when they were created; it has them in
 * the order of the group. Returns 0, or -1: no memory.
 */
static int judge_ages(struct usage *usage, const struct ruleset *ruleset, size_t number,
	int64_t min_window, struct group_json *json)
{
	const struct ruleset_owner *owner = &ruleset->owners[number];
	int64_t end = usage->owners[number].last;
	const struct json_node *node;
	struct lookup_group group;
	enum json_error error;

	lookup_group(ruleset->lookup, owner->number, &group);
	if (end == FLOWS_NEVER_LAST || !group.json.text || owner->count == 0)
		return 0;
	error = json_tree_parse(
		&json->tree, json->parser, group.json.text, group.json.len, LIMIT_DEPTH);
	if (error != JSON_OK)
		return error == JSON_NO_MEMORY ? -1 : 0;
	node = json_tree_first(&json->tree, json->tree.nodes);
	for (size_t i = 0; i < owner->count && node; i++) {
		/* Times are of the years 0 to 9999, and min_window is a few centuries. */
		if (created_at(&json->tree, node) > end - min_window)
			usage->rules[owner->first + i].evidence |= USAGE_YOUNG_RULE;
		node = json_tree_next(&json->tree, node);
	}
	return 0;
}

/* Of lists no age is known. */
static int judge_rules(struct usage *usage, const struct ruleset *ruleset, int64_t min_window)
{
	struct group_json json = {.parser = json_parser_new(), .tree = JSON_TREE_INIT};
	int result = json.parser ? 0 : -1;

	for (size_t i = 0; i < ruleset->owner_count && result == 0; i++)
		if (ruleset->owners[i].is_group)
			result = judge_ages(usage, ruleset, i, min_window, &json);
	json_tree_free(&json.tree);
	json_parser_free(json.parser);
	return result;
}

static int judge_owners(struct judging *judging, int64_t min_window)
{
	struct usage *usage = judging->usage;
	const struct ruleset *ruleset = judging->ruleset;

	for (size_t i = 0; i < ruleset->owner_count; i++) {
		usage->owners[i].first = FLOWS_NEVER_FIRST;
		usage->owners[i].last = FLOWS_NEVER_LAST;
	}
	for (size_t i = 0; i < ruleset->owner_count; i++)
		if (ruleset->owners[i].is_group)
			judge_group(
				&usage->owners[i], judging, ruleset->owners[i].number, min_window);
	if (judge_lists(usage, judging, min_window) != 0)
		return -1;
	return judge_rules(usage, ruleset, min_window);
}

/* ---- all of it ------------------------------------------------------------------------------ */

static int compare_credits(const void *a, const void *b)
{
	const struct usage_credit *first = a;
	const struct usage_credit *second = b;

	if (first->rule != second->rule)
		return first->rule < second->rule ? -1 : 1;
	if (first->flow != second->flow)
		return first->flow < second->flow ? -1 : 1;
	return (int)first->is_mirrored - (int)second->is_mirrored;
}

static void sort_credits(struct usage *usage)
{
	if (usage->credit_count > 1)
		qsort(usage->credits, usage->credit_count, sizeof(*usage->credits),
			compare_credits);
	for (size_t i = 0; i < usage->credit_count; i++) {
		struct usage_rule *rule = &usage->rules[usage->credits[i].rule];

		if (rule->credit_count++ == 0)
			rule->first_credit = i;
	}
}

static int make_seen(struct usage *usage, const struct flows *flows)
{
	size_t count = flows->texts.count + 1;

	usage->subnets = malloc(count * sizeof(*usage->subnets));
	usage->vnics = malloc(count * sizeof(*usage->vnics));
	if (!usage->subnets || !usage->vnics)
		return -1;
	for (size_t i = 0; i < count; i++) {
		usage->subnets[i] =
			(struct usage_seen){.first = FLOWS_NEVER_FIRST, .last = FLOWS_NEVER_LAST};
		usage->vnics[i] = usage->subnets[i];
	}
	return 0;
}

int usage_make(struct usage *usage, const struct ruleset *ruleset, const struct flows *flows,
	int64_t min_window)
{
	struct judging judging = {.usage = usage, .ruleset = ruleset, .flows = flows};
	int result = -1;

	*usage = (struct usage){.first = FLOWS_NEVER_FIRST, .last = FLOWS_NEVER_LAST};
	usage->rules = calloc(ruleset->rule_count + 1, sizeof(*usage->rules));
	usage->owners = calloc(ruleset->owner_count + 1, sizeof(*usage->owners));
	if (usage->rules && usage->owners && make_seen(usage, flows) == 0 &&
		applied_begin(&judging.applied, ruleset->lookup) == 0 &&
		(judging.numbers = ruleset_numbers(ruleset, judging.applied.rules.rules)) &&
		judge_flows(&judging) == 0)
		result = judge_owners(&judging, min_window);
	if (result == 0)
		sort_credits(usage);
	applied_free(&judging.applied);
	free(judging.numbers);
	applied_matches_free(&judging.here);
	applied_matches_free(&judging.other);
	return result;
}

/*
 * From a record to its verdict. Values that are no numbers of their kind (a
 * port of 70000, a protocol by name) are not known, which is not the same as 0.
 */
#include "vcnflow/judging.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "rules/context.h"
#include "rules/verdicts.h"

/* How many flows are remembered, as a power of 2: about what a block has. */
#define FLOW_BITS 9

/*
 * All that the rules' answers depend on: subnet and VNIC, the peer, protocol and ports.
 * As numbers, which are quick to compare.
 */
struct flow {
	uint64_t peer_high;
	uint64_t peer_low;
	uint64_t place;
	uint64_t service;
};

/* A flow that came not long ago. */
struct met {
	struct flow flow;
	struct judge_answers answers;
	bool is_complete; /* the rules are */
	bool is_there;
};

struct judging {
	const struct lookup *lookup;
	struct context *context;
	const struct rule *rules; /* of the file */
	struct judge_record judged;
	struct judgement judgement;
	struct met met[1 << FLOW_BITS]; /* by their hashes */
};

struct judging *judging_new(const struct lookup *lookup)
{
	struct judging *judging = calloc(1, sizeof(*judging));

	if (!judging)
		return NULL;
	judging->lookup = lookup;
	judging->context = context_new(lookup);
	if (!judging->context) {
		free(judging);
		return NULL;
	}
	return judging;
}

void judging_free(struct judging *judging)
{
	if (!judging)
		return;
	context_free(judging->context);
	free(judging);
}

static void take_record(
	struct judge_record *judged, const struct record *record, const struct tags *tags)
{
	int protocol = record_number(&record->values[RECORD_PROTOCOL], 255);
	int source = record_number(&record->values[RECORD_SOURCE_PORT], RULE_PORT_MAX);
	int destination = record_number(&record->values[RECORD_DESTINATION_PORT], RULE_PORT_MAX);

	judged->source = tags->source_address;
	judged->destination = tags->destination_address;
	judged->protocol = protocol < 0 ? MATCH_NO_PROTOCOL : (uint16_t)protocol;
	judged->has_ports = source >= 0 && destination >= 0;
	judged->source_port = (uint16_t)source;
	judged->destination_port = (uint16_t)destination;
	judged->direction = tags->direction;
	judged->is_guessed = tags->is_guessed;
	judged->is_within = tags->is_within;
}

#define ACCEPT "\"ACCEPT\""

/* Returns false if the action is none that is judged. */
static bool take_action(struct judge_record *judged, const struct record *record)
{
	const struct json_value *action = &record->values[RECORD_ACTION];

	/* as it mostly stands, and else however it is spelled */
	if (action->len == strlen(ACCEPT) && memcmp(action->text, ACCEPT, strlen(ACCEPT)) == 0)
		judged->action = ACTION_ACCEPT;
	else if (json_string_is(action, "ACCEPT"))
		judged->action = ACTION_ACCEPT;
	else if (json_string_is(action, "REJECT"))
		judged->action = ACTION_REJECT;
	else
		return false;
	return true;
}

/* Judges what was taken of a record. */
static void judge(struct judging *judging, const struct tags *tags)
{
	static const struct judge_rules none;
	const struct judge_rules *rules = &none;

	if (tags->known)
		rules = context_rules(judging->context, &tags->subnet, tags->vnic);
	judging->rules = rules->rules;
	judge_record(&judging->judgement, &judging->judged, rules);
}

const struct judgement *judging_record(
	struct judging *judging, const struct record *record, const struct tags *tags)
{
	take_record(&judging->judged, record, tags);
	if (!take_action(&judging->judged, record))
		return NULL;
	judge(judging, tags);
	return &judging->judgement;
}

/* The flow of a record that goes either way, as the VNIC sees it. */
static struct flow flow_of(const struct judge_record *judged, const struct tags *tags)
{
	const bool is_egress = judged->direction == DIRECTION_EGRESS;
	const struct address *peer = is_egress ? &judged->destination : &judged->source;
	const uint16_t local_port = is_egress ? judged->source_port : judged->destination_port;
	const uint16_t peer_port = is_egress ? judged->destination_port : judged->source_port;

	return (struct flow){
		.peer_high = peer->high,
		.peer_low = peer->low,
		.place = (uint64_t)tags->subnet.number << 32 | tags->vnic,
		.service = (uint64_t)judged->protocol << 48 | (uint64_t)peer->family << 40 |
			   (uint64_t)judged->has_ports << 32 | (uint32_t)local_port << 16 |
			   peer_port,
	};
}

static bool is_same_flow(const struct flow *a, const struct flow *b)
{
	return a->peer_high == b->peer_high && a->peer_low == b->peer_low && a->place == b->place &&
	       a->service == b->service;
}

/* IPv4 addresses stand where ports do not. */
static size_t place_of(const struct flow *flow)
{
	return hash_bits(flow->peer_high ^ flow->peer_low ^ flow->place ^ flow->service, FLOW_BITS);
}

/* Judges by what the rules say of the flow, which they may have been asked before: so
 * also where no verdicts are kept, as with rules that name groups. */
static void judge_flow(struct judging *judging, const struct tags *tags)
{
	struct judge_record *judged = &judging->judged;
	struct flow flow = flow_of(judged, tags);
	struct met *met = &judging->met[place_of(&flow)];

	if (!met->is_there || !is_same_flow(&met->flow, &flow)) {
		const struct judge_rules *rules =
			context_rules(judging->context, &tags->subnet, tags->vnic);

		met->is_there = false; /* for if the lookup file is lost meanwhile */
		met->answers = judge_ask(judged, rules);
		met->is_complete = rules->is_complete;
		met->flow = flow;
		met->is_there = true;
	}
	judge_by_answers(&judging->judgement, judged, met->is_complete, met->answers);
}

const struct judgement *judging_verdict(
	struct judging *judging, const struct record *record, const struct tags *tags)
{
	struct judge_record *judged = &judging->judged;
	struct verdicts *verdicts;
	uint64_t key = 0;

	take_record(judged, record, tags);
	if (!take_action(judged, record))
		return NULL;
	if (!tags->known || !judge_needs_answers(judged)) {
		judge(judging, tags);
		return &judging->judgement;
	}
	verdicts = context_verdicts(judging->context, &tags->subnet, tags->vnic);
	if (verdicts && verdicts_find(verdicts, judged, &judging->judgement, &key))
		return &judging->judgement;
	judge_flow(judging, tags);
	if (key != 0)
		verdicts_keep(verdicts, key, judged->direction, &judging->judgement);
	return &judging->judgement;
}

const struct judge_record *judging_judged(const struct judging *judging)
{
	return &judging->judged;
}

void judging_texts(const struct judging *judging, const struct judge_entry *entry,
	struct lookup_rule_texts *texts)
{
	lookup_rule_texts(judging->lookup, &judging->rules[entry->rule], texts);
}

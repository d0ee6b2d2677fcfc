/*
 * From a record to its verdict. Values that are no numbers of their kind (a
 * port of 70000, a protocol by name) are not known, which is not the same as 0.
 */
#include "vcnflow/judging.h"

#include <stdlib.h>

#include "rules/context.h"

struct judging {
	const struct lookup *lookup;
	struct context *context;
	const struct rule *rules; /* of the file */
	struct judge_record judged;
	struct judgement judgement;
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

	*judged = (struct judge_record){
		.source = tags->source_address,
		.destination = tags->destination_address,
		.protocol = protocol < 0 ? MATCH_NO_PROTOCOL : (uint16_t)protocol,
		.has_ports = source >= 0 && destination >= 0,
		.source_port = (uint16_t)source,
		.destination_port = (uint16_t)destination,
		.direction = tags->direction,
		.is_guessed = tags->is_guessed,
		/* egress was guessed by the source, whether or not the other is */
		.is_within = tags->is_guessed && tags->direction == DIRECTION_EGRESS &&
			     tag_is_within(&tags->subnet, &tags->destination_address),
	};
}

const struct judgement *judging_record(
	struct judging *judging, const struct record *record, const struct tags *tags)
{
	static const struct judge_rules none;
	const struct judge_rules *rules = &none;
	struct judge_record *judged = &judging->judged;

	take_record(judged, record, tags);
	if (json_string_is(&record->values[RECORD_ACTION], "ACCEPT"))
		judged->action = ACTION_ACCEPT;
	else if (json_string_is(&record->values[RECORD_ACTION], "REJECT"))
		judged->action = ACTION_REJECT;
	else
		return NULL;
	if (tags->known)
		rules = context_rules(judging->context, &tags->subnet, tags->vnic);
	judging->rules = rules->rules;
	judge_record(&judging->judgement, judged, rules);
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

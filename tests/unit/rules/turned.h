/* The record of the other way of a flow. */
#ifndef TESTS_UNIT_RULES_TURNED_H
#define TESTS_UNIT_RULES_TURNED_H

#include "rules/judge.h"

static inline struct judge_record turned(const struct judge_record *record)
{
	struct judge_record other = *record;

	other.source = record->destination;
	other.destination = record->source;
	other.source_port = record->destination_port;
	other.destination_port = record->source_port;
	other.direction =
		record->direction == DIRECTION_EGRESS ? DIRECTION_INGRESS : DIRECTION_EGRESS;
	return other;
}

#endif

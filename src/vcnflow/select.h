/* Which records are wanted. */
#ifndef VCNFLOW_SELECT_H
#define VCNFLOW_SELECT_H

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "flowlog/record.h"
#include "flowlog/tag.h"
#include "rules/conversation.h"
#include "rules/judge.h"
#include "vcnflow/options.h"
#include "vcnflow/tally.h"

/*
 * The first fate that applies to a record: FATE_BAD for a time that
 * can't be read while a time filter is on, one of the filters up to
 * FATE_PROTOCOL, or FATE_EMITTED when none of them speaks against it.
 */
enum fate select_record(const struct options *options, const struct record *record);

/* FATE_ENDPOINT, FATE_DIRECTION, FATE_TRAFFIC, or FATE_EMITTED. */
enum fate select_tags(
	const struct options *options, const struct record *record, const struct tags *tags);

/* FATE_VERDICT or FATE_EMITTED; judgement is null if there is none. */
enum fate select_judgement(const struct options *options, const struct judgement *judgement);

/*
 * Of a conversation that is read again: FATE_ACTION, FATE_PROTOCOL,
 * FATE_ENDPOINT or FATE_EMITTED.
 */
enum fate select_conversation(
	const struct options *options, const struct conversation *conversation);

/* The member that --time-field speaks of. */
enum record_member select_time_member(enum time_field field);

/*
 * Days that were read of times, as they are written: of one century, and with
 * all days between them. All 0 at first.
 */
struct select_days {
	uint16_t century; /* its two digits as they stand; 0: there are none */
	uint64_t first;   /* the "YY-MM-DD" of the first day, as a number */
	uint64_t range;   /* the last day's number less the first one's */
};

/* A date as it is written, after its century: later dates are greater. */
static inline uint64_t select_date_number(const struct json_value *time)
{
	uint64_t number;

	memcpy(&number, time->text + strlen("\"YY"), sizeof(number));
	return be64toh(number);
}

static inline uint16_t select_century(const struct json_value *time)
{
	uint16_t century;

	memcpy(&century, time->text + strlen("\""), sizeof(century));
	return century;
}

/*
 * Returns true if days has the day of a time, which need not be read then, or
 * lies around what is written there without being a date.
 */
static inline bool select_days_have(const struct select_days *days, const struct json_value *time)
{
	return time->type == JSON_STRING && select_century(time) == days->century &&
	       select_date_number(time) - days->first <= days->range;
}

/* Adds the day of a time that select_day could read, unless that counts seconds. */
void select_days_add(
	struct select_days *days, enum time_field field, const struct json_value *time);

/*
 * The day of a member of select_time_member, as it is written there: days since
 * 1970-01-01.
 * Returns 0, or -1 if it can't be read.
 */
int select_day(int64_t *day, enum time_field field, const struct json_value *time);

#endif

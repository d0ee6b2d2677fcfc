/* Which records are wanted. */
#ifndef VCNFLOW_SELECT_H
#define VCNFLOW_SELECT_H

#include <stdint.h>
#include <string.h>

#include "flowlog/record.h"
#include "flowlog/tag.h"
#include "rules/conversation.h"
#include "rules/judge.h"
#include "vcnflow/options.h"
#include "vcnflow/tally.h"

/*
 * The first verdict that applies to a record: VERDICT_BAD for a time that
 * can't be read while a time filter is on, one of the filters up to
 * VERDICT_PROTOCOL, or VERDICT_EMITTED when none of them speaks against it.
 */
enum verdict select_record(const struct options *options, const struct record *record);

/* VERDICT_ENDPOINT, VERDICT_DIRECTION, VERDICT_TRAFFIC, or VERDICT_EMITTED. */
enum verdict select_tags(
	const struct options *options, const struct record *record, const struct tags *tags);

/* VERDICT_VERDICT or VERDICT_EMITTED; judgement is null if there is none. */
enum verdict select_judgement(const struct options *options, const struct judgement *judgement);

/*
 * Of a conversation that is read again: VERDICT_ACTION, VERDICT_PROTOCOL,
 * VERDICT_ENDPOINT or VERDICT_EMITTED.
 */
enum verdict select_conversation(
	const struct options *options, const struct conversation *conversation);

/* The member that --time-field speaks of. */
enum record_member select_time_member(enum time_field field);

/*
 * Eight bytes that are the same only for times of the same day: so that who has
 * read the day of one record need not read that of the next. To be called with
 * a member of select_time_member that is not absent.
 */
static inline uint64_t select_day_key(const struct json_value *time)
{
	uint64_t key;

	/* of "YYYY-MM-DDT the last eight of the date; of seconds the hundreds */
	memcpy(&key, time->text + (time->type == JSON_STRING ? 3 : 0), sizeof key);
	return key;
}

/*
 * The day of such a member, as it is written there: days since 1970-01-01.
 * Returns 0, or -1 if it can't be read.
 */
int select_day(int64_t *day, enum time_field field, const struct json_value *time);

#endif

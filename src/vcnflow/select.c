/* Selecting, by what stands in a record and by its tags. */
#include "vcnflow/select.h"

#include <string.h>

#include "base/inline.h"
#include "flowlog/instant.h"
#include "vcnflow/endpoints.h"

/* Longer strings than this are no time, action, status or protocol. */
#define TEXT_SIZE 256

/* What all flow logs' types begin with; other logs share their folder. */
static const char flow_type[] = "com.oraclecloud.vcn.flowlogs.";

/* What a string spells, with the length of its inside known to be small. */
struct spelled {
	const char *text;
	size_t len;
	char buffer[TEXT_SIZE];
};

static int spell(struct spelled *spelled, const struct json_value *value)
{
	return json_string(
		value, spelled->buffer, sizeof spelled->buffer, &spelled->text, &spelled->len);
}

/* Of a type that does not begin as it stands with what flow logs' begin with.
 * By itself, so that only such a record pays for the buffer. */
static OUT_OF_LINE bool spells_other_type(const struct json_value *type)
{
	size_t len = sizeof flow_type - 1;
	struct spelled spelled;

	return spell(&spelled, type) || spelled.len < len ||
	       memcmp(spelled.text, flow_type, len) != 0;
}

static inline bool is_other_type(const struct record *record)
{
	const struct json_value *type = &record->values[RECORD_TYPE];
	size_t len = sizeof flow_type - 1;

	if (type->type != JSON_STRING ||
		(type->len > len && memcmp(type->text + 1, flow_type, len) == 0))
		return false;
	return spells_other_type(type);
}

static int read_time(struct instant *time, const struct json_value *value)
{
	struct spelled spelled;

	if (value->type != JSON_STRING || spell(&spelled, value))
		return -1;
	return instant_of_record(time, spelled.text, spelled.len);
}

static int read_epoch(struct instant *time, const struct json_value *value)
{
	struct spelled spelled;

	if (value->type == JSON_NUMBER)
		return instant_of_epoch(time, value->text, value->len);
	/* a string holds digits alone, without a sign */
	if (value->type != JSON_STRING || spell(&spelled, value) || spelled.len == 0 ||
		spelled.text[0] == '-')
		return -1;
	return instant_of_epoch(time, spelled.text, spelled.len);
}

enum record_member select_time_member(enum time_field field)
{
	static const enum record_member members[] = {
		[TIME_INGESTED] = RECORD_INGESTED_TIME,
		[TIME_EVENT] = RECORD_TIME,
		[TIME_START] = RECORD_START_TIME,
		[TIME_END] = RECORD_END_TIME,
	};

	return members[field];
}

static bool is_epoch(enum time_field field)
{
	return field == TIME_START || field == TIME_END;
}

static int record_time(struct instant *time, enum time_field field, const struct record *record)
{
	const struct json_value *value = &record->values[select_time_member(field)];

	return is_epoch(field) ? read_epoch(time, value) : read_time(time, value);
}

int select_day(int64_t *day, enum time_field field, const struct json_value *time)
{
	const int64_t seconds_per_day = 86400;
	struct instant instant;

	if (!is_epoch(field))
		return time->type == JSON_STRING ? instant_day(day, time->text + 1, time->len - 2)
						 : -1;
	if (read_epoch(&instant, time) < 0)
		return -1;
	*day = instant.seconds / seconds_per_day - (instant.seconds % seconds_per_day < 0);
	return 0;
}

void select_days_add(struct select_days *days, enum time_field field, const struct json_value *time)
{
	uint64_t number;

	/* what orders dates does not order seconds, which may have any length */
	if (is_epoch(field))
		return;
	number = select_date_number(time);
	if (days->century == 0) {
		*days = (struct select_days){select_century(time), number, 0};
	} else if (days->century == select_century(time)) {
		if (number < days->first) {
			days->range += days->first - number;
			days->first = number;
		} else if (number - days->first > days->range) {
			days->range = number - days->first;
		}
	}
}

static enum fate select_time(const struct options *options, const struct record *record)
{
	struct instant time;

	if (!options->has_since && !options->has_until)
		return FATE_EMITTED;
	if (record_time(&time, options->time_field, record))
		return FATE_BAD;
	if (options->has_since && instant_compare(&time, &options->since) < 0)
		return FATE_TIME;
	if (options->has_until && instant_compare(&time, &options->until) >= 0)
		return FATE_TIME;
	return FATE_EMITTED;
}

/* "ACCEPT" and the like, mostly spelled without escapes. */
static inline bool value_is(const struct json_value *value, const char *text, size_t len)
{
	if (value->type != JSON_STRING)
		return false;
	if (value->len == len + 2 && memcmp(value->text + 1, text, len) == 0)
		return true;
	return (value->text[1] == text[0] || value->text[1] == '\\') && json_string_is(value, text);
}

static bool has_no_data(const struct record *record)
{
	const struct json_value *action = &record->values[RECORD_ACTION];
	const struct json_value *status = &record->values[RECORD_STATUS];

	return action->type == JSON_ABSENT || action->type == JSON_NULL ||
	       value_is(action, "", 0) || value_is(action, "-", 1) ||
	       value_is(status, "NODATA", 6) || value_is(status, "SKIPDATA", 8);
}

static enum fate select_action(const struct options *options, const struct record *record)
{
	const struct json_value *action = &record->values[RECORD_ACTION];
	bool matches;

	if (options->action == ACTION_ALL && !options->conversations)
		return FATE_EMITTED;
	if (has_no_data(record))
		return FATE_NO_DATA;
	if (options->action == ACTION_ALL)
		return FATE_EMITTED;
	matches = options->action == ACTION_ACCEPT ? value_is(action, "ACCEPT", 6)
						   : value_is(action, "REJECT", 6);
	return matches ? FATE_EMITTED : FATE_ACTION;
}

/* number is negative if the protocol is not known by one. */
static enum fate select_protocol(const struct options *options, int number)
{
	if (number < 0 || (options->protocols[number / 64] >> number % 64 & 1) == 0)
		return FATE_PROTOCOL;
	return FATE_EMITTED;
}

enum fate select_record(const struct options *options, const struct record *record)
{
	enum fate fate;

	if (is_other_type(record))
		return FATE_TYPE;
	fate = select_time(options, record);
	if (fate == FATE_EMITTED)
		fate = select_action(options, record);
	if (fate == FATE_EMITTED && !options->any_protocol)
		fate = select_protocol(
			options, record_number(&record->values[RECORD_PROTOCOL], 255));
	return fate;
}

enum fate select_conversation(
	const struct options *options, const struct conversation *conversation)
{
	bool is_accept = conversation->action == ACTION_ACCEPT;

	if (options->action != ACTION_ALL && is_accept != (options->action == ACTION_ACCEPT))
		return FATE_ACTION;
	if (!options->any_protocol &&
		select_protocol(options, conversation->protocol == CONVERSATION_NO_PROTOCOL
						 ? -1
						 : conversation->protocol) != FATE_EMITTED)
		return FATE_PROTOCOL;
	if (options->endpoints != NULL &&
		!endpoints_keep_conversation(options->endpoints, conversation))
		return FATE_ENDPOINT;
	return FATE_EMITTED;
}

static inline enum fate select_direction(const struct options *options, const struct tags *tags)
{
	if ((options->directions >> tags->direction & 1) == 0)
		return FATE_DIRECTION;
	if (options->traffic != TRAFFIC_ANY &&
		tags->internal_traffic != (options->traffic == TRAFFIC_INTERNAL))
		return FATE_TRAFFIC;
	return FATE_EMITTED;
}

/* By itself, so that a run without endpoints saves no registers for it. */
static OUT_OF_LINE enum fate select_endpoints(
	const struct options *options, const struct record *record, const struct tags *tags)
{
	if (!endpoints_keep(options->endpoints, record, tags))
		return FATE_ENDPOINT;
	return select_direction(options, tags);
}

enum fate select_tags(
	const struct options *options, const struct record *record, const struct tags *tags)
{
	if (options->endpoints != NULL)
		return select_endpoints(options, record, tags);
	return select_direction(options, tags);
}

enum fate select_judgement(const struct options *options, const struct judgement *judgement)
{
	if (options->verdicts == 0 ||
		(judgement && (options->verdicts >> judgement->verdict & 1) != 0))
		return FATE_EMITTED;
	return FATE_VERDICT;
}

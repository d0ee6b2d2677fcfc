/*
 * Which conversation a record belongs to. Of its two sides the local one is the
 * side of the VNIC that logged it: the source of egress, the destination of
 * ingress. Who began is what the rules say of the record, and where they say
 * nothing of it, what the ports say.
 */
#include "vcnflow/summing.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/digits.h"
#include "base/limits.h"
#include "flowlog/instant.h"
#include "vcnflow/endpoints.h"

#define MIB_BITS 20

/* Of seconds since 1970. */
#define EPOCH_DIGITS 10

/*
 * A record ends no later than this after its start: the service closes them
 * after a minute, or after ten where an interval is chosen.
 */
#define LONGEST_RECORD_S 600

/* The end of the year 9999, after which times have no text. */
#define MOST_SECONDS INT64_C(253402300799)

/* No OCID is spelled with more bytes, escapes included. */
#define OCID_SIZE (LIMIT_QUOTED * 6)

void summing_reset(struct summing *summing)
{
	for (size_t i = 0; i < summing->count; i++)
		conversations_clear(&summing->parts[i].table);
	summing->count = 0;
}

void summing_free(struct summing *summing)
{
	for (size_t i = 0; i < summing->room; i++)
		conversations_free(&summing->parts[i].table);
	free(summing->parts);
	*summing = (struct summing){0};
}

struct conversations *summing_table(struct summing *summing, uint64_t offset)
{
	const uint64_t mib = offset >> MIB_BITS;
	struct summing_part *parts;

	if (summing->count > 0 && summing->parts[summing->count - 1].mib == mib)
		return &summing->parts[summing->count - 1].table;
	if (summing->count == summing->room) {
		parts = realloc(summing->parts, (summing->room + 1) * sizeof(*parts));
		if (parts == NULL)
			return NULL;
		summing->parts = parts;
		conversations_init(&parts[summing->room++].table);
	}
	summing->parts[summing->count].mib = mib;
	return &summing->parts[summing->count++].table;
}

/* An integer from 0 on; 0 for all else. UINT64_MAX stands for all that are larger. */
static uint64_t count_of(const struct json_value *value)
{
	const uint64_t most = UINT64_MAX;
	uint64_t count = 0;

	if (value->type != JSON_NUMBER)
		return 0;
	if (value->len <= DIGITS_AT_ONCE)
		return digits_read(&count, value->text, value->len) ? count : 0;
	for (size_t i = 0; i < value->len; i++) {
		unsigned digit = (unsigned)(value->text[i] - '0');

		if (digit > 9)
			return 0;
		count = count > (most - digit) / 10 ? most : count * 10 + digit;
	}
	return count;
}

/* Seconds of a time that is not a number of ten digits. */
static int64_t seconds_of_other(const struct json_value *value)
{
	struct instant instant;
	const char *text = value->text;
	char buffer[64];
	size_t len = value->len;

	if (value->type == JSON_STRING) {
		if (json_string(value, buffer, sizeof(buffer), &text, &len) != 0 || len == 0 ||
			text[0] == '-')
			return CONVERSATIONS_NO_TIME;
	} else if (value->type != JSON_NUMBER) {
		return CONVERSATIONS_NO_TIME;
	}
	if (instant_of_epoch(&instant, text, len) < 0 || instant.seconds < 0 ||
		instant.seconds > MOST_SECONDS)
		return CONVERSATIONS_NO_TIME;
	return instant.seconds;
}

/* Seconds since 1970: an integer or a string of its digits, within the years that
 * have a text. */
static inline int64_t seconds_of(const struct json_value *value)
{
	unsigned tens, ones;
	uint64_t rest;

	/* nearly always, from 2001 until 2286 */
	if (value->type == JSON_NUMBER && value->len == EPOCH_DIGITS) {
		tens = (unsigned)(value->text[0] - '0');
		ones = (unsigned)(value->text[1] - '0');
		if (tens <= 9 && ones <= 9 && digits_read(&rest, value->text + 2, DIGITS_AT_ONCE))
			return (int64_t)((tens * 10 + ones) * UINT64_C(100000000) + rest);
	}
	return seconds_of_other(value);
}

/* The beginning of the period that holds a time. */
static int64_t period_of(int64_t seconds, int64_t per_s)
{
	int64_t into;

	if (seconds == CONVERSATIONS_NO_TIME)
		return seconds;
	into = seconds % per_s;
	return seconds - (into < 0 ? into + per_s : into);
}

/* A member's string as it is spelled; a null text for all else. */
static struct conversation_text text_of(const struct json_value *value, char buffer[OCID_SIZE])
{
	struct conversation_text text = {0};

	if (value->type == JSON_STRING &&
		json_string(value, buffer, OCID_SIZE, &text.text, &text.len) != 0)
		text.text = NULL;
	return text;
}

/* Which side sent the first packet. */
static enum judge_beginner beginner_of(const struct judgement *judgement, bool has_ports,
	uint16_t source_port, uint16_t destination_port)
{
	switch (judgement->verdict) {
	case JUDGE_PERMITTED:
	case JUDGE_DENIED:
		return JUDGE_SENDER;
	case JUDGE_REPLY:
	case JUDGE_LATE_REPLY:
		return JUDGE_OTHER;
	default:
		return has_ports ? judge_ports(source_port, destination_port) : JUDGE_UNDECIDED;
	}
}

static_assert(MATCH_NO_PROTOCOL == CONVERSATION_NO_PROTOCOL, "a judged protocol is one to sum by");

static enum conversation_began began_of(enum judge_beginner beginner, bool is_egress)
{
	if (beginner == JUDGE_UNDECIDED)
		return CONVERSATION_NOBODY;
	return (beginner == JUDGE_SENDER) == is_egress ? CONVERSATION_LOCAL : CONVERSATION_PEER;
}

/*
 * Finds whose record it is. An owner is remembered by its VNIC as it stands in the
 * record, which must be spelled without an escape: what has one is not found then.
 */
static enum summing_result find_owner(struct conversations *table, const struct json_value *values,
	const struct tags *tags, struct conversations_owner *owner)
{
	const struct json_value *value = &values[RECORD_VNIC];
	char subnet_buffer[OCID_SIZE], vnic_buffer[OCID_SIZE];
	struct conversation_text subnet, vnic;

	if (value->type == JSON_STRING && conversations_recall(table, tags->subnet.number,
						  value->text + 1, value->len - 2, owner))
		return SUMMING_OK;
	subnet = text_of(&values[RECORD_SUBNET], subnet_buffer);
	vnic = text_of(value, vnic_buffer);
	if (subnet.text == NULL)
		return SUMMING_LEFT_OUT;
	if (conversations_find_owner(table, &subnet, &vnic, owner) < 0)
		return SUMMING_NO_MEMORY;
	if (value->type == JSON_STRING && vnic.text == value->text + 1)
		conversations_remember(table, tags->subnet.number, vnic.text, vnic.len, *owner);
	return SUMMING_OK;
}

enum summing_result summing_record(struct conversations *table, const struct options *options,
	const struct record *record, const struct tags *tags, const struct judge_record *judged,
	const struct judgement *judgement)
{
	const struct json_value *values = record->values;
	const bool is_egress = tags->direction == DIRECTION_EGRESS;
	uint16_t source = judged->source_port, destination = judged->destination_port;
	struct conversations_record one;
	enum summing_result found;

	if (judgement == NULL || !tags->known || tags->direction == DIRECTION_NONE ||
		tags->source_address.family == ADDRESS_NONE ||
		tags->destination_address.family == ADDRESS_NONE)
		return SUMMING_LEFT_OUT;
	found = find_owner(table, values, tags, &one.owner);
	if (found != SUMMING_OK)
		return found;
	one.local = is_egress ? &tags->source_address : &tags->destination_address;
	one.peer = is_egress ? &tags->destination_address : &tags->source_address;
	one.first = seconds_of(&values[RECORD_START_TIME]);
	one.last = seconds_of(&values[RECORD_END_TIME]);
	one.has_period = options->per_s != 0;
	one.period = one.has_period ? period_of(one.first, options->per_s) : CONVERSATIONS_NO_TIME;
	one.packets = count_of(&values[RECORD_PACKETS]);
	one.bytes = count_of(&values[RECORD_BYTES]);
	one.protocol = judged->protocol;
	one.has_ports = judged->has_ports && rule_protocol_has_ports(judged->protocol);
	if (!one.has_ports)
		source = destination = 0;
	one.local_port = is_egress ? source : destination;
	one.peer_port = is_egress ? destination : source;
	one.began = began_of(beginner_of(judgement, one.has_ports, source, destination), is_egress);
	one.action = judged->action;
	one.is_out = is_egress;
	return conversations_add_record(table, &one) < 0 ? SUMMING_NO_MEMORY : SUMMING_OK;
}

/* A selection that asks for what a conversation no longer has. */
static const char *selection_of_records(const struct options *options)
{
	static const struct {
		enum endpoints_kind kind;
		const char *why;
	} lists[] = {
		{ENDPOINTS_SOURCE, "--source selects records, of which these are sums"},
		{ENDPOINTS_DESTINATION, "--destination selects records, of which these are sums"},
		{ENDPOINTS_SOURCE_PORT, "--source-port selects records, of which these are sums"},
		{ENDPOINTS_DESTINATION_PORT,
			"--destination-port selects records, of which these are sums"},
		{ENDPOINTS_PORT, "--port selects records, of which these are sums"},
	};

	if (options->has_since)
		return "--since selects records, of which these are sums";
	if (options->has_until)
		return "--until selects records, of which these are sums";
	if (options->directions != OPTIONS_ANY_DIRECTION)
		return "--direction selects records, of which these are sums";
	if (options->traffic != TRAFFIC_ANY)
		return "--traffic selects records, of which these are sums";
	if (options->verdicts != 0)
		return "--verdict selects records, of which these are sums";
	for (size_t i = 0; options->endpoints != NULL && i < sizeof(lists) / sizeof(lists[0]);
		i++) {
		if (endpoints_has(options->endpoints, lists[i].kind))
			return lists[i].why;
	}
	return NULL;
}

/*
 * A line does not say how long its period is. But its first record begins in
 * it, and its last one ends soon after it, so that a longer one than per_s shows
 * as soon as the line has more than that in it.
 */
static bool is_longer(const struct conversation *conversation, int64_t per_s)
{
	int64_t end;

	if (!conversation->period.is_known)
		return false;
	end = period_of(conversation->period.seconds, per_s) + per_s;
	return (conversation->first.is_known && conversation->first.seconds >= end) ||
	       (conversation->last.is_known && conversation->last.seconds > end + LONGEST_RECORD_S);
}

const char *summing_unsuitable(
	const struct options *options, const struct conversation *conversation)
{
	const char *why = selection_of_records(options);

	if (why == NULL && options->per_s != 0 && !conversation->has_period)
		why = "it was made without --per";
	if (why == NULL && options->per_s != 0 && is_longer(conversation, options->per_s))
		why = "its period does not lie within one of --per";
	return why;
}

enum summing_result summing_again(struct conversations *table, const struct options *options,
	const struct conversation *conversation)
{
	struct conversation one = *conversation;

	one.has_period = options->per_s != 0;
	if (!one.has_period)
		one.period = (struct conversation_time){0};
	else if (one.period.is_known)
		one.period.seconds = period_of(one.period.seconds, options->per_s);
	return conversations_add(table, &one) < 0 ? SUMMING_NO_MEMORY : SUMMING_OK;
}

/*
 * Rendering. The length of a record is bounded first, so that it goes into the
 * output without being cut where it fits. What is between the carried values is
 * constant text, chosen by the tags.
 */
#include "vcnflow/emit.h"

#include <string.h>

#include "json/space.h"

#define TEXT(literal) literal, sizeof(literal) - 1

struct text {
	char text[OUTBUF_STEP];
	size_t len;
};

static const struct text direction_text[] = {
	[DIRECTION_INGRESS] = {TEXT("\"ingress\"")},
	[DIRECTION_EGRESS] = {TEXT("\"egress\"")},
	[DIRECTION_NONE] = {TEXT("\"N/A\"")},
};

static const struct text place_text[] = {
	[PLACE_INTERNAL] = {TEXT("\"internal\"")},
	[PLACE_EXTERNAL] = {TEXT("\"external\"")},
	[PLACE_INVALID] = {TEXT("\"invalid\"")},
};

/* Room for all that is not carried, copied or kept. */
#define FIXED_ROOM 512

static inline void put(struct outbuf *out, const char *text, size_t len)
{
	outbuf_put(out, text, len);
}

static inline void put_text(struct outbuf *out, const struct text *text)
{
	outbuf_put_padded(out, text->text, text->len);
}

/* Copies a value without the white space between its tokens. */
static void put_compact(struct outbuf *out, const char *text, size_t len)
{
	size_t at = 0;
	bool in_string = false;

	while (at < len) {
		size_t from = at;

		while (at < len && (in_string || !json_is_space(text[at]))) {
			if (text[at] == '"')
				in_string = !in_string;
			else if (text[at] == '\\')
				at++;
			at++;
		}
		put(out, text + from, at - from);
		at = json_skip_space(text, at, len);
	}
}

static bool has_control_space(const char *text, size_t len)
{
	return memchr(text, '\t', len) != NULL || memchr(text, '\r', len) != NULL ||
	       memchr(text, '\n', len) != NULL;
}

static inline void put_value(
	struct outbuf *out, const struct json_value *value, enum emit_space space)
{
	if (value->type == JSON_ABSENT) {
		put(out, TEXT("\"N/A\""));
		return;
	}
	if (space == SPACE_DROP ||
		(space == SPACE_CONTROL && has_control_space(value->text, value->len)))
		put_compact(out, value->text, value->len);
	else
		outbuf_put_padded(out, value->text, value->len);
}

/* Where records of several actions come out, each says which. */
static void put_action(struct outbuf *out, const struct json_value *value, enum emit_space space)
{
	put(out, TEXT(",\"action\":"));
	if (value->type == JSON_ABSENT)
		put(out, TEXT("null"));
	else
		put_value(out, value, space);
}

/* No more bytes than this, carried values uncompacted. */
static size_t most_bytes(const struct options *options, const struct record_plan *plan,
	const struct record *record, const struct emit_lists *lists)
{
	const struct json_value *values = record->values;
	size_t need = FIXED_ROOM + values[RECORD_ORACLE].len;

	for (size_t i = RECORD_DESTINATION_ADDRESS; i <= RECORD_ACTION; i++)
		need += values[i].len;
	if (!lists->lasts)
		need += lists->len;
	for (size_t i = 0; i < plan->keep_count; i++)
		need += values[plan->keep[i]].len + strlen(options->keep[i]) * 6 + 4;
	return need;
}

static void put_lists(
	struct outbuf *out, const struct options *options, const struct emit_lists *lists)
{
	if (options->security_lists == LISTS_NONE)
		return;
	if (options->security_lists == LISTS_FULL)
		put(out, TEXT(",\"security_lists\":"));
	else
		put(out, TEXT(",\"security_list_ids\":"));
	if (lists->lasts)
		outbuf_put_lasting(out, lists->text, lists->len);
	else
		put(out, lists->text, lists->len);
}

/* The name of a kept member, which the command line gave. */
static void put_name(struct outbuf *out, const char *name)
{
	static const char hex[] = "0123456789abcdef";

	put(out, TEXT("\""));
	for (; *name != '\0'; name++) {
		unsigned char c = (unsigned char)*name;
		char escaped[6] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};

		if (c < 0x20) {
			put(out, escaped, 6);
		} else if (c == '"' || c == '\\') {
			escaped[1] = (char)c;
			put(out, escaped, 2);
		} else {
			put(out, name, 1);
		}
	}
	put(out, TEXT("\""));
}

static void put_kept(struct outbuf *out, const struct options *options,
	const struct record_plan *plan, const struct record *record, enum emit_space space)
{
	for (size_t i = 0; i < plan->keep_count; i++) {
		const struct json_value *value = &record->values[plan->keep[i]];

		if (value->type == JSON_ABSENT)
			continue;
		put(out, TEXT(","));
		put_name(out, options->keep[i]);
		put(out, TEXT(":"));
		put_value(out, value, space);
	}
}

void emit_record(struct outbuf *out, const struct options *options, const struct record_plan *plan,
	const struct record *record, const struct tags *tags, const struct emit_lists *lists,
	enum emit_space space)
{
	const struct json_value *values = record->values;

	outbuf_begin(out, most_bytes(options, plan, record, lists));
	put(out, TEXT("{\"destinationAddress\":"));
	put_value(out, &values[RECORD_DESTINATION_ADDRESS], space);
	put(out, TEXT(",\"destinationPort\":"));
	put_value(out, &values[RECORD_DESTINATION_PORT], space);
	put(out, TEXT(",\"protocol\":"));
	put_value(out, &values[RECORD_PROTOCOL], space);
	put(out, TEXT(",\"protocolName\":"));
	put_value(out, &values[RECORD_PROTOCOL_NAME], space);
	put(out, TEXT(",\"sourceAddress\":"));
	put_value(out, &values[RECORD_SOURCE_ADDRESS], space);
	if (options->action == ACTION_ALL)
		put_action(out, &values[RECORD_ACTION], space);
	put(out, TEXT(",\"internal_or_external_source\":"));
	put_text(out, &place_text[tags->source]);
	put(out, TEXT(",\"internal_or_external_destination\":"));
	put_text(out, &place_text[tags->destination]);
	put(out, TEXT(",\"traffic_direction\":"));
	put_text(out, &direction_text[tags->direction]);
	if (tags->internal_traffic)
		put(out, TEXT(",\"traffic_type\":\"internal traffic\""));
	else
		put(out, TEXT(",\"traffic_type\":\"external traffic\""));
	put_lists(out, options, lists);
	put(out, TEXT(",\"oracle\":"));
	put_value(out, &values[RECORD_ORACLE], space);
	put_kept(out, options, plan, record, space);
	put(out, "}", 1);
}

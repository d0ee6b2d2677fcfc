/*
 * Rendering. The pieces of a record are gathered first, so that its length is
 * known and it goes into the output without being cut where it fits; then they
 * are copied. What is between the carried values is constant text, chosen by
 * the tags.
 */
#include "vcnflow/emit.h"

#include <string.h>

#include "json/space.h"

#define TEXT(literal) literal, sizeof(literal) - 1

static const struct {
	const char *text;
	size_t len;
} direction_text[] =
	{
		[DIRECTION_INGRESS] = {TEXT("\"ingress\"")},
		[DIRECTION_EGRESS] = {TEXT("\"egress\"")},
		[DIRECTION_NONE] = {TEXT("\"N/A\"")},
},
  place_text[] = {
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

/* Copies a value without the white space between its tokens. */
static size_t put_compact(struct outbuf *out, const char *text, size_t len)
{
	size_t at = 0, written = 0;
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
		written += at - from;
		at = json_skip_space(text, at, len);
	}
	return written;
}

static bool has_control_space(const char *text, size_t len)
{
	return memchr(text, '\t', len) != NULL ||
	       memchr(text, '\r', len) != NULL ||
	       memchr(text, '\n', len) != NULL;
}

static inline size_t put_value(struct outbuf *out,
	const struct json_value *value, enum emit_space space)
{
	if (value->type == JSON_ABSENT) {
		put(out, TEXT("\"N/A\""));
		return sizeof "\"N/A\"" - 1;
	}
	if (space == SPACE_DROP ||
		(space == SPACE_CONTROL &&
			has_control_space(value->text, value->len)))
		return put_compact(out, value->text, value->len);
	put(out, value->text, value->len);
	return value->len;
}

/* No more bytes than this, carried values uncompacted. */
static size_t most_bytes(const struct options *options,
	const struct record_plan *plan, const struct record *record,
	const struct tags *tags)
{
	const struct json_value *values = record->values;
	size_t need = FIXED_ROOM + values[RECORD_ORACLE].len;

	for (size_t i = RECORD_DESTINATION_ADDRESS; i <= RECORD_SOURCE_ADDRESS;
		i++)
		need += values[i].len;
	if (tags->known && options->security_lists == LISTS_FULL)
		need += tags->subnet.lists.len;
	if (tags->known && options->security_lists == LISTS_IDS)
		need += tags->subnet.ids.len;
	for (size_t i = 0; i < plan->keep_count; i++)
		need += values[plan->keep[i]].len +
			strlen(options->keep[i]) * 6 + 4;
	return need;
}

static size_t put_lists(struct outbuf *out, const struct options *options,
	const struct tags *tags)
{
	struct lookup_text lists = {"[]", 2};
	size_t len;

	if (options->security_lists == LISTS_NONE)
		return 0;
	if (options->security_lists == LISTS_FULL) {
		put(out, TEXT(",\"security_lists\":"));
		len = sizeof ",\"security_lists\":" - 1;
		if (tags->known)
			lists = tags->subnet.lists;
	} else {
		put(out, TEXT(",\"security_list_ids\":"));
		len = sizeof ",\"security_list_ids\":" - 1;
		if (tags->known)
			lists = tags->subnet.ids;
	}
	put(out, lists.text, lists.len);
	return len + lists.len;
}

/* The name of a kept member, which the command line gave. */
static size_t put_name(struct outbuf *out, const char *name)
{
	static const char hex[] = "0123456789abcdef";
	size_t written = 2;

	put(out, TEXT("\""));
	for (; *name != '\0'; name++) {
		unsigned char c = (unsigned char)*name;
		char escaped[6] = {
			'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};

		if (c < 0x20) {
			put(out, escaped, 6);
			written += 6;
		} else if (c == '"' || c == '\\') {
			escaped[1] = (char)c;
			put(out, escaped, 2);
			written += 2;
		} else {
			put(out, name, 1);
			written++;
		}
	}
	put(out, TEXT("\""));
	return written;
}

static size_t put_kept(struct outbuf *out, const struct options *options,
	const struct record_plan *plan, const struct record *record,
	enum emit_space space)
{
	size_t written = 0;

	for (size_t i = 0; i < plan->keep_count; i++) {
		const struct json_value *value = &record->values[plan->keep[i]];

		if (value->type == JSON_ABSENT)
			continue;
		put(out, TEXT(","));
		written += 2 + put_name(out, options->keep[i]);
		put(out, TEXT(":"));
		written += put_value(out, value, space);
	}
	return written;
}

#define PUT(literal)                                                           \
	do {                                                                   \
		put(out, TEXT(literal));                                       \
		written += sizeof(literal) - 1;                                \
	} while (0)
#define PUT_TAG(texts, index)                                                  \
	do {                                                                   \
		put(out, texts[index].text, texts[index].len);                 \
		written += texts[index].len;                                   \
	} while (0)
#define PUT_VALUE(member) written += put_value(out, &values[member], space)

size_t emit_record(struct outbuf *out, const struct options *options,
	const struct record_plan *plan, const struct record *record,
	const struct tags *tags, enum emit_space space)
{
	const struct json_value *values = record->values;
	size_t written = 0;

	outbuf_begin(out, most_bytes(options, plan, record, tags));
	PUT("{\"destinationAddress\":");
	PUT_VALUE(RECORD_DESTINATION_ADDRESS);
	PUT(",\"destinationPort\":");
	PUT_VALUE(RECORD_DESTINATION_PORT);
	PUT(",\"protocol\":");
	PUT_VALUE(RECORD_PROTOCOL);
	PUT(",\"protocolName\":");
	PUT_VALUE(RECORD_PROTOCOL_NAME);
	PUT(",\"sourceAddress\":");
	PUT_VALUE(RECORD_SOURCE_ADDRESS);
	PUT(",\"internal_or_external_source\":");
	PUT_TAG(place_text, tags->source);
	PUT(",\"internal_or_external_destination\":");
	PUT_TAG(place_text, tags->destination);
	PUT(",\"traffic_direction\":");
	PUT_TAG(direction_text, tags->direction);
	if (tags->internal_traffic)
		PUT(",\"traffic_type\":\"internal traffic\"");
	else
		PUT(",\"traffic_type\":\"external traffic\"");
	written += put_lists(out, options, tags);
	PUT(",\"oracle\":");
	PUT_VALUE(RECORD_ORACLE);
	written += put_kept(out, options, plan, record, space);
	PUT("}");
	return written;
}

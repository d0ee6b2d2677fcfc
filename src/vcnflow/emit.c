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

static const struct text side_text[] = {
	[TAG_INTERNAL] = {TEXT("\"internal\"")},
	[TAG_EXTERNAL] = {TEXT("\"external\"")},
	[TAG_INVALID] = {TEXT("\"invalid\"")},
};

static const struct text traffic_text[] = {
	[false] = {TEXT("\"external traffic\"")},
	[true] = {TEXT("\"internal traffic\"")},
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

static void put_missing(struct outbuf *out, const struct options *options)
{
	if (options->missing != NULL)
		put(out, options->missing, strlen(options->missing));
	else
		put(out, TEXT("\"N/A\""));
}

/* A value that is not there, or whose white space may not be carried. */
static void put_odd_value(struct outbuf *out, const struct options *options,
	const struct json_value *value, enum emit_space space)
{
	if (value->type == JSON_ABSENT)
		put_missing(out, options);
	else if (space == SPACE_DROP || has_control_space(value->text, value->len))
		put_compact(out, value->text, value->len);
	else
		outbuf_put_padded(out, value->text, value->len);
}

static inline void put_value(struct outbuf *out, const struct options *options,
	const struct json_value *value, enum emit_space space)
{
	if (value->type != JSON_ABSENT && space == SPACE_KEEP)
		outbuf_put_padded(out, value->text, value->len);
	else
		put_odd_value(out, options, value, space);
}

/* Where records of several actions come out, each says which. */
static void put_action(struct outbuf *out, const struct options *options,
	const struct json_value *value, enum emit_space space)
{
	put(out, TEXT(",\"action\":"));
	if (value->type == JSON_ABSENT)
		put(out, TEXT("null"));
	else
		put_value(out, options, value, space);
}

/* No more bytes than this are between and around entries, and in one of them. */
#define RULES_ROOM 160
#define ENTRY_ROOM 128

static size_t most_of_entries(
	const struct judging *judging, const struct judge_entry *entries, size_t count)
{
	struct lookup_rule_texts texts;
	size_t need = 0;

	for (size_t i = 0; i < count; i++) {
		judging_texts(judging, &entries[i], &texts);
		need += texts.entry.len + ENTRY_ROOM;
	}
	return need;
}

size_t emit_most_of_rules(const struct emit_rules *rules)
{
	const struct judgement *judgement = rules->judgement;

	if (!judgement)
		return RULES_ROOM;
	return RULES_ROOM +
	       most_of_entries(
		       rules->judging, judgement->permitted.at, judgement->permitted.count) +
	       most_of_entries(rules->judging, judgement->reply.at, judgement->reply.count) +
	       most_of_entries(rules->judging, judgement->nearest, judgement->nearest_count);
}

/* Every byte may be escaped. */
size_t emit_most_of_names(const struct emit_names *names)
{
	return RULES_ROOM + 6 * (names->own.subnet.len + names->own.vcn.len +
					names->own.compartment.len + names->peer_subnet.len);
}

/* No more bytes than this, carried values uncompacted. */
static size_t most_bytes(const struct options *options, const struct record_plan *plan,
	const struct record *record, const struct emit_more *more)
{
	const struct json_value *values = record->values;
	size_t need = FIXED_ROOM + values[RECORD_DESTINATION_ADDRESS].len +
		      values[RECORD_DESTINATION_PORT].len + values[RECORD_PROTOCOL].len +
		      values[RECORD_PROTOCOL_NAME].len + values[RECORD_SOURCE_ADDRESS].len +
		      values[RECORD_ORACLE].len;

	if (options->action == ACTION_ALL)
		need += values[RECORD_ACTION].len;
	if (!more->lists.lasts)
		need += more->lists.len;
	if (options->rules)
		need += emit_most_of_rules(&more->rules);
	if (options->names)
		need += emit_most_of_names(&more->names);
	for (size_t i = 0; i < plan->keep_count; i++)
		need += record_at(record, &plan->keep[i])->len + strlen(options->keep[i]) * 6 + 4;
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

/* ",\"maybe\":[" and the names of the bits that are set; nothing if none is. */
static void put_bits(struct outbuf *out, const char *title, unsigned set, unsigned count,
	const char *name(unsigned))
{
	const char *before = title;

	for (unsigned i = 0; i < count; i++) {
		if ((set >> i & 1) == 0)
			continue;
		put(out, before, strlen(before));
		put(out, name(i), strlen(name(i)));
		put(out, "\"", 1);
		before = ",\"";
	}
	if (before != title)
		put(out, "]", 1);
}

/* An entry is ready-made but for what belongs to this record. */
static void put_entries(struct outbuf *out, const struct judging *judging,
	const struct judge_entry *entries, size_t count)
{
	struct lookup_rule_texts texts;

	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			put(out, ",", 1);
		judging_texts(judging, &entries[i], &texts);
		/* an entry is never empty, but for a file that was written into */
		if ((entries[i].maybe | entries[i].misses) == 0 || texts.entry.len == 0) {
			put(out, texts.entry.text, texts.entry.len);
			continue;
		}
		put(out, texts.entry.text, texts.entry.len - 1);
		put_bits(out, ",\"maybe\":[\"", entries[i].maybe, MATCH_MAYBE_COUNT,
			match_maybe_name);
		put_bits(out, ",\"misses\":[\"", entries[i].misses, MATCH_MISS_COUNT,
			match_miss_name);
		put(out, "}", 1);
	}
}

static void put_word(struct outbuf *out, const char *word)
{
	put(out, word, strlen(word));
}

void emit_rules(struct outbuf *out, const struct emit_rules *rules)
{
	const struct judgement *judgement = rules->judgement;

	if (!judgement) {
		put(out, TEXT("null"));
		return;
	}
	put(out, TEXT("{\"verdict\":\""));
	put_word(out, judge_verdict_name(judgement->verdict));
	put(out, TEXT("\",\"confidence\":\""));
	put_word(out, judge_confidence_name(judgement->confidence));
	if (judgement->is_complete)
		put(out, TEXT("\",\"complete\":true,\"permitted_by\":["));
	else
		put(out, TEXT("\",\"complete\":false,\"permitted_by\":["));
	put_entries(out, rules->judging, judgement->permitted.at, judgement->permitted.count);
	put(out, TEXT("],\"reply_to\":["));
	put_entries(out, rules->judging, judgement->reply.at, judgement->reply.count);
	if (judgement->verdict == JUDGE_DENIED) {
		put(out, TEXT("],\"nearest\":["));
		put_entries(out, rules->judging, judgement->nearest, judgement->nearest_count);
	}
	put(out, "]}", 2);
}

/* A text, which is UTF-8, as a JSON string. */
void emit_string(struct outbuf *out, const char *text, size_t len)
{
	static const char hex[] = "0123456789abcdef";
	static const char letters[] = {
		['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r', [0x1f] = 0};

	put(out, "\"", 1);
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];
		char escaped[6] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};

		if (c < 0x20 && letters[c] == 0) {
			put(out, escaped, 6);
		} else if (c < 0x20 || c == '"' || c == '\\') {
			escaped[1] = c < 0x20 ? letters[c] : (char)c;
			put(out, escaped, 2);
		} else {
			put(out, &text[i], 1);
		}
	}
	put(out, "\"", 1);
}

void emit_name(struct outbuf *out, const struct lookup_text *text)
{
	if (text->text)
		emit_string(out, text->text, text->len);
	else
		put(out, TEXT("null"));
}

void emit_names(struct outbuf *out, const struct emit_names *names)
{
	put(out, TEXT("{\"subnet\":"));
	emit_name(out, &names->own.subnet);
	put(out, TEXT(",\"vcn\":"));
	emit_name(out, &names->own.vcn);
	put(out, TEXT(",\"compartment\":"));
	emit_name(out, &names->own.compartment);
	put(out, TEXT(",\"peer_subnet\":"));
	emit_name(out, &names->peer_subnet);
	put(out, "}", 1);
}

static void put_kept(struct outbuf *out, const struct options *options,
	const struct record_plan *plan, const struct record *record, uint64_t *seen,
	enum emit_space space)
{
	for (size_t i = 0; i < plan->keep_count; i++) {
		const struct json_value *value = record_at(record, &plan->keep[i]);

		if (value->type == JSON_ABSENT)
			continue;
		seen[i / 64] |= UINT64_C(1) << i % 64;
		put(out, TEXT(","));
		emit_string(out, options->keep[i], strlen(options->keep[i]));
		put(out, TEXT(":"));
		put_value(out, options, value, space);
	}
}

void emit_value(struct outbuf *out, const struct options *options, const struct json_value *value,
	enum emit_space space)
{
	put_value(out, options, value, space);
}

void emit_side(struct outbuf *out, enum tag_side side)
{
	put_text(out, &side_text[side]);
}

void emit_direction(struct outbuf *out, enum direction direction)
{
	put_text(out, &direction_text[direction]);
}

void emit_traffic(struct outbuf *out, bool is_internal)
{
	put_text(out, &traffic_text[is_internal]);
}

static struct lookup_text word_of(const struct text *text)
{
	return (struct lookup_text){text->text + 1, text->len - strlen("\"\"")};
}

struct lookup_text emit_side_word(enum tag_side side)
{
	return word_of(&side_text[side]);
}

struct lookup_text emit_direction_word(enum direction direction)
{
	return word_of(&direction_text[direction]);
}

struct lookup_text emit_traffic_word(bool is_internal)
{
	return word_of(&traffic_text[is_internal]);
}

/* What comes first: the ends, as they are carried and as they were judged. */
static void put_ends(struct outbuf *out, const struct options *options, const struct record *record,
	const struct tags *tags, enum emit_space space)
{
	const struct json_value *values = record->values;

	put(out, TEXT("{\"destinationAddress\":"));
	put_value(out, options, &values[RECORD_DESTINATION_ADDRESS], space);
	put(out, TEXT(",\"destinationPort\":"));
	put_value(out, options, &values[RECORD_DESTINATION_PORT], space);
	put(out, TEXT(",\"protocol\":"));
	put_value(out, options, &values[RECORD_PROTOCOL], space);
	put(out, TEXT(",\"protocolName\":"));
	put_value(out, options, &values[RECORD_PROTOCOL_NAME], space);
	put(out, TEXT(",\"sourceAddress\":"));
	put_value(out, options, &values[RECORD_SOURCE_ADDRESS], space);
	if (options->action == ACTION_ALL)
		put_action(out, options, &values[RECORD_ACTION], space);
	put(out, TEXT(",\"internal_or_external_source\":"));
	put_text(out, &side_text[tags->source]);
	put(out, TEXT(",\"internal_or_external_destination\":"));
	put_text(out, &side_text[tags->destination]);
	put(out, TEXT(",\"traffic_direction\":"));
	put_text(out, &direction_text[tags->direction]);
	put(out, TEXT(",\"traffic_type\":"));
	put_text(out, &traffic_text[tags->internal_traffic]);
}

/* Returns true if all ends are there and are carried as they stand. */
static inline bool has_usual_ends(
	const struct options *options, const struct record *record, enum emit_space space)
{
	const struct json_value *values = record->values;

	return options->action != ACTION_ALL && space == SPACE_KEEP &&
	       values[RECORD_DESTINATION_ADDRESS].type != JSON_ABSENT &&
	       values[RECORD_DESTINATION_PORT].type != JSON_ABSENT &&
	       values[RECORD_PROTOCOL].type != JSON_ABSENT &&
	       values[RECORD_PROTOCOL_NAME].type != JSON_ABSENT &&
	       values[RECORD_SOURCE_ADDRESS].type != JSON_ABSENT;
}

/* Like put and its kin, where the room was seen to. Return where to go on. */

static inline char *add(char *at, const char *text, size_t len)
{
	memcpy(at, text, len);
	return at + len;
}

static inline char *add_padded(char *at, const char *text, size_t len)
{
	if (len > OUTBUF_STEP)
		return add(at, text, len);
	memcpy(at, text, OUTBUF_STEP);
	return at + len;
}

static inline char *add_text(char *at, const struct text *text)
{
	memcpy(at, text->text, OUTBUF_STEP);
	return at + text->len;
}

static inline char *add_value(char *at, const struct json_value *value)
{
	return add_padded(at, value->text, value->len);
}

/* The same as put_ends of usual ends, which have room: nothing is asked, and the
 * output's length is not kept up to date between. */
static inline void put_usual_ends(
	struct outbuf *out, const struct record *record, const struct tags *tags)
{
	const struct json_value *values = record->values;
	char *at = out->data + out->len;

	at = add(at, TEXT("{\"destinationAddress\":"));
	at = add_value(at, &values[RECORD_DESTINATION_ADDRESS]);
	at = add(at, TEXT(",\"destinationPort\":"));
	at = add_value(at, &values[RECORD_DESTINATION_PORT]);
	at = add(at, TEXT(",\"protocol\":"));
	at = add_value(at, &values[RECORD_PROTOCOL]);
	at = add(at, TEXT(",\"protocolName\":"));
	at = add_value(at, &values[RECORD_PROTOCOL_NAME]);
	at = add(at, TEXT(",\"sourceAddress\":"));
	at = add_value(at, &values[RECORD_SOURCE_ADDRESS]);
	at = add(at, TEXT(",\"internal_or_external_source\":"));
	at = add_text(at, &side_text[tags->source]);
	at = add(at, TEXT(",\"internal_or_external_destination\":"));
	at = add_text(at, &side_text[tags->destination]);
	at = add(at, TEXT(",\"traffic_direction\":"));
	at = add_text(at, &direction_text[tags->direction]);
	at = add(at, TEXT(",\"traffic_type\":"));
	at = add_text(at, &traffic_text[tags->internal_traffic]);
	out->len = (size_t)(at - out->data);
}

void emit_record(struct outbuf *out, const struct options *options, const struct record_plan *plan,
	const struct record *record, const struct tags *tags, const struct emit_more *more)
{
	const struct json_value *values = record->values;
	enum emit_space space = more->space;
	size_t most = most_bytes(options, plan, record, more);

	outbuf_begin(out, most);
	if (most <= out->cap - out->len && has_usual_ends(options, record, space))
		put_usual_ends(out, record, tags);
	else
		put_ends(out, options, record, tags, space);
	put_lists(out, options, &more->lists);
	if (options->rules) {
		put(out, TEXT(",\"rules\":"));
		emit_rules(out, &more->rules);
	}
	put(out, TEXT(",\"oracle\":"));
	put_value(out, options, &values[RECORD_ORACLE], space);
	if (options->names) {
		put(out, TEXT(",\"names\":"));
		emit_names(out, &more->names);
	}
	put_kept(out, options, plan, record, more->seen, space);
	put(out, "}", 1);
}

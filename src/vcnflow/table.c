/*
 * Fields. Each is made as a JSON value first, which objects take as it is; in a
 * cell of csv or tsv strings stand without their quotes and escapes, null is
 * empty, and objects and arrays are their JSON. A cell of csv is quoted if it
 * holds a quote, a comma, CR or LF (RFC 4180); in tsv a tab, LF, CR and
 * backslash are \t \n \r \\. So every record is one line, but for a csv cell
 * that holds a line feed.
 */
#include "vcnflow/table.h"

#include <endian.h>
#include <string.h>

#include "base/eight.h"
#include "base/limits.h"
#include "vcnflow/emit.h"
#include "vcnflow/options.h"

#define TEXT(literal) literal, sizeof(literal) - 1

/* What a cell is written into before its whole goes into the room. */
#define STEP 4096

const char table_default_fields[] = "start\0"
				    "end\0"
				    "action\0"
				    "traffic_direction\0"
				    "traffic_type\0"
				    "protocolName\0"
				    "sourceAddress\0"
				    "source_port\0"
				    "destinationAddress\0"
				    "destinationPort\0"
				    "packets\0"
				    "bytes\0"
				    "subnet_name\0"
				    "vcn_name\0";

struct table_field table_field_of(const char *name)
{
	static const struct table_field known[] = {
		{"destinationAddress", TABLE_CARRIED, "data.destinationAddress", false, {0}},
		{"destinationPort", TABLE_CARRIED, "data.destinationPort", false, {0}},
		{"protocol", TABLE_CARRIED, "data.protocol", false, {0}},
		{"protocolName", TABLE_CARRIED, "data.protocolName", false, {0}},
		{"sourceAddress", TABLE_CARRIED, "data.sourceAddress", false, {0}},
		{"action", TABLE_PATH, "data.action", false, {0}},
		{"bytes", TABLE_PATH, "data.bytesOut", false, {0}},
		{"packets", TABLE_PATH, "data.packets", false, {0}},
		{"source_port", TABLE_PATH, "data.sourcePort", false, {0}},
		{"start", TABLE_PATH, "data.startTime", false, {0}},
		{"end", TABLE_PATH, "data.endTime", false, {0}},
		{"internal_or_external_source", TABLE_SOURCE, NULL, false, {0}},
		{"internal_or_external_destination", TABLE_DESTINATION, NULL, false, {0}},
		{"traffic_direction", TABLE_DIRECTION, NULL, false, {0}},
		{"traffic_type", TABLE_TRAFFIC, NULL, false, {0}},
		{"security_lists", TABLE_LISTS, NULL, false, {0}},
		{"security_list_ids", TABLE_LIST_IDS, NULL, false, {0}},
		{"rules", TABLE_RULES, NULL, false, {0}},
		{"verdict", TABLE_VERDICT, NULL, false, {0}},
		{"confidence", TABLE_CONFIDENCE, NULL, false, {0}},
		{"permitted_by", TABLE_PERMITTED_BY, NULL, false, {0}},
		{"names", TABLE_NAMES, NULL, false, {0}},
		{"subnet_name", TABLE_SUBNET_NAME, NULL, false, {0}},
		{"vcn_name", TABLE_VCN_NAME, NULL, false, {0}},
		{"compartment_name", TABLE_COMPARTMENT_NAME, NULL, false, {0}},
		{"peer_subnet_name", TABLE_PEER_SUBNET_NAME, NULL, false, {0}},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(name, known[i].name) == 0) {
			struct table_field field = known[i];

			field.name = name;
			return field;
		}
	}
	return (struct table_field){
		.name = name, .kind = TABLE_PATH, .path = name, .is_literal = true};
}

/* ---- values as JSON ---------------------------------------------------------- */

/* All that the values of fields are made of. */
struct source {
	const struct options *options;
	const struct json_value *const *values; /* by field: of table_room */
	const struct record *record;
	const struct tags *tags;
	const struct emit_more *more;
};

/* The OCID that an entry begins with: {"ocid":"... */
static const char *ocid_of(const struct lookup_text *entry, size_t *len)
{
	static const char begin[] = "{\"ocid\":\"";
	const size_t before = sizeof(begin) - 1;
	const char *end;

	*len = 0;
	if (entry->len <= before || memcmp(entry->text, begin, before) != 0)
		return "";
	end = memchr(entry->text + before, '"', entry->len - before);
	if (end != NULL)
		*len = (size_t)(end - entry->text) - before;
	return entry->text + before;
}

/* "OCID rule; OCID rule"; null if the record is not judged. */
static int put_permitted_by(struct outbuf *out, const struct emit_rules *rules, struct bytes *text)
{
	const struct judgement *judgement = rules->judgement;
	struct lookup_rule_texts texts;
	const char *ocid;
	size_t len;

	if (judgement == NULL) {
		outbuf_put(out, TEXT("null"));
		return 0;
	}
	bytes_clear(text);
	for (size_t i = 0; i < judgement->permitted.count; i++) {
		judging_texts(rules->judging, &judgement->permitted.at[i], &texts);
		ocid = ocid_of(&texts.entry, &len);
		if ((i > 0 && bytes_append_text(text, "; ") < 0) ||
			bytes_append(text, ocid, len) < 0 || bytes_append_char(text, ' ') < 0 ||
			bytes_append(text, texts.text.text, texts.text.len) < 0)
			return -1;
	}
	emit_string(out, text->data, text->len);
	return 0;
}

static void put_word(struct outbuf *out, const char *word)
{
	emit_string(out, word, strlen(word));
}

static void put_lists(struct outbuf *out, const struct tags *tags, const struct lookup_text *lists)
{
	if (tags->known)
		outbuf_put(out, lists->text, lists->len);
	else
		outbuf_put(out, TEXT("[]"));
}

static void put_path(struct outbuf *out, const struct source *source, size_t number)
{
	const struct json_value *value = source->values[number];

	if (value->type == JSON_ABSENT && source->options->fields[number].kind == TABLE_PATH)
		outbuf_put(out, TEXT("null"));
	else
		emit_value(out, source->options, value, source->more->space);
}

/* Appends the value of a field, by its number. Returns 0, or -1 when memory ran out. */
static int put_field(
	struct outbuf *out, const struct source *source, size_t number, struct bytes *text)
{
	const struct judgement *judgement = source->more->rules.judgement;
	const struct emit_names *names = &source->more->names;
	const struct tags *tags = source->tags;

	switch (source->options->fields[number].kind) {
	case TABLE_PATH:
	case TABLE_CARRIED:
		put_path(out, source, number);
		break;
	case TABLE_SOURCE:
		emit_side(out, tags->source);
		break;
	case TABLE_DESTINATION:
		emit_side(out, tags->destination);
		break;
	case TABLE_DIRECTION:
		emit_direction(out, tags->direction);
		break;
	case TABLE_TRAFFIC:
		emit_traffic(out, tags->internal_traffic);
		break;
	case TABLE_LISTS:
		put_lists(out, tags, &tags->subnet.lists);
		break;
	case TABLE_LIST_IDS:
		put_lists(out, tags, &tags->subnet.ids);
		break;
	case TABLE_RULES:
		emit_rules(out, &source->more->rules);
		break;
	case TABLE_VERDICT:
		if (judgement != NULL)
			put_word(out, judge_verdict_name(judgement->verdict));
		else
			outbuf_put(out, TEXT("null"));
		break;
	case TABLE_CONFIDENCE:
		if (judgement != NULL)
			put_word(out, judge_confidence_name(judgement->confidence));
		else
			outbuf_put(out, TEXT("null"));
		break;
	case TABLE_PERMITTED_BY:
		return put_permitted_by(out, &source->more->rules, text);
	case TABLE_NAMES:
		emit_names(out, names);
		break;
	case TABLE_SUBNET_NAME:
		emit_name(out, &names->own.subnet);
		break;
	case TABLE_VCN_NAME:
		emit_name(out, &names->own.vcn);
		break;
	case TABLE_COMPARTMENT_NAME:
		emit_name(out, &names->own.compartment);
		break;
	case TABLE_PEER_SUBNET_NAME:
		emit_name(out, &names->peer_subnet);
		break;
	}
	return 0;
}

/* ---- cells ------------------------------------------------------------------- */

/* What a byte is to a cell: cells are short, so that one look at each byte is
 * quicker than a search for each that matters. */
#define IN_CSV 1u    /* is quoted */
#define IN_TSV 2u    /* is escaped */
#define IN_STRING 4u /* begins an escape */

static const unsigned char classes[256] = {
	['"'] = IN_CSV,
	[','] = IN_CSV,
	['\t'] = IN_TSV,
	['\n'] = IN_CSV | IN_TSV,
	['\r'] = IN_CSV | IN_TSV,
	['\\'] = IN_TSV | IN_STRING,
};

static bool holds_any(const char *text, size_t len, unsigned which)
{
	unsigned found = 0;

	for (size_t i = 0; i < len; i++)
		found |= classes[(unsigned char)text[i]];
	return (found & which) != 0;
}

static void put_csv(struct outbuf *out, const char *text, size_t len)
{
	const char *quote;

	if (!holds_any(text, len, IN_CSV)) {
		outbuf_put(out, text, len);
		return;
	}
	outbuf_put(out, "\"", 1);
	while ((quote = memchr(text, '"', len)) != NULL) {
		size_t part = (size_t)(quote - text) + 1;

		outbuf_put(out, text, part);
		outbuf_put(out, "\"", 1);
		text += part;
		len -= part;
	}
	outbuf_put(out, text, len);
	outbuf_put(out, "\"", 1);
}

static void put_tsv(struct outbuf *out, const char *text, size_t len)
{
	static const char special[] = "\t\n\r\\", letters[] = "tnr\\";

	if (!holds_any(text, len, IN_TSV)) {
		outbuf_put(out, text, len);
		return;
	}
	for (size_t i = 0; i < len; i++) {
		const char *found = memchr(special, text[i], sizeof(special) - 1);
		const char escaped[2] = {'\\', found != NULL ? letters[found - special] : 0};

		if (found != NULL)
			outbuf_put(out, escaped, 2);
		else
			outbuf_put(out, &text[i], 1);
	}
}

static void put_text(
	struct outbuf *out, const struct options *options, const char *text, size_t len)
{
	if (options->format == OUTPUT_CSV)
		put_csv(out, text, len);
	else
		put_tsv(out, text, len);
}

/*
 * Returns true if the inside of a JSON string can stand in a cell as it is: it
 * holds no backslash, and so no quote or control byte either, and no comma. The
 * string's text can be read on after its end; what stands there does not count.
 */
static inline bool is_plain(const char *text, size_t len)
{
	uint64_t bytes, found = 0;

	for (; len > sizeof(bytes); text += sizeof(bytes), len -= sizeof(bytes)) {
		memcpy(&bytes, text, sizeof(bytes));
		found |= eight_has(bytes, '\\') | eight_has(bytes, ',');
	}
	if (len > 0) {
		memcpy(&bytes, text, sizeof(bytes));
		bytes = le64toh(bytes) << 8 * (sizeof(bytes) - len);
		found |= eight_has(bytes, '\\') | eight_has(bytes, ',');
	}
	return found == 0;
}

/* Appends what a JSON value is in a cell. Returns 0, or -1 when memory ran out. */
static int put_cell(struct outbuf *out, const struct options *options, const char *json, size_t len,
	struct bytes *text)
{
	struct json_value value = {json, len, JSON_STRING};
	const char *spelled;

	if (len == strlen("null") && memcmp(json, "null", len) == 0)
		return 0;
	if (len < 2 || json[0] != '"') {
		put_text(out, options, json, len);
		return 0;
	}
	if (!holds_any(json, len, IN_STRING)) {
		put_text(out, options, json + 1, len - 2);
		return 0;
	}
	bytes_clear(text);
	if (bytes_reserve(text, len) < 0 ||
		json_string(&value, text->data, len, &spelled, &len) != 0)
		return -1;
	put_text(out, options, spelled, len);
	return 0;
}

/* A cell that is being made, of any length. */
struct cell {
	struct bytes *bytes;
	bool failed;
};

static int take_part(struct outbuf *out, void *context)
{
	struct cell *cell = context;

	if (bytes_append(cell->bytes, out->data, out->len) < 0)
		cell->failed = true;
	return cell->failed ? -1 : 0;
}

/* A field that does not stand in the record's text as it is. */
static int put_made_cell(
	struct outbuf *out, const struct source *source, size_t number, struct table_room *room)
{
	char data[STEP];
	struct cell cell = {&room->cell, false};
	struct outbuf made = {
		.data = data, .cap = sizeof(data), .hand_over = take_part, .context = &cell};

	bytes_clear(&room->cell);
	if (put_field(&made, source, number, &room->text) < 0)
		return -1;
	/* mostly it is short */
	if (room->cell.len == 0 && !cell.failed)
		return put_cell(out, source->options, data, made.len, &room->text);
	outbuf_flush(&made);
	if (cell.failed)
		return -1;
	return put_cell(out, source->options, room->cell.data, room->cell.len, &room->text);
}

/* A word is plain. */
static void put_word_cell(struct outbuf *out, struct lookup_text word)
{
	outbuf_put(out, word.text, word.len);
}

/*
 * Appends a field that is one of a few words, or a name as the lookup file has it.
 * Returns false if it is neither.
 */
static bool put_known_cell(
	struct outbuf *out, const struct source *source, const struct table_field *field)
{
	const struct emit_names *names = &source->more->names;
	const struct tags *tags = source->tags;
	struct lookup_text word;

	switch (field->kind) {
	case TABLE_SOURCE:
		put_word_cell(out, emit_side_word(tags->source));
		return true;
	case TABLE_DESTINATION:
		put_word_cell(out, emit_side_word(tags->destination));
		return true;
	case TABLE_DIRECTION:
		put_word_cell(out, emit_direction_word(tags->direction));
		return true;
	case TABLE_TRAFFIC:
		put_word_cell(out, emit_traffic_word(tags->internal_traffic));
		return true;
	case TABLE_SUBNET_NAME:
		word = names->own.subnet;
		break;
	case TABLE_VCN_NAME:
		word = names->own.vcn;
		break;
	case TABLE_COMPARTMENT_NAME:
		word = names->own.compartment;
		break;
	case TABLE_PEER_SUBNET_NAME:
		word = names->peer_subnet;
		break;
	default:
		return false;
	}
	if (word.text != NULL)
		put_text(out, source->options, word.text, word.len);
	return true;
}

/*
 * Appends a value that stands in the record as it will in the cell: a number, or a
 * string without anything odd. Returns false if it is neither.
 */
static inline bool put_plain_cell(struct outbuf *out, const struct json_value *value)
{
	if (value->type == JSON_NUMBER) {
		outbuf_put_padded(out, value->text, value->len);
		return true;
	}
	if (value->type != JSON_STRING || !is_plain(value->text + 1, value->len - 2))
		return false;
	outbuf_put_padded(out, value->text + 1, value->len - 2);
	return true;
}

/* Appends any cell. Returns 0, or -1 when memory ran out. */
static int put_any_cell(
	struct outbuf *out, const struct source *source, size_t number, struct table_room *room)
{
	const struct options *options = source->options;
	const struct json_value *value = source->values[number];

	if (value != NULL && value->type != JSON_ABSENT && value->type != JSON_OBJECT &&
		value->type != JSON_ARRAY)
		return put_cell(out, options, value->text, value->len, &room->text);
	if (put_known_cell(out, source, &options->fields[number]))
		return 0;
	return put_made_cell(out, source, number, room);
}

static int put_line(struct outbuf *out, const struct source *source, struct table_room *room)
{
	const struct options *options = source->options;
	const char separator = options->format == OUTPUT_CSV ? ',' : '\t';

	for (size_t i = 0; i < options->field_count; i++) {
		const struct json_value *value = source->values[i];

		if (i > 0)
			outbuf_put(out, &separator, 1);
		if (value != NULL && put_plain_cell(out, value))
			continue;
		if (put_any_cell(out, source, i, room) < 0)
			return -1;
	}
	return 0;
}

static int put_object(struct outbuf *out, const struct source *source, struct table_room *room)
{
	const struct options *options = source->options;

	for (size_t i = 0; i < options->field_count; i++) {
		const struct table_field *field = &options->fields[i];

		outbuf_put(out, i == 0 ? "{" : ",", 1);
		emit_string(out, field->name, strlen(field->name));
		outbuf_put(out, ":", 1);
		if (put_field(out, source, i, &room->text) < 0)
			return -1;
	}
	outbuf_put(out, "}", 1);
	return 0;
}

/* Between and around values, a name with all of its bytes escaped besides. */
#define FIELD_ROOM 64

/* Of these, what depends on the options alone. */
static size_t fixed_bytes(const struct options *options)
{
	size_t need = FIELD_ROOM;

	if (options->missing != NULL)
		need += options->field_count * strlen(options->missing);
	for (size_t i = 0; i < options->field_count; i++)
		need += FIELD_ROOM + 6 * strlen(options->fields[i].name);
	return need;
}

/*
 * Finds the values of a record, and notes which of them it has. Returns how many bytes
 * it has at the most; of a cell every byte may be doubled.
 */
static size_t find_values(const struct source *source, struct table_room *room)
{
	const struct options *options = source->options;
	size_t need;

	if (room->fixed == 0)
		room->fixed = fixed_bytes(options);
	need = room->fixed;
	for (size_t i = 0; i < options->field_count; i++) {
		const struct table_field *field = &options->fields[i];
		const struct json_value *value;

		room->values[i] = NULL;
		if (field->kind <= TABLE_CARRIED) {
			value = record_at(source->record, &field->at);
			room->values[i] = value;
			need += 2 * value->len;
			if (field->kind == TABLE_PATH && value->type != JSON_ABSENT)
				source->more->seen[i / 64] |= UINT64_C(1) << i % 64;
			continue;
		}
		if (field->kind <= TABLE_TRAFFIC)
			continue;
		else if (field->kind <= TABLE_LIST_IDS)
			need += source->tags->known ? 2 * source->tags->subnet.lists.len : 0;
		else if (table_field_is_judged(field))
			need += 2 * emit_most_of_rules(&source->more->rules);
		else
			need += 2 * emit_most_of_names(&source->more->names);
	}
	return need;
}

int table_header(struct bytes *line, const struct options *options)
{
	const char separator = options->format == OUTPUT_CSV ? ',' : '\t';
	char data[STEP];
	struct cell cell = {line, false};
	struct outbuf made = {
		.data = data, .cap = sizeof(data), .hand_over = take_part, .context = &cell};

	for (size_t i = 0; i < options->field_count; i++) {
		if (i > 0)
			outbuf_put(&made, &separator, 1);
		put_text(&made, options, options->fields[i].name, strlen(options->fields[i].name));
	}
	outbuf_put(&made, "\n", 1);
	outbuf_flush(&made);
	return cell.failed ? -1 : 0;
}

int table_record(struct outbuf *out, const struct options *options, const struct record *record,
	const struct tags *tags, const struct emit_more *more, struct table_room *room)
{
	const struct source source = {options, room->values, record, tags, more};

	outbuf_begin(out, find_values(&source, room));
	if (options->format == OUTPUT_CSV || options->format == OUTPUT_TSV)
		return put_line(out, &source, room);
	return put_object(out, &source, room);
}

/*
 * Conversations as lines of JSON. Reading is one selection of members by the
 * parser, which judges the whole line; a line that looks like one before it is
 * told in a fraction of the time. Numbers have at most 19 digits and no sign,
 * fraction or exponent; times are whole seconds and end in Z, as they are
 * written.
 *
 * What a line says twice must agree: a side that began has its port in
 * "client_ports" and nowhere else, and a protocol without ports has none.
 */
#include "rules/conversation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/digits.h"
#include "base/limits.h"
#include "lookup/rule.h"
#include "json/json.h"
#include "json/space.h"
#include "json/write.h"

enum slot {
	PERIOD,
	SUBNET,
	VNIC,
	LOCAL,
	PEER,
	PROTOCOL,
	LOCAL_PORT,
	PEER_PORT,
	CLIENT_PORTS,
	BEGAN,
	ACTION,
	IN,
	IN_RECORDS,
	IN_PACKETS,
	IN_BYTES,
	OUT,
	OUT_RECORDS,
	OUT_PACKETS,
	OUT_BYTES,
	FIRST,
	LAST,
	DATA,
	ORACLE,
	LOG_CONTENT,
	RESULTS,
	SLOTS
};

static const char *const paths[SLOTS][2] = {
	[PERIOD] = {"period"},
	[SUBNET] = {"subnet"},
	[VNIC] = {"vnic"},
	[LOCAL] = {"local"},
	[PEER] = {"peer"},
	[PROTOCOL] = {"protocol"},
	[LOCAL_PORT] = {"local_port"},
	[PEER_PORT] = {"peer_port"},
	[CLIENT_PORTS] = {"client_ports"},
	[BEGAN] = {"began"},
	[ACTION] = {"action"},
	[IN] = {"in"},
	[IN_RECORDS] = {"in", "records"},
	[IN_PACKETS] = {"in", "packets"},
	[IN_BYTES] = {"in", "bytes"},
	[OUT] = {"out"},
	[OUT_RECORDS] = {"out", "records"},
	[OUT_PACKETS] = {"out", "packets"},
	[OUT_BYTES] = {"out", "bytes"},
	[FIRST] = {"first"},
	[LAST] = {"last"},
	[DATA] = {"data"},
	[ORACLE] = {"oracle"},
	[LOG_CONTENT] = {"logContent"},
	[RESULTS] = {"results"},
};

#define TIME_FORM "dddd-dd-ddTdd:dd:ddZ"
#define TIME_LEN (sizeof(TIME_FORM) - 1)
#define DATE_LEN 10

struct conversation_reader {
	struct json_parser *parser;
	struct json_plan *plan;
	const struct json_value *values;
	struct json_value room[SLOTS]; /* for those of a line that the parser does not know */
	char *texts;                   /* what strings with escapes spell */
	size_t text_room;
	size_t text_len;
	const char *fault;
	char date[DATE_LEN]; /* of the last time, all NUL before the first */
	int64_t day;         /* when that begins, in seconds from 1970 */
};

void conversation_reader_free(struct conversation_reader *reader)
{
	if (!reader)
		return;
	json_plan_free(reader->plan);
	json_parser_free(reader->parser);
	free(reader->texts);
	free(reader);
}

struct conversation_reader *conversation_reader_new(void)
{
	struct conversation_reader *reader = calloc(1, sizeof(*reader));

	if (!reader)
		return NULL;
	reader->parser = json_parser_new();
	reader->plan = json_plan_new();
	for (int i = 0; reader->plan && i < SLOTS; i++)
		if (json_plan_add(reader->plan, paths[i], paths[i][1] ? 2 : 1) != i) {
			json_plan_free(reader->plan);
			reader->plan = NULL;
		}
	if (reader->parser && reader->plan)
		return reader;
	conversation_reader_free(reader);
	return NULL;
}

const char *conversation_fault(const struct conversation_reader *reader)
{
	return reader->fault;
}

/* ---- values ------------------------------------------------------------------ */

/* Room for what all strings of a line spell, so that none moves later. */
static int reserve_texts(struct conversation_reader *reader, size_t len)
{
	reader->text_len = 0;
	if (len > reader->text_room) {
		char *grown = realloc(reader->texts, len);

		if (!grown)
			return -1;
		reader->texts = grown;
		reader->text_room = len;
	}
	return 0;
}

/* Returns 0, or -1: it is no string. */
static int read_string(
	struct conversation_reader *reader, enum slot slot, struct conversation_text *text)
{
	const struct json_value *value = &reader->values[slot];

	if (value->type != JSON_STRING ||
		json_string(value, reader->texts + reader->text_len,
			reader->text_room - reader->text_len, &text->text, &text->len) != 0)
		return -1;
	if (text->text == reader->texts + reader->text_len)
		reader->text_len += text->len;
	return 0;
}

/* Reads decimal digits, all of text[0..len). */
static int read_digits(const char *text, size_t len, uint64_t maximum, uint64_t *number)
{
	*number = 0;
	if (len == 0 || len > 19)
		return -1;
	for (size_t i = 0; i < len; i++) {
		unsigned digit = (unsigned char)text[i] - '0';

		if (digit > 9)
			return -1;
		*number = *number * 10 + digit;
	}
	return *number > maximum ? -1 : 0;
}

static int read_number(const struct conversation_reader *reader, enum slot slot, uint64_t maximum,
	uint64_t *number)
{
	const struct json_value *value = &reader->values[slot];

	if (value->type != JSON_NUMBER)
		return -1;
	return read_digits(value->text, value->len, maximum, number);
}

/* A number of two digits within a text of that form. */
static int two_digits(const char *text)
{
	return (text[0] - '0') * 10 + (text[1] - '0');
}

/* Seconds from 1970 to the begin of the day whose date text begins with. */
static int parse_date(int64_t *seconds, const char *text)
{
	struct tm day = {
		.tm_year = two_digits(text) * 100 + two_digits(text + 2) - 1900,
		.tm_mon = two_digits(text + 5) - 1,
		.tm_mday = two_digits(text + 8),
	};
	struct tm normal = day;

	*seconds = timegm(&normal);
	/* The thirtieth of February is another day by now. */
	return normal.tm_mon == day.tm_mon && normal.tm_mday == day.tm_mday ? 0 : -1;
}

/* Most times have the date of the one before; timegm(3) takes longer than all the rest. */
static int parse_time(
	struct conversation_reader *reader, int64_t *seconds, const char *text, size_t len)
{
	int hour, minute, second;
	int64_t day;

	if (len != TIME_LEN)
		return -1;
	for (size_t i = 0; i < TIME_LEN; i++) {
		bool is_digit = text[i] >= '0' && text[i] <= '9';

		if (TIME_FORM[i] == 'd' ? !is_digit : text[i] != TIME_FORM[i])
			return -1;
	}
	hour = two_digits(text + 11);
	minute = two_digits(text + 14);
	second = two_digits(text + 17);
	if (hour > 23 || minute > 59 || second > 59)
		return -1;
	if (memcmp(reader->date, text, DATE_LEN) != 0) {
		if (parse_date(&day, text) != 0)
			return -1;
		memcpy(reader->date, text, DATE_LEN);
		reader->day = day;
	}
	*seconds = reader->day + hour * 3600 + minute * 60 + second;
	return 0;
}

static int read_time(
	struct conversation_reader *reader, enum slot slot, struct conversation_time *when)
{
	struct conversation_text text;

	*when = (struct conversation_time){0};
	if (reader->values[slot].type == JSON_NULL)
		return 0;
	if (read_string(reader, slot, &text) != 0 ||
		parse_time(reader, &when->seconds, text.text, text.len) != 0)
		return -1;
	when->is_known = true;
	return 0;
}

static int read_address(struct conversation_reader *reader, enum slot slot, struct address *address)
{
	struct conversation_text text;

	if (read_string(reader, slot, &text) != 0)
		return -1;
	return address_parse(address, text.text, text.len);
}

static int read_sum(
	const struct conversation_reader *reader, enum slot slot, struct conversation_sum *sum)
{
	if (read_number(reader, slot + 1, INT64_MAX, &sum->records) != 0 ||
		read_number(reader, slot + 2, INT64_MAX, &sum->packets) != 0)
		return -1;
	return read_number(reader, slot + 3, INT64_MAX, &sum->bytes);
}

/* ---- ports ------------------------------------------------------------------- */

static const char *skip_blanks(const char *text, const char *end)
{
	while (text < end && json_is_space(*text))
		text++;
	return text;
}

/* Reads a number of an array, which must be followed by ends_in. */
static const char *read_element(const char *text, const char *end, char ends_in, uint16_t *port)
{
	const char *first = skip_blanks(text, end);
	const char *last = first;
	uint64_t number;

	while (last < end && *last >= '0' && *last <= '9')
		last++;
	if (read_digits(first, (size_t)(last - first), UINT16_MAX, &number) != 0)
		return NULL;
	*port = (uint16_t)number;
	last = skip_blanks(last, end);
	return last < end && *last == ends_in ? last + 1 : NULL;
}

/* Reads [LOW, HIGH]. */
static int read_range(const struct json_value *value, uint16_t *low, uint16_t *high)
{
	const char *end, *at;

	if (value->type != JSON_ARRAY)
		return -1;
	end = value->text + value->len;
	at = read_element(value->text + 1, end, ',', low);
	if (at)
		at = read_element(at, end, ']', high);
	return at == end && *low <= *high ? 0 : -1;
}

static int read_port(
	const struct conversation_reader *reader, enum slot slot, uint16_t *low, uint16_t *high)
{
	uint64_t number;

	if (read_number(reader, slot, UINT16_MAX, &number) != 0)
		return -1;
	*low = (uint16_t)number;
	*high = (uint16_t)number;
	return 0;
}

static bool is_null(const struct conversation_reader *reader, enum slot slot)
{
	return reader->values[slot].type == JSON_NULL;
}

static int read_ports(const struct conversation_reader *reader, struct conversation *to)
{
	const struct json_value *client = &reader->values[CLIENT_PORTS];
	bool began_local = to->began == CONVERSATION_LOCAL;
	bool began_peer = to->began == CONVERSATION_PEER;

	to->has_ports = !is_null(reader, LOCAL_PORT) || !is_null(reader, PEER_PORT) ||
			client->type != JSON_NULL;
	if (!to->has_ports)
		return 0;
	if (!rule_protocol_has_ports(to->protocol))
		return -1;
	if (began_local ? !is_null(reader, LOCAL_PORT)
			: read_port(reader, LOCAL_PORT, &to->local_low, &to->local_high) != 0)
		return -1;
	if (began_peer ? !is_null(reader, PEER_PORT)
		       : read_port(reader, PEER_PORT, &to->peer_low, &to->peer_high) != 0)
		return -1;
	if (began_local)
		return read_range(client, &to->local_low, &to->local_high);
	if (began_peer)
		return read_range(client, &to->peer_low, &to->peer_high);
	return client->type == JSON_NULL ? 0 : -1;
}

/* ---- lines ------------------------------------------------------------------- */

static int read_began(const struct conversation_reader *reader, enum conversation_began *began)
{
	const struct json_value *value = &reader->values[BEGAN];

	*began = CONVERSATION_NOBODY;
	if (json_string_is(value, "local"))
		*began = CONVERSATION_LOCAL;
	else if (json_string_is(value, "peer"))
		*began = CONVERSATION_PEER;
	return *began != CONVERSATION_NOBODY || value->type == JSON_NULL ? 0 : -1;
}

static int read_action(const struct conversation_reader *reader, enum action *action)
{
	*action = ACTION_ACCEPT;
	if (json_string_is(&reader->values[ACTION], "REJECT"))
		*action = ACTION_REJECT;
	else if (!json_string_is(&reader->values[ACTION], "ACCEPT"))
		return -1;
	return 0;
}

static int read_protocol(const struct conversation_reader *reader, uint16_t *protocol)
{
	uint64_t number = CONVERSATION_NO_PROTOCOL;

	if (!is_null(reader, PROTOCOL) && read_number(reader, PROTOCOL, 255, &number) != 0)
		return -1;
	*protocol = (uint16_t)number;
	return 0;
}

/* Reads the members. Returns what is wrong, or null. */
static const char *read_members(struct conversation_reader *reader, struct conversation *to)
{
	to->has_period = reader->values[PERIOD].type != JSON_ABSENT;
	if (to->has_period && read_time(reader, PERIOD, &to->period) != 0)
		return "'period' is not a time";
	if (read_string(reader, SUBNET, &to->subnet) != 0)
		return "'subnet' is not a string";
	if (!is_null(reader, VNIC) && read_string(reader, VNIC, &to->vnic) != 0)
		return "'vnic' is neither a string nor null";
	if (read_address(reader, LOCAL, &to->local) != 0)
		return "'local' is not an IP address";
	if (read_address(reader, PEER, &to->peer) != 0)
		return "'peer' is not an IP address";
	if (read_protocol(reader, &to->protocol) != 0)
		return "'protocol' is not a number from 0 to 255";
	if (read_began(reader, &to->began) != 0)
		return "'began' is neither 'local' nor 'peer' nor null";
	if (read_ports(reader, to) != 0)
		return "the ports do not fit 'protocol' and 'began'";
	if (read_action(reader, &to->action) != 0)
		return "'action' is neither 'ACCEPT' nor 'REJECT'";
	if (read_sum(reader, IN, &to->in) != 0)
		return "'in' does not count records, packets and bytes";
	if (read_sum(reader, OUT, &to->out) != 0)
		return "'out' does not count records, packets and bytes";
	if (read_time(reader, FIRST, &to->first) != 0)
		return "'first' is neither a time nor null";
	if (read_time(reader, LAST, &to->last) != 0)
		return "'last' is neither a time nor null";
	return NULL;
}

/*
 * A record as the service writes it, or wrapped as a console export or a search
 * has it. Such a line is never a conversation, whatever else it has, so that it
 * does not matter as which of the two it is tried first.
 */
static bool is_flow_log(const struct conversation_reader *reader)
{
	const struct json_value *values = reader->values;

	return values[DATA].type == JSON_OBJECT || values[LOG_CONTENT].type == JSON_OBJECT ||
	       values[RESULTS].type == JSON_ARRAY;
}

static enum conversation_result bad(struct conversation_reader *reader, const char *fault)
{
	reader->fault = fault;
	return CONVERSATION_BAD;
}

enum conversation_result conversation_read(struct conversation_reader *reader, const char *text,
	size_t len, struct conversation *conversation, size_t *line_len)
{
	struct json_found found = {.type = JSON_OBJECT};
	enum json_error error = JSON_OK;
	const char *fault;

	reader->fault = NULL;
	*line_len = json_select_known_line(
		reader->parser, text, len, reader->plan, LIMIT_DEPTH, &reader->values, &found);
	if (*line_len == 0) {
		const char *feed = len == 0 ? NULL : memchr(text, '\n', len);

		*line_len = feed ? (size_t)(feed - text) : len;
		error = json_select(reader->parser, text, *line_len, reader->plan, LIMIT_DEPTH,
			reader->room, &found);
		reader->values = reader->room;
	}
	if (error == JSON_NO_MEMORY || reserve_texts(reader, *line_len) != 0)
		return CONVERSATION_NO_MEMORY;
	if (error == JSON_EMPTY)
		return CONVERSATION_BLANK;
	if (error != JSON_OK)
		return bad(reader, json_error_text(error));
	if (found.type != JSON_OBJECT)
		return bad(reader, "not a JSON object");
	*conversation = (struct conversation){0};
	if (is_flow_log(reader))
		return CONVERSATION_FLOW_LOG;
	fault = read_members(reader, conversation);
	return fault ? bad(reader, fault) : CONVERSATION_OK;
}

/* ---- writing ----------------------------------------------------------------- */

/* Room for all of a line but its two texts: names of members, numbers of at most
 * DIGITS_ROOM, addresses and times. */
#define LINE_ROOM ((size_t)1024)

/* Writes a text that is given by its literal. */
#define PUT(at, literal) put_bytes(at, literal, sizeof(literal) - 1)

static inline char *put_bytes(char *at, const char *text, size_t len)
{
	memcpy(at, text, len);
	return at + len;
}

static char *put_text(char *at, const struct conversation_text *text)
{
	return text->text ? json_put_string(at, text->text, text->len) : PUT(at, "null");
}

static char *put_time(
	char *at, struct conversation_writer *writer, const struct conversation_time *when)
{
	if (!when->is_known || !utc_text_near(at + 1, when->seconds, &writer->day))
		return PUT(at, "null");
	*at = '"';
	return PUT(at + 1 + UTC_LENGTH, "\"");
}

static char *put_number_or_null(char *at, bool is_there, uint64_t number)
{
	return is_there ? digits_put(at, number) : PUT(at, "null");
}

static char *put_ports(char *at, const struct conversation *from)
{
	bool is_local = from->began == CONVERSATION_LOCAL;
	bool is_peer = from->began == CONVERSATION_PEER;

	at = PUT(at, ",\"local_port\":");
	at = put_number_or_null(at, from->has_ports && !is_local, from->local_low);
	at = PUT(at, ",\"peer_port\":");
	at = put_number_or_null(at, from->has_ports && !is_peer, from->peer_low);
	if (!from->has_ports || from->began == CONVERSATION_NOBODY)
		return PUT(at, ",\"client_ports\":null");
	at = PUT(at, ",\"client_ports\":[");
	at = digits_put(at, is_local ? from->local_low : from->peer_low);
	at = PUT(at, ",");
	at = digits_put(at, is_local ? from->local_high : from->peer_high);
	return PUT(at, "]");
}

static char *put_sum(char *at, const struct conversation_sum *sum)
{
	at = PUT(at, "{\"records\":");
	at = digits_put(at, sum->records);
	at = PUT(at, ",\"packets\":");
	at = digits_put(at, sum->packets);
	at = PUT(at, ",\"bytes\":");
	at = digits_put(at, sum->bytes);
	return PUT(at, "}");
}

static char *put_began(char *at, enum conversation_began began)
{
	at = PUT(at, ",\"began\":");
	switch (began) {
	case CONVERSATION_LOCAL:
		return PUT(at, "\"local\"");
	case CONVERSATION_PEER:
		return PUT(at, "\"peer\"");
	default:
		return PUT(at, "null");
	}
}

static bool is_same_text(const struct conversation_text *a, const struct conversation_text *b)
{
	return a->text == b->text && a->len == b->len;
}

/* The subnet and the VNIC: mostly those of the line before, which are copied. */
static char *put_owner(
	char *at, struct conversation_writer *writer, const struct conversation *from)
{
	const char *out = writer->out->data;
	const char *begin = at;

	if (writer->owner_len > 0 && is_same_text(&writer->subnet, &from->subnet) &&
		is_same_text(&writer->vnic, &from->vnic))
		return put_bytes(at, out + writer->owner_at, writer->owner_len);
	at = PUT(at, "\"subnet\":");
	at = put_text(at, &from->subnet);
	at = PUT(at, ",\"vnic\":");
	at = put_text(at, &from->vnic);
	writer->subnet = from->subnet;
	writer->vnic = from->vnic;
	writer->owner_at = (size_t)(begin - out);
	writer->owner_len = (size_t)(at - begin);
	return at;
}

/* Returns the end of the line; at has the room that conversation_write asks for. */
static char *put_line(char *at, struct conversation_writer *writer, const struct conversation *from)
{
	at = PUT(at, "{");
	if (from->has_period) {
		at = PUT(at, "\"period\":");
		at = put_time(at, writer, &from->period);
		at = PUT(at, ",");
	}
	at = put_owner(at, writer, from);
	at = PUT(at, ",\"local\":\"");
	at += address_text(at, &from->local);
	at = PUT(at, "\",\"peer\":\"");
	at += address_text(at, &from->peer);
	at = PUT(at, "\",\"protocol\":");
	at = put_number_or_null(at, from->protocol != CONVERSATION_NO_PROTOCOL, from->protocol);
	at = put_ports(at, from);
	at = put_began(at, from->began);
	at = from->action == ACTION_REJECT ? PUT(at, ",\"action\":\"REJECT\",\"in\":")
					   : PUT(at, ",\"action\":\"ACCEPT\",\"in\":");
	at = put_sum(at, &from->in);
	at = PUT(at, ",\"out\":");
	at = put_sum(at, &from->out);
	at = PUT(at, ",\"first\":");
	at = put_time(at, writer, &from->first);
	at = PUT(at, ",\"last\":");
	at = put_time(at, writer, &from->last);
	return PUT(at, "}\n");
}

/* Room is made once for a whole line: a run writes many, and then nothing else. */
int conversation_write(struct conversation_writer *writer, const struct conversation *from)
{
	const size_t texts = JSON_STRING_ROOM(from->subnet.len) + JSON_STRING_ROOM(from->vnic.len);
	struct bytes *out = writer->out;

	if (bytes_reserve(out, LINE_ROOM + texts) != 0)
		return -1;
	out->len = (size_t)(put_line(out->data + out->len, writer, from) - out->data);
	return 0;
}

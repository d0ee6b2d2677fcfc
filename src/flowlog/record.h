/*
 * One record: what of it is looked at, as views into its text. The text is
 * judged whole; nothing that is not valid JSON becomes a record.
 */
#ifndef FLOWLOG_RECORD_H
#define FLOWLOG_RECORD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/digits.h"
#include "base/limits.h"
#include "json/json.h"

/* The members that are looked at, in the order in which the plan has them. */
enum record_member {
	RECORD_DATA,
	RECORD_ORACLE,
	RECORD_TYPE,
	RECORD_TIME,
	RECORD_LOG_CONTENT,
	RECORD_TOP_RESULTS,
	RECORD_NEXT_PAGE,
	RECORD_ENRICHED,            /* a member that only output has */
	RECORD_DESTINATION_ADDRESS, /* from here on, in data */
	RECORD_DESTINATION_PORT,
	RECORD_PROTOCOL,
	RECORD_PROTOCOL_NAME,
	RECORD_SOURCE_ADDRESS,
	RECORD_ACTION,
	RECORD_STATUS,
	RECORD_START_TIME,
	RECORD_END_TIME,
	RECORD_DATA_LOG_CONTENT,
	RECORD_RESULTS,
	RECORD_SUBNET, /* in oracle */
	RECORD_INGESTED_TIME,
	RECORD_ALWAYS,               /* those before it are in every plan */
	RECORD_VNIC = RECORD_ALWAYS, /* in oracle */
	RECORD_SOURCE_PORT,          /* in data */
	RECORD_PACKETS,
	RECORD_BYTES,
	RECORD_MEMBERS
};

/* Of the largest number that record_number reads. */
#define RECORD_DIGITS 5

/* The most members that a plan has: those, and what is asked for besides. */
#define RECORD_VALUES ((size_t)256)

struct record {
	const struct json_value *values;       /* the parser's, or room */
	struct json_value room[RECORD_VALUES]; /* for those of what the parser does not know */
};

/*
 * Where a member is that is named by a path, "data.bytesOut": at path, unless
 * the record has a member of that very name. Either may be -1: nowhere.
 */
struct record_path {
	int literal;
	int path;
};

/* Which members to look at; made once, shared by all workers. */
struct record_plan {
	struct json_plan *plan;
	struct record_path keep[LIMIT_KEEP_MEMBERS];
	size_t keep_count;
	bool has_flow; /* RECORD_VNIC and what follows it */
};

/*
 * keep[0..count) are names of further members, or paths to them, at most
 * LIMIT_KEEP_MEMBERS. The members from RECORD_ALWAYS on are in the plan only if
 * has_flow says so, since each costs a little of every record. Returns 0, or -1
 * with errno ENOMEM, or E2BIG: these are more than can be looked at.
 */
int record_plan_init(
	struct record_plan *plan, const char *const *keep, size_t count, bool has_flow);
void record_plan_free(struct record_plan *plan);

/* Adds a path; is_literal: or a member of that name. Returns as record_plan_init. */
int record_plan_add(
	struct record_plan *plan, const char *name, bool is_literal, struct record_path *path);

/* The value at a path; JSON_ABSENT if there is none. */
static inline const struct json_value *record_at(
	const struct record *record, const struct record_path *path)
{
	static const struct json_value absent = {0};

	if (path->literal >= 0 &&
		(path->path < 0 || record->values[path->literal].type != JSON_ABSENT))
		return &record->values[path->literal];
	return path->path >= 0 ? &record->values[path->path] : &absent;
}

enum record_kind {
	RECORD_OK,
	RECORD_ROWS,    /* a search document: see record_rows */
	RECORD_NOTHING, /* an empty array: it is no record */
	RECORD_BAD,
	RECORD_NO_MEMORY,
};

/* How a text may be unwrapped. */
enum record_wrap {
	WRAP_VALUE, /* a search document, logContent */
	WRAP_ROW,   /* a row of a search document: only logContent */
};

/*
 * Judges text[0..len), unwraps it and fills record, whose values are valid until the
 * parser's next call; of RECORD_BAD *reason says in words why. LIMIT_JSON_PADDING
 * readable bytes after the text.
 */
enum record_kind record_read(struct record *record, const struct record_plan *plan,
	struct json_parser *parser, const char *text, size_t len, enum record_wrap wrap,
	const char **reason);

/* The rows of what record_read took for a search document, an array. */
struct json_value record_rows(const struct record *record);

/* Returns true if it says that another page follows. */
bool record_page_follows(const struct record *record);

/*
 * The fast way for the lines of a log, which look alike: if text[0..len) begins
 * with a whole line that looks like a record which record_read took before, is
 * not wrapped, and has no white space but blanks, fills record, whose values are valid
 * until the parser's next call, and returns the line's length without its line feed.
 * Else returns 0, and nothing is said.
 */
size_t record_read_known_line(struct record *record, const struct record_plan *plan,
	struct json_parser *parser, const char *text, size_t len);

/*
 * The number of text[0..len), all digits without leading zeros; or -1 as record_number.
 * Whatever len is, DIGITS_AT_ONCE bytes must be readable. Numbers are read without a
 * guess what they are like, as digits.h has it.
 */
static inline int record_number_of(const char *text, size_t len, int most)
{
	uint64_t number;
	bool is_number;

	if (len == 0 || len > RECORD_DIGITS)
		return -1;
	is_number = digits_read(&number, text, len);
	is_number &= (number <= (uint64_t)most) & ((len == 1) | (text[0] != '0'));
	return is_number ? (int)number : -1;
}

/* record_number of what is no number: it may be a string. */
int record_odd_number(const struct json_value *value, int most);

/*
 * The number that a value is: an integer, or a string of its digits, without
 * leading zeros. Returns -1 if it is none of 0 to most, at most 65535.
 */
static inline int record_number(const struct json_value *value, int most)
{
	return value->type == JSON_NUMBER ? record_number_of(value->text, value->len, most)
					  : record_odd_number(value, most);
}

#endif

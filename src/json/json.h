/*
 * The JSON parser's C face. A text is judged whole: RFC 8259 grammar over all
 * of it, well-formed UTF-8, every \u surrogate paired, bounded depth; numbers
 * of any length and size. What is found is handed out as views into the text,
 * so nothing is copied and numbers keep their digits.
 *
 * Behind it stands libsimdjson (On-Demand), named in json_simdjson.cc alone.
 */
#ifndef JSON_JSON_H
#define JSON_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum json_type {
	JSON_ABSENT, /* no such member */
	JSON_NULL,
	JSON_FALSE,
	JSON_TRUE,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT,
};

/*
 * A value of a text: text[0..len) are its bytes as they stand, quotes of a
 * string included, no white space around it. Valid as long as the text.
 */
struct json_value {
	const char *text;
	size_t len;
	enum json_type type;
};

/* Why a text is not accepted. JSON_OK is 0. */
enum json_error {
	JSON_OK = 0,
	JSON_INVALID,      /* not RFC 8259 */
	JSON_INVALID_UTF8, /* not well-formed UTF-8 */
	JSON_SURROGATE,    /* a \u surrogate without its pair */
	JSON_TOO_DEEP,     /* deeper than was allowed */
	JSON_EMPTY,        /* nothing but white space */
	JSON_NO_MEMORY,
};

/* A short text for an error: "not valid JSON" and the like. */
const char *json_error_text(enum json_error error);

/*
 * Which members to hand out: a tree of names. A plan's member is found by
 * name, also where the text spells the name with escapes; of members with the
 * same name the last one counts, with all that is in it.
 */
struct json_plan;

/* An empty plan, or null when memory ran out. Free it with json_plan_free. */
struct json_plan *json_plan_new(void);

/*
 * Adds a member: the path is names from the outermost on, each of path_len
 * names a string; all but the last must have been added before as paths of
 * their own. Returns the slot, a number from 0 counting up, or -1 when memory
 * ran out or the path is there already. At most 256 slots.
 */
int json_plan_add(struct json_plan *plan, const char *const *path, size_t path_len);

/* The same, but a path that is there already gives its slot. */
int json_plan_get(struct json_plan *plan, const char *const *path, size_t path_len);
void json_plan_free(struct json_plan *plan);

/* What of a text was found besides its members. */
struct json_found {
	enum json_type type; /* of the text's value */
	const char *text;    /* the value without white space around it */
	size_t len;
	unsigned depth; /* levels of nesting: 1 for {} or [], 0 for a scalar */
};

/* A parser: its memory is kept from text to text. One per thread. */
struct json_parser;

/* Returns null when memory ran out. Free it with json_parser_free. */
struct json_parser *json_parser_new(void);
void json_parser_free(struct json_parser *parser);

/*
 * Judges text[0..len), one value, and fills values[slot] for each slot of the
 * plan; values[] has as many entries as the plan has slots. LIMIT_JSON_PADDING
 * bytes after the text must be readable; what they are is no matter, but for
 * checkers of memory they should be defined. plan may be null: then values is
 * not used. Deeper than max_depth (at most 1024) is JSON_TOO_DEEP. On any error
 * values and found are undefined.
 */
enum json_error json_select(struct json_parser *parser, const char *text, size_t len,
	const struct json_plan *plan, unsigned max_depth, struct json_value *values,
	struct json_found *found);

/*
 * The same for the first line of text[0..len), its line feed included in that,
 * if it looks much like a text that json_select accepted before: then it is
 * valid, and was judged in a fraction of the time. Returns the length of the
 * line without its line feed, or 0: json_select has to judge it. A line that
 * was known holds no control byte. *values points at values of the parser's own then,
 * valid until its next call, and else where it did.
 */
size_t json_select_known_line(struct json_parser *parser, const char *text, size_t len,
	const struct json_plan *plan, unsigned max_depth, const struct json_value **values,
	struct json_found *found);

/* Returns true if text[0..len) is well-formed UTF-8; nothing after it is read. */
bool json_is_utf8(const char *text, size_t len);

/*
 * What a string value spells: unescaped into buffer, of cap bytes, when it has
 * an escape, else a view of its inside. Returns 0 and sets *out and *out_len,
 * or -1 when it would not fit. The value must be of an accepted text; it never
 * needs more than value->len bytes.
 */
int json_string(const struct json_value *value, char *buffer, size_t cap, const char **out,
	size_t *out_len);

/*
 * Returns true if a value is a string that spells text. A text as long as the
 * value's inside has no backslash.
 */
bool json_string_is(const struct json_value *value, const char *text);

#ifdef __cplusplus
}
#endif

#endif

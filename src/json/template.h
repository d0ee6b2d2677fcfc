/*
 * Texts that look like one before: the same bytes but for the insides of
 * strings and for whole numbers. Logs are made of such texts, and to compare
 * one with a text that the parser has accepted is several times as fast as to
 * judge it anew: what lies between the values must be equal byte for byte, an
 * inside must be printable ASCII without quote and backslash, a number must be
 * digits without a leading zero. Whatever else a text holds, even if it is
 * valid, is no match and is left to the parser.
 *
 * So a match proves what the parser would have found: the same members in the
 * same places, of the same types, at the same depth.
 *
 * A text with a control byte in it, white space included, has no template: what
 * matches has none either.
 */
#ifndef JSON_TEMPLATE_H
#define JSON_TEMPLATE_H

#include <stdint.h>

#include "base/limits.h"
#include "json/json.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Texts that are longer, or hold more values, have no template. */
#define JSON_TEMPLATE_TEXT 4096
#define JSON_TEMPLATE_PIECES 128
#define JSON_TEMPLATE_SLOTS 128

/* Templates that are kept; the one least often seen makes room for another. */
#define JSON_TEMPLATES 8

/* After so many matches, values that were the same in all of them, or at least
 * of the same length, are taken for parts of what lies between values. */
#define JSON_TEMPLATE_TRIAL 64

/* What lies before a value, and what the value is made of. */
struct json_template_piece {
	uint16_t begin; /* in the template's text */
	uint16_t len;
	bool is_number; /* else the inside of a string */
	bool differs;   /* the value was not always the same */
	bool varies;    /* nor of the same length */
};

/* A position in a text: so far after the beginning of a piece. */
struct json_template_position {
	uint16_t piece;
	uint16_t offset;
};

/* A value to hand out: text[begin..end) of the template. */
struct json_template_slot {
	uint16_t slot;
	uint16_t begin;
	uint16_t end;
	struct json_template_position begins;
	struct json_template_position ends;
};

struct json_template {
	char text[JSON_TEMPLATE_TEXT];
	/* The least and the greatest byte in each place of a piece. They are
	 * the text's own but in values of one length within a piece. */
	char least[JSON_TEMPLATE_TEXT + LIMIT_JSON_PADDING];
	char most[JSON_TEMPLATE_TEXT + LIMIT_JSON_PADDING];
	/* No value follows the last piece. */
	struct json_template_piece pieces[JSON_TEMPLATE_PIECES + 1];
	size_t piece_count;
	struct json_template_slot slots[JSON_TEMPLATE_SLOTS];
	size_t slot_count;
	uint16_t varying[JSON_TEMPLATE_SLOTS]; /* those of slots whose length does */
	size_t varying_count;
	/* What is handed out. A match sets where values begin and the lengths that
	 * vary; all else stays as it is. */
	struct json_value values[JSON_TEMPLATE_SLOTS];
	uint64_t seen;
	unsigned trial; /* matches to come before values are judged constant */

	/* of what was found: offset of the value, bytes around it, depth */
	enum json_type type;
	size_t found_begin;
	size_t around;
	unsigned depth;
};

/* The templates of one plan's texts, roughly the one most often seen first. */
struct json_templates {
	const struct json_plan *plan;
	struct json_template *known[JSON_TEMPLATES];
	/* Pieces that a template begins with as the one before it does. */
	size_t alike[JSON_TEMPLATES];
	struct json_template room[JSON_TEMPLATES];
	size_t count;
	unsigned credit;   /* what learning may still cost */
	unsigned unlike;   /* texts in a row that were compared and matched none */
	unsigned passed;   /* lines that came after many such */
	const char *tried; /* a line that matched none, or was passed over: not tried again */
	bool by_32;        /* the processor compares 32 bytes at a time */
};

void json_templates_init(struct json_templates *templates);

/*
 * If text[0..len) looks like one that was learned with this plan, and is not
 * deeper than max_depth, returns its length, points *values at the plan's values,
 * which are valid until the next call, and fills found as json_select does. With
 * is_line the text to be matched is only what precedes the first line feed of
 * text[0..len), which must be there. Else returns 0, with *values as it was. Reads up to
 * LIMIT_JSON_PADDING bytes after the text.
 */
size_t json_templates_match(struct json_templates *templates, const struct json_plan *plan,
	const char *text, size_t len, bool is_line, unsigned max_depth,
	const struct json_value **values, struct json_found *found);

/*
 * Learns from a text that was accepted and matched none: values[0..count) and
 * found are what it gave. Texts that never look alike soon stop costing.
 */
void json_templates_learn(struct json_templates *templates, const struct json_plan *plan,
	const char *text, size_t len, const struct json_value *values, size_t count,
	const struct json_found *found);

#ifdef __cplusplus
}
#endif

#endif

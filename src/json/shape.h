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
 * A text with a control byte in it, white space included, has no shape: what
 * matches has none either.
 */
#ifndef JSON_SHAPE_H
#define JSON_SHAPE_H

#include <stdint.h>

#include "base/limits.h"
#include "json/json.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Texts that are longer, or hold more values, have no shape. */
#define JSON_SHAPE_TEXT 4096
#define JSON_SHAPE_PIECES 128
#define JSON_SHAPE_SLOTS 128

/* Shapes that are kept; the one least often seen makes room for another. */
#define JSON_SHAPES 8

/* After so many matches, values that were the same in all of them, or at least
 * of the same length, are taken for parts of what lies between values. */
#define JSON_SHAPE_TRIAL 64

/* What lies before a value, and what the value is made of. */
struct json_shape_piece {
	uint16_t begin; /* in the shape's text */
	uint16_t len;
	bool is_number; /* else the inside of a string */
	bool differs;   /* the value was not always the same */
	bool varies;    /* nor of the same length */
};

/* A place in a text: so far behind the beginning of a piece. */
struct json_shape_place {
	uint16_t piece;
	uint16_t offset;
};

/* A value to hand out: text[begin..end) of the shape. */
struct json_shape_slot {
	uint16_t slot;
	uint16_t begin;
	uint16_t end;
	enum json_type type;
	struct json_shape_place begins;
	struct json_shape_place ends;
};

struct json_shape {
	char text[JSON_SHAPE_TEXT];
	/* The least and the greatest byte in each place of a piece. They are
	 * the text's own but in values of one length within a piece. */
	char least[JSON_SHAPE_TEXT + LIMIT_JSON_PADDING];
	char most[JSON_SHAPE_TEXT + LIMIT_JSON_PADDING];
	/* The last piece has no value behind it. */
	struct json_shape_piece pieces[JSON_SHAPE_PIECES + 1];
	size_t piece_count;
	struct json_shape_slot slots[JSON_SHAPE_SLOTS];
	size_t slot_count;
	uint16_t absent[JSON_SHAPE_SLOTS]; /* slots without a value */
	size_t absent_count;
	uint64_t seen;
	unsigned trial; /* matches to come before values are judged constant */

	/* of what was found: offset of the value, bytes around it, depth */
	enum json_type type;
	size_t found_begin;
	size_t around;
	unsigned depth;
};

/* The shapes of one plan's texts, roughly the one most often seen first. */
struct json_shapes {
	const struct json_plan *plan;
	struct json_shape *known[JSON_SHAPES];
	/* Pieces that a shape begins with as the one before it does. */
	size_t alike[JSON_SHAPES];
	struct json_shape room[JSON_SHAPES];
	size_t count;
	unsigned credit; /* what learning may still cost */
	bool by_32;      /* the processor compares 32 bytes at a time */
};

void json_shapes_init(struct json_shapes *shapes);

/*
 * If text[0..len) looks like one that was learned with this plan, and is not
 * deeper than max_depth, fills values and found as json_select does and returns
 * its length. With is_line it is the text up to a
 * line feed in text[0..len), which need not be known. Else returns 0. Reads up
 * to LIMIT_JSON_PADDING bytes behind the text.
 */
size_t json_shapes_match(struct json_shapes *shapes, const struct json_plan *plan, const char *text,
	size_t len, bool is_line, unsigned max_depth, struct json_value *values,
	struct json_found *found);

/*
 * Learns from a text that was accepted and matched none: values[0..count) and
 * found are what it gave. Texts that never look alike soon stop costing.
 */
void json_shapes_learn(struct json_shapes *shapes, const struct json_plan *plan, const char *text,
	size_t len, const struct json_value *values, size_t count, const struct json_found *found);

#ifdef __cplusplus
}
#endif

#endif

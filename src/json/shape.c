/*
 * Matching runs over a text once, from value to value. The pieces between
 * them, and the insides of strings, are compared sixteen bytes at a time, with
 * up to 31 bytes read beyond; never behind the padding, for each step begins
 * within the text. Where a text departs from one shape, the next one is
 * not tried from the beginning: how many pieces both begin with is known.
 */
#include "json/shape.h"

#include "json/scan16.h"
#include "json/scan32.h"
#include "json/shape_learn.h"

/* A piece that is worth a call. */
#define LONG ((size_t)4 * SCAN32)

/* Tells if text[0..len) is what may stand in a piece of that length. */
static inline bool piece_fits(
	const char *text, const char *least, const char *most, size_t len, bool by_32)
{
	if (len <= SCAN16)
		return (~scan16_fit(text, least, most) & (SCAN16_ALL >> (SCAN16 - len))) == 0;
	if (by_32 && len >= LONG)
		return scan32_all_fit(text, least, most, len);
	for (; len > 2 * SCAN16; len -= 2 * SCAN16) {
		if (!scan16_two_fit(text, least, most, SCAN16))
			return false;
		text += 2 * SCAN16;
		least += 2 * SCAN16;
		most += 2 * SCAN16;
	}
	return len > SCAN16 ? scan16_two_fit(text, least, most, len - SCAN16)
			    : scan16_fit(text + len - SCAN16, least + len - SCAN16,
				      most + len - SCAN16) == SCAN16_ALL;
}

/* Where the inside of a string that begins at text ends, or beyond end. */
static inline const char *skip_inside(const char *text, const char *end)
{
	unsigned special = scan16_special(text);

	if (special != 0)
		return text + __builtin_ctz(special);
	text += SCAN16;
	while (text < end) {
		special = scan16_special(text) | scan16_special(text + SCAN16) << SCAN16;
		if (special != 0)
			return text + __builtin_ctz(special);
		text += 2 * SCAN16;
	}
	return text;
}

/* Where the digits that begin at text end; null: they are no plain number. */
static inline const char *skip_number(const char *text)
{
	unsigned other = scan16_not_digit(text);
	unsigned len = other == 0 ? SCAN16 : (unsigned)__builtin_ctz(other);

	if (len == 0 || len > JSON_SHAPE_DIGITS || (text[0] == '0' && len > 1))
		return NULL;
	return text + len;
}

/* How far a text was matched. */
struct progress {
	size_t piece;                              /* that did not match, or the last one */
	const char *begins[JSON_SHAPE_PIECES + 1]; /* of those up to it */
};

/* Goes on from a piece of which the beginning is known: returns where the text
 * ends if it is of the shape, else null. */
static const char *match_pieces(
	const struct json_shape *shape, struct progress *progress, const char *end, bool by_32)
{
	const struct json_shape_piece *piece = &shape->pieces[progress->piece];
	const struct json_shape_piece *last = &shape->pieces[shape->piece_count - 1];
	const char **begin = &progress->begins[progress->piece];
	const char *text = *begin;

	while (piece->len <= (size_t)(end - text) &&
		piece_fits(text, shape->least + piece->begin, shape->most + piece->begin,
			piece->len, by_32)) {
		text += piece->len;
		if (piece == last)
			return text;
		text = piece->is_number ? skip_number(text) : skip_inside(text, end);
		if (text == NULL || text >= end)
			break;
		piece++;
		*++begin = text;
	}
	progress->piece = (size_t)(piece - shape->pieces);
	return NULL;
}

static void fill_values(
	const struct json_shape *shape, const char *const *begins, struct json_value *values)
{
	for (size_t i = 0; i < shape->slot_count; i++) {
		const struct json_shape_slot *slot = &shape->slots[i];
		const char *begin = begins[slot->begins.piece] + slot->begins.offset;
		const char *end = begins[slot->ends.piece] + slot->ends.offset;

		values[slot->slot] = (struct json_value){begin, (size_t)(end - begin), slot->type};
	}
	for (size_t i = 0; i < shape->absent_count; i++)
		values[shape->absent[i]] = (struct json_value){NULL, 0, JSON_ABSENT};
}

static void fill_found(
	const struct json_shape *shape, const char *text, size_t len, struct json_found *found)
{
	*found = (struct json_found){
		shape->type, text + shape->found_begin, len - shape->around, shape->depth};
}

size_t json_shapes_match(struct json_shapes *shapes, const struct json_plan *plan, const char *text,
	size_t len, bool is_line, unsigned max_depth, struct json_value *values,
	struct json_found *found)
{
	const char *limit = text + len;
	struct progress progress;

	if (shapes->plan != plan)
		return 0;
	progress.piece = 0;
	progress.begins[0] = text;
	for (size_t i = 0; i < shapes->count; i++) {
		struct json_shape *shape = shapes->known[i];
		const char *end;

		if (i != 0 && progress.piece > shapes->alike[i])
			progress.piece = shapes->alike[i];
		end = match_pieces(shape, &progress, limit, shapes->by_32);
		if (end == NULL || shape->depth > max_depth ||
			(is_line ? end == limit || *end != '\n' : end != limit))
			continue;
		len = (size_t)(end - text);
		fill_values(shape, progress.begins, values);
		fill_found(shape, text, len, found);
		json_shapes_note(shapes, i, progress.begins);
		return len;
	}
	return 0;
}

/*
 * Shapes of texts that were accepted: a text is taken apart into its values and
 * what lies between them. The first texts that match show which values change,
 * and which keep at least their length; those become part of what lies between
 * the others. A shape that is seen more often is tried earlier, one that is
 * seen least makes room for the next. How many pieces a shape begins with as
 * the one before it does is counted, so that both are compared only once.
 */
#include "json/shape_learn.h"

#include <string.h>

#include "json/scan32.h"

/* Learning takes from the credit, a match adds to it. */
#define CREDIT_FIRST 64
#define CREDIT_MOST 256
#define CREDIT_PRICE 8

/* Shapes change places for no less. */
#define SEEN_AHEAD 64

/* What a string of one length may hold, but for the backslash, which is in no
 * piece: what stands behind the quote, so that one comparison does for both. */
#define INSIDE_LEAST 0x23
#define INSIDE_MOST 0x7f

void json_shapes_init(struct json_shapes *shapes)
{
	shapes->plan = NULL;
	shapes->count = 0;
	shapes->credit = CREDIT_FIRST;
	shapes->by_32 = scan32_is_there();
	for (size_t i = 0; i < JSON_SHAPES; i++)
		shapes->known[i] = &shapes->room[i];
}

/* The last piece that does not begin behind an offset of the shape's text. */
static struct json_shape_place place_of(const struct json_shape *shape, size_t offset)
{
	size_t piece = shape->piece_count - 1;

	while (shape->pieces[piece].begin > offset)
		piece--;
	return (struct json_shape_place){
		(uint16_t)piece, (uint16_t)(offset - shape->pieces[piece].begin)};
}

static void place_slots(struct json_shape *shape)
{
	for (size_t i = 0; i < shape->slot_count; i++) {
		struct json_shape_slot *slot = &shape->slots[i];

		slot->begins = place_of(shape, slot->begin);
		slot->ends = place_of(shape, slot->end);
	}
}

/* Where the value behind a piece begins in the shape's text. */
static size_t value_begin(const struct json_shape_piece *piece)
{
	return (size_t)piece->begin + piece->len;
}

static bool is_in_range(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] < INSIDE_LEAST || text[i] == INSIDE_MOST)
			return false;
	return true;
}

/* Notes which values are others than the shape's own, or of another length. */
static void note_varying(struct json_shape *shape, const char *const *begins)
{
	for (size_t i = 0; i + 1 < shape->piece_count; i++) {
		struct json_shape_piece *piece = &shape->pieces[i];
		const char *value = begins[i] + piece->len;
		size_t len = piece[1].begin - value_begin(piece);

		if ((size_t)(begins[i + 1] - value) != len ||
			(!piece->is_number && !is_in_range(value, len)))
			piece->varies = true;
		else if (memcmp(value, shape->text + value_begin(piece), len) != 0)
			piece->differs = true;
	}
}

/* Where a value of one length stands, its like may stand. */
static void allow_value(struct json_shape *shape, size_t at, size_t len, bool is_number)
{
	memset(shape->least + at, is_number ? '0' : INSIDE_LEAST, len);
	memset(shape->most + at, is_number ? '9' : INSIDE_MOST, len);
	if (is_number && len > 1)
		shape->least[at] = '1';
}

/* Joins the pieces before and behind values that were of one length. */
static void join_pieces(struct json_shape *shape)
{
	size_t kept = 0;

	for (size_t i = 1; i < shape->piece_count; i++) {
		struct json_shape_piece *last = &shape->pieces[kept];
		const struct json_shape_piece *next = &shape->pieces[i];

		if (last->varies) {
			shape->pieces[++kept] = *next;
			continue;
		}
		if (last->differs)
			allow_value(shape, value_begin(last), next->begin - value_begin(last),
				last->is_number);
		last->len = (uint16_t)(next->begin + next->len - last->begin);
		last->is_number = next->is_number;
		last->differs = next->differs;
		last->varies = next->varies;
	}
	shape->piece_count = kept + 1;
	place_slots(shape);
}

/* What follows is of the same kind then: a string's quote is in the piece. */
static bool is_same_piece(const struct json_shape *a, const struct json_shape *b, size_t index)
{
	const struct json_shape_piece *left = &a->pieces[index];
	const struct json_shape_piece *right = &b->pieces[index];

	return left->len == right->len &&
	       memcmp(a->least + left->begin, b->least + right->begin, left->len) == 0 &&
	       memcmp(a->most + left->begin, b->most + right->begin, left->len) == 0;
}

/* Counts what each shape begins with as the one before it does. Of the last
 * piece of either nothing follows from the other. */
static void compare_neighbours(struct json_shapes *shapes)
{
	for (size_t i = 1; i < shapes->count; i++) {
		const struct json_shape *a = shapes->known[i - 1];
		const struct json_shape *b = shapes->known[i];
		size_t alike = 0;

		while (alike + 1 < a->piece_count && alike + 1 < b->piece_count &&
			is_same_piece(a, b, alike))
			alike++;
		shapes->alike[i] = alike;
	}
}

/* A shape that is seen more often than the one before it changes places. */
void json_shapes_note(struct json_shapes *shapes, size_t index, const char *const *begins)
{
	struct json_shape *shape = shapes->known[index];
	bool is_joined = false, is_ahead;

	shape->seen++;
	if (shapes->credit < CREDIT_MOST)
		shapes->credit++;
	if (shape->trial != 0) {
		note_varying(shape, begins);
		is_joined = --shape->trial == 0;
	}
	if (is_joined)
		join_pieces(shape);
	is_ahead = index != 0 && shape->seen > shapes->known[index - 1]->seen + SEEN_AHEAD;
	if (is_ahead) {
		shapes->known[index] = shapes->known[index - 1];
		shapes->known[index - 1] = shape;
	}
	if (is_joined || is_ahead)
		compare_neighbours(shapes);
}

/* ---- a new one ---------------------------------------------------------- */

static inline bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Ends the piece at hand before a value of len bytes, behind which the next
 * one begins. Returns false when there are too many. */
static bool end_piece(struct json_shape *shape, size_t at, size_t len, bool is_number)
{
	struct json_shape_piece *piece = &shape->pieces[shape->piece_count - 1];

	if (shape->piece_count > JSON_SHAPE_PIECES)
		return false;
	piece->len = (uint16_t)(at - piece->begin);
	piece->is_number = is_number;
	piece->differs = piece->varies = false;
	piece[1].begin = (uint16_t)(at + len);
	shape->piece_count++;
	return true;
}

/* A string, whose inside begins at at: a value, or a member's name. Returns
 * where it ends, or 0: no shape. */
static size_t learn_string(struct json_shape *shape, size_t at, size_t len)
{
	const char *quote = memchr(shape->text + at, '"', len - at);
	size_t end = (size_t)(quote - shape->text);
	size_t next = end + 1;

	while (next < len && shape->text[next] == ' ')
		next++;
	if (next < len && shape->text[next] == ':')
		return end + 1;
	return end_piece(shape, at, end - at, false) ? end + 1 : 0;
}

/* Digits that begin at at and are not part of a longer number, or 0. */
static size_t learn_number(struct json_shape *shape, size_t at, size_t len)
{
	size_t end = at;

	while (end < len && is_digit(shape->text[end]))
		end++;
	if (end - at > JSON_SHAPE_DIGITS || (end < len && strchr(".eE", shape->text[end]) != NULL))
		return 0;
	return end_piece(shape, at, end - at, true) ? end : 0;
}

/* Tells if a text holds no escape and no control byte. */
static bool is_plain(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == '\\')
			return false;
	return true;
}

/* Takes the accepted text apart. Returns false if it has no shape. */
static bool learn_pieces(struct json_shape *shape, size_t len)
{
	size_t at = 0;

	shape->piece_count = 1;
	shape->pieces[0].begin = 0;
	while (at < len) {
		char c = shape->text[at];

		if (c == '"')
			at = learn_string(shape, at + 1, len);
		else if (is_digit(c))
			at = learn_number(shape, at, len);
		else if (c == '-')
			return false;
		else
			at++;
		if (at == 0)
			return false;
	}

	struct json_shape_piece *last = &shape->pieces[shape->piece_count - 1];

	last->len = (uint16_t)(len - last->begin);
	last->varies = true;
	return true;
}

static bool learn_slots(
	struct json_shape *shape, const char *text, const struct json_value *values, size_t count)
{
	if (count > JSON_SHAPE_SLOTS)
		return false;
	shape->slot_count = shape->absent_count = 0;
	for (size_t i = 0; i < count; i++) {
		const struct json_value *value = &values[i];
		size_t begin;

		if (value->type == JSON_ABSENT) {
			shape->absent[shape->absent_count++] = (uint16_t)i;
			continue;
		}
		begin = (size_t)(value->text - text);

		shape->slots[shape->slot_count++] = (struct json_shape_slot){.slot = (uint16_t)i,
			.begin = (uint16_t)begin,
			.end = (uint16_t)(begin + value->len),
			.type = value->type};
	}
	place_slots(shape);
	return true;
}

/* Each byte may only stand as it is. */
static void set_text(struct json_shape *shape, const char *text, size_t len)
{
	memcpy(shape->text, text, len);
	memcpy(shape->least, text, len);
	memcpy(shape->most, text, len);
	memset(shape->least + len, 0, LIMIT_JSON_PADDING);
	memset(shape->most + len, 0, LIMIT_JSON_PADDING);
}

/* The room that the next shape is made in: the one that was used least. What
 * was seen long ago counts less and less. */
static struct json_shape *make_room(struct json_shapes *shapes)
{
	if (shapes->count == JSON_SHAPES)
		shapes->count--;
	for (size_t i = 0; i < shapes->count; i++)
		shapes->known[i]->seen /= 2;
	return shapes->known[shapes->count];
}

void json_shapes_learn(struct json_shapes *shapes, const struct json_plan *plan, const char *text,
	size_t len, const struct json_value *values, size_t count, const struct json_found *found)
{
	struct json_shape *shape;

	if (shapes->plan != plan) {
		json_shapes_init(shapes);
		shapes->plan = plan;
	}
	if (shapes->credit < CREDIT_PRICE || len == 0 || len > JSON_SHAPE_TEXT ||
		!is_plain(text, len))
		return;
	shapes->credit -= CREDIT_PRICE;
	shape = make_room(shapes);
	set_text(shape, text, len);
	if (!learn_pieces(shape, len) || !learn_slots(shape, text, values, count))
		return;
	shape->type = found->type;
	shape->found_begin = (size_t)(found->text - text);
	shape->around = len - found->len;
	shape->depth = found->depth;
	shape->seen = 0;
	shape->trial = JSON_SHAPE_TRIAL;
	shapes->count++;
	compare_neighbours(shapes);
}

/*
 * Templates: texts that were accepted, taken apart into values and pieces, which
 * are what lies between the values.
 *
 * Matching runs over a text once, from value to value. Pieces, and the insides
 * of strings, are compared sixteen or thirty-two bytes at a time. Where a text
 * departs from one template, the next one is not tried from the beginning: how
 * many pieces both begin with is known.
 *
 * Learning: the first texts that match show which values change, and which keep
 * at least their length; those become part of the pieces around them, so that a
 * record of a log is a handful of comparisons. A template that is seen more often
 * is tried earlier, one that is seen least makes room for the next. Learning
 * costs credit, which matches bring in: texts that never look alike soon cost
 * nothing but the search, and that only for one of a few.
 *
 * Two things make a match as good as the parser's word. A piece holds nothing
 * but bytes that the parser accepted in this place, or, in a value that was
 * joined to it, bytes of the same kind in the same number; and what is skipped as
 * a value is a string's inside without a quote, backslash, control byte or
 * anything but ASCII, or digits that are a number. So no byte of a matching text
 * is one that the parser would have judged otherwise.
 *
 * Reading beyond the text: each comparison begins within it and reads at most
 * 31 bytes more than it decides on, which LIMIT_JSON_PADDING covers. What they
 * are cannot make a match: the end is compared with the text's own.
 */
#include "json/template.h"

#include <string.h>

#include "base/digits.h"
#include "base/inline.h"
#include "json/scan16.h"
#include "json/scan32.h"

/* A longer number is left to the parser. */
#define DIGITS (SCAN16 - 1)

/* Learning takes from the credit, a match adds to it. */
#define CREDIT_FIRST 64
#define CREDIT_MOST 256
#define CREDIT_PRICE 8

/* After so many lines in a row that match nothing, one of so many is compared. */
#define UNLIKE_MOST 64
#define UNLIKE_SHARE 8

/* Templates change places for no less. */
#define SEEN_AHEAD 64

/*
 * What a string of one length may hold: all that comes after the quote in ASCII,
 * so that one range excludes the quote, control bytes and blanks. The backslash
 * lies within; the comparison itself refuses it everywhere.
 */
#define INSIDE_LEAST 0x23
#define INSIDE_MOST 0x7f

void json_templates_init(struct json_templates *templates)
{
	templates->plan = NULL;
	templates->count = 0;
	templates->tried = NULL;
	templates->credit = CREDIT_FIRST;
	templates->unlike = templates->passed = 0;
	templates->by_32 = scan32_is_there();
	for (size_t i = 0; i < JSON_TEMPLATES; i++)
		templates->known[i] = &templates->room[i];
}

/* ---- what matches teach -------------------------------------------------- */

/* The last piece that begins no later than an offset of the template's text. */
static struct json_template_position position_of(
	const struct json_template *template, size_t offset)
{
	size_t piece = template->piece_count - 1;

	while (template->pieces[piece].begin > offset)
		piece--;
	return (struct json_template_position){
		(uint16_t)piece, (uint16_t)(offset - template->pieces[piece].begin)};
}

/* What begins and ends in one piece keeps the length that its value has. */
static void position_slots(struct json_template *template)
{
	template->varying_count = 0;
	for (size_t i = 0; i < template->slot_count; i++) {
		struct json_template_slot *slot = &template->slots[i];

		slot->begins = position_of(template, slot->begin);
		slot->ends = position_of(template, slot->end);
		if (slot->begins.piece != slot->ends.piece)
			template->varying[template->varying_count++] = (uint16_t)i;
	}
}

/* Where the value after a piece begins in the template's text. */
static size_t value_begin(const struct json_template_piece *piece)
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

/* Notes which values are others than the template's own, or of another length. */
static void note_varying(struct json_template *template, const char *const *begins)
{
	for (size_t i = 0; i + 1 < template->piece_count; i++) {
		struct json_template_piece *piece = &template->pieces[i];
		const char *value = begins[i] + piece->len;
		size_t len = piece[1].begin - value_begin(piece);

		if ((size_t)(begins[i + 1] - value) != len ||
			(!piece->is_number && !is_in_range(value, len)))
			piece->varies = true;
		else if (memcmp(value, template->text + value_begin(piece), len) != 0)
			piece->differs = true;
	}
}

/* Where a value of one length stands, its like may stand. */
static void allow_value(struct json_template *template, size_t at, size_t len, bool is_number)
{
	memset(template->least + at, is_number ? '0' : INSIDE_LEAST, len);
	memset(template->most + at, is_number ? '9' : INSIDE_MOST, len);
	if (is_number && len > 1)
		template->least[at] = '1';
}

/*
 * Joins the pieces before and after values that were of one length. A value that
 * differed may hold from now on what allow_value says, one that did not only what
 * it held; either way the joined piece accepts no text that its parts would not.
 */
static void join_pieces(struct json_template *template)
{
	size_t kept = 0;

	for (size_t i = 1; i < template->piece_count; i++) {
		struct json_template_piece *last = &template->pieces[kept];
		const struct json_template_piece *next = &template->pieces[i];

		if (last->varies) {
			template->pieces[++kept] = *next;
			continue;
		}
		if (last->differs)
			allow_value(template, value_begin(last), next->begin - value_begin(last),
				last->is_number);
		last->len = (uint16_t)(next->begin + next->len - last->begin);
		last->is_number = next->is_number;
		last->differs = next->differs;
		last->varies = next->varies;
	}
	template->piece_count = kept + 1;
	position_slots(template);
}

/*
 * Returns true if both accept the same bytes there. The values that follow are of
 * the same kind then: a string's quote is in the piece, a number has none.
 */
static bool is_same_piece(
	const struct json_template *a, const struct json_template *b, size_t index)
{
	const struct json_template_piece *left = &a->pieces[index];
	const struct json_template_piece *right = &b->pieces[index];

	return left->len == right->len &&
	       memcmp(a->least + left->begin, b->least + right->begin, left->len) == 0 &&
	       memcmp(a->most + left->begin, b->most + right->begin, left->len) == 0;
}

/*
 * Counts what each template begins with as the one before it does. The last piece
 * of either does not count: it ends the one text and not the other, so nothing
 * follows from one for the other.
 */
static void compare_neighbours(struct json_templates *templates)
{
	for (size_t i = 1; i < templates->count; i++) {
		const struct json_template *a = templates->known[i - 1];
		const struct json_template *b = templates->known[i];
		size_t alike = 0;

		while (alike + 1 < a->piece_count && alike + 1 < b->piece_count &&
			is_same_piece(a, b, alike))
			alike++;
		templates->alike[i] = alike;
	}
}

/* A template that is seen more often than the one before it changes places. */
static void note_match(struct json_templates *templates, size_t index, const char *const *begins)
{
	struct json_template *template = templates->known[index];
	bool is_joined = false, is_ahead;

	template->seen++;
	if (templates->credit < CREDIT_MOST)
		templates->credit++;
	if (template->trial != 0) {
		note_varying(template, begins);
		is_joined = --template->trial == 0;
	}
	if (is_joined)
		join_pieces(template);
	is_ahead = index != 0 && template->seen > templates->known[index - 1]->seen + SEEN_AHEAD;
	if (is_ahead) {
		templates->known[index] = templates->known[index - 1];
		templates->known[index - 1] = template;
	}
	if (is_joined || is_ahead)
		compare_neighbours(templates);
}

/* ---- a new one ---------------------------------------------------------- */

static inline bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Ends the piece at hand before a value of len bytes, after which the next one
 * begins. Returns false when there are too many. */
static bool end_piece(struct json_template *template, size_t at, size_t len, bool is_number)
{
	struct json_template_piece *piece = &template->pieces[template->piece_count - 1];

	if (template->piece_count > JSON_TEMPLATE_PIECES)
		return false;
	piece->len = (uint16_t)(at - piece->begin);
	piece->is_number = is_number;
	piece->differs = piece->varies = false;
	piece[1].begin = (uint16_t)(at + len);
	template->piece_count++;
	return true;
}

/* A string, whose inside begins at at: a value, or a member's name. Returns
 * where it ends, or 0: no template. */
static size_t learn_string(struct json_template *template, size_t at, size_t len)
{
	const char *quote = memchr(template->text + at, '"', len - at);
	size_t end = (size_t)(quote - template->text);
	size_t next = end + 1;

	while (next < len && template->text[next] == ' ')
		next++;
	if (next < len && template->text[next] == ':')
		return end + 1;
	return end_piece(template, at, end - at, false) ? end + 1 : 0;
}

/* Digits that begin at at and are not part of a longer number, or 0. */
static size_t learn_number(struct json_template *template, size_t at, size_t len)
{
	size_t end = at;

	while (end < len && is_digit(template->text[end]))
		end++;
	if (end - at > DIGITS || (end < len && strchr(".eE", template->text[end]) != NULL))
		return 0;
	return end_piece(template, at, end - at, true) ? end : 0;
}

/* Returns true if a text holds no escape and no control byte. */
static bool is_plain(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == '\\')
			return false;
	return true;
}

/* Takes the accepted text apart. Returns false if it has no template. */
static bool learn_pieces(struct json_template *template, size_t len)
{
	size_t at = 0;

	template->piece_count = 1;
	template->pieces[0].begin = 0;
	while (at < len) {
		char c = template->text[at];

		if (c == '"')
			at = learn_string(template, at + 1, len);
		else if (is_digit(c))
			at = learn_number(template, at, len);
		else if (c == '-')
			return false; /* rare in logs: left to the parser */
		else
			at++;
		if (at == 0)
			return false;
	}

	struct json_template_piece *last = &template->pieces[template->piece_count - 1];

	last->len = (uint16_t)(len - last->begin);
	last->varies = true;
	return true;
}

static bool learn_slots(struct json_template *template, const char *text,
	const struct json_value *values, size_t count)
{
	if (count > JSON_TEMPLATE_SLOTS)
		return false;
	template->slot_count = 0;
	for (size_t i = 0; i < count; i++) {
		size_t begin;

		template->values[i] = values[i];
		if (values[i].type == JSON_ABSENT)
			continue;
		begin = (size_t)(values[i].text - text);
		template->slots[template->slot_count++] =
			(struct json_template_slot){.slot = (uint16_t)i,
				.begin = (uint16_t)begin,
				.end = (uint16_t)(begin + values[i].len)};
	}
	position_slots(template);
	return true;
}

/* Each byte may only stand as it is. */
static void set_text(struct json_template *template, const char *text, size_t len)
{
	memcpy(template->text, text, len);
	memcpy(template->least, text, len);
	memcpy(template->most, text, len);
	memset(template->least + len, 0, LIMIT_JSON_PADDING);
	memset(template->most + len, 0, LIMIT_JSON_PADDING);
}

/* The room that the next template is made in: the one that was used least. What
 * was seen long ago counts less and less, or a log that changes its form would
 * never displace the old one. */
static struct json_template *make_room(struct json_templates *templates)
{
	if (templates->count == JSON_TEMPLATES)
		templates->count--;
	for (size_t i = 0; i < templates->count; i++)
		templates->known[i]->seen /= 2;
	return templates->known[templates->count];
}

void json_templates_learn(struct json_templates *templates, const struct json_plan *plan,
	const char *text, size_t len, const struct json_value *values, size_t count,
	const struct json_found *found)
{
	struct json_template *template;

	if (templates->plan != plan) {
		json_templates_init(templates);
		templates->plan = plan;
	}
	if (templates->credit < CREDIT_PRICE || len == 0 || len > JSON_TEMPLATE_TEXT ||
		!is_plain(text, len))
		return;
	templates->credit -= CREDIT_PRICE;
	template = make_room(templates);
	set_text(template, text, len);
	if (!learn_pieces(template, len) || !learn_slots(template, text, values, count))
		return;
	template->type = found->type;
	template->found_begin = (size_t)(found->text - text);
	template->around = len - found->len;
	template->depth = found->depth;
	template->seen = 0;
	template->trial = JSON_TEMPLATE_TRIAL;
	templates->count++;
	templates->unlike = 0;
	compare_neighbours(templates);
}

/* ---- matching ------------------------------------------------------------- */

/* Returns true if what may stand in a piece stands at text. */
static INTO_CALLER bool piece_fits(const struct json_template *template,
	const struct json_template_piece *piece, const char *text, bool by_32)
{
	const char *least = template->least + piece->begin;
	const char *most = template->most + piece->begin;
	size_t len = piece->len;

	if (by_32)
		return len <= SCAN32 ? scan32_first_fit(text, least, most, len)
				     : scan32_all_fit(text, least, most, len);
	if (len <= SCAN16)
		return (~scan16_fit(text, least, most) & (SCAN16_ALL >> (SCAN16 - len))) == 0;
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
static INTO_CALLER const char *skip_inside(const char *text, const char *end, bool by_32)
{
	unsigned special;

	do {
		special = by_32 ? scan32_special(text) : scan16_special(text);
		if (special != 0)
			return text + __builtin_ctz(special);
		text += by_32 ? SCAN32 : SCAN16;
	} while (text < end);
	return text;
}

/* Where the digits that begin at text end; null: they are no plain number. */
static INTO_CALLER const char *skip_number(const char *text)
{
	uint64_t end = digits_end(text);
	unsigned len;

	/* most are short, and this is known sooner than what follows from more bytes */
	if (__builtin_expect(end != 0, 1))
		len = (unsigned)__builtin_ctzll(end) / 8;
	else
		len = (unsigned)__builtin_ctz(scan16_not_digit(text) | (SCAN16_ALL + 1));
	if (len - 1 >= DIGITS || (text[0] == '0' && len > 1))
		return NULL;
	return text + len;
}

/* How far a text was matched, by the templates tried so far. */
struct progress {
	size_t piece;                                 /* that did not match, or the last one */
	const char *begins[JSON_TEMPLATE_PIECES + 1]; /* of those up to it */
	const char *end;                              /* of the text, if one matched */
	bool is_unlike;                               /* none matched what the text begins with */
};

/*
 * Goes on from a piece of which the beginning is known: returns where the text
 * ends if it is of the template, else null.
 *
 * Invariant: the pieces before progress->piece, and the values after them, match
 * the text up to progress->begins[progress->piece]. It holds for the piece that
 * did not match, too, which is what lets the next template go on from there.
 */
static INTO_CALLER const char *match_pieces(const struct json_template *template,
	struct progress *progress, const char *end, bool by_32)
{
	const struct json_template_piece *piece = &template->pieces[progress->piece];
	const struct json_template_piece *last = &template->pieces[template->piece_count - 1];
	const char **begin = &progress->begins[progress->piece];
	const char *text = *begin;

	/* A value may have run into the padding: no piece fits after it. */
	while (piece->len <= end - text && piece_fits(template, piece, text, by_32)) {
		text += piece->len;
		if (piece == last)
			return text;
		text = piece->is_number ? skip_number(text) : skip_inside(text, end, by_32);
		if (text == NULL)
			break;
		piece++;
		*++begin = text;
	}
	progress->piece = (size_t)(piece - template->pieces);
	return NULL;
}

/* What a text has to be besides alike. */
struct wanted {
	const char *limit; /* where it ends, or what its line feed precedes */
	unsigned max_depth;
	bool is_line;
};

static inline bool ends_as_wanted(const char *end, const struct wanted *wanted)
{
	if (wanted->is_line)
		return end != wanted->limit && *end == '\n';
	return end == wanted->limit;
}

/* Tries one template after another from the text's beginning, which is in progress.
 * Returns the index of the one that matches, or their count. */
static INTO_CALLER size_t try_templates(const struct json_templates *templates,
	struct progress *progress, const struct wanted *wanted, bool by_32)
{
	size_t count = templates->count;

	for (size_t i = 0; i < count; i++) {
		const struct json_template *template = templates->known[i];

		/*
		 * What the one before matched, up to where both begin alike,
		 * this one matches, too. The values' beginnings are the same
		 * then: those of a common prefix of pieces.
		 */
		if (i != 0 && progress->piece > templates->alike[i])
			progress->piece = templates->alike[i];
		progress->end = match_pieces(template, progress, wanted->limit, by_32);
		if (progress->end == NULL)
			continue;
		progress->is_unlike = false; /* it may match where it ends otherwise */
		if (template->depth <= wanted->max_depth && ends_as_wanted(progress->end, wanted))
			return i;
	}
	return count;
}

SCAN32_TARGET static size_t try_templates_by_32(const struct json_templates *templates,
	struct progress *progress, const struct wanted *wanted)
{
	return try_templates(templates, progress, wanted, true);
}

static size_t try_templates_by_16(const struct json_templates *templates, struct progress *progress,
	const struct wanted *wanted)
{
	return try_templates(templates, progress, wanted, false);
}

/* Sets what varies of a template's values. */
static void fill_values(struct json_template *template, const char *const *begins)
{
	struct json_value *values = template->values;

	for (size_t i = 0; i < template->slot_count; i++) {
		const struct json_template_slot *slot = &template->slots[i];

		values[slot->slot].text = begins[slot->begins.piece] + slot->begins.offset;
	}
	for (size_t i = 0; i < template->varying_count; i++) {
		const struct json_template_slot *slot = &template->slots[template->varying[i]];
		const char *end = begins[slot->ends.piece] + slot->ends.offset;

		values[slot->slot].len = (size_t)(end - values[slot->slot].text);
	}
}

static void fill_found(const struct json_template *template, const char *text, size_t len,
	struct json_found *found)
{
	*found = (struct json_found){template->type, text + template->found_begin,
		len - template->around, template->depth};
}

size_t json_templates_match(struct json_templates *templates, const struct json_plan *plan,
	const char *text, size_t len, bool is_line, unsigned max_depth,
	const struct json_value **values, struct json_found *found)
{
	const struct wanted wanted = {text + len, max_depth, is_line};
	struct progress progress;
	size_t index;

	if (templates->plan != plan)
		return 0;
	/* Only time depends on it: a text that would match is parsed as well. */
	if (!is_line && text == templates->tried) {
		templates->tried = NULL;
		return 0;
	}
	if (is_line && templates->unlike >= UNLIKE_MOST &&
		++templates->passed % UNLIKE_SHARE != 0) {
		templates->tried = text;
		return 0;
	}
	progress.piece = 0;
	progress.begins[0] = text;
	progress.is_unlike = is_line;
	index = templates->by_32 ? try_templates_by_32(templates, &progress, &wanted)
				 : try_templates_by_16(templates, &progress, &wanted);
	if (index == templates->count) {
		templates->tried = progress.is_unlike ? text : NULL;
		templates->unlike++;
		return 0;
	}
	templates->unlike = 0;
	len = (size_t)(progress.end - text);
	fill_values(templates->known[index], progress.begins);
	*values = templates->known[index]->values;
	fill_found(templates->known[index], text, len, found);
	note_match(templates, index, progress.begins);
	return len;
}

/*
 * Framing of a run of JSON values, a state machine over bytes that come in
 * pieces. It keeps the text of the unit that is open and nothing else, so what
 * surrounds units takes constant memory, and so does a unit that is too long.
 */
#include "flowlog/runs.h"

#include <string.h>

#include "base/bytes.h"
#include "json/json.h"
#include "json/space.h"
#include "json/span.h"

static const char next_page[] = "opc-next-page";

void runs_init(struct runs *runs, size_t max_record, bool keep_broken)
{
	memset(runs, 0, sizeof *runs);
	runs->max_record = max_record;
	runs->keep_broken = keep_broken;
	runs->at_line_start = true;
	runs->line_blank = true;
}

size_t runs_keep_from(const struct runs *runs)
{
	switch (runs->state) {
	case RUNS_UNIT:
		return runs->begin;
	case RUNS_LONG:
	case RUNS_BROKEN:
		return runs->keep_broken ? runs->begin : runs->at;
	case RUNS_BETWEEN:
	case RUNS_TAIL:
		break;
	}
	return runs->at;
}

size_t runs_piece_end(const struct runs *runs)
{
	if (runs->state == RUNS_BROKEN && runs->line_blank && runs->line_begin > runs->begin)
		return runs->line_begin;
	return runs->at;
}

static size_t shifted(size_t from, size_t offset)
{
	return from < offset ? 0 : from - offset;
}

void runs_shift(struct runs *runs, size_t offset)
{
	runs->at -= offset;
	runs->begin = shifted(runs->begin, offset);
	runs->line_begin = shifted(runs->line_begin, offset);
}

/*
 * Keeps account of lines: c was passed outside of a string. A record separator
 * is a blank of no width: a value that follows it begins its line.
 */
static void pass(struct runs *runs, char c)
{
	runs->at++;
	runs->at_line_start = c == '\n';
	if (c == '\n') {
		runs->line_blank = true;
		runs->indent = 0;
		runs->line_begin = runs->at;
	} else if (runs->line_blank) {
		if (c == ' ' || c == '\t')
			runs->indent++;
		else if (c != '\r' && c != BLOCK_RECORD_SEPARATOR)
			runs->line_blank = false;
	}
}

static void begin_unit(struct runs *runs, char c)
{
	runs->state = RUNS_UNIT;
	runs->begin = runs->at;
	runs->piece_open = false;
	runs->unit_indent = runs->indent;
	runs->nest.depth = 0;
	runs->in_string = c == '"';
	runs->escaped = 0;
	runs->is_scalar = false;
	runs->has_marks = false;
	runs->previous = c;
	runs->may_hold_results = runs->context == RUNS_TOP && c == '{';
	runs->in_data = false;
	runs->string_len = 0;
	runs->string_is_value = false;
	runs->is_page_value = false;
	runs->document_says_so = false;
	if (runs->context == RUNS_TOP)
		runs->document_indent = runs->indent;
	if (c == '{' || c == '[')
		nest_open(&runs->nest, c);
	else if (c != '"')
		runs->is_scalar = true;
	pass(runs, c);
}

/* The unit that is open ends at end: hands it on, as a piece or a unit. */
static enum runs_result end_unit(
	struct runs *runs, struct block *block, size_t end, enum block_fault fault)
{
	struct block_unit unit = {runs->begin, end - runs->begin, fault,
		runs->context == RUNS_RESULTS, runs->has_marks};

	runs->state = RUNS_BETWEEN;
	if (runs->piece_open) {
		runs->piece_open = false;
		block->kind = BLOCK_PIECE;
		block->fault = fault;
		block->last = true;
		return RUNS_CUT;
	}
	if (unit.offset > end)
		unit = (struct block_unit){0, 0, fault, unit.is_row, false};
	return block_add_unit(block, &unit) ? RUNS_NO_MEMORY : RUNS_MORE;
}

/*
 * The unit is broken: looks for where to resume, from the next byte on. One
 * that was too long before that is told as such, however its text came.
 */
static void break_unit(struct runs *runs)
{
	bool too_long = runs->state == RUNS_LONG || runs->at - runs->begin > runs->max_record;

	runs->state = RUNS_BROKEN;
	runs->fault = too_long ? FAULT_TOO_LONG : FAULT_BROKEN;
	runs->was_broken = true;
	runs->in_string = false;
}

/* A lone closer between units. */
static enum runs_result stray_closer(struct runs *runs, struct block *block, char c)
{
	enum runs_result result = RUNS_MORE;

	if (!runs->was_broken) {
		struct block_unit unit = {runs->at, 1, FAULT_CLOSER, false, false};

		if (block_add_unit(block, &unit))
			result = RUNS_NO_MEMORY;
	}
	pass(runs, c);
	return result;
}

static enum runs_result close_context(struct runs *runs, struct block *block, char c)
{
	if (runs->context == RUNS_TOP || c == '}')
		return stray_closer(runs, block, c);
	if (runs->context == RUNS_RESULTS) {
		/* Still open are the document and, as a rule, its data. */
		runs->state = RUNS_TAIL;
		runs->nest.depth = 0;
		while (runs->nest.depth < runs->document_depth)
			nest_open(&runs->nest, '{');
		runs->is_page_value = false;
		runs->begin = runs->at;
		runs->unit_indent = runs->document_indent;
		runs->in_string = false;
		runs->is_scalar = false;
		runs->escaped = 0;
		runs->previous = c;
	}
	runs->context = RUNS_TOP;
	pass(runs, c);
	return RUNS_MORE;
}

static enum runs_result scan_between(struct runs *runs, struct block *block)
{
	char c = block->text[runs->at];

	if (json_is_space(c) || c == ',' || c == BLOCK_RECORD_SEPARATOR) {
		pass(runs, c);
		return RUNS_MORE;
	}
	if (c == ']' || c == '}')
		return close_context(runs, block, c);
	if (c == '[' && runs->context == RUNS_TOP) {
		runs->context = RUNS_ARRAY;
		runs->document_indent = runs->indent;
		pass(runs, c);
		return RUNS_MORE;
	}
	begin_unit(runs, c);
	return RUNS_MORE;
}

/* Returns true if the last string is the name of a member, spelled name. */
static bool last_string_is(const struct runs *runs, const struct block *block, const char *name)
{
	const char *text = block->text + runs->begin;
	struct json_value value = {
		text + runs->string_begin, runs->string_end - runs->string_begin, JSON_STRING};

	return json_string_is(&value, name);
}

/*
 * An opener in the top-level object: is it data, data.results or results? With
 * the latter two what came before is forgotten and the elements are the units.
 */
static bool enters_results(struct runs *runs, const struct block *block, char c)
{
	if (!runs->may_hold_results || runs->state != RUNS_UNIT || runs->previous != ':')
		return false;
	if (runs->nest.depth == 1)
		runs->in_data = c == '{' && last_string_is(runs, block, "data");
	return c == '[' && (runs->nest.depth == 1 || (runs->nest.depth == 2 && runs->in_data)) &&
	       last_string_is(runs, block, "results");
}

/* Returns true in a string of the top-level object that a page may depend on. */
static bool in_document(const struct runs *runs)
{
	return runs->nest.depth == 1 && (runs->may_hold_results || runs->state == RUNS_TAIL);
}

static void keep_string(struct runs *runs, const char *text, size_t len)
{
	size_t room = sizeof(runs->string) - 1 - runs->string_len;

	if (len > room)
		len = room;
	memcpy(runs->string + runs->string_len, text, len);
	runs->string_len += len;
}

/* A string of the top-level object has ended: a name, or a value. */
static void judge_string(struct runs *runs)
{
	struct json_value name = {runs->string, runs->string_len + 1, JSON_STRING};

	if (runs->string_is_value) {
		/* Its first byte is the quote: an empty one names no page. */
		if (runs->is_page_value && runs->string_len > 1) {
			runs->document_says_so = true;
			runs->page_follows = runs->page_follows || runs->state == RUNS_TAIL;
		}
		return;
	}
	runs->string[runs->string_len] = '"';
	runs->is_page_value = json_string_is(&name, next_page);
}

/* Passes the inside of a string. A line feed in it breaks the unit. */
static void scan_string(struct runs *runs, const struct block *block)
{
	size_t from = runs->at;
	const char *text = block->text;
	size_t end = span_string(text, from, block->len, &runs->escaped);
	const char *feed = memchr(text + from, '\n', end - from);

	if (in_document(runs))
		keep_string(runs, text + from, end - from);
	if (feed != NULL) {
		runs->at = (size_t)(feed - text);
		if (runs->state == RUNS_TAIL)
			runs->begin = runs->at;
		break_unit(runs);
		return;
	}
	runs->at = end;
	if (end == block->len)
		return;
	runs->in_string = false;
	runs->at++;
	runs->string_end = runs->at - runs->begin;
	if (in_document(runs))
		judge_string(runs);
}

/* An opener where no value can stand, on a line of its own: a new unit. */
static bool overtaken(const struct runs *runs, char c)
{
	return c == '{' && runs->line_blank && runs->indent <= runs->unit_indent &&
	       memchr("[,:", runs->previous, 3) == NULL;
}

static enum runs_result open_bracket(struct runs *runs, struct block *block, char c)
{
	if (overtaken(runs, c)) {
		if (runs->state == RUNS_TAIL)
			runs->begin = runs->line_begin;
		break_unit(runs);
		return RUNS_MORE;
	}
	if (enters_results(runs, block, c)) {
		runs->state = RUNS_BETWEEN;
		runs->context = RUNS_RESULTS;
		runs->document_depth = runs->nest.depth;
		runs->page_follows = runs->page_follows || runs->document_says_so;
	} else {
		nest_open(&runs->nest, c);
	}
	runs->previous = c;
	pass(runs, c);
	return RUNS_MORE;
}

static enum runs_result close_bracket(struct runs *runs, struct block *block, char c)
{
	if (!nest_close(&runs->nest, c)) {
		if (runs->state == RUNS_TAIL)
			runs->begin = runs->at;
		pass(runs, c);
		break_unit(runs);
		return RUNS_MORE;
	}
	runs->previous = c;
	pass(runs, c);
	if (runs->nest.depth != 0)
		return RUNS_MORE;
	if (runs->state == RUNS_TAIL) {
		runs->state = RUNS_BETWEEN;
		return RUNS_MORE;
	}
	return end_unit(
		runs, block, runs->at, runs->state == RUNS_LONG ? FAULT_TOO_LONG : FAULT_NONE);
}

/* A bare word ends before white space, a comma, a bracket or a quote. */
static enum runs_result scan_scalar(struct runs *runs, struct block *block)
{
	char c = block->text[runs->at];

	if (json_is_space(c) || memchr(",[]{}\"", c, 6) != NULL)
		return end_unit(runs, block, runs->at,
			runs->state == RUNS_LONG ? FAULT_TOO_LONG : FAULT_NONE);
	pass(runs, c);
	return RUNS_MORE;
}

/* One byte, or one string's inside, of a unit or a tail. */
static enum runs_result scan_inside(struct runs *runs, struct block *block)
{
	char c = block->text[runs->at];

	if (runs->in_string) {
		scan_string(runs, block);
		if (runs->nest.depth != 0 || runs->in_string || runs->state == RUNS_BROKEN)
			return RUNS_MORE;
		return end_unit(runs, block, runs->at,
			runs->state == RUNS_LONG ? FAULT_TOO_LONG : FAULT_NONE);
	}
	if (runs->is_scalar)
		return scan_scalar(runs, block);
	switch (c) {
	case '"':
		runs->in_string = true;
		runs->string_begin = runs->at - runs->begin;
		runs->string_is_value = runs->previous == ':';
		runs->string[0] = c;
		runs->string_len = 1;
		runs->previous = c;
		break;
	case '{':
	case '[':
		return open_bracket(runs, block, c);
	case '}':
	case ']':
		return close_bracket(runs, block, c);
	default:
		if (!json_is_space(c))
			runs->previous = c;
	}
	pass(runs, c);
	return RUNS_MORE;
}

/* After a break: a line that begins with '{', not indented deeper, resumes. */
static enum runs_result scan_broken(struct runs *runs, struct block *block)
{
	char c = block->text[runs->at];

	if (c == '{' && runs->line_blank && runs->indent <= runs->unit_indent) {
		size_t line = runs->line_begin;
		enum runs_result result;

		if (runs->indent <= runs->document_indent)
			runs->context = RUNS_TOP;
		if (line < runs->begin)
			line = runs->begin;
		result = end_unit(runs, block, line, runs->fault);
		if (result == RUNS_CUT) {
			runs->at = line;
			runs->at_line_start = true;
			runs->indent = 0;
		}
		return result;
	}
	if (runs->line_blank) {
		pass(runs, c);
		return RUNS_MORE;
	}

	const char *feed = memchr(block->text + runs->at, '\n', block->len - runs->at);

	if (feed == NULL) {
		runs->at = block->len;
		return RUNS_MORE;
	}
	runs->at = (size_t)(feed - block->text);
	pass(runs, '\n');
	return RUNS_MORE;
}

static void check_length(struct runs *runs)
{
	if (runs->state == RUNS_UNIT && runs->at - runs->begin > runs->max_record) {
		runs->state = RUNS_LONG;
		runs->fault = FAULT_TOO_LONG;
	}
}

/*
 * At the start of a line: skips a byte order mark, which concatenated exports
 * leave there. Returns false when the next read must tell if it is one.
 */
static bool skip_mark(struct runs *runs, const struct block *block)
{
	const char *text = block->text + runs->at;
	size_t len = block->len - runs->at;
	size_t mark = bytes_mark_length(text, len);

	if (!runs->input_ends && block_may_be_mark(text, len))
		return false;
	runs->at_line_start = false;
	runs->has_marks = runs->has_marks || mark != 0;
	runs->at += mark;
	return true;
}

enum runs_result runs_scan(struct runs *runs, struct block *block)
{
	enum runs_result result = RUNS_MORE;

	while (runs->at < block->len && result == RUNS_MORE) {
		if (runs->at_line_start && block->text[runs->at] == '\xef') {
			if (!skip_mark(runs, block))
				break;
			continue;
		}
		switch (runs->state) {
		case RUNS_BETWEEN:
			result = scan_between(runs, block);
			break;
		case RUNS_BROKEN:
			result = scan_broken(runs, block);
			break;
		case RUNS_UNIT:
		case RUNS_LONG:
		case RUNS_TAIL:
			result = scan_inside(runs, block);
			check_length(runs);
			break;
		}
	}
	return result;
}

enum runs_result runs_finish(struct runs *runs, struct block *block)
{
	enum runs_context context = runs->context;
	enum runs_result result;

	runs->input_ends = true;
	result = runs_scan(runs, block);
	if (result != RUNS_MORE)
		return result;
	runs->context = RUNS_TOP;
	switch (runs->state) {
	case RUNS_BETWEEN:
		if (context == RUNS_TOP)
			return RUNS_MORE;
		/* Cut between elements: a bad record without a byte of its own. */
		runs->begin = block->len;
		return end_unit(runs, block, block->len, FAULT_CUT);
	case RUNS_TAIL:
		runs->begin = block->len;
		return end_unit(runs, block, block->len, FAULT_CUT);
	case RUNS_BROKEN:
		return end_unit(runs, block, block->len, runs->fault);
	case RUNS_LONG:
		return end_unit(runs, block, block->len, FAULT_TOO_LONG);
	case RUNS_UNIT:
		break;
	}
	return end_unit(runs, block, block->len,
		runs->is_scalar && context == RUNS_TOP ? FAULT_NONE : FAULT_CUT);
}

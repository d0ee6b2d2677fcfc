/* Blocks: their buffers. */
#include "flowlog/block.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "json/space.h"
#include "json/span.h"

/* How far the beginning of a search document is looked into. */
#define DOCUMENT_PEEK 4096

/* Units that there is room for at first: a block of the smallest records. */
#define FIRST_UNITS (LIMIT_BLOCK / LIMIT_RECORD_MIN)

const char *block_fault_text(enum block_fault fault)
{
	switch (fault) {
	case FAULT_NONE:
		break;
	case FAULT_TOO_LONG:
		return "longer than --max-record allows";
	case FAULT_TOO_LONG_DOCUMENT:
		return "longer than --max-record allows; if it is a search document, an "
		       "array, or several values, try --framing json";
	case FAULT_BROKEN:
		return "brackets or quotes do not balance";
	case FAULT_CUT:
		return "the input ends within it";
	case FAULT_CLOSER:
		return "a closing bracket that closes nothing";
	case FAULT_HALF_LINE:
		return "half a line at the end of a damaged input";
	}
	return "nothing is wrong with it";
}

void block_free(struct block *block)
{
	free(block->text);
	free(block->units);
	memset(block, 0, sizeof *block);
}

void block_reset(struct block *block)
{
	block_check(block);
	if (block->cap > LIMIT_BLOCK) {
		free(block->text);
		block->text = NULL;
		block->cap = 0;
	}
	block->len = 0;
	block->kind = BLOCK_EMPTY;
	block->unit_count = 0;
	block->fault = FAULT_NONE;
	block->first = block->last = block->is_line = false;
	block->half_line = false;
	block->form = FORM_NONE;
	block->page_follows = false;
	block->input_ends = false;
}

int block_reserve(struct block *block, size_t len)
{
	char *text;

	if (len <= block->cap)
		return 0;
	text = realloc(block->text, len + LIMIT_JSON_PADDING);
	if (text == NULL)
		return -1;
	block->text = text;
	block->cap = len;
	return 0;
}

void block_pad(struct block *block)
{
	if (block->text != NULL)
		memset(block->text + block->len, 0, LIMIT_JSON_PADDING);
}

int block_add_unit(struct block *block, const struct block_unit *unit)
{
	if (block->unit_count == block->unit_room) {
		size_t room = block->unit_room ? block->unit_room * 2 : FIRST_UNITS;
		struct block_unit *units = realloc(block->units, room * sizeof *units);

		if (units == NULL)
			return -1;
		block->units = units;
		block->unit_room = room;
	}
	block->units[block->unit_count++] = *unit;
	return 0;
}

bool block_is_document(const char *text, size_t len)
{
	size_t at = json_skip_space(text, 0, len);
	size_t end = len < DOCUMENT_PEEK ? len : DOCUMENT_PEEK;

	if (at < end && text[at] == '[')
		return true;
	return at < end && text[at] == '{' && memmem(text + at, end - at, "\"data\"", 6) != NULL &&
	       memmem(text + at, end - at, "\"results\"", 9) != NULL;
}

/* Returns true if an object that is not closed holds rows: "results": [. */
static bool begins_rows(const char *text, size_t len)
{
	static const char name[] = "\"results\"";
	const char *end = text + (len < DOCUMENT_PEEK ? len : DOCUMENT_PEEK);
	const char *found;
	size_t at;

	while ((found = memmem(text, (size_t)(end - text), name, strlen(name))) != NULL) {
		text = found + strlen(name);
		at = json_skip_space(text, 0, (size_t)(end - text));
		if (text + at == end || text[at] != ':')
			continue;
		at = json_skip_space(text, at + 1, (size_t)(end - text));
		if (text + at < end && text[at] == '[')
			return true;
	}
	return false;
}

bool block_is_run(const char *text, size_t len)
{
	size_t at = json_skip_space(text, 0, len);
	size_t end;
	char first;

	if (at == len || memchr("{\"\x1e", text[at], 3) == NULL)
		return false;
	first = text[at];
	if (first == BLOCK_RECORD_SEPARATOR)
		return true;
	end = span_end(text, at, len);
	if (end > len)
		return first == '{' && begins_rows(text + at, len - at);
	at = json_skip_space(text, end, len);
	if (at == len)
		return false;
	return first == '"' ? text[at] == ':' : memchr(",{[}]", text[at], 5) != NULL;
}

enum block_fault block_long_line_fault(
	const char *text, size_t len, size_t begin, size_t max_record)
{
	if (len > max_record + 2)
		len = max_record + 2;
	if (begin < len && (block_is_document(text + begin, len - begin) ||
				   block_is_run(text + begin, len - begin)))
		return FAULT_TOO_LONG_DOCUMENT;
	return FAULT_TOO_LONG;
}

/*
 * NDJSON, CSV and Markdown are written as the values come. A table is gathered first,
 * since its columns are as wide as their widest cell; where that is more than
 * the terminal has, the widest columns give way, and their cells go on in
 * further lines: nothing is cut off.
 *
 * A character is taken to be one column wide. A column never gives way below
 * NARROWEST, so a table of many columns may be wider than a very narrow
 * terminal.
 */
#include "vcnrules/sheet.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/bidi.h"
#include "base/utc.h"
#include "json/write.h"

#define NARROWEST 8
#define GAP 2

/* A cell of a table, in the texts. */
struct sheet_cell {
	size_t at;
	size_t len;
};

static void check(struct sheet *sheet, int result)
{
	if (result != 0)
		sheet->is_short = true;
}

static void put(struct sheet *sheet, const char *text, size_t len)
{
	check(sheet, bytes_append(&sheet->output->bytes, text, len));
}

static void put_text(struct sheet *sheet, const char *text)
{
	put(sheet, text, strlen(text));
}

/* ---- one value of each format ---------------------------------------------------------- */

static void put_csv(struct sheet *sheet, const char *text, size_t len)
{
	bool is_plain = true;

	for (size_t i = 0; i < len; i++)
		if (strchr("\",\r\n", text[i]) != NULL && text[i] != '\0')
			is_plain = false;
	if (is_plain) {
		put(sheet, text, len);
		return;
	}
	put_text(sheet, "\"");
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '"')
			put_text(sheet, "\"");
		put(sheet, text + i, 1);
	}
	put_text(sheet, "\"");
}

static bool is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/*
 * Does Markdown give a character back as it stands? Within a word "_" means nothing, and
 * ">" does so only where a line begins. Blanks at the ends of a cell are trimmed, and
 * "http://" and "www." begin links of themselves, in which references are not read.
 */
static bool is_plain_markdown(const char *text, size_t len, size_t at)
{
	unsigned char c = (unsigned char)text[at];

	if (c == '_')
		return at > 0 && at + 1 < len && is_word(text[at - 1]) && is_word(text[at + 1]);
	if (c == '>')
		return at > 0;
	if (c < 0x20 || c == 0x7f || strchr("|\\`*{}[]<#&!~$@", c) != NULL)
		return false;
	if (c == ' ')
		return at > 0 && at + 1 < len;
	if (c == ':')
		return len - at < 3 || memcmp(text + at, "://", 3) != 0;
	return c != '.' || at < 3 || memcmp(text + at - 3, "www", 3) != 0;
}

/*
 * All others, and what would turn others around, become references to themselves; but
 * "*", which rules hold, stays legible.
 */
int sheet_write_markdown(struct bytes *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned turning = bidi_character(text + i, len - i);
		char reference[16];
		int result;

		snprintf(reference, sizeof(reference), "&#%u;",
			turning != 0 ? turning : (unsigned)(unsigned char)text[i]);
		if (text[i] == '*')
			result = bytes_append_text(out, "\\*");
		else if (turning == 0 && is_plain_markdown(text, len, i))
			result = bytes_append_char(out, text[i]);
		else
			result = bytes_append_text(out, reference);
		if (result != 0)
			return -1;
		if (turning != 0)
			i += BIDI_BYTES - 1;
	}
	return 0;
}

int sheet_write_shown(struct bytes *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];
		/* U+0080 to U+009F are controls too: two bytes, the first C2. */
		bool is_c1 = c == 0xc2 && len - i > 1 && (unsigned char)text[i + 1] < 0xa0;
		unsigned turning = bidi_character(text + i, len - i);
		char shown[16] = {(char)c};

		if (turning != 0) {
			snprintf(shown, sizeof(shown), "\\u%04x", turning);
			i += BIDI_BYTES - 1;
		} else if (is_c1 || c < 0x20 || c == 0x7f) {
			i += is_c1;
			snprintf(shown, sizeof(shown), "\\x%02x", (unsigned char)text[i]);
		}
		if (bytes_append_text(out, shown) != 0)
			return -1;
	}
	return 0;
}

static void put_markdown(struct sheet *sheet, const char *text, size_t len)
{
	check(sheet, sheet_write_markdown(&sheet->output->bytes, text, len));
}

/* ---- tables ---------------------------------------------------------------------- */

static void keep_cell(struct sheet *sheet, const char *text, size_t len)
{
	struct sheet_cell *grown = array_reserve(
		sheet->cells, &sheet->cell_room, sheet->cell_count + 1, sizeof(*grown));
	struct sheet_cell *cell;

	if (!grown) {
		sheet->is_short = true;
		return;
	}
	sheet->cells = grown;
	cell = &sheet->cells[sheet->cell_count++];
	cell->at = sheet->texts.len;
	check(sheet, sheet_write_shown(&sheet->texts, text, len));
	cell->len = sheet->texts.len - cell->at;
}

/* How many characters text[0..len) of UTF-8 has. */
static size_t characters(const char *text, size_t len)
{
	size_t count = 0;

	for (size_t i = 0; i < len; i++)
		count += ((unsigned char)text[i] & 0xc0) != 0x80;
	return count;
}

/* The bytes of the first count characters, or all of them. */
static size_t bytes_of(const char *text, size_t len, size_t count)
{
	size_t at = 0;

	while (at < len) {
		if (((unsigned char)text[at] & 0xc0) != 0x80 && count-- == 0)
			break;
		at++;
	}
	return at;
}

/* How much of text goes into a line of width: up to a blank, or else up to after a sign
 * that parts words, if there is one. */
static size_t line_of(const char *text, size_t len, size_t width)
{
	size_t fits = bytes_of(text, len, width);
	size_t at = fits;

	if (fits == len)
		return len;
	while (at > 0 && text[at] != ' ')
		at--;
	if (at > 0)
		return at;
	for (at = fits; at > 0 && strchr(",;:/_-.", text[at - 1]) == NULL;)
		at--;
	return at > 0 ? at : fits;
}

/* How many columns a table or Markdown has. */
static size_t count_titles(const struct sheet *sheet)
{
	size_t count = 0;

	for (size_t i = 0; i < sheet->column_count; i++)
		count += sheet->columns[i].title != NULL;
	return count;
}

/* The longest of the words of a title, in ASCII. */
static size_t longest_word(const char *title)
{
	size_t longest = 0;

	while (*title != '\0') {
		size_t len = strcspn(title, " ");

		if (len > longest)
			longest = len;
		title += len;
		title += strspn(title, " ");
	}
	return longest;
}

/*
 * Makes columns narrower whose titles are what is wide in them: those may take two
 * lines. cells are the widths that the rest asks for.
 */
static void break_titles(const struct sheet *sheet, size_t *widths, const size_t *cells)
{
	size_t at = 0;

	for (size_t i = 0; i < sheet->column_count; i++) {
		size_t least;

		if (!sheet->columns[i].title)
			continue;
		least = longest_word(sheet->columns[i].title);
		if (least < cells[at])
			least = cells[at];
		if (least < widths[at])
			widths[at] = least;
		at++;
	}
}

static size_t sum_widths(const size_t *widths, size_t count)
{
	size_t total = 0;

	for (size_t i = 0; i < count; i++)
		total += widths[i] + GAP;
	return total;
}

/* widths and cells have an entry for each of count columns, all 0. */
static void set_widths(const struct sheet *sheet, size_t *widths, size_t *cells, size_t count)
{
	for (size_t i = 0; i < sheet->cell_count; i++) {
		const struct sheet_cell *cell = &sheet->cells[i];
		size_t width = characters(sheet->texts.data + cell->at, cell->len);

		if (width > widths[i % count])
			widths[i % count] = width;
		if (i >= count && width > cells[i % count])
			cells[i % count] = width;
	}
	if (sheet->width == 0 || sum_widths(widths, count) <= sheet->width + GAP)
		return;
	break_titles(sheet, widths, cells);
	while (sum_widths(widths, count) > sheet->width + GAP) {
		size_t widest = 0;

		for (size_t i = 1; i < count; i++)
			if (widths[i] > widths[widest])
				widest = i;
		if (widths[widest] <= NARROWEST)
			break;
		widths[widest]--;
	}
}

/* Writes the next line of each cell; returns false if all of them have ended. */
static bool put_lines(
	struct sheet *sheet, struct sheet_cell *row, const size_t *widths, size_t count)
{
	size_t blanks = 0;
	bool has_text = false;

	for (size_t i = 0; i < count; i++)
		if (row[i].len > 0)
			has_text = true;
	if (!has_text)
		return false;
	for (size_t i = 0; i < count; i++) {
		const char *text = sheet->texts.data + row[i].at;
		size_t len = line_of(text, row[i].len, widths[i]);

		for (; len > 0 && blanks > 0; blanks--)
			put_text(sheet, " ");
		put(sheet, text, len);
		blanks += widths[i] - characters(text, len) + GAP;
		row[i].at += len;
		row[i].len -= len;
		/* The blank at which a line ended is not shown. */
		if (row[i].len > 0 && sheet->texts.data[row[i].at] == ' ') {
			row[i].at++;
			row[i].len--;
		}
	}
	put_text(sheet, "\n");
	return true;
}

static void put_rows(struct sheet *sheet, const size_t *widths, size_t count)
{
	for (size_t i = 0; i < sheet->cell_count; i += count) {
		bool is_bold = i == 0 && sheet->has_colour;

		if (is_bold)
			put_text(sheet, "\x1b[1m");
		while (put_lines(sheet, &sheet->cells[i], widths, count))
			;
		if (is_bold)
			put_text(sheet, "\x1b[0m");
		outfile_pass(sheet->output);
	}
}

static void put_table(struct sheet *sheet)
{
	size_t count = count_titles(sheet);
	size_t *widths = calloc(count + 1, sizeof(*widths));
	size_t *cells = calloc(count + 1, sizeof(*cells));

	if (widths && cells) {
		set_widths(sheet, widths, cells, count);
		put_rows(sheet, widths, count);
	} else {
		sheet->is_short = true;
	}
	free(widths);
	free(cells);
}
/* ---- rows ------------------------------------------------------------------------ */

enum value_kind { VALUE_TEXT, VALUE_JSON };

/* A member of an object, its name and then the value. */
static void put_member(
	struct sheet *sheet, size_t column, const char *text, size_t len, enum value_kind kind)
{
	put_text(sheet, column == 0 ? "{\"" : ",\"");
	put_text(sheet, sheet->columns[column].name);
	put_text(sheet, "\":");
	if (!text)
		put_text(sheet, "null");
	else if (kind == VALUE_JSON)
		put(sheet, text, len);
	else
		check(sheet, json_write_string(&sheet->output->bytes, text, len));
}

/* The next value, as it is for the format; text null: null. */
static void put_value(struct sheet *sheet, const char *text, size_t len, enum value_kind kind)
{
	size_t column = sheet->column++;
	bool is_for_people = sheet_is_for_people(sheet);
	bool is_shown = is_for_people ? sheet->columns[column].title != NULL
				      : sheet->columns[column].name != NULL;

	if (sheet->column == sheet->column_count)
		sheet->column = 0;
	if (is_shown && sheet->format == SHEET_NDJSON) {
		put_member(sheet, column, text, len, kind);
	} else if (is_shown && sheet->format == SHEET_CSV) {
		put_text(sheet, column > 0 ? "," : "");
		put_csv(sheet, text, len);
	} else if (is_shown && sheet->format == SHEET_MARKDOWN) {
		put_text(sheet, "| ");
		put_markdown(sheet, text, len);
		put_text(sheet, " ");
	} else if (is_shown) {
		keep_cell(sheet, text, len);
	}
	if (sheet->column > 0 || sheet->format == SHEET_TABLE)
		return;
	put_text(sheet, sheet->format == SHEET_NDJSON     ? "}\n"
			: sheet->format == SHEET_MARKDOWN ? "|\n"
							  : "\n");
	outfile_pass(sheet->output);
}

bool sheet_is_for_people(const struct sheet *sheet)
{
	return sheet->format == SHEET_TABLE || sheet->format == SHEET_MARKDOWN;
}

void sheet_put_text(struct sheet *sheet, const struct lookup_text *text)
{
	put_value(sheet, text->text, text->len, VALUE_TEXT);
}

void sheet_put_word(struct sheet *sheet, const char *word)
{
	put_value(sheet, word, strlen(word), VALUE_TEXT);
}

void sheet_put_null(struct sheet *sheet)
{
	put_value(sheet, NULL, 0, VALUE_TEXT);
}

void sheet_put_number(struct sheet *sheet, uint64_t number)
{
	char text[24];
	int len = snprintf(text, sizeof(text), "%" PRIu64, number);

	put_value(sheet, text, (size_t)len, VALUE_JSON);
}

void sheet_put_flag(struct sheet *sheet, bool flag)
{
	const char *text = flag ? "true" : "false";

	if (sheet_is_for_people(sheet))
		text = flag ? "yes" : "no";
	put_value(sheet, text, strlen(text), VALUE_JSON);
}

void sheet_put_time(struct sheet *sheet, int64_t seconds)
{
	char text[UTC_TEXT_SIZE];
	size_t len;

	if (!utc_text(text, seconds)) {
		sheet_put_null(sheet);
		return;
	}
	len = strlen(text);
	if (sheet_is_for_people(sheet))
		len = strcspn(text, "T");
	put_value(sheet, text, len, VALUE_TEXT);
}

void sheet_put_name(
	struct sheet *sheet, const struct lookup_text *name, const struct lookup_text *ocid)
{
	sheet_put_text(sheet, !name->text && sheet_is_for_people(sheet) ? ocid : name);
}

void sheet_put_bytes(struct sheet *sheet, const struct bytes *bytes)
{
	put_value(sheet, bytes->len > 0 ? bytes->data : "", bytes->len, VALUE_JSON);
}

/* ---- lists of words ---------------------------------------------------------------- */

void sheet_list_begin(struct sheet *sheet)
{
	bytes_clear(&sheet->text);
	sheet->word_count = 0;
	if (!sheet_is_for_people(sheet))
		check(sheet, bytes_append_char(&sheet->text, '['));
}

void sheet_list_add(struct sheet *sheet, const char *word)
{
	bool is_for_people = sheet_is_for_people(sheet);

	if (sheet->word_count++ > 0)
		check(sheet, bytes_append_text(&sheet->text, is_for_people ? ", " : ","));
	check(sheet, is_for_people ? bytes_append_text(&sheet->text, word)
				   : json_write_string(&sheet->text, word, strlen(word)));
}

void sheet_list_end(struct sheet *sheet)
{
	if (!sheet_is_for_people(sheet))
		check(sheet, bytes_append_char(&sheet->text, ']'));
	sheet_put_bytes(sheet, &sheet->text);
}

/* ---- sheets ----------------------------------------------------------------------- */

static void put_titles(struct sheet *sheet)
{
	for (size_t i = 0; i < sheet->column_count; i++) {
		const char *title = sheet_is_for_people(sheet) ? sheet->columns[i].title
							       : sheet->columns[i].name;

		sheet_put_word(sheet, title ? title : "");
	}
	if (sheet->format != SHEET_MARKDOWN)
		return;
	for (size_t i = 0; i < sheet->column_count; i++)
		if (sheet->columns[i].title)
			put_text(sheet, "| --- ");
	put_text(sheet, "|\n");
}

void sheet_begin(struct sheet *sheet, struct outfile *output, const struct options *options,
	const struct sheet_column *columns, size_t column_count)
{
	unsigned width;
	bool is_terminal = outfile_is_terminal(output, &width);

	*sheet = (struct sheet){
		.format = options->format,
		.output = output,
		.columns = columns,
		.column_count = column_count,
		.text = BYTES_INIT(SIZE_MAX / 2),
		.texts = BYTES_INIT(SIZE_MAX / 2),
	};
	if (sheet->format == SHEET_AUTO)
		sheet->format = is_terminal ? SHEET_TABLE : SHEET_NDJSON;
	if (is_terminal) {
		sheet->width = width;
		sheet->has_colour = options->wants_colour;
	}
	if (sheet->format != SHEET_NDJSON)
		put_titles(sheet);
}

int sheet_end(struct sheet *sheet)
{
	if (sheet->format == SHEET_TABLE && !sheet->is_short)
		put_table(sheet);
	free(sheet->cells);
	bytes_free(&sheet->text);
	bytes_free(&sheet->texts);
	return sheet->is_short ? -1 : 0;
}

int sheet_write_lines(const struct sheet *sheet, struct bytes *out, const char *lines)
{
	bool is_broken = sheet->format == SHEET_TABLE && sheet->width > 0;

	while (*lines != '\0') {
		size_t rest = strcspn(lines, "\n");

		do {
			size_t len = is_broken ? line_of(lines, rest, sheet->width) : rest;

			if (bytes_append(out, lines, len) != 0 || bytes_append_char(out, '\n') != 0)
				return -1;
			/* The blank at which a line ended is not shown. */
			len += len < rest && lines[len] == ' ';
			lines += len;
			rest -= len;
		} while (rest > 0);
		lines += *lines == '\n';
	}
	return 0;
}

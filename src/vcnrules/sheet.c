/*
 * CSV and Markdown are written as the cells come. A table is gathered first,
 * since its columns are as wide as their widest cell; where that is more than
 * the terminal has, the widest columns give way, and their cells go on in
 * further lines: nothing is cut off.
 *
 * A character is taken to be one column wide. A column never gives way below
 * NARROWEST, so a table of many columns may be wider than a very narrow
 * terminal.
 */
#include "vcnrules/sheet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* ---- CSV and Markdown ---------------------------------------------------------- */

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

/*
 * Does Markdown give a character back as it stands? Blanks at the ends of a cell
 * are trimmed, and "http://" and "www." begin links of themselves, in which
 * references are not read.
 */
static bool is_plain_markdown(const char *text, size_t len, size_t at)
{
	unsigned char c = (unsigned char)text[at];

	if (c < 0x20 || c == 0x7f || strchr("|\\`*_{}[]<>#&!~$@", c) != NULL)
		return false;
	if (c == ' ')
		return at > 0 && at + 1 < len;
	if (c == ':')
		return len - at < 3 || memcmp(text + at, "://", 3) != 0;
	return c != '.' || at < 3 || memcmp(text + at - 3, "www", 3) != 0;
}

/* All others become references to themselves. */
static void put_markdown(struct sheet *sheet, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		char reference[16];

		if (is_plain_markdown(text, len, i)) {
			put(sheet, text + i, 1);
			continue;
		}
		snprintf(reference, sizeof(reference), "&#%u;", (unsigned)(unsigned char)text[i]);
		put_text(sheet, reference);
	}
}

static void put_written(struct sheet *sheet, const char *text, size_t len)
{
	size_t column = sheet->cell_count % sheet->column_count;
	bool is_markdown = sheet->format == SHEET_MARKDOWN;

	sheet->cell_count++;
	if (!is_markdown) {
		if (column > 0)
			put_text(sheet, ",");
		put_csv(sheet, text, len);
	} else if (sheet->columns[column].title) {
		put_text(sheet, "| ");
		put_markdown(sheet, text, len);
		put_text(sheet, " ");
	}
	if (column + 1 == sheet->column_count) {
		put_text(sheet, is_markdown ? "|\n" : "\n");
		outfile_pass(sheet->output);
	}
}

/* ---- tables ---------------------------------------------------------------------- */

/* Appends text with each control character as \x and two digits. */
static void keep_shown(struct sheet *sheet, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];
		/* U+0080 to U+009F are controls too: two bytes, the first C2. */
		bool is_c1 = c == 0xc2 && i + 1 < len && (unsigned char)text[i + 1] < 0xa0;
		char shown[8];

		if (c >= 0x20 && c != 0x7f && !is_c1) {
			check(sheet, bytes_append(&sheet->texts, text + i, 1));
			continue;
		}
		if (is_c1)
			c = (unsigned char)text[++i];
		snprintf(shown, sizeof(shown), "\\x%02x", c);
		check(sheet, bytes_append_text(&sheet->texts, shown));
	}
}

static void keep_cell(struct sheet *sheet, const char *text, size_t len)
{
	struct sheet_cell *cell;

	if (sheet->cell_count == sheet->cell_room) {
		size_t room = sheet->cell_room == 0 ? 1024 : sheet->cell_room * 2;
		struct sheet_cell *grown = realloc(sheet->cells, room * sizeof(*grown));

		if (!grown) {
			sheet->is_short = true;
			return;
		}
		sheet->cells = grown;
		sheet->cell_room = room;
	}
	cell = &sheet->cells[sheet->cell_count++];
	cell->at = sheet->texts.len;
	keep_shown(sheet, text, len);
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

/* How much of text goes into a line of width: up to a blank, if there is one. */
static size_t line_of(const char *text, size_t len, size_t width)
{
	size_t fits = bytes_of(text, len, width);
	size_t at = fits;

	if (fits == len)
		return len;
	while (at > 0 && text[at] != ' ')
		at--;
	return at > 0 ? at : fits;
}

static void set_widths(const struct sheet *sheet, size_t *widths)
{
	size_t total = 0;

	for (size_t i = 0; i < sheet->cell_count; i++) {
		size_t column = i % sheet->column_count;
		const struct sheet_cell *cell = &sheet->cells[i];
		size_t width = characters(sheet->texts.data + cell->at, cell->len);

		if (sheet->columns[column].title && width > widths[column])
			widths[column] = width;
	}
	for (size_t i = 0; i < sheet->column_count; i++)
		if (sheet->columns[i].title)
			total += widths[i] + GAP;
	while (sheet->width > 0 && total > sheet->width + GAP) {
		size_t widest = 0;

		for (size_t i = 1; i < sheet->column_count; i++)
			if (widths[i] > widths[widest])
				widest = i;
		if (widths[widest] <= NARROWEST)
			break;
		widths[widest]--;
		total--;
	}
}

/* Writes the next line of each cell; returns false if all of them have ended. */
static bool put_lines(struct sheet *sheet, struct sheet_cell *row, const size_t *widths)
{
	size_t blanks = 0;
	bool has_text = false;

	for (size_t i = 0; i < sheet->column_count; i++)
		if (sheet->columns[i].title && row[i].len > 0)
			has_text = true;
	if (!has_text)
		return false;
	for (size_t i = 0; i < sheet->column_count; i++) {
		const char *text = sheet->texts.data + row[i].at;
		size_t len = line_of(text, row[i].len, widths[i]);

		if (!sheet->columns[i].title)
			continue;
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

static void put_table(struct sheet *sheet)
{
	size_t *widths = calloc(sheet->column_count, sizeof(*widths));

	if (!widths) {
		sheet->is_short = true;
		return;
	}
	set_widths(sheet, widths);
	for (size_t i = 0; i + sheet->column_count <= sheet->cell_count; i += sheet->column_count) {
		bool is_bold = i == 0 && sheet->has_colour;

		if (is_bold)
			put_text(sheet, "\x1b[1m");
		while (put_lines(sheet, &sheet->cells[i], widths))
			;
		if (is_bold)
			put_text(sheet, "\x1b[0m");
		outfile_pass(sheet->output);
	}
	free(widths);
}

/* ---- sheets ----------------------------------------------------------------------- */

void sheet_put(struct sheet *sheet, const char *text, size_t len)
{
	if (sheet->format == SHEET_TABLE)
		keep_cell(sheet, text, len);
	else
		put_written(sheet, text, len);
}

void sheet_put_text(struct sheet *sheet, const char *text)
{
	sheet_put(sheet, text, strlen(text));
}

void sheet_begin(struct sheet *sheet, struct outfile *output, enum sheet_format format,
	const struct sheet_column *columns, size_t column_count)
{
	*sheet = (struct sheet){
		.format = format,
		.output = output,
		.columns = columns,
		.column_count = column_count,
		.texts = BYTES_INIT(SIZE_MAX / 2),
	};
	for (size_t i = 0; i < column_count; i++) {
		const char *title = columns[i].title ? columns[i].title : "";

		sheet_put_text(sheet, format == SHEET_CSV ? columns[i].name : title);
	}
	if (format != SHEET_MARKDOWN)
		return;
	for (size_t i = 0; i < column_count; i++)
		if (columns[i].title)
			put_text(sheet, "| --- ");
	put_text(sheet, "|\n");
}

int sheet_end(struct sheet *sheet)
{
	if (sheet->format == SHEET_TABLE && !sheet->is_short)
		put_table(sheet);
	free(sheet->cells);
	bytes_free(&sheet->texts);
	return sheet->is_short ? -1 : 0;
}

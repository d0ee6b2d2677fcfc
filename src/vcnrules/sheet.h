/*
 * Rows of cells as a table for a terminal, as CSV, or as Markdown.
 *
 * Cells are UTF-8 texts of anybody: in a table, control characters are shown
 * and not done; CSV (RFC 4180, lines that end in LF) and Markdown give each text
 * back to whoever reads them.
 */
#ifndef VCNRULES_SHEET_H
#define VCNRULES_SHEET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/outfile.h"
#include "vcnrules/options.h"

struct sheet_column {
	const char *name;  /* of CSV */
	const char *title; /* of a table and of Markdown; null: only CSV has it */
};

struct sheet_cell;

struct sheet {
	enum sheet_format format; /* not SHEET_NDJSON or SHEET_AUTO */
	struct outfile *output;
	const struct sheet_column *columns;
	size_t column_count;
	size_t width;      /* of a table, in columns of the terminal; 0: any */
	bool has_colour;   /* titles are bold */
	bool is_short;     /* memory ran out */
	size_t cell_count; /* of the row at hand; of a table, of all rows */
	struct bytes texts;
	struct sheet_cell *cells;
	size_t cell_room;
};

/*
 * Begins with the titles. columns have to stay. Not for SHEET_NDJSON. Free
 * with sheet_end.
 */
void sheet_begin(struct sheet *sheet, struct outfile *output, enum sheet_format format,
	const struct sheet_column *columns, size_t column_count);

/* The next cell, row by row, each of as many cells as there are columns. */
void sheet_put(struct sheet *sheet, const char *text, size_t len);
void sheet_put_text(struct sheet *sheet, const char *text);

/* Writes what is left and frees everything. Returns 0, or -1: no memory. */
int sheet_end(struct sheet *sheet);

#endif

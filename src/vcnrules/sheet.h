/*
 * Rows of values, written as NDJSON, CSV, a table for a terminal, or Markdown: one
 * description of a row for all of them.
 *
 * Values are UTF-8 texts of anybody: in a table, control characters are shown and
 * not done; NDJSON, CSV (RFC 4180, lines that end in LF) and Markdown give each text
 * back to whoever reads them. In CSV null is empty, and arrays and objects are their
 * JSON.
 */
#ifndef VCNRULES_SHEET_H
#define VCNRULES_SHEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/outfile.h"
#include "lookup/lookup.h"
#include "vcnrules/options.h"

struct sheet_column {
	const char *name;  /* of NDJSON and CSV; null, but not of the first: only people see it */
	const char *title; /* of a table and of Markdown; null: only programs see it */
};

struct sheet_cell;

struct sheet {
	enum sheet_format format; /* not SHEET_AUTO */
	struct outfile *output;
	const struct sheet_column *columns;
	size_t column_count;
	size_t width;    /* of a table, in columns of the terminal; 0: any */
	bool has_colour; /* titles are bold */
	bool is_short;   /* memory ran out */
	size_t column;   /* of the next value */

	/* for sheet.c alone */
	struct bytes text; /* of a value that is being put together */
	size_t word_count; /* of a list */
	struct bytes texts;
	struct sheet_cell *cells;
	size_t cell_count; /* of the columns that have a title */
	size_t cell_room;
};

/*
 * Begins with the titles, in the format that the options ask for: by themselves a
 * table on a terminal, else NDJSON. columns have to stay. Free with sheet_end.
 */
void sheet_begin(struct sheet *sheet, struct outfile *output, const struct options *options,
	const struct sheet_column *columns, size_t column_count);

/* Returns true if people read it: a table or Markdown. */
bool sheet_is_for_people(const struct sheet *sheet);

/*
 * The next value, row by row, one for each column, also for those that the format
 * leaves out. A text of null is null.
 */
void sheet_put_text(struct sheet *sheet, const struct lookup_text *text);
void sheet_put_word(struct sheet *sheet, const char *word);
void sheet_put_number(struct sheet *sheet, uint64_t number);
void sheet_put_null(struct sheet *sheet);

/* true or false; for people yes or no. */
void sheet_put_flag(struct sheet *sheet, bool flag);

/* A time in seconds since 1970, null if it is none that can be written; for people its
 * day. */
void sheet_put_time(struct sheet *sheet, int64_t seconds);

/* A name, null if there is none; for people the OCID stands in its place then. */
void sheet_put_name(
	struct sheet *sheet, const struct lookup_text *name, const struct lookup_text *ocid);

/* What the caller has put together: JSON, or a text if people read it. */
void sheet_put_bytes(struct sheet *sheet, const struct bytes *bytes);

/* An array of words; for people the words with commas between. */
void sheet_list_begin(struct sheet *sheet);
void sheet_list_add(struct sheet *sheet, const char *word);
void sheet_list_end(struct sheet *sheet);

/* Writes what is left and frees everything. Returns 0, or -1: no memory. */
int sheet_end(struct sheet *sheet);

/*
 * Appends lines that follow a sheet that people read, after sheet_end: those of a table
 * are broken where the terminal ends. Returns as bytes_reserve does.
 */
int sheet_write_lines(const struct sheet *sheet, struct bytes *out, const char *lines);

/*
 * Appends a text so that it means itself in Markdown, also in a table: characters that
 * mean something become references to themselves. Returns as bytes_reserve does.
 */
int sheet_write_markdown(struct bytes *out, const char *text, size_t len);

/*
 * Appends a text for a terminal: each control character as \x and two digits, and each
 * that would turn others around as \u and four. Returns as bytes_reserve does.
 */
int sheet_write_shown(struct bytes *out, const char *text, size_t len);

#endif

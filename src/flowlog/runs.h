/*
 * Framing of a run of JSON values: arrays, concatenated or pretty-printed
 * documents, search documents (data.results). A unit is an element of a
 * top-level array, of data.results or of results, else the top-level value.
 * Where units begin and end is told by brackets and quotes alone. Between them
 * stand white space, commas and record separators (jq --seq).
 *
 * A unit is broken as soon as a closer does not fit, a line feed stands in a
 * string, or a line begins with '{', indented no deeper than the line where the
 * unit began, where no value can stand. It is then one bad record up to the
 * next line (in the last case: that line) that begins with '{' indented no
 * deeper than the line where the unit began.
 *
 * An input that ends within a unit, an array or a search document holds one bad
 * record more, so that what is cut is never taken for whole.
 */
#ifndef FLOWLOG_RUNS_H
#define FLOWLOG_RUNS_H

#include <stdbool.h>
#include <stddef.h>

#include "flowlog/block.h"
#include "json/nest.h"

/* What the bytes between units belong to. */
enum runs_context {
	RUNS_TOP,     /* nothing */
	RUNS_ARRAY,   /* a top-level array */
	RUNS_RESULTS, /* the rows of a search document */
};

enum runs_state {
	RUNS_BETWEEN, /* units */
	RUNS_UNIT,    /* in a unit that is kept */
	RUNS_LONG,    /* in a unit that is too long to be kept */
	RUNS_BROKEN,  /* after a break, looking for where to resume */
	RUNS_TAIL,    /* in a search document, after its rows */
};

/* More than the longest spelling of "opc-next-page" takes: 13 escapes of 6 bytes. */
#define RUNS_STRING 96

struct runs {
	size_t max_record;
	bool keep_broken; /* broken units' bytes are wanted */

	enum runs_state state;
	enum runs_context context;
	bool was_broken; /* stray closers are skipped from now on */
	bool input_ends; /* no text follows that of the block */

	size_t at;              /* what of the block's text has been looked at */
	size_t begin;           /* of the unit, unless RUNS_BETWEEN or RUNS_TAIL */
	bool piece_open;        /* the unit's beginning was handed over already */
	enum block_fault fault; /* RUNS_BROKEN: why; RUNS_LONG: too long */

	/* lines */
	bool at_line_start;     /* nothing so far on this line */
	bool line_blank;        /* only blanks so far on this line */
	size_t indent;          /* that many */
	size_t line_begin;      /* where this line began, in the text */
	size_t unit_indent;     /* of the line where the unit began */
	size_t document_indent; /* of the line where its array or document did
				 */

	/* inside a unit or tail */
	struct nest nest;
	bool in_string;
	int escaped;
	bool is_scalar; /* the unit is a bare word or number */
	bool has_marks; /* a line of it begins with a byte order mark */
	char previous;  /* the last token's first byte */

	/* the search for the rows of a document: offsets from begin */
	bool may_hold_results;
	bool in_data;
	size_t string_begin;
	size_t string_end;
	size_t document_depth; /* where the rows were found: objects around them */

	/*
	 * The search for what says that a page follows. It may stand after the
	 * rows, where no text is kept, so the string at hand is: one that does
	 * not fit is not the name that is looked for.
	 */
	char string[RUNS_STRING];
	size_t string_len;
	bool string_is_value;
	bool is_page_value;    /* a member's name said that its value is */
	bool document_says_so; /* that a page follows, if it is a search document */
	bool page_follows;     /* after one of the search documents so far */
};

enum runs_result {
	RUNS_MORE, /* all of the text was looked at */
	RUNS_CUT,  /* a piece ends at runs->at: hand the block over first */
	RUNS_NO_MEMORY,
};

void runs_init(struct runs *runs, size_t max_record, bool keep_broken);

/* Looks at block->text from runs->at on and adds units to the block. */
enum runs_result runs_scan(struct runs *runs, struct block *block);

/* The input ends here: what is open becomes a bad unit. Returns as runs_scan does. */
enum runs_result runs_finish(struct runs *runs, struct block *block);

/*
 * From where on the text must stand in the next block: the unit that is open,
 * or what was not looked at.
 */
size_t runs_keep_from(const struct runs *runs);

/*
 * Where a piece of a bad unit may end that is handed over before its end is
 * known: not within the blanks that may turn out to stand before the next unit.
 */
size_t runs_piece_end(const struct runs *runs);

/* The text's first offset bytes are gone. */
void runs_shift(struct runs *runs, size_t offset);

#endif

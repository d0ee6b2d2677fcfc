/*
 * Framing of a run of JSON values: arrays, concatenated or pretty-printed
 * documents, search documents (data.results). A unit is an element of a
 * top-level array or of data.results, else the top-level value. Where units
 * begin and end is told by brackets and quotes alone.
 *
 * A unit is broken as soon as a closer does not fit, a line feed stands in a
 * string, or a line begins with '{', indented no deeper than the line where the
 * unit began, where no value can stand. It is then one bad record up to the
 * next line (in the last case: that line) that begins with '{' indented no
 * deeper than the line where the unit began.
 */
#ifndef VCNFLOW_RUNS_H
#define VCNFLOW_RUNS_H

#include <stdbool.h>
#include <stddef.h>

#include "vcnflow/block.h"
#include "vcnflow/nest.h"

/* What the bytes between units belong to. */
enum runs_context {
	RUNS_TOP,     /* nothing */
	RUNS_ARRAY,   /* a top-level array */
	RUNS_RESULTS, /* data.results of a search document */
};

enum runs_state {
	RUNS_BETWEEN, /* units */
	RUNS_UNIT,    /* in a unit that is kept */
	RUNS_LONG,    /* in a unit that is too long to be kept */
	RUNS_BROKEN,  /* behind a break, looking for where to resume */
	RUNS_TAIL,    /* in a search document, behind data.results */
};

struct runs {
	size_t max_record;
	bool keep_broken; /* broken units' bytes are wanted */

	enum runs_state state;
	enum runs_context context;
	bool was_broken; /* stray closers are skipped from now on */

	size_t at;              /* what of the block's text has been looked at */
	size_t begin;           /* of the unit, unless RUNS_BETWEEN or RUNS_TAIL */
	bool piece_open;        /* the unit's beginning was handed over already */
	enum block_fault fault; /* RUNS_BROKEN: why; RUNS_LONG: too long */

	/* lines */
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
	char previous;  /* the last token's first byte */

	/* the search for data.results: offsets from begin */
	bool may_hold_results;
	bool in_data;
	size_t string_begin;
	size_t string_end;
};

enum runs_result {
	RUNS_MORE, /* all of the text was looked at */
	RUNS_CUT,  /* a piece ends at runs->at: hand the block over first */
	RUNS_NO_MEMORY,
};

void runs_init(struct runs *runs, size_t max_record, bool keep_broken);

/* Looks at block->text from runs->at on and adds units to the block. */
enum runs_result runs_scan(struct runs *runs, struct block *block);

/* The input ends here: what is open becomes a bad unit. */
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

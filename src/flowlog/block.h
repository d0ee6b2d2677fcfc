/*
 * The unit of work: some whole records of one input in one padded buffer. A
 * reader fills it, a worker judges it, the delivery reads what came of it.
 * Its buffers are kept from use to use.
 */
#ifndef FLOWLOG_BLOCK_H
#define FLOWLOG_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/bytes.h"
#include "base/limits.h"
#include "deflate/crcpart.h"
#include "flowlog/form.h"

enum block_kind {
	BLOCK_LINES, /* whole lines, each with its LF but perhaps the last */
	BLOCK_UNITS, /* units of a run of JSON values, see units */
	BLOCK_PIECE, /* a piece of one bad record that is not judged: too long,
			or broken in a run */
	BLOCK_EMPTY, /* no text: only the end of an input */
};

/* Why a record is bad that was never given to the parser. */
enum block_fault {
	FAULT_NONE,
	FAULT_TOO_LONG,
	FAULT_TOO_LONG_DOCUMENT, /* … and looks like a search document */
	FAULT_BROKEN,            /* brackets or quotes do not balance */
	FAULT_CUT,               /* the input ends within it, or within its array */
	FAULT_CLOSER,            /* a closing bracket that closes nothing */
	FAULT_HALF_LINE,         /* a last line in a damaged input */
};

/* In words, fit to stand after "bad record …: ". */
const char *block_fault_text(enum block_fault fault);

/* text[offset..offset+len) of a block is a value; fault: it is bad as such. */
struct block_unit {
	size_t offset;
	size_t len;
	enum block_fault fault;
	bool is_row;    /* of data.results: it is not unwrapped that way again */
	bool has_marks; /* a line of it may begin with a byte order mark, which is skipped */
};

struct block {
	char *text; /* LIMIT_JSON_PADDING defined bytes stand after len */
	size_t len;
	uint64_t offset;      /* of text[0] in the input, inflated */
	size_t cap;           /* without the padding */
	struct crc_part *due; /* of its input's CRC-32, by block_check; null: nothing */
	enum block_kind kind;

	struct block_unit *units;
	size_t unit_count;
	size_t unit_room;

	/* BLOCK_PIECE: of the record that it is a piece of */
	enum block_fault fault;
	bool first;   /* here the record is counted */
	bool last;    /* its end is here */
	bool is_line; /* it was a line, its LF included */

	/* BLOCK_LINES: the last line has no LF, and the input is damaged */
	bool half_line;

	/* of the input so far */
	enum form form;    /* told by its first bytes */
	bool page_follows; /* a search document says so */
	bool input_ends;   /* nothing of this input follows */
};

/* Only where no reader will be asked for the rest of its input. */
void block_free(struct block *block);

/*
 * Computes what is due of its input's CRC-32, to be called by who works on the text
 * before anything else: it is in the cache after that, and nobody may change it before,
 * for the reader of the input may be computing the same.
 */
static inline void block_check(struct block *block)
{
	if (block->due != NULL)
		crc_part_compute(block->due);
	block->due = NULL;
}

/* Checks it, forgets what is in it, and gives back room beyond LIMIT_BLOCK. */
void block_reset(struct block *block);

/* Makes room for len bytes of text in all. Returns 0, or -1. */
int block_reserve(struct block *block, size_t len);

/* Defines the bytes after the text; called when it is filled. */
void block_pad(struct block *block);

/* Adds a unit. Returns 0, or -1. */
int block_add_unit(struct block *block, const struct block_unit *unit);

/* Returns true if a text begins like a search document or an array on one line. */
bool block_is_document(const char *text, size_t len);

/*
 * Returns true if a line that is no record would read better in a run of JSON
 * values: if it begins with an object after which another value, a comma or a
 * closing bracket stands; with a search document that goes on in the next line;
 * with a member's name, as a line of a pretty-printed document does; or with a
 * record separator.
 */
bool block_is_run(const char *text, size_t len);

/*
 * The fault of a line that is longer than max_record: text, without a byte order
 * mark, is the line or its first max_record + 2 bytes at least, and text[begin]
 * its first that is no blank. No more is looked at, so that it does not matter in
 * what pieces the line came.
 */
enum block_fault block_long_line_fault(
	const char *text, size_t len, size_t begin, size_t max_record);

#define BLOCK_RECORD_SEPARATOR '\x1e'

/*
 * From where on a line that is too long is handed over: its text begins at
 * begin, after blanks from blanks on, of which it has the last LIMIT_LINE_BLANKS.
 */
static inline size_t block_line_from(size_t blanks, size_t begin)
{
	return begin - blanks > LIMIT_LINE_BLANKS ? begin - LIMIT_LINE_BLANKS : blanks;
}

/* Returns true if text[0..len), not empty, may be the beginning of a byte order mark. */
static inline bool block_may_be_mark(const char *text, size_t len)
{
	return len < BYTES_MARK_LENGTH && memcmp(text, BYTES_MARK, len) == 0;
}

#endif

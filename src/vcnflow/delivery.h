/*
 * The end of the line: what came of the blocks, in input order. Output and
 * rejects are written, counts added up, messages given; so all of it is the
 * same for any number of threads. Calls come one at a time, in order.
 */
#ifndef VCNFLOW_DELIVERY_H
#define VCNFLOW_DELIVERY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/limits.h"
#include "base/textset.h"
#include "flowlog/block.h"
#include "flowlog/inputs.h"
#include "flowlog/source.h"
#include "vcnflow/conversations.h"
#include "vcnflow/options.h"
#include "vcnflow/output.h"
#include "vcnflow/result.h"
#include "vcnflow/tally.h"

/* What ended the run before its inputs' end. */
enum delivery_end {
	DELIVERY_GOES_ON,
	DELIVERY_STRICT,     /* the first fault, under --strict */
	DELIVERY_CLASH,      /* an input is an output too; after a message */
	DELIVERY_UNSUITABLE, /* a conversation that the options do not go with; likewise */
	DELIVERY_UNWRITTEN,  /* output->state or the rejects say why */
	DELIVERY_LOOKUP_LOST,
	DELIVERY_NO_MEMORY,
	DELIVERY_INTERRUPTED,
};

struct delivery {
	const struct options *options;
	struct output *output;
	int rejects; /* a descriptor, or -1 */
	/* Set by whoever ends the run: a signal is noticed by any thread, while
	 * another one delivers. */
	_Atomic enum delivery_end end;
	bool faulty;           /* an input was unreadable or damaged */
	bool unwritable;       /* the rejects could not be written */
	int errno_value;       /* why */
	bool rejects_in_line;  /* their last byte was not a line feed */
	struct bytes gathered; /* rejects that are to be written */

	uint64_t inputs;
	uint64_t bytes_in;
	uint64_t bytes_inflated;
	struct tally tally;
	struct textset unknown;
	bool unknown_more; /* than the set takes */

	uint64_t seen[2]; /* see result.h */

	/* under --conversations */
	struct conversations sums;
	uint64_t conversations; /* that were written */
	uint64_t mib;           /* of the input at hand: that is being summed */
	size_t walk;            /* the directory that the input at hand was found in, or 0 */
	bool walk_has_records;  /* some of it were summed */
	bool walk_is_told;      /* that it mixes them with sums */
	char *walk_sums;        /* the first file in it that holds conversations, or null */

	/* the input at hand */
	char *path; /* null: standard input */
	uint64_t lines;
	struct tally input;
	bool shown_good;                      /* it held a record that is not bad */
	struct mark pending[LIMIT_BAD_NAMED]; /* not yet named */
	bool pending_is_line[LIMIT_BAD_NAMED];
	size_t pending_count;
	enum form form;    /* told by its first bytes */
	bool is_run;       /* a bad line would read better in a run of values */
	bool page_follows; /* after a search document in it */
	unsigned named;    /* bad records in the run, those pending left out */
};

void delivery_init(struct delivery *delivery, const struct options *options, struct output *output,
	int rejects);
void delivery_free(struct delivery *delivery);

/* An input begins; path is taken over. walk is that of inputs.h. */
void delivery_begin(struct delivery *delivery, char *path, size_t walk);

/* A part of the output of the block that is next; see output_write. Returns 0,
 * or -1: stop. */
int delivery_write(struct delivery *delivery, struct iovec *pieces, size_t count, size_t raw_len,
	bool begins_record);

/* A block, all of whose output was written. Returns 0, or -1: stop. */
int delivery_block(struct delivery *delivery, const struct block *block, struct result *result);

/* Writes what is summed, sorted, and begins anew. Returns 0, or -1: stop. */
int delivery_sums(struct delivery *delivery);

/* The input ends. Returns 0, or -1: stop. */
int delivery_end_input(struct delivery *delivery, const struct source_report *report);

/* A message about inputs, of INPUTS_FAULT, INPUTS_WARNING or INPUTS_CLASH; text
 * is taken over. Returns 0, or -1: stop. */
int delivery_message(struct delivery *delivery, enum inputs_kind kind, char *text);

/* How much of the inputs at hand was read: for the progress line. */
void delivery_progress(struct delivery *delivery, uint64_t bytes_in);

#endif

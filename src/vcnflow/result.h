/*
 * What came of a block besides its output: counts, bad records, and the subnets
 * that the lookup file lacks. A worker fills it, delivery adds it up.
 */
#ifndef VCNFLOW_RESULT_H
#define VCNFLOW_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/limits.h"
#include "base/textset.h"
#include "vcnflow/summing.h"
#include "vcnflow/tally.h"

/* A bad record: where, counted from the block's beginning, and why. */
struct mark {
	uint64_t place;     /* lines before it, or records before it */
	const char *reason; /* constant text */
};

/* text[offset..offset+len) of the block is a bad record as it stood. */
struct reject {
	size_t offset;
	size_t len;
};

enum result_state {
	RESULT_COMPLETE,
	RESULT_STOPPED,     /* --strict: the first bad record ends the run */
	RESULT_REFUSED,     /* the output was not taken (outbuf.failed) */
	RESULT_LOOKUP_LOST, /* the lookup file shrank */
	RESULT_UNSUITABLE,  /* a conversation that the options do not go with */
	RESULT_NO_MEMORY,
};

/* What came of a block. Its buffers are kept from use to use. */
struct result {
	enum result_state state;
	struct tally tally;
	uint64_t lines;                     /* line feeds */
	struct mark marks[LIMIT_BAD_NAMED]; /* the first bad records */
	size_t mark_count;
	struct reject *rejects; /* all of them, if they are wanted */
	size_t reject_count;
	size_t reject_room;
	uint64_t seen[2];         /* a bit for each member of --keep or --fields that came */
	struct textset unknown;   /* subnets that the lookup file lacks */
	struct summing summing;   /* under --conversations */
	const char *unsuitable;   /* of RESULT_UNSUITABLE: why */
	uint64_t unsuitable_line; /* and how many lines stand before it */
	bool is_run;              /* a bad line would read better in a run of values */
	bool page_follows;        /* after a search document on a line */
};

void result_init(struct result *result);
void result_free(struct result *result);
void result_reset(struct result *result);

#endif

/*
 * Turns a block into the bytes of its output and a result: every record of it
 * is read, selected, tagged and emitted. Workers share nothing but what is
 * read-only; one is used by one thread at a time.
 */
#ifndef VCNFLOW_WORKER_H
#define VCNFLOW_WORKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/limits.h"
#include "base/textset.h"
#include "flowlog/block.h"
#include "lookup/lookup.h"
#include "vcnflow/options.h"
#include "vcnflow/outbuf.h"
#include "vcnflow/record.h"
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
	struct textset unknown; /* subnets that the lookup file lacks */
	bool is_run;            /* a bad line would read better in a run of values */
	bool page_follows;      /* after a search document on a line */
};

void result_init(struct result *result);
void result_free(struct result *result);
void result_reset(struct result *result);

/* What all workers share. */
struct worker_shared {
	const struct options *options;
	const struct record_plan *plan;
	const struct lookup *lookup; /* null: none */
};

struct worker;

/* Returns null when memory ran out. */
struct worker *worker_new(const struct worker_shared *shared);
void worker_free(struct worker *worker);

/* Fills result, which was reset, and hands output to out. */
void worker_run(
	struct worker *worker, struct block *block, struct result *result, struct outbuf *out);

/*
 * For lookup_guard: makes the worker_run that touched the lookup file end with
 * RESULT_LOOKUP_LOST. Outside of worker_run it returns.
 */
void worker_lookup_lost(void *unused);

#endif

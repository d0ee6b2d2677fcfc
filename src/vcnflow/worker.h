/*
 * Turns a block into the bytes of its output and a result: every record of it
 * is read, selected, tagged and emitted. Workers share nothing but what is
 * read-only; one is used by one thread at a time.
 */
#ifndef VCNFLOW_WORKER_H
#define VCNFLOW_WORKER_H

#include "flowlog/block.h"
#include "flowlog/record.h"
#include "lookup/lookup.h"
#include "vcnflow/options.h"
#include "vcnflow/outbuf.h"
#include "vcnflow/result.h"

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

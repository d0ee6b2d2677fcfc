/*
 * The filter's rooms from reader to emit, run over one text in memory, in the
 * order in which a single thread calls them; what main adds is messages and
 * files alone. The program must be linked with --wrap=io_read and
 * --wrap=io_ready: standard input is the text here.
 */
#ifndef TESTS_FUZZ_STAGE_H
#define TESTS_FUZZ_STAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "vcnflow/worker.h"

#define STAGE_MARKS LIMIT_BAD_NAMED

/* How the text comes, and how the output is gathered. */
struct stage_pace {
	uint32_t seed;      /* of the chunks' sizes */
	size_t chunk;       /* the most bytes of one; 0: all at once */
	unsigned idle;      /* of 8 chunks, so many are waited for */
	size_t output_room; /* of the output buffer */
};

/* What came of a text. Its buffers are kept from use to use. */
struct stage_run {
	struct bytes output; /* array brackets left out */
	struct bytes rejects;
	struct tally tally;
	uint64_t lines;
	struct mark marks[STAGE_MARKS]; /* places counted in the text */
	size_t mark_count;
	bool damaged; /* the text was gzip, and damaged */
};

#define STAGE_RUN_INIT                                                                             \
	{                                                                                          \
		.output = BYTES_INIT(SIZE_MAX / 2), .rejects = BYTES_INIT(SIZE_MAX / 2)            \
	}

/* The options' content may change from run to run, where they stand not. */
void stage_run(struct stage_run *run, const struct worker_shared *shared,
	const struct stage_pace *pace, const char *text, size_t len);

#endif

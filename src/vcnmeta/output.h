/*
 * Standard output: gathered, and written in whole pieces as they were put. A
 * failure is told of once, at the end.
 */
#ifndef VCNMETA_OUTPUT_H
#define VCNMETA_OUTPUT_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/exitcode.h"

struct output {
	struct bytes bytes; /* append to it, then call output_pass */
	int write_errno;    /* of the first write that failed, or 0 */
};

void output_begin(struct output *output);

/* Says that a line, or several, are complete: they may be written. */
void output_pass(struct output *output);

/*
 * Appends a time as "2026-11-27T00:00:00Z". Returns 0, or -1 when memory ran out.
 */
int output_put_time(struct bytes *out, int64_t seconds);

/*
 * Writes what is left and frees everything. Returns EXITCODE_OK, or
 * EXITCODE_WRITE after a message.
 */
enum exitcode output_end(struct output *output);

#endif

/*
 * Where records go: standard output, a file that is replaced at the end, or a
 * file that is written directly. Pieces of output arrive in order.
 */
#ifndef VCNFLOW_OUTPUT_H
#define VCNFLOW_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "base/bytes.h"
#include "deflate/gzip.h"
#include "vcnflow/options.h"
#include "vcnflow/target.h"

enum output_state {
	OUTPUT_GOOD,
	OUTPUT_FAILED,      /* it can't be written; errno_value says why */
	OUTPUT_READER_GONE, /* EPIPE */
	OUTPUT_INTERRUPTED, /* the line begun was finished */
	OUTPUT_NO_MEMORY,
};

struct output {
	const struct options *options;
	enum output_state state;
	int errno_value;
	int fd;
	struct target target; /* of -o; not open if standard output is written */
	struct gzip *gzip;    /* for what is added here, if it is compressed */
	struct bytes compressed;
	bool in_line;   /* the last byte written was not a line feed */
	bool started;   /* a record was written, or is being written */
	uint64_t bytes; /* before compression */
};

/*
 * Opens what options->output names, or standard output, which must have been
 * open at the start. Returns 0, or -1 after a message.
 */
int output_open(struct output *output, const struct options *options);

/*
 * Writes a part in pieces, none of them empty, no more than IOV_MAX, which are
 * changed: as it is to be stored, raw_len bytes before compression.
 * begins_record: a record begins with it, which matters for what separates the
 * elements of an array. Returns 0, or -1 with state set.
 */
int output_write(struct output *output, struct iovec *pieces, size_t count, size_t raw_len,
	bool begins_record);

/* Writes text that is no record. Returns 0, or -1 with state set. */
int output_write_plain(struct output *output, const char *text, size_t len);

/* Returns true if the output goes to a regular file. */
bool output_is_regular(const struct output *output);

/* Writes what ends the output. Returns 0, or -1 with state set. */
int output_finish(struct output *output);

/*
 * Frees what output_open made, but for the target: that is to be sealed and
 * committed, or abandoned, by whoever knows how the run ended.
 */
void output_close(struct output *output);

/* Says why writing failed, unless the reader went away. */
void output_report(const struct output *output);

#endif

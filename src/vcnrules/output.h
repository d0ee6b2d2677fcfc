/*
 * What a command writes: gathered, and written in large pieces to standard
 * output, or to a file that appears whole or not at all.
 */
#ifndef VCNRULES_OUTPUT_H
#define VCNRULES_OUTPUT_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/exitcode.h"
#include "base/replace.h"
#include "vcnrules/options.h"

struct output {
	struct bytes bytes; /* append to it, then call output_pass */
	struct replace replace;
	const char *path; /* null: standard output */
	int fd;
	int write_errno; /* of the first write that failed, or 0 */
};

/* To be called first of all, as descriptors were found. Returns 0, or -1. */
int output_prepare(void);

/* Returns true if standard input was open when the program began. */
bool output_stdin_was_open(void);

/*
 * Begins with the output that options name, which has to stay. Returns
 * EXITCODE_OK; or after a message EXITCODE_WRITE, EXITCODE_INTERNAL if memory ran
 * out, or EXITCODE_REFUSED if it is the lookup file or an operand.
 */
enum exitcode output_open(struct output *output, const struct options *options);

/* Returns true if it is a terminal; *columns is then its width. */
bool output_is_terminal(const struct output *output, unsigned *columns);

/* Says that a line, or several, are complete: they may be written. */
void output_pass(struct output *output);

/*
 * Ends it, and frees everything. With keep, what is left is written and a file
 * is put in its place; without it, the file stays as it was. Returns
 * EXITCODE_OK, or EXITCODE_WRITE after a message. Does not return if the reader
 * of standard output is gone: the process dies by SIGPIPE.
 */
enum exitcode output_close(struct output *output, bool keep);

#endif

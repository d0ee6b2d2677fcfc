/*
 * The inputs in their order: operands, then the lines of --files-from,
 * directories walked in the order of find DIR -type f | LC_ALL=C sort. Names
 * are found as they are asked for, so that memory does not grow with them,
 * but for the names in the directories being walked.
 */
#ifndef VCNFLOW_INPUTS_H
#define VCNFLOW_INPUTS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vcnflow/options.h"

enum inputs_kind {
	INPUTS_FILE,    /* an input: path, or standard input when path is null */
	INPUTS_FAULT,   /* a message is due: an error, exit status 1 */
	INPUTS_WARNING, /* a message is due: a warning only */
	INPUTS_END,
	INPUTS_NO_MEMORY,
};

/* What comes next. path and message are the caller's, to be freed. */
struct inputs_item {
	enum inputs_kind kind;
	char *path;
	char *message; /* complete, without the program's name */
};

struct inputs;

/* options must outlive it. Returns null when memory ran out. */
struct inputs *inputs_new(const struct options *options);

/* Reading a --files-from list ends when *stop has become nonzero. */
void inputs_stop_on(struct inputs *inputs, const atomic_int *stop);

/*
 * The next item, in order. Reading a --files-from list may wait for its
 * writer. Standard input used twice was refused by options_parse as far as
 * the command line shows it; a "-" in a --files-from list that is standard
 * input too is an INPUTS_FAULT here.
 */
struct inputs_item inputs_next(struct inputs *inputs);
void inputs_free(struct inputs *inputs);

/*
 * The total size of all inputs, if every one is a regular file named on the
 * command line, found in a directory there, or standard input; else -1. For
 * --progress.
 */
int64_t inputs_total_bytes(const struct options *options);

#endif

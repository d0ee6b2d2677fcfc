/*
 * The inputs in their order: operands, then the lines of --files-from,
 * directories walked in the order of find DIR -type f | LC_ALL=C sort. Names
 * are found as they are asked for, so that memory does not grow with them,
 * but for the names in the directories being walked.
 */
#ifndef FLOWLOG_INPUTS_H
#define FLOWLOG_INPUTS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/identity.h"
#include "flowlog/config.h"

enum inputs_kind {
	INPUTS_FILE,    /* an input: path, or standard input when path is null */
	INPUTS_FAULT,   /* a message is due: an error, exit status 1 */
	INPUTS_WARNING, /* a message is due: a warning only */
	INPUTS_CLASH,   /* a message is due: an error that ends the run, exit status 2 */
	INPUTS_END,
	INPUTS_NO_MEMORY,
};

/* What comes next. path, message and fd are the caller's, to be freed and closed. */
struct inputs_item {
	enum inputs_kind kind;
	char *path;
	char *message; /* complete, without the program's name */
	int fd;        /* of INPUTS_FILE: open for reading, or -1 */
	int error;     /* why it could not be opened: errno's value */
	size_t walk;   /* of INPUTS_FILE: the number of the directory it was found in, or 0 */
};

/*
 * A file that is no input, since the run does something else with it. Found in
 * a directory or a list it is passed over with one warning, or ends the run;
 * as an operand it always ends the run.
 */
struct inputs_taken {
	struct identity file;
	struct identity temporary; /* where file is written until the end, if it is */
	const char *path;          /* of file, to name in place of a temporary one's */
	const char *why;           /* "the output goes there" */
	bool ends_run;
};

struct inputs;

/* options must outlive it. Returns null when memory ran out. */
struct inputs *inputs_new(const struct flowlog_config *config);

/*
 * From here on the file is no input. *taken is copied, its texts are kept.
 * Returns 0, or -1 when memory ran out.
 */
int inputs_take(struct inputs *inputs, const struct inputs_taken *taken);

/* Reading a --files-from list ends when *stop has become nonzero. */
void inputs_stop_on(struct inputs *inputs, const atomic_int *stop);

/*
 * The next item, in order; a file is opened and then, so that no name can come
 * to stand for another one in between, compared with what was taken. Reading a
 * --files-from list may wait for its writer, opening a FIFO too. Standard input used twice was
 * refused by options_parse as far as the command line shows it; where a --files-from list names
 * it a second time, that is an INPUTS_CLASH here.
 */
struct inputs_item inputs_next(struct inputs *inputs);
void inputs_free(struct inputs *inputs);

/*
 * The total size of all inputs, if every one is a regular file named on the
 * command line, found in a directory there, or standard input; else -1. For
 * --progress. To be called before inputs_next; what was taken does not count.
 */
int64_t inputs_total_bytes(const struct inputs *inputs);

#endif

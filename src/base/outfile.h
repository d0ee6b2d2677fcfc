/*
 * What a command writes: gathered, and written in large pieces to standard output,
 * or to a file that appears whole or not at all (base/replace).
 */
#ifndef BASE_OUTFILE_H
#define BASE_OUTFILE_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/exitcode.h"
#include "base/replace.h"

/* It must not move while it is open. */
struct outfile {
	struct bytes bytes; /* append to it, then call outfile_pass */
	struct replace replace;
	const char *path; /* null: standard output */
	int fd;
	int write_errno; /* of the first write that failed, or 0 */
};

/*
 * Begins with path, which has to stay; null or "-": standard output. Needs
 * io_standard_descriptors. Returns EXITCODE_OK; or after a message, with nothing to
 * close, EXITCODE_WRITE or EXITCODE_INTERNAL if memory ran out.
 */
enum exitcode outfile_open(struct outfile *outfile, const char *path);

/* Returns true if it is a terminal; *columns is then its width. */
bool outfile_is_terminal(const struct outfile *outfile, unsigned *columns);

/* Says that a line, or several, are complete: they may be written. */
void outfile_pass(struct outfile *outfile);

/*
 * Ends it, and frees everything. With keep, what is left is written and a file is
 * put in its place; without it, the file stays as it was. Returns EXITCODE_OK, or
 * EXITCODE_WRITE after a message. Does not return if the reader of standard output
 * is gone: the process dies of SIGPIPE, whether that is ignored or not.
 */
enum exitcode outfile_close(struct outfile *outfile, bool keep);

#endif

/*
 * A file that a run writes: that of -o, --rejects or --stats. It is written
 * under another name beside its place, and gets there only when all outputs of
 * the run are whole: open, write to fd, seal each, then commit each.
 */
#ifndef VCNFLOW_TARGET_H
#define VCNFLOW_TARGET_H

#include <stdbool.h>

#include "base/replace.h"

/* All zero but for fd, which is -1, until it is opened. */
struct target {
	const char *path; /* as named, for messages; null: none */
	int fd;           /* where to write; -1: there is none */
	bool is_open;     /* replace is in use */
	struct replace replace;
};

/*
 * Opens path, if it is not null; the struct must not move until it is committed or
 * abandoned. Returns 0, or -1 with errno set, after a message unless
 * errno is ENOMEM.
 */
int target_open(struct target *target, const char *path);

/*
 * The same for an output beside the records. Where path is the regular file
 * that standard error goes to (2>FILE --stats=/dev/stderr), it is written to
 * through that descriptor, as a terminal or pipe would be.
 */
int target_open_side(struct target *target, const char *path);

/*
 * Stores all that was written. Returns 0, or -1 after a message; commit or
 * abandon must follow.
 */
int target_seal(struct target *target);

/* Puts the file into its place. Returns 0, or -1 after a message. */
int target_commit(struct target *target);

/* Removes what was written; does nothing for one that is not open. */
void target_abandon(struct target *target);

#endif

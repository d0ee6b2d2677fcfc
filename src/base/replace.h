/*
 * A file that appears whole or not at all: written beside its target under
 * another name, then renamed over it. The target of a symbolic link is what is
 * replaced; a target that exists and is not a regular file (a device, a FIFO)
 * is opened and written directly.
 *
 * Begin, write to fd, then commit or abandon. After a crash the left-over file
 * is NAME.XXXXXX.tmp beside the target, NAME being cut where it is too long.
 */
#ifndef BASE_REPLACE_H
#define BASE_REPLACE_H

#include <stdatomic.h>
#include <stdbool.h>

/* It must not move between begin and the end. */
struct replace {
	int fd;                       /* where to write */
	bool direct;                  /* the target itself is being written */
	char *target;                 /* the resolved path; owned */
	char *temporary;              /* owned; null when direct */
	int directory;                /* descriptor of the directory that holds both */
	struct replace *_Atomic next; /* of those with a temporary file */
};

/*
 * Makes the temporary file: mode 0666 less umask, or that of the old file. Not
 * by several threads at once, as all that is not for a signal handler. Returns 0, or -1 with errno
 * set and nothing left behind.
 */
int replace_begin(struct replace *replace, const char *path);

/*
 * fsync and close of the file, so that nothing but a rename can fail after it.
 * Returns 0, or -1 with errno set; commit or abandon must follow.
 */
int replace_seal(struct replace *replace);

/*
 * Seals the file unless that was done, renames it, fsync of the directory.
 * Returns 0, or -1 with errno set; then the temporary file is gone and, unless
 * only the directory's fsync failed, the target is what it was. Frees
 * everything in either case.
 */
int replace_commit(struct replace *replace);

/* Removes the temporary file and frees everything. */
void replace_abandon(struct replace *replace);

/*
 * Removes all temporary files that there are, with calls that a signal handler
 * may make; base/cleanup does so before the process dies. What is written of
 * them still has to be abandoned, or fails to be committed.
 */
void replace_remove_all(void);

/*
 * The path that replace_begin would replace: path itself, or what a chain of
 * symbolic links there leads to in the end, whether it exists or not. A link
 * that somebody else put into a sticky folder open to all is not followed, but
 * refused with EACCES. Returns new memory, or null with errno set.
 */
char *replace_resolve(const char *path);

#endif

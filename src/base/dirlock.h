/*
 * The place where a file is to stand that is replaced as a whole. It is locked
 * while the file is replaced, so that no two processes do so at once, and tidied:
 * a run that was killed may have left its temporary file there.
 */
#ifndef BASE_DIRLOCK_H
#define BASE_DIRLOCK_H

#include "base/exitcode.h"

struct dirlock {
	int directory;   /* -1: none */
	char *name;      /* of the file, in the directory; owned */
	char *lock_name; /* of the file that is locked; owned */
	int lock;        /* that file, -1: nothing is locked */
};

/*
 * Finds the directory that path leads to, through links, and opens it. Returns
 * 0, or -1 with errno set; dirlock_release in either case.
 */
int dirlock_find(struct dirlock *lock, const char *path);

/*
 * Finds the place, locks and tidies it. Who holds the lock is waited for, at most
 * ten seconds, and a warning says so. Returns EXITCODE_OK, also when there is
 * nothing to lock or no way to (writing will tell); or EXITCODE_LATER after a
 * message. dirlock_release in either case. One lock at a time; a signal that ends
 * the process (base/cleanup) removes the file that is locked.
 */
enum exitcode dirlock_acquire(struct dirlock *lock, const char *path);

/* Gives the lock back and frees what it has; errno stays. */
void dirlock_release(struct dirlock *lock);

#endif

/*
 * The place where a lookup file is to stand. It is taken while the file is
 * replaced, so that no two processes do so at once, and tidied: a run that was
 * killed may have left its temporary file there.
 */
#ifndef BASE_DIRLOCK_H
#define BASE_DIRLOCK_H

struct dirlock {
	int directory; /* -1: none */
	char *name;    /* in the directory; owned */
};

/*
 * Finds the directory that path leads to, through links, and opens it. Returns
 * 0, or -1 with errno set; the place must be left in either case.
 */
int dirlock_find(struct dirlock *place, const char *path);

/*
 * Finds the place, waits for its lock and tidies it; a path that leads to a
 * device or a pipe has none. Returns 0, or -1 with errno set if it is not to be
 * found, as when the directory may be written but not read: then nothing is
 * locked. The place must be left in either case.
 */
int dirlock_acquire(struct dirlock *place, const char *path);

/* Gives the lock back and frees what the place has. */
void dirlock_release(struct dirlock *place);

#endif

/*
 * A folder that appears whole or not at all: filled beside its place under another
 * name, NAME.tmp-XXXXXX, then renamed. What is there under its name may only be an empty
 * folder, whose place it takes.
 *
 * Begin, write files, then commit or abandon.
 */
#ifndef BASE_FOLDER_H
#define BASE_FOLDER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct folder_file;

/* It must not move between begin and the end. */
struct folder {
	int parent;      /* descriptor of the folder that holds it */
	int fd;          /* descriptor of the folder itself */
	char *temporary; /* a path, owned; null: there is none */

	/* for folder.c alone */
	char *target;
	struct folder_file *_Atomic files;
	atomic_bool is_there;
};

/*
 * Makes the folder. Not for several at once, as a signal that ends the process removes
 * it (base/cleanup). Returns 0, or -1 with errno set and nothing left behind: ENOTEMPTY
 * if path is a folder with something in it, ENOTDIR if it is something else.
 */
int folder_begin(struct folder *folder, const char *path);

/*
 * Writes a file of it, with a mode of 0666 or 0777 less umask; fsync is done. Returns 0,
 * or -1 with errno set.
 */
int folder_write(
	struct folder *folder, const char *name, const void *data, size_t len, bool is_executable);

/* Says that somebody else may write, or have written, a file of that name into it, which
 * is removed with it. Returns 0, or -1: no memory. */
int folder_expect(struct folder *folder, const char *name);

/*
 * fsync of the folder, rename, fsync of its parent. Returns 0, or -1 with errno set and
 * nothing left behind. Frees everything in either case.
 */
int folder_commit(struct folder *folder);

/* Removes what was written and frees everything. */
void folder_abandon(struct folder *folder);

#endif

/*
 * A list of names, as find(1) writes it: each ends in LF or, if so asked, in
 * NUL; the last one may end with the list, and a byte order mark may begin it. Empty names are
 * passed over. Private to inputs.c.
 */
#ifndef FLOWLOG_FILELIST_H
#define FLOWLOG_FILELIST_H

#include <stdatomic.h>
#include <stddef.h>

enum filelist_result {
	FILELIST_NAME,
	FILELIST_TOO_LONG,   /* a name of more than LIMIT_PATH bytes */
	FILELIST_HOLDS_NUL,  /* a name that no file can have */
	FILELIST_UNREADABLE, /* errno says why; the list ends */
	FILELIST_STOPPED,    /* *stop became nonzero; the list ends */
	FILELIST_END,
	FILELIST_NO_MEMORY,
};

struct filelist;

/* fd remains the caller's. Returns null when memory ran out. */
struct filelist *filelist_new(int fd, char delimiter);

/*
 * The next name; it is valid until the next call. Waits for the list's writer,
 * until *stop, if stop is not null, becomes nonzero.
 */
enum filelist_result filelist_next(
	struct filelist *list, const char **name, const atomic_int *stop);

/* The number of the name that came last, empty ones counted: from 1. */
size_t filelist_line(const struct filelist *list);
void filelist_free(struct filelist *list);

#endif

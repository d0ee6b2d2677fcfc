/*
 * The bytes of one input: read from a descriptor, and inflated where the first
 * two bytes are gzip's magic. What is wrong with the input is told once, at
 * its end, so that it can be reported after the records that came before it.
 */
#ifndef FLOWLOG_SOURCE_H
#define FLOWLOG_SOURCE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "deflate/gunzip.h"
#include "flowlog/form.h"

enum source_state {
	SOURCE_DATA, /* *got bytes, at least one */
	SOURCE_WAIT, /* nothing now, and wait was false: it would block */
	SOURCE_END,  /* nothing more; see source_report */
};

struct source_report {
	int read_errno;            /* 0, or why open or read failed */
	struct gunzip_report gzip; /* the first damage, if it was gzip */
	uint64_t bytes_in;         /* as stored */
	uint64_t bytes_inflated;   /* as handed out */
	enum form form;            /* told by the first bytes handed out */
};

struct source;

/* Returns null when memory ran out; it can be used for many inputs in turn. */
struct source *source_new(void);
void source_free(struct source *source);

/*
 * Begins with an input that is open at fd, which is taken over; or, if fd is
 * -1, that could not be opened for open_errno: it ends at once, with read_errno
 * set. A directory gives EISDIR.
 */
void source_open(struct source *source, int fd, int open_errno);

/*
 * Hands out the next bytes, at most cap (at least 64 KiB). With wait false it
 * does not wait for a pipe's or terminal's next bytes; with wait true it does,
 * until *stop becomes nonzero, which ends the input without a fault.
 */
enum source_state source_read(struct source *source, char *out, size_t cap, size_t *got, bool wait,
	const atomic_int *stop);

/* The checks of a gzip stream, which others make: see gunzip_check_later and below it. */
void source_check_later(struct source *source);
size_t source_unchecked(const struct source *source);
void source_check(struct source *source, const char *end);
struct crc_part *source_defer(struct source *source, const char *data, size_t len);

/* Returns true if it is a regular file. */
bool source_is_file(const struct source *source);

/* Tells how much has been read so far; final at SOURCE_END. */
struct source_report source_report(const struct source *source);

/* Closes the descriptor, standard input excepted. */
void source_close(struct source *source);

#endif

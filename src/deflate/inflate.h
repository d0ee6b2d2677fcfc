/*
 * Raw deflate data, RFC 1951, inflated by one of two libraries: inflate_isal.c
 * or inflate_zlib.c, as the build chose. For gunzip.c only.
 */
#ifndef DEFLATE_INFLATE_H
#define DEFLATE_INFLATE_H

#include <stddef.h>
#include <stdint.h>

enum inflate_result {
	INFLATE_MORE, /* the input was taken, or the output is full, or both */
	INFLATE_DONE, /* the last block has ended, and all is handed out */
	INFLATE_BAD,  /* no deflate data; all before it is handed out */
	INFLATE_NO_MEMORY,
};

struct inflate;

/* Returns null when memory ran out. Free it with inflate_free. */
struct inflate *inflate_new(void);
void inflate_free(struct inflate *inflate);

/* Makes it ready for other data. */
void inflate_reset(struct inflate *inflate);

/*
 * Inflates from *in, of *in_len bytes, into out, of cap bytes; moves *in on
 * past what it took and sets *out_len. What it did not take is to be given to the
 * next call, where it is; until all is taken, none of it may change, what was taken
 * included. With no input it hands out what it still holds. After any result but
 * INFLATE_MORE, reset it.
 */
enum inflate_result inflate_run(struct inflate *inflate, const uint8_t **in, size_t *in_len,
	uint8_t *out, size_t cap, size_t *out_len);

#define INFLATE_MOST_LEFT 8

/*
 * How many bytes were taken from the input but lie after the end of the data, or after
 * the place that is bad. After INFLATE_DONE they are at most INFLATE_MOST_LEFT, and
 * are copied to left.
 */
size_t inflate_left(const struct inflate *inflate, uint8_t left[INFLATE_MOST_LEFT]);

#endif

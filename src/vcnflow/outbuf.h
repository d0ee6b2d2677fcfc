/*
 * A worker's output: whole records, gathered and handed over in large pieces.
 * What takes a piece decides when: it may wait until the piece's turn comes.
 */
#ifndef VCNFLOW_OUTBUF_H
#define VCNFLOW_OUTBUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct outbuf {
	char *data;
	size_t len;
	size_t cap;
	size_t record_begin; /* of the record that is being written, in data */
	bool begins_record;  /* data[0] is the first byte of a record */
	bool separate;       /* an element came before, in data */
	bool failed;         /* a hand-over failed: nothing more is taken */

	/* Takes data[0..len), and perhaps data itself, leaving another buffer
	 * in its place. Returns 0, or -1: stop. */
	int (*hand_over)(struct outbuf *out, void *context);
	void *context;
};

/* Begins a record, of need bytes if that is known, so that it is not cut. */
void outbuf_begin(struct outbuf *out, size_t need);

/*
 * Ends an element of an array: what separates it from the next one, a comma
 * and a line feed, is added when one begins.
 */
void outbuf_end_element(struct outbuf *out);

/* Hands over what there is. */
void outbuf_flush(struct outbuf *out);

/* Adds bytes, in as many pieces as it takes. */
void outbuf_put_slowly(struct outbuf *out, const char *text, size_t len);

static inline void outbuf_put(struct outbuf *out, const char *text, size_t len)
{
	if (len > out->cap - out->len) {
		outbuf_put_slowly(out, text, len);
		return;
	}
	memcpy(out->data + out->len, text, len);
	out->len += len;
}

#endif

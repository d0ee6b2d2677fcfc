/*
 * A worker's output: whole records, gathered and handed over in large parts.
 * What takes a part decides when: it may wait until the part's turn comes.
 *
 * Most of an enriched record are the security lists of its subnet, which other
 * records have, too. Such text is not copied but pointed at.
 */
#ifndef VCNFLOW_OUTBUF_H
#define VCNFLOW_OUTBUF_H

#include <assert.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/uio.h>

/* A text that stands before data[at] without being in data. */
struct outbuf_insert {
	size_t at;
	const char *text;
	size_t len;
};

/* Further ones are copied. A block of records of 500 bytes has no more, and one
 * writev(2) takes all pieces. */
#define OUTBUF_INSERTS ((size_t)511)
#define OUTBUF_PIECES (2 * OUTBUF_INSERTS + 1)

static_assert(OUTBUF_PIECES <= IOV_MAX, "one call takes them");

struct outbuf {
	char *data;
	size_t len;
	size_t cap;
	struct outbuf_insert *inserts; /* room for OUTBUF_INSERTS; null: none */
	size_t insert_count;
	size_t record_begin; /* of the record that is being written, in data */
	size_t record_inserts;
	bool begins_record; /* the first byte is that of a record */
	bool separate;      /* an element came before, in data */
	bool failed;        /* a hand-over failed: nothing more is taken */

	/* Takes data[0..len) and the inserts. Returns 0, or -1: stop. */
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

/* Takes the record back that is being written, as far as it is there. */
void outbuf_drop_record(struct outbuf *out);

/* Hands over what there is. */
void outbuf_flush(struct outbuf *out);

/* How many bytes there are, inserts included. */
size_t outbuf_bytes(const struct outbuf *out);

/* What there is, in order and no piece empty; returns their number. */
size_t outbuf_pieces(const struct outbuf *out, struct iovec pieces[OUTBUF_PIECES]);

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

/* Adds a text after which OUTBUF_STEP bytes can be read: that many are copied
 * at once if it is no longer, which is faster than to ask how many. */
#define OUTBUF_STEP 32

static inline void outbuf_put_padded(struct outbuf *out, const char *text, size_t len)
{
	if (len > OUTBUF_STEP || OUTBUF_STEP > out->cap - out->len) {
		outbuf_put(out, text, len);
		return;
	}
	memcpy(out->data + out->len, text, OUTBUF_STEP);
	out->len += len;
}

/* Adds a text, not empty, that lasts until the output was written. */
static inline void outbuf_put_lasting(struct outbuf *out, const char *text, size_t len)
{
	if (out->inserts == NULL || out->insert_count == OUTBUF_INSERTS) {
		outbuf_put(out, text, len);
		return;
	}
	out->inserts[out->insert_count++] = (struct outbuf_insert){out->len, text, len};
}

#endif

/* A worker's output: handing over what is full. */
#include "vcnflow/outbuf.h"

static int hand_over(struct outbuf *out)
{
	if (!out->failed && out->hand_over(out, out->context))
		out->failed = true;
	out->len = 0;
	out->insert_count = 0;
	if (out->failed)
		return -1;
	out->separate = false;
	return 0;
}

void outbuf_begin(struct outbuf *out, size_t need)
{
	if (need > out->cap - out->len && out->len != 0)
		(void)hand_over(out);
	if (out->len == 0)
		out->begins_record = true;
	if (out->separate)
		outbuf_put(out, ",\n", 2);
	out->record_begin = out->len;
	out->record_inserts = out->insert_count;
}

void outbuf_drop_record(struct outbuf *out)
{
	out->len = out->record_begin;
	out->insert_count = out->record_inserts;
}

void outbuf_end_element(struct outbuf *out)
{
	out->separate = out->len != 0;
}

void outbuf_flush(struct outbuf *out)
{
	if (out->len != 0)
		(void)hand_over(out);
}

void outbuf_put_slowly(struct outbuf *out, const char *text, size_t len)
{
	while (len != 0) {
		size_t part = out->cap - out->len;

		if (part == 0) {
			if (hand_over(out))
				return;
			out->begins_record = false;
			out->record_begin = 0;
			out->record_inserts = 0;
			continue;
		}
		if (part > len)
			part = len;
		memcpy(out->data + out->len, text, part);
		out->len += part;
		text += part;
		len -= part;
	}
}

size_t outbuf_bytes(const struct outbuf *out)
{
	size_t bytes = out->len;

	for (size_t i = 0; i < out->insert_count; i++)
		bytes += out->inserts[i].len;
	return bytes;
}

static size_t add_piece(struct iovec *pieces, size_t count, const char *text, size_t len)
{
	if (len == 0)
		return count;
	pieces[count] = (struct iovec){(void *)(uintptr_t)text, len};
	return count + 1;
}

size_t outbuf_pieces(const struct outbuf *out, struct iovec pieces[OUTBUF_PIECES])
{
	size_t count = 0, at = 0;

	for (size_t i = 0; i < out->insert_count; i++) {
		const struct outbuf_insert *insert = &out->inserts[i];

		count = add_piece(pieces, count, out->data + at, insert->at - at);
		count = add_piece(pieces, count, insert->text, insert->len);
		at = insert->at;
	}
	return add_piece(pieces, count, out->data + at, out->len - at);
}

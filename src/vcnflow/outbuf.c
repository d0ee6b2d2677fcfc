/* A worker's output: handing over what is full. */
#include "vcnflow/outbuf.h"

static int hand_over(struct outbuf *out)
{
	if (out->failed || out->hand_over(out, out->context)) {
		out->failed = true;
		out->len = 0;
		return -1;
	}
	out->len = 0;
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

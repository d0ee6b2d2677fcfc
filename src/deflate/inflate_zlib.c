/* Raw deflate data by zlib, which gives back what it read ahead itself. */
#include "deflate/inflate.h"

#include <stdlib.h>

#include <zlib.h>

/* What one call of the library is given at most. */
#define MOST_AT_ONCE ((size_t)1 << 30)

/* The largest window, and no header or trailer. */
#define RAW_WINDOW_BITS (-15)

struct inflate {
	z_stream zlib;
};

struct inflate *inflate_new(void)
{
	struct inflate *inflate = calloc(1, sizeof(*inflate));

	if (!inflate)
		return NULL;
	if (inflateInit2(&inflate->zlib, RAW_WINDOW_BITS) != Z_OK) {
		free(inflate);
		return NULL;
	}
	return inflate;
}

void inflate_free(struct inflate *inflate)
{
	if (!inflate)
		return;
	inflateEnd(&inflate->zlib);
	free(inflate);
}

void inflate_reset(struct inflate *inflate)
{
	inflateReset(&inflate->zlib);
}

/* Z_BUF_ERROR says that there was nothing to do: no fault. */
static enum inflate_result translate(int result)
{
	if (result == Z_OK || result == Z_BUF_ERROR)
		return INFLATE_MORE;
	if (result == Z_STREAM_END)
		return INFLATE_DONE;
	return result == Z_MEM_ERROR ? INFLATE_NO_MEMORY : INFLATE_BAD;
}

/* zlib's own function has the name of our parameter. */
static enum inflate_result step(z_stream *zlib)
{
	return translate(inflate(zlib, Z_NO_FLUSH));
}

static uInt at_once(size_t len)
{
	return (uInt)(len < MOST_AT_ONCE ? len : MOST_AT_ONCE);
}

enum inflate_result inflate_run(struct inflate *inflate, const uint8_t **in, size_t *in_len,
	uint8_t *out, size_t cap, size_t *out_len)
{
	static const uint8_t nothing;
	z_stream *zlib = &inflate->zlib;
	uInt in_given = at_once(*in_len);
	uInt out_given = at_once(cap);
	enum inflate_result result;

	/* The library only reads there, but null it takes for a fault. */
	zlib->next_in = (Bytef *)(uintptr_t)(in_given ? *in : &nothing);
	zlib->avail_in = in_given;
	zlib->next_out = out;
	zlib->avail_out = out_given;
	result = step(zlib);
	*in += in_given - zlib->avail_in;
	*in_len -= in_given - zlib->avail_in;
	*out_len = out_given - zlib->avail_out;
	return result;
}

size_t inflate_left(const struct inflate *inflate, uint8_t left[INFLATE_MOST_LEFT])
{
	(void)inflate;
	(void)left;
	return 0;
}

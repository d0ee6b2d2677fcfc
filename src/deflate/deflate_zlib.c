/* Raw deflate data by zlib, at its quickest level. */
#include "deflate/deflate.h"

#include <stdint.h>
#include <stdlib.h>

#include <zlib.h>

#define LEVEL 1

/* The largest window, and no header or trailer. */
#define RAW_WINDOW_BITS (-15)
#define MEMORY_LEVEL 8

/* Room that is made before each call of the library. */
#define STEP ((size_t)64 << 10)

struct deflate {
	z_stream zlib;
};

struct deflate *deflate_new(void)
{
	struct deflate *deflate = calloc(1, sizeof(*deflate));

	if (!deflate)
		return NULL;
	if (deflateInit2(&deflate->zlib, LEVEL, Z_DEFLATED, RAW_WINDOW_BITS, MEMORY_LEVEL,
		    Z_DEFAULT_STRATEGY) != Z_OK) {
		free(deflate);
		return NULL;
	}
	return deflate;
}

void deflate_free(struct deflate *deflate)
{
	if (!deflate)
		return;
	deflateEnd(&deflate->zlib);
	free(deflate);
}

/* zlib's own function has the name of our parameter. */
static int step(z_stream *zlib)
{
	return deflate(zlib, Z_FINISH);
}

int deflate_all(struct deflate *deflate, const void *data, size_t len, struct bytes *out)
{
	z_stream *zlib = &deflate->zlib;
	int result = Z_OK;

	deflateReset(zlib);
	/* The library only reads there. */
	zlib->next_in = (Bytef *)(uintptr_t)data;
	zlib->avail_in = (uInt)len;
	while (result != Z_STREAM_END) {
		if (bytes_reserve(out, STEP) != 0)
			return -1;
		zlib->next_out = (Bytef *)out->data + out->len;
		zlib->avail_out = (uInt)STEP;
		result = step(zlib);
		out->len += STEP - zlib->avail_out;
	}
	return 0;
}

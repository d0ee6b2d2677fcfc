/*
 * Members of gzip: a header that says nothing but how quickly it was made, the
 * compressed data, CRC-32 and length.
 */
#include "deflate/gzip.h"

#include <stdint.h>
#include <stdlib.h>

#include "deflate/crc32.h"
#include "deflate/deflate.h"

struct gzip {
	struct deflate *deflate;
};

struct gzip *gzip_new(void)
{
	struct gzip *gzip = malloc(sizeof(*gzip));

	if (!gzip)
		return NULL;
	gzip->deflate = deflate_new();
	if (!gzip->deflate) {
		free(gzip);
		return NULL;
	}
	return gzip;
}

void gzip_free(struct gzip *gzip)
{
	if (!gzip)
		return;
	deflate_free(gzip->deflate);
	free(gzip);
}

static int append_header(struct bytes *out)
{
	/* Magic, method, no flags, mtime 0, quickest, an unnamed system. */
	static const uint8_t header[] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 0xff};

	return bytes_append(out, header, sizeof(header));
}

static int append_trailer(struct bytes *out, uint32_t crc, uint32_t size)
{
	uint8_t trailer[8];

	for (int i = 0; i < 4; i++) {
		trailer[i] = (uint8_t)(crc >> 8 * i);
		trailer[i + 4] = (uint8_t)(size >> 8 * i);
	}
	return bytes_append(out, trailer, sizeof(trailer));
}

int gzip_member(struct gzip *gzip, const void *data, size_t len, struct bytes *out)
{
	size_t before = out->len;
	uint32_t crc = crc32_update(0, data, len);

	if (append_header(out) == 0 && deflate_all(gzip->deflate, data, len, out) == 0 &&
		append_trailer(out, crc, (uint32_t)len) == 0)
		return 0;
	out->len = before;
	return -1;
}

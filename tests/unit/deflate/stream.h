/* Gzip streams made by hand for the tests of the deflate rooms. */
#ifndef TESTS_UNIT_DEFLATE_STREAM_H
#define TESTS_UNIT_DEFLATE_STREAM_H

#include <stdint.h>
#include <string.h>

#include "deflate/crc32.h"

struct stream {
	uint8_t bytes[400000];
	size_t len;
};

static void add_bytes(struct stream *stream, const void *data, size_t len)
{
	memcpy(stream->bytes + stream->len, data, len);
	stream->len += len;
}

static void add_number(struct stream *stream, uint32_t value, size_t len)
{
	for (size_t i = 0; i < len; i++)
		stream->bytes[stream->len++] = (uint8_t)(value >> 8 * i);
}

/* A header with the optional fields that flags asks for. */
static void add_header(struct stream *stream, unsigned flags, size_t name_len)
{
	size_t begin = stream->len;

	add_bytes(stream, "\x1f\x8b\x08", 3);
	add_number(stream, flags, 1);
	add_bytes(stream, "\0\0\0\0\0\x03", 6);
	if (flags & 4) {
		add_number(stream, 5, 2);
		add_bytes(stream, "\0\x1f\x8b\x08\0", 5);
	}
	for (unsigned bit = 8; bit <= 16; bit *= 2)
		if (flags & bit) {
			memset(stream->bytes + stream->len, 'n', name_len);
			stream->len += name_len;
			add_bytes(stream, "\0", 1);
		}
	if (flags & 2)
		add_number(stream,
			crc32_update(0, stream->bytes + begin, stream->len - begin) & 0xffff, 2);
}

/* text as one stored block, which needs no library to be made. */
static void add_stored(struct stream *stream, const char *text, size_t len)
{
	add_bytes(stream, "\1", 1);
	add_number(stream, (uint32_t)len, 2);
	add_number(stream, ~(uint32_t)len, 2);
	add_bytes(stream, text, len);
}

static void add_trailer(struct stream *stream, const char *text, size_t len)
{
	add_number(stream, crc32_update(0, text, len), 4);
	add_number(stream, (uint32_t)len, 4);
}

static void add_member(struct stream *stream, const char *text)
{
	add_header(stream, 0, 0);
	add_stored(stream, text, strlen(text));
	add_trailer(stream, text, strlen(text));
}

#endif

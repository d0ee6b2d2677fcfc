/*
 * A growing run of bytes with a hard maximum. Zero-initialise it with
 * BYTES_INIT(max); free it with bytes_free, which leaves it as initialised.
 * data may be null while len is 0.
 */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct bytes {
	char *data;
	size_t len;
	size_t cap;
	size_t max; /* len never grows past it */
};

#define BYTES_INIT(maximum)                                                                        \
	{                                                                                          \
		NULL, 0, 0, (maximum)                                                              \
	}

/*
 * Makes room for at least more further bytes. Returns 0, or -1 with errno
 * ENOMEM (memory) or EFBIG (the maximum); the bytes stay as they were.
 */
int bytes_reserve(struct bytes *bytes, size_t more);

/* Appends data[0..len). Returns as bytes_reserve. */
int bytes_append(struct bytes *bytes, const void *data, size_t len);
int bytes_append_text(struct bytes *bytes, const char *text);
int bytes_append_char(struct bytes *bytes, char c);

/* Appends value in decimal. Returns as bytes_reserve. */
int bytes_append_number(struct bytes *bytes, uint64_t value);

/* UTF-8's byte order mark, with which Windows' programs begin a text. */
#define BYTES_MARK "\xef\xbb\xbf"
#define BYTES_MARK_LENGTH (sizeof(BYTES_MARK) - 1)

/* The length of the mark that text[0..len) begins with, or 0. */
static inline size_t bytes_mark_length(const char *text, size_t len)
{
	return len >= BYTES_MARK_LENGTH && text[0] == BYTES_MARK[0] &&
			       memcmp(text, BYTES_MARK, BYTES_MARK_LENGTH) == 0
		       ? BYTES_MARK_LENGTH
		       : 0;
}

/* Sixteen bytes, which most processors take as one. */
typedef uint64_t bytes_sixteen __attribute__((vector_size(16)));

static inline bytes_sixteen bytes_sixteen_at(const char *text)
{
	bytes_sixteen sixteen;

	memcpy(&sixteen, text, sizeof(sixteen));
	return sixteen;
}

/*
 * Returns true if a[0..len) is b[0..len). For texts of a few dozen bytes, most of which
 * are the same: in line, and from 16 bytes on with no branch that depends on what they
 * are.
 */
static inline bool bytes_are_same(const char *a, const char *b, size_t len)
{
	const size_t step = sizeof(bytes_sixteen);
	bytes_sixteen other;

	if (len < step)
		return memcmp(a, b, len) == 0;
	other = bytes_sixteen_at(a + len - step) ^ bytes_sixteen_at(b + len - step);
	for (size_t at = 0; len - at > step; at += step)
		other |= bytes_sixteen_at(a + at) ^ bytes_sixteen_at(b + at);
	return (other[0] | other[1]) == 0;
}

/* Makes it empty and keeps the room. */
void bytes_clear(struct bytes *bytes);
void bytes_free(struct bytes *bytes);

#endif

/*
 * A growing run of bytes with a hard maximum. Zero-initialise it with
 * BYTES_INIT(max); free it with bytes_free, which leaves it as initialised.
 * data may be null while len is 0.
 */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

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

/* Makes it empty and keeps the room. */
void bytes_clear(struct bytes *bytes);
void bytes_free(struct bytes *bytes);

#endif

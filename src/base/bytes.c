/*
 * Growing runs of bytes. The room is doubled, so that appending is linear in
 * the whole; near the maximum, and where memory is short, just what is asked
 * for is taken. A refused call changes nothing.
 */
#include "base/bytes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BYTES_FIRST_ROOM 256

/* The room to ask for first: at least need, which is within the maximum. */
static size_t roomy(const struct bytes *bytes, size_t need)
{
	size_t cap = bytes->cap ? bytes->cap : BYTES_FIRST_ROOM;

	while (cap < need && cap <= bytes->max / 2)
		cap *= 2;
	if (cap < need || cap > bytes->max)
		cap = bytes->max;
	return cap;
}

static int grow(struct bytes *bytes, size_t cap)
{
	char *data = realloc(bytes->data, cap);

	if (!data)
		return -1;
	bytes->data = data;
	bytes->cap = cap;
	return 0;
}

int bytes_reserve(struct bytes *bytes, size_t more)
{
	size_t need;

	if (bytes->len > bytes->max || more > bytes->max - bytes->len) {
		errno = EFBIG;
		return -1;
	}
	if (more <= bytes->cap - bytes->len)
		return 0;
	need = bytes->len + more;
	if (grow(bytes, roomy(bytes, need)) == 0 || grow(bytes, need) == 0)
		return 0;
	errno = ENOMEM;
	return -1;
}

int bytes_append(struct bytes *bytes, const void *data, size_t len)
{
	if (len == 0)
		return 0;
	if (bytes_reserve(bytes, len) != 0)
		return -1;
	memcpy(bytes->data + bytes->len, data, len);
	bytes->len += len;
	return 0;
}

int bytes_append_text(struct bytes *bytes, const char *text)
{
	return bytes_append(bytes, text, strlen(text));
}

int bytes_append_char(struct bytes *bytes, char c)
{
	return bytes_append(bytes, &c, 1);
}

int bytes_append_number(struct bytes *bytes, uint64_t value)
{
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value != 0);
	return bytes_append(bytes, digits + at, sizeof(digits) - at);
}

void bytes_clear(struct bytes *bytes)
{
	bytes->len = 0;
}

void bytes_free(struct bytes *bytes)
{
	free(bytes->data);
	bytes->data = NULL;
	bytes->len = 0;
	bytes->cap = 0;
}

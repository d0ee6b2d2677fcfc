/*
 * Characters that turn around the order in which what follows them is shown, unseen
 * themselves: U+202A to U+202E and U+2066 to U+2069. In a text of somebody else's they
 * make what stands beside it read as something that it is not.
 */
#ifndef BASE_BIDI_H
#define BASE_BIDI_H

#include <stddef.h>

/* The bytes that each of them has, as UTF-8. */
#define BIDI_BYTES ((size_t)3)

/* Returns which of them text[0..len) of UTF-8 begins with, or 0. */
static inline unsigned bidi_character(const char *text, size_t len)
{
	const unsigned char *bytes = (const unsigned char *)text;
	unsigned character;

	if (len < BIDI_BYTES || bytes[0] != 0xe2)
		return 0;
	character = 0x2000 | (bytes[1] & 0x3fu) << 6 | (bytes[2] & 0x3fu);
	return (character >= 0x202a && character <= 0x202e) ||
			       (character >= 0x2066 && character <= 0x2069)
		       ? character
		       : 0;
}

#endif

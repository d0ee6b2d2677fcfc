/*
 * Sixteen bytes at a time: which of them fit a pattern, which end the inside of
 * a string, which are no digits. Bit i of a mask stands for byte i. All sixteen
 * bytes are read.
 */
#ifndef JSON_SCAN16_H
#define JSON_SCAN16_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCAN16 16
#define SCAN16_ALL 0xffffu

#if defined(__SSE2__) && !defined(SCAN16_PORTABLE)

#include <emmintrin.h>

static inline __m128i scan16_load(const char *text)
{
	return _mm_loadu_si128((const __m128i *)(const void *)text);
}

/* All ones for each byte that lies between the least and the greatest that are
 * given for it and is no backslash. */
static inline __m128i scan16_fits(const char *text, const char *least, const char *most)
{
	__m128i bytes = scan16_load(text);
	__m128i nearest = _mm_min_epu8(_mm_max_epu8(bytes, scan16_load(least)), scan16_load(most));
	__m128i escape = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));

	return _mm_andnot_si128(escape, _mm_cmpeq_epi8(nearest, bytes));
}

static inline unsigned scan16_fit(const char *text, const char *least, const char *most)
{
	return (unsigned)_mm_movemask_epi8(scan16_fits(text, least, most));
}

/* Returns true if 16 bytes may stand, and the 16 that begin at further. */
static inline bool scan16_two_fit(
	const char *text, const char *least, const char *most, size_t further)
{
	__m128i first = scan16_fits(text, least, most);
	__m128i second = scan16_fits(text + further, least + further, most + further);

	return _mm_movemask_epi8(_mm_and_si128(first, second)) == SCAN16_ALL;
}

/* Quote, backslash, control bytes and, negative as they are, all but ASCII. */
static inline unsigned scan16_special(const char *text)
{
	__m128i bytes = scan16_load(text);
	__m128i control = _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20));
	__m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
	__m128i escape = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));

	return (unsigned)_mm_movemask_epi8(_mm_or_si128(control, _mm_or_si128(quote, escape)));
}

static inline unsigned scan16_not_digit(const char *text)
{
	__m128i value = _mm_sub_epi8(scan16_load(text), _mm_set1_epi8('0'));
	__m128i digit = _mm_cmpeq_epi8(_mm_min_epu8(value, _mm_set1_epi8(9)), value);

	return (unsigned)_mm_movemask_epi8(digit) ^ SCAN16_ALL;
}

#else

static inline unsigned scan16_fit(const char *text, const char *least, const char *most)
{
	unsigned mask = 0;

	for (unsigned i = 0; i < SCAN16; i++) {
		unsigned char c = (unsigned char)text[i];
		bool fits =
			c >= (unsigned char)least[i] && c <= (unsigned char)most[i] && c != '\\';

		mask |= (unsigned)fits << i;
	}
	return mask;
}

static inline bool scan16_two_fit(
	const char *text, const char *least, const char *most, size_t further)
{
	return (scan16_fit(text, least, most) &
		       scan16_fit(text + further, least + further, most + further)) == SCAN16_ALL;
}

static inline unsigned scan16_special(const char *text)
{
	unsigned mask = 0;

	for (unsigned i = 0; i < SCAN16; i++) {
		unsigned char c = (unsigned char)text[i];
		unsigned special = c < 0x20 || c >= 0x80 || c == '"' || c == '\\';

		mask |= special << i;
	}
	return mask;
}

static inline unsigned scan16_not_digit(const char *text)
{
	unsigned mask = 0;

	for (unsigned i = 0; i < SCAN16; i++)
		mask |= (unsigned)(text[i] < '0' || text[i] > '9') << i;
	return mask;
}

#endif

#endif

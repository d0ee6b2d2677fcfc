/*
 * Sixteen bytes at a time: which of them are equal, which end the inside of a
 * string, which are no digits. Bit i of a mask stands for byte i. All sixteen
 * bytes are read.
 */
#ifndef JSON_SCAN16_H
#define JSON_SCAN16_H

#include <stdint.h>

#define SCAN16 16
#define SCAN16_ALL 0xffffu

#if defined(__SSE2__) && !defined(SCAN16_PORTABLE)

#include <emmintrin.h>

static inline __m128i scan16_load(const char *text)
{
	return _mm_loadu_si128((const __m128i *)(const void *)text);
}

static inline unsigned scan16_equal(const char *a, const char *b)
{
	return (unsigned)_mm_movemask_epi8(
		_mm_cmpeq_epi8(scan16_load(a), scan16_load(b)));
}

/* Quote, backslash, control bytes and, negative as they are, all but ASCII. */
static inline unsigned scan16_special(const char *text)
{
	__m128i bytes = scan16_load(text);
	__m128i control = _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20));
	__m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
	__m128i escape = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));

	return (unsigned)_mm_movemask_epi8(
		_mm_or_si128(control, _mm_or_si128(quote, escape)));
}

static inline unsigned scan16_not_digit(const char *text)
{
	__m128i value = _mm_sub_epi8(scan16_load(text), _mm_set1_epi8('0'));
	__m128i digit =
		_mm_cmpeq_epi8(_mm_min_epu8(value, _mm_set1_epi8(9)), value);

	return (unsigned)_mm_movemask_epi8(digit) ^ SCAN16_ALL;
}

#else

static inline unsigned scan16_equal(const char *a, const char *b)
{
	unsigned mask = 0;

	for (unsigned i = 0; i < SCAN16; i++)
		mask |= (unsigned)(a[i] == b[i]) << i;
	return mask;
}

static inline unsigned scan16_special(const char *text)
{
	unsigned mask = 0;

	for (unsigned i = 0; i < SCAN16; i++) {
		unsigned char c = (unsigned char)text[i];
		unsigned special =
			c < 0x20 || c >= 0x80 || c == '"' || c == '\\';

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

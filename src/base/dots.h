/*
 * Where the dots of a dotted number stand, in twice eight bytes that are held in
 * two numbers, each byte above the one before it.
 */
#ifndef BASE_DOTS_H
#define BASE_DOTS_H

#include <stdint.h>

#include "base/eight.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* Bit 7 of each byte that is a dot. */
static inline uint64_t dots_in_eight(uint64_t bytes)
{
	uint64_t low = EIGHT_OF(0x7f);
	uint64_t other = bytes ^ EIGHT_OF('.');

	return ~(((other & low) + low) | other | low);
}

/* Bit i is bit 7 of byte i: moves bit 8 i + 7 to 56 + i; no products meet. */
static inline unsigned dots_gather(uint64_t bits)
{
	return (unsigned)(bits * UINT64_C(0x0002040810204081) >> 56);
}

/* Not 0 if a byte is neither a digit nor one of the dots: a byte beyond '9'
 * carries into its bit 7 then, and one below '0' borrows it. */
static inline uint64_t dots_odd_bytes(uint64_t bytes, uint64_t dots)
{
	uint64_t digits = bytes ^ (dots >> 7) * ('.' ^ '0');

	return (digits | (digits + EIGHT_OF(0x7f - '9')) | (digits - EIGHT_OF('0'))) &
	       EIGHT_OF(0x80);
}

/* As dots_find, on any processor. */
static inline unsigned dots_find_by_eight(uint64_t low, uint64_t high)
{
	uint64_t low_dots = dots_in_eight(low), high_dots = dots_in_eight(high);

	if ((dots_odd_bytes(low, low_dots) | dots_odd_bytes(high, high_dots)) != 0)
		return 0;
	return dots_gather(low_dots) | dots_gather(high_dots) << 8;
}

/* Bit i is set if byte i is a dot. Returns 0 if any is neither a dot nor a digit. */
static inline unsigned dots_find(uint64_t low, uint64_t high)
{
#if defined(__SSE2__)
	__m128i bytes = _mm_unpacklo_epi64(
		_mm_cvtsi64_si128((int64_t)low), _mm_cvtsi64_si128((int64_t)high));
	__m128i dots = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('.'));
	__m128i value = _mm_sub_epi8(bytes, _mm_set1_epi8('0'));
	__m128i digits = _mm_cmpeq_epi8(_mm_min_epu8(value, _mm_set1_epi8(9)), value);

	if (_mm_movemask_epi8(_mm_or_si128(dots, digits)) != 0xffff)
		return 0;
	return (unsigned)_mm_movemask_epi8(dots);
#else
	return dots_find_by_eight(low, high);
#endif
}

#endif

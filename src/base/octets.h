/*
 * Four decimal octets read at once, where the processor can look bytes up in a vector
 * (SSSE3), which is asked when the program runs. How many digits each octet has can't
 * be foretold, and one branch that is guessed wrong takes longer than all this: the
 * places of the dots lead to a pattern that says where each digit belongs.
 */
#ifndef BASE_OCTETS_H
#define BASE_OCTETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The shortest and the longest text that octets_read takes. */
#define OCTETS_LEAST ((size_t)8)
#define OCTETS_MOST ((size_t)15)

#if defined(__x86_64__)

#include <immintrin.h>

#define OCTETS_TARGET __attribute__((target("ssse3")))

/* Whose digits stand where, of a text of which the first eight and the last eight
 * bytes are put side by side. */
struct octets_pattern {
	uint8_t places[16]; /* for each octet: hundreds, tens, ones, nothing */
	int32_t least[4];   /* the least value that needs so many digits */
	uint32_t key;       /* see OCTETS_KEY */
	uint32_t unused[3]; /* for a size that takes no multiplication */
};

/* By the hashes of their keys. */
extern const struct octets_pattern octets_patterns[256];

/* A bit for each of the sixteen bytes that is a dot, and the text's length above. */
#define OCTETS_KEY(dots, len) ((uint32_t)(dots) | (uint32_t)(len) << 16)

/* No two patterns have the same. */
#define OCTETS_HASH(key) (UINT32_C(0x0d6a3579) * (key) >> 24)

static inline bool octets_are_there(void)
{
	return __builtin_cpu_supports("ssse3") != 0;
}

/*
 * Reads text[0..len), len from OCTETS_LEAST to OCTETS_MOST, into *bits, the first octet
 * uppermost. Returns false if it is anything but four octets without leading zeros. Only
 * where octets_are_there.
 */
OCTETS_TARGET static inline bool octets_read(uint32_t *bits, const char *text, size_t len)
{
	__m128i first = _mm_loadl_epi64((const __m128i *)(const void *)text);
	__m128i last = _mm_loadl_epi64((const __m128i *)(const void *)(text + len - 8));
	__m128i bytes = _mm_unpacklo_epi64(first, last);
	unsigned dots = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('.')));
	const uint32_t key = OCTETS_KEY(dots, len);
	const struct octets_pattern *pattern = &octets_patterns[OCTETS_HASH(key)];
	__m128i places, least, digits, are_digits, values, are_wrong;

	if (pattern->key != key)
		return false;
	places = _mm_loadu_si128((const __m128i *)(const void *)pattern->places);
	least = _mm_loadu_si128((const __m128i *)(const void *)pattern->least);
	digits = _mm_shuffle_epi8(_mm_sub_epi8(bytes, _mm_set1_epi8('0')), places);
	are_digits = _mm_cmpeq_epi8(_mm_min_epu8(digits, _mm_set1_epi8(9)), digits);
	/* hundreds and tens, then these and ones */
	values = _mm_maddubs_epi16(_mm_set1_epi32(0x00010a64), digits);
	values = _mm_madd_epi16(values, _mm_set1_epi16(1));
	are_wrong = _mm_or_si128(
		_mm_cmpgt_epi32(values, _mm_set1_epi32(255)), _mm_cmpgt_epi32(least, values));
	if (_mm_movemask_epi8(_mm_andnot_si128(are_wrong, are_digits)) != 0xffff)
		return false;
	values = _mm_packs_epi32(values, values);
	values = _mm_packus_epi16(values, values);
	*bits = __builtin_bswap32((uint32_t)_mm_cvtsi128_si32(values));
	return true;
}

#else

#define OCTETS_TARGET

static inline bool octets_are_there(void)
{
	return false;
}

static inline bool octets_read(uint32_t *bits, const char *text, size_t len)
{
	(void)bits, (void)text, (void)len;
	return false;
}

#endif

#endif

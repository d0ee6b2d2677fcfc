/*
 * Long runs of bytes, thirty-two at a time where the processor can, which is
 * asked when the program runs.
 */
#ifndef JSON_SCAN32_H
#define JSON_SCAN32_H

#include <stdbool.h>
#include <stddef.h>

#define SCAN32 32

#if defined(__x86_64__)

#include <immintrin.h>

static inline bool scan32_is_there(void)
{
	return __builtin_cpu_supports("avx2") != 0;
}

__attribute__((target("avx2"))) static inline __m256i scan32_load(const char *text)
{
	return _mm256_loadu_si256((const __m256i *)(const void *)text);
}

/* All ones for each byte that fits: see scan16.h. */
__attribute__((target("avx2"))) static inline __m256i scan32_fits(
	const char *text, const char *least, const char *most)
{
	__m256i bytes = scan32_load(text);
	__m256i nearest =
		_mm256_min_epu8(_mm256_max_epu8(bytes, scan32_load(least)), scan32_load(most));
	__m256i escape = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\\'));

	return _mm256_andnot_si256(escape, _mm256_cmpeq_epi8(nearest, bytes));
}

/* Returns true if text[0..len) fits, at least SCAN32 bytes, all of which are read and
 * none beyond. Only where scan32_is_there. */
__attribute__((target("avx2"))) static inline bool scan32_all_fit(
	const char *text, const char *least, const char *most, size_t len)
{
	size_t last = len - SCAN32;

	for (size_t at = 0; at < last; at += SCAN32)
		if (_mm256_movemask_epi8(scan32_fits(text + at, least + at, most + at)) != -1)
			return false;
	return _mm256_movemask_epi8(scan32_fits(text + last, least + last, most + last)) == -1;
}

#else

static inline bool scan32_is_there(void)
{
	return false;
}

static inline bool scan32_all_fit(const char *text, const char *least, const char *most, size_t len)
{
	(void)text, (void)least, (void)most, (void)len;
	return false;
}

#endif

#endif

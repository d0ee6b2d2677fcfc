/*
 * Thirty-two bytes at a time where the processor can, which is asked when the
 * program runs. What is meant by fitting and special: see scan16.h.
 */
#ifndef JSON_SCAN32_H
#define JSON_SCAN32_H

#include <stdbool.h>
#include <stddef.h>

#define SCAN32 32

#if defined(__x86_64__)

#include <immintrin.h>

/* What calls the functions below has to be compiled for it, or calls take longer
 * than what they do. */
#define SCAN32_TARGET __attribute__((target("avx2,bmi,bmi2")))

static inline bool scan32_is_there(void)
{
	return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("bmi") != 0 &&
	       __builtin_cpu_supports("bmi2") != 0;
}

SCAN32_TARGET static inline __m256i scan32_load(const char *text)
{
	return _mm256_loadu_si256((const __m256i *)(const void *)text);
}

/* All ones for each byte that fits. */
SCAN32_TARGET static inline __m256i scan32_fits(
	const char *text, const char *least, const char *most)
{
	__m256i bytes = scan32_load(text);
	__m256i nearest =
		_mm256_min_epu8(_mm256_max_epu8(bytes, scan32_load(least)), scan32_load(most));
	__m256i escape = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\\'));

	return _mm256_andnot_si256(escape, _mm256_cmpeq_epi8(nearest, bytes));
}

/* Returns true if text[0..len) fits, at most SCAN32 bytes. All SCAN32 are read. Only
 * where scan32_is_there. */
SCAN32_TARGET static inline bool scan32_first_fit(
	const char *text, const char *least, const char *most, size_t len)
{
	unsigned fit = (unsigned)_mm256_movemask_epi8(scan32_fits(text, least, most));

	return _bzhi_u32(~fit, (unsigned)len) == 0;
}

/* Returns true if text[0..len) fits, at least SCAN32 bytes, all of which are read and
 * none beyond. Only where scan32_is_there. */
SCAN32_TARGET static inline bool scan32_all_fit(
	const char *text, const char *least, const char *most, size_t len)
{
	const size_t step = (size_t)2 * SCAN32;
	const size_t rest = (len - 1) % step + 1, stop = len - rest;

	for (size_t at = 0; at != stop; at += step) {
		__m256i first = scan32_fits(text + at, least + at, most + at);
		__m256i second =
			scan32_fits(text + at + SCAN32, least + at + SCAN32, most + at + SCAN32);

		if (_mm256_movemask_epi8(_mm256_and_si256(first, second)) != -1)
			return false;
	}
	if (rest > SCAN32 &&
		_mm256_movemask_epi8(scan32_fits(text + stop, least + stop, most + stop)) != -1)
		return false;
	return _mm256_movemask_epi8(scan32_fits(
		       text + len - SCAN32, least + len - SCAN32, most + len - SCAN32)) == -1;
}

/* As scan16_special. Only where scan32_is_there. */
SCAN32_TARGET static inline unsigned scan32_special(const char *text)
{
	__m256i bytes = scan32_load(text);
	__m256i control = _mm256_cmpgt_epi8(_mm256_set1_epi8(0x20), bytes);
	__m256i quote = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('"'));
	__m256i escape = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\\'));

	return (unsigned)_mm256_movemask_epi8(
		_mm256_or_si256(control, _mm256_or_si256(quote, escape)));
}

#else

#define SCAN32_TARGET

static inline bool scan32_is_there(void)
{
	return false;
}

static inline bool scan32_first_fit(
	const char *text, const char *least, const char *most, size_t len)
{
	(void)text, (void)least, (void)most, (void)len;
	return false;
}

static inline bool scan32_all_fit(const char *text, const char *least, const char *most, size_t len)
{
	(void)text, (void)least, (void)most, (void)len;
	return false;
}

static inline unsigned scan32_special(const char *text)
{
	(void)text;
	return 0;
}

#endif

#endif

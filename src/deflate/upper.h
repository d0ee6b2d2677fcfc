/*
 * ISA-L comes back with the upper halves of the vector registers in use. While
 * they are, each SSE instruction waits for the one before it that wrote the
 * same register: code built for any x86-64 took up to twice as long.
 */
#ifndef DEFLATE_UPPER_H
#define DEFLATE_UPPER_H

#ifdef __x86_64__

#include <immintrin.h>

__attribute__((target("avx"))) static inline void upper_zero(void)
{
	_mm256_zeroupper();
}

/* To be called after a call of ISA-L. */
static inline void upper_clear(void)
{
	if (__builtin_cpu_supports("avx"))
		upper_zero();
}

#else

static inline void upper_clear(void)
{
}

#endif

#endif

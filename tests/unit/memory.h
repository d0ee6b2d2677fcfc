/*
 * Memory that runs out when a test wants it to, in place of the C library's.
 * Included by the one file of a test program. Sanitizers and valgrind have a
 * memory of their own: with them it never runs out.
 */
#ifndef TESTS_UNIT_MEMORY_H
#define TESTS_UNIT_MEMORY_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

/* Requests that are still met; negative: all are. */
static long memory_left = -1;

/* gcc and clang tell of a sanitizer each in a way of its own. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define MEMORY_OF_ITS_OWN
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MEMORY_OF_ITS_OWN
#endif

#ifndef MEMORY_OF_ITS_OWN

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);

static bool memory_refused(void)
{
	if (memory_left < 0 || memory_left-- > 0)
		return false;
	memory_left = 0;
	errno = ENOMEM;
	return true;
}

void *malloc(size_t size)
{
	return memory_refused() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return memory_refused() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
	return memory_refused() ? NULL : __libc_realloc(old, size);
}

#endif

/* Does it run out here? */
static inline bool memory_runs_out(void)
{
	void *volatile memory;

	memory_left = 0;
	memory = malloc(1);
	memory_left = -1;
	free(memory);
	return memory == NULL;
}

#endif

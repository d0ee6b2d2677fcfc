/*
 * Preloaded: the FAIL_AT-th request for memory of the program fails, and with
 * FAIL_ALL every later one too.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void *__libc_memalign(size_t align, size_t size);

static long fail_at = -1, counted;
static int fail_all;

/* What is measured of the program may take memory when it ends. */
void memory_is_back(void);

void memory_is_back(void)
{
	fail_at = 0;
}

__attribute__((constructor)) static void begin(void)
{
	const char *text = getenv("FAIL_AT");

	counted = 0;
	fail_all = getenv("FAIL_ALL") != NULL;
	fail_at = text ? atol(text) : 0;
}

static int fails(void)
{
	long n;

	if (fail_at <= 0)
		return 0;
	n = __atomic_add_fetch(&counted, 1, __ATOMIC_RELAXED);
	if (n == fail_at || (fail_all && n > fail_at)) {
		errno = ENOMEM;
		return 1;
	}
	return 0;
}

void *malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
	return fails() ? NULL : __libc_realloc(old, size);
}

int posix_memalign(void **out, size_t align, size_t size)
{
	*out = fails() ? NULL : __libc_memalign(align, size);
	return *out ? 0 : ENOMEM;
}

void *aligned_alloc(size_t align, size_t size)
{
	return fails() ? NULL : __libc_memalign(align, size);
}

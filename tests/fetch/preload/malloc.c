/*
 * Lets the allocation with the number MALLOC_FAIL fail, once. Without it, the
 * number of allocations is written to the file MALLOC_COUNT at the end.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);

static long number;
static long failing;

/* What is measured of the program may take memory when it ends. */
void memory_is_back(void);

void memory_is_back(void)
{
	failing = 0;
}

static FILE *file; /* opened before rights are given up */

/* Only from main on: what the loader allocates is not the program's. */
__attribute__((constructor)) static void start(void)
{
	const char *text = getenv("MALLOC_FAIL");

	const char *name = getenv("MALLOC_COUNT");

	failing = text ? strtol(text, NULL, 10) : 0;
	if (!failing && name)
		file = fopen(name, "w");
	number = 0;
}

__attribute__((destructor)) static void end(void)
{
	long count = __atomic_load_n(&number, __ATOMIC_RELAXED);

	if (file) {
		fprintf(file, "%ld\n", count);
		fclose(file);
	}
}

static int fails(void)
{
	if (__atomic_add_fetch(&number, 1, __ATOMIC_RELAXED) != failing)
		return 0;
	errno = ENOMEM;
	return 1;
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

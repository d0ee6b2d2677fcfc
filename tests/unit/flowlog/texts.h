/* Texts for tests, padded as the parser wants them, or in files. */
#ifndef TESTS_UNIT_FLOWLOG_TEXTS_H
#define TESTS_UNIT_FLOWLOG_TEXTS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/limits.h"

/* A text with padding of its own; to be freed. */
static inline char *padded(const char *text, size_t len)
{
	char *copy = calloc(1, len + LIMIT_JSON_PADDING);

	memcpy(copy, text, len);
	return copy;
}

/* A new temporary file that holds data; its path is static. */
static inline const char *file_of(const void *data, size_t len)
{
	static char path[] = "/tmp/vcnflow-unit.XXXXXX";
	int fd;

	memcpy(path + sizeof path - 7, "XXXXXX", 6);
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, len), len);
	close(fd);
	return path;
}

#endif

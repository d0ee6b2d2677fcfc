/* What all fuzz targets share. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"

/*
 * The target: works through one input and aborts where a promise is broken.
 * Called by libFuzzer, or by replay.c for each input of a corpus.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* A promise: when it is broken, says which and ends the process. */
#define PROMISE(condition) ((condition) ? (void)0 : fuzz_broken(#condition, __FILE__, __LINE__))

static inline void fuzz_broken(const char *what, const char *file, int line)
{
	(void)fprintf(stderr, "%s:%d: broken: %s\n", file, line, what);
	abort();
}

/* Two texts are equal; else both are shown. */
static inline void fuzz_equal(
	const char *what, const char *a, size_t a_len, const char *b, size_t b_len)
{
	if (a_len == b_len && (a_len == 0 || memcmp(a, b, a_len) == 0))
		return;
	(void)fprintf(stderr, "broken: %s differ\n<%.*s>\n<%.*s>\n", what,
		(int)(a_len < 4096 ? a_len : 4096), a, (int)(b_len < 4096 ? b_len : 4096), b);
	abort();
}

#define FUZZ_PATH_SIZE 4096

/*
 * Writes the name of a new file or folder, for mkstemp or mkdtemp: in TMPDIR,
 * or else in memory where that can be.
 */
static inline void fuzz_path(char path[FUZZ_PATH_SIZE])
{
	const char *folder = getenv("TMPDIR");

	if (folder == NULL)
		folder = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
	PROMISE((size_t)snprintf(path, FUZZ_PATH_SIZE, "%s/vcnflow-fuzz.XXXXXX", folder) <
		FUZZ_PATH_SIZE);
}

static inline void fuzz_append(struct bytes *to, const void *data, size_t len)
{
	PROMISE(bytes_append(to, data, len) == 0);
}

static inline void fuzz_append_text(struct bytes *to, const char *text)
{
	fuzz_append(to, text, strlen(text));
}

#endif

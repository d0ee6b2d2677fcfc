/* A config file read a second way: line by line into a list of what it says. */
#ifndef TESTS_FUZZ_ENTRIES_H
#define TESTS_FUZZ_ENTRIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

struct entry {
	struct bytes profile;
	struct bytes key; /* empty: the section itself */
	struct bytes value;
	uint64_t line;
};

struct entries {
	struct bytes list; /* struct entry[] */
	bool sound;        /* nothing in it must be refused */
};

#define ENTRIES_INIT                                                                               \
	{                                                                                          \
		.list = BYTES_INIT(SIZE_MAX / 2)                                                   \
	}

void entries_read(struct entries *entries, const char *text, size_t len);
struct entry *entries_all(const struct entries *entries, size_t *count);
void entries_clear(struct entries *entries);

#endif

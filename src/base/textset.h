/*
 * A set of byte strings, copied in. Zero-initialise it with TEXTSET_INIT(max);
 * max is the number of strings that it takes.
 */
#ifndef BASE_TEXTSET_H
#define BASE_TEXTSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"

struct textset_entry {
	uint32_t hash;
	uint32_t len;
	size_t offset; /* into text */
};

struct textset {
	struct textset_entry *entries; /* in order of first addition */
	size_t count;
	size_t room;
	uint32_t *slots; /* open addressing; 0 is free, else entry + 1 */
	size_t slot_count;
	char *text;
	size_t text_len;
	size_t text_cap;
	size_t max;
	struct hash_key key; /* once there are slots */
};

#define TEXTSET_INIT(maximum)                                                                      \
	{                                                                                          \
		.max = (maximum)                                                                   \
	}

enum textset_result {
	TEXTSET_KNOWN,    /* it was there already */
	TEXTSET_ADDED,    /* it was not, and is now */
	TEXTSET_FULL,     /* it is not there, and the set takes no more */
	TEXTSET_NO_MEMORY /* the set is as it was */
};

/* Adds text[0..len), of less than 4 GiB. */
enum textset_result textset_add(struct textset *set, const char *text, size_t len);

/* As textset_add; *index is the entry of what was known or added. */
enum textset_result textset_take(struct textset *set, const char *text, size_t len, size_t *index);

/* The same of an entry of another set: it is not hashed again. */
enum textset_result textset_take_entry(
	struct textset *set, const struct textset *other, size_t entry, size_t *index);

bool textset_has(const struct textset *set, const char *text, size_t len);

/* The entry that holds text[0..len), or SIZE_MAX when none does. */
size_t textset_find(const struct textset *set, const char *text, size_t len);

/* The string of an entry; *len its length. Valid until the next addition. */
const char *textset_text(const struct textset *set, size_t index, size_t *len);

/* Sorts the entries by their bytes; only textset_text may follow. */
void textset_sort(struct textset *set);

/* Makes it empty and keeps the room. */
void textset_clear(struct textset *set);
void textset_free(struct textset *set);

#endif

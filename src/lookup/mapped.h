/*
 * The inside of a mapped lookup file, for the rooms that open, check and read
 * it. What the check has found good stays good as long as nobody writes into
 * the file, which nobody should; all the same, reading it never leaves the
 * mapping: see MAPPED_COPIED.
 */
#ifndef LOOKUP_MAPPED_H
#define LOOKUP_MAPPED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookup/format.h"
#include "lookup/lookup.h"

/* A section's entries; at is null where the file has no such section. */
#define MAPPED_VIEW(name, letters, flags, family, type)                                            \
	struct {                                                                                   \
		const type *at;                                                                    \
		size_t count;                                                                      \
	} name;

struct lookup {
	const uint8_t *map; /* LIMIT_JSON_PADDING readable bytes after it */
	size_t length;      /* of the file */
	size_t mapped;      /* of the mapping */

	FORMAT_SECTIONS(MAPPED_VIEW)
	struct lookup_text source;
	size_t foreign_count; /* sections that this reader does not know */

	char *detail; /* only while the file is being opened */
};

/*
 * Stands between reading numbers from the mapping and comparing them with
 * bounds: what was read is not read there again, where it might be another by
 * now.
 */
#define MAPPED_COPIED() __asm__ volatile("" ::: "memory")

/* What to do about a file that is no good, at the end of a message. */
#define MAPPED_MAKE_IT "run 'vcnmeta fetch' or 'vcnmeta build' to "

/*
 * Maps a file without waiting for anything. Returns LOOKUP_OK, or an error
 * after lookup->detail was filled. mapped_release in any case.
 */
enum lookup_error mapped_open(struct lookup *lookup, const char *path);
void mapped_release(struct lookup *lookup);

/* Fills detail and returns error. */
enum lookup_error mapped_refuse(struct lookup *lookup, enum lookup_error error, const char *format,
	...) __attribute__((format(printf, 3, 4)));

/* As mapped_refuse, for a file that is damaged: says so, and what to run. */
enum lookup_error mapped_damaged(struct lookup *lookup, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Returns 0, or -1 with errno set. See lookup_guard. */
int mapped_guard(const struct lookup *lookup, void (*function)(void *), void *context);

/* Where a text stands and how long it is. */
static inline uint64_t mapped_text_offset(struct format_text text)
{
	return text.place >> FORMAT_TEXT_BITS;
}

static inline size_t mapped_text_length(struct format_text text)
{
	return (size_t)(text.place & FORMAT_TEXT_ABSENT);
}

/* The bytes of a text; none of them if it is not in its section. */
static inline struct lookup_text mapped_key(const struct lookup *lookup, struct format_text text)
{
	uint64_t offset = mapped_text_offset(text);
	size_t len = mapped_text_length(text);

	if (offset > lookup->text.count || len > lookup->text.count - offset)
		return (struct lookup_text){lookup->text.at, 0};
	return (struct lookup_text){lookup->text.at + offset, len};
}

/* The same for a text that may be absent: null then. */
static inline struct lookup_text mapped_text(const struct lookup *lookup, struct format_text text)
{
	if (mapped_text_length(text) == FORMAT_TEXT_ABSENT)
		return (struct lookup_text){NULL, 0};
	return mapped_key(lookup, text);
}

#endif

/*
 * The inside of a mapped lookup file, for the rooms that open, check and read
 * it. What the check has found good stays good as long as nobody writes into
 * the file, which nobody should; all the same, reading it never leaves the
 * mapping (lookup.c).
 */
#ifndef LOOKUP_MAPPED_H
#define LOOKUP_MAPPED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookup/format.h"
#include "lookup/lookup.h"
#include "json/json.h"

struct lookup {
	const uint8_t *map; /* LIMIT_JSON_PADDING readable bytes behind it */
	size_t length;      /* of the file */
	size_t mapped;      /* of the mapping */

	const struct format_meta *meta;
	struct lookup_text source;
	const uint32_t *index; /* range_count + 1 entries */
	size_t range_count;
	const struct format_subnet *subnets;
	size_t subnet_count;
	const struct prefix *prefixes;
	size_t prefix_count;
	const struct format_fragment *fragments;
	size_t fragment_count;
	struct lookup_text json;
	struct lookup_text text;
	const struct prefix *all_prefixes;
	size_t all_prefix_count;
	size_t foreign_count; /* sections that this reader does not know */

	/* Only while the file is being checked. */
	size_t section_count;
	struct json_parser *parser;
	bool text_is_ascii;
	char *detail;
};

/* Keeps what was copied out of the mapping from being read there again. */
#define MAPPED_COPIED() __asm__ volatile("" ::: "memory")

/* Says what is wrong with a file: fills detail, returns LOOKUP_DAMAGED. */
enum lookup_error mapped_damaged(struct lookup *lookup, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Checks everything once, a large file by runner if that is not null: calls all
 * of those below (check_all.c).
 */
enum lookup_error mapped_check(struct lookup *lookup, lookup_runner *runner);

/* Magic and version: whether this is a file for this reader at all. */
enum lookup_error mapped_check_kind(struct lookup *lookup);

/*
 * Checks the header and the section table and sets the views on the sections
 * (sections.c).
 */
enum lookup_error mapped_check_sections(struct lookup *lookup);

/* Checks the sections' checksums; they have to be in place. */
enum lookup_error mapped_check_sums(struct lookup *lookup);

/* Checks how much there is of everything, and section META (check.c). */
enum lookup_error mapped_check_counts(struct lookup *lookup);

/* Then, in whatever order: texts, CIDR blocks and fragments; subnets. */
enum lookup_error mapped_check_parts(struct lookup *lookup);
enum lookup_error mapped_check_subnets(struct lookup *lookup);

#endif

/*
 * A second JSON parser, to hold the first one against: RFC 8259 read letter by
 * letter, by recursion, without any eye to speed. Numbers stay text.
 */
#ifndef TESTS_FUZZ_STRICT_H
#define TESTS_FUZZ_STRICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

enum strict_type {
	STRICT_NULL,
	STRICT_FALSE,
	STRICT_TRUE,
	STRICT_NUMBER,
	STRICT_STRING,
	STRICT_ARRAY,
	STRICT_OBJECT,
};

/* A value: text[at..end) of the document. */
struct strict_node {
	enum strict_type type;
	size_t at;
	size_t end;
	size_t name_at; /* of a member: its name, quotes included */
	size_t name_end;
	uint32_t first; /* child, and next sibling: indexes; 0: none */
	uint32_t next;
	unsigned depth; /* levels in it: 0 for a scalar */
};

struct strict {
	const char *text;
	size_t len;
	struct strict_node *nodes; /* nodes[0] is no value */
	size_t count;
	size_t room;
};

/* Makes it ready for a text, with no values. */
void strict_begin(struct strict *strict, const char *text, size_t len);
void strict_free(struct strict *strict);

/*
 * Reads the value that begins at *at, not nested deeper than depth levels,
 * and moves *at behind it. Returns its index, or 0 when there is none. The
 * nodes move whenever a value is read.
 */
uint32_t strict_value(struct strict *strict, size_t *at, unsigned depth);

/* Reads the one value that text[0..len) has to be, blanks around it allowed. */
uint32_t strict_whole(struct strict *strict, unsigned depth);

/* The last member of an object with this name, or 0. */
uint32_t strict_member(const struct strict *strict, uint32_t node, const char *name);

/* How many members of an object have this name. */
unsigned strict_count(const struct strict *strict, uint32_t node, const char *name);

/* Appends what a string spells, in UTF-8: text[at..end), quotes included. */
void strict_spell(const struct strict *strict, size_t at, size_t end, struct bytes *to);

/* Tells if a node (0: absent) is a string that spells this. */
bool strict_is(const struct strict *strict, uint32_t node, const char *text);

bool strict_blank(char c);

#endif

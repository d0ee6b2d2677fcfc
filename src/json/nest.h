/*
 * Which brackets are open, in constant memory: of the first NEST_JUDGED levels
 * it is known what they are and a closer must fit; deeper ones are counted.
 * Nothing that deep is a record (LIMIT_DEPTH), so nothing is accepted for it.
 */
#ifndef JSON_NEST_H
#define JSON_NEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NEST_JUDGED 4096

struct nest {
	uint64_t is_object[NEST_JUDGED / 64];
	size_t depth;
};

static inline void nest_open(struct nest *nest, char opener)
{
	size_t level = nest->depth++;

	if (level < NEST_JUDGED) {
		uint64_t bit = (uint64_t)1 << level % 64;

		if (opener == '{')
			nest->is_object[level / 64] |= bit;
		else
			nest->is_object[level / 64] &= ~bit;
	}
}

/* Closes the innermost level, of which there must be one; returns true if it fits. */
static inline bool nest_close(struct nest *nest, char closer)
{
	size_t level = --nest->depth;

	if (level >= NEST_JUDGED)
		return true;
	return (nest->is_object[level / 64] >> level % 64 & 1) == (closer == '}');
}

#endif

/* Of some words the one that was probably meant. */
#ifndef BASE_NEAREST_H
#define BASE_NEAREST_H

#include <stddef.h>

/* While all words are gone through; begins as {word, its length}. */
struct nearest {
	const char *text; /* as it was typed */
	size_t len;
	const char *found; /* so far, or null: none is near */
	size_t far;
};

/*
 * Looks at one more word, which must outlive the search. Words of more than 64
 * letters are like no other.
 */
void nearest_look(struct nearest *nearest, const char *word);

#endif

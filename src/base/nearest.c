/*
 * How far two words are apart: how many letters must be changed, added or left
 * out to make the one into the other.
 */
#include "base/nearest.h"

#include <string.h>

#define LONGEST 64

/* A word is near if no more letters are wrong; a short one has only one. */
#define NEAR 2
#define SHORT 4

static size_t smallest(size_t a, size_t b, size_t c)
{
	size_t least = a < b ? a : b;

	return least < c ? least : c;
}

/* Both at most LONGEST long: row[j] is that of a's beginning and b[0..j). */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t row[LONGEST + 1], diagonal, above;

	for (size_t j = 0; j <= b_len; j++)
		row[j] = j;
	for (size_t i = 0; i < a_len; i++) {
		diagonal = row[0];
		row[0] = i + 1;
		for (size_t j = 1; j <= b_len; j++) {
			above = row[j];
			row[j] = smallest(above + 1, row[j - 1] + 1, diagonal + (a[i] != b[j - 1]));
			diagonal = above;
		}
	}
	return row[b_len];
}

void nearest_look(struct nearest *nearest, const char *word)
{
	size_t len = strlen(word);
	size_t far;

	if (nearest->len > LONGEST || len > LONGEST)
		return;
	far = distance(nearest->text, nearest->len, word, len);
	if (far > (nearest->len < SHORT ? 1 : NEAR) ||
		(nearest->found != NULL && far >= nearest->far))
		return;
	nearest->found = word;
	nearest->far = far;
}

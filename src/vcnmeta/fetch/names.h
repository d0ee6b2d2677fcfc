/* A list of texts that are kept elsewhere. Zero-initialise it. */
#ifndef VCNMETA_FETCH_NAMES_H
#define VCNMETA_FETCH_NAMES_H

#include <stddef.h>

struct names {
	const char **names;
	size_t count;
	size_t room;
};

/* Returns 0, or -1 when memory ran out. */
int names_add(struct names *list, const char *name);
void names_free(struct names *list);

#endif

/* A list of texts that are kept elsewhere. Zero-initialise it. */
#ifndef VCNMETA_FETCH_FETCH_NAMES_H
#define VCNMETA_FETCH_FETCH_NAMES_H

#include <stddef.h>

struct fetch_names {
	const char **names;
	size_t count;
	size_t room;
};

/* Returns 0, or -1 when memory ran out. */
int fetch_names_add(struct fetch_names *list, const char *name);
void fetch_names_free(struct fetch_names *list);

#endif

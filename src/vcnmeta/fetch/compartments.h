/* The compartments of a tenancy, as ListCompartments gives them. */
#ifndef VCNMETA_FETCH_COMPARTMENTS_H
#define VCNMETA_FETCH_COMPARTMENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/textset.h"

struct compartment {
	char *id;
	char *parent; /* "": not said */
	bool active;
};

/* Zero-initialise it. */
struct compartments {
	struct compartment *items;
	size_t count;
	size_t room;
};

/* Copies the texts. Returns 0, or -1 when memory ran out. */
int compartments_add(
	struct compartments *compartments, const char *id, const char *parent, bool active);
void compartments_free(struct compartments *compartments);

/*
 * Adds to set, which holds some compartments, the active ones below them, at
 * any depth. Returns 0, or -1 when memory ran out or the set is full.
 */
int compartments_below(const struct compartments *compartments, struct textset *set);

#endif

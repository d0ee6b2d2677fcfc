/*
 * What dumps hold that a lookup file does not: counted by kind, so that a
 * warning is written once for each and not for each object.
 */
#ifndef VCNMETA_IGNORED_H
#define VCNMETA_IGNORED_H

#include "lookup/import.h"

#define IGNORED_KINDS 32
#define IGNORED_NAME 40

struct ignored_kind {
	char name[IGNORED_NAME]; /* "vcn" of "ocid1.vcn."; "": no OCID */
	bool is_object;
	uint64_t count;
	struct model_place first;
};

struct ignored {
	struct ignored_kind kinds[IGNORED_KINDS];
	size_t kind_count;
	uint64_t others; /* of still more kinds */
};

/* Counts a value that is of no use. */
void ignored_add(
	struct ignored *ignored, const struct import_object *object, struct model_place place);

/* Writes the warnings. */
void ignored_tell(const struct ignored *ignored);

#endif

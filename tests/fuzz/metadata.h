/* Lookup files for targets, made from metadata in a text. */
#ifndef TESTS_FUZZ_METADATA_H
#define TESTS_FUZZ_METADATA_H

#include "base/bytes.h"
#include "lookup/lookup.h"

/* The lookup file that an array of subnets and lists gives; of valid ones. */
struct lookup *metadata_lookup(const char *text);

/* Appends the bytes of a lookup file with some of everything. */
void metadata_world(struct bytes *file);

#endif

/*
 * All that a lookup file says, for those who show it or read it back; the
 * filter itself needs no more than lookup.h.
 */
#ifndef LOOKUP_CONTENT_H
#define LOOKUP_CONTENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookup/lookup.h"

/* A subnet; name, vcn and compartment have a null text where not known. */
struct lookup_entry {
	struct lookup_text ocid;
	struct lookup_text name;
	struct lookup_text vcn;
	struct lookup_text compartment;
	size_t fragment; /* its lists and ids: the number of lookup_fragment */
	struct lookup_subnet subnet;
};

/* The number of subnets, and one of them, in the order of the file. */
size_t lookup_subnet_count(const struct lookup *lookup);
void lookup_entry(const struct lookup *lookup, size_t index, struct lookup_entry *entry);

/* The entry of a subnet; false: it is not there. */
bool lookup_find_entry(
	const struct lookup *lookup, const char *ocid, size_t len, struct lookup_entry *entry);

/* A set of security lists, as lookup_subnet has it. */
struct lookup_fragment {
	struct lookup_text lists;
	struct lookup_text ids;
};

size_t lookup_fragment_count(const struct lookup *lookup);
struct lookup_fragment lookup_fragment(const struct lookup *lookup, size_t index);

/* Where the metadata came from: "build", or a tenancy and regions. */
struct lookup_text lookup_source(const struct lookup *lookup);

uint64_t lookup_file_length(const struct lookup *lookup);
unsigned lookup_version(const struct lookup *lookup);

/* The number of CIDR blocks, one that several subnets have counted often. */
size_t lookup_prefix_count(const struct lookup *lookup);

/* The number of sections that this program does not know and passed over. */
size_t lookup_foreign_count(const struct lookup *lookup);

#endif

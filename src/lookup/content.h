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
struct content_subnet {
	struct lookup_text ocid;
	struct lookup_text name;
	struct lookup_text vcn;         /* its OCID */
	struct lookup_text compartment; /* its OCID */
	struct lookup_subnet subnet;
	int64_t fetched_at;
	bool is_listed;  /* every address of its VNICs is in the file */
	bool is_refused; /* its addresses could not all be read */
};

/* The number of subnets, and one of them, in the order of the file. */
size_t content_subnet_count(const struct lookup *lookup);
void content_subnet(const struct lookup *lookup, size_t number, struct content_subnet *subnet);

/* Fills in the subnet with an OCID; false: it is not there. */
bool content_find_subnet(
	const struct lookup *lookup, const char *ocid, size_t len, struct content_subnet *subnet);

/* A VCN or compartment. */
struct content_name {
	struct lookup_text ocid;
	struct lookup_text name;
	int64_t fetched_at; /* the name */
};

struct content_name content_vcn(const struct lookup *lookup, size_t number);
size_t content_compartment_count(const struct lookup *lookup);
struct content_name content_compartment(const struct lookup *lookup, size_t number);

/* Returns true if a VNIC was read itself, so that all of its groups are known. */
bool content_vnic_was_read(const struct lookup *lookup, size_t number);

/* Where the metadata came from: "build", or a tenancy and regions. */
struct lookup_text content_source(const struct lookup *lookup);

/* How much there is of everything. */
struct content_counts {
	unsigned version;
	uint64_t bytes; /* of the file */
	size_t subnets;
	size_t prefixes; /* one that several subnets have counted often */
	size_t sets;     /* of lists */
	size_t lists;    /* those that are held */
	size_t list_rules;
	size_t group_rules;
	size_t groups;
	size_t vnics;
	size_t addresses;
	size_t vcns;
	size_t compartments;
	size_t services;
	size_t foreign; /* sections that this program does not know and passed over */
	int64_t oldest; /* when what was fetched first and last was: of subnets, */
	int64_t newest; /* lists, groups and VNICs */
};

void content_count(const struct lookup *lookup, struct content_counts *counts);

#endif

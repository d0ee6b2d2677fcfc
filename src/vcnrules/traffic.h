/*
 * Who sends how much to whom, subnet by subnet, and which services each subnet
 * offers and uses: what a page shows of all conversations together.
 */
#ifndef VCNRULES_TRAFFIC_H
#define VCNRULES_TRAFFIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookup/lookup.h"
#include "vcnrules/flows.h"

/* Subnets that have a row and a column of their own, and all places. */
#define TRAFFIC_LARGEST ((size_t)40)
#define TRAFFIC_PLACES (TRAFFIC_LARGEST + 3)

/* In the order in which they stand. */
enum traffic_kind {
	TRAFFIC_SUBNET,
	TRAFFIC_OTHERS,   /* all subnets that are not among the largest, together */
	TRAFFIC_PRIVATE,  /* private addresses in no subnet of the file */
	TRAFFIC_INTERNET, /* all other addresses */
};

/* One end of traffic. Texts are of the file; those of others than subnets are null. */
struct traffic_place {
	enum traffic_kind kind;
	uint32_t subnet; /* its number in the file */
	struct lookup_text ocid;
	struct lookup_text name;
	struct lookup_text vcn; /* its OCID, and its name */
	struct lookup_text vcn_name;
	uint64_t bytes; /* that it sent or got */
};

enum traffic_way {
	TRAFFIC_OFFERED, /* others began */
	TRAFFIC_USED,    /* the subnet did */
	TRAFFIC_UNKNOWN, /* nobody knows who did */
};

/* A service, or with is_rest those of one way that are not among the largest. */
struct traffic_service {
	uint32_t subnet;
	uint8_t way; /* enum traffic_way */
	bool is_rest;
	bool has_port;
	uint16_t protocol;
	uint16_t port;
	uint64_t bytes;
	uint64_t conversations; /* of is_rest, too */
	uint64_t services;      /* how many this is: 1, or of is_rest more */
};

struct traffic {
	/* By the VCN's name, then the subnet's; only those with traffic. */
	struct traffic_place *places;
	size_t place_count;
	size_t summed;   /* subnets in TRAFFIC_OTHERS */
	uint64_t *cells; /* from a row's place to a column's: place_count squared */
	uint64_t largest;
	/* Of the places that are subnets, in their order; then by way and size. */
	struct traffic_service *services;
	size_t service_count;
};

/*
 * Sums what was accepted; flows have to be sorted by subnet, as flows_merge leaves
 * them. is_wanted tells by the number of a subnet whose conversations count; null: all.
 * Returns 0, or -1: no memory. Free it with traffic_free in any case.
 */
int traffic_make(struct traffic *traffic, const struct lookup *lookup, const struct flows *flows,
	const bool *is_wanted);
void traffic_free(struct traffic *traffic);

#endif

/*
 * Sets of addresses: CIDR blocks and single addresses as the command line and
 * files name them.
 */
#ifndef BASE_PREFIXSET_H
#define BASE_PREFIXSET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/address.h"
#include "base/elements.h"

/*
 * Prefixes that do not overlap, as ranges of addresses, sorted: found by
 * halving. A list from a lookup file may hold thousands.
 */
struct prefixset_range {
	uint64_t first_high, first_low;
	uint64_t last_high, last_low;
};

struct prefixset {
	struct prefixset_range *ipv4;
	size_t ipv4_count;
	struct prefixset_range *ipv6;
	size_t ipv6_count;
	bool vcn;                /* "vcn" was named: the lookup file's prefixes belong to it */
	struct prefix *prefixes; /* as named, before prefixset_finish */
	size_t prefix_count;
	size_t prefix_room;
	struct elements_files files;
};

/* An empty set. */
void prefixset_init(struct prefixset *set);

/*
 * Adds a list of --OPTION: CIDRs, addresses, @FILE, rfc1918, ula, cgnat, vcn,
 * separated by commas; a leading "=" replaces what there is. A prefix of length
 * 0 is refused: it would take in every address. Returns 0; or -1 after a
 * message, or, with errno ENOMEM, without one.
 */
int prefixset_add_list(struct prefixset *set, const char *option, const char *list);

/*
 * Adds a CIDR block of any length, an address or a name. Returns 0; or -1 after a
 * message, or, with errno ENOMEM, without one.
 */
int prefixset_add_element(struct prefixset *set, const struct element *element);

/*
 * Makes the ranges; with "vcn" named, of prefixes[0..count) too. To be called
 * once, before prefixset_holds. Returns 0, or -1 when memory ran out.
 */
int prefixset_finish(struct prefixset *set, const struct prefix *prefixes, size_t count);

bool prefixset_holds(const struct prefixset *set, const struct address *address);

void prefixset_free(struct prefixset *set);

#endif

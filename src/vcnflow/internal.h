/*
 * Which addresses are internal: 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 and
 * what --internal adds to them or puts in their place.
 */
#ifndef VCNFLOW_INTERNAL_H
#define VCNFLOW_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/address.h"
#include "base/identity.h"

/*
 * Prefixes that do not overlap, as ranges of addresses, sorted: found by
 * halving. A list from a lookup file may hold thousands.
 */
struct internal_range {
	uint64_t first_high, first_low;
	uint64_t last_high, last_low;
};

struct internal {
	struct internal_range *ipv4;
	size_t ipv4_count;
	struct internal_range *ipv6;
	size_t ipv6_count;
	bool vcn;                /* "vcn" was named: the lookup file's prefixes belong to it */
	struct prefix *prefixes; /* as named, before internal_finish */
	size_t prefix_count;
	size_t prefix_room;
	struct identity *files; /* that @FILE named */
	size_t file_count;
};

/* The default: RFC 1918. Returns 0, or -1 when memory ran out. */
int internal_init(struct internal *internal);

/*
 * Adds one --internal LIST: CIDRs, addresses, @FILE, rfc1918, ula, cgnat, vcn, separated
 * by commas; a leading "=" replaces what there is. A prefix of length 0 is
 * refused: it would make every address internal. Returns 0; or -1 after a
 * message, or, with errno ENOMEM, without one.
 */
int internal_add(struct internal *internal, const char *list);

/*
 * Makes the ranges; with "vcn" named, of prefixes[0..count) too. To be called
 * once, before internal_holds. Returns 0, or -1 when memory ran out.
 */
int internal_finish(struct internal *internal, const struct prefix *prefixes, size_t count);
/* Returns true if a file was read as @FILE. */
bool internal_is_file(const struct internal *internal, const struct identity *file);

bool internal_holds(const struct internal *internal, const struct address *address);
void internal_free(struct internal *internal);

#endif

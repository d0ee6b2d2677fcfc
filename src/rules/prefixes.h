/*
 * A set of addresses written as a few CIDR blocks: at most so many that hold
 * all of them, and as few addresses besides as can be.
 *
 * The answer is exact. Where several are equally good it is the one with the
 * fewest blocks; of those, at each fork of the addresses from the top down, the
 * one that spends fewer blocks on the lower half.
 */
#ifndef RULES_PREFIXES_H
#define RULES_PREFIXES_H

#include <stddef.h>
#include <stdint.h>

#include "base/address.h"

/* The block of one address; its family must not be ADDRESS_NONE. */
struct prefix prefixes_of_address(const struct address *address);

/*
 * Sorts blocks[0..count) and takes out those that another one holds. Returns
 * how many are left. All must be canonical.
 */
size_t prefixes_reduce(struct prefix *blocks, size_t count);

/* How many addresses disjoint blocks hold together; UINT64_MAX: so many or more. */
uint64_t prefixes_addresses(const struct prefix *blocks, size_t count);

enum prefixes_result {
	PREFIXES_OK = 0,
	PREFIXES_TOO_FEW, /* room is 0, or 1 for addresses of both families */
	PREFIXES_NO_MEMORY,
};

/* The blocks that were found. */
struct prefixes_cover {
	size_t count;
	uint64_t extra; /* addresses that were not given; UINT64_MAX: so many or more */
};

/*
 * Writes to out[0..room) the best cover, sorted, of given[0..count), which
 * prefixes_reduce must have left. More than LIMIT_PREFIXES of room is not made
 * use of. Memory: 48 bytes for each given block and 2 for each of LIMIT_PREFIXES
 * or fewer blocks that a part of them might be written with; it is freed before
 * the return. On anything but PREFIXES_OK neither out nor cover is written.
 */
enum prefixes_result prefixes_cover(const struct prefix *given, size_t count, struct prefix *out,
	size_t room, struct prefixes_cover *cover);

#endif

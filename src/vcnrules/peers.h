/*
 * What used one rule, gathered from the conversations that it is credited with:
 * peers, ports, protocols, subnets, times.
 */
#ifndef VCNRULES_PEERS_H
#define VCNRULES_PEERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/bytes.h"
#include "vcnrules/flows.h"
#include "vcnrules/usage.h"

/* CIDR blocks that stand for the peers of a rule. */
#define PEERS_BLOCKS 8

struct peers_one;

struct peers {
	struct conversation_sum sum; /* both ways */
	int64_t first;
	int64_t last;
	size_t count; /* peers, weak ones too */
	size_t weak_count;
	size_t port_count;     /* service ports */
	size_t protocol_count; /* protocols */
	size_t subnet_count;
	struct prefix blocks[PEERS_BLOCKS]; /* those that are not weak */
	size_t block_count;
	uint64_t block_addresses; /* in them; UINT64_MAX: so many or more */

	/* for peers.c alone */
	uint64_t *ports; /* a bit each */
	uint8_t protocols[32];
	struct peers_one *one;
	size_t room;
	struct prefix *strong;
	uint32_t *subnet_marks; /* by the number of a text: the last rule that has it */
	uint32_t mark;
};

/* Prepares for flows. Returns 0, or -1: no memory. Free in any case. */
int peers_begin(struct peers *peers, const struct flows *flows);
void peers_free(struct peers *peers);

/*
 * Gathers the users of a rule; a peer is weak with fewer packets than
 * min_packets. Returns 0, or -1: no memory.
 */
int peers_gather(struct peers *peers, const struct flows *flows, const struct usage *usage,
	const struct usage_rule *rule, uint64_t min_packets);

/* Returns true if some conversation was of a protocol. */
bool peers_has_protocol(const struct peers *peers, unsigned protocol);

/*
 * The next run of service ports, from *at on, 0 at first. Returns false if there is no
 * more.
 */
bool peers_next_ports(const struct peers *peers, size_t *at, size_t *low, size_t *high);

/* Appends the service ports, "22,443,8000-8004". Returns as bytes_reserve. */
int peers_put_ports(const struct peers *peers, struct bytes *out);

#endif

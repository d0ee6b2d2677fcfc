/*
 * All conversations of a run, each key once: what recurs is summed, so that
 * parts of a log mean the same as the whole, in whatever order they come.
 * Periods are dropped.
 */
#ifndef VCNRULES_FLOWS_H
#define VCNRULES_FLOWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/hash.h"
#include "base/textset.h"
#include "rules/conversation.h"

/* No time is known: of first, and of last. */
#define FLOWS_NEVER_FIRST INT64_MAX
#define FLOWS_NEVER_LAST INT64_MIN

/* A VNIC that conversations give as null. */
#define FLOWS_NO_VNIC UINT32_MAX

/* A conversation. Ports are as in struct conversation, 0 where there are none. */
struct flow {
	struct address local;
	struct address peer;
	struct conversation_sum in;
	struct conversation_sum out;
	int64_t first;
	int64_t last;
	uint32_t subnet; /* numbers of texts */
	uint32_t vnic;
	uint16_t protocol;
	uint16_t local_low;
	uint16_t local_high;
	uint16_t peer_low;
	uint16_t peer_high;
	uint8_t began;  /* enum conversation_began */
	uint8_t action; /* enum action */
	bool has_ports;
	bool is_gone; /* it was added to another one */
};

struct flows_slot;

struct flows {
	struct flow *at;
	size_t count;
	struct textset texts;

	/* for flows.c alone */
	size_t room;
	struct flows_slot *slots; /* null: there is no table */
	size_t slot_count;
	struct hash_key hash_key;
};

/* Begins as FLOWS_INIT. */
#define FLOWS_INIT                                                                                 \
	{                                                                                          \
		.texts = TEXTSET_INIT(UINT32_MAX - 1)                                              \
	}

void flows_free(struct flows *flows);

/* Adds a conversation. Returns 0, or -1: no memory. */
int flows_add(struct flows *flows, const struct conversation *conversation);

/*
 * Sorts them by subnet, VNIC, protocol, addresses, began, service port and
 * action, with subnets and VNICs in any order; sums those that are the same and
 * drops those that are gone.
 */
void flows_merge(struct flows *flows);

/* Adds counts, which saturate (conversation_plus). */
void flows_sum_up(struct conversation_sum *to, const struct conversation_sum *from);

/* Adds the counts and times of one to another. */
void flows_sum(struct flow *to, const struct flow *from);

/* The port of the side that did not begin; of a flow that is decided. */
uint16_t flow_service(const struct flow *flow);

/* The number of flows from first on that have its subnet, VNIC and protocol. */
size_t flows_group(const struct flows *flows, size_t first);

#endif

/*
 * Who talked to whom: sums over records, one line for each distinct key
 * (rules.md of the contract: --conversations). A worker sums the records of a
 * block in a table of its own, and those are added to the table of the run in
 * input order; so the table of the run is the same for any number of threads.
 *
 * Sums of packets and bytes saturate at INT64_MAX, which is where JSON readers
 * with signed numbers end.
 */
#ifndef VCNFLOW_CONVERSATIONS_H
#define VCNFLOW_CONVERSATIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/bytes.h"
#include "base/textset.h"

/* Who sent the first packet; in the order in which lines are sorted. */
enum conversation_began { BEGAN_UNKNOWN, BEGAN_LOCAL, BEGAN_PEER };

/* Which rule verdict the flow log gives; likewise. */
enum conversation_action { CONVERSATION_ACCEPT, CONVERSATION_REJECT };

/* No period, port, protocol, time; they sort before all that there are. */
#define CONVERSATION_NO_TIME INT64_MIN
#define CONVERSATION_NONE (-1)

/*
 * An address as lines are sorted by it and show it: IPv4 as its text, filled up
 * with zeros (at most 15 bytes; there is one text for each address, so that it
 * tells them apart, too), IPv6 as 128 bits, big end first.
 */
struct conversation_address {
	uint8_t bytes[16];
};

/* All that tells one conversation from another; compared byte by byte. */
struct conversation_key {
	int64_t period;  /* seconds since 1970, or CONVERSATION_NO_TIME */
	uint32_t subnet; /* numbers of texts of the table that it is in */
	uint32_t vnic;   /* the same, or CONVERSATION_NO_TEXT */
	struct conversation_address local;
	struct conversation_address peer;
	int32_t local_port; /* or CONVERSATION_NONE */
	int32_t peer_port;
	int16_t protocol;     /* or CONVERSATION_NONE */
	uint8_t local_family; /* enum address_family */
	uint8_t peer_family;
	uint8_t began;  /* enum conversation_began */
	uint8_t action; /* enum conversation_action */
	uint8_t zero[2];
};

#define CONVERSATION_NO_TEXT UINT32_MAX

/* Of one direction, as seen from the local address. */
struct conversation_sum {
	uint64_t records;
	uint64_t packets;
	uint64_t bytes;
};

struct conversation {
	struct conversation_key key;
	struct conversation_sum in;
	struct conversation_sum out;
	int64_t first;      /* the least start, or CONVERSATION_NO_TIME */
	int64_t last;       /* the greatest end, or CONVERSATION_NO_TIME */
	int32_t client_low; /* the least and greatest port of the side that began */
	int32_t client_high;
};

/* What a line counts for --table, without its texts: it and its slots. */
#define CONVERSATION_COST 160

struct conversations {
	struct conversation *lines;
	size_t count;
	size_t room;
	uint32_t *slots; /* open addressing; 0 is free, else a line's number + 1 */
	size_t slot_count;
	struct textset texts; /* subnets and VNICs */
	bool saturated;       /* a sum has reached its end */
};

void conversations_init(struct conversations *table);
void conversations_free(struct conversations *table);

/* Makes it empty and keeps the room; saturated stays. */
void conversations_clear(struct conversations *table);

/* Takes a text in. Returns its number, or CONVERSATION_NO_TEXT: no memory. */
uint32_t conversations_text(struct conversations *table, const char *text, size_t len);

/* The address as a key has it. */
void conversation_address_set(struct conversation_address *out, const struct address *address);

/*
 * Adds one, whose key has numbers of the table's own texts. Returns 0, or -1
 * when memory ran out; the table is as it was then.
 */
int conversations_add(struct conversations *table, const struct conversation *one);

/*
 * Adds all of another table. Returns 0, or -1 when memory ran out; a part was
 * added then.
 */
int conversations_merge(struct conversations *table, const struct conversations *other);

/* What the table counts for --table. */
size_t conversations_cost(const struct conversations *table);

/*
 * Sorts the lines by their keys, texts as bytes; the table can only be written
 * and cleared afterwards. Returns 0, or -1 when memory ran out.
 */
int conversations_sort(struct conversations *table);

/*
 * Appends one line of JSON with its line feed, with_period: "period" first.
 * Returns as bytes_reserve does.
 */
int conversations_write(
	const struct conversations *table, size_t index, bool with_period, struct bytes *out);

#endif

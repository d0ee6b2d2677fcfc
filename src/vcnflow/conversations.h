/*
 * Who talked to whom: sums over records, one line for each distinct key
 * (--conversations). A worker sums the records of a block in a table of its
 * own, and those are added to the table of the run in input order; so the table
 * of the run is the same for any number of threads.
 *
 * The key is all of a conversation but its sums, its times and the ports of the
 * side that began. Sums saturate at INT64_MAX, where readers of JSON with
 * signed numbers end.
 */
#ifndef VCNFLOW_CONVERSATIONS_H
#define VCNFLOW_CONVERSATIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/textset.h"
#include "rules/conversation.h"
#include "vcnflow/slots.h"

/* What a line counts for --table, without its texts: it and its slots. */
#define CONVERSATIONS_LINE_COST 160

#define CONVERSATIONS_RECENT_BITS 8
#define CONVERSATIONS_RECENT (1 << CONVERSATIONS_RECENT_BITS)

struct conversations_line;
struct conversations_entry;

/* Who a line is of: a subnet and a VNIC. */
struct conversations_owner {
	uint32_t number; /* until the table is cleared */
	uint32_t hash;   /* of the texts: the same in each table */
};

/* An owner that was met not long ago. */
struct conversations_recent {
	bool is_there;
	uint32_t subnet; /* its number in the lookup file */
	uint32_t vnic;   /* the number of its text */
	struct conversations_owner owner;
};

/* No time: less than all that there are. */
#define CONVERSATIONS_NO_TIME INT64_MIN

/* One record, from the side of the VNIC that logged it. */
struct conversations_record {
	struct conversations_owner owner;
	const struct address *local; /* of a family */
	const struct address *peer;
	int64_t period; /* seconds since 1970, or CONVERSATIONS_NO_TIME */
	int64_t first;  /* the same */
	int64_t last;
	uint64_t packets; /* perhaps more than INT64_MAX */
	uint64_t bytes;
	uint16_t protocol;   /* or CONVERSATION_NO_PROTOCOL */
	uint16_t local_port; /* both 0 without ports */
	uint16_t peer_port;
	bool has_ports;
	bool has_period;
	bool is_out; /* sent by the VNIC */
	enum conversation_began began;
	enum action action;
};

struct conversations {
	struct conversations_line *lines;
	size_t count;
	size_t room;
	struct slots slots; /* of lines */
	struct hash_key hash_key;
	struct textset texts;  /* subnets and VNICs */
	struct textset owners; /* pairs of numbers of these */
	uint32_t *owner_lines; /* how many lines each of these has */
	size_t owner_room;
	struct conversations_recent recent[CONVERSATIONS_RECENT]; /* by the VNICs' last bytes */
	/* once sorting began: lines in order, and where each part of them begins, and ends */
	struct conversations_entry *entries;
	size_t *parts;
	size_t part_count;
	uint32_t *numbers; /* of another table's owners and texts, while it is added */
	size_t number_room;
	bool saturated; /* a sum has reached its end */
};

void conversations_init(struct conversations *table);
void conversations_free(struct conversations *table);

/* Makes it empty and keeps the room; saturated stays. */
void conversations_clear(struct conversations *table);

/* Adds one, whose sums may be too large. Returns 0, or -1 when memory ran out; its lines are as
 * they were. */
int conversations_add(struct conversations *table, const struct conversation *one);

/* The same of a record. */
int conversations_add_record(
	struct conversations *table, const struct conversations_record *record);

/* Finds the owner of a subnet and a VNIC, and takes it in. Returns as conversations_add. */
int conversations_find_owner(struct conversations *table, const struct conversation_text *subnet,
	const struct conversation_text *vnic, struct conversations_owner *owner);

/*
 * Finds an owner that was remembered and not yet forgotten, by the subnet's number in
 * the lookup file and the VNIC's text. Returns false if there is none.
 */
bool conversations_recall(struct conversations *table, uint32_t subnet, const char *vnic,
	size_t len, struct conversations_owner *owner);
void conversations_remember(struct conversations *table, uint32_t subnet, const char *vnic,
	size_t len, struct conversations_owner owner);

/*
 * Adds all of another table, which can only be cleared afterwards. Returns 0, or
 * -1 when memory ran out; a part was added then.
 */
int conversations_merge(struct conversations *table, struct conversations *other);

/* What the table counts for --table. */
size_t conversations_cost(const struct conversations *table);

/*
 * Sorts the lines by their keys: numbers as numbers, texts and addresses as the
 * bytes of their texts, what is not there first. The first step makes part_count
 * parts, each of which is then sorted, in any order or by several threads at the
 * same time. From then on the table can only be read and cleared. Returns 0, or -1
 * when memory ran out.
 */
int conversations_sort_begin(struct conversations *table);
void conversations_sort_part(struct conversations *table, size_t part);

/* A line, counted from 0; its texts are the table's. */
void conversations_get(
	const struct conversations *table, size_t index, struct conversation *conversation);

#endif

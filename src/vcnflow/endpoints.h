/*
 * Selection by address, port, subnet and VNIC: one list for each of these
 * options. Of each list that was given, what is kept fits an element that is
 * not excluded, or there is none of those, and fits none that is.
 */
#ifndef VCNFLOW_ENDPOINTS_H
#define VCNFLOW_ENDPOINTS_H

#include <stdbool.h>

#include "base/elements.h"
#include "base/prefixset.h"
#include "base/textset.h"
#include "flowlog/record.h"
#include "flowlog/tag.h"
#include "rules/conversation.h"

enum endpoints_kind {
	ENDPOINTS_SOURCE, /* CIDR blocks and addresses */
	ENDPOINTS_DESTINATION,
	ENDPOINTS_ADDRESS,     /* of either side */
	ENDPOINTS_SOURCE_PORT, /* ports and ranges of ports */
	ENDPOINTS_DESTINATION_PORT,
	ENDPOINTS_PORT,   /* of either side */
	ENDPOINTS_SUBNET, /* OCIDs and display names */
	ENDPOINTS_VNIC,   /* OCIDs */
	ENDPOINTS_KINDS
};

/* The elements of a list that are excluded, or those that are not. */
struct endpoints_set {
	size_t count;
	struct prefixset addresses;
	uint64_t *ports; /* a bit for each port; null: none */
	struct textset ocids;
	struct textset names; /* of subnets */
};

struct endpoints {
	struct elements_files files;
	struct endpoints_set sets[ENDPOINTS_KINDS][2]; /* [1] are excluded */
	const char *options[ENDPOINTS_KINDS];          /* null: no list was given */
};

/* Without a list. Returns null when memory ran out. */
struct endpoints *endpoints_new(void);
void endpoints_free(struct endpoints *endpoints);

/*
 * Takes a list in the place of one that was given before; option must outlive
 * it. Returns 0; or -1 after a message, or, with errno ENOMEM, without one.
 */
int endpoints_take(struct endpoints *endpoints, enum endpoints_kind kind, const char *option,
	const char *list);

/*
 * Looks up the names of subnets and what "vcn" stands for, and warns of a list that
 * holds nothing, which keeps all; to be called once, before records are selected.
 * lookup may be null. Returns as endpoints_take does: a name is unknown.
 */
int endpoints_resolve(struct endpoints *endpoints, const struct lookup *lookup);

/* Returns true if records need the members after RECORD_ALWAYS. */
bool endpoints_need_flow(const struct endpoints *endpoints);

/* Returns true if a list was given and holds something. */
bool endpoints_has(const struct endpoints *endpoints, enum endpoints_kind kind);

/* Returns true if all lists keep a record. */
bool endpoints_keep(
	const struct endpoints *endpoints, const struct record *record, const struct tags *tags);

/* The same of a conversation; only lists of ADDRESS, SUBNET and VNIC are asked. */
bool endpoints_keep_conversation(
	const struct endpoints *endpoints, const struct conversation *conversation);

#endif

/*
 * What is known of a record beyond its text: whether its ends are internal,
 * which way it goes as seen from its subnet, and the subnet's entry in the
 * lookup file.
 */
#ifndef FLOWLOG_TAG_H
#define FLOWLOG_TAG_H

#include <stdbool.h>

#include "base/flow.h"
#include "base/prefixset.h"
#include "flowlog/record.h"
#include "lookup/lookup.h"

enum tag_side { TAG_INTERNAL, TAG_EXTERNAL, TAG_INVALID };

struct tags {
	enum tag_side source;
	enum tag_side destination;
	enum direction direction;
	bool internal_traffic;
	bool known;                  /* the subnet is in the lookup file */
	bool is_guessed;             /* the direction is by the subnet's blocks alone */
	bool is_within;              /* it is, and both addresses lie in them */
	struct lookup_subnet subnet; /* if known */
	uint32_t vnic;               /* its number in the file, or LOOKUP_NONE */
	struct address source_address;
	struct address destination_address; /* of no family: invalid */
};

/* Where subnets and VNICs were found before, for one thread: 0 at first. */
struct tag_hints {
	struct lookup_hints subnets;
	struct lookup_vnic_hints vnics;
};

/*
 * internal may be null: then source, destination and internal_traffic are not set.
 * lookup is null when there is none: then every subnet is unknown. has_vnic
 * says that the record has its VNIC: if the file knows addresses of it, the
 * direction is by these.
 */
void tag_record(struct tags *tags, const struct record *record, const struct prefixset *internal,
	const struct lookup *lookup, bool has_vnic, struct tag_hints *hints);

#endif

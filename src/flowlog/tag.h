/*
 * What is known of a record beyond its text: whether its ends are internal,
 * which way it goes as seen from its subnet, and the subnet's entry in the
 * lookup file.
 */
#ifndef FLOWLOG_TAG_H
#define FLOWLOG_TAG_H

#include <stdbool.h>

#include "base/prefixset.h"
#include "flowlog/record.h"
#include "lookup/lookup.h"

/* Which way a record goes, as seen from its subnet. */
enum direction { DIRECTION_INGRESS, DIRECTION_EGRESS, DIRECTION_NONE };

enum tag_side { TAG_INTERNAL, TAG_EXTERNAL, TAG_INVALID };

struct tags {
	enum tag_side source;
	enum tag_side destination;
	enum direction direction;
	bool internal_traffic;
	bool known;                  /* the subnet is in the lookup file */
	struct lookup_subnet subnet; /* if known */
};

/* lookup is null when there is none: then every subnet is unknown. */
void tag_record(struct tags *tags, const struct record *record, const struct prefixset *internal,
	const struct lookup *lookup, struct lookup_hints *hints);

#endif

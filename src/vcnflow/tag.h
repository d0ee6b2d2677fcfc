/*
 * What is known of a record beyond its text: whether its ends are internal,
 * which way it goes as seen from its subnet, and the subnet's entry in the
 * lookup file.
 */
#ifndef VCNFLOW_TAG_H
#define VCNFLOW_TAG_H

#include <stdbool.h>

#include "lookup/lookup.h"
#include "vcnflow/internal.h"
#include "vcnflow/options.h"
#include "vcnflow/record.h"

enum place { PLACE_INTERNAL, PLACE_EXTERNAL, PLACE_INVALID };

struct tags {
	enum place source;
	enum place destination;
	enum direction direction;
	bool internal_traffic;
	bool known;                  /* the subnet is in the lookup file */
	struct lookup_subnet subnet; /* if known */
};

/* lookup is null when there is none: then every subnet is unknown. */
void tag_record(struct tags *tags, const struct record *record, const struct internal *internal,
	const struct lookup *lookup, struct lookup_hints *hints);

#endif

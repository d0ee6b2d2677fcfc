/* What a run says at its end: bad records, unknown subnets, metadata of another
 * time, and what to do. */
#ifndef VCNFLOW_SUMMARY_H
#define VCNFLOW_SUMMARY_H

#include <stdint.h>

#include "base/bytes.h"
#include "lookup/lookup.h"
#include "vcnflow/delivery.h"
#include "vcnflow/options.h"

/*
 * Appends the line, without a line feed; nothing if there is nothing to say.
 * lookup may be null; odd_subnets are the texts that --list-subnets left out. A
 * line that memory or its maximum cuts is cut.
 */
void summary_write(struct bytes *line, const struct options *options,
	const struct delivery *delivery, const struct lookup *lookup, uint64_t odd_subnets);

#endif

/* The counts of a run, as one line of JSON (--stats). */
#ifndef VCNFLOW_STATS_H
#define VCNFLOW_STATS_H

#include "base/bytes.h"
#include "lookup/lookup.h"
#include "vcnflow/delivery.h"

/*
 * Appends the object and a line feed. lookup may be null. All but seconds is
 * the same for any number of threads. Returns as bytes_reserve does.
 */
int stats_write(struct bytes *out, const struct delivery *delivery, const struct lookup *lookup,
	double seconds);

#endif

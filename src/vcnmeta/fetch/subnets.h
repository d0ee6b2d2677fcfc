/* The subnets that --subnet-id and --subnets-from name. */
#ifndef VCNMETA_FETCH_SUBNETS_H
#define VCNMETA_FETCH_SUBNETS_H

#include "base/bytes.h"
#include "base/textset.h"
#include "vcnmeta/fetch/names.h"
#include "vcnmeta/fetch/options.h"

struct subnets {
	struct names names; /* each once, in the order of first naming */
	struct bytes text;  /* what was read; names point into it */
};

/*
 * Reads and checks them all. Returns EXITCODE_OK, or another status after a
 * message. subnets_free in either case.
 */
int subnets_read(struct subnets *subnets, const struct options *options);
void subnets_free(struct subnets *subnets);

#endif

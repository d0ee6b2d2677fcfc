/* The subnets that --subnet-id and --subnets-from name. */
#ifndef VCNMETA_FETCH_FETCH_SUBNETS_H
#define VCNMETA_FETCH_FETCH_SUBNETS_H

#include "base/bytes.h"
#include "base/textset.h"
#include "vcnmeta/fetch/fetch_names.h"
#include "vcnmeta/fetch/fetch_options.h"

struct fetch_subnets {
	struct fetch_names names; /* each once, in the order of first naming */
	struct bytes text;        /* what was read; names point into it */
};

/*
 * Reads and checks them all. Returns EXITCODE_OK, or another status after a
 * message. fetch_subnets_free in either case.
 */
int fetch_subnets_read(struct fetch_subnets *subnets, const struct fetch_options *options);
void fetch_subnets_free(struct fetch_subnets *subnets);

#endif

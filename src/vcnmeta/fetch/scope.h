/*
 * What is to be fetched: regions, and in them compartments, or subnets named by
 * their OCIDs.
 */
#ifndef VCNMETA_FETCH_SCOPE_H
#define VCNMETA_FETCH_SCOPE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"
#include "base/textset.h"
#include "vcnmeta/fetch/options.h"
#include "vcnmeta/oci/auth.h"
#include "vcnmeta/oci/endpoint.h"
#include "vcnmeta/oci/region.h"

/* A region that requests go to. */
struct scope_region {
	struct region region; /* name "" when only an endpoint is known */
	struct endpoint iaas;
	struct endpoint identity;
	bool is_asked; /* its compartments are listed, or an OCID names it */
};

struct scope {
	const struct settings *settings;
	const struct auth *auth;
	const struct regions *table;
	/* each allocated alone, so that pointers to them stay good */
	struct scope_region **regions;
	size_t region_count;
	size_t listed; /* the first of them: those whose compartments are listed
			*/
};

/*
 * Settles the regions: each --region, else the profile's, else the machine's
 * own. Returns EXITCODE_OK, or another status after a message. scope_free in
 * either case; what is given must outlive it.
 */
int scope_open(struct scope *scope, const struct options *options, const struct settings *settings,
	const struct auth *auth, const struct regions *table);
void scope_free(struct scope *scope);

/*
 * The region that an OCID names, else the first one. Null after a message when
 * memory ran out.
 */
const struct scope_region *scope_of_ocid(struct scope *scope, const char *ocid);

/*
 * Appends where the metadata is from, as a lookup file has it: the tenancy and
 * the sorted names of all regions that are asked. Returns as bytes_reserve.
 */
int scope_source(const struct scope *scope, struct bytes *out);

#endif

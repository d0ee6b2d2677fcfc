/* What the metadata service of an instance says. */
#ifndef VCNMETA_OCI_AUTH_METADATA_H
#define VCNMETA_OCI_AUTH_METADATA_H

#include "vcnmeta/oci/auth.h"
#include "vcnmeta/oci/call.h"

struct auth_metadata {
	struct secret certificate;
	struct secret intermediate; /* empty: there is none */
	struct secret key;
	struct secret region_info; /* JSON; empty: there is none */
	struct secret region;
};

/*
 * Asks the metadata service. Returns EXITCODE_OK, or another status after a
 * message. auth_metadata_free in either case.
 */
int auth_metadata_read(struct auth_metadata *metadata, const struct settings *settings);
void auth_metadata_free(struct auth_metadata *metadata);

#endif

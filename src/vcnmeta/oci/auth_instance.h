/* What the metadata service of an instance says. */
#ifndef VCNMETA_OCI_AUTH_INSTANCE_H
#define VCNMETA_OCI_AUTH_INSTANCE_H

#include "vcnmeta/oci/auth.h"
#include "vcnmeta/oci/call.h"

struct instance {
	struct secret certificate;
	struct secret intermediate; /* empty: there is none */
	struct secret key;
	struct secret region_info; /* JSON; empty: there is none */
	struct secret region;
};

/*
 * Asks the metadata service. Returns EXITCODE_OK, or another status after a
 * message. instance_free in either case.
 */
int instance_read(struct instance *instance, const struct settings *settings);
void instance_free(struct instance *instance);

#endif

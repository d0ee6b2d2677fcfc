/* What a token (a JWT) says of itself; its signature is not for us to judge. */
#ifndef VCNMETA_OCI_AUTH_JWT_H
#define VCNMETA_OCI_AUTH_JWT_H

#include <stdint.h>

#include "vcnmeta/oci/crypto.h"
#include "vcnmeta/oci/secret.h"

struct auth_claims {
	int64_t expires_at;                /* 0: it does not say */
	char tenancy[CRYPTO_TENANCY_SIZE]; /* of the resource; "": not said */
};

/*
 * Reads the claims of a token. Returns 0, or -1 when it isn't fit to stand in
 * a header line: only letters, digits and "._-=" may be in it,
 * and no more than LIMIT_TOKEN of them. Of a token whose
 * claims cannot be read the claims are empty.
 */
int auth_jwt_read(struct auth_claims *claims, const struct secret *token);

#endif

/*
 * Request signatures as the service wants them: the signing string over the
 * date, the request line, the host and, with a body, its length, type and
 * digest; and the Authorization header that carries the signature.
 *
 * What is signed must be sent byte for byte: the caller sends exactly the
 * header lines made here and the path and query it gave.
 */
#ifndef VCNMETA_OCI_SIGN_H
#define VCNMETA_OCI_SIGN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"
#include "vcnmeta/oci/crypto.h"

struct sign_request {
	const char *method;     /* in lower case */
	const char *target;     /* path and query, percent-encoded */
	const char *host;       /* the URL's authority, with a port where it has one */
	const char *date;       /* RFC 1123, GMT */
	const char *delegation; /* of opc-obo-token; null: it is not sent */
	const char *body;       /* null: the request has none */
	size_t body_len;
	const char *body_digest; /* base64 SHA-256 of the body */
};

/* Appends the signing string. Returns 0, or -1 when memory ran out. */
int sign_string(struct bytes *out, const struct sign_request *request);

/*
 * Appends the value of the Authorization header. Returns 0, or -1 when memory
 * ran out or the key could not sign.
 */
int sign_authorization(struct bytes *out, const struct sign_request *request, const char *key_id,
	const struct crypto_key *key);

#endif

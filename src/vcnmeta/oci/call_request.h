/* Making the request of a call: its URL and header lines. */
#ifndef VCNMETA_OCI_CALL_REQUEST_H
#define VCNMETA_OCI_CALL_REQUEST_H

#include "base/bytes.h"
#include "vcnmeta/oci/call.h"

struct call_request {
	struct bytes url;     /* ends in a NUL */
	struct bytes headers; /* as http_transfer has them */
};

/* Zeroed, but for the limits. */
void call_request_init(struct call_request *request);

/*
 * Fills it, with the date of now. auth is used when the call has neither an
 * authorization nor a key. Returns 0, or -1 when memory ran out or the key
 * could not sign.
 */
int call_request_fill(
	struct call_request *request, const struct call *call, const struct auth *auth);

/* Zeroes and frees. */
void call_request_free(struct call_request *request);

/*
 * Appends "name=value", the value percent-encoded, to a query; the first is
 * led by "?", others by "&". Returns as bytes_reserve.
 */
int call_query_add(struct bytes *target, const char *name, const char *value);

/* Appends text percent-encoded: all but letters, digits and "-._~". */
int call_encode(struct bytes *target, const char *text, size_t len);

#endif

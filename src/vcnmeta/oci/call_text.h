/* What messages about calls say. */
#ifndef VCNMETA_OCI_CALL_TEXT_H
#define VCNMETA_OCI_CALL_TEXT_H

#include "vcnmeta/oci/call.h"

#define CALL_TEXT_SIZE 1536

/* What an error reply says of itself. */
struct call_error {
	char code[64]; /* "" when the body is not the service's */
	char message[512];
};

void call_error_read(struct call_error *error, struct json_parser *parser, struct json_tree *tree,
	const struct http_reply *reply);

/* "list the subnets of compartment 'ocid1…' in us-phoenix-1" */
void call_text_subject(char text[CALL_TEXT_SIZE], const struct call *call);

/*
 * "the service answered 404 NotAuthorizedOrNotFound: 'no such thing',
 * opc-request-id 'X'"
 */
void call_text_reply(
	char text[CALL_TEXT_SIZE], const struct call_error *error, const struct http_reply *reply);

/*
 * What to do about a 401: how far the clock is off, if that is it, or what the
 * authentication advises. auth may be null.
 */
void call_text_advice(
	char text[CALL_TEXT_SIZE], const struct auth *auth, const struct http_reply *reply);

#endif

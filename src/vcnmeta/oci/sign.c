/*
 * Request signatures; see sign.h. The order of the signed headers and of the
 * parameters is that of Oracle's command line client.
 */
#include "vcnmeta/oci/sign.h"

#include <string.h>

#include "base/limits.h"

#define NAMES "date (request-target) host"
#define DELEGATION_NAME " opc-obo-token"
#define BODY_NAMES " content-length content-type x-content-sha256"

static int append_body_lines(struct bytes *out, const struct sign_request *request)
{
	if (bytes_append_text(out, "\ncontent-length: ") != 0 ||
		bytes_append_number(out, request->body_len) != 0 ||
		bytes_append_text(out, "\ncontent-type: application/json") != 0 ||
		bytes_append_text(out, "\nx-content-sha256: ") != 0)
		return -1;
	return bytes_append_text(out, request->body_digest);
}

int sign_string(struct bytes *out, const struct sign_request *request)
{
	if (bytes_append_text(out, "date: ") != 0 || bytes_append_text(out, request->date) != 0 ||
		bytes_append_text(out, "\n(request-target): ") != 0 ||
		bytes_append_text(out, request->method) != 0 || bytes_append_char(out, ' ') != 0 ||
		bytes_append_text(out, request->target) != 0 ||
		bytes_append_text(out, "\nhost: ") != 0 ||
		bytes_append_text(out, request->host) != 0)
		return -1;
	if (request->delegation != NULL &&
		(bytes_append_text(out, "\nopc-obo-token: ") != 0 ||
			bytes_append_text(out, request->delegation) != 0))
		return -1;
	return request->body == NULL ? 0 : append_body_lines(out, request);
}

static int append_signature(
	struct bytes *out, const struct sign_request *request, const struct crypto_key *key)
{
	struct bytes text = BYTES_INIT(LIMIT_REQUEST);
	int result = sign_string(&text, request);

	if (result == 0)
		result = crypto_sign(key, text.data, text.len, out);
	bytes_free(&text);
	return result;
}

int sign_authorization(struct bytes *out, const struct sign_request *request, const char *key_id,
	const struct crypto_key *key)
{
	if (bytes_append_text(out, "Signature algorithm=\"rsa-sha256\",headers=\"" NAMES) != 0 ||
		(request->delegation != NULL && bytes_append_text(out, DELEGATION_NAME) != 0) ||
		(request->body != NULL && bytes_append_text(out, BODY_NAMES) != 0) ||
		bytes_append_text(out, "\",keyId=\"") != 0 || bytes_append_text(out, key_id) != 0 ||
		bytes_append_text(out, "\",signature=\"") != 0 ||
		append_signature(out, request, key) != 0)
		return -1;
	return bytes_append_text(out, "\",version=\"1\"");
}

/*
 * Making the request of a call. What is signed is what is sent: the URL is the
 * endpoint's origin and the signed target, the Host line the signed authority.
 */
#include "vcnmeta/oci/call_request.h"

#include <ctype.h>
#include <string.h>

#include "base/limits.h"
#include "base/version.h"
#include "vcnmeta/oci/clock.h"
#include "vcnmeta/oci/sign.h"

void call_request_init(struct call_request *request)
{
	const struct bytes empty = BYTES_INIT(LIMIT_REQUEST);

	request->url = empty;
	request->headers = empty;
}

void call_request_free(struct call_request *request)
{
	if (request->headers.data != NULL)
		explicit_bzero(request->headers.data, request->headers.cap);
	bytes_free(&request->headers);
	bytes_free(&request->url);
}

/* One header line, "name: value" and a NUL. */
static int add_line(struct bytes *headers, const char *name, const char *value)
{
	if (bytes_append_text(headers, name) != 0 || bytes_append_text(headers, value) != 0)
		return -1;
	return bytes_append_char(headers, '\0');
}

static int add_signature(struct bytes *headers, const struct sign_request *request,
	const struct call *call, const struct auth *auth)
{
	const char *key_id = call->key != NULL ? call->key_id : auth->key_id.data;
	const struct crypto_key *key = call->key != NULL ? call->key : auth->key;

	if (bytes_append_text(headers, "authorization: ") != 0 ||
		sign_authorization(headers, request, key_id, key) != 0)
		return -1;
	return bytes_append_char(headers, '\0');
}

static int add_body_lines(struct bytes *headers, struct sign_request *request, char *digest)
{
	if (crypto_sha256(request->body, request->body_len, digest) != 0)
		return -1;
	request->body_digest = digest;
	if (add_line(headers, "content-type: ", "application/json") != 0 ||
		add_line(headers, "x-content-sha256: ", digest) != 0)
		return -1;
	return add_line(headers, "expect:", "");
}

static int fill_headers(struct bytes *headers, const struct call *call, const struct auth *auth)
{
	char date[CLOCK_DATE_SIZE];
	char digest[CRYPTO_SHA256_SIZE];
	struct sign_request request = {
		.method = call->body == NULL ? "get" : "post",
		.target = call->target,
		.host = call->endpoint->authority,
		.date = date,
		.body = call->body,
		.body_len = call->body_len,
	};

	clock_date(date, clock_now());
	if (add_line(headers, "host: ", request.host) != 0 ||
		add_line(headers, "date: ", date) != 0 ||
		add_line(headers, "accept: ", call->plain ? "*/*" : "application/json") != 0 ||
		add_line(headers, "user-agent: ", "vcnmeta/" VERSION) != 0)
		return -1;
	if (call->body != NULL && add_body_lines(headers, &request, digest) != 0)
		return -1;
	if (call->authorization != NULL)
		return add_line(headers, "authorization: ", call->authorization);
	return add_signature(headers, &request, call, auth);
}

int call_request_fill(
	struct call_request *request, const struct call *call, const struct auth *auth)
{
	call_request_free(request);
	if (bytes_append_text(&request->url, call->endpoint->origin) != 0 ||
		bytes_append_text(&request->url, call->target) != 0 ||
		bytes_append_char(&request->url, '\0') != 0)
		return -1;
	return fill_headers(&request->headers, call, auth);
}

int call_encode(struct bytes *target, const char *text, size_t len)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];
		const char code[3] = {'%', digits[c >> 4], digits[c & 15]};
		bool plain = c < 0x80 && (isalnum(c) || strchr("-._~", c));

		if (c == '\0')
			plain = false;
		if (plain ? bytes_append_char(target, (char)c) != 0
			  : bytes_append(target, code, sizeof(code)) != 0)
			return -1;
	}
	return 0;
}

int call_query_add(struct bytes *target, const char *name, const char *value)
{
	bool first = target->len == 0 || memchr(target->data, '?', target->len) == NULL;

	if (bytes_append_char(target, first ? '?' : '&') != 0 ||
		bytes_append_text(target, name) != 0 || bytes_append_char(target, '=') != 0)
		return -1;
	return call_encode(target, value, strlen(value));
}

/*
 * Instance principals: the metadata service hands out a certificate and its
 * key; with them, and a session key made anew each time, the authentication
 * service gives a token for the session key.
 */
#include "vcnmeta/oci/auth_metadata.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/limits.h"
#include "base/msg.h"
#include "vcnmeta/oci/members.h"

#define FEDERATION_PATH "/v1/x509"
#define ATTEMPTS 3
#define BUDGET_MS 100000

/* The exchange of a certificate for a token. */
struct exchange {
	struct auth *auth;
	struct caller *caller;
	struct endpoint endpoint;
	struct crypto_certificate certificate;
	struct signer leaf; /* the certificate's key */
	struct crypto_key *session;
	struct bytes body;
	struct secret token;
};

static int refuse(const char *why)
{
	msg_error("cannot use what the metadata service says: %s", why);
	return EXITCODE_SERVICE;
}

static int no_memory(void)
{
	msg_no_memory();
	return EXITCODE_INTERNAL;
}

/* The region's row as the metadata service describes it, if it does. */
static void add_region(struct auth *auth, const struct auth_metadata *metadata)
{
	char key[REGION_NAME_SIZE], name[REGION_NAME_SIZE];
	char realm[REGION_NAME_SIZE], domain[REGION_NAME_SIZE];
	const struct region_row row = {key, name, realm, domain};
	struct json_tree tree = JSON_TREE_INIT;
	struct json_parser *parser = json_parser_new();
	const struct json_node *node;

	if (parser != NULL && metadata->region_info.len > 0 &&
		json_tree_parse(&tree, parser, metadata->region_info.data,
			metadata->region_info.len, LIMIT_REPLY_DEPTH) == JSON_OK) {
		node = &tree.nodes[0];
		if (members_text(&tree, node, "regionKey", key, sizeof(key)) &&
			members_text(&tree, node, "regionIdentifier", name, sizeof(name)) &&
			members_text(&tree, node, "realmKey", realm, sizeof(realm)) &&
			members_text(&tree, node, "realmDomainComponent", domain, sizeof(domain)) &&
			auth->signer.generation == 0)
			regions_add(auth->regions, &row);
	}
	json_tree_free(&tree);
	json_parser_free(parser);
}

static int take_region(struct exchange *exchange, struct auth_metadata *metadata)
{
	struct auth *auth = exchange->auth;
	struct region region;
	char host[REGION_HOST_SIZE];

	add_region(auth, metadata);
	secret_trim(&metadata->region);
	if (region_find(auth->regions, metadata->region.data, NULL, &region) != 0)
		return refuse("its region is not the name of one");
	memcpy(auth->region, region.name, sizeof(auth->region));
	if (auth->settings->has_federation) {
		endpoint_copy(&exchange->endpoint, &auth->settings->federation);
		return EXITCODE_OK;
	}
	region_host(host, &region, REGION_AUTH);
	endpoint_of_host(&exchange->endpoint, host);
	snprintf(exchange->endpoint.path, sizeof(exchange->endpoint.path), FEDERATION_PATH);
	return EXITCODE_OK;
}

/* The tenancy is the certificate's, and must stay what it was at first. */
static int take_tenancy(struct exchange *exchange)
{
	struct auth *auth = exchange->auth;
	const char *tenancy = exchange->certificate.tenancy;
	char id[CRYPTO_TENANCY_SIZE + 128];

	if (tenancy[0] == '\0')
		return refuse("its certificate names no tenancy");
	for (const char *c = tenancy; *c != '\0'; c++)
		if (*c <= ' ' || *c > '~' || strchr("\"/\\", *c) != NULL)
			return refuse("its certificate names no tenancy");
	if (auth->signer.generation > 0 && strcmp(auth->tenancy, tenancy) != 0)
		return refuse("its certificate is another tenancy's now");
	memcpy(auth->tenancy, tenancy, sizeof(auth->tenancy));
	snprintf(id, sizeof(id), "%s/fed-x509-sha256/%s", tenancy,
		exchange->certificate.fingerprint);
	return secret_set(&exchange->leaf.key_id, id, strlen(id)) == 0 ? EXITCODE_OK : no_memory();
}

static int add_certificates(struct exchange *exchange, const struct auth_metadata *metadata)
{
	struct bytes *body = &exchange->body;

	if (bytes_append_text(body, "{\"certificate\":\"") != 0)
		return no_memory();
	if (crypto_certificate_read(&exchange->certificate, metadata->certificate.data,
		    metadata->certificate.len, body) != 0)
		return refuse("its certificate is none");
	if (bytes_append_text(body, "\",\"fingerprintAlgorithm\":\"SHA256\","
				    "\"intermediateCertificates\":[") != 0)
		return no_memory();
	if (metadata->intermediate.len == 0)
		return EXITCODE_OK;
	if (bytes_append_char(body, '"') != 0)
		return no_memory();
	if (crypto_certificate_read(
		    NULL, metadata->intermediate.data, metadata->intermediate.len, body) != 0)
		return refuse("its intermediate certificate is none");
	return bytes_append_char(body, '"') != 0 ? no_memory() : EXITCODE_OK;
}

static int make_body(struct exchange *exchange, const struct auth_metadata *metadata)
{
	struct bytes *body = &exchange->body;
	int result = add_certificates(exchange, metadata);

	if (result != EXITCODE_OK)
		return result;
	exchange->session = crypto_key_make();
	if (exchange->session == NULL || bytes_append_text(body, "],\"publicKey\":\"") != 0 ||
		crypto_key_public(exchange->session, body) != 0 ||
		bytes_append_text(body, "\"}") != 0)
		return no_memory();
	return EXITCODE_OK;
}

static int take_leaf(struct exchange *exchange, const struct auth_metadata *metadata)
{
	const struct secret none = SECRET_INIT;
	int result;

	if (metadata->certificate.len == 0 || metadata->key.len == 0)
		return refuse("certificate or key is empty");
	result = auth_key_read(
		&exchange->leaf.key, &metadata->key, &none, "of the metadata service");
	return result == EXITCODE_REFUSED ? EXITCODE_SERVICE : result;
}

static void take_token(struct call *call, enum call_outcome outcome, const struct http_reply *reply)
{
	struct exchange *exchange = call->context;
	struct json_tree *tree = caller_tree(exchange->caller);
	size_t len = reply->body.len;
	bool found;

	if (outcome == CALL_REFUSED) {
		msg_error("cannot %s: the service answered %u%s", call->doing, reply->status,
			auth_advice(exchange->auth));
		caller_fail(exchange->caller, EXITCODE_SERVICE);
		return;
	}
	found = json_tree_parse(tree, caller_parser(exchange->caller), reply->body.data, len,
			LIMIT_REPLY_DEPTH) == JSON_OK &&
		secret_make(&exchange->token, len) == 0 &&
		members_text(tree, &tree->nodes[0], "token", exchange->token.data, len);
	explicit_bzero(reply->body.data, len);
	if (found) {
		exchange->token.len = strlen(exchange->token.data);
		return;
	}
	msg_error("cannot %s: there is no token in the reply", call->doing);
	caller_fail(exchange->caller, EXITCODE_SERVICE);
}

static int ask_token(struct exchange *exchange)
{
	struct call *call = call_new();

	if (call == NULL)
		return EXITCODE_INTERNAL;
	call->endpoint = &exchange->endpoint;
	call->target = strdup(exchange->endpoint.path);
	call->doing = "get a token for this instance";
	call->body = exchange->body.data;
	call->body_len = exchange->body.len;
	call->signer = &exchange->leaf;
	call->attempts = ATTEMPTS;
	call->budget_ms = BUDGET_MS;
	call->done = take_token;
	call->context = exchange;
	caller_add(exchange->caller, call);
	return call->target == NULL ? no_memory() : caller_run(exchange->caller, NULL, NULL);
}

static int exchange_run(struct exchange *exchange, struct auth_metadata *metadata)
{
	struct auth_claims claims;
	int result = auth_metadata_read(metadata, exchange->auth->settings);

	if (result == EXITCODE_OK)
		result = take_leaf(exchange, metadata);
	if (result == EXITCODE_OK)
		result = take_region(exchange, metadata);
	if (result == EXITCODE_OK)
		result = make_body(exchange, metadata);
	if (result == EXITCODE_OK)
		result = take_tenancy(exchange);
	if (result == EXITCODE_OK)
		result = ask_token(exchange);
	if (result == EXITCODE_OK)
		result = auth_adopt(exchange->auth, &claims, &exchange->session, &exchange->token,
			"this instance");
	return result;
}

int auth_instance_open(struct auth *auth)
{
	struct exchange exchange = {
		.auth = auth,
		.body = BYTES_INIT(LIMIT_REQUEST_BODY),
	};
	struct auth_metadata metadata = {0};
	int result = EXITCODE_INTERNAL;

	exchange.caller = caller_new(auth->settings, NULL, 1);
	if (exchange.caller == NULL)
		msg_no_memory();
	else
		result = exchange_run(&exchange, &metadata);
	caller_free(exchange.caller);
	auth_metadata_free(&metadata);
	signer_free(&exchange.leaf);
	crypto_key_free(exchange.session);
	secret_free(&exchange.token);
	bytes_free(&exchange.body);
	return result;
}

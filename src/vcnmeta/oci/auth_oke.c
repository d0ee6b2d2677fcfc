/*
 * Workload identity of a Kubernetes cluster (OKE): the token of the pod's service
 * account, shown to the cluster's own control plane, is exchanged for one of a
 * session key made anew each time. The control plane's certificate is of the
 * cluster, and only that is trusted for it; no proxy is on the way.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/limits.h"
#include "base/msg.h"
#include "vcnmeta/oci/auth.h"
#include "vcnmeta/oci/call.h"
#include "vcnmeta/oci/document.h"
#include "vcnmeta/oci/members.h"

#define FOLDER "/var/run/secrets/kubernetes.io/serviceaccount/"
#define HOST_VARIABLE "KUBERNETES_SERVICE_HOST"
#define CERTIFICATE_VARIABLE "OCI_KUBERNETES_SERVICE_ACCOUNT_CERT_PATH"
#define TOKEN_VARIABLE "OCI_KUBERNETES_SERVICE_ACCOUNT_TOKEN_PATH"
#define STRING_VARIABLE "OCI_KUBERNETES_SERVICE_ACCOUNT_TOKEN_STRING"
#define REGION_VARIABLE "OCI_RESOURCE_PRINCIPAL_REGION"
#define PORT "12250"
#define PATH "/resourcePrincipalSessionTokens"
#define DOING "get a token for this workload"
#define ATTEMPTS 3
#define BUDGET_MS 100000

struct exchange {
	struct auth *auth;
	struct settings settings; /* a copy that trusts the cluster alone */
	struct caller *caller;
	struct endpoint endpoint;
	struct secret bundle;
	struct secret authorization;
	struct crypto_key *session;
	struct bytes body;
	struct secret token;
};

static int no_memory(void)
{
	msg_no_memory();
	return EXITCODE_INTERNAL;
}

static const char *path_of(const char *variable, const char *fallback)
{
	const char *path = getenv(variable);

	return path == NULL || *path == '\0' ? fallback : path;
}

static int find_endpoint(struct exchange *exchange)
{
	const char *host = getenv(HOST_VARIABLE);
	char text[REGION_HOST_SIZE], quoted[MSG_QUOTED_SIZE];
	const char *why;
	bool bare;

	if (host == NULL || *host == '\0') {
		msg_error("no workload identity: " HOST_VARIABLE
			  " is not set; this works in pods of OKE clusters%s",
			settings_auth_source(exchange->auth->settings));
		return EXITCODE_REFUSED;
	}
	bare = strchr(host, ':') != NULL && host[0] != '[';
	snprintf(text, sizeof(text), "https://%s%s%s:" PORT PATH, bare ? "[" : "", host,
		bare ? "]" : "");
	if (endpoint_parse(&exchange->endpoint, text, ENDPOINT_FEDERATION, &why) == 0)
		return EXITCODE_OK;
	msg_error("cannot use " HOST_VARIABLE " %s: %s", msg_quote_name(quoted, host), why);
	return EXITCODE_REFUSED;
}

/* The certificate of the cluster's control plane, the only one that is trusted. */
static int read_bundle(struct exchange *exchange)
{
	const char *path = path_of(CERTIFICATE_VARIABLE, FOLDER "ca.crt");
	char quoted[MSG_QUOTED_SIZE];

	if (document_read(&exchange->bundle, path, LIMIT_BUNDLE_FILE) != 0 ||
		crypto_count_certificates(exchange->bundle.data, exchange->bundle.len) <= 0) {
		msg_error("cannot use the cluster's certificate %s: it cannot be read, or holds "
			  "none in PEM form",
			msg_quote_name(quoted, path));
		return EXITCODE_REFUSED;
	}
	exchange->settings.http.bundle = exchange->bundle.data;
	exchange->settings.http.bundle_len = exchange->bundle.len;
	return EXITCODE_OK;
}

/*
 * The pod's own token, of the environment where it is there, as the CLI has it: then
 * it is taken out of there the first time, and kept for when the session is renewed.
 */
static int read_account(struct auth *auth, struct secret *token)
{
	struct auth_claims claims;

	if (auth->account.len == 0 && secret_take_environment(&auth->account, STRING_VARIABLE) < 0)
		return no_memory();
	if (auth->account.len == 0)
		return auth_read_token(
			token, "service account token", path_of(TOKEN_VARIABLE, FOLDER "token"));
	if (secret_set(token, auth->account.data, auth->account.len) != 0)
		return no_memory();
	secret_trim(token);
	if (auth_jwt_read(&claims, token) == 0)
		return EXITCODE_OK;
	msg_error(STRING_VARIABLE " holds no service account token, or one too long");
	return EXITCODE_REFUSED;
}

static int make_authorization(struct exchange *exchange)
{
	static const char scheme[] = "Bearer ";
	struct secret token = SECRET_INIT;
	int result = read_account(exchange->auth, &token);

	if (result == EXITCODE_OK &&
		secret_make(&exchange->authorization, token.len + strlen(scheme)) != 0)
		result = no_memory();
	if (result == EXITCODE_OK) {
		snprintf(exchange->authorization.data, exchange->authorization.room, "%s%s", scheme,
			token.data);
		exchange->authorization.len = strlen(exchange->authorization.data);
	}
	secret_free(&token);
	return result;
}

static int make_body(struct exchange *exchange)
{
	struct bytes *body = &exchange->body;

	exchange->session = crypto_key_make();
	if (exchange->session == NULL || bytes_append_text(body, "{\"podKey\":\"") != 0 ||
		crypto_key_public(exchange->session, body) != 0 ||
		bytes_append_text(body, "\"}") != 0)
		return no_memory();
	return EXITCODE_OK;
}

/*
 * The reply is base64, as a JSON string or bare, of an object whose token has
 * "ST$" before it already. Returns true if there is one.
 */
static bool read_token(struct exchange *exchange, const struct bytes *reply)
{
	struct secret text = SECRET_INIT;
	struct json_tree *tree = caller_tree(exchange->caller);
	const char *begin = reply->data;
	size_t len = reply->len;
	bool found;

	while (len > 0 && memchr(" \t\r\n\"", begin[len - 1], 5) != NULL)
		len--;
	while (len > 0 && memchr(" \t\r\n\"", *begin, 5) != NULL) {
		begin++;
		len--;
	}
	found = crypto_base64_decode(&text, begin, len, LIMIT_JSON_PADDING) == 0 &&
		json_tree_parse(tree, caller_parser(exchange->caller), text.data, text.len,
			LIMIT_REPLY_DEPTH) == JSON_OK &&
		secret_make(&exchange->token, text.len) == 0 &&
		members_text(tree, &tree->nodes[0], "token", exchange->token.data, text.len) &&
		strncmp(exchange->token.data, "ST$", 3) == 0;
	if (found) {
		exchange->token.len = strlen(exchange->token.data) - 3;
		memmove(exchange->token.data, exchange->token.data + 3, exchange->token.len + 1);
	}
	secret_free(&text);
	return found;
}

static void take_token(struct call *call, enum call_outcome outcome, const struct http_reply *reply)
{
	struct exchange *exchange = call->context;

	if (outcome == CALL_DONE && read_token(exchange, &reply->body)) {
		explicit_bzero(reply->body.data, reply->body.len);
		return;
	}
	if (outcome == CALL_REFUSED)
		msg_error("cannot " DOING ": the cluster answered %u; it must be an enhanced one%s",
			reply->status, settings_auth_source(exchange->auth->settings));
	else
		msg_error("cannot " DOING ": there is no token in the reply");
	caller_fail(exchange->caller, EXITCODE_SERVICE);
}

static int ask_token(struct exchange *exchange)
{
	struct call *call;

	exchange->caller = caller_new(&exchange->settings, NULL, 1);
	call = exchange->caller == NULL ? NULL : call_new();
	if (call == NULL)
		return no_memory();
	call->endpoint = &exchange->endpoint;
	call->target = strdup(PATH);
	call->doing = DOING;
	call->remark = settings_auth_source(exchange->auth->settings);
	call->body = exchange->body.data;
	call->body_len = exchange->body.len;
	call->authorization = exchange->authorization.data;
	call->direct = true;
	call->plain = true;
	call->attempts = ATTEMPTS;
	call->budget_ms = BUDGET_MS;
	call->done = take_token;
	call->context = exchange;
	caller_add(exchange->caller, call);
	return call->target == NULL ? no_memory() : caller_run(exchange->caller, NULL, NULL);
}

static int adopt(struct exchange *exchange)
{
	struct auth *auth = exchange->auth;
	const char *region = getenv(REGION_VARIABLE);
	struct auth_claims claims;
	int result =
		auth_adopt(auth, &claims, &exchange->session, &exchange->token, "this workload");

	if (result != EXITCODE_OK)
		return result;
	if (auth->tenancy[0] == '\0')
		memcpy(auth->tenancy, claims.tenancy, sizeof(auth->tenancy));
	if (region != NULL)
		snprintf(auth->region, sizeof(auth->region), "%s", region);
	return EXITCODE_OK;
}

int auth_oke_open(struct auth *auth)
{
	struct exchange exchange = {
		.auth = auth,
		.settings = *auth->settings,
		.body = BYTES_INIT(LIMIT_REQUEST_BODY),
	};
	int result = find_endpoint(&exchange);

	if (result == EXITCODE_OK)
		result = read_bundle(&exchange);
	if (result == EXITCODE_OK)
		result = make_authorization(&exchange);
	if (result == EXITCODE_OK)
		result = make_body(&exchange);
	if (result == EXITCODE_OK)
		result = ask_token(&exchange);
	if (result == EXITCODE_OK)
		result = adopt(&exchange);
	caller_free(exchange.caller);
	crypto_key_free(exchange.session);
	secret_free(&exchange.bundle);
	secret_free(&exchange.authorization);
	secret_free(&exchange.token);
	bytes_free(&exchange.body);
	return result;
}

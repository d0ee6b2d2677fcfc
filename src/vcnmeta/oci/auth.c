/* Coming by a signer; see auth.h. */
#include "vcnmeta/oci/auth.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/limits.h"
#include "base/msg.h"
#include "vcnmeta/oci/document.h"
#include "vcnmeta/oci/home.h"

int auth_read_token(struct secret *token, const char *what, const char *path)
{
	struct auth_claims claims;
	char quoted[MSG_QUOTED_SIZE];

	msg_quote_name(quoted, path);
	if (document_read(token, path, LIMIT_KEY_FILE) != 0) {
		if (errno == ENOMEM) {
			msg_no_memory();
			return EXITCODE_INTERNAL;
		}
		msg_error_errno(errno, "cannot read %s %s", what, quoted);
		return EXITCODE_REFUSED;
	}
	secret_trim(token);
	if (auth_jwt_read(&claims, token) == 0)
		return EXITCODE_OK;
	msg_error("%s holds no %s, or one too long", quoted, what);
	return EXITCODE_REFUSED;
}

/* The user's token, which the CLI takes as it stands in its file. */
static int read_delegation(struct auth *auth)
{
	char *path = home_expand(auth->settings->delegation_file.text);
	int result;

	if (path == NULL) {
		msg_no_memory();
		return EXITCODE_INTERNAL;
	}
	result = auth_read_token(&auth->signer.delegation, "delegation token", path);
	free(path);
	return result;
}

static int open_way(void *context)
{
	struct auth *auth = context;
	int result;

	switch (auth->settings->auth) {
	case SETTINGS_SECURITY_TOKEN:
		return auth_token_open(auth);
	case SETTINGS_INSTANCE_PRINCIPAL:
		return auth_instance_open(auth);
	case SETTINGS_INSTANCE_OBO_USER:
		result = read_delegation(auth);
		return result == EXITCODE_OK ? auth_instance_open(auth) : result;
	case SETTINGS_RESOURCE_PRINCIPAL:
		return auth_resource_open(auth);
	case SETTINGS_OKE_WORKLOAD_IDENTITY:
		return auth_oke_open(auth);
	case SETTINGS_API_KEY:
	default:
		return auth_key_open(auth);
	}
}

static const char *advice(const void *context)
{
	return auth_advice(context);
}

void auth_set_renewable(struct auth *auth, bool renewable)
{
	auth->signer.renew = renewable ? open_way : NULL;
}

int auth_open(struct auth *auth, struct settings *settings, struct regions *regions)
{
	memset(auth, 0, sizeof(*auth));
	auth->settings = settings;
	auth->regions = regions;
	auth->signer.advice = advice;
	auth->signer.context = auth;
	if (settings->tenancy.text != NULL)
		snprintf(auth->tenancy, sizeof(auth->tenancy), "%s", settings->tenancy.text);
	return open_way(auth);
}

void auth_close(struct auth *auth)
{
	signer_free(&auth->signer);
	secret_free(&auth->account);
}

int auth_set_token(struct auth *auth, const struct secret *token)
{
	struct secret id = SECRET_INIT;

	if (secret_make(&id, token->len + 3) != 0) {
		msg_no_memory();
		return -1;
	}
	memcpy(id.data, "ST$", 3);
	memcpy(id.data + 3, token->data, token->len);
	id.len = token->len + 3;
	secret_free(&auth->signer.key_id);
	auth->signer.key_id = id;
	return 0;
}

int auth_adopt(struct auth *auth, struct auth_claims *claims, struct crypto_key **session,
	const struct secret *token, const char *whose)
{
	if (auth_jwt_read(claims, token) != 0) {
		msg_error("the token for %s is none", whose);
		return EXITCODE_SERVICE;
	}
	if (auth_set_token(auth, token) != 0)
		return EXITCODE_INTERNAL;
	auth->signer.expires_at = claims->expires_at;
	auth_set_renewable(auth, true);
	signer_set_key(&auth->signer, *session);
	*session = NULL;
	return EXITCODE_OK;
}

const char *auth_advice(const struct auth *auth)
{
	static char text[2 * MSG_QUOTED_SIZE];
	char quoted[MSG_QUOTED_SIZE];

	msg_quote_name(quoted, auth->settings->profile);
	switch (auth->settings->auth) {
	case SETTINGS_SECURITY_TOKEN:
		snprintf(text, sizeof(text),
			"; renew the session with 'oci session refresh "
			"--profile %.*s'",
			(int)strlen(quoted) - 2, quoted + 1);
		break;
	case SETTINGS_API_KEY:
		snprintf(text, sizeof(text),
			"; check user, tenancy, fingerprint and key of profile "
			"%s, and that the tenancy is subscribed to the region",
			quoted);
		break;
	case SETTINGS_INSTANCE_OBO_USER:
		snprintf(text, sizeof(text), "; the delegation token of %s may have expired",
			msg_quote_name(quoted, auth->settings->delegation_file.text));
		break;
	case SETTINGS_OKE_WORKLOAD_IDENTITY:
		snprintf(text, sizeof(text), "; check the policies of this workload%s",
			settings_auth_source(auth->settings));
		break;
	case SETTINGS_INSTANCE_PRINCIPAL:
	case SETTINGS_RESOURCE_PRINCIPAL:
	default:
		snprintf(text, sizeof(text),
			"; check that this %s is in a dynamic group, and the "
			"policies of that group%s",
			auth->settings->auth == SETTINGS_INSTANCE_PRINCIPAL ? "instance"
									    : "resource",
			settings_auth_source(auth->settings));
		break;
	}
	return text;
}

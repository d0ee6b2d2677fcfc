/*
 * Who the requests are signed as; see auth.h. A token is renewed while it still
 * has MARGIN_S to live, so that no request is under way when it ends.
 */
#include "vcnmeta/oci/auth.h"

#include <stdio.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/msg.h"
#include "vcnmeta/oci/clock.h"

#define MARGIN_S 60

static int open_way(struct auth *auth)
{
	switch (auth->settings->auth) {
	case SETTINGS_SECURITY_TOKEN:
		return auth_token_open(auth);
	case SETTINGS_INSTANCE_PRINCIPAL:
		return auth_instance_open(auth);
	case SETTINGS_RESOURCE_PRINCIPAL:
		return auth_resource_open(auth);
	case SETTINGS_API_KEY:
	default:
		return auth_key_open(auth);
	}
}

int auth_open(struct auth *auth, struct settings *settings, struct regions *regions)
{
	memset(auth, 0, sizeof(*auth));
	auth->settings = settings;
	auth->regions = regions;
	if (settings->tenancy != NULL)
		snprintf(auth->tenancy, sizeof(auth->tenancy), "%s", settings->tenancy);
	return open_way(auth);
}

void auth_close(struct auth *auth)
{
	crypto_key_free(auth->key);
	auth->key = NULL;
	secret_free(&auth->key_id);
}

int auth_renew(struct auth *auth)
{
	auth->generation++;
	return open_way(auth);
}

int auth_keep_fresh(struct auth *auth)
{
	if (!auth->renewable || auth->expires_at == 0 || clock_now() <= auth->expires_at - MARGIN_S)
		return EXITCODE_OK;
	return auth_renew(auth);
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
	secret_free(&auth->key_id);
	auth->key_id = id;
	return 0;
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
	default:
		snprintf(text, sizeof(text),
			"; check that this %s is in a dynamic group, and the "
			"policies of that group",
			auth->settings->auth == SETTINGS_INSTANCE_PRINCIPAL ? "instance"
									    : "resource");
		break;
	}
	return text;
}

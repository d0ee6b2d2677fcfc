/*
 * Resource principals, version 2.2: the platform that runs us puts token, key
 * and region into the environment, or the absolute paths of files that it keeps
 * fresh. Only what comes from files can be renewed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/limits.h"
#include "base/msg.h"
#include "vcnmeta/oci/auth.h"
#include "vcnmeta/oci/auth_jwt.h"
#include "vcnmeta/oci/clock.h"
#include "vcnmeta/oci/document.h"

#define PREFIX "OCI_RESOURCE_PRINCIPAL_"
#define VERSION_VARIABLE PREFIX "VERSION"
#define TOKEN_VARIABLE PREFIX "RPST"
#define KEY_VARIABLE PREFIX "PRIVATE_PEM"
#define PASS_VARIABLE PREFIX "PRIVATE_PEM_PASSPHRASE"
#define REGION_VARIABLE PREFIX "REGION"

static int lacks(const struct auth *auth, const char *variable)
{
	msg_error("no resource principal: %s is not set; this works inside OCI Functions and the "
		  "like%s",
		variable, settings_auth_source(auth->settings));
	return EXITCODE_REFUSED;
}

/* Takes a text, or what the file holds that an absolute path names. */
static int take(const struct auth *auth, struct secret *text, const char *variable, bool *from_file)
{
	const char *value = getenv(variable);
	int result;

	*from_file = value != NULL && value[0] == '/';
	if (*from_file)
		return document_read_or_tell(text, variable, value, LIMIT_KEY_FILE) == 0
			       ? EXITCODE_OK
			       : EXITCODE_REFUSED;
	result = secret_take_environment(text, variable);
	if (result < 0) {
		msg_no_memory();
		return EXITCODE_INTERNAL;
	}
	return result == 0 ? lacks(auth, variable) : EXITCODE_OK;
}

static int take_key(struct auth *auth)
{
	struct secret pem = SECRET_INIT, pass = SECRET_INIT;
	const char *value = getenv(PASS_VARIABLE);
	bool from_file;
	int result = take(auth, &pem, KEY_VARIABLE, &from_file);

	auth_set_renewable(auth, auth->signer.renew != NULL && from_file);
	if (result == EXITCODE_OK && value != NULL && *value != '\0') {
		result = take(auth, &pass, PASS_VARIABLE, &from_file);
		secret_trim(&pass);
	}
	if (result == EXITCODE_OK)
		result = auth_key_read(&auth->signer.key, &pem, &pass, KEY_VARIABLE);
	secret_free(&pem);
	secret_free(&pass);
	return result;
}

static int take_token(struct auth *auth)
{
	struct secret token = SECRET_INIT;
	struct auth_claims claims;
	bool from_file;
	int result = take(auth, &token, TOKEN_VARIABLE, &from_file);

	auth_set_renewable(auth, from_file);
	if (result == EXITCODE_OK) {
		secret_trim(&token);
		if (auth_jwt_read(&claims, &token) != 0) {
			msg_error(TOKEN_VARIABLE " holds no token, or one too long");
			result = EXITCODE_REFUSED;
		} else if (claims.expires_at != 0 && clock_now() > claims.expires_at) {
			msg_error("the token of " TOKEN_VARIABLE " has expired");
			result = EXITCODE_SERVICE;
		} else if (auth_set_token(auth, &token) != 0) {
			result = EXITCODE_INTERNAL;
		}
	}
	if (result == EXITCODE_OK) {
		auth->signer.expires_at = claims.expires_at;
		if (auth->tenancy[0] == '\0')
			memcpy(auth->tenancy, claims.tenancy, sizeof(auth->tenancy));
	}
	secret_free(&token);
	return result;
}

int auth_resource_open(struct auth *auth)
{
	const char *version = getenv(VERSION_VARIABLE);
	const char *region = getenv(REGION_VARIABLE);
	char quoted[MSG_QUOTED_SIZE];
	int result;

	if (version == NULL)
		return lacks(auth, VERSION_VARIABLE);
	if (strcmp(version, "2.2") != 0) {
		msg_error("resource principals of version %s are not known, "
			  "only 2.2",
			msg_quote_name(quoted, version));
		return EXITCODE_REFUSED;
	}
	if (region == NULL || *region == '\0')
		return lacks(auth, REGION_VARIABLE);
	snprintf(auth->region, sizeof(auth->region), "%s", region);
	result = take_token(auth);
	return result == EXITCODE_OK ? take_key(auth) : result;
}

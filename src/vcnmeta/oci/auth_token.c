/*
 * Session tokens, as "oci session authenticate" leaves them in a file. One that
 * has expired is told of before the first request; none is ever renewed here.
 */
#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/limits.h"
#include "base/msg.h"
#include "vcnmeta/oci/auth.h"
#include "vcnmeta/oci/auth_jwt.h"
#include "vcnmeta/oci/clock.h"
#include "vcnmeta/oci/document.h"
#include "vcnmeta/oci/home.h"

static int read_token(struct secret *token, const char *file)
{
	char *path = home_expand(file);
	int result = EXITCODE_REFUSED;

	if (path == NULL) {
		msg_no_memory();
		return EXITCODE_INTERNAL;
	}
	if (document_read_or_tell(token, "security token", path, LIMIT_KEY_FILE) == 0) {
		secret_trim(token);
		result = EXITCODE_OK;
	}
	free(path);
	return result;
}

static int judge_token(struct auth *auth, const struct secret *token)
{
	struct auth_claims claims;
	char quoted[MSG_QUOTED_SIZE];

	if (auth_jwt_read(&claims, token) != 0) {
		msg_error("%s holds no security token, or one too long%s",
			msg_quote_name(quoted, auth->settings->token_file.text), auth_advice(auth));
		return EXITCODE_REFUSED;
	}
	auth->signer.expires_at = claims.expires_at;
	if (claims.expires_at != 0 && clock_now() > claims.expires_at) {
		msg_error("the session of profile %s has expired%s",
			msg_quote_name(quoted, auth->settings->profile), auth_advice(auth));
		return EXITCODE_SERVICE;
	}
	return EXITCODE_OK;
}

int auth_token_open(struct auth *auth)
{
	struct secret token = SECRET_INIT;
	int result = read_token(&token, auth->settings->token_file.text);

	if (result == EXITCODE_OK)
		result = judge_token(auth, &token);
	if (result == EXITCODE_OK && auth_set_token(auth, &token) != 0)
		result = EXITCODE_INTERNAL;
	secret_free(&token);
	return result == EXITCODE_OK ? auth_key_load(auth) : result;
}

/*
 * Private keys, and signing with an API key. A key is judged before any
 * request: whether it is one, an RSA key of a size that the service takes, and
 * the one whose fingerprint the config names.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/limits.h"
#include "base/msg.h"
#include "vcnmeta/oci/auth.h"
#include "vcnmeta/oci/auth_prompt.h"
#include "vcnmeta/oci/document.h"
#include "vcnmeta/oci/home.h"

#define SHORTEST_KEY_BITS 2048

static const char *result_text(enum crypto_result result)
{
	switch (result) {
	case CRYPTO_ENCRYPTED:
		return "it is encrypted, and there is neither a pass phrase "
		       "(pass_phrase in the profile, OCI_CLI_PASSPHRASE) nor a "
		       "terminal to ask for one";
	case CRYPTO_WRONG_PASS:
		return "the pass phrase is not the one it is encrypted with, "
		       "or the key is damaged";
	case CRYPTO_PUBLIC:
		return "it is a public key or a certificate, not a private key";
	case CRYPTO_NOT_RSA:
		return "it is not an RSA key";
	default:
		return "it holds no private key in PEM form, or a damaged one";
	}
}

static int refuse_key(const char *source, const char *why)
{
	char quoted[MSG_QUOTED_SIZE];

	msg_error("cannot use key %s: %s", msg_quote_name(quoted, source), why);
	return EXITCODE_REFUSED;
}

static int judge_size(const struct crypto_key *key, const char *source)
{
	char why[64];
	unsigned bits = crypto_key_bits(key);

	if (bits >= SHORTEST_KEY_BITS)
		return EXITCODE_OK;
	snprintf(why, sizeof(why), "it has %u bits, at least %u are wanted", bits,
		(unsigned)SHORTEST_KEY_BITS);
	return refuse_key(source, why);
}

static enum crypto_result read_asking(
	struct crypto_key **key, const struct secret *pem, const struct secret *pass)
{
	struct secret typed = SECRET_INIT;
	enum crypto_result result =
		crypto_key_read(key, pem->data, pem->len, pass->data, pass->len);

	if (result == CRYPTO_ENCRYPTED && auth_prompt(&typed) == 0)
		result = crypto_key_read(key, pem->data, pem->len, typed.data, typed.len);
	secret_free(&typed);
	return result;
}

int auth_key_read(struct crypto_key **key, const struct secret *pem, const struct secret *pass,
	const char *source)
{
	struct crypto_key *found;
	enum crypto_result result = read_asking(&found, pem, pass);

	if (result == CRYPTO_NO_MEMORY) {
		msg_no_memory();
		return EXITCODE_INTERNAL;
	}
	if (result != CRYPTO_OK)
		return refuse_key(source, result_text(result));
	if (judge_size(found, source) != EXITCODE_OK) {
		crypto_key_free(found);
		return EXITCODE_REFUSED;
	}
	crypto_key_free(*key);
	*key = found;
	return EXITCODE_OK;
}

static int load_key_file(struct auth *auth)
{
	struct secret pem = SECRET_INIT;
	char *path = home_expand(auth->settings->key_file.text);
	int result = EXITCODE_REFUSED;

	if (path == NULL) {
		msg_no_memory();
		return EXITCODE_INTERNAL;
	}
	if (document_read_or_tell(&pem, "key", path, LIMIT_KEY_FILE) == 0)
		result = auth_key_read(&auth->signer.key, &pem, &auth->settings->pass_phrase, path);
	secret_free(&pem);
	free(path);
	return result;
}

int auth_key_load(struct auth *auth)
{
	int result;

	if (auth->settings->key_content.len > 0)
		result = auth_key_read(&auth->signer.key, &auth->settings->key_content,
			&auth->settings->pass_phrase, "OCI_CLI_KEY_CONTENT");
	else
		result = load_key_file(auth);
	settings_forget(auth->settings);
	return result;
}

static int judge_fingerprint(const struct auth *auth)
{
	char own[CRYPTO_FINGERPRINT_SIZE], quoted[MSG_QUOTED_SIZE];

	if (crypto_key_fingerprint(auth->signer.key, own) != 0) {
		msg_error("cannot compute the fingerprint of the key");
		return EXITCODE_INTERNAL;
	}
	if (strcmp(own, auth->settings->fingerprint.text) == 0)
		return EXITCODE_OK;
	msg_error("the fingerprint %s of profile %s is not that of its key, "
		  "%s",
		auth->settings->fingerprint.text, msg_quote_name(quoted, auth->settings->profile),
		own);
	return EXITCODE_REFUSED;
}

int auth_key_open(struct auth *auth)
{
	const struct settings *settings = auth->settings;
	char id[1024];
	int result = auth_key_load(auth);

	if (result == EXITCODE_OK)
		result = judge_fingerprint(auth);
	if (result != EXITCODE_OK)
		return result;
	snprintf(id, sizeof(id), "%s/%s/%s", settings->tenancy.text, settings->user.text,
		settings->fingerprint.text);
	if (secret_set(&auth->signer.key_id, id, strlen(id)) == 0)
		return EXITCODE_OK;
	msg_no_memory();
	return EXITCODE_INTERNAL;
}

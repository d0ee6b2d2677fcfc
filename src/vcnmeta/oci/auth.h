/*
 * Coming by a signer, in one of the CLI's ways: an API key, a session token, the
 * certificate of the instance that we run on, with a user's delegation token or
 * without, a resource principal, a workload of a cluster.
 */
#ifndef VCNMETA_OCI_AUTH_H
#define VCNMETA_OCI_AUTH_H

#include <stdbool.h>

#include "vcnmeta/oci/auth_jwt.h"
#include "vcnmeta/oci/crypto.h"
#include "vcnmeta/oci/region.h"
#include "vcnmeta/oci/secret.h"
#include "vcnmeta/oci/settings.h"
#include "vcnmeta/oci/signer.h"

struct auth {
	struct settings *settings;
	struct regions *regions;
	struct signer signer;
	char tenancy[CRYPTO_TENANCY_SIZE];
	char region[REGION_NAME_SIZE]; /* the machine's own; "": unknown */
	struct secret account;         /* a workload's token of the environment */
};

/*
 * Gets key and id. Returns EXITCODE_OK, or another status after a message.
 * auth_close in either case. settings and regions must outlive it, and it must
 * stay where it is; the key and pass phrase in settings are zeroed.
 */
int auth_open(struct auth *auth, struct settings *settings, struct regions *regions);
void auth_close(struct auth *auth);

/*
 * Says what to do about a 401, to stand after the cause in a message; valid
 * until the next call.
 */
const char *auth_advice(const struct auth *auth);

/* The ways; each fills the signer and what it knows. As auth_open. */
int auth_key_open(struct auth *auth);
int auth_token_open(struct auth *auth);
int auth_instance_open(struct auth *auth);
int auth_resource_open(struct auth *auth);
int auth_oke_open(struct auth *auth);

/* The parts that they share. */

/*
 * Reads a PEM key; source names it in messages. A key that is encrypted asks
 * for its pass phrase at the terminal, if there is one and pass is empty. What
 * *key was is freed when another takes its place.
 */
int auth_key_read(struct crypto_key **key, const struct secret *pem, const struct secret *pass,
	const char *source);

/* The key that the settings name. Zeroes what settings hold of it. */
int auth_key_load(struct auth *auth);

/* Makes "ST$" and token the key id. Returns 0, or -1 without memory. */
int auth_set_token(struct auth *auth, const struct secret *token);

/*
 * Reads a token that the platform keeps in a file, which others may read, too; what
 * names it in messages. Returns EXITCODE_OK, or another status after a message.
 */
int auth_read_token(struct secret *token, const char *what, const char *path);

/*
 * Has requests signed with a session key from now on, by the token that was given
 * for it, until they come by another in the same way. claims are the token's; whose
 * it is, is said in a message. Takes the key over: *session is null afterwards.
 * Returns EXITCODE_OK, or another status after a message.
 */
int auth_adopt(struct auth *auth, struct auth_claims *claims, struct crypto_key **session,
	const struct secret *token, const char *whose);

/*
 * Lets the signer be renewed by getting key and id in the same way once more, or
 * no longer.
 */
void auth_set_renewable(struct auth *auth, bool renewable);

#endif

/*
 * Who the requests are signed as: a key, and the id that the service knows it
 * by. Four ways to come by the two: an API key, a session token, the
 * certificate of the instance that we run on, a resource principal.
 */
#ifndef VCNMETA_OCI_AUTH_H
#define VCNMETA_OCI_AUTH_H

#include <stdbool.h>
#include <stdint.h>

#include "vcnmeta/oci/crypto.h"
#include "vcnmeta/oci/region.h"
#include "vcnmeta/oci/secret.h"
#include "vcnmeta/oci/settings.h"

struct auth {
	struct settings *settings;
	struct regions *regions;
	struct crypto_key *key;
	struct secret key_id;
	char tenancy[CRYPTO_TENANCY_SIZE];
	char region[REGION_NAME_SIZE]; /* the machine's own; "": unknown */
	int64_t expires_at;            /* seconds since 1970; 0: never */
	unsigned generation;           /* counts renewals */
	bool renewable;
};

/*
 * Gets key and id. Returns EXITCODE_OK, or another status after a message.
 * auth_close in either case. settings and regions must outlive it; the key and
 * pass phrase in settings are zeroed.
 */
int auth_open(struct auth *auth, struct settings *settings, struct regions *regions);
void auth_close(struct auth *auth);

/* Renews a token that is about to expire, where that can be done. */
int auth_keep_fresh(struct auth *auth);

/* Renews a renewable token. Returns as auth_open. */
int auth_renew(struct auth *auth);

/*
 * Says what to do about a 401, to stand behind the cause in a message; valid
 * until the next call.
 */
const char *auth_advice(const struct auth *auth);

/* The ways; each fills key, key_id and what it knows. As auth_open. */
int auth_key_open(struct auth *auth);
int auth_token_open(struct auth *auth);
int auth_instance_open(struct auth *auth);
int auth_resource_open(struct auth *auth);

/* The parts that they share. */

/*
 * Reads a PEM key; source names it in messages. A key that is encrypted asks
 * for its pass phrase at the terminal, if there is one and pass is empty.
 */
int auth_read_key(struct crypto_key **key, const struct secret *pem, const struct secret *pass,
	const char *source);

/* The key that the settings name. Zeroes what settings hold of it. */
int auth_load_key(struct auth *auth);

/* Makes "ST$" and token the key id. Returns 0, or -1 without memory. */
int auth_set_token(struct auth *auth, const struct secret *token);

#endif

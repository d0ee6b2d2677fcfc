/*
 * Who requests are signed as: a key, and the id that the service knows it by.
 * How one comes by the two is for auth.h; a call needs no more than this.
 */
#ifndef VCNMETA_OCI_SIGNER_H
#define VCNMETA_OCI_SIGNER_H

#include <stdint.h>

#include "vcnmeta/oci/crypto.h"
#include "vcnmeta/oci/secret.h"

struct signer {
	struct crypto_key *key; /* owned */
	struct secret key_id;
	struct secret delegation; /* sent and signed as opc-obo-token; empty: none */
	int64_t expires_at;       /* seconds since 1970; 0: never */
	unsigned generation;      /* counts renewals */
	/* Gets key and id anew: EXITCODE_OK, or another status after a message. Null:
	 * they cannot be renewed. */
	int (*renew)(void *context);
	/* What to do about a 401, to stand after the cause in a message. Null: nothing. */
	const char *(*advice)(const void *context);
	void *context;
};

/* Renews what is about to expire, where that can be done. Returns as renew. */
int signer_keep_fresh(struct signer *signer);

/* Renews; the signer must be one that can. Returns as renew. */
int signer_renew(struct signer *signer);

/* Puts a key in the place of the one there is; it is owned from now on. */
void signer_set_key(struct signer *signer, struct crypto_key *key);

/* Zeroes and frees key and id. */
void signer_free(struct signer *signer);

#endif

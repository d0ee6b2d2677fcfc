/*
 * Keeping a signer good. A token is renewed while it still has MARGIN_S to live,
 * so that no request is under way when it ends.
 */
#include "vcnmeta/oci/signer.h"

#include <stddef.h>

#include "base/exitcode.h"
#include "vcnmeta/oci/clock.h"

#define MARGIN_S 60

int signer_renew(struct signer *signer)
{
	signer->generation++;
	return signer->renew(signer->context);
}

int signer_keep_fresh(struct signer *signer)
{
	if (signer->renew == NULL || signer->expires_at == 0 ||
		clock_now() <= signer->expires_at - MARGIN_S)
		return EXITCODE_OK;
	return signer_renew(signer);
}

void signer_set_key(struct signer *signer, struct crypto_key *key)
{
	crypto_key_free(signer->key);
	signer->key = key;
}

void signer_free(struct signer *signer)
{
	signer_set_key(signer, NULL);
	secret_free(&signer->key_id);
	secret_free(&signer->delegation);
}

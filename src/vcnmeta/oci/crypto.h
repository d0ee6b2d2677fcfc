/*
 * The cryptography of request signing: RSA keys, digests, certificates. Behind
 * it stands OpenSSL, named in crypto.c alone.
 */
#ifndef VCNMETA_OCI_CRYPTO_H
#define VCNMETA_OCI_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"
#include "vcnmeta/oci/secret.h"

/* A private RSA key. */
struct crypto_key;

/* Once, before all else of this room. */
void crypto_global_init(void);

enum crypto_result {
	CRYPTO_OK = 0,
	CRYPTO_ENCRYPTED,  /* encrypted, and no pass phrase was given */
	CRYPTO_WRONG_PASS, /* encrypted, with another pass phrase */
	CRYPTO_PUBLIC,     /* a public key or a certificate */
	CRYPTO_NOT_RSA,    /* a private key of another kind */
	CRYPTO_NOT_KEY,    /* no PEM private key in it, or a damaged one */
	CRYPTO_NO_MEMORY,
};

/*
 * Reads a PEM key (PKCS#1, PKCS#8, either one encrypted) out of pem[0..len);
 * text around it does not matter. pass may be null; a pass phrase for a key
 * that isn't encrypted does not matter either. Never asks anybody for anything.
 * On CRYPTO_OK *key is to be freed with crypto_key_free.
 */
enum crypto_result crypto_key_read(
	struct crypto_key **key, const char *pem, size_t len, const char *pass, size_t pass_len);

/* A new 2048-bit key, or null. */
struct crypto_key *crypto_key_make(void);
void crypto_key_free(struct crypto_key *key);
unsigned crypto_key_bits(const struct crypto_key *key);

/* The 47 characters of an API key's fingerprint: MD5 of the public key. */
#define CRYPTO_FINGERPRINT_SIZE 48
int crypto_key_fingerprint(const struct crypto_key *key, char text[CRYPTO_FINGERPRINT_SIZE]);

/* Appends the public key, base64 of its SubjectPublicKeyInfo. */
int crypto_key_public(const struct crypto_key *key, struct bytes *out);

/* Appends the base64 of the RSASSA-PKCS1-v1_5 signature with SHA-256. */
int crypto_sign(const struct crypto_key *key, const void *data, size_t len, struct bytes *out);

/* The base64 of a SHA-256, with its final NUL. */
#define CRYPTO_SHA256_SIZE 45
int crypto_sha256(const void *data, size_t len, char text[CRYPTO_SHA256_SIZE]);

/*
 * Decodes base64, of either alphabet, with or without its padding, into out, which
 * is made anew and has room for more bytes of zero after it. Returns 0, or -1 when
 * it is none or memory ran out.
 */
int crypto_base64_decode(struct secret *out, const char *text, size_t len, size_t more);

/* Counts the certificates in PEM text; -1 when one of them is damaged. */
int crypto_count_certificates(const char *pem, size_t len);

/* Fills data[0..len) with random bytes. Returns 0 or -1. */
int crypto_random(void *data, size_t len);

#define CRYPTO_TENANCY_SIZE 256
#define CRYPTO_CERTIFICATE_FINGERPRINT_SIZE 96

struct crypto_certificate {
	/* SHA-256 of the DER: upper-case hex pairs with colons */
	char fingerprint[CRYPTO_CERTIFICATE_FINGERPRINT_SIZE];
	/* from the subject, "" where it names none */
	char tenancy[CRYPTO_TENANCY_SIZE];
};

/*
 * Reads a PEM certificate and appends the base64 of its DER to out.
 * certificate may be null. Returns 0, or -1 when there is none in it.
 */
int crypto_certificate_read(
	struct crypto_certificate *certificate, const char *pem, size_t len, struct bytes *out);

#endif

/*
 * The cryptography of request signing, and the only room that names OpenSSL.
 *
 * Bad input is told apart where a user can do something about it: a missing or
 * a wrong pass phrase, a public key, a key that isn't RSA; all else is "no
 * key". OpenSSL's own pass phrase prompt is never reached, for it would read
 * standard input. The size of a key is for the caller to judge.
 */
#include "vcnmeta/oci/crypto.h"

#include <limits.h>
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#define SESSION_KEY_BITS 2048
#define BASE64_LINE 3072 /* a multiple of 3, so that pieces join unpadded */

struct crypto_key {
	EVP_PKEY *key;
};

struct pass {
	const char *text;
	size_t len;
	bool asked;
};

void crypto_global_init(void)
{
#ifdef STATIC
	/* The system's configuration is that of its own OpenSSL, and may name modules. */
	(void)OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
#endif
}

static int give_pass(char *buffer, int size, int writing, void *context)
{
	struct pass *pass = context;

	(void)writing;
	pass->asked = true;
	if (pass->text == NULL || size < 0 || pass->len > (size_t)size)
		return -1;
	memcpy(buffer, pass->text, pass->len);
	return (int)pass->len;
}

static bool out_of_memory(void)
{
	return ERR_GET_REASON(ERR_peek_error()) == ERR_R_MALLOC_FAILURE;
}

/* Tells why no private key could be read. */
static enum crypto_result judge_failure(const char *pem, size_t len, const struct pass *pass)
{
	bool memory = out_of_memory();

	ERR_clear_error();
	if (memory)
		return CRYPTO_NO_MEMORY;
	if (pass->asked)
		return pass->text == NULL ? CRYPTO_ENCRYPTED : CRYPTO_WRONG_PASS;
	if (memmem(pem, len, "PRIVATE KEY-----", 16) != NULL)
		return CRYPTO_NOT_KEY;
	if (memmem(pem, len, "PUBLIC KEY-----", 15) != NULL ||
		memmem(pem, len, "BEGIN CERTIFICATE-----", 22) != NULL)
		return CRYPTO_PUBLIC;
	return CRYPTO_NOT_KEY;
}

static enum crypto_result wrap_key(struct crypto_key **key, EVP_PKEY *found)
{
	if (EVP_PKEY_get_base_id(found) != EVP_PKEY_RSA) {
		EVP_PKEY_free(found);
		return CRYPTO_NOT_RSA;
	}
	*key = malloc(sizeof(**key));
	if (*key == NULL) {
		EVP_PKEY_free(found);
		return CRYPTO_NO_MEMORY;
	}
	(*key)->key = found;
	return CRYPTO_OK;
}

enum crypto_result crypto_key_read(
	struct crypto_key **key, const char *pem, size_t len, const char *pass, size_t pass_len)
{
	struct pass given = {pass, pass_len, false};
	EVP_PKEY *found;
	BIO *bio;

	*key = NULL;
	if (len > INT_MAX)
		return CRYPTO_NOT_KEY;
	bio = BIO_new_mem_buf(pem, (int)len);
	if (bio == NULL)
		return CRYPTO_NO_MEMORY;
	ERR_clear_error();
	found = PEM_read_bio_PrivateKey(bio, NULL, give_pass, &given);
	BIO_free(bio);
	if (found == NULL)
		return judge_failure(pem, len, &given);
	ERR_clear_error();
	return wrap_key(key, found);
}

struct crypto_key *crypto_key_make(void)
{
	struct crypto_key *key = NULL;
	EVP_PKEY *made = EVP_RSA_gen(SESSION_KEY_BITS);

	if (made == NULL || wrap_key(&key, made) != CRYPTO_OK)
		return NULL;
	return key;
}

void crypto_key_free(struct crypto_key *key)
{
	if (key != NULL)
		EVP_PKEY_free(key->key);
	free(key);
}

unsigned crypto_key_bits(const struct crypto_key *key)
{
	int bits = EVP_PKEY_get_bits(key->key);

	return bits < 0 ? 0 : (unsigned)bits;
}

/* "ab:cd:…" with its final NUL: 3 bytes for each of count. */
static void write_hex(char *text, const unsigned char *data, size_t count, const char *digits)
{
	for (size_t i = 0; i < count; i++) {
		*text++ = digits[data[i] >> 4];
		*text++ = digits[data[i] & 15];
		*text++ = i + 1 < count ? ':' : '\0';
	}
}

int crypto_key_fingerprint(const struct crypto_key *key, char text[CRYPTO_FINGERPRINT_SIZE])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned char *der = NULL;
	unsigned size = 0;
	int len = i2d_PUBKEY(key->key, &der);
	int done;

	if (len <= 0)
		return -1;
	done = EVP_Digest(der, (size_t)len, digest, &size, EVP_md5(), NULL);
	OPENSSL_free(der);
	if (done != 1 || size != 16)
		return -1;
	write_hex(text, digest, size, "0123456789abcdef");
	return 0;
}

/* Appends the base64 of data, in one line. */
static int append_base64(struct bytes *out, const unsigned char *data, size_t len)
{
	unsigned char piece[BASE64_LINE / 3 * 4 + 1];

	while (len > 0) {
		size_t part = len < BASE64_LINE ? len : BASE64_LINE;
		int written = EVP_EncodeBlock(piece, data, (int)part);

		if (bytes_append(out, piece, (size_t)written) != 0)
			return -1;
		data += part;
		len -= part;
	}
	return 0;
}

int crypto_key_public(const struct crypto_key *key, struct bytes *out)
{
	unsigned char *der = NULL;
	int len = i2d_PUBKEY(key->key, &der);
	int result;

	if (len <= 0)
		return -1;
	result = append_base64(out, der, (size_t)len);
	OPENSSL_free(der);
	return result;
}

static int sign_into(
	EVP_MD_CTX *context, EVP_PKEY *key, const void *data, size_t len, struct bytes *out)
{
	unsigned char signature[2048];
	size_t size = sizeof(signature);

	if (EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) != 1 ||
		EVP_DigestSign(context, NULL, &size, data, len) != 1 || size > sizeof(signature) ||
		EVP_DigestSign(context, signature, &size, data, len) != 1)
		return -1;
	return append_base64(out, signature, size);
}

int crypto_sign(const struct crypto_key *key, const void *data, size_t len, struct bytes *out)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	int result = -1;

	if (context != NULL)
		result = sign_into(context, key->key, data, len, out);
	EVP_MD_CTX_free(context);
	ERR_clear_error();
	return result;
}

int crypto_sha256(const void *data, size_t len, char text[CRYPTO_SHA256_SIZE])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned size = 0;

	if (EVP_Digest(data, len, digest, &size, EVP_sha256(), NULL) != 1 || size != 32)
		return -1;
	EVP_EncodeBlock((unsigned char *)text, digest, (int)size);
	return 0;
}

/*
 * EVP_DecodeBlock wants the other alphabet and whole groups of four, and counts
 * what the padding stands for as zeros.
 */
int crypto_base64_decode(struct secret *out, const char *text, size_t len, size_t more)
{
	struct secret copy = SECRET_INIT;
	size_t padding;
	int written = -1;

	while (len > 0 && text[len - 1] == '=')
		len--;
	padding = (4 - len % 4) % 4;
	if (padding == 3 || len > INT_MAX / 2 || secret_make(&copy, len + padding) != 0)
		return -1;
	for (size_t i = 0; i < len; i++)
		copy.data[i] = text[i] == '-' ? '+' : text[i] == '_' ? '/' : text[i];
	memset(copy.data + len, '=', padding);
	if (secret_make(out, len + more) == 0)
		written = EVP_DecodeBlock((unsigned char *)out->data, (unsigned char *)copy.data,
			(int)(len + padding));
	secret_free(&copy);
	if (written < (int)padding) {
		secret_free(out);
		return -1;
	}
	out->len = (size_t)written - padding;
	return 0;
}

int crypto_count_certificates(const char *pem, size_t len)
{
	BIO *bio = len > INT_MAX ? NULL : BIO_new_mem_buf(pem, (int)len);
	struct pass none = {NULL, 0, false};
	X509 *x509;
	int count = 0;

	while (bio != NULL && (x509 = PEM_read_bio_X509_AUX(bio, NULL, give_pass, &none)) != NULL) {
		X509_free(x509);
		count++;
	}
	/* the end of the text is a fault as well, that of finding no further one */
	if (bio == NULL || (ERR_peek_error() != 0 &&
				   ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE))
		count = -1;
	BIO_free(bio);
	ERR_clear_error();
	return count;
}

int crypto_random(void *data, size_t len)
{
	if (len > INT_MAX || RAND_bytes(data, (int)len) != 1)
		return -1;
	return 0;
}

/* Copies what stands after prefix in one attribute's value. */
static bool take_after(
	char tenancy[CRYPTO_TENANCY_SIZE], const ASN1_STRING *value, const char *prefix)
{
	const unsigned char *text = ASN1_STRING_get0_data(value);
	int value_len = ASN1_STRING_length(value);
	size_t len = value_len < 0 ? 0 : (size_t)value_len;
	size_t skip = strlen(prefix);

	if (len <= skip || memcmp(text, prefix, skip) != 0 || len - skip >= CRYPTO_TENANCY_SIZE ||
		memchr(text, '\0', len) != NULL)
		return false;
	memcpy(tenancy, text + skip, len - skip);
	tenancy[len - skip] = '\0';
	return true;
}

/*
 * The tenancy stands in an attribute of the subject, in whichever RDN: entries
 * are counted over all attributes of all RDNs.
 */
static void find_tenancy(char tenancy[CRYPTO_TENANCY_SIZE], X509_NAME *name)
{
	static const char *const prefixes[] = {"opc-tenant:", "opc-identity:"};

	tenancy[0] = '\0';
	for (size_t p = 0; p < 2; p++) {
		for (int i = 0; i < X509_NAME_entry_count(name); i++) {
			X509_NAME_ENTRY *entry = X509_NAME_get_entry(name, i);

			if (take_after(tenancy, X509_NAME_ENTRY_get_data(entry), prefixes[p]))
				return;
		}
	}
}

static int describe_certificate(struct crypto_certificate *certificate, X509 *x509)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned size = 0;

	if (X509_digest(x509, EVP_sha256(), digest, &size) != 1 || size != 32)
		return -1;
	write_hex(certificate->fingerprint, digest, size, "0123456789ABCDEF");
	find_tenancy(certificate->tenancy, X509_get_subject_name(x509));
	return 0;
}

int crypto_certificate_read(
	struct crypto_certificate *certificate, const char *pem, size_t len, struct bytes *out)
{
	BIO *bio = len > INT_MAX ? NULL : BIO_new_mem_buf(pem, (int)len);
	X509 *x509 = NULL;
	unsigned char *der = NULL;
	int der_len = -1;
	int result = -1;

	if (bio != NULL)
		x509 = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	if (x509 != NULL)
		der_len = i2d_X509(x509, &der);
	if (der_len > 0 && (certificate == NULL || describe_certificate(certificate, x509) == 0))
		result = append_base64(out, der, (size_t)der_len);
	OPENSSL_free(der);
	X509_free(x509);
	BIO_free(bio);
	ERR_clear_error();
	return result;
}

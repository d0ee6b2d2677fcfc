/*
 * Request signatures against the published vectors, byte for byte: the signing
 * strings, the signatures, the header's form, fingerprints and digests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "vcnmeta/oci/crypto.h"
#include "vcnmeta/oci/sign.h"
#include "vectors.h"

#define DATE "Thu, 05 Jan 2014 21:31:40 GMT"
#define SUNDAY "Sun, 05 Jan 2014 21:31:40 GMT"
#define HOST "iaas.us-phoenix-1.oraclecloud.com"
#define INSTANCES                                                                                  \
	"/20160918/instances?availabilityDomain=Pjwf%3A%20PHX-AD-1"                                \
	"&compartmentId=ocid1.compartment.oc1.."                                                   \
	"aaaaaaaam3we6vgnherjq5q2idnccdflvjsnog7mlr6rtdb25gilchfeyjxa"                             \
	"&displayName=TeamXInstances&volumeId=ocid1.volume.oc1.phx."                               \
	"abyhqljrgvttnlx73nmrwfaux7kcvzfs3s66izvxf2h4lgvyndsdsnoiwr5q"
#define EMPTY_DIGEST "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
#define KEY_ID "ocid1.tenancy.oc1..t/ocid1.user.oc1..u/20:3b"

static struct crypto_key *sample_key(void)
{
	struct crypto_key *key = NULL;
	char pem[2048];
	int len = snprintf(pem, sizeof(pem), "-----BEGIN %s-----\n%s%s %s-----\n",
		"RSA PRIVATE KEY", vector_key, "-----END", "RSA PRIVATE KEY");

	assert_true(len >= 1 && (size_t)len <= sizeof(pem) - 1);
	assert_int_equal(crypto_key_read(&key, pem, (size_t)len, NULL, 0), CRYPTO_OK);
	return key;
}

/* The request's signing string, signature and header are those of a vector. */
static void assert_vector(
	const struct sign_request *request, const char *string, const char *signature)
{
	struct bytes made = BYTES_INIT(1 << 16);
	struct crypto_key *key = sample_key();
	char header[2048];

	assert_int_equal(sign_string(&made, request), 0);
	assert_int_equal(made.len, strlen(string));
	assert_memory_equal(made.data, string, made.len);

	made.len = 0;
	assert_int_equal(crypto_sign(key, string, strlen(string), &made), 0);
	assert_int_equal(made.len, strlen(signature));
	assert_memory_equal(made.data, signature, made.len);

	made.len = 0;
	snprintf(header, sizeof(header),
		"Signature algorithm=\"rsa-sha256\",headers=\"date "
		"(request-target) host%s\",keyId=\"" KEY_ID "\",signature=\"%s\",version=\"1\"",
		request->body == NULL ? "" : " content-length content-type x-content-sha256",
		signature);
	assert_int_equal(sign_authorization(&made, request, KEY_ID, key), 0);
	assert_int_equal(bytes_append_char(&made, '\0'), 0);
	assert_string_equal(made.data, header);
	crypto_key_free(key);
	bytes_free(&made);
}

static void test_get(void **state)
{
	struct sign_request request = {
		.method = "get", .target = INSTANCES, .host = HOST, .date = DATE};

	(void)state;
	assert_vector(&request, vector_get_string, vector_get_signature);
	request.date = SUNDAY;
	assert_vector(&request, vector_get_sun_string, vector_get_sun_signature);
}

static void test_host_with_port(void **state)
{
	const struct sign_request request = {
		.method = "get", .target = "/api", .host = "localhost:7000", .date = DATE};

	(void)state;
	assert_vector(&request, vector_get_port_string, vector_get_port_signature);
}

static void test_post(void **state)
{
	char digest[CRYPTO_SHA256_SIZE];
	struct sign_request request = {.method = "post",
		.target = "/20160918/volumeAttachments",
		.host = HOST,
		.date = DATE,
		.body = vector_body,
		.body_len = strlen(vector_body),
		.body_digest = digest};

	(void)state;
	assert_int_equal(crypto_sha256(request.body, request.body_len, digest), 0);
	assert_vector(&request, vector_post_string, vector_post_signature);

	request.body = "";
	request.body_len = 0;
	assert_int_equal(crypto_sha256("", 0, digest), 0);
	assert_string_equal(digest, EMPTY_DIGEST);
	assert_vector(&request, vector_post_empty_string, vector_post_empty_signature);
}

/* The token of a user for whom an instance acts is signed, after the host. */
static void test_delegation(void **state)
{
	const struct sign_request request = {.method = "get",
		.target = "/api",
		.host = HOST,
		.date = DATE,
		.delegation = "a.b.c"};
	static const char head[] = "Signature algorithm=\"rsa-sha256\",headers=\"date "
				   "(request-target) host opc-obo-token\",keyId=";
	struct crypto_key *key = sample_key();
	struct bytes made = BYTES_INIT(1 << 16);

	(void)state;
	assert_int_equal(sign_string(&made, &request), 0);
	assert_int_equal(bytes_append_char(&made, '\0'), 0);
	assert_string_equal(made.data,
		"date: " DATE "\n(request-target): get /api\nhost: " HOST "\nopc-obo-token: a.b.c");
	bytes_clear(&made);
	assert_int_equal(sign_authorization(&made, &request, KEY_ID, key), 0);
	assert_memory_equal(made.data, head, sizeof(head) - 1);
	crypto_key_free(key);
	bytes_free(&made);
}

/* How many certificates there are in a text, and whether each is one. */
static void test_count(void **state)
{
	struct bytes two = BYTES_INIT(1 << 16);
	size_t len = strlen(vector_leaf);

	(void)state;
	assert_int_equal(bytes_append_text(&two, "# a bundle\n"), 0);
	assert_int_equal(bytes_append_text(&two, vector_leaf), 0);
	assert_int_equal(bytes_append_text(&two, "\nof two\n"), 0);
	assert_int_equal(bytes_append_text(&two, vector_leaf), 0);
	assert_int_equal(crypto_count_certificates(two.data, two.len), 2);
	assert_int_equal(crypto_count_certificates(two.data, two.len - len / 2), -1);
	assert_int_equal(crypto_count_certificates("no certificate", 14), 0);
	assert_int_equal(crypto_count_certificates("", 0), 0);
	bytes_free(&two);
}

static void test_key(void **state)
{
	struct crypto_key *key = sample_key();
	char fingerprint[CRYPTO_FINGERPRINT_SIZE];

	(void)state;
	assert_int_equal(crypto_key_bits(key), 1024);
	assert_int_equal(crypto_key_fingerprint(key, fingerprint), 0);
	assert_string_equal(fingerprint, "73:61:a2:21:67:e0:df:be:7e:4b:93:1e:15:98:a5:b7");
	crypto_key_free(key);
}

static void test_digest(void **state)
{
	static const char hello[] = "{\"message\":\"hello\"}";
	char digest[CRYPTO_SHA256_SIZE];

	(void)state;
	assert_int_equal(crypto_sha256(hello, strlen(hello), digest), 0);
	assert_string_equal(digest, "my1Dr/v0mjZwKN8uFBT4TA4JmsmMPVSoqAFX/XdxryU=");
}

/* The tenancy stands in one of the parts of a subject's multi-valued RDN. */
static void test_certificate(void **state)
{
	struct crypto_certificate certificate;
	struct bytes der = BYTES_INIT(1 << 16);

	(void)state;
	assert_int_equal(
		crypto_certificate_read(&certificate, vector_leaf, strlen(vector_leaf), &der), 0);
	assert_string_equal(certificate.tenancy, "ocidv1:tenancy:oc1:phx:1234567890:bluhbluhbluh");
	assert_string_equal(certificate.fingerprint,
		"0C:1E:D8:13:80:D4:30:CC:2C:62:13:57:2A:FE:D5:4E:"
		"75:BE:54:32:59:12:8F:2F:96:78:F8:B1:F3:62:78:BC");
	assert_true(der.len > 64);
	assert_memory_equal(der.data, "MIIEfzCC", 8);
	assert_null(memchr(der.data, '\n', der.len));
	assert_int_equal(crypto_certificate_read(NULL, "MIIE", 4, &der), -1);
	bytes_free(&der);
}

/* A string longer than its buffer may be is refused, never cut. */
static void test_no_room(void **state)
{
	const struct sign_request request = {
		.method = "get", .target = INSTANCES, .host = HOST, .date = DATE};
	struct crypto_key *key = sample_key();
	struct bytes full = BYTES_INIT(40);

	(void)state;
	assert_int_equal(sign_string(&full, &request), -1);
	assert_int_equal(sign_authorization(&full, &request, KEY_ID, key), -1);
	crypto_key_free(key);
	bytes_free(&full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_get),
		cmocka_unit_test(test_host_with_port),
		cmocka_unit_test(test_post),
		cmocka_unit_test(test_delegation),
		cmocka_unit_test(test_count),
		cmocka_unit_test(test_key),
		cmocka_unit_test(test_digest),
		cmocka_unit_test(test_certificate),
		cmocka_unit_test(test_no_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

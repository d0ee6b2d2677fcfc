/* What a token says of itself: expiry and tenancy, and when it is no token. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "vcnmeta/oci/auth_jwt.h"
#include "vcnmeta/oci/crypto.h"

/* "a.PAYLOAD.c", the payload encoded as a token has it. */
static void make_token(struct secret *token, const char *payload, bool padded)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				     "0123456789-_";
	size_t len = strlen(payload);
	char text[1024] = "a.";
	size_t at = 2;

	for (size_t i = 0; i < len; i += 3) {
		uint32_t bits = 0;
		size_t count = len - i < 3 ? len - i : 3;

		for (size_t k = 0; k < 3; k++)
			bits = bits << 8 | (k < count ? (unsigned char)payload[i + k] : 0);
		for (size_t k = 0; k <= count; k++)
			text[at++] = digits[bits >> (18 - 6 * k) & 63];
		for (size_t k = count; padded && k < 3; k++)
			text[at++] = '=';
	}
	memcpy(text + at, ".c", 3);
	assert_int_equal(secret_set(token, text, strlen(text)), 0);
}

static void assert_claims(const char *payload, int64_t expires_at, const char *tenancy)
{
	for (int padded = 0; padded < 2; padded++) {
		struct secret token = SECRET_INIT;
		struct auth_claims claims;

		make_token(&token, payload, padded == 1);
		assert_int_equal(auth_jwt_read(&claims, &token), 0);
		assert_int_equal(claims.expires_at, expires_at);
		assert_string_equal(claims.tenancy, tenancy);
		secret_free(&token);
	}
}

static void test_claims(void **state)
{
	(void)state;
	assert_claims("{\"exp\":1785542400,\"res_tenant\":\"ocid1.t\"}", 1785542400, "ocid1.t");
	assert_claims("{\"exp\":1785542400.75,\"tenant\":\"ocid1.u\"}", 1785542400, "ocid1.u");
	assert_claims("{\"tenant\":\"u\",\"res_tenant\":\"t\"}", 0, "t");
	assert_claims("{\"exp\":-1}", 0, "");
	assert_claims("{\"exp\":\"1\"}", 0, "");
	assert_claims("{\"exp\":99999999999999999999}", 0, "");
	assert_claims("{\"tenant\":\"a b\"}", 0, "");
	assert_claims("{\"tenant\":\"a\\u0000b\"}", 0, "");
	assert_claims("{\"note\":\"\xc3\xbf\xc3\xbe\",\"exp\":7}", 7, "");
	assert_claims("[]", 0, "");
	assert_claims("{", 0, "");
	assert_claims("", 0, "");
}

static int judge(const char *text, size_t len)
{
	struct secret token = SECRET_INIT;
	struct auth_claims claims;
	int result;

	assert_int_equal(secret_set(&token, text, len), 0);
	result = auth_jwt_read(&claims, &token);
	if (result == 0)
		assert_true(claims.expires_at == 0 && claims.tenancy[0] == '\0');
	secret_free(&token);
	return result;
}

static void test_odd(void **state)
{
	static char longest[LIMIT_TOKEN + 2];

	(void)state;
	assert_int_equal(judge("", 0), -1);
	assert_int_equal(judge("a b", 3), -1);
	assert_int_equal(judge("a\r\nX: y", 7), -1);
	assert_int_equal(judge("a\0b", 3), -1);
	assert_int_equal(judge("a/b+c", 5), -1);
	assert_int_equal(judge("\xff", 1), -1);
	assert_int_equal(judge("opaque", 6), 0);
	assert_int_equal(judge("a.b", 3), 0);
	assert_int_equal(judge("a.b.c", 5), 0);
	assert_int_equal(judge("a..c", 4), 0);
	assert_int_equal(judge("a.====.c", 8), 0);
	memset(longest, 'a', sizeof(longest) - 1);
	assert_int_equal(judge(longest, LIMIT_TOKEN), 0);
	assert_int_equal(judge(longest, LIMIT_TOKEN + 1), -1);
}

static void test_base64(void **state)
{
	static const struct {
		const char *text;
		const char *data;
	} good[] = {{"", ""}, {"Zg", "f"}, {"Zg==", "f"}, {"Zm8", "fo"}, {"Zm9v", "foo"},
		{"Zm9vYg==", "foob"}, {"_-8", "\xff\xef"}, {"/+8=", "\xff\xef"}};
	struct secret out = SECRET_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(
			crypto_base64_decode(&out, good[i].text, strlen(good[i].text), 8), 0);
		assert_int_equal(out.len, strlen(good[i].data));
		assert_memory_equal(out.data, good[i].data, out.len + 1);
	}
	assert_int_equal(crypto_base64_decode(&out, "Z", 1, 0), -1);
	assert_int_equal(crypto_base64_decode(&out, "Zm9v!A==", 8, 0), -1);
	assert_null(out.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_claims),
		cmocka_unit_test(test_odd),
		cmocka_unit_test(test_base64),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

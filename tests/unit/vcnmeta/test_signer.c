/* When a signer is renewed: in time, and only if it can be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/exitcode.h"
#include "vcnmeta/oci/clock.h"
#include "vcnmeta/oci/signer.h"

static int renewals;
static int answer;

static int renew(void *context)
{
	assert_ptr_equal(context, &renewals);
	renewals++;
	return answer;
}

static struct signer make(int64_t left_s)
{
	renewals = 0;
	answer = EXITCODE_OK;
	return (struct signer){
		.renew = renew, .context = &renewals, .expires_at = clock_now() + left_s};
}

static void test_fresh(void **state)
{
	struct signer signer = make(3600);

	(void)state;
	assert_int_equal(signer_keep_fresh(&signer), EXITCODE_OK);
	assert_int_equal(renewals, 0);
	assert_int_equal(signer.generation, 0);
	signer.expires_at = 0; /* never */
	assert_int_equal(signer_keep_fresh(&signer), EXITCODE_OK);
	assert_int_equal(renewals, 0);
}

static void test_expiring(void **state)
{
	struct signer signer = make(30);

	(void)state;
	assert_int_equal(signer_keep_fresh(&signer), EXITCODE_OK);
	assert_int_equal(renewals, 1);
	assert_int_equal(signer.generation, 1);
	answer = EXITCODE_SERVICE;
	assert_int_equal(signer_keep_fresh(&signer), EXITCODE_SERVICE);
	assert_int_equal(signer.generation, 2);
	signer.renew = NULL;
	assert_int_equal(signer_keep_fresh(&signer), EXITCODE_OK);
	assert_int_equal(renewals, 2);
}

static void test_key(void **state)
{
	struct signer signer = make(0);

	(void)state;
	signer_set_key(&signer, crypto_key_make());
	assert_non_null(signer.key);
	signer_set_key(&signer, crypto_key_make()); /* the first is freed */
	assert_int_equal(secret_set(&signer.key_id, "id", 2), 0);
	signer_free(&signer);
	assert_null(signer.key);
	assert_null(signer.key_id.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fresh),
		cmocka_unit_test(test_expiring),
		cmocka_unit_test(test_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

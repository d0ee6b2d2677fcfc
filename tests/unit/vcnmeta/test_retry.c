/* Which replies are worth another attempt, and how long is waited for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "vcnmeta/oci/retry.h"

static void test_worth(void **state)
{
	(void)state;
	assert_true(retry_is_worth(429, ""));
	assert_true(retry_is_worth(500, ""));
	assert_false(retry_is_worth(501, ""));
	assert_true(retry_is_worth(503, "anything"));
	assert_true(retry_is_worth(599, ""));
	assert_true(retry_is_worth(409, "IncorrectState"));
	assert_true(retry_is_worth(409, "LockConflict"));
	assert_false(retry_is_worth(409, "Conflict"));
	assert_false(retry_is_worth(409, ""));
	assert_false(retry_is_worth(400, "IncorrectState"));
	assert_false(retry_is_worth(401, ""));
	assert_false(retry_is_worth(404, ""));
	assert_false(retry_is_worth(200, ""));
}

static void test_backoff(void **state)
{
	static const int64_t least[] = {1000, 2000, 4000, 8000, 16000, 30000, 30000};

	(void)state;
	for (unsigned i = 0; i < sizeof(least) / sizeof(least[0]); i++) {
		const int64_t most = retry_wait_ms(i + 1, RETRY_AFTER_NONE, UINT32_MAX);

		assert_int_equal(retry_wait_ms(i + 1, RETRY_AFTER_NONE, 0), least[i]);
		assert_true(most >= least[i] && most <= least[i] + 999);
	}
	assert_int_equal(retry_wait_ms(1, RETRY_AFTER_NONE, 2999), 1999);
	assert_int_equal(retry_wait_ms(6, RETRY_AFTER_NONE, 999), 30000);
	assert_int_equal(retry_wait_ms(UINT32_MAX, RETRY_AFTER_NONE, 5), 30000);
	assert_int_equal(retry_wait_ms(0, RETRY_AFTER_NONE, 5), 30000);
}

static void test_told(void **state)
{
	(void)state;
	assert_int_equal(retry_wait_ms(5, 0, 999), 0);
	assert_int_equal(retry_wait_ms(1, 2, 999), 2000);
	assert_int_equal(retry_wait_ms(1, 60, 0), 60000);
	assert_int_equal(retry_wait_ms(1, 61, 0), 60000);
	assert_int_equal(retry_wait_ms(1, INT64_MAX, 0), 60000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_worth),
		cmocka_unit_test(test_backoff),
		cmocka_unit_test(test_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

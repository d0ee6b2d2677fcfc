/* The time that a lookup file gives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "vcnmeta/fetched.h"

static int64_t fetched(const char *epoch)
{
	int64_t seconds = -1;

	assert_int_equal(setenv("SOURCE_DATE_EPOCH", epoch, 1), 0);
	if (fetched_now(&seconds) != 0)
		return -1;
	return seconds;
}

static void test_epoch(void **state)
{
	(void)state;
	assert_true(fetched("0") == 0);
	assert_true(fetched("1700000000") == 1700000000);
	assert_true(fetched("253402300799") == 253402300799);
}

static void test_no_epoch(void **state)
{
	(void)state;
	assert_true(fetched("") == -1);
	assert_true(fetched("-1") == -1);
	assert_true(fetched("+1") == -1);
	assert_true(fetched(" 1") == -1);
	assert_true(fetched("1.5") == -1);
	assert_true(fetched("2026-01-01") == -1);
	assert_true(fetched("253402300800") == -1);
	assert_true(fetched("99999999999999999999999999") == -1);
}

static void test_clock(void **state)
{
	int64_t before = (int64_t)time(NULL);
	int64_t seconds;

	(void)state;
	unsetenv("SOURCE_DATE_EPOCH");
	assert_int_equal(fetched_now(&seconds), 0);
	assert_true(seconds >= before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_epoch),
		cmocka_unit_test(test_no_epoch),
		cmocka_unit_test(test_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Numbers as digits, against those of the C library. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/digits.h"

static void check(uint64_t number)
{
	char text[DIGITS_ROOM + 1], expected[DIGITS_ROOM + 1];
	char *end;

	/* so that what is not written shows */
	memset(text, 'x', sizeof(text));
	end = digits_put(text, number);
	assert_true((size_t)(end - text) <= DIGITS_ROOM - DIGITS_AT_ONCE);
	assert_int_equal(text[DIGITS_ROOM], 'x');
	*end = '\0';
	assert_true(snprintf(expected, sizeof(expected), "%" PRIu64, number) > 0);
	assert_string_equal(text, expected);
}

/* Each way that eight digits are taken apart, and each length. */
static void test_little(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 10000; i++) {
		check(i);
		check(i * UINT64_C(10000));
		check(i * UINT64_C(10001));
	}
}

static void test_ends(void **state)
{
	uint64_t power = 1;

	(void)state;
	for (int i = 0; i < 20; i++, power *= 10) {
		check(power - 1);
		check(power);
		check(power + 1);
	}
	check(UINT64_MAX);
	check(UINT64_MAX - 1);
	check(INT64_MAX);
}

static void test_any(void **state)
{
	uint64_t number = 1;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		number = number * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		check(number >> i % 64);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_little),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_any),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

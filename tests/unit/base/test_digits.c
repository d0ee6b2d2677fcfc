/* Decimal digits, each byte at each place, and whatever stands after them. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/digits.h"

static void test_each_byte(void **state)
{
	char text[2 * DIGITS_AT_ONCE];
	uint64_t value;

	(void)state;
	for (size_t len = 1; len <= DIGITS_AT_ONCE; len++) {
		for (size_t at = 0; at < len; at++) {
			for (int byte = 0; byte < 256; byte++) {
				memset(text, '7', sizeof(text));
				text[at] = (char)byte;
				assert_int_equal(
					digits_read(&value, text, len), byte >= '0' && byte <= '9');
			}
		}
	}
}

static void assert_value(uint64_t number, size_t len, char after)
{
	char text[2 * DIGITS_AT_ONCE + 1];
	uint64_t value;

	(void)snprintf(text, sizeof(text), "%0*" PRIu64, (int)len, number);
	memset(text + len, after, DIGITS_AT_ONCE - len);
	assert_true(digits_read(&value, text, len));
	assert_int_equal(value, number);
}

/* Up to the greatest, with leading zeros too, and with digits or not after them. */
static void test_values(void **state)
{
	uint64_t most = 10;

	(void)state;
	for (size_t len = 1; len <= DIGITS_AT_ONCE; len++, most *= 10) {
		for (uint64_t number = 0; number < most; number += most / 1000 + 1) {
			assert_value(number, len, '9');
			assert_value(most - 1 - number, len, ',');
			assert_value(number, len, '\xff');
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_byte), cmocka_unit_test(test_values)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

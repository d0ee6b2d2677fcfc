/* Decimal digits, read and written: each byte at each place, and the C library's text. */
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

/* Where the first byte that is no digit stands. */
static size_t end_of(const char *text)
{
	size_t at = 0;

	while (at < DIGITS_AT_ONCE && text[at] >= '0' && text[at] <= '9')
		at++;
	return at;
}

static void assert_end(const char *text)
{
	size_t expected = end_of(text);
	uint64_t end = digits_end(text);

	if (expected == DIGITS_AT_ONCE)
		assert_true(end == 0);
	else
		assert_int_equal(__builtin_ctzll(end), 8 * expected + 7);
}

static void test_end(void **state)
{
	static const char after[] = "09,.\xff";
	char text[DIGITS_AT_ONCE];

	(void)state;
	for (size_t i = 0; i < sizeof(after); i++) {
		for (size_t at = 0; at < sizeof(text); at++) {
			for (int byte = 0; byte < 256; byte++) {
				memset(text, '9', at);
				memset(text + at, after[i], sizeof(text) - at);
				text[at] = (char)byte;
				assert_end(text);
			}
		}
	}
}

static void check(uint64_t number)
{
	char text[DIGITS_ROOM + 1], expected[DIGITS_ROOM + 1];
	char *end;

	/* so that what is not written shows */
	memset(text, 'x', sizeof(text));
	end = digits_put(text, number);
	assert_true((size_t)(end - text) <= DIGITS_ROOM);
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
		cmocka_unit_test(test_each_byte),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_end),
		cmocka_unit_test(test_little),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_any),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

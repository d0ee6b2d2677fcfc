/* Digits, eight at a time: each byte at each place, among digits and after others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/digits.h"

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

static void test_read(void **state)
{
	static const char text[] = "09876543210";
	uint64_t value, expected;

	(void)state;
	for (size_t len = 1; len <= DIGITS_AT_ONCE; len++) {
		char copy[sizeof(text)];

		expected = 0;
		for (size_t i = 0; i < len; i++)
			expected = expected * 10 + (uint64_t)(text[i] - '0');
		assert_true(digits_read(&value, text, len));
		assert_int_equal(value, expected);
		for (size_t i = 0; i < len; i++) {
			memcpy(copy, text, sizeof(text));
			copy[i] = i % 2 == 0 ? '/' : ':';
			assert_false(digits_read(&value, copy, len));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_end), cmocka_unit_test(test_read)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

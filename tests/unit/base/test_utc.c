/* Times as text, at the ends of what has one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/utc.h"

static void test_texts(void **state)
{
	static const struct {
		int64_t seconds;
		bool has_date;
		const char *text;
	} times[] = {
		{0, true, "1970-01-01T00:00:00Z"},
		{1795773600, true, "2026-11-27T10:00:00Z"},
		{-1, true, "1969-12-31T23:59:59Z"},
		{-62135596800, true, "0001-01-01T00:00:00Z"},
		{253402300799, true, "9999-12-31T23:59:59Z"},
		{253402300800, false, "@253402300800"},
		{-62167219201, false, "@-62167219201"},
		{INT64_MAX, false, "@9223372036854775807"},
		{INT64_MIN, false, "@-9223372036854775808"},
	};
	char text[UTC_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		assert_int_equal(utc_text(text, times[i].seconds), times[i].has_date);
		assert_string_equal(text, times[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Times as text, at the ends of what has one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

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
		{-62167219200, true, "0000-01-01T00:00:00Z"},
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

/* The C library's calendar, a day and an hour at a time, of all years with a text. */
static void test_calendar(void **state)
{
	char text[UTC_TEXT_SIZE], other[UTC_TEXT_SIZE];
	struct tm parts;

	(void)state;
	for (time_t at = -62167219200; at <= 253402300799; at += 90001) {
		assert_true(utc_text(text, at));
		assert_non_null(gmtime_r(&at, &parts));
		parts.tm_year += 1900;
		assert_int_equal(snprintf(other, sizeof(other), "%04d-%02d-%02dT%02d:%02d:%02dZ",
					 parts.tm_year, parts.tm_mon + 1, parts.tm_mday,
					 parts.tm_hour, parts.tm_min, parts.tm_sec),
			20);
		assert_string_equal(text, other);
	}
}

/* What is remembered of a day is not taken for another one. */
static void test_near(void **state)
{
	static const int64_t times[] = {1795773600, 1795773601, 1795823999, 1795824000, 1795773600,
		0, -1, 0, INT64_MAX, 1, -62167219200, 253402300799, 253402300799};
	struct utc_day last = {0};
	char text[UTC_TEXT_SIZE], other[UTC_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		assert_int_equal(utc_text_near(text, times[i], &last), utc_text(other, times[i]));
		assert_string_equal(text, other);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_calendar),
		cmocka_unit_test(test_near),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Points in time: what records hold and what the command line may say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "flowlog/instant.h"

/* 2026-03-01T12:34:56.789Z */
static const struct instant now = {1772368496, 789000000};

struct expected {
	const char *text;
	int64_t seconds;
	uint32_t nanoseconds;
};

/* Reads from a block of just the text's size, so that a checker sees more. */
static int read_exactly(struct instant *instant, const char *text,
	int (*read)(struct instant *, const char *, size_t))
{
	size_t len = strlen(text);
	char *copy = malloc(len > 0 ? len : 1);
	int result;

	assert_non_null(copy);
	memcpy(copy, text, len);
	result = read(instant, copy, len);
	free(copy);
	return result;
}

static int read_option(struct instant *instant, const char *text, size_t len)
{
	return instant_of_option(instant, text, len, &now);
}

static void check_good(const struct expected *expected, size_t count,
	int (*read)(struct instant *, const char *, size_t))
{
	struct instant got;

	for (size_t i = 0; i < count; i++) {
		if (read_exactly(&got, expected[i].text, read) < 0)
			fail_msg("refused: %s", expected[i].text);
		if (got.seconds != expected[i].seconds ||
			got.nanoseconds != expected[i].nanoseconds)
			fail_msg("%s: got %lld.%09u", expected[i].text, (long long)got.seconds,
				got.nanoseconds);
	}
}

static void check_bad(
	const char *const *texts, size_t count, int (*read)(struct instant *, const char *, size_t))
{
	struct instant got;

	for (size_t i = 0; i < count; i++) {
		if (read_exactly(&got, texts[i], read) == 0)
			fail_msg("accepted: %s", texts[i]);
	}
}

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static void test_record_good(void **state)
{
	static const struct expected list[] = {
		{"1970-01-01T00:00:00Z", 0, 0},
		{"1970-01-01T00:00:00.000000001Z", 0, 1},
		{"1969-12-31T23:59:59.5Z", -1, 500000000},
		{"2023-07-11T20:42:24.573Z", 1689108144, 573000000},
		{"2026-05-09T00:37:43Z", 1778287063, 0},
		{"2026-05-09t00:37:43z", 1778287063, 0},
		{"2024-02-29T23:59:59.684031044Z", 1709251199, 684031044},
		{"2000-02-29T00:00:00Z", 951782400, 0},
		{"2026-05-09T02:37:43+02:00", 1778287063, 0},
		{"2026-05-08T19:07:43.25-05:30", 1778287063, 250000000},
		{"2026-05-09T00:37:43-00:00", 1778287063, 0},
		{"2016-12-31T23:59:60Z", 1483228800, 0},
		{"2016-12-31T23:59:60.75Z", 1483228800, 750000000},
		{"0001-01-01T00:00:00Z", -62135596800, 0},
		{"9999-12-31T23:59:59.999999999Z", 253402300799, 999999999},
	};

	(void)state;
	check_good(list, COUNT(list), instant_of_record);
}

static void test_record_bad(void **state)
{
	static const char *const list[] = {"", "Z", "2026-05-09", "2026-05-09T00:37:43",
		"2026-05-09 00:37:43Z", "2026-05-09T00:37Z", "2026-05-09T00:37:43.Z",
		"2026-05-09T00:37:43.1234567890Z", "2026-05-09T00:37:43,5Z",
		"2026-05-09T00:37:43ZZ", "2026-05-09T00:37:43Z ", " 2026-05-09T00:37:43Z",
		"2026-05-09T24:00:00Z", "2026-05-09T00:60:00Z", "2026-05-09T00:00:61Z",
		"2026-13-09T00:00:00Z", "2026-00-09T00:00:00Z", "2026-04-31T00:00:00Z",
		"2026-01-00T00:00:00Z", "2026-01-32T00:00:00Z", "2023-02-29T00:00:00Z",
		"1900-02-29T00:00:00Z", "0000-01-01T00:00:00Z", "2026-05-09T00:37:43+2:00",
		"2026-05-09T00:37:43+0200", "2026-05-09T00:37:43+02", "2026-05-09T00:37:43+24:00",
		"2026-05-09T00:37:43+02:60", "2026-05-09T00:37:43+02:0x",
		"2026-05-09T00:37:43 02:00", "-026-05-09T00:37:43Z", "2026/05/09T00:37:43Z",
		"2026-05-09T00-37-43Z", "20x6-05-09T00:37:43Z", "2026-0x-09T00:37:43Z",
		"2026-05-09T0x:37:43Z", "1772368496", "now", "30d"};

	(void)state;
	check_bad(list, COUNT(list), instant_of_record);
}

/* Each cut of a good text is refused, without a byte read behind it. */
static void test_record_cut(void **state)
{
	const char *whole = "2026-05-09T00:37:43.123456789+02:00";
	struct instant got;
	char cut[64];

	(void)state;
	for (size_t len = 0; len < strlen(whole); len++) {
		memcpy(cut, whole, len);
		cut[len] = '\0';
		assert_int_equal(read_exactly(&got, cut, instant_of_record), -1);
	}
	assert_int_equal(read_exactly(&got, whole, instant_of_record), 0);
}

/* Every day of nine centuries, against the C library. */
static void test_record_calendar(void **state)
{
	struct instant got;
	struct tm tm;
	char text[32];
	time_t at;

	(void)state;
	for (at = -12622780800; at < 15778800000; at += 86400) {
		assert_non_null(gmtime_r(&at, &tm));
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
		assert_int_equal(instant_of_record(&got, text, strlen(text)), 0);
		assert_int_equal(got.seconds, at);
	}
}

static void test_epoch(void **state)
{
	static const struct expected good[] = {
		{"0", 0, 0},
		{"1689108090", 1689108090, 0},
		{"0001689108090", 1689108090, 0},
		{"-1", -1, 0},
		{"9223372036854775807", INT64_MAX, 0},
	};
	static const char *const bad[] = {"", "-", "+1", " 1", "1 ", "1.0", "1e9", "--1", "0x10",
		"9223372036854775808", "9999999999999999999", "00000000000000000001", "\"1\""};

	(void)state;
	check_good(good, COUNT(good), instant_of_epoch);
	check_bad(bad, COUNT(bad), instant_of_epoch);
}

static void test_option_absolute(void **state)
{
	static const struct expected list[] = {
		{"2026-05-09", 1778284800, 0},
		{"2026-05-09T00:37", 1778287020, 0},
		{"2026-05-09 00:37:43", 1778287063, 0},
		{"2026-05-09T00:37:43.5", 1778287063, 500000000},
		{"2026-05-09T00:37:43Z", 1778287063, 0},
		{"2026-05-09 02:37:43+02:00", 1778287063, 0},
		{"2026-05-09T02:37+02:00", 1778287020, 0},
		{"2026-05-09T00:37:43.1234567899999Z", 1778287063, 123456789},
		{"2016-12-31T23:59:60Z", 1483228800, 0},
		{"@0", 0, 0},
		{"@1778287063", 1778287063, 0},
		{"@1778287063.25", 1778287063, 250000000},
		{"@-1.25", -2, 750000000},
		{"@-86400", -86400, 0},
	};

	(void)state;
	check_good(list, COUNT(list), read_option);
}

static void test_option_relative(void **state)
{
	static const struct expected list[] = {
		{"now", 1772368496, 789000000},
		{"today", 1772323200, 0},
		{"yesterday", 1772236800, 0},
		{"0d", 1772368496, 789000000},
		{"30d", 1769776496, 789000000},
		{"12h", 1772325296, 789000000},
		{"90m", 1772363096, 789000000},
		{"45s", 1772368451, 789000000},
		{"2w", 1771158896, 789000000},
		{"1d12h", 1772238896, 789000000},
		{"2 days ago", 1772195696, 789000000},
		{"1 day ago", 1772282096, 789000000},
		{"3 hours  ago", 1772357696, 789000000},
		{"5 minutes ago", 1772368196, 789000000},
		{"5 min ago", 1772368196, 789000000},
		{"1 second ago", 1772368495, 789000000},
		{"1 weeks ago", 1771763696, 789000000},
		{"2 d ago", 1772195696, 789000000},
		{"30days", 1769776496, 789000000},
		{"30 days", 1769776496, 789000000},
		{"30  d", 1769776496, 789000000},
		{"1 week", 1771763696, 789000000},
		{"90min", 1772363096, 789000000},
		{"1 day 12 hours", 1772238896, 789000000},
		{"1day12h", 1772238896, 789000000},
		{"30d ago", 1769776496, 789000000},
	};

	(void)state;
	check_good(list, COUNT(list), read_option);
}

static void test_option_before_1970(void **state)
{
	const struct instant before = {-1, 5};
	struct instant got;

	(void)state;
	assert_int_equal(instant_of_option(&got, "today", 5, &before), 0);
	assert_int_equal(got.seconds, -86400);
	assert_int_equal(got.nanoseconds, 0);
}

static int read_bound(struct instant *instant, const char *text, size_t len)
{
	return instant_of_bound(instant, text, len, &now);
}

static void test_bound(void **state)
{
	static const struct expected list[] = {
		{"1970-01-01T00:00:01.1234567891Z", 1, 123456790},
		{"1970-01-01T00:00:01.1234567890Z", 1, 123456789},
		{"1970-01-01T00:00:01.123456789Z", 1, 123456789},
		{"1970-01-01T00:00:01.12345678900000000000001", 1, 123456790},
		{"1970-01-01T00:00:01.9999999999Z", 2, 0},
		{"1970-01-01T00:00:59.9999999991-00:01", 120, 0},
		{"1970-01-01T00:00:01.1234+05:45", -20699, 123400000},
		{"@1.0000000001", 1, 1},
		{"@-1.0000000001", -1, 0},
		{"@-1.5000000001", -2, 500000000},
		{"@-0.0000000001", 0, 0},
		{"1970-01-02", 86400, 0},
	};

	(void)state;
	check_good(list, COUNT(list), read_bound);
}

static void test_option_bad(void **state)
{
	static const char *const list[] = {"", " ", "d", "30", "30x", "d30", "30d ", " 30d", "1d12",
		"-1d", "+1d", "1.5d", "30D", "99999999999999999999d", "9223372036854775807w",
		"9223372036854775807s9223372036854775807s", "Today", "NOW", "tomorrow", "days",
		"days ago", "30 days ", "1d 12h ago", "30 months", "30 day s", "30dayss", "2 ds",
		"ago", "2 ago", "1d ago ago", "2 days 3", "2 days, 3 hours", "30 Days",
		"2 months ago", "2 year ago", "2 days agoo", "2 day sago", "2 ss ago",
		"two days ago", "9223372036854775807 weeks ago", "@", "@x", "@1x", "@1.", "@1.x",
		"@99999999999999999999", "@--1", "2026-02-30", "2026-05", "2026-05-09T",
		"2026-05-09X00:37:43", "2026-05-09T25:00", "2026-05-09T00",
		"2026-05-09T00:37:", "2026-05-09T00:37:43.", "2026-05-09T00:37:43.Z",
		"2026-05-09T00:37:43 Z", "2026-05-09 ", "1778287063", "0x2026-05-09"};

	(void)state;
	check_bad(list, COUNT(list), read_option);
}

static void test_compare(void **state)
{
	const struct instant a = {1, 5}, b = {1, 6}, c = {-2, 9};

	(void)state;
	assert_true(instant_compare(&a, &b) < 0);
	assert_true(instant_compare(&b, &a) > 0);
	assert_true(instant_compare(&c, &a) < 0);
	assert_true(instant_compare(&a, &c) > 0);
	assert_int_equal(instant_compare(&a, &a), 0);
}

static void test_now(void **state)
{
	struct instant first = instant_now(), second = instant_now();

	(void)state;
	assert_true(first.seconds > 1700000000);
	assert_true(first.nanoseconds < 1000000000);
	assert_true(second.nanoseconds < 1000000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_record_good),
		cmocka_unit_test(test_record_bad),
		cmocka_unit_test(test_record_cut),
		cmocka_unit_test(test_record_calendar),
		cmocka_unit_test(test_epoch),
		cmocka_unit_test(test_option_absolute),
		cmocka_unit_test(test_option_relative),
		cmocka_unit_test(test_option_before_1970),
		cmocka_unit_test(test_bound),
		cmocka_unit_test(test_option_bad),
		cmocka_unit_test(test_compare),
		cmocka_unit_test(test_now),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

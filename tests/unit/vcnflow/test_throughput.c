/* The progress line: what it says, how wide it is, and that it goes away. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../capture.h"
#include "base/msg.h"
#include "vcnflow/throughput.h"

#define GIB ((uint64_t)1 << 30)

static struct progress_line built;

static const char *line(
	size_t width, int64_t total, uint64_t bytes_in, uint64_t records, double seconds)
{
	const struct throughput_sample sample = {total, bytes_in, records, seconds};

	progress_line_begin(&built);
	built.width = width;
	throughput_line(&built, &sample);
	assert_int_equal(built.len, strlen(built.text));
	assert_true(built.len <= width);
	return built.text;
}

static void test_whole_line(void **state)
{
	(void)state;
	assert_string_equal(line(79, 4 * (int64_t)GIB, GIB, 1000000, 2),
		" 25%  1.0 GiB  512 MiB/s  0:06 left  1000000 records");
	assert_string_equal(line(79, -1, GIB, 7, 2), "1.0 GiB  512 MiB/s  7 records");
	assert_string_equal(line(79, -1, 0, 0, 0), "0 B  0 records");
	assert_string_equal(line(79, 0, 0, 0, 5), "0 B  0 records");
}

/* A file that grows while it is read is never more than done. */
static void test_too_much(void **state)
{
	(void)state;
	assert_string_equal(
		line(79, 1000, 3000, 1, 1), "100%  2.9 KiB  2.9 KiB/s  0:00 left  1 record");
}

static void test_long_times(void **state)
{
	(void)state;
	assert_non_null(strstr(line(79, 7200, 100, 1, 50), "59:10 left"));
	assert_non_null(strstr(line(79, 7300, 100, 1, 50), "1:00:00 left"));
	assert_non_null(strstr(line(79, 1000000, 1, 1, 1), "11 days left"));
	line(PROGRESS_LINE_SIZE - 1, INT64_MAX, 1, UINT64_MAX, 1e18);
	line(PROGRESS_LINE_SIZE - 1, -1, UINT64_MAX, UINT64_MAX, 1);
}

/* Parts are left out from the end, never cut. */
static void test_narrow(void **state)
{
	static const char whole[] = " 25%  1.0 GiB  512 MiB/s  0:06 left  1000000 records";

	(void)state;
	for (size_t width = 0; width < 200; width++) {
		line(width, 4 * (int64_t)GIB, GIB, 1000000, 2);
		assert_memory_equal(built.text, whole, strlen(built.text));
		assert_true(built.text[0] == '\0' || whole[strlen(built.text)] == '\0' ||
			    memcmp(whole + strlen(built.text), "  ", 2) == 0);
	}
	assert_string_equal(line(12, 4 * (int64_t)GIB, GIB, 1, 2), " 25%");
	assert_string_equal(line(3, 4 * (int64_t)GIB, GIB, 1, 2), "");
}

static void test_width(void **state)
{
	(void)state;
	assert_int_equal(progress_width(-1, NULL), 79);
	assert_int_equal(progress_width(-1, ""), 79);
	assert_int_equal(progress_width(-1, "0"), 79);
	assert_int_equal(progress_width(-1, "x"), 79);
	assert_int_equal(progress_width(-1, "-5"), 79);
	assert_int_equal(progress_width(-1, "40"), 39);
	assert_int_equal(progress_width(-1, "1"), 0);
}

static void test_off(void **state)
{
	(void)state;
	capture_begin(STDERR_FILENO);
	throughput_update(1, 1);
	progress_hide();
	progress_end();
	assert_string_equal(capture_end(), "");
}

/* A message takes the line off first, and so does the end. */
static void test_drawn(void **state)
{
	(void)state;
	setenv("COLUMNS", "60", 1);
	capture_begin(STDERR_FILENO);
	throughput_begin(-1);
	throughput_update(2048, 3);
	msg_error("something");
	progress_end();
	msg_error("more");
	assert_string_equal(capture_end(), "\r2.0 KiB  3 records"
					   "\r                  \rvcnflow: something\n"
					   "vcnflow: more\n");
}

static void test_end_erases(void **state)
{
	(void)state;
	setenv("COLUMNS", "9", 1);
	capture_begin(STDERR_FILENO);
	throughput_begin(-1);
	throughput_update(2048, 3);
	progress_end();
	throughput_update(4096, 6);
	progress_end();
	assert_string_equal(capture_end(), "\r2.0 KiB\r       \r");
}

/* Updates that follow each other at once do not all draw. */
static void test_rate(void **state)
{
	const char *at;
	size_t drawn = 0;

	(void)state;
	unsetenv("COLUMNS");
	capture_begin(STDERR_FILENO);
	throughput_begin(-1);
	for (uint64_t i = 0; i < 200; i++)
		throughput_update(i, i);
	progress_end();
	for (at = capture_end(); (at = strchr(at, '\r')) != NULL; at++)
		drawn++;
	assert_true(drawn >= 3 && drawn < 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole_line),
		cmocka_unit_test(test_too_much),
		cmocka_unit_test(test_long_times),
		cmocka_unit_test(test_narrow),
		cmocka_unit_test(test_width),
		cmocka_unit_test(test_off),
		cmocka_unit_test(test_drawn),
		cmocka_unit_test(test_end_erases),
		cmocka_unit_test(test_rate),
	};

	msg_program("vcnflow");
	return cmocka_run_group_tests(tests, NULL, NULL);
}

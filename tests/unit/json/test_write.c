/* Strings as JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "json/write.h"

static void assert_written(const char *text, size_t len, const char *expected)
{
	struct bytes out = BYTES_INIT(1000);

	assert_int_equal(bytes_append_text(&out, "x"), 0);
	assert_int_equal(json_write_string(&out, text, len), 0);
	assert_int_equal(out.len, strlen(expected) + 1);
	assert_memory_equal(out.data + 1, expected, strlen(expected));
	bytes_free(&out);
}

static void test_plain(void **state)
{
	(void)state;
	assert_written("", 0, "\"\"");
	assert_written("a b/c", 5, "\"a b/c\"");
	assert_written("\x7f\xc3\xa9\xf0\x9f\x98\x80", 7, "\"\x7f\xc3\xa9\xf0\x9f\x98\x80\"");
	assert_written("\xe2\x80\xa8", 3, "\"\xe2\x80\xa8\"");
}

static void test_escapes(void **state)
{
	(void)state;
	assert_written("\"", 1, "\"\\\"\"");
	assert_written("a\\b", 3, "\"a\\\\b\"");
	assert_written("\b\f\n\r\t", 5, "\"\\b\\f\\n\\r\\t\"");
	assert_written("\0\x01\x1f", 3, "\"\\u0000\\u0001\\u001f\"");
	assert_written("\x0b\x0e", 2, "\"\\u000b\\u000e\"");
}

/* Each byte alone: escaped below a space, and otherwise as it is. */
static void test_each_byte(void **state)
{
	(void)state;
	for (int c = 0x20; c < 0x80; c++) {
		char byte = (char)c;
		char expected[8];

		if (c == '"' || c == '\\')
			continue;
		snprintf(expected, sizeof(expected), "\"%c\"", c);
		assert_written(&byte, 1, expected);
	}
}

/* At each maximum that is too small the string is refused, not cut. */
static void test_maximum(void **state)
{
	static const char text[] = "ab\n\x01"
				   "c";
	size_t needed = strlen("\"ab\\n\\u0001c\"");

	(void)state;
	for (size_t max = 0; max <= needed; max++) {
		struct bytes out = BYTES_INIT(max);
		int result = json_write_string(&out, text, strlen(text));

		assert_int_equal(result, max < needed ? -1 : 0);
		bytes_free(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_escapes),
		cmocka_unit_test(test_each_byte),
		cmocka_unit_test(test_maximum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

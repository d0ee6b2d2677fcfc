/* Growing runs of bytes: what is appended stands there, the maximum holds. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"

/* Under AddressSanitizer a refused allocation gives null, as elsewhere. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

static void assert_holds(const struct bytes *bytes, const char *text)
{
	assert_int_equal(bytes->len, strlen(text));
	assert_memory_equal(bytes->data, text, strlen(text));
}

static void appends_in_order(void **state)
{
	struct bytes bytes = BYTES_INIT(100);

	(void)state;
	assert_int_equal(bytes_append(&bytes, NULL, 0), 0);
	assert_null(bytes.data);
	assert_int_equal(bytes_append(&bytes, "abc", 3), 0);
	assert_int_equal(bytes_append_char(&bytes, '-'), 0);
	assert_int_equal(bytes_append_text(&bytes, "def"), 0);
	assert_holds(&bytes, "abc-def");
	bytes_clear(&bytes);
	assert_int_equal(bytes.len, 0);
	assert_int_equal(bytes_append_text(&bytes, "x"), 0);
	assert_holds(&bytes, "x");
	bytes_free(&bytes);
	assert_null(bytes.data);
	assert_int_equal(bytes.cap, 0);
	assert_int_equal(bytes.max, 100);
}

static void writes_numbers(void **state)
{
	static const struct {
		uint64_t value;
		const char *text;
	} cases[] = {
		{0, "0"},
		{7, "7"},
		{10, "10"},
		{4294967296, "4294967296"},
		{UINT64_MAX, "18446744073709551615"},
	};
	struct bytes bytes = BYTES_INIT(100);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bytes_clear(&bytes);
		assert_int_equal(bytes_append_number(&bytes, cases[i].value), 0);
		assert_holds(&bytes, cases[i].text);
	}
	bytes_free(&bytes);
}

static void stops_at_the_maximum(void **state)
{
	struct bytes bytes = BYTES_INIT(1000);

	(void)state;
	for (int i = 0; i < 1000; i++)
		assert_int_equal(bytes_append_char(&bytes, (char)i), 0);
	errno = 0;
	assert_int_equal(bytes_append_char(&bytes, 'x'), -1);
	assert_int_equal(errno, EFBIG);
	assert_int_equal(bytes.len, 1000);
	assert_int_equal(bytes.cap, 1000);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(bytes.data[i], (char)i);
	assert_int_equal(bytes_reserve(&bytes, 0), 0);
	assert_int_equal(bytes_reserve(&bytes, SIZE_MAX), -1);
	bytes_free(&bytes);
	assert_int_equal(bytes_reserve(&bytes, 1001), -1);
	assert_null(bytes.data);
}

static void reserves_without_changing(void **state)
{
	struct bytes bytes = BYTES_INIT(100000);

	(void)state;
	assert_int_equal(bytes_append_text(&bytes, "kept"), 0);
	assert_int_equal(bytes_reserve(&bytes, 70000), 0);
	assert_true(bytes.cap - bytes.len >= 70000);
	assert_holds(&bytes, "kept");
	bytes_free(&bytes);
}

static void refuses_what_memory_lacks(void **state)
{
	struct bytes bytes = BYTES_INIT(SIZE_MAX);

	(void)state;
	assert_int_equal(bytes_append_text(&bytes, "kept"), 0);
	errno = 0;
	assert_int_equal(bytes_reserve(&bytes, (size_t)1 << 48), -1);
	assert_int_equal(errno, ENOMEM);
	assert_holds(&bytes, "kept");
	bytes_free(&bytes);
}

/* Of each length, with each byte another one, and no byte after the end read. */
static void compares_all_bytes(void **state)
{
	(void)state;
	for (size_t len = 0; len < 100; len++) {
		char *a = malloc(len == 0 ? 1 : len), *b = malloc(len == 0 ? 1 : len);

		memset(a, 'x', len);
		memset(b, 'x', len);
		assert_true(bytes_are_same(a, b, len));
		for (size_t at = 0; at < len; at++) {
			b[at] = (char)('x' ^ 1 << at % 8);
			assert_false(bytes_are_same(a, b, len));
			b[at] = 'x';
		}
		free(a);
		free(b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(appends_in_order),
		cmocka_unit_test(writes_numbers),
		cmocka_unit_test(stops_at_the_maximum),
		cmocka_unit_test(reserves_without_changing),
		cmocka_unit_test(refuses_what_memory_lacks),
		cmocka_unit_test(compares_all_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

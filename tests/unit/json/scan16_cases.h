/* Cases for json/scan16.h, which is included before: each byte at each place.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_scan(void **state)
{
	char other[SCAN16];

	(void)state;
	for (unsigned at = 0; at < SCAN16; at++) {
		for (int byte = 0; byte < 256; byte++) {
			int special = byte < 0x20 || byte > 0x7f || byte == '"' || byte == '\\';
			int digit = byte >= '0' && byte <= '9';

			memset(other, '5', sizeof other);
			other[at] = (char)byte;
			assert_int_equal(scan16_special(other), special ? 1u << at : 0);
			assert_int_equal(scan16_not_digit(other), digit ? 0 : 1u << at);
		}
	}
}

/* Ranges of one byte, of digits, and beyond ASCII; all but one byte fit. */
static void test_fit(void **state)
{
	static const unsigned char ranges[][2] = {
		{'5', '5'}, {'0', '9'}, {'1', '9'}, {0x23, 0x7f}, {0, 255}};
	char text[2 * SCAN16], least[2 * SCAN16], most[2 * SCAN16];

	(void)state;
	for (size_t r = 0; r < sizeof ranges / sizeof ranges[0]; r++) {
		memset(least, ranges[r][0], sizeof least);
		memset(most, ranges[r][1], sizeof most);
		for (unsigned i = 0; i < SCAN16 * 256; i++) {
			unsigned at = i / 256, byte = i % 256;
			bool fits = byte >= ranges[r][0] && byte <= ranges[r][1] && byte != '\\';

			memset(text, '5', sizeof text);
			text[at] = (char)byte;
			assert_int_equal(scan16_fit(text, least, most),
				fits ? SCAN16_ALL : SCAN16_ALL ^ 1u << at);
			assert_int_equal(scan16_two_fit(text, least, most, 5), fits);
			memset(text, '5', sizeof text);
			text[5 + at] = (char)byte;
			assert_int_equal(scan16_two_fit(text, least, most, 5), fits);
		}
	}
}

/* Each byte of runs around the steps of 32, and none behind them. */
static void test_long_runs(void **state)
{
	static const char bad[] = {'"', '\\', '\x80', 0};
	char text[140], least[140], most[140];

	(void)state;
	if (!scan32_is_there())
		skip();
	memset(least, 0x23, sizeof least);
	memset(most, 0x7f, sizeof most);
	for (size_t len = SCAN32; len < sizeof text; len++) {
		memset(text, '"', sizeof text);
		memset(text, '5', len);
		assert_true(scan32_all_fit(text, least, most, len));
		for (size_t at = 0; at < len; at++) {
			for (size_t i = 0; i < sizeof bad; i++) {
				text[at] = bad[i];
				assert_false(scan32_all_fit(text, least, most, len));
			}
			text[at] = '\x7f';
			assert_true(scan32_all_fit(text, least, most, len));
		}
	}
}

/* What ends a string among 32 bytes, and which of them alone are judged. */
static void test_scan_by_32(void **state)
{
	char text[SCAN32], least[SCAN32], most[SCAN32];

	(void)state;
	if (!scan32_is_there())
		skip();
	memset(least, 0x23, sizeof least);
	memset(most, 0x7f, sizeof most);
	for (unsigned i = 0; i < SCAN32 * 256; i++) {
		unsigned at = i / 256, byte = i % 256;
		bool special = byte < 0x20 || byte > 0x7f || byte == '"' || byte == '\\';
		bool fits = byte >= 0x23 && byte <= 0x7f && byte != '\\';

		memset(text, '5', sizeof text);
		text[at] = (char)byte;
		assert_int_equal(scan32_special(text), special ? 1u << at : 0);
		for (unsigned len = 0; len <= SCAN32; len++)
			assert_int_equal(
				scan32_first_fit(text, least, most, len), len <= at || fits);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_scan), cmocka_unit_test(test_fit),
		cmocka_unit_test(test_long_runs), cmocka_unit_test(test_scan_by_32)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

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
	char text[SCAN16], other[SCAN16];

	(void)state;
	memset(text, '5', sizeof text);
	for (unsigned at = 0; at < SCAN16; at++) {
		for (int byte = 0; byte < 256; byte++) {
			int special = byte < 0x20 || byte > 0x7f ||
				      byte == '"' || byte == '\\';
			int digit = byte >= '0' && byte <= '9';

			memset(other, '5', sizeof other);
			other[at] = (char)byte;
			assert_int_equal(
				scan16_special(other), special ? 1u << at : 0);
			assert_int_equal(
				scan16_not_digit(other), digit ? 0 : 1u << at);
			assert_int_equal(scan16_equal(text, other),
				byte == '5' ? SCAN16_ALL
					    : SCAN16_ALL ^ 1u << at);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_scan)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

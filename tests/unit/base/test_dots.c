/* Dots among digits, each byte at each place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/dots.h"

static void assert_dots(const char bytes[16], unsigned dots)
{
	uint64_t halves[2];

	memcpy(halves, bytes, sizeof(halves));
	assert_int_equal(dots_find(halves[0], halves[1]), dots);
	assert_int_equal(dots_find_by_eight(halves[0], halves[1]), dots);
}

static void test_each_byte(void **state)
{
	static const char neighbours[] = "059";
	char bytes[16];

	(void)state;
	for (size_t neighbour = 0; neighbours[neighbour] != '\0'; neighbour++) {
		for (size_t at = 0; at < sizeof(bytes); at++) {
			for (int byte = 0; byte < 256; byte++) {
				size_t other = (at + 5) % sizeof(bytes);
				bool fits = byte == '.' || (byte >= '0' && byte <= '9');
				unsigned dots = 1u << other | (byte == '.' ? 1u << at : 0);

				memset(bytes, neighbours[neighbour], sizeof(bytes));
				bytes[at] = (char)byte;
				bytes[other] = '.';
				assert_dots(bytes, fits ? dots : 0);
			}
		}
	}
}

static void test_each_pattern(void **state)
{
	char bytes[16];

	(void)state;
	for (unsigned dots = 0; dots < 1u << sizeof(bytes); dots++) {
		for (size_t at = 0; at < sizeof(bytes); at++)
			bytes[at] = (dots >> at & 1) != 0 ? '.' : (char)('0' + (at + dots) % 10);
		assert_dots(bytes, dots);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_byte), cmocka_unit_test(test_each_pattern)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

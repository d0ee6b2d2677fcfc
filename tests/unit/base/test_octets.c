/* Four octets read at once: each text of octets of all lengths, each byte at each place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>

#include <cmocka.h>

#include "base/octets.h"

OCTETS_TARGET static void compare(const char *text, size_t len)
{
	char *tight = malloc(len); /* so that a byte too many is seen */
	struct in_addr expected;
	uint32_t bits = 0;
	char copy[32] = "";
	bool is_address;

	memcpy(copy, text, len);
	memcpy(tight, text, len);
	is_address = strlen(copy) == len && inet_pton(AF_INET, copy, &expected);
	assert_int_equal(octets_read(&bits, tight, len), is_address);
	if (is_address)
		assert_int_equal(bits, ntohl(expected.s_addr));
	free(tight);
}

static void compare_changed(const char *text, size_t len)
{
	char changed[32];

	for (size_t at = 0; at < len; at++) {
		for (int byte = 0; byte < 256; byte++) {
			memcpy(changed, text, len);
			changed[at] = (char)byte;
			compare(changed, len);
		}
	}
}

/* Each number of digits of each octet has a pattern, and no two have the same. */
static void test_patterns(void **state)
{
	static const char *const octets[] = {
		"0", "9", "10", "99", "100", "255", "256", "00", "010"};
	const size_t count = sizeof(octets) / sizeof(octets[0]);

	(void)state;
	if (!octets_are_there())
		skip();
	for (size_t i = 0; i < count * count * count * count; i++) {
		char text[32];
		int len = snprintf(text, sizeof(text), "%s.%s.%s.%s", octets[i % count],
			octets[i / count % count], octets[i / count / count % count],
			octets[i / count / count / count]);

		if ((size_t)len >= OCTETS_LEAST)
			compare(text, (size_t)len);
	}
}

static void test_each_byte(void **state)
{
	static const char *const texts[] = {"10.2.3.4", "1.2.3.45", "1.22.33.4", "10.200.30.123",
		"192.168.100.200", "255.255.255.255", "1.1.1.100"};

	(void)state;
	if (!octets_are_there())
		skip();
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		compare_changed(texts[i], strlen(texts[i]));
}

/* Dots and digits in any order. */
static void test_each_order(void **state)
{
	char text[OCTETS_MOST];

	(void)state;
	if (!octets_are_there())
		skip();
	for (size_t len = OCTETS_LEAST; len <= OCTETS_MOST; len++) {
		for (unsigned dots = 0; dots < 1u << len; dots++) {
			for (size_t at = 0; at < len; at++)
				text[at] = (dots >> at & 1) != 0 ? '.' : '1';
			compare(text, len);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_patterns),
		cmocka_unit_test(test_each_byte), cmocka_unit_test(test_each_order)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Names and numbers of protocols. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/protocol.h"

static void test_protocols(void **state)
{
	static const struct {
		const char *text;
		int number;
	} protocols[] = {
		{"tcp", 6},
		{"TCP", 6},
		{"icmpv6", 58},
		{"0", 0},
		{"255", 255},
		{"006", 6},
		{"256", -1},
		{"99999999999999999999", -1},
		{"", -1},
		{"tc", -1},
		{"tcpx", -1},
		{"6 ", -1},
		{"-1", -1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++)
		assert_int_equal(protocol_parse(protocols[i].text, strlen(protocols[i].text)),
			protocols[i].number);
	assert_int_equal(protocol_parse("tcp,udp", 3), 6);
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(protocol_name(6), "tcp");
	assert_string_equal(protocol_name(58), "icmpv6");
	assert_null(protocol_name(0));
	assert_null(protocol_name(256));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_protocols),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

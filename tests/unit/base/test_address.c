/* Addresses and prefixes from text and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>

#include <cmocka.h>

#include "base/address.h"

static struct address parsed(const char *text)
{
	struct address address;

	if (address_parse(&address, text, strlen(text)) != 0)
		assert_int_equal(address.family, ADDRESS_NONE);
	return address;
}

static void assert_address(const char *text, uint8_t family, uint64_t high, uint64_t low)
{
	struct address address = parsed(text);

	assert_int_equal(address.family, family);
	assert_true(address.high == high);
	assert_true(address.low == low);
}

static void test_ipv4(void **state)
{
	(void)state;
	assert_address("0.0.0.0", ADDRESS_IPV4, 0, 0);
	assert_address("10.0.0.201", ADDRESS_IPV4, 0x0a0000c900000000, 0);
	assert_address("255.255.255.255", ADDRESS_IPV4, 0xffffffff00000000, 0);
}

/* The same at the end of an IPv6 address, where octets are read as any processor can. */
static void compare_embedded(const char *text, size_t len, const struct in_addr *expected)
{
	char copy[64];
	int copy_len = snprintf(copy, sizeof(copy), "::ffff:%.*s", (int)len, text);
	struct address address;

	/* with a colon it may be one all the same, or be cut by a NUL */
	if (memchr(text, ':', len) != NULL || memchr(text, '\0', len) != NULL)
		return;
	(void)address_parse(&address, copy, (size_t)copy_len);
	assert_int_equal(address.family == ADDRESS_IPV6, expected != NULL);
	if (expected != NULL)
		assert_int_equal(address.low & UINT32_MAX, ntohl(expected->s_addr));
}

/* A text is the IPv4 address that inet_pton(3) takes it for, or none. */
static void compare_ipv4(const char *text, size_t len)
{
	char copy[32] = "";
	char *tight = malloc(len + 1); /* so that a byte too many is seen */
	struct address address;
	struct in_addr expected;
	bool is_address;

	memcpy(copy, text, len);
	memcpy(tight, text, len);
	tight = realloc(tight, len == 0 ? 1 : len);
	is_address = strlen(copy) == len && inet_pton(AF_INET, copy, &expected);
	(void)address_parse(&address, tight, len);
	assert_int_equal(address.family == ADDRESS_IPV4, is_address);
	if (is_address)
		assert_int_equal(address.high >> 32, ntohl(expected.s_addr));
	compare_embedded(text, len, is_address ? &expected : NULL);
	free(tight);
}

/* Octets of all lengths, each byte replaced, left out and doubled. */
static void test_ipv4_bytes(void **state)
{
	static const char *const octets[] = {
		"0", "7", "10", "99", "100", "255", "256", "00", "1000", ""};
	size_t count = sizeof octets / sizeof octets[0];

	(void)state;
	for (size_t i = 0; i < count * count * count * count; i++) {
		char text[32];
		int len = snprintf(text, sizeof text, "%s.%s.%s.%s", octets[i % count],
			octets[i / count % count], octets[i / count / count % count],
			octets[i / count / count / count]);

		compare_ipv4(text, (size_t)len);
		for (int at = 0; i % 7 == 0 && at < len; at++) {
			char changed[32];

			memcpy(changed, text, (size_t)len);
			changed[at] = (char)(i / 7 * 11 % 256);
			compare_ipv4(changed, (size_t)len);
			memmove(changed + at, text + at + 1, (size_t)(len - at - 1));
			compare_ipv4(changed, (size_t)len - 1);
		}
	}
	for (int byte = 0; byte < 256; byte++) {
		for (size_t at = 0; at < 13; at++) {
			char text[] = "10.200.30.123";

			text[at] = (char)byte;
			compare_ipv4(text, 13);
		}
	}
}

static void test_ipv6(void **state)
{
	(void)state;
	assert_address("::", ADDRESS_IPV6, 0, 0);
	assert_address("::1", ADDRESS_IPV6, 0, 1);
	assert_address("1::", ADDRESS_IPV6, 0x0001000000000000, 0);
	assert_address("8222:91f5:88bb:2bf0:94a:e71b:65d3:4bd7", ADDRESS_IPV6, 0x822291f588bb2bf0,
		0x094ae71b65d34bd7);
	assert_address("2001:DB8::a:0", ADDRESS_IPV6, 0x20010db800000000, 0x00000000000a0000);
	assert_address("1:2:3:4:5:6:7::", ADDRESS_IPV6, 0x0001000200030004, 0x0005000600070000);
	assert_address("::2:3:4:5:6:7:8", ADDRESS_IPV6, 0x0000000200030004, 0x0005000600070008);
	assert_address("::ffff:10.0.0.1", ADDRESS_IPV6, 0, 0xffff0a000001);
	assert_address("1:2:3:4:5:6:1.2.3.4", ADDRESS_IPV6, 0x0001000200030004, 0x0005000601020304);
}

static void test_no_address(void **state)
{
	static const char *const bad[] = {"", " ", ".", ":", ":::", "10", "10.0.0", "10.0.0.",
		"10.0.0.1.", ".10.0.0.1", "10..0.1", "10.0.0.256", "10.0.0.1000", "10.0.0.01",
		"010.0.0.1", "00.0.0.0", "0x0a.0.0.1", "+1.0.0.1", "10.0.0.1 ", " 10.0.0.1",
		"10.0.0.1\n", "10,0,0,1", "18.162.xx.130", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9",
		"1:2:3:4:5:6:7:8::", "1:2:3:4::5:6:7:8", "::1:2:3:4:5:6:7:8", "1::2::3",
		":1:2:3:4:5:6:7:8",
		"1:2:3:4:5:6:7:", "1:2:3:4:5:6:7:8:", "12345::", "g::", "fe80::1%eth0", "::1/64",
		"1:2:3:4:5:6:7:1.2.3.4", "::1.2.3", "::1.2.3.256", "::1.2.3.4:5",
		"1.2.3.4::", "::01.2.3.4", "[::1]", "N/A", "-"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (parsed(bad[i]).family != ADDRESS_NONE)
			fail_msg("taken for an address: '%s'", bad[i]);
}

static void test_length_is_respected(void **state)
{
	struct address address;

	(void)state;
	assert_int_equal(address_parse(&address, "10.0.0.1234", 9), 0);
	assert_true(address.high == 0x0a00000c00000000);
	assert_int_equal(address_parse(&address, "10.0.0.1\0", 9), -1);
	assert_int_equal(address_parse(&address, NULL, 0), -1);
	assert_int_equal(address_parse(&address, "::1", 2), 0);
	assert_true(address.low == 0);
}

static struct prefix prefix_of(const char *text)
{
	struct prefix prefix;

	if (prefix_parse(&prefix, text, strlen(text)) != 0)
		fail_msg("no prefix: '%s'", text);
	return prefix;
}

static void assert_text(const char *from, const char *expected)
{
	struct prefix prefix = prefix_of(from);
	char text[PREFIX_TEXT_SIZE];

	assert_true(prefix_is_canonical(&prefix));
	assert_int_equal(prefix_text(text, &prefix), strlen(expected));
	assert_string_equal(text, expected);
}

static void test_prefix_text(void **state)
{
	(void)state;
	assert_text("10.0.0.0/8", "10.0.0.0/8");
	assert_text("10.0.0.5/16", "10.0.0.0/16");
	assert_text("1.2.3.4/32", "1.2.3.4/32");
	assert_text("255.255.255.255/0", "0.0.0.0/0");
	assert_text("255.255.255.255/31", "255.255.255.254/31");
	assert_text("::/0", "::/0");
	assert_text("::1/128", "::1/128");
	assert_text("FC00::/7", "fc00::/7");
	assert_text("ffff::/1", "8000::/1");
	assert_text("2603:c020:0:1:ff::1/64", "2603:c020:0:1::/64");
	assert_text("2603:c020:0:1:ff::1/65", "2603:c020:0:1::/65");
	assert_text("1:0:2:0:3:0:4:0/128", "1:0:2:0:3:0:4:0/128");
	assert_text("1:0:0:2:0:0:0:3/128", "1:0:0:2::3/128");
	assert_text("1:0:0:2:3:0:0:4/128", "1::2:3:0:0:4/128");
	assert_text("0:0:1:2:3:4:0:0/128", "::1:2:3:4:0:0/128");
	assert_text("1:2:3:4:5:6:7::/128", "1:2:3:4:5:6:7:0/128");
	assert_text("::ffff:10.1.2.3/120", "::ffff:10.1.2.0/120");
	assert_text("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128",
		"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128");
}

static void test_no_prefix(void **state)
{
	static const char *const bad[] = {"", "/", "10.0.0.0", "10.0.0.0/", "10.0.0.0/33",
		"10.0.0.0/08", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8 ", "10.0.0.0 /8",
		"10.0.0/8", "/8", "10.0.0.0/8/8", "10.0.0.0/255.0.0.0", "::/129", "::/", "::/1000",
		"::/0x10", "0/0", "any", "10.0.0.0/4294967304"};
	struct prefix prefix;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (prefix_parse(&prefix, bad[i], strlen(bad[i])) == 0)
			fail_msg("taken for a prefix: '%s'", bad[i]);
}

static void assert_holds(const char *prefix_text, const char *text, bool holds)
{
	struct prefix prefix = prefix_of(prefix_text);
	struct address address = parsed(text);

	if (prefix_holds(&prefix, &address) != holds)
		fail_msg("%s and %s", prefix_text, text);
}

static void test_holds(void **state)
{
	(void)state;
	assert_holds("10.0.0.0/8", "10.255.255.255", true);
	assert_holds("10.0.0.0/8", "11.0.0.0", false);
	assert_holds("0.0.0.0/0", "255.1.2.3", true);
	assert_holds("0.0.0.0/0", "::1", false);
	assert_holds("::/0", "10.0.0.1", false);
	assert_holds("::ffff:0:0/96", "10.0.0.1", false);
	assert_holds("1.2.3.4/32", "1.2.3.4", true);
	assert_holds("1.2.3.4/32", "1.2.3.5", false);
	assert_holds("fd00::/64", "fd00::ffff:0:0:0", true);
	assert_holds("fd00::/64", "fd00:0:0:1::", false);
	assert_holds("fd00::/65", "fd00::7fff:0:0:0", true);
	assert_holds("fd00::/65", "fd00::8000:0:0:0", false);
	assert_holds("fd00::1/128", "fd00::1", true);
	assert_holds("fd00::1/128", "fd00::2", false);
	assert_holds("::/0", "ffff::", true);
}

static void test_order(void **state)
{
	static const char *const sorted[] = {"0.0.0.0/0", "10.0.0.0/8", "10.0.0.0/16",
		"10.1.0.0/16", "200.0.0.0/8", "::/0", "::1/128", "fc00::/7", "fc00::1/128"};
	size_t count = sizeof(sorted) / sizeof(sorted[0]);

	(void)state;
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < count; j++) {
			struct prefix a = prefix_of(sorted[i]);
			struct prefix b = prefix_of(sorted[j]);
			int order = prefix_compare(&a, &b);

			assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
		}
}

static void test_not_canonical(void **state)
{
	static const struct prefix bad[] = {
		{0, 0, 0, 0, {0}},
		{0, 0, 5, 0, {0}},
		{0, 0, ADDRESS_IPV4, 33, {0}},
		{0, 0, ADDRESS_IPV6, 129, {0}},
		{1, 0, ADDRESS_IPV4, 32, {0}},
		{0, 1, ADDRESS_IPV4, 32, {0}},
		{0x0a00000100000000, 0, ADDRESS_IPV4, 8, {0}},
		{0, 1, ADDRESS_IPV6, 64, {0}},
		{1, 0, ADDRESS_IPV6, 63, {0}},
		{0, 1, ADDRESS_IPV6, 127, {0}},
		{0, 0, ADDRESS_IPV4, 8, {1}},
		{0, 0, ADDRESS_IPV6, 8, {0, 0, 0, 0, 0, 1}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(prefix_is_canonical(&bad[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ipv4),
		cmocka_unit_test(test_ipv4_bytes),
		cmocka_unit_test(test_ipv6),
		cmocka_unit_test(test_no_address),
		cmocka_unit_test(test_length_is_respected),
		cmocka_unit_test(test_prefix_text),
		cmocka_unit_test(test_no_prefix),
		cmocka_unit_test(test_holds),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_not_canonical),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

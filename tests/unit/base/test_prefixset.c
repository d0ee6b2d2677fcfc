/* Which addresses are internal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../capture.h"
#include "base/limits.h"
#include "base/msg.h"
#include "base/prefixset.h"

static struct prefixset internal;

static int setup(void **state)
{
	(void)state;
	prefixset_init(&internal);
	return prefixset_add_list(&internal, "internal", "rfc1918");
}

static int teardown(void **state)
{
	(void)state;
	prefixset_free(&internal);
	return 0;
}

static void add(const char *list)
{
	assert_int_equal(prefixset_add_list(&internal, "internal", list), 0);
}

static void finish(void)
{
	assert_int_equal(prefixset_finish(&internal, NULL, 0), 0);
}

static bool holds(const char *text)
{
	struct address address;

	assert_int_equal(address_parse(&address, text, strlen(text)), 0);
	return prefixset_holds(&internal, &address);
}

/* The message that a refused list leads to. */
static const char *refusal(const char *list)
{
	int result;

	capture_begin(STDERR_FILENO);
	result = prefixset_add_list(&internal, "internal", list);
	capture_end();
	assert_int_equal(result, -1);
	assert_ptr_equal(strchr(capture.text, '\n'), capture.text + strlen(capture.text) - 1);
	return capture.text;
}

static void test_default(void **state)
{
	const struct address none = {0, 0, ADDRESS_NONE};

	(void)state;
	finish();
	assert_true(holds("10.0.0.0"));
	assert_true(holds("10.255.255.255"));
	assert_true(holds("172.16.0.0"));
	assert_true(holds("172.31.255.255"));
	assert_true(holds("192.168.77.1"));
	assert_false(holds("9.255.255.255"));
	assert_false(holds("11.0.0.0"));
	assert_false(holds("172.15.255.255"));
	assert_false(holds("172.32.0.0"));
	assert_false(holds("192.167.255.255"));
	assert_false(holds("192.169.0.0"));
	assert_false(holds("0.0.0.0"));
	assert_false(holds("255.255.255.255"));
	assert_false(holds("fc00::1"));
	assert_false(holds("::ffff:10.0.0.1"));
	assert_false(holds("::a00:1"));
	assert_false(prefixset_holds(&internal, &none));
}

static void test_names(void **state)
{
	(void)state;
	add("ula,cgnat");
	finish();
	assert_true(holds("fc00::"));
	assert_true(holds("fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"));
	assert_false(holds("fe00::"));
	assert_true(holds("100.64.0.1"));
	assert_false(holds("100.128.0.0"));
	assert_true(holds("10.1.1.1"));
}

static void test_replace(void **state)
{
	(void)state;
	add("ula,vcn");
	add("=198.51.100.0/24,cgnat");
	add("2001:db8::/65");
	finish();
	assert_false(internal.vcn);
	assert_false(holds("10.1.1.1"));
	assert_false(holds("fc00::1"));
	assert_true(holds("198.51.100.255"));
	assert_true(holds("100.64.0.1"));
	assert_true(holds("2001:db8::7fff:ffff:ffff:ffff"));
	assert_false(holds("2001:db8:0:0:8000::"));
}

/* Neighbours and overlaps become one range, the last address included. */
static void test_merge(void **state)
{
	(void)state;
	add("=255.255.255.0/25,255.255.255.128/25,255.255.255.7/32");
	add("1.0.0.0/9,1.128.0.0/9,1.2.3.4/32,2.0.0.0/8,4.0.0.0/8");
	add("ffff::/16,fffe::/16,ffff:ffff::/32,::1/128,::2/128");
	finish();
	assert_int_equal(internal.ipv4_count, 3);
	assert_int_equal(internal.ipv6_count, 2);
	assert_true(holds("255.255.255.255"));
	assert_true(holds("255.255.255.0"));
	assert_false(holds("255.255.254.255"));
	assert_true(holds("2.255.255.255"));
	assert_false(holds("3.0.0.0"));
	assert_true(holds("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"));
	assert_true(holds("::1"));
	assert_false(holds("::"));
	assert_false(holds("::3"));
}

/* With many ranges the halving must find the same as looking at each. */
static void test_many(void **state)
{
	struct prefix prefixes[1000], more[1000];
	char text[64];

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		snprintf(text, sizeof(text), "20.%u.%u.0/25", i / 250, i % 250);
		assert_int_equal(prefix_parse(&prefixes[i], text, strlen(text)), 0);
		snprintf(text, sizeof(text), "2001:db8:%x::/64", i);
		assert_int_equal(prefix_parse(&more[i], text, strlen(text)), 0);
	}
	add("vcn");
	for (size_t i = 0; i < 1000; i += 2)
		prefixes[i] = more[i];
	assert_int_equal(prefixset_finish(&internal, prefixes, 1000), 0);
	assert_int_equal(internal.ipv4_count, 503);
	assert_int_equal(internal.ipv6_count, 500);
	for (unsigned i = 0; i < 1000; i++) {
		snprintf(text, sizeof(text), "20.%u.%u.127", i / 250, i % 250);
		assert_int_equal(holds(text), i % 2 == 1);
		snprintf(text, sizeof(text), "20.%u.%u.128", i / 250, i % 250);
		assert_false(holds(text));
		snprintf(text, sizeof(text), "2001:db8:%x::ff", i);
		assert_int_equal(holds(text), i % 2 == 0);
	}
	assert_true(holds("10.0.0.1"));
}

static void test_vcn_not_named(void **state)
{
	struct prefix prefix;

	(void)state;
	assert_int_equal(prefix_parse(&prefix, "20.0.0.0/8", 10), 0);
	assert_int_equal(prefixset_finish(&internal, &prefix, 1), 0);
	assert_false(holds("20.0.0.1"));
}

static void test_nothing(void **state)
{
	(void)state;
	add("=vcn");
	finish();
	assert_true(internal.vcn);
	assert_false(holds("10.0.0.1"));
	assert_false(holds("fc00::1"));
}

static char path[] = "/tmp/test_internal.XXXXXX";

/* "@FILE" of a file that holds text[0..len). */
static const char *file_of(const char *text, size_t len)
{
	static char argument[64];
	int fd;

	strcpy(path, "/tmp/test_internal.XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, len), (ssize_t)len);
	close(fd);
	snprintf(argument, sizeof(argument), "@%s", path);
	return argument;
}

static void test_file(void **state)
{
	static const char text[] = "# head\n\n 20.0.0.0/8 # ours\r\n\tula\n30.0.0.0/8";
	char list[128];

	(void)state;
	snprintf(list, sizeof(list), "=%s,cgnat", file_of(text, sizeof(text) - 1));
	add(list);
	unlink(path);
	finish();
	assert_true(holds("20.1.1.1"));
	assert_true(holds("30.1.1.1"));
	assert_true(holds("fd00::1"));
	assert_true(holds("100.64.0.1"));
	assert_false(holds("10.1.1.1"));
}

static void test_file_refused(void **state)
{
	static const char text[] = "20.0.0.0/8\n\n20.0.0.0/33\n";
	static const char nul[] = "20.0.0.0/8\0\n";

	(void)state;
	assert_non_null(strstr(refusal(file_of(text, sizeof(text) - 1)),
		"'20.0.0.0/33' in line 3 of '/tmp/test_internal."));
	unlink(path);
	refusal(file_of(nul, sizeof(nul) - 1));
	unlink(path);
	assert_non_null(strstr(refusal(file_of("@other", 6)), "'@other'"));
	unlink(path);
	assert_non_null(strstr(refusal("@/nowhere/at/all"), "'/nowhere/at/all': No such file"));
	assert_non_null(strstr(refusal("@/tmp"), "'/tmp': Is a directory"));
	assert_non_null(strstr(refusal("@"), "''"));
	assert_non_null(strstr(refusal("@/dev/zero"), "'/dev/zero': File too large"));
}

static void test_single_addresses(void **state)
{
	(void)state;
	add("=20.0.0.7,2001:db8::7");
	finish();
	assert_true(holds("20.0.0.7"));
	assert_false(holds("20.0.0.6"));
	assert_false(holds("20.0.0.8"));
	assert_true(holds("2001:db8::7"));
	assert_false(holds("2001:db8::8"));
}

static void test_refused(void **state)
{
	static const char *const lists[] = {"", "=", ",", "10.0.0.0/8,", ",ula", "0/0", "10/8",
		"10.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8/8", "10.0.0.0/08x",
		"fc00::/129", "10.0.0.256/8", "10.0.0.0::/8", "::10.0.0/8", "fc00::%1/64",
		"0.0.0.0/0", "::/0", "ULA", "ula ", "vcns", "=vcn,x", "==ula", "10.0.0.0/8;ula"};

	(void)state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		assert_memory_equal(refusal(lists[i]), "vcnflow: bad --internal '", 25);
}

static void test_long_list(void **state)
{
	char *list = malloc(LIMIT_LIST + 2);

	(void)state;
	assert_non_null(list);
	for (size_t i = 0; i < LIMIT_LIST; i++)
		list[i] = "ula,"[i % 4];
	list[LIMIT_LIST - 1] = '\0';
	add(list);
	list[LIMIT_LIST - 1] = ',';
	list[LIMIT_LIST] = 'x';
	list[LIMIT_LIST + 1] = '\0';
	assert_non_null(strstr(refusal(list), "too long"));
	free(list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_default, setup, teardown),
		cmocka_unit_test_setup_teardown(test_names, setup, teardown),
		cmocka_unit_test_setup_teardown(test_replace, setup, teardown),
		cmocka_unit_test_setup_teardown(test_merge, setup, teardown),
		cmocka_unit_test_setup_teardown(test_many, setup, teardown),
		cmocka_unit_test_setup_teardown(test_vcn_not_named, setup, teardown),
		cmocka_unit_test_setup_teardown(test_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_file, setup, teardown),
		cmocka_unit_test_setup_teardown(test_file_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_single_addresses, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_long_list, setup, teardown),
	};

	msg_program("vcnflow");
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Which texts can be OCIDs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "base/ocid.h"

static bool is_one(const char *text)
{
	return ocid_is_one(text, strlen(text));
}

static bool is_subnet(const char *text)
{
	return ocid_is_of(text, strlen(text), "subnet");
}

static void test_one(void **state)
{
	char text[300];

	(void)state;
	assert_true(is_one("ocid1.compartment.oc1..aaa"));
	assert_true(is_one("ocidv1:tenancy:oc1:phx:1:a_b-c"));
	assert_false(is_one(""));
	assert_false(is_one("ocid1"));
	assert_false(is_one("OCID1.x"));
	assert_false(is_one("ocid1.x y"));
	assert_false(is_one("ocid1.x/../y"));
	assert_false(is_one("ocid1.x\xc3\xa9"));
	assert_false(ocid_is_one("ocid1.\0x", 8));
	memset(text, 'a', sizeof(text));
	memcpy(text, "ocid1.", 6);
	assert_true(ocid_is_one(text, 255));
	assert_false(ocid_is_one(text, 256));
}

static void test_kind(void **state)
{
	char text[LIMIT_OCID_TAIL + 20];
	size_t head = strlen("ocid1.subnet.");

	(void)state;
	assert_true(is_subnet("ocid1.subnet.oc1.iad.aaa"));
	assert_true(is_subnet("ocid1.subnet.x"));
	assert_false(is_subnet("ocid1.subnet."));
	assert_false(is_subnet("ocid1.subnetx.a"));
	assert_false(is_subnet("ocid1.subne.a"));
	assert_false(is_subnet("ocid2.subnet.a"));
	assert_false(is_subnet("ocid1.subnet.a:b"));
	assert_false(is_subnet("ocid1.subnet.a b"));
	assert_false(is_subnet(""));
	assert_true(ocid_is_of("ocid1.vcn.a", 11, "vcn"));
	memset(text, 'a', sizeof(text));
	memcpy(text, "ocid1.subnet.", head);
	assert_true(ocid_is_of(text, head + LIMIT_OCID_TAIL, "subnet"));
	assert_false(ocid_is_of(text, head + LIMIT_OCID_TAIL + 1, "subnet"));
}

static void test_kinds(void **state)
{
	static const struct {
		const char *text;
		bool is_ocid;
		const char *kind;
	} ocids[] = {
		{"ocid1.vcn.oc1..aaa", true, "vcn"},
		{"ocid1.vcn.a", true, "vcn"},
		{"ocid1.vcn.", true, ""},
		{"ocid1.vcn", true, ""},
		{"ocid1..a", true, ""},
		{"ocid1.", true, ""},
		{"ocid1", false, ""},
		{"ocid2.vcn.a", false, ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(ocids) / sizeof(ocids[0]); i++) {
		const char *kind = "";
		size_t len;

		assert_int_equal(ocid_kind(ocids[i].text, strlen(ocids[i].text), &kind, &len),
			ocids[i].is_ocid);
		assert_int_equal(len, strlen(ocids[i].kind));
		assert_memory_equal(kind, ocids[i].kind, len);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one),
		cmocka_unit_test(test_kind),
		cmocka_unit_test(test_kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

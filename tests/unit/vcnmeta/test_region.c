/* Regions by name and key, realms, OCIDs and hosts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "vcnmeta/oci/region.h"

static const struct regions none = {NULL, 0};

static void assert_found(const struct regions *regions, const char *text, const char *realm,
	const char *name, const char *domain)
{
	struct region region;

	assert_int_equal(region_find(regions, text, realm, &region), 0);
	assert_string_equal(region.name, name);
	assert_string_equal(region.domain, domain);
}

static void test_known(void **state)
{
	(void)state;
	assert_found(&none, "us-phoenix-1", NULL, "us-phoenix-1", "oraclecloud.com");
	assert_found(&none, "PHX", NULL, "us-phoenix-1", "oraclecloud.com");
	assert_found(&none, "US-Gov-Phoenix-1", NULL, "us-gov-phoenix-1", "oraclegovcloud.com");
	assert_found(&none, "brs", "oc1", "uk-gov-cardiff-1", "oraclegovcloud.uk");
}

static void test_unknown(void **state)
{
	(void)state;
	unsetenv("OCI_DEFAULT_REALM");
	assert_found(&none, "xx-new-1", NULL, "xx-new-1", "oraclecloud.com");
	assert_found(&none, "xx-new-1", "oc2", "xx-new-1", "oraclegovcloud.com");
	assert_found(&none, "xx-new-1", "oc999", "xx-new-1", "oraclecloud.com");
	assert_found(&none, "xx-new-1.example.cloud", NULL, "xx-new-1.example.cloud", "");
	setenv("OCI_DEFAULT_REALM", "example.org", 1);
	assert_found(&none, "xx-new-1", "oc2", "xx-new-1", "example.org");
	unsetenv("OCI_DEFAULT_REALM");
}

static void test_refused(void **state)
{
	static const char *const bad[] = {
		"", ".", "-x", ".x", "x.", "a..b", "a/b", "a b", "a:80", "x@y", "a\nb", "\xc3\xa9"};
	struct region region;
	char longest[REGION_NAME_SIZE + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(region_find(&none, bad[i], NULL, &region), -1);
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(region_find(&none, longest, NULL, &region), -1);
}

static void test_added(void **state)
{
	const struct region_row row = {"xnr", "xx-new-region-9", "oc99", "example.cloud"};
	struct regions regions = {NULL, 0};

	(void)state;
	assert_int_equal(regions_add(&regions, &row), 0);
	assert_found(&regions, "XNR", NULL, "xx-new-region-9", "example.cloud");
	assert_found(&regions, "yy-other-1", "oc99", "yy-other-1", "example.cloud");
	regions_free(&regions);
}

static void test_environment(void **state)
{
	struct regions regions;

	(void)state;
	setenv("HOME", "/nonexistent", 1);
	setenv("OCI_REGION_METADATA",
		"\xef\xbb\xbf{\"realmKey\":\"oc9\",\"realmDomainComponent\":\"d.example\","
		"\"regionKey\":\"NEW\",\"regionIdentifier\":\"xx-new-2\"}",
		1);
	assert_int_equal(regions_load(&regions), 0);
	assert_found(&regions, "new", NULL, "xx-new-2", "d.example");
	regions_free(&regions);
	setenv("OCI_REGION_METADATA", "{\"realmKey\":\"oc9\"}", 1);
	assert_int_equal(regions_load(&regions), 2);
	regions_free(&regions);
	unsetenv("OCI_REGION_METADATA");
}

static void test_ocid(void **state)
{
	char text[REGION_NAME_SIZE];

	(void)state;
	region_of_ocid(text, "ocid1.subnet.oc1.iad.abc", REGION_FIELD_REGION);
	assert_string_equal(text, "iad");
	region_of_ocid(text, "ocid1.subnet.oc1.iad.abc", REGION_FIELD_REALM);
	assert_string_equal(text, "oc1");
	region_of_ocid(text, "ocid1.tenancy.oc1..abc", REGION_FIELD_REGION);
	assert_string_equal(text, "");
	region_of_ocid(text, "ocid1.subnet", REGION_FIELD_REGION);
	assert_string_equal(text, "");
	region_of_ocid(text, "ocid1.subnet.oc1.iad", REGION_FIELD_REGION);
	assert_string_equal(text, "");
	region_of_ocid(text, "", REGION_FIELD_REALM);
	assert_string_equal(text, "");
}

static void test_hosts(void **state)
{
	struct region region;
	char host[REGION_HOST_SIZE];

	(void)state;
	assert_int_equal(region_find(&none, "fra", NULL, &region), 0);
	region_host(host, &region, REGION_IAAS);
	assert_string_equal(host, "iaas.eu-frankfurt-1.oraclecloud.com");
	region_host(host, &region, REGION_IDENTITY);
	assert_string_equal(host, "identity.eu-frankfurt-1.oci.oraclecloud.com");
	region_host(host, &region, REGION_AUTH);
	assert_string_equal(host, "auth.eu-frankfurt-1.oraclecloud.com");
	assert_int_equal(region_find(&none, "my.own.domain", NULL, &region), 0);
	region_host(host, &region, REGION_IDENTITY);
	assert_string_equal(host, "identity.my.own.domain");
}

/* Every row is fit for a host name, and no name or key is there twice. */
static void test_table(void **state)
{
	struct region region;

	(void)state;
	assert_true(region_table_count > 80);
	for (size_t i = 0; i < region_table_count; i++) {
		assert_int_equal(region_find(&none, region_table[i].name, NULL, &region), 0);
		assert_string_equal(region.name, region_table[i].name);
		assert_int_equal(region_find(&none, region_table[i].key, NULL, &region), 0);
		assert_string_equal(region.name, region_table[i].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_added),
		cmocka_unit_test(test_environment),
		cmocka_unit_test(test_ocid),
		cmocka_unit_test(test_hosts),
		cmocka_unit_test(test_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

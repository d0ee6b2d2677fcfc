/* Addresses of services: which may be asked, and what becomes of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "vcnmeta/oci/endpoint.h"

static void assert_taken(
	const char *text, enum endpoint_rule rule, const char *origin, const char *path)
{
	struct endpoint endpoint, copy;
	const char *why = NULL;

	if (endpoint_parse(&endpoint, text, rule, &why) != 0)
		fail_msg("%s: %s", text, why);
	assert_string_equal(endpoint.origin, origin);
	assert_string_equal(endpoint.authority, strstr(origin, "://") + 3);
	assert_string_equal(endpoint.path, path);
	endpoint_copy(&copy, &endpoint);
	memset(&endpoint, 'x', sizeof(endpoint));
	assert_string_equal(copy.authority, strstr(origin, "://") + 3);
}

static void assert_refused(const char *text, enum endpoint_rule rule, const char *part)
{
	struct endpoint endpoint;
	const char *why = NULL;

	if (endpoint_parse(&endpoint, text, rule, &why) == 0)
		fail_msg("%s is taken", text);
	assert_non_null(why);
	if (strstr(why, part) == NULL)
		fail_msg("%s: %s", text, why);
}

static void test_service(void **state)
{
	const enum endpoint_rule rule = ENDPOINT_SERVICE;

	(void)state;
	assert_taken("https://iaas.us-ashburn-1.oraclecloud.com", rule,
		"https://iaas.us-ashburn-1.oraclecloud.com", "");
	assert_taken("HTTPS://host:8443/", rule, "https://host:8443", "");
	assert_taken("https://host/20160918", rule, "https://host", "/20160918");
	assert_taken("https://host/20160918//", rule, "https://host", "/20160918");
	assert_taken("https://[::1]:443", rule, "https://[::1]:443", "");
	assert_taken("http://127.0.0.1:80", rule, "http://127.0.0.1:80", "");
	assert_taken("http://localhost", rule, "http://localhost", "");
	assert_taken("http://[::1]", rule, "http://[::1]", "");
}

static void test_refused(void **state)
{
	const enum endpoint_rule rule = ENDPOINT_SERVICE;

	(void)state;
	assert_refused("", rule, "host");
	assert_refused("host", rule, "");
	assert_refused("https://", rule, "host");
	assert_refused("ftp://host", rule, "https://");
	assert_refused("file:///etc/passwd", rule, "");
	assert_refused("http://host", rule, "loopback");
	assert_refused("http://10.0.0.1", rule, "loopback");
	assert_refused("http://127.0.0.1.example.com", rule, "loopback");
	assert_refused("http://[::2]", rule, "loopback");
	assert_refused("https://user@host", rule, "user");
	assert_refused("https://user:word@host", rule, "user");
	assert_refused("https://@host", rule, "");
	assert_refused("https://host:0", rule, "port");
	assert_refused("https://host:65536", rule, "port");
	assert_refused("https://host:x", rule, "port");
	assert_refused("https://host/other", rule, "path");
	assert_refused("https://host?x=y", rule, "query");
	assert_refused("https://host#x", rule, "fragment");
	assert_refused("https://ho st", rule, "");
	assert_refused("https://host\\x", rule, "");
	assert_refused("https://[fe80::1%25eth0]", rule, "");
	assert_refused("https://h%6fst\n", rule, "");
}

static void test_federation(void **state)
{
	(void)state;
	assert_taken("https://auth.example.com/v1/x509", ENDPOINT_FEDERATION,
		"https://auth.example.com", "/v1/x509");
	assert_refused("http://auth.example.com/v1/x509", ENDPOINT_FEDERATION, "loopback");
	assert_refused("https://auth.example.com/v1/x509?a", ENDPOINT_FEDERATION, "query");
}

static void test_metadata(void **state)
{
	const enum endpoint_rule rule = ENDPOINT_METADATA;

	(void)state;
	assert_taken("http://169.254.169.254/opc/v2", rule, "http://169.254.169.254", "/opc/v2");
	assert_taken("http://[fd00:c1::a9fe:a9fe]/opc/v2/", rule, "http://[fd00:c1::a9fe:a9fe]",
		"/opc/v2");
	assert_taken("http://[fe80::1]:80", rule, "http://[fe80::1]:80", "");
	assert_taken("http://127.0.0.1:1/x", rule, "http://127.0.0.1:1", "/x");
	assert_refused("http://[fd00:c1::a9fe:a9ff]/", rule, "metadata");
	assert_refused("http://example.com/opc/v2", rule, "metadata");
	assert_refused("https://10.1.2.3/opc/v2", rule, "metadata");
}

static void test_of_host(void **state)
{
	struct endpoint endpoint;

	(void)state;
	endpoint_of_host(&endpoint, "iaas.example.com");
	assert_string_equal(endpoint.origin, "https://iaas.example.com");
	assert_string_equal(endpoint.authority, "iaas.example.com");
	assert_string_equal(endpoint.path, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_service),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_federation),
		cmocka_unit_test(test_metadata),
		cmocka_unit_test(test_of_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

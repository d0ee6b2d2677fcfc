/* URLs, addresses of proxies, escaping. Transfers are for tests/fetch. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "vcnmeta/oci/http.h"

static void test_url(void **state)
{
	struct http_url url;

	(void)state;
	assert_int_equal(http_url_read(&url, "HTTPS://user:word@Host:81/a/../b?c#d"), 0);
	assert_string_equal(url.scheme, "https");
	assert_string_equal(url.host, "Host");
	assert_string_equal(url.port, "81");
	assert_string_equal(url.path, "/a/../b");
	assert_true(url.has_user);
	assert_true(url.has_more);
	assert_int_equal(http_url_read(&url, "socks5h://[::1]"), 0);
	assert_string_equal(url.host, "[::1]");
	assert_string_equal(url.port, "");
	assert_false(url.has_user);
	assert_false(url.has_more);
	assert_int_equal(http_url_read(&url, "https://h?q"), 0);
	assert_true(url.has_more);
	assert_int_equal(http_url_read(&url, "https://h:0"), -1);
	assert_int_equal(http_url_read(&url, "h"), -1);
	assert_int_equal(http_url_read(&url, ""), -1);
	assert_int_equal(http_url_read(&url, "https://"), -1);
}

static void test_long_url(void **state)
{
	struct http_url url;
	char text[2048] = "https://h/";

	(void)state;
	memset(text + 10, 'a', 500);
	assert_int_equal(http_url_read(&url, text), 0);
	memset(text + 10, 'a', sizeof(text) - 11);
	assert_int_equal(http_url_read(&url, text), -1);
}

static void test_proxies(void **state)
{
	static const char *const good[] = {"proxy", "proxy:3128", "http://proxy",
		"https://proxy:443/", "socks4://p:1", "socks4a://p:1", "socks5://p:1",
		"socks5h://[::1]:1080", "http://user@proxy:80", "http://user:@proxy:80",
		"user:pass%23word@proxy:80", "http://u:p$&*()!~;=+,@h:65535"};
	static const char *const bad[] = {"", ":", "://", "http://", "http://:80",
		"proxy:", "proxy:/", "proxy:0", "proxy:65536", "proxy:x", "ftp://proxy",
		"socks6://proxy", "http://u:p#w@proxy:80", "http://u:1#w@proxy:80",
		"http://u:1/w@proxy:80", "http://u:1?w@proxy:80", "http://u:p w@proxy:80",
		"http://u:p@w@proxy:80", "http://u:p\"w@proxy:80", "http://u:p'w@proxy:80",
		"http://u:p\\w@proxy:80", "http://proxy/path", "http://proxy?q", "http://proxy#f",
		"http://pr\xc3\xb6xy", "http://pr%F6xy", "http://[::%1]", "http://u:p\n@proxy"};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (!http_is_proxy(good[i]))
			fail_msg("'%s' is refused", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (http_is_proxy(bad[i]))
			fail_msg("'%s' is taken", bad[i]);
}

static void test_escape(void **state)
{
	struct bytes out = BYTES_INIT(64);

	(void)state;
	assert_int_equal(http_escape(&out, "aZ09-._~", 8), 0);
	assert_int_equal(http_escape(&out, "", 0), 0);
	assert_int_equal(http_escape(&out, " /+=&%\0\xff", 8), 0);
	assert_int_equal(bytes_append_char(&out, '\0'), 0);
	assert_string_equal(out.data, "aZ09-._~%20%2F%2B%3D%26%25%00%FF");
	assert_int_equal(http_escape(&out, "////////////////", 16), -1);
	bytes_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_url),
		cmocka_unit_test(test_long_url),
		cmocka_unit_test(test_proxies),
		cmocka_unit_test(test_escape),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What is written as HTML: numbers as people read them, texts as texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "vcnrules/html.h"

static struct outfile output = {.bytes = BYTES_INIT(SIZE_MAX / 2)};
static struct html html = {.output = &output};

static void is(const char *wanted)
{
	assert_int_equal(html_end(&html), 0);
	assert_int_equal(output.bytes.len, strlen(wanted));
	assert_memory_equal(output.bytes.data, wanted, output.bytes.len);
	bytes_free(&output.bytes);
}

static void test_counts(void **state)
{
	(void)state;
	html_count(&html, 0);
	is("0");
	html_count(&html, 999);
	is("999");
	html_count(&html, 1000);
	is("1,000");
	html_count(&html, UINT64_MAX);
	is("18,446,744,073,709,551,615");
	html_things(&html, 1, "rule", "rules");
	is("1 rule");
	html_things(&html, 0, "rule", "rules");
	is("0 rules");
}

static void test_bytes(void **state)
{
	(void)state;
	html_bytes(&html, 0);
	is("0 B");
	html_bytes(&html, 999);
	is("999 B");
	html_bytes(&html, 1000);
	is("1.0 kB");
	html_bytes(&html, 99949);
	is("99.9 kB");
	html_bytes(&html, 99950);
	is("100 kB");
	html_bytes(&html, 999949);
	is("1.0 MB");
	html_bytes(&html, 999500);
	is("1.0 MB");
	html_bytes(&html, 999499);
	is("999 kB");
	html_bytes(&html, INT64_MAX);
	is("9.2 EB");
	html_bytes(&html, UINT64_MAX);
	is("18.4 EB");
}

static void test_texts(void **state)
{
	static const char hostile[] = "<a b='c' d=\"`\">&\0\r\n";

	(void)state;
	html_text(&html, hostile, sizeof(hostile) - 1);
	is("&lt;a b=&#39;c&#39; d=&quot;&#96;&quot;&gt;&amp;\xef\xbf\xbd&#13;\n");
	html_text(&html, NULL, 0);
	html_code(&html, "a", 1);
	is("<code><bdi>a</bdi></code>");
}

static void test_days(void **state)
{
	(void)state;
	html_day(&html, 0);
	is("1970-01-01");
	html_day(&html, INT64_MIN);
	is("never");
}

static void test_memory(void **state)
{
	struct outfile small = {.bytes = BYTES_INIT(3)};
	struct html one = {.output = &small};

	(void)state;
	html_text(&one, "ab", 2);
	assert_int_equal(html_end(&one), 0);
	html_text(&one, "<", 1);
	assert_int_equal(html_end(&one), -1);
	html_put(&one, "a");
	assert_int_equal(html_end(&one), -1);
	bytes_free(&small.bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_days),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

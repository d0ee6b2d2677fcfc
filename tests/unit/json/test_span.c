/* Where values end, by brackets and quotes. */
#include "../flowlog/texts.h"

#include "json/nest.h"
#include "json/span.h"

static void test_ends(void **state)
{
	static const struct {
		const char *text;
		size_t end;
	} cases[] = {{"{}", 2}, {"{} ", 2}, {"[1,{\"a\":\"}\"}],", 13}, {"\"a\\\"b\",", 6},
		{"12,", 2}, {"true]", 4}, {"a\"b\"", 1}, {"x", 1}, {"\"\\\\\"x", 4}};
	static const char *const broken[] = {"{", "{]", "[}", "\"a", "{\"a\\\"}", "[[]", "{\"}"};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(span_end(cases[i].text, 0, strlen(cases[i].text)), cases[i].end);
	for (size_t i = 0; i < sizeof broken / sizeof *broken; i++)
		assert_int_equal(span_end(broken[i], 0, strlen(broken[i])), strlen(broken[i]) + 1);
}

/* A string in two pieces, cut anywhere, ends where it ends in one. */
static void test_string_in_pieces(void **state)
{
	static const char text[] = "ab\\\"c\\\\\\\"d\" e";
	size_t len = strlen(text);

	(void)state;
	for (size_t cut = 0; cut <= 10; cut++) {
		int escaped = 0;
		size_t at = span_string(text, 0, cut, &escaped);

		assert_int_equal(at, cut);
		assert_int_equal(span_string(text, cut, len, &escaped), 10);
		assert_int_equal(escaped, 0);
	}
}

static void test_nest(void **state)
{
	struct nest nest = {.depth = 0};

	(void)state;
	for (size_t i = 0; i < NEST_JUDGED + 100; i++)
		nest_open(&nest, i % 3 ? '{' : '[');
	for (size_t i = NEST_JUDGED + 100; i-- > 0;)
		assert_true(nest_close(&nest, i % 3 ? '}' : ']'));
	nest_open(&nest, '[');
	assert_false(nest_close(&nest, '}'));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_string_in_pieces),
		cmocka_unit_test(test_nest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

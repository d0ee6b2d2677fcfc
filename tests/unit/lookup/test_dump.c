/* Dumps taken apart: which values come out, on which lines, what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/limits.h"
#include "lookup/dump.h"

/* What came out: "LINE:VALUE" for each value, one behind another. */
struct taken {
	struct bytes text;
};

static int take(
	void *context, const struct json_tree *tree, const struct json_node *node, uint64_t line)
{
	struct taken *taken = context;

	assert_ptr_equal(node, tree->nodes);
	assert_int_equal(bytes_append_number(&taken->text, line), 0);
	assert_int_equal(bytes_append_char(&taken->text, ':'), 0);
	assert_int_equal(bytes_append(&taken->text, node->value.text, node->value.len), 0);
	assert_int_equal(bytes_append_char(&taken->text, ' '), 0);
	return 0;
}

static enum dump_error walk(
	const char *text, size_t len, struct taken *taken, struct dump_fault *fault)
{
	char *copy = calloc(1, len + LIMIT_JSON_PADDING);
	enum dump_error error;

	*taken = (struct taken){.text = BYTES_INIT(1 << 20)};
	memcpy(copy, text, len);
	error = dump_walk(copy, len, take, taken, fault);
	free(copy);
	assert_int_equal(bytes_append_char(&taken->text, '\0'), 0);
	return error;
}

static void assert_values(const char *text, const char *expected)
{
	struct dump_fault fault;
	struct taken taken;

	assert_int_equal(walk(text, strlen(text), &taken, &fault), DUMP_OK);
	assert_string_equal(taken.text.data, expected);
	bytes_free(&taken.text);
}

static void assert_refused(const char *text, uint64_t line, const char *expected)
{
	struct dump_fault fault;
	struct taken taken;

	if (walk(text, strlen(text), &taken, &fault) != DUMP_MALFORMED)
		fail_msg("taken: %s", text);
	assert_int_equal(fault.line, line);
	assert_string_equal(fault.text, expected);
	bytes_free(&taken.text);
}

static void test_nothing(void **state)
{
	(void)state;
	assert_values("", "");
	assert_values(" \r\n\t\n", "");
	assert_values("\xef\xbb\xbf", "");
	assert_values("[]", "");
	assert_values("[ ] [\n] [[],[[]]]", "");
	assert_values("{\"data\":[]}", "");
	assert_values("{\"data\":[],\"etag\":\"x\"}\n", "");
}

/* A NUL ends no value, so that none before it is taken. */
static void test_nul(void **state)
{
	struct dump_fault fault;
	struct taken taken;

	(void)state;
	assert_int_equal(walk("1\0", 2, &taken, &fault), DUMP_MALFORMED);
	assert_string_equal(taken.text.data, "");
	bytes_free(&taken.text);
}

static void test_objects(void **state)
{
	(void)state;
	assert_values("{}", "1:{} ");
	assert_values("{\"id\":1}", "1:{\"id\":1} ");
	assert_values("{}{}\n\n{} {\"a\":[{}]}", "1:{} 1:{} 3:{} 3:{\"a\":[{}]} ");
	assert_values("\xef\xbb\xbf{}", "1:{} ");
	assert_values("[{},\n {}\n,{}]\n{}", "1:{} 2:{} 3:{} 4:{} ");
	assert_values("[[{}],[[{\"a\":\"]\"}]],{}]{}", "1:{} 1:{\"a\":\"]\"} 1:{} 1:{} ");
}

static void test_wrappers(void **state)
{
	(void)state;
	assert_values("{\"data\":[{},{\"id\":2}]}", "1:{} 1:{\"id\":2} ");
	assert_values("{\"etag\":\"x\",\n\"data\":{\"id\":1}\n}\n{}", "2:{\"id\":1} 4:{} ");
	assert_values("{\"data\":{\"data\":[{\"data\":{}}]}}", "1:{} ");
	assert_values(
		"[{\"data\":[{\"id\":1}]},{\"data\":{\"id\":2}}]", "1:{\"id\":1} 1:{\"id\":2} ");
	assert_values("{\"d\\u0061ta\":[{\"id\":1}]}", "1:{\"id\":1} ");
	/* of a repeated member the last one counts */
	assert_values("{\"data\":[1],\"data\":[2]}", "1:2 ");
}

/* An object with an id or rules is itself what is wanted. */
static void test_no_wrappers(void **state)
{
	(void)state;
	assert_values("{\"data\":[1],\"id\":\"x\"}", "1:{\"data\":[1],\"id\":\"x\"} ");
	assert_values("{\"data\":[1],\"ingress-security-rules\":[]}",
		"1:{\"data\":[1],\"ingress-security-rules\":[]} ");
	assert_values("{\"data\":1}", "1:{\"data\":1} ");
	assert_values(
		"{\"data\":null,\"a\":{\"data\":[1]}}", "1:{\"data\":null,\"a\":{\"data\":[1]}} ");
	assert_values("{\"data\":[1],\"data\":2}", "1:{\"data\":[1],\"data\":2} ");
}

static void test_other_values(void **state)
{
	(void)state;
	assert_values(
		"1 \"a\\\"b\" null\n[true,-1.5e3]", "1:1 1:\"a\\\"b\" 1:null 2:true 2:-1.5e3 ");
}

static void test_refused(void **state)
{
	static const char invalid[] = "not valid JSON";
	static const char unclosed[] = "not valid JSON: a bracket is never closed";

	(void)state;
	assert_refused("{", 1, unclosed);
	assert_refused("\n\n{\"a\":1\n", 3, unclosed);
	assert_refused("}", 1, invalid);
	assert_refused("]", 1, invalid);
	assert_refused("{},{}", 1, invalid);
	assert_refused("{}\n{\"a\":}\n{}", 2, invalid);
	assert_refused("{]", 1, invalid);
	assert_refused("[{}\n{}]", 2, invalid);
	assert_refused("[{},]", 1, invalid);
	assert_refused("[,{}]", 1, invalid);
	assert_refused("[{},,{}]", 1, invalid);
	assert_refused("[{}}", 1, invalid);
	assert_refused("[1 2]", 1, invalid);
	assert_refused("[", 1, "the text ends too early");
	assert_refused("[{}", 1, invalid);
	assert_refused("\n[{},\n", 3, "the text ends too early");
	assert_refused("nul", 1, invalid);
	assert_refused("\"abc", 1, invalid);
	assert_refused("\"abc\\", 1, invalid);
	assert_refused("NaN", 1, invalid);
	assert_refused("{\"a\":\"\xff\"}", 1, "not valid UTF-8");
	assert_refused("{\"a\":\"\\ud800\"}", 1, "a \\u surrogate without its pair");
	assert_refused("\xff\xfe{", 1, "it is UTF-16, not UTF-8");
	assert_refused("\xfe\xff", 1, "it is UTF-16, not UTF-8");
	assert_refused("\x1f\x8b\x08", 1,
		"it is compressed with gzip: decompress it with 'gzip -dc' first");
	assert_refused("\x89VCNLUT\n", 1, "it is a lookup file, not JSON");
	assert_refused("\xff", 1, "not valid UTF-8");
	assert_refused("<html>", 1, invalid);
	assert_refused("ServiceError", 1, invalid);
	assert_refused("\nServiceError:\n{", 1,
		"not valid JSON: it begins with a message, which standard error is for");
	assert_refused("+--+", 1, "it is a table, not JSON: leave out --output table");
}

/* What stands around the data of a wrapper is judged too. */
static void test_refused_wrappers(void **state)
{
	static const char invalid[] = "not valid JSON";

	(void)state;
	assert_refused("{\"data\":[],}", 1, invalid);
	assert_refused("{\"data\":[] \"a\":1}", 1, invalid);
	assert_refused("{\"data\":[],\"a\":01}", 1, invalid);
	assert_refused("{\"data\":[],\"a\":}", 1, invalid);
	assert_refused("{\"data\":[],\"a\"}", 1, invalid);
	assert_refused("{\"\\x\":1,\"data\":[]}", 1, invalid);
	assert_refused("{\"data\":[],\"a\":1]", 1, invalid);
	assert_refused("{,\"data\":[]}", 1, invalid);
	assert_refused("{\"data\":[}]}", 1, invalid);
	assert_refused("{\"data\":[{]}}", 1, invalid);
	assert_refused("{\"data\":[1,],\"a\":1}", 1, invalid);
	assert_refused("{\"data\":[\n{}\n", 1, "not valid JSON: a bracket is never closed");
}

static void test_depth(void **state)
{
	char text[2 * (LIMIT_DEPTH + 1) + 1];
	struct dump_fault fault;
	struct taken taken;

	(void)state;
	for (size_t depth = LIMIT_DEPTH; depth <= LIMIT_DEPTH + 1; depth++) {
		memset(text, '[', depth);
		text[depth] = '1';
		memset(text + depth + 1, ']', depth);
		assert_int_equal(walk(text, 2 * depth + 1, &taken, &fault),
			depth > LIMIT_DEPTH ? DUMP_MALFORMED : DUMP_OK);
		bytes_free(&taken.text);
	}
	assert_string_equal(fault.text, "nested too deep");
}

static void test_deep_forever(void **state)
{
	size_t len = 1000000;
	char *text = malloc(len);
	struct dump_fault fault;
	struct taken taken;

	(void)state;
	memset(text, '[', len);
	assert_int_equal(walk(text, len, &taken, &fault), DUMP_MALFORMED);
	bytes_free(&taken.text);
	memset(text, '{', len);
	assert_int_equal(walk(text, len, &taken, &fault), DUMP_MALFORMED);
	bytes_free(&taken.text);
	free(text);
}

static int stop_at_second(
	void *context, const struct json_tree *tree, const struct json_node *node, uint64_t line)
{
	int *count = context;

	(void)tree;
	(void)node;
	(void)line;
	return ++*count == 2 ? -1 : 0;
}

static void test_stopped(void **state)
{
	char text[16 + LIMIT_JSON_PADDING] = "[1,2,3]";
	struct dump_fault fault;
	int count = 0;

	(void)state;
	assert_int_equal(dump_walk(text, 7, stop_at_second, &count, &fault), DUMP_STOPPED);
	assert_int_equal(count, 2);
}

/* Cut anywhere, a dump is refused, or ends between two values. */
static void test_cut_anywhere(void **state)
{
	static const char text[] = "{\"data\":[{\"id\":\"\\u00e9\"},{}],\"a\":1}"
				   "\n[{\"b\":[1,{}]}]\n";

	(void)state;
	for (size_t len = 0; len < sizeof(text); len++) {
		struct dump_fault fault;
		struct taken taken;
		enum dump_error error = walk(text, len, &taken, &fault);
		bool whole = len == 0 || text[len - 1] == '\n' || text[len] == '\n';

		assert_int_equal(error, whole ? DUMP_OK : DUMP_MALFORMED);
		bytes_free(&taken.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_nul),
		cmocka_unit_test(test_objects),
		cmocka_unit_test(test_wrappers),
		cmocka_unit_test(test_no_wrappers),
		cmocka_unit_test(test_other_values),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_refused_wrappers),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_deep_forever),
		cmocka_unit_test(test_stopped),
		cmocka_unit_test(test_cut_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

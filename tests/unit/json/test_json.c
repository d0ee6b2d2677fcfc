/* The parser's C face: what is accepted, what is handed out, and the tree. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "json/json.h"
#include "json/tree.h"

static struct json_parser *parser;

/* Text in a buffer of its own, so that a checker sees any read behind the
 * padding; behind the text stands what would complete a broken one. */
static char *padded(const char *text, size_t len, const char *behind)
{
	char *copy = calloc(1, len + LIMIT_JSON_PADDING);

	memcpy(copy, text, len);
	memcpy(copy + len, behind, strlen(behind));
	return copy;
}

static enum json_error judge_behind(
	const char *text, size_t len, unsigned depth, const char *behind)
{
	struct json_found found;
	char *copy = padded(text, len, behind);
	enum json_error error = json_select(parser, copy, len, NULL, depth, NULL, &found);

	free(copy);
	return error;
}

static enum json_error judge(const char *text)
{
	return judge_behind(text, strlen(text), LIMIT_DEPTH, "");
}

static void test_valid(void **state)
{
	static const char *const texts[] = {"{}", "[]", " {} ", "\t[1]\r\n", "{\"a\":1}",
		"{\"a\":{\"b\":[{}]},\"c\":[]}", "[true,false,null]",
		"[0,-0,1.5,-1e3,1E+3,1e-3,0.0]", "[\"\\u00e9\\ud83d\\ude00\"]",
		"[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]", "\"x\"", "12", "true", "null", "{\"\":\"\"}",
		"{\"a\" : [ 1 , 2 ] , \"b\" : { } }", "[\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"]",
		"[\"\x7f\"]", "{\"a\":1,\"a\":2}", "[18446744073709551616]", "[1e999]"};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (judge(texts[i]) != JSON_OK)
			fail_msg("refused: %s", texts[i]);
}

static void test_invalid(void **state)
{
	static const char *const texts[] = {"{", "}", "[", "]", "{]", "[}", "{\"a\"}", "{\"a\":}",
		"{\"a\":1,}", "{,}", "{\"a\" 1}", "{\"a\":1 \"b\":2}", "[1,]", "[,1]", "[1 2]",
		"[1:2]", "[\"a\":1]", "{\"a\":\"b\":1}", "{a:1}", "{1:1}", "[01]", "[1.]", "[.5]",
		"[-]", "[+1]", "[1e]", "[1e+]", "[0x1]", "[1.5.5]", "[tru]", "[truex]", "[nul]",
		"[NaN]", "[Infinity]", "[TRUE]", "[\"\\q\"]", "[\"\\uZZZZ\"]", "[\"\\u12\"]",
		"{\"\\q\":1}", "[\"a]", "[\"a\nb\"]", "[\"\x01\"]", "{} {}", "{}x", "{}]", "{}}",
		"[]]", "[1]2", "12 13", "\"a\"\"b\"", "\"a", "tru", "1x", "[1\"a\"]", "[\"a\"x]",
		"['a']", "[1,,2]", "{\"a\":[}", "{\"a\":1]", "[\f]", "{\"a\":\v1}", "[1}",
		"{\"a\":{\"b\":1}", "[[1]", "{\"a\":[1}", "{\"a\":tru e}", "\\", "[\\]"};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (judge(texts[i]) != JSON_INVALID)
			fail_msg("accepted, or another error: %s", texts[i]);
	assert_int_equal(judge(""), JSON_EMPTY);
	assert_int_equal(judge(" \n\t"), JSON_EMPTY);
}

/* What stands behind the text never completes it. */
static void test_behind(void **state)
{
	static const char *const texts[] = {"{\"a\":{\"b\":1}", "[[1]", "{\"a\":1", "[",
		"{\"a\":", "[1,", "\"a", "[tru", "{\"a\":[{}"};
	static const char *const behind[] = {
		"}", "]", "}}", "]]", "1}", "\"", "\"]", ",", "e]", "]}", "\n}"};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		for (size_t j = 0; j < sizeof behind / sizeof *behind; j++)
			if (judge_behind(texts[i], strlen(texts[i]), LIMIT_DEPTH, behind[j]) ==
				JSON_OK)
				fail_msg("accepted: %s | %s", texts[i], behind[j]);
}

static void test_nul(void **state)
{
	static const char *const texts[] = {"{}\0", "\0{}", "[1,\0]", "[\"a\0b\"]", "{\"a\0\":1}"};
	static const size_t lens[] = {3, 3, 5, 7, 8};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		assert_int_equal(judge_behind(texts[i], lens[i], LIMIT_DEPTH, ""), JSON_INVALID);
}

static void test_utf8(void **state)
{
	static const char *const texts[] = {"[\"\xff\"]", "[\"\xc0\x80\"]", "[\"\xed\xa0\x80\"]",
		"[\"\xe2\x82\"]", "[\"\x80\"]", "[\"\xf4\x90\x80\x80\"]", "[\"\xf0\x80\x80\x80\"]"};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		assert_int_equal(judge(texts[i]), JSON_INVALID_UTF8);
}

static void test_surrogates(void **state)
{
	static const char *const texts[] = {"[\"\\ud800\"]", "[\"\\udc00\"]", "[\"\\ud800x\"]",
		"[\"\\ud800\\ud800\"]", "[\"\\ud83d\\n\"]", "{\"\\ud800\":1}",
		"[\"\\ud83d\\u0041\"]"};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		assert_int_equal(judge(texts[i]), JSON_SURROGATE);
}

static void test_depth(void **state)
{
	char text[4000];

	(void)state;
	for (size_t depth = 127; depth <= 129; depth++) {
		memset(text, '[', depth);
		memset(text + depth, ']', depth);
		assert_int_equal(judge_behind(text, 2 * depth, 128, ""),
			depth <= 128 ? JSON_OK : JSON_TOO_DEEP);
	}
	memset(text, '[', sizeof text);
	assert_int_not_equal(judge_behind(text, sizeof text, 5000, ""), JSON_OK);
}

static void assert_value(const struct json_value *value, enum json_type type, const char *text)
{
	assert_int_equal(value->type, type);
	if (type == JSON_ABSENT)
		return;
	assert_int_equal(value->len, strlen(text));
	assert_memory_equal(value->text, text, value->len);
}

static int add(struct json_plan *plan, const char *a, const char *b)
{
	const char *path[] = {a, b};

	return json_plan_add(plan, path, b == NULL ? 1 : 2);
}

static void test_select(void **state)
{
	static const char text[] = " {\"x\":{\"data\":9},\"data\":{\"a\":\"one\",\"b\":[1, {}] "
				   ",\"c\":1},\"oracle\" : { \"a\" : 2 } ,\"type\":\"t\"} ";
	struct json_plan *plan = json_plan_new();
	struct json_value values[6];
	struct json_found found;
	char *copy = padded(text, strlen(text), "");

	(void)state;
	assert_int_equal(add(plan, "data", NULL), 0);
	assert_int_equal(add(plan, "data", "a"), 1);
	assert_int_equal(add(plan, "data", "b"), 2);
	assert_int_equal(add(plan, "oracle", NULL), 3);
	assert_int_equal(add(plan, "type", NULL), 4);
	assert_int_equal(add(plan, "none", NULL), 5);
	assert_int_equal(add(plan, "none", NULL), -1);
	assert_int_equal(add(plan, "nowhere", "a"), -1);
	assert_int_equal(
		json_select(parser, copy, strlen(text), plan, 128, values, &found), JSON_OK);
	assert_int_equal(found.type, JSON_OBJECT);
	assert_int_equal(found.depth, 4);
	assert_ptr_equal(found.text, copy + 1);
	assert_int_equal(found.len, strlen(text) - 2);
	assert_value(&values[0], JSON_OBJECT, "{\"a\":\"one\",\"b\":[1, {}] ,\"c\":1}");
	assert_value(&values[1], JSON_STRING, "\"one\"");
	assert_value(&values[2], JSON_ARRAY, "[1, {}]");
	assert_value(&values[3], JSON_OBJECT, "{ \"a\" : 2 }");
	assert_value(&values[4], JSON_STRING, "\"t\"");
	assert_value(&values[5], JSON_ABSENT, "");
	free(copy);
	json_plan_free(plan);
}

static void test_last_counts(void **state)
{
	static const struct {
		const char *text;
		enum json_type type;
		const char *a;
	} cases[] = {
		{"{\"data\":{\"a\":1,\"a\":2}}", JSON_NUMBER, "2"},
		{"{\"data\":{\"a\":1},\"data\":{\"a\":3}}", JSON_NUMBER, "3"},
		{"{\"data\":{\"a\":1},\"data\":{}}", JSON_ABSENT, ""},
		{"{\"data\":{\"a\":1},\"data\":7}", JSON_ABSENT, ""},
		{"{\"d\\u0061ta\":{\"\\u0061\":1}}", JSON_NUMBER, "1"},
		{"{\"data\":{\"a\":1},\"\\u0064ata\":{}}", JSON_ABSENT, ""},
		{"{\"data\":[{\"a\":1}]}", JSON_ABSENT, ""},
		{"[{\"data\":{\"a\":1}}]", JSON_ABSENT, ""},
	};
	struct json_plan *plan = json_plan_new();
	struct json_value values[2];
	struct json_found found;

	(void)state;
	add(plan, "data", NULL);
	add(plan, "data", "a");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		size_t len = strlen(cases[i].text);
		char *copy = padded(cases[i].text, len, "");

		assert_int_equal(
			json_select(parser, copy, len, plan, 128, values, &found), JSON_OK);
		assert_value(&values[1], cases[i].type, cases[i].a);
		free(copy);
	}
	json_plan_free(plan);
}

static void test_string(void **state)
{
	static const char spelled[] = "a\"\\/\b\f\n\r\t\xc3\xa9\xe2\x82\xac"
				      "\xf0\x9f\x98\x80z";
	static const char text[] = "\"\\u0061\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9"
				   "\\u20AC\\ud83d\\ude00z\"";
	struct json_value value = {text, strlen(text), JSON_STRING};
	char buffer[100];
	const char *out;
	size_t len;

	(void)state;
	assert_int_equal(json_string(&value, buffer, sizeof buffer, &out, &len), 0);
	assert_int_equal(len, strlen(spelled));
	assert_memory_equal(out, spelled, len);
	assert_int_equal(json_string(&value, buffer, 10, &out, &len), -1);
	assert_true(json_string_is(&value, spelled));
	assert_false(json_string_is(&value, "a"));
	value = (struct json_value){"\"abc\"", 5, JSON_STRING};
	assert_int_equal(json_string(&value, buffer, 0, &out, &len), 0);
	assert_ptr_equal(out, value.text + 1);
	assert_int_equal(len, 3);
	assert_true(json_string_is(&value, "abc"));
	value.type = JSON_NUMBER;
	assert_false(json_string_is(&value, "abc"));
}

static void test_tree(void **state)
{
	static const char text[] = "{\"a\":[1,{\"b\":null},\"x\"],\"c\":{},\"a\":[true]}";
	struct json_tree tree = JSON_TREE_INIT;
	const struct json_node *node, *a;

	(void)state;
	for (int twice = 0; twice < 2; twice++) {
		char *copy = padded(text, strlen(text), "");

		assert_int_equal(json_tree_parse(&tree, parser, copy, strlen(text), 128), JSON_OK);
		node = json_tree_first(&tree, &tree.nodes[0]);
		assert_true(json_string_is(&node->name, "a"));
		assert_value(&node->value, JSON_ARRAY, "[1,{\"b\":null},\"x\"]");
		node = json_tree_first(&tree, node);
		assert_value(&node->value, JSON_NUMBER, "1");
		node = json_tree_next(&tree, node);
		assert_value(&json_tree_member(&tree, node, "b")->value, JSON_NULL, "null");
		node = json_tree_next(&tree, node);
		assert_value(&node->value, JSON_STRING, "\"x\"");
		assert_null(json_tree_next(&tree, node));
		a = json_tree_member(&tree, &tree.nodes[0], "a");
		assert_value(&a->value, JSON_ARRAY, "[true]");
		assert_null(json_tree_member(&tree, a, "b"));
		assert_null(json_tree_member(&tree, &tree.nodes[0], "b"));
		free(copy);
	}
	json_tree_free(&tree);
}

/* Texts of growing length: the parser's memory grows with them. */
static void test_growing(void **state)
{
	(void)state;
	for (size_t len = 10; len < 300000; len = len * 3 + 1) {
		char *text = calloc(1, len + LIMIT_JSON_PADDING);
		struct json_found found;

		memset(text, 'x', len);
		memcpy(text, "[\"", 2);
		memcpy(text + len - 2, "\"]", 2);
		assert_int_equal(json_select(parser, text, len, NULL, 1, NULL, &found), JSON_OK);
		free(text);
	}
}

/* Each error has a text of its own, and there is one for what is none. */
static void test_texts(void **state)
{
	(void)state;
	for (int i = JSON_OK; i <= JSON_NO_MEMORY + 1; i++) {
		const char *text = json_error_text((enum json_error)i);

		assert_true(strlen(text) > 5);
		for (int j = JSON_OK; j < i; j++)
			assert_string_not_equal(text, json_error_text((enum json_error)j));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_valid),
		cmocka_unit_test(test_invalid),
		cmocka_unit_test(test_behind),
		cmocka_unit_test(test_nul),
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_surrogates),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_select),
		cmocka_unit_test(test_last_counts),
		cmocka_unit_test(test_string),
		cmocka_unit_test(test_tree),
		cmocka_unit_test(test_growing),
		cmocka_unit_test(test_texts),
	};
	int failed;

	parser = json_parser_new();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	json_parser_free(parser);
	return failed;
}

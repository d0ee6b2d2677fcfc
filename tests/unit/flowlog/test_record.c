/* Records: judged whole, unwrapped, their members handed out. */
#include "texts.h"

#include "flowlog/record.h"

#define FLOW "{\"data\":{\"action\":\"ACCEPT\"},\"oracle\":{}}"

static struct record_plan plan;
static struct json_parser *parser;
static struct record record;
static const char *reason;

static enum record_kind read_text(const char *text, enum record_wrap wrap)
{
	char *copy = padded(text, strlen(text));
	enum record_kind kind =
		record_read(&record, &plan, parser, copy, strlen(text), wrap, &reason);

	/* Views into the copy are looked at by test_members alone. */
	free(copy);
	return kind;
}

static void test_kinds(void **state)
{
	static const struct {
		const char *text;
		enum record_wrap wrap;
		enum record_kind kind;
	} cases[] = {
		{FLOW, WRAP_VALUE, RECORD_OK},
		{"{\"datetime\":1,\"logContent\":" FLOW "}", WRAP_VALUE, RECORD_OK},
		{"{\"data\":{\"logContent\":" FLOW "}}", WRAP_VALUE, RECORD_OK},
		{"{\"data\":{\"logContent\":" FLOW "}}", WRAP_ROW, RECORD_OK},
		{"{\"logContent\":{\"logContent\":" FLOW "}}", WRAP_VALUE, RECORD_BAD},
		{"{\"data\":{\"results\":[]}}", WRAP_VALUE, RECORD_ROWS},
		{"{\"data\":{\"results\":[]}}", WRAP_ROW, RECORD_BAD},
		{"{\"data\":{\"results\":{}},\"oracle\":{}}", WRAP_VALUE, RECORD_OK},
		{"{\"data\":{},\"oracle\":{},\"logContent\":5}", WRAP_VALUE, RECORD_OK},
		{"{\"data\":{}}", WRAP_VALUE, RECORD_BAD},
		{"{\"oracle\":{}}", WRAP_VALUE, RECORD_BAD},
		{"{\"data\":[],\"oracle\":{}}", WRAP_VALUE, RECORD_BAD},
		{"[]", WRAP_VALUE, RECORD_NOTHING},
		{" [ \t] ", WRAP_ROW, RECORD_NOTHING},
		{"[[]]", WRAP_VALUE, RECORD_BAD},
		{"[{}]", WRAP_ROW, RECORD_BAD},
		{"[,]", WRAP_VALUE, RECORD_BAD},
		{"5", WRAP_VALUE, RECORD_BAD},
		{"\"x\"", WRAP_VALUE, RECORD_BAD},
		{"{\"data\":{},\"oracle\":{}}x", WRAP_VALUE, RECORD_BAD},
		{"{\"data\":{},\"oracle\":{},\"x\":tru}", WRAP_VALUE, RECORD_BAD},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		reason = NULL;
		assert_int_equal(read_text(cases[i].text, cases[i].wrap), cases[i].kind);
		if (cases[i].kind == RECORD_BAD)
			assert_true(strlen(reason) > 5);
	}
}

/* Depth counts from the record, whatever it is wrapped in. */
static void test_depth(void **state)
{
	static const char *const wraps[][2] = {
		{"", ""}, {"{\"logContent\":", "}"}, {"{\"data\":{\"logContent\":", "}}"}};
	char text[2000];

	(void)state;
	for (size_t i = 0; i < 3; i++)
		for (size_t depth = 127; depth <= 129; depth++) {
			int at = sprintf(text, "%s{\"data\":{},\"oracle\":{},\"x\":", wraps[i][0]);

			for (size_t n = 1; n < depth; n++)
				text[at++] = '[';
			for (size_t n = 1; n < depth; n++)
				text[at++] = ']';
			sprintf(text + at, "}%s", wraps[i][1]);
			assert_int_equal(
				read_text(text, WRAP_VALUE), depth <= 128 ? RECORD_OK : RECORD_BAD);
		}
}

static void test_members(void **state)
{
	static const char text[] = "{\"logContent\":{\"type\":\"t\",\"id\":[1],\"data\":{"
				   "\"action\":\"A\",\"protocol\":6},\"oracle\":{"
				   "\"vnicsubnetocid\":\"s\"}}}";
	char *copy = padded(text, strlen(text));
	const struct json_value *id = &record.values[plan.keep[1].literal];

	(void)state;
	assert_int_equal(
		record_read(&record, &plan, parser, copy, strlen(text), WRAP_VALUE, &reason),
		RECORD_OK);
	assert_memory_equal(record.values[RECORD_TYPE].text, "\"t\"", 3);
	assert_memory_equal(record.values[RECORD_SUBNET].text, "\"s\"", 3);
	assert_int_equal(record.values[RECORD_PROTOCOL].type, JSON_NUMBER);
	assert_int_equal(record.values[RECORD_TIME].type, JSON_ABSENT);
	assert_int_equal(record.values[RECORD_LOG_CONTENT].type, JSON_ABSENT);
	/* --keep data,id: one slot that was there, and one of its own */
	assert_int_equal(plan.keep_count, 2);
	assert_int_equal(plan.keep[0].literal, RECORD_DATA);
	assert_int_equal(id->len, 3);
	assert_memory_equal(id->text, "[1]", 3);
	free(copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_members),
	};
	const char *const keep[] = {"data", "id"};
	int failed;

	parser = json_parser_new();
	if (record_plan_init(&plan, keep, 2, false))
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	record_plan_free(&plan);
	json_parser_free(parser);
	return failed;
}

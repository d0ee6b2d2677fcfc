/* Blocks: their room, and what is said of them. */
#include "base/bytes.h"
#include "texts.h"

#include "flowlog/block.h"

static void test_texts(void **state)
{
	(void)state;
	for (int i = FAULT_NONE; i <= FAULT_HALF_LINE; i++) {
		const char *text = block_fault_text((enum block_fault)i);

		assert_true(strlen(text) > 5);
		for (int j = FAULT_NONE; j < i; j++)
			assert_string_not_equal(text, block_fault_text((enum block_fault)j));
	}
}

static void test_documents(void **state)
{
	static const char yes[] = " {\"data\": {\"results\": [";
	static const char no[] = "{\"data\": {\"result\": [";

	(void)state;
	assert_true(block_is_document(yes, strlen(yes)));
	assert_false(block_is_document(yes, strlen(yes) - 4));
	assert_false(block_is_document(no, strlen(no)));
	assert_true(block_is_document(" [{", 3));
	assert_false(block_is_document("  ", 2));
	assert_false(block_is_document("x[", 2));
}

static void test_runs(void **state)
{
	static const char *const yes[] = {" {\"a\":1}{}", "{},", "{\"a\":\"}\"} ,", "{} [1]",
		"  \"data\": {", "\"a\":", "\x1e{}", "{} }", "{}},", "{}]", "{\"results\":[{}",
		" {\"a\":\"\\\"results\\\"\",\"data\": {\"results\" : [{},"};
	static const char *const no[] = {"", " ", "{", "{}", "{}x", "\"a\"", "\"a", "\"a\",", "x",
		"[", "{]}{}", "{\"results\"", "{\"results\":", "{\"results\":{", "{\"result\":[{}",
		"[\"results\":["};

	(void)state;
	for (size_t i = 0; i < sizeof(yes) / sizeof(*yes); i++)
		assert_true(block_is_run(yes[i], strlen(yes[i])));
	for (size_t i = 0; i < sizeof(no) / sizeof(*no); i++)
		assert_false(block_is_run(no[i], strlen(no[i])));
}

static void test_marks(void **state)
{
	(void)state;
	assert_int_equal(bytes_mark_length("\xef\xbb\xbfx", 4), 3);
	assert_int_equal(bytes_mark_length("\xef\xbb\xbf", 2), 0);
	assert_int_equal(bytes_mark_length("\xef\xbb\xbe", 3), 0);
	assert_true(block_may_be_mark("\xef\xbb\xbf", 1));
	assert_true(block_may_be_mark("\xef\xbb\xbf", 2));
	assert_false(block_may_be_mark("\xef\xbb\xbf", 3));
	assert_false(block_may_be_mark("\xef\xbc", 2));
}

/* Room beyond what a block usually has is given back; units grow. */
static void test_room(void **state)
{
	struct block block = {0};

	(void)state;
	assert_int_equal(block_reserve(&block, LIMIT_BLOCK + 1), 0);
	memset(block.text, 'x', LIMIT_BLOCK + 1);
	block.len = LIMIT_BLOCK + 1;
	block_pad(&block);
	assert_int_equal(block.text[block.len], 0);
	for (size_t i = 0; i < 3 * LIMIT_BLOCK / LIMIT_RECORD_MIN; i++) {
		const struct block_unit unit = {.offset = i, .len = 1};

		assert_int_equal(block_add_unit(&block, &unit), 0);
		assert_int_equal(block.units[i].offset, i);
	}
	block_reset(&block);
	assert_null(block.text);
	assert_int_equal(block.unit_count, 0);
	block_pad(&block);
	assert_int_equal(block_reserve(&block, (size_t)1 << 48), -1);
	assert_int_equal(block_reserve(&block, 5), 0);
	block_reset(&block);
	assert_non_null(block.text);
	block_free(&block);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_documents),
		cmocka_unit_test(test_runs),
		cmocka_unit_test(test_marks),
		cmocka_unit_test(test_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

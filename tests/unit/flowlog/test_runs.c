/* Framing of runs of JSON values: the same units however the text is cut. */
#include "texts.h"

#include "base/bytes.h"
#include "flowlog/runs.h"

#define MAX_RECORD 60
#define MARK "\xef\xbb\xbf"

static struct bytes found = BYTES_INIT(1 << 20);

/*
 * Notes the units of a block: "<text>", with the fault's number before it, or an m
 * where it may have marks.
 */
static void note_units(struct block *block)
{
	for (size_t i = 0; i < block->unit_count; i++) {
		const struct block_unit *unit = &block->units[i];

		if (unit->fault != FAULT_NONE)
			bytes_append_number(&found, unit->fault);
		else if (unit->has_marks)
			bytes_append_char(&found, 'm');
		bytes_append_text(&found, unit->is_row ? "(" : "<");
		if (unit->fault == FAULT_NONE)
			bytes_append(&found, block->text + unit->offset, unit->len);
		bytes_append_text(&found, unit->is_row ? ")" : ">");
	}
	block->unit_count = 0;
}

/* Feeds text in pieces, dropping what need not be kept after each. */
static void frame(const char *text, size_t piece)
{
	struct block block = {0};
	struct runs runs;
	size_t len = strlen(text), at = 0;

	assert_int_equal(block_reserve(&block, 4096), 0);
	runs_init(&runs, MAX_RECORD, false);
	bytes_clear(&found);
	while (at < len) {
		size_t more = len - at < piece ? len - at : piece;
		size_t keep;

		memcpy(block.text + block.len, text + at, more);
		block.len += more;
		at += more;
		assert_int_equal(runs_scan(&runs, &block), RUNS_MORE);
		note_units(&block);
		keep = runs_keep_from(&runs);
		assert_true(block.len - keep <= MAX_RECORD + piece);
		memmove(block.text, block.text + keep, block.len - keep);
		block.len -= keep;
		runs_shift(&runs, keep);
	}
	assert_int_equal(runs_finish(&runs, &block), RUNS_MORE);
	note_units(&block);
	block_free(&block);
}

static const struct {
	const char *text;
	const char *units;
} cases[] = {
	{"", ""},
	{" \n\t", ""},
	{"{\"a\":1}{\"b\":2}", "<{\"a\":1}><{\"b\":2}>"},
	{"{\n  \"a\": [1,\n {}]\n}\n,{}", "<{\n  \"a\": [1,\n {}]\n}><{}>"},
	{"[]", ""},
	{"[{},\n{\"a\":\"]}\"}, [1], 5, \"x\"]{}", "<{}><{\"a\":\"]}\"}><[1]><5><\"x\"><{}>"},
	{"{\"data\":{\"results\":[{\"a\":1},{}],\"more\":[]},\"x\":{}} {}", "({\"a\":1})({})<{}>"},
	{"{\"f\":\"data\", \"d\\u0061ta\" : {\"result\\u0073\": [{}]}}", "({})"},
	{"{\"data\":{\"x\":{\"results\":[{}]}}}", "<{\"data\":{\"x\":{\"results\":[{}]}}}>"},
	{"{\"x\":{\"results\":[{}]}}", "<{\"x\":{\"results\":[{}]}}>"},
	{"{\"data\":{\"results\":5}}", "<{\"data\":{\"results\":5}}>"},
	{"[{\"data\":{\"results\":[]}}]", "<{\"data\":{\"results\":[]}}>"},
	{"{\"data\":{\"results\":[{},1]},\"x\":[]}{}", "({})(1)<{}>"},
	/* rows that a document has itself */
	{"{\"results\":[{},1],\"x\":[]}{}", "({})(1)<{}>"},
	{"{\"x\":1, \"result\\u0073\": [{}]} {}", "({})<{}>"},
	{"{\"results\":{\"results\":[]}}", "<{\"results\":{\"results\":[]}}>"},
	{"{\"data\":{},\"results\":[{}]}", "({})"},
	/* record separators, also after a cut */
	{"\x1e{}\n\x1e\x1e[{}]\n\x1e", "<{}><{}>"},
	{"\x1e{\n\"a\":[\n\x1e{\"b\":1}", "3<><{\"b\":1}>"},
	/* byte order marks at the start of a line */
	{MARK "{}\n" MARK "{}\n" MARK, "<{}><{}>"},
	{MARK "[{},\n" MARK "{}\n" MARK "]", "<{}><{}>"},
	{"{\n" MARK "\"a\":1}", "m<{\n" MARK "\"a\":1}>"},
	{"{\n" MARK "\"a\":1}{}\n" MARK "{}", "m<{\n" MARK "\"a\":1}><{}><{}>"},
	{"{\n\"a\":1\n" MARK "{\"b\":1}", "3<><{\"b\":1}>"},
	{"{\"a\":]\n" MARK "{\"b\":1}", "3<><{\"b\":1}>"},
	{"{} " MARK, "<{}><" MARK ">"},
	{MARK MARK, "<" MARK ">"},
	{"\n\xef\xbb", "<\xef\xbb>"},
	{"\n\xef\xbb{}", "<\xef\xbb><{}>"},
	/* stray closers: one bad record each, before any break */
	{"{}\n},\n{}", "<{}>5<><{}>"},
	{"{}]{}", "<{}>5<><{}>"},
	/* breaks, and where reading resumes */
	{"{\n \"a\": ]\n}\n{\"b\":1}", "3<><{\"b\":1}>"},
	{"{\n \"a\": \"x\n}\n{\"b\":1}", "3<><{\"b\":1}>"},
	{"{\n \"a\": 1\n{\"b\":1}", "3<><{\"b\":1}>"},
	{"{\n \"a\": {\n \"b\": 1\n}\n{\"c\":1}\n]}", "3<><{\"c\":1}>"},
	{"[\n {\"a\":]},\n {\"b\":1}\n]\n{\"c\":1}", "3<><{\"b\":1}><{\"c\":1}>"},
	{"[\n {\"a\":]},\n  {\"deeper\":1},\n {\"b\":1}\n]", "3<><{\"b\":1}>"},
	/* a value may stand there */
	{"[\n{\"a\":\n{}},\n{}]", "<{\"a\":\n{}}><{}>"},
	/* cut by the end */
	{"{\"a\":1", "4<>"},
	{"\"abc", "4<>"},
	{"12", "<12>"},
	{"{\"data\":{\"results\":[{}],", "({})4<>"},
	{"{\"data\":{\"results\":[{}]]\n{}", "({})3<><{}>"},
	{"[", "4<>"},
	{"[{},\n", "<{}>4<>"},
	{"[{}", "<{}>4<>"},
	{"[{", "4<>"},
	{"[1", "4<>"},
	{"{} [[", "<{}>4<>"},
	{"{\"results\":[", "4<>"},
	{"{\"results\":[{}]", "({})4<>"},
	{"[\n {\"a\":]},\n {\"b\":1}\n", "3<><{\"b\":1}>4<>"},
	/* too long: skipped, nothing of it kept */
	{"{\"a\":\"0123456789012345678901234567890123456789012345678901234"
	 "567890123456789\"} {\"b\":1}",
		"1<><{\"b\":1}>"},
};

static void test_every_cutting(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		for (size_t piece = 1; piece < 80; piece++) {
			frame(cases[i].text, piece);
			bytes_append_char(&found, '\0');
			assert_string_equal(found.data, cases[i].units);
		}
	bytes_free(&found);
}

static bool page_follows(const char *text, size_t piece)
{
	size_t len = strlen(text);
	struct block block = {0};
	struct runs runs;

	assert_int_equal(block_reserve(&block, 4096), 0);
	runs_init(&runs, MAX_RECORD, false);
	for (block.len = piece < len ? piece : len;; block.len += piece) {
		if (block.len > len)
			block.len = len;
		memcpy(block.text, text, block.len);
		assert_int_equal(runs_scan(&runs, &block), RUNS_MORE);
		if (block.len == len)
			break;
	}
	block_free(&block);
	return runs.page_follows;
}

/* What says that a page follows may stand before the rows and after them. */
static void test_pages(void **state)
{
	static const char *const yes[] = {
		"{\"results\":[],\"opc-next-page\":\"x\"}",
		"{\"opc-next-page\":\"x\",\"data\":{\"results\":[{}]}}",
		"{\"data\":{\"results\":[{}]}, \"opc\\u002dnext-page\" : \"\\u0020\"}",
		"{\"results\":[]} {\"results\":[],\"opc-next-page\":\"x\"} {\"results\":[]}",
	};
	static const char *const no[] = {
		"{\"results\":[]}",
		"{\"opc-next-page\":\"x\"}",
		"{\"opc-next-page\":\"x\"}{\"results\":[]}",
		"{\"results\":[],\"opc-next-page\":\"\"}",
		"{\"results\":[],\"opc-next-page\":null,\"x\":\"y\"}",
		"{\"results\":[],\"opc-next-page\":{\"x\":\"y\"}}",
		"{\"results\":[{\"opc-next-page\":\"x\"}]}",
		"{\"data\":{\"results\":[],\"opc-next-page\":\"x\"}}",
		"{\"results\":[],\"x\":\"opc-next-page\",\"y\":\"z\"}",
		"{\"results\":[],\"opc-next-pages\":\"x\"}",
	};

	(void)state;
	for (size_t piece = 1; piece < 80; piece++) {
		for (size_t i = 0; i < sizeof(yes) / sizeof(*yes); i++)
			assert_true(page_follows(yes[i], piece));
		for (size_t i = 0; i < sizeof(no) / sizeof(*no); i++)
			assert_false(page_follows(no[i], piece));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_cutting),
		cmocka_unit_test(test_pages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

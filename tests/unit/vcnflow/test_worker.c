/* Blocks turned into output and counts; with tag, emit and subnets in it. */
#include "rooms.h"

#include "base/bytes.h"
#include "base/ocid.h"
#include "vcnflow/unknown.h"
#include "vcnflow/worker.h"

#define MARK "\xef\xbb\xbf"

static struct options options;
static struct record_plan plan;
static struct result result;
static struct bytes output = BYTES_INIT(1 << 20);
static struct bytes left = BYTES_INIT(1 << 20); /* the block's text, after the run */

static int take(struct outbuf *out, void *context)
{
	(void)context;
	return bytes_append(&output, out->data, out->len);
}

/* Works on a text as one block of lines, or of one unit. */
static void run(const char *text, enum block_kind kind)
{
	struct worker_shared shared = {&options, &plan, NULL};
	struct worker *worker = worker_new(&shared);
	char data[4096];
	struct outbuf out = {.data = data, .cap = sizeof data, .hand_over = take};
	struct block block = {0};
	struct block_unit unit = {
		0, strlen(text), FAULT_NONE, false, strstr(text, "\n" MARK) != NULL};

	assert_int_equal(block_reserve(&block, strlen(text)), 0);
	memcpy(block.text, text, strlen(text));
	block.len = strlen(text);
	block.kind = kind;
	block_pad(&block);
	if (kind == BLOCK_UNITS)
		assert_int_equal(block_add_unit(&block, &unit), 0);
	bytes_clear(&output);
	result_reset(&result);
	worker_run(worker, &block, &result, &out);
	outbuf_flush(&out);
	bytes_append_char(&output, '\0');
	bytes_clear(&left);
	bytes_append(&left, block.text, block.len);
	bytes_append_char(&left, '\0');
	block_free(&block);
	worker_free(worker);
}

static void set_up(void)
{
	default_options(&options);
	record_plan_free(&plan);
	assert_int_equal(record_plan_init(&plan, options.keep, options.keep_count, false), 0);
}

#define EMITTED                                                                                    \
	"{\"destinationAddress\":\"10.0.0.1\",\"destinationPort\":443,"                            \
	"\"protocol\":6,\"protocolName\":\"TCP\",\"sourceAddress\":"                               \
	"\"8.8.8.8\",\"internal_or_external_source\":\"external\","                                \
	"\"internal_or_external_destination\":\"internal\","                                       \
	"\"traffic_direction\":\"N/A\",\"traffic_type\":\"external traffic\","                     \
	"\"security_lists\":[],\"oracle\":{\"vnicsubnetocid\":\"" SUBNET "\"}}\n"

static void test_record(void **state)
{
	(void)state;
	set_up();
	run(FLOW "\n", BLOCK_LINES);
	assert_string_equal(output.data, EMITTED);
	assert_int_equal(result.tally.fates[FATE_EMITTED], 1);
	assert_int_equal(result.tally.unknown_subnet, 1);
	assert_int_equal(result.unknown.count, 1);
	assert_int_equal(result.lines, 1);
}

/* Absent members are N/A; carried values keep their bytes. */
static void test_carried(void **state)
{
	(void)state;
	set_up();
	options.security_lists = LISTS_NONE;
	run("{\"data\": {\"action\":\"ACCEPT\",\"protocol\": [1, {\"a\" "
	    ":1}],\"sourceAddress\":\"10.0.0.256\"},\"oracle\": {} }",
		BLOCK_LINES);
	assert_string_equal(output.data,
		"{\"destinationAddress\":\"N/A\",\"destinationPort\":\"N/A\","
		"\"protocol\":[1, {\"a\" :1}],\"protocolName\":\"N/A\","
		"\"sourceAddress\":\"10.0.0.256\","
		"\"internal_or_external_source\":\"invalid\","
		"\"internal_or_external_destination\":\"invalid\","
		"\"traffic_direction\":\"N/A\","
		"\"traffic_type\":\"external traffic\",\"oracle\":{}}\n");
}

/* White space goes in a run, and where there is CR, LF or TAB. */
static void test_space(void **state)
{
	static const char text[] = "{\"data\":{\"action\":\"ACCEPT\"},\"oracle\":{ \"a b\" "
				   ":\"\\\" c\"\t, \"d\": 1 }}";

	(void)state;
	set_up();
	run(text, BLOCK_LINES);
	assert_non_null(strstr(output.data, "{\"a b\":\"\\\" c\",\"d\":1}}\n"));
	run("{\"data\":{\"action\":\"ACCEPT\"},\"oracle\":{ \"d\": 1 }}", BLOCK_LINES);
	assert_non_null(strstr(output.data, "{ \"d\": 1 }}\n"));
	run("{\"data\":{\"action\":\"ACCEPT\"},\"oracle\":{ \"d\": 1 }}", BLOCK_UNITS);
	assert_non_null(strstr(output.data, "{\"d\":1}}\n"));
}

/* A bad record costs itself, in a line that is an array perhaps more. */
static void test_bad(void **state)
{
	static const struct {
		const char *text;
		uint64_t emitted, bad;
	} cases[] = {
		{FLOW "\nx\n\n \r\n" FLOW "\r\n", 2, 1},
		{"[" FLOW "," FLOW "]\n", 2, 0},
		{"[]\n[ ]\n", 0, 0},
		{"[[" FLOW "]]\n", 0, 1},
		{"[" FLOW ",x," FLOW "]\n", 2, 1},
		{"[" FLOW ",{]," FLOW "]\n", 1, 1},
		{"[" FLOW " " FLOW "]\n", 1, 1},
		{"[" FLOW "\n", 1, 1},
		{"[" FLOW "]x\n", 1, 1},
		{"{\"data\":{\"results\":[" FLOW " , 5," FLOW "]}}\n", 2, 1},
		{"{\"data\":{\"results\":[]}}\n", 0, 0},
		{"{\"data\":{\"results\":[" FLOW "}}\n", 0, 1},
	};

	(void)state;
	set_up();
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		run(cases[i].text, BLOCK_LINES);
		assert_int_equal(result.tally.fates[FATE_EMITTED], cases[i].emitted);
		assert_int_equal(result.tally.fates[FATE_BAD], cases[i].bad);
		assert_int_equal(result.mark_count, cases[i].bad);
	}
}

static void test_marks_and_rejects(void **state)
{
	(void)state;
	set_up();
	options.flowlog.keep_bad = true;
	run(FLOW "\nbad one\n" FLOW "\n[5," FLOW "]\n", BLOCK_LINES);
	assert_int_equal(result.mark_count, 2);
	assert_int_equal(result.marks[0].place, 1);
	assert_int_equal(result.marks[1].place, 3);
	assert_int_equal(result.reject_count, 2);
	assert_int_equal(result.rejects[0].offset, strlen(FLOW) + 1);
	assert_int_equal(result.rejects[0].len, 7);
	assert_int_equal(result.rejects[1].len, 1);
	options.strict = true;
	run("bad\n" FLOW "\n", BLOCK_LINES);
	assert_int_equal(result.state, RESULT_STOPPED);
	assert_int_equal(result.tally.fates[FATE_EMITTED], 0);
}

/* Marks at the start of a unit's lines are skipped, and stand in it again after that. */
static void test_marked_unit(void **state)
{
	static const char good[] = "{\n" MARK "\"data\":{\"action\":\"ACCEPT\"},\n" MARK
				   "\"oracle\":{\"" MARK "\":\n" MARK "1}\n" MARK "}";
	static const char bad[] = "[\n" MARK MARK "\n" MARK "]";

	(void)state;
	set_up();
	options.flowlog.keep_bad = true;
	run(good, BLOCK_UNITS);
	assert_int_equal(result.tally.fates[FATE_EMITTED], 1);
	assert_non_null(strstr(output.data, "\"oracle\":{\"" MARK "\":1}}\n"));
	assert_string_equal(left.data, good);
	run(bad, BLOCK_UNITS);
	assert_int_equal(result.tally.fates[FATE_BAD], 1);
	assert_int_equal(result.rejects[0].len, strlen(bad));
	assert_string_equal(left.data, bad);
}

static void test_max_record(void **state)
{
	(void)state;
	set_up();
	options.flowlog.max_record = strlen(FLOW);
	run(FLOW "\r\n", BLOCK_LINES);
	assert_int_equal(result.tally.fates[FATE_EMITTED], 1);
	run(FLOW " \n", BLOCK_LINES);
	assert_int_equal(result.tally.fates[FATE_BAD], 1);
	options.flowlog.max_record--;
	run(FLOW, BLOCK_UNITS);
	assert_int_equal(result.tally.fates[FATE_BAD], 1);
}

static void test_subnets(void **state)
{
	static const char *const good[] = {SUBNET, "ocid1.subnet.a"};
	static const char *const odd[] = {"", "ocid1.subnet.", "ocid1.subnet.a b", "ocid1.vnic.a"};
	struct textset set = TEXTSET_INIT(1);
	struct json_value a = {"\"\\u0061\"", 8, JSON_STRING};
	struct json_value same = {"\"a\"", 3, JSON_STRING};
	struct json_value other = {"\"b\"", 3, JSON_STRING};
	char text[300] = "ocid1.subnet.";

	(void)state;
	for (size_t i = 0; i < 2; i++)
		assert_true(ocid_is_of(good[i], strlen(good[i]), "subnet"));
	for (size_t i = 0; i < 4; i++)
		assert_false(ocid_is_of(odd[i], strlen(odd[i]), "subnet"));
	memset(text + 13, 'x', 241);
	assert_true(ocid_is_of(text, 13 + 240, "subnet"));
	assert_false(ocid_is_of(text, 13 + 241, "subnet"));
	assert_int_equal(unknown_add(&set, &a), 0);
	assert_int_equal(unknown_add(&set, &same), 0);
	assert_int_equal(set.count, 1);
	assert_int_equal(unknown_add(&set, &other), 0);
	assert_int_equal(set.count, 1);
	textset_free(&set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_record),
		cmocka_unit_test(test_carried),
		cmocka_unit_test(test_space),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_marks_and_rejects),
		cmocka_unit_test(test_marked_unit),
		cmocka_unit_test(test_max_record),
		cmocka_unit_test(test_subnets),
	};
	int failed;

	result_init(&result);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	result_free(&result);
	record_plan_free(&plan);
	bytes_free(&output);
	bytes_free(&left);
	return failed;
}

/* Verdicts, in their order, and what each filter compares. */
#include "rooms.h"

#include "vcnflow/select.h"

static struct options options;
static struct record_plan plan;
static struct json_parser *parser;

/* The verdict of a record with these members in and beside data. */
static enum fate judge(const char *data, const char *beside)
{
	struct record record;
	const char *reason;
	char text[1000];
	int len = sprintf(text,
		"{\"data\":{%s},\"oracle\":{\"ingestedtime\":"
		"\"2026-01-02T03:04:05Z\"}%s}",
		data, beside);
	char *copy = padded(text, (size_t)len);
	enum fate fate;

	assert_int_equal(
		record_read(&record, &plan, parser, copy, (size_t)len, WRAP_VALUE, &reason),
		RECORD_OK);
	fate = select_record(&options, &record);
	free(copy);
	return fate;
}

#define ACCEPT "\"action\":\"ACCEPT\""

static void test_type(void **state)
{
	(void)state;
	default_options(&options);
	assert_int_equal(judge(ACCEPT, ""), FATE_EMITTED);
	assert_int_equal(judge(ACCEPT, ",\"type\":5"), FATE_EMITTED);
	assert_int_equal(judge(ACCEPT, ",\"type\":\"com.oraclecloud.vcn.flowlogs."
				       "DataEvent\""),
		FATE_EMITTED);
	assert_int_equal(judge(ACCEPT, ",\"type\":\"c\\u006fm.oraclecloud.vcn."
				       "flowlogs.x\""),
		FATE_EMITTED);
	assert_int_equal(judge(ACCEPT, ",\"type\":\"\""), FATE_TYPE);
	assert_int_equal(judge(ACCEPT, ",\"type\":\"com.oraclecloud.vcn.flowlogs\""), FATE_TYPE);
	/* before its time and its action are looked at */
	options.has_since = true;
	options.time_field = TIME_EVENT;
	assert_int_equal(judge("", ",\"type\":\"x\""), FATE_TYPE);
}

static void test_time(void **state)
{
	static const struct {
		enum time_field field;
		const char *data, *beside;
		enum fate fate;
	} cases[] = {
		{TIME_INGESTED, ACCEPT, "", FATE_TIME},
		{TIME_EVENT, ACCEPT, "", FATE_BAD},
		{TIME_EVENT, ACCEPT, ",\"time\":5", FATE_BAD},
		{TIME_EVENT, ACCEPT, ",\"time\":\"2026-07-01\"", FATE_BAD},
		{TIME_EVENT, ACCEPT, ",\"time\":\"1970-01-01T00:01:39Z\"", FATE_TIME},
		{TIME_EVENT, ACCEPT, ",\"time\":\"1970-01-01T00:01:40Z\"", FATE_EMITTED},
		{TIME_EVENT, ACCEPT, ",\"time\":\"1970-01-01T00:03:19.9Z\"", FATE_EMITTED},
		{TIME_EVENT, ACCEPT, ",\"time\":\"1970-01-01T00:03:20Z\"", FATE_TIME},
		{TIME_START, ACCEPT ",\"startTime\":100", "", FATE_EMITTED},
		{TIME_START, ACCEPT ",\"startTime\":\"100\"", "", FATE_EMITTED},
		{TIME_START, ACCEPT ",\"startTime\":1.5", "", FATE_BAD},
		{TIME_START, "\"startTime\":100", "", FATE_NO_DATA},
		{TIME_END, ACCEPT ",\"endTime\":200", "", FATE_TIME},
		{TIME_END, ACCEPT ",\"endTime\":null", "", FATE_BAD},
	};

	(void)state;
	default_options(&options);
	options.has_since = options.has_until = true;
	options.since.seconds = 100;
	options.until.seconds = 200;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		options.time_field = cases[i].field;
		assert_int_equal(judge(cases[i].data, cases[i].beside), cases[i].fate);
	}
}

static void test_action(void **state)
{
	static const struct {
		const char *data;
		enum fate accept, reject;
	} cases[] = {
		{ACCEPT, FATE_EMITTED, FATE_ACTION},
		{"\"action\":\"\\u0041CCEPT\"", FATE_EMITTED, FATE_ACTION},
		{"\"action\":\"REJECT\"", FATE_ACTION, FATE_EMITTED},
		{"\"action\":\"accept\"", FATE_ACTION, FATE_ACTION},
		{"\"action\":true", FATE_ACTION, FATE_ACTION},
		{"", FATE_NO_DATA, FATE_NO_DATA},
		{"\"action\":null", FATE_NO_DATA, FATE_NO_DATA},
		{"\"action\":\"\"", FATE_NO_DATA, FATE_NO_DATA},
		{"\"action\":\"-\"", FATE_NO_DATA, FATE_NO_DATA},
		{"\"status\":\"NODATA\"", FATE_NO_DATA, FATE_NO_DATA},
		{ACCEPT ",\"status\":\"SKIPDATA\"", FATE_NO_DATA, FATE_NO_DATA},
		{ACCEPT ",\"status\":\"OK\"", FATE_EMITTED, FATE_ACTION},
	};

	(void)state;
	default_options(&options);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		options.action = ACTION_ACCEPT;
		assert_int_equal(judge(cases[i].data, ""), cases[i].accept);
		options.action = ACTION_REJECT;
		assert_int_equal(judge(cases[i].data, ""), cases[i].reject);
		options.action = ACTION_ALL;
		assert_int_equal(judge(cases[i].data, ""), FATE_EMITTED);
	}
}

static void test_protocol(void **state)
{
	static const char *const yes[] = {"6", "\"6\"", "\"\\u0036\""};
	static const char *const no[] = {"17", "6.0", "6e0", "\"06\"", "-6", "\"\"", "null", "[6]",
		"256", "262", "\"6 \"", "18446744073709551622"};
	char data[100];

	(void)state;
	default_options(&options);
	options.any_protocol = false;
	options.protocols[0] = (uint64_t)1 << 6;
	for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) {
		sprintf(data, ACCEPT ",\"protocol\":%s", yes[i]);
		assert_int_equal(judge(data, ""), FATE_EMITTED);
	}
	for (size_t i = 0; i < sizeof no / sizeof *no; i++) {
		sprintf(data, ACCEPT ",\"protocol\":%s", no[i]);
		assert_int_equal(judge(data, ""), FATE_PROTOCOL);
	}
	assert_int_equal(judge(ACCEPT, ""), FATE_PROTOCOL);
	options.protocols[3] = (uint64_t)1 << 63;
	assert_int_equal(judge(ACCEPT ",\"protocol\":255", ""), FATE_EMITTED);
}

static void test_tags(void **state)
{
	struct tags tags = {.direction = DIRECTION_EGRESS};

	(void)state;
	default_options(&options);
	assert_int_equal(select_tags(&options, NULL, &tags), FATE_EMITTED);
	options.directions = 1u << DIRECTION_INGRESS;
	assert_int_equal(select_tags(&options, NULL, &tags), FATE_DIRECTION);
	tags.direction = DIRECTION_INGRESS;
	options.traffic = TRAFFIC_INTERNAL;
	assert_int_equal(select_tags(&options, NULL, &tags), FATE_TRAFFIC);
	options.traffic = TRAFFIC_EXTERNAL;
	assert_int_equal(select_tags(&options, NULL, &tags), FATE_EMITTED);
	tags.internal_traffic = true;
	assert_int_equal(select_tags(&options, NULL, &tags), FATE_TRAFFIC);
}

/* The days of these times, in this order: what is noted is what each alone would
 * give, whatever was noted before. */
static void test_days(void **state)
{
	static const char *const times[] = {"\"2026-03-05T10:00:00Z\"", "\"2026-03-09T\"",
		"\"2026-03-07T00:00:00Z\"", "\"1926-03-07T\"", "\"2025-12-31T23:59:59Z\"",
		"\"2026-03-06\"", "\"26\"          ", "\"2026-01-xx\"", "\"2026-02-30T00:00:00Z\"",
		"\"1999-12-31T\"", "\"2126-01-01T\"", "\"2026-03-10T\""};
	struct select_days days = {0};
	struct tally noted = {0}, all = {0};
	size_t read = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		size_t len = (size_t)(strrchr(times[i], '"') + 1 - times[i]);
		struct json_value time = {.text = times[i], .len = len, .type = JSON_STRING};
		int64_t day;
		int status = select_day(&day, TIME_INGESTED, &time);

		if (status == 0)
			tally_date(&all, day);
		if (select_days_have(&days, &time))
			continue;
		read++;
		if (status == 0) {
			select_days_add(&days, TIME_INGESTED, &time);
			tally_date(&noted, day);
		}
		assert_int_equal(noted.first_day, all.first_day);
		assert_int_equal(noted.last_day, all.last_day);
	}
	assert_int_equal(noted.first_day, all.first_day);
	assert_int_equal(noted.last_day, all.last_day);
	/* all but 2026-03-07, 2026-03-06, 2026-01-xx and 2026-02-30 */
	assert_int_equal(read, sizeof(times) / sizeof(times[0]) - 4);
}

/* Seconds may have any number of digits: each is read. */
static void test_days_of_seconds(void **state)
{
	static const char seconds[] = "\"1767225600\"     ";
	struct select_days days = {0};
	struct json_value time = {.text = seconds, .len = 12, .type = JSON_STRING};
	int64_t day;

	(void)state;
	assert_int_equal(select_day(&day, TIME_START, &time), 0);
	assert_int_equal(day, 20454);
	select_days_add(&days, TIME_START, &time);
	assert_false(select_days_have(&days, &time));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_days),
		cmocka_unit_test(test_days_of_seconds),
		cmocka_unit_test(test_type),
		cmocka_unit_test(test_time),
		cmocka_unit_test(test_action),
		cmocka_unit_test(test_protocol),
		cmocka_unit_test(test_tags),
	};
	int failed;

	default_options(&options);
	parser = json_parser_new();
	if (record_plan_init(&plan, options.keep, options.keep_count, false))
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	record_plan_free(&plan);
	json_parser_free(parser);
	return failed;
}

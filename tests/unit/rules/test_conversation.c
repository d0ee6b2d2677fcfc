/* Conversations from lines and back: what is read, and what is bad. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "base/utc.h"
#include "rules/conversation.h"

static struct conversation_reader *reader;
static struct conversation read_last;
static size_t line_len;

/* Reads text[0..len) with nothing but the padding after it. */
static enum conversation_result read_bytes(const char *text, size_t len)
{
	static char *copy;

	free(copy);
	copy = calloc(len + LIMIT_JSON_PADDING, 1);
	memcpy(copy, text, len);
	return conversation_read(reader, copy, len, &read_last, &line_len);
}

static enum conversation_result read_text(const char *text)
{
	return read_bytes(text, strlen(text));
}

#define HEAD                                                                                       \
	"{\"subnet\":\"ocid1.subnet.x\",\"vnic\":\"ocid1.vnic.y\",\"local\":\"10.0.1.5\","         \
	"\"peer\":\"198.51.100.7\",\"protocol\":6,"
#define PORTS                                                                                      \
	"\"local_port\":443,\"peer_port\":null,\"client_ports\":[41511,60830],\"began\":\"peer\","
#define TAIL                                                                                       \
	"\"action\":\"ACCEPT\",\"in\":{\"records\":12,\"packets\":40,\"bytes\":5120},"             \
	"\"out\":{\"records\":12,\"packets\":38,\"bytes\":90112},"                                 \
	"\"first\":\"2026-11-01T00:00:04Z\",\"last\":\"2026-11-27T10:00:00Z\"}"
#define LINE HEAD PORTS TAIL

static void test_all_members(void **state)
{
	(void)state;
	assert_int_equal(read_text(LINE "\n{}"), CONVERSATION_OK);
	assert_int_equal(line_len, strlen(LINE));
	assert_false(read_last.has_period);
	assert_int_equal(read_last.subnet.len, strlen("ocid1.subnet.x"));
	assert_memory_equal(read_last.subnet.text, "ocid1.subnet.x", read_last.subnet.len);
	assert_memory_equal(read_last.vnic.text, "ocid1.vnic.y", read_last.vnic.len);
	assert_true(read_last.local.high == UINT64_C(0x0a00010500000000));
	assert_true(read_last.peer.high == UINT64_C(0xc633640700000000));
	assert_int_equal(read_last.protocol, 6);
	assert_true(read_last.has_ports);
	assert_int_equal(read_last.local_low, 443);
	assert_int_equal(read_last.local_high, 443);
	assert_int_equal(read_last.peer_low, 41511);
	assert_int_equal(read_last.peer_high, 60830);
	assert_int_equal(read_last.began, CONVERSATION_PEER);
	assert_int_equal(read_last.action, ACTION_ACCEPT);
	assert_int_equal(read_last.in.records, 12);
	assert_int_equal(read_last.in.packets, 40);
	assert_int_equal(read_last.in.bytes, 5120);
	assert_int_equal(read_last.out.records, 12);
	assert_int_equal(read_last.out.packets, 38);
	assert_int_equal(read_last.out.bytes, 90112);
	assert_true(read_last.first.is_known);
	assert_int_equal(read_last.first.seconds, 1793491204);
	assert_int_equal(read_last.last.seconds, 1795773600);
}

/* A canonical line is written as it was read. */
static void assert_same(const char *line)
{
	struct bytes out = BYTES_INIT(65536);
	struct conversation_writer writer = {.out = &out};

	assert_int_equal(read_text(line), CONVERSATION_OK);
	assert_int_equal(conversation_write(&writer, &read_last), 0);
	assert_int_equal(bytes_append_char(&out, '\0'), 0);
	assert_string_equal(out.data, line);
	bytes_free(&out);
}

static void test_round_trip(void **state)
{
	(void)state;
	assert_same(LINE "\n");
	assert_same("{\"period\":\"2026-11-27T00:00:00Z\",\"subnet\":\"s\",\"vnic\":null,"
		    "\"local\":\"2001:db8::1\",\"peer\":\"::ffff:1.2.3.4\",\"protocol\":58,"
		    "\"local_port\":null,\"peer_port\":null,\"client_ports\":null,"
		    "\"began\":\"local\",\"action\":\"REJECT\","
		    "\"in\":{\"records\":0,\"packets\":0,\"bytes\":0},"
		    "\"out\":{\"records\":1,\"packets\":0,\"bytes\":9223372036854775807},"
		    "\"first\":null,\"last\":null}\n");
	assert_same("{\"period\":null,\"subnet\":\"\\\"\\n\",\"vnic\":\"\\u0001\","
		    "\"local\":\"0.0.0.0\",\"peer\":\"0.0.0.0\",\"protocol\":null,"
		    "\"local_port\":null,\"peer_port\":null,\"client_ports\":null,"
		    "\"began\":null,\"action\":\"REJECT\","
		    "\"in\":{\"records\":0,\"packets\":0,\"bytes\":0},"
		    "\"out\":{\"records\":1,\"packets\":0,\"bytes\":1},"
		    "\"first\":\"0001-01-01T00:00:00Z\",\"last\":\"9999-12-31T23:59:59Z\"}\n");
	assert_same(HEAD "\"local_port\":null,\"peer_port\":0,\"client_ports\":[0,65535],"
			 "\"began\":\"local\"," TAIL "\n");
	assert_same(HEAD "\"local_port\":123,\"peer_port\":123,\"client_ports\":null,"
			 "\"began\":null," TAIL "\n");
}

/* LINE with one part in the place of another. */
static const char *with(const char *part, const char *instead)
{
	static char text[2048];
	const char *found = strstr(LINE, part);

	assert_non_null(found);
	sprintf(text, "%.*s%s%s", (int)(found - LINE), LINE, instead, found + strlen(part));
	return text;
}

/* As another program may write it. */
static void test_other_forms(void **state)
{
	(void)state;
	assert_int_equal(
		read_text(" { \"last\" : null , \"more\" : [ {} ] , \"first\" : null ,"
			  "\"out\" : { \"bytes\" : 1 , \"records\":2,\"packets\":3, \"x\":0},"
			  "\"in\":{\"packets\":3,\"records\":2,\"bytes\":1},"
			  "\"action\":\"\\u0041CCEPT\",\"began\":\"p\\u0065er\","
			  "\"client_ports\": [ 1 ,\t2 ] ,\"local_port\":9,\"peer_port\":null,"
			  "\"protocol\":17,\"vnic\":null,\"peer\":\"1.2.3.\\u0034\","
			  "\"local\":\"\\u0031.2.3.4\",\"sub\\u006eet\":\"a\\u0062c\" } \r\n"),
		CONVERSATION_OK);
	assert_memory_equal(read_last.subnet.text, "abc", read_last.subnet.len);
	assert_null(read_last.vnic.text);
	assert_int_equal(read_last.peer_low, 1);
	assert_int_equal(read_last.peer_high, 2);
	assert_int_equal(read_last.out.records, 2);
	/* Of members of one name the last counts. */
	assert_int_equal(read_text(with("\"protocol\":6", "\"protocol\":7,\"protocol\":6")),
		CONVERSATION_OK);
	assert_int_equal(read_last.protocol, 6);
}

/* Many lines that look alike, as the parser then reads them another way. */
static void test_many(void **state)
{
	struct bytes lines = BYTES_INIT(1 << 24);
	size_t at = 0;
	unsigned count = 0;

	(void)state;
	for (unsigned i = 0; i < 5000; i++) {
		char line[1024];

		sprintf(line,
			"{\"subnet\":\"ocid1.subnet.%u\",\"vnic\":\"v\",\"local\":\"10.0.%u.5\","
			"\"peer\":\"192.0.2.1\",\"protocol\":6,\"local_port\":%u,\"peer_port\":"
			"null,"
			"\"client_ports\":[%u,65535],\"began\":\"peer\",\"action\":\"ACCEPT\","
			"\"in\":{\"records\":%u,\"packets\":1,\"bytes\":1},"
			"\"out\":{\"records\":0,\"packets\":0,\"bytes\":0},"
			"\"first\":null,\"last\":null}\n",
			i, i % 256, i, i * 7, i * 1000);
		assert_int_equal(bytes_append_text(&lines, line), 0);
	}
	assert_int_equal(bytes_reserve(&lines, LIMIT_JSON_PADDING), 0);
	memset(lines.data + lines.len, 0, LIMIT_JSON_PADDING);
	while (at < lines.len) {
		assert_int_equal(conversation_read(reader, lines.data + at, lines.len - at,
					 &read_last, &line_len),
			CONVERSATION_OK);
		assert_int_equal(read_last.local_low, count);
		assert_int_equal(read_last.peer_low, count * 7);
		assert_int_equal(read_last.in.records, count * 1000);
		at += line_len + 1;
		count++;
	}
	assert_int_equal(count, 5000);
	bytes_free(&lines);
}

static void assert_bad(const char *text, const char *fault)
{
	assert_int_equal(read_text(text), CONVERSATION_BAD);
	assert_string_equal(conversation_fault(reader), fault);
	assert_int_equal(line_len, strlen(text));
}

#define NOT_PORTS "the ports do not fit 'protocol' and 'began'"

static void test_ports(void **state)
{
	static const char *const wrong[] = {
		"\"local_port\":443,\"peer_port\":5,\"client_ports\":[1,2],\"began\":\"peer\",",
		"\"local_port\":null,\"peer_port\":null,\"client_ports\":[1,2],\"began\":\"peer\",",
		"\"local_port\":443,\"peer_port\":null,\"client_ports\":null,\"began\":\"peer\",",
		"\"local_port\":443,\"peer_port\":null,\"client_ports\":[1,2],\"began\":\"local\",",
		"\"local_port\":443,\"peer_port\":null,\"client_ports\":[1,2],\"began\":null,",
		"\"local_port\":443,\"peer_port\":1,\"client_ports\":[1,1],\"began\":null,",
		"\"local_port\":443,\"peer_port\":null,\"client_ports\":null,\"began\":null,",
		"\"local_port\":443,\"client_ports\":[1,2],\"began\":\"peer\",",
		"\"local_port\":65536,\"peer_port\":null,\"client_ports\":[1,2],\"began\":"
		"\"peer\",",
		"\"local_port\":\"443\",\"peer_port\":null,\"client_ports\":[1,2],\"began\":"
		"\"peer\",",
	};
	static const char *const ranges[] = {"[2,1]", "[1]", "[]", "[1,2,3]", "[1,65536]", "[-1,2]",
		"[1.0,2]", "[1,\"2\"]", "{}", "\"1,2\"", "[1,[2]]", "[1,null]", "7"};

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		assert_bad(with(PORTS, wrong[i]), NOT_PORTS);
	for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
		assert_bad(with("[41511,60830]", ranges[i]), NOT_PORTS);
	assert_bad(with("\"protocol\":6", "\"protocol\":1"), NOT_PORTS);
}

static void test_bad_members(void **state)
{
	static const char *const cases[][3] = {
		{"\"subnet\":\"ocid1.subnet.x\"", "\"subnet\":7", "'subnet' is not a string"},
		{"\"subnet\"", "\"net\"", "'subnet' is not a string"},
		{"\"vnic\":\"ocid1.vnic.y\"", "\"vnic\":[]", "'vnic' is neither a string nor null"},
		{"\"vnic\"", "\"nic\"", "'vnic' is neither a string nor null"},
		{"10.0.1.5", "10.0.1.256", "'local' is not an IP address"},
		{"\"10.0.1.5\"", "null", "'local' is not an IP address"},
		{"198.51.100.7", "", "'peer' is not an IP address"},
		{"\"protocol\":6", "\"protocol\":256", "'protocol' is not a number from 0 to 255"},
		{"\"protocol\":6", "\"protocol\":\"6\"",
			"'protocol' is not a number from 0 to 255"},
		{"\"protocol\":6", "\"protocol\":6.0", "'protocol' is not a number from 0 to 255"},
		{"\"protocol\":6,", "", "'protocol' is not a number from 0 to 255"},
		{"\"peer\",", "\"both\",", "'began' is neither 'local' nor 'peer' nor null"},
		{"\"began\":\"peer\",", "", "'began' is neither 'local' nor 'peer' nor null"},
		{"ACCEPT", "accept", "'action' is neither 'ACCEPT' nor 'REJECT'"},
		{"\"records\":12", "\"records\":-12",
			"'in' does not count records, packets and bytes"},
		{"\"packets\":40", "\"packets\":9223372036854775808",
			"'in' does not count records, packets and bytes"},
		{"\"packets\":40", "\"packets\":18446744073709551616",
			"'in' does not count records, packets and bytes"},
		{",\"bytes\":5120", "", "'in' does not count records, packets and bytes"},
		{"\"in\":{\"records\":12,\"packets\":40,\"bytes\":5120}", "\"in\":12",
			"'in' does not count records, packets and bytes"},
		{"\"packets\":38", "\"packets\":\"38\"",
			"'out' does not count records, packets and bytes"},
		{"\"packets\":38", "\"packets\":1e3",
			"'out' does not count records, packets and bytes"},
		{"2026-11-01T00:00:04Z", "2026-02-30T00:00:04Z",
			"'first' is neither a time nor null"},
		{"2026-11-01T00:00:04Z", "2026-11-01T24:00:04Z",
			"'first' is neither a time nor null"},
		{"2026-11-01T00:00:04Z", "2026-11-01T00:00:60Z",
			"'first' is neither a time nor null"},
		{"2026-11-01T00:00:04Z", "2026-11-01 00:00:04Z",
			"'first' is neither a time nor null"},
		{"2026-11-01T00:00:04Z", "2026-11-01T00:00:04+01:00",
			"'first' is neither a time nor null"},
		{"2026-11-01T00:00:04Z", "2026-00-01T00:00:04Z",
			"'first' is neither a time nor null"},
		{"\"2026-11-27T10:00:00Z\"", "1764000000", "'last' is neither a time nor null"},
		{",\"last\":\"2026-11-27T10:00:00Z\"", "", "'last' is neither a time nor null"},
		{"{\"subnet\"", "{\"period\":1,\"subnet\"", "'period' is not a time"},
		{"{\"subnet\"", "{\"period\":\"2026-11-27\",\"subnet\"", "'period' is not a time"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_bad(with(cases[i][0], cases[i][1]), cases[i][2]);
}

/* Days in any order, and again after one that there is not. */
static void test_days(void **state)
{
	const int64_t step = 86400 * 97 + 3661;
	char text[UTC_TEXT_SIZE];

	(void)state;
	for (int64_t seconds = -step * 7000; seconds < step * 7000; seconds += step) {
		assert_true(utc_text(text, seconds));
		assert_int_equal(read_text(with("2026-11-01T00:00:04Z", text)), CONVERSATION_OK);
		assert_true(read_last.first.seconds == seconds);
		assert_true(read_last.last.seconds == 1795773600);
	}
	assert_int_equal(read_text(with("2026-11-27", "2026-11-31")), CONVERSATION_BAD);
	assert_int_equal(read_text(LINE), CONVERSATION_OK);
	assert_true(read_last.first.seconds == 1793491204);
}

static void test_bad_lines(void **state)
{
	(void)state;
	assert_bad("[" LINE "]", "not a JSON object");
	assert_bad("7", "not a JSON object");
	assert_bad(LINE LINE, "not valid JSON");
	assert_bad("{\"subnet\":\"\xff\"}", "not valid UTF-8");
	/* Cut anywhere. */
	for (size_t len = 1; len < strlen(LINE); len++)
		assert_int_equal(read_bytes(LINE, len), CONVERSATION_BAD);
	assert_int_equal(read_text(LINE), CONVERSATION_OK);
}

static void test_blank(void **state)
{
	(void)state;
	assert_int_equal(read_text(""), CONVERSATION_BLANK);
	assert_int_equal(read_text("\n" LINE), CONVERSATION_BLANK);
	assert_int_equal(line_len, 0);
	assert_int_equal(read_text(" \t\r\n"), CONVERSATION_BLANK);
	assert_int_equal(line_len, 3);
}

static void test_flow_log(void **state)
{
	(void)state;
	assert_int_equal(read_text("{\"data\":{},\"oracle\":{\"x\":1},\"type\":\"t\"}"),
		CONVERSATION_FLOW_LOG);
	assert_int_equal(read_text("{\"logContent\":{\"data\":{}}}"), CONVERSATION_FLOW_LOG);
	assert_int_equal(
		read_text("{\"data\":{\"logContent\":{\"data\":{}}}}"), CONVERSATION_FLOW_LOG);
	assert_int_equal(read_text("{\"data\":1}"), CONVERSATION_BAD);
}

static int set_up(void **state)
{
	(void)state;
	reader = conversation_reader_new();
	return reader ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	read_text("");
	conversation_reader_free(reader);
	conversation_reader_free(NULL);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_members),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_other_forms),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_ports),
		cmocka_unit_test(test_bad_members),
		cmocka_unit_test(test_days),
		cmocka_unit_test(test_bad_lines),
		cmocka_unit_test(test_blank),
		cmocka_unit_test(test_flow_log),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}

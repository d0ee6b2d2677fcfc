/* Tables of conversations: keys, sums, merging in any cut and order, sorting, lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "vcnflow/conversations.h"

static struct conversation_address address_of(const char *text, uint8_t *family)
{
	struct conversation_address out;
	struct address address;

	assert_int_equal(address_parse(&address, text, strlen(text)), 0);
	conversation_address_set(&out, &address);
	*family = address.family;
	return out;
}

static uint32_t text_of(struct conversations *table, const char *text)
{
	return text == NULL ? CONVERSATION_NO_TEXT : conversations_text(table, text, strlen(text));
}

/* A line of one record with 2 packets of 100 bytes, going in. */
static struct conversation line_of(struct conversations *table, const char *subnet,
	const char *vnic, const char *local, const char *peer, int32_t local_port)
{
	struct conversation line = {
		.key = {.period = CONVERSATION_NO_TIME,
			.local_port = local_port,
			.peer_port = CONVERSATION_NONE,
			.protocol = 6,
			.began = BEGAN_PEER},
		.in = {1, 2, 100},
		.first = 1000,
		.last = 1059,
		.client_low = 40000,
		.client_high = 40000,
	};

	line.key.subnet = text_of(table, subnet);
	line.key.vnic = text_of(table, vnic);
	line.key.local = address_of(local, &line.key.local_family);
	line.key.peer = address_of(peer, &line.key.peer_family);
	return line;
}

static char *text_of_table(struct conversations *table)
{
	struct bytes out = BYTES_INIT(SIZE_MAX);

	assert_int_equal(conversations_sort(table), 0);
	for (size_t i = 0; i < table->count; i++)
		assert_int_equal(conversations_write(table, i, false, &out), 0);
	assert_int_equal(bytes_append_char(&out, '\0'), 0);
	return out.data;
}

static void sums_under_one_key(void **state)
{
	struct conversations table;
	struct conversation line;
	char *text;

	(void)state;
	conversations_init(&table);
	line = line_of(&table, "net \"a\"", NULL, "10.0.0.1", "2001:db8::1", 443);
	assert_int_equal(conversations_add(&table, &line), 0);
	line.in = (struct conversation_sum){0};
	line.out = (struct conversation_sum){3, 4, 5};
	line.first = CONVERSATION_NO_TIME;
	line.last = 2000000000;
	line.client_low = line.client_high = 39999;
	assert_int_equal(conversations_add(&table, &line), 0);
	line.out = (struct conversation_sum){1, 1, 1};
	line.first = 0;
	line.last = CONVERSATION_NO_TIME;
	line.client_low = line.client_high = 50000;
	assert_int_equal(conversations_add(&table, &line), 0);
	assert_int_equal(table.count, 1);
	text = text_of_table(&table);
	assert_string_equal(text,
		"{\"subnet\":\"net \\\"a\\\"\",\"vnic\":null,\"local\":\"10.0.0.1\","
		"\"peer\":\"2001:db8::1\",\"protocol\":6,\"local_port\":443,\"peer_port\":null,"
		"\"client_ports\":[39999,50000],\"began\":\"peer\",\"action\":\"ACCEPT\","
		"\"in\":{\"records\":1,\"packets\":2,\"bytes\":100},"
		"\"out\":{\"records\":4,\"packets\":5,\"bytes\":6},"
		"\"first\":\"1970-01-01T00:00:00Z\",\"last\":\"2033-05-18T03:33:20Z\"}\n");
	free(text);
	conversations_free(&table);
}

static void writes_what_is_absent_as_null(void **state)
{
	struct conversations table;
	struct conversation line;
	struct bytes out = BYTES_INIT(4096);

	(void)state;
	conversations_init(&table);
	line = line_of(&table, "s", "v", "10.0.0.1", "10.0.0.2", CONVERSATION_NONE);
	line.key.period = 86400;
	line.key.protocol = CONVERSATION_NONE;
	line.key.began = BEGAN_UNKNOWN;
	line.key.action = CONVERSATION_REJECT;
	line.client_low = line.client_high = CONVERSATION_NONE;
	line.first = line.last = CONVERSATION_NO_TIME;
	assert_int_equal(conversations_add(&table, &line), 0);
	assert_int_equal(conversations_write(&table, 0, true, &out), 0);
	assert_int_equal(bytes_append_char(&out, '\0'), 0);
	assert_string_equal(out.data,
		"{\"period\":\"1970-01-02T00:00:00Z\",\"subnet\":\"s\",\"vnic\":\"v\","
		"\"local\":\"10.0.0.1\",\"peer\":\"10.0.0.2\",\"protocol\":null,"
		"\"local_port\":null,\"peer_port\":null,\"client_ports\":null,\"began\":null,"
		"\"action\":\"REJECT\",\"in\":{\"records\":1,\"packets\":2,\"bytes\":100},"
		"\"out\":{\"records\":0,\"packets\":0,\"bytes\":0},\"first\":null,\"last\":null}"
		"\n");
	bytes_free(&out);
	conversations_free(&table);
}

/* Lines that differ in one part each, in the order in which they are to stand. */
static void sorts_by_key(void **state)
{
	static const struct {
		int64_t period;
		const char *subnet, *vnic, *local, *peer;
		int16_t protocol;
		int32_t local_port, peer_port;
		uint8_t began, action;
	} rows[] = {
		{CONVERSATION_NO_TIME, "s", "v", "10.0.0.1", "10.0.0.2", 6, 1, 1, 0, 0},
		{0, "s", "v", "10.0.0.1", "10.0.0.2", 6, 1, 1, 0, 0},
		{0, "s1", NULL, "10.0.0.1", "10.0.0.2", 6, 1, 1, 0, 0},
		{0, "s1", "v", "10.0.0.1", "10.0.0.2", 6, 1, 1, 0, 0},
		{0, "s1", "v1", "10.0.0.1", "10.0.0.2", 6, 1, 1, 0, 0},
		/* as text: ten, a hundred, nine; and IPv6 where its text stands */
		{0, "s2", "v", "10.0.0.10", "10.0.0.2", 6, 1, 1, 0, 0},
		{0, "s2", "v", "10.0.0.100", "10.0.0.2", 6, 1, 1, 0, 0},
		{0, "s2", "v", "10.0.0.9", "10.0.0.2", 6, 1, 1, 0, 0},
		{0, "s2", "v", "100::1", "10.0.0.2", 6, 1, 1, 0, 0},
		{0, "s2", "v", "2::", "10.0.0.2", 6, 1, 1, 0, 0},
		{0, "s2", "v", "2a::", "10.0.0.2", 6, 1, 1, 0, 0},
		{0, "s2", "v", "9.0.0.1", "10.0.0.2", 6, 1, 1, 0, 0},
		{0, "s2", "v", "9.0.0.1", "fd00::1", 6, 1, 1, 0, 0},
		{0, "s3", "v", "9.0.0.1", "10.0.0.2", -1, 1, 1, 0, 0},
		{0, "s3", "v", "9.0.0.1", "10.0.0.2", 1, 1, 1, 0, 0},
		{0, "s3", "v", "9.0.0.1", "10.0.0.2", 17, -1, 1, 0, 0},
		{0, "s3", "v", "9.0.0.1", "10.0.0.2", 17, 9, 1, 0, 0},
		{0, "s3", "v", "9.0.0.1", "10.0.0.2", 17, 10, -1, 0, 0},
		{0, "s3", "v", "9.0.0.1", "10.0.0.2", 17, 10, 0, 0, 0},
		{0, "s3", "v", "9.0.0.1", "10.0.0.2", 17, 10, 0, 1, 0},
		{0, "s3", "v", "9.0.0.1", "10.0.0.2", 17, 10, 0, 2, 0},
		{0, "s3", "v", "9.0.0.1", "10.0.0.2", 17, 10, 0, 2, 1},
	};
	const size_t count = sizeof(rows) / sizeof(rows[0]);
	struct conversations table;
	struct conversation line;

	(void)state;
	conversations_init(&table);
	for (size_t n = 0; n < count; n++) {
		size_t i = n * 7 % count; /* 7 and 22 have no common factor */

		line = line_of(&table, rows[i].subnet, rows[i].vnic, rows[i].local, rows[i].peer,
			rows[i].local_port);
		line.key.period = rows[i].period;
		line.key.protocol = rows[i].protocol;
		line.key.peer_port = rows[i].peer_port;
		line.key.began = rows[i].began;
		line.key.action = rows[i].action;
		line.in.records = i;
		assert_int_equal(conversations_add(&table, &line), 0);
	}
	assert_int_equal(table.count, count);
	assert_int_equal(conversations_sort(&table), 0);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(table.lines[i].in.records, i);
	conversations_free(&table);
}

/* Some of 4 × 4 × 64 keys, by a generator of its own. */
static void add_random(struct conversations *table, uint64_t *random)
{
	static const char *const texts[] = {"one", "two", "three", "four"};
	static const char *const peers[] = {"192.0.2.1", "192.0.2.10", "2001:db8::1", "10.0.0.1"};
	struct conversation line;
	unsigned n;

	*random = *random * UINT64_C(6364136223846793005) + 1442695040888963407;
	n = (unsigned)(*random >> 40);
	line = line_of(table, texts[n & 3], texts[n >> 2 & 3], "10.0.0.1", peers[n >> 4 & 3],
		(int32_t)(n >> 6 & 63));
	line.first = n >> 12;
	line.last = n >> 8;
	line.in.bytes = n;
	assert_int_equal(conversations_add(table, &line), 0);
}

/* The same lines whole, and cut into tables that are merged in any order. */
static void parts_add_up(void **state)
{
	enum { LINES = 5000, PARTS = 7 };
	struct conversations whole, sum, parts[PARTS];
	uint64_t random = 1, again = 1;
	char *one, *other;

	(void)state;
	conversations_init(&whole);
	conversations_init(&sum);
	for (size_t i = 0; i < PARTS; i++)
		conversations_init(&parts[i]);
	for (size_t i = 0; i < LINES; i++)
		add_random(&whole, &random);
	for (size_t i = 0; i < LINES; i++)
		add_random(&parts[i * i % PARTS], &again);
	for (size_t i = 0; i < PARTS; i++)
		assert_int_equal(conversations_merge(&sum, &parts[(i * 3 + 2) % PARTS]), 0);
	assert_int_equal(conversations_cost(&sum), conversations_cost(&whole));
	one = text_of_table(&whole);
	other = text_of_table(&sum);
	assert_string_equal(one, other);
	free(one);
	free(other);
	conversations_clear(&sum);
	assert_int_equal(sum.count, 0);
	assert_int_equal(conversations_cost(&sum), 0);
	assert_int_equal(conversations_merge(&sum, &whole), 0);
	assert_int_equal(sum.count, whole.count);
	conversations_free(&whole);
	conversations_free(&sum);
	for (size_t i = 0; i < PARTS; i++)
		conversations_free(&parts[i]);
}

static void sums_saturate(void **state)
{
	struct conversations table;
	struct conversation line;

	(void)state;
	conversations_init(&table);
	line = line_of(&table, "s", "v", "10.0.0.1", "10.0.0.2", 1);
	line.in.bytes = INT64_MAX - 1;
	assert_int_equal(conversations_add(&table, &line), 0);
	line.in.bytes = 1;
	assert_int_equal(conversations_add(&table, &line), 0);
	assert_true(table.lines[0].in.bytes == INT64_MAX);
	assert_false(table.saturated);
	assert_int_equal(conversations_add(&table, &line), 0);
	assert_true(table.lines[0].in.bytes == INT64_MAX);
	assert_true(table.saturated);
	conversations_free(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums_under_one_key),
		cmocka_unit_test(writes_what_is_absent_as_null),
		cmocka_unit_test(sorts_by_key),
		cmocka_unit_test(parts_add_up),
		cmocka_unit_test(sums_saturate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

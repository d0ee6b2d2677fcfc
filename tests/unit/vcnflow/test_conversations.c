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

static struct address address_of(const char *text)
{
	struct address address;

	assert_int_equal(address_parse(&address, text, strlen(text)), 0);
	return address;
}

static struct conversation_text text_of(const char *text)
{
	return (struct conversation_text){text, text != NULL ? strlen(text) : 0};
}

static struct conversation_time at(int64_t seconds)
{
	return (struct conversation_time){true, seconds};
}

/* One of one record with 2 packets of 100 bytes, going in from port 40000. */
static struct conversation made_of(const char *subnet, const char *vnic, const char *local,
	const char *peer, uint16_t local_port)
{
	return (struct conversation){
		.subnet = text_of(subnet),
		.vnic = text_of(vnic),
		.local = address_of(local),
		.peer = address_of(peer),
		.protocol = 6,
		.has_ports = true,
		.local_low = local_port,
		.local_high = local_port,
		.peer_low = 40000,
		.peer_high = 40000,
		.began = CONVERSATION_PEER,
		.in = {1, 2, 100},
		.first = at(1000),
		.last = at(1059),
	};
}

static void set_client(struct conversation *conversation, uint16_t port)
{
	conversation->peer_low = conversation->peer_high = port;
}

/* The last part first: their order must not matter. */
static void sort(struct conversations *table)
{
	assert_int_equal(conversations_sort_begin(table), 0);
	for (size_t part = table->part_count; part-- > 0;)
		conversations_sort_part(table, part);
}

static char *text_of_table(struct conversations *table)
{
	struct bytes out = BYTES_INIT(SIZE_MAX);
	struct conversation_writer writer = {.out = &out};
	struct conversation conversation;

	sort(table);
	for (size_t i = 0; i < table->count; i++) {
		conversations_get(table, i, &conversation);
		assert_int_equal(conversation_write(&writer, &conversation), 0);
	}
	assert_int_equal(bytes_append_char(&out, '\0'), 0);
	return out.data;
}

static void sums_under_one_key(void **state)
{
	struct conversations table;
	struct conversation one;
	char *text;

	(void)state;
	conversations_init(&table);
	one = made_of("net \"a\"", NULL, "10.0.0.1", "2001:db8::1", 443);
	one.in = (struct conversation_sum){0};
	one.first.is_known = false;
	assert_int_equal(conversations_add(&table, &one), 0);
	one.in = (struct conversation_sum){1, 2, 100};
	one.first = at(1000);
	assert_int_equal(conversations_add(&table, &one), 0);
	one.in = (struct conversation_sum){0};
	one.out = (struct conversation_sum){3, 4, 5};
	one.first.is_known = false;
	one.last = at(2000000000);
	set_client(&one, 39999);
	assert_int_equal(conversations_add(&table, &one), 0);
	one.out = (struct conversation_sum){1, 1, 1};
	one.first = at(0);
	one.last.is_known = false;
	set_client(&one, 50000);
	assert_int_equal(conversations_add(&table, &one), 0);
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

static void tells_apart_what_is_absent(void **state)
{
	struct conversations table;
	struct conversation one;
	char *text;

	(void)state;
	conversations_init(&table);
	one = made_of("s", "v", "10.0.0.1", "10.0.0.2", 0);
	one.has_period = true;
	one.period = at(86400);
	one.protocol = CONVERSATION_NO_PROTOCOL;
	one.has_ports = false;
	one.local_low = one.local_high = one.peer_low = one.peer_high = 0;
	one.began = CONVERSATION_NOBODY;
	one.action = ACTION_REJECT;
	one.first.is_known = one.last.is_known = false;
	assert_int_equal(conversations_add(&table, &one), 0);
	one.has_ports = true;
	assert_int_equal(conversations_add(&table, &one), 0);
	one.period.is_known = false;
	assert_int_equal(conversations_add(&table, &one), 0);
	text = text_of_table(&table);
#define MIDDLE                                                                                     \
	"\"subnet\":\"s\",\"vnic\":\"v\",\"local\":\"10.0.0.1\",\"peer\":\"10.0.0.2\","            \
	"\"protocol\":null,"
#define END                                                                                        \
	"\"client_ports\":null,\"began\":null,\"action\":\"REJECT\","                              \
	"\"in\":{\"records\":1,\"packets\":2,\"bytes\":100},"                                      \
	"\"out\":{\"records\":0,\"packets\":0,\"bytes\":0},\"first\":null,\"last\":null}\n"
	assert_string_equal(text, "{\"period\":null," MIDDLE "\"local_port\":0,\"peer_port\":0," END
				  "{\"period\":\"1970-01-02T00:00:00Z\"," MIDDLE
				  "\"local_port\":null,\"peer_port\":null," END
				  "{\"period\":\"1970-01-02T00:00:00Z\"," MIDDLE
				  "\"local_port\":0,\"peer_port\":0," END);
	free(text);
	conversations_free(&table);
}

/* Lines that differ in one part each, in the order in which they are to stand. */
static void sorts_by_key(void **state)
{
	enum { NO = -1 };
	static const struct {
		int period;
		const char *subnet, *vnic, *local, *peer;
		int protocol, local_port, peer_port;
		enum conversation_began began;
		enum action action;
	} rows[] = {
		{NO, "s", "v", "10.0.0.1", "10.0.0.2", 6, 1, 1, 0, 0},
		{0, "s", "v", "10.0.0.1", "10.0.0.2", 6, 1, 1, 0, 0},
		{0, "s1", NULL, "10.0.0.9", "10.0.0.2", 6, 1, 1, 0, 0},
		{0, "s1", "a", "10.0.0.1", "10.0.0.2", 6, 1, 1, 0, 0},
		{0, "s1", "v", "10.0.0.1", "10.0.0.2", 6, 1, 1, 0, 0},
		{0, "s1", "v1", "10.0.0.1", "10.0.0.2", 6, 1, 1, 0, 0},
		/* as text: ten, a hundred, nine; and IPv6 where its text stands */
		{0, "s2", "v", "10.0.0.10", "10.0.0.2", 6, 1, 1, 0, 0},
		{0, "s2", "v", "10.0.0.100", "10.0.0.2", 6, 1, 1, 0, 0},
		{0, "s2", "v", "10.0.0.139", "10.0.0.2", 6, 1, 1, 0, 0},
		{0, "s2", "v", "10.0.0.140", "10.0.0.2", 6, 1, 1, 0, 0},
		{0, "s2", "v", "10.0.0.9", "10.0.0.2", 6, 1, 1, 0, 0},
		{0, "s2", "v", "10.0.1.9", "10.0.0.2", 6, 0, 1, 0, 0},
		{0, "s2", "v", "100::1", "10.0.0.2", 6, 1, 1, 0, 0},
		{0, "s2", "v", "2::", "10.0.0.2", 6, 1, 1, 0, 0},
		{0, "s2", "v", "2a::", "10.0.0.2", 6, 1, 1, 0, 0},
		{0, "s2", "v", "9.0.0.1", "10.0.0.2", 6, 1, 1, 0, 0},
		{0, "s2", "v", "9.0.0.1", "fd00::1", 6, 1, 1, 0, 0},
		{0, "s3", "v", "9.0.0.1", "10.0.0.2", CONVERSATION_NO_PROTOCOL, 1, 1, 0, 0},
		{0, "s3", "v", "9.0.0.1", "10.0.0.2", 1, 1, 1, 0, 0},
		{0, "s3", "v", "9.0.0.1", "10.0.0.2", 17, NO, 1, CONVERSATION_LOCAL, 0},
		{0, "s3", "v", "9.0.0.1", "10.0.0.2", 17, 9, 1, 0, 0},
		{0, "s3", "v", "9.0.0.1", "10.0.0.2", 17, 10, NO, CONVERSATION_PEER, 0},
		{0, "s3", "v", "9.0.0.1", "10.0.0.2", 17, 10, 0, 0, 0},
		{0, "s3", "v", "9.0.0.1", "10.0.0.2", 17, 10, 0, 0, 1},
	};
	const size_t count = sizeof(rows) / sizeof(rows[0]);
	struct conversations table;
	struct conversation one;

	(void)state;
	conversations_init(&table);
	for (size_t n = 0; n < count; n++) {
		size_t i = n * 7 % count; /* 7 and 24 have no common factor */

		one = made_of(rows[i].subnet, rows[i].vnic, rows[i].local, rows[i].peer, 0);
		one.period.is_known = rows[i].period != NO;
		one.protocol = (uint16_t)rows[i].protocol;
		one.local_low = one.local_high = (uint16_t)rows[i].local_port;
		one.peer_low = one.peer_high = (uint16_t)rows[i].peer_port;
		one.began = rows[i].began;
		one.action = rows[i].action;
		one.in.records = i;
		assert_int_equal(conversations_add(&table, &one), 0);
	}
	assert_int_equal(table.count, count);
	sort(&table);
	for (size_t i = 0; i < count; i++) {
		conversations_get(&table, i, &one);
		assert_int_equal(one.in.records, i);
	}
	conversations_free(&table);
}

/* Some of 4 × 4 × 4 × 64 keys, by a generator of its own. */
static void add_random(struct conversations *table, uint64_t *random)
{
	static const char *const texts[] = {"one", "two", "three", "four"};
	static const char *const peers[] = {"192.0.2.1", "192.0.2.10", "2001:db8::1", "10.0.0.1"};
	struct conversation one;
	unsigned n;

	*random = *random * UINT64_C(6364136223846793005) + 1442695040888963407;
	n = (unsigned)(*random >> 40);
	one = made_of(texts[n & 3], texts[n >> 2 & 3], "10.0.0.1", peers[n >> 4 & 3],
		(uint16_t)(n >> 6 & 63));
	one.first = at(n >> 12);
	one.last = at(n >> 8);
	one.in.bytes = n;
	assert_int_equal(conversations_add(table, &one), 0);
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
	assert_int_equal(conversations_cost(&whole),
		whole.count * CONVERSATIONS_LINE_COST + strlen("onetwothreefour"));
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
	struct conversation one;

	(void)state;
	conversations_init(&table);
	one = made_of("s", "v", "10.0.0.1", "10.0.0.2", 1);
	one.in.bytes = INT64_MAX - 1;
	assert_int_equal(conversations_add(&table, &one), 0);
	one.in.bytes = 1;
	assert_int_equal(conversations_add(&table, &one), 0);
	conversations_get(&table, 0, &one);
	assert_true(one.in.bytes == INT64_MAX);
	assert_false(table.saturated);
	assert_int_equal(conversations_add(&table, &one), 0);
	conversations_get(&table, 0, &one);
	assert_true(one.in.bytes == INT64_MAX);
	assert_true(table.saturated);
	conversations_free(&table);
}

/* Adds a conversation of one record as that record. */
static void add_as_record(struct conversations *table, const struct conversation *one)
{
	const bool is_out = one->out.records != 0;
	const struct conversation_sum *sum = is_out ? &one->out : &one->in;
	struct conversations_record record = {
		.local = &one->local,
		.peer = &one->peer,
		.period = one->period.is_known ? one->period.seconds : CONVERSATIONS_NO_TIME,
		.first = one->first.is_known ? one->first.seconds : CONVERSATIONS_NO_TIME,
		.last = one->last.is_known ? one->last.seconds : CONVERSATIONS_NO_TIME,
		.packets = sum->packets,
		.bytes = sum->bytes,
		.protocol = one->protocol,
		.local_port = one->local_low,
		.peer_port = one->peer_low,
		.has_ports = one->has_ports,
		.has_period = one->has_period,
		.is_out = is_out,
		.began = one->began,
		.action = one->action,
	};

	assert_int_equal(
		conversations_find_owner(table, &one->subnet, &one->vnic, &record.owner), 0);
	assert_int_equal(conversations_add_record(table, &record), 0);
}

/* Records make the lines that conversations of one record each make. */
static void records_are_conversations(void **state)
{
	static const enum conversation_began began[] = {
		CONVERSATION_NOBODY, CONVERSATION_LOCAL, CONVERSATION_PEER};
	struct conversations tables[2];
	char *texts[2];

	(void)state;
	for (size_t i = 0; i < 2; i++)
		conversations_init(&tables[i]);
	for (unsigned i = 0; i < 480; i++) {
		struct conversation one = made_of(i % 5 == 0 ? "s" : "t", i % 7 == 0 ? NULL : "v",
			i % 11 == 0 ? "2001:db8::1" : "10.0.0.1", "10.0.0.2", 1);

		one.began = began[i % 3];
		one.has_ports = i % 4 != 0;
		one.local_low = one.local_high = one.has_ports ? (uint16_t)(i % 13) : 0;
		one.peer_low = one.peer_high = one.has_ports ? (uint16_t)(i % 17) : 0;
		one.protocol = one.has_ports ? 6 : CONVERSATION_NO_PROTOCOL;
		one.action = i % 19 == 0 ? ACTION_REJECT : ACTION_ACCEPT;
		one.has_period = i % 23 != 0;
		one.period = (struct conversation_time){one.has_period && i % 29 != 0, 0};
		one.first.is_known = i % 31 != 0;
		one.last.is_known = i % 37 != 0;
		one.first.seconds -= i;
		one.last.seconds += i;
		if (i % 2 != 0) {
			one.out = one.in;
			one.in = (struct conversation_sum){0};
		}
		assert_int_equal(conversations_add(&tables[0], &one), 0);
		add_as_record(&tables[1], &one);
	}
	for (size_t i = 0; i < 2; i++)
		texts[i] = text_of_table(&tables[i]);
	assert_string_equal(texts[0], texts[1]);
	for (size_t i = 0; i < 2; i++) {
		free(texts[i]);
		conversations_free(&tables[i]);
	}
}

/* Also what a record adds to a line that was read. */
static void records_saturate(void **state)
{
	struct conversation one = made_of("s", "v", "10.0.0.1", "10.0.0.2", 1);
	struct conversations table;

	(void)state;
	conversations_init(&table);
	one.in = (struct conversation_sum){INT64_MAX, INT64_MAX - 1, 1};
	assert_int_equal(conversations_add(&table, &one), 0);
	one.in = (struct conversation_sum){1, 1, UINT64_MAX};
	add_as_record(&table, &one);
	assert_true(table.saturated);
	conversations_get(&table, 0, &one);
	assert_true(one.in.records == INT64_MAX);
	assert_true(one.in.packets == INT64_MAX);
	assert_true(one.in.bytes == INT64_MAX);
	conversations_free(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums_under_one_key),
		cmocka_unit_test(tells_apart_what_is_absent),
		cmocka_unit_test(sorts_by_key),
		cmocka_unit_test(parts_add_up),
		cmocka_unit_test(sums_saturate),
		cmocka_unit_test(records_are_conversations),
		cmocka_unit_test(records_saturate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

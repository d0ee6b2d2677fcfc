/*
 * Verdicts that are kept: those of one key are one verdict, for rules and records as
 * odd as they come, and the clients of a service have one key.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "turned.h"

#include "rules/verdicts.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define RULES_MAX 200

static struct rule table[RULES_MAX];
static struct rule_boxes boxes[RULES_MAX / RULE_BOXES + 1];
static struct judge_run runs[2];
static struct judge_rules rules;
static struct verdicts verdicts;
static bool are_kept; /* some verdicts by these rules may be */
static struct judgement judged;

/* ---- rules by chance ----------------------------------------------------------- */

static uint64_t state_of_chance = 1;

/* A number below most. */
static unsigned chance(unsigned most)
{
	state_of_chance = state_of_chance * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (unsigned)(state_of_chance >> 33) % most;
}

static struct rule_text text(const char *spelled)
{
	return (struct rule_text){spelled, spelled ? strlen(spelled) : 0};
}

#define ONE_OF(array) ((array)[chance(COUNT(array))])

static const uint16_t ends[] = {0, 1, 2, 53, 80, 443, 999, 1000, 1022, 1023, 1024, 1025, 2047, 2048,
	2049, 5432, 8080, 30000, 32767, 32768, 32769, 33791, 33792, 49152, 65534, 65535};

static const char *const blocks[] = {"0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24",
	"10.1.2.3/32", "198.51.100.0/24", "198.51.100.7/32", "128.0.0.0/1", "0.0.0.0/8",
	"255.255.255.255/32", "255.0.0.0/8", "::/0", "2001:db8::/32", "a01::/16"};

static const char *const long_blocks[] = {
	"2001:db8:1::/48", "2001:db8::7/128", "2001:db8::/64", "2001:db8:0:1::/65"};

static const char *const peers[] = {"10.1.2.3", "10.1.2.4", "10.1.3.3", "10.2.0.1", "9.255.255.255",
	"11.0.0.0", "0.0.0.0", "0.0.0.7", "1.0.0.0", "127.0.0.1", "127.255.255.255", "128.0.0.0",
	"198.51.100.6", "198.51.100.7", "198.51.100.8", "172.16.0.1", "172.32.0.0", "192.168.1.1",
	"254.255.255.255", "255.0.0.0", "255.255.255.254", "255.255.255.255", "2001:db8::7",
	"2001:db8::8", "2001:db8:1::1", "2001:db8:0:1::1", "2001:db9::1", "a01:203::1", "::1",
	"ffff:ffff::1", "ffff:ffff::2"};

static const char *const protocols[] = {"all", "6", "6", "6", "17", "17", "1", "58", "47", "x"};

static const uint16_t record_protocols[] = {6, 6, 6, 17, 17, 1, 58, 47, 0, MATCH_NO_PROTOCOL};

/* A label and a group have what they have by the last bit of an address. */
static bool service_has(const void *context, uint32_t service, const struct address *address)
{
	(void)context;
	return ((address->high >> 32 ^ service) & 1) != 0;
}

static enum match_answer group_has(
	const void *context, uint32_t group, const struct address *address)
{
	(void)context;
	return (enum match_answer)((address->high >> 32 ^ address->low ^ group) % 3);
}

static struct rule_ports some_ports(void)
{
	uint16_t a = ONE_OF(ends), b = ONE_OF(ends);
	struct rule_ports ports = {chance(3) != 0, {chance(12) != 0, a}, {chance(12) != 0, a}};

	if (chance(2) == 0)
		ports.high.value = b;
	return ports;
}

struct oddness {
	bool has_labels;
	bool has_groups;
	bool has_long_blocks;
	bool has_many_blocks;
};

static void add_rule(uint32_t number, enum direction direction, const struct oddness *oddness)
{
	struct rule *rule = &table[number];
	char own[32];
	struct rule_parts parts = {.direction = direction,
		.is_of_group = true,
		.is_stateless = chance(6) == 0,
		.is_valid = chance(20) != 0,
		.protocol = text(ONE_OF(protocols)),
		.peer = text(ONE_OF(blocks))};

	parts.tcp_destination = some_ports();
	parts.udp_destination = some_ports();
	if (chance(4) == 0)
		parts.tcp_source = parts.udp_source = some_ports();
	if (chance(3) == 0)
		parts.icmp_type = (struct rule_number){true, 8};
	if (chance(20) == 0)
		parts.peer = text("nowhere");
	if (oddness->has_long_blocks && chance(3) == 0)
		parts.peer = text(ONE_OF(long_blocks));
	if (oddness->has_many_blocks && chance(2) == 0) {
		(void)snprintf(own, sizeof(own), "10.1.%u.0/24", number);
		parts.peer = text(own);
	}
	if (oddness->has_labels && chance(4) == 0)
		parts.peer_type = text("SERVICE_CIDR_BLOCK");
	if (oddness->has_groups && chance(4) == 0)
		parts.peer_type = text("NETWORK_SECURITY_GROUP");
	rule_make(rule, &parts);
	if (rule->peer_index == RULE_NO_INDEX && chance(4) != 0)
		rule->peer_index = chance(2);
}

/* Two runs of rules, and what is kept of them. */
static void some_rules(void)
{
	const struct oddness oddness = {
		chance(3) == 0, chance(6) == 0, chance(4) == 0, chance(3) == 0};
	uint32_t count = 0;
	unsigned most = 1 + chance(oddness.has_many_blocks ? RULES_MAX / 4 : 8);

	for (size_t i = 0; i < COUNT(runs); i++) {
		runs[i] = (struct judge_run){count, chance(most + 1), chance(most + 1)};
		for (uint32_t n = 0; n < runs[i].ingress_count; n++)
			add_rule(count++, DIRECTION_INGRESS, &oddness);
		for (uint32_t n = 0; n < runs[i].egress_count; n++)
			add_rule(count++, DIRECTION_EGRESS, &oddness);
	}
	rule_make_boxes(boxes, table, count);
	rules = (struct judge_rules){.rules = table,
		.boxes = boxes,
		.runs = runs,
		.run_count = COUNT(runs),
		.is_complete = chance(2) == 0,
		.world = {service_has, group_has, NULL}};
	are_kept = verdicts_init(&verdicts, &rules);
}

static struct address address(const char *spelled)
{
	struct address made;

	assert_int_equal(address_parse(&made, spelled, strlen(spelled)), 0);
	return made;
}

static uint16_t some_port(void)
{
	unsigned how = chance(4);

	return how == 0 ? (uint16_t)(32768 + chance(32768))
			: (uint16_t)(ONE_OF(ends) + (how == 1 ? chance(3) : 0));
}

static struct judge_record some_record(void)
{
	struct judge_record made = {.action = chance(2) == 0 ? ACTION_REJECT : ACTION_ACCEPT,
		.source = address(ONE_OF(peers)),
		.destination = address(ONE_OF(peers)),
		.protocol = ONE_OF(record_protocols),
		.has_ports = chance(8) != 0,
		.source_port = some_port(),
		.destination_port = some_port(),
		.direction = chance(2) == 0 ? DIRECTION_EGRESS : DIRECTION_INGRESS,
		.is_guessed = chance(3) == 0};

	if (chance(8) == 0)
		made.destination_port = made.source_port;
	if (chance(20) == 0)
		made.destination_port = made.source_port = 0;
	return made;
}

/* One that differs from another in an end or two. */
static struct judge_record neighbour_of(struct judge_record record)
{
	const struct judge_record other = some_record();

	if (chance(2) == 0)
		record.source_port = (uint16_t)(record.source_port + chance(3) - 1);
	else if (chance(2) == 0)
		record.source_port = other.source_port;
	if (chance(2) == 0)
		record.destination_port = (uint16_t)(record.destination_port + chance(3) - 1);
	else if (chance(4) == 0)
		record.destination_port = other.destination_port;
	if (chance(2) == 0)
		record.source = other.source;
	if (chance(2) == 0)
		record.destination = other.destination;
	return chance(3) == 0 ? turned(&record) : record;
}

/* Returns true if a verdict was kept: it must be the record's own. */
static bool judge(const struct judge_record *record)
{
	struct judgement found;
	uint64_t key;
	bool is_kept;

	if (!are_kept)
		return false;
	is_kept = verdicts_find(&verdicts, record, &found, &key);
	judge_record(&judged, record, &rules);
	if (is_kept) {
		assert_string_equal(
			judge_verdict_name(found.verdict), judge_verdict_name(judged.verdict));
		assert_string_equal(judge_confidence_name(found.confidence),
			judge_confidence_name(judged.confidence));
		return true;
	}
	if (key == 0)
		return false;
	verdicts_keep(&verdicts, key, record->direction, &judged);
	assert_true(verdicts_find(&verdicts, record, &found, &key));
	assert_int_equal(found.verdict, judged.verdict);
	assert_int_equal(found.confidence, judged.confidence);
	return false;
}

static void test_any_rules(void **state)
{
	size_t kept = 0;

	(void)state;
	for (size_t i = 0; i < 400; i++) {
		some_rules();
		for (size_t j = 0; j < 100; j++) {
			const struct judge_record record = some_record();

			assert_true(judge_needs_answers(&record));
			kept += judge(&record);
			for (size_t k = 0; k < 10; k++) {
				const struct judge_record other = neighbour_of(record);

				kept += judge(&other);
			}
		}
	}
	assert_true(kept > 40000);
}

/* ---- kinds ----------------------------------------------------------------------- */

/* An ingress rule for a service, and egress to anywhere. */
static void a_service(const char *peer, const char *peer_type, unsigned port)
{
	struct rule_parts parts = {.direction = DIRECTION_INGRESS,
		.is_of_group = true,
		.is_valid = true,
		.protocol = text("6"),
		.peer = text(peer),
		.peer_type = text(peer_type)};

	parts.tcp_destination.is_given = true;
	parts.tcp_destination.low = parts.tcp_destination.high = (struct rule_number){true, port};
	rule_make(&table[0], &parts);
	if (table[0].peer_index == RULE_NO_INDEX)
		table[0].peer_index = 0;
	parts = (struct rule_parts){.direction = DIRECTION_EGRESS,
		.is_valid = true,
		.protocol = text("all"),
		.peer = text("0.0.0.0/0")};
	rule_make(&table[1], &parts);
	rule_make_boxes(boxes, table, 2);
	runs[0] = (struct judge_run){0, 1, 1};
	rules = (struct judge_rules){.rules = table,
		.boxes = boxes,
		.runs = runs,
		.run_count = 1,
		.world = {service_has, group_has, NULL}};
	are_kept = verdicts_init(&verdicts, &rules);
}

/* Of a record that comes in, or goes out. */
static uint64_t key_of(const char *peer, uint16_t peer_port, uint16_t port, bool is_egress)
{
	struct judge_record record = {.source = address(is_egress ? "10.0.1.5" : peer),
		.destination = address(is_egress ? peer : "10.0.1.5"),
		.protocol = 6,
		.has_ports = true,
		.source_port = is_egress ? port : peer_port,
		.destination_port = is_egress ? peer_port : port,
		.direction = is_egress ? DIRECTION_EGRESS : DIRECTION_INGRESS};
	uint64_t key;

	assert_false(verdicts_find(&verdicts, &record, &judged, &key));
	return key;
}

static void test_clients_are_alike(void **state)
{
	uint64_t key;

	(void)state;
	a_service("10.0.0.0/8", NULL, 443);
	key = key_of("10.7.7.7", 40000, 443, false);
	assert_true(key != 0);
	assert_true(key_of("10.0.0.0", 32768, 443, false) == key);
	assert_true(key_of("10.255.255.255", 65535, 443, false) == key);
	assert_true(key_of("11.0.0.0", 40000, 443, false) != key);
	assert_true(key_of("9.255.255.255", 40000, 443, false) != key);
	assert_true(key_of("10.7.7.7", 32767, 443, false) != key);
	assert_true(key_of("10.7.7.7", 40000, 444, false) != key);
}

/* Ports of a part where a rule ends are told apart, and what lies on both sides of it. */
static void test_ends_between_clients(void **state)
{
	(void)state;
	a_service("10.0.0.0/8", NULL, 50051);
	assert_true(
		key_of("10.7.7.7", 1024, 50051, false) != key_of("10.7.7.7", 1024, 50052, false));
	assert_true(
		key_of("10.7.7.7", 1024, 40000, false) == key_of("10.7.7.7", 1024, 40001, false));
	assert_true(
		key_of("10.7.7.7", 1024, 60000, false) == key_of("10.7.7.7", 1024, 60001, false));
	assert_true(
		key_of("10.7.7.7", 1024, 40000, false) != key_of("10.7.7.7", 1024, 60000, false));
}

/* Of equal ports none is the server's, whatever the rules name. */
static void test_equal_ports(void **state)
{
	(void)state;
	a_service("10.0.0.0/8", NULL, 5432);
	assert_true(key_of("10.7.7.7", 5433, 5432, false) == key_of("10.7.7.7", 5434, 5432, false));
	assert_true(key_of("10.7.7.7", 5432, 5432, false) != key_of("10.7.7.7", 5434, 5432, false));
}

/* What a label has can't be told by kinds of public peers, and of private ones need not. */
static void test_labels(void **state)
{
	(void)state;
	a_service("oci-phx-objectstorage", "SERVICE_CIDR_BLOCK", 443);
	assert_true(key_of("198.51.100.7", 40000, 443, false) == 0);
	assert_true(key_of("172.16.0.0", 40000, 443, false) != 0);
	assert_true(key_of("172.32.0.0", 40000, 443, false) == 0);
}

static void test_groups(void **state)
{
	(void)state;
	a_service("a group", "NETWORK_SECURITY_GROUP", 443);
	assert_false(are_kept);
}

/* Records of both ways have one key, but a verdict each. */
static void test_both_ways(void **state)
{
	struct judge_record in = {.source = address("10.7.7.7"),
		.destination = address("10.0.1.5"),
		.protocol = 6,
		.has_ports = true,
		.source_port = 40000,
		.destination_port = 443,
		.direction = DIRECTION_INGRESS};
	const struct judge_record out = turned(&in);
	uint64_t key, other;

	(void)state;
	a_service("10.0.0.0/8", NULL, 443);
	assert_false(verdicts_find(&verdicts, &in, &judged, &key));
	judge_record(&judged, &in, &rules);
	verdicts_keep(&verdicts, key, in.direction, &judged);
	assert_false(verdicts_find(&verdicts, &out, &judged, &other));
	assert_true(other == key);
	judge_record(&judged, &out, &rules);
	verdicts_keep(&verdicts, key, out.direction, &judged);
	assert_true(verdicts_find(&verdicts, &in, &judged, &other));
	assert_int_equal(judged.verdict, JUDGE_PERMITTED);
	assert_true(verdicts_find(&verdicts, &out, &judged, &other));
	assert_int_equal(judged.verdict, JUDGE_REPLY);
}

/* Half as many flows as there is room for: most are found again, each with its own
 * verdict. */
static void test_many_flows(void **state)
{
	struct judge_record record = {.source = address("10.7.7.7"),
		.destination = address("10.0.1.5"),
		.has_ports = true,
		.source_port = 40000,
		.direction = DIRECTION_INGRESS};
	const unsigned count = 1u << VERDICTS_BITS >> 1;
	unsigned found = 0;
	uint64_t key;

	(void)state;
	a_service("10.0.0.0/8", NULL, 443);
	for (unsigned i = 0; i < 2 * count; i++) {
		record.destination_port = (uint16_t)(1 + i % count);
		if (verdicts_find(&verdicts, &record, &judged, &key)) {
			found++;
			assert_int_equal(judged.verdict, record.destination_port % 5);
			assert_int_equal(judged.confidence, record.destination_port % 3);
		}
		judged.verdict = (enum judge_verdict)(record.destination_port % 5);
		judged.confidence = (enum judge_confidence)(record.destination_port % 3);
		verdicts_keep(&verdicts, key, record.direction, &judged);
	}
	assert_true(found > count / 2);
}

static void test_long_blocks(void **state)
{
	(void)state;
	a_service("2001:db8::/64", NULL, 443);
	assert_true(key_of("2001:db8::1", 40000, 443, false) == 0);
	assert_true(key_of("10.7.7.7", 40000, 443, false) != 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_rules),
		cmocka_unit_test(test_clients_are_alike),
		cmocka_unit_test(test_ends_between_clients),
		cmocka_unit_test(test_equal_ports),
		cmocka_unit_test(test_labels),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_both_ways),
		cmocka_unit_test(test_many_flows),
		cmocka_unit_test(test_long_blocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

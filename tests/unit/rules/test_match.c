/* One rule against one flow, dimension by dimension. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "rules/match.h"

static const struct match_world nothing;

static struct rule_text text(const char *spelled)
{
	return (struct rule_text){spelled, spelled ? strlen(spelled) : 0};
}

static struct rule_ports ports(int64_t low, int64_t high)
{
	return (struct rule_ports){true, {true, low}, {true, high}};
}

static struct rule_parts tcp(const char *peer)
{
	return (struct rule_parts){
		.is_valid = true, .is_of_group = true, .protocol = text("6"), .peer = text(peer)};
}

static struct match_flow flow(uint16_t protocol, const char *peer, uint16_t source, uint16_t to)
{
	struct match_flow made = {.protocol = protocol,
		.has_ports = true,
		.source_low = source,
		.source_high = source,
		.destination_low = to,
		.destination_high = to};

	assert_int_equal(address_parse(&made.peer, peer, strlen(peer)), 0);
	return made;
}

/* Asserts an answer, its reasons, and what it misses. */
static void assert_match(const struct rule_parts *parts, const struct match_flow *asked,
	const struct match_world *world, enum match_answer answer, unsigned maybe, unsigned misses)
{
	struct rule rule;
	unsigned reasons;

	rule_make(&rule, parts);
	if (parts->peer_type.text && rule.peer_index == RULE_NO_INDEX && world->context)
		rule.peer_index = 1;
	assert_int_equal(match_rule(&rule, asked, world, &reasons), answer);
	assert_int_equal(reasons, maybe);
	assert_int_equal(match_misses(&rule, asked, world), misses);
}

/* The same where nothing is known of labels and groups. */
static void assert_known(const struct rule_parts *parts, struct match_flow asked,
	enum match_answer answer, unsigned maybe, unsigned misses)
{
	assert_match(parts, &asked, &nothing, answer, maybe, misses);
}

#define YES(parts, ...) assert_known(&(parts), __VA_ARGS__, MATCH_YES, 0, 0)
#define MAYBE(parts, reasons, ...) assert_known(&(parts), __VA_ARGS__, MATCH_MAYBE, reasons, 0)
#define NO(parts, misses, ...) assert_known(&(parts), __VA_ARGS__, MATCH_NO, 0, misses)

static void test_protocol(void **state)
{
	struct rule_parts rule = tcp("0.0.0.0/0");
	struct match_flow of_tcp = flow(6, "8.8.8.8", 50000, 22);
	struct match_flow of_udp = flow(17, "8.8.8.8", 50000, 22);
	struct match_flow unreadable = flow(MATCH_NO_PROTOCOL, "8.8.8.8", 50000, 22);

	(void)state;
	YES(rule, of_tcp);
	NO(rule, MATCH_PROTOCOL_MISS, of_udp);
	MAYBE(rule, MATCH_PROTOCOL, unreadable);
	/* ports are compared whatever the protocol of the record is */
	rule.tcp_destination = ports(80, 80);
	NO(rule, MATCH_PROTOCOL_MISS | MATCH_DESTINATION_PORT, of_udp);
	NO(rule, MATCH_DESTINATION_PORT, unreadable);
	rule.protocol = text("all");
	YES(rule, of_udp);
	YES(rule, unreadable);
	rule.protocol = text("06");
	MAYBE(rule, MATCH_PROTOCOL, of_tcp);
	MAYBE(rule, MATCH_PROTOCOL, of_udp);
	rule.protocol = text("255");
	YES(rule, flow(255, "8.8.8.8", 0, 0));
}

static void test_cidr(void **state)
{
	struct rule_parts rule = tcp("198.51.100.9/25");

	(void)state;
	YES(rule, flow(6, "198.51.100.127", 1, 2));
	NO(rule, MATCH_PEER_MISS, flow(6, "198.51.100.128", 1, 2));
	rule.peer = text("0.0.0.0/0");
	NO(rule, MATCH_PEER_MISS, flow(6, "2001:db8::1", 1, 2));
	NO(rule, MATCH_PEER_MISS, flow(6, "::ffff:10.0.0.1", 1, 2));
	rule.peer = text("::/0");
	YES(rule, flow(6, "2001:db8::1", 1, 2));
	NO(rule, MATCH_PEER_MISS, flow(6, "10.0.0.1", 1, 2));
	rule.peer = text("10.0.0.300");
	MAYBE(rule, MATCH_PEER, flow(6, "10.0.0.1", 1, 2));
	rule.is_valid = false;
	NO(rule, MATCH_PEER_MISS, flow(6, "10.0.0.1", 1, 2));
}

static void test_ports(void **state)
{
	struct rule_parts rule = tcp("0.0.0.0/0");
	struct match_flow without = flow(6, "8.8.8.8", 0, 0);

	(void)state;
	without.has_ports = false;
	YES(rule, without);
	rule.tcp_destination = ports(8000, 8010);
	MAYBE(rule, MATCH_PORTS, without);
	YES(rule, flow(6, "8.8.8.8", 1, 8000));
	YES(rule, flow(6, "8.8.8.8", 1, 8010));
	NO(rule, MATCH_DESTINATION_PORT, flow(6, "8.8.8.8", 1, 7999));
	NO(rule, MATCH_DESTINATION_PORT, flow(6, "8.8.8.8", 1, 8011));
	rule.tcp_source = ports(1024, 65535);
	NO(rule, MATCH_SOURCE_PORT, flow(6, "8.8.8.8", 1023, 8000));
	NO(rule, MATCH_SOURCE_PORT | MATCH_DESTINATION_PORT, flow(6, "8.8.8.8", 0, 80));
	rule.tcp_source.high.is_given = false;
	MAYBE(rule, MATCH_PORTS, flow(6, "8.8.8.8", 1, 8000));
	NO(rule, MATCH_DESTINATION_PORT, flow(6, "8.8.8.8", 1, 80));
	/* a range that holds nothing is missed even where ports are not known */
	rule.tcp_source = ports(443, 80);
	NO(rule, MATCH_SOURCE_PORT, without);
	/* options of another protocol are none */
	rule.protocol = text("17");
	YES(rule, flow(17, "8.8.8.8", 1, 2));
}

static void test_ranges_of_ports(void **state)
{
	struct rule_parts rule = tcp("0.0.0.0/0");
	struct match_flow several = flow(6, "8.8.8.8", 1, 2);

	(void)state;
	rule.tcp_destination = ports(100, 200);
	several.destination_low = 100;
	several.destination_high = 200;
	YES(rule, several);
	several.destination_high = 201;
	MAYBE(rule, MATCH_PORTS, several);
	several.destination_low = 50;
	several.destination_high = 100;
	MAYBE(rule, MATCH_PORTS, several);
	several.destination_high = 99;
	NO(rule, MATCH_DESTINATION_PORT, several);
	several = match_reversed(&several);
	assert_int_equal(several.source_low, 50);
	assert_int_equal(several.source_high, 99);
	assert_int_equal(several.destination_low, 1);
	assert_int_equal(several.destination_high, 1);
}

static void test_icmp(void **state)
{
	struct rule_parts rule = tcp("0.0.0.0/0");
	struct match_flow ping = flow(1, "8.8.8.8", 0, 0);

	(void)state;
	ping.has_ports = false;
	rule.icmp_type = (struct rule_number){true, 8};
	YES(rule, flow(6, "8.8.8.8", 1, 2));
	rule.protocol = text("1");
	MAYBE(rule, MATCH_ICMP_TYPE, ping);
	ping.protocol = MATCH_NO_PROTOCOL;
	MAYBE(rule, MATCH_ICMP_TYPE | MATCH_PROTOCOL, ping);
	rule.icmp_type.is_given = false;
	rule.icmp_code = (struct rule_number){true, 4};
	ping.protocol = 1;
	YES(rule, ping);
}

static enum match_answer has(const void *context, uint32_t group, const struct address *address)
{
	const enum match_answer *answers = context;

	assert_int_equal(address->family, ADDRESS_IPV4);
	return group == RULE_NO_INDEX ? MATCH_MAYBE : answers[group];
}

static void test_groups(void **state)
{
	struct rule_parts rule = tcp("ocid1.networksecuritygroup.n");
	struct match_flow asked = flow(6, "10.0.0.1", 1, 2);
	enum match_answer answers[2] = {MATCH_NO, MATCH_YES};
	struct match_world world = {NULL, has, answers};

	(void)state;
	rule.peer_type = text("NETWORK_SECURITY_GROUP");
	assert_match(&rule, &asked, &world, MATCH_YES, 0, 0);
	answers[1] = MATCH_MAYBE;
	assert_match(&rule, &asked, &world, MATCH_MAYBE, MATCH_GROUP, 0);
	answers[1] = MATCH_NO;
	assert_match(&rule, &asked, &world, MATCH_NO, 0, MATCH_PEER_MISS);
	assert_match(&rule, &asked, &nothing, MATCH_NO, 0, MATCH_PEER_MISS);
	rule.is_of_group = false;
	assert_match(&rule, &asked, &nothing, MATCH_MAYBE, MATCH_PEER, 0);
}

static bool range_has(const void *context, uint32_t service, const struct address *address)
{
	assert_int_equal(service, 1);
	return prefix_holds(context, address);
}

static void test_services(void **state)
{
	struct rule_parts rule = tcp("all-iad-services-in-oracle-services-network");
	struct match_flow inside = flow(6, "134.70.24.1", 1, 2);
	struct match_flow outside = flow(6, "8.8.8.8", 1, 2);
	struct prefix range;
	struct match_world known = {range_has, NULL, &range};

	(void)state;
	assert_int_equal(prefix_parse(&range, "134.70.24.0/21", 14), 0);
	rule.peer_type = text("SERVICE_CIDR_BLOCK");
	assert_match(&rule, &inside, &known, MATCH_YES, 0, 0);
	assert_match(&rule, &outside, &known, MATCH_NO, 0, MATCH_PEER_MISS);
	MAYBE(rule, MATCH_SERVICE, outside);
	NO(rule, MATCH_PEER_MISS, flow(6, "10.1.2.3", 1, 2));
	NO(rule, MATCH_PEER_MISS, flow(6, "100.127.255.255", 1, 2));
	NO(rule, MATCH_PEER_MISS, flow(6, "2001:db8::1", 1, 2));
}

static void assert_private(const char *spelled, bool is_private, bool is_link_local)
{
	struct address address;

	assert_int_equal(address_parse(&address, spelled, strlen(spelled)), 0);
	assert_int_equal(match_is_private(&address), is_private);
	assert_int_equal(match_is_link_local(&address), is_link_local);
}

static void test_private(void **state)
{
	(void)state;
	assert_private("9.255.255.255", false, false);
	assert_private("10.0.0.0", true, false);
	assert_private("172.15.255.255", false, false);
	assert_private("172.16.0.0", true, false);
	assert_private("172.31.255.255", true, false);
	assert_private("172.32.0.0", false, false);
	assert_private("192.168.255.255", true, false);
	assert_private("192.169.0.0", false, false);
	assert_private("100.63.255.255", false, false);
	assert_private("100.64.0.0", true, false);
	assert_private("100.128.0.0", false, false);
	assert_private("127.0.0.1", true, false);
	assert_private("169.254.0.0", true, true);
	assert_private("169.254.255.255", true, true);
	assert_private("169.255.0.0", false, false);
	assert_private("fe80::1", false, false);
	assert_private("a00::", false, false);
}

static uint32_t random_state = 1;

static uint32_t random_below(uint32_t limit)
{
	random_state = random_state * 1664525u + 1013904223u;
	return (uint32_t)((uint64_t)random_state * limit >> 32);
}

static const char *random_of(const char *const *texts, uint32_t count)
{
	return texts[random_below(count)];
}

static struct rule random_rule(void)
{
	static const char *const protocols[] = {"6", "6", "6", "17", "1", "all", "06"};
	static const char *const peers[] = {"0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16",
		"10.1.128.0/17", "10.1.2.0/24", "10.1.2.3/32", "::/0", "2001:db8::/32",
		"2001:db8:1::/48", "2001:d00::/24", "128.0.0.0/1", "nowhere"};
	static const char *const types[] = {
		NULL, NULL, NULL, "SERVICE_CIDR_BLOCK", "NETWORK_SECURITY_GROUP"};
	struct rule_parts parts = tcp(random_of(peers, 12));
	struct rule rule;

	parts.protocol = text(random_of(protocols, 7));
	parts.peer_type = text(random_of(types, 5));
	parts.is_valid = random_below(10) != 0;
	if (random_below(4) != 0)
		parts.tcp_destination = ports(random_below(20), random_below(30));
	if (random_below(8) == 0)
		parts.tcp_source = ports(random_below(20), random_below(30));
	rule_make(&rule, &parts);
	return rule;
}

static struct match_flow random_flow(void)
{
	static const char *const peers[] = {"10.1.2.3", "10.1.2.4", "10.1.3.3", "10.1.200.1",
		"10.9.9.9", "11.1.2.3", "8.8.8.8", "200.1.1.1", "2001:db8::1", "2001:db8:1::1",
		"2001:db9::1", "::1"};
	static const uint16_t protocols[] = {6, 6, 6, 17, 1, 47, MATCH_NO_PROTOCOL};
	struct match_flow made = flow(protocols[random_below(7)], random_of(peers, 12),
		(uint16_t)random_below(25), (uint16_t)random_below(25));

	made.has_ports = random_below(8) != 0;
	if (random_below(4) == 0)
		made.destination_high = (uint16_t)(made.destination_low + random_below(9));
	return made;
}

static enum match_answer may_have(
	const void *context, uint32_t group, const struct address *address)
{
	(void)context;
	return group == RULE_NO_INDEX && address->low == 0 ? MATCH_MAYBE : MATCH_NO;
}

#define BLOCKS 61

/* What the block of a rule tells of its misses. */
static unsigned told_misses(
	const struct rule_boxes *boxes, uint32_t rule, const struct match_probe *probe)
{
	struct match_fails fails = match_find_fails(&boxes[rule / RULE_BOXES], probe);
	unsigned bit = 1u << rule % RULE_BOXES;

	return ((fails.destination_port & bit) != 0 ? MATCH_DESTINATION_PORT : 0) |
	       ((fails.peer & bit) != 0 ? MATCH_PEER_MISS : 0) |
	       ((fails.protocol & bit) != 0 ? MATCH_PROTOCOL_MISS : 0);
}

/* No rule that may match is passed over, however many are asked at once. */
static void test_blocks(void **state)
{
	struct match_world world = {NULL, may_have, NULL};
	struct rule rules[BLOCKS];
	struct rule_boxes boxes[(BLOCKS + RULE_BOXES - 1) / RULE_BOXES];
	size_t asked = 0, met = 0, matched = 0;

	(void)state;
	for (int round = 0; round < 300; round++) {
		for (size_t i = 0; i < BLOCKS; i++)
			rules[i] = random_rule();
		rule_make_boxes(boxes, rules, BLOCKS);
		for (int times = 0; times < 40; times++) {
			struct match_flow of = random_flow();
			struct match_probe probe;
			uint32_t first = random_below(BLOCKS), end = BLOCKS;
			uint32_t next;

			end = first + random_below(BLOCKS + 1 - first);
			match_make_probe(&probe, &of);
			next = match_next(boxes, first, end, &probe);
			if (first < end)
				assert_int_equal(
					match_next_portable(boxes, first, end, &probe), next);
			for (uint32_t i = first; i < end; i++) {
				bool meets = match_next(boxes, i, i + 1, &probe) == i;
				unsigned maybe;

				asked++;
				met += meets;
				assert_int_equal(told_misses(boxes, i, &probe) &
							 ~match_misses(&rules[i], &of, &world),
					0);
				if (match_rule(&rules[i], &of, &world, &maybe) != MATCH_NO) {
					assert_true(meets);
					matched++;
				}
				assert_true(i < next ? !meets : meets || i > next);
			}
			assert_true(next <= end);
		}
	}
	/* and most of the others are */
	assert_true(matched > asked / 50);
	assert_true(met < matched * 2);
}

static void assert_box(
	const struct rule_parts *parts, unsigned dimension, unsigned lowest, unsigned highest)
{
	struct rule rule;
	struct rule_box box;

	rule_make(&rule, parts);
	rule_make_box(&box, &rule);
	assert_int_equal(box.lowest[dimension], lowest);
	assert_int_equal(65535 - box.left[dimension], highest);
}

static void test_block_of_a_rule(void **state)
{
	struct rule_parts rule = tcp("10.1.128.0/17");

	(void)state;
	rule.tcp_destination = ports(22, 23);
	assert_box(&rule, RULE_BY_PROTOCOL, 6, 6);
	assert_box(&rule, RULE_BY_DESTINATION, 22, 23);
	assert_box(&rule, RULE_BY_PEER, 0x0a01, 0x0a01);
	assert_box(&rule, RULE_BY_PEER_NEXT, 0x8000, 0xffff);
	rule.peer = text("10.0.0.0/7");
	assert_box(&rule, RULE_BY_PEER, 0x0a00, 0x0bff);
	assert_box(&rule, RULE_BY_PEER_NEXT, 0, 0xffff);
	rule.peer = text("2001:db8:1::/48");
	assert_box(&rule, RULE_BY_PROTOCOL, 262, 262);
	assert_box(&rule, RULE_BY_PEER_NEXT, 0xdb8, 0xdb8);
	rule.peer = text("10.1.2.3");
	assert_box(&rule, RULE_BY_PEER_NEXT, 0x0203, 0x0203);
	rule.peer = text("somewhere");
	assert_box(&rule, RULE_BY_PROTOCOL, 6, 262);
	rule.protocol = text("all");
	assert_box(&rule, RULE_BY_PROTOCOL, 0, 511);
	assert_box(&rule, RULE_BY_DESTINATION, 0, 65535);
	rule.peer = text("::/0");
	assert_box(&rule, RULE_BY_PROTOCOL, 256, 511);
	rule.is_valid = false;
	assert_box(&rule, RULE_BY_PEER, 65535, 0);
	assert_box(&rule, RULE_BY_DESTINATION, 0, 65535);
	rule.protocol = text("6");
	rule.tcp_destination = ports(443, 80);
	assert_box(&rule, RULE_BY_DESTINATION, 65535, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_protocol),
		cmocka_unit_test(test_cidr),
		cmocka_unit_test(test_ports),
		cmocka_unit_test(test_ranges_of_ports),
		cmocka_unit_test(test_icmp),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_services),
		cmocka_unit_test(test_private),
		cmocka_unit_test(test_blocks),
		cmocka_unit_test(test_block_of_a_rule),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

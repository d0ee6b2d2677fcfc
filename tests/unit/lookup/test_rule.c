/* Rules: made of their parts, their text, their entry, and what a file may hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lookup/rule.h"

static struct bytes written = BYTES_INIT(1 << 20);

static int teardown(void **state)
{
	(void)state;
	bytes_free(&written);
	return 0;
}

#define TEXT(literal)                                                                              \
	{                                                                                          \
		literal, sizeof(literal) - 1                                                       \
	}
#define NUMBER(value)                                                                              \
	{                                                                                          \
		true, value                                                                        \
	}
#define PORTS(low, high)                                                                           \
	{                                                                                          \
		true, NUMBER(low), NUMBER(high)                                                    \
	}
#define ANY TEXT("0.0.0.0/0")

/* Makes a rule of its parts; returns its text. */
static const char *text_of(struct rule *rule, struct rule_parts parts)
{
	parts.is_valid = true;
	rule_make(rule, &parts);
	bytes_clear(&written);
	assert_int_equal(rule_write_text(&written, &parts), 0);
	assert_int_equal(bytes_append_char(&written, '\0'), 0);
	return written.data;
}

static void test_texts(void **state)
{
	static const struct {
		const char *text;
		struct rule_parts parts;
	} cases[] = {
		{"ingress tcp 0.0.0.0/0 *>443",
			{.protocol = TEXT("6"), .peer = ANY, .tcp_destination = PORTS(443, 443)}},
		{"ingress udp 10.0.0.0/8 *>4000-4010 stateless",
			{.protocol = TEXT("17"),
				.peer = TEXT("10.1.2.3/8"),
				.is_stateless = true,
				.udp_destination = PORTS(4000, 4010)}},
		{"ingress tcp 10.0.0.0/16 1024-65535>22",
			{.protocol = TEXT("6"),
				.peer = TEXT("10.0.0.0/16"),
				.tcp_source = PORTS(1024, 65535),
				.tcp_destination = PORTS(22, 22)}},
		{"ingress tcp 0.0.0.0/0 80>*",
			{.protocol = TEXT("6"), .peer = ANY, .tcp_source = PORTS(80, 80)}},
		{"ingress tcp 0.0.0.0/0 *>0-65535",
			{.protocol = TEXT("6"), .peer = ANY, .tcp_destination = PORTS(0, 65535)}},
		{"ingress tcp 0.0.0.0/0", {.protocol = TEXT("6"), .peer = ANY}},
		/* what does not belong to the protocol is not there */
		{"ingress all 0.0.0.0/0", {.protocol = TEXT("all"),
						  .peer = ANY,
						  .tcp_destination = PORTS(1, 2),
						  .icmp_type = NUMBER(3)}},
		{"ingress tcp 0.0.0.0/0",
			{.protocol = TEXT("6"), .peer = ANY, .udp_destination = PORTS(1, 2)}},
		{"ingress icmp 10.0.0.0/16 3/4", {.protocol = TEXT("1"),
							 .peer = TEXT("10.0.0.0/16"),
							 .icmp_type = NUMBER(3),
							 .icmp_code = NUMBER(4)}},
		{"ingress icmp 0.0.0.0/0 8",
			{.protocol = TEXT("1"), .peer = ANY, .icmp_type = NUMBER(8)}},
		{"ingress icmp 0.0.0.0/0",
			{.protocol = TEXT("1"), .peer = ANY, .icmp_code = NUMBER(4)}},
		{"ingress icmpv6 2001:db8::/32 2", {.protocol = TEXT("58"),
							   .peer = TEXT("2001:DB8:0::1/32"),
							   .icmp_type = NUMBER(2)}},
		{"ingress 47 192.0.2.7/32", {.protocol = TEXT("47"), .peer = TEXT("192.0.2.7")}},
		{"ingress 0 ::1/128", {.protocol = TEXT("0"), .peer = TEXT("::1")}},
		{"ingress tcp oci-phx-objectstorage",
			{.protocol = TEXT("6"),
				.peer = TEXT("oci-phx-objectstorage"),
				.peer_type = TEXT("SERVICE_CIDR_BLOCK")}},
		/* what cannot be read stands as it was written */
		{"ingress 06 0.0.0.0/0", {.protocol = TEXT("06"), .peer = ANY}},
		{"ingress 256 0.0.0.0/0", {.protocol = TEXT("256"), .peer = ANY}},
		{"ingress ALL 0.0.0.0/0", {.protocol = TEXT("ALL"), .peer = ANY}},
		{"ingress ? ?", {.protocol = {NULL, 0}}},
		{"ingress tcp 10.0.0.0/33", {.protocol = TEXT("6"), .peer = TEXT("10.0.0.0/33")}},
		{"ingress tcp 0.0.0.0/0 *>80-?",
			{.protocol = TEXT("6"),
				.peer = ANY,
				.tcp_destination = {true, NUMBER(80), {false, 0}}}},
		{"ingress tcp 0.0.0.0/0 ?-80>443-80",
			{.protocol = TEXT("6"),
				.peer = ANY,
				.tcp_source = {true, {false, 0}, NUMBER(80)},
				.tcp_destination = PORTS(443, 80)}},
		{"ingress tcp 0.0.0.0/0 *>-9223372036854775808-70000",
			{.protocol = TEXT("6"),
				.peer = ANY,
				.tcp_destination = PORTS(INT64_MIN, 70000)}},
		{"ingress tcp a \"b\"\n", {.protocol = TEXT("6"), .peer = TEXT("a \"b\"\n")}},
		{"egress all 0.0.0.0/0",
			{.direction = DIRECTION_EGRESS, .protocol = TEXT("all"), .peer = ANY}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct rule rule;

		assert_string_equal(text_of(&rule, cases[i].parts), cases[i].text);
		assert_int_equal(rule.direction, cases[i].parts.direction);
	}
}

static void test_groups_as_peers(void **state)
{
	struct rule_parts parts = {.protocol = TEXT("6"),
		.is_of_group = true,
		.peer = TEXT("ocid1.networksecuritygroup.x"),
		.peer_type = TEXT("NETWORK_SECURITY_GROUP")};
	struct rule rule;

	(void)state;
	assert_string_equal(text_of(&rule, parts), "ingress tcp ocid1.networksecuritygroup.x");
	assert_int_equal(rule.peer_kind, RULE_PEER_GROUP);
	assert_int_equal(rule.peer_index, RULE_NO_INDEX);
	assert_int_equal(rule.is_valid, 1);
	assert_null(rule_unreadable(&rule));
	/* in a list a group is no peer */
	parts.is_of_group = false;
	(void)text_of(&rule, parts);
	assert_int_equal(rule.peer_kind, RULE_PEER_UNREADABLE);
	assert_int_equal(rule.peer_index, 0);
	assert_string_equal(rule_unreadable(&rule), "peer");
	rule_make(&rule, &parts);
	assert_int_equal(rule.is_valid, 0);
}

static struct rule ports_rule(struct rule_ports ports)
{
	struct rule_parts parts = {.protocol = TEXT("6"), .peer = ANY, .tcp_destination = ports};
	struct rule rule;

	(void)text_of(&rule, parts);
	return rule;
}

static void assert_ports(struct rule_ports ports, enum rule_range kind, unsigned low, unsigned high)
{
	struct rule rule = ports_rule(ports);

	assert_int_equal(rule.destination_kind, kind);
	assert_int_equal(rule.destination_low, low);
	assert_int_equal(rule.destination_high, high);
	assert_int_equal(rule.source_kind, RULE_RANGE_ANY);
	assert_int_equal(rule.source_high, 65535);
}

static struct rule_ports between(int64_t low, int64_t high)
{
	return (struct rule_ports){true, {true, low}, {true, high}};
}

static void test_ranges(void **state)
{
	struct rule_ports ports = {0};
	struct rule rule;

	(void)state;
	assert_ports(ports, RULE_RANGE_ANY, 0, 65535);
	assert_ports(between(0, 65535), RULE_RANGE_GIVEN, 0, 65535);
	assert_ports(between(7, 8), RULE_RANGE_GIVEN, 7, 8);
	assert_ports(between(8, 7), RULE_RANGE_NOTHING, 0, 0);
	assert_ports(between(-5, 7), RULE_RANGE_GIVEN, 0, 7);
	assert_ports(between(-5, -1), RULE_RANGE_NOTHING, 0, 0);
	assert_ports(between(5, 70000), RULE_RANGE_GIVEN, 5, 65535);
	assert_ports(between(65536, 70000), RULE_RANGE_NOTHING, 0, 0);
	ports = between(0, 7);
	ports.low.is_given = false;
	assert_ports(ports, RULE_RANGE_UNREADABLE, 0, 65535);
	rule = ports_rule(ports);
	assert_string_equal(rule_unreadable(&rule), "destination port range");
	rule = ports_rule(between(7, 7));
	assert_null(rule_unreadable(&rule));
}

static struct rule_text text(const char *spelled)
{
	return (struct rule_text){spelled, spelled ? strlen(spelled) : 0};
}

static void assert_entry(const char *name, bool is_of_group, const char *id, const char *wanted)
{
	bytes_clear(&written);
	assert_int_equal(rule_write_entry(&written, text("o"), text(name), text("r \"x\""),
				 is_of_group, text(id)),
		0);
	assert_int_equal(bytes_append_char(&written, '\0'), 0);
	assert_string_equal(written.data, wanted);
}

static void test_entries(void **state)
{
	(void)state;
	assert_entry(
		"n\n", false, NULL, "{\"ocid\":\"o\",\"name\":\"n\\n\",\"rule\":\"r \\\"x\\\"\"}");
	assert_entry(NULL, false, NULL, "{\"ocid\":\"o\",\"name\":null,\"rule\":\"r \\\"x\\\"\"}");
	assert_entry("n", true, "A1",
		"{\"ocid\":\"o\",\"name\":\"n\",\"rule\":\"r \\\"x\\\"\",\"id\":\"A1\"}");
	assert_entry("n", true, NULL,
		"{\"ocid\":\"o\",\"name\":\"n\",\"rule\":\"r \\\"x\\\"\",\"id\":null}");
}

static const struct rule_bounds bounds = {100, 3, 2};

static struct rule sane_rule(void)
{
	struct rule rule = ports_rule(between(7, 8));

	rule.texts = 10;
	rule.entry_length = 40;
	rule.text_length = 30;
	rule.id_length = 15;
	rule.description_length = 5;
	assert_true(rule_is_sane(&rule, &bounds));
	return rule;
}

/* Sets a field of a sane rule and expects it to be refused. */
#define ASSERT_REFUSED(field, value)                                                               \
	do {                                                                                       \
		struct rule damaged = sane_rule();                                                 \
		damaged.field = (value);                                                           \
		assert_false(rule_is_sane(&damaged, &bounds));                                     \
	} while (0)

static void test_sanity(void **state)
{
	struct rule rule = sane_rule();

	(void)state;
	ASSERT_REFUSED(peer.length, 33);
	ASSERT_REFUSED(peer.family, 0);
	ASSERT_REFUSED(peer.low, 1);
	ASSERT_REFUSED(peer.zero[3], 1);
	ASSERT_REFUSED(peer_index, 1);
	ASSERT_REFUSED(peer_kind, RULE_PEER_GROUP);
	ASSERT_REFUSED(peer_kind, 4);
	ASSERT_REFUSED(protocol, 258);
	ASSERT_REFUSED(protocol, 47);
	ASSERT_REFUSED(direction, 2);
	ASSERT_REFUSED(is_stateless, 2);
	ASSERT_REFUSED(is_valid, 2);
	ASSERT_REFUSED(source_low, 1);
	ASSERT_REFUSED(destination_low, 9);
	ASSERT_REFUSED(destination_kind, RULE_RANGE_ANY);
	ASSERT_REFUSED(destination_kind, RULE_RANGE_UNREADABLE);
	ASSERT_REFUSED(destination_kind, RULE_RANGE_NOTHING);
	ASSERT_REFUSED(destination_kind, 4);
	ASSERT_REFUSED(icmp_type, 3);
	ASSERT_REFUSED(icmp_code, 3);
	ASSERT_REFUSED(texts, 11);
	ASSERT_REFUSED(texts, UINT64_MAX);
	ASSERT_REFUSED(entry_length, 0);
	ASSERT_REFUSED(text_length, 0);
	ASSERT_REFUSED(text_length, UINT32_MAX);
	ASSERT_REFUSED(id_length, 16);
	ASSERT_REFUSED(description_length, UINT32_MAX - 1);

	assert_int_equal(rule_entry_at(&rule), 10);
	assert_int_equal(rule_text_at(&rule), 50);
	assert_int_equal(rule_id_at(&rule), 80);
	assert_int_equal(rule_description_at(&rule), 95);
	rule.id_length = RULE_ABSENT;
	assert_int_equal(rule_description_at(&rule), 80);
	assert_true(rule_is_sane(&rule, &bounds));

	memset(&rule.peer, 0, sizeof(rule.peer));
	rule.peer_kind = RULE_PEER_SERVICE;
	rule.peer_index = 1;
	assert_true(rule_is_sane(&rule, &bounds));
	rule.peer_index = 2;
	assert_false(rule_is_sane(&rule, &bounds));
	rule.peer_kind = RULE_PEER_GROUP;
	assert_true(rule_is_sane(&rule, &bounds));
	rule.peer_index = 3;
	assert_false(rule_is_sane(&rule, &bounds));
	rule.peer_index = RULE_NO_INDEX;
	assert_true(rule_is_sane(&rule, &bounds));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_groups_as_peers),
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_entries),
		cmocka_unit_test(test_sanity),
	};

	return cmocka_run_group_tests(tests, NULL, teardown);
}

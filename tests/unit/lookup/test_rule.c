/* Rules: read from JSON, their text, their entry, and what a file may hold. */
#include "metadata.h"

#include "lookup/rule.h"

static struct bytes scratch = BYTES_INIT(1 << 20);
static struct bytes written = BYTES_INIT(1 << 20);

static int teardown(void **state)
{
	(void)state;
	bytes_free(&scratch);
	bytes_free(&written);
	return 0;
}

/* Makes the rule of a JSON object; returns its text. */
static const char *text_of(
	struct rule *rule, const char *json, bool is_of_group, enum rule_direction direction)
{
	struct parsed parsed = parse_text(json);
	struct rule_parts parts;
	const char *fault;

	assert_int_equal(rule_read(&parts, &scratch, &parsed.tree, parsed.tree.nodes, is_of_group,
				 direction, &fault),
		0);
	assert_null(fault);
	rule_make(rule, &parts);
	bytes_clear(&written);
	assert_int_equal(rule_write_text(&written, &parts), 0);
	assert_int_equal(bytes_append_char(&written, '\0'), 0);
	parsed_free(&parsed);
	return written.data;
}

#define ANY "\"source\":\"0.0.0.0/0\",\"sourceType\":\"CIDR_BLOCK\""

static void test_texts(void **state)
{
	static const struct {
		const char *text;
		const char *json;
	} cases[] = {
		{"ingress tcp 0.0.0.0/0 *>443",
			"{\"protocol\":\"6\"," ANY
			",\"tcpOptions\":{\"destinationPortRange\":{\"min\":443,\"max\":443}}}"},
		{"ingress udp 10.0.0.0/8 *>4000-4010 stateless",
			"{\"protocol\":\"17\",\"source\":\"10.1.2.3/8\",\"is-stateless\":true,"
			"\"udp-options\":{\"destination-port-range\":{\"min\":4000,\"max\":4010}}"
			"}"},
		{"ingress tcp 10.0.0.0/16 1024-65535>22",
			"{\"protocol\":\"6\",\"source\":\"10.0.0.0/16\",\"tcp_options\":{"
			"\"source_port_range\":{\"min\":1024,\"max\":65535},"
			"\"destination_port_range\":{\"min\":22,\"max\":22}}}"},
		{"ingress tcp 0.0.0.0/0 80>*",
			"{\"protocol\":\"6\"," ANY
			",\"tcpOptions\":{\"sourcePortRange\":{\"min\":80,\"max\":80}}}"},
		{"ingress tcp 0.0.0.0/0 *>0-65535",
			"{\"protocol\":\"6\"," ANY
			",\"tcpOptions\":{\"destinationPortRange\":{\"min\":0,\"max\":65535}}}"},
		{"ingress tcp 0.0.0.0/0", "{\"protocol\":\"6\"," ANY ",\"tcpOptions\":{}}"},
		{"ingress all 0.0.0.0/0",
			"{\"protocol\":\"all\"," ANY
			",\"tcpOptions\":{\"destinationPortRange\":{\"min\":1,\"max\":2}},"
			"\"icmpOptions\":{\"type\":3}}"},
		{"ingress tcp 0.0.0.0/0",
			"{\"protocol\":\"6\"," ANY
			",\"udpOptions\":{\"destinationPortRange\":{\"min\":1,\"max\":2}}}"},
		{"ingress icmp 10.0.0.0/16 3/4", "{\"protocol\":\"1\",\"source\":\"10.0.0.0/16\","
						 "\"icmpOptions\":{\"type\":3,\"code\":4}}"},
		{"ingress icmp 0.0.0.0/0 8",
			"{\"protocol\":\"1\"," ANY ",\"icmpOptions\":{\"type\":8,\"code\":null}}"},
		{"ingress icmp 0.0.0.0/0",
			"{\"protocol\":\"1\"," ANY ",\"icmpOptions\":{\"code\":4}}"},
		{"ingress icmpv6 2001:db8::/32 2",
			"{\"protocol\":\"58\",\"source\":\"2001:DB8:0::1/32\","
			"\"icmpOptions\":{\"type\":2}}"},
		{"ingress 47 192.0.2.7/32", "{\"protocol\":\"47\",\"source\":\"192.0.2.7\"}"},
		{"ingress 0 ::1/128", "{\"protocol\":\"0\",\"source\":\"::1\"}"},
		{"ingress tcp oci-phx-objectstorage",
			"{\"protocol\":\"6\",\"source\":\"oci-phx-objectstorage\","
			"\"sourceType\":\"SERVICE_CIDR_BLOCK\"}"},
		/* what cannot be read stands as it was written */
		{"ingress 06 0.0.0.0/0", "{\"protocol\":\"06\"," ANY "}"},
		{"ingress 256 0.0.0.0/0", "{\"protocol\":\"256\"," ANY "}"},
		{"ingress ALL 0.0.0.0/0", "{\"protocol\":\"ALL\"," ANY "}"},
		{"ingress ? ?", "{}"},
		{"ingress tcp 10.0.0.0/33", "{\"protocol\":\"6\",\"source\":\"10.0.0.0/33\"}"},
		{"ingress tcp 0.0.0.0/0 *>80-?",
			"{\"protocol\":\"6\"," ANY
			",\"tcpOptions\":{\"destinationPortRange\":{\"min\":80}}}"},
		{"ingress tcp 0.0.0.0/0 ?-?>443-80",
			"{\"protocol\":\"6\"," ANY ",\"tcpOptions\":{\"sourcePortRange\":{},"
			"\"destinationPortRange\":{\"min\":443,\"max\":80}}}"},
		{"ingress tcp 0.0.0.0/0 *>-9223372036854775808-70000",
			"{\"protocol\":\"6\"," ANY ",\"tcpOptions\":{\"destinationPortRange\":"
			"{\"min\":-9223372036854775808,\"max\":70000}}}"},
		{"ingress tcp a \"b\"\n", "{\"protocol\":\"6\",\"source\":\"a \\\"b\\\"\\u000a\"}"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct rule rule;

		assert_string_equal(
			text_of(&rule, cases[i].json, false, RULE_INGRESS), cases[i].text);
	}
}

static void test_egress_and_group_rules(void **state)
{
	struct rule rule;

	(void)state;
	assert_string_equal(text_of(&rule,
				    "{\"protocol\":\"all\",\"destination\":\"0.0.0.0/0\","
				    "\"source\":\"10.0.0.0/8\"}",
				    false, RULE_EGRESS),
		"egress all 0.0.0.0/0");
	assert_int_equal(rule.direction, RULE_EGRESS);
	assert_int_equal(rule.protocol, RULE_PROTOCOL_ALL);
	assert_string_equal(text_of(&rule,
				    "{\"direction\":\"EGRESS\",\"protocol\":\"6\",\"id\":\"A1\","
				    "\"destination\":\"ocid1.networksecuritygroup.x\","
				    "\"destinationType\":\"NETWORK_SECURITY_GROUP\"}",
				    true, RULE_INGRESS),
		"egress tcp ocid1.networksecuritygroup.x");
	assert_int_equal(rule.direction, RULE_EGRESS);
	assert_int_equal(rule.peer_kind, RULE_PEER_GROUP);
	assert_int_equal(rule.peer_index, RULE_NO_INDEX);
	assert_int_equal(rule.is_valid, 1);
	/* in a list a group is no peer */
	(void)text_of(&rule,
		"{\"protocol\":\"6\",\"source\":\"ocid1.networksecuritygroup.x\","
		"\"sourceType\":\"NETWORK_SECURITY_GROUP\",\"isValid\":false}",
		false, RULE_INGRESS);
	assert_int_equal(rule.peer_kind, RULE_PEER_UNREADABLE);
	assert_int_equal(rule.is_valid, 0);
	assert_string_equal(rule_unreadable(&rule), "peer");
}

static struct rule ports_rule(const char *range)
{
	char json[300];
	struct rule rule;

	snprintf(json, sizeof(json),
		"{\"protocol\":\"6\"," ANY ",\"tcpOptions\":{\"destinationPortRange\":%s}}", range);
	(void)text_of(&rule, json, false, RULE_INGRESS);
	return rule;
}

static void assert_ports(const char *range, enum rule_range kind, unsigned low, unsigned high)
{
	struct rule rule = ports_rule(range);

	assert_int_equal(rule.destination_kind, kind);
	assert_int_equal(rule.destination_low, low);
	assert_int_equal(rule.destination_high, high);
	assert_int_equal(rule.source_kind, RULE_RANGE_ANY);
	assert_int_equal(rule.source_high, 65535);
}

static void test_ranges(void **state)
{
	struct rule rule;

	(void)state;
	assert_ports("null", RULE_RANGE_ANY, 0, 65535);
	assert_ports("{\"min\":0,\"max\":65535}", RULE_RANGE_GIVEN, 0, 65535);
	assert_ports("{\"min\":7,\"max\":8}", RULE_RANGE_GIVEN, 7, 8);
	assert_ports("{\"min\":8,\"max\":7}", RULE_RANGE_NOTHING, 0, 0);
	assert_ports("{\"min\":-5,\"max\":7}", RULE_RANGE_GIVEN, 0, 7);
	assert_ports("{\"min\":-5,\"max\":-1}", RULE_RANGE_NOTHING, 0, 0);
	assert_ports("{\"min\":5,\"max\":70000}", RULE_RANGE_GIVEN, 5, 65535);
	assert_ports("{\"min\":65536,\"max\":70000}", RULE_RANGE_NOTHING, 0, 0);
	assert_ports("{\"max\":7}", RULE_RANGE_UNREADABLE, 0, 65535);
	rule = ports_rule("{\"min\":7,\"max\":null}");
	assert_string_equal(rule_unreadable(&rule), "destination port range");
	rule = ports_rule("{\"min\":7,\"max\":7}");
	assert_null(rule_unreadable(&rule));
}

static void test_wrong_types_are_refused(void **state)
{
	static const struct {
		const char *json;
		const char *fault;
	} cases[] = {
		{"7", "a rule is not an object"},
		{"{\"protocol\":6}", "protocol is not a string"},
		{"{\"source\":[]}", "source is not a string"},
		{"{\"description\":7}", "description is not a string"},
		{"{\"isStateless\":\"true\"}", "is_stateless is not true or false"},
		{"{\"tcpOptions\":7}", "tcp_options is not an object"},
		{"{\"tcpOptions\":{\"sourcePortRange\":7}}", "source_port_range is not an object"},
		{"{\"tcpOptions\":{\"sourcePortRange\":{\"min\":\"7\"}}}",
			"an end of a port range is not an integer"},
		{"{\"udpOptions\":{\"sourcePortRange\":{\"max\":1.5}}}",
			"an end of a port range is not an integer"},
		{"{\"udpOptions\":{\"sourcePortRange\":{\"max\":9223372036854775808}}}",
			"an end of a port range is not an integer"},
		{"{\"icmpOptions\":{\"type\":true}}", "the ICMP type is not an integer"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct parsed parsed = parse_text(cases[i].json);
		struct rule_parts parts;
		const char *fault = NULL;

		assert_int_equal(rule_read(&parts, &scratch, &parsed.tree, parsed.tree.nodes, false,
					 RULE_INGRESS, &fault),
			-1);
		assert_string_equal(fault, cases[i].fault);
		parsed_free(&parsed);
	}
}

static void test_group_needs_a_direction(void **state)
{
	struct parsed parsed = parse_text("{\"protocol\":\"6\",\"direction\":\"ingress\"}");
	struct rule_parts parts;
	const char *fault = NULL;

	(void)state;
	assert_int_equal(rule_read(&parts, &scratch, &parsed.tree, parsed.tree.nodes, true,
				 RULE_INGRESS, &fault),
		-1);
	assert_string_equal(fault, "direction is not INGRESS or EGRESS");
	parsed_free(&parsed);
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
	struct rule rule = ports_rule("{\"min\":7,\"max\":8}");

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
		cmocka_unit_test(test_egress_and_group_rules),
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_wrong_types_are_refused),
		cmocka_unit_test(test_group_needs_a_direction),
		cmocka_unit_test(test_entries),
		cmocka_unit_test(test_sanity),
	};

	return cmocka_run_group_tests(tests, NULL, teardown);
}

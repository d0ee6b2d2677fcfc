/* JSON into the model: kinds of objects, groups, addresses, ranges, and what is
 * refused of them. Subnets and lists: test_model.c, test_render.c. */
#include "metadata.h"

static struct model *model;

static int setup(void **state)
{
	(void)state;
	model = model_new(MODEL_REFUSE_DIFFERING);
	return model ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	model_free(model);
	return 0;
}

static enum import_kind kind_of(const char *text)
{
	struct parsed parsed = parse_text(text);
	enum import_kind kind = import_object(&parsed.tree, parsed.tree.nodes).kind;

	parsed_free(&parsed);
	return kind;
}

static void test_kinds(void **state)
{
	(void)state;
	assert_int_equal(kind_of("{\"id\":\"" GROUP_M "\"}"), IMPORT_GROUP);
	assert_int_equal(kind_of("{\"id\":\"ocid1.networksecuritygroup.\"}"), IMPORT_OTHER);
	assert_int_equal(kind_of("{\"id\":\"" VNIC_P "\",\"nsg-ids\":[]}"), IMPORT_VNIC);
	assert_int_equal(kind_of("{\"id\":\"ocid1.vcn.a\"}"), IMPORT_VCN);
	assert_int_equal(kind_of("{\"id\":\"ocid1.compartment.a\"}"), IMPORT_COMPARTMENT);
	assert_int_equal(kind_of("{\"id\":\"ocid1.tenancy.a\"}"), IMPORT_COMPARTMENT);
	assert_int_equal(kind_of("{\"id\":\"ocid1.privateip.a\"}"), IMPORT_ADDRESS);
	assert_int_equal(kind_of("{\"id\":\"ocid1.ipv6.a\"}"), IMPORT_ADDRESS);
	assert_int_equal(kind_of("{\"ip-address\":\"1.2.3.4\",\"vnicId\":\"v\"}"), IMPORT_ADDRESS);
	assert_int_equal(kind_of("{\"id\":\"04ABEC\",\"direction\":\"INGRESS\"}"), IMPORT_RULE);
	assert_int_equal(kind_of("{\"vnic_id\":\"v\",\"resource_id\":\"r\"}"), IMPORT_MEMBER);
	assert_int_equal(kind_of("{\"regions\":[]}"), IMPORT_RANGES);
	assert_int_equal(
		kind_of("{\"id\":\"ocid1.vnicattachment.a\",\"vnic-id\":\"v\"}"), IMPORT_OTHER);
	assert_int_equal(kind_of("{\"direction\":null}"), IMPORT_OTHER);
	assert_int_equal(kind_of("{\"id\":\"ocid1.instance.a\"}"), IMPORT_OTHER);
}

static void assert_refused(const char *text, const char *expected)
{
	struct model_fault fault;

	assert_int_equal(add_text(model, text, 1, &fault), MODEL_MALFORMED);
	assert_string_equal(fault.text, expected);
}

static void assert_refused_of_group(const char *text, const char *expected)
{
	struct model_fault fault;

	assert_int_equal(add_to_group(model, GROUP_M, text, FETCHED_AT, &fault), MODEL_MALFORMED);
	assert_string_equal(fault.text, expected);
	assert_int_equal(model->group_rule_count, 0);
	assert_int_equal(model->member_count, 0);
}

static void test_refused(void **state)
{
	(void)state;
	assert_refused("{\"ip-address\":\"1.2.3.400\",\"vnic-id\":\"v\"}",
		"ip_address holds '1.2.3.400', which is no address");
	assert_refused("{\"ip-address\":7,\"vnic-id\":\"v\"}", "ip_address is not a string");
	assert_refused("{\"id\":\"" VNIC_P "\",\"ipv6Addresses\":[\"::\",1]}",
		"ipv6_addresses[1] is not a string");
	assert_refused("{\"id\":\"" VNIC_P "\",\"nsgIds\":{}}", "nsg_ids is not an array");
	assert_refused(
		"{\"id\":\"ocid1.vcn.a\",\"displayName\":1}", "display_name is not a string");
	assert_refused_of_group(
		"{\"direction\":\"SIDEWAYS\"}", "direction is not INGRESS or EGRESS");
	assert_refused_of_group(
		"{\"direction\":\"INGRESS\",\"isValid\":\"no\"}", "is_valid is not true or false");
	assert_refused_of_group("{\"direction\":\"EGRESS\",\"tcpOptions\":{\"sourcePortRange\":"
				"{\"min\":1e1}}}",
		"tcp_options.source_port_range.min is not an integer");
	assert_refused_of_group("{\"vnic-id\":[]}", "vnic_id is not a string");
	assert_refused("{\"id\":\"x\",\"ingressSecurityRules\":[{\"icmpOptions\":"
		       "{\"type\":9223372036854775808}}]}",
		"ingress_security_rules[0].icmp_options.type is not an integer of 64 bits");
}

static void assert_protocol(size_t rule, const char *expected)
{
	struct lookup_text protocol = model_bytes(model, model->rules[rule].protocol);

	assert_int_equal(protocol.len, strlen(expected));
	assert_memory_equal(protocol.text, expected, protocol.len);
}

/* A number is what its digits spell, where the model takes numbers, and nowhere else. */
static void test_protocol_numbers(void **state)
{
	static const char *const bad[] = {
		"256", "-1", "-0", "6.0", "6e0", "99999999999999999999", "true", "[6]"};
	char text[128];

	(void)state;
	model->takes_numbers = true;
	add_good(model, "{\"id\":\"x\",\"ingressSecurityRules\":[{\"protocol\":0},"
			"{\"protocol\":6},{\"protocol\":255}]}");
	assert_protocol(0, "0");
	assert_protocol(1, "6");
	assert_protocol(2, "255");
	add_good(model, "{\"id\":\"x\",\"ingressSecurityRules\":[{\"protocol\":\"0\"},"
			"{\"protocol\":\"6\"},{\"protocol\":\"255\"}]}");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(text, sizeof(text),
			"{\"id\":\"y\",\"egressSecurityRules\":[{\"protocol\":%s}]}", bad[i]);
		assert_refused(text, "egress_security_rules[0].protocol is neither a string nor an "
				     "integer from 0 to 255");
	}
	model->takes_numbers = false;
	assert_refused("{\"id\":\"y\",\"ingressSecurityRules\":[{\"protocol\":6}]}",
		"ingress_security_rules[0].protocol is not a string");
}

/* Integers are plain decimal, and a range without ends is one that is absent. */
static void test_numbers(void **state)
{

	(void)state;
	add_good(model, "{\"id\":\"x\",\"ingressSecurityRules\":[{\"icmpOptions\":"
			"{\"type\":-9223372036854775808,\"code\":-0},\"tcpOptions\":"
			"{\"sourcePortRange\":{\"min\":null},\"destinationPortRange\":"
			"{\"max\":9223372036854775807}}}]}");
	assert_int_equal(model->rules[0].icmp.type.value, INT64_MIN);
	assert_int_equal(model->rules[0].icmp.code.value, 0);
	assert_true(model->rules[0].icmp.code.is_given);
	assert_false(model->rules[0].tcp.source.is_given);
	assert_true(model->rules[0].tcp.destination.is_given);
	assert_false(model->rules[0].tcp.destination.low.is_given);
	assert_int_equal(model->rules[0].tcp.destination.high.value, INT64_MAX);
}

/* A text of more than 16 MiB has no place in a lookup file. */
static void test_long_text(void **state)
{
	static const char begin[] = "{\"id\":\"" SUBNET_A "\",\"displayName\":\"";
	size_t len = LIMIT_LOOKUP_TEXT;
	char *text = malloc(sizeof(begin) + len + 4);
	struct model_fault fault;

	(void)state;
	memcpy(text, begin, sizeof(begin) - 1);
	memset(text + sizeof(begin) - 1, 'x', len + 1);
	memcpy(text + sizeof(begin) - 1 + len + 1, "\"}", 3);
	assert_int_equal(add_text(model, text, 1, &fault), MODEL_MALFORMED);
	assert_string_equal(fault.text, "display_name is longer than a lookup file may hold");
	memcpy(text + sizeof(begin) - 1 + len, "\"}", 3);
	assert_int_equal(add_text(model, text, 1, &fault), MODEL_OK);
	free(text);
}

/* Reserved addresses that no VNIC has are passed over. */
static void test_addresses(void **state)
{
	(void)state;
	add_good(model, "{\"id\":\"ocid1.privateip.a\",\"ip-address\":\"10.0.0.9\","
			"\"vnic-id\":null,\"subnet-id\":\"" SUBNET_A "\"}");
	assert_int_equal(model->vnic_count, 0);
	add_good(model, "{\"ip-address\":\"10.0.0.9\",\"vnic-id\":\"" VNIC_P "\"}");
	add_good(model, "{\"ip-address\":\"10.0.0.9\",\"vnic-id\":\"" VNIC_P "\"}");
	assert_int_equal(model->vnic_count, 1);
}

#define RULE(id, protocol)                                                                         \
	"{\"direction\":\"INGRESS\",\"id\":\"" id "\",\"protocol\":\"" protocol "\"}"

static void test_rules_of_groups(void **state)
{
	struct model_fault fault;

	(void)state;
	add_good_to(model, GROUP_M, RULE("1", "6"));
	add_good_to(model, GROUP_M, RULE("2", "6"));
	add_good_to(model, GROUP_M, RULE("1", "6"));
	assert_int_equal(model->group_rule_count, 2);
	/* another group's rule may have the same id */
	add_good_to(model, GROUP_N, RULE("1", "17"));
	assert_int_equal(model->group_rule_count, 3);
	assert_int_equal(
		add_to_group(model, GROUP_M, RULE("1", "17"), FETCHED_AT, &fault), MODEL_DIFFERS);
	assert_string_equal(fault.earlier.source, "x.json");
	/* earlier ones are not taken, later ones replace all */
	assert_int_equal(
		add_to_group(model, GROUP_M, RULE("3", "17"), FETCHED_AT - 1, &fault), MODEL_OK);
	assert_int_equal(model->group_rule_count, 3);
	assert_int_equal(
		add_to_group(model, GROUP_M, RULE("1", "17"), FETCHED_AT + 1, &fault), MODEL_OK);
	assert_int_equal(model->groups[0].rules_at, FETCHED_AT + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_protocol_numbers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_numbers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_long_text, setup, teardown),
		cmocka_unit_test_setup_teardown(test_addresses, setup, teardown),
		cmocka_unit_test_setup_teardown(test_rules_of_groups, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Security lists as ready-made JSON: key order, nulls, what is refused. */
#include "metadata.h"

#include "lookup/render.h"

static enum model_result render_text(const char *text, struct bytes *out, struct model_fault *fault)
{
	struct model *model = model_new(MODEL_REFUSE_DIFFERING);
	struct parsed parsed = parse_text(text);
	struct import_object object = import_object(&parsed.tree, parsed.tree.nodes);
	struct model_place place = {"x.json", 1, FETCHED_AT};
	enum model_result result = import_list(model, &object, place, fault);

	if (result == MODEL_OK && render_list(out, model, &model->lists[0]) != 0)
		result = MODEL_NO_MEMORY;
	parsed_free(&parsed);
	model_free(model);
	return result;
}

static void assert_rendered(const char *text, const char *expected)
{
	struct bytes out = BYTES_INIT(100000);
	struct model_fault fault;

	assert_int_equal(render_text(text, &out, &fault), MODEL_OK);
	assert_int_equal(bytes_append_char(&out, '\0'), 0);
	assert_string_equal(out.data, expected);
	bytes_free(&out);
}

static void assert_refused(const char *text, const char *expected)
{
	struct bytes out = BYTES_INIT(100000);
	struct model_fault fault;

	assert_int_equal(render_text(text, &out, &fault), MODEL_MALFORMED);
	assert_string_equal(fault.text, expected);
	bytes_free(&out);
}

/* A list with one ingress rule, as text and as it must come out. */
#define INGRESS(rule) "{\"id\":\"x\",\"ingressSecurityRules\":[" rule "]}"
#define LIST(ingress, egress)                                                                      \
	"{\"display_name\":null,\"security_list_ocid\":\"x\","                                     \
	"\"ingress_security_rules\":[" ingress "],\"egress_security_rules\":[" egress "]}"
#define NO_RANGE "{\"max\":null,\"min\":null}"

static void test_empty(void **state)
{
	(void)state;
	assert_rendered("{\"id\":\"x\"}", LIST("", ""));
	assert_rendered("{\"id\":\"x\",\"ingress-security-rules\":null,"
			"\"egress_security_rules\":[]}",
		LIST("", ""));
	assert_rendered("{\"displayName\":\"\\u00e9\\\"\",\"id\":\"x\"}",
		"{\"display_name\":\"\xc3\xa9\\\"\","
		"\"security_list_ocid\":\"x\",\"ingress_security_rules\":[],"
		"\"egress_security_rules\":[]}");
}

static void test_absent_fields(void **state)
{
	(void)state;
	assert_rendered(
		INGRESS("{}"), LIST("{\"description\":null,\"icmp_options\":null,"
				    "\"is_stateless\":null,\"protocol\":null,\"source\":null,"
				    "\"source_type\":null,\"tcp_options\":null,"
				    "\"udp_options\":null}",
				       ""));
	assert_rendered("{\"id\":\"x\",\"egress_security_rules\":[{}]}",
		LIST("", "{\"description\":null,\"icmp_options\":null,"
			 "\"is_stateless\":null,\"protocol\":null,"
			 "\"destination\":null,\"destination_type\":null,"
			 "\"tcp_options\":null,\"udp_options\":null}"));
}

static void test_full_rules(void **state)
{
	(void)state;
	assert_rendered(INGRESS("{\"udpOptions\":{\"sourcePortRange\":{\"min\":1,"
				"\"max\":2}},\"tcpOptions\":{\"destinationPortRange\":"
				"{\"min\":22,\"max\":23},\"sourcePortRange\":null},"
				"\"sourceType\":\"CIDR_BLOCK\",\"source\":"
				"\"10.0.0.0/8\",\"protocol\":\"6\",\"isStateless\":"
				"true,\"icmpOptions\":{\"type\":3,\"code\":4},"
				"\"description\":\"d\",\"new\":[1]}"),
		LIST("{\"description\":\"d\",\"icmp_options\":{\"code\":4,"
		     "\"type\":3},\"is_stateless\":true,\"protocol\":\"6\","
		     "\"source\":\"10.0.0.0/8\",\"source_type\":\"CIDR_BLOCK\","
		     "\"tcp_options\":{\"destination_port_range\":{\"max\":23,"
		     "\"min\":22},\"source_port_range\":" NO_RANGE "},"
		     "\"udp_options\":{\"destination_port_range\":" NO_RANGE
		     ",\"source_port_range\":{\"max\":2,\"min\":1}}}",
			""));
	assert_rendered("{\"id\":\"x\",\"egress-security-rules\":[{\"is-stateless\":"
			"false,\"destination\":\"::/0\",\"destination-type\":\"T\","
			"\"protocol\":\"all\"}]}",
		LIST("", "{\"description\":null,\"icmp_options\":null,"
			 "\"is_stateless\":false,\"protocol\":\"all\","
			 "\"destination\":\"::/0\",\"destination_type\":\"T\","
			 "\"tcp_options\":null,\"udp_options\":null}"));
}

/* Options that are there but empty are not the same as none. */
static void test_empty_options(void **state)
{
	(void)state;
	assert_rendered(INGRESS("{\"tcp_options\":{},\"icmp-options\":{},"
				"\"udpOptions\":{\"destinationPortRange\":{}}}"),
		LIST("{\"description\":null,\"icmp_options\":{\"code\":null,"
		     "\"type\":null},\"is_stateless\":null,\"protocol\":null,"
		     "\"source\":null,\"source_type\":null,\"tcp_options\":"
		     "{\"destination_port_range\":" NO_RANGE ",\"source_port_range\":" NO_RANGE
		     "},\"udp_options\":"
		     "{\"destination_port_range\":" NO_RANGE ",\"source_port_range\":" NO_RANGE
		     "}}",
			""));
}

static void test_refused(void **state)
{
	(void)state;
	assert_refused("{\"id\":\"x\",\"display_name\":1}", "display_name is not a string");
	assert_refused("{\"id\":\"x\",\"ingress-security-rules\":{}}",
		"ingress_security_rules is not an array");
	assert_refused(INGRESS("{},[]"), "ingress_security_rules[1] is not an object");
	assert_refused(INGRESS("null"), "ingress_security_rules[0] is not an object");
	assert_refused(
		INGRESS("{\"protocol\":6}"), "ingress_security_rules[0].protocol is not a string");
	assert_refused(INGRESS("{},{},{\"isStateless\":\"false\"}"),
		"ingress_security_rules[2].is_stateless is not true or false");
	assert_refused(INGRESS("{\"tcpOptions\":[]}"),
		"ingress_security_rules[0].tcp_options is not an object");
	assert_refused(INGRESS("{\"icmpOptions\":{\"type\":\"3\"}}"),
		"ingress_security_rules[0].icmp_options.type is not an "
		"integer");
	assert_refused(INGRESS("{\"udpOptions\":{\"sourcePortRange\":{\"min\":1.5}}}"),
		"ingress_security_rules[0].udp_options.source_port_range.min "
		"is not an integer");
	assert_refused(INGRESS("{\"udpOptions\":{\"sourcePortRange\":{\"max\":1e3}}}"),
		"ingress_security_rules[0].udp_options.source_port_range.max "
		"is not an integer");
	assert_refused("{\"id\":\"x\",\"egressSecurityRules\":[{\"tcpOptions\":"
		       "{\"destinationPortRange\":80}}]}",
		"egress_security_rules[0].tcp_options.destination_port_range "
		"is not an object");
}

static void test_maximum(void **state)
{
	static const char text[] = INGRESS("{\"protocol\":\"all\"},{}");
	struct bytes whole = BYTES_INIT(100000);
	struct model_fault fault;

	(void)state;
	assert_int_equal(render_text(text, &whole, &fault), MODEL_OK);
	for (size_t max = 0; max < whole.len; max++) {
		struct bytes out = BYTES_INIT(max);

		assert_int_equal(render_text(text, &out, &fault), MODEL_NO_MEMORY);
		bytes_free(&out);
	}
	bytes_free(&whole);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_absent_fields),
		cmocka_unit_test(test_full_rules),
		cmocka_unit_test(test_empty_options),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_maximum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

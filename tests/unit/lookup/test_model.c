/* The model: what is taken, what is refused, copies, missing lists. */
#include "metadata.h"

static struct model *model;

static int setup_refusing(void **state)
{
	(void)state;
	model = model_new(MODEL_REFUSE_DIFFERING);
	return model ? 0 : -1;
}

static int setup_replacing(void **state)
{
	(void)state;
	model = model_new(MODEL_LATER_COUNTS);
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
	assert_int_equal(kind_of("{\"id\":\"" SUBNET_A "\"}"), IMPORT_SUBNET);
	assert_int_equal(kind_of("{\"id\":\"ocid1.sub\\u006eet.a\"}"), IMPORT_SUBNET);
	assert_int_equal(kind_of("{\"id\":\"ocid1.subnet.\"}"), IMPORT_OTHER);
	assert_int_equal(kind_of("{\"id\":\"ocid1.vcn.x\"}"), IMPORT_VCN);
	assert_int_equal(kind_of("{\"id\":7}"), IMPORT_OTHER);
	assert_int_equal(kind_of("{}"), IMPORT_OTHER);
	assert_int_equal(kind_of("[]"), IMPORT_OTHER);
	assert_int_equal(kind_of("\"" SUBNET_A "\""), IMPORT_OTHER);
	assert_int_equal(kind_of("{\"ingressSecurityRules\":[]}"), IMPORT_LIST);
	assert_int_equal(kind_of("{\"egress-security-rules\":[],\"id\":\"x\"}"), IMPORT_LIST);
	assert_int_equal(kind_of("{\"egress_security_rules\":null}"), IMPORT_OTHER);
}

/* The prefixes of a subnet as text, separated by spaces. */
static const char *prefixes_of(const char *ocid)
{
	static char text[1000];
	size_t number = textset_find(&model->texts, ocid, strlen(ocid));
	const struct model_subnet *subnet =
		&model->subnets[model_find(model, MODEL_SUBNET, (uint32_t)number)];
	size_t len = 0;

	text[0] = '\0';
	for (size_t i = 0; i < subnet->prefix_count; i++) {
		if (i > 0)
			text[len++] = ' ';
		len += prefix_text(text + len, &model->prefixes[subnet->prefix_first + i]);
	}
	return text;
}

static void test_prefixes_are_united(void **state)
{
	(void)state;
	add_good(model, "{\"id\":\"" SUBNET_A "\",\"ipv6CidrBlocks\":[\"fd00::/64\"],"
			"\"cidrBlock\":\"10.2.0.0/24\",\"ipv4CidrBlocks\":"
			"[\"10.2.0.0/24\",\"10.1.0.9/24\"],"
			"\"ipv6CidrBlock\":\"FD00:0::/64\"}");
	assert_string_equal(prefixes_of(SUBNET_A), "10.1.0.0/24 10.2.0.0/24 fd00::/64");
	add_good(model, "{\"id\":\"" SUBNET_B "\",\"cidr-block\":null,"
			"\"ipv4-cidr-blocks\":null,\"ipv6-cidr-blocks\":[]}");
	assert_string_equal(prefixes_of(SUBNET_B), "");
}

static void assert_malformed(const char *text, const char *expected)
{
	struct model_fault fault;
	size_t subnets = model->subnet_count;
	size_t prefixes = model->prefix_count;
	size_t named = model->named_count;

	assert_int_equal(add_text(model, text, 1, &fault), MODEL_MALFORMED);
	assert_string_equal(fault.text, expected);
	assert_int_equal(model->subnet_count, subnets);
	assert_int_equal(model->prefix_count, prefixes);
	assert_int_equal(model->named_count, named);
	assert_int_equal(model->list_count, 0);
}

#define SUBNET(members) "{\"id\":\"" SUBNET_A "\"," members "}"

static void test_malformed(void **state)
{
	(void)state;
	assert_malformed(SUBNET("\"cidrBlock\":\"10.0.0.0\""),
		"cidr_block holds '10.0.0.0', which is no CIDR block");
	assert_malformed(
		SUBNET("\"cidrBlock\":\"\""), "cidr_block holds '', which is no CIDR block");
	assert_malformed(SUBNET("\"cidrBlock\":[\"10.0.0.0/8\"]"), "cidr_block is not a string");
	assert_malformed(SUBNET("\"ipv4CidrBlocks\":[\"10.0.0.0/8\",\"x\"]"),
		"ipv4_cidr_blocks holds 'x', which is no CIDR block");
	assert_malformed(
		SUBNET("\"ipv4CidrBlocks\":[null]"), "ipv4_cidr_blocks[0] is not a string");
	assert_malformed(SUBNET("\"ipv6CidrBlocks\":\"::/0\""), "ipv6_cidr_blocks is not an array");
	assert_malformed(SUBNET("\"displayName\":{}"), "display_name is not a string");
	assert_malformed(SUBNET("\"vcnId\":1"), "vcn_id is not a string");
	assert_malformed(SUBNET("\"compartmentId\":true"), "compartment_id is not a string");
	assert_malformed(SUBNET("\"cidrBlock\":\"10.0.0.0/8\",\"securityListIds\":"
				"[\"x\",1]"),
		"security_list_ids[1] is not a string");
	assert_malformed("{\"egress_security_rules\":[]}", "it has no id that is a string");
	assert_malformed(
		"{\"id\":[],\"egress_security_rules\":[]}", "it has no id that is a string");
	assert_malformed(
		"{\"id\":\"\",\"egress_security_rules\":[]}", "it has no id that is a string");
	assert_malformed("{\"id\":\"x\",\"egress_security_rules\":[1]}",
		"egress_security_rules[0] is not an object");
}

/* A CIDR block that would fill a message is cut. */
static void test_long_block(void **state)
{
	char text[3000] = SUBNET("\"cidrBlock\":\"");
	struct model_fault fault;

	(void)state;
	text[strlen(text) - 1] = '\0';
	while (strlen(text) < 2500)
		strcat(text, "0123456789");
	strcat(text, "\"}");
	assert_int_equal(add_text(model, text, 1, &fault), MODEL_MALFORMED);
	assert_non_null(strstr(fault.text, "..."));
}

#define LIST(ocid, port)                                                                           \
	"{\"id\":\"" ocid "\",\"ingressSecurityRules\":[{\"tcpOptions\":"                          \
	"{\"destinationPortRange\":{\"min\":" port ",\"max\":" port                                \
	"}}}],\"timeCreated\":\"x" port "\"}"

static void test_equal_copies(void **state)
{
	(void)state;
	add_good(model, SUBNET("\"cidrBlock\":\"10.0.0.0/8\",\"etag\":1"));
	add_good(model, "{\"ipv4-cidr-blocks\":[\"10.0.0.0/8\"],\"etag\":2,"
			"\"display_name\":null,\"id\":\"" SUBNET_A "\"}");
	add_good(model, LIST(LIST_X, "80"));
	add_good(model, LIST(LIST_X, "80"));
	assert_int_equal(model_count(model, MODEL_SUBNET), 1);
	assert_int_equal(model_count(model, MODEL_LIST), 1);
	assert_int_equal(model->prefix_count, 1);
}

static void assert_differs(const char *text)
{
	struct model_fault fault = {0};

	assert_int_equal(add_text(model, text, 9, &fault), MODEL_DIFFERS);
	assert_string_equal(fault.earlier.source, "x.json");
	assert_int_equal(fault.earlier.line, 1);
}

static void test_differing_copies(void **state)
{
	(void)state;
	add_good(model, SUBNET("\"cidrBlock\":\"10.0.0.0/8\","
			       "\"securityListIds\":[\"x\",\"y\"]"));
	add_good(model, LIST(LIST_X, "80"));
	assert_differs(SUBNET("\"cidrBlock\":\"10.0.0.0/8\","
			      "\"securityListIds\":[\"y\",\"x\"]"));
	assert_differs(SUBNET("\"cidrBlock\":\"10.0.0.0/8\","
			      "\"securityListIds\":[\"x\"]"));
	assert_differs(SUBNET("\"cidrBlock\":\"10.0.0.0/9\","
			      "\"securityListIds\":[\"x\",\"y\"]"));
	assert_differs(SUBNET("\"securityListIds\":[\"x\",\"y\"]"));
	assert_differs(SUBNET("\"cidrBlock\":\"10.0.0.0/8\",\"vcnId\":\"v\","
			      "\"securityListIds\":[\"x\",\"y\"]"));
	assert_differs(SUBNET("\"cidrBlock\":\"10.0.0.0/8\","
			      "\"compartmentId\":\"c\","
			      "\"securityListIds\":[\"x\",\"y\"]"));
	assert_differs(SUBNET("\"cidrBlock\":\"10.0.0.0/8\","
			      "\"displayName\":\"\","
			      "\"securityListIds\":[\"x\",\"y\"]"));
	assert_differs(LIST(LIST_X, "81"));
	assert_int_equal(model->prefix_count, 1);
	assert_int_equal(model->named_count, 2);
	assert_string_equal(prefixes_of(SUBNET_A), "10.0.0.0/8");
}

static void test_later_counts(void **state)
{
	(void)state;
	add_good(model, SUBNET("\"cidrBlock\":\"10.0.0.0/8\""));
	add_good(model, SUBNET("\"cidrBlock\":\"10.0.0.0/9\","
			       "\"displayName\":\"n\""));
	add_good(model, LIST(LIST_X, "80"));
	add_good(model, LIST(LIST_X, "81"));
	assert_int_equal(model_count(model, MODEL_SUBNET), 1);
	assert_int_equal(model_count(model, MODEL_LIST), 1);
	assert_string_equal(prefixes_of(SUBNET_A), "10.0.0.0/9");
	assert_non_null(strstr(model_bytes(model, model->lists[0].json).text, ":81"));
}

static bool next_is(size_t *cursor, const char *list, const char *subnet)
{
	struct model_missing missing;

	return model_next_missing(model, cursor, &missing) && missing.list.len == strlen(list) &&
	       memcmp(missing.list.text, list, strlen(list)) == 0 &&
	       missing.subnet.len == strlen(subnet) &&
	       memcmp(missing.subnet.text, subnet, strlen(subnet)) == 0;
}

static void test_missing(void **state)
{
	struct model_missing missing;
	size_t cursor = 0;

	(void)state;
	assert_false(model_next_missing(model, &cursor, &missing));
	add_good(model, LIST("held", "80"));
	add_good(model, SUBNET("\"securityListIds\":[\"x\",\"held\",\"y\","
			       "\"x\"]"));
	add_good(model, "{\"id\":\"" SUBNET_B "\",\"securityListIds\":"
			"[\"y\",\"z\"]}");
	for (int round = 0; round < 2; round++) {
		cursor = 0;
		assert_true(next_is(&cursor, "x", SUBNET_A));
		assert_true(next_is(&cursor, "y", SUBNET_A));
		assert_true(next_is(&cursor, "z", SUBNET_B));
		assert_false(model_next_missing(model, &cursor, &missing));
	}
	cursor = 0;
	assert_true(next_is(&cursor, "x", SUBNET_A));
	add_good(model, LIST("y", "80"));
	assert_true(next_is(&cursor, "z", SUBNET_B));
}

static void test_id(void **state)
{
	struct parsed parsed = parse_text("{\"id\":\"a\\nb\"}");
	struct import_object object = import_object(&parsed.tree, parsed.tree.nodes);
	struct lookup_text id = import_id(&object);

	(void)state;
	assert_int_equal(id.len, 4);
	assert_memory_equal(id.text, "a\\nb", 4);
	parsed_free(&parsed);
}

#define REFUSING(test) cmocka_unit_test_setup_teardown(test, setup_refusing, teardown)
#define REPLACING(test) cmocka_unit_test_setup_teardown(test, setup_replacing, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		REFUSING(test_kinds),
		REFUSING(test_prefixes_are_united),
		REFUSING(test_malformed),
		REFUSING(test_long_block),
		REFUSING(test_equal_copies),
		REPLACING(test_equal_copies),
		REFUSING(test_differing_copies),
		REPLACING(test_later_counts),
		REFUSING(test_missing),
		REFUSING(test_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

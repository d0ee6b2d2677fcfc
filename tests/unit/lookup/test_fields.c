/* Members by folded names. */
#include "metadata.h"

#include "lookup/fields.h"

static bool name_is(const char *quoted, const char *wanted)
{
	struct json_value name = {quoted, strlen(quoted), JSON_STRING};

	return fields_name_is(&name, wanted);
}

static void test_names(void **state)
{
	(void)state;
	assert_true(name_is("\"cidr-block\"", "cidr_block"));
	assert_true(name_is("\"cidrBlock\"", "cidr_block"));
	assert_true(name_is("\"cidr_block\"", "cidr_block"));
	assert_true(name_is("\"CIDRBLOCK\"", "cidr_block"));
	assert_true(name_is("\"cidr\\u0042lock\"", "cidr_block"));
	assert_true(name_is("\"\\u0063idr-block\"", "cidr_block"));
	assert_false(name_is("\"cidr-blocks\"", "cidr_block"));
	assert_false(name_is("\"cidr-bloc\"", "cidr_block"));
	assert_false(name_is("\"cidr block\"", "cidr_block"));
	assert_false(name_is("\"\"", "id"));
	assert_false(name_is("\"i\\u0000d\"", "id"));
	assert_true(name_is("\"-_-\"", ""));
}

static void test_long_name(void **state)
{
	char name[5000];

	(void)state;
	memset(name, 'a', sizeof(name));
	name[0] = name[sizeof(name) - 2] = '"';
	name[1] = '\\';
	name[2] = 'n';
	name[sizeof(name) - 1] = '\0';
	assert_false(name_is(name, "id"));
}

static void test_member(void **state)
{
	struct parsed parsed = parse_text("{\"vcn-id\":\"a\",\"vcnId\":\"b\","
					  "\"n\":1,\"n\":null}");
	const struct json_node *root = parsed.tree.nodes;
	const struct json_node *found;

	(void)state;
	found = fields_member(&parsed.tree, root, "vcn_id");
	assert_non_null(found);
	assert_memory_equal(found->value.text, "\"b\"", 3);
	assert_null(fields_member(&parsed.tree, root, "n"));
	assert_null(fields_member(&parsed.tree, root, "id"));
	assert_null(fields_member(&parsed.tree, found, "id"));
	parsed_free(&parsed);
}

static void test_text(void **state)
{
	struct parsed parsed = parse_text("[\"plain\",\"\\u00e9\\n\"]");
	const struct json_node *node = json_tree_first(&parsed.tree, parsed.tree.nodes);
	struct bytes scratch = BYTES_INIT(100);
	const char *text;
	size_t len;

	(void)state;
	assert_int_equal(fields_text(&node->value, &scratch, &text, &len), 0);
	assert_int_equal(len, 5);
	assert_ptr_equal(text, node->value.text + 1);
	node = json_tree_next(&parsed.tree, node);
	assert_int_equal(fields_text(&node->value, &scratch, &text, &len), 0);
	assert_int_equal(len, 3);
	assert_memory_equal(text, "\xc3\xa9\n", 3);
	scratch.max = 2;
	bytes_free(&scratch);
	assert_int_equal(fields_text(&node->value, &scratch, &text, &len), -1);
	parsed_free(&parsed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_long_name),
		cmocka_unit_test(test_member),
		cmocka_unit_test(test_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

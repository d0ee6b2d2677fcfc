/* Kinds of objects that are passed over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "vcnmeta/ignored.h"

static struct ignored ignored;

static int setup(void **state)
{
	(void)state;
	ignored = (struct ignored){0};
	return 0;
}

static void add(const char *text, uint64_t line)
{
	char *copy = calloc(1, strlen(text) + LIMIT_JSON_PADDING);
	struct json_parser *parser = json_parser_new();
	struct json_tree tree = JSON_TREE_INIT;
	struct model_place place = {"x.json", line, 0};
	struct import_object object;

	memcpy(copy, text, strlen(text));
	assert_int_equal(json_tree_parse(&tree, parser, copy, strlen(text), 9), JSON_OK);
	object = import_object(&tree, tree.nodes);
	ignored_add(&ignored, &object, place);
	json_tree_free(&tree);
	json_parser_free(parser);
	free(copy);
}

static void test_kinds(void **state)
{
	(void)state;
	add("{\"id\":\"ocid1.vcn.oc1..x\"}", 3);
	add("{\"id\":\"ocid1.vcn.oc1..y\"}", 4);
	add("{\"id\":\"ocid1.compartment.oc1..y\"}", 5);
	add("{\"id\":\"x\"}", 6);
	add("{}", 7);
	add("{\"id\":\"ocid1.VCN.oc1..y\"}", 8);
	add("{\"id\":\"ocid1.vcn\"}", 9);
	add("1", 10);
	assert_int_equal(ignored.kind_count, 4);
	assert_string_equal(ignored.kinds[0].name, "vcn");
	assert_int_equal(ignored.kinds[0].count, 2);
	assert_int_equal(ignored.kinds[0].first.line, 3);
	assert_string_equal(ignored.kinds[1].name, "compartment");
	assert_string_equal(ignored.kinds[2].name, "");
	assert_int_equal(ignored.kinds[2].count, 4);
	assert_false(ignored.kinds[3].is_object);
}

static void test_very_many_kinds(void **state)
{
	char text[200];

	(void)state;
	for (int i = 0; i < 26 * 26; i++) {
		snprintf(text, sizeof(text), "{\"id\":\"ocid1.%c%c.x\"}", 'a' + i % 26,
			'a' + i / 26);
		add(text, 1);
	}
	assert_int_equal(ignored.kind_count, IGNORED_KINDS);
	assert_int_equal(ignored.others, 26 * 26 - IGNORED_KINDS);
}

static void test_long_kind(void **state)
{
	char text[200] = "{\"id\":\"ocid1.";

	(void)state;
	memset(text + strlen(text), 'a', IGNORED_NAME);
	strcat(text, ".x\"}");
	add(text, 1);
	assert_string_equal(ignored.kinds[0].name, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_kinds, setup),
		cmocka_unit_test_setup(test_very_many_kinds, setup),
		cmocka_unit_test_setup(test_long_kind, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

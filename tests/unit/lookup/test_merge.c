/* A lookup file read back into the model: nothing is lost, the model wins. */
#include "metadata.h"

#include "lookup/content.h"

#define RULE(port)                                                                                 \
	"{\"protocol\":\"6\",\"tcpOptions\":{\"destinationPortRange\":"                            \
	"{\"min\":" port ",\"max\":" port "}}}"
#define LIST(ocid, port)                                                                           \
	"{\"id\":\"" ocid "\",\"displayName\":\"l\\\"\\u00e9\","                                   \
	"\"ingressSecurityRules\":[" RULE(port) "]}"

static struct lookup *opened(const char *path)
{
	char detail[LOOKUP_DETAIL_SIZE];
	struct lookup *lookup;
	enum lookup_error error = lookup_open(&lookup, path, detail, NULL);

	if (error != LOOKUP_OK)
		fail_msg("not opened: %s", detail);
	return lookup;
}

static void write_model(struct model *model, const char *path)
{
	assert_int_equal(writer_write(model, path, 5, "build"), EXITCODE_OK);
}

static void write_old(void)
{
	struct model *model = model_new(MODEL_REFUSE_DIFFERING);

	add_good(model, "{\"id\":\"" SUBNET_A "\",\"displayName\":\"old\","
			"\"vcnId\":\"v\",\"cidrBlock\":\"10.1.0.0/16\","
			"\"ipv6CidrBlocks\":[\"fd00::/64\"],"
			"\"securityListIds\":[\"" LIST_X "\",\"" LIST_Y "\"]}");
	add_good(model,
		"{\"id\":\"" SUBNET_B "\",\"displayName\":null,"
		"\"compartmentId\":\"c\",\"securityListIds\":[\"" LIST_X "\",\"" LIST_Y "\"]}");
	add_good(model, "{\"id\":\"ocid1.subnet.none\"}");
	add_good(model, LIST(LIST_X, "80"));
	add_good(model, LIST(LIST_Y, "81"));
	write_model(model, "old.lut");
	model_free(model);
}

static void add_old(struct model *model)
{
	struct lookup *lookup = opened("old.lut");
	struct model_fault fault;

	assert_int_equal(merge_lookup(model, lookup, MERGE_MODEL, "old.lut", &fault), MODEL_OK);
	lookup_close(lookup);
}

static void assert_same_files(const char *a, const char *b)
{
	size_t a_len, b_len;
	uint8_t *a_bytes = read_bytes(a, &a_len);
	uint8_t *b_bytes = read_bytes(b, &b_len);

	assert_int_equal(a_len, b_len);
	assert_memory_equal(a_bytes, b_bytes, a_len);
	free(a_bytes);
	free(b_bytes);
}

static void test_nothing_is_lost(void **state)
{
	struct model *model = model_new(MODEL_LATER_COUNTS);

	(void)state;
	write_old();
	add_old(model);
	assert_int_equal(model_count(model, MODEL_SUBNET), 3);
	assert_int_equal(model_count(model, MODEL_LIST), 2);
	write_model(model, "new.lut");
	model_free(model);
	assert_same_files("old.lut", "new.lut");
	unlink("old.lut");
	unlink("new.lut");
}

static bool contains(const struct lookup_text *text, const char *part)
{
	return memmem(text->text, text->len, part, strlen(part)) != NULL;
}

static void test_model_wins(void **state)
{
	struct model *model = model_new(MODEL_LATER_COUNTS);
	struct content_subnet entry;
	struct lookup *lookup;

	(void)state;
	write_old();
	add_good(model, "{\"id\":\"" SUBNET_A "\",\"displayName\":\"new\","
			"\"securityListIds\":[\"" LIST_X "\"]}");
	add_good(model, LIST(LIST_X, "443"));
	add_old(model);
	assert_int_equal(model_count(model, MODEL_SUBNET), 3);
	write_model(model, "new.lut");
	model_free(model);
	lookup = opened("new.lut");
	assert_true(content_find_subnet(lookup, SUBNET_A, strlen(SUBNET_A), &entry));
	assert_memory_equal(entry.name.text, "new", 3);
	assert_null(entry.vcn.text);
	assert_int_equal(entry.subnet.prefix_count, 0);
	assert_true(contains(&entry.subnet.lists, "443"));
	assert_false(contains(&entry.subnet.lists, LIST_Y));
	/* the old subnet gets the new list */
	assert_true(content_find_subnet(lookup, SUBNET_B, strlen(SUBNET_B), &entry));
	assert_true(contains(&entry.subnet.lists, "443"));
	assert_true(contains(&entry.subnet.lists, LIST_Y));
	lookup_close(lookup);
	unlink("old.lut");
	unlink("new.lut");
}

/* A fragment that lost its list's OCID, as another program might write it. */
static void damage_old(void)
{
	size_t len;
	uint8_t *bytes = read_bytes("old.lut", &len);
	char *at = memmem(bytes, len, "security_list_ocid", 18);
	FILE *file = fopen("old.lut", "r+b");

	assert_non_null(at);
	memcpy(at, "security_list_0000", 18);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	fclose(file);
	free(bytes);
}

static void test_foreign_fragments(void **state)
{
	struct model *model = model_new(MODEL_LATER_COUNTS);
	struct model_fault fault;
	struct lookup *lookup;

	(void)state;
	write_old();
	lookup = opened("old.lut");
	/* after the check: what is mapped changes too */
	damage_old();
	assert_int_equal(
		merge_lookup(model, lookup, MERGE_MODEL, "old.lut", &fault), MODEL_MALFORMED);
	assert_non_null(strstr(fault.text, "security lists"));
	lookup_close(lookup);
	model_free(model);
	unlink("old.lut");
}

/* All that a file can hold survives, to the byte, in either way of adding it. */
static void test_world(void **state)
{
	static const enum merge_choice choices[] = {MERGE_LATER, MERGE_MODEL};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct model *model = make_world(), *again = model_new(MODEL_REFUSE_DIFFERING);
		struct model_fault fault;
		struct lookup *lookup;

		write_model(model, "old.lut");
		lookup = opened("old.lut");
		assert_int_equal(
			merge_lookup(again, lookup, choices[i], "old.lut", &fault), MODEL_OK);
		/* and added to what it is of, it changes nothing */
		assert_int_equal(
			merge_lookup(model, lookup, choices[i], "old.lut", &fault), MODEL_OK);
		lookup_close(lookup);
		write_model(again, "new.lut");
		assert_same_files("old.lut", "new.lut");
		write_model(model, "new.lut");
		assert_same_files("old.lut", "new.lut");
		model_free(model);
		model_free(again);
	}
	unlink("old.lut");
	unlink("new.lut");
}

/* A model in which everything of the world is another, of that time. */
static struct model *other_world(int64_t fetched_at)
{
	struct model *model = model_new(MODEL_REFUSE_DIFFERING);
	struct model_fault fault;
	static const char *const texts[] = {
		"{\"id\":\"" SUBNET_A "\",\"displayName\":\"other\",\"vcnId\":\"ocid1.vcn.v\"}",
		"{\"id\":\"" LIST_X "\",\"displayName\":\"other\",\"egressSecurityRules\":[]}",
		"{\"id\":\"" GROUP_M "\",\"displayName\":\"other\"}",
		"{\"id\":\"ocid1.vcn.v\",\"displayName\":\"other\"}",
		"{\"ipAddress\":\"10.9.9.9\",\"vnicId\":\"" VNIC_P "\"}",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(add_text_at(model, texts[i], 1, fetched_at, &fault), MODEL_OK);
	assert_int_equal(add_to_group(model, GROUP_M,
				 "{\"direction\":\"EGRESS\",\"id\":\"04ABEC\","
				 "\"protocol\":\"1\",\"destination\":\"::/0\"}",
				 fetched_at, &fault),
		MODEL_OK);
	assert_int_equal(
		import_begin_part(model, MODEL_GROUP_MEMBERS, GROUP_M, strlen(GROUP_M), fetched_at),
		MODEL_OK);
	return model;
}

static bool is(struct lookup_text text, const char *expected)
{
	return text.text && text.len == strlen(expected) &&
	       memcmp(text.text, expected, text.len) == 0;
}

/* Returns whether new.lut has what the other world says of everything, or what
 * the world does; nothing of both. */
static bool is_other(void)
{
	struct lookup *lookup = opened("new.lut");
	struct content_subnet subnet;
	struct lookup_group group;
	struct lookup_names names;
	struct lookup_vnic vnic;
	bool other;

	assert_true(content_find_subnet(lookup, SUBNET_A, strlen(SUBNET_A), &subnet));
	other = is(subnet.name, "other");
	lookup_subnet_names(lookup, subnet.subnet.number, &names);
	assert_int_equal(is(names.vcn, "other"), other);
	lookup_group(lookup, lookup_find_group(lookup, GROUP_M, strlen(GROUP_M)), &group);
	assert_int_equal(is(group.name, "other"), other);
	assert_int_equal(group.rules.count, other ? 1 : 2);
	assert_int_equal(group.members.count, other ? 0 : 1);
	assert_true(lookup_find_vnic(lookup, NULL, VNIC_P, strlen(VNIC_P), &vnic));
	assert_int_equal(vnic.address_count, other ? 1 : 2);
	for (uint32_t i = 0; i < lookup_list_count(lookup); i++) {
		struct lookup_list list;

		lookup_list(lookup, i, &list);
		if (is(list.ocid, LIST_X))
			assert_int_equal(is(list.name, "other"), other);
	}
	lookup_close(lookup);
	return other;
}

/* Of each thing the later fetched copy counts; or the model's, whatever its time. */
static void test_choices(void **state)
{
	static const struct {
		enum merge_choice choice;
		int64_t fetched_at; /* of the model; the file's is FETCHED_AT */
		bool other;
	} cases[] = {
		{MERGE_LATER, FETCHED_AT - 1, false},
		{MERGE_LATER, FETCHED_AT + 1, true},
		{MERGE_MODEL, FETCHED_AT - 1, true},
		{MERGE_MODEL, FETCHED_AT + 1, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct model *model = make_world();
		struct model_fault fault;
		struct lookup *lookup;

		write_model(model, "old.lut");
		model_free(model);
		lookup = opened("old.lut");
		model = other_world(cases[i].fetched_at);
		assert_int_equal(
			merge_lookup(model, lookup, cases[i].choice, "old.lut", &fault), MODEL_OK);
		lookup_close(lookup);
		write_model(model, "new.lut");
		model_free(model);
		assert_int_equal(is_other(), cases[i].other);
		unlink("old.lut");
		unlink("new.lut");
	}
}

/* Of the same time, copies that differ are refused, and named. */
static void test_differing(void **state)
{
	struct model *model = make_world();
	struct model_fault fault;
	struct lookup *lookup;

	(void)state;
	write_model(model, "old.lut");
	model_free(model);
	lookup = opened("old.lut");
	model = other_world(FETCHED_AT);
	assert_int_equal(
		merge_lookup(model, lookup, MERGE_LATER, "old.lut", &fault), MODEL_DIFFERS);
	assert_string_equal(fault.text, "'" LIST_X "'");
	assert_string_equal(fault.earlier.source, "x.json");
	lookup_close(lookup);
	model_free(model);
	unlink("old.lut");
}

/* What could not be read this time keeps the copy that the file has. */
static void test_unread_parts(void **state)
{
	struct model *model = make_world();
	struct model_fault fault;
	struct lookup_group group;
	struct lookup_vnic vnic;
	struct lookup_subnet subnet;
	struct lookup_list list;
	struct lookup *lookup;

	(void)state;
	write_model(model, "old.lut");
	model_free(model);
	lookup = opened("old.lut");
	/* a subnet that names a list, a group without its rules, a VNIC without
	 * its addresses */
	model = model_new(MODEL_LATER_COUNTS);
	assert_int_equal(
		add_text_at(model,
			"{\"id\":\"ocid1.subnet.new\",\"securityListIds\":[\"" LIST_X "\"]}", 1, 9,
			&fault),
		MODEL_OK);
	assert_int_equal(add_text_at(model, "{\"id\":\"" GROUP_M "\",\"displayName\":\"new\"}", 1,
				 9, &fault),
		MODEL_OK);
	assert_int_equal(
		add_to_group(model, GROUP_M, "{\"vnicId\":\"" VNIC_P "\"}", 9, &fault), MODEL_OK);
	assert_int_equal(merge_lookup(model, lookup, MERGE_MODEL, "old.lut", &fault), MODEL_OK);
	lookup_close(lookup);
	write_model(model, "new.lut");
	model_free(model);
	lookup = opened("new.lut");
	assert_true(lookup_find(lookup, "ocid1.subnet.new", 16, &subnet));
	lookup_list(lookup, lookup_subnet_lists(lookup, &subnet).numbers[0], &list);
	assert_true(list.is_held && is(list.name, "x"));
	assert_int_equal(list.fetched_at, FETCHED_AT);
	lookup_group(lookup, lookup_find_group(lookup, GROUP_M, strlen(GROUP_M)), &group);
	assert_true(is(group.name, "new"));
	assert_int_equal(group.rules.count, 2);
	assert_int_equal(group.fetched_at, FETCHED_AT);
	assert_true(lookup_find_vnic(lookup, NULL, VNIC_P, strlen(VNIC_P), &vnic));
	assert_int_equal(vnic.address_count, 2);
	lookup_close(lookup);
	unlink("old.lut");
	unlink("new.lut");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_is_lost),
		cmocka_unit_test(test_model_wins),
		cmocka_unit_test(test_foreign_fragments),
		cmocka_unit_test(test_world),
		cmocka_unit_test(test_choices),
		cmocka_unit_test(test_differing),
		cmocka_unit_test(test_unread_parts),
	};

	return cmocka_run_group_tests(tests, enter_directory, leave_directory);
}

/* What is found in a lookup file with some of everything: rules, groups, VNICs,
 * addresses, blocks, services, names; and in one that has none of them. */
#include "metadata.h"

#include "lookup/content.h"
#include "lookup/rule.h"

static struct lookup *world;
static struct lookup *nothing;

static struct lookup *write_and_open(struct model *model, const char *path)
{
	char detail[LOOKUP_DETAIL_SIZE];
	struct lookup *lookup;

	assert_int_equal(writer_write(model, path, FETCHED_AT, "build"), EXITCODE_OK);
	model_free(model);
	if (lookup_open(&lookup, path, detail, NULL) != LOOKUP_OK)
		fail_msg("not opened: %s", detail);
	unlink(path);
	return lookup;
}

static int setup(void **state)
{
	if (enter_directory(state) != 0)
		return -1;
	world = write_and_open(make_world(), "world.lut");
	nothing = write_and_open(model_new(MODEL_REFUSE_DIFFERING), "nothing.lut");
	return 0;
}

static int teardown(void **state)
{
	lookup_close(world);
	lookup_close(nothing);
	return leave_directory(state);
}

static bool is(struct lookup_text text, const char *expected)
{
	return text.text && text.len == strlen(expected) &&
	       memcmp(text.text, expected, text.len) == 0;
}

static struct lookup_subnet subnet_of(const char *ocid)
{
	struct lookup_subnet subnet;

	assert_true(lookup_find(world, ocid, strlen(ocid), &subnet));
	return subnet;
}

static struct lookup_vnic vnic_of(const char *ocid)
{
	struct lookup_vnic vnic;

	assert_true(lookup_find_vnic(world, NULL, ocid, strlen(ocid), &vnic));
	return vnic;
}

static struct lookup_group group_of(const char *ocid)
{
	uint32_t number = lookup_find_group(world, ocid, strlen(ocid));
	struct lookup_group group;

	assert_int_not_equal(number, LOOKUP_NONE);
	lookup_group(world, number, &group);
	return group;
}

static struct address address_of(const char *text)
{
	struct address address;

	assert_int_equal(address_parse(&address, text, strlen(text)), 0);
	return address;
}

static void test_lists(void **state)
{
	struct lookup_subnet subnet = subnet_of(SUBNET_A);
	struct lookup_run run = lookup_subnet_lists(world, &subnet);
	struct lookup_list list;
	struct lookup_rule_texts texts;

	(void)state;
	assert_int_equal(run.count, 2);
	lookup_list(world, run.numbers[0], &list);
	assert_true(is(list.ocid, LIST_X));
	assert_true(is(list.name, "x"));
	assert_true(list.is_held);
	assert_int_equal(list.fetched_at, FETCHED_AT);
	assert_int_equal(list.rules.count, 3);
	assert_int_equal(list.rules.rules[0].direction, DIRECTION_INGRESS);
	assert_int_equal(list.rules.rules[1].direction, DIRECTION_EGRESS);
	lookup_rule_texts(world, &list.rules.rules[1], &texts);
	assert_true(is(texts.text, "egress tcp 10.0.0.0/8 *>80-81"));
	assert_true(is(texts.entry, "{\"ocid\":\"" LIST_X "\",\"name\":\"x\","
				    "\"rule\":\"egress tcp 10.0.0.0/8 *>80-81\"}"));
	assert_null(texts.id.text);
	assert_null(texts.description.text);
	lookup_rule_texts(world, &list.rules.rules[0], &texts);
	assert_true(is(texts.description, "\xc3\xa9"));
	/* that which the subnet names and nobody has */
	lookup_list(world, run.numbers[1], &list);
	assert_true(is(list.ocid, "missing"));
	assert_false(list.is_held);
	assert_null(list.json.text);
	assert_int_equal(list.rules.count, 0);
	/* that which no subnet names */
	for (uint32_t i = 0; i < lookup_list_count(world); i++) {
		lookup_list(world, i, &list);
		if (is(list.ocid, LIST_Y))
			assert_true(list.is_held && list.json.len > 2);
	}
	assert_int_equal(lookup_list_count(world), 3);
}

static void test_services(void **state)
{
	struct lookup_subnet subnet = subnet_of(SUBNET_A);
	struct lookup_run run = lookup_subnet_lists(world, &subnet);
	const struct address inside = address_of("192.0.2.255"), outside = address_of("192.0.3.0");
	struct lookup_service service;
	struct lookup_list list;
	uint32_t peer;

	(void)state;
	lookup_list(world, run.numbers[0], &list);
	peer = list.rules.rules[2].peer_index;
	assert_int_equal(list.rules.rules[2].peer_kind, RULE_PEER_SERVICE);
	lookup_service(world, peer, &service);
	assert_true(is(service.label, "oci-phx-objectstorage"));
	assert_int_equal(service.range_count, 1);
	assert_true(lookup_service_has(world, peer, &inside));
	assert_false(lookup_service_has(world, peer, &outside));
	assert_false(lookup_service_has(world, RULE_NO_INDEX, &inside));
	/* what lies in another range is left out, and other regions are not there */
	assert_int_equal(lookup_service_count(world), 2);
	lookup_service(world, 0, &service);
	assert_true(is(service.label, "all-phx-services-in-oracle-services-network"));
	assert_int_equal(service.range_count, 2);
}

static void test_vnics(void **state)
{
	struct lookup_vnic_hints hints = {0};
	const struct lookup_vnic *recalled;
	struct lookup_vnic vnic = vnic_of(VNIC_P);
	const struct address own = address_of("10.1.2.3"), other = address_of("10.1.0.4");

	(void)state;
	assert_true(is(vnic.subnet, SUBNET_B));
	assert_int_equal(vnic.address_count, 2);
	assert_int_equal(lookup_vnic_address(&vnic, 1).family, ADDRESS_IPV6);
	assert_true(lookup_vnic_has(&vnic, &own));
	assert_false(lookup_vnic_has(&vnic, &other));
	assert_true(vnic.addresses_are_known);
	assert_int_equal(vnic.groups.count, 1);
	/* the VCN's groups are all there, but one has no known members */
	assert_false(vnic.groups_are_known);
	assert_int_equal(vnic.vcn, subnet_of(SUBNET_B).vcn);
	/* one that was read itself knows its groups */
	vnic = vnic_of(VNIC_Q);
	assert_true(vnic.groups_are_known);
	assert_int_equal(vnic.groups.count, 1);
	assert_true(lookup_run_has(&vnic.groups, vnic.groups.numbers[0]));
	assert_false(lookup_run_has(&vnic.groups, vnic.groups.numbers[0] + 1));
	assert_null(lookup_recall_vnic(&hints, VNIC_P, strlen(VNIC_P)));
	assert_null(lookup_recall_vnic(&hints, "", 0));
	for (int i = 0; i < 2; i++) {
		assert_true(lookup_find_vnic(world, &hints, VNIC_P, strlen(VNIC_P), &vnic));
		assert_true(is(vnic.ocid, VNIC_P));
		assert_false(
			lookup_find_vnic(world, &hints, "x" VNIC_P, strlen(VNIC_P) + 1, &vnic));
		recalled = lookup_recall_vnic(&hints, VNIC_P, strlen(VNIC_P));
		assert_non_null(recalled);
		assert_memory_equal(recalled, &vnic, sizeof(vnic));
		/* what ends as it does is another one */
		assert_null(lookup_recall_vnic(&hints, "x" VNIC_P, strlen(VNIC_P) + 1));
		assert_null(lookup_recall_vnic(&hints, &VNIC_P[1], strlen(VNIC_P) - 1));
		assert_null(lookup_recall_vnic(&hints, VNIC_Q, strlen(VNIC_Q)));
	}
	assert_false(lookup_find_vnic(nothing, &hints, VNIC_P, strlen(VNIC_P), &vnic));
	assert_true(lookup_has_vnics(world));
	assert_false(lookup_has_vnics(nothing));
}

static void test_holders(void **state)
{
	uint32_t vcn = subnet_of(SUBNET_A).vcn;
	const struct address p = address_of("fd00::3"), q = address_of("10.1.0.4"),
			     none = address_of("10.1.0.5");

	(void)state;
	assert_int_equal(lookup_find_holder(world, vcn, &p), vnic_of(VNIC_P).number);
	assert_int_equal(lookup_find_holder(world, vcn, &q), vnic_of(VNIC_Q).number);
	assert_int_equal(lookup_find_holder(world, vcn, &none), LOOKUP_NONE);
	assert_int_equal(lookup_find_holder(world, LOOKUP_NONE, &p), LOOKUP_NONE);
	assert_int_equal(lookup_find_holder(world, vcn + 1, &p), LOOKUP_NONE);
	assert_int_equal(lookup_find_holder(nothing, 0, &p), LOOKUP_NONE);
}

/* The smallest block counts; a block of a subnet without a VCN is in none. */
static void test_blocks(void **state)
{
	uint32_t vcn = subnet_of(SUBNET_A).vcn;
	static const struct {
		const char *address;
		const char *subnet;
	} cases[] = {
		{"10.1.0.0", SUBNET_A},
		{"10.1.1.255", SUBNET_A},
		{"10.1.2.0", SUBNET_B},
		{"10.1.2.255", SUBNET_B},
		{"10.1.3.0", SUBNET_A},
		{"10.1.255.255", SUBNET_A},
		{"10.2.0.0", NULL},
		{"10.0.255.255", NULL},
		{"0.0.0.0", NULL},
		{"fd00::ffff", SUBNET_A},
		{"fd00:0:0:1::", NULL},
		{"::", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct address address = address_of(cases[i].address);
		uint32_t found = lookup_find_block(world, vcn, &address);

		if (found != (cases[i].subnet ? subnet_of(cases[i].subnet).number : LOOKUP_NONE))
			fail_msg("%s", cases[i].address);
		assert_int_equal(lookup_find_block(world, LOOKUP_NONE, &address), LOOKUP_NONE);
		assert_int_equal(lookup_find_block(nothing, 0, &address), LOOKUP_NONE);
	}
}

static void test_groups(void **state)
{
	struct lookup_group group = group_of(GROUP_M);
	struct lookup_rule_texts texts;
	struct lookup_vcn vcn;

	(void)state;
	assert_true(group.is_held && group.rules_are_known && group.members_are_known);
	assert_true(group.addresses_are_known);
	assert_int_equal(group.rules.count, 2);
	assert_int_equal(group.members.count, 1);
	assert_int_equal(group.members.numbers[0], vnic_of(VNIC_P).number);
	assert_int_equal(group.rules.rules[0].peer_kind, RULE_PEER_GROUP);
	assert_int_equal(group.rules.rules[0].peer_index,
		lookup_find_group(world, GROUP_M, strlen(GROUP_M)));
	lookup_rule_texts(world, &group.rules.rules[0], &texts);
	assert_true(is(texts.text, "ingress udp " GROUP_M));
	assert_true(is(texts.id, "04ABEC"));
	assert_non_null(
		memmem(group.json.text, group.json.len, "\"time_created\":\"2026-01-01", 25));
	/* one that a VNIC named, and nobody has */
	group = group_of(GROUP_N);
	assert_false(group.is_held || group.rules_are_known || group.members_are_known);
	assert_null(group.name.text);
	assert_int_equal(lookup_find_group(world, "x", 1), LOOKUP_NONE);
	assert_int_equal(lookup_find_group(nothing, "x", 1), LOOKUP_NONE);
	lookup_vcn(world, group_of(GROUP_M).vcn, &vcn);
	assert_true(vcn.all_groups);
}

static void test_names(void **state)
{
	struct lookup_names names;

	(void)state;
	lookup_subnet_names(world, subnet_of(SUBNET_A).number, &names);
	assert_true(is(names.subnet, "\xc3\xa9"));
	assert_true(is(names.vcn, "vcn"));
	assert_true(is(names.compartment, "comp"));
	lookup_subnet_names(world, subnet_of("ocid1.subnet.c").number, &names);
	assert_null(names.subnet.text);
	assert_null(names.vcn.text);
	assert_null(names.compartment.text);
	lookup_subnet_names(world, LOOKUP_NONE, &names);
	assert_null(names.subnet.text);
}

/* Of things that are not there nothing is known. */
static void test_none(void **state)
{
	struct lookup_group group;
	struct lookup_list list;
	struct lookup_service service;
	struct lookup_vcn vcn;
	struct lookup_vnic vnic;

	(void)state;
	lookup_group(nothing, 0, &group);
	assert_false(group.is_held || group.rules_are_known || group.members_are_known);
	assert_int_equal(group.vcn, LOOKUP_NONE);
	lookup_list(nothing, LOOKUP_NONE, &list);
	assert_false(list.is_held);
	lookup_service(nothing, 0, &service);
	assert_int_equal(service.range_count, 0);
	lookup_vcn(nothing, 0, &vcn);
	assert_false(vcn.groups_are_known);
	lookup_vnic(nothing, 0, &vnic);
	assert_int_equal(vnic.number, LOOKUP_NONE);
	assert_true(lookup_has_rules(nothing));
}

/* All groups of a VCN are known when each has its members. */
static void test_complete_vcn(void **state)
{
	struct model *model = make_world();
	struct lookup *lookup;
	struct lookup_vnic vnic;
	struct lookup_vcn vcn;

	(void)state;
	add_good(model, "{\"id\":\"" GROUP_N "\",\"vcnId\":\"ocid1.vcn.v\"}");
	lookup = write_and_open(model, "a.lut");
	assert_true(lookup_find_vnic(lookup, NULL, VNIC_P, strlen(VNIC_P), &vnic));
	lookup_vcn(lookup, vnic.vcn, &vcn);
	assert_true(vcn.all_groups);
	assert_false(vcn.groups_are_known);
	assert_false(vnic.groups_are_known);
	lookup_close(lookup);
	model = make_world();
	add_good(model, "{\"id\":\"" GROUP_N "\",\"vcnId\":\"ocid1.vcn.v\"}");
	assert_int_equal(
		import_begin_part(model, MODEL_GROUP_MEMBERS, GROUP_N, strlen(GROUP_N), FETCHED_AT),
		MODEL_OK);
	lookup = write_and_open(model, "a.lut");
	assert_true(lookup_find_vnic(lookup, NULL, VNIC_P, strlen(VNIC_P), &vnic));
	lookup_vcn(lookup, vnic.vcn, &vcn);
	assert_true(vcn.groups_are_known);
	assert_true(vnic.groups_are_known);
	lookup_close(lookup);
}

/* Of several VNICs with an address the one that was fetched last has it. */
static void test_moved_address(void **state)
{
	static const char *const ocids[] = {VNIC_P, VNIC_Q};
	const struct address address = address_of("10.1.2.3");

	(void)state;
	for (int later = 0; later < 2; later++) {
		struct model *model = model_new(MODEL_REFUSE_DIFFERING);
		struct lookup_subnet subnet;
		struct lookup_vnic vnic;
		struct lookup *lookup;
		struct model_fault fault;
		char text[300];

		add_good(model, "{\"id\":\"" SUBNET_A "\",\"vcnId\":\"v\"}");
		for (int i = 0; i < 2; i++) {
			snprintf(text, sizeof(text),
				"{\"ipAddress\":\"10.1.2.3\",\"vnicId\":\"%s\",\"subnetId\":"
				"\"" SUBNET_A "\"}",
				ocids[i]);
			assert_int_equal(
				add_text_at(model, text, 1, i == later ? 9 : 5, &fault), MODEL_OK);
		}
		lookup = write_and_open(model, "a.lut");
		assert_true(lookup_find(lookup, SUBNET_A, strlen(SUBNET_A), &subnet));
		lookup_vnic(lookup, lookup_find_holder(lookup, subnet.vcn, &address), &vnic);
		assert_true(is(vnic.ocid, ocids[later]));
		lookup_close(lookup);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_services),
		cmocka_unit_test(test_vnics),
		cmocka_unit_test(test_holders),
		cmocka_unit_test(test_blocks),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_complete_vcn),
		cmocka_unit_test(test_moved_address),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

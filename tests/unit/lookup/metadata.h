/* For tests of lookup files: metadata from JSON texts, files in and out. */
#ifndef TESTS_METADATA_H
#define TESTS_METADATA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/limits.h"
#include "lookup/format.h"
#include "lookup/import.h"
#include "lookup/merge.h"
#include "lookup/writer.h"
#include "json/tree.h"

#define SUBNET_A "ocid1.subnet.oc1.iad.aaaa"
#define SUBNET_B "ocid1.subnet.oc1.iad.bbbb"
#define LIST_X "ocid1.securitylist.oc1.iad.xxxx"
#define LIST_Y "ocid1.securitylist.oc1.iad.yyyy"

/* A text parsed, in a buffer of its own; free it with parsed_free. */
struct parsed {
	char *text;
	struct json_parser *parser;
	struct json_tree tree;
};

static inline struct parsed parse_text(const char *text)
{
	size_t len = strlen(text);
	struct parsed parsed = {
		calloc(1, len + LIMIT_JSON_PADDING),
		json_parser_new(),
		JSON_TREE_INIT,
	};

	memcpy(parsed.text, text, len);
	assert_int_equal(
		json_tree_parse(&parsed.tree, parsed.parser, parsed.text, len, LIMIT_DEPTH),
		JSON_OK);
	return parsed;
}

static inline void parsed_free(struct parsed *parsed)
{
	json_tree_free(&parsed->tree);
	json_parser_free(parsed->parser);
	free(parsed->text);
}

/* Sections, by their names in FORMAT_SECTIONS: SECTION_subnets and so on. */
#define SECTION_NAME(name, letters, flags, family, type) SECTION_##name = FORMAT_ID letters,

enum { FORMAT_SECTIONS(SECTION_NAME) };

/* When what the tests add was fetched. */
#define FETCHED_AT 5

/* Adds an object by its kind, as found on a line and fetched then. */
static inline enum model_result add_text_at(struct model *model, const char *text, uint64_t line,
	int64_t fetched_at, struct model_fault *fault)
{
	struct parsed parsed = parse_text(text);
	struct import_object object = import_object(&parsed.tree, parsed.tree.nodes);
	struct model_place place = {"x.json", line, fetched_at};
	enum model_result result = MODEL_OK;

	switch (object.kind) {
	case IMPORT_SUBNET:
		result = import_subnet(model, &object, place, fault);
		break;
	case IMPORT_LIST:
		result = import_list(model, &object, place, fault);
		break;
	case IMPORT_GROUP:
		result = import_group(model, &object, place, fault);
		break;
	case IMPORT_VNIC:
		result = import_vnic(model, &object, place, fault);
		break;
	case IMPORT_VCN:
		result = import_vcn(model, &object, place, fault);
		break;
	case IMPORT_COMPARTMENT:
		result = import_compartment(model, &object, place, fault);
		break;
	case IMPORT_ADDRESS:
		result = import_address(model, &object, place, fault);
		break;
	default:
		fail_msg("nothing to add: %s", text);
	}
	parsed_free(&parsed);
	return result;
}

static inline enum model_result add_text(
	struct model *model, const char *text, uint64_t line, struct model_fault *fault)
{
	return add_text_at(model, text, line, FETCHED_AT, fault);
}

static inline void add_good(struct model *model, const char *text)
{
	struct model_fault fault;

	assert_int_equal(add_text(model, text, 1, &fault), MODEL_OK);
}

#define GROUP_M "ocid1.networksecuritygroup.oc1.iad.mmmm"
#define GROUP_N "ocid1.networksecuritygroup.oc1.iad.nnnn"
#define VNIC_P "ocid1.vnic.oc1.iad.pppp"
#define VNIC_Q "ocid1.vnic.oc1.iad.qqqq"

/* Adds a rule or a member of a group, as found at a time. */
static inline enum model_result add_to_group(struct model *model, const char *group,
	const char *text, int64_t fetched_at, struct model_fault *fault)
{
	struct parsed parsed = parse_text(text);
	struct import_object object = import_object(&parsed.tree, parsed.tree.nodes);
	struct model_place place = {"x.json", 1, fetched_at};
	enum model_result result;

	if (object.kind == IMPORT_RULE)
		result = import_rule(model, group, strlen(group), &object, place, fault);
	else
		result = import_member(model, group, strlen(group), &object, place, fault);
	parsed_free(&parsed);
	return result;
}

static inline void add_good_to(struct model *model, const char *group, const char *text)
{
	struct model_fault fault;

	assert_int_equal(add_to_group(model, group, text, FETCHED_AT, &fault), MODEL_OK);
}

static inline const char *key_of_region(const char *region, size_t len)
{
	return len == 2 && memcmp(region, "r1", 2) == 0 ? "phx" : NULL;
}

static inline void add_ranges(struct model *model, const char *text)
{
	struct parsed parsed = parse_text(text);
	struct import_object object = import_object(&parsed.tree, parsed.tree.nodes);
	struct model_place place = {"x.json", 1, FETCHED_AT};
	struct model_fault fault;

	assert_int_equal(object.kind, IMPORT_RANGES);
	assert_int_equal(import_ranges(model, &object, key_of_region, place, &fault), MODEL_OK);
	parsed_free(&parsed);
}

/* Some of everything that a lookup file can hold. */
static inline struct model *make_world(void)
{
	struct model *model = model_new(MODEL_REFUSE_DIFFERING);

	add_good(model, "{\"id\":\"" SUBNET_A "\",\"displayName\":\"\xc3\xa9\","
			"\"vcnId\":\"ocid1.vcn.v\",\"compartmentId\":\"ocid1.compartment.c\","
			"\"cidrBlock\":\"10.1.0.0/16\",\"ipv6CidrBlocks\":[\"fd00::/64\"],"
			"\"securityListIds\":[\"" LIST_X "\",\"missing\"]}");
	add_good(model, "{\"id\":\"" SUBNET_B "\",\"vcnId\":\"ocid1.vcn.v\","
			"\"cidrBlock\":\"10.1.2.0/24\"}");
	add_good(model, "{\"id\":\"ocid1.subnet.c\",\"cidrBlock\":\"10.1.0.0/16\"}");
	add_good(model, "{\"id\":\"" LIST_X "\",\"displayName\":\"x\",\"egressSecurityRules\":["
			"{\"protocol\":\"6\",\"destination\":\"10.0.0.0/8\",\"tcpOptions\":"
			"{\"destinationPortRange\":{\"min\":80,\"max\":81}}},"
			"{\"protocol\":\"all\",\"destination\":\"oci-phx-objectstorage\","
			"\"destinationType\":\"SERVICE_CIDR_BLOCK\"}],\"ingressSecurityRules\":["
			"{\"protocol\":\"1\",\"source\":\"::/0\",\"description\":\"\xc3\xa9\","
			"\"icmpOptions\":{\"type\":3}}]}");
	add_good(model, "{\"id\":\"" LIST_Y "\",\"egressSecurityRules\":[]}");
	add_good(model, "{\"id\":\"" GROUP_M "\",\"displayName\":\"m\","
			"\"vcnId\":\"ocid1.vcn.v\",\"compartmentId\":\"ocid1.compartment.c\"}");
	add_good_to(model, GROUP_M,
		"{\"direction\":\"INGRESS\",\"id\":\"04ABEC\","
		"\"protocol\":\"17\",\"source\":\"" GROUP_M "\","
		"\"sourceType\":\"NETWORK_SECURITY_GROUP\","
		"\"timeCreated\":\"2026-01-01T00:00:00Z\"}");
	add_good_to(model, GROUP_M,
		"{\"direction\":\"EGRESS\",\"id\":\"04ABED\","
		"\"protocol\":\"all\",\"destination\":\"0.0.0.0/0\"}");
	add_good_to(model, GROUP_M, "{\"vnicId\":\"" VNIC_P "\"}");
	add_good(model, "{\"ipAddress\":\"10.1.2.3\",\"vnicId\":\"" VNIC_P "\","
			"\"subnetId\":\"" SUBNET_B "\"}");
	add_good(model, "{\"ipAddress\":\"fd00::3\",\"vnicId\":\"" VNIC_P "\","
			"\"subnetId\":\"" SUBNET_B "\"}");
	add_good(model, "{\"id\":\"" VNIC_Q "\",\"subnetId\":\"" SUBNET_A "\","
			"\"privateIp\":\"10.1.0.4\",\"nsgIds\":[\"" GROUP_N "\"]}");
	add_good(model, "{\"id\":\"ocid1.vcn.v\",\"displayName\":\"vcn\"}");
	add_good(model, "{\"id\":\"ocid1.compartment.c\",\"name\":\"comp\"}");
	add_ranges(model, "{\"regions\":[{\"region\":\"r1\",\"cidrs\":["
			  "{\"cidr\":\"192.0.2.0/24\",\"tags\":[\"OSN\",\"OBJECT_STORAGE\"]},"
			  "{\"cidr\":\"192.0.2.0/25\",\"tags\":[\"OSN\"]},"
			  "{\"cidr\":\"198.51.100.0/24\",\"tags\":[\"OSN\"]}]},"
			  "{\"region\":\"unknown\",\"cidrs\":["
			  "{\"cidr\":\"203.0.113.0/24\",\"tags\":[\"OSN\"]}]}]}");
	assert_int_equal(model_set_all_groups(model, NULL, 0), 0);
	assert_int_equal(model_set_listing(model, SUBNET_B, strlen(SUBNET_B), MODEL_LISTED), 0);
	return model;
}

/* A directory of the test's own, to be left with leave_directory. */
static inline int enter_directory(void **state)
{
	static char path[] = "/tmp/test_lookup.XXXXXX";

	strcpy(path, "/tmp/test_lookup.XXXXXX");
	*state = path;
	return mkdtemp(path) && chdir(path) == 0 ? 0 : -1;
}

static inline int leave_directory(void **state)
{
	return chdir("/") == 0 && rmdir(*state) == 0 ? 0 : -1;
}

/* The bytes of a file; *len their number. Free with free(3). */
static inline uint8_t *read_bytes(const char *path, size_t *len)
{
	FILE *file = fopen(path, "rb");
	struct stat status;
	uint8_t *bytes;

	assert_non_null(file);
	assert_int_equal(fstat(fileno(file), &status), 0);
	*len = (size_t)status.st_size;
	bytes = malloc(*len + 1);
	assert_int_equal(fread(bytes, 1, *len, file), *len);
	fclose(file);
	return bytes;
}

static inline void write_bytes(const char *path, const void *bytes, size_t len)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

#endif

/* Lookup files written, opened and searched, and files that are none. */
#include "../calls.h"
#include "metadata.h"

#include <fcntl.h>

#include "lookup/content.h"

#define FETCHED 1700000000

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
	assert_int_equal(writer_write(model, path, FETCHED, "build"), EXITCODE_OK);
	model_free(model);
}

static struct model *two_subnets(void)
{
	struct model *model = model_new(MODEL_REFUSE_DIFFERING);

	add_good(model,
		"{\"id\":\"" SUBNET_A "\",\"displayName\":\"\xc3\xa9\","
		"\"vcnId\":\"v\",\"compartmentId\":\"c\","
		"\"cidrBlock\":\"10.1.0.0/16\",\"ipv6CidrBlocks\":"
		"[\"fd00::/64\"],\"securityListIds\":[\"" LIST_Y "\",\"missing\",\"" LIST_X "\"]}");
	add_good(model, "{\"id\":\"" SUBNET_B "\",\"displayName\":\"\","
			"\"cidrBlock\":\"10.1.0.0/16\"}");
	add_good(model, "{\"id\":\"" LIST_X "\",\"egressSecurityRules\":[]}");
	add_good(model, "{\"id\":\"" LIST_Y "\",\"egressSecurityRules\":[]}");
	return model;
}

static bool text_is(const struct lookup_text *text, const char *expected)
{
	return text->text && text->len == strlen(expected) &&
	       memcmp(text->text, expected, text->len) == 0;
}

static struct content_counts counts_of(const struct lookup *lookup)
{
	struct content_counts counts;

	content_count(lookup, &counts);
	return counts;
}

#define RENDERED(ocid)                                                                             \
	"{\"display_name\":null,\"security_list_ocid\":\"" ocid                                    \
	"\",\"ingress_security_rules\":[],\"egress_security_rules\":[]}"

static void test_find(void **state)
{
	struct lookup_subnet subnet;
	struct lookup *lookup;
	size_t count;

	(void)state;
	write_model(two_subnets(), "net.lut");
	lookup = opened("net.lut");
	assert_true(lookup_find(lookup, SUBNET_A, strlen(SUBNET_A), &subnet));
	assert_true(text_is(&subnet.lists, "[" RENDERED(LIST_Y) "," RENDERED(LIST_X) "]"));
	assert_true(text_is(&subnet.ids, "[\"" LIST_Y "\",\"" LIST_X "\"]"));
	assert_int_equal(subnet.prefix_count, 2);
	assert_int_equal(subnet.prefixes[0].family, ADDRESS_IPV4);
	assert_int_equal(subnet.prefixes[1].family, ADDRESS_IPV6);
	assert_true(lookup_find(lookup, SUBNET_B, strlen(SUBNET_B), &subnet));
	assert_true(text_is(&subnet.lists, "[]"));
	assert_true(text_is(&subnet.ids, "[]"));
	assert_false(lookup_find(lookup, SUBNET_A, 5, &subnet));
	assert_false(lookup_find(lookup, "", 0, &subnet));
	(void)lookup_prefixes(lookup, &count);
	assert_int_equal(count, 2);
	assert_int_equal(counts_of(lookup).prefixes, 3);
	assert_int_equal(lookup_fetched_at(lookup), FETCHED);
	lookup_close(lookup);
	unlink("net.lut");
}

static bool recall(const struct lookup_hints *hints, const char *ocid, struct lookup_subnet *subnet)
{
	const struct lookup_subnet *recalled = lookup_recall(hints, ocid, strlen(ocid));

	if (recalled != NULL)
		*subnet = *recalled;
	return recalled != NULL;
}

static bool learn(const struct lookup *lookup, struct lookup_hints *hints, const char *ocid,
	struct lookup_subnet *subnet)
{
	return lookup_learn(lookup, hints, ocid, strlen(ocid), subnet);
}

/* What was learned is recalled, and nothing else, however alike. */
static void test_recall(void **state)
{
	struct lookup_hints hints = {0};
	struct lookup_subnet found = {0}, subnet = {0};
	struct lookup *lookup;

	(void)state;
	write_model(two_subnets(), "net.lut");
	lookup = opened("net.lut");
	assert_false(recall(&hints, SUBNET_A, &subnet));
	assert_true(lookup_find(lookup, SUBNET_A, strlen(SUBNET_A), &found));
	assert_true(learn(lookup, &hints, SUBNET_A, &subnet));
	assert_memory_equal(&subnet, &found, sizeof found);
	memset(&subnet, 0, sizeof subnet);
	assert_true(recall(&hints, SUBNET_A, &subnet));
	assert_memory_equal(&subnet, &found, sizeof found);
	assert_false(recall(&hints, SUBNET_B, &subnet));
	assert_false(recall(&hints, "x" SUBNET_A, &subnet));
	assert_false(recall(&hints, &SUBNET_A[1], &subnet));
	assert_false(recall(&hints, "", &subnet));
	assert_false(learn(lookup, &hints, "x" SUBNET_A, &subnet));
	assert_false(learn(lookup, &hints, "", &subnet));
	assert_false(recall(&hints, "x" SUBNET_A, &subnet));
	assert_true(recall(&hints, SUBNET_A, &subnet));
	assert_true(learn(lookup, &hints, SUBNET_B, &subnet));
	assert_true(recall(&hints, SUBNET_B, &subnet));
	lookup_close(lookup);
	unlink("net.lut");
}

static void test_entries(void **state)
{
	struct content_subnet entry;
	struct lookup_text source;
	struct lookup *lookup;

	(void)state;
	write_model(two_subnets(), "net.lut");
	lookup = opened("net.lut");
	assert_int_equal(content_subnet_count(lookup), 2);
	assert_int_equal(counts_of(lookup).sets, 2);
	assert_true(content_find_subnet(lookup, SUBNET_A, strlen(SUBNET_A), &entry));
	assert_true(text_is(&entry.ocid, SUBNET_A));
	assert_true(text_is(&entry.name, "\xc3\xa9"));
	assert_true(text_is(&entry.vcn, "v"));
	assert_true(text_is(&entry.compartment, "c"));
	assert_true(content_find_subnet(lookup, SUBNET_B, strlen(SUBNET_B), &entry));
	assert_true(text_is(&entry.name, ""));
	assert_null(entry.vcn.text);
	assert_null(entry.compartment.text);
	assert_false(content_find_subnet(lookup, "x", 1, &entry));
	source = content_source(lookup);
	assert_true(text_is(&source, "build"));
	assert_int_equal(counts_of(lookup).version, 2);
	assert_int_equal(counts_of(lookup).foreign, 0);
	assert_true(counts_of(lookup).bytes % 8 == 0);
	lookup_close(lookup);
	unlink("net.lut");
}

static void test_empty(void **state)
{
	struct lookup_subnet subnet;
	struct lookup *lookup;
	size_t count;

	(void)state;
	write_model(model_new(MODEL_REFUSE_DIFFERING), "net.lut");
	lookup = opened("net.lut");
	assert_int_equal(content_subnet_count(lookup), 0);
	assert_false(lookup_find(lookup, SUBNET_A, strlen(SUBNET_A), &subnet));
	(void)lookup_prefixes(lookup, &count);
	assert_int_equal(count, 0);
	lookup_close(lookup);
	unlink("net.lut");
}

#define MANY 3000

static void many_ocid(char ocid[64], int i)
{
	snprintf(ocid, 64, "ocid1.subnet.oc1.iad.%d", i);
}

static struct model *many_subnets(int step)
{
	struct model *model = model_new(MODEL_REFUSE_DIFFERING);
	char ocid[64], text[300];

	for (int i = 0; i < MANY; i++) {
		int number = (int)((long)i * step % MANY);

		many_ocid(ocid, number);
		snprintf(text, sizeof(text),
			"{\"id\":\"%s\",\"displayName\":\"%d\",\"vcnId\":"
			"\"v%d\",\"cidrBlock\":\"10.%d.%d.0/24\","
			"\"securityListIds\":[\"l%d\"]}",
			ocid, number, number % 7, number / 256, number % 256, number % 3);
		add_good(model, text);
	}
	for (int i = 0; i < 3; i++) {
		snprintf(text, sizeof(text), "{\"id\":\"l%d\",\"egressSecurityRules\":[]}",
			(i * step) % 3);
		add_good(model, text);
	}
	return model;
}

static void test_many(void **state)
{
	struct lookup_hints hints = {0};
	struct content_subnet entry = {0};
	struct lookup_subnet subnet = {0};
	struct lookup *lookup;
	char ocid[64], name[64];

	(void)state;
	write_model(many_subnets(1), "net.lut");
	lookup = opened("net.lut");
	assert_int_equal(content_subnet_count(lookup), MANY);
	assert_int_equal(counts_of(lookup).sets, 3);
	for (int i = 0; i < MANY; i++) {
		many_ocid(ocid, i);
		assert_true(content_find_subnet(lookup, ocid, strlen(ocid), &entry));
		snprintf(name, sizeof(name), "%d", i);
		assert_true(text_is(&entry.name, name));
		assert_true(text_is(&entry.ocid, ocid));
		snprintf(name, sizeof(name), "[\"l%d\"]", i % 3);
		assert_true(text_is(&entry.subnet.ids, name));
		assert_true(learn(lookup, &hints, ocid, &subnet));
		assert_true(recall(&hints, ocid, &subnet));
		assert_memory_equal(&subnet, &entry.subnet, sizeof subnet);
		many_ocid(ocid, i * 7 % (i + 1));
		if (recall(&hints, ocid, &subnet)) {
			assert_true(content_find_subnet(lookup, ocid, strlen(ocid), &entry));
			assert_memory_equal(&subnet, &entry.subnet, sizeof subnet);
		}
		many_ocid(ocid, MANY + i);
		assert_false(recall(&hints, ocid, &subnet));
		assert_false(content_find_subnet(lookup, ocid, strlen(ocid), &entry));
	}
	lookup_close(lookup);
	unlink("net.lut");
}

/* The order that metadata came in does not show in the file. */
static void test_same_bytes(void **state)
{
	size_t first_len, second_len;
	uint8_t *first, *second;

	(void)state;
	write_model(many_subnets(1), "first.lut");
	write_model(many_subnets(1777), "second.lut");
	first = read_bytes("first.lut", &first_len);
	second = read_bytes("second.lut", &second_len);
	assert_int_equal(first_len, second_len);
	assert_memory_equal(first, second, first_len);
	free(first);
	free(second);
	unlink("first.lut");
	unlink("second.lut");
}

/* Pairs of OCIDs with the same hash: as long, one the other's beginning, and
 * the longer one first; and one that is no more than a beginning. */
static void test_same_hash(void **state)
{
	static const char *const ocids[] = {"ocid1.subnet.oc1.iad.o76xgbihtsxl",
		"ocid1.subnet.oc1.iad.cnnh26bhpw5y", "ocid1.subnet.oc1.iad.o",
		"ocid1.subnet.oc1.iad.a", "ocid1.subnet.oc1.iad.aaahylnhp",
		"ocid1.subnet.oc1.iad.aaahylnhs", "ocid1.subnet.oc1.iad.b"};
	const size_t count = sizeof(ocids) / sizeof(ocids[0]);
	struct model *model = model_new(MODEL_REFUSE_DIFFERING);
	struct content_subnet entry;
	struct lookup *lookup;
	char text[200];

	(void)state;
	for (size_t i = 0; i < count; i++) {
		snprintf(text, sizeof(text), "{\"id\":\"%s\"}", ocids[i]);
		add_good(model, text);
	}
	write_model(model, "net.lut");
	lookup = opened("net.lut");
	for (size_t i = 0; i < count; i++) {
		assert_true(content_find_subnet(lookup, ocids[i], strlen(ocids[i]), &entry));
		assert_true(text_is(&entry.ocid, ocids[i]));
	}
	lookup_close(lookup);
	unlink("net.lut");
}

static void assert_refused(const char *path, enum lookup_error expected, const char *text)
{
	char detail[LOOKUP_DETAIL_SIZE];
	struct lookup *lookup;

	assert_int_equal(lookup_open(&lookup, path, detail, NULL), expected);
	assert_null(lookup);
	if (!strstr(detail, text))
		fail_msg("'%s' does not speak of '%s'", detail, text);
}

static void test_no_lookup_file(void **state)
{
	(void)state;
	assert_refused("none", LOOKUP_UNREADABLE, "vcnmeta build");
	assert_refused("none/none", LOOKUP_UNREADABLE, "exist");
	assert_refused("/", LOOKUP_NOT_REGULAR, "directory");
	assert_refused("/dev/null", LOOKUP_NOT_REGULAR, "regular");
	assert_int_equal(mkfifo("fifo", 0600), 0);
	assert_refused("fifo", LOOKUP_NOT_REGULAR, "regular");
	unlink("fifo");
	write_bytes("x", "", 0);
	assert_refused("x", LOOKUP_NOT_LOOKUP, "empty");
	write_bytes("x", "{\"data\":[]}", 11);
	assert_refused("x", LOOKUP_NOT_LOOKUP, "no lookup file");
	write_bytes("x", "\x1f\x8b", 2);
	assert_refused("x", LOOKUP_NOT_LOOKUP, "no lookup file");
	assert_int_equal(truncate("x", (off_t)65 << 30), 0);
	assert_refused("x", LOOKUP_NOT_LOOKUP, "larger");
	unlink("x");
}

static void test_not_allowed(void **state)
{
	(void)state;
	if (geteuid() == 0)
		skip();
	write_bytes("x", "x", 1);
	chmod("x", 0);
	assert_refused("x", LOOKUP_UNREADABLE, "denied");
	unlink("x");
}

/* What goes wrong between the open and the last look. */
static void test_late(void **state)
{
	(void)state;
	write_model(two_subnets(), "net.lut");
	calls.fstat = EIO;
	assert_refused("net.lut", LOOKUP_UNREADABLE, "Input/output");
	calls.fstat_good = 1;
	assert_refused("net.lut", LOOKUP_UNREADABLE, "Input/output");
	calls.fstat = 0;
	calls.mmap_memory = ENODEV;
	assert_refused("net.lut", LOOKUP_UNREADABLE, "No such device");
	calls.mmap_memory = 0;
	calls.mmap = ENODEV;
	assert_refused("net.lut", LOOKUP_UNREADABLE, "No such device");
	calls.mmap = ENOMEM;
	assert_refused("net.lut", LOOKUP_NO_MEMORY, "out of memory");
	calls.mmap = 0;
	calls.cut = "net.lut";
	assert_refused("net.lut", LOOKUP_DAMAGED, "shrank");
	calls.cut = NULL;
	unlink("net.lut");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_recall),
		cmocka_unit_test(test_entries),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_same_bytes),
		cmocka_unit_test(test_same_hash),
		cmocka_unit_test(test_no_lookup_file),
		cmocka_unit_test(test_not_allowed),
		cmocka_unit_test(test_late),
	};

	return cmocka_run_group_tests(tests, enter_directory, leave_directory);
}

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
	/* behind the check: what is mapped changes too */
	damage_old();
	assert_int_equal(
		merge_lookup(model, lookup, MERGE_MODEL, "old.lut", &fault), MODEL_MALFORMED);
	assert_non_null(strstr(fault.text, "security lists"));
	lookup_close(lookup);
	model_free(model);
	unlink("old.lut");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_is_lost),
		cmocka_unit_test(test_model_wins),
		cmocka_unit_test(test_foreign_fragments),
	};

	return cmocka_run_group_tests(tests, enter_directory, leave_directory);
}

/* Large lookup files, of which two threads check a half each. */
#include "metadata.h"

#include <fcntl.h>
#include <pthread.h>

#include "lookup/format.h"
#include "lookup/lookup.h"

/* What the lists of one subnet are filled up with, so that it is large. */
#define FILLED ((size_t)9 << 20)

static unsigned runs;
static bool is_cut;

static void *call_first(void *argument)
{
	void **call = argument;
	void (*first)(void *);

	memcpy(&first, &call[0], sizeof first);
	first(call[1]);
	return NULL;
}

/* In two threads; if the file is to be cut, just before. */
static void run_both(void (*first)(void *), void (*second)(void *), void *context)
{
	void *call[2] = {NULL, context};
	pthread_t thread;

	runs++;
	if (is_cut)
		assert_int_equal(truncate("net.lut", 4096), 0);
	memcpy(&call[0], &first, sizeof first);
	assert_int_equal(pthread_create(&thread, NULL, call_first, call), 0);
	second(context);
	assert_int_equal(pthread_join(thread, NULL), 0);
}

static void write_large(size_t filled)
{
	static const char begin[] = "{\"id\":\"" LIST_X "\",\"egressSecurityRules\":[],"
				    "\"displayName\":\"";
	struct model *model = model_new(MODEL_REFUSE_DIFFERING);
	char *text = malloc(sizeof begin + filled + 3);

	memcpy(text, begin, sizeof begin - 1);
	memset(text + sizeof begin - 1, 'x', filled);
	memcpy(text + sizeof begin - 1 + filled, "\"}", 3);
	add_good(model, text);
	add_good(model, "{\"id\":\"" SUBNET_A "\",\"cidrBlock\":\"10.0.0.0/8\","
			"\"securityListIds\":[\"" LIST_X "\"]}");
	add_good(model, "{\"id\":\"" SUBNET_B "\",\"cidrBlock\":"
			"\"11.0.0.0/8\"}");
	assert_int_equal(writer_write(model, "net.lut", 5, "build"), EXITCODE_OK);
	model_free(model);
	free(text);
	runs = 0;
	is_cut = false;
}

/* Opens it; returns what is said, or "". */
static const char *open_it(void)
{
	static char detail[LOOKUP_DETAIL_SIZE];
	struct lookup_subnet subnet;
	struct lookup *lookup;

	detail[0] = '\0';
	if (lookup_open(&lookup, "net.lut", detail, run_both) != LOOKUP_OK)
		return detail;
	assert_true(lookup_find(lookup, SUBNET_A, strlen(SUBNET_A), &subnet));
	assert_int_equal(subnet.prefix_count, 1);
	lookup_close(lookup);
	return "";
}

/* Changes a byte of a section. */
static void spoil(uint32_t id, size_t at)
{
	size_t len;
	uint8_t *bytes = read_bytes("net.lut", &len);
	const struct format_header *header = (const void *)bytes;
	const struct format_section *table = (const void *)(header + 1);

	for (size_t i = 0; i < header->section_count; i++)
		if (table[i].id == id)
			bytes[table[i].offset + at] ^= 1;
	write_bytes("net.lut", bytes, len);
	free(bytes);
}

static void test_good(void **state)
{
	(void)state;
	write_large(FILLED);
	assert_string_equal(open_it(), "");
	assert_int_equal(runs, 1);
	write_large(1000);
	assert_string_equal(open_it(), "");
	assert_int_equal(runs, 0);
	unlink("net.lut");
}

/* A changed byte is told by its checksum, whatever else it makes wrong. */
static void test_damaged(void **state)
{
	static const struct {
		uint32_t id;
		const char *name;
	} sections[] = {{SECTION_subnets, "SUBN"}, {SECTION_prefixes, "PFXS"},
		{SECTION_text, "TEXT"}, {SECTION_json, "JSON"}};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		const char *said;

		write_large(FILLED);
		spoil(sections[i].id, 0);
		said = open_it();
		assert_int_equal(runs, 1);
		if (strstr(said, "the checksum of section") == NULL)
			fail_msg("%s: %s", sections[i].name, said);
	}
	unlink("net.lut");
}

/* It shrinks under both of them. */
static void test_cut(void **state)
{
	(void)state;
	write_large(FILLED);
	is_cut = true;
	assert_non_null(strstr(open_it(), "it shrank while it was read"));
	assert_int_equal(runs, 1);
	unlink("net.lut");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_cut),
	};

	return cmocka_run_group_tests(tests, enter_directory, leave_directory);
}

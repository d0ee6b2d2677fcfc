/*
 * Damaged lookup files: cut at each byte, each bit flipped, each number of the
 * frame and of the records made wrong with the checksums put right again. A
 * file is either refused, or everything in it can be used.
 */
#include "metadata.h"

#include <sys/mman.h>

#include "deflate/crc32.h"
#include "lookup/content.h"
#include "lookup/format.h"
#include "json/json.h"

/* The file that is damaged: good, and in a buffer. */
static uint8_t *good;
static size_t good_len;

/* The damaged file: in memory, since there are thousands. */
static int damaged;
static char damaged_path[32];

static void write_good(void)
{
	struct model *model = model_new(MODEL_REFUSE_DIFFERING);

	add_good(model, "{\"id\":\"" SUBNET_A "\",\"displayName\":\"\xc3\xa9\","
			"\"vcnId\":\"v\",\"cidrBlock\":\"10.1.0.0/16\","
			"\"ipv6CidrBlocks\":[\"fd00::/64\"],"
			"\"securityListIds\":[\"" LIST_X "\"]}");
	add_good(model, "{\"id\":\"" SUBNET_B "\",\"vcnId\":\"v\","
			"\"cidrBlock\":\"10.2.0.0/16\"}");
	add_good(model, "{\"id\":\"ocid1.subnet.c\",\"cidrBlock\":"
			"\"10.1.0.0/16\"}");
	add_good(model, "{\"id\":\"" LIST_X "\",\"egressSecurityRules\":[{}]}");
	assert_int_equal(writer_write(model, "net.lut", 5, "build"), EXITCODE_OK);
	model_free(model);
}

static int setup(void **state)
{
	if (enter_directory(state) != 0)
		return -1;
	write_good();
	good = read_bytes("net.lut", &good_len);
	damaged = memfd_create("damaged", MFD_CLOEXEC);
	snprintf(damaged_path, sizeof(damaged_path), "/proc/self/fd/%d", damaged);
	return damaged < 0 ? -1 : 0;
}

static int teardown(void **state)
{
	free(good);
	close(damaged);
	unlink("net.lut");
	return leave_directory(state);
}

static struct format_header *header_of(uint8_t *bytes)
{
	return (void *)bytes;
}

static struct format_section *table_of(uint8_t *bytes)
{
	return (void *)(bytes + sizeof(struct format_header));
}

static struct format_section *section_of(uint8_t *bytes, uint32_t id)
{
	struct format_section *table = table_of(bytes);

	for (size_t i = 0; i < header_of(bytes)->section_count; i++)
		if (table[i].id == id)
			return &table[i];
	fail_msg("no such section");
	return NULL;
}

static void *contents_of(uint8_t *bytes, uint32_t id)
{
	return bytes + section_of(bytes, id)->offset;
}

static void mend_header(uint8_t *bytes, size_t len)
{
	struct format_header *header = header_of(bytes);
	size_t end = sizeof(*header) + header->section_count * sizeof(struct format_section);

	if (end <= len)
		header->crc = crc32_update(0, bytes + FORMAT_CRC_FROM, end - FORMAT_CRC_FROM);
}

/* Puts all checksums right, as far as they lie in the file. */
static void mend(uint8_t *bytes, size_t len)
{
	struct format_section *table = table_of(bytes);
	size_t room = (len - sizeof(struct format_header)) / sizeof(*table);

	for (size_t i = 0; i < header_of(bytes)->section_count && i < room; i++)
		if (table[i].offset <= len && table[i].length <= len - table[i].offset)
			table[i].crc = crc32_update(0, bytes + table[i].offset, table[i].length);
	mend_header(bytes, len);
}

static void assert_valid_json(const struct lookup_text *text)
{
	struct json_parser *parser = json_parser_new();
	char *copy = calloc(1, text->len + LIMIT_JSON_PADDING);
	struct json_found found;

	memcpy(copy, text->text, text->len);
	assert_int_equal(
		json_select(parser, copy, text->len, NULL, LIMIT_DEPTH, NULL, &found), JSON_OK);
	assert_null(memchr(copy, '\n', text->len));
	free(copy);
	json_parser_free(parser);
}

/* Touches all that a file gives. */
static void use(const struct lookup *lookup)
{
	struct lookup_entry entry, same;
	size_t count;
	const struct prefix *all = lookup_prefixes(lookup, &count);
	size_t bits = 0;

	for (size_t i = 0; i < count; i++)
		bits += all[i].length;
	for (size_t i = 0; i < lookup_subnet_count(lookup); i++) {
		lookup_entry(lookup, i, &entry);
		assert_true(lookup_find_entry(lookup, entry.ocid.text, entry.ocid.len, &same));
		assert_ptr_equal(entry.ocid.text, same.ocid.text);
		assert_valid_json(&entry.subnet.lists);
		assert_valid_json(&entry.subnet.ids);
		for (size_t j = 0; j < entry.subnet.prefix_count; j++)
			bits += entry.subnet.prefixes[j].length;
	}
	assert_true(bits < 1000000);
}

/* Opens bytes as a file. Returns what came of it, after using what opened. */
static enum lookup_error open_bytes(const uint8_t *bytes, size_t len)
{
	char detail[LOOKUP_DETAIL_SIZE];
	enum lookup_error error;
	struct lookup *lookup;

	assert_int_equal(ftruncate(damaged, (off_t)len), 0);
	assert_int_equal(pwrite(damaged, bytes, len, 0), len);
	error = lookup_open(&lookup, damaged_path, detail, NULL);
	if (error == LOOKUP_OK)
		use(lookup);
	else if (!strstr(detail, "vcnmeta"))
		fail_msg("does not say what to run: %s", detail);
	lookup_close(lookup);
	return error;
}

static uint8_t *copy_good(void)
{
	uint8_t *copy = malloc(good_len + 64);

	memcpy(copy, good, good_len);
	return copy;
}

static void test_good(void **state)
{
	uint8_t *copy = copy_good();

	(void)state;
	mend(copy, good_len);
	assert_memory_equal(copy, good, good_len);
	assert_int_equal(open_bytes(copy, good_len), LOOKUP_OK);
	free(copy);
}

static void test_cut_at_each_byte(void **state)
{
	(void)state;
	assert_int_equal(open_bytes(good, 0), LOOKUP_NOT_LOOKUP);
	for (size_t len = 1; len < good_len; len++)
		assert_int_equal(open_bytes(good, len), LOOKUP_DAMAGED);
}

/* Cut, and the header made to say so. */
static void test_cut_and_mended(void **state)
{
	uint8_t *copy = copy_good();

	(void)state;
	for (size_t len = sizeof(struct format_header); len < good_len; len++) {
		header_of(copy)->length = len;
		mend_header(copy, len);
		assert_int_equal(open_bytes(copy, len), LOOKUP_DAMAGED);
	}
	free(copy);
}

static void test_longer(void **state)
{
	uint8_t *copy = copy_good();

	(void)state;
	memset(copy + good_len, 0, 64);
	assert_int_equal(open_bytes(copy, good_len + 1), LOOKUP_DAMAGED);
	assert_int_equal(open_bytes(copy, good_len + 64), LOOKUP_DAMAGED);
	header_of(copy)->length = good_len + 64;
	mend_header(copy, good_len);
	assert_int_equal(open_bytes(copy, good_len + 64), LOOKUP_DAMAGED);
	free(copy);
}

static void test_each_bit(void **state)
{
	uint8_t *copy = copy_good();

	(void)state;
	for (size_t bit = 0; bit < good_len * 8; bit++) {
		copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (open_bytes(copy, good_len) == LOOKUP_OK)
			fail_msg("bit %zu may be flipped", bit);
		copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	free(copy);
}

/* Each 32 and 64 bit number from start on is made each of these. */
static void damage_numbers(size_t start, size_t len, size_t size)
{
	uint8_t *copy = copy_good();

	for (size_t at = start; at + size <= start + len; at += size) {
		uint64_t number = 0;

		memcpy(&number, good + at, size);
		const uint64_t wrong[] = {0, 1, UINT64_MAX, number - 1, number + 1, number + 8,
			number - 8, number * 2, UINT64_MAX / 2, UINT64_MAX - 7};

		for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
			memcpy(copy + at, &wrong[i], size);
			mend(copy, good_len);
			(void)open_bytes(copy, good_len);
			memcpy(copy, good, good_len);
		}
	}
	free(copy);
}

static void test_numbers_of_the_frame(void **state)
{
	size_t len = sizeof(struct format_header) +
		     header_of(good)->section_count * sizeof(struct format_section);

	(void)state;
	damage_numbers(0, len, 4);
	damage_numbers(0, len, 8);
}

static void damage_section(uint32_t id)
{
	struct format_section *section = section_of(good, id);

	damage_numbers(section->offset, section->length, 4);
	damage_numbers(section->offset, section->length, 8);
}

static void test_numbers_of_records(void **state)
{
	(void)state;
	damage_section(FORMAT_META);
	damage_section(FORMAT_INDEX);
	damage_section(FORMAT_SUBNETS);
	damage_section(FORMAT_PREFIXES);
	damage_section(FORMAT_ALL_PREFIXES);
	damage_section(FORMAT_FRAGMENTS);
}

/* Each byte of a section is made each of these. Returns how often it opened. */
static size_t damage_bytes(uint32_t id, const char *wrong)
{
	struct format_section *section = section_of(good, id);
	uint8_t *copy = copy_good();
	size_t opened = 0;

	for (size_t i = 0; i < section->length; i++)
		for (size_t j = 0; wrong[j]; j++) {
			copy[section->offset + i] = (uint8_t)wrong[j];
			mend(copy, good_len);
			if (copy[section->offset + i] == good[section->offset + i])
				continue;
			opened += open_bytes(copy, good_len) == LOOKUP_OK;
			memcpy(copy, good, good_len);
		}
	free(copy);
	return opened;
}

static void test_fragments(void **state)
{
	(void)state;
	assert_int_equal(damage_bytes(FORMAT_JSON, "\n\r\t\x01\x1f\x80"), 0);
	(void)damage_bytes(FORMAT_JSON, "\"{}[],:\\x0 ");
}

/* OCIDs must keep their hash; the name is one byte of a character. */
static void test_texts(void **state)
{
	(void)state;
	assert_int_equal(damage_bytes(FORMAT_TEXT, "\xff"), 0);
	assert_in_range(damage_bytes(FORMAT_TEXT, "x"), 1, 5);
}

static void assert_damaged(uint8_t *copy)
{
	mend(copy, good_len);
	assert_int_equal(open_bytes(copy, good_len), LOOKUP_DAMAGED);
	free(copy);
}

/* Valid JSON of the same length in place of that: refused all the same. */
static void assert_fragment_damaged(const char *from, const char *to)
{
	struct format_section *section = section_of(good, FORMAT_JSON);
	uint8_t *copy = copy_good();
	char *at = memmem(copy + section->offset, section->length, from, strlen(from));

	assert_non_null(at);
	memcpy(at, to, strlen(from));
	assert_damaged(copy);
}

static void test_valid_fragments(void **state)
{
	(void)state;
	assert_fragment_damaged("null", "\n123");
	assert_fragment_damaged("null", "\t\t\t1");
	assert_fragment_damaged("[][]", "{}[]");
	assert_fragment_damaged("[][]", "[]{}");
	assert_fragment_damaged("[][]", "[][ ");
	assert_fragment_damaged("[][]", "[] 1");
}

/* A text that is absent has no place either. */
static void test_absent_text(void **state)
{
	uint8_t *copy = copy_good();
	struct format_subnet *subnet = contents_of(copy, FORMAT_SUBNETS);

	(void)state;
	while (subnet->name_length != FORMAT_ABSENT)
		subnet++;
	subnet->name = 1;
	assert_damaged(copy);
}

/* The good file with these bytes as a section. */
static enum lookup_error open_with(uint32_t id, const void *bytes, size_t len)
{
	struct format_section *section = section_of(good, id);
	size_t start = section->offset;
	size_t next = start + format_aligned(section->length);
	size_t new_next = start + format_aligned(len);
	size_t new_len = good_len - next + new_next;
	uint8_t *copy = calloc(1, new_len);
	enum lookup_error error;

	memcpy(copy, good, start);
	memcpy(copy + start, bytes, len);
	memcpy(copy + new_next, good + next, good_len - next);
	header_of(copy)->length = new_len;
	section_of(copy, id)->length = len;
	for (size_t i = 0; i < header_of(copy)->section_count; i++)
		if (table_of(copy)[i].offset >= next)
			table_of(copy)[i].offset += new_next - next;
	mend(copy, new_len);
	error = open_bytes(copy, new_len);
	free(copy);
	return error;
}

/* The good file with these bytes behind a section, in it. */
static enum lookup_error open_with_more(uint32_t id, const void *more, size_t more_len)
{
	struct format_section *section = section_of(good, id);
	uint8_t *bytes = malloc(section->length + more_len);
	enum lookup_error error;

	memcpy(bytes, good + section->offset, section->length);
	memcpy(bytes + section->length, more, more_len);
	error = open_with(id, bytes, section->length + more_len);
	free(bytes);
	return error;
}

static void test_short_sections(void **state)
{
	static const uint8_t zeros[24];

	(void)state;
	assert_int_equal(open_with(FORMAT_META, zeros, 8), LOOKUP_OK);
	assert_int_equal(open_with(FORMAT_META, zeros, 7), LOOKUP_DAMAGED);
	assert_int_equal(open_with(FORMAT_META, "", 0), LOOKUP_DAMAGED);
	assert_int_equal(open_with(FORMAT_INDEX, "", 0), LOOKUP_DAMAGED);
	assert_int_equal(open_with(FORMAT_INDEX, zeros, 4), LOOKUP_DAMAGED);
	assert_int_equal(open_with(FORMAT_INDEX, zeros, 12), LOOKUP_DAMAGED);
	assert_int_equal(open_with(FORMAT_TEXT, "", 0), LOOKUP_DAMAGED);
	assert_int_equal(open_with(FORMAT_JSON, "", 0), LOOKUP_DAMAGED);
	assert_int_equal(open_with(FORMAT_FRAGMENTS, "", 0), LOOKUP_DAMAGED);
	assert_int_equal(open_with(FORMAT_PREFIXES, "", 0), LOOKUP_DAMAGED);
	assert_int_equal(open_with(FORMAT_SUBNETS, "", 0), LOOKUP_DAMAGED);
	assert_int_equal(open_with(FORMAT_ALL_PREFIXES, "", 0), LOOKUP_OK);
}

static void test_more_than_is_used(void **state)
{
	static const struct format_fragment fragment = {0};
	static const struct prefix prefix = {.family = ADDRESS_IPV4};
	static const struct prefix last = {UINT64_MAX, UINT64_MAX, ADDRESS_IPV6, 128, {0}};
	static const uint32_t entry = 3;

	(void)state;
	assert_int_equal(open_with_more(FORMAT_TEXT, "more", 4), LOOKUP_OK);
	assert_int_equal(open_with_more(FORMAT_META, "more", 4), LOOKUP_OK);
	assert_int_equal(open_with_more(FORMAT_ALL_PREFIXES, &last, sizeof(last)), LOOKUP_OK);
	assert_int_equal(open_with_more(FORMAT_META, "\n", 1), LOOKUP_DAMAGED);
	assert_int_equal(open_with_more(FORMAT_JSON, "[]", 2), LOOKUP_DAMAGED);
	assert_int_equal(open_with_more(FORMAT_PREFIXES, &prefix, sizeof(prefix)), LOOKUP_DAMAGED);
	assert_int_equal(
		open_with_more(FORMAT_FRAGMENTS, &fragment, sizeof(fragment)), LOOKUP_DAMAGED);
	assert_int_equal(open_with_more(FORMAT_INDEX, &entry, sizeof(entry)), LOOKUP_DAMAGED);
}

#define ROW 16

/* A file of subnets that are alike but for OCID and CIDR block. */
static uint8_t *row_of_subnets(size_t *len)
{
	struct model *model = model_new(MODEL_REFUSE_DIFFERING);
	char text[100];

	for (int i = 0; i < ROW; i++) {
		snprintf(text, sizeof(text),
			"{\"id\":\"ocid1.subnet.%d\",\"cidrBlock\":"
			"\"10.%d.0.0/16\"}",
			i, i);
		add_good(model, text);
	}
	assert_int_equal(writer_write(model, "row.lut", 5, "build"), EXITCODE_OK);
	model_free(model);
	uint8_t *bytes = read_bytes("row.lut", len);

	unlink("row.lut");
	return bytes;
}

/* Makes the index fit the records, whatever their order. */
static void mend_index(uint8_t *bytes)
{
	const struct format_subnet *subnets = contents_of(bytes, FORMAT_SUBNETS);
	uint32_t *index = contents_of(bytes, FORMAT_INDEX);
	size_t ranges = section_of(bytes, FORMAT_INDEX)->length / 4 - 1;

	for (size_t range = 0; range <= ranges; range++) {
		index[range] = 0;
		for (size_t i = 0; i < ROW; i++)
			index[range] += format_range(subnets[i].hash, ranges) < range;
	}
}

/* Puts record from where record to is, or swaps them. Returns what opens. */
static enum lookup_error open_reordered(
	const uint8_t *row, size_t len, size_t from, size_t to, bool swap)
{
	uint8_t *copy = malloc(len);
	struct format_subnet *subnets, saved;
	enum lookup_error error;

	memcpy(copy, row, len);
	subnets = contents_of(copy, FORMAT_SUBNETS);
	saved = subnets[to];
	subnets[to] = subnets[from];
	if (swap)
		subnets[from] = saved;
	for (uint32_t i = 0; i < ROW; i++)
		subnets[i].prefix_first = i;
	mend_index(copy);
	mend(copy, len);
	error = open_bytes(copy, len);
	free(copy);
	return error;
}

static void test_order(void **state)
{
	size_t len;
	uint8_t *row = row_of_subnets(&len);

	(void)state;
	assert_int_equal(open_reordered(row, len, 0, 0, false), LOOKUP_OK);
	for (size_t i = 0; i + 1 < ROW; i++) {
		assert_int_equal(open_reordered(row, len, i, i + 1, true), LOOKUP_DAMAGED);
		assert_int_equal(open_reordered(row, len, i, i + 1, false), LOOKUP_DAMAGED);
		assert_int_equal(open_reordered(row, len, i + 1, i, false), LOOKUP_DAMAGED);
	}
	free(row);
}

static void test_order_of_prefixes(void **state)
{
	uint8_t *copy = copy_good();
	struct prefix *prefixes = contents_of(copy, FORMAT_ALL_PREFIXES);

	(void)state;
	prefixes[1] = prefixes[0];
	assert_damaged(copy);
}

/* A hash that is wrong in the record and right for the order. */
static void test_hash(void **state)
{
	uint8_t *copy = copy_good();
	struct format_subnet *subnets = contents_of(copy, FORMAT_SUBNETS);

	(void)state;
	subnets[0].hash++;
	assert_damaged(copy);
}

static void assert_version(uint32_t version, enum lookup_error expected)
{
	uint8_t *copy = copy_good();

	header_of(copy)->version = version;
	mend(copy, good_len);
	assert_int_equal(open_bytes(copy, good_len), expected);
	free(copy);
}

static void test_versions(void **state)
{
	(void)state;
	assert_version(FORMAT_VERSION, LOOKUP_OK);
	assert_version(0, LOOKUP_VERSION);
	assert_version(FORMAT_VERSION + 1, LOOKUP_VERSION);
	assert_version(UINT32_MAX, LOOKUP_VERSION);
	assert_version(FORMAT_VERSION << 24, LOOKUP_VERSION);
}

/* The good file with one section more, of this id, at its end. */
static enum lookup_error open_with_section(uint32_t id, uint32_t flags)
{
	size_t unit = sizeof(struct format_section);
	size_t table_end = sizeof(struct format_header) + header_of(good)->section_count * unit;
	size_t len = good_len + unit + 16;
	uint8_t *copy = calloc(1, len);
	struct format_section *table = table_of(copy);
	enum lookup_error error;
	uint32_t count;

	memcpy(copy, good, table_end);
	memcpy(copy + table_end + unit, good + table_end, good_len - table_end);
	count = header_of(copy)->section_count++;
	header_of(copy)->length = len;
	for (size_t i = 0; i < count; i++)
		table[i].offset += unit;
	table[count] =
		(struct format_section){.id = id, .flags = flags, .offset = len - 16, .length = 13};
	memset(copy + len - 16, 'x', 13);
	mend(copy, len);
	error = open_bytes(copy, len);
	free(copy);
	return error;
}

static void test_further_sections(void **state)
{
	uint32_t unknown = FORMAT_ID('R', 'U', 'L', 'E');

	(void)state;
	assert_int_equal(open_with_section(unknown, 0), LOOKUP_OK);
	assert_int_equal(open_with_section(unknown, FORMAT_REQUIRED), LOOKUP_DAMAGED);
	assert_int_equal(open_with_section(unknown, 2), LOOKUP_DAMAGED);
	assert_int_equal(open_with_section(0, 0), LOOKUP_OK);
	assert_int_equal(open_with_section(FORMAT_TEXT, 0), LOOKUP_DAMAGED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_cut_at_each_byte),
		cmocka_unit_test(test_cut_and_mended),
		cmocka_unit_test(test_longer),
		cmocka_unit_test(test_each_bit),
		cmocka_unit_test(test_numbers_of_the_frame),
		cmocka_unit_test(test_numbers_of_records),
		cmocka_unit_test(test_fragments),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_valid_fragments),
		cmocka_unit_test(test_absent_text),
		cmocka_unit_test(test_short_sections),
		cmocka_unit_test(test_more_than_is_used),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_order_of_prefixes),
		cmocka_unit_test(test_hash),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_further_sections),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

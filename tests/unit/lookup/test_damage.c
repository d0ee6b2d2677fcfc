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
	struct model *model = make_world();

	assert_int_equal(writer_write(model, "net.lut", FETCHED_AT, "build"), EXITCODE_OK);
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

static size_t sum_of(struct lookup_text text)
{
	size_t sum = 0;

	for (size_t i = 0; i < text.len; i++)
		sum += (unsigned char)text.text[i];
	return sum;
}

static size_t use_rules(const struct lookup *lookup, const struct lookup_rules *rules)
{
	struct lookup_rule_texts texts;
	struct lookup_service service;
	struct lookup_group group;
	const struct address address = {0, 0, ADDRESS_IPV4};
	size_t sum = 0;

	for (size_t i = 0; i < rules->count; i++) {
		lookup_rule_texts(lookup, &rules->rules[i], &texts);
		assert_valid_json(&texts.entry);
		sum += sum_of(texts.text) + sum_of(texts.id) + sum_of(texts.description);
		lookup_service(lookup, rules->rules[i].peer_index, &service);
		lookup_group(lookup, rules->rules[i].peer_index, &group);
		sum += lookup_service_has(lookup, rules->rules[i].peer_index, &address);
	}
	return sum;
}

static size_t use_lists(const struct lookup *lookup, const struct lookup_subnet *subnet)
{
	struct lookup_run run = lookup_subnet_lists(lookup, subnet);
	size_t sum = 0;

	for (size_t i = 0; i < run.count; i++) {
		struct lookup_list list;

		lookup_list(lookup, run.numbers[i], &list);
		sum += sum_of(list.ocid) + sum_of(list.name) + use_rules(lookup, &list.rules);
		if (list.is_held)
			assert_valid_json(&list.json);
	}
	return sum;
}

/* Groups, VNICs and what leads from one to another. */
static size_t use_groups(const struct lookup *lookup)
{
	struct lookup_vnic vnic, again;
	const struct lookup_vnic *recalled;
	struct lookup_vnic_hints hints = {0};
	size_t sum = 0;

	for (uint32_t i = 0; i < lookup_group_count(lookup); i++) {
		struct lookup_group group;

		lookup_group(lookup, i, &group);
		assert_int_equal(lookup_find_group(lookup, group.ocid.text, group.ocid.len), i);
		sum += sum_of(group.name) + use_rules(lookup, &group.rules);
		if (group.rules_are_known)
			assert_valid_json(&group.json);
		for (size_t j = 0; j < group.members.count; j++) {
			lookup_vnic(lookup, group.members.numbers[j], &vnic);
			sum += sum_of(vnic.ocid);
		}
	}
	for (uint32_t i = 0; i < lookup_vnic_count(lookup); i++) {
		lookup_vnic(lookup, i, &vnic);
		assert_true(
			lookup_find_vnic(lookup, &hints, vnic.ocid.text, vnic.ocid.len, &again));
		assert_int_equal(again.number, i);
		recalled = lookup_recall_vnic(&hints, vnic.ocid.text, vnic.ocid.len);
		assert_true(recalled != NULL && recalled->number == i);
		sum += sum_of(vnic.subnet) + vnic.groups.count;
		for (size_t j = 0; j < vnic.address_count; j++) {
			struct address address = lookup_vnic_address(&vnic, j);

			assert_true(lookup_vnic_has(&vnic, &address));
			sum += lookup_find_holder(lookup, vnic.vcn, &address);
			sum += lookup_find_block(lookup, vnic.vcn, &address);
		}
	}
	return sum;
}

/* Touches all that a file gives. */
static void use(const struct lookup *lookup)
{
	struct content_counts counts;
	struct content_subnet entry, same;
	size_t count;
	const struct prefix *all = lookup_prefixes(lookup, &count);
	size_t bits = 0;

	for (size_t i = 0; i < count; i++)
		bits += all[i].length;
	for (size_t i = 0; i < content_subnet_count(lookup); i++) {
		struct lookup_names names;

		content_subnet(lookup, i, &entry);
		lookup_subnet_names(lookup, (uint32_t)i, &names);
		bits += sum_of(names.vcn) + sum_of(names.compartment);
		bits += use_lists(lookup, &entry.subnet);
		assert_true(content_find_subnet(lookup, entry.ocid.text, entry.ocid.len, &same));
		assert_ptr_equal(entry.ocid.text, same.ocid.text);
		assert_valid_json(&entry.subnet.lists);
		assert_valid_json(&entry.subnet.ids);
		for (size_t j = 0; j < entry.subnet.prefix_count; j++)
			bits += entry.subnet.prefixes[j].length;
	}
	bits += use_groups(lookup);
	content_count(lookup, &counts);
	assert_true(bits != 0 || counts.bytes != 0);
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

/* Of these, numbers of one and two bytes, too. */
static void test_small_numbers_of_records(void **state)
{
	static const uint32_t ids[] = {SECTION_rules, SECTION_addresses};

	(void)state;
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		struct format_section *section = section_of(good, ids[i]);

		/* of some things, that are much alike */
		size_t len = section->length < 1000 ? section->length : 1000;

		for (size_t size = 1; size <= 2; size++)
			damage_numbers(section->offset, len, size);
	}
}

#define DAMAGE_SECTION(name, letters, flags, family, type)                                         \
	if (sizeof(type) > 1 || SECTION_##name == SECTION_meta)                                    \
		damage_section(SECTION_##name);

static void test_numbers_of_records(void **state)
{
	(void)state;
	FORMAT_SECTIONS(DAMAGE_SECTION)
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
	assert_int_equal(damage_bytes(SECTION_json, "\n\r\t\x01\x1f\xff"), 0);
	(void)damage_bytes(SECTION_json, "\"{}[],:\\x0 \x80");
	(void)damage_bytes(SECTION_rule_texts, "\"{}[],:\\x0 \n\x80");
	(void)damage_bytes(SECTION_group_json, "\"{}[],:\\x0 \n\x80");
}

/* A block that is not its rule's would hide the rule, or cost time. */
static void test_boxes(void **state)
{
	(void)state;
	assert_int_equal(damage_bytes(SECTION_boxes, "\x01\x06\x80\xff"), 0);
}

/* OCIDs of subnets and VNICs must keep their hash, all others their order. */
static void test_texts(void **state)
{
	(void)state;
	assert_int_equal(damage_bytes(SECTION_text, "\xff"), 0);
	(void)damage_bytes(SECTION_text, "x");
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
	struct format_section *section = section_of(good, SECTION_json);
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
	struct format_subnet *subnet = contents_of(copy, SECTION_subnets);

	(void)state;
	while (subnet->name.place != FORMAT_TEXT_ABSENT)
		subnet++;
	subnet->name.place |= (uint64_t)1 << FORMAT_TEXT_BITS;
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

/* The good file with these bytes after a section, in it. */
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
	assert_int_equal(open_with(SECTION_meta, zeros, 8), LOOKUP_OK);
	assert_int_equal(open_with(SECTION_meta, zeros, 7), LOOKUP_DAMAGED);
	assert_int_equal(open_with(SECTION_meta, "", 0), LOOKUP_DAMAGED);
	assert_int_equal(open_with(SECTION_index, "", 0), LOOKUP_DAMAGED);
	assert_int_equal(open_with(SECTION_index, zeros, 4), LOOKUP_DAMAGED);
	assert_int_equal(open_with(SECTION_index, zeros, 12), LOOKUP_DAMAGED);
	assert_int_equal(open_with(SECTION_text, "", 0), LOOKUP_DAMAGED);
	assert_int_equal(open_with(SECTION_json, "", 0), LOOKUP_DAMAGED);
	assert_int_equal(open_with(SECTION_sets, "", 0), LOOKUP_DAMAGED);
	assert_int_equal(open_with(SECTION_prefixes, "", 0), LOOKUP_DAMAGED);
	assert_int_equal(open_with(SECTION_subnets, "", 0), LOOKUP_DAMAGED);
	assert_int_equal(open_with(SECTION_all_prefixes, "", 0), LOOKUP_OK);
}

static void test_more_than_is_used(void **state)
{
	static const struct format_set fragment = {0};
	static const struct prefix prefix = {.family = ADDRESS_IPV4};
	static const struct prefix last = {UINT64_MAX, UINT64_MAX, ADDRESS_IPV6, 128, {0}};
	static const uint32_t entry = 3;

	(void)state;
	assert_int_equal(open_with_more(SECTION_text, "more", 4), LOOKUP_OK);
	assert_int_equal(open_with_more(SECTION_meta, "more", 4), LOOKUP_OK);
	assert_int_equal(open_with_more(SECTION_all_prefixes, &last, sizeof(last)), LOOKUP_OK);
	assert_int_equal(open_with_more(SECTION_meta, "\n", 1), LOOKUP_DAMAGED);
	assert_int_equal(open_with_more(SECTION_json, "[]", 2), LOOKUP_DAMAGED);
	assert_int_equal(open_with_more(SECTION_prefixes, &prefix, sizeof(prefix)), LOOKUP_DAMAGED);
	assert_int_equal(open_with_more(SECTION_sets, &fragment, sizeof(fragment)), LOOKUP_DAMAGED);
	assert_int_equal(open_with_more(SECTION_index, &entry, sizeof(entry)), LOOKUP_DAMAGED);
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
	const struct format_subnet *subnets = contents_of(bytes, SECTION_subnets);
	uint32_t *index = contents_of(bytes, SECTION_index);
	size_t ranges = section_of(bytes, SECTION_index)->length / 4 - 1;

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
	subnets = contents_of(copy, SECTION_subnets);
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
	struct prefix *prefixes = contents_of(copy, SECTION_all_prefixes);

	(void)state;
	prefixes[1] = prefixes[0];
	assert_damaged(copy);
}

/* A hash that is wrong in the record and right for the order. */
static void test_hash(void **state)
{
	uint8_t *copy = copy_good();
	struct format_subnet *subnets = contents_of(copy, SECTION_subnets);

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
	uint32_t unknown = FORMAT_ID('Z', 'O', 'N', 'E');

	(void)state;
	assert_int_equal(open_with_section(unknown, 0), LOOKUP_OK);
	assert_int_equal(open_with_section(unknown, FORMAT_REQUIRED), LOOKUP_DAMAGED);
	assert_int_equal(open_with_section(unknown, 2), LOOKUP_DAMAGED);
	assert_int_equal(open_with_section(0, 0), LOOKUP_OK);
	assert_int_equal(open_with_section(SECTION_text, 0), LOOKUP_DAMAGED);
}

/* The good file without the sections of these ids. */
static enum lookup_error open_without(const uint32_t *ids, size_t count, bool *has_rules)
{
	size_t unit = sizeof(struct format_section);
	const struct format_section *table = table_of(good);
	uint8_t *copy = calloc(1, good_len);
	struct format_header *header = header_of(copy);
	size_t kept = 0, at, old = header_of(good)->section_count;
	char detail[LOOKUP_DETAIL_SIZE];
	struct lookup *lookup;
	enum lookup_error error;

	memcpy(copy, good, sizeof(*header));
	for (size_t i = 0; i < old; i++) {
		bool is_dropped = false;

		for (size_t j = 0; j < count; j++)
			is_dropped = is_dropped || table[i].id == ids[j];
		if (!is_dropped)
			table_of(copy)[kept++] = table[i];
	}
	at = sizeof(*header) + kept * unit;
	for (size_t i = 0; i < kept; i++) {
		struct format_section *section = &table_of(copy)[i];

		memcpy(copy + at, good + section->offset, section->length);
		section->offset = at;
		at += format_aligned(section->length);
	}
	header->section_count = (uint32_t)kept;
	header->length = at;
	mend(copy, at);
	error = open_bytes(copy, at);
	if (error == LOOKUP_OK) {
		assert_int_equal(lookup_open(&lookup, damaged_path, detail, NULL), LOOKUP_OK);
		*has_rules = lookup_has_rules(lookup);
		lookup_close(lookup);
	}
	free(copy);
	return error;
}

struct known {
	uint32_t id;
	enum format_family family;
};

#define KNOWN(name, letters, flags, family, type) {SECTION_##name, FORMAT_##family},

/* A required section must be there, and an optional one with its family; a file
 * without a family is fine, and so is what another family says of it. */
static void test_absent_sections(void **state)
{
	static const struct known known[] = {FORMAT_SECTIONS(KNOWN)};
	const size_t count = sizeof(known) / sizeof(known[0]);
	static const enum format_family families[] = {
		FORMAT_RULES, FORMAT_GROUPS, FORMAT_VNICS, FORMAT_SERVICES};
	uint32_t ids[FORMAT_SECTION_COUNT];
	bool has_rules;

	(void)state;
	for (size_t i = 0; i < count; i++)
		assert_int_equal(open_without(&known[i].id, 1, &has_rules), LOOKUP_DAMAGED);
	for (unsigned set = 0; set < 16; set++) {
		size_t dropped = 0;

		for (size_t i = 0; i < count; i++)
			for (size_t j = 0; j < 4; j++)
				if ((set >> j & 1) != 0 && known[i].family == families[j])
					ids[dropped++] = known[i].id;
		/* a rule's peer is a number in another section, which must have it */
		if ((set & 1) == 0 && (set & (2 | 8)) != 0)
			continue;
		assert_int_equal(open_without(ids, dropped, &has_rules), LOOKUP_OK);
		assert_int_equal(has_rules, (set & 1) == 0);
	}
}

/* No time that a clock can tell is before 1970 or after the year 9999. */
static void test_times(void **state)
{
	static const int64_t wrong[] = {INT64_MIN, -1, LIMIT_FETCHED_AT + 1, INT64_MAX};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		uint8_t *copy = copy_good();

		((struct format_meta *)contents_of(copy, SECTION_meta))->fetched_at = wrong[i];
		assert_damaged(copy);
		copy = copy_good();
		((struct format_subnet *)contents_of(copy, SECTION_subnets))->fetched_at = wrong[i];
		assert_damaged(copy);
		copy = copy_good();
		((struct format_list *)contents_of(copy, SECTION_lists))->fetched_at = wrong[i];
		assert_damaged(copy);
		copy = copy_good();
		((struct format_group *)contents_of(copy, SECTION_groups))->fetched_at = wrong[i];
		assert_damaged(copy);
		copy = copy_good();
		((struct format_vnic *)contents_of(copy, SECTION_vnics))->fetched_at = wrong[i];
		assert_damaged(copy);
	}
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
		cmocka_unit_test(test_small_numbers_of_records),
		cmocka_unit_test(test_fragments),
		cmocka_unit_test(test_boxes),
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
		cmocka_unit_test(test_absent_sections),
		cmocka_unit_test(test_times),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

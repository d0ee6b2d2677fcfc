/* Lookup files from short inputs. */
#include "frame.h"

#include <stdbool.h>

#include "deflate/crc32.h"
#include "fuzz.h"
#include "lookup/format.h"

#define MOST_SECTIONS 12

static const uint32_t ids[] = {
	FORMAT_META, FORMAT_INDEX, FORMAT_SUBNETS, FORMAT_PREFIXES, FORMAT_FRAGMENTS, FORMAT_JSON,
	FORMAT_TEXT, FORMAT_ALL_PREFIXES, FORMAT_ID('X', 'T', 'R', 'A'), /* that no reader knows */
};

#define ID_COUNT (sizeof ids / sizeof *ids)

struct section {
	uint32_t id;
	uint32_t flags;
	uint8_t *data; /* owned */
	size_t len;
};

struct frame {
	struct section sections[MOST_SECTIONS];
	size_t count;
};

static void set_data(struct section *section, const void *data, size_t len)
{
	uint8_t *copy = malloc(len == 0 ? 1 : len);

	PROMISE(copy != NULL);
	if (len != 0)
		memcpy(copy, data, len);
	free(section->data);
	section->data = copy;
	section->len = len;
}

static void take_parts(struct frame *frame, const uint8_t *parts, size_t len)
{
	frame->count = 0;
	while (len >= 3 && frame->count < MOST_SECTIONS) {
		struct section *section = &frame->sections[frame->count++];
		size_t size = parts[1] + (size_t)parts[2] * 256;

		parts += 3;
		len -= 3;
		if (size > len)
			size = len;
		*section = (struct section){.id = ids[parts[-3] % ID_COUNT],
			.flags = parts[-3] < 128 ? FORMAT_REQUIRED : 0};
		if (section->id == ids[ID_COUNT - 1])
			section->flags ^= FORMAT_REQUIRED;
		set_data(section, parts, size);
		parts += size;
		len -= size;
	}
}

static struct section *find(struct frame *frame, uint32_t id)
{
	for (size_t i = 0; i < frame->count; i++)
		if (frame->sections[i].id == id)
			return &frame->sections[i];
	return NULL;
}

/* ---- putting right ----------------------------------------------------- */

static int by_prefix(const void *a, const void *b)
{
	return prefix_compare(a, b);
}

static void make_canonical(struct prefix *prefix)
{
	unsigned most = prefix->family % 4 == 0 ? 32 : 128;
	unsigned length = prefix->length % (most + 1);
	unsigned high = length < 64 ? length : 64;
	unsigned low = length - high;

	prefix->family = most == 32 ? ADDRESS_IPV4 : ADDRESS_IPV6;
	prefix->length = (uint8_t)length;
	prefix->high = high == 0 ? 0 : prefix->high >> (64 - high) << (64 - high);
	prefix->low = low == 0 ? 0 : prefix->low >> (64 - low) << (64 - low);
	memset(prefix->zero, 0, sizeof prefix->zero);
}

/* Sorts, leaves out what is there twice, and returns the number left. */
static size_t sort_prefixes(struct prefix *prefixes, size_t count)
{
	size_t kept = 0;

	qsort(prefixes, count, sizeof *prefixes, by_prefix);
	for (size_t i = 0; i < count; i++)
		if (kept == 0 || prefix_compare(&prefixes[kept - 1], &prefixes[i]) != 0)
			prefixes[kept++] = prefixes[i];
	return kept;
}

/* All of PFXS canonical and sorted; VCNP the same; the subnets share them. */
static void repair_prefixes(struct frame *frame)
{
	struct section *some = find(frame, FORMAT_PREFIXES);
	struct section *all = find(frame, FORMAT_ALL_PREFIXES);
	struct section *subnets = find(frame, FORMAT_SUBNETS);
	size_t count, at = 0;

	if (some == NULL || all == NULL || subnets == NULL)
		return;
	count = some->len / sizeof(struct prefix);
	for (size_t i = 0; i < count; i++)
		make_canonical(&((struct prefix *)(void *)some->data)[i]);
	count = sort_prefixes((void *)some->data, count);
	some->len = count * sizeof(struct prefix);
	set_data(all, some->data, some->len);
	for (size_t i = 0; i < subnets->len / sizeof(struct format_subnet); i++) {
		struct format_subnet *subnet = &((struct format_subnet *)(void *)subnets->data)[i];

		subnet->prefix_first = (uint32_t)at;
		if (subnet->prefix_count > count - at)
			subnet->prefix_count = (uint32_t)(count - at);
		if (i == subnets->len / sizeof *subnet - 1)
			subnet->prefix_count = (uint32_t)(count - at);
		at += subnet->prefix_count;
	}
}

static void place(uint64_t *offset, uint32_t *length, size_t *at, size_t len)
{
	*offset = *at;
	if (*length > len - *at)
		*length = (uint32_t)(len - *at);
	*at += *length;
}

/* The fragments lie one behind another; the last has all that is left. */
static void repair_fragments(struct frame *frame)
{
	struct section *section = find(frame, FORMAT_FRAGMENTS);
	struct section *json = find(frame, FORMAT_JSON);
	struct format_fragment *fragments;
	size_t count, at = 0;

	if (section == NULL || json == NULL || section->len < sizeof *fragments)
		return;
	fragments = (void *)section->data;
	count = section->len / sizeof *fragments;
	for (size_t i = 0; i < count; i++) {
		place(&fragments[i].lists, &fragments[i].lists_length, &at, json->len);
		if (i == count - 1)
			fragments[i].ids_length = UINT32_MAX;
		place(&fragments[i].ids, &fragments[i].ids_length, &at, json->len);
	}
}

static const struct section *texts;

static int by_hash(const void *a, const void *b)
{
	const struct format_subnet *one = a, *two = b;
	size_t len = one->ocid_length < two->ocid_length ? one->ocid_length : two->ocid_length;
	int order;

	if (one->hash != two->hash)
		return one->hash < two->hash ? -1 : 1;
	order = memcmp(texts->data + one->ocid, texts->data + two->ocid, len);
	if (order != 0)
		return order;
	return (one->ocid_length > two->ocid_length) - (one->ocid_length < two->ocid_length);
}

static void make_index(struct section *index, const struct format_subnet *subnets, size_t count)
{
	uint32_t entries[129] = {0};
	size_t ranges = 1;

	while (ranges < count && ranges < 128)
		ranges *= 2;
	for (size_t b = 0; b <= ranges; b++)
		for (size_t i = 0; i < count; i++)
			entries[b] += format_range(subnets[i].hash, ranges) < b;
	set_data(index, entries, (ranges + 1) * sizeof *entries);
}

static void repair_subnets(struct frame *frame)
{
	struct section *section = find(frame, FORMAT_SUBNETS);
	struct section *index = find(frame, FORMAT_INDEX);
	struct format_subnet *subnets;
	size_t count;

	texts = find(frame, FORMAT_TEXT);
	if (section == NULL || index == NULL || texts == NULL)
		return;
	subnets = (void *)section->data;
	count = section->len / sizeof *subnets;
	for (size_t i = 0; i < count; i++) {
		if (subnets[i].ocid > texts->len ||
			subnets[i].ocid_length > texts->len - subnets[i].ocid)
			return;
		subnets[i].hash =
			crc32_update(0, texts->data + subnets[i].ocid, subnets[i].ocid_length);
	}
	qsort(subnets, count, sizeof *subnets, by_hash);
	make_index(index, subnets, count);
}

/* ---- the file ---------------------------------------------------------- */

static void fill_up(struct bytes *file)
{
	static const char zeros[FORMAT_ALIGN];

	fuzz_append(file, zeros, (size_t)format_aligned(file->len) - file->len);
}

static void put_sections(struct bytes *file, const struct frame *frame)
{
	struct format_section *entry;

	for (size_t i = 0; i < frame->count; i++) {
		const struct section *section = &frame->sections[i];
		size_t at = sizeof(struct format_header) + i * sizeof *entry;
		size_t offset = file->len;

		fuzz_append(file, section->data, section->len);
		fill_up(file);
		entry = (void *)(file->data + at);
		*entry = (struct format_section){section->id, section->flags, offset, section->len,
			crc32_update(0, section->data, section->len), 0};
	}
}

/* Header and table; their checksum is made last, so that it is always right. */
static void put_frame(struct bytes *file, const struct frame *frame, const uint8_t *poke)
{
	size_t end = sizeof(struct format_header) + frame->count * sizeof(struct format_section);
	struct format_header header = {.magic = FORMAT_MAGIC,
		.version = FORMAT_VERSION,
		.length = file->len,
		.section_count = (uint32_t)frame->count};

	memcpy(file->data, &header, sizeof header);
	if (poke != NULL)
		file->data[(poke[0] + poke[1] * 256u) % end] ^= (char)poke[2];
	header.crc = crc32_update(0, file->data + FORMAT_CRC_FROM, end - FORMAT_CRC_FROM);
	memcpy(file->data + offsetof(struct format_header, crc), &header.crc, sizeof header.crc);
}

void frame_make(struct bytes *file, const uint8_t *parts, size_t len, unsigned repairs)
{
	struct frame frame;
	const uint8_t *poke = NULL;
	static const char
		zeros[sizeof(struct format_header) + MOST_SECTIONS * sizeof(struct format_section)];

	if (repairs & FRAME_POKE && len >= 3) {
		poke = parts;
		parts += 3;
		len -= 3;
	}
	take_parts(&frame, parts, len);
	if (repairs & FRAME_PREFIXES)
		repair_prefixes(&frame);
	if (repairs & FRAME_FRAGMENTS)
		repair_fragments(&frame);
	if (repairs & FRAME_SUBNETS)
		repair_subnets(&frame);
	bytes_clear(file);
	fuzz_append(file, zeros,
		sizeof(struct format_header) + frame.count * sizeof(struct format_section));
	put_sections(file, &frame);
	put_frame(file, &frame, poke);
	for (size_t i = 0; i < frame.count; i++)
		free(frame.sections[i].data);
}

/*
 * Subnets are sorted first; everything else takes its place by the first
 * subnet that needs it.
 */
#include "lookup/layout.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "deflate/crc32.h"
#include "json/write.h"

/* A subnet as it is sorted. */
struct sorted {
	uint32_t hash;
	uint32_t subnet;
	struct lookup_text ocid;
};

static int compare_sorted(const void *a, const void *b)
{
	const struct sorted *left = a, *right = b;
	size_t len = left->ocid.len;
	int order;

	if (left->hash != right->hash)
		return left->hash < right->hash ? -1 : 1;
	if (len > right->ocid.len)
		len = right->ocid.len;
	order = memcmp(left->ocid.text, right->ocid.text, len);
	if (order != 0)
		return order;
	return (left->ocid.len > right->ocid.len) - (left->ocid.len < right->ocid.len);
}

static struct sorted *sort_subnets(const struct model *model)
{
	struct sorted *all = calloc(model->subnet_count + 1, sizeof(*all));

	for (size_t i = 0; all && i < model->subnet_count; i++) {
		all[i].subnet = (uint32_t)i;
		all[i].ocid = store_bytes(model, model->subnets[i].ocid);
		all[i].hash = crc32_update(0, all[i].ocid.text, all[i].ocid.len);
	}
	if (all)
		qsort(all, model->subnet_count, sizeof(*all), compare_sorted);
	return all;
}

static int place_subnets(struct layout *layout)
{
	struct sorted *sorted = sort_subnets(layout->model);

	if (!sorted)
		return -1;
	for (size_t i = 0; i < layout->subnet_count; i++) {
		layout->order[i] = sorted[i].subnet;
		layout->records[i].hash = sorted[i].hash;
	}
	free(sorted);
	layout->range_count = 1;
	while (layout->range_count < layout->subnet_count)
		layout->range_count *= 2;
	return 0;
}

static const struct store_subnet *subnet_of(const struct layout *layout, size_t record)
{
	return &layout->model->subnets[layout->order[record]];
}

/* Texts being placed: where each of the model's went. */
struct placing {
	struct layout *layout;
	uint64_t *offsets; /* by number; UINT64_MAX: nowhere yet */
	uint64_t end;
};

static void place_text(struct placing *placing, uint32_t text, uint64_t *offset, uint32_t *length)
{
	struct layout *layout = placing->layout;

	*offset = 0;
	*length = FORMAT_ABSENT;
	if (text == STORE_NONE)
		return;
	*length = (uint32_t)store_bytes(layout->model, text).len;
	if (placing->offsets[text] == UINT64_MAX) {
		placing->offsets[text] = placing->end;
		placing->end += *length;
		layout->texts[layout->text_count++] = text;
	}
	*offset = placing->offsets[text];
}

static int place_texts(struct layout *layout)
{
	size_t count = layout->model->texts.count;
	struct placing placing = {layout, malloc((count + 1) * sizeof(uint64_t)), 0};

	layout->texts = calloc(count + 1, sizeof(*layout->texts));
	if (!placing.offsets || !layout->texts) {
		free(placing.offsets);
		return -1;
	}
	for (size_t i = 0; i < count; i++)
		placing.offsets[i] = UINT64_MAX;
	for (size_t i = 0; i < layout->subnet_count; i++) {
		struct format_subnet *record = &layout->records[i];
		const struct store_subnet *subnet = subnet_of(layout, i);

		place_text(&placing, subnet->ocid, &record->ocid, &record->ocid_length);
		place_text(&placing, subnet->name, &record->name, &record->name_length);
		place_text(&placing, subnet->vcn, &record->vcn, &record->vcn_length);
		place_text(&placing, subnet->compartment, &record->compartment,
			&record->compartment_length);
	}
	free(placing.offsets);
	return 0;
}

/* The lists of a subnet that are held, in its order, into set. */
static int gather_set(
	const struct model *model, const struct store_subnet *subnet, struct bytes *set)
{
	bytes_clear(set);
	for (size_t i = 0; i < subnet->list_count; i++) {
		uint32_t ocid = model->named[subnet->list_first + i];
		uint32_t list = model->text_info[ocid].list;

		if (list != STORE_NONE && bytes_append(set, &list, sizeof(list)) != 0)
			return -1;
	}
	return 0;
}

static int place_set(struct layout *layout, const struct bytes *set, uint32_t *fragment)
{
	const char *data = set->len > 0 ? set->data : "";

	switch (textset_add(&layout->sets, data, set->len)) {
	case TEXTSET_ADDED:
		*fragment = (uint32_t)(layout->sets.count - 1);
		return 0;
	case TEXTSET_KNOWN:
		*fragment = (uint32_t)textset_find(&layout->sets, data, set->len);
		return 0;
	default:
		return -1;
	}
}

static int place_sets(struct layout *layout)
{
	struct bytes set = BYTES_INIT(UINT32_MAX);
	int result = 0;

	layout->sets = (struct textset)TEXTSET_INIT(UINT32_MAX);
	for (size_t i = 0; i < layout->subnet_count && result == 0; i++) {
		result = gather_set(layout->model, subnet_of(layout, i), &set);
		if (result == 0)
			result = place_set(layout, &set, &layout->records[i].fragment);
	}
	bytes_free(&set);
	return result;
}

const uint32_t *layout_set(const struct layout *layout, size_t set, size_t *count)
{
	const char *text = textset_text(&layout->sets, set, count);

	*count /= sizeof(uint32_t);
	return (const void *)text;
}

int layout_set_ids(const struct layout *layout, size_t set, struct bytes *ids)
{
	const struct model *model = layout->model;
	size_t count;
	const uint32_t *lists = layout_set(layout, set, &count);

	bytes_clear(ids);
	if (bytes_append_char(ids, '[') != 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		struct lookup_text ocid = store_bytes(model, model->lists[lists[i]].ocid);

		if (i > 0 && bytes_append_char(ids, ',') != 0)
			return -1;
		if (json_write_string(ids, ocid.text, ocid.len) != 0)
			return -1;
	}
	return bytes_append_char(ids, ']');
}

/* The length of a set's lists as a JSON array. */
static uint64_t lists_length(const struct layout *layout, size_t set)
{
	const struct model *model = layout->model;
	size_t count;
	const uint32_t *lists = layout_set(layout, set, &count);
	uint64_t length = count > 0 ? count + 1 : 2;

	for (size_t i = 0; i < count; i++)
		length += store_bytes(model, model->lists[lists[i]].json).len;
	return length;
}

static int place_fragments(struct layout *layout)
{
	struct bytes ids = BYTES_INIT(LIMIT_LOOKUP_FRAGMENT);
	uint64_t end = 0;

	layout->fragments = calloc(layout->sets.count + 1, sizeof(*layout->fragments));
	for (size_t i = 0; layout->fragments && i < layout->sets.count; i++) {
		struct format_fragment *fragment = &layout->fragments[i];
		uint64_t length = lists_length(layout, i);

		if (length > LIMIT_LOOKUP_FRAGMENT)
			errno = EFBIG;
		if (length > LIMIT_LOOKUP_FRAGMENT || layout_set_ids(layout, i, &ids) != 0) {
			bytes_free(&ids);
			return -1;
		}
		fragment->lists = end;
		fragment->lists_length = (uint32_t)length;
		fragment->ids = end + length;
		fragment->ids_length = (uint32_t)ids.len;
		end += length + ids.len;
	}
	bytes_free(&ids);
	return layout->fragments ? 0 : -1;
}

static int compare_prefixes(const void *a, const void *b)
{
	return prefix_compare(a, b);
}

static void sort_all_prefixes(struct layout *layout, size_t count)
{
	struct prefix *all = layout->all_prefixes;
	size_t kept = count > 0;

	qsort(all, count, sizeof(*all), compare_prefixes);
	for (size_t i = 1; i < count; i++)
		if (prefix_compare(&all[i], &all[kept - 1]) != 0)
			all[kept++] = all[i];
	layout->all_prefix_count = kept;
}

static int place_prefixes(struct layout *layout)
{
	const struct model *model = layout->model;
	size_t count = 0;

	layout->all_prefixes = calloc(model->prefix_count + 1, sizeof(struct prefix));
	if (!layout->all_prefixes)
		return -1;
	for (size_t i = 0; i < layout->subnet_count; i++) {
		const struct store_subnet *subnet = subnet_of(layout, i);

		layout->records[i].prefix_first = (uint32_t)count;
		layout->records[i].prefix_count = subnet->prefix_count;
		for (size_t j = 0; j < subnet->prefix_count; j++)
			layout->all_prefixes[count++] = model->prefixes[subnet->prefix_first + j];
	}
	sort_all_prefixes(layout, count);
	return 0;
}

int layout_make(struct layout *layout, const struct model *model)
{
	size_t count = model->subnet_count;

	*layout = (struct layout){.model = model, .subnet_count = count};
	errno = ENOMEM;
	layout->records = calloc(count + 1, sizeof(*layout->records));
	layout->order = calloc(count + 1, sizeof(*layout->order));
	if (!layout->records || !layout->order || place_subnets(layout) != 0 ||
		place_texts(layout) != 0 || place_sets(layout) != 0 ||
		place_fragments(layout) != 0 || place_prefixes(layout) != 0)
		return -1;
	return 0;
}

void layout_free(struct layout *layout)
{
	free(layout->records);
	free(layout->order);
	free(layout->texts);
	free(layout->fragments);
	free(layout->all_prefixes);
	textset_free(&layout->sets);
}

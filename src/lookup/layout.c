/*
 * Everything gets its number first: subnets and VNICs by hash and OCID, as they
 * are found by a probe, all else by OCID. Then each kind is laid out in turn,
 * and its texts take their places as they come by. What a pool holds of copies
 * that no longer count, by their times, is left out here.
 */
#include "lookup/layout.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "deflate/crc32.h"
#include "json/write.h"

static_assert(LIMIT_LOOKUP_TEXT <= FORMAT_TEXT_MAX, "a text's length has its bits");

/* A thing as it is sorted. */
struct sorted {
	uint32_t hash; /* 0 for those that are sorted by OCID alone */
	uint32_t number;
	struct lookup_text ocid;
};

static int compare_sorted(const void *a, const void *b)
{
	const struct sorted *left = a, *right = b;
	size_t len = left->ocid.len < right->ocid.len ? left->ocid.len : right->ocid.len;
	int order;

	if (left->hash != right->hash)
		return left->hash < right->hash ? -1 : 1;
	order = memcmp(left->ocid.text, right->ocid.text, len);
	if (order != 0)
		return order;
	return (left->ocid.len > right->ocid.len) - (left->ocid.len < right->ocid.len);
}

static uint32_t hash_of(struct lookup_text ocid)
{
	return crc32_update(0, ocid.text, ocid.len);
}

/*
 * Puts count things into order. The OCID of each, a text's number, stands at
 * the beginning of an entry of unit bytes.
 */
static int make_order(struct layout_order *order, const struct model *model, const void *things,
	size_t count, size_t unit, bool is_hashed)
{
	struct sorted *sorted = calloc(count + 1, sizeof(*sorted));

	order->things = calloc(count + 1, sizeof(uint32_t));
	order->numbers = calloc(count + 1, sizeof(uint32_t));
	order->count = count;
	if (!sorted || !order->things || !order->numbers) {
		free(sorted);
		return -1;
	}
	for (size_t i = 0; i < count; i++) {
		uint32_t ocid;

		memcpy(&ocid, (const char *)things + i * unit, sizeof(ocid));
		sorted[i].number = (uint32_t)i;
		sorted[i].ocid = model_bytes(model, ocid);
		sorted[i].hash = is_hashed ? hash_of(sorted[i].ocid) : 0;
	}
	qsort(sorted, count, sizeof(*sorted), compare_sorted);
	for (size_t i = 0; i < count; i++) {
		order->things[i] = sorted[i].number;
		order->numbers[sorted[i].number] = (uint32_t)i;
	}
	free(sorted);
	return 0;
}

#define ORDER(layout, one, all, is_hashed)                                                         \
	make_order(&(layout)->one##_order, (layout)->model, (layout)->model->all,                  \
		(layout)->model->one##_count, sizeof(*(layout)->model->all), (is_hashed))

/* Gives a VCN and a compartment that are named a number, if they have none. */
static int name_both(struct model *model, uint32_t vcn, uint32_t compartment)
{
	if (vcn != MODEL_NONE && model_thing(model, MODEL_VCN, vcn) == MODEL_NONE)
		return -1;
	if (compartment != MODEL_NONE &&
		model_thing(model, MODEL_COMPARTMENT, compartment) == MODEL_NONE)
		return -1;
	return 0;
}

static int name_all(struct model *model)
{
	int result = 0;

	for (size_t i = 0; i < model->subnet_count && result == 0; i++)
		result = name_both(model, model->subnets[i].vcn, model->subnets[i].compartment);
	for (size_t i = 0; i < model->group_count && result == 0; i++)
		result = name_both(model, model->groups[i].vcn, model->groups[i].compartment);
	return result;
}

/* When something was fetched, or what stands for never. */
static int64_t time_or(int64_t fetched_at, int64_t never)
{
	return fetched_at == MODEL_NEVER ? never : fetched_at;
}

static int order_all(struct layout *layout)
{
	return ORDER(layout, subnet, subnets, true) != 0 || ORDER(layout, vcn, vcns, false) != 0 ||
			       ORDER(layout, compartment, compartments, false) != 0 ||
			       ORDER(layout, group, groups, false) != 0 ||
			       ORDER(layout, vnic, vnics, true) != 0 ||
			       ORDER(layout, service, services, false) != 0
		       ? -1
		       : 0;
}

/* The number in the file of the thing with an OCID; MODEL_NONE of none. */
static uint32_t number_of(const struct layout *layout, enum model_kind kind,
	const struct layout_order *order, uint32_t ocid)
{
	uint32_t thing = model_find(layout->model, kind, ocid);

	return thing == MODEL_NONE ? MODEL_NONE : order->numbers[thing];
}

static uint32_t vcn_of(const struct layout *layout, uint32_t ocid)
{
	return number_of(layout, MODEL_VCN, &layout->vcn_order, ocid);
}

static uint32_t compartment_of(const struct layout *layout, uint32_t ocid)
{
	return number_of(layout, MODEL_COMPARTMENT, &layout->compartment_order, ocid);
}

/* Gives a text its place, when it comes by first, and returns it. */
static struct format_text place_text(struct layout *layout, uint32_t text)
{
	size_t len;

	if (text == MODEL_NONE)
		return (struct format_text){FORMAT_TEXT_ABSENT};
	len = model_bytes(layout->model, text).len;
	if (layout->text_places[text] == UINT64_MAX) {
		layout->text_places[text] = layout->text_end;
		layout->text_end += len;
		layout->texts[layout->text_count++] = text;
	}
	return (struct format_text){layout->text_places[text] << FORMAT_TEXT_BITS | len};
}

static int begin_texts(struct layout *layout)
{
	size_t count = layout->model->texts.count;

	layout->texts = calloc(count + 1, sizeof(*layout->texts));
	layout->text_places = malloc((count + 1) * sizeof(*layout->text_places));
	for (size_t i = 0; layout->text_places && i < count; i++)
		layout->text_places[i] = UINT64_MAX;
	return layout->texts && layout->text_places ? 0 : -1;
}

/* Allocates a section of so many entries. */
#define MAKE(layout, name, number)                                                                 \
	((layout)->name.count = (number),                                                          \
		(layout)->name.at = calloc((number) + 1, sizeof(*(layout)->name.at)),              \
		(layout)->name.at ? 0 : -1)

/* The lists that are held and those that are only named, by OCID. */
static int place_lists(struct layout *layout)
{
	struct model *model = layout->model;
	size_t count = 0;
	struct sorted *sorted = calloc(model->texts.count + 1, sizeof(*sorted));

	layout->list_numbers = malloc((model->texts.count + 1) * sizeof(uint32_t));
	if (!sorted || !layout->list_numbers) {
		free(sorted);
		return -1;
	}
	for (size_t i = 0; i < model->texts.count; i++) {
		layout->list_numbers[i] = MODEL_NONE;
		model->text_info[i].missed = model->text_info[i].thing[MODEL_LIST] != MODEL_NONE;
	}
	for (size_t i = 0; i < model->subnet_count; i++)
		for (size_t j = 0; j < model->subnets[i].list_count; j++)
			model->text_info[model->named[model->subnets[i].list_first + j]].missed =
				true;
	for (size_t i = 0; i < model->texts.count; i++)
		if (model->text_info[i].missed)
			sorted[count++] =
				(struct sorted){0, (uint32_t)i, model_bytes(model, (uint32_t)i)};
	qsort(sorted, count, sizeof(*sorted), compare_sorted);
	layout->list_ocids = calloc(count + 1, sizeof(uint32_t));
	for (size_t i = 0; layout->list_ocids && i < count; i++) {
		layout->list_ocids[i] = sorted[i].number;
		layout->list_numbers[sorted[i].number] = (uint32_t)i;
	}
	free(sorted);
	return layout->list_ocids ? MAKE(layout, lists, count) : -1;
}

/* The set of a subnet's lists: the number that it has or gets. */
static int place_set(struct layout *layout, const struct model_subnet *subnet, uint32_t *set)
{
	size_t len = subnet->list_count * sizeof(uint32_t);
	const char *run = "";
	enum textset_result result;
	size_t number;

	if (len > 0)
		run = (const char *)(layout->model->named + subnet->list_first);
	result = textset_take(&layout->set_texts, run, len, &number);
	if (result != TEXTSET_ADDED && result != TEXTSET_KNOWN)
		return -1;
	*set = (uint32_t)number;
	return 0;
}

static uint32_t listing_flags(enum model_listing listing)
{
	if (listing == MODEL_LISTED)
		return FORMAT_SUBNET_LISTED;
	return listing == MODEL_LISTING_REFUSED ? FORMAT_SUBNET_REFUSED : 0;
}

static int compare_prefixes(const void *a, const void *b)
{
	return prefix_compare(a, b);
}

/* Sorts prefixes and drops those that are there twice. Returns what is left. */
static size_t sort_prefixes(struct prefix *prefixes, size_t count)
{
	size_t kept = count > 0;

	qsort(prefixes, count, sizeof(*prefixes), compare_prefixes);
	for (size_t i = 1; i < count; i++)
		if (prefix_compare(&prefixes[i], &prefixes[kept - 1]) != 0)
			prefixes[kept++] = prefixes[i];
	return kept;
}

static int place_subnets(struct layout *layout)
{
	const struct model *model = layout->model;
	size_t prefix_at = 0;

	layout->set_texts = (struct textset)TEXTSET_INIT(UINT32_MAX - 1);
	if (MAKE(layout, subnets, model->subnet_count) != 0 ||
		MAKE(layout, prefixes, model->prefix_count) != 0 ||
		MAKE(layout, all_prefixes, model->prefix_count) != 0)
		return -1;
	for (size_t i = 0; i < model->subnet_count; i++) {
		const struct model_subnet *subnet = &model->subnets[layout->subnet_order.things[i]];
		struct format_subnet *record = &layout->subnets.at[i];

		record->hash = hash_of(model_bytes(model, subnet->ocid));
		record->ocid = place_text(layout, subnet->ocid);
		record->name = place_text(layout, subnet->name);
		record->vcn = vcn_of(layout, subnet->vcn);
		record->compartment = compartment_of(layout, subnet->compartment);
		record->fetched_at = subnet->place.fetched_at;
		record->flags = listing_flags(model_listing_of(model, subnet));
		record->prefix_first = (uint32_t)prefix_at;
		record->prefix_count = subnet->prefix_count;
		for (size_t j = 0; j < subnet->prefix_count; j++)
			layout->prefixes.at[prefix_at++] =
				model->prefixes[subnet->prefix_first + j];
		if (place_set(layout, subnet, &record->set) != 0)
			return -1;
	}
	layout->prefixes.count = prefix_at;
	if (prefix_at > 0)
		memcpy(layout->all_prefixes.at, layout->prefixes.at,
			prefix_at * sizeof(struct prefix));
	layout->all_prefixes.count = sort_prefixes(layout->all_prefixes.at, prefix_at);
	return 0;
}

/* Fills an index: of things by rising hash, as many ranges as there are things,
 * at least. The hash stands at the beginning of an entry of unit bytes. */
static int make_index(
	uint32_t **index, size_t *length, const void *things, size_t count, size_t unit)
{
	size_t ranges = 1;
	uint32_t below = 0;

	while (ranges < count)
		ranges *= 2;
	*length = ranges + 1;
	*index = calloc(*length, sizeof(**index));
	if (!*index)
		return -1;
	for (size_t range = 0; range <= ranges; range++) {
		for (; below < count; below++) {
			uint32_t hash;

			memcpy(&hash, (const char *)things + below * unit, sizeof(hash));
			if (format_range(hash, ranges) >= range)
				break;
		}
		(*index)[range] = below;
	}
	return 0;
}

/* A block as it is sorted. */
struct block {
	struct format_block block;
	uint32_t vcn;
	int64_t fetched_at;
};

static int compare_blocks(const void *a, const void *b)
{
	const struct block *left = a, *right = b;
	int order;

	if (left->vcn != right->vcn)
		return left->vcn < right->vcn ? -1 : 1;
	order = prefix_compare(&left->block.prefix, &right->block.prefix);
	if (order != 0)
		return order;
	if (left->fetched_at != right->fetched_at)
		return left->fetched_at > right->fetched_at ? -1 : 1;
	return (left->block.subnet > right->block.subnet) -
	       (left->block.subnet < right->block.subnet);
}

/* All blocks of subnets whose VCN is known, sorted by VCN and block; of equal
 * ones of a VCN only the first stays. */
static struct block *gather_blocks(const struct layout *layout, size_t *count)
{
	struct block *blocks = calloc(layout->prefixes.count + 1, sizeof(*blocks));
	size_t kept = 0;

	*count = 0;
	if (!blocks)
		return NULL;
	for (size_t i = 0; i < layout->subnets.count; i++) {
		const struct format_subnet *subnet = &layout->subnets.at[i];

		for (size_t j = 0; subnet->vcn != FORMAT_NONE && j < subnet->prefix_count; j++)
			blocks[(*count)++] =
				(struct block){{layout->prefixes.at[subnet->prefix_first + j],
						       (uint32_t)i, FORMAT_NONE},
					subnet->vcn, subnet->fetched_at};
	}
	qsort(blocks, *count, sizeof(*blocks), compare_blocks);
	for (size_t i = 0; i < *count; i++)
		if (i == 0 || blocks[i].vcn != blocks[kept - 1].vcn ||
			prefix_compare(&blocks[i].block.prefix, &blocks[kept - 1].block.prefix) !=
				0)
			blocks[kept++] = blocks[i];
	*count = kept;
	return blocks;
}

/* The number, in its run, of the smallest block around the last one. */
static uint32_t enclosing_of(const struct format_block *run, size_t last)
{
	uint32_t candidate = last == 0 ? FORMAT_NONE : (uint32_t)last - 1;

	while (candidate != FORMAT_NONE &&
		!prefix_encloses(&run[candidate].prefix, &run[last].prefix))
		candidate = run[candidate].enclosing;
	return candidate;
}

static int place_vcns(struct layout *layout)
{
	const struct model *model = layout->model;
	size_t count, at = 0;
	struct block *blocks = gather_blocks(layout, &count);

	if (!blocks || MAKE(layout, vcns, model->vcn_count) != 0 ||
		MAKE(layout, blocks, count) != 0) {
		free(blocks);
		return -1;
	}
	for (size_t i = 0; i < model->vcn_count; i++) {
		const struct model_name *vcn = &model->vcns[layout->vcn_order.things[i]];
		struct format_vcn *record = &layout->vcns.at[i];

		record->ocid = place_text(layout, vcn->ocid);
		record->name = place_text(layout, vcn->name);
		record->flags = FORMAT_VCN_ALL_MEMBERS;
		if (vcn->all_groups)
			record->flags |= FORMAT_VCN_ALL_GROUPS;
		record->fetched_at = time_or(vcn->place.fetched_at, 0);
		record->block_first = (uint32_t)at;
		for (; at < count && blocks[at].vcn == i; at++) {
			struct format_block *run = layout->blocks.at + record->block_first;
			size_t last = at - record->block_first;

			run[last] = blocks[at].block;
			run[last].enclosing = enclosing_of(run, last);
		}
		record->block_count = (uint32_t)at - record->block_first;
	}
	free(blocks);
	return 0;
}

static int place_compartments(struct layout *layout)
{
	const struct model *model = layout->model;

	if (MAKE(layout, compartments, model->compartment_count) != 0)
		return -1;
	for (size_t i = 0; i < model->compartment_count; i++) {
		const struct model_name *compartment =
			&model->compartments[layout->compartment_order.things[i]];
		struct format_compartment *record = &layout->compartments.at[i];

		record->ocid = place_text(layout, compartment->ocid);
		record->name = place_text(layout, compartment->name);
		record->fetched_at = time_or(compartment->place.fetched_at, 0);
	}
	return 0;
}

const uint32_t *layout_set(const struct layout *layout, size_t set, size_t *count)
{
	const char *text = textset_text(&layout->set_texts, set, count);

	*count /= sizeof(uint32_t);
	return (const void *)text;
}

struct lookup_text layout_list_json(const struct layout *layout, uint32_t ocid)
{
	uint32_t list = model_find(layout->model, MODEL_LIST, ocid);

	if (list == MODEL_NONE)
		return (struct lookup_text){NULL, 0};
	return model_bytes(layout->model, layout->model->lists[list].json);
}

int layout_set_ids(const struct layout *layout, size_t set, struct bytes *ids)
{
	size_t count;
	const uint32_t *ocids = layout_set(layout, set, &count);
	bool is_first = true;

	bytes_clear(ids);
	if (bytes_append_char(ids, '[') != 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		struct lookup_text ocid = model_bytes(layout->model, ocids[i]);

		if (!layout_list_json(layout, ocids[i]).text)
			continue;
		if (!is_first && bytes_append_char(ids, ',') != 0)
			return -1;
		if (json_write_string(ids, ocid.text, ocid.len) != 0)
			return -1;
		is_first = false;
	}
	return bytes_append_char(ids, ']');
}

/* The length of a set's lists as a JSON array. Each list that no set had before
 * gets its place in it: the array begins at start. */
static uint64_t place_set_lists(struct layout *layout, const struct format_set *set, uint64_t start)
{
	uint64_t length = 1;

	for (size_t i = 0; i < set->list_count; i++) {
		uint32_t number = layout->set_lists.at[set->list_first + i];
		struct lookup_text json = layout_list_json(layout, layout->list_ocids[number]);
		struct format_list *list = &layout->lists.at[number];

		if (!json.text)
			continue;
		if (length > 1)
			length++;
		if (list->json_length == FORMAT_JSON_ABSENT) {
			list->json = start + length;
			list->json_length = (uint32_t)json.len;
		}
		length += json.len;
	}
	return length + 1;
}

bool layout_is_unused(const struct layout *layout, size_t list)
{
	uint64_t end = 0;

	if (layout->sets.count > 0) {
		const struct format_set *last = &layout->sets.at[layout->sets.count - 1];

		end = last->ids + last->ids_length;
	}
	return layout->lists.at[list].json_length != FORMAT_JSON_ABSENT &&
	       layout->lists.at[list].json >= end;
}

/* The lists of all sets: numbers of lists. */
static int place_runs(struct layout *layout)
{
	size_t total = 0, at = 0;

	for (size_t i = 0; i < layout->set_texts.count; i++)
		total += layout->set_texts.entries[i].len / sizeof(uint32_t);
	if (MAKE(layout, sets, layout->set_texts.count) != 0 || MAKE(layout, set_lists, total) != 0)
		return -1;
	for (size_t i = 0; i < layout->sets.count; i++) {
		size_t count;
		const uint32_t *ocids = layout_set(layout, i, &count);

		layout->sets.at[i].list_first = (uint32_t)at;
		layout->sets.at[i].list_count = (uint32_t)count;
		for (size_t j = 0; j < count; j++)
			layout->set_lists.at[at++] = layout->list_numbers[ocids[j]];
	}
	return 0;
}

static int place_sets(struct layout *layout)
{
	struct bytes *ids = &layout->scratch;
	uint64_t end = 0;

	if (place_runs(layout) != 0)
		return -1;
	for (size_t i = 0; i < layout->lists.count; i++)
		layout->lists.at[i].json_length = FORMAT_JSON_ABSENT;
	for (size_t i = 0; i < layout->sets.count; i++) {
		struct format_set *set = &layout->sets.at[i];
		uint64_t length = place_set_lists(layout, set, end);

		if (length > LIMIT_LOOKUP_FRAGMENT)
			errno = EFBIG;
		if (length > LIMIT_LOOKUP_FRAGMENT || layout_set_ids(layout, i, ids) != 0)
			return -1;
		set->lists = end;
		set->lists_length = (uint32_t)length;
		set->ids = end + length;
		set->ids_length = (uint32_t)ids->len;
		end += length + ids->len;
	}
	for (size_t i = 0; i < layout->lists.count; i++) {
		struct lookup_text json = layout_list_json(layout, layout->list_ocids[i]);
		struct format_list *list = &layout->lists.at[i];

		if (!json.text || list->json_length != FORMAT_JSON_ABSENT)
			continue;
		if (json.len > LIMIT_LOOKUP_FRAGMENT) {
			errno = EFBIG;
			return -1;
		}
		list->json = end;
		list->json_length = (uint32_t)json.len;
		end += json.len;
	}
	return 0;
}

static struct rule_text as_rule_text(struct lookup_text text)
{
	return (struct rule_text){text.text, text.len};
}

/* Who a rule is of, and where it is put. */
struct owner {
	uint32_t ocid;
	uint32_t name;
	bool is_group;
};

static uint32_t peer_of(
	const struct layout *layout, const struct rule *rule, const struct model_rule *from)
{
	uint32_t number = MODEL_NONE;

	if (rule->peer_kind == RULE_PEER_SERVICE)
		number = number_of(layout, MODEL_SERVICE, &layout->service_order, from->peer);
	if (rule->peer_kind == RULE_PEER_GROUP)
		number = number_of(layout, MODEL_GROUP, &layout->group_order, from->peer);
	return number == MODEL_NONE ? RULE_NO_INDEX : number;
}

/* Appends a rule's texts to those of all. */
static int place_rule_texts(struct layout *layout, struct rule *rule,
	const struct rule_parts *parts, const struct owner *owner)
{
	const struct model *model = layout->model;
	struct bytes *all = &layout->rule_bytes, *text = &layout->scratch;
	struct rule_text id = owner->is_group ? parts->id : (struct rule_text){NULL, 0};

	bytes_clear(text);
	rule->texts = all->len;
	if (rule_write_text(text, parts) != 0 ||
		rule_write_entry(all, as_rule_text(model_bytes(model, owner->ocid)),
			as_rule_text(model_bytes(model, owner->name)),
			(struct rule_text){text->data, text->len}, owner->is_group, id) != 0)
		return -1;
	rule->entry_length = (uint32_t)(all->len - rule->texts);
	rule->text_length = (uint32_t)text->len;
	rule->id_length = id.text ? (uint32_t)id.len : RULE_ABSENT;
	rule->description_length =
		parts->description.text ? (uint32_t)parts->description.len : RULE_ABSENT;
	if (bytes_append(all, text->data, text->len) != 0 ||
		bytes_append(all, id.text, id.len) != 0)
		return -1;
	return bytes_append(all, parts->description.text, parts->description.len);
}

static int place_rule(
	struct layout *layout, const struct model_rule *from, const struct owner *owner)
{
	struct rule_parts parts = model_rule_parts(layout->model, from, owner->is_group);
	struct rule *rule = &layout->rules.at[layout->rules.count++];

	rule_make(rule, &parts);
	if (rule->peer_kind == RULE_PEER_SERVICE || rule->peer_kind == RULE_PEER_GROUP)
		rule->peer_index = peer_of(layout, rule, from);
	return place_rule_texts(layout, rule, &parts, owner);
}

static int place_list_rules(struct layout *layout)
{
	const struct model *model = layout->model;

	for (size_t i = 0; i < layout->lists.count; i++) {
		struct format_list *record = &layout->lists.at[i];
		uint32_t number = model_find(model, MODEL_LIST, layout->list_ocids[i]);
		const struct model_list *list;

		record->ocid = place_text(layout, layout->list_ocids[i]);
		record->name = place_text(layout, MODEL_NONE);
		record->rule_first = (uint32_t)layout->rules.count;
		if (number == MODEL_NONE)
			continue;
		list = &model->lists[number];
		record->name = place_text(layout, list->name);
		record->rule_count = list->rule_count;
		record->fetched_at = list->place.fetched_at;
		for (size_t j = 0; j < list->rule_count; j++) {
			const struct owner owner = {list->ocid, list->name, false};

			if (place_rule(layout, &model->rules[list->rule_first + j], &owner) != 0)
				return -1;
		}
	}
	return 0;
}

/* A rule of a group as it is sorted: ingress first, else as it was listed. */
struct group_rule {
	uint32_t group; /* its number in the file */
	uint32_t direction;
	uint32_t number;
};

static int compare_group_rules(const void *a, const void *b)
{
	const struct group_rule *left = a, *right = b;

	if (left->group != right->group)
		return left->group < right->group ? -1 : 1;
	if (left->direction != right->direction)
		return left->direction < right->direction ? -1 : 1;
	return (left->number > right->number) - (left->number < right->number);
}

static struct group_rule *sort_group_rules(const struct layout *layout, size_t *count)
{
	const struct model *model = layout->model;
	struct group_rule *sorted = calloc(model->group_rule_count + 1, sizeof(*sorted));

	*count = 0;
	if (!sorted)
		return NULL;
	for (size_t i = 0; i < model->group_rule_count; i++) {
		const struct model_group_rule *rule = &model->group_rules[i];

		if (model_counts(rule->fetched_at, model->groups[rule->group].rules_at))
			sorted[(*count)++] =
				(struct group_rule){layout->group_order.numbers[rule->group],
					rule->rule.direction, (uint32_t)i};
	}
	qsort(sorted, *count, sizeof(*sorted), compare_group_rules);
	return sorted;
}

/* Rules of one group, from *at on, as records and as JSON. */
static int place_group_rules(struct layout *layout, size_t group, const struct group_rule *sorted,
	size_t count, size_t *at)
{
	const struct model *model = layout->model;
	const struct model_group *from = &model->groups[layout->group_order.things[group]];
	const struct owner owner = {from->ocid, from->name, true};
	struct format_group *record = &layout->groups.at[group];
	struct bytes *json = &layout->group_bytes;
	size_t first = *at;

	record->rule_first = (uint32_t)layout->rules.count;
	record->json_length = FORMAT_JSON_ABSENT;
	if (from->rules_at == MODEL_NEVER)
		return 0;
	record->json = json->len;
	if (bytes_append_char(json, '[') != 0)
		return -1;
	for (; *at < count && sorted[*at].group == group; (*at)++) {
		const struct model_group_rule *rule = &model->group_rules[sorted[*at].number];
		struct lookup_text text = model_bytes(model, rule->json);

		if ((*at > first && bytes_append_char(json, ',') != 0) ||
			bytes_append(json, text.text, text.len) != 0 ||
			place_rule(layout, &rule->rule, &owner) != 0)
			return -1;
	}
	record->rule_count = (uint32_t)(*at - first);
	record->flags |= FORMAT_GROUP_RULES;
	if (bytes_append_char(json, ']') != 0)
		return -1;
	record->json_length = (uint32_t)(json->len - record->json);
	return 0;
}

static void take_oldest(int64_t *oldest, int64_t fetched_at)
{
	if (fetched_at != MODEL_NEVER && (*oldest == MODEL_NEVER || fetched_at < *oldest))
		*oldest = fetched_at;
}

/* A group but for its rules and members: when the oldest part of it is of. */
static void place_group(struct layout *layout, size_t number)
{
	const struct model_group *group =
		&layout->model->groups[layout->group_order.things[number]];
	struct format_group *record = &layout->groups.at[number];
	int64_t oldest = group->place.fetched_at;

	take_oldest(&oldest, group->rules_at);
	take_oldest(&oldest, group->members_at);
	record->ocid = place_text(layout, group->ocid);
	record->name = place_text(layout, group->name);
	record->vcn = vcn_of(layout, group->vcn);
	record->compartment = compartment_of(layout, group->compartment);
	record->fetched_at = time_or(oldest, layout->fetched_at);
	if (group->place.fetched_at != MODEL_NEVER)
		record->flags |= FORMAT_GROUP_HELD;
}

static int place_rules(struct layout *layout)
{
	const struct model *model = layout->model;
	size_t count, at = 0, total = 0;
	struct group_rule *sorted = sort_group_rules(layout, &count);
	int result = 0;

	for (size_t i = 0; i < model->list_count; i++)
		total += model->lists[i].rule_count;
	if (!sorted || MAKE(layout, rules, total + count) != 0 ||
		MAKE(layout, boxes, rule_boxes_count(total + count)) != 0 ||
		MAKE(layout, groups, model->group_count) != 0) {
		free(sorted);
		return -1;
	}
	layout->rules.count = 0;
	result = place_list_rules(layout);
	for (size_t i = 0; i < layout->groups.count && result == 0; i++) {
		place_group(layout, i);
		result = place_group_rules(layout, i, sorted, count, &at);
	}
	free(sorted);
	rule_make_boxes(layout->boxes.at, layout->rules.at, layout->rules.count);
	return result;
}

/* Two numbers that are sorted together. */
struct pair {
	uint32_t owner;
	uint32_t other;
};

static int compare_pairs(const void *a, const void *b)
{
	const struct pair *left = a, *right = b;

	if (left->owner != right->owner)
		return left->owner < right->owner ? -1 : 1;
	return (left->other > right->other) - (left->other < right->other);
}

/* Sorts pairs and drops those that are there twice. Returns what is left. */
static size_t sort_pairs(struct pair *pairs, size_t count)
{
	size_t kept = count > 0;

	qsort(pairs, count, sizeof(*pairs), compare_pairs);
	for (size_t i = 1; i < count; i++)
		if (compare_pairs(&pairs[i], &pairs[kept - 1]) != 0)
			pairs[kept++] = pairs[i];
	return kept;
}

static bool member_counts(const struct model *model, const struct model_member *member)
{
	return model_counts(member->fetched_at, model->groups[member->group].members_at);
}

static int place_members(struct layout *layout)
{
	const struct model *model = layout->model;
	struct pair *pairs = calloc(model->member_count + 1, sizeof(*pairs));
	size_t count = 0, at = 0;

	if (!pairs)
		return -1;
	for (size_t i = 0; i < model->member_count; i++)
		if (member_counts(model, &model->members[i]))
			pairs[count++] =
				(struct pair){layout->group_order.numbers[model->members[i].group],
					layout->vnic_order.numbers[model->members[i].vnic]};
	count = sort_pairs(pairs, count);
	if (MAKE(layout, members, count) != 0) {
		free(pairs);
		return -1;
	}
	for (size_t i = 0; i < layout->groups.count; i++) {
		struct format_group *record = &layout->groups.at[i];
		size_t first = at;

		if (model->groups[layout->group_order.things[i]].members_at != MODEL_NEVER)
			record->flags |= FORMAT_GROUP_MEMBERS;
		for (; at < count && pairs[at].owner == i; at++)
			layout->members.at[at] = pairs[at].other;
		record->member_first = (uint32_t)first;
		record->member_count = (uint32_t)(at - first);
	}
	free(pairs);
	return 0;
}

/* The groups of VNICs: by the groups' members, and by VNICs that were read. */
static int place_vnic_groups(struct layout *layout)
{
	const struct model *model = layout->model;
	struct pair *pairs =
		calloc(model->member_count + model->vnic_group_count + 1, sizeof(*pairs));
	size_t count = 0, at = 0;

	if (!pairs)
		return -1;
	for (size_t i = 0; i < model->member_count; i++)
		if (member_counts(model, &model->members[i]))
			pairs[count++] =
				(struct pair){layout->vnic_order.numbers[model->members[i].vnic],
					layout->group_order.numbers[model->members[i].group]};
	for (size_t i = 0; i < model->vnic_group_count; i++) {
		const struct model_member *entry = &model->vnic_groups[i];

		if (entry->fetched_at == model->vnics[entry->vnic].groups_at)
			pairs[count++] = (struct pair){layout->vnic_order.numbers[entry->vnic],
				layout->group_order.numbers[entry->group]};
	}
	count = sort_pairs(pairs, count);
	if (MAKE(layout, vnic_groups, count) != 0) {
		free(pairs);
		return -1;
	}
	for (size_t i = 0; i < layout->vnics.count; i++) {
		size_t first = at;

		for (; at < count && pairs[at].owner == i; at++)
			layout->vnic_groups.at[at] = pairs[at].other;
		layout->vnics.at[i].group_first = (uint32_t)first;
		layout->vnics.at[i].group_count = (uint32_t)(at - first);
	}
	free(pairs);
	return 0;
}

static int compare_addresses(const void *a, const void *b)
{
	const struct format_address *left = a, *right = b;

	if (left->vnic != right->vnic)
		return left->vnic < right->vnic ? -1 : 1;
	if (left->family != right->family)
		return left->family < right->family ? -1 : 1;
	if (left->high != right->high)
		return left->high < right->high ? -1 : 1;
	return (left->low > right->low) - (left->low < right->low);
}

static int place_addresses(struct layout *layout)
{
	const struct model *model = layout->model;
	struct format_address *all;
	size_t count = 0, kept = 0, at = 0;

	if (MAKE(layout, addresses, model->address_count) != 0)
		return -1;
	all = layout->addresses.at;
	for (size_t i = 0; i < model->address_count; i++) {
		const struct model_address *entry = &model->addresses[i];

		if (entry->fetched_at == model->vnics[entry->vnic].addresses_at)
			all[count++] = (struct format_address){entry->address.high,
				entry->address.low, layout->vnic_order.numbers[entry->vnic],
				entry->address.family, {0}};
	}
	qsort(all, count, sizeof(*all), compare_addresses);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || compare_addresses(&all[kept - 1], &all[i]) != 0)
			all[kept++] = all[i];
	layout->addresses.count = kept;
	for (size_t i = 0; i < layout->vnics.count; i++) {
		size_t first = at;

		while (at < kept && all[at].vnic == i)
			at++;
		layout->vnics.at[i].address_first = (uint32_t)first;
		layout->vnics.at[i].address_count = (uint32_t)(at - first);
	}
	return 0;
}

/* The subnet that a VNIC is in, if the model has it; or null. */
static const struct model_subnet *subnet_of(const struct layout *layout, size_t number)
{
	const struct model *model = layout->model;
	const struct model_vnic *vnic = &model->vnics[layout->vnic_order.things[number]];
	uint32_t subnet = model_find(model, MODEL_SUBNET, vnic->subnet);

	return subnet == MODEL_NONE ? NULL : &model->subnets[subnet];
}

/* A VNIC's VCN: its subnet's, else that of a group that it is in. */
static uint32_t vcn_of_vnic(const struct layout *layout, size_t number)
{
	const struct model_subnet *subnet = subnet_of(layout, number);
	const struct format_vnic *record = &layout->vnics.at[number];
	uint32_t vcn = subnet ? vcn_of(layout, subnet->vcn) : FORMAT_NONE;

	for (size_t i = 0; vcn == FORMAT_NONE && i < record->group_count; i++)
		vcn = layout->groups.at[layout->vnic_groups.at[record->group_first + i]].vcn;
	return vcn;
}

static bool addresses_are_known(const struct layout *layout, size_t number)
{
	const struct model *model = layout->model;
	const struct model_vnic *vnic = &model->vnics[layout->vnic_order.things[number]];
	const struct model_subnet *subnet = subnet_of(layout, number);
	enum model_listing listing = subnet ? model_listing_of(model, subnet) : MODEL_NOT_LISTED;

	if (listing != MODEL_NOT_LISTED)
		return listing == MODEL_LISTED;
	/* of a subnet that is not held */
	if (vnic->subnet != MODEL_NONE && model->text_info[vnic->subnet].is_partial)
		return false;
	return layout->vnics.at[number].address_count > 0 && !vnic->is_partial;
}

/* When a VNIC was fetched: its addresses, else itself, else its memberships. */
static int64_t time_of_vnic(const struct layout *layout, size_t number)
{
	const struct model *model = layout->model;
	const struct model_vnic *vnic = &model->vnics[layout->vnic_order.things[number]];
	const struct format_vnic *record = &layout->vnics.at[number];
	int64_t newest = MODEL_NEVER;

	if (vnic->addresses_at != MODEL_NEVER)
		return vnic->addresses_at;
	if (vnic->groups_at != MODEL_NEVER)
		return vnic->groups_at;
	for (size_t i = 0; i < record->group_count; i++) {
		uint32_t group = layout->vnic_groups.at[record->group_first + i];
		int64_t time = model->groups[layout->group_order.things[group]].members_at;

		if (time > newest)
			newest = time;
	}
	return time_or(newest, layout->fetched_at);
}

static int place_vnics(struct layout *layout)
{
	const struct model *model = layout->model;

	if (MAKE(layout, vnics, model->vnic_count) != 0 || place_vnic_groups(layout) != 0 ||
		place_addresses(layout) != 0)
		return -1;
	for (size_t i = 0; i < layout->vnics.count; i++) {
		const struct model_vnic *vnic = &model->vnics[layout->vnic_order.things[i]];
		struct format_vnic *record = &layout->vnics.at[i];

		record->hash = hash_of(model_bytes(model, vnic->ocid));
		record->ocid = place_text(layout, vnic->ocid);
		record->subnet = place_text(layout, vnic->subnet);
		record->vcn = vcn_of_vnic(layout, i);
		record->fetched_at = time_of_vnic(layout, i);
		if (vnic->groups_at != MODEL_NEVER)
			record->flags |= FORMAT_VNIC_GROUPS;
		if (addresses_are_known(layout, i))
			record->flags |= FORMAT_VNIC_ADDRESSES;
	}
	return make_index(&layout->vnic_index.at, &layout->vnic_index.count, layout->vnics.at,
		layout->vnics.count, sizeof(*layout->vnics.at));
}

/* A group that is only named by VNICs is in their VCN. */
static void place_named_groups(struct layout *layout)
{
	for (size_t i = 0; i < layout->vnics.count; i++) {
		const struct format_vnic *vnic = &layout->vnics.at[i];

		for (size_t j = 0; j < vnic->group_count; j++) {
			uint32_t number = layout->vnic_groups.at[vnic->group_first + j];
			struct format_group *group = &layout->groups.at[number];

			if (group->vcn == FORMAT_NONE)
				group->vcn = vnic->vcn;
		}
	}
}

/* What groups say once members and VNICs have their places. */
static void conclude_groups(struct layout *layout)
{
	place_named_groups(layout);
	for (size_t i = 0; i < layout->groups.count; i++) {
		struct format_group *group = &layout->groups.at[i];
		bool are_known = (group->flags & FORMAT_GROUP_MEMBERS) != 0;

		if (!are_known && group->vcn != FORMAT_NONE)
			layout->vcns.at[group->vcn].flags &= ~FORMAT_VCN_ALL_MEMBERS;
		for (size_t j = 0; are_known && j < group->member_count; j++) {
			uint32_t vnic = layout->members.at[group->member_first + j];

			are_known = (layout->vnics.at[vnic].flags & FORMAT_VNIC_ADDRESSES) != 0;
		}
		if (are_known)
			group->flags |= FORMAT_GROUP_ADDRESSES;
	}
}

/* Returns true if of two VNICs with one address the first is the one to find. */
static bool comes_first(const struct layout *layout, uint32_t first, uint32_t second)
{
	int64_t a = layout->vnics.at[first].fetched_at, b = layout->vnics.at[second].fetched_at;

	return a != b ? a > b : first < second;
}

static int index_addresses(struct layout *layout)
{
	size_t slots = 2;

	while (slots / 2 < layout->addresses.count)
		slots *= 2;
	if (MAKE(layout, address_index, slots) != 0)
		return -1;
	for (size_t i = 0; i < layout->addresses.count; i++) {
		const struct format_address *address = &layout->addresses.at[i];
		uint32_t vcn = layout->vnics.at[address->vnic].vcn;
		uint32_t hash = format_hash(address->high, address->low, vcn);
		struct format_slot *slot;

		if (vcn == FORMAT_NONE)
			continue;
		for (size_t at = hash & (slots - 1);; at = (at + 1) & (slots - 1)) {
			const struct format_address *other;

			slot = &layout->address_index.at[at];
			if (slot->address == 0)
				break;
			other = &layout->addresses.at[slot->address - 1];
			if (other->high == address->high && other->low == address->low &&
				other->family == address->family &&
				layout->vnics.at[other->vnic].vcn == vcn)
				break;
		}
		if (slot->address == 0 || comes_first(layout, address->vnic,
						  layout->addresses.at[slot->address - 1].vnic))
			*slot = (struct format_slot){hash, (uint32_t)i + 1};
	}
	return 0;
}

/* A range as it is sorted. */
struct range {
	struct prefix prefix;
	uint32_t service;
};

static int compare_ranges(const void *a, const void *b)
{
	const struct range *left = a, *right = b;

	if (left->service != right->service)
		return left->service < right->service ? -1 : 1;
	return prefix_compare(&left->prefix, &right->prefix);
}

static int place_services(struct layout *layout)
{
	const struct model *model = layout->model;
	struct range *ranges = calloc(model->range_count + 1, sizeof(*ranges));
	size_t count = 0, at = 0, kept = 0;

	if (!ranges || MAKE(layout, services, model->service_count) != 0 ||
		MAKE(layout, ranges, model->range_count) != 0) {
		free(ranges);
		return -1;
	}
	for (size_t i = 0; i < model->range_count; i++) {
		const struct model_range *range = &model->ranges[i];

		if (range->fetched_at == model->services[range->service].ranges_at)
			ranges[count++] = (struct range){
				range->prefix, layout->service_order.numbers[range->service]};
	}
	qsort(ranges, count, sizeof(*ranges), compare_ranges);
	for (size_t i = 0; i < layout->services.count; i++) {
		const struct model_service *service =
			&model->services[layout->service_order.things[i]];
		struct format_service *record = &layout->services.at[i];
		const struct prefix *last = NULL;

		record->label = place_text(layout, service->label);
		record->fetched_at = time_or(service->ranges_at, layout->fetched_at);
		record->range_first = (uint32_t)kept;
		/* sorted, so what encloses a range is the last one that was kept */
		for (; at < count && ranges[at].service == i; at++) {
			if (last && (prefix_compare(last, &ranges[at].prefix) == 0 ||
					    prefix_encloses(last, &ranges[at].prefix)))
				continue;
			layout->ranges.at[kept] = ranges[at].prefix;
			last = &layout->ranges.at[kept++];
		}
		record->range_count = (uint32_t)kept - record->range_first;
	}
	layout->ranges.count = kept;
	free(ranges);
	return 0;
}

int layout_make(struct layout *layout, struct model *model, int64_t fetched_at)
{
	*layout = (struct layout){
		.model = model,
		.fetched_at = fetched_at,
		.rule_bytes = BYTES_INIT(SIZE_MAX / 2),
		.group_bytes = BYTES_INIT(SIZE_MAX / 2),
		.scratch = BYTES_INIT(LIMIT_LOOKUP_FRAGMENT),
	};
	errno = ENOMEM;
	if (name_all(model) != 0 || order_all(layout) != 0 || begin_texts(layout) != 0 ||
		place_lists(layout) != 0 || place_subnets(layout) != 0 ||
		make_index(&layout->index.at, &layout->index.count, layout->subnets.at,
			layout->subnets.count, sizeof(*layout->subnets.at)) != 0 ||
		place_vcns(layout) != 0 || place_compartments(layout) != 0 ||
		place_sets(layout) != 0 || place_rules(layout) != 0 || place_members(layout) != 0 ||
		place_vnics(layout) != 0 || index_addresses(layout) != 0 ||
		place_services(layout) != 0)
		return -1;
	conclude_groups(layout);
	return 0;
}

static void free_order(struct layout_order *order)
{
	free(order->things);
	free(order->numbers);
}

#define FREE_SECTION(name, letters, flags, family, type) free(layout->name.at);

void layout_free(struct layout *layout)
{
	FORMAT_SECTIONS(FREE_SECTION)
	free_order(&layout->subnet_order);
	free_order(&layout->vcn_order);
	free_order(&layout->compartment_order);
	free_order(&layout->group_order);
	free_order(&layout->vnic_order);
	free_order(&layout->service_order);
	free(layout->list_ocids);
	free(layout->list_numbers);
	textset_free(&layout->set_texts);
	free(layout->texts);
	free(layout->text_places);
	bytes_free(&layout->rule_bytes);
	bytes_free(&layout->group_bytes);
	bytes_free(&layout->scratch);
}

/*
 * The model's memory: texts, pools, and what becomes of second copies. A run of
 * a pool that lost its subnet, because a later copy took its place, just stays.
 */
#include "lookup/store.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

/*
 * Makes room for one unit more in a pool. Returns the pool, perhaps in another
 * place, or null when memory ran out or numbers of 32 bits would not do.
 */
static void *grow(void *pool, size_t count, size_t *room, size_t unit)
{
	size_t more = *room == 0 ? 64 : *room * 2;

	if (count < *room)
		return pool;
	if (count >= STORE_NONE - 1)
		return NULL;
	pool = reallocarray(pool, more, unit);
	if (pool)
		*room = more;
	return pool;
}

struct model *model_new(enum model_copies copies)
{
	struct model *model = calloc(1, sizeof(*model));

	if (!model)
		return NULL;
	model->copies = copies;
	model->texts = (struct textset)TEXTSET_INIT(STORE_NONE - 1);
	model->scratch = (struct bytes)BYTES_INIT(SIZE_MAX / 2);
	return model;
}

void model_free(struct model *model)
{
	if (!model)
		return;
	textset_free(&model->texts);
	free(model->text_info);
	free(model->subnets);
	free(model->lists);
	free(model->prefixes);
	free(model->named);
	bytes_free(&model->scratch);
	free(model);
}

uint32_t store_text(struct model *model, const char *text, size_t len)
{
	static const struct store_text nothing = {STORE_NONE, STORE_NONE, false};
	struct store_text *info =
		grow(model->text_info, model->texts.count, &model->text_room, sizeof(*info));

	if (!info)
		return STORE_NONE;
	model->text_info = info;
	switch (textset_add(&model->texts, text, len)) {
	case TEXTSET_ADDED:
		info[model->texts.count - 1] = nothing;
		return (uint32_t)(model->texts.count - 1);
	case TEXTSET_KNOWN:
		return (uint32_t)textset_find(&model->texts, text, len);
	default:
		return STORE_NONE;
	}
}

int store_prefix(struct model *model, const struct prefix *prefix)
{
	struct prefix *pool =
		grow(model->prefixes, model->prefix_count, &model->prefix_room, sizeof(*pool));

	if (!pool)
		return -1;
	model->prefixes = pool;
	pool[model->prefix_count++] = *prefix;
	return 0;
}

int store_named(struct model *model, uint32_t list)
{
	uint32_t *pool = grow(model->named, model->named_count, &model->named_room, sizeof(*pool));

	if (!pool)
		return -1;
	model->named = pool;
	pool[model->named_count++] = list;
	return 0;
}

static int compare_prefixes(const void *a, const void *b)
{
	return prefix_compare(a, b);
}

void store_sort_prefixes(struct model *model, struct store_subnet *subnet)
{
	size_t count = model->prefix_count - subnet->prefix_first;
	struct prefix *run;
	size_t kept = 1;

	subnet->prefix_count = 0;
	if (count == 0)
		return;
	run = &model->prefixes[subnet->prefix_first];
	qsort(run, count, sizeof(*run), compare_prefixes);
	for (size_t i = 1; i < count; i++)
		if (prefix_compare(&run[i], &run[kept - 1]) != 0)
			run[kept++] = run[i];
	subnet->prefix_count = (uint32_t)kept;
	model->prefix_count = subnet->prefix_first + kept;
}

static bool same_subnet(
	const struct model *model, const struct store_subnet *a, const struct store_subnet *b)
{
	if (a->name != b->name || a->vcn != b->vcn || a->compartment != b->compartment ||
		a->prefix_count != b->prefix_count || a->list_count != b->list_count)
		return false;
	for (size_t i = 0; i < a->prefix_count; i++)
		if (prefix_compare(&model->prefixes[a->prefix_first + i],
			    &model->prefixes[b->prefix_first + i]) != 0)
			return false;
	for (size_t i = 0; i < a->list_count; i++)
		if (model->named[a->list_first + i] != model->named[b->list_first + i])
			return false;
	return true;
}

static enum model_result append_subnet(struct model *model, const struct store_subnet *subnet)
{
	struct store_subnet *pool =
		grow(model->subnets, model->subnet_count, &model->subnet_room, sizeof(*pool));

	if (!pool || model->subnet_count == LIMIT_LOOKUP_SUBNETS)
		return MODEL_NO_MEMORY;
	model->subnets = pool;
	model->text_info[subnet->ocid].subnet = (uint32_t)model->subnet_count;
	pool[model->subnet_count++] = *subnet;
	return MODEL_OK;
}

enum model_result store_subnet(
	struct model *model, const struct store_subnet *subnet, struct model_fault *fault)
{
	uint32_t known = model->text_info[subnet->ocid].subnet;
	struct store_subnet *copy;

	if (known == STORE_NONE)
		return append_subnet(model, subnet);
	copy = &model->subnets[known];
	if (same_subnet(model, copy, subnet))
		return MODEL_OK;
	if (model->copies == MODEL_REFUSE_DIFFERING) {
		fault->earlier = copy->place;
		return MODEL_DIFFERS;
	}
	*copy = *subnet;
	return MODEL_OK;
}

enum model_result store_list(
	struct model *model, const struct store_list *list, struct model_fault *fault)
{
	uint32_t known = model->text_info[list->ocid].list;
	struct store_list *pool;

	if (known != STORE_NONE) {
		pool = &model->lists[known];
		if (pool->json == list->json)
			return MODEL_OK;
		fault->earlier = pool->place;
		if (model->copies == MODEL_REFUSE_DIFFERING)
			return MODEL_DIFFERS;
		*pool = *list;
		return MODEL_OK;
	}
	pool = grow(model->lists, model->list_count, &model->list_room, sizeof(*pool));
	if (!pool)
		return MODEL_NO_MEMORY;
	model->lists = pool;
	model->text_info[list->ocid].list = (uint32_t)model->list_count;
	pool[model->list_count++] = *list;
	return MODEL_OK;
}

struct lookup_text store_bytes(const struct model *model, uint32_t text)
{
	struct lookup_text bytes;

	bytes.text = textset_text(&model->texts, text, &bytes.len);
	return bytes;
}

const struct store_list *store_find_list(const struct model *model, uint32_t ocid)
{
	uint32_t list = model->text_info[ocid].list;

	return list == STORE_NONE ? NULL : &model->lists[list];
}

size_t model_subnet_count(const struct model *model)
{
	return model->subnet_count;
}

size_t model_list_count(const struct model *model)
{
	return model->list_count;
}

bool model_has_subnet(const struct model *model, const char *ocid, size_t len)
{
	size_t text = textset_find(&model->texts, ocid, len);

	return text != SIZE_MAX && model->text_info[text].subnet != STORE_NONE;
}

bool model_has_list(const struct model *model, const char *ocid, size_t len)
{
	size_t text = textset_find(&model->texts, ocid, len);

	return text != SIZE_MAX && model->text_info[text].list != STORE_NONE;
}

/* Where a walk over the lists that subnets name stands, as one number. */
struct cursor {
	size_t subnet;
	size_t list;
};

static struct cursor cursor_of(size_t number)
{
	return (struct cursor){number >> 32, number & UINT32_MAX};
}

/* Fills missing if the list there is a missing one not told of before. */
static bool tell_missing(const struct model *model, struct cursor at, struct model_missing *missing)
{
	const struct store_subnet *subnet = &model->subnets[at.subnet];
	uint32_t ocid = model->named[subnet->list_first + at.list];
	struct store_text *info = &model->text_info[ocid];

	if (info->list != STORE_NONE || info->missed)
		return false;
	info->missed = true;
	missing->list = store_bytes(model, ocid);
	missing->subnet = store_bytes(model, subnet->ocid);
	return true;
}

bool model_next_missing(const struct model *model, size_t *cursor, struct model_missing *missing)
{
	struct cursor at = cursor_of(*cursor);

	for (size_t i = 0; *cursor == 0 && i < model->texts.count; i++)
		model->text_info[i].missed = false;
	for (; at.subnet < model->subnet_count; at.subnet++, at.list = 0)
		while (at.list < model->subnets[at.subnet].list_count)
			if (tell_missing(model, (struct cursor){at.subnet, at.list++}, missing)) {
				*cursor = at.subnet << 32 | at.list;
				return true;
			}
	return false;
}

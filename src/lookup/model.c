/*
 * The model's memory: texts, pools, and what becomes of second copies. Numbers
 * are of 32 bits; a model that would need more is told as out of memory.
 */
#include "lookup/model.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/limits.h"

/*
 * Makes room for one unit more in a pool. Returns the pool, perhaps in another
 * place, or null when memory ran out or numbers of 32 bits would not do.
 */
static void *grow(void *pool, size_t count, size_t *room, size_t unit)
{
	return count >= MODEL_NONE - 1 ? NULL : array_reserve(pool, room, count + 1, unit);
}

/* append_subnet and the like: the number of the entry, or MODEL_NONE. */
#define APPENDER(type, one, all)                                                                   \
	static uint32_t append_##one(struct model *model, const type *entry)                       \
	{                                                                                          \
		type *pool =                                                                       \
			grow(model->all, model->one##_count, &model->one##_room, sizeof(*pool));   \
                                                                                                   \
		if (!pool)                                                                         \
			return MODEL_NONE;                                                         \
		model->all = pool;                                                                 \
		pool[model->one##_count] = *entry;                                                 \
		return (uint32_t)model->one##_count++;                                             \
	}

MODEL_POOLS(APPENDER)

struct model *model_new(enum model_copies copies)
{
	struct model *model = calloc(1, sizeof(*model));

	if (!model)
		return NULL;
	model->copies = copies;
	model->texts = (struct textset)TEXTSET_INIT(MODEL_NONE - 1);
	model->group_rule_ids = (struct textset)TEXTSET_INIT(MODEL_NONE - 1);
	model->scratch = (struct bytes)BYTES_INIT(SIZE_MAX / 2);
	return model;
}

#define FREE_POOL(type, one, all) free(model->all);

void model_free(struct model *model)
{
	if (!model)
		return;
	textset_free(&model->texts);
	textset_free(&model->group_rule_ids);
	free(model->text_info);
	MODEL_POOLS(FREE_POOL)
	bytes_free(&model->scratch);
	free(model);
}

uint32_t model_text(struct model *model, const char *text, size_t len)
{
	struct model_text *info =
		grow(model->text_info, model->texts.count, &model->text_room, sizeof(*info));
	size_t number;

	if (!info)
		return MODEL_NONE;
	model->text_info = info;
	switch (textset_take(&model->texts, text, len, &number)) {
	case TEXTSET_ADDED:
		info += number;
		info->missed = false;
		info->is_partial = false;
		for (size_t i = 0; i < MODEL_KINDS; i++)
			info->thing[i] = MODEL_NONE;
		return (uint32_t)number;
	case TEXTSET_KNOWN:
		return (uint32_t)number;
	default:
		return MODEL_NONE;
	}
}

struct lookup_text model_bytes(const struct model *model, uint32_t text)
{
	struct lookup_text bytes = {NULL, 0};

	if (text != MODEL_NONE)
		bytes.text = textset_text(&model->texts, text, &bytes.len);
	return bytes;
}

uint32_t model_find(const struct model *model, enum model_kind kind, uint32_t ocid)
{
	return ocid == MODEL_NONE ? MODEL_NONE : model->text_info[ocid].thing[kind];
}

static uint32_t append_stub(struct model *model, enum model_kind kind, uint32_t ocid)
{
	const struct model_place never = {NULL, 0, MODEL_NEVER};
	const struct model_name name = {ocid, MODEL_NONE, false, never};
	const struct model_group group = {
		ocid, MODEL_NONE, MODEL_NONE, MODEL_NONE, never, MODEL_NEVER, MODEL_NEVER};
	const struct model_vnic vnic = {ocid, MODEL_NONE, false, MODEL_NEVER, MODEL_NEVER};
	const struct model_service service = {ocid, MODEL_NEVER};

	switch (kind) {
	case MODEL_GROUP:
		return append_group(model, &group);
	case MODEL_VNIC:
		return append_vnic(model, &vnic);
	case MODEL_VCN:
		return append_vcn(model, &name);
	case MODEL_COMPARTMENT:
		return append_compartment(model, &name);
	case MODEL_SERVICE:
		return append_service(model, &service);
	default: /* there is no stub of a subnet or list */
		return MODEL_NONE;
	}
}

uint32_t model_thing(struct model *model, enum model_kind kind, uint32_t ocid)
{
	uint32_t *thing = &model->text_info[ocid].thing[kind];

	if (*thing == MODEL_NONE)
		*thing = append_stub(model, kind, ocid);
	return *thing;
}

int model_add_prefix(struct model *model, const struct prefix *prefix)
{
	return append_prefix(model, prefix) == MODEL_NONE ? -1 : 0;
}

int model_add_named(struct model *model, uint32_t list)
{
	return append_named(model, &list) == MODEL_NONE ? -1 : 0;
}

int model_add_rule(struct model *model, const struct model_rule *rule)
{
	return append_rule(model, rule) == MODEL_NONE ? -1 : 0;
}

static int compare_prefixes(const void *a, const void *b)
{
	return prefix_compare(a, b);
}

void model_sort_prefixes(struct model *model, struct model_subnet *subnet)
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

/* Which of two copies counts. */
enum choice { CHOOSE_HELD, CHOOSE_NEW, CHOOSE_NEITHER };

static enum choice choose(
	const struct model *model, int64_t held_at, int64_t fetched_at, bool are_equal)
{
	if (held_at == MODEL_NEVER)
		return CHOOSE_NEW;
	if (model->keeps_own)
		return CHOOSE_HELD;
	if (held_at != fetched_at)
		return held_at < fetched_at ? CHOOSE_NEW : CHOOSE_HELD;
	if (are_equal)
		return CHOOSE_HELD;
	return model->copies == MODEL_REFUSE_DIFFERING ? CHOOSE_NEITHER : CHOOSE_NEW;
}

/* Says where the first copy was of two that differ and are both refused. */
static enum model_result differs(struct model_fault *fault, const struct model_place *earlier)
{
	fault->earlier = *earlier;
	return MODEL_DIFFERS;
}

static bool same_subnet(
	const struct model *model, const struct model_subnet *a, const struct model_subnet *b)
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

static enum model_result hold_subnet(struct model *model, const struct model_subnet *subnet)
{
	uint32_t number = MODEL_NONE;

	if (model->subnet_count < LIMIT_LOOKUP_SUBNETS)
		number = append_subnet(model, subnet);
	if (number == MODEL_NONE)
		return MODEL_NO_MEMORY;
	model->text_info[subnet->ocid].thing[MODEL_SUBNET] = number;
	return MODEL_OK;
}

enum model_result model_add_subnet(
	struct model *model, const struct model_subnet *subnet, struct model_fault *fault)
{
	uint32_t known = model_find(model, MODEL_SUBNET, subnet->ocid);
	struct model_subnet *held;
	enum choice choice;

	if (known == MODEL_NONE)
		return hold_subnet(model, subnet);
	held = &model->subnets[known];
	choice = choose(model, held->place.fetched_at, subnet->place.fetched_at,
		same_subnet(model, held, subnet));
	if (choice == CHOOSE_NEW) {
		enum model_listing listing = held->listing;

		*held = *subnet;
		if (held->listing == MODEL_NOT_LISTED)
			held->listing = listing;
		return MODEL_OK;
	}
	if (held->listing == MODEL_NOT_LISTED)
		held->listing = subnet->listing;
	model->prefix_count = subnet->prefix_first;
	model->named_count = subnet->list_first;
	return choice == CHOOSE_HELD ? MODEL_OK : differs(fault, &held->place);
}

/* Whether a rule is valid is not in the rendering of a list. */
static bool same_list(
	const struct model *model, const struct model_list *a, const struct model_list *b)
{
	if (a->json != b->json)
		return false;
	for (size_t i = 0; i < a->rule_count; i++)
		if ((model->rules[a->rule_first + i].is_valid == MODEL_FALSE) !=
			(model->rules[b->rule_first + i].is_valid == MODEL_FALSE))
			return false;
	return true;
}

enum model_result model_add_list(
	struct model *model, const struct model_list *list, struct model_fault *fault)
{
	uint32_t known = model_find(model, MODEL_LIST, list->ocid);
	struct model_list *held;
	enum choice choice;

	if (known == MODEL_NONE) {
		known = append_list(model, list);
		model->text_info[list->ocid].thing[MODEL_LIST] = known;
		return known == MODEL_NONE ? MODEL_NO_MEMORY : MODEL_OK;
	}
	held = &model->lists[known];
	choice = choose(model, held->place.fetched_at, list->place.fetched_at,
		same_list(model, held, list));
	if (choice == CHOOSE_NEW) {
		*held = *list;
		return MODEL_OK;
	}
	model->rule_count = list->rule_first;
	return choice == CHOOSE_HELD ? MODEL_OK : differs(fault, &held->place);
}

enum model_result model_add_group(
	struct model *model, const struct model_group *group, struct model_fault *fault)
{
	uint32_t number = model_thing(model, MODEL_GROUP, group->ocid);
	struct model_group *held;
	bool are_equal;

	if (number == MODEL_NONE)
		return MODEL_NO_MEMORY;
	held = &model->groups[number];
	are_equal = held->name == group->name && held->vcn == group->vcn &&
		    held->compartment == group->compartment;
	switch (choose(model, held->place.fetched_at, group->place.fetched_at, are_equal)) {
	case CHOOSE_NEW:
		held->name = group->name;
		held->vcn = group->vcn;
		held->compartment = group->compartment;
		held->place = group->place;
		return MODEL_OK;
	case CHOOSE_HELD:
		return MODEL_OK;
	default:
		return differs(fault, &held->place);
	}
}

enum model_result model_add_name(struct model *model, enum model_kind kind,
	const struct model_name *name, struct model_fault *fault)
{
	uint32_t number = model_thing(model, kind, name->ocid);
	struct model_name *held;

	if (number == MODEL_NONE)
		return MODEL_NO_MEMORY;
	held = kind == MODEL_VCN ? &model->vcns[number] : &model->compartments[number];
	switch (choose(
		model, held->place.fetched_at, name->place.fetched_at, held->name == name->name)) {
	case CHOOSE_NEW:
		held->name = name->name;
		held->place = name->place;
		return MODEL_OK;
	case CHOOSE_HELD:
		return MODEL_OK;
	default:
		return differs(fault, &held->place);
	}
}

/* Of what is united, not chosen: entries of the same time are put together. */
static bool begin(const struct model *model, int64_t *held_at, int64_t fetched_at)
{
	if (*held_at != MODEL_NEVER && (model->keeps_own || *held_at > fetched_at))
		return false;
	*held_at = fetched_at;
	return true;
}

bool model_begin_rules(struct model *model, uint32_t group, int64_t fetched_at)
{
	return begin(model, &model->groups[group].rules_at, fetched_at);
}

bool model_begin_members(struct model *model, uint32_t group, int64_t fetched_at)
{
	return begin(model, &model->groups[group].members_at, fetched_at);
}

bool model_begin_addresses(struct model *model, uint32_t vnic, int64_t fetched_at)
{
	return begin(model, &model->vnics[vnic].addresses_at, fetched_at);
}

bool model_begin_groups(struct model *model, uint32_t vnic, int64_t fetched_at)
{
	return begin(model, &model->vnics[vnic].groups_at, fetched_at);
}

bool model_begin_ranges(struct model *model, uint32_t service, int64_t fetched_at)
{
	return begin(model, &model->services[service].ranges_at, fetched_at);
}

void model_forget_rules(struct model *model, uint32_t group)
{
	for (size_t i = 0; i < model->group_rule_count; i++)
		if (model->group_rules[i].group == group)
			model->group_rules[i].fetched_at = MODEL_NEVER;
	model->groups[group].rules_at = MODEL_NEVER;
}

void model_forget_members(struct model *model, uint32_t group)
{
	for (size_t i = 0; i < model->member_count; i++)
		if (model->members[i].group == group)
			model->members[i].fetched_at = MODEL_NEVER;
	model->groups[group].members_at = MODEL_NEVER;
}

/* A group's rule is known by these two. */
struct rule_key {
	uint32_t group;
	uint32_t id;
};

enum model_result model_add_group_rule(
	struct model *model, const struct model_group_rule *rule, struct model_fault *fault)
{
	struct rule_key key = {rule->group, rule->rule.id};
	const char *bytes = (const char *)&key;
	struct model_group_rule *held;
	uint32_t number = (uint32_t)model->group_rule_count;
	enum textset_result result = TEXTSET_ADDED;
	size_t known = 0;

	if (key.id != MODEL_NONE)
		result = textset_take(&model->group_rule_ids, bytes, sizeof(key), &known);
	if (result == TEXTSET_ADDED) {
		if (append_group_rule(model, rule) == MODEL_NONE)
			return MODEL_NO_MEMORY;
		if (key.id != MODEL_NONE && append_identified(model, &number) == MODEL_NONE)
			return MODEL_NO_MEMORY;
		return MODEL_OK;
	}
	if (result != TEXTSET_KNOWN)
		return MODEL_NO_MEMORY;
	held = &model->group_rules[model->identified[known]];
	switch (choose(model, held->fetched_at, rule->fetched_at, held->json == rule->json)) {
	case CHOOSE_NEW:
		/* in the order of the later listing */
		held->fetched_at = MODEL_NEVER;
		model->identified[known] = append_group_rule(model, rule);
		return model->identified[known] == MODEL_NONE ? MODEL_NO_MEMORY : MODEL_OK;
	case CHOOSE_HELD:
		return MODEL_OK;
	default:
		return differs(fault, &held->place);
	}
}

int model_add_member(struct model *model, uint32_t group, uint32_t vnic, int64_t fetched_at)
{
	const struct model_member member = {group, vnic, fetched_at};

	return append_member(model, &member) == MODEL_NONE ? -1 : 0;
}

int model_add_vnic_group(struct model *model, uint32_t vnic, uint32_t group, int64_t fetched_at)
{
	const struct model_member member = {group, vnic, fetched_at};

	return append_vnic_group(model, &member) == MODEL_NONE ? -1 : 0;
}

int model_add_address(
	struct model *model, uint32_t vnic, const struct address *address, int64_t fetched_at)
{
	const struct model_address entry = {*address, vnic, fetched_at};

	return append_address(model, &entry) == MODEL_NONE ? -1 : 0;
}

int model_add_range(
	struct model *model, uint32_t service, const struct prefix *prefix, int64_t fetched_at)
{
	const struct model_range range = {*prefix, service, fetched_at};

	return append_range(model, &range) == MODEL_NONE ? -1 : 0;
}

void model_set_subnet(struct model *model, uint32_t vnic, uint32_t subnet)
{
	if (model->vnics[vnic].subnet == MODEL_NONE)
		model->vnics[vnic].subnet = subnet;
}

void model_miss_addresses(struct model *model, uint32_t vnic)
{
	model->vnics[vnic].is_partial = true;
}

void model_miss_subnet(struct model *model, uint32_t ocid)
{
	model->text_info[ocid].is_partial = true;
}

enum model_listing model_listing_of(const struct model *model, const struct model_subnet *subnet)
{
	return model->text_info[subnet->ocid].is_partial ? MODEL_LISTING_REFUSED : subnet->listing;
}

int model_set_listing(struct model *model, const char *ocid, size_t len, enum model_listing listing)
{
	size_t text = textset_find(&model->texts, ocid, len);
	uint32_t number =
		text == SIZE_MAX ? MODEL_NONE : model_find(model, MODEL_SUBNET, (uint32_t)text);

	if (number == MODEL_NONE)
		return -1;
	model->subnets[number].listing = listing;
	return 0;
}

static int set_all_groups(struct model *model, uint32_t ocid)
{
	uint32_t vcn;

	if (ocid == MODEL_NONE)
		return 0;
	vcn = model_thing(model, MODEL_VCN, ocid);
	if (vcn == MODEL_NONE)
		return -1;
	model->vcns[vcn].all_groups = true;
	return 0;
}

int model_set_all_groups(struct model *model, const char *ocid, size_t len)
{
	if (ocid) {
		uint32_t text = model_text(model, ocid, len);

		return text == MODEL_NONE ? -1 : set_all_groups(model, text);
	}
	for (size_t i = 0; i < model->subnet_count; i++)
		if (set_all_groups(model, model->subnets[i].vcn) != 0)
			return -1;
	for (size_t i = 0; i < model->group_count; i++)
		if (set_all_groups(model, model->groups[i].vcn) != 0)
			return -1;
	return 0;
}

static size_t count_named(const struct model_name *names, size_t count)
{
	size_t held = 0;

	for (size_t i = 0; i < count; i++)
		held += names[i].place.fetched_at != MODEL_NEVER;
	return held;
}

size_t model_count(const struct model *model, enum model_kind kind)
{
	size_t count = 0;

	switch (kind) {
	case MODEL_SUBNET:
		return model->subnet_count;
	case MODEL_LIST:
		return model->list_count;
	case MODEL_GROUP:
		for (size_t i = 0; i < model->group_count; i++) {
			const struct model_group *group = &model->groups[i];

			count += group->place.fetched_at != MODEL_NEVER ||
				 group->rules_at != MODEL_NEVER || group->members_at != MODEL_NEVER;
		}
		return count;
	case MODEL_VNIC:
		return model->vnic_count;
	case MODEL_VCN:
		return count_named(model->vcns, model->vcn_count);
	case MODEL_COMPARTMENT:
		return count_named(model->compartments, model->compartment_count);
	case MODEL_SERVICE:
		return model->service_count;
	default:
		return 0;
	}
}

size_t model_count_blockless(const struct model *model)
{
	size_t count = 0;

	for (size_t i = 0; i < model->subnet_count; i++)
		count += model->subnets[i].prefix_count == 0;
	return count;
}

size_t model_count_groups_without(const struct model *model, enum model_part part)
{
	size_t count = 0;

	for (size_t i = 0; i < model->group_count; i++) {
		const struct model_group *group = &model->groups[i];

		count += (part == MODEL_GROUP_RULES ? group->rules_at : group->members_at) ==
			 MODEL_NEVER;
	}
	return count;
}

int model_count_unlisted(const struct model *model, size_t *count)
{
	bool *is_known = calloc(model->subnet_count + 1, sizeof(*is_known));
	size_t known = 0;

	*count = 0;
	if (!is_known)
		return -1;
	/* what no listing says goes by the VNICs that have addresses */
	for (size_t i = 0; i < model->vnic_count; i++) {
		const struct model_vnic *vnic = &model->vnics[i];
		uint32_t subnet = model_find(model, MODEL_SUBNET, vnic->subnet);

		if (subnet != MODEL_NONE && vnic->addresses_at != MODEL_NEVER && !vnic->is_partial)
			is_known[subnet] = true;
	}
	for (size_t i = 0; i < model->subnet_count; i++) {
		enum model_listing listing = model_listing_of(model, &model->subnets[i]);

		known += listing == MODEL_NOT_LISTED ? is_known[i] : listing == MODEL_LISTED;
	}
	free(is_known);
	if (known > 0)
		*count = model->subnet_count - known;
	return 0;
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
	const struct model_subnet *subnet = &model->subnets[at.subnet];
	uint32_t ocid = model->named[subnet->list_first + at.list];
	struct model_text *info = &model->text_info[ocid];

	if (info->thing[MODEL_LIST] != MODEL_NONE || info->missed)
		return false;
	info->missed = true;
	missing->list = model_bytes(model, ocid);
	missing->subnet = model_bytes(model, subnet->ocid);
	return true;
}

bool model_next_missing(struct model *model, size_t *cursor, struct model_missing *missing)
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

size_t model_count_missing(struct model *model)
{
	struct model_missing missing;
	size_t cursor = 0;
	size_t count = 0;

	while (model_next_missing(model, &cursor, &missing))
		count++;
	return count;
}

int model_add_unread(struct model *model, const struct model_unread *unread)
{
	return append_unread(model, unread) == MODEL_NONE ? -1 : 0;
}

/* When what is held was fetched, or MODEL_NEVER. */
static int64_t time_of_part(const struct model *model, enum model_part part, uint32_t ocid)
{
	uint32_t number =
		model_find(model, part == MODEL_WHOLE_LIST ? MODEL_LIST : MODEL_GROUP, ocid);

	if (number == MODEL_NONE)
		return MODEL_NEVER;
	if (part == MODEL_WHOLE_LIST)
		return model->lists[number].place.fetched_at;
	if (part == MODEL_GROUP_RULES)
		return model->groups[number].rules_at;
	return model->groups[number].members_at;
}

const struct model_unread *model_next_outdated(
	const struct model *model, size_t *cursor, int64_t *held_at)
{
	while (*cursor < model->unread_count) {
		const struct model_unread *unread = &model->unreads[(*cursor)++];

		*held_at = time_of_part(model, unread->part, unread->ocid);
		if (*held_at != MODEL_NEVER && *held_at < unread->place.fetched_at)
			return unread;
	}
	return NULL;
}

static struct rule_text part(const struct model *model, uint32_t text)
{
	struct lookup_text bytes = model_bytes(model, text);

	return (struct rule_text){bytes.text, bytes.len};
}

struct rule_parts model_rule_parts(
	const struct model *model, const struct model_rule *rule, bool is_of_group)
{
	return (struct rule_parts){
		.direction = rule->direction,
		.is_of_group = is_of_group,
		.is_stateless = rule->is_stateless == MODEL_TRUE,
		.is_valid = rule->is_valid != MODEL_FALSE,
		.protocol = part(model, rule->protocol),
		.peer = part(model, rule->peer),
		.peer_type = part(model, rule->peer_type),
		.tcp_source = rule->tcp.source,
		.tcp_destination = rule->tcp.destination,
		.udp_source = rule->udp.source,
		.udp_destination = rule->udp.destination,
		.icmp_type = rule->icmp.type,
		.icmp_code = rule->icmp.code,
		.id = part(model, rule->id),
		.description = part(model, rule->description),
	};
}

/*
 * A lookup file as one thing: opened, mapped and checked from the first byte to the
 * last, and only then handed out; and what is found in it, by OCID, by address, by
 * number: a hash probe or a few comparisons each, and no allocation.
 *
 * What was checked when the file was opened is true as long as nobody writes
 * into it, which the manual forbids. Somebody may all the same, so each number
 * that leads to another place is copied out of the mapping and compared with
 * the bounds again before it is followed: a few comparisons, and no read
 * outside the file.
 */
#include "lookup/lookup.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/hash.h"
#include "deflate/crc32.h"
#include "lookup/check.h"
#include "lookup/mapped.h"

enum lookup_error lookup_open(struct lookup **result, const char *path,
	char detail[LOOKUP_DETAIL_SIZE], lookup_runner *runner)
{
	struct lookup *lookup = calloc(1, sizeof(*lookup));
	struct lookup out_of_memory = {.detail = detail};
	enum lookup_error error;

	*result = NULL;
	mapped_refuse(&out_of_memory, LOOKUP_NO_MEMORY, "out of memory");
	if (!lookup)
		return LOOKUP_NO_MEMORY;
	lookup->detail = detail;
	error = mapped_open(lookup, path);
	if (error == LOOKUP_OK)
		error = check_file(lookup, runner);
	if (error != LOOKUP_OK) {
		lookup_close(lookup);
		return error;
	}
	lookup->detail = NULL;
	*result = lookup;
	return LOOKUP_OK;
}

void lookup_close(struct lookup *lookup)
{
	if (!lookup)
		return;
	mapped_release(lookup);
	free(lookup);
}

int lookup_guard(const struct lookup *lookup, void (*function)(void *), void *context)
{
	return mapped_guard(lookup, function, context);
}

/* The bytes at offset in a section, or none of them if they aren't in it. */
static struct lookup_text part_of(
	const char *section, size_t size, uint64_t offset, uint64_t length)
{
	struct lookup_text part = {section, 0};

	if (offset <= size && length <= size - offset) {
		part.text += offset;
		part.len = (size_t)length;
	}
	return part;
}

/* A run of numbers, or an empty one if it isn't in its section. */
static struct lookup_run run_of(
	const uint32_t *section, size_t size, uint32_t first, uint32_t count)
{
	struct lookup_run run = {section, 0};

	if (section != NULL && first <= size && count <= size - first) {
		run.numbers += first;
		run.count = count;
	}
	return run;
}

static struct lookup_rules rules_of(const struct lookup *lookup, uint32_t first, uint32_t count)
{
	struct lookup_rules rules = {0};

	if (count == 0 || first > lookup->rules.count || count > lookup->rules.count - first ||
		lookup->boxes.count != rule_boxes_count(lookup->rules.count))
		return rules;
	rules.rules = lookup->rules.at + first;
	rules.boxes = lookup->boxes.at;
	rules.count = count;
	rules.first = first;
	return rules;
}

/* What a subnet's record, already copied out of the mapping, leads to. */
static void follow_subnet(const struct lookup *lookup, const struct format_subnet *record,
	size_t number, struct lookup_subnet *subnet)
{
	struct format_set set = {0};
	size_t first = record->prefix_first;
	size_t count = record->prefix_count;

	if (first > lookup->prefixes.count || count > lookup->prefixes.count - first)
		first = count = 0;
	if (record->set < lookup->sets.count)
		set = lookup->sets.at[record->set];
	MAPPED_COPIED();
	subnet->prefixes = lookup->prefixes.at + first;
	subnet->prefix_count = count;
	subnet->lists = part_of(lookup->json.at, lookup->json.count, set.lists, set.lists_length);
	subnet->ids = part_of(lookup->json.at, lookup->json.count, set.ids, set.ids_length);
	subnet->number = (uint32_t)number;
	subnet->set = record->set;
	subnet->vcn = record->vcn;
}

/* Copies the record of a subnet if it is the one with that OCID. */
static bool take_subnet(const struct lookup *lookup, size_t at, const char *ocid, size_t len,
	struct format_subnet *record)
{
	struct lookup_text text;

	*record = lookup->subnets.at[at];
	MAPPED_COPIED();
	text = mapped_key(lookup, record->ocid);
	return text.len == len && memcmp(text.text, ocid, len) == 0;
}

/*
 * Where the things with a hash stand: from *at to before *end. The index is
 * read once, and what it says is cut at the number of things.
 */
static void probe(
	const uint32_t *index, size_t length, size_t count, uint32_t hash, size_t *at, size_t *end)
{
	const uint32_t *entry = &index[format_range(hash, length - 1)];

	*at = entry[0];
	*end = entry[1];
	MAPPED_COPIED();
	if (*end > count)
		*end = count;
}

/* Finds the record of a subnet and copies it. Returns its number, counted from
 * 1, or 0: it is not there. */
static size_t find_subnet(
	const struct lookup *lookup, const char *ocid, size_t len, struct format_subnet *record)
{
	uint32_t hash = crc32_update(0, ocid, len);
	size_t at, end;

	probe(lookup->index.at, lookup->index.count, lookup->subnets.count, hash, &at, &end);
	for (; at < end; at++)
		if (lookup->subnets.at[at].hash == hash &&
			take_subnet(lookup, at, ocid, len, record))
			return at + 1;
	return 0;
}

bool lookup_find(
	const struct lookup *lookup, const char *ocid, size_t len, struct lookup_subnet *subnet)
{
	struct format_subnet record;
	size_t number = find_subnet(lookup, ocid, len, &record);

	if (number == 0)
		return false;
	follow_subnet(lookup, &record, number - 1, subnet);
	return true;
}

/* Where the thing with an OCID is remembered: by its last bytes, which differ the most. */
static inline size_t hint_of(const char *ocid, size_t len)
{
	uint64_t tail = 0;

	if (len >= sizeof(tail))
		memcpy(&tail, ocid + len - sizeof(tail), sizeof(tail));
	return hash_bits(tail, LOOKUP_HINTS_BITS);
}

/* Returns true if a text that is known is ocid[0..len). */
static inline bool is_ocid(const struct lookup_text *text, const char *ocid, size_t len)
{
	return text->text != NULL && text->len == len && bytes_are_same(text->text, ocid, len);
}

bool lookup_learn(const struct lookup *lookup, struct lookup_hints *hints, const char *ocid,
	size_t len, struct lookup_subnet *subnet)
{
	struct format_subnet record;
	size_t number = find_subnet(lookup, ocid, len, &record);
	size_t at = hint_of(ocid, len);

	if (number == 0)
		return false;
	follow_subnet(lookup, &record, number - 1, subnet);
	hints->hints[at].ocid = mapped_key(lookup, record.ocid);
	hints->hints[at].subnet = *subnet;
	return true;
}

const struct lookup_subnet *lookup_recall(
	const struct lookup_hints *hints, const char *ocid, size_t len)
{
	const size_t at = hint_of(ocid, len);

	return is_ocid(&hints->hints[at].ocid, ocid, len) ? &hints->hints[at].subnet : NULL;
}

const struct prefix *lookup_prefixes(const struct lookup *lookup, size_t *n)
{
	*n = lookup->all_prefixes.count;
	return lookup->all_prefixes.at;
}

int64_t lookup_fetched_at(const struct lookup *lookup)
{
	struct format_meta meta;

	memcpy(&meta, lookup->meta.at, sizeof(meta));
	return meta.fetched_at;
}

void lookup_subnet_names(const struct lookup *lookup, uint32_t subnet, struct lookup_names *names)
{
	const struct lookup_text unknown = {NULL, 0};
	struct format_subnet record;

	*names = (struct lookup_names){unknown, unknown, unknown};
	if (subnet >= lookup->subnets.count)
		return;
	record = lookup->subnets.at[subnet];
	MAPPED_COPIED();
	names->subnet = mapped_text(lookup, record.name);
	if (record.vcn < lookup->vcns.count)
		names->vcn = mapped_text(lookup, lookup->vcns.at[record.vcn].name);
	if (record.compartment < lookup->compartments.count)
		names->compartment =
			mapped_text(lookup, lookup->compartments.at[record.compartment].name);
}

bool lookup_has_rules(const struct lookup *lookup)
{
	return lookup->rules.at != NULL;
}

void lookup_rule_texts(
	const struct lookup *lookup, const struct rule *rule, struct lookup_rule_texts *texts)
{
	const char *all = lookup->rule_texts.at;
	size_t size = lookup->rule_texts.count;
	const struct lookup_text unknown = {NULL, 0};
	struct rule copy = *rule;

	MAPPED_COPIED();
	texts->entry = part_of(all, size, rule_entry_at(&copy), copy.entry_length);
	texts->text = part_of(all, size, rule_text_at(&copy), copy.text_length);
	texts->id = texts->description = unknown;
	if (copy.id_length != RULE_ABSENT)
		texts->id = part_of(all, size, rule_id_at(&copy), copy.id_length);
	if (copy.description_length != RULE_ABSENT)
		texts->description =
			part_of(all, size, rule_description_at(&copy), copy.description_length);
}

struct lookup_run lookup_subnet_lists(
	const struct lookup *lookup, const struct lookup_subnet *subnet)
{
	struct format_set set = {0};

	if (subnet->set < lookup->sets.count)
		set = lookup->sets.at[subnet->set];
	MAPPED_COPIED();
	return run_of(
		lookup->set_lists.at, lookup->set_lists.count, set.list_first, set.list_count);
}

size_t lookup_list_count(const struct lookup *lookup)
{
	return lookup->lists.count;
}

void lookup_list(const struct lookup *lookup, uint32_t number, struct lookup_list *list)
{
	struct format_list record;

	*list = (struct lookup_list){0};
	if (number >= lookup->lists.count)
		return;
	record = lookup->lists.at[number];
	MAPPED_COPIED();
	list->ocid = mapped_text(lookup, record.ocid);
	list->name = mapped_text(lookup, record.name);
	list->rules = rules_of(lookup, record.rule_first, record.rule_count);
	list->fetched_at = record.fetched_at;
	list->is_held = record.json_length != FORMAT_JSON_ABSENT;
	if (list->is_held)
		list->json = part_of(
			lookup->json.at, lookup->json.count, record.json, record.json_length);
}

bool lookup_has_vnics(const struct lookup *lookup)
{
	return lookup->vnics.at != NULL;
}

size_t lookup_vnic_count(const struct lookup *lookup)
{
	return lookup->vnics.count;
}

/* What a VCN's flags and groups say together: see lookup_vcn. */
static bool groups_of_vcn_are_known(const struct lookup *lookup, uint32_t number)
{
	uint32_t flags = number < lookup->vcns.count ? lookup->vcns.at[number].flags : 0;

	return (flags & (FORMAT_VCN_ALL_GROUPS | FORMAT_VCN_ALL_MEMBERS)) ==
	       (FORMAT_VCN_ALL_GROUPS | FORMAT_VCN_ALL_MEMBERS);
}

/* What a VNIC's record, already copied out of the mapping, leads to. */
static void follow_vnic(const struct lookup *lookup, const struct format_vnic *record,
	size_t number, struct lookup_vnic *vnic)
{
	size_t first = record->address_first;
	size_t count = record->address_count;

	if (first > lookup->addresses.count || count > lookup->addresses.count - first)
		first = count = 0;
	vnic->number = (uint32_t)number;
	vnic->vcn = record->vcn;
	vnic->ocid = mapped_key(lookup, record->ocid);
	vnic->subnet = mapped_text(lookup, record->subnet);
	vnic->addresses = lookup->addresses.at + first;
	vnic->address_count = count;
	vnic->groups = run_of(lookup->vnic_groups.at, lookup->vnic_groups.count,
		record->group_first, record->group_count);
	vnic->groups_are_known = (record->flags & FORMAT_VNIC_GROUPS) != 0 ||
				 groups_of_vcn_are_known(lookup, record->vcn);
	vnic->addresses_are_known = (record->flags & FORMAT_VNIC_ADDRESSES) != 0;
	vnic->fetched_at = record->fetched_at;
}

/* Copies the record of a VNIC if it is the one with that OCID. */
static bool take_vnic(const struct lookup *lookup, size_t at, const char *ocid, size_t len,
	struct format_vnic *record)
{
	struct lookup_text text;

	*record = lookup->vnics.at[at];
	MAPPED_COPIED();
	text = mapped_key(lookup, record->ocid);
	return text.len == len && memcmp(text.text, ocid, len) == 0;
}

/* As find_subnet. */
static size_t find_vnic(
	const struct lookup *lookup, const char *ocid, size_t len, struct format_vnic *record)
{
	uint32_t hash = crc32_update(0, ocid, len);
	size_t at, end;

	probe(lookup->vnic_index.at, lookup->vnic_index.count, lookup->vnics.count, hash, &at,
		&end);
	for (; at < end; at++)
		if (lookup->vnics.at[at].hash == hash && take_vnic(lookup, at, ocid, len, record))
			return at + 1;
	return 0;
}

bool lookup_find_vnic(const struct lookup *lookup, struct lookup_vnic_hints *hints,
	const char *ocid, size_t len, struct lookup_vnic *vnic)
{
	struct format_vnic record;
	size_t number;

	if (lookup->vnics.count == 0)
		return false;
	number = find_vnic(lookup, ocid, len, &record);
	if (number == 0)
		return false;
	follow_vnic(lookup, &record, number - 1, vnic);
	if (hints != NULL)
		hints->hints[hint_of(ocid, len)] = *vnic;
	return true;
}

const struct lookup_vnic *lookup_recall_vnic(
	const struct lookup_vnic_hints *hints, const char *ocid, size_t len)
{
	const struct lookup_vnic *vnic = &hints->hints[hint_of(ocid, len)];

	return is_ocid(&vnic->ocid, ocid, len) ? vnic : NULL;
}

void lookup_vnic(const struct lookup *lookup, uint32_t number, struct lookup_vnic *vnic)
{
	struct format_vnic record;

	*vnic = (struct lookup_vnic){.number = LOOKUP_NONE, .vcn = LOOKUP_NONE};
	if (number >= lookup->vnics.count)
		return;
	record = lookup->vnics.at[number];
	MAPPED_COPIED();
	follow_vnic(lookup, &record, number, vnic);
}

static bool is_same(const struct format_address *found, const struct address *address)
{
	return found->high == address->high && found->low == address->low &&
	       found->family == address->family;
}

struct address lookup_vnic_address(const struct lookup_vnic *vnic, size_t index)
{
	const struct format_address *found = &vnic->addresses[index];

	return (struct address){found->high, found->low, found->family};
}

bool lookup_vnic_has(const struct lookup_vnic *vnic, const struct address *address)
{
	for (size_t i = 0; i < vnic->address_count; i++)
		if (is_same(&vnic->addresses[i], address))
			return true;
	return false;
}

uint32_t lookup_find_holder(
	const struct lookup *lookup, uint32_t vcn, const struct address *address)
{
	uint32_t hash = format_hash(address->high, address->low, vcn);
	size_t slots = lookup->address_index.count;
	size_t at = hash & (slots - 1);

	if (slots == 0 || vcn == LOOKUP_NONE)
		return LOOKUP_NONE;
	/* the table is half empty; the count is for one that was written into */
	for (size_t i = 0; i < slots; i++, at = (at + 1) & (slots - 1)) {
		struct format_slot slot = lookup->address_index.at[at];
		struct format_address found;

		MAPPED_COPIED();
		if (slot.address == 0 || slot.address > lookup->addresses.count)
			break;
		if (slot.hash != hash)
			continue;
		found = lookup->addresses.at[slot.address - 1];
		MAPPED_COPIED();
		if (is_same(&found, address) && found.vnic < lookup->vnics.count &&
			lookup->vnics.at[found.vnic].vcn == vcn)
			return found.vnic;
	}
	return LOOKUP_NONE;
}

size_t lookup_group_count(const struct lookup *lookup)
{
	return lookup->groups.count;
}

void lookup_group(const struct lookup *lookup, uint32_t number, struct lookup_group *group)
{
	struct format_group record;

	*group = (struct lookup_group){.vcn = LOOKUP_NONE, .compartment = LOOKUP_NONE};
	if (number >= lookup->groups.count)
		return;
	record = lookup->groups.at[number];
	MAPPED_COPIED();
	group->ocid = mapped_text(lookup, record.ocid);
	group->name = mapped_text(lookup, record.name);
	group->vcn = record.vcn;
	group->compartment = record.compartment;
	group->fetched_at = record.fetched_at;
	group->is_held = (record.flags & FORMAT_GROUP_HELD) != 0;
	group->rules_are_known =
		(record.flags & FORMAT_GROUP_RULES) != 0 && lookup->rules.at != NULL;
	group->members_are_known = (record.flags & FORMAT_GROUP_MEMBERS) != 0 &&
				   (record.member_count == 0 || lookup->vnics.at != NULL);
	group->addresses_are_known =
		group->members_are_known && (record.flags & FORMAT_GROUP_ADDRESSES) != 0;
	if (group->rules_are_known) {
		group->rules = rules_of(lookup, record.rule_first, record.rule_count);
		group->json = part_of(lookup->group_json.at, lookup->group_json.count, record.json,
			record.json_length);
	}
	if (group->members_are_known)
		group->members = run_of(lookup->members.at, lookup->members.count,
			record.member_first, record.member_count);
}

uint32_t lookup_find_group(const struct lookup *lookup, const char *ocid, size_t len)
{
	size_t low = 0, high = lookup->groups.count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		struct lookup_text text = mapped_key(lookup, lookup->groups.at[middle].ocid);
		int order = memcmp(text.text, ocid, text.len < len ? text.len : len);

		if (order == 0 && text.len == len)
			return (uint32_t)middle;
		if (order < 0 || (order == 0 && text.len < len))
			low = middle + 1;
		else
			high = middle;
	}
	return LOOKUP_NONE;
}

bool lookup_run_has(const struct lookup_run *run, uint32_t number)
{
	size_t low = 0, high = run->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (run->numbers[middle] == number)
			return true;
		if (run->numbers[middle] < number)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

size_t lookup_vcn_count(const struct lookup *lookup)
{
	return lookup->vcns.count;
}

void lookup_vcn(const struct lookup *lookup, uint32_t number, struct lookup_vcn *vcn)
{
	struct format_vcn record;

	*vcn = (struct lookup_vcn){0};
	if (number >= lookup->vcns.count)
		return;
	record = lookup->vcns.at[number];
	MAPPED_COPIED();
	vcn->ocid = mapped_text(lookup, record.ocid);
	vcn->name = mapped_text(lookup, record.name);
	vcn->all_groups = (record.flags & FORMAT_VCN_ALL_GROUPS) != 0;
	vcn->groups_are_known = vcn->all_groups && (record.flags & FORMAT_VCN_ALL_MEMBERS) != 0;
}

/* As prefix_compare does, for the block of one address. */
static bool comes_after(const struct prefix *prefix, const struct address *address)
{
	if (prefix->family != address->family)
		return prefix->family > address->family;
	if (prefix->high != address->high)
		return prefix->high > address->high;
	return prefix->low > address->low;
}

/* The number of prefixes (each at the beginning of an entry of size bytes) of a
 * sorted run that do not come after an address. */
static size_t count_before(
	const void *run, size_t size, size_t count, const struct address *address)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (comes_after((const void *)((const char *)run + middle * size), address))
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

uint32_t lookup_find_block(const struct lookup *lookup, uint32_t vcn, const struct address *address)
{
	struct format_vcn record;
	const struct format_block *run;
	size_t at;

	if (vcn >= lookup->vcns.count)
		return LOOKUP_NONE;
	record = lookup->vcns.at[vcn];
	MAPPED_COPIED();
	if (record.block_first > lookup->blocks.count ||
		record.block_count > lookup->blocks.count - record.block_first)
		return LOOKUP_NONE;
	run = lookup->blocks.at + record.block_first;
	at = count_before(run, sizeof(*run), record.block_count, address);
	/* of all that hold the address the smallest is the one before it, or
	 * encloses that; each step leads to a lower number */
	while (at > 0) {
		struct format_block block = run[at - 1];

		MAPPED_COPIED();
		if (prefix_holds(&block.prefix, address))
			return block.subnet;
		if (block.enclosing >= at - 1)
			break;
		at = (size_t)block.enclosing + 1;
	}
	return LOOKUP_NONE;
}

size_t lookup_service_count(const struct lookup *lookup)
{
	return lookup->services.count;
}

void lookup_service(const struct lookup *lookup, uint32_t number, struct lookup_service *service)
{
	struct format_service record;

	*service = (struct lookup_service){0};
	if (number >= lookup->services.count)
		return;
	record = lookup->services.at[number];
	MAPPED_COPIED();
	service->label = mapped_text(lookup, record.label);
	service->fetched_at = record.fetched_at;
	service->ranges = lookup->ranges.at;
	if (record.range_first <= lookup->ranges.count &&
		record.range_count <= lookup->ranges.count - record.range_first) {
		service->ranges += record.range_first;
		service->range_count = record.range_count;
	}
}

bool lookup_service_has(const struct lookup *lookup, uint32_t number, const struct address *address)
{
	struct lookup_service service;
	size_t at;

	lookup_service(lookup, number, &service);
	at = count_before(service.ranges, sizeof(*service.ranges), service.range_count, address);
	return at > 0 && prefix_holds(&service.ranges[at - 1], address);
}

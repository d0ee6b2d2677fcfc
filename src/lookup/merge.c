/*
 * Everything that a lookup file says is told to the model as if it had been
 * fetched at the time that the file gives for it. Lists and the rules of groups
 * are read from their JSON by the same functions as dumps.
 */
#include "lookup/merge.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/msg.h"
#include "lookup/content.h"
#include "lookup/import.h"

/* What is being read back. */
struct merge {
	struct model *model;
	const struct lookup *lookup;
	const char *source;
	int64_t *named_at; /* of each list: when the latest subnet was that names it */
	struct json_parser *parser;
	struct json_tree tree;
	struct model_fault *fault;
};

static struct model_place place_of(const struct merge *merge, int64_t fetched_at)
{
	return (struct model_place){merge->source, 0, fetched_at};
}

static enum model_result malformed(struct merge *merge)
{
	snprintf(merge->fault->text, MODEL_FAULT_SIZE,
		"its security lists are not such as vcnmeta writes");
	return MODEL_MALFORMED;
}

static enum model_result parse(struct merge *merge, struct lookup_text text)
{
	enum json_error error =
		json_tree_parse(&merge->tree, merge->parser, text.text, text.len, LIMIT_DEPTH);

	if (error == JSON_NO_MEMORY)
		return MODEL_NO_MEMORY;
	return error == JSON_OK ? MODEL_OK : malformed(merge);
}

/* Of two copies that differ the message names what they are of. */
static enum model_result name_differing(
	struct merge *merge, enum model_result result, struct lookup_text ocid)
{
	char quoted[MSG_QUOTED_SIZE];

	if (result == MODEL_DIFFERS)
		snprintf(merge->fault->text, MODEL_FAULT_SIZE, "%.*s", MODEL_FAULT_SIZE - 1,
			msg_quote(quoted, ocid.text, ocid.len));
	return result;
}

/* Takes in a text; one that is not known stays so. Returns 0, or -1. */
static int take_text(struct model *model, struct lookup_text from, uint32_t *text)
{
	*text = MODEL_NONE;
	if (!from.text)
		return 0;
	*text = model_text(model, from.text, from.len);
	return *text == MODEL_NONE ? -1 : 0;
}

static enum model_result merge_list(struct merge *merge, size_t number)
{
	struct lookup_list list;
	enum model_result result;

	lookup_list(merge->lookup, (uint32_t)number, &list);
	if (!list.is_held)
		return MODEL_OK;
	result = parse(merge, list.json);
	if (result == MODEL_OK)
		result = import_rendered_list(merge->model, &merge->tree, &list.rules,
			place_of(merge, list.fetched_at), merge->fault);
	if (result == MODEL_MALFORMED)
		return malformed(merge);
	return name_differing(merge, result, list.ocid);
}

static enum model_result take_prefixes(
	struct model *model, const struct lookup_subnet *from, struct model_subnet *subnet)
{
	subnet->prefix_first = (uint32_t)model->prefix_count;
	for (size_t i = 0; i < from->prefix_count; i++)
		if (model_add_prefix(model, &from->prefixes[i]) != 0)
			return MODEL_NO_MEMORY;
	model_sort_prefixes(model, subnet);
	return MODEL_OK;
}

static enum model_result take_lists(
	struct merge *merge, const struct content_subnet *from, struct model_subnet *subnet)
{
	struct lookup_run run = lookup_subnet_lists(merge->lookup, &from->subnet);

	subnet->list_first = (uint32_t)merge->model->named_count;
	subnet->list_count = (uint32_t)run.count;
	for (size_t i = 0; i < run.count; i++) {
		struct lookup_list list;
		uint32_t ocid;

		lookup_list(merge->lookup, run.numbers[i], &list);
		if (!list.ocid.text)
			return malformed(merge);
		if (take_text(merge->model, list.ocid, &ocid) != 0 ||
			model_add_named(merge->model, ocid) != 0)
			return MODEL_NO_MEMORY;
		if (from->fetched_at > merge->named_at[run.numbers[i]])
			merge->named_at[run.numbers[i]] = from->fetched_at;
	}
	return MODEL_OK;
}

static int miss(struct merge *merge, enum model_part part, uint32_t ocid, int64_t fetched_at)
{
	const struct model_unread unread = {part, ocid, place_of(merge, fetched_at)};

	return model_add_unread(merge->model, &unread);
}

/* A list that the file's subnets name and that it does not hold could not be
 * read then. */
static enum model_result miss_list(struct merge *merge, size_t number)
{
	struct lookup_list list;
	uint32_t ocid;

	lookup_list(merge->lookup, (uint32_t)number, &list);
	if (list.is_held || merge->named_at[number] == MODEL_NEVER)
		return MODEL_OK;
	if (take_text(merge->model, list.ocid, &ocid) != 0 ||
		miss(merge, MODEL_WHOLE_LIST, ocid, merge->named_at[number]) != 0)
		return MODEL_NO_MEMORY;
	return MODEL_OK;
}

static enum model_result merge_subnet(struct merge *merge, size_t number)
{
	struct model *model = merge->model;
	struct model_subnet subnet = {0};
	struct content_subnet from;
	enum model_result result;

	content_subnet(merge->lookup, number, &from);
	if (!from.ocid.text)
		return malformed(merge);
	if (take_text(model, from.ocid, &subnet.ocid) != 0 ||
		take_text(model, from.name, &subnet.name) != 0 ||
		take_text(model, from.vcn, &subnet.vcn) != 0 ||
		take_text(model, from.compartment, &subnet.compartment) != 0)
		return MODEL_NO_MEMORY;
	result = take_prefixes(model, &from.subnet, &subnet);
	if (result == MODEL_OK)
		result = take_lists(merge, &from, &subnet);
	if (result != MODEL_OK)
		return result;
	if (from.is_listed)
		subnet.listing = MODEL_LISTED;
	else if (from.is_refused)
		subnet.listing = MODEL_LISTING_REFUSED;
	subnet.place = place_of(merge, from.fetched_at);
	return name_differing(merge, model_add_subnet(model, &subnet, merge->fault), from.ocid);
}

static enum model_result merge_name(
	struct merge *merge, enum model_kind kind, struct content_name from)
{
	struct model_name name = {.place = place_of(merge, from.fetched_at)};

	if (take_text(merge->model, from.ocid, &name.ocid) != 0 ||
		take_text(merge->model, from.name, &name.name) != 0)
		return MODEL_NO_MEMORY;
	if (name.name == MODEL_NONE)
		return MODEL_OK;
	return name_differing(
		merge, model_add_name(merge->model, kind, &name, merge->fault), from.ocid);
}

static enum model_result merge_vcn(struct merge *merge, size_t number)
{
	struct content_name from = content_vcn(merge->lookup, number);
	struct lookup_vcn vcn;

	lookup_vcn(merge->lookup, (uint32_t)number, &vcn);
	if (vcn.all_groups &&
		model_set_all_groups(merge->model, from.ocid.text, from.ocid.len) != 0)
		return MODEL_NO_MEMORY;
	return merge_name(merge, MODEL_VCN, from);
}

static enum model_result merge_compartment(struct merge *merge, size_t number)
{
	return merge_name(merge, MODEL_COMPARTMENT, content_compartment(merge->lookup, number));
}

static enum model_result merge_rules(
	struct merge *merge, const struct lookup_group *from, uint32_t group)
{
	enum model_result result;

	if (!from->rules_are_known || !model_begin_rules(merge->model, group, from->fetched_at))
		return MODEL_OK;
	result = parse(merge, from->json);
	if (result == MODEL_OK) {
		/* begun already, so that rules of the model's own are not meant */
		bool keeps_own = merge->model->keeps_own;

		merge->model->keeps_own = false;
		result = import_rendered_rules(merge->model, group, &merge->tree,
			place_of(merge, from->fetched_at), merge->fault);
		merge->model->keeps_own = keeps_own;
	}
	return result == MODEL_MALFORMED ? malformed(merge) : result;
}

static enum model_result merge_members(
	struct merge *merge, const struct lookup_group *from, uint32_t group)
{
	if (!from->members_are_known || !model_begin_members(merge->model, group, from->fetched_at))
		return MODEL_OK;
	for (size_t i = 0; i < from->members.count; i++) {
		struct lookup_vnic vnic;
		uint32_t ocid, number;

		lookup_vnic(merge->lookup, from->members.numbers[i], &vnic);
		if (take_text(merge->model, vnic.ocid, &ocid) != 0)
			return MODEL_NO_MEMORY;
		if (ocid == MODEL_NONE)
			return malformed(merge);
		number = model_thing(merge->model, MODEL_VNIC, ocid);
		if (number == MODEL_NONE ||
			model_add_member(merge->model, group, number, from->fetched_at) != 0)
			return MODEL_NO_MEMORY;
	}
	return MODEL_OK;
}

/* What a file lacks of a group that it holds could not be read. */
static int miss_parts(struct merge *merge, const struct lookup_group *from, uint32_t ocid)
{
	if (!from->is_held)
		return 0;
	if (!from->rules_are_known && miss(merge, MODEL_GROUP_RULES, ocid, from->fetched_at) != 0)
		return -1;
	if (from->members_are_known)
		return 0;
	return miss(merge, MODEL_GROUP_MEMBERS, ocid, from->fetched_at);
}

static enum model_result merge_group(struct merge *merge, size_t number)
{
	struct model *model = merge->model;
	struct model_group group = {0};
	struct lookup_group from;
	enum model_result result = MODEL_OK;
	struct lookup_vcn vcn;
	uint32_t held;

	lookup_group(merge->lookup, (uint32_t)number, &from);
	lookup_vcn(merge->lookup, from.vcn, &vcn);
	if (take_text(model, from.ocid, &group.ocid) != 0 ||
		take_text(model, from.name, &group.name) != 0 ||
		take_text(model, vcn.ocid, &group.vcn) != 0 ||
		take_text(model, content_compartment(merge->lookup, from.compartment).ocid,
			&group.compartment) != 0)
		return MODEL_NO_MEMORY;
	if (group.ocid == MODEL_NONE)
		return malformed(merge);
	held = model_thing(model, MODEL_GROUP, group.ocid);
	if (held == MODEL_NONE)
		return MODEL_NO_MEMORY;
	group.place = place_of(merge, from.fetched_at);
	if (from.is_held)
		result = model_add_group(model, &group, merge->fault);
	if (result == MODEL_OK)
		result = merge_rules(merge, &from, held);
	if (result == MODEL_OK)
		result = merge_members(merge, &from, held);
	if (result == MODEL_OK && miss_parts(merge, &from, group.ocid) != 0)
		return MODEL_NO_MEMORY;
	return name_differing(merge, result, from.ocid);
}

static int merge_addresses(struct model *model, const struct lookup_vnic *from, uint32_t vnic)
{
	bool is_partial = !from->addresses_are_known;

	if (model->vnics[vnic].addresses_at == from->fetched_at)
		is_partial |= model->vnics[vnic].is_partial;
	if (from->address_count == 0 || !model_begin_addresses(model, vnic, from->fetched_at))
		return 0;
	model->vnics[vnic].is_partial = is_partial;
	for (size_t i = 0; i < from->address_count; i++) {
		struct address address = lookup_vnic_address(from, i);

		if (model_add_address(model, vnic, &address, from->fetched_at) != 0)
			return -1;
	}
	return 0;
}

/* The groups that a VNIC said of itself to be in; others are members. */
static int merge_vnic_groups(struct merge *merge, const struct lookup_vnic *from, uint32_t vnic)
{
	struct model *model = merge->model;

	if (!content_vnic_was_read(merge->lookup, from->number) ||
		!model_begin_groups(model, vnic, from->fetched_at))
		return 0;
	for (size_t i = 0; i < from->groups.count; i++) {
		struct lookup_group group;
		uint32_t ocid, number;

		lookup_group(merge->lookup, from->groups.numbers[i], &group);
		if (take_text(model, group.ocid, &ocid) != 0)
			return -1;
		if (ocid == MODEL_NONE)
			continue;
		number = model_thing(model, MODEL_GROUP, ocid);
		if (number == MODEL_NONE ||
			model_add_vnic_group(model, vnic, number, from->fetched_at) != 0)
			return -1;
	}
	return 0;
}

static enum model_result merge_vnic(struct merge *merge, size_t number)
{
	struct model *model = merge->model;
	struct lookup_vnic from;
	uint32_t ocid, subnet, vnic;

	lookup_vnic(merge->lookup, (uint32_t)number, &from);
	if (take_text(model, from.ocid, &ocid) != 0 || take_text(model, from.subnet, &subnet) != 0)
		return MODEL_NO_MEMORY;
	if (ocid == MODEL_NONE)
		return malformed(merge);
	vnic = model_thing(model, MODEL_VNIC, ocid);
	if (vnic == MODEL_NONE)
		return MODEL_NO_MEMORY;
	model_set_subnet(model, vnic, subnet);
	if (merge_addresses(model, &from, vnic) != 0 || merge_vnic_groups(merge, &from, vnic) != 0)
		return MODEL_NO_MEMORY;
	return MODEL_OK;
}

static enum model_result merge_service(struct merge *merge, size_t number)
{
	struct model *model = merge->model;
	struct lookup_service from;
	uint32_t label, service;

	lookup_service(merge->lookup, (uint32_t)number, &from);
	if (take_text(model, from.label, &label) != 0)
		return MODEL_NO_MEMORY;
	if (label == MODEL_NONE)
		return malformed(merge);
	service = model_thing(model, MODEL_SERVICE, label);
	if (service == MODEL_NONE)
		return MODEL_NO_MEMORY;
	if (!model_begin_ranges(model, service, from.fetched_at))
		return MODEL_OK;
	for (size_t i = 0; i < from.range_count; i++)
		if (model_add_range(model, service, &from.ranges[i], from.fetched_at) != 0)
			return MODEL_NO_MEMORY;
	return MODEL_OK;
}

static enum model_result merge_all(struct merge *merge)
{
	static const struct {
		size_t (*count)(const struct lookup *lookup);
		enum model_result (*merge)(struct merge *merge, size_t number);
	} kinds[] = {
		{lookup_list_count, merge_list},
		{content_subnet_count, merge_subnet},
		{lookup_list_count, miss_list},
		{lookup_vcn_count, merge_vcn},
		{content_compartment_count, merge_compartment},
		{lookup_group_count, merge_group},
		{lookup_vnic_count, merge_vnic},
		{lookup_service_count, merge_service},
	};
	enum model_result result = MODEL_OK;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		for (size_t j = 0; j < kinds[i].count(merge->lookup) && result == MODEL_OK; j++)
			result = kinds[i].merge(merge, j);
	return result;
}

enum model_result merge_lookup(struct model *model, const struct lookup *lookup,
	enum merge_choice choice, const char *source, struct model_fault *fault)
{
	struct merge merge = {
		.model = model,
		.lookup = lookup,
		.source = source,
		.parser = json_parser_new(),
		.tree = JSON_TREE_INIT,
		.fault = fault,
	};
	enum model_result result = MODEL_NO_MEMORY;
	size_t list_count = lookup_list_count(lookup);

	merge.named_at = calloc(list_count + 1, sizeof(*merge.named_at));
	for (size_t i = 0; merge.named_at && i < list_count; i++)
		merge.named_at[i] = MODEL_NEVER;
	model->keeps_own = choice == MERGE_MODEL;
	if (merge.parser && merge.named_at)
		result = merge_all(&merge);
	model->keeps_own = false;
	free(merge.named_at);
	json_parser_free(merge.parser);
	json_tree_free(&merge.tree);
	return result;
}

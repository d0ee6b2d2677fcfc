/*
 * A lookup file read back into the model, for fetch --merge. A fragment is read
 * once, when the first subnet that needs it comes by, and its subnets share its
 * run of named lists. The lists themselves are taken byte for byte as they
 * stand there.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "lookup/content.h"
#include "lookup/fields.h"
#include "lookup/store.h"

/* A fragment's lists, as a run of the model's named ones. */
struct run {
	uint32_t first;
	uint32_t count; /* STORE_NONE: not read yet */
};

struct readback {
	struct model *model;
	const struct lookup *lookup;
	struct json_parser *parser;
	struct json_tree tree;
	struct run *runs; /* by a fragment's number */
	struct model_fault *fault;
};

static enum model_result malformed(struct readback *readback)
{
	snprintf(readback->fault->text, MODEL_FAULT_SIZE,
		"its security lists are not such as vcnmeta writes");
	return MODEL_MALFORMED;
}

/* Takes one element of a fragment: names it, and holds it if it is new. */
static enum model_result take_list(struct readback *readback, const struct json_node *node)
{
	struct model *model = readback->model;
	const struct json_node *id = json_tree_member(&readback->tree, node, "security_list_ocid");
	struct store_list list = {0};
	const char *ocid;
	size_t len;

	if (!id || id->value.type != JSON_STRING)
		return malformed(readback);
	if (fields_text(&id->value, &model->scratch, &ocid, &len) != 0)
		return MODEL_NO_MEMORY;
	list.ocid = store_text(model, ocid, len);
	if (list.ocid == STORE_NONE || store_named(model, list.ocid) != 0)
		return MODEL_NO_MEMORY;
	if (store_find_list(model, list.ocid))
		return MODEL_OK;
	list.json = store_text(model, node->value.text, node->value.len);
	if (list.json == STORE_NONE)
		return MODEL_NO_MEMORY;
	return store_list(model, &list, readback->fault);
}

static enum model_result read_fragment(struct readback *readback, size_t fragment)
{
	struct lookup_text lists = lookup_fragment(readback->lookup, fragment).lists;
	struct run *run = &readback->runs[fragment];
	enum model_result result = MODEL_OK;
	const struct json_node *node;
	enum json_error error = json_tree_parse(
		&readback->tree, readback->parser, lists.text, lists.len, LIMIT_DEPTH);

	if (error == JSON_NO_MEMORY)
		return MODEL_NO_MEMORY;
	if (error != JSON_OK)
		return malformed(readback);
	run->first = (uint32_t)readback->model->named_count;
	for (node = json_tree_first(&readback->tree, readback->tree.nodes);
		node && result == MODEL_OK; node = json_tree_next(&readback->tree, node))
		result = take_list(readback, node);
	run->count = (uint32_t)readback->model->named_count - run->first;
	return result;
}

static enum model_result take_prefixes(
	struct model *model, const struct lookup_subnet *from, struct store_subnet *subnet)
{
	subnet->prefix_first = (uint32_t)model->prefix_count;
	for (size_t i = 0; i < from->prefix_count; i++)
		if (store_prefix(model, &from->prefixes[i]) != 0)
			return MODEL_NO_MEMORY;
	store_sort_prefixes(model, subnet);
	return MODEL_OK;
}

/* Takes in a text; one that is not known stays so. Returns 0, or -1. */
static int take_text(struct model *model, const struct lookup_text *from, uint32_t *text)
{
	*text = STORE_NONE;
	if (!from->text)
		return 0;
	*text = store_text(model, from->text, from->len);
	return *text == STORE_NONE ? -1 : 0;
}

static enum model_result take_subnet(struct readback *readback, const struct lookup_entry *entry)
{
	struct model *model = readback->model;
	struct run *run = &readback->runs[entry->fragment];
	struct store_subnet subnet = {0};
	enum model_result result = MODEL_OK;

	if (run->count == STORE_NONE)
		result = read_fragment(readback, entry->fragment);
	if (result == MODEL_OK)
		result = take_prefixes(model, &entry->subnet, &subnet);
	if (result != MODEL_OK)
		return result;
	if (take_text(model, &entry->ocid, &subnet.ocid) != 0 ||
		take_text(model, &entry->name, &subnet.name) != 0 ||
		take_text(model, &entry->vcn, &subnet.vcn) != 0 ||
		take_text(model, &entry->compartment, &subnet.compartment) != 0)
		return MODEL_NO_MEMORY;
	subnet.list_first = run->first;
	subnet.list_count = run->count;
	return store_subnet(model, &subnet, readback->fault);
}

static enum model_result take_subnets(struct readback *readback)
{
	enum model_result result = MODEL_OK;
	struct lookup_entry entry;

	for (size_t i = 0; i < lookup_subnet_count(readback->lookup) && result == MODEL_OK; i++) {
		lookup_entry(readback->lookup, i, &entry);
		if (!model_has_subnet(readback->model, entry.ocid.text, entry.ocid.len))
			result = take_subnet(readback, &entry);
	}
	return result;
}

/* All fragments unread. Returns null when memory ran out. */
static struct run *make_runs(size_t count)
{
	struct run *runs = calloc(count + 1, sizeof(*runs));

	for (size_t i = 0; runs && i < count; i++)
		runs[i].count = STORE_NONE;
	return runs;
}

enum model_result model_add_lookup(
	struct model *model, const struct lookup *lookup, struct model_fault *fault)
{
	struct readback readback = {
		.model = model,
		.lookup = lookup,
		.parser = json_parser_new(),
		.tree = JSON_TREE_INIT,
		.runs = make_runs(lookup_fragment_count(lookup)),
		.fault = fault,
	};
	enum model_result result = MODEL_NO_MEMORY;

	if (readback.parser && readback.runs)
		result = take_subnets(&readback);
	json_parser_free(readback.parser);
	json_tree_free(&readback.tree);
	free(readback.runs);
	return result;
}

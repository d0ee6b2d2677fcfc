/*
 * From JSON objects into the model. An object is taken whole or not at all: it
 * is read to its end before the model is told of it, and what it put into the
 * pools is taken back if it turns out malformed or known.
 */
#include "lookup/model.h"

#include <stdio.h>
#include <string.h>

#include "base/msg.h"
#include "lookup/fields.h"
#include "lookup/render.h"
#include "lookup/store.h"

#define SUBNET_OCID "ocid1.subnet."

/* An object that is being read into the model. */
struct reading {
	struct model *model;
	const struct json_tree *tree;
	const struct json_node *node;
	struct model_fault *fault;
};

static bool is_subnet_id(const struct json_value *id)
{
	char buffer[1024];
	const char *text;
	size_t len;

	if (json_string(id, buffer, sizeof(buffer), &text, &len) != 0)
		return false;
	return len > strlen(SUBNET_OCID) && memcmp(text, SUBNET_OCID, strlen(SUBNET_OCID)) == 0;
}

enum model_kind model_kind(const struct json_tree *tree, const struct json_node *node)
{
	const struct json_node *id = fields_member(tree, node, "id");

	if (fields_member(tree, node, "ingress_security_rules") ||
		fields_member(tree, node, "egress_security_rules"))
		return MODEL_LIST;
	if (id && id->value.type == JSON_STRING && is_subnet_id(&id->value))
		return MODEL_SUBNET;
	return MODEL_OTHER;
}

struct lookup_text model_id(const struct json_tree *tree, const struct json_node *node)
{
	const struct json_node *id = fields_member(tree, node, "id");

	if (!id || id->value.type != JSON_STRING)
		return (struct lookup_text){"", 0};
	return (struct lookup_text){id->value.text + 1, id->value.len - 2};
}

static enum model_result malformed(
	const struct reading *reading, const char *name, const char *expected)
{
	snprintf(reading->fault->text, MODEL_FAULT_SIZE, "%s is not %s", name, expected);
	return MODEL_MALFORMED;
}

/* Takes in what a string spells. */
static enum model_result take_string(const struct reading *reading, const struct json_value *value,
	const char *name, uint32_t *text)
{
	struct bytes *scratch = &reading->model->scratch;
	const char *spelled;
	size_t len;

	if (value->type != JSON_STRING)
		return malformed(reading, name, "a string");
	if (fields_text(value, scratch, &spelled, &len) != 0)
		return MODEL_NO_MEMORY;
	*text = store_text(reading->model, spelled, len);
	return *text == STORE_NONE ? MODEL_NO_MEMORY : MODEL_OK;
}

/* Takes in a field that may be absent. */
static enum model_result take_field(const struct reading *reading, const char *name, uint32_t *text)
{
	const struct json_node *member = fields_member(reading->tree, reading->node, name);

	*text = STORE_NONE;
	if (!member)
		return MODEL_OK;
	return take_string(reading, &member->value, name, text);
}

static enum model_result take_id(const struct reading *reading, uint32_t *text)
{
	if (model_id(reading->tree, reading->node).len != 0)
		return take_field(reading, "id", text);
	snprintf(reading->fault->text, MODEL_FAULT_SIZE, "it has no id that is a string");
	return MODEL_MALFORMED;
}

static enum model_result take_prefix(
	const struct reading *reading, const struct json_value *value, const char *name)
{
	struct bytes *scratch = &reading->model->scratch;
	char quoted[MSG_QUOTED_SIZE];
	struct prefix prefix;
	const char *text;
	size_t len;

	if (value->type != JSON_STRING)
		return malformed(reading, name, "a string");
	if (fields_text(value, scratch, &text, &len) != 0)
		return MODEL_NO_MEMORY;
	if (prefix_parse(&prefix, text, len) == 0)
		return store_prefix(reading->model, &prefix) == 0 ? MODEL_OK : MODEL_NO_MEMORY;
	snprintf(reading->fault->text, MODEL_FAULT_SIZE, "%s holds %.300s, which is no CIDR block",
		name, msg_quote(quoted, text, len));
	return MODEL_MALFORMED;
}

static enum model_result take_named(
	const struct reading *reading, const struct json_value *value, const char *name)
{
	uint32_t text;
	enum model_result result = take_string(reading, value, name, &text);

	if (result != MODEL_OK)
		return result;
	return store_named(reading->model, text) == 0 ? MODEL_OK : MODEL_NO_MEMORY;
}

typedef enum model_result take_value(
	const struct reading *reading, const struct json_value *value, const char *name);

/* Gives each element of an array to take; absent is empty. */
static enum model_result take_elements(
	const struct reading *reading, const char *name, take_value *take)
{
	const struct json_node *member = fields_member(reading->tree, reading->node, name);
	enum model_result result = MODEL_OK;

	if (!member)
		return MODEL_OK;
	if (member->value.type != JSON_ARRAY)
		return malformed(reading, name, "an array");
	for (member = json_tree_first(reading->tree, member); member && result == MODEL_OK;
		member = json_tree_next(reading->tree, member))
		result = take(reading, &member->value, name);
	return result;
}

/* A block by itself, as the service had it before there were several. */
static enum model_result take_single_prefix(const struct reading *reading, const char *name)
{
	const struct json_node *member = fields_member(reading->tree, reading->node, name);

	return member ? take_prefix(reading, &member->value, name) : MODEL_OK;
}

static enum model_result take_prefixes(const struct reading *reading, struct store_subnet *subnet)
{
	enum model_result result = take_single_prefix(reading, "cidr_block");

	if (result == MODEL_OK)
		result = take_elements(reading, "ipv4_cidr_blocks", take_prefix);
	if (result == MODEL_OK)
		result = take_single_prefix(reading, "ipv6_cidr_block");
	if (result == MODEL_OK)
		result = take_elements(reading, "ipv6_cidr_blocks", take_prefix);
	if (result == MODEL_OK)
		store_sort_prefixes(reading->model, subnet);
	return result;
}

static enum model_result take_subnet(const struct reading *reading, struct store_subnet *subnet)
{
	enum model_result result = take_id(reading, &subnet->ocid);

	if (result == MODEL_OK)
		result = take_field(reading, "display_name", &subnet->name);
	if (result == MODEL_OK)
		result = take_field(reading, "vcn_id", &subnet->vcn);
	if (result == MODEL_OK)
		result = take_field(reading, "compartment_id", &subnet->compartment);
	if (result == MODEL_OK)
		result = take_prefixes(reading, subnet);
	if (result == MODEL_OK)
		result = take_elements(reading, "security_list_ids", take_named);
	if (result != MODEL_OK)
		return result;
	subnet->list_count = (uint32_t)(reading->model->named_count - subnet->list_first);
	return store_subnet(reading->model, subnet, reading->fault);
}

/* Tells if the runs of a subnet became those of one in the model. */
static bool was_taken(const struct model *model, const struct store_subnet *subnet)
{
	uint32_t known = model->text_info[subnet->ocid].subnet;
	const struct store_subnet *held = &model->subnets[known];

	return held->prefix_first == subnet->prefix_first && held->list_first == subnet->list_first;
}

enum model_result model_add_subnet(struct model *model, const struct json_tree *tree,
	const struct json_node *node, struct model_place place, struct model_fault *fault)
{
	struct reading reading = {model, tree, node, fault};
	struct store_subnet subnet = {
		.prefix_first = (uint32_t)model->prefix_count,
		.list_first = (uint32_t)model->named_count,
		.place = place,
	};
	enum model_result result = take_subnet(&reading, &subnet);

	if (result != MODEL_OK || !was_taken(model, &subnet)) {
		model->prefix_count = subnet.prefix_first;
		model->named_count = subnet.list_first;
	}
	return result;
}

static enum model_result take_list(
	const struct reading *reading, struct model_place place, struct bytes *rendered)
{
	struct store_list list = {.place = place};
	enum model_result result = take_id(reading, &list.ocid);

	if (result == MODEL_OK)
		result = render_list(reading->tree, reading->node, rendered, reading->fault);
	if (result != MODEL_OK)
		return result;
	list.json = store_text(reading->model, rendered->data, rendered->len);
	if (list.json == STORE_NONE)
		return MODEL_NO_MEMORY;
	return store_list(reading->model, &list, reading->fault);
}

enum model_result model_add_list(struct model *model, const struct json_tree *tree,
	const struct json_node *node, struct model_place place, struct model_fault *fault)
{
	struct reading reading = {model, tree, node, fault};
	struct bytes rendered = BYTES_INIT(UINT32_MAX);
	enum model_result result = take_list(&reading, place, &rendered);

	bytes_free(&rendered);
	return result;
}

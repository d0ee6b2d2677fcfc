/*
 * JSON into the model. A subnet or list is taken whole or not at all: it is read
 * to its end before the model is told of it, and what it put into the pools is
 * taken back if it turns out malformed or known.
 *
 * Nothing is guessed: a field of a type that the service never sends is
 * refused, since a rule that is shown otherwise than it was meant is worse than
 * none. What a rule's strings mean is not looked at here (rule.h).
 */
#include "lookup/import.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/msg.h"
#include "base/ocid.h"
#include "lookup/fields.h"
#include "lookup/render.h"

/* Where the reading is: a list's rule's options' range's end is the deepest. */
#define DEEPEST 6

struct step {
	const char *name;
	size_t element; /* of an array, counted from 1; 0: of none */
};

/* An object that is being read into the model. */
struct reading {
	struct model *model;
	const struct json_tree *tree;
	struct model_fault *fault;
	struct step steps[DEEPEST];
	size_t depth;
};

/* The fields by which an object's kind is told. */
enum telling {
	TELLING_ID,
	TELLING_LIST_ID, /* what calls that change a list have for its id */
	TELLING_INGRESS,
	TELLING_EGRESS,
	TELLING_DIRECTION,
	TELLING_ADDRESS,
	TELLING_VNIC,
	TELLING_REGIONS,
	TELLING_COUNT
};

static const char *const telling_names[TELLING_COUNT] = {
	[TELLING_ID] = "id",
	[TELLING_LIST_ID] = "security_list_id",
	[TELLING_INGRESS] = "ingress_security_rules",
	[TELLING_EGRESS] = "egress_security_rules",
	[TELLING_DIRECTION] = "direction",
	[TELLING_ADDRESS] = "ip_address",
	[TELLING_VNIC] = "vnic_id",
	[TELLING_REGIONS] = "regions",
};

/*
 * Returns true if an id is an OCID, and sets *kind to what it says: by what it
 * begins with, something must follow.
 */
static bool kind_of_id(const struct json_value *id, enum import_kind *kind)
{
	static const struct {
		const char *name;
		enum import_kind kind;
	} kinds[] = {
		{"subnet", IMPORT_SUBNET},
		{"vcn", IMPORT_VCN},
		{OCID_GROUP, IMPORT_GROUP},
		{"vnic", IMPORT_VNIC},
		{"privateip", IMPORT_ADDRESS},
		{"ipv6", IMPORT_ADDRESS},
		{"compartment", IMPORT_COMPARTMENT},
		{"tenancy", IMPORT_COMPARTMENT},
	};
	char buffer[1024];
	const char *text, *name;
	size_t len, name_len;

	*kind = IMPORT_OTHER;
	if (json_string(id, buffer, sizeof(buffer), &text, &len) != 0 ||
		!ocid_kind(text, len, &name, &name_len))
		return false;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strlen(kinds[i].name) == name_len && memcmp(name, kinds[i].name, name_len) == 0)
			*kind = kinds[i].kind;
	return true;
}

static enum import_kind kind_of(const struct json_node *const found[TELLING_COUNT])
{
	const struct json_node *id = found[TELLING_ID];
	enum import_kind kind;

	if (found[TELLING_INGRESS] || found[TELLING_EGRESS])
		return IMPORT_LIST;
	if (id && id->value.type == JSON_STRING && kind_of_id(&id->value, &kind))
		return kind;
	if (found[TELLING_ADDRESS] && found[TELLING_VNIC])
		return IMPORT_ADDRESS;
	if (found[TELLING_DIRECTION])
		return IMPORT_RULE;
	if (found[TELLING_VNIC])
		return IMPORT_MEMBER;
	return found[TELLING_REGIONS] ? IMPORT_RANGES : IMPORT_OTHER;
}

struct import_object import_object(const struct json_tree *tree, const struct json_node *node)
{
	const struct json_node *found[TELLING_COUNT] = {NULL};
	struct import_object object = {tree, node, NULL, IMPORT_OTHER};

	if (node->value.type != JSON_OBJECT)
		return object;
	for (node = json_tree_first(tree, node); node; node = json_tree_next(tree, node))
		for (size_t i = 0; i < TELLING_COUNT; i++)
			if (fields_name_is(&node->name, telling_names[i]))
				found[i] = node->value.type == JSON_NULL ? NULL : node;
	object.id = found[TELLING_ID];
	object.kind = kind_of(found);
	if (!object.id && object.kind == IMPORT_LIST)
		object.id = found[TELLING_LIST_ID];
	return object;
}

struct lookup_text import_id(const struct import_object *object)
{
	if (!object->id || object->id->value.type != JSON_STRING)
		return (struct lookup_text){"", 0};
	return (struct lookup_text){object->id->value.text + 1, object->id->value.len - 2};
}

static struct reading begin_reading(
	struct model *model, const struct json_tree *tree, struct model_fault *fault)
{
	return (struct reading){.model = model, .tree = tree, .fault = fault};
}

static void enter(struct reading *reading, const char *name)
{
	reading->steps[reading->depth++] = (struct step){name, 0};
}

static void leave(struct reading *reading)
{
	reading->depth--;
}

/* Says what is not what it should be, by the way that led to it; snprintf cuts
 * what would be too long, which no way is. */
static enum model_result malformed(struct reading *reading, const char *expected)
{
	char *text = reading->fault->text;
	size_t len = 0;

	for (size_t i = 0; i < reading->depth; i++) {
		const struct step *step = &reading->steps[i];

		len += (size_t)snprintf(
			text + len, MODEL_FAULT_SIZE - len, "%s%s", i > 0 ? "." : "", step->name);
		if (step->element > 0)
			len += (size_t)snprintf(
				text + len, MODEL_FAULT_SIZE - len, "[%zu]", step->element - 1);
	}
	snprintf(text + len, MODEL_FAULT_SIZE - len, "%s%s", len > 0 ? " " : "it ", expected);
	return MODEL_MALFORMED;
}

/* Takes in what a string spells. */
static enum model_result take_string(
	struct reading *reading, const struct json_value *value, uint32_t *text)
{
	const char *spelled;
	size_t len;

	if (value->type != JSON_STRING)
		return malformed(reading, "is not a string");
	if (fields_text(value, &reading->model->scratch, &spelled, &len) != 0)
		return MODEL_NO_MEMORY;
	if (len > LIMIT_LOOKUP_TEXT)
		return malformed(reading, "is longer than a lookup file may hold");
	*text = model_text(reading->model, spelled, len);
	return *text == MODEL_NONE ? MODEL_NO_MEMORY : MODEL_OK;
}

/* A member of some type, and a place for what it says. */
typedef enum model_result take_value(
	struct reading *reading, const struct json_node *member, void *place);

/* Has a member taken; an absent one leaves the place as it is. */
static enum model_result take_member(struct reading *reading, const struct json_node *node,
	const char *name, take_value *take, void *place)
{
	const struct json_node *member = fields_member(reading->tree, node, name);
	enum model_result result = MODEL_OK;

	if (!member)
		return MODEL_OK;
	enter(reading, name);
	result = take(reading, member, place);
	leave(reading);
	return result;
}

static enum model_result take_text(
	struct reading *reading, const struct json_node *member, void *place)
{
	return take_string(reading, &member->value, place);
}

/* An OCID, or a null where there is an empty text: nothing has that for its own. */
static enum model_result take_ocid(
	struct reading *reading, const struct json_node *member, void *place)
{
	if (member->value.type == JSON_STRING && member->value.len == strlen("\"\""))
		return MODEL_OK;
	return take_string(reading, &member->value, place);
}

static enum model_result take_truth(
	struct reading *reading, const struct json_node *member, void *place)
{
	enum json_type type = member->value.type;

	if (type != JSON_TRUE && type != JSON_FALSE)
		return malformed(reading, "is not true or false");
	*(enum model_truth *)place = type == JSON_TRUE ? MODEL_TRUE : MODEL_FALSE;
	return MODEL_OK;
}

static enum model_result take_number(
	struct reading *reading, const struct json_node *member, void *place)
{
	const struct json_value *value = &member->value;
	struct rule_number *number = place;
	size_t sign = value->type == JSON_NUMBER && value->text[0] == '-';
	int64_t sum = 0;

	if (value->type != JSON_NUMBER)
		return malformed(reading, "is not an integer");
	for (size_t i = sign; i < value->len; i++) {
		int digit = value->text[i] - '0';

		if (digit < 0 || digit > 9)
			return malformed(reading, "is not an integer");
		if (__builtin_mul_overflow(sum, 10, &sum) ||
			__builtin_add_overflow(sum, sign ? -digit : digit, &sum))
			return malformed(reading, "is not an integer of 64 bits");
	}
	*number = (struct rule_number){true, sum};
	return MODEL_OK;
}

/* A protocol; of a number its digits. */
static enum model_result take_protocol(
	struct reading *reading, const struct json_node *member, void *place)
{
	const struct json_value *value = &member->value;
	struct rule_number number;
	uint32_t *text = place;

	if (!reading->model->takes_numbers || value->type == JSON_STRING)
		return take_text(reading, member, place);
	if (take_number(reading, member, &number) != MODEL_OK || number.value > 255 ||
		value->text[0] == '-')
		return malformed(reading, "is neither a string nor an integer from 0 to 255");
	*text = model_text(reading->model, value->text, value->len);
	return *text == MODEL_NONE ? MODEL_NO_MEMORY : MODEL_OK;
}

static enum model_result take_range(
	struct reading *reading, const struct json_node *member, void *place)
{
	struct rule_ports *range = place;
	enum model_result result;

	if (member->value.type != JSON_OBJECT)
		return malformed(reading, "is not an object");
	result = take_member(reading, member, "max", take_number, &range->high);
	if (result == MODEL_OK)
		result = take_member(reading, member, "min", take_number, &range->low);
	/* without both ends it is as good as absent, which is how render.h writes one */
	range->is_given = range->high.is_given || range->low.is_given;
	return result;
}

static enum model_result take_ports(
	struct reading *reading, const struct json_node *member, void *place)
{
	struct model_ports *ports = place;
	enum model_result result;

	if (member->value.type != JSON_OBJECT)
		return malformed(reading, "is not an object");
	ports->is_given = true;
	result = take_member(
		reading, member, "destination_port_range", take_range, &ports->destination);
	if (result == MODEL_OK)
		result = take_member(
			reading, member, "source_port_range", take_range, &ports->source);
	return result;
}

static enum model_result take_icmp(
	struct reading *reading, const struct json_node *member, void *place)
{
	struct model_icmp *icmp = place;
	enum model_result result;

	if (member->value.type != JSON_OBJECT)
		return malformed(reading, "is not an object");
	icmp->is_given = true;
	result = take_member(reading, member, "code", take_number, &icmp->code);
	if (result == MODEL_OK)
		result = take_member(reading, member, "type", take_number, &icmp->type);
	return result;
}

/* What is taken of an object, one member after another. */
struct field {
	const char *name;
	take_value *take;
	void *place;
};

static enum model_result take_fields(struct reading *reading, const struct json_node *node,
	const struct field *fields, size_t count)
{
	enum model_result result = MODEL_OK;

	for (size_t i = 0; i < count && result == MODEL_OK; i++)
		result =
			take_member(reading, node, fields[i].name, fields[i].take, fields[i].place);
	return result;
}

#define TAKE_FIELDS(reading, node, fields)                                                         \
	take_fields((reading), (node), (fields), sizeof(fields) / sizeof((fields)[0]))

/* Gives each element of an array to take, with the same place. */
static enum model_result take_elements(
	struct reading *reading, const struct json_node *array, take_value *take, void *place)
{
	struct step *step = &reading->steps[reading->depth - 1];
	const struct json_node *element;
	enum model_result result = MODEL_OK;

	if (array->value.type != JSON_ARRAY)
		return malformed(reading, "is not an array");
	for (element = json_tree_first(reading->tree, array); element && result == MODEL_OK;
		element = json_tree_next(reading->tree, element)) {
		step->element++;
		result = take(reading, element, place);
	}
	step->element = 0;
	return result;
}

/* The id, without which there is nothing. */
static enum model_result take_id(
	struct reading *reading, const struct json_node *id, uint32_t *text)
{
	enum model_result result;

	if (!id || id->value.type != JSON_STRING || id->value.len <= 2)
		return malformed(reading, "has no id that is a string");
	enter(reading, "id");
	result = take_string(reading, &id->value, text);
	leave(reading);
	return result;
}

static enum model_result take_prefix(
	struct reading *reading, const struct json_node *member, void *place)
{
	struct bytes *scratch = &reading->model->scratch;
	const struct step *step = &reading->steps[reading->depth - 1];
	char quoted[MSG_QUOTED_SIZE];
	struct prefix prefix;
	const char *text;
	size_t len;

	(void)place;
	if (member->value.type != JSON_STRING)
		return malformed(reading, "is not a string");
	if (fields_text(&member->value, scratch, &text, &len) != 0)
		return MODEL_NO_MEMORY;
	if (prefix_parse(&prefix, text, len) == 0)
		return model_add_prefix(reading->model, &prefix) == 0 ? MODEL_OK : MODEL_NO_MEMORY;
	snprintf(reading->fault->text, MODEL_FAULT_SIZE, "%s holds %.300s, which is no CIDR block",
		step->name, msg_quote(quoted, text, len));
	return MODEL_MALFORMED;
}

static enum model_result take_prefixes(
	struct reading *reading, const struct json_node *member, void *place)
{
	return take_elements(reading, member, take_prefix, place);
}

static enum model_result take_named(
	struct reading *reading, const struct json_node *member, void *place)
{
	uint32_t text = MODEL_NONE;
	enum model_result result = take_ocid(reading, member, &text);

	(void)place;
	if (result != MODEL_OK || text == MODEL_NONE)
		return result;
	return model_add_named(reading->model, text) == 0 ? MODEL_OK : MODEL_NO_MEMORY;
}

static enum model_result take_all_named(
	struct reading *reading, const struct json_node *member, void *place)
{
	return take_elements(reading, member, take_named, place);
}

static enum model_result take_subnet(
	struct reading *reading, const struct import_object *object, struct model_subnet *subnet)
{
	const struct field fields[] = {
		{"display_name", take_text, &subnet->name},
		{"vcn_id", take_ocid, &subnet->vcn},
		{"compartment_id", take_ocid, &subnet->compartment},
		{"cidr_block", take_prefix, NULL},
		{"ipv4_cidr_blocks", take_prefixes, NULL},
		{"ipv6_cidr_block", take_prefix, NULL},
		{"ipv6_cidr_blocks", take_prefixes, NULL},
		{"security_list_ids", take_all_named, NULL},
	};
	enum model_result result = take_id(reading, object->id, &subnet->ocid);

	if (result == MODEL_OK)
		result = TAKE_FIELDS(reading, object->node, fields);
	if (result != MODEL_OK)
		return result;
	model_sort_prefixes(reading->model, subnet);
	subnet->list_count = (uint32_t)(reading->model->named_count - subnet->list_first);
	return model_add_subnet(reading->model, subnet, reading->fault);
}

enum model_result import_subnet(struct model *model, const struct import_object *object,
	struct model_place place, struct model_fault *fault)
{
	struct reading reading = begin_reading(model, object->tree, fault);
	struct model_subnet subnet = {
		.name = MODEL_NONE,
		.vcn = MODEL_NONE,
		.compartment = MODEL_NONE,
		.prefix_first = (uint32_t)model->prefix_count,
		.list_first = (uint32_t)model->named_count,
		.place = place,
	};
	enum model_result result = take_subnet(&reading, object, &subnet);

	if (result == MODEL_MALFORMED) {
		model->prefix_count = subnet.prefix_first;
		model->named_count = subnet.list_first;
	}
	return result;
}

/* What rules of lists and groups have in common. */
static enum model_result take_rule(
	struct reading *reading, const struct json_node *node, struct model_rule *rule)
{
	bool is_source = rule->direction == DIRECTION_INGRESS;
	const struct field fields[] = {
		{"description", take_text, &rule->description},
		{"icmp_options", take_icmp, &rule->icmp},
		{"is_stateless", take_truth, &rule->is_stateless},
		{"is_valid", take_truth, &rule->is_valid},
		{"protocol", take_protocol, &rule->protocol},
		{is_source ? "source" : "destination", take_text, &rule->peer},
		{is_source ? "source_type" : "destination_type", take_text, &rule->peer_type},
		{"tcp_options", take_ports, &rule->tcp},
		{"udp_options", take_ports, &rule->udp},
	};

	if (node->value.type != JSON_OBJECT)
		return malformed(reading, "is not an object");
	return TAKE_FIELDS(reading, node, fields);
}

static struct model_rule empty_rule(enum direction direction)
{
	return (struct model_rule){
		.direction = direction,
		.id = MODEL_NONE,
		.time_created = MODEL_NONE,
		.description = MODEL_NONE,
		.protocol = MODEL_NONE,
		.peer = MODEL_NONE,
		.peer_type = MODEL_NONE,
	};
}

/* A rule of a list; place has its direction. */
static enum model_result take_list_rule(
	struct reading *reading, const struct json_node *member, void *place)
{
	struct model_rule rule = empty_rule(*(const enum direction *)place);
	enum model_result result = take_rule(reading, member, &rule);

	if (result != MODEL_OK)
		return result;
	return model_add_rule(reading->model, &rule) == 0 ? MODEL_OK : MODEL_NO_MEMORY;
}

static enum model_result take_list_rules(
	struct reading *reading, const struct json_node *member, void *place)
{
	return take_elements(reading, member, take_list_rule, place);
}

/* Renders a list and has the model take it. */
static enum model_result add_list(struct reading *reading, struct model_list *list)
{
	struct model *model = reading->model;
	struct bytes json = BYTES_INIT(UINT32_MAX);

	list->json = MODEL_NONE;
	list->rule_count = (uint32_t)model->rule_count - list->rule_first;
	if (render_list(&json, model, list) == 0)
		list->json = model_text(model, json.data, json.len);
	bytes_free(&json);
	if (list->json == MODEL_NONE)
		return MODEL_NO_MEMORY;
	return model_add_list(model, list, reading->fault);
}

/* Says of a list's rules what their rendering leaves out. */
static void restore_rules(
	struct model *model, const struct model_list *list, const struct lookup_rules *rules)
{
	size_t count = model->rule_count - list->rule_first;

	for (size_t i = 0; i < count && i < rules->count; i++)
		if (!rules->rules[i].is_valid)
			model->rules[list->rule_first + i].is_valid = MODEL_FALSE;
}

/* rules: those of the lookup file that a list was rendered for; or null. */
static enum model_result take_list(struct reading *reading, const struct json_node *node,
	const struct json_node *id, const struct lookup_rules *rules, struct model_place place)
{
	enum direction ingress = DIRECTION_INGRESS, egress = DIRECTION_EGRESS;
	struct model_list list = {
		.name = MODEL_NONE,
		.rule_first = (uint32_t)reading->model->rule_count,
		.place = place,
	};
	const struct field fields[] = {
		{"display_name", take_text, &list.name},
		{"ingress_security_rules", take_list_rules, &ingress},
		{"egress_security_rules", take_list_rules, &egress},
	};
	enum model_result result = take_id(reading, id, &list.ocid);

	if (result == MODEL_OK)
		result = TAKE_FIELDS(reading, node, fields);
	if (result == MODEL_OK && rules)
		restore_rules(reading->model, &list, rules);
	if (result == MODEL_OK)
		return add_list(reading, &list);
	if (result == MODEL_MALFORMED)
		reading->model->rule_count = list.rule_first;
	return result;
}

enum model_result import_list(struct model *model, const struct import_object *object,
	struct model_place place, struct model_fault *fault)
{
	struct reading reading = begin_reading(model, object->tree, fault);

	return take_list(&reading, object->node, object->id, NULL, place);
}

enum model_result import_rendered_list(struct model *model, const struct json_tree *tree,
	const struct lookup_rules *rules, struct model_place place, struct model_fault *fault)
{
	struct reading reading = begin_reading(model, tree, fault);
	const struct json_node *id = fields_member(tree, tree->nodes, "security_list_ocid");

	return take_list(&reading, tree->nodes, id, rules, place);
}

enum model_result import_group(struct model *model, const struct import_object *object,
	struct model_place place, struct model_fault *fault)
{
	struct reading reading = begin_reading(model, object->tree, fault);
	struct model_group group = {
		.name = MODEL_NONE,
		.vcn = MODEL_NONE,
		.compartment = MODEL_NONE,
		.place = place,
	};
	const struct field fields[] = {
		{"display_name", take_text, &group.name},
		{"vcn_id", take_ocid, &group.vcn},
		{"compartment_id", take_ocid, &group.compartment},
	};
	enum model_result result = take_id(&reading, object->id, &group.ocid);

	if (result == MODEL_OK)
		result = TAKE_FIELDS(&reading, object->node, fields);
	return result == MODEL_OK ? model_add_group(model, &group, fault) : result;
}

static enum model_result take_name(struct model *model, const struct import_object *object,
	enum model_kind kind, const char *field, struct model_place place,
	struct model_fault *fault)
{
	struct reading reading = begin_reading(model, object->tree, fault);
	struct model_name name = {.name = MODEL_NONE, .place = place};
	enum model_result result = take_id(&reading, object->id, &name.ocid);

	if (result == MODEL_OK)
		result = take_member(&reading, object->node, field, take_text, &name.name);
	return result == MODEL_OK ? model_add_name(model, kind, &name, fault) : result;
}

enum model_result import_vcn(struct model *model, const struct import_object *object,
	struct model_place place, struct model_fault *fault)
{
	return take_name(model, object, MODEL_VCN, "display_name", place, fault);
}

enum model_result import_compartment(struct model *model, const struct import_object *object,
	struct model_place place, struct model_fault *fault)
{
	return take_name(model, object, MODEL_COMPARTMENT, "name", place, fault);
}

static enum model_result take_address(
	struct reading *reading, const struct json_node *member, void *place)
{
	const struct step *step = &reading->steps[reading->depth - 1];
	char quoted[MSG_QUOTED_SIZE];
	const char *text;
	size_t len;

	if (member->value.type != JSON_STRING)
		return malformed(reading, "is not a string");
	if (fields_text(&member->value, &reading->model->scratch, &text, &len) != 0)
		return MODEL_NO_MEMORY;
	if (address_parse(place, text, len) == 0)
		return MODEL_OK;
	snprintf(reading->fault->text, MODEL_FAULT_SIZE, "%s holds %.300s, which is no address",
		step->name, msg_quote(quoted, text, len));
	return MODEL_MALFORMED;
}

/* Adds an address to a VNIC, if what is held is not of a later time. */
static enum model_result add_address(
	struct model *model, uint32_t vnic, const struct address *address, int64_t fetched_at)
{
	if (address->family == ADDRESS_NONE || !model_begin_addresses(model, vnic, fetched_at))
		return MODEL_OK;
	return model_add_address(model, vnic, address, fetched_at) == 0 ? MODEL_OK
									: MODEL_NO_MEMORY;
}

enum model_result import_address(struct model *model, const struct import_object *object,
	struct model_place place, struct model_fault *fault)
{
	struct reading reading = begin_reading(model, object->tree, fault);
	struct address address = {0, 0, ADDRESS_NONE};
	uint32_t ocid = MODEL_NONE, subnet = MODEL_NONE;
	const struct field fields[] = {
		{"ip_address", take_address, &address},
		{"vnic_id", take_ocid, &ocid},
		{"subnet_id", take_ocid, &subnet},
	};
	enum model_result result = TAKE_FIELDS(&reading, object->node, fields);
	uint32_t vnic;

	if (result != MODEL_OK || ocid == MODEL_NONE)
		return result;
	vnic = model_thing(model, MODEL_VNIC, ocid);
	if (vnic == MODEL_NONE)
		return MODEL_NO_MEMORY;
	model_set_subnet(model, vnic, subnet);
	return add_address(model, vnic, &address, place.fetched_at);
}

enum model_result import_partial_address(struct model *model, const struct import_object *object)
{
	struct model_fault fault;
	struct reading reading = begin_reading(model, object->tree, &fault);
	uint32_t vnic = MODEL_NONE, subnet = MODEL_NONE;
	const struct field fields[] = {
		{"vnic_id", take_ocid, &vnic},
		{"subnet_id", take_ocid, &subnet},
	};
	enum model_result result = TAKE_FIELDS(&reading, object->node, fields);

	if (result != MODEL_OK)
		return result;
	if (subnet != MODEL_NONE)
		model_miss_subnet(model, subnet);
	vnic = model_find(model, MODEL_VNIC, vnic);
	if (vnic != MODEL_NONE)
		model_miss_addresses(model, vnic);
	return MODEL_OK;
}

/* A VNIC that is being read. */
struct vnic {
	uint32_t number;
	int64_t fetched_at;
};

static enum model_result take_vnic_address(
	struct reading *reading, const struct json_node *member, void *place)
{
	const struct vnic *vnic = place;
	struct address address;
	enum model_result result = take_address(reading, member, &address);

	if (result != MODEL_OK)
		return result;
	return add_address(reading->model, vnic->number, &address, vnic->fetched_at);
}

static enum model_result take_vnic_addresses(
	struct reading *reading, const struct json_node *member, void *place)
{
	return take_elements(reading, member, take_vnic_address, place);
}

static enum model_result take_vnic_group(
	struct reading *reading, const struct json_node *member, void *place)
{
	const struct vnic *vnic = place;
	uint32_t ocid = MODEL_NONE, group;
	enum model_result result = take_ocid(reading, member, &ocid);

	if (result != MODEL_OK || ocid == MODEL_NONE)
		return result;
	group = model_thing(reading->model, MODEL_GROUP, ocid);
	if (group == MODEL_NONE ||
		model_add_vnic_group(reading->model, vnic->number, group, vnic->fetched_at) != 0)
		return MODEL_NO_MEMORY;
	return MODEL_OK;
}

static enum model_result take_vnic_groups(
	struct reading *reading, const struct json_node *member, void *place)
{
	const struct vnic *vnic = place;

	if (!model_begin_groups(reading->model, vnic->number, vnic->fetched_at))
		return MODEL_OK;
	return take_elements(reading, member, take_vnic_group, place);
}

enum model_result import_vnic(struct model *model, const struct import_object *object,
	struct model_place place, struct model_fault *fault)
{
	struct reading reading = begin_reading(model, object->tree, fault);
	struct vnic vnic = {MODEL_NONE, place.fetched_at};
	uint32_t ocid, subnet = MODEL_NONE;
	const struct field fields[] = {
		{"private_ip", take_vnic_address, &vnic},
		{"ipv6_addresses", take_vnic_addresses, &vnic},
		{"nsg_ids", take_vnic_groups, &vnic},
	};
	enum model_result result = take_id(&reading, object->id, &ocid);

	if (result == MODEL_OK)
		result = take_member(&reading, object->node, "subnet_id", take_ocid, &subnet);
	if (result != MODEL_OK)
		return result;
	vnic.number = model_thing(model, MODEL_VNIC, ocid);
	if (vnic.number == MODEL_NONE)
		return MODEL_NO_MEMORY;
	model_set_subnet(model, vnic.number, subnet);
	return TAKE_FIELDS(&reading, object->node, fields);
}

/* The number of a group that is named, or MODEL_NONE when memory ran out. */
static uint32_t named_group(struct model *model, const char *group, size_t len)
{
	uint32_t ocid = model_text(model, group, len);

	return ocid == MODEL_NONE ? MODEL_NONE : model_thing(model, MODEL_GROUP, ocid);
}

enum model_result import_begin_part(struct model *model, enum model_part part, const char *group,
	size_t len, int64_t fetched_at)
{
	uint32_t number = named_group(model, group, len);

	if (number == MODEL_NONE)
		return MODEL_NO_MEMORY;
	if (part == MODEL_GROUP_RULES)
		(void)model_begin_rules(model, number, fetched_at);
	else
		(void)model_begin_members(model, number, fetched_at);
	return MODEL_OK;
}

enum model_result import_forget_part(
	struct model *model, enum model_part part, const char *group, size_t len)
{
	uint32_t number = named_group(model, group, len);

	if (number == MODEL_NONE)
		return MODEL_NO_MEMORY;
	if (part == MODEL_GROUP_RULES)
		model_forget_rules(model, number);
	else
		model_forget_members(model, number);
	return MODEL_OK;
}

static enum model_result take_direction(
	struct reading *reading, const struct json_node *member, void *place)
{
	enum direction *direction = place;

	if (json_string_is(&member->value, "INGRESS"))
		*direction = DIRECTION_INGRESS;
	else if (json_string_is(&member->value, "EGRESS"))
		*direction = DIRECTION_EGRESS;
	else
		return malformed(reading, "is not INGRESS or EGRESS");
	return MODEL_OK;
}

/* A rule of a group, but for its texts as JSON. */
static enum model_result take_group_rule(
	struct reading *reading, const struct json_node *node, struct model_rule *rule)
{
	const struct field fields[] = {
		{"direction", take_direction, &rule->direction},
		{"id", take_text, &rule->id},
		{"time_created", take_text, &rule->time_created},
	};
	enum model_result result;

	*rule = empty_rule(DIRECTION_INGRESS);
	if (node->value.type != JSON_OBJECT)
		return malformed(reading, "is not an object");
	if (!fields_member(reading->tree, node, "direction"))
		return malformed(reading, "has no direction");
	result = TAKE_FIELDS(reading, node, fields);
	return result == MODEL_OK ? take_rule(reading, node, rule) : result;
}

/* Renders a group's rule and has the model take it. */
static enum model_result add_group_rule(struct reading *reading, struct model_group_rule *rule)
{
	struct model *model = reading->model;
	struct bytes json = BYTES_INIT(UINT32_MAX);

	rule->json = MODEL_NONE;
	if (render_group_rule(&json, model, &rule->rule) == 0)
		rule->json = model_text(model, json.data, json.len);
	bytes_free(&json);
	if (rule->json == MODEL_NONE)
		return MODEL_NO_MEMORY;
	return model_add_group_rule(model, rule, reading->fault);
}

static enum model_result add_rule_of(struct reading *reading, const struct json_node *node,
	uint32_t group, struct model_place place)
{
	struct model_group_rule rule = {
		.group = group, .fetched_at = place.fetched_at, .place = place};
	enum model_result result = take_group_rule(reading, node, &rule.rule);

	if (result != MODEL_OK || !model_begin_rules(reading->model, group, place.fetched_at))
		return result;
	return add_group_rule(reading, &rule);
}

enum model_result import_rule(struct model *model, const char *group, size_t len,
	const struct import_object *object, struct model_place place, struct model_fault *fault)
{
	struct reading reading = begin_reading(model, object->tree, fault);
	uint32_t number = named_group(model, group, len);

	if (number == MODEL_NONE)
		return MODEL_NO_MEMORY;
	return add_rule_of(&reading, object->node, number, place);
}

/* A rule that was written by render.h; place has the group and where. */
struct rendered {
	uint32_t group;
	struct model_place place;
};

static enum model_result take_rendered_rule(
	struct reading *reading, const struct json_node *member, void *place)
{
	const struct rendered *rendered = place;

	return add_rule_of(reading, member, rendered->group, rendered->place);
}

enum model_result import_rendered_rules(struct model *model, uint32_t group,
	const struct json_tree *tree, struct model_place place, struct model_fault *fault)
{
	struct reading reading = begin_reading(model, tree, fault);
	struct rendered rendered = {group, place};

	enter(&reading, "rules");
	return take_elements(&reading, tree->nodes, take_rendered_rule, &rendered);
}

enum model_result import_member(struct model *model, const char *group, size_t len,
	const struct import_object *object, struct model_place place, struct model_fault *fault)
{
	struct reading reading = begin_reading(model, object->tree, fault);
	uint32_t number = named_group(model, group, len);
	uint32_t ocid = MODEL_NONE, vnic;
	enum model_result result;

	if (number == MODEL_NONE)
		return MODEL_NO_MEMORY;
	if (object->node->value.type == JSON_STRING)
		result = take_string(&reading, &object->node->value, &ocid);
	else
		result = take_member(&reading, object->node, "vnic_id", take_ocid, &ocid);
	if (result == MODEL_OK && ocid == MODEL_NONE)
		return malformed(&reading, "has no vnic_id");
	if (result != MODEL_OK || !model_begin_members(model, number, place.fetched_at))
		return result;
	vnic = model_thing(model, MODEL_VNIC, ocid);
	if (vnic == MODEL_NONE || model_add_member(model, number, vnic, place.fetched_at) != 0)
		return MODEL_NO_MEMORY;
	return MODEL_OK;
}

/* The two labels of a region of which Oracle tells the ranges. */
enum label { LABEL_ALL, LABEL_STORAGE, LABEL_COUNT };

static const char *const label_formats[LABEL_COUNT] = {
	"all-%s-services-in-oracle-services-network", "oci-%s-objectstorage"};

#define LABEL_SIZE 128

/* A region's ranges that are being read. */
struct region {
	const char *(*key_of)(const char *region, size_t len);
	int64_t fetched_at;
	const char *key;             /* of the region at hand */
	bool is_wanted[LABEL_COUNT]; /* of the range at hand */
};

/* A label is taken in with its first range: of one without any nothing is known. */
static uint32_t named_service(struct model *model, enum label which, const char *key)
{
	char label[LABEL_SIZE];
	int len = snprintf(label, sizeof(label), label_formats[which], key);
	uint32_t text;

	if (len < 0 || (size_t)len >= sizeof(label))
		return MODEL_NONE;
	text = model_text(model, label, (size_t)len);
	return text == MODEL_NONE ? MODEL_NONE : model_thing(model, MODEL_SERVICE, text);
}

static enum model_result take_tag(
	struct reading *reading, const struct json_node *member, void *place)
{
	struct region *region = place;

	if (member->value.type != JSON_STRING)
		return malformed(reading, "is not a string");
	if (json_string_is(&member->value, "OSN"))
		region->is_wanted[LABEL_ALL] = true;
	if (json_string_is(&member->value, "OBJECT_STORAGE"))
		region->is_wanted[LABEL_STORAGE] = true;
	return MODEL_OK;
}

static enum model_result take_tags(
	struct reading *reading, const struct json_node *member, void *place)
{
	return take_elements(reading, member, take_tag, place);
}

/* Puts a range's prefix into the pool and takes it out again. */
static enum model_result take_cidr(
	struct reading *reading, const struct json_node *member, void *place)
{
	struct prefix *prefix = place;
	enum model_result result = take_prefix(reading, member, NULL);

	if (result == MODEL_OK)
		*prefix = reading->model->prefixes[--reading->model->prefix_count];
	return result;
}

static enum model_result take_one_range(
	struct reading *reading, const struct json_node *member, void *place)
{
	struct region *region = place;
	struct prefix prefix = {0};
	const struct field fields[] = {
		{"cidr", take_cidr, &prefix},
		{"tags", take_tags, region},
	};
	enum model_result result;
	uint32_t service;

	if (member->value.type != JSON_OBJECT)
		return malformed(reading, "is not an object");
	memset(region->is_wanted, 0, sizeof(region->is_wanted));
	result = TAKE_FIELDS(reading, member, fields);
	if (result != MODEL_OK || prefix.family == ADDRESS_NONE)
		return result;
	for (unsigned i = 0; i < LABEL_COUNT; i++) {
		if (!region->is_wanted[i])
			continue;
		service = named_service(reading->model, (enum label)i, region->key);
		if (service == MODEL_NONE)
			return MODEL_NO_MEMORY;
		if (model_begin_ranges(reading->model, service, region->fetched_at) &&
			model_add_range(reading->model, service, &prefix, region->fetched_at) != 0)
			return MODEL_NO_MEMORY;
	}
	return MODEL_OK;
}

static enum model_result take_region_ranges(
	struct reading *reading, const struct json_node *member, void *place)
{
	return take_elements(reading, member, take_one_range, place);
}

static enum model_result take_region(
	struct reading *reading, const struct json_node *member, void *place)
{
	const struct json_node *name = fields_member(reading->tree, member, "region");
	struct region *region = place;
	const char *text;
	size_t len;

	if (member->value.type != JSON_OBJECT)
		return malformed(reading, "is not an object");
	if (!name || name->value.type != JSON_STRING)
		return malformed(reading, "has no region that is a string");
	if (fields_text(&name->value, &reading->model->scratch, &text, &len) != 0)
		return MODEL_NO_MEMORY;
	region->key = region->key_of(text, len);
	if (!region->key)
		return MODEL_OK;
	return take_member(reading, member, "cidrs", take_region_ranges, region);
}

static enum model_result take_regions(
	struct reading *reading, const struct json_node *member, void *place)
{
	return take_elements(reading, member, take_region, place);
}

enum model_result import_ranges(struct model *model, const struct import_object *object,
	const char *(*key_of_region)(const char *region, size_t len), struct model_place place,
	struct model_fault *fault)
{
	struct reading reading = begin_reading(model, object->tree, fault);
	struct region region = {.key_of = key_of_region, .fetched_at = place.fetched_at};

	return take_member(&reading, object->node, "regions", take_regions, &region);
}

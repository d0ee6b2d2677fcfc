/*
 * Security lists as ready-made JSON. What a list looks like stands in tables;
 * one function goes through them. It calls itself for what is inside, as deep
 * as the tables are, whatever the input holds.
 *
 * Nothing is guessed: a field of a type that the service never sends is
 * refused, since a rule that is shown otherwise than it was meant is worse than
 * none.
 */
#include "lookup/render.h"

#include <stdio.h>
#include <string.h>

#include "lookup/fields.h"
#include "json/write.h"

enum shape {
	SHAPE_STRING,
	SHAPE_BOOLEAN,
	SHAPE_INTEGER,
	SHAPE_OBJECT, /* null when absent */
	SHAPE_RANGE,  /* an object also when absent: its members null */
	SHAPE_RULES,  /* an array of objects, empty when absent */
};

struct field {
	const char *key;  /* as it is written */
	const char *name; /* as it is read; null: the same */
	enum shape shape;
	const struct field *inside;
};

static const struct field range_fields[] = {
	{"max", NULL, SHAPE_INTEGER, NULL},
	{"min", NULL, SHAPE_INTEGER, NULL},
	{0},
};

static const struct field port_fields[] = {
	{"destination_port_range", NULL, SHAPE_RANGE, range_fields},
	{"source_port_range", NULL, SHAPE_RANGE, range_fields},
	{0},
};

static const struct field icmp_fields[] = {
	{"code", NULL, SHAPE_INTEGER, NULL},
	{"type", NULL, SHAPE_INTEGER, NULL},
	{0},
};

static const struct field ingress_fields[] = {
	{"description", NULL, SHAPE_STRING, NULL},
	{"icmp_options", NULL, SHAPE_OBJECT, icmp_fields},
	{"is_stateless", NULL, SHAPE_BOOLEAN, NULL},
	{"protocol", NULL, SHAPE_STRING, NULL},
	{"source", NULL, SHAPE_STRING, NULL},
	{"source_type", NULL, SHAPE_STRING, NULL},
	{"tcp_options", NULL, SHAPE_OBJECT, port_fields},
	{"udp_options", NULL, SHAPE_OBJECT, port_fields},
	{0},
};

static const struct field egress_fields[] = {
	{"description", NULL, SHAPE_STRING, NULL},
	{"icmp_options", NULL, SHAPE_OBJECT, icmp_fields},
	{"is_stateless", NULL, SHAPE_BOOLEAN, NULL},
	{"protocol", NULL, SHAPE_STRING, NULL},
	{"destination", NULL, SHAPE_STRING, NULL},
	{"destination_type", NULL, SHAPE_STRING, NULL},
	{"tcp_options", NULL, SHAPE_OBJECT, port_fields},
	{"udp_options", NULL, SHAPE_OBJECT, port_fields},
	{0},
};

static const struct field list_fields[] = {
	{"display_name", NULL, SHAPE_STRING, NULL},
	{"security_list_ocid", "id", SHAPE_STRING, NULL},
	{"ingress_security_rules", NULL, SHAPE_RULES, ingress_fields},
	{"egress_security_rules", NULL, SHAPE_RULES, egress_fields},
	{0},
};

/* Where the rendering is: deeper than the tables it cannot be. */
#define DEEPEST 6

struct step {
	const char *name;
	size_t element; /* of an array, counted from 1; 0: of none */
};

struct render {
	const struct json_tree *tree;
	struct bytes *out;
	struct bytes scratch;
	struct step steps[DEEPEST];
	size_t depth;
	enum model_result result; /* of the first failure */
	struct model_fault *fault;
};

static int no_memory(struct render *render)
{
	render->result = MODEL_NO_MEMORY;
	return -1;
}

/* Says which field is not what it should be, by the way that led to it. */
static int malformed(struct render *render, const char *expected)
{
	char *text = render->fault->text;
	size_t len = 0;

	for (size_t i = 0; i < render->depth; i++) {
		const struct step *step = &render->steps[i];

		len += (size_t)snprintf(
			text + len, MODEL_FAULT_SIZE - len, "%s%s", i > 0 ? "." : "", step->name);
		if (step->element > 0)
			len += (size_t)snprintf(
				text + len, MODEL_FAULT_SIZE - len, "[%zu]", step->element - 1);
	}
	snprintf(text + len, MODEL_FAULT_SIZE - len, " is not %s", expected);
	render->result = MODEL_MALFORMED;
	return -1;
}

static int put(struct render *render, const char *text, size_t len)
{
	if (bytes_append(render->out, text, len) != 0)
		return no_memory(render);
	return 0;
}

static int put_text(struct render *render, const char *text)
{
	return put(render, text, strlen(text));
}

static int put_string(struct render *render, const struct json_value *value)
{
	const char *text;
	size_t len;

	if (value->type != JSON_STRING)
		return malformed(render, "a string");
	if (fields_text(value, &render->scratch, &text, &len) != 0 ||
		json_write_string(render->out, text, len) != 0)
		return no_memory(render);
	return 0;
}

static int put_boolean(struct render *render, const struct json_value *value)
{
	if (value->type != JSON_TRUE && value->type != JSON_FALSE)
		return malformed(render, "true or false");
	return put(render, value->text, value->len);
}

static int put_integer(struct render *render, const struct json_value *value)
{
	size_t sign = value->text[0] == '-';

	if (value->type != JSON_NUMBER ||
		strspn(value->text + sign, "0123456789") < value->len - sign)
		return malformed(render, "an integer");
	return put(render, value->text, value->len);
}

static int put_object(
	struct render *render, const struct json_node *node, const struct field *fields);

static int put_rules(
	struct render *render, const struct json_node *node, const struct field *fields)
{
	struct step *step = &render->steps[render->depth - 1];
	const struct json_node *rule = NULL;

	if (node && node->value.type != JSON_ARRAY)
		return malformed(render, "an array");
	if (node)
		rule = json_tree_first(render->tree, node);
	if (put_text(render, "[") != 0)
		return -1;
	for (; rule; rule = json_tree_next(render->tree, rule)) {
		if (step->element++ > 0 && put_text(render, ",") != 0)
			return -1;
		if (put_object(render, rule, fields) != 0)
			return -1;
	}
	return put_text(render, "]");
}

/* Writes the value of a field; node is null when it is absent. */
static int put_value(struct render *render, const struct json_node *node, const struct field *field)
{
	if (field->shape == SHAPE_RULES)
		return put_rules(render, node, field->inside);
	if (field->shape == SHAPE_RANGE)
		return put_object(render, node, field->inside);
	if (!node)
		return put_text(render, "null");
	switch (field->shape) {
	case SHAPE_STRING:
		return put_string(render, &node->value);
	case SHAPE_BOOLEAN:
		return put_boolean(render, &node->value);
	case SHAPE_INTEGER:
		return put_integer(render, &node->value);
	default:
		return put_object(render, node, field->inside);
	}
}

static int put_field(struct render *render, const struct json_node *node, const struct field *field)
{
	const char *name = field->name ? field->name : field->key;
	const struct json_node *member = NULL;

	if (put_text(render, "\"") != 0 || put_text(render, field->key) != 0 ||
		put_text(render, "\":") != 0)
		return -1;
	if (node)
		member = fields_member(render->tree, node, name);
	render->steps[render->depth++] = (struct step){name, 0};
	if (put_value(render, member, field) != 0)
		return -1;
	render->depth--;
	return 0;
}

/* Writes an object with these fields; of no node, one that has none. */
static int put_object(
	struct render *render, const struct json_node *node, const struct field *fields)
{
	if (node && node->value.type != JSON_OBJECT)
		return malformed(render, "an object");
	for (const struct field *field = fields; field->key; field++) {
		if (put_text(render, field == fields ? "{" : ",") != 0 ||
			put_field(render, node, field) != 0)
			return -1;
	}
	return put_text(render, "}");
}

enum model_result render_list(const struct json_tree *tree, const struct json_node *node,
	struct bytes *out, struct model_fault *fault)
{
	struct render render = {
		.tree = tree,
		.out = out,
		.scratch = BYTES_INIT(SIZE_MAX / 2),
		.result = MODEL_OK,
		.fault = fault,
	};

	put_object(&render, node, list_fields);
	bytes_free(&render.scratch);
	return render.result;
}

/*
 * From the JSON of the rules, so that what stays is as it was written. Each rule is there
 * once, in the order of the list; of a group each is a resource that bears the name of its
 * text, so that a rule more or less moves no other.
 *
 * What the lookup file does not know, the compartment and sometimes the VCN, is a variable.
 * An empty description is left out: the provider would show such a rule as changed for ever.
 */
#include "vcnrules/terraform.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "lookup/content.h"
#include "json/tree.h"

struct terraform {
	struct changes *changes;
	const struct changes_owner *owner;
	struct bytes *out;
	struct json_parser *parser;
	struct json_tree tree; /* of the rule at hand */
	struct bytes text;     /* its JSON, with the parser's padding */
	struct bytes spelled;
	struct bytes name; /* of the resource */
};

/* ---- words ------------------------------------------------------------------------------- */

/* A text as a string of HCL, in which nothing is a template. */
static int put_string(struct bytes *out, const char *text, size_t len)
{
	char escaped[16];
	int result = bytes_append_char(out, '"');

	for (size_t i = 0; i < len && result == 0; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '"' || c == '\\')
			snprintf(escaped, sizeof(escaped), "\\%c", c);
		else if (c == '\n')
			snprintf(escaped, sizeof(escaped), "\\n");
		else if (c < 0x20 || c == 0x7f)
			snprintf(escaped, sizeof(escaped), "\\u%04x", c);
		else if ((c == '$' || c == '%') && i + 1 < len && text[i + 1] == '{')
			snprintf(escaped, sizeof(escaped), "%c%c", c, c);
		else
			snprintf(escaped, sizeof(escaped), "%c", c);
		result = bytes_append_text(out, escaped);
	}
	return result != 0 ? -1 : bytes_append_char(out, '"');
}

/* What may stand in a name; all else is "_". */
static int put_word(struct bytes *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		char c = text[i];
		bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
				(c >= '0' && c <= '9') || c == '-';

		if (bytes_append_char(out, is_plain ? c : '_') != 0)
			return -1;
	}
	return 0;
}

/* "KEY = ", with the signs of a block below each other as terraform fmt has it. */
static int put_key(struct bytes *out, size_t indent, const char *key, size_t width)
{
	char text[64];

	snprintf(text, sizeof(text), "%*s%-*s = ", (int)indent, "", (int)width, key);
	return bytes_append_text(out, text);
}

static int put_block(struct bytes *out, size_t indent, const char *name)
{
	char text[64];

	snprintf(text, sizeof(text), "%*s%s {\n", (int)indent, "", name);
	return bytes_append_text(out, text);
}

static int end_block(struct bytes *out, size_t indent)
{
	char text[64];

	snprintf(text, sizeof(text), "%*s}\n", (int)indent, "");
	return bytes_append_text(out, text);
}

/* ---- one rule ---------------------------------------------------------------------------- */

/* What is written of a rule: its name in JSON, and in HCL. */
struct field {
	const char *member;
	const char *key;
};

static const struct json_node *member_of(
	const struct terraform *terraform, const struct json_node *of, const char *name)
{
	const struct json_node *member = json_tree_member(&terraform->tree, of, name);

	return member && member->value.type != JSON_NULL ? member : NULL;
}

/* A string, if it is not empty; or a number or truth as it stands. */
static bool has_value(const struct json_node *member)
{
	if (!member || member->value.type == JSON_OBJECT || member->value.type == JSON_ARRAY)
		return false;
	return member->value.type != JSON_STRING || member->value.len > 2;
}

static int put_value(struct terraform *terraform, const struct json_value *value)
{
	const char *spelled;
	size_t len;

	if (value->type != JSON_STRING)
		return bytes_append(terraform->out, value->text, value->len);
	bytes_clear(&terraform->spelled);
	if (bytes_reserve(&terraform->spelled, value->len) != 0 ||
		json_string(value, terraform->spelled.data, value->len, &spelled, &len) != 0)
		return -1;
	return put_string(terraform->out, spelled, len);
}

/* The fields that an object has, one a line. */
static int put_fields(struct terraform *terraform, const struct json_node *of, size_t indent,
	const struct field *fields, size_t count)
{
	size_t width = 0;

	for (size_t i = 0; i < count; i++)
		if (has_value(member_of(terraform, of, fields[i].member)) &&
			strlen(fields[i].key) > width)
			width = strlen(fields[i].key);
	for (size_t i = 0; i < count; i++) {
		const struct json_node *member = member_of(terraform, of, fields[i].member);

		if (!has_value(member))
			continue;
		if (put_key(terraform->out, indent, fields[i].key, width) != 0 ||
			put_value(terraform, &member->value) != 0 ||
			bytes_append_char(terraform->out, '\n') != 0)
			return -1;
	}
	return 0;
}

#define PUT_FIELDS(terraform, of, indent, fields)                                                  \
	put_fields(terraform, of, indent, fields, sizeof(fields) / sizeof((fields)[0]))

static const struct field range_fields[] = {{"min", "min"}, {"max", "max"}};

static int put_range(
	struct terraform *terraform, const struct json_node *range, size_t indent, const char *name)
{
	if (!range)
		return 0;
	if (put_block(terraform->out, indent, name) != 0 ||
		PUT_FIELDS(terraform, range, indent + 2, range_fields) != 0)
		return -1;
	return end_block(terraform->out, indent);
}

/* Options of TCP or UDP: lists have the destination ports without a block. */
static int put_ports(struct terraform *terraform, const struct json_node *options, size_t indent,
	const char *name)
{
	bool is_group = terraform->owner->of->is_group;
	const struct json_node *destination = member_of(terraform, options, "destinationPortRange");
	const struct json_node *source = member_of(terraform, options, "sourcePortRange");

	if (!destination && !source)
		return 0;
	if (put_block(terraform->out, indent, name) != 0 ||
		(is_group ? put_range(terraform, destination, indent + 2, "destination_port_range")
			: destination ? PUT_FIELDS(terraform, destination, indent + 2, range_fields)
				      : 0) != 0 ||
		put_range(terraform, source, indent + 2, "source_port_range") != 0)
		return -1;
	return end_block(terraform->out, indent);
}

static int put_options(struct terraform *terraform, const struct json_node *rule, size_t indent)
{
	static const struct field icmp_fields[] = {{"type", "type"}, {"code", "code"}};
	const struct json_node *icmp = member_of(terraform, rule, "icmpOptions");

	if (icmp && has_value(member_of(terraform, icmp, "type")) &&
		(put_block(terraform->out, indent, "icmp_options") != 0 ||
			PUT_FIELDS(terraform, icmp, indent + 2, icmp_fields) != 0 ||
			end_block(terraform->out, indent) != 0))
		return -1;
	return put_ports(terraform, member_of(terraform, rule, "tcpOptions"), indent,
		       "tcp_options") != 0
		       ? -1
		       : put_ports(terraform, member_of(terraform, rule, "udpOptions"), indent,
				 "udp_options");
}

static const struct field rule_fields[] = {
	{"direction", "direction"},
	{"protocol", "protocol"},
	{"source", "source"},
	{"sourceType", "source_type"},
	{"destination", "destination"},
	{"destinationType", "destination_type"},
	{"isStateless", "stateless"},
	{"description", "description"},
};

static int parse(struct terraform *terraform, size_t i)
{
	static const char padding[LIMIT_JSON_PADDING];
	struct lookup_text object = changes_object(terraform->changes, terraform->owner, i);

	bytes_clear(&terraform->text);
	if (!object.text || bytes_append(&terraform->text, object.text, object.len) != 0 ||
		bytes_append(&terraform->text, padding, sizeof(padding)) != 0)
		return -1;
	return json_tree_parse(&terraform->tree, terraform->parser, terraform->text.data,
		       object.len, LIMIT_DEPTH) == JSON_OK
		       ? 0
		       : -1;
}

/* ---- lists ---------------------------------------------------------------------------------- */

/* The OCID of the VCN of the subnets that use a list; a null text: none does. */
static struct lookup_text vcn_of(const struct lookup *lookup, uint32_t list)
{
	struct content_subnet subnet;

	for (size_t i = 0; i < content_subnet_count(lookup); i++) {
		struct lookup_run lists;

		content_subnet(lookup, i, &subnet);
		lists = lookup_subnet_lists(lookup, &subnet.subnet);
		for (size_t j = 0; j < lists.count; j++)
			if (lists.numbers[j] == list && subnet.vcn.text)
				return subnet.vcn;
	}
	return (struct lookup_text){NULL, 0};
}

static int put_variable(struct terraform *terraform, const char *what)
{
	struct bytes *out = terraform->out;

	if (bytes_append_text(out, "variable \"") != 0 ||
		bytes_append(out, terraform->name.data, terraform->name.len) != 0 ||
		bytes_append_text(out, what) != 0)
		return -1;
	return bytes_append_text(out, "\" {\n  type = string\n}\n\n");
}

static int put_reference(struct terraform *terraform, const char *what)
{
	struct bytes *out = terraform->out;

	if (bytes_append_text(out, "var.") != 0 ||
		bytes_append(out, terraform->name.data, terraform->name.len) != 0 ||
		bytes_append_text(out, what) != 0)
		return -1;
	return bytes_append_char(out, '\n');
}

/* A line of a block: a key and a string. */
static int put_text(
	struct terraform *terraform, const char *key, size_t width, const struct lookup_text *text)
{
	if (put_key(terraform->out, 2, key, width) != 0 ||
		put_string(terraform->out, text->text, text->len) != 0)
		return -1;
	return bytes_append_char(terraform->out, '\n');
}

static bool is_default(const struct lookup_text *name)
{
	static const char begin[] = "Default Security List for ";

	return name->len > strlen(begin) && memcmp(name->text, begin, strlen(begin)) == 0;
}

static int put_resource(struct terraform *terraform, const char *type)
{
	struct bytes *out = terraform->out;

	if (bytes_append_text(out, "resource \"") != 0 || bytes_append_text(out, type) != 0 ||
		bytes_append_text(out, "\" \"") != 0 ||
		bytes_append(out, terraform->name.data, terraform->name.len) != 0)
		return -1;
	return bytes_append_text(out, "\" {\n");
}

/* Everything of a list but its rules. */
static int put_list_head(struct terraform *terraform)
{
	const struct ruleset_owner *of = terraform->owner->of;
	struct lookup_text vcn =
		vcn_of(terraform->changes->proposal->analysis->ruleset.lookup, of->number);
	size_t width = strlen("compartment_id");

	if (is_default(&of->name)) {
		width = strlen("manage_default_resource_id");
		if (put_resource(terraform, "oci_core_default_security_list") != 0 ||
			put_text(terraform, "manage_default_resource_id", width, &of->ocid) != 0)
			return -1;
	} else if (put_variable(terraform, "_compartment_id") != 0 ||
		   (!vcn.text && put_variable(terraform, "_vcn_id") != 0) ||
		   put_resource(terraform, "oci_core_security_list") != 0 ||
		   put_key(terraform->out, 2, "compartment_id", width) != 0 ||
		   put_reference(terraform, "_compartment_id") != 0 ||
		   (vcn.text ? put_text(terraform, "vcn_id", width, &vcn)
			     : put_key(terraform->out, 2, "vcn_id", width) != 0 ||
					   put_reference(terraform, "_vcn_id") != 0) != 0) {
		return -1;
	}
	return of->name.len > 0 ? put_text(terraform, "display_name", width, &of->name) : 0;
}

static int put_list(struct terraform *terraform)
{
	if (put_list_head(terraform) != 0)
		return -1;
	for (size_t i = 0; i < terraform->owner->to->count; i++) {
		bool is_ingress;

		if (parse(terraform, i) != 0)
			return -1;
		is_ingress = member_of(terraform, terraform->tree.nodes, "source") != NULL;
		if (bytes_append_char(terraform->out, '\n') != 0 ||
			put_block(terraform->out, 2,
				is_ingress ? "ingress_security_rules" : "egress_security_rules") !=
				0 ||
			PUT_FIELDS(terraform, terraform->tree.nodes, 4, rule_fields) != 0 ||
			put_options(terraform, terraform->tree.nodes, 4) != 0 ||
			end_block(terraform->out, 2) != 0)
			return -1;
	}
	return end_block(terraform->out, 0);
}

/* ---- groups --------------------------------------------------------------------------------- */

/* How many rules before number i have the same text. */
static size_t count_same(const struct terraform *terraform, size_t i)
{
	const struct proposal *proposal = terraform->changes->proposal;
	const struct proposal_entry *entries = &proposal->entries[terraform->owner->to->first];
	struct lookup_text text = proposal_text(proposal, &entries[i]);
	size_t count = 0;

	for (size_t j = 0; j < i; j++) {
		struct lookup_text other = proposal_text(proposal, &entries[j]);

		count += other.len == text.len && memcmp(other.text, text.text, text.len) == 0;
	}
	return count;
}

/* A name for the resource of a rule, after that of its group. */
static int name_rule(struct terraform *terraform, size_t i)
{
	const struct proposal *proposal = terraform->changes->proposal;
	struct lookup_text text =
		proposal_text(proposal, &proposal->entries[terraform->owner->to->first + i]);
	size_t same = count_same(terraform, i);

	if (bytes_append_char(&terraform->name, '_') != 0 ||
		put_word(&terraform->name, text.text, text.len) != 0)
		return -1;
	if (same == 0)
		return 0;
	return bytes_append_char(&terraform->name, '_') != 0
		       ? -1
		       : bytes_append_number(&terraform->name, same + 1);
}

static int put_group(struct terraform *terraform)
{
	size_t len = terraform->name.len;
	size_t width = strlen("network_security_group_id");

	for (size_t i = 0; i < terraform->owner->to->count; i++) {
		terraform->name.len = len;
		if (parse(terraform, i) != 0 || name_rule(terraform, i) != 0 ||
			(i > 0 && bytes_append_char(terraform->out, '\n') != 0) ||
			put_resource(terraform, "oci_core_network_security_group_security_rule") !=
				0 ||
			put_text(terraform, "network_security_group_id", width,
				&terraform->owner->of->ocid) != 0 ||
			bytes_append_char(terraform->out, '\n') != 0 ||
			PUT_FIELDS(terraform, terraform->tree.nodes, 2, rule_fields) != 0 ||
			put_options(terraform, terraform->tree.nodes, 2) != 0 ||
			end_block(terraform->out, 0) != 0)
			return -1;
	}
	return 0;
}

int terraform_put(struct changes *changes, const struct changes_owner *owner, struct bytes *out)
{
	struct terraform terraform = {
		.changes = changes,
		.owner = owner,
		.out = out,
		.parser = json_parser_new(),
		.tree = JSON_TREE_INIT,
		.text = BYTES_INIT(SIZE_MAX / 2),
		.spelled = BYTES_INIT(SIZE_MAX / 2),
		.name = BYTES_INIT(SIZE_MAX / 2),
	};
	int result = -1;

	/* A name has to begin with a letter. */
	if (terraform.parser &&
		bytes_append_text(&terraform.name, owner->of->is_group ? "nsg_" : "list_") == 0 &&
		put_word(&terraform.name, owner->name, strlen(owner->name)) == 0)
		result = owner->of->is_group ? put_group(&terraform) : put_list(&terraform);
	json_parser_free(terraform.parser);
	json_tree_free(&terraform.tree);
	bytes_free(&terraform.text);
	bytes_free(&terraform.spelled);
	bytes_free(&terraform.name);
	return result;
}

/*
 * From the ready-made JSON of a lookup file, which is in snake case and writes null for
 * what is absent. A range without ends is absent, too; options are there even if they
 * are empty, as their being there may mean something to whoever wrote them.
 *
 * Rules are objects of three levels. What lies deeper, which nothing that this program
 * writes does, is left out.
 */
#include "vcnrules/rest.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "json/tree.h"

void rest_free(struct rest *rest)
{
	free(rest->rules);
	bytes_free(&rest->text);
	json_parser_free(rest->parser);
	if (rest->tree)
		json_tree_free(rest->tree);
	free(rest->tree);
	*rest = (struct rest)REST_INIT;
}

/* "source_port_range" as "sourcePortRange", with its quotes. */
static int put_name(struct bytes *out, const struct json_value *name)
{
	bool is_after_break = false;

	for (size_t i = 0; i < name->len; i++) {
		char c = name->text[i];

		if (c == '_') {
			is_after_break = true;
			continue;
		}
		if (is_after_break && c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		is_after_break = false;
		if (bytes_append_char(out, c) != 0)
			return -1;
	}
	return bytes_append_char(out, ':');
}

static bool is_container(const struct json_node *node)
{
	return node->value.type == JSON_OBJECT || node->value.type == JSON_ARRAY;
}

/* Begins a member, at the end of the members of an object that begins at start. */
static int begin_member(struct bytes *out, size_t start, const struct json_node *member)
{
	if (out->len > start + 1 && bytes_append_char(out, ',') != 0)
		return -1;
	return put_name(out, &member->name);
}

/* The members that are no objects. */
static int put_scalars(struct bytes *out, const struct json_tree *tree, const struct json_node *of)
{
	size_t start = out->len;
	const struct json_node *member;

	if (bytes_append_char(out, '{') != 0)
		return -1;
	for (member = json_tree_first(tree, of); member; member = json_tree_next(tree, member)) {
		if (is_container(member) || member->value.type == JSON_NULL)
			continue;
		if (begin_member(out, start, member) != 0 ||
			bytes_append(out, member->value.text, member->value.len) != 0)
			return -1;
	}
	return bytes_append_char(out, '}');
}

/* Options: scalars, and ranges that have an end. */
static int put_options(struct bytes *out, const struct json_tree *tree, const struct json_node *of)
{
	size_t start = out->len;
	const struct json_node *member;

	if (bytes_append_char(out, '{') != 0)
		return -1;
	for (member = json_tree_first(tree, of); member; member = json_tree_next(tree, member)) {
		size_t before = out->len;
		int result;

		if (member->value.type == JSON_NULL || member->value.type == JSON_ARRAY)
			continue;
		if (begin_member(out, start, member) != 0)
			return -1;
		if (member->value.type != JSON_OBJECT) {
			result = bytes_append(out, member->value.text, member->value.len);
		} else {
			size_t range = out->len;

			result = put_scalars(out, tree, member);
			if (result == 0 && out->len == range + 2)
				out->len = before;
		}
		if (result != 0)
			return -1;
	}
	return bytes_append_char(out, '}');
}

static int put_rule(struct bytes *out, const struct json_tree *tree, const struct json_node *of)
{
	size_t start = out->len;
	const struct json_node *member;

	if (bytes_append_char(out, '{') != 0)
		return -1;
	for (member = json_tree_first(tree, of); member; member = json_tree_next(tree, member)) {
		if (member->value.type == JSON_NULL || member->value.type == JSON_ARRAY)
			continue;
		if (begin_member(out, start, member) != 0)
			return -1;
		if (member->value.type == JSON_OBJECT
				? put_options(out, tree, member) != 0
				: bytes_append(out, member->value.text, member->value.len) != 0)
			return -1;
	}
	return bytes_append_char(out, '}');
}

/* A string member; a null text if it is absent or something else. */
static struct lookup_text string_of(
	const struct json_tree *tree, const struct json_node *rule, const char *name)
{
	const struct json_node *member = json_tree_member(tree, rule, name);

	if (!member || member->value.type != JSON_STRING)
		return (struct lookup_text){NULL, 0};
	return (struct lookup_text){member->value.text, member->value.len};
}

/* Adds the rules of an array. object.len is set, and object.text once all are there. */
static enum rest_result add_rules(struct rest *rest, const struct json_node *array, size_t most)
{
	const struct json_tree *tree = rest->tree;
	const struct json_node *rule = array ? json_tree_first(tree, array) : NULL;

	for (; rule; rule = json_tree_next(tree, rule)) {
		struct rest_rule *to = &rest->rules[rest->count];
		size_t start = rest->text.len;

		if (rest->count == most || rule->value.type != JSON_OBJECT)
			return REST_FOREIGN;
		if (put_rule(&rest->text, tree, rule) != 0)
			return REST_NO_MEMORY;
		to->object = (struct lookup_text){NULL, rest->text.len - start};
		to->peer = string_of(tree, rule, "source");
		to->peer_type = string_of(tree, rule, "source_type");
		if (!to->peer.text)
			to->peer = string_of(tree, rule, "destination");
		if (!to->peer_type.text)
			to->peer_type = string_of(tree, rule, "destination_type");
		to->description = string_of(tree, rule, "description");
		rest->count++;
	}
	return REST_OK;
}

/* Adds the rules of an owner; most as many as it has. */
static enum rest_result add_all(struct rest *rest, const struct ruleset_owner *owner)
{
	const struct json_node *top = rest->tree->nodes;
	enum rest_result result;

	if (owner->is_group)
		return add_rules(rest, top, owner->count);
	result = add_rules(
		rest, json_tree_member(rest->tree, top, "ingress_security_rules"), owner->count);
	if (result != REST_OK)
		return result;
	return add_rules(
		rest, json_tree_member(rest->tree, top, "egress_security_rules"), owner->count);
}

/* Room, a parser and a tree, once. */
static int prepare(struct rest *rest, size_t count)
{
	if (!rest->parser)
		rest->parser = json_parser_new();
	if (!rest->tree) {
		rest->tree = malloc(sizeof(*rest->tree));
		if (rest->tree)
			*rest->tree = (struct json_tree)JSON_TREE_INIT;
	}
	if (count > rest->room || !rest->rules) {
		struct rest_rule *grown = realloc(rest->rules, (count + 1) * sizeof(*grown));

		if (!grown)
			return -1;
		rest->rules = grown;
		rest->room = count;
	}
	return rest->parser && rest->tree ? 0 : -1;
}

enum rest_result rest_make(
	struct rest *rest, const struct lookup *lookup, const struct ruleset_owner *owner)
{
	struct lookup_text json;
	struct lookup_group group;
	struct lookup_list list;
	enum rest_result result;
	enum json_error error;
	const char *at;

	if (prepare(rest, owner->count) != 0)
		return REST_NO_MEMORY;
	bytes_clear(&rest->text);
	rest->count = 0;
	if (owner->is_group) {
		lookup_group(lookup, owner->number, &group);
		json = group.json;
	} else {
		lookup_list(lookup, owner->number, &list);
		json = list.json;
	}
	error = json_tree_parse(rest->tree, rest->parser, json.text, json.len, LIMIT_DEPTH);
	if (error != JSON_OK)
		return error == JSON_NO_MEMORY ? REST_NO_MEMORY : REST_FOREIGN;
	result = add_all(rest, owner);
	if (result != REST_OK)
		return result;
	at = rest->text.data;
	for (size_t i = 0; i < rest->count; i++) {
		rest->rules[i].object.text = at;
		at += rest->rules[i].object.len;
	}
	return rest->count == owner->count ? REST_OK : REST_FOREIGN;
}

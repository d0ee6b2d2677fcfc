/*
 * A JSON text as a tree in memory, for metadata: small texts, read once, of
 * which much is looked at. Every node is a view into the text.
 */
#ifndef JSON_TREE_H
#define JSON_TREE_H

#include "json/json.h"

#ifdef __cplusplus
extern "C" {
#endif

struct json_node {
	struct json_value value; /* never JSON_ABSENT */
	struct json_value name;  /* of a member: a JSON_STRING; else absent */
	uint32_t next;           /* the next sibling's index, 0: none */
	uint32_t first;          /* the first element or member, 0: none */
};

/* nodes[0] is the text's value; children stand after their parent. */
struct json_tree {
	struct json_node *nodes;
	size_t count;
	size_t room;
};

#define JSON_TREE_INIT                                                                             \
	{                                                                                          \
		NULL, 0, 0                                                                         \
	}

/*
 * Judges text[0..len) as json_select does and makes its tree; what the tree
 * held before is gone, its room is used again. The text must outlive it.
 * LIMIT_JSON_PADDING readable bytes after the text.
 */
enum json_error json_tree_parse(struct json_tree *tree, struct json_parser *parser,
	const char *text, size_t len, unsigned max_depth);
void json_tree_free(struct json_tree *tree);

/*
 * The member of an object that has this name, the last one if several do; or
 * null, also when node is null or no object.
 */
const struct json_node *json_tree_member(
	const struct json_tree *tree, const struct json_node *node, const char *name);

/* The first child, and the one after a child; null where there is none. */
const struct json_node *json_tree_first(const struct json_tree *tree, const struct json_node *node);
const struct json_node *json_tree_next(const struct json_tree *tree, const struct json_node *node);

#ifdef __cplusplus
}
#endif

#endif

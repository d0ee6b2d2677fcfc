/* Looking around in a tree; it is built in json_simdjson.cc. */
#include "json/tree.h"

#include <stdlib.h>

void json_tree_free(struct json_tree *tree)
{
	free(tree->nodes);
	*tree = (struct json_tree)JSON_TREE_INIT;
}

const struct json_node *json_tree_first(const struct json_tree *tree, const struct json_node *node)
{
	return node->first == 0 ? NULL : &tree->nodes[node->first];
}

const struct json_node *json_tree_next(const struct json_tree *tree, const struct json_node *node)
{
	return node->next == 0 ? NULL : &tree->nodes[node->next];
}

const struct json_node *json_tree_member(
	const struct json_tree *tree, const struct json_node *node, const char *name)
{
	const struct json_node *found = NULL;

	if (node == NULL || node->value.type != JSON_OBJECT)
		return NULL;
	for (node = json_tree_first(tree, node); node != NULL; node = json_tree_next(tree, node))
		if (json_string_is(&node->name, name))
			found = node;
	return found;
}

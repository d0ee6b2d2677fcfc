/*
 * Plans: which members of a text are handed out. Built once, then only read,
 * by any number of threads.
 */
#include "json/plan.h"

#include <stdlib.h>

static void init_node(struct json_plan_node *node, char *name, size_t name_len, int slot)
{
	node->name = name;
	node->name_len = name_len;
	node->slot = slot;
	node->first = node->sibling = node->same = -1;
	for (size_t i = 0; i < JSON_PLAN_BUCKETS; i++)
		node->buckets[i] = -1;
}

struct json_plan *json_plan_new(void)
{
	struct json_plan *plan = malloc(sizeof *plan);

	if (plan == NULL)
		return NULL;
	plan->count = 1;
	init_node(&plan->nodes[0], NULL, 0, -1);
	return plan;
}

void json_plan_free(struct json_plan *plan)
{
	if (plan == NULL)
		return;
	for (size_t i = 1; i < plan->count; i++)
		free(plan->nodes[i].name);
	free(plan);
}

/* The node that holds the last name of a path, or null. */
static struct json_plan_node *find_parent(
	struct json_plan *plan, const char *const *path, size_t path_len)
{
	struct json_plan_node *node = &plan->nodes[0];

	for (size_t i = 0; i + 1 < path_len && node != NULL; i++)
		node = json_plan_find(plan, node, path[i], strlen(path[i]));
	return node;
}

int json_plan_add(struct json_plan *plan, const char *const *path, size_t path_len)
{
	struct json_plan_node *parent = find_parent(plan, path, path_len);
	const char *name = path[path_len - 1];
	size_t name_len = strlen(name);

	if (parent == NULL || plan->count > JSON_PLAN_SLOTS ||
		json_plan_find(plan, parent, name, name_len) != NULL)
		return -1;

	char *copy = malloc(name_len + 1);

	if (copy == NULL)
		return -1;
	memcpy(copy, name, name_len + 1);

	int16_t index = (int16_t)plan->count++;
	struct json_plan_node *node = &plan->nodes[index];
	int16_t *bucket = &parent->buckets[json_plan_bucket(name, name_len)];

	init_node(node, copy, name_len, index - 1);
	node->sibling = parent->first;
	parent->first = index;
	node->same = *bucket;
	*bucket = index;
	return node->slot;
}

int json_plan_get(struct json_plan *plan, const char *const *path, size_t path_len)
{
	const struct json_plan_node *parent = find_parent(plan, path, path_len);
	const char *name = path[path_len - 1];
	const struct json_plan_node *node = NULL;

	if (parent != NULL)
		node = json_plan_find(plan, parent, name, strlen(name));
	return node != NULL ? node->slot : json_plan_add(plan, path, path_len);
}

struct json_plan_node *json_plan_find_escaped(const struct json_plan *plan,
	const struct json_plan_node *node, const char *name, size_t len)
{
	for (int i = node->first; i >= 0; i = plan->nodes[i].sibling) {
		const struct json_plan_node *member = &plan->nodes[i];
		struct json_value value = {name - 1, len + 2, JSON_STRING};

		/* with its escape, the name spells less than its length */
		if (member->name_len != len && json_string_is(&value, member->name))
			return (struct json_plan_node *)(uintptr_t)member;
	}
	return NULL;
}

/* Depth first, without recursion: a plan's depth is its maker's, not input's,
 * and the way back up is found by the stack of the nodes passed. */
void json_plan_clear(
	const struct json_plan *plan, const struct json_plan_node *node, struct json_value *values)
{
	int stack[JSON_PLAN_SLOTS];
	size_t depth = 0;

	if (node->first >= 0)
		stack[depth++] = node->first;
	while (depth != 0) {
		const struct json_plan_node *member = &plan->nodes[stack[--depth]];

		values[member->slot] = (struct json_value){0};
		if (member->sibling >= 0)
			stack[depth++] = member->sibling;
		if (member->first >= 0)
			stack[depth++] = member->first;
	}
}

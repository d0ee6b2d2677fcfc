/*
 * The inside of a plan: nodes in one array, each with a chain of the members
 * that may stand in it, and a small table by length and first letter so that a
 * name that is not in the plan is mostly told from its length alone.
 */
#ifndef JSON_PLAN_H
#define JSON_PLAN_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "json/json.h"

#ifdef __cplusplus
extern "C" {
#endif

#define JSON_PLAN_SLOTS 256
#define JSON_PLAN_BUCKETS 32

struct json_plan_node {
	char *name; /* owned; null for the root */
	size_t name_len;
	int slot;                           /* -1 for the root */
	int16_t first;                      /* the first member of it, as an index, or -1 */
	int16_t sibling;                    /* the next member of the same parent, or -1 */
	int16_t same;                       /* the next one in the same bucket, or -1 */
	int16_t buckets[JSON_PLAN_BUCKETS]; /* of its members; -1: none */
};

struct json_plan {
	struct json_plan_node nodes[JSON_PLAN_SLOTS + 1]; /* 0 is the root */
	size_t count;
};

static inline size_t json_plan_slots(const struct json_plan *plan)
{
	return plan->count - 1;
}

static inline void *json_plan_root(const struct json_plan *plan)
{
	return (void *)(uintptr_t)&plan->nodes[0];
}

static inline unsigned json_plan_bucket(const char *name, size_t len)
{
	unsigned last = len == 0 ? 0 : (unsigned char)name[len - 1];

	return ((unsigned)len * 5 + last) % JSON_PLAN_BUCKETS;
}

/* For a name with an escape: what it spells is looked up. */
struct json_plan_node *json_plan_find_escaped(const struct json_plan *plan,
	const struct json_plan_node *node, const char *name, size_t len);

/* As memcmp() == 0, of bytes that are few: a call would take longer than this. */
static inline bool json_plan_same(const char *a, const char *b, size_t len)
{
	uint64_t words[4];
	uint32_t halves[4];

	if (len > 2 * sizeof(words[0]))
		return memcmp(a, b, len) == 0;
	if (len >= sizeof(words[0])) {
		memcpy(&words[0], a, sizeof(words[0]));
		memcpy(&words[1], b, sizeof(words[0]));
		memcpy(&words[2], a + len - sizeof(words[0]), sizeof(words[0]));
		memcpy(&words[3], b + len - sizeof(words[0]), sizeof(words[0]));
		return ((words[0] ^ words[1]) | (words[2] ^ words[3])) == 0;
	}
	if (len >= sizeof(halves[0])) {
		memcpy(&halves[0], a, sizeof(halves[0]));
		memcpy(&halves[1], b, sizeof(halves[0]));
		memcpy(&halves[2], a + len - sizeof(halves[0]), sizeof(halves[0]));
		memcpy(&halves[3], b + len - sizeof(halves[0]), sizeof(halves[0]));
		return ((halves[0] ^ halves[1]) | (halves[2] ^ halves[3])) == 0;
	}
	for (size_t i = 0; i < len; i++) {
		if (a[i] != b[i])
			return false;
	}
	return true;
}

/* Finds a member of node by its name as it stands in a text; null: none. */
static inline struct json_plan_node *json_plan_find(const struct json_plan *plan,
	const struct json_plan_node *node, const char *name, size_t len)
{
	int index = node->buckets[json_plan_bucket(name, len)];

	for (; index >= 0; index = plan->nodes[index].same) {
		const struct json_plan_node *member = &plan->nodes[index];

		if (member->name_len == len && json_plan_same(member->name, name, len))
			return (struct json_plan_node *)(uintptr_t)member;
	}
	return NULL;
}

/* Makes the values of all that is inside node absent. */
void json_plan_clear(
	const struct json_plan *plan, const struct json_plan_node *node, struct json_value *values);

#ifdef __cplusplus
}
#endif

#endif

/*
 * Members of objects as REST, the CLI and the SDKs write them: "cidrBlock",
 * "cidr-block" and "cidr_block" are one name. Names are asked for as
 * "cidr_block"; an absent member and one that is null are the same.
 */
#ifndef LOOKUP_FIELDS_H
#define LOOKUP_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"
#include "json/tree.h"

/* Returns true if a member's name is wanted when hyphens, underscores and case are
 * left aside. */
bool fields_name_is(const struct json_value *name, const char *wanted);

/*
 * The member of an object with this name, the last one if several have it; or
 * null, also when node is no object or the member is null.
 */
const struct json_node *fields_member(
	const struct json_tree *tree, const struct json_node *node, const char *wanted);

/*
 * What a string spells: a view into the tree's text, or into scratch, where it
 * is valid until scratch changes. Returns 0, or -1 when memory ran out.
 */
int fields_text(
	const struct json_value *value, struct bytes *scratch, const char **text, size_t *len);

#endif

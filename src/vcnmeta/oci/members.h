/* Members of small JSON objects as strings. */
#ifndef VCNMETA_OCI_MEMBERS_H
#define VCNMETA_OCI_MEMBERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "json/tree.h"

/*
 * Writes what a member that is a string spells into buffer, with a NUL.
 * Returns false, and "" in buffer, when there is no such member, it is no
 * string, it holds a NUL or it needs size bytes or more.
 */
bool members_text(const struct json_tree *tree, const struct json_node *node, const char *name,
	char *buffer, size_t size);

/* A member that is a whole number from 0 on; -1: there is none. */
int64_t members_number(
	const struct json_tree *tree, const struct json_node *node, const char *name);

#endif

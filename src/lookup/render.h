/*
 * A security list as the lookup file and the enriched records have it: one
 * object on one line, its keys in one order, absent fields null.
 */
#ifndef LOOKUP_RENDER_H
#define LOOKUP_RENDER_H

#include "base/bytes.h"
#include "lookup/model.h"

/*
 * Appends the object of a security list, node, which is an object with a
 * string as its id. Returns MODEL_OK, MODEL_NO_MEMORY, or MODEL_MALFORMED with
 * fault->text filled; then out holds a part of it.
 */
enum model_result render_list(const struct json_tree *tree, const struct json_node *node,
	struct bytes *out, struct model_fault *fault);

#endif

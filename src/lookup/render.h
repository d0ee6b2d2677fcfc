/*
 * Rules and lists of the model as JSON, one object on one line, its keys in one
 * order, absent fields null: a security list as the lookup file and the enriched
 * records have it, and a group's rules as the lookup file has them. Return as
 * bytes_reserve does; on failure out holds a part.
 */
#ifndef LOOKUP_RENDER_H
#define LOOKUP_RENDER_H

#include "base/bytes.h"
#include "lookup/model.h"

/* Appends a list, whose rules must stand in the model. */
int render_list(struct bytes *out, const struct model *model, const struct model_list *list);

/* Appends a rule of a group. */
int render_group_rule(struct bytes *out, const struct model *model, const struct model_rule *rule);

#endif

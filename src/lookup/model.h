/*
 * The metadata that a lookup file is made from: subnets and security lists,
 * each known by its OCID. A subnet names its lists; which of them are held is
 * settled when the file is written, so that they may come in any order.
 *
 * Of a JSON object only what a lookup file keeps is taken: copies that differ
 * in tags, states or times alone are equal. Field names are folded
 * ("cidr-block", "cidrBlock" and "cidr_block" are one name), absent and null
 * mean the same, fields that are not known are passed over.
 */
#ifndef LOOKUP_MODEL_H
#define LOOKUP_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookup/lookup.h"
#include "json/tree.h"

struct model;

/* What becomes of a second copy of a subnet or list that is not equal. */
enum model_copies {
	MODEL_REFUSE_DIFFERING, /* MODEL_DIFFERS */
	MODEL_LATER_COUNTS,     /* it takes the place of the first */
};

/* Returns null when memory ran out. Free it with model_free. */
struct model *model_new(enum model_copies copies);
void model_free(struct model *model);

/* Where an object was found, for messages. source is kept, not copied. */
struct model_place {
	const char *source; /* a file's name, a page's address */
	uint64_t line;      /* counted from 1; 0: no matter */
};

enum model_result {
	MODEL_OK,
	MODEL_MALFORMED, /* fault->text says which field and why */
	MODEL_DIFFERS,   /* fault->earlier tells where the first copy was */
	MODEL_NO_MEMORY, /* also: more than a lookup file can hold */
};

#define MODEL_FAULT_SIZE 512

struct model_fault {
	/* "cidr_block 'x' is not a CIDR block", fit to stand in a message */
	char text[MODEL_FAULT_SIZE];
	struct model_place earlier;
};

enum model_kind { MODEL_SUBNET, MODEL_LIST, MODEL_OTHER };

/*
 * What an object is: with ingress or egress rules a security list, else with
 * the OCID of a subnet as its id a subnet. MODEL_OTHER for all else, whatever
 * its type.
 */
enum model_kind model_kind(const struct json_tree *tree, const struct json_node *node);

/*
 * The id of an object, or an empty text: a view into the tree's text, as it
 * stands there, escapes included.
 */
struct lookup_text model_id(const struct json_tree *tree, const struct json_node *node);

/*
 * Take a subnet or a security list: node is what the service calls Subnet or
 * SecurityList, as REST, the CLI or an SDK writes it. Only id is needed. On
 * anything but MODEL_OK the model stays as it was.
 */
enum model_result model_add_subnet(struct model *model, const struct json_tree *tree,
	const struct json_node *node, struct model_place place, struct model_fault *fault);
enum model_result model_add_list(struct model *model, const struct json_tree *tree,
	const struct json_node *node, struct model_place place, struct model_fault *fault);

/*
 * Adds what a lookup file holds and the model does not: its subnets, with the
 * lists that they carry there. What the model has already wins, whatever the
 * copies: a subnet that came from the file gets the model's copy of a list.
 * To be called last, and at most once. MODEL_MALFORMED: the fragments are not
 * such as this program writes. On anything but MODEL_OK the model is fit for
 * model_free alone.
 */
enum model_result model_add_lookup(
	struct model *model, const struct lookup *lookup, struct model_fault *fault);

size_t model_subnet_count(const struct model *model);
size_t model_list_count(const struct model *model);
bool model_has_subnet(const struct model *model, const char *ocid, size_t len);
bool model_has_list(const struct model *model, const char *ocid, size_t len);

/* A list that a subnet names and the model does not hold. */
struct model_missing {
	struct lookup_text list;   /* its OCID */
	struct lookup_text subnet; /* the first subnet that names it */
};

/*
 * Goes through the lists that are missing, each once, by the order of their
 * first naming. *cursor is 0 at first; returns false at the end. The texts are
 * valid until the model is added to; a list added meanwhile is no longer
 * missing.
 */
bool model_next_missing(const struct model *model, size_t *cursor, struct model_missing *missing);

#endif

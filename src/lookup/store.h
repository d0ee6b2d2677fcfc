/*
 * The inside of a model, for the rooms that fill and write it. Every text is
 * held once, so that texts are compared by number; what varies in number lies
 * in pools, of which a subnet has a run.
 */
#ifndef LOOKUP_STORE_H
#define LOOKUP_STORE_H

#include "base/bytes.h"
#include "base/textset.h"
#include "lookup/model.h"

/* No text, subnet or list. */
#define STORE_NONE UINT32_MAX

struct store_subnet {
	uint32_t ocid; /* numbers of texts */
	uint32_t name; /* STORE_NONE where not known, like the next two */
	uint32_t vcn;
	uint32_t compartment;
	uint32_t prefix_first; /* into prefixes; sorted, each once */
	uint32_t prefix_count;
	uint32_t list_first; /* into named */
	uint32_t list_count;
	struct model_place place;
};

struct store_list {
	uint32_t ocid;
	uint32_t json; /* the text of its rendering */
	struct model_place place;
};

/* What a text is, besides a text. */
struct store_text {
	uint32_t subnet; /* the subnet that has it as its OCID, or STORE_NONE */
	uint32_t list;
	bool missed; /* model_next_missing has told of it */
};

struct model {
	enum model_copies copies;
	struct textset texts;
	struct store_text *text_info; /* by a text's number */
	size_t text_room;
	struct store_subnet *subnets;
	size_t subnet_count;
	size_t subnet_room;
	struct store_list *lists;
	size_t list_count;
	size_t list_room;
	struct prefix *prefixes;
	size_t prefix_count;
	size_t prefix_room;
	uint32_t *named; /* OCIDs of lists, as subnets name them */
	size_t named_count;
	size_t named_room;
	struct bytes scratch;
};

/* Takes a text in. Returns its number, or STORE_NONE when memory ran out. */
uint32_t store_text(struct model *model, const char *text, size_t len);

/* Append to the pools. Return 0, or -1 when memory ran out. */
int store_prefix(struct model *model, const struct prefix *prefix);
int store_named(struct model *model, uint32_t list);

/*
 * Sorts the prefixes from subnet->prefix_first to the end of the pool, drops
 * those that are there twice, and sets the subnet's prefix_count.
 */
void store_sort_prefixes(struct model *model, struct store_subnet *subnet);

/*
 * Takes a subnet whose runs are the ends of the pools, or a list. A copy goes
 * by model->copies. Set fault->earlier with MODEL_DIFFERS.
 */
enum model_result store_subnet(
	struct model *model, const struct store_subnet *subnet, struct model_fault *fault);
enum model_result store_list(
	struct model *model, const struct store_list *list, struct model_fault *fault);

/* The bytes of a text. */
struct lookup_text store_bytes(const struct model *model, uint32_t text);

/* The list with this OCID, or null. */
const struct store_list *store_find_list(const struct model *model, uint32_t ocid);

#endif

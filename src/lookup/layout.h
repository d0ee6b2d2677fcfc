/*
 * What stands where in a lookup file that is to be written: the order of its
 * subnets, which sets of lists they have, the places of their texts. It is
 * made of a model and depends on nothing else, so that the same metadata gives
 * the same layout in whatever order it came.
 */
#ifndef LOOKUP_LAYOUT_H
#define LOOKUP_LAYOUT_H

#include <stddef.h>
#include <stdint.h>

#include "base/textset.h"
#include "lookup/format.h"
#include "lookup/store.h"

struct layout {
	const struct model *model;
	/* In the order of the file: records with everything in its place. */
	struct format_subnet *records;
	/* The number of each record's subnet in the model. */
	uint32_t *order;
	size_t subnet_count;
	/* Texts in the order of section TEXT, by number. */
	uint32_t *texts;
	size_t text_count;
	/* Sets of lists in the order of section FRAG: each a run of uint32_t,
	 * the numbers of its lists in the model. */
	struct textset sets;
	struct format_fragment *fragments;
	struct prefix *all_prefixes; /* sorted, each once */
	size_t all_prefix_count;
	size_t range_count; /* of the index */
};

/*
 * Returns 0, or -1 with errno set: ENOMEM, or EFBIG for a set of lists larger
 * than a lookup file may have. Free with layout_free in any case.
 */
int layout_make(struct layout *layout, const struct model *model);
void layout_free(struct layout *layout);

/*
 * Emptied and filled with a set's OCIDs as a JSON array. Returns 0, or -1 when
 * memory ran out.
 */
int layout_set_ids(const struct layout *layout, size_t set, struct bytes *ids);

/* The lists of a set: their numbers in the model. */
const uint32_t *layout_set(const struct layout *layout, size_t set, size_t *count);

#endif

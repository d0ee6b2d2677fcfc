/*
 * What stands where in a lookup file that is to be written: the order of
 * everything, the sets of lists that subnets have, the places of texts. It is
 * made of a model and depends on nothing else, so that the same metadata gives
 * the same layout in whatever order it came.
 */
#ifndef LOOKUP_LAYOUT_H
#define LOOKUP_LAYOUT_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/textset.h"
#include "lookup/format.h"
#include "lookup/model.h"

/* A section's entries; of META, JSON and TEXT there are none: see below. */
#define LAYOUT_SECTION(name, letters, flags, family, type)                                         \
	struct {                                                                                   \
		type *at;                                                                          \
		size_t count;                                                                      \
	} name;

/* The things of a kind in the order of the file, and where each went. */
struct layout_order {
	uint32_t *things;  /* their numbers in the model */
	uint32_t *numbers; /* in the file, by their number in the model */
	size_t count;
};

struct layout {
	struct model *model;
	int64_t fetched_at; /* where nothing else is known */
	FORMAT_SECTIONS(LAYOUT_SECTION)

	struct layout_order subnet_order;
	struct layout_order vcn_order;
	struct layout_order compartment_order;
	struct layout_order group_order;
	struct layout_order vnic_order;
	struct layout_order service_order;

	/* Lists by their OCIDs, held or not: in order, and where each went. */
	uint32_t *list_ocids;
	uint32_t *list_numbers; /* by a text's number; or MODEL_NONE */

	/* Sets of lists in the order of section SETS: each a run of uint32_t,
	 * the OCIDs of its lists. */
	struct textset set_texts;

	/* Texts in the order of section TEXT, and where each is. */
	uint32_t *texts;
	uint64_t *text_places; /* by a text's number; UINT64_MAX: nowhere */
	size_t text_count;
	uint64_t text_end;

	struct bytes rule_bytes;  /* of section RTXT */
	struct bytes group_bytes; /* of section NSGJ */
	struct bytes scratch;
};

/*
 * Returns 0, or -1 with errno set: ENOMEM, or EFBIG for lists that are larger
 * than a lookup file may have. VCNs and compartments that are only named become
 * things of the model. Free with layout_free in any case.
 */
int layout_make(struct layout *layout, struct model *model, int64_t fetched_at);
void layout_free(struct layout *layout);

/*
 * Emptied and filled with a set's OCIDs as a JSON array. Returns 0, or -1 when
 * memory ran out.
 */
int layout_set_ids(const struct layout *layout, size_t set, struct bytes *ids);

/* The OCIDs of a set's lists: numbers of texts. */
const uint32_t *layout_set(const struct layout *layout, size_t set, size_t *count);

/* The JSON of the list with an OCID; null if it is not held. */
struct lookup_text layout_list_json(const struct layout *layout, uint32_t ocid);

/* Returns true if the list of that number is in no set. */
bool layout_is_unused(const struct layout *layout, size_t list);

#endif

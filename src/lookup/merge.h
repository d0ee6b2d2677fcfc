/*
 * A lookup file read back into a model: for vcnmeta fetch --merge, and as an
 * input of vcnmeta build.
 */
#ifndef LOOKUP_MERGE_H
#define LOOKUP_MERGE_H

#include "lookup/model.h"

/* What counts of that which both have. */
enum merge_choice {
	MERGE_LATER, /* as with all copies: what was fetched later */
	MERGE_MODEL, /* the model's, whatever its time: to be called last then */
};

/*
 * Adds what a lookup file holds; of a group or VNIC each part that the model
 * lacks; and takes down which lists and parts of groups the file could not read.
 * source is what the file is called in messages; it is kept, not copied.
 * MODEL_MALFORMED: its JSON is not such as this program writes. MODEL_DIFFERS:
 * fault->text names what copies of the same time differ, in quotes.
 */
enum model_result merge_lookup(struct model *model, const struct lookup *lookup,
	enum merge_choice choice, const char *source, struct model_fault *fault);

#endif

/*
 * What is said of the metadata after a fetch or build: how much there is, what
 * is missing, and what cannot be judged.
 */
#ifndef VCNMETA_SUMMARY_H
#define VCNMETA_SUMMARY_H

#include "base/bytes.h"
#include "lookup/model.h"

/*
 * Appends "12 subnets, 3 security lists, 2 groups, 40 VNICs": what there is
 * none of is left out, but for subnets and lists. Returns 0, or -1 when memory
 * ran out.
 */
int summary_put_counts(struct bytes *out, const struct model *model);

/*
 * Appends " in 2 regions", or of one its name: those that the OCIDs of the
 * subnets say, or nothing. Returns 0, or -1 when memory ran out.
 */
int summary_put_regions(struct bytes *out, const struct model *model);

/*
 * Appends "; missing: 1 security list, 2 groups' rules": what is named and not
 * held; or nothing. Returns 0, or -1 when memory ran out.
 */
int summary_put_missing(struct bytes *out, struct model *model);

/* Names, as warnings, the rules that have a part which cannot be read, once
 * each, and past LIMIT_BAD_NAMED how many more there are. */
void summary_tell_unreadable(const struct model *model);

/* Warns of subnets without any CIDR block, if there are any: dump says what
 * would bring the blocks. */
void summary_tell_blockless(const struct model *model, const char *dump);

#endif

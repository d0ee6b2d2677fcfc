/* changes.md of a proposal, for a pull request: what changes, why, and on what evidence. */
#ifndef VCNRULES_RATIONALE_H
#define VCNRULES_RATIONALE_H

#include "base/bytes.h"
#include "vcnrules/changes.h"

/* Appends the page. Returns 0, or -1: no memory. */
int rationale_put(const struct changes *changes, struct bytes *out);

#endif

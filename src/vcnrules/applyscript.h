/* apply.sh of a proposal: what would apply it by the oci command, and put it back. */
#ifndef VCNRULES_APPLYSCRIPT_H
#define VCNRULES_APPLYSCRIPT_H

#include "base/bytes.h"
#include "vcnrules/changes.h"

/* Appends the script. Returns 0, or -1: no memory. */
int applyscript_put(const struct changes *changes, struct bytes *out);

#endif

/* NAME.tf of a proposal: a list or group and its rules as Terraform's OCI provider has them. */
#ifndef VCNRULES_TERRAFORM_H
#define VCNRULES_TERRAFORM_H

#include "base/bytes.h"
#include "vcnrules/changes.h"

/* Appends the file. Returns 0, or -1: no memory. */
int terraform_put(struct changes *changes, const struct changes_owner *owner, struct bytes *out);

#endif

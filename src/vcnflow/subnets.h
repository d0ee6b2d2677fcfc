/* The subnets that are unknown, as records spell them. */
#ifndef VCNFLOW_SUBNETS_H
#define VCNFLOW_SUBNETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/textset.h"
#include "json/json.h"

/*
 * Adds what a string value spells; of what is longer than any OCID only a
 * digest, so that hostile input costs little memory. A full set takes no more:
 * *full says so. Returns 0, or -1 when memory ran out.
 */
int subnets_add(struct textset *set, const struct json_value *value, bool *full);

/* Tells if text is "ocid1.subnet." and 1 to LIMIT_OCID_TAIL of A-Za-z0-9._- */
bool subnets_is_ocid(const char *text, size_t len);

#endif

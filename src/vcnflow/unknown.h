/* The subnets that are unknown, as records spell them. */
#ifndef VCNFLOW_UNKNOWN_H
#define VCNFLOW_UNKNOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/textset.h"
#include "json/json.h"

/*
 * Adds what a string value spells; of what is longer than any OCID only a
 * digest, so that hostile input costs little memory. A full set takes no more.
 * Returns 0, or -1 when memory ran out.
 */
int unknown_add(struct textset *set, const struct json_value *value);

#endif

/* What can be an OCID: texts that may become part of a request or a message. */
#ifndef BASE_OCID_H
#define BASE_OCID_H

#include <stdbool.h>
#include <stddef.h>

/* Of a network security group, for ocid_is_of. */
#define OCID_GROUP "networksecuritygroup"

/*
 * Returns true if text[0..len) can be the OCID of something: "ocid" and at most
 * 251 more letters, digits and ".:_-".
 */
bool ocid_is_one(const char *text, size_t len);

/*
 * Returns true if it can be that of a thing of one kind: "ocid1.", the kind, "."
 * and at most LIMIT_OCID_TAIL letters, digits and "._-".
 */
bool ocid_is_of(const char *text, size_t len, const char *kind);

/*
 * Returns true if it begins with "ocid1.", and sets *kind to the text up to the next
 * "." in it, of *kind_len bytes: 0 if nothing stands there or after it.
 */
bool ocid_kind(const char *text, size_t len, const char **kind, size_t *kind_len);

#endif

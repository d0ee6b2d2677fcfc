/*
 * Copies of security lists in the lookup file, so that output may point at
 * them instead of holding them once for each record. It may not point at the
 * file: that can shrink at any time, and the kernel would then write half a
 * line. For one thread at a time; the copies can be read by any.
 */
#ifndef VCNFLOW_KEPT_H
#define VCNFLOW_KEPT_H

#include "lookup/lookup.h"

struct kept;

/* Returns null when memory ran out. */
struct kept *kept_new(void);
void kept_free(struct kept *kept);

/*
 * The copy of a text, made when it is asked for the first time, which lasts
 * until kept_free. Null: the text is so short that it is copied as fast as it
 * is pointed at, or LIMIT_KEPT_LISTS are full.
 */
const char *kept_text(struct kept *kept, const struct lookup_text *text);

#endif

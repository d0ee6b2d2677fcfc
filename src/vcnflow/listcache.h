/*
 * Copies of security lists in the lookup file, so that output may point at
 * them instead of holding them once for each record. It may not point at the
 * file: that can shrink at any time, and the kernel would then write half a
 * line. For one thread at a time; the copies can be read by any.
 */
#ifndef VCNFLOW_LISTCACHE_H
#define VCNFLOW_LISTCACHE_H

#include "lookup/lookup.h"

struct listcache;

/* Returns null when memory ran out. */
struct listcache *listcache_new(void);
void listcache_free(struct listcache *cache);

/*
 * The copy of a text, made when it is asked for the first time, which lasts
 * until listcache_free. Null: the text is so short that it is copied as fast as it
 * is pointed at, or LIMIT_LISTCACHE are full.
 */
const char *listcache_get(struct listcache *cache, const struct lookup_text *text);

#endif

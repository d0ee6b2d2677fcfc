/*
 * Raw deflate data, RFC 1951, made by one of two libraries: deflate_isal.c or
 * deflate_zlib.c, as the build chose. For gzip.c only.
 */
#ifndef DEFLATE_DEFLATE_H
#define DEFLATE_DEFLATE_H

#include <stddef.h>

#include "base/bytes.h"

struct deflate;

/* Returns null when memory ran out. Free it with deflate_free. */
struct deflate *deflate_new(void);
void deflate_free(struct deflate *deflate);

/*
 * Appends data[0..len), at most 1 GiB, to out as one whole run of blocks.
 * Returns as bytes_reserve does; then out may have grown.
 */
int deflate_all(struct deflate *deflate, const void *data, size_t len, struct bytes *out);

#endif

/*
 * Writes gzip: each call makes one whole member, mtime 0, no name. Members
 * follow one another, which gunzip reads as one stream.
 */
#ifndef DEFLATE_GZIP_H
#define DEFLATE_GZIP_H

#include <stddef.h>

#include "base/bytes.h"

struct gzip;

/* Returns null when memory ran out. Free it with gzip_free. One per thread. */
struct gzip *gzip_new(void);
void gzip_free(struct gzip *gzip);

/*
 * Appends data[0..len), at most 1 GiB, to out as one member; len may be 0.
 * With ISA-L the compressed bytes may, rarely, differ from run to run: its body of level 1
 * takes a hash of the address of its own state (shifted by 16) for that of the third to
 * the sixth byte of the data, which may displace a match. Returns as bytes_reserve does.
 */
int gzip_member(struct gzip *gzip, const void *data, size_t len, struct bytes *out);

#endif

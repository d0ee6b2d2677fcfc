/*
 * Writes lookup files. The same metadata with the same source gives the same
 * bytes, whatever order it came in, but for the time it was fetched at.
 */
#ifndef LOOKUP_WRITER_H
#define LOOKUP_WRITER_H

#include <stdint.h>

#include "base/exitcode.h"
#include "lookup/model.h"

/* Where metadata comes from when vcnmeta build made the file. */
#define WRITER_SOURCE_BUILD "build"

/*
 * Writes the model as a lookup file: beside path, fsync, rename, fsync of the
 * directory. source is "build", or the tenancy's OCID and the sorted names of
 * the regions, separated by spaces; it holds no control bytes and is UTF-8.
 * Lists that a subnet names and the model lacks are only named in the file. Returns
 * EXITCODE_OK, or EXITCODE_WRITE or EXITCODE_INTERNAL after a message; then
 * path is what it was.
 */
enum exitcode writer_write(
	struct model *model, const char *path, int64_t fetched_at, const char *source);

#endif

/* Writing what was fetched, for vcnmeta fetch. */
#ifndef VCNMETA_FETCH_SAVE_H
#define VCNMETA_FETCH_SAVE_H

#include <stdbool.h>
#include <stdint.h>

#include "lookup/model.h"

/*
 * Finds out before any request whether path could be written, and with merge
 * whether what is there can be read. Returns EXITCODE_OK, or another status
 * after a message.
 */
int save_check(const char *path, bool merge);

/*
 * Writes the model, with merge adding what the file at path holds and the
 * model does not; source is where the model is from. Of several that replace one file one after the
 * other does this. Returns EXITCODE_OK, or another status after a message; then path is what it
 * was.
 */
int save_write(
	struct model *model, const char *path, bool merge, int64_t fetched_at, const char *source);

#endif

/* The whole text of a file or of standard input. */
#ifndef VCNMETA_INPUT_H
#define VCNMETA_INPUT_H

#include "base/bytes.h"
#include "base/exitcode.h"

/* What an input is called in messages: its path, or "standard input". */
const char *input_name(const char *path);

/*
 * Reads path, or standard input when it is "-", into text, with
 * LIMIT_JSON_PADDING zero bytes behind it that len does not count. Returns
 * EXITCODE_OK, or EXITCODE_REFUSED or EXITCODE_INTERNAL after a message. text
 * is to be freed in any case.
 */
enum exitcode input_read(const char *path, struct bytes *text);

#endif

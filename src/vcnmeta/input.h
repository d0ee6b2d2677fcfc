/* The whole text of a file or of standard input. */
#ifndef VCNMETA_INPUT_H
#define VCNMETA_INPUT_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/exitcode.h"
#include "base/msg.h"

/* Returns true if path is "-", which is standard input. */
bool input_is_standard(const char *path);

/* What an input is called in messages: its path, or "standard input". */
const char *input_name(const char *path);

/* msg_quote_name of a name of input_name; standard input has no quotes. */
const char *input_quote(char buffer[MSG_QUOTED_SIZE], const char *name);

/* Returns true if path is a regular file that begins as a lookup file does. */
bool input_is_lookup(const char *path);

/* Returns true if a text that was read begins as a lookup file does. */
bool input_begins_lookup(const struct bytes *text);

/* Returns true if a text that was read begins as gzip does. */
bool input_begins_gzip(const struct bytes *text);

/*
 * Reads path, or standard input when it is "-", into text, with
 * LIMIT_JSON_PADDING zero bytes after it that len does not count. Returns
 * EXITCODE_OK, or EXITCODE_REFUSED or EXITCODE_INTERNAL after a message. text
 * is to be freed in any case.
 */
enum exitcode input_read(const char *path, struct bytes *text);

#endif

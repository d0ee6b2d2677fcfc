/*
 * JSON text as the programs write it: strings are UTF-8 and escape only
 * quotes, backslashes and control bytes; integers are plain decimal.
 */
#ifndef JSON_WRITE_H
#define JSON_WRITE_H

#include <stddef.h>

#include "base/bytes.h"

/*
 * Appends text[0..len), which must be UTF-8, as a JSON string with its quotes.
 * Returns as bytes_reserve does.
 */
int json_write_string(struct bytes *out, const char *text, size_t len);

/* Room for a string of len bytes with its quotes, if each byte needs an escape. */
#define JSON_STRING_ROOM(len) (6 * (len) + 2)

/* Writes the same where there is JSON_STRING_ROOM(len); returns the end. */
char *json_put_string(char *at, const char *text, size_t len);

#endif

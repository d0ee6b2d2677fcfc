/* Escapes in strings: judging them, and undoing them. */
#ifndef JSON_ESCAPE_H
#define JSON_ESCAPE_H

#include <stddef.h>

#include "json/json.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Judges the escapes of text[0..len), a string's inside: JSON_OK,
 * JSON_INVALID, or JSON_SURROGATE.
 */
enum json_error json_escapes_error(const char *text, size_t len);

/*
 * Writes what text[0..len), an accepted string's inside, spells into out, of
 * at least len bytes. Returns the number of bytes written.
 */
size_t json_unescape(const char *text, size_t len, char *out);

#ifdef __cplusplus
}
#endif

#endif

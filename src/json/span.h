/* Where a value ends, by brackets and quotes alone, within one line. */
#ifndef JSON_SPAN_H
#define JSON_SPAN_H

#include <stddef.h>

/*
 * The offset after the value that begins at text[at], no white space, at <
 * len; or len + 1 when its brackets or quotes do not balance. A scalar ends
 * before white space, a comma, a bracket or a quote.
 */
size_t span_end(const char *text, size_t at, size_t len);

/*
 * The offset of the closing quote of a string, of which text[at..len) is
 * inside, or len when it does not end there. Sets *escaped when the last byte
 * looked at was a backslash that escapes the next one; on entry it says the
 * same of the byte before at.
 */
size_t span_string(const char *text, size_t at, size_t len, int *escaped);

#endif

/* White space between the tokens of JSON. */
#ifndef JSON_SPACE_H
#define JSON_SPACE_H

#include <stdbool.h>
#include <stddef.h>

/* The white space of RFC 8259. */
static inline bool json_is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Skips white space: the first offset in text[at..len) that holds none. */
static inline size_t json_skip_space(const char *text, size_t at, size_t len)
{
	while (at < len && json_is_space(text[at]))
		at++;
	return at;
}

#endif

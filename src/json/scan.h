/*
 * Finds where values of a run of JSON values begin and end, by brackets and
 * quotes alone, over input that comes in pieces. It judges nothing: what it
 * finds still has to be given to json_select.
 */
#ifndef JSON_SCAN_H
#define JSON_SCAN_H

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

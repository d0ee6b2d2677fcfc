/* The grammar of numbers, RFC 8259 section 6, for numbers of any length. */
#ifndef JSON_NUMBER_H
#define JSON_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

static inline size_t json_skip_digits(const char *text, size_t at, size_t len)
{
	while (at < len && (unsigned char)(text[at] - '0') <= 9)
		at++;
	return at;
}

/* Returns true if all of text[0..len) is one number. */
static inline bool json_number_valid(const char *text, size_t len)
{
	size_t at = len != 0 && text[0] == '-';
	size_t start = at;

	at = json_skip_digits(text, at, len);
	if (at == start || (text[start] == '0' && at != start + 1))
		return false;
	if (at < len && text[at] == '.') {
		start = at + 1;
		at = json_skip_digits(text, start, len);
		if (at == start)
			return false;
	}
	if (at < len && (text[at] == 'e' || text[at] == 'E')) {
		at++;
		if (at < len && (text[at] == '+' || text[at] == '-'))
			at++;
		start = at;
		at = json_skip_digits(text, start, len);
		if (at == start)
			return false;
	}
	return at == len;
}

#endif

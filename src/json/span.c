/* Where a value ends: no judging, only brackets, quotes and escapes. */
#include "json/span.h"

#include <string.h>

#include "json/nest.h"
#include "json/space.h"

size_t span_string(const char *text, size_t at, size_t len, int *escaped)
{
	if (*escaped && at < len) {
		*escaped = 0;
		at++;
	}
	while (at < len) {
		const char *quote = memchr(text + at, '"', len - at);
		size_t end = quote == NULL ? len : (size_t)(quote - text);
		const char *back = memchr(text + at, '\\', end - at);

		if (back == NULL)
			return end;
		at = (size_t)(back - text) + 2;
		if (at > len) {
			*escaped = 1;
			return len;
		}
	}
	return len;
}

static size_t scalar_end(const char *text, size_t at, size_t len)
{
	while (at < len && !json_is_space(text[at]) && memchr(",[]{}\"", text[at], 6) == NULL)
		at++;
	return at;
}

size_t span_end(const char *text, size_t at, size_t len)
{
	struct nest nest = {.depth = 0};

	do {
		char c = text[at];
		int escaped = 0;

		switch (c) {
		case '"':
			at = span_string(text, at + 1, len, &escaped);
			if (at == len)
				return len + 1;
			break;
		case '{':
		case '[':
			nest_open(&nest, c);
			break;
		case '}':
		case ']':
			if (nest.depth == 0 || !nest_close(&nest, c))
				return len + 1;
			break;
		default:
			if (nest.depth == 0)
				return scalar_end(text, at, len);
		}
		at++;
		if (nest.depth == 0)
			return at;
	} while (at < len);
	return len + 1;
}

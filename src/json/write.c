/* Strings as JSON. What needs no escape is copied in runs. */
#include "json/write.h"

#include <stdbool.h>

static bool needs_escape(char c)
{
	return (unsigned char)c < 0x20 || c == '"' || c == '\\';
}

/* The letter of a two-character escape, or 0 where there is none. */
static char short_escape(char c)
{
	switch (c) {
	case '"':
	case '\\':
		return c;
	case '\b':
		return 'b';
	case '\f':
		return 'f';
	case '\n':
		return 'n';
	case '\r':
		return 'r';
	case '\t':
		return 't';
	default:
		return 0;
	}
}

static int append_escape(struct bytes *out, char c)
{
	static const char digits[] = "0123456789abcdef";
	char text[6] = {'\\', short_escape(c), '0', '0'};

	if (text[1] != 0)
		return bytes_append(out, text, 2);
	text[1] = 'u';
	text[4] = digits[c >> 4 & 0xf];
	text[5] = digits[c & 0xf];
	return bytes_append(out, text, 6);
}

int json_write_string(struct bytes *out, const char *text, size_t len)
{
	size_t start = 0;

	if (bytes_append_char(out, '"') != 0)
		return -1;
	for (size_t i = 0; i < len; i++) {
		if (!needs_escape(text[i]))
			continue;
		if (bytes_append(out, text + start, i - start) != 0 ||
			append_escape(out, text[i]) != 0)
			return -1;
		start = i + 1;
	}
	if (bytes_append(out, text + start, len - start) != 0)
		return -1;
	return bytes_append_char(out, '"');
}

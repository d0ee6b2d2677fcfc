/* Strings as JSON. What needs no escape is copied in runs. */
#include "json/write.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/eight.h"

static bool needs_escape(char c)
{
	return (unsigned char)c < 0x20 || c == '"' || c == '\\';
}

/* How many bytes text[0..len) begins with that need no escape. */
static size_t plain_run(const char *text, size_t len)
{
	size_t at = 0;
	uint64_t bytes;

	for (; len - at >= sizeof(bytes); at += sizeof(bytes)) {
		memcpy(&bytes, text + at, sizeof(bytes));
		if ((eight_less(bytes, 0x20) | eight_has(bytes, '"') | eight_has(bytes, '\\')) != 0)
			break;
	}
	while (at < len && !needs_escape(text[at]))
		at++;
	return at;
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

#define ESCAPE_SIZE 6

/* Writes the escape of a byte; returns its length. */
static size_t put_escape(char *at, char c)
{
	static const char digits[] = "0123456789abcdef";
	const char text[ESCAPE_SIZE] = {'\\', 'u', '0', '0', digits[c >> 4 & 0xf], digits[c & 0xf]};

	memcpy(at, text, sizeof(text));
	if (short_escape(c) == 0)
		return sizeof(text);
	at[1] = short_escape(c);
	return 2;
}

int json_write_string(struct bytes *out, const char *text, size_t len)
{
	char escape[ESCAPE_SIZE];
	size_t run;

	if (bytes_append_char(out, '"') != 0)
		return -1;
	for (;; text += run + 1, len -= run + 1) {
		run = plain_run(text, len);
		if (bytes_append(out, text, run) != 0)
			return -1;
		if (run == len)
			return bytes_append_char(out, '"');
		if (bytes_append(out, escape, put_escape(escape, text[run])) != 0)
			return -1;
	}
}

char *json_put_string(char *at, const char *text, size_t len)
{
	size_t run;

	*at++ = '"';
	for (;; text += run + 1, len -= run + 1) {
		run = plain_run(text, len);
		memcpy(at, text, run);
		at += run;
		if (run == len)
			break;
		at += put_escape(at, text[run]);
	}
	*at++ = '"';
	return at;
}

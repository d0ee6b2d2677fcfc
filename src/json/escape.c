/* Escapes in strings. Every \u surrogate must have its pair. */
#include "json/escape.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* The value of a hexadecimal digit, or -1. */
static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* The code unit of four hexadecimal digits at text, or -1. */
static int32_t code_unit(const char *text, size_t len)
{
	int32_t unit = 0;

	if (len < 4)
		return -1;
	for (size_t i = 0; i < 4; i++) {
		int digit = hex_digit(text[i]);

		if (digit < 0)
			return -1;
		unit = unit * 16 + digit;
	}
	return unit;
}

static bool is_high_surrogate(int32_t unit)
{
	return unit >= 0xd800 && unit <= 0xdbff;
}

static bool is_low_surrogate(int32_t unit)
{
	return unit >= 0xdc00 && unit <= 0xdfff;
}

/* The second half of a pair: \uXXXX at text; its code unit, or -1. */
static int32_t second_unit(const char *text, size_t len)
{
	if (len < 6 || text[0] != '\\' || text[1] != 'u')
		return -1;
	return code_unit(text + 2, len - 2);
}

/* Judges \uXXXX, of which text begins after the u; *taken: how much of it. */
static enum json_error unicode_error(const char *text, size_t len, size_t *taken)
{
	int32_t unit = code_unit(text, len);

	if (unit < 0)
		return JSON_INVALID;
	*taken = 4;
	if (is_low_surrogate(unit))
		return JSON_SURROGATE;
	if (!is_high_surrogate(unit))
		return JSON_OK;
	*taken = 10;
	return is_low_surrogate(second_unit(text + 4, len - 4)) ? JSON_OK : JSON_SURROGATE;
}

enum json_error json_escapes_error(const char *text, size_t len)
{
	const char *end = text + len;

	while ((text = memchr(text, '\\', (size_t)(end - text))) != NULL) {
		text++;
		if (text == end)
			return JSON_INVALID;
		char c = *text++;

		if (c == 'u') {
			size_t taken = 0;
			enum json_error error = unicode_error(text, (size_t)(end - text), &taken);

			if (error != JSON_OK)
				return error;
			text += taken;
		} else if (c == '\0' || strchr("\"\\/bfnrt", c) == NULL) {
			return JSON_INVALID;
		}
	}
	return JSON_OK;
}

/* Writes a code point as UTF-8; returns the number of bytes. */
static size_t put_utf8(char *out, uint32_t point)
{
	if (point < 0x80) {
		out[0] = (char)point;
		return 1;
	}
	if (point < 0x800) {
		out[0] = (char)(0xc0 | point >> 6);
		out[1] = (char)(0x80 | (point & 0x3f));
		return 2;
	}
	if (point < 0x10000) {
		out[0] = (char)(0xe0 | point >> 12);
		out[1] = (char)(0x80 | (point >> 6 & 0x3f));
		out[2] = (char)(0x80 | (point & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | point >> 18);
	out[1] = (char)(0x80 | (point >> 12 & 0x3f));
	out[2] = (char)(0x80 | (point >> 6 & 0x3f));
	out[3] = (char)(0x80 | (point & 0x3f));
	return 4;
}

/* Undoes \uXXXX, of which text begins after the u; *taken: how much of it. */
static size_t put_unicode(char *out, const char *text, size_t len, size_t *taken)
{
	int32_t unit = code_unit(text, len);
	uint32_t point = (uint32_t)unit;

	*taken = 4;
	if (is_high_surrogate(unit)) {
		int32_t low = second_unit(text + 4, len - 4);

		point = 0x10000 + ((point - 0xd800) << 10) + ((uint32_t)low - 0xdc00);
		*taken = 10;
	}
	return put_utf8(out, point);
}

static char simple_escape(char c)
{
	switch (c) {
	case 'b':
		return '\b';
	case 'f':
		return '\f';
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	default:
		return c;
	}
}

size_t json_unescape(const char *text, size_t len, char *out)
{
	const char *end = text + len;
	char *at = out;

	while (text < end) {
		if (*text != '\\') {
			*at++ = *text++;
			continue;
		}
		char c = text[1];

		text += 2;
		if (c == 'u') {
			size_t taken;

			at += put_unicode(at, text, (size_t)(end - text), &taken);
			text += taken;
		} else {
			*at++ = simple_escape(c);
		}
	}
	return (size_t)(at - out);
}

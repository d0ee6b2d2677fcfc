/* What of the parser's C face does not need the parser. */
#include "json/json.h"

#include <string.h>

#include "json/escape.h"

const char *json_error_text(enum json_error error)
{
	switch (error) {
	case JSON_OK:
		return "valid JSON";
	case JSON_INVALID:
		return "not valid JSON";
	case JSON_INVALID_UTF8:
		return "not valid UTF-8";
	case JSON_SURROGATE:
		return "a \\u surrogate without its pair";
	case JSON_TOO_DEEP:
		return "nested too deep";
	case JSON_EMPTY:
		return "nothing but white space";
	case JSON_NO_MEMORY:
		return "out of memory";
	}
	return "unknown error";
}

int json_string(
	const struct json_value *value, char *buffer, size_t cap, const char **out, size_t *out_len)
{
	const char *inside = value->text + 1;
	size_t len = value->len - 2;

	if (memchr(inside, '\\', len) == NULL) {
		*out = inside;
		*out_len = len;
		return 0;
	}
	/* What is spelled is never longer than its spelling. */
	if (len > cap)
		return -1;
	*out_len = json_unescape(inside, len, buffer);
	*out = buffer;
	return 0;
}

/* The longest spelling of one byte is six: \u00xx. */
#define SPELLING_MAX 6

bool json_string_is(const struct json_value *value, const char *text)
{
	size_t len = strlen(text);
	char buffer[1024];
	const char *spelled;
	size_t spelled_len;

	if (value->type != JSON_STRING || value->len - 2 < len ||
		(value->len - 2) / SPELLING_MAX > len)
		return false;
	if (value->len - 2 == len) /* with an escape in it, it would spell less */
		return memcmp(value->text + 1, text, len) == 0;
	if (json_string(value, buffer, sizeof buffer, &spelled, &spelled_len))
		return false;
	return spelled_len == len && memcmp(spelled, text, len) == 0;
}

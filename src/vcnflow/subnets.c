/* Subnets that the lookup file lacks. What is listed goes into requests later,
 * so nothing but plain OCIDs is let through. */
#include "vcnflow/subnets.h"

#include <string.h>

#include "base/limits.h"

/* Strings with escapes are spelled out up to this length. */
#define SPELLED_SIZE 4096

static bool is_ocid_byte(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

bool subnets_is_ocid(const char *text, size_t len)
{
	static const char head[] = "ocid1.subnet.";
	size_t head_len = sizeof head - 1;

	if (len <= head_len || len - head_len > LIMIT_OCID_TAIL ||
		memcmp(text, head, head_len) != 0)
		return false;
	for (size_t i = head_len; i < len; i++)
		if (!is_ocid_byte(text[i]))
			return false;
	return true;
}

int subnets_add(struct textset *set, const struct json_value *value,
	bool only_ocids, uint64_t *odd)
{
	char buffer[SPELLED_SIZE];
	const char *text;
	size_t len;

	/* What is longer is told apart by its spelling: it is odd anyway. */
	if (json_string(value, buffer, sizeof buffer, &text, &len)) {
		text = value->text;
		len = value->len;
	}
	if (only_ocids && !subnets_is_ocid(text, len)) {
		(*odd)++;
		return 0;
	}
	return textset_add(set, text, len) == TEXTSET_NO_MEMORY ? -1 : 0;
}

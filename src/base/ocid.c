/* OCIDs, judged by their letters alone; see ocid.h. */
#include "base/ocid.h"

#include <string.h>

#include "base/limits.h"

#define LONGEST 255
#define START "ocid1."
#define START_LENGTH (sizeof(START) - 1)
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

static bool is_of_letters(const char *text, size_t len, const char *letters)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] == '\0' || strchr(letters, text[i]) == NULL)
			return false;
	return true;
}

bool ocid_is_one(const char *text, size_t len)
{
	return len > 5 && len <= LONGEST && memcmp(text, "ocid", 4) == 0 &&
	       is_of_letters(text, len, LETTERS ".:_-");
}

bool ocid_is_of(const char *text, size_t len, const char *kind)
{
	size_t kind_len = strlen(kind), head = START_LENGTH + kind_len + 1;

	return len > head && len - head <= LIMIT_OCID_TAIL &&
	       memcmp(text, START, START_LENGTH) == 0 &&
	       memcmp(text + START_LENGTH, kind, kind_len) == 0 && text[head - 1] == '.' &&
	       is_of_letters(text + head, len - head, LETTERS "._-");
}

bool ocid_kind(const char *text, size_t len, const char **kind, size_t *kind_len)
{
	const char *dot;

	*kind_len = 0;
	if (len < START_LENGTH || memcmp(text, START, START_LENGTH) != 0)
		return false;
	*kind = text + START_LENGTH;
	dot = memchr(*kind, '.', len - START_LENGTH);
	if (dot != NULL && dot + 1 < text + len)
		*kind_len = (size_t)(dot - *kind);
	return true;
}

/* OCIDs, judged by their letters alone; see ocid.h. */
#include "base/ocid.h"

#include <string.h>

#include "base/limits.h"

#define LONGEST 255
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
	size_t kind_len = strlen(kind), head = strlen("ocid1.") + kind_len + 1;

	return len > head && len - head <= LIMIT_OCID_TAIL && memcmp(text, "ocid1.", 6) == 0 &&
	       memcmp(text + 6, kind, kind_len) == 0 && text[head - 1] == '.' &&
	       is_of_letters(text + head, len - head, LETTERS "._-");
}

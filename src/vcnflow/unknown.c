/* Subnets that the lookup file lacks. What is listed goes into requests later,
 * so nothing but plain OCIDs is let through. */
#include "vcnflow/unknown.h"

#include <string.h>

#include "deflate/crc32.h"

/* Strings with escapes are spelled out up to this length. */
#define SPELLED_SIZE 4096

/* Longer strings are no OCIDs; a NUL and two sums stand for them. */
#define KEPT_LEN 512
#define DIGEST_SIZE 13

/* Puts a digest in the place of a long text. Returns its length. */
static size_t digest(char out[DIGEST_SIZE], const char *text, size_t len)
{
	uint64_t sum = 0xcbf29ce484222325; /* FNV-1a, 64 bits */
	uint32_t crc = crc32_update(0, text, len);

	for (size_t i = 0; i < len; i++)
		sum = (sum ^ (unsigned char)text[i]) * 0x100000001b3;
	memset(out, 0, DIGEST_SIZE);
	memcpy(out + 1, &sum, sizeof sum);
	memcpy(out + 1 + sizeof sum, &crc, sizeof crc);
	return DIGEST_SIZE;
}

int unknown_add(struct textset *set, const struct json_value *value)
{
	char buffer[SPELLED_SIZE];
	char summary[DIGEST_SIZE];
	const char *text;
	size_t len;

	/* What is longer is told apart by its spelling: it is odd anyway. */
	if (json_string(value, buffer, sizeof buffer, &text, &len)) {
		text = value->text;
		len = value->len;
	}
	if (len > KEPT_LEN) {
		len = digest(summary, text, len);
		text = summary;
	}
	return textset_add(set, text, len) == TEXTSET_NO_MEMORY ? -1 : 0;
}

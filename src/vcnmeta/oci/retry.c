/*
 * Repeating requests as Oracle's command line client does. Kept by hand:
 * libcurl's own repetitions know neither the service's error codes nor a new
 * signature for each attempt, whose date must be that of the attempt.
 */
#include "vcnmeta/oci/retry.h"

#include <string.h>

#define LONGEST_TOLD_S 60
#define LONGEST_MS 30000

bool retry_is_worth(unsigned status, const char *code)
{
	if (status == 409)
		return strcmp(code, "IncorrectState") == 0 || strcmp(code, "LockConflict") == 0;
	return status == 429 || (status >= 500 && status != 501);
}

int64_t retry_wait_ms(unsigned attempt, int64_t retry_after_s, uint32_t random)
{
	int64_t ms = LONGEST_MS;

	if (retry_after_s >= 0)
		return (retry_after_s < LONGEST_TOLD_S ? retry_after_s : LONGEST_TOLD_S) * 1000;
	/* 2^5 s is past the longest already */
	if (attempt >= 1 && attempt <= 5)
		ms = ((int64_t)1000 << (attempt - 1)) + random % 1000;
	return ms < LONGEST_MS ? ms : LONGEST_MS;
}

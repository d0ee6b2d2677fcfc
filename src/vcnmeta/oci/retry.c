/* Pauses between attempts, as Oracle's command line client makes them. */
#include "vcnmeta/oci/retry.h"

#define LONGEST_WISH 60
#define LONGEST_MS 30000

int64_t retry_after_s(int64_t number, int64_t date, int64_t server_now)
{
	int64_t wish = number;

	if (number < 0 && date > 0)
		wish = date > server_now ? date - server_now : 0;
	if (wish < 0)
		return RETRY_AFTER_NONE;
	return wish > LONGEST_WISH ? LONGEST_WISH : wish;
}

int64_t retry_wait_ms(unsigned attempt, int64_t wish, uint32_t random)
{
	int64_t ms = LONGEST_MS;

	if (wish >= 0)
		return wish * 1000;
	if (attempt >= 1 && attempt <= 5)
		ms = ((int64_t)1000 << (attempt - 1)) + random % 1000;
	return ms > LONGEST_MS ? LONGEST_MS : ms;
}

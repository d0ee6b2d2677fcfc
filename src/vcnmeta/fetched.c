/*
 * SOURCE_DATE_EPOCH, as reproducible-builds.org has it, takes the place of the
 * clock, so that the same dumps give the same file.
 */
#include "vcnmeta/fetched.h"

#include <stdlib.h>
#include <time.h>

#include "base/limits.h"
#include "base/msg.h"

/* Reads decimal digits, all of text. Returns 0, or -1. */
static int read_seconds(const char *text, int64_t *seconds)
{
	int64_t value = 0;

	if (*text == '\0')
		return -1;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return -1;
		value = value * 10 + (*text - '0');
		if (value > LIMIT_FETCHED_AT)
			return -1;
	}
	*seconds = value;
	return 0;
}

int fetched_now(int64_t *seconds)
{
	const char *text = getenv("SOURCE_DATE_EPOCH");
	char quoted[MSG_QUOTED_SIZE];

	if (!text) {
		/* a clock that is far off makes no file that is refused */
		*seconds = (int64_t)time(NULL);
		if (*seconds < 0)
			*seconds = 0;
		if (*seconds > LIMIT_FETCHED_AT)
			*seconds = LIMIT_FETCHED_AT;
		return 0;
	}
	if (read_seconds(text, seconds) == 0)
		return 0;
	msg_error("SOURCE_DATE_EPOCH is %s, which is no number of seconds",
		msg_quote_name(quoted, text));
	return -1;
}

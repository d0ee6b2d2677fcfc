/* Times as text: one spelling in all that is written. */
#include "base/utc.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

bool utc_text(char text[UTC_TEXT_SIZE], int64_t seconds)
{
	time_t instant = (time_t)seconds;
	struct tm parts;

	if (!gmtime_r(&instant, &parts) || parts.tm_year < -1900 || parts.tm_year > 9999 - 1900) {
		snprintf(text, UTC_TEXT_SIZE, "@%" PRId64, seconds);
		return false;
	}
	/* What the remainders say is so: the compiler does not know it. */
	snprintf(text, UTC_TEXT_SIZE, "%04u-%02u-%02uT%02u:%02u:%02uZ",
		(unsigned)(parts.tm_year + 1900) % 10000, (unsigned)(parts.tm_mon + 1) % 100,
		(unsigned)parts.tm_mday % 100, (unsigned)parts.tm_hour % 100,
		(unsigned)parts.tm_min % 100, (unsigned)parts.tm_sec % 100);
	return true;
}

/* Times as text: one spelling in all that is written. */
#include "base/utc.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* Writes a number of 0 to 9999 as count digits; returns their end. Lines of
 * conversations have two times each, and snprintf would be half of their cost. */
static char *put_digits(char *at, unsigned number, unsigned count)
{
	for (unsigned i = count; i-- > 0; number /= 10)
		at[i] = (char)('0' + number % 10);
	return at + count;
}

bool utc_text(char text[UTC_TEXT_SIZE], int64_t seconds)
{
	time_t instant = (time_t)seconds;
	struct tm parts;
	char *at = text;

	if (!gmtime_r(&instant, &parts) || parts.tm_year < -1900 || parts.tm_year > 9999 - 1900) {
		snprintf(text, UTC_TEXT_SIZE, "@%" PRId64, seconds);
		return false;
	}
	at = put_digits(at, (unsigned)(parts.tm_year + 1900), 4);
	*at++ = '-';
	at = put_digits(at, (unsigned)(parts.tm_mon + 1), 2);
	*at++ = '-';
	at = put_digits(at, (unsigned)parts.tm_mday, 2);
	*at++ = 'T';
	at = put_digits(at, (unsigned)parts.tm_hour, 2);
	*at++ = ':';
	at = put_digits(at, (unsigned)parts.tm_min, 2);
	*at++ = ':';
	at = put_digits(at, (unsigned)parts.tm_sec, 2);
	memcpy(at, "Z", sizeof("Z"));
	return true;
}

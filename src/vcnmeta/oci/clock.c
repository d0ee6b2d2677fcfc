/* Clocks; see clock.h. Times that gmtime cannot name are shown as 1970. */
#include "vcnmeta/oci/clock.h"

#include <stdio.h>
#include <time.h>

int64_t clock_now(void)
{
	return (int64_t)time(NULL);
}

void clock_date(char text[CLOCK_DATE_SIZE], int64_t seconds)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t time = (time_t)seconds;
	struct tm tm;

	if (gmtime_r(&time, &tm) == NULL || tm.tm_year < -1900 || tm.tm_year > 9999 - 1900) {
		time = 0;
		gmtime_r(&time, &tm);
	}
	snprintf(text, CLOCK_DATE_SIZE, "%.3s, %02u %.3s %04u %02u:%02u:%02u GMT",
		days + 3 * (tm.tm_wday % 7), (unsigned)tm.tm_mday % 100,
		months + 3 * (tm.tm_mon % 12), (unsigned)(tm.tm_year + 1900) % 10000,
		(unsigned)tm.tm_hour % 100, (unsigned)tm.tm_min % 100, (unsigned)tm.tm_sec % 100);
}

int64_t clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

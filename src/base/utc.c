/* Times as text: one spelling in all that is written. */
#include "base/utc.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SECONDS_PER_DAY 86400
#define DAYS_IN_400_YEARS 146097

/* Days from the March that is 400 years before that of the year 0 to 1970-01-01. */
#define DAYS_TO_1970 (719468 + DAYS_IN_400_YEARS)

/* The begin of the year 0 and the end of 9999. */
#define FIRST_SECOND INT64_C(-62167219200)
#define LAST_SECOND INT64_C(253402300799)

/* Writes a number of 0 to 99 as two digits, and what comes after them. Lines of
 * conversations have two times each, and snprintf would be half of their cost. */
static char *put_two(char *at, unsigned number, char after)
{
	at[0] = (char)('0' + number / 10);
	at[1] = (char)('0' + number % 10);
	at[2] = after;
	return at + 3;
}

/*
 * Writes the date of a day and a T, counted as DAYS_TO_1970 says: years that begin in
 * March end with the day that is not always there, and their months have 153 days
 * in five. gmtime_r(3) asks for the time zone and takes several times as long.
 */
static char *put_date(char *at, unsigned day)
{
	const unsigned era = day / DAYS_IN_400_YEARS;
	const unsigned in_era = day % DAYS_IN_400_YEARS;
	/* without leap days, which every fourth year has, but not the hundredth */
	const unsigned year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
	const unsigned in_year = in_era - (365 * year + year / 4 - year / 100);
	const unsigned month = (5 * in_year + 2) / 153; /* from March on */
	const bool is_next = month >= 10;               /* January or February */
	const unsigned civil = era * 400 - 400 + year + is_next;

	(void)put_two(at, civil / 100, '0');
	at = put_two(at + 2, civil % 100, '-');
	at = put_two(at, is_next ? month - 9 : month + 3, '-');
	return put_two(at, in_year - (153 * month + 2) / 5 + 1, 'T');
}

bool utc_text_near(char text[UTC_TEXT_SIZE], int64_t seconds, struct utc_day *last)
{
	int64_t day;
	unsigned in_day;
	char *at;

	if (seconds < FIRST_SECOND || seconds > LAST_SECOND) {
		snprintf(text, UTC_TEXT_SIZE, "@%" PRId64, seconds);
		return false;
	}
	seconds += (int64_t)DAYS_TO_1970 * SECONDS_PER_DAY;
	day = seconds / SECONDS_PER_DAY;
	in_day = (unsigned)(seconds % SECONDS_PER_DAY);
	if (!last->is_there || last->number != day) {
		(void)put_date(last->date, (unsigned)day);
		last->number = day;
		last->is_there = true;
	}
	memcpy(text, last->date, sizeof(last->date));
	at = text + sizeof(last->date);
	at = put_two(at, in_day / 3600, ':');
	at = put_two(at, in_day / 60 % 60, ':');
	at = put_two(at, in_day % 60, 'Z');
	*at = '\0';
	return true;
}

bool utc_text(char text[UTC_TEXT_SIZE], int64_t seconds)
{
	struct utc_day none = {0};

	return utc_text_near(text, seconds, &none);
}

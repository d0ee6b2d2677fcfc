/* Times as text. */
#ifndef BASE_UTC_H
#define BASE_UTC_H

#include <stdbool.h>
#include <stdint.h>

#define UTC_TEXT_SIZE 32

/* The length of a text, and of the date that it begins with. */
#define UTC_LENGTH 20
#define UTC_DATE_LENGTH 10

/*
 * Seconds since 1970-01-01T00:00:00Z by RFC 3339, in UTC: "2026-11-27T10:00:00Z".
 * A year that is not of four digits gives "@SECONDS" instead, and false.
 */
bool utc_text(char text[UTC_TEXT_SIZE], int64_t seconds);

/* The day of a time, and the date that its text begins with. */
struct utc_day {
	bool is_there;
	int64_t number;
	char date[UTC_DATE_LENGTH + 1]; /* with the T after it, and no end */
};

/* The same for many times of a few days: *last is the day of the last one; zeros at first. */
bool utc_text_near(char text[UTC_TEXT_SIZE], int64_t seconds, struct utc_day *last);

#endif

/*
 * Times read a second way. A text is first turned into its shape, digits
 * written as "9", and only a known shape is taken apart.
 */
#include "times.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MOST 512

/* Wide enough for any sum of what 64 bits hold. */
__extension__ typedef __int128 wide;

/* A text as a C string; false when it is too long or holds a NUL. */
static bool copy_text(char copy[MOST], const char *text, size_t len)
{
	if (len >= MOST || memchr(text, '\0', len) != NULL)
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	return true;
}

/* Tells if text begins with a shape: 9 stands for a digit. */
static bool has_shape(const char *text, const char *shape)
{
	for (; *shape != '\0'; shape++, text++) {
		if (*shape == '9' ? !isdigit((unsigned char)*text) : *shape != *text)
			return false;
	}
	return true;
}

static int number_at(const char *text, int digits)
{
	char part[8] = "";

	memcpy(part, text, (size_t)digits);
	return atoi(part);
}

/* Calendar to seconds by the C library, which must give the same day back. */
static bool take_date(int64_t *seconds, const char *text)
{
	struct tm tm = {0}, back;
	time_t value;

	if (!has_shape(text, "9999-99-99"))
		return false;
	tm.tm_year = number_at(text, 4) - 1900;
	tm.tm_mon = number_at(text + 5, 2) - 1;
	tm.tm_mday = number_at(text + 8, 2);
	back = tm;
	value = timegm(&back);
	*seconds = value;
	return number_at(text, 4) != 0 && back.tm_year == tm.tm_year && back.tm_mon == tm.tm_mon &&
	       back.tm_mday == tm.tm_mday;
}

static bool take_clock(int64_t *seconds, const char *text)
{
	int hour, minute, second;

	if (!has_shape(text, "99:99:99"))
		return false;
	hour = number_at(text, 2);
	minute = number_at(text + 3, 2);
	second = number_at(text + 6, 2);
	*seconds += hour * 3600 + minute * 60 + second;
	return hour <= 23 && minute <= 59 && second <= 60;
}

/* The fraction at *text, of most digits, as nanoseconds. */
static bool take_fraction(uint32_t *nanoseconds, const char **text, size_t most)
{
	char digits[10] = "000000000";
	size_t count;

	*nanoseconds = 0;
	if (**text != '.')
		return true;
	count = strspn(*text + 1, "0123456789");
	if (count == 0 || count > most)
		return false;
	memcpy(digits, *text + 1, count < 9 ? count : 9);
	*nanoseconds = (uint32_t)atol(digits);
	*text += 1 + count;
	return true;
}

/* The zone that ends the text. */
static bool take_zone(int64_t *seconds, const char *text)
{
	int hours, minutes, offset;

	if (strcmp(text, "Z") == 0 || strcmp(text, "z") == 0)
		return true;
	if ((*text != '+' && *text != '-') || !has_shape(text + 1, "99:99") || text[6] != '\0')
		return false;
	hours = number_at(text + 1, 2);
	minutes = number_at(text + 4, 2);
	offset = hours * 3600 + minutes * 60;
	*seconds += *text == '+' ? -offset : offset;
	return hours <= 23 && minutes <= 59;
}

bool times_record(struct instant *time, const char *text, size_t len)
{
	char copy[MOST];
	const char *rest = copy + 19;

	return copy_text(copy, text, len) && len > 19 && take_date(&time->seconds, copy) &&
	       (copy[10] == 'T' || copy[10] == 't') && take_clock(&time->seconds, copy + 11) &&
	       take_fraction(&time->nanoseconds, &rest, 9) && take_zone(&time->seconds, rest);
}

bool times_epoch(struct instant *time, const char *text, size_t len)
{
	char copy[MOST];
	const char *digits;

	if (!copy_text(copy, text, len))
		return false;
	digits = copy + (copy[0] == '-');
	if (strlen(digits) > 19 || *digits == '\0' || digits[strspn(digits, "0123456789")] != '\0')
		return false;
	errno = 0;
	time->seconds = strtoll(copy, NULL, 10);
	time->nanoseconds = 0;
	return errno == 0 && time->seconds != INT64_MIN;
}

/* Counts back from now. */
static bool take_back(struct instant *time, const struct instant *now, wide seconds)
{
	wide value = now->seconds - seconds;

	*time = *now;
	time->seconds = (int64_t)value;
	return value >= INT64_MIN && value <= INT64_MAX && seconds <= INT64_MAX;
}

static bool take_word(struct instant *time, const char *text, const struct instant *now)
{
	int64_t past = ((now->seconds % 86400) + 86400) % 86400;
	struct instant today = {now->seconds - past, 0};

	if (strcmp(text, "now") == 0)
		return take_back(time, now, 0);
	if (strcmp(text, "today") == 0)
		return take_back(time, &today, 0);
	return strcmp(text, "yesterday") == 0 && take_back(time, &today, 86400);
}

static bool take_at(struct instant *time, const char *text)
{
	const char *point = strchr(text, '.');
	size_t len = point == NULL ? strlen(text) : (size_t)(point - text);

	if (*text != '@' || !times_epoch(time, text + 1, len - 1))
		return false;
	if (point == NULL)
		return true;
	if (!take_fraction(&time->nanoseconds, &point, MOST) || *point != '\0')
		return false;
	if (text[1] == '-' && time->nanoseconds != 0) {
		time->seconds--;
		time->nanoseconds = 1000000000 - time->nanoseconds;
	}
	return true;
}

static bool take_calendar(struct instant *time, const char *text)
{
	char clock[] = "00:00:00";
	const char *rest = text + 19;
	size_t len = strlen(text);

	time->nanoseconds = 0;
	if (!take_date(&time->seconds, text))
		return false;
	if (len == 10)
		return true;
	if (strchr("Tt ", text[10]) == NULL || !has_shape(text + 11, "99:99"))
		return false;
	if (len >= 19 && text[16] == ':') {
		if (!take_clock(&time->seconds, text + 11) ||
			!take_fraction(&time->nanoseconds, &rest, MOST))
			return false;
	} else {
		memcpy(clock, text + 11, 5);
		rest = text + 16;
		if (!take_clock(&time->seconds, clock))
			return false;
	}
	return *rest == '\0' || take_zone(&time->seconds, rest);
}

/* Digits, as many as there are; false when they exceed 63 bits. */
static bool take_number(wide *number, const char **text)
{
	*number = 0;
	if (!isdigit((unsigned char)**text))
		return false;
	for (; isdigit((unsigned char)**text); ++*text) {
		*number = *number * 10 + (**text - '0');
		if (*number > INT64_MAX)
			return false;
	}
	return true;
}

/* The seconds of text[0..len), a unit's letter or its name, once or many. */
static int64_t unit_of(const char *text, size_t len)
{
	static const char *const names[] = {"s", "second", "seconds", "sec", "secs", "m", "minute",
		"minutes", "min", "mins", "h", "hour", "hours", "d", "day", "days", "w", "week",
		"weeks"};
	static const char letters[] = "smhdw";
	static const int64_t seconds[] = {1, 60, 3600, 86400, 604800};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strlen(names[i]) == len && memcmp(names[i], text, len) == 0)
			return seconds[strchr(letters, names[i][0]) - letters];
	return 0;
}

/* NUMBER, blanks, UNIT; often, with blanks between, or once with "ago" behind. */
static bool take_span(struct instant *time, const char *text, const struct instant *now)
{
	wide total = 0, number;
	size_t times = 0, len;

	while (take_number(&number, &text)) {
		text += strspn(text, " ");
		len = strspn(text, "abcdefghijklmnopqrstuvwxyz");
		if (unit_of(text, len) == 0)
			return false;
		total += number * unit_of(text, len);
		text += len;
		times++;
		if (total > INT64_MAX)
			return false;
		if (*text == '\0')
			return take_back(time, now, total);
		text += strspn(text, " ");
		if (times == 1 && strcmp(text, "ago") == 0)
			return take_back(time, now, total);
	}
	return false;
}

bool times_option(struct instant *time, const char *text, size_t len, const struct instant *now)
{
	char copy[MOST];

	if (!copy_text(copy, text, len))
		return false;
	return take_word(time, copy, now) || take_at(time, copy) || take_calendar(time, copy) ||
	       take_span(time, copy, now);
}

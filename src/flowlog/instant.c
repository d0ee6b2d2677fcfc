/*
 * Points in time: what a record holds and what the command line may say.
 *
 * Text is judged by its layout and by the calendar, and nothing is guessed:
 * a month 13, a 30th of February or a byte too many is refused. No locale and
 * no time zone of the machine has a part in it. Years are 0001 to 9999; what
 * is reckoned from them can't overflow, and spans are checked.
 */
#include "flowlog/instant.h"

#include <string.h>
#include <time.h>

#define SECONDS_PER_DAY 86400
#define NANOSECONDS 1000000000

/* Days from 0001-01-01 to 1970-01-01. */
#define DAYS_TO_1970 719162

#define DATE_SIZE 10 /* YYYY-MM-DD */
#define CLOCK_SIZE 8 /* HH:MM:SS */

/* More than any two digits, so that each check of a range refuses it. */
#define NO_DIGITS 100

int instant_compare(const struct instant *a, const struct instant *b)
{
	if (a->seconds != b->seconds)
		return a->seconds < b->seconds ? -1 : 1;
	if (a->nanoseconds != b->nanoseconds)
		return a->nanoseconds < b->nanoseconds ? -1 : 1;
	return 0;
}

struct instant instant_now(void)
{
	struct timespec now = {0, 0};

	clock_gettime(CLOCK_REALTIME, &now);
	return (struct instant){now.tv_sec, (uint32_t)now.tv_nsec};
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static unsigned two_digits(const char *text)
{
	if (!is_digit(text[0]) || !is_digit(text[1]))
		return NO_DIGITS;
	return (unsigned)(text[0] - '0') * 10 + (unsigned)(text[1] - '0');
}

static bool is_leap(unsigned year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Reads DATE_SIZE bytes. */
static int read_date(int64_t *days, const char *text)
{
	static const unsigned before[] = {
		0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};
	unsigned century = two_digits(text), years = two_digits(text + 2);
	unsigned month = two_digits(text + 5), day = two_digits(text + 8);
	unsigned year = century * 100 + years, past = year - 1, length;

	if (century >= NO_DIGITS || years >= NO_DIGITS || year == 0)
		return -1;
	if (text[4] != '-' || text[7] != '-' || month < 1 || month > 12)
		return -1;
	length = before[month] - before[month - 1];
	if (month == 2 && is_leap(year))
		length++;
	if (day < 1 || day > length)
		return -1;
	*days = (int64_t)past * 365 + past / 4 - past / 100 + past / 400 + before[month - 1] +
		(month > 2 && is_leap(year)) + day - 1 - DAYS_TO_1970;
	return 0;
}

/* Reads CLOCK_SIZE bytes; second 60 comes out as the next minute's first. */
static int read_clock(int64_t *seconds, const char *text)
{
	unsigned hour = two_digits(text), minute = two_digits(text + 3);
	unsigned second = two_digits(text + 6);

	if (text[2] != ':' || text[5] != ':')
		return -1;
	if (hour > 23 || minute > 59 || second > 60)
		return -1;
	*seconds = (int64_t)hour * 3600 + minute * 60 + second;
	return 0;
}

/*
 * Reads a fraction, if there is one, and returns its length with the point.
 * A point without digits counts as none, so that the point itself is refused
 * by whoever reads on. Digits after the ninth are passed over.
 */
static size_t read_fraction(uint32_t *nanoseconds, const char *text, size_t len)
{
	uint32_t value = 0, unit = NANOSECONDS;
	size_t n;

	*nanoseconds = 0;
	if (len < 2 || text[0] != '.' || !is_digit(text[1]))
		return 0;
	for (n = 1; n < len && is_digit(text[n]); n++) {
		unit /= 10;
		value += unit * (uint32_t)(text[n] - '0');
	}
	*nanoseconds = value;
	return n;
}

/* Reads a zone that takes the whole text. */
static int read_zone(int64_t *offset, const char *text, size_t len)
{
	unsigned hours, minutes;

	*offset = 0;
	if (len == 1)
		return text[0] == 'Z' || text[0] == 'z' ? 0 : -1;
	if (len != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':')
		return -1;
	hours = two_digits(text + 1);
	minutes = two_digits(text + 4);
	if (hours > 23 || minutes > 59)
		return -1;
	*offset = (int64_t)hours * 3600 + minutes * 60;
	if (text[0] == '-')
		*offset = -*offset;
	return 0;
}

int instant_of_record(struct instant *instant, const char *text, size_t len)
{
	int64_t days, seconds, offset;
	uint32_t nanoseconds;
	size_t at = DATE_SIZE + 1 + CLOCK_SIZE, fraction;

	if (len <= at || (text[DATE_SIZE] != 'T' && text[DATE_SIZE] != 't'))
		return -1;
	if (read_date(&days, text) < 0 || read_clock(&seconds, text + DATE_SIZE + 1) < 0)
		return -1;
	fraction = read_fraction(&nanoseconds, text + at, len - at);
	if (fraction > 1 + 9)
		return -1;
	at += fraction;
	if (read_zone(&offset, text + at, len - at) < 0)
		return -1;
	instant->seconds = days * SECONDS_PER_DAY + seconds - offset;
	instant->nanoseconds = nanoseconds;
	return 0;
}

/* Reads digits from text[*at] on, at least one, and steps over them. */
static int read_number(int64_t *value, const char *text, size_t len, size_t *at)
{
	size_t begin = *at;

	*value = 0;
	for (; *at < len && is_digit(text[*at]); ++*at) {
		if (__builtin_mul_overflow(*value, 10, value) ||
			__builtin_add_overflow(*value, text[*at] - '0', value))
			return -1;
	}
	return *at > begin ? 0 : -1;
}

int instant_day(int64_t *day, const char *text, size_t len)
{
	return len < DATE_SIZE ? -1 : read_date(day, text);
}

int instant_of_epoch(struct instant *instant, const char *text, size_t len)
{
	int64_t seconds;
	size_t at = len > 0 && text[0] == '-';

	if (len - at > 19 || read_number(&seconds, text, len, &at) < 0 || at != len)
		return -1;
	instant->seconds = text[0] == '-' ? -seconds : seconds;
	instant->nanoseconds = 0;
	return 0;
}

static bool is_text(const char *text, size_t len, const char *other)
{
	return len == strlen(other) && memcmp(text, other, len) == 0;
}

/* 00:00 UTC of the day that an instant lies in. */
static struct instant day_of(const struct instant *instant)
{
	int64_t past = instant->seconds % SECONDS_PER_DAY;

	if (past < 0)
		past += SECONDS_PER_DAY;
	return (struct instant){instant->seconds - past, 0};
}

static int go_back(struct instant *instant, const struct instant *now, int64_t seconds)
{
	*instant = *now;
	return __builtin_sub_overflow(now->seconds, seconds, &instant->seconds) ? -1 : 0;
}

static int read_word(
	struct instant *instant, const char *text, size_t len, const struct instant *now)
{
	struct instant today = day_of(now);

	if (is_text(text, len, "now"))
		return go_back(instant, now, 0);
	if (is_text(text, len, "today"))
		return go_back(instant, &today, 0);
	if (is_text(text, len, "yesterday"))
		return go_back(instant, &today, SECONDS_PER_DAY);
	return -1;
}

/* @SECONDS, with a fraction if need be. */
static int read_epoch(struct instant *instant, const char *text, size_t len)
{
	size_t whole = 1;

	if (len == 0 || text[0] != '@')
		return -1;
	while (whole < len && text[whole] != '.')
		whole++;
	if (instant_of_epoch(instant, text + 1, whole - 1) < 0)
		return -1;
	whole += read_fraction(&instant->nanoseconds, text + whole, len - whole);
	if (text[1] == '-' && instant->nanoseconds > 0) {
		instant->seconds--;
		instant->nanoseconds = NANOSECONDS - instant->nanoseconds;
	}
	return whole == len ? 0 : -1;
}

/* The seconds of a unit, "d", "day" or "days"; 0: it is none. */
static int64_t seconds_of_unit(const char *text, size_t len)
{
	static const struct {
		const char *name; /* also with an s after it */
		char letter;
		int64_t seconds;
	} units[] = {{"second", 's', 1}, {"sec", 's', 1}, {"minute", 'm', 60}, {"min", 'm', 60},
		{"hour", 'h', 3600}, {"day", 'd', SECONDS_PER_DAY},
		{"week", 'w', 7 * SECONDS_PER_DAY}};
	size_t singular = len > 0 && text[len - 1] == 's' ? len - 1 : len;

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if ((len == 1 && text[0] == units[i].letter) ||
			is_text(text, singular, units[i].name))
			return units[i].seconds;
	}
	return 0;
}

static void skip_spaces(const char *text, size_t len, size_t *at)
{
	while (*at < len && text[*at] == ' ')
		++*at;
}

static bool is_letter(char c)
{
	return c >= 'a' && c <= 'z';
}

/*
 * 30d, 90min, "1 week", 1d12h: numbers with units, added up and counted back
 * from now. "N UNIT ago" says the same of one number.
 */
static int read_span(
	struct instant *instant, const char *text, size_t len, const struct instant *now)
{
	int64_t total = 0, number, unit;
	size_t at = 0, begin, terms = 0;

	if (len > 0 && text[len - 1] == ' ')
		return -1;
	while (at < len) {
		if (terms == 1 && is_text(text + at, len - at, "ago"))
			break;
		if (read_number(&number, text, len, &at) < 0)
			return -1;
		skip_spaces(text, len, &at);
		for (begin = at; at < len && is_letter(text[at]);)
			at++;
		unit = seconds_of_unit(text + begin, at - begin);
		if (unit == 0 || __builtin_mul_overflow(number, unit, &number) ||
			__builtin_add_overflow(total, number, &total))
			return -1;
		terms++;
		skip_spaces(text, len, &at);
	}
	return terms == 0 ? -1 : go_back(instant, now, total);
}

/* HH:MM or HH:MM:SS with a fraction, and a zone if there is one. */
static int read_time_of_day(struct instant *instant, const char *text, size_t len)
{
	char clock[CLOCK_SIZE] = {'0', '0', ':', '0', '0', ':', '0', '0'};
	size_t at = len >= CLOCK_SIZE && text[5] == ':' ? CLOCK_SIZE : 5;
	int64_t offset = 0;

	if (len < at)
		return -1;
	memcpy(clock, text, at);
	if (read_clock(&instant->seconds, clock) < 0)
		return -1;
	if (at == CLOCK_SIZE)
		at += read_fraction(&instant->nanoseconds, text + at, len - at);
	if (at < len && read_zone(&offset, text + at, len - at) < 0)
		return -1;
	instant->seconds -= offset;
	return 0;
}

/* A date, or a date and a time with T or a space between them. */
static int read_calendar(struct instant *instant, const char *text, size_t len)
{
	struct instant clock = {0, 0};
	int64_t days;

	if (len < DATE_SIZE || read_date(&days, text) < 0)
		return -1;
	if (len > DATE_SIZE) {
		if (memchr("Tt ", text[DATE_SIZE], 3) == NULL ||
			read_time_of_day(&clock, text + DATE_SIZE + 1, len - DATE_SIZE - 1) < 0)
			return -1;
	}
	instant->seconds = days * SECONDS_PER_DAY + clock.seconds;
	instant->nanoseconds = clock.nanoseconds;
	return 0;
}

int instant_of_option(
	struct instant *instant, const char *text, size_t len, const struct instant *now)
{
	if (read_word(instant, text, len, now) == 0 || read_epoch(instant, text, len) == 0 ||
		read_calendar(instant, text, len) == 0 || read_span(instant, text, len, now) == 0)
		return 0;
	return -1;
}

/* Returns true if the first fraction in text says more than nanoseconds hold. */
static bool is_between(const char *text, size_t len)
{
	const char *point = memchr(text, '.', len);
	size_t at = point == NULL ? len : (size_t)(point - text) + 1;

	for (size_t digits = 1; at < len && is_digit(text[at]); at++, digits++) {
		if (digits > 9 && text[at] != '0')
			return true;
	}
	return false;
}

int instant_of_bound(
	struct instant *instant, const char *text, size_t len, const struct instant *now)
{
	if (instant_of_option(instant, text, len, now) < 0)
		return -1;
	/* before 1970 an epoch's fraction leads back in time: cut, it is the later one */
	if (!is_between(text, len) || text[1] == '-')
		return 0;
	if (++instant->nanoseconds == NANOSECONDS) {
		instant->nanoseconds = 0;
		instant->seconds++;
	}
	return 0;
}

/*
 * Points in time: nanoseconds since 1970-01-01T00:00:00Z, leap seconds not
 * counted. Years 0001 to 9999, hence 128 bits are not needed: the seconds and
 * the nanoseconds are kept apart and compared in this order.
 */
#ifndef FLOWLOG_INSTANT_H
#define FLOWLOG_INSTANT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct instant {
	int64_t seconds;
	uint32_t nanoseconds; /* 0 to 999,999,999 */
};

/* Negative, 0 or positive, as a is before, at or after b. */
int instant_compare(const struct instant *a, const struct instant *b);

/* The clock's time. */
struct instant instant_now(void);

/*
 * Reads what a record holds: RFC 3339 with a zone and 0 to 9 fraction digits;
 * second 60 is the next second. Returns 0, or -1.
 */
int instant_of_record(struct instant *instant, const char *text, size_t len);

/* Reads the date that text begins with, YYYY-MM-DD: days since 1970-01-01. */
int instant_day(int64_t *day, const char *text, size_t len);

/* Reads seconds since 1970, an integer's decimal digits. Returns 0, or -1. */
int instant_of_epoch(struct instant *instant, const char *text, size_t len);

/*
 * Reads TIME of the command line (--since of vcnflow(1)), counting relative
 * ones back from now. Returns 0, or -1.
 */
int instant_of_option(
	struct instant *instant, const char *text, size_t len, const struct instant *now);

/*
 * The same of a TIME that records are compared with: what lies between two
 * nanoseconds becomes the later one, since no record is in between.
 */
int instant_of_bound(
	struct instant *instant, const char *text, size_t len, const struct instant *now);

#endif

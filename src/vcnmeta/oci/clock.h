/* The time of day for signatures, and a clock for waiting. */
#ifndef VCNMETA_OCI_CLOCK_H
#define VCNMETA_OCI_CLOCK_H

#include <stdint.h>

/* "Thu, 05 Jan 2014 21:31:40 GMT" and its final NUL, years to 9999. */
#define CLOCK_DATE_SIZE 32

/* Seconds since 1970. */
int64_t clock_now(void);

/* Writes the RFC 1123 date of a time, whatever the locale and time zone. */
void clock_date(char text[CLOCK_DATE_SIZE], int64_t seconds);

/* Milliseconds of a clock that never goes back. */
int64_t clock_ms(void);

#endif

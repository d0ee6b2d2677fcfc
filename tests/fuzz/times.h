/* Times read a second way: by sscanf's kin and the C library's calendar. */
#ifndef TESTS_FUZZ_TIMES_H
#define TESTS_FUZZ_TIMES_H

#include <stdbool.h>
#include <stddef.h>

#include "flowlog/instant.h"

/* What a record's time holds: RFC 3339 with a zone, 0 to 9 digits. */
bool times_record(struct instant *time, const char *text, size_t len);

/* Seconds since 1970: an integer of at most 19 digits. */
bool times_epoch(struct instant *time, const char *text, size_t len);

/* TIME of the command line. */
bool times_option(struct instant *time, const char *text, size_t len, const struct instant *now);

#endif

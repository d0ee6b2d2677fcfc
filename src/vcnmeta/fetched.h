/* The time that a lookup file gives as the one its metadata was fetched at. */
#ifndef VCNMETA_FETCHED_H
#define VCNMETA_FETCHED_H

#include <stdint.h>

/*
 * The clock's seconds since 1970, or what SOURCE_DATE_EPOCH says. Returns 0, or
 * -1 after a message when that is no number of seconds.
 */
int fetched_now(int64_t *seconds);

#endif

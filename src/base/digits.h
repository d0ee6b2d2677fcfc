/*
 * Decimal digits, as many as eight at a time. Nothing decides a branch: how many
 * digits a number has can't be foretold, and a wrong guess takes longer than all else
 * here.
 */
#ifndef BASE_DIGITS_H
#define BASE_DIGITS_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/eight.h"

/* The most digits that digits_read takes. */
#define DIGITS_AT_ONCE ((size_t)8)

/*
 * Reads text[0..len) of 1 to DIGITS_AT_ONCE bytes; whatever len is, that many must be
 * readable. Returns false if one of them is no digit; the value is undefined then.
 */
static inline bool digits_read(uint64_t *value, const char *text, size_t len)
{
	uint64_t bytes, odd;

	/* The last digit uppermost, and zeros below the first. */
	memcpy(&bytes, text, sizeof(bytes));
	bytes = (le64toh(bytes) ^ EIGHT_OF('0')) << 8 * (DIGITS_AT_ONCE - len);
	odd = (bytes + EIGHT_OF(0x7f - 9)) | bytes;
	/* Pairs, then fours, then all: each step adds neighbours up. */
	bytes = bytes * 10 + (bytes >> 8);
	*value = ((bytes & UINT64_C(0xff000000ff)) * (100 + (UINT64_C(1000000) << 32)) +
			 (bytes >> 16 & UINT64_C(0xff000000ff)) * (1 + (UINT64_C(10000) << 32))) >>
		 32;
	return (odd & EIGHT_OF(0x80)) == 0;
}

#endif

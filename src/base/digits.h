/*
 * Decimal digits, as many as eight at a time. How many a number has, up to eight,
 * decides no branch: that can't be foretold, and a wrong guess takes longer than all
 * else here.
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
 * Reads text[0..len) of 1 to DIGITS_AT_ONCE bytes; whatever len is, DIGITS_AT_ONCE must
 * be readable. Returns false if one of them is no digit; the value is undefined then.
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

/*
 * The digits of a number below 10^8 as bytes from 0 to 9, the first one lowest, with
 * zeros before them. Halves are taken side by side; a multiplication and a shift
 * divide, exactly for what a part can be.
 */
static inline uint64_t digits_eight(uint32_t number)
{
	const uint64_t fours = number / 10000 | (uint64_t)(number % 10000) << 32;
	const uint64_t hundreds = fours * 5243 >> 19 & UINT64_C(0x7f0000007f);
	const uint64_t pairs = hundreds | (fours - hundreds * 100) << 16;
	const uint64_t tens = pairs * 103 >> 10 & UINT64_C(0x000f000f000f000f);

	return tens | (pairs - tens * 10) << 8;
}

static inline void digits_put_bytes(char *at, uint64_t bytes)
{
	bytes = htole64(bytes + EIGHT_OF('0'));
	memcpy(at, &bytes, sizeof(bytes));
}

/* As digits_put, of a number below 10^8. */
static inline char *digits_put_few(char *at, uint32_t number)
{
	const uint64_t bytes = digits_eight(number);
	/* the last digit stays */
	const int zeros = __builtin_ctzll(bytes | UINT64_C(1) << 56) / 8;

	digits_put_bytes(at, bytes >> 8 * zeros);
	return at + (DIGITS_AT_ONCE - (size_t)zeros);
}

/* What digits_put may write: the digits of the largest number. */
#define DIGITS_ROOM ((size_t)20)

/* Writes a number; at has DIGITS_ROOM. Returns where it ends. */
static inline char *digits_put(char *at, uint64_t number)
{
	const uint32_t eight = 100000000;

	if (number < eight)
		return digits_put_few(at, (uint32_t)number);
	at = digits_put(at, number / eight);
	digits_put_bytes(at, digits_eight((uint32_t)(number % eight)));
	return at + DIGITS_AT_ONCE;
}

/*
 * The lowest bit that is set is bit 7 of the first byte of text that is no digit, the
 * first byte being the lowest; 0: none of DIGITS_AT_ONCE bytes is, all of which are read.
 */
static inline uint64_t digits_end(const char *text)
{
	uint64_t bytes;

	memcpy(&bytes, text, sizeof(bytes));
	bytes = le64toh(bytes) ^ EIGHT_OF('0');
	/* a byte that carries has its own bit 7 set, and what follows does not matter */
	return ((bytes + EIGHT_OF(0x7f - 9)) | bytes) & EIGHT_OF(0x80);
}

#endif

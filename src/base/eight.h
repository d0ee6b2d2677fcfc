/* Eight bytes looked at as one number. */
#ifndef BASE_EIGHT_H
#define BASE_EIGHT_H

#include <stdint.h>

/* A number whose bytes are all the same. */
#define EIGHT_OF(byte) (UINT64_C(0x0101010101010101) * (byte))

/* Not 0 if a byte is less than least, which is at most 0x80. */
static inline uint64_t eight_less(uint64_t bytes, uint8_t least)
{
	return (bytes - EIGHT_OF(least)) & ~bytes & EIGHT_OF(0x80);
}

/* Not 0 if a byte is that one. */
static inline uint64_t eight_has(uint64_t bytes, uint8_t byte)
{
	return eight_less(bytes ^ EIGHT_OF(byte), 1);
}

#endif

/* The patterns of four octets: one for each number of digits that each may have. */
#include "base/octets.h"

#if defined(__x86_64__)

/* What is looked up there is 0. */
#define NOWHERE 0x80

/* Where a byte of the text stands among its last eight, if it is one of them. */
#define IN_LAST(at, len) ((at) + 16 - (len))

/* A dot's bits: it may be among the first eight bytes and among the last. */
#define DOT(at, len)                                                                               \
	(((at) < 8 ? 1u << (at) : 0) | (IN_LAST(at, len) >= 8 ? 1u << IN_LAST(at, len) : 0))

/* An octet of count digits, the last of which stands at at. */
#define PLACES(at, count)                                                                          \
	(uint8_t)((count) < 3 ? NOWHERE : (at)-2), (uint8_t)((count) < 2 ? NOWHERE : (at)-1),      \
		(at), NOWHERE

#define LEAST(count) ((count) == 1 ? 0 : (count) == 2 ? 10 : 100)

#define LEN(a, b, c, d) ((a) + (b) + (c) + (d) + 3)

#define KEY(a, b, c, d)                                                                            \
	OCTETS_KEY(DOT(a, LEN(a, b, c, d)) | DOT((a) + 1 + (b), LEN(a, b, c, d)) |                 \
			   DOT((a) + 1 + (b) + 1 + (c), LEN(a, b, c, d)),                          \
		LEN(a, b, c, d))

/* The digits of the first two octets are found among the first eight bytes, those of the
 * others among the last. */
#define PATTERN(a, b, c, d)                                                                        \
	[OCTETS_HASH(KEY(a, b, c, d))] = {                                                         \
		{PLACES((a)-1, a), PLACES((a) + (b), b), PLACES(14 - (d), c), PLACES(15, d)},      \
		{LEAST(a), LEAST(b), LEAST(c), LEAST(d)}, KEY(a, b, c, d), {0}}

#define LAST_OF_ANY(a, b, c) PATTERN(a, b, c, 1), PATTERN(a, b, c, 2), PATTERN(a, b, c, 3)
#define THIRD_OF_ANY(a, b) LAST_OF_ANY(a, b, 1), LAST_OF_ANY(a, b, 2), LAST_OF_ANY(a, b, 3)
#define SECOND_OF_ANY(a) THIRD_OF_ANY(a, 1), THIRD_OF_ANY(a, 2), THIRD_OF_ANY(a, 3)

const struct octets_pattern octets_patterns[256] = {
	SECOND_OF_ANY(1), SECOND_OF_ANY(2), SECOND_OF_ANY(3)};

#endif

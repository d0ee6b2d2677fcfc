/* Places in tables, from numbers and from bytes. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/*
 * A place among 2^bits (1 to 63) for a number: numbers that are alike come to
 * places far apart. By multiplication with 2^64 over the golden ratio, as in
 * Knuth, The Art of Computer Programming, volume 3, section 6.4. Whoever
 * chooses the numbers can make them meet, which must not cost more than time.
 */
static inline size_t hash_bits(uint64_t number, unsigned bits)
{
	return (size_t)(number * UINT64_C(0x9e3779b97f4a7c15) >> (64 - bits));
}

/* What makes the hashes of a process its own. */
struct hash_key {
	uint64_t words[2];
};

/*
 * Fills in a key: random bytes that the kernel gave the process at its start,
 * the same ones whenever it is asked, so that hashes of one table serve another.
 */
void hash_key_make(struct hash_key *key);

/*
 * A hash of data[0..len): who chooses the data without knowing the key can't
 * make hashes meet. Nothing that is written may depend on it.
 */
uint32_t hash_keyed(const struct hash_key *key, const void *data, size_t len);

#endif

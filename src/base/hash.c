/* Keyed hashing by multiplication to 128 bits and folding of the halves. */
#include "base/hash.h"

#include <string.h>
#include <sys/auxv.h>

void hash_key_make(struct hash_key *key)
{
	static const struct hash_key fixed = {{0x9e3779b97f4a7c15, 0xd1b54a32d192ed03}};
	const void *random = (const void *)getauxval(AT_RANDOM);

	memcpy(key, random != NULL ? random : &fixed, sizeof(*key));
}

static uint64_t fold(uint64_t a, uint64_t b)
{
	__extension__ unsigned __int128 product = a;

	product *= b;
	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t load(const char *data, size_t len)
{
	uint64_t word = 0;

	memcpy(&word, data, len);
	return word;
}

uint32_t hash_keyed(const struct hash_key *key, const void *data, size_t len)
{
	const uint64_t start = key->words[0], factor = key->words[1] | 1;
	const char *at = data;
	uint64_t hash = start ^ len;

	for (; len >= sizeof(hash); at += sizeof(hash), len -= sizeof(hash))
		hash = fold(hash ^ load(at, sizeof(hash)), factor) ^ start;
	hash = fold(hash ^ load(at, len), factor);
	return (uint32_t)(hash ^ hash >> 32);
}

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

static uint64_t load(const char *data)
{
	uint64_t word;

	memcpy(&word, data, sizeof(word));
	return word;
}

#define WORD sizeof(uint64_t)

/*
 * Two words a step: one is mixed with the secret, the other with what came
 * before. The last two may overlap the ones before them; with the length in it
 * the hash still tells all texts apart.
 */
uint32_t hash_keyed(const struct hash_key *key, const void *data, size_t len)
{
	const uint64_t start = key->words[0], factor = key->words[1] | 1;
	const char *at = data, *end = at + len;
	uint64_t hash = start ^ len;
	char little[2 * WORD] = {0};

	if (len < 2 * WORD) {
		if (len > 0)
			memcpy(little, at, len);
		at = little;
		end = little + sizeof(little);
	}
	for (; (size_t)(end - at) > 2 * WORD; at += 2 * WORD)
		hash = fold(load(at) ^ factor, load(at + WORD) ^ hash) ^ start;
	hash = fold(load(end - 2 * WORD) ^ factor, load(end - WORD) ^ hash);
	hash = fold(hash ^ start, factor);
	return (uint32_t)(hash ^ hash >> 32);
}

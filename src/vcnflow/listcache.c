/*
 * Copies are found by where their texts stand in the lookup file. Nothing is
 * ever thrown out again: what came first stays, and once the room or a text's slots
 * are taken, further ones are not copied. Logs of more subnets than that lose
 * the gain, and no time beyond it.
 *
 * Touching the file may raise the signal that ends the caller by a jump, so a
 * copy counts only when all of the text was copied.
 */
#include "vcnflow/listcache.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/limits.h"

#define SLOT_BITS 12
#define SLOTS ((size_t)1 << SLOT_BITS)

/* Slots that a text may have. */
#define PROBES 8

/* Shorter texts are not copied. */
#define SHORT 256

struct slot {
	const char *original; /* null: the slot is free */
	const char *copy;
};

struct listcache {
	struct slot slots[SLOTS + PROBES];
	size_t len;
	char room[LIMIT_LISTCACHE];
};

struct listcache *listcache_new(void)
{
	return calloc(1, sizeof(struct listcache));
}

void listcache_free(struct listcache *cache)
{
	free(cache);
}

static const char *keep(struct listcache *cache, struct slot *slot, const struct lookup_text *text)
{
	char *copy = cache->room + cache->len;

	if (text->len > sizeof cache->room - cache->len)
		return NULL;
	memcpy(copy, text->text, text->len);
	cache->len += text->len;
	*slot = (struct slot){text->text, copy};
	return copy;
}

const char *listcache_get(struct listcache *cache, const struct lookup_text *text)
{
	struct slot *slot = &cache->slots[hash_bits((uintptr_t)text->text, SLOT_BITS)];

	if (text->len < SHORT)
		return NULL;
	for (unsigned i = 0; i < PROBES; i++, slot++) {
		if (slot->original == text->text)
			return slot->copy;
		if (slot->original == NULL)
			return keep(cache, slot, text);
	}
	return NULL;
}

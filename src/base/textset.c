/*
 * Sets of byte strings: one run of text, one array of entries, and a table of
 * slots that is never more than half full. The strings come from input that
 * someone may have made to collide, so the hash is keyed with random bytes
 * that the kernel gave the process; nothing visible depends on it.
 */
#include "base/textset.h"

#include <stdlib.h>
#include <string.h>

#define TEXTSET_FIRST_ENTRIES 16
#define TEXTSET_FIRST_TEXT 1024

/* Slots hold 32 bits, one value of which means free. */
#define TEXTSET_MOST_ENTRIES ((size_t)1 << 30)

/* Finds the slot that holds the text, or the free one where it would go. */
static size_t find_slot(const struct textset *set, uint32_t hash, const char *text, size_t len)
{
	size_t slot = hash & (set->slot_count - 1);
	const struct textset_entry *entry;

	for (; set->slots[slot] != 0; slot = (slot + 1) & (set->slot_count - 1)) {
		entry = &set->entries[set->slots[slot] - 1];
		if (entry->hash == hash && entry->len == len &&
			memcmp(set->text + entry->offset, text, len) == 0)
			break;
	}
	return slot;
}

static int make_slots(struct textset *set, size_t slot_count)
{
	uint32_t *slots = calloc(slot_count, sizeof(*slots));
	size_t slot;

	if (!slots)
		return -1;
	for (size_t i = 0; i < set->count; i++) {
		slot = set->entries[i].hash & (slot_count - 1);
		while (slots[slot] != 0)
			slot = (slot + 1) & (slot_count - 1);
		slots[slot] = (uint32_t)(i + 1);
	}
	free(set->slots);
	set->slots = slots;
	set->slot_count = slot_count;
	return 0;
}

static int grow_entries(struct textset *set)
{
	size_t room = set->room ? set->room * 2 : TEXTSET_FIRST_ENTRIES;
	struct textset_entry *entries;

	if (set->room > set->count)
		return 0;
	entries = realloc(set->entries, room * sizeof(*entries));
	if (!entries)
		return -1;
	set->entries = entries;
	set->room = room;
	return 0;
}

static int grow_text(struct textset *set, size_t more)
{
	size_t cap = set->text_cap ? set->text_cap : TEXTSET_FIRST_TEXT;
	char *text;

	if (set->text && more <= set->text_cap - set->text_len)
		return 0;
	if (more > SIZE_MAX / 4 - set->text_len)
		return -1;
	while (cap - set->text_len < more)
		cap *= 2;
	text = realloc(set->text, cap);
	if (!text)
		return -1;
	set->text = text;
	set->text_cap = cap;
	return 0;
}

/* Makes room for one entry more, of len bytes. */
static int make_room(struct textset *set, size_t len)
{
	size_t slots = set->slot_count ? set->slot_count * 2 : (size_t)TEXTSET_FIRST_ENTRIES * 2;

	if (grow_entries(set) != 0 || grow_text(set, len) != 0)
		return -1;
	if (set->count + 1 <= set->slot_count / 2)
		return 0;
	return make_slots(set, slots);
}

static void append_entry(struct textset *set, uint32_t hash, const char *text, size_t len)
{
	set->entries[set->count++] =
		(struct textset_entry){.hash = hash, .len = (uint32_t)len, .offset = set->text_len};
	if (len > 0)
		memcpy(set->text + set->text_len, text, len);
	set->text_len += len;
}

static bool is_full(const struct textset *set)
{
	return set->count >= set->max || set->count >= TEXTSET_MOST_ENTRIES;
}

static enum textset_result take(
	struct textset *set, uint32_t hash, const char *text, size_t len, size_t *index)
{
	uint32_t entry = 0;

	if (set->count > 0)
		entry = set->slots[find_slot(set, hash, text, len)];
	if (entry != 0) {
		*index = entry - 1;
		return TEXTSET_KNOWN;
	}
	if (is_full(set))
		return TEXTSET_FULL;
	if (len > UINT32_MAX || make_room(set, len) != 0)
		return TEXTSET_NO_MEMORY;
	/* The table may have been made anew: look again. */
	*index = set->count;
	set->slots[find_slot(set, hash, text, len)] = (uint32_t)(set->count + 1);
	append_entry(set, hash, text, len);
	return TEXTSET_ADDED;
}

enum textset_result textset_take(struct textset *set, const char *text, size_t len, size_t *index)
{
	if (set->slot_count == 0)
		hash_key_make(&set->key);
	return take(set, hash_keyed(&set->key, text, len), text, len, index);
}

enum textset_result textset_take_entry(
	struct textset *set, const struct textset *other, size_t entry, size_t *index)
{
	const struct textset_entry *from = &other->entries[entry];

	if (set->slot_count == 0)
		hash_key_make(&set->key);
	return take(set, from->hash, other->text + from->offset, from->len, index);
}

enum textset_result textset_add(struct textset *set, const char *text, size_t len)
{
	size_t index;

	return textset_take(set, text, len, &index);
}

size_t textset_find(const struct textset *set, const char *text, size_t len)
{
	uint32_t entry;

	if (set->count == 0)
		return SIZE_MAX;
	entry = set->slots[find_slot(set, hash_keyed(&set->key, text, len), text, len)];
	return entry == 0 ? SIZE_MAX : entry - 1;
}

bool textset_has(const struct textset *set, const char *text, size_t len)
{
	return textset_find(set, text, len) != SIZE_MAX;
}

const char *textset_text(const struct textset *set, size_t index, size_t *len)
{
	*len = set->entries[index].len;
	return set->text + set->entries[index].offset;
}

static int compare(const void *a, const void *b, void *context)
{
	const struct textset_entry *left = a, *right = b;
	const char *text = context;
	size_t shared = left->len < right->len ? left->len : right->len;
	int order = memcmp(text + left->offset, text + right->offset, shared);

	if (order != 0)
		return order;
	return (left->len > right->len) - (left->len < right->len);
}

void textset_sort(struct textset *set)
{
	if (set->count > 1)
		qsort_r(set->entries, set->count, sizeof(*set->entries), compare, set->text);
}

void textset_clear(struct textset *set)
{
	if (set->slot_count > 0)
		memset(set->slots, 0, set->slot_count * sizeof(*set->slots));
	set->count = 0;
	set->text_len = 0;
}

void textset_free(struct textset *set)
{
	free(set->entries);
	free(set->slots);
	free(set->text);
	*set = (struct textset)TEXTSET_INIT(set->max);
}

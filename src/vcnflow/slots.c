/*
 * A directory names the segment of each hash. A segment that is full is split in two;
 * where the directory can't tell these apart, it becomes twice as long first. That is
 * small: four bytes for some hundred numbers.
 */
#include "vcnflow/slots.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"

/*
 * With more of a hash's first bits, the last ones would be among them, by which a slot
 * is found within its segment. Hashes are keyed, and so spread evenly: of 2^30 numbers
 * a segment of this depth has 128, half of what it takes.
 */
#define MOST_DEPTH 23

void slots_free(struct slots *slots)
{
	free(slots->slots);
	free(slots->segments);
	free(slots->directory);
	*slots = (struct slots){0};
}

void slots_clear(struct slots *slots)
{
	if (slots->segment_count == 0)
		return;
	memset(slots->slots, 0, slots->segment_count * SLOTS_SEGMENT * sizeof(*slots->slots));
	for (size_t i = 0; i < slots->segment_count; i++)
		slots->segments[i].count = 0;
}

/* Makes room for another segment. */
static int reserve_segment(struct slots *slots)
{
	const size_t need = slots->segment_count + 1;
	struct slots_segment *segments =
		array_reserve(slots->segments, &slots->segment_room, need, sizeof(*segments));
	struct slot *grown;

	if (segments == NULL)
		return -1;
	slots->segments = segments;
	grown = array_reserve(
		slots->slots, &slots->slot_room, need * SLOTS_SEGMENT, sizeof(*grown));
	if (grown == NULL)
		return -1;
	slots->slots = grown;
	return 0;
}

/* An empty segment, for which there is room. */
static uint32_t add_segment(struct slots *slots, uint32_t depth)
{
	struct slot *first = &slots->slots[slots->segment_count * SLOTS_SEGMENT];

	memset(first, 0, SLOTS_SEGMENT * sizeof(*first));
	slots->segments[slots->segment_count] = (struct slots_segment){.depth = depth};
	return (uint32_t)slots->segment_count++;
}

/* Tells segments apart by one bit more. */
static int deepen(struct slots *slots)
{
	const size_t count = (size_t)1 << slots->depth;
	uint32_t *directory;

	if (slots->depth == MOST_DEPTH)
		return -1;
	directory = realloc(slots->directory, 2 * count * sizeof(*directory));
	if (directory == NULL)
		return -1;
	for (size_t i = count; i-- > 0;)
		directory[2 * i] = directory[2 * i + 1] = directory[i];
	slots->directory = directory;
	slots->depth++;
	return 0;
}

static void put(struct slots *slots, struct slot slot)
{
	struct slot *segment = slots_segment(slots, slot.hash);
	size_t at = slots_begin(slot.hash);

	while (segment[at].number != 0)
		at = slots_next(at);
	slots_fill(slots, &segment[at], slot.hash, slot.number);
}

/* Gives what a segment has to two, by the first bit that is not the same in it. */
static int split(struct slots *slots, uint32_t hash)
{
	const size_t number = slots_segment_of(slots, hash);
	struct slot *segment, all[SLOTS_SEGMENT];
	const uint32_t depth = slots->segments[number].depth;
	size_t first, half;
	uint32_t added;

	if ((depth == slots->depth && deepen(slots) < 0) || reserve_segment(slots) < 0)
		return -1;
	added = add_segment(slots, depth + 1);
	half = (size_t)1 << (slots->depth - depth - 1);
	first = (size_t)((uint64_t)hash >> (32 - depth)) << (slots->depth - depth);
	for (size_t i = first + half; i < first + 2 * half; i++)
		slots->directory[i] = added;
	segment = &slots->slots[number * SLOTS_SEGMENT];
	memcpy(all, segment, sizeof(all));
	memset(segment, 0, sizeof(all));
	slots->segments[number] = (struct slots_segment){.depth = depth + 1};
	for (size_t i = 0; i < SLOTS_SEGMENT; i++)
		if (all[i].number != 0)
			put(slots, all[i]);
	return 0;
}

int slots_grow(struct slots *slots, uint32_t hash)
{
	if (slots->directory == NULL) {
		if (reserve_segment(slots) < 0)
			return -1;
		slots->directory = calloc(1, sizeof(*slots->directory));
		if (slots->directory == NULL)
			return -1;
		(void)add_segment(slots, 0);
	}
	while (slots->segments[slots_segment_of(slots, hash)].count == SLOTS_FULL)
		if (split(slots, hash) < 0)
			return -1;
	return 0;
}

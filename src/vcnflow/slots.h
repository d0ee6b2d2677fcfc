/*
 * Finds numbers by hashes. It grows little by little, since what waits for it does
 * not wait for a table that is twice as large to be filled: slots lie in segments,
 * and when one is half full, half of what it has is moved to another one. So a
 * number costs 16 to 32 bytes, once there are some hundred. Extendible hashing: R.
 * Fagin, J. Nievergelt, N. Pippenger, H. R. Strong, ACM TODS 4 (1979).
 */
#ifndef VCNFLOW_SLOTS_H
#define VCNFLOW_SLOTS_H

#include <stddef.h>
#include <stdint.h>

#define SLOTS_SEGMENT 512

/* Numbers that a segment takes at most. */
#define SLOTS_FULL (SLOTS_SEGMENT / 2)

struct slot {
	uint32_t hash;
	uint32_t number; /* counted from 1; 0: it is free */
};

struct slots_segment {
	uint32_t count;
	uint32_t depth; /* how many first bits of hashes are the same in it */
};

struct slots {
	struct slot *slots; /* of each segment, one after another */
	size_t slot_room;
	struct slots_segment *segments;
	size_t segment_count;
	size_t segment_room;
	uint32_t *directory; /* the segment of a hash, by its first bits */
	unsigned depth;      /* how many of these */
};

/* An empty one is all zeros. */
void slots_free(struct slots *slots);

/* Forgets all numbers and keeps the room. */
void slots_clear(struct slots *slots);

/* For slots_reserve: no segment is there yet, or that of the hash is full. */
int slots_grow(struct slots *slots, uint32_t hash);

/* The number of a hash's segment; this and what follows only once room was made for any. */
static inline size_t slots_segment_of(const struct slots *slots, uint32_t hash)
{
	return slots->directory[(uint64_t)hash >> (32 - slots->depth)];
}

/* Makes room for one more number of a hash, which may move all slots. Returns 0, or -1
 * when memory ran out, or when too many have the same first bits; what is there stays. */
static inline int slots_reserve(struct slots *slots, uint32_t hash)
{
	if (slots->segment_count > 0 &&
		slots->segments[slots_segment_of(slots, hash)].count < SLOTS_FULL)
		return 0;
	return slots_grow(slots, hash);
}

/* Where a hash is sought. */
static inline struct slot *slots_segment(const struct slots *slots, uint32_t hash)
{
	return &slots->slots[slots_segment_of(slots, hash) * SLOTS_SEGMENT];
}

/* What is there begins at this slot of it, goes on from its last slot to its first
 * one, and ends at a free one. */
static inline size_t slots_begin(uint32_t hash)
{
	return hash % SLOTS_SEGMENT;
}

static inline size_t slots_next(size_t at)
{
	return (at + 1) % SLOTS_SEGMENT;
}

/* Fills the free slot at which a hash was not found; room was made for it. */
static inline void slots_fill(
	struct slots *slots, struct slot *slot, uint32_t hash, uint32_t number)
{
	*slot = (struct slot){hash, number};
	slots->segments[slots_segment_of(slots, hash)].count++;
}

#endif

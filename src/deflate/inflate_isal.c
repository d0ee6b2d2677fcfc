/*
 * Raw deflate data by ISA-L. Four things need care:
 *
 * - isal_inflate tells by the state of the block, not by its result, whether
 *   the data has ended.
 * - Where data is bad, its fast loop counts bytes of output that it did not
 *   write, and says that it has other room and input left than it has. So the
 *   state at the beginning of the input at hand is kept, and from there the bad
 *   place is sought again with so little input at a time that only the slow loop
 *   runs, whose counts are right. That also makes what is handed out before the
 *   bad place the same for any cutting of the input.
 * - It decodes into a buffer of its own first, and when it meets bad data it
 *   drops what that holds: those bytes were good, and are taken from there.
 * - It reads up to eight bytes ahead, which may be from an earlier call's
 *   input, so that they can't be given back by moving *in.
 *
 * Its own reset would leave the last stream's code tables, in which a code that
 * is missing from an incomplete set would be found.
 *
 * It accepts code sets that are incomplete, which zlib refuses, as long as no
 * missing code is used. Such data is no compressor's, and only a crafted or
 * damaged file whose CRC-32 is right all the same makes a difference.
 */
#include "deflate/inflate.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <isa-l/igzip_lib.h>

#include "deflate/upper.h"

/* What one call of the library is given at most. */
#define MOST_AT_ONCE ((size_t)1 << 30)

/* With less input than this the library's fast loop is not entered. */
#define SLOW_INPUT 8

/* What is handed out for the second time is put there, so much at a time. */
#define SCRATCH 4096

struct inflate {
	bool is_new;          /* nothing was inflated since the last reset */
	bool bad;             /* only what the library still holds is to be handed out */
	bool has_rest;        /* of the input at hand not all was taken */
	bool input_is_first;  /* nothing was inflated before it */
	size_t back;          /* bytes that an earlier call took, after the bad place */
	const uint8_t *input; /* at hand, its beginning */
	uint64_t handed_out;  /* since that was first given */
	struct inflate_state isal;
	struct inflate_state before; /* that was given; but if input_is_first */
};

struct inflate *inflate_new(void)
{
	struct inflate *inflate = malloc(sizeof(*inflate));

	if (inflate)
		inflate_reset(inflate);
	return inflate;
}

void inflate_free(struct inflate *inflate)
{
	free(inflate);
}

/* Clears all of it, so that a stream's bytes are its own. */
static void begin(struct inflate_state *isal)
{
	memset(isal, 0, sizeof(*isal));
	isal_inflate_init(isal);
}

void inflate_reset(struct inflate *inflate)
{
	begin(&inflate->isal);
	inflate->is_new = true;
	inflate->bad = inflate->has_rest = false;
	inflate->back = 0;
}

/* Moves what the library decoded and did not hand out to its output. */
static void hand_out_rest(struct inflate_state *isal)
{
	size_t rest = (size_t)(isal->tmp_out_valid - isal->tmp_out_processed);

	if (rest > isal->avail_out)
		rest = isal->avail_out;
	memcpy(isal->next_out, isal->tmp_out_buffer + isal->tmp_out_processed, rest);
	isal->next_out += rest;
	isal->avail_out -= (uint32_t)rest;
	isal->tmp_out_processed += (int32_t)rest;
}

/* Without what lies after the bytes that the library holds: nothing refers to
 * that, and it is a third of the whole or more. */
static void copy_state(struct inflate_state *to, const struct inflate_state *from)
{
	memcpy(to, from,
		offsetof(struct inflate_state, tmp_out_buffer) + (size_t)from->tmp_out_valid);
}

/* New input is given. */
static void keep_state(struct inflate *inflate, const uint8_t *in)
{
	inflate->input = in;
	inflate->handed_out = 0;
	inflate->input_is_first = inflate->is_new;
	if (!inflate->input_is_first)
		copy_state(&inflate->before, &inflate->isal);
}

/* Goes back to where the input at hand was given. */
static void restore_state(struct inflate *inflate)
{
	if (inflate->input_is_first)
		begin(&inflate->isal);
	else
		copy_state(&inflate->isal, &inflate->before);
	/* The library only reads there. */
	inflate->isal.next_in = (uint8_t *)(uintptr_t)inflate->input;
}

/*
 * Inflates a little of what ends at end, to out. Returns true when it got on, and sets
 * inflate->bad if the data is. *out_len becomes how much that gave.
 */
static bool inflate_slowly(
	struct inflate *inflate, const uint8_t *end, uint8_t *out, size_t cap, size_t *out_len)
{
	struct inflate_state *isal = &inflate->isal;
	const uint8_t *in = isal->next_in;
	const size_t in_len = (size_t)(end - in);

	isal->avail_in = in_len < SLOW_INPUT ? (uint32_t)in_len : SLOW_INPUT - 1;
	isal->next_out = out;
	isal->avail_out = (uint32_t)cap;
	inflate->bad = isal_inflate(isal) != ISAL_DECOMP_OK;
	*out_len = cap - isal->avail_out;
	return isal->next_in != in || *out_len > 0;
}

/* Inflates again, and throws away, what was handed out of the input at hand. */
static void inflate_again(struct inflate *inflate, const uint8_t *end)
{
	struct inflate_state *isal = &inflate->isal;
	uint64_t left = inflate->handed_out;
	uint8_t scratch[SCRATCH];
	bool got_on = true;
	size_t len;

	while (left > 0 && !inflate->bad && got_on) {
		got_on = inflate_slowly(inflate, end, scratch,
			left < sizeof(scratch) ? (size_t)left : sizeof(scratch), &len);
		left -= len;
	}
	/* the library meets the bad place while it still holds what is before that */
	if (left > (uint64_t)(isal->tmp_out_valid - isal->tmp_out_processed))
		left = (uint64_t)(isal->tmp_out_valid - isal->tmp_out_processed);
	isal->tmp_out_processed += (int32_t)left;
}

/* Comes to the bad place again, or to the end of the room for output. */
static void seek_bad(struct inflate *inflate, const uint8_t *end, uint8_t *out, size_t cap)
{
	struct inflate_state *isal = &inflate->isal;
	size_t done = 0, len;
	bool got_on = true;

	restore_state(inflate);
	inflate_again(inflate, end);
	while (!inflate->bad && got_on) {
		got_on = inflate_slowly(inflate, end, out + done, cap - done, &len);
		done += len;
	}
	isal->next_out = out + done;
	isal->avail_out = (uint32_t)(cap - done);
	isal->avail_in = (uint32_t)(end - isal->next_in);
}

static enum inflate_result step(
	struct inflate *inflate, const uint8_t *in, size_t in_len, uint8_t *out, size_t cap)
{
	struct inflate_state *isal = &inflate->isal;

	if (!inflate->has_rest && !inflate->bad)
		keep_state(inflate, in);
	/* The library only reads there. */
	isal->next_in = (uint8_t *)(uintptr_t)in;
	isal->avail_in = (uint32_t)in_len;
	isal->next_out = out;
	isal->avail_out = (uint32_t)cap;
	inflate->is_new = false;
	if (!inflate->bad && isal_inflate(isal) != ISAL_DECOMP_OK)
		seek_bad(inflate, in + in_len, out, cap);
	if (inflate->bad) {
		hand_out_rest(isal);
		return isal->tmp_out_valid == isal->tmp_out_processed ? INFLATE_BAD : INFLATE_MORE;
	}
	return isal->block_state == ISAL_BLOCK_FINISH ? INFLATE_DONE : INFLATE_MORE;
}

static size_t at_once(size_t len)
{
	return len < MOST_AT_ONCE ? len : MOST_AT_ONCE;
}

enum inflate_result inflate_run(struct inflate *inflate, const uint8_t **in, size_t *in_len,
	uint8_t *out, size_t cap, size_t *out_len)
{
	const size_t in_given = at_once(*in_len), out_given = at_once(cap);
	const enum inflate_result result = step(inflate, *in, in_given, out, out_given);
	const uint8_t *taken_to = inflate->isal.next_in;

	upper_clear();
	if (taken_to < *in) {
		/* The bad place was read ahead by an earlier call. */
		inflate->back = (size_t)(*in - taken_to);
		taken_to = *in;
	}
	*in_len -= (size_t)(taken_to - *in);
	*in = taken_to;
	*out_len = out_given - inflate->isal.avail_out;
	inflate->handed_out += *out_len;
	inflate->has_rest = inflate->isal.avail_in > 0;
	return result;
}

size_t inflate_left(const struct inflate *inflate, uint8_t left[INFLATE_MOST_LEFT])
{
	const struct inflate_state *isal = &inflate->isal;
	int32_t bits = isal->read_in_length > 0 ? isal->read_in_length : 0;
	uint64_t ahead = isal->read_in >> bits % 8;
	size_t count = (size_t)bits / 8;

	for (size_t i = 0; i < count; i++)
		left[i] = (uint8_t)(ahead >> 8 * i);
	return count + inflate->back;
}

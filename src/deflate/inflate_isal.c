/*
 * Raw deflate data by ISA-L. Four things need care:
 *
 * - isal_inflate tells by the state of the block, not by its result, whether
 *   the data has ended.
 * - Where data is bad, its fast loop counts bytes of output that it did not
 *   write, and says that it has other room and input left than it has. So the
 *   state before each call is kept, and from there the bad place is sought
 *   again with so little input at a time that only the slow loop runs, whose
 *   counts are right. That also makes what is handed out before the bad place
 *   the same for any cutting of the input.
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

struct inflate {
	bool bad; /* only what the library still holds is to be handed out */
	struct inflate_state isal;
	struct inflate_state before; /* the call at hand */
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

/* All of it, so that a stream's bytes are its own. */
void inflate_reset(struct inflate *inflate)
{
	memset(&inflate->isal, 0, sizeof(inflate->isal));
	isal_inflate_init(&inflate->isal);
	inflate->bad = false;
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

/* Inflates a little; returns true if the data is bad. Sets *got_on when it got on. */
static bool inflate_slowly(struct inflate_state *isal, size_t in_len, bool *got_on)
{
	const uint8_t *in = isal->next_in;
	uint32_t room = isal->avail_out;
	int result;

	isal->avail_in = in_len < SLOW_INPUT ? (uint32_t)in_len : SLOW_INPUT - 1;
	result = isal_inflate(isal);
	*got_on = isal->next_in != in || isal->avail_out != room;
	return result != ISAL_DECOMP_OK;
}

/* Without what lies after the bytes that the library holds: nothing refers to
 * that, and it is a third of the whole or more. */
static void copy_state(struct inflate_state *to, const struct inflate_state *from)
{
	memcpy(to, from,
		offsetof(struct inflate_state, tmp_out_buffer) + (size_t)from->tmp_out_valid);
}

/* Comes to the bad place again, or to the end of the room for output. */
static void seek_bad(struct inflate *inflate)
{
	struct inflate_state *isal = &inflate->isal;
	const uint8_t *end;
	bool got_on = true;

	copy_state(isal, &inflate->before);
	end = isal->next_in + isal->avail_in;
	while (!inflate->bad && got_on)
		inflate->bad = inflate_slowly(isal, (size_t)(end - isal->next_in), &got_on);
	isal->avail_in = (uint32_t)(end - isal->next_in);
}

static enum inflate_result step(struct inflate *inflate)
{
	struct inflate_state *isal = &inflate->isal;

	if (!inflate->bad) {
		copy_state(&inflate->before, isal);
		if (isal_inflate(isal) != ISAL_DECOMP_OK)
			seek_bad(inflate);
	}
	if (inflate->bad) {
		hand_out_rest(isal);
		return isal->tmp_out_valid == isal->tmp_out_processed ? INFLATE_BAD : INFLATE_MORE;
	}
	return isal->block_state == ISAL_BLOCK_FINISH ? INFLATE_DONE : INFLATE_MORE;
}

static uint32_t at_once(size_t len)
{
	return (uint32_t)(len < MOST_AT_ONCE ? len : MOST_AT_ONCE);
}

enum inflate_result inflate_run(struct inflate *inflate, const uint8_t **in, size_t *in_len,
	uint8_t *out, size_t cap, size_t *out_len)
{
	struct inflate_state *isal = &inflate->isal;
	uint32_t in_given = at_once(*in_len);
	uint32_t out_given = at_once(cap);
	enum inflate_result result;

	/* The library only reads there. */
	isal->next_in = (uint8_t *)(uintptr_t)*in;
	isal->avail_in = in_given;
	isal->next_out = out;
	isal->avail_out = out_given;
	result = step(inflate);
	upper_clear();
	*in += in_given - isal->avail_in;
	*in_len -= in_given - isal->avail_in;
	*out_len = out_given - isal->avail_out;
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
	return count;
}

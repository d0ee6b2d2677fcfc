/*
 * Raw deflate data by ISA-L. Four things need care:
 *
 * - isal_inflate tells by the state of the block, not by its result, whether
 *   the data has ended.
 * - Where data is bad, its fast loop counts bytes of output that it did not
 *   write, and says that it has other room and input left than it has. So the
 *   state at the beginning of the input at hand is kept, and from there the bad
 *   place is sought with so little input at a time that only the slow loop runs,
 *   whose counts are right. That also makes what is handed out before the bad
 *   place the same for any cutting of the input.
 * - It decodes into a buffer of its own first, and when it meets bad data it
 *   drops what that holds: those bytes were good, and are taken from there.
 *   So what it took may be far from what was handed out, and the bad place is
 *   often sought in what earlier calls took.
 * - It reads up to eight bytes ahead, which may be from an earlier call's
 *   input, so that they can't be given back by moving *in. Since 2.32 it gives
 *   them back at the end of the data, as if they lay before this call's input.
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
	struct inflate_state isal;
	bool is_new; /* nothing was inflated since the last reset */
	bool bad;    /* the bad place was met: only what isal holds is still to be handed out */

	/* of the input at hand */
	const uint8_t *input;        /* its beginning */
	bool has_rest;               /* not all of it was taken */
	bool is_first;               /* nothing was inflated before it */
	struct inflate_state before; /* isal at its beginning, but if is_first */
	uint64_t handed_out;         /* since then */
	bool is_slow;                /* its data is bad, and the place is sought */
	size_t back;                 /* how far before what was taken isal is: only if is_slow */
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

/*
 * Calls the library. What it gives back at the end of the data, and has from earlier
 * calls, is made what it still has: the last bytes of those that it had read ahead.
 */
static int run_library(struct inflate_state *isal)
{
	const uint64_t ahead = isal->read_in;
	const int32_t bits = isal->read_in_length;
	const uint32_t in_len = isal->avail_in;
	const int result = isal_inflate(isal);

	if (isal->block_state == ISAL_BLOCK_FINISH && isal->avail_in > in_len) {
		isal->read_in_length = (int32_t)(8 * (isal->avail_in - in_len));
		isal->read_in = ahead >> (bits - isal->read_in_length);
		isal->next_in += isal->avail_in - in_len;
		isal->avail_in = in_len;
	}
	return result;
}

/* What the library decoded and did not hand out. */
static size_t held(const struct inflate_state *isal)
{
	return (size_t)(isal->tmp_out_valid - isal->tmp_out_processed);
}

/* Moves it to the library's output. */
static void hand_out_rest(struct inflate_state *isal)
{
	const size_t rest = held(isal) < isal->avail_out ? held(isal) : isal->avail_out;

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

/* New input is at hand. */
static void begin_input(struct inflate *inflate, const uint8_t *in)
{
	inflate->is_first = inflate->is_new;
	inflate->is_new = false;
	inflate->is_slow = false;
	inflate->input = in;
	inflate->handed_out = 0;
	if (!inflate->is_first)
		copy_state(&inflate->before, &inflate->isal);
}

static void set_input(struct inflate_state *isal, const uint8_t *in)
{
	/* The library only reads there. */
	isal->next_in = (uint8_t *)(uintptr_t)in;
}

static void set_output(struct inflate_state *isal, uint8_t *out, size_t cap)
{
	isal->next_out = out;
	isal->avail_out = (uint32_t)cap;
}

/*
 * Inflates a little at a time what ends at end, until nothing of it is left, or the
 * output is full, or the bad place is met and what is before that is handed out.
 */
static void inflate_slowly(struct inflate *inflate, const uint8_t *end)
{
	struct inflate_state *isal = &inflate->isal;
	const uint8_t *in;
	bool got_on = true;
	uint32_t room;

	while (!inflate->bad && got_on) {
		in = isal->next_in;
		room = isal->avail_out;
		isal->avail_in = end - in < SLOW_INPUT ? (uint32_t)(end - in) : SLOW_INPUT - 1;
		inflate->bad = run_library(isal) != ISAL_DECOMP_OK;
		got_on = isal->next_in != in || isal->avail_out != room;
	}
	if (inflate->bad)
		hand_out_rest(isal);
}

/* Goes back to the beginning of the input at hand, and throws away what was handed out. */
static void go_back(struct inflate *inflate, const uint8_t *end)
{
	struct inflate_state *isal = &inflate->isal;
	uint64_t left = inflate->handed_out;
	uint8_t scratch[SCRATCH];

	if (inflate->is_first)
		begin(isal);
	else
		copy_state(isal, &inflate->before);
	set_input(isal, inflate->input);
	isal->avail_out = 0;
	while (left > 0 && isal->avail_out == 0) {
		const size_t cap = left < sizeof(scratch) ? (size_t)left : sizeof(scratch);

		set_output(isal, scratch, cap);
		inflate_slowly(inflate, end);
		left -= cap - isal->avail_out;
	}
}

/* Inflates from *in on, to out; *in becomes what is to be given next. */
static void inflate_input(
	struct inflate *inflate, const uint8_t **in, const uint8_t *end, uint8_t *out, size_t cap)
{
	struct inflate_state *isal = &inflate->isal;

	if (!inflate->has_rest)
		begin_input(inflate, *in);
	if (!inflate->is_slow) {
		set_input(isal, *in);
		isal->avail_in = (uint32_t)(end - *in);
		set_output(isal, out, cap);
		inflate->is_slow = run_library(isal) != ISAL_DECOMP_OK;
		if (inflate->is_slow)
			go_back(inflate, end);
	}
	if (inflate->is_slow) {
		set_output(isal, out, cap);
		inflate_slowly(inflate, end);
	}
	/* what was taken stays so */
	if (isal->next_in > *in)
		*in = isal->next_in;
	inflate->back = (size_t)(*in - isal->next_in);
	inflate->has_rest = *in != end;
}

static size_t at_once(size_t len)
{
	return len < MOST_AT_ONCE ? len : MOST_AT_ONCE;
}

enum inflate_result inflate_run(struct inflate *inflate, const uint8_t **in, size_t *in_len,
	uint8_t *out, size_t cap, size_t *out_len)
{
	struct inflate_state *isal = &inflate->isal;
	const uint8_t *const before = *in;
	const size_t out_given = at_once(cap);

	if (inflate->bad) {
		set_output(isal, out, out_given);
		hand_out_rest(isal);
	} else {
		inflate_input(inflate, in, *in + at_once(*in_len), out, out_given);
	}
	upper_clear();
	*in_len -= (size_t)(*in - before);
	*out_len = out_given - isal->avail_out;
	inflate->handed_out += *out_len;
	if (inflate->bad)
		return held(isal) > 0 ? INFLATE_MORE : INFLATE_BAD;
	return isal->block_state == ISAL_BLOCK_FINISH ? INFLATE_DONE : INFLATE_MORE;
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

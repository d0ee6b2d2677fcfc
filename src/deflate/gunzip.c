/*
 * Reads gzip streams as a machine of steps, each of which takes what it needs
 * of the input, so that a stream may be cut into pieces anywhere:
 *
 *   HEADER -> DATA -> TRAILER -> BETWEEN -> PADDING -> END
 *      ^                            |
 *      '----------------------------'
 *
 * What a step finds wrong is noted, if it is the first, and leads to END; only
 * a wrong CRC-32 or ISIZE goes on to the next member, as the bytes are out by
 * then. Where damage is, is told in bytes of the stream as stored, never
 * beyond what was given.
 *
 * Recovery. All that the library could inflate is handed out before the damage
 * is told, because the caller wants every whole record that was there: a step
 * that finds damage has already moved what it gave into the output, and run()
 * returns that output together with GUNZIP_END. Nothing is tried after damaged
 * deflate data: where the next member begins could only be guessed, and records
 * out of a guess may be wrong without anybody noticing.
 */
#include "deflate/gunzip.h"

#include <stdlib.h>
#include <string.h>

#include "deflate/crc32.h"
#include "deflate/header.h"
#include "deflate/inflate.h"

#define TRAILER_LEN 8

/*
 * What is inflated before its CRC-32 is computed, unless that is done later: it should
 * still be in the cache then.
 */
#define SLICE ((size_t)256 << 10)

/* As many blocks as may be under way before the oldest of them is checked here. */
#define PARTS 32

/* What is shorter is checked in less time than it takes to leave it to another. */
#define SHORTEST_PART ((size_t)64 << 10)

enum gunzip_step {
	STEP_HEADER,
	STEP_DATA,
	STEP_TRAILER,
	STEP_BETWEEN,
	STEP_PADDING,
	STEP_END,
};

struct gunzip {
	struct inflate *inflate;
	struct gunzip_report report;
	enum gunzip_step step;
	uint64_t member; /* begun so far */
	uint64_t taken;  /* bytes of the stream so far */
	struct header header;
	uint32_t crc; /* of what this member gave, before parts and unchecked bytes */
	uint32_t size;
	uint8_t trailer[TRAILER_LEN]; /* as far as it was read */
	size_t trailer_len;

	/* checks that are left to others: parts[first], … in the order of the bytes */
	bool checks_later;
	struct crc_part *parts;
	size_t first;
	size_t part_count;
	size_t unchecked; /* bytes after these parts */
};

_Static_assert(INFLATE_MOST_LEFT <= TRAILER_LEN,
	"what was read ahead of the data's end belongs to the trailer");

/* The rest of the input, and of the room for output. */
struct window {
	const uint8_t *in;
	size_t in_len;
	uint8_t *out;
	size_t cap;
};

const char *gunzip_damage_text(enum gunzip_damage damage)
{
	static const char *const texts[] = {
		[GUNZIP_INTACT] = "it is intact",
		[GUNZIP_CUT_HEADER] = "the gzip header is cut off",
		[GUNZIP_CUT_DATA] = "the compressed data is cut off",
		[GUNZIP_CUT_TRAILER] = "the gzip trailer is cut off",
		[GUNZIP_BAD_MAGIC] = "it is not gzip",
		[GUNZIP_BAD_METHOD] = "the compression method is unknown",
		[GUNZIP_BAD_FLAGS] = "a reserved flag of gzip is set",
		[GUNZIP_BAD_HEADER_CRC] = "the gzip header's CRC is wrong",
		[GUNZIP_BAD_DATA] = "the compressed data is damaged",
		[GUNZIP_BAD_CRC] = "the CRC-32 is wrong",
		[GUNZIP_BAD_SIZE] = "the length is wrong",
		[GUNZIP_GARBAGE] = "garbage follows",
		[GUNZIP_NO_MEMORY] = "out of memory",
	};

	return texts[damage];
}

bool gunzip_is_magic(const uint8_t *bytes, size_t len)
{
	return len >= 2 && bytes[0] == HEADER_MAGIC_1 && bytes[1] == HEADER_MAGIC_2;
}

struct gunzip *gunzip_new(void)
{
	struct gunzip *gunzip = calloc(1, sizeof(*gunzip));

	if (!gunzip)
		return NULL;
	gunzip->inflate = inflate_new();
	gunzip->parts = calloc(PARTS, sizeof(*gunzip->parts));
	if (!gunzip->inflate || !gunzip->parts) {
		inflate_free(gunzip->inflate);
		free(gunzip->parts);
		free(gunzip);
		return NULL;
	}
	for (size_t i = 0; i < PARTS; i++)
		crc_part_init(&gunzip->parts[i]);
	gunzip_reset(gunzip);
	return gunzip;
}

void gunzip_free(struct gunzip *gunzip)
{
	if (!gunzip)
		return;
	for (size_t i = 0; i < PARTS; i++)
		crc_part_destroy(&gunzip->parts[i]);
	free(gunzip->parts);
	inflate_free(gunzip->inflate);
	free(gunzip);
}

static struct crc_part *part_at(const struct gunzip *gunzip, size_t number)
{
	return &gunzip->parts[(gunzip->first + number) % PARTS];
}

void gunzip_reset(struct gunzip *gunzip)
{
	*gunzip = (struct gunzip){.inflate = gunzip->inflate,
		.parts = gunzip->parts,
		.step = STEP_HEADER,
		.member = 1};
	header_begin(&gunzip->header);
}

/* ---- the CRC-32 ----------------------------------------------------------- */

void gunzip_check_later(struct gunzip *gunzip)
{
	gunzip->checks_later = true;
}

size_t gunzip_unchecked(const struct gunzip *gunzip)
{
	return gunzip->unchecked;
}

static void end_first_part(struct gunzip *gunzip)
{
	gunzip->crc = crc_part_end(part_at(gunzip, 0), gunzip->crc);
	gunzip->first++;
	gunzip->part_count--;
}

/* Checks the first len of the unchecked bytes, which are at data. */
static void check_first(struct gunzip *gunzip, const uint8_t *data, size_t len)
{
	while (gunzip->part_count > 0)
		end_first_part(gunzip);
	gunzip->crc = crc32_update(gunzip->crc, data, len);
	gunzip->unchecked -= len;
}

void gunzip_check(struct gunzip *gunzip, const uint8_t *end)
{
	check_first(gunzip, end - gunzip->unchecked, gunzip->unchecked);
}

struct crc_part *gunzip_defer(struct gunzip *gunzip, const uint8_t *data, size_t len)
{
	struct crc_part *part;

	if (len < SHORTEST_PART) {
		if (len > 0)
			check_first(gunzip, data, len);
		return NULL;
	}
	if (gunzip->part_count == PARTS)
		end_first_part(gunzip);
	part = part_at(gunzip, gunzip->part_count++);
	crc_part_begin(part, data, len);
	gunzip->unchecked -= len;
	return part;
}

/* ---- the steps ------------------------------------------------------------ */

struct gunzip_report gunzip_report(const struct gunzip *gunzip)
{
	return gunzip->report;
}

static void note(struct gunzip *gunzip, enum gunzip_damage damage, uint64_t offset)
{
	if (gunzip->report.damage == GUNZIP_INTACT)
		gunzip->report = (struct gunzip_report){
			.damage = damage, .member = gunzip->member, .offset = offset};
}

static void end_with(struct gunzip *gunzip, enum gunzip_damage damage, uint64_t offset)
{
	note(gunzip, damage, offset);
	gunzip->step = STEP_END;
}

/* After the first member, what is none is garbage. */
static void end_with_bad_header(struct gunzip *gunzip)
{
	static const enum gunzip_damage damages[] = {
		[HEADER_NO_MAGIC] = GUNZIP_BAD_MAGIC,
		[HEADER_BAD_METHOD] = GUNZIP_BAD_METHOD,
		[HEADER_BAD_FLAGS] = GUNZIP_BAD_FLAGS,
		[HEADER_BAD_CRC] = GUNZIP_BAD_HEADER_CRC,
	};
	enum gunzip_damage damage = damages[gunzip->header.fault];
	uint64_t offset = gunzip->taken - gunzip->header.fault_back;

	if (damage == GUNZIP_BAD_MAGIC && gunzip->member > 1) {
		gunzip->member--;
		damage = GUNZIP_GARBAGE;
	}
	end_with(gunzip, damage, offset);
}

/* This and the following run a step; they return true if they got on. */
static bool run_header(struct gunzip *gunzip, struct window *window)
{
	const uint8_t *before = window->in;
	enum header_result result;

	if (window->in_len == 0)
		return false;
	result = header_run(&gunzip->header, &window->in, &window->in_len);
	gunzip->taken += (uint64_t)(window->in - before);
	if (result == HEADER_BAD) {
		end_with_bad_header(gunzip);
	} else if (result == HEADER_DONE) {
		inflate_reset(gunzip->inflate);
		gunzip->crc = 0;
		gunzip->size = 0;
		gunzip->step = STEP_DATA;
	}
	return true;
}

static void end_data(struct gunzip *gunzip, enum inflate_result result)
{
	/*
	 * The library reads ahead: up to eight bytes that it took are not of
	 * the data. At its end they begin the trailer, which is as long, so
	 * none belongs to the next member; at damage they tell where it is.
	 */
	gunzip->trailer_len = inflate_left(gunzip->inflate, gunzip->trailer);
	gunzip->step = STEP_TRAILER;
	if (result == INFLATE_BAD)
		end_with(gunzip, GUNZIP_BAD_DATA, gunzip->taken - gunzip->trailer_len);
	else if (result == INFLATE_NO_MEMORY)
		end_with(gunzip, GUNZIP_NO_MEMORY, gunzip->taken);
}

/* Room that was not filled means that the library holds nothing more. */
static bool run_data(struct gunzip *gunzip, struct window *window)
{
	const uint8_t *before = window->in;
	size_t cap = window->cap < SLICE ? window->cap : SLICE;
	size_t out_len;
	enum inflate_result result = inflate_run(
		gunzip->inflate, &window->in, &window->in_len, window->out, cap, &out_len);

	gunzip->taken += (uint64_t)(window->in - before);
	gunzip->size += (uint32_t)out_len;
	gunzip->unchecked += out_len;
	window->out += out_len;
	window->cap -= out_len;
	if (!gunzip->checks_later || result == INFLATE_DONE)
		gunzip_check(gunzip, window->out);
	if (result == INFLATE_MORE)
		return out_len == cap || window->in_len > 0;
	end_data(gunzip, result);
	return true;
}

static uint32_t number(const uint8_t *bytes)
{
	return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
	       (uint32_t)bytes[3] << 24;
}

static bool run_trailer(struct gunzip *gunzip, struct window *window)
{
	uint64_t begin;

	while (gunzip->trailer_len < TRAILER_LEN) {
		if (window->in_len == 0)
			return false;
		gunzip->trailer[gunzip->trailer_len++] = *window->in++;
		window->in_len--;
		gunzip->taken++;
	}
	begin = gunzip->taken - TRAILER_LEN;
	/* Noted only, and the next member is read: what was inflated is out,
	 * and deflate data that came to its end tells where a member ends. */
	if (number(gunzip->trailer) != gunzip->crc)
		note(gunzip, GUNZIP_BAD_CRC, begin);
	else if (number(gunzip->trailer + 4) != gunzip->size)
		note(gunzip, GUNZIP_BAD_SIZE, begin + 4);
	gunzip->step = STEP_BETWEEN;
	return true;
}

static bool run_between(struct gunzip *gunzip, struct window *window)
{
	if (window->in_len == 0)
		return false;
	/* One byte decides, as no more may come: a lone one is a cut header. */
	if (window->in[0] == HEADER_MAGIC_1) {
		gunzip->member++;
		header_begin(&gunzip->header);
		gunzip->step = STEP_HEADER;
	} else {
		gunzip->step = STEP_PADDING;
	}
	return true;
}

static bool run_padding(struct gunzip *gunzip, struct window *window)
{
	while (window->in_len > 0 && window->in[0] == 0) {
		window->in++;
		window->in_len--;
		gunzip->taken++;
	}
	if (window->in_len == 0)
		return false;
	end_with(gunzip, GUNZIP_GARBAGE, gunzip->taken);
	return true;
}

static bool run_step(struct gunzip *gunzip, struct window *window)
{
	static bool (*const runs[])(struct gunzip *, struct window *) = {
		[STEP_HEADER] = run_header,
		[STEP_DATA] = run_data,
		[STEP_TRAILER] = run_trailer,
		[STEP_BETWEEN] = run_between,
		[STEP_PADDING] = run_padding,
	};

	return runs[gunzip->step](gunzip, window);
}

/* The input has ended where the machine wants more of it. */
static void end_here(struct gunzip *gunzip)
{
	static const enum gunzip_damage damage[] = {
		[STEP_HEADER] = GUNZIP_CUT_HEADER,
		[STEP_DATA] = GUNZIP_CUT_DATA,
		[STEP_TRAILER] = GUNZIP_CUT_TRAILER,
		[STEP_BETWEEN] = GUNZIP_INTACT,
		[STEP_PADDING] = GUNZIP_INTACT,
	};

	if (damage[gunzip->step] != GUNZIP_INTACT)
		note(gunzip, damage[gunzip->step], gunzip->taken);
	gunzip->step = STEP_END;
}

static enum gunzip_state run(struct gunzip *gunzip, struct window *window, bool at_end)
{
	while (gunzip->step != STEP_END) {
		if (gunzip->step == STEP_DATA && window->cap == 0)
			return GUNZIP_MORE_OUTPUT;
		if (run_step(gunzip, window))
			continue;
		if (!at_end)
			return GUNZIP_MORE_INPUT;
		end_here(gunzip);
	}
	return GUNZIP_END;
}

enum gunzip_state gunzip_run(struct gunzip *gunzip, const uint8_t **in, size_t *in_len, bool at_end,
	uint8_t *out, size_t cap, size_t *out_len)
{
	struct window window = {*in, *in_len, out, cap};
	enum gunzip_state state = run(gunzip, &window, at_end);

	*in = window.in;
	*in_len = window.in_len;
	*out_len = cap - window.cap;
	return state;
}

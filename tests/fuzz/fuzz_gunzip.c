/*
 * gzip streams: both inflate libraries behind gunzip.c against each other,
 * each against itself in other pieces, and against zlib's own reading of gzip;
 * and what the program itself compresses.
 *
 * An input's first byte seeds the pieces, its second says what the rest is: a
 * stream, deflate data to be wrapped with a trailer that fits, or a text to be
 * compressed.
 */
#include <zlib.h>

#include "deflate/gunzip.h"
#include "deflate/gzip.h"

#include "fuzz.h"
#include "zlib_gunzip.h"

/* What is inflated at most. */
#define MOST_OUTPUT ((size_t)512 << 10)

struct backend {
	struct gunzip *(*make)(void);
	void (*reset)(struct gunzip *gunzip);
	enum gunzip_state (*run)(struct gunzip *gunzip, const uint8_t **in, size_t *in_len,
		bool at_end, uint8_t *out, size_t cap, size_t *out_len);
	struct gunzip_report (*report)(const struct gunzip *gunzip);
	struct gunzip *gunzip;
};

static struct backend built = {gunzip_new, gunzip_reset, gunzip_run, gunzip_report, NULL};
static struct backend other = {
	zlib_gunzip_new, zlib_gunzip_reset, zlib_gunzip_run, zlib_gunzip_report, NULL};

struct outcome {
	struct bytes output;
	struct gunzip_report report;
	bool ended; /* before there was too much output */
};

#define OUTCOME_INIT                                                                               \
	{                                                                                          \
		.output = BYTES_INIT(SIZE_MAX / 2)                                                 \
	}

/* Sizes of pieces: from nothing to a few, now and then many. */
static size_t piece(uint32_t *seed, size_t most)
{
	uint32_t kind;

	*seed = *seed * 1664525 + 1013904223;
	kind = *seed >> 28;
	if (kind == 0)
		return most;
	return (*seed >> 16) % (kind < 12 ? 9 : 300);
}

/* What runs hand out, by turns, so that one may be checked after the next one was made. */
static struct room {
	uint8_t bytes[65536];
	struct crc_part *due;
} rooms[2];

/* Leaves the check of what is unchecked, up to end, to later, or not. */
static struct crc_part *leave(struct gunzip *gunzip, const uint8_t *end, uint32_t *seed)
{
	size_t len = gunzip_unchecked(gunzip);

	if (piece(seed, 1) != 0)
		return gunzip_defer(gunzip, end - len, len);
	gunzip_check(gunzip, end);
	return NULL;
}

/*
 * Runs a stream through a back end; with seed 0 all at once. An odd seed has what the
 * program is built with leave checks to others.
 */
static void inflate_all(
	struct backend *backend, struct outcome *outcome, const struct bytes *stream, uint32_t seed)
{
	bool checks_later = backend == &built && seed % 2 != 0;
	size_t number = 0;
	const uint8_t *in = (const uint8_t *)stream->data;
	size_t left = stream->len, given = seed == 0 ? left : 0;
	enum gunzip_state state = GUNZIP_MORE_INPUT;

	if (backend->gunzip == NULL)
		backend->gunzip = backend->make();
	PROMISE(backend->gunzip != NULL);
	backend->reset(backend->gunzip);
	if (checks_later)
		gunzip_check_later(backend->gunzip);
	bytes_clear(&outcome->output);
	while (state != GUNZIP_END && outcome->output.len < MOST_OUTPUT) {
		struct room *room = &rooms[number++ % 2];
		size_t cap = seed == 0 ? sizeof room->bytes : piece(&seed, sizeof room->bytes);
		size_t before = given, got = 0;

		if (room->due != NULL)
			crc_part_compute(room->due);
		room->due = NULL;
		state = backend->run(
			backend->gunzip, &in, &given, given == left, room->bytes, cap, &got);
		PROMISE(got <= cap && given <= before);
		left -= before - given;
		fuzz_append(&outcome->output, room->bytes, got);
		if (checks_later)
			room->due = leave(backend->gunzip, room->bytes + got, &seed);
		if (state == GUNZIP_MORE_OUTPUT)
			PROMISE(got == cap);
		if (state != GUNZIP_MORE_INPUT)
			continue;
		PROMISE(given == 0 && left != 0);
		given = seed == 0 ? left : piece(&seed, left);
		if (given > left)
			given = left;
	}
	outcome->ended = state == GUNZIP_END;
	outcome->report = backend->report(backend->gunzip);
	PROMISE(outcome->report.offset <= stream->len);
}

/* ---- zlib's own reading ------------------------------------------------ */

/* Inflates one member; returns the bytes taken, or 0 when it is not whole. */
static size_t own_member(struct bytes *output, const uint8_t *in, size_t len, int window)
{
	static uint8_t room[65536];
	z_stream zlib = {.next_in = (Bytef *)(uintptr_t)in, .avail_in = (uInt)len};
	int result;

	PROMISE(inflateInit2(&zlib, window) == Z_OK);
	do {
		zlib.next_out = room;
		zlib.avail_out = sizeof room;
		result = inflate(&zlib, Z_NO_FLUSH);
		fuzz_append(output, room, sizeof room - zlib.avail_out);
	} while (result == Z_OK && output->len < MOST_OUTPUT);
	PROMISE(inflateEnd(&zlib) == Z_OK);
	return result == Z_STREAM_END ? len - zlib.avail_in : 0;
}

/* Tells if all of a stream is whole members and zeros, as zlib sees it. */
static bool own_reading(struct bytes *output, const struct bytes *stream)
{
	const uint8_t *in = (const uint8_t *)stream->data;
	size_t len = stream->len;

	bytes_clear(output);
	do {
		size_t taken = own_member(output, in, len, 15 + 16);

		if (taken == 0)
			return false;
		in += taken;
		len -= taken;
	} while (len != 0 && in[0] != 0);
	while (len != 0 && in[0] == 0) {
		in++;
		len--;
	}
	return len == 0;
}

/* ---- streams ----------------------------------------------------------- */

static void put_number(struct bytes *to, unsigned long value)
{
	for (int i = 0; i < 4; i++) {
		char byte = (char)(value >> (8 * i) & 0xff);

		fuzz_append(to, &byte, 1);
	}
}

/* Header, the data up to their end, and a trailer that fits, if they end. */
static void wrap(struct bytes *stream, const uint8_t *data, size_t len)
{
	static const char header[] = "\x1f\x8b\x08\0\0\0\0\0\0\xff";
	static struct bytes output = BYTES_INIT(SIZE_MAX / 2);
	size_t taken;

	bytes_clear(&output);
	PROMISE(bytes_reserve(&output, 1) == 0);
	taken = own_member(&output, data, len, -15);
	fuzz_append(stream, header, sizeof header - 1);
	fuzz_append(stream, data, taken == 0 ? len : taken);
	if (taken == 0)
		return;
	put_number(stream, crc32(0, (const Bytef *)output.data, (uInt)output.len));
	put_number(stream, output.len);
}

/* Compresses a text as -z does, twice: two members, alike. */
static void compress_twice(struct bytes *stream, const uint8_t *data, size_t len)
{
	static struct gzip *gzip;
	size_t once;

	if (gzip == NULL)
		gzip = gzip_new();
	PROMISE(gzip != NULL);
	PROMISE(gzip_member(gzip, data, len, stream) == 0);
	once = stream->len;
	PROMISE(gzip_member(gzip, data, len, stream) == 0);
	fuzz_equal("two members", stream->data, once, stream->data + once, stream->len - once);
}

/* What was compressed comes out again, twice. */
static void check_compressed(const struct outcome *outcome, const uint8_t *data, size_t len)
{
	PROMISE(outcome->report.damage == GUNZIP_INTACT);
	PROMISE(outcome->output.len == 2 * len);
	for (size_t i = 0; i < 2 && len != 0; i++)
		PROMISE(memcmp(outcome->output.data + i * len, data, len) == 0);
}

/* ---- promises ---------------------------------------------------------- */

static bool is_prefix(const struct bytes *a, const struct bytes *b)
{
	size_t len = a->len < b->len ? a->len : b->len;

	return len == 0 || memcmp(a->data, b->data, len) == 0;
}

/* Where bad data is told to be depends a little on what was read ahead. */
static bool is_near(uint64_t a, uint64_t b)
{
	return a < b ? b - a <= 8 : a - b <= 8;
}

/* In other pieces the same comes out, near damage too. */
static void check_pieces(struct backend *backend, const struct outcome *whole,
	const struct bytes *stream, uint32_t seed)
{
	static struct outcome parts = OUTCOME_INIT;

	inflate_all(backend, &parts, stream, seed);
	PROMISE(is_prefix(&parts.output, &whole->output));
	if (!parts.ended || !whole->ended)
		return;
	PROMISE(parts.output.len == whole->output.len);
	PROMISE(parts.report.damage == whole->report.damage);
	PROMISE(parts.report.member == whole->report.member);
	PROMISE(parts.report.offset == whole->report.offset ||
		(whole->report.damage == GUNZIP_BAD_DATA &&
			is_near(parts.report.offset, whole->report.offset)));
}

/* After another stream the same comes out. */
static void check_history(
	struct backend *backend, const struct outcome *whole, const struct bytes *stream)
{
	/* One block with dynamic codes, whose tables stay behind. */
	static char before[] = "\x1f\x8b\x08\0\0\0\0\0\0\xff\x1d\xc6\x49\x01\0\0\x10\x40"
			       "\xc0\xac\xa3\x7f\x88\x3d\x3c\x20\x2a\x97\x9d\x37\x5e\x1d\x0c";
	struct bytes dirt = {before, sizeof before - 1, 0, 0};
	static struct outcome other_stream = OUTCOME_INIT, again = OUTCOME_INIT;

	inflate_all(backend, &other_stream, &dirt, 0);
	PROMISE(other_stream.output.len != 0);
	inflate_all(backend, &again, stream, 0);
	fuzz_equal("outputs after another stream", again.output.data, again.output.len,
		whole->output.data, whole->output.len);
	PROMISE(again.report.damage == whole->report.damage);
	PROMISE(again.report.member == whole->report.member);
	PROMISE(again.report.offset == whole->report.offset);
}

/*
 * Alike but for data that one of them finds bad: zlib also refuses code sets
 * that are incomplete, ISA-L finds some data bad sooner, so that it does not
 * see that they are cut; and near damage one may hand out more. After a wrong
 * checksum the next member is read, and what that holds is not in the report.
 */
static void check_alike(const struct outcome *isal, const struct outcome *zlib)
{
	PROMISE(is_prefix(&isal->output, &zlib->output));
	if (!isal->ended || !zlib->ended || zlib->report.damage == GUNZIP_BAD_DATA)
		return;
	if (isal->report.damage == GUNZIP_BAD_DATA) {
		PROMISE(zlib->report.damage == GUNZIP_CUT_DATA);
		PROMISE(zlib->report.member == isal->report.member);
		return;
	}
	PROMISE(isal->report.damage == zlib->report.damage);
	PROMISE(isal->report.member == zlib->report.member);
	PROMISE(isal->report.offset == zlib->report.offset);
	if (zlib->report.damage != GUNZIP_CUT_DATA && zlib->report.damage != GUNZIP_BAD_CRC &&
		zlib->report.damage != GUNZIP_BAD_SIZE)
		PROMISE(isal->output.len == zlib->output.len);
}

static void check_own(const struct outcome *zlib, const struct bytes *stream)
{
	static struct bytes own = BYTES_INIT(SIZE_MAX / 2);
	bool whole = own_reading(&own, stream);

	PROMISE(is_prefix(&own, &zlib->output));
	if (!zlib->ended || own.len >= MOST_OUTPUT)
		return;
	PROMISE(whole == (zlib->report.damage == GUNZIP_INTACT));
	if (whole)
		PROMISE(own.len == zlib->output.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct outcome first = OUTCOME_INIT, second = OUTCOME_INIT;
	static struct bytes stream = BYTES_INIT(SIZE_MAX / 2);
	uint32_t seed;

	if (len < 3)
		return 0;
	seed = data[0] * 2654435761u + 1;
	bytes_clear(&stream);
	if (data[1] % 3 == 0)
		fuzz_append(&stream, data + 2, len - 2);
	else if (data[1] % 3 == 1)
		wrap(&stream, data + 2, len - 2);
	else
		compress_twice(&stream, data + 2, len - 2);
	inflate_all(&built, &first, &stream, 0);
	inflate_all(&other, &second, &stream, 0);
	check_history(&built, &first, &stream);
	check_history(&other, &second, &stream);
	check_pieces(&built, &first, &stream, seed);
	check_pieces(&other, &second, &stream, seed);
	check_alike(&first, &second);
	check_own(&second, &stream);
	if (data[1] % 3 == 2)
		check_compressed(&first, data + 2, len - 2);
	return 0;
}

/* Gzip streams: whole ones cut anywhere, and every kind of damage. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "deflate/gunzip.h"
#include "deflate/gzip.h"
#include "stream.h"

static struct gunzip *gunzip;
static struct stream stream;

/* What came out, and what was told of it. */
static struct {
	char text[400000];
	size_t len;
	struct gunzip_report report;
} got;

/* Inflates in pieces of in_piece bytes, into room for out_piece. Each piece has memory of
 * its own, which is gone when it was taken. */
static void inflate_in(const uint8_t *bytes, size_t len, size_t in_piece, size_t out_piece)
{
	enum gunzip_state state = GUNZIP_MORE_INPUT;
	uint8_t *piece = NULL;
	const uint8_t *in = NULL;
	size_t at = 0, left = 0, out;

	gunzip_reset(gunzip);
	got.len = 0;
	while (state != GUNZIP_END) {
		if (state == GUNZIP_MORE_INPUT) {
			assert_int_equal(left, 0);
			free(piece);
			left = len - at < in_piece ? len - at : in_piece;
			in = piece = malloc(left + 1);
			memcpy(piece, bytes + at, left);
			at += left;
		}
		state = gunzip_run(gunzip, &in, &left, at == len, (uint8_t *)got.text + got.len,
			out_piece, &out);
		assert_true(out <= out_piece);
		got.len += out;
	}
	free(piece);
	got.report = gunzip_report(gunzip);
	assert_true(got.report.offset <= len);
}

static void inflate_all(void)
{
	inflate_in(stream.bytes, stream.len, stream.len + 1, 100000);
}

static void assert_text(const char *text)
{
	assert_int_equal(got.len, strlen(text));
	assert_memory_equal(got.text, text, got.len);
}

static void assert_damage(enum gunzip_damage damage, uint64_t member, uint64_t offset)
{
	assert_int_equal(got.report.damage, damage);
	assert_int_equal(got.report.member, member);
	assert_int_equal(got.report.offset, offset);
	assert_true(strlen(gunzip_damage_text(damage)) > 5);
}

/* About 2 KB of compressed lines, as gzip_member makes them. */
static size_t compress_lines(struct bytes *out, struct bytes *lines)
{
	struct gzip *gzip = gzip_new();

	for (unsigned i = 0; i < 300; i++) {
		assert_int_equal(bytes_append_text(lines, "{\"line\":"), 0);
		assert_int_equal(bytes_append_number(lines, i * 2654435761u), 0);
		assert_int_equal(bytes_append_text(lines, "}\n"), 0);
	}
	assert_int_equal(gzip_member(gzip, lines->data, lines->len, out), 0);
	gzip_free(gzip);
	return out->len;
}

static void test_every_cutting(void **state)
{
	(void)state;
	stream.len = 0;
	add_member(&stream, "one\ntw");
	add_member(&stream, "");
	add_member(&stream, "o\nthree\n");
	for (size_t in = 1; in <= stream.len; in++)
		for (size_t out = 1; out < 20; out++) {
			inflate_in(stream.bytes, stream.len, in, out);
			assert_text("one\ntwo\nthree\n");
			assert_int_equal(got.report.damage, GUNZIP_INTACT);
		}
}

static void test_header_flags(void **state)
{
	(void)state;
	for (unsigned flags = 0; flags < 32; flags++)
		for (size_t in = 1; in < 300000; in = in * 7 + 1) {
			stream.len = 0;
			add_header(&stream, flags, 100000);
			add_stored(&stream, "abc", 3);
			add_trailer(&stream, "abc", 3);
			inflate_in(stream.bytes, stream.len, in, 100);
			assert_text("abc");
			assert_int_equal(got.report.damage, GUNZIP_INTACT);
		}
}

/* An extra field that says that it is empty. */
static void test_empty_extra_field(void **state)
{
	(void)state;
	for (size_t in = 1; in < 40; in++) {
		stream.len = 0;
		add_bytes(&stream, "\x1f\x8b\x08\x0c\0\0\0\0\0\x03", 10);
		add_bytes(&stream, "\0\0name\0", 7);
		add_stored(&stream, "abc", 3);
		add_trailer(&stream, "abc", 3);
		inflate_in(stream.bytes, stream.len, in, 100);
		assert_text("abc");
		assert_int_equal(got.report.damage, GUNZIP_INTACT);
	}
}

static void test_bad_headers(void **state)
{
	(void)state;
	for (unsigned bit = 32; bit < 256; bit *= 2) {
		stream.len = 0;
		add_member(&stream, "abc");
		stream.bytes[3] = (uint8_t)bit;
		inflate_all();
		assert_int_equal(got.len, 0);
		assert_damage(GUNZIP_BAD_FLAGS, 1, 3);
	}
	stream.len = 0;
	add_member(&stream, "abc");
	stream.bytes[2] = 7;
	inflate_all();
	assert_int_equal(got.len, 0);
	assert_damage(GUNZIP_BAD_METHOD, 1, 2);
	stream.len = 0;
	add_header(&stream, 2, 0);
	stream.bytes[10] ^= 1;
	add_stored(&stream, "abc", 3);
	inflate_all();
	assert_int_equal(got.len, 0);
	assert_int_equal(got.report.damage, GUNZIP_BAD_HEADER_CRC);
}

/* The bytes are out; the next member is read. */
static void test_bad_trailer(void **state)
{
	size_t first;

	(void)state;
	for (size_t back = 1; back <= 8; back++) {
		stream.len = 0;
		add_member(&stream, "one\n");
		first = stream.len;
		stream.bytes[first - back] ^= 0x10;
		add_member(&stream, "two\n");
		inflate_all();
		assert_text("one\ntwo\n");
		if (back > 4)
			assert_damage(GUNZIP_BAD_CRC, 1, first - 8);
		else
			assert_damage(GUNZIP_BAD_SIZE, 1, first - 4);
	}
}

static void test_behind(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		enum gunzip_damage damage;
	} cases[] = {
		{"\0\0\0", 3, GUNZIP_INTACT},
		{"x", 1, GUNZIP_GARBAGE},
		{"\0\0x", 3, GUNZIP_GARBAGE},
		{"\x1f", 1, GUNZIP_CUT_HEADER},
		{"\x1f\x8b", 2, GUNZIP_CUT_HEADER},
		{"\x1fx", 2, GUNZIP_GARBAGE},
		{"{\"a\":1}\n", 8, GUNZIP_GARBAGE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		for (size_t in = 1; in < 50; in++) {
			stream.len = 0;
			add_member(&stream, "abc\n");
			add_bytes(&stream, cases[i].text, cases[i].len);
			inflate_in(stream.bytes, stream.len, in, 100);
			assert_text("abc\n");
			assert_int_equal(got.report.damage, cases[i].damage);
		}
}

static void test_no_gzip(void **state)
{
	(void)state;
	inflate_in((const uint8_t *)"plain", 5, 5, 10);
	assert_int_equal(got.len, 0);
	assert_int_equal(got.report.damage, GUNZIP_BAD_MAGIC);
	assert_true(gunzip_is_magic((const uint8_t *)"\x1f\x8b", 2));
	assert_false(gunzip_is_magic((const uint8_t *)"\x1f\x8b", 1));
	assert_false(gunzip_is_magic((const uint8_t *)"\x8b\x1f", 2));
}

/* A stream that ends early: always damage, and a beginning of the text. */
static void test_every_truncation(void **state)
{
	struct bytes packed = BYTES_INIT(1 << 20);
	struct bytes lines = BYTES_INIT(1 << 20);
	size_t len = compress_lines(&packed, &lines);
	size_t before = 0;

	(void)state;
	for (size_t cut = 0; cut <= len; cut++) {
		uint8_t *copy = malloc(cut + 1);

		memcpy(copy, packed.data, cut);
		inflate_in(copy, cut, cut + 1, 50000);
		assert_true(got.len <= lines.len && got.len >= before);
		assert_memory_equal(got.text, lines.data, got.len);
		if (cut == len)
			assert_int_equal(got.report.damage, GUNZIP_INTACT);
		else if (cut > 0)
			assert_int_equal(got.report.offset, cut);
		if (cut > 0 && cut < len)
			assert_true(got.report.damage == GUNZIP_CUT_HEADER ||
				    got.report.damage == GUNZIP_CUT_DATA ||
				    got.report.damage == GUNZIP_CUT_TRAILER);
		before = got.len;
		free(copy);
	}
	assert_int_equal(before, lines.len);
	bytes_free(&packed);
	bytes_free(&lines);
}

/* Each bit flipped: intact, the very same text comes out; else damage. */
static void test_every_bit(void **state)
{
	struct bytes packed = BYTES_INIT(1 << 20);
	struct bytes lines = BYTES_INIT(1 << 20);
	size_t len = compress_lines(&packed, &lines);

	(void)state;
	for (size_t bit = 0; bit < len * 8; bit++) {
		uint8_t *bytes = (uint8_t *)packed.data;

		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		inflate_in(bytes, len, len, 200000);
		if (got.report.damage == GUNZIP_INTACT) {
			assert_int_equal(got.len, lines.len);
			assert_memory_equal(got.text, lines.data, got.len);
		}
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	bytes_free(&packed);
	bytes_free(&lines);
}

/* More text than a library holds itself, in blocks so short that where one is damaged the
 * next one's header is not where it should be; now and then a byte gives very much. */
static size_t compress_many(uint8_t *packed, size_t cap)
{
	z_stream zlib = {.next_out = packed, .avail_out = (uInt)cap};
	uint32_t seed = 1;
	char line[20000];

	assert_int_equal(deflateInit2(&zlib, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	while (zlib.total_in < 300000) {
		seed = seed * 1664525 + 1013904223;
		zlib.avail_in = (uInt)snprintf(line, sizeof(line),
			"{\"from\":\"10.0.0.1\",\"bytes\":%" PRIu32 "}\n", seed);
		if (seed >> 27 == 1) {
			memset(line, 'a', sizeof(line));
			zlib.avail_in = sizeof(line);
		}
		zlib.next_in = (Bytef *)line;
		assert_int_equal(deflate(&zlib, seed >> 28 == 0 ? Z_SYNC_FLUSH : Z_NO_FLUSH), Z_OK);
	}
	assert_int_equal(deflate(&zlib, Z_FINISH), Z_STREAM_END);
	assert_int_equal(deflateEnd(&zlib), Z_OK);
	return zlib.total_out;
}

/* However a damaged stream is given and taken, the same comes out of it, and the
 * same is told. */
static void test_damage_in_pieces(void **state)
{
	static const struct {
		size_t in, out;
	} pieces[] = {{SIZE_MAX, 1000}, {SIZE_MAX, 40000}, {SIZE_MAX, 100000}, {700, 300000},
		{700, 70000}, {9, 33000}};
	enum { DAMAGED = 20 };
	uint8_t *bytes = stream.bytes;
	const size_t packed = compress_many(bytes, sizeof(stream.bytes));
	struct gunzip_report report;
	unsigned bad_data = 0;
	size_t len;
	char *text;

	(void)state;
	for (size_t at = 11; at + DAMAGED < packed; at += packed / 60) {
		for (size_t i = 0; i < DAMAGED; i++)
			bytes[at + i] ^= 0xa5;
		inflate_in(bytes, packed, packed, sizeof(got.text));
		len = got.len;
		report = got.report;
		bad_data += report.damage == GUNZIP_BAD_DATA;
		text = malloc(len + 1);
		memcpy(text, got.text, len);
		for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
			inflate_in(bytes, packed, pieces[i].in, pieces[i].out);
			assert_int_equal(got.len, len);
			assert_memory_equal(got.text, text, len);
			assert_int_equal(got.report.damage, report.damage);
			/* where the library notices it, which depends on what it has */
			assert_in_range(got.report.offset, report.offset - 8, report.offset + 8);
		}
		free(text);
		for (size_t i = 0; i < DAMAGED; i++)
			bytes[at + i] ^= 0xa5;
	}
	assert_true(bad_data > 10);
}

/* What comes right after few bytes that give very many: all that they give is handed out,
 * once. */
static void test_bad_block_after_a_run(void **state)
{
	static char text[200000];
	z_stream zlib = {.next_out = stream.bytes, .avail_out = sizeof(stream.bytes)};
	size_t packed;

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)(i < 100000 ? 'a' + i * i % 23 : 'z');
	zlib.next_in = (Bytef *)text;
	zlib.avail_in = sizeof(text);
	assert_int_equal(deflateInit2(&zlib, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	assert_int_equal(deflate(&zlib, Z_SYNC_FLUSH), Z_OK);
	packed = zlib.total_out;
	(void)deflateEnd(&zlib);
	/* of a type that there is not */
	memset(stream.bytes + packed, 0xff, 20);
	for (size_t piece = 100; piece < 2 * sizeof(text); piece += 1 + piece / 8) {
		inflate_in(stream.bytes, packed + 20, packed + 20, piece);
		assert_int_equal(got.report.damage, GUNZIP_BAD_DATA);
		assert_in_range(got.report.offset, packed - 8, packed + 8);
		assert_int_equal(got.len, sizeof(text));
		assert_memory_equal(got.text, text, sizeof(text));
	}
}

/* Where data is bad in input that was taken while little of what came of it was: that place
 * is told, and what is before it handed out. */
static void test_bad_place_taken_before(void **state)
{
	/* what the library holds itself, and what it keeps when that was handed out */
	enum { HELD = 65536, KEPT = 32768 };
	static char text[HELD + 3000];
	uint8_t *bytes = stream.bytes;
	uint32_t seed = 1;

	(void)state;
	for (size_t len = HELD + 8; len < sizeof(text); len += 37) {
		z_stream zlib = {.next_out = bytes, .avail_out = sizeof(stream.bytes)};
		const uint8_t *in = bytes;
		size_t left, out = 0;
		uint64_t offset;

		for (size_t i = 0; i < len; i++) {
			seed = seed * 1664525 + 1013904223;
			text[i] = (char)(seed >> 24);
		}
		assert_int_equal(
			deflateInit2(&zlib, 6, Z_DEFLATED, 15 + 16, 8, Z_HUFFMAN_ONLY), Z_OK);
		zlib.next_in = (Bytef *)text;
		zlib.avail_in = (uInt)len;
		assert_int_equal(deflate(&zlib, Z_SYNC_FLUSH), Z_OK);
		left = zlib.total_out + 20;
		(void)deflateEnd(&zlib);
		memset(bytes + left - 20, 0xff, 20);
		inflate_in(bytes, left, left, sizeof(got.text));
		offset = got.report.offset;
		gunzip_reset(gunzip);
		for (got.len = 0;
			gunzip_run(gunzip, &in, &left, true, (uint8_t *)got.text + got.len,
				got.len == 0         ? KEPT
				: got.len < KEPT + 8 ? 1
						     : 40000,
				&out) != GUNZIP_END;)
			got.len += out;
		got.len += out;
		got.report = gunzip_report(gunzip);
		assert_damage(GUNZIP_BAD_DATA, 1, offset);
		assert_int_equal(got.len, len);
		assert_memory_equal(got.text, text, len);
	}
}

/* What gzip_member makes is read again, members behind one another. */
static void test_round_trip(void **state)
{
	struct gzip *gzip = gzip_new();
	struct bytes packed = BYTES_INIT(1 << 20);
	char text[5000];

	(void)state;
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (char)('a' + i * i % 23);
	assert_int_equal(gzip_member(gzip, text, 0, &packed), 0);
	assert_int_equal(gzip_member(gzip, text, 3000, &packed), 0);
	assert_int_equal(gzip_member(gzip, text + 3000, 2000, &packed), 0);
	/* mtime 0, no name */
	assert_memory_equal(packed.data, "\x1f\x8b\x08\0\0\0\0\0", 8);
	inflate_in((uint8_t *)packed.data, packed.len, 100, 777);
	assert_int_equal(got.report.damage, GUNZIP_INTACT);
	assert_int_equal(got.len, sizeof text);
	assert_memory_equal(got.text, text, sizeof text);
	bytes_free(&packed);
	gzip_free(gzip);
}

static void test_crc32(void **state)
{
	(void)state;
	assert_int_equal(crc32_update(0, "123456789", 9), 0xcbf43926);
	assert_int_equal(crc32_update(crc32_update(0, "1234", 4), "56789", 5), 0xcbf43926);
	assert_int_equal(crc32_update(0, "", 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_cutting),
		cmocka_unit_test(test_header_flags),
		cmocka_unit_test(test_empty_extra_field),
		cmocka_unit_test(test_bad_headers),
		cmocka_unit_test(test_bad_trailer),
		cmocka_unit_test(test_behind),
		cmocka_unit_test(test_no_gzip),
		cmocka_unit_test(test_every_truncation),
		cmocka_unit_test(test_every_bit),
		cmocka_unit_test(test_damage_in_pieces),
		cmocka_unit_test(test_bad_block_after_a_run),
		cmocka_unit_test(test_bad_place_taken_before),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_crc32),
	};
	int failed;

	gunzip = gunzip_new();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	gunzip_free(gunzip);
	gunzip_free(NULL);
	return failed;
}

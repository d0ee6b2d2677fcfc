/* Blocks of whole records out of files, at every border that matters. */
#include "texts.h"

#include "../memory.h"

#include <errno.h>
#include <fcntl.h>

#include "base/bytes.h"
#include "deflate/crc32.h"
#include "deflate/gzip.h"
#include "flowlog/reader.h"

static struct flowlog_config config;
static struct bytes texts = BYTES_INIT((size_t)1 << 30);
static size_t blocks, pieces, lines_ended, units;
static bool half_line;

static void default_config(void)
{
	config = (struct flowlog_config){.max_record = LIMIT_RECORD_DEFAULT};
}

/* Reads a file to its end and gathers what the blocks held. */
static void read_file(const void *data, size_t len)
{
	struct reader *reader = reader_new(&config, NULL);
	const char *path = file_of(data, len);
	struct block block = {0};

	assert_non_null(reader);
	bytes_clear(&texts);
	blocks = pieces = units = 0;
	reader_open(reader, open(path, O_RDONLY), ENOENT);
	do {
		block_reset(&block);
		assert_int_equal(reader_next(reader, &block), 0);
		blocks++;
		pieces += block.kind == BLOCK_PIECE;
		units += block.unit_count;
		half_line = block.half_line;
		lines_ended = block.len == 0 || block.input_ends || block.kind != BLOCK_LINES ||
			      block.text[block.len - 1] == '\n';
		assert_true(lines_ended);
		assert_int_equal(bytes_append(&texts, block.text, block.len), 0);
	} while (!block.input_ends);
	reader_close(reader);
	block_free(&block);
	reader_free(reader);
	unlink(path);
}

static void assert_texts(const char *text, size_t len)
{
	assert_int_equal(texts.len, len);
	assert_memory_equal(texts.data, text, len);
}

/* Lines of many lengths, so that blocks end at every place of a line. */
static void test_lines(void **state)
{
	struct bytes text = BYTES_INIT((size_t)1 << 30);

	(void)state;
	default_config();
	while (text.len < 3 * LIMIT_BLOCK)
		for (size_t len = 0; len < 200; len++) {
			assert_int_equal(bytes_append_text(&text, "{\"x\":1}"), 0);
			for (size_t i = 0; i < len; i++)
				bytes_append_char(&text, ' ');
			bytes_append_char(&text, '\n');
		}
	read_file(text.data, text.len);
	assert_texts(text.data, text.len);
	assert_true(blocks >= 3 && pieces == 0);
	/* without the last line feed */
	read_file(text.data, text.len - 1);
	assert_texts(text.data, text.len - 1);
	assert_false(half_line);
	bytes_free(&text);
}

/* One line around the size of a block, then another. */
static void test_borders(void **state)
{
	(void)state;
	default_config();
	for (size_t len = LIMIT_BLOCK - 70000; len < LIMIT_BLOCK + 70000; len += 9973) {
		char *text = malloc(len + 3);

		memset(text, 'x', len);
		memcpy(text + len, "\ny\n", 3);
		read_file(text, len + 3);
		assert_texts(text, len + 3);
		free(text);
	}
}

/* max_record, one more, two more: what is too long becomes pieces. */
static void test_too_long(void **state)
{
	size_t max = 400000;

	(void)state;
	default_config();
	config.max_record = max;
	for (int keep = 0; keep < 2; keep++) {
		config.keep_bad = keep;
		for (size_t len = max - 1; len < max + 4; len++) {
			char *text = malloc(len + 3);

			memset(text, 'x', len);
			memcpy(text + len, "\ny\n", 3);
			read_file(text, len + 3);
			if (len <= max)
				assert_int_equal(pieces, 0);
			if (keep || len <= max)
				assert_texts(text, len + 3);
			free(text);
		}
		char *text = malloc(10 * max);

		memset(text, 'x', 10 * max);
		text[10 * max - 2] = '\n';
		read_file(text, 10 * max);
		assert_true(pieces > 0);
		if (keep)
			assert_texts(text, 10 * max);
		free(text);
	}
	config.keep_bad = false;
}

static void test_bom_and_sniffing(void **state)
{
	static const struct {
		const char *text;
		size_t units;
		const char *lines;
	} cases[] = {
		{"\xef\xbb\xbf{\"a\":1}\n", 0, "\xef\xbb\xbf{\"a\":1}\n"},
		{"\xef\xbb", 0, "\xef\xbb"},
		{"", 0, ""},
		{"\n \n", 0, "\n \n"},
		{"{\"a\":\n1}\n", 0, "{\"a\":\n1}\n"},
		{"{\n\"a\":1}{}", 2, NULL},
		{" \n { \r\n}", 1, NULL},
		{"[{},{},{}]", 3, NULL},
		{"\xef\xbb\xbf[1]", 1, NULL},
		{" \n\xef\xbb\xbf\n\xef\xbb\xbf{\n}", 1, NULL},
		{" \xef\xbb\xbf[1]", 0, " \xef\xbb\xbf[1]"},
		{"\x1e{}", 1, NULL},
		{"\n \x1e{\"a\":\n1}", 1, NULL},
		{"{", 0, "{"},
		{"{  ", 0, "{  "},
	};

	(void)state;
	default_config();
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		read_file(cases[i].text, strlen(cases[i].text));
		assert_int_equal(units, cases[i].units);
		if (cases[i].lines != NULL)
			assert_texts(cases[i].lines, strlen(cases[i].lines));
	}
	config.framing = FRAMING_JSON;
	read_file("{\"a\":1} {}", 10);
	assert_int_equal(units, 2);
	config.framing = FRAMING_NDJSON;
	read_file("[1]\n[2]\n", 8);
	assert_int_equal(units, 0);
}

/* Half a line of a damaged stream is marked. */
static void test_half_line(void **state)
{
	static const char cut[] = "\x1f\x8b\x08\0\0\0\0\0\0\3\1\5\0\xfa\xff"
				  "a\nb";

	(void)state;
	default_config();
	read_file(cut, sizeof cut - 1);
	assert_texts("a\nb", 3);
	assert_true(half_line);
}

/* A unit larger than a block, and one broken over many blocks. */
static void test_large_units(void **state)
{
	size_t len = 5 * LIMIT_BLOCK;
	char *text = malloc(len + 8);

	(void)state;
	default_config();
	memset(text, '1', len);
	text[0] = '[';
	text[1] = '"';
	text[LIMIT_BLOCK * 2] = '"';
	memcpy(text + len, ",{}]\n", 5);
	text[LIMIT_BLOCK * 2 + 1] = ',';
	read_file(text, len + 5);
	assert_int_equal(units, 3);
	memset(text, ' ', len);
	memcpy(text, "{\n]\n", 4);
	memcpy(text + len, "\n{}", 3);
	read_file(text, len + 3);
	assert_int_equal(units, 2);
	config.keep_bad = true;
	read_file(text, len + 3);
	assert_texts(text, len + 3);
	assert_true(pieces > 1);
	config.keep_bad = false;
	free(text);
}

/* Reads a file while so many requests for memory are met. Returns false if they
 * were too few. */
static bool read_with(long requests, const char *path)
{
	struct reader *reader;
	struct block block = {0};
	int failed = -1;

	memory_left = requests;
	reader = reader_new(&config, NULL);
	if (reader != NULL) {
		reader_open(reader, open(path, O_RDONLY), ENOENT);
		do {
			block_reset(&block);
			failed = reader_next(reader, &block);
		} while (failed == 0 && !block.input_ends);
		reader_close(reader);
		block_free(&block);
	}
	reader_free(reader);
	memory_left = -1;
	return failed == 0;
}

/* With one request more each time, until they are enough. */
static void assert_survives(const void *data, size_t len)
{
	const char *path = file_of(data, len);
	long requests = 0;

	while (!read_with(requests, path))
		requests++;
	assert_true(!memory_runs_out() || requests > 3);
	unlink(path);
}

static void repeat(struct bytes *text, const char *part, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_int_equal(bytes_append_text(text, part), 0);
}

static void test_no_memory(void **state)
{
	struct bytes text = BYTES_INIT((size_t)1 << 30);

	(void)state;
	default_config();
	/* lines, one of them longer than a block */
	repeat(&text, "{\"x\":1}\n", 30000);
	repeat(&text, "{\"long\":1} ", 60000);
	repeat(&text, "\n{}\n", 5);
	assert_survives(text.data, text.len);
	/* a run: units, closers of nothing, a long unit, a broken one */
	bytes_clear(&text);
	repeat(&text, "[\n", 1);
	repeat(&text, "{\"x\":1},\n", 40000);
	repeat(&text, "1]\n", 1);
	repeat(&text, "]", 5000);
	repeat(&text, "\n{\n\"long\": [", 1);
	repeat(&text, "1234567,", 60000);
	repeat(&text, "1]}\n{ \"broken\": ]\n", 300);
	repeat(&text, "{\"cut\": [1, 2", 40000);
	assert_survives(text.data, text.len);
	/* closers alone; units that are broken one after another */
	bytes_clear(&text);
	repeat(&text, "[1]", 1);
	repeat(&text, "]", 300);
	assert_survives(text.data, text.len);
	bytes_clear(&text);
	repeat(&text, "[\n", 1);
	repeat(&text, "{\"x\": }\n", 300);
	repeat(&text, "{\"x\": ]\n", 300);
	assert_survives(text.data, text.len);
	/* a broken unit that fills blocks, and much behind it */
	bytes_clear(&text);
	repeat(&text, "[\n{\"x\": ]", 1);
	repeat(&text, " 1234567", 200000);
	repeat(&text, "\n", 1);
	repeat(&text, "{\"x\":1},\n", 30000);
	assert_survives(text.data, text.len);
	/* a line of blanks that is longer than any record */
	bytes_clear(&text);
	repeat(&text, "{}\n", 1);
	repeat(&text, "                ", 200000);
	repeat(&text, "\n{}\n", 1);
	assert_survives(text.data, text.len);
	bytes_free(&text);
}

/* ---- a CRC-32 that others compute ------------------------------------------ */

/* More blocks under way than a stream leaves unchecked. */
#define UNDER_WAY 40

/* What reading gave, in all. */
struct outcome {
	uint32_t texts; /* a CRC-32 */
	size_t blocks;
	size_t pieces;
	bool half_line;
	struct gunzip_report gzip;
};

static unsigned seed;

static unsigned below(unsigned limit)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 16) % limit;
}

/*
 * Reads a file while up to under_way blocks wait; block_check is called for some of them,
 * at once or later. What was checked or reset is filled with something else.
 */
static struct outcome outcome_of(const char *path, unsigned under_way)
{
	struct reader *reader = reader_new(&config, NULL);
	struct block waiting[UNDER_WAY] = {{0}}, *block;
	struct outcome outcome = {0};
	size_t number = 0;

	/* another input before it, of which nothing may be left */
	reader_open(reader, open(path, O_RDONLY), ENOENT);
	assert_int_equal(reader_next(reader, &waiting[0]), 0);
	reader_close(reader);
	reader_open(reader, open(path, O_RDONLY), ENOENT);
	do {
		block = &waiting[number++ % under_way];
		block_reset(block);
		if (block->text != NULL)
			memset(block->text, '?', block->cap);
		assert_int_equal(reader_next(reader, block), 0);
		outcome.texts = crc32_update(outcome.texts, block->text, block->len);
		outcome.blocks++;
		outcome.pieces += block->kind == BLOCK_PIECE;
		outcome.half_line = block->half_line;
		if (below(2) == 0) {
			struct block *checked = &waiting[below(under_way)];

			block_check(checked);
			if (checked != block && checked->text != NULL)
				memset(checked->text, '!', checked->len);
		}
	} while (!block->input_ends);
	outcome.gzip = reader_report(reader).gzip;
	for (size_t i = 0; i < under_way; i++)
		block_free(&waiting[i]);
	reader_close(reader);
	reader_free(reader);
	return outcome;
}

static void assert_same_outcome(const struct outcome *found, const struct outcome *expected)
{
	assert_int_equal(found->texts, expected->texts);
	assert_int_equal(found->blocks, expected->blocks);
	assert_int_equal(found->pieces, expected->pieces);
	assert_int_equal(found->half_line, expected->half_line);
	assert_int_equal(found->gzip.damage, expected->gzip.damage);
	assert_int_equal(found->gzip.member, expected->gzip.member);
	assert_int_equal(found->gzip.offset, expected->gzip.offset);
}

/* Adds members of that many bytes of text each; the last one may be short. */
static void pack(struct bytes *out, const struct bytes *text, size_t member_len)
{
	struct gzip *gzip = gzip_new();

	for (size_t at = 0; at < text->len; at += member_len) {
		size_t len = text->len - at < member_len ? text->len - at : member_len;

		assert_int_equal(gzip_member(gzip, text->data + at, len, out), 0);
	}
	gzip_free(gzip);
}

/* However blocks are checked, what is told is what it was. */
static void assert_checks_alike(const struct bytes *packed, enum gunzip_damage damage)
{
	const char *path = file_of(packed->data, packed->len);
	struct outcome expected, found;

	config.check_later = false;
	expected = outcome_of(path, 1);
	assert_int_equal(expected.gzip.damage, damage);
	config.check_later = true;
	for (unsigned under_way = 1; under_way <= UNDER_WAY; under_way += 13) {
		found = outcome_of(path, under_way);
		assert_same_outcome(&found, &expected);
	}
	unlink(path);
}

static void assert_checks(const struct bytes *text)
{
	static const size_t members[] = {1000, 300000, 1500000, (size_t)1 << 30};
	struct bytes packed = BYTES_INIT((size_t)1 << 30);

	for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
		bytes_clear(&packed);
		pack(&packed, text, members[i]);
		assert_checks_alike(&packed, GUNZIP_INTACT);
		packed.data[packed.len - 5] ^= 1;
		assert_checks_alike(&packed, GUNZIP_BAD_CRC);
		packed.data[packed.len - 5] ^= 1;
		packed.len -= 4;
		assert_checks_alike(&packed, GUNZIP_CUT_TRAILER);
	}
	/* a wrong one in the middle */
	bytes_clear(&packed);
	pack(&packed, text, (size_t)1 << 30);
	packed.data[packed.len - 8] ^= 1;
	pack(&packed, text, (size_t)1 << 30);
	assert_checks_alike(&packed, GUNZIP_BAD_CRC);
	bytes_free(&packed);
}

/* Of a part that comes again and again, and what stands around them. */
static void assert_checks_of(const char *begin, const char *part, size_t count, const char *end)
{
	struct bytes text = BYTES_INIT((size_t)1 << 30);

	repeat(&text, begin, 1);
	repeat(&text, part, count);
	repeat(&text, end, 1);
	assert_checks(&text);
	bytes_free(&text);
}

static void add_lines(struct bytes *text, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		assert_int_equal(bytes_append_text(text, "{\"line\":"), 0);
		assert_int_equal(bytes_append_number(text, i * 2654435761u), 0);
		assert_int_equal(bytes_append_text(text, i % 9 ? "}\n" : "}  \n"), 0);
	}
}

/* One member of so many blocks that not all can be left to others. */
static void test_check_later_long(void **state)
{
	struct bytes text = BYTES_INIT((size_t)1 << 30);
	struct bytes packed = BYTES_INIT((size_t)1 << 30);

	(void)state;
	seed = 1;
	default_config();
	add_lines(&text, 600000);
	pack(&packed, &text, (size_t)1 << 30);
	assert_checks_alike(&packed, GUNZIP_INTACT);
	bytes_free(&packed);
	bytes_free(&text);
}

/* Lines, with one that is too long among them, and runs; the last line has no LF. */
static void test_check_later(void **state)
{
	struct bytes text = BYTES_INIT((size_t)1 << 30);

	(void)state;
	seed = 1;
	for (int keep_bad = 0; keep_bad < 2; keep_bad++) {
		default_config();
		config.keep_bad = keep_bad;
		bytes_clear(&text);
		repeat(&text, " \n", 100000);
		add_lines(&text, 100000);
		assert_checks(&text);
		repeat(&text, "0123456789abcdef", 150000);
		repeat(&text, "\n{\"x\":1}", 40000);
		assert_checks(&text);
		assert_checks_of("[\n", "{\"x\":1},\n", 80000, "1]");
		/* marks within a unit, and a gap that is dropped */
		assert_checks_of("",
			"{\n\"a\":\n\xef\xbb\xbf"
			"1}\n",
			60000, "");
		assert_checks_of("{\n\"a\":1}\n", "                ", 60000, "{\n\"a\":2}\n");
	}
	bytes_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_borders),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_bom_and_sniffing),
		cmocka_unit_test(test_half_line),
		cmocka_unit_test(test_large_units),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_check_later),
		cmocka_unit_test(test_check_later_long),
	};

	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	bytes_free(&texts);
	return failed;
}

/*
 * Blocks of whole records. The framing of an input is told by its first
 * non-blank bytes; then lines are cut here, runs of JSON values in runs.c.
 *
 * What a block could not take, the beginning of a record, is carried over into
 * the next one by copying: at most a record in a quarter of a megabyte.
 */
#include "flowlog/reader.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/limits.h"
#include "flowlog/runs.h"
#include "json/space.h"

/* What one read must have room for (source.h). */
#define READ_ROOM ((size_t)64 << 10)

/* What may be carried over before more memory is asked for. */
#define FIRST_CARRY ((size_t)64 << 10)

/* How far after a '{' is looked for the end of its line. */
#define LOOK_AHEAD ((size_t)4096)

enum framing_state {
	STATE_SNIFF, /* only blanks were seen */
	STATE_LINES,
	STATE_LONG_LINE, /* in a line that is too long to be kept */
	STATE_RUNS,
};

struct reader {
	const struct flowlog_config *config;
	const atomic_int *stop;
	struct source *source;
	enum framing_state state;
	struct runs runs;
	struct bytes carry;
	bool ended; /* the source is at its end */

	/* STATE_LONG_LINE */
	bool piece_open; /* its beginning was handed over */
	enum block_fault fault;
};

struct reader *reader_new(const struct flowlog_config *config, const atomic_int *stop)
{
	struct reader *reader = calloc(1, sizeof *reader);

	if (reader == NULL)
		return NULL;
	reader->config = config;
	reader->stop = stop;
	reader->carry = (struct bytes)BYTES_INIT(SIZE_MAX / 2);
	reader->source = source_new();
	if (reader->source == NULL || bytes_reserve(&reader->carry, FIRST_CARRY) != 0) {
		reader_free(reader);
		return NULL;
	}
	return reader;
}

void reader_free(struct reader *reader)
{
	if (reader == NULL)
		return;
	source_free(reader->source);
	bytes_free(&reader->carry);
	free(reader);
}

void reader_open(struct reader *reader, int fd, int open_errno)
{
	source_open(reader->source, fd, open_errno);
	if (reader->config->check_later)
		source_check_later(reader->source);
	runs_init(&reader->runs, reader->config->max_record, reader->config->keep_bad);
	bytes_clear(&reader->carry);
	reader->state = STATE_SNIFF;
	reader->ended = false;
	reader->piece_open = false;
}

void reader_close(struct reader *reader)
{
	source_close(reader->source);
}

struct source_report reader_report(const struct reader *reader)
{
	return source_report(reader->source);
}

/* The block ends at end; what stands after it is carried over. */
static int cut_block(struct reader *reader, struct block *block, size_t end)
{
	bytes_clear(&reader->carry);
	if (bytes_append(&reader->carry, block->text + end, block->len - end))
		return -1;
	block->len = end;
	return 0;
}

/*
 * Skips blanks, and byte order marks at the start of a line. Returns the offset
 * of what comes first, or the text's length; *undecided says that more must be
 * read to tell if it is a mark.
 */
static size_t skip_blanks(const struct reader *reader, const struct block *block, bool *undecided)
{
	const char *text = block->text;
	size_t at = json_skip_space(text, 0, block->len);

	*undecided = false;
	while (at < block->len && (at == 0 || text[at - 1] == '\n')) {
		size_t mark = bytes_mark_length(text + at, block->len - at);

		if (mark == 0) {
			*undecided =
				!reader->ended && block_may_be_mark(text + at, block->len - at);
			break;
		}
		at = json_skip_space(text, at + mark, block->len);
	}
	return at;
}

/*
 * Returns true if text[at], a '{', is alone on its line; -1: more must be read. More
 * blanks than are looked at count as something else on it.
 */
static int stands_alone(const struct block *block, size_t at)
{
	size_t last = at + LOOK_AHEAD;

	for (at++; at < block->len; at++) {
		if (at > last)
			return 0;
		if (block->text[at] == '\n')
			return 1;
		if (!json_is_space(block->text[at]))
			return 0;
	}
	return -1;
}

/*
 * Tells the framing by the first non-blank bytes, once they are there. Returns
 * false when more must be read before anything is done with them.
 */
static bool sniff(struct reader *reader, const struct block *block)
{
	bool undecided;
	size_t at = skip_blanks(reader, block, &undecided);
	int alone;

	if (reader->config->framing != FRAMING_AUTO) {
		reader->state = reader->config->framing == FRAMING_JSON ? STATE_RUNS : STATE_LINES;
		return true;
	}
	if (undecided)
		return false;
	if (at == block->len) {
		if (reader->ended)
			reader->state = STATE_LINES;
		return true;
	}
	if (block->text[at] == '[' || block->text[at] == BLOCK_RECORD_SEPARATOR) {
		reader->state = STATE_RUNS;
		return true;
	}
	alone = block->text[at] == '{' ? stands_alone(block, at) : 0;
	if (alone == 1)
		reader->state = STATE_RUNS;
	else if (alone == 0 || reader->ended)
		reader->state = STATE_LINES;
	return reader->state != STATE_SNIFF;
}

/* Reads once. Returns false when nothing is there now and wait is false. */
static bool read_more(struct reader *reader, struct block *block, bool wait)
{
	size_t got = 0;

	switch (source_read(reader->source, block->text + block->len, block->cap - block->len, &got,
		wait, reader->stop)) {
	case SOURCE_WAIT:
		return false;
	case SOURCE_END:
		reader->ended = true;
		break;
	case SOURCE_DATA:
		break;
	}
	block->len += got;
	return true;
}

static bool is_damaged(const struct reader *reader)
{
	struct source_report report = source_report(reader->source);

	return report.read_errno != 0 || report.gzip.damage != GUNZIP_INTACT;
}

/* The offset after the last line feed of the text, or 0. */
static size_t whole_lines(const struct block *block)
{
	const char *feed = memrchr(block->text, '\n', block->len);

	return feed == NULL ? 0 : (size_t)(feed - block->text) + 1;
}

/*
 * The text, without a line feed, is too long already: it is not kept. It begins
 * with a byte order mark of that length, and text[begin] is no blank.
 */
static void begin_long_line(struct reader *reader, struct block *block, size_t mark, size_t begin)
{
	size_t from = block_line_from(mark, begin);

	if (!reader->config->keep_bad)
		from = begin;
	reader->state = STATE_LONG_LINE;
	reader->piece_open = false;
	reader->fault = block_long_line_fault(
		block->text + mark, block->len - mark, begin - mark, reader->config->max_record);
	block->len -= from;
	memmove(block->text, block->text + from, block->len);
}

/* Makes the block's text a piece of the line that is too long. */
static void make_piece(struct reader *reader, struct block *block, bool last)
{
	block->kind = BLOCK_PIECE;
	block->is_line = true;
	block->fault = reader->fault;
	block->first = !reader->piece_open;
	block->last = last;
	reader->piece_open = true;
}

/*
 * Goes on in a line that is too long. Returns 1 when the block is to be handed
 * over, 0 when more is to be read, or -1.
 */
static int frame_long_line(struct reader *reader, struct block *block, size_t from)
{
	const char *feed = memchr(block->text + from, '\n', block->len - from);

	if (feed != NULL) {
		make_piece(reader, block, true);
		reader->state = STATE_LINES;
		return cut_block(reader, block, (size_t)(feed - block->text) + 1) ? -1 : 1;
	}
	if (reader->ended) {
		make_piece(reader, block, true);
		return 1;
	}
	if (!reader->config->keep_bad) {
		block->len = 0;
		return 0;
	}
	if (block->cap - block->len >= READ_ROOM)
		return 0;
	make_piece(reader, block, false);
	return 1;
}

/* The last line of an input has no line feed. */
static int finish_lines(struct reader *reader, struct block *block)
{
	block->kind = BLOCK_LINES;
	block->half_line = is_damaged(reader);
	return 1;
}

/*
 * What is unchecked are the last bytes of the text. To be called before they are moved or
 * changed: lines never are, but in runs gaps are dropped, and of a line that is too
 * long little is kept.
 */
static void check_text(struct reader *reader, const struct block *block)
{
	source_check(reader->source, block->text + block->len);
}

/*
 * Makes room for more of a line, or finds that it is too long. Of one that is
 * blank so far no more is kept than tells that it is too long once something
 * else comes, and than is handed over then. Returns as frame_long_line does.
 */
static int grow_line(struct reader *reader, struct block *block)
{
	size_t mark = bytes_mark_length(block->text, block->len);
	size_t longest = reader->config->max_record + 2 + mark;
	size_t kept = longest;
	size_t cap = block->cap * 2;

	if (reader->config->keep_bad && kept < LIMIT_LINE_BLANKS + mark)
		kept = LIMIT_LINE_BLANKS + mark;
	if (block->len >= longest) {
		size_t begin = json_skip_space(block->text, mark, block->len);

		check_text(reader, block);
		if (begin == block->len) {
			if (block->len > kept) {
				memmove(block->text, block->text + block->len - kept, kept);
				block->len = kept;
			}
			return block_reserve(block, kept + READ_ROOM);
		}
		begin_long_line(reader, block, mark, begin);
		return frame_long_line(reader, block, 0);
	}
	if (block->cap - block->len >= READ_ROOM)
		return 0;
	if (cap > longest + READ_ROOM)
		cap = longest + READ_ROOM;
	return block_reserve(block, cap);
}

/* idle: no more can be read now. Returns as frame_long_line does. */
static int frame_lines(struct reader *reader, struct block *block, bool idle)
{
	size_t end;

	if (reader->ended)
		return finish_lines(reader, block);
	if (!idle && block->cap - block->len >= READ_ROOM)
		return 0;
	end = whole_lines(block);
	if (end != 0) {
		block->kind = BLOCK_LINES;
		return cut_block(reader, block, end) ? -1 : 1;
	}
	return idle ? 0 : grow_line(reader, block);
}

/* Hands the units over that are whole; what is open is carried over. */
static int hand_over_units(struct reader *reader, struct block *block)
{
	size_t end = runs_keep_from(&reader->runs);

	block->kind = BLOCK_UNITS;
	if (cut_block(reader, block, end))
		return -1;
	runs_shift(&reader->runs, end);
	return 1;
}

/* A piece of a broken unit fills the block, or ends in it. */
static int hand_over_piece(struct reader *reader, struct block *block, size_t end)
{
	block->kind = BLOCK_PIECE;
	if (cut_block(reader, block, end))
		return -1;
	runs_shift(&reader->runs, end);
	return 1;
}

/* The block is full and holds no whole unit. Returns as frame_long_line. */
static int grow_unit(struct reader *reader, struct block *block)
{
	struct runs *runs = &reader->runs;
	size_t from = runs_keep_from(runs);

	if (from != 0) {
		memmove(block->text, block->text + from, block->len - from);
		block->len -= from;
		runs_shift(runs, from);
		return 0;
	}
	if (runs->state == RUNS_UNIT)
		return block_reserve(block, block->cap * 2);
	block->first = !runs->piece_open;
	block->fault = runs->fault;
	runs->piece_open = true;
	return hand_over_piece(reader, block, runs_piece_end(runs));
}

/* Returns as frame_long_line. */
static int frame_runs(struct reader *reader, struct block *block, bool idle)
{
	struct runs *runs = &reader->runs;
	enum runs_result result = runs_scan(runs, block);

	if (result == RUNS_MORE && reader->ended)
		result = runs_finish(runs, block);
	if (result == RUNS_NO_MEMORY)
		return -1;
	if (result == RUNS_CUT)
		return hand_over_piece(reader, block, runs->at);
	if (reader->ended) {
		block->kind = BLOCK_UNITS;
		return 1;
	}
	if (!idle && block->cap - block->len >= READ_ROOM)
		return 0;
	if (block->unit_count != 0)
		return hand_over_units(reader, block);
	return idle ? 0 : grow_unit(reader, block);
}

/*
 * What is to be done with the text so far: 1, hand the block over; 0, read
 * more; -1, no memory. from is where the new bytes begin.
 */
static int frame(struct reader *reader, struct block *block, size_t from, bool idle)
{
	if (reader->state == STATE_SNIFF && !sniff(reader, block))
		return block_reserve(block, block->len + READ_ROOM);
	if (reader->state != STATE_LINES)
		check_text(reader, block);
	switch (reader->state) {
	case STATE_SNIFF: /* blanks only: they count as lines */
	case STATE_LINES:
		return frame_lines(reader, block, idle);
	case STATE_LONG_LINE:
		return frame_long_line(reader, block, from < block->len ? from : block->len);
	case STATE_RUNS:
		break;
	}
	return frame_runs(reader, block, idle);
}

/* Begins with what the last block left. */
static int take_carry(struct reader *reader, struct block *block)
{
	size_t len = reader->carry.len;
	size_t cap = LIMIT_BLOCK;

	while (cap < len + READ_ROOM)
		cap *= 2;
	if (block_reserve(block, cap))
		return -1;
	if (len != 0)
		memcpy(block->text, reader->carry.data, len);
	block->len = len;
	bytes_clear(&reader->carry);
	return 0;
}

/*
 * What was carried over is checked with the next block, at whose beginning it stands;
 * what is left before it, with this one.
 */
static void defer_check(struct reader *reader, struct block *block)
{
	size_t unchecked = source_unchecked(reader->source);
	size_t len = unchecked > reader->carry.len ? unchecked - reader->carry.len : 0;

	block->due = source_defer(reader->source, block->text + block->len - len, len);
}

bool reader_is_file(const struct reader *reader)
{
	return source_is_file(reader->source);
}

int reader_next(struct reader *reader, struct block *block)
{
	size_t from = 0;
	bool idle = false;
	int done;

	if (take_carry(reader, block))
		return -1;
	for (;;) {
		/* A run may hold a piece's end in what was carried over. */
		done = frame(reader, block, from, idle);
		if (done != 0)
			break;
		from = block->len;
		if (reader->ended)
			continue;
		/* Idle was true and nothing could be handed over: wait. */
		if (!read_more(reader, block, idle))
			idle = true;
		else
			idle = false;
	}
	if (done < 0)
		return -1;
	block->form = reader_report(reader).form;
	block->offset = reader_report(reader).bytes_inflated - reader->carry.len - block->len;
	block->page_follows = reader->state == STATE_RUNS && reader->runs.page_follows;
	block->input_ends = reader->ended && reader->carry.len == 0 &&
			    (reader->state != STATE_RUNS || reader->runs.state == RUNS_BETWEEN);
	defer_check(reader, block);
	block_pad(block);
	return 0;
}

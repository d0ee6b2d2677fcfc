/* The filter's rooms over one text. */
#include "stage.h"

#include <stdatomic.h>

#include "base/io.h"
#include "flowlog/reader.h"
#include "fuzz.h"

#if defined(__SANITIZE_ADDRESS__)
#define GUARDED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define GUARDED 1
#endif
#endif

#ifdef GUARDED
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(at, len) ((void)(at), (void)(len))
#define ASAN_UNPOISON_MEMORY_REGION(at, len) ((void)(at), (void)(len))
#endif

/* So many bytes behind a block's padding are watched. */
#define GUARD 256

/* ---- standard input ---------------------------------------------------- */

static struct {
	const char *text;
	size_t len;
	const struct stage_pace *pace;
	uint32_t random;
	bool waited; /* the next chunk was said not to be there yet */
} feed;

/* The names that the linker asks for. */
ssize_t __wrap_io_read(int fd, void *buffer, size_t cap, const atomic_int *stop);
bool __wrap_io_ready(int fd);

static uint32_t next_random(void)
{
	feed.random ^= feed.random << 13;
	feed.random ^= feed.random >> 17;
	feed.random ^= feed.random << 5;
	return feed.random;
}

ssize_t __wrap_io_read(int fd, void *buffer, size_t cap, const atomic_int *stop)
{
	size_t size = feed.len < cap ? feed.len : cap;

	PROMISE(fd == 0 && cap > 0);
	(void)stop;
	if (feed.pace->chunk != 0 && size != 0) {
		size_t most = 1 + next_random() % feed.pace->chunk;

		if (size > most)
			size = most;
	}
	if (size != 0)
		memcpy(buffer, feed.text, size);
	feed.text += size;
	feed.len -= size;
	feed.waited = false;
	return (ssize_t)size;
}

bool __wrap_io_ready(int fd)
{
	PROMISE(fd == 0);
	if (feed.pace->chunk == 0 || feed.waited || next_random() % 8 >= feed.pace->idle)
		return true;
	feed.waited = true;
	return false;
}

/* What is made once. */
static struct {
	const struct options *options;
	struct reader *reader;
	struct worker *worker;
	struct worker_shared shared;
	struct block block;
	struct result result;
} rooms;

/* ---- output ------------------------------------------------------------ */

/* As output.c does: what begins a record begins an element. */
static int gather(struct outbuf *out, void *context)
{
	struct stage_run *run = context;

	if (rooms.options->format == OUTPUT_ARRAY && out->begins_record && run->output.len != 0)
		fuzz_append(&run->output, ",\n", 2);
	fuzz_append(&run->output, out->data, out->len);
	return 0;
}

static void add_rejects(
	struct stage_run *run, const struct block *block, const struct result *result)
{
	bool whole = block->kind != BLOCK_PIECE || block->last;

	for (size_t i = 0; i < result->reject_count; i++) {
		const struct reject *reject = &result->rejects[i];

		PROMISE(reject->offset <= block->len && reject->len <= block->len - reject->offset);
		fuzz_append(&run->rejects, block->text + reject->offset, reject->len);
		if (whole && run->rejects.len != 0 &&
			run->rejects.data[run->rejects.len - 1] != '\n')
			fuzz_append(&run->rejects, "\n", 1);
	}
}

static void add_marks(struct stage_run *run, const struct block *block, const struct result *result)
{
	bool is_line = block->kind == BLOCK_LINES || (block->kind == BLOCK_PIECE && block->is_line);
	uint64_t base = is_line ? run->lines : tally_records(&run->tally);

	for (size_t i = 0; i < result->mark_count && run->mark_count < STAGE_MARKS; i++) {
		run->marks[run->mark_count] = result->marks[i];
		run->marks[run->mark_count++].place += base;
	}
}

static void add_block(struct stage_run *run, const struct block *block, const struct result *result)
{
	PROMISE(result->state == RESULT_COMPLETE);
	add_rejects(run, block, result);
	add_marks(run, block, result);
	tally_add(&run->tally, &result->tally);
	run->lines += result->lines;
}

/* ---- the stages -------------------------------------------------------- */

static void make_reader(const struct options *options)
{
	static const atomic_int never;

	if (rooms.options == options)
		return;
	PROMISE(rooms.options == NULL);
	rooms.options = options;
	rooms.reader = reader_new(&options->flowlog, &never);
	PROMISE(rooms.reader != NULL);
	PROMISE(block_reserve(&rooms.block, 1) == 0);
	result_init(&rooms.result);
}

static void make_worker(const struct worker_shared *shared)
{
	if (memcmp(shared, &rooms.shared, sizeof *shared) == 0)
		return;
	worker_free(rooms.worker);
	rooms.shared = *shared;
	rooms.worker = worker_new(shared);
	PROMISE(rooms.worker != NULL);
}

/* Works on the block; what lies behind its padding must not be touched. */
static void work(struct stage_run *run, struct outbuf *out)
{
	struct block *block = &rooms.block;
	char *behind = block->text + block->len + LIMIT_JSON_PADDING;
	size_t room = block->cap - block->len;

	if (room > GUARD)
		room = GUARD;
	result_reset(&rooms.result);
	ASAN_POISON_MEMORY_REGION(behind, room);
	worker_run(rooms.worker, block, &rooms.result, out);
	ASAN_UNPOISON_MEMORY_REGION(behind, room);
	outbuf_flush(out);
	out->separate = false;
	add_block(run, block, &rooms.result);
}

static void begin(
	struct stage_run *run, const struct stage_pace *pace, const char *text, size_t len)
{
	feed.text = text;
	feed.len = len;
	feed.pace = pace;
	feed.random = pace->seed | 1;
	feed.waited = false;
	bytes_clear(&run->output);
	bytes_clear(&run->rejects);
	memset(&run->tally, 0, sizeof run->tally);
	run->lines = 0;
	run->mark_count = 0;
}

void stage_run(struct stage_run *run, const struct worker_shared *shared,
	const struct stage_pace *pace, const char *text, size_t len)
{
	static char large[LIMIT_OUTPUT_BUFFER];
	struct outbuf out = {
		.data = pace->output_room == sizeof large ? large : malloc(pace->output_room),
		.cap = pace->output_room,
		.hand_over = gather,
		.context = run};

	PROMISE(out.data != NULL);
	make_reader(shared->options);
	make_worker(shared);
	begin(run, pace, text, len);
	reader_open(rooms.reader, STDIN_FILENO, 0);
	do {
		block_reset(&rooms.block);
		PROMISE(reader_next(rooms.reader, &rooms.block) == 0);
		work(run, &out);
	} while (!rooms.block.input_ends);
	run->damaged = reader_report(rooms.reader).gzip.damage != GUNZIP_INTACT;
	reader_close(rooms.reader);
	if (out.data != large)
		free(out.data);
}

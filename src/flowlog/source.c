/*
 * The bytes of one input. The first bytes are read into a buffer and looked
 * at; gzip goes on through that buffer, plain text straight into the caller's
 * room. Nothing is read before all that was read is handed out, so that a
 * damaged, failing or idle input keeps nothing back.
 *
 * What has been read tells gzip by two bytes; an input that is just the first
 * of them is a gzip stream that is cut off in its header.
 */
#include "flowlog/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"

#define BUFFER_SIZE ((size_t)256 << 10)

#define GZIP_MAGIC_1 0x1f

enum kind {
	KIND_UNKNOWN, /* the first bytes are still to come */
	KIND_PLAIN,
	KIND_GZIP,
	KIND_ENDED,
};

struct source {
	struct gunzip *gunzip;
	struct source_report report;
	enum kind kind;
	int fd;        /* -1: none */
	bool is_file;  /* a regular one, which never has to be waited for */
	bool at_end;   /* the descriptor has no more */
	uint64_t size; /* of a file when it was opened; else 0 */
	uint64_t bytes_read;
	const uint8_t *at; /* what is read and not yet taken, in buffer */
	size_t len;
	char head[FORM_HEAD]; /* the first bytes that were handed out */
	uint8_t buffer[BUFFER_SIZE];
};

/* What a caller of source_read wants. */
struct request {
	char *out;
	size_t cap;
	bool wait;
	const atomic_int *stop;
};

struct source *source_new(void)
{
	struct source *source = malloc(sizeof(*source));

	if (!source)
		return NULL;
	source->fd = -1;
	source->is_file = false;
	source->kind = KIND_ENDED;
	source->report = (struct source_report){0};
	source->gunzip = gunzip_new();
	if (!source->gunzip) {
		free(source);
		return NULL;
	}
	return source;
}

void source_free(struct source *source)
{
	if (!source)
		return;
	source_close(source);
	gunzip_free(source->gunzip);
	free(source);
}

/*
 * Readies what was opened. Little files are many, so that each is asked of the
 * kernel no more than must be.
 */
static void prepare(struct source *source)
{
	struct stat status;

	source->is_file = fstat(source->fd, &status) == 0 && S_ISREG(status.st_mode);
	source->size = source->is_file ? (uint64_t)status.st_size : 0;
	/* Both are wishes: neither has to be granted. */
	if (!source->is_file)
		io_widen_pipe(source->fd);
	else if (source->size > BUFFER_SIZE)
		(void)posix_fadvise(source->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
}

void source_open(struct source *source, int fd, int open_errno)
{
	gunzip_reset(source->gunzip);
	source->report = (struct source_report){0};
	source->kind = KIND_UNKNOWN;
	source->at_end = false;
	source->is_file = false;
	source->size = source->bytes_read = 0;
	source->at = source->buffer;
	source->len = 0;
	source->fd = fd;
	if (fd < 0) {
		source->report.read_errno = open_errno;
		source->kind = KIND_ENDED;
		return;
	}
	prepare(source);
}

void source_check_later(struct source *source)
{
	gunzip_check_later(source->gunzip);
}

size_t source_unchecked(const struct source *source)
{
	return gunzip_unchecked(source->gunzip);
}

void source_check(struct source *source, const char *end)
{
	gunzip_check(source->gunzip, (const uint8_t *)end);
}

struct crc_part *source_defer(struct source *source, const char *data, size_t len)
{
	return gunzip_defer(source->gunzip, (const uint8_t *)data, len);
}

bool source_is_file(const struct source *source)
{
	return source->is_file;
}

void source_close(struct source *source)
{
	if (source->fd >= 0 && source->fd != STDIN_FILENO)
		close(source->fd);
	source->fd = -1;
	source->kind = KIND_ENDED;
}

struct source_report source_report(const struct source *source)
{
	struct source_report report = source->report;

	report.gzip = gunzip_report(source->gunzip);
	return report;
}

/*
 * Reads once, or notes that nothing is left to read. A read that fails or was
 * stopped ends the input, in which nothing is left to hand out then.
 */
static enum source_state read_some(
	struct source *source, const struct request *request, void *to, size_t cap, size_t *got)
{
	ssize_t result;

	*got = 0;
	if (!source->is_file && !request->wait && !io_ready(source->fd))
		return SOURCE_WAIT;
	result = io_read(source->fd, to, cap, source->is_file ? NULL : request->stop);
	if (result > 0) {
		*got = (size_t)result;
		source->bytes_read += *got;
		/* Files of no size, as in /proc, end where nothing is read. */
		source->at_end =
			*got < cap && source->size > 0 && source->bytes_read >= source->size;
		return SOURCE_DATA;
	}
	source->at_end = true;
	if (result == 0)
		return SOURCE_DATA;
	if (errno != EINTR)
		source->report.read_errno = errno;
	source->kind = KIND_ENDED;
	return SOURCE_END;
}

/* Reads on after what the buffer holds. */
static enum source_state fill(struct source *source, const struct request *request)
{
	size_t got;
	enum source_state state = read_some(
		source, request, source->buffer + source->len, BUFFER_SIZE - source->len, &got);

	source->at = source->buffer;
	source->len += got;
	return state;
}

static void take(struct source *source, size_t len)
{
	source->at += len;
	source->len -= len;
	source->report.bytes_in += len;
}

/* Looks for gzip's magic; a second byte is waited for only if it decides. */
static enum source_state find_kind(struct source *source, const struct request *request)
{
	enum source_state state = SOURCE_DATA;

	if (source->len == 0)
		state = fill(source, request);
	if (source->len == 1 && source->at[0] == GZIP_MAGIC_1 && !source->at_end)
		state = fill(source, request);
	if (state != SOURCE_DATA)
		return state;
	if (source->len == 0 || source->at[0] != GZIP_MAGIC_1)
		source->kind = KIND_PLAIN;
	else if (gunzip_is_magic(source->at, source->len))
		source->kind = KIND_GZIP;
	else if (source->len > 1)
		source->kind = KIND_PLAIN;
	else if (source->at_end)
		source->kind = KIND_GZIP;
	return SOURCE_DATA;
}

/* Hands out bytes as they are; *got stays 0 at the end. */
static enum source_state run_plain(
	struct source *source, const struct request *request, size_t *got)
{
	enum source_state state;

	if (source->len > 0) {
		*got = source->len < request->cap ? source->len : request->cap;
		memcpy(request->out, source->at, *got);
		take(source, *got);
		return SOURCE_DATA;
	}
	if (source->at_end) {
		source->kind = KIND_ENDED;
		return SOURCE_END;
	}
	state = read_some(source, request, request->out, request->cap, got);
	source->report.bytes_in += *got;
	return state;
}

/* Inflates what is there, or reads more; *got stays 0 after the latter. */
static enum source_state run_gzip(struct source *source, const struct request *request, size_t *got)
{
	const uint8_t *at = source->at;
	size_t len = source->len;
	enum gunzip_state state = gunzip_run(source->gunzip, &at, &len, source->at_end,
		(uint8_t *)request->out, request->cap, got);

	take(source, source->len - len);
	if (*got > 0 || state == GUNZIP_MORE_OUTPUT)
		return SOURCE_DATA;
	if (state == GUNZIP_MORE_INPUT)
		return fill(source, request);
	source->kind = KIND_ENDED;
	return SOURCE_END;
}

static enum source_state run(struct source *source, const struct request *request, size_t *got)
{
	switch (source->kind) {
	case KIND_UNKNOWN:
		return find_kind(source, request);
	case KIND_PLAIN:
		return run_plain(source, request, got);
	case KIND_GZIP:
		return run_gzip(source, request, got);
	default:
		return SOURCE_END;
	}
}

/* Keeps what tells the form of the input; the same however it came in pieces. */
static void keep_head(struct source *source, const char *out, size_t len)
{
	size_t kept = (size_t)source->report.bytes_inflated;

	if (len > FORM_HEAD - kept)
		len = FORM_HEAD - kept;
	memcpy(source->head + kept, out, len);
	source->report.form = form_of(source->head, kept + len);
}

enum source_state source_read(struct source *source, char *out, size_t cap, size_t *got, bool wait,
	const atomic_int *stop)
{
	struct request request = {out, cap, wait, stop};
	enum source_state state;

	*got = 0;
	do
		state = run(source, &request, got);
	while (state == SOURCE_DATA && *got == 0);
	if (source->report.bytes_inflated < FORM_HEAD)
		keep_head(source, out, *got);
	source->report.bytes_inflated += *got;
	return state;
}

/*
 * Writing. A write that is interrupted by SIGINT or SIGTERM goes on to the end
 * of the line begun, or of the gzip member begun, and not further.
 */
#include "vcnflow/output.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/msg.h"

int output_open(struct output *output, const struct options *options)
{
	const char *path = options->output;

	memset(output, 0, sizeof *output);
	output->target.fd = -1;
	output->options = options;
	output->compressed = (struct bytes)BYTES_INIT(SIZE_MAX / 2);
	output->fd = STDOUT_FILENO;
	if (options->gzip) {
		output->gzip = gzip_new();
		if (output->gzip == NULL) {
			msg_no_memory();
			output->state = OUTPUT_NO_MEMORY;
			return -1;
		}
	}
	if (path == NULL || strcmp(path, "-") == 0) {
		if (!io_was_open(STDOUT_FILENO)) {
			msg_error("cannot write to standard output: it is "
				  "closed");
			output->state = OUTPUT_FAILED;
			return -1;
		}
		io_widen_pipe(STDOUT_FILENO);
		return 0;
	}
	if (target_open(&output->target, path)) {
		output->state = errno == ENOMEM ? OUTPUT_NO_MEMORY : OUTPUT_FAILED;
		if (output->state == OUTPUT_NO_MEMORY)
			msg_no_memory();
		return -1;
	}
	output->fd = output->target.fd;
	return 0;
}

/* How many of the pieces must still be written once a signal came; the last
 * one of them is cut after the end of the line. */
static size_t line_rest(const struct output *output, struct iovec *pieces, size_t count)
{
	if (!output->in_line)
		return 0;
	if (output->gzip != NULL)
		return count;
	for (size_t i = 0; i < count; i++) {
		const char *text = pieces[i].iov_base;
		const char *feed = memchr(text, '\n', pieces[i].iov_len);

		if (feed != NULL) {
			pieces[i].iov_len = (size_t)(feed - text) + 1;
			return i + 1;
		}
	}
	return count;
}

/* The pieces after the first len bytes; *last is the last one of those. */
static struct iovec *skip_bytes(struct iovec *pieces, size_t len, char *last)
{
	while (len != 0) {
		char *text = pieces->iov_base;
		size_t part = len < pieces->iov_len ? len : pieces->iov_len;

		*last = text[part - 1];
		len -= part;
		pieces->iov_base = text + part;
		pieces->iov_len -= part;
		if (pieces->iov_len == 0)
			pieces++;
	}
	return pieces;
}

/* A write failed. Returns 0 if it is to be tried again. */
static int write_failed(struct output *output)
{
	struct pollfd ready = {.fd = output->fd, .events = POLLOUT};

	if (errno == EINTR)
		return 0;
	if (errno == EAGAIN || errno == EWOULDBLOCK) {
		(void)poll(&ready, 1, -1);
		return 0;
	}
	output->errno_value = errno;
	output->state = errno == EPIPE ? OUTPUT_READER_GONE : OUTPUT_FAILED;
	return -1;
}

static int write_pieces(struct output *output, struct iovec *pieces, size_t count)
{
	struct iovec *end = pieces + count;
	bool ending = false;

	while (pieces != end) {
		ssize_t written;
		char last = '\n';

		/* A signal may come at any time, also while a reader that has stopped reading
		 * keeps the call waiting: then the alarm ends what this loop can't. */
		if (cleanup_signal != 0 && !ending) {
			end = pieces + line_rest(output, pieces, (size_t)(end - pieces));
			ending = true;
			if (pieces == end)
				break;
		}
		written = writev(output->fd, pieces, (int)(end - pieces));
		if (written < 0) {
			if (write_failed(output))
				return -1;
			continue;
		}
		pieces = skip_bytes(pieces, (size_t)written, &last);
		if (written > 0)
			output->in_line = output->gzip != NULL ? pieces != end : last != '\n';
	}
	if (ending && !output->in_line) {
		output->state = OUTPUT_INTERRUPTED;
		return -1;
	}
	return 0;
}

static int write_bytes(struct output *output, const char *data, size_t len)
{
	struct iovec piece = {(void *)(uintptr_t)data, len};

	return len == 0 ? 0 : write_pieces(output, &piece, 1);
}

/* Writes text that stands between or around records. */
static int write_text(struct output *output, const char *text, size_t len)
{
	output->bytes += len;
	if (output->gzip == NULL)
		return write_bytes(output, text, len);
	bytes_clear(&output->compressed);
	if (gzip_member(output->gzip, text, len, &output->compressed)) {
		output->state = OUTPUT_NO_MEMORY;
		return -1;
	}
	return write_bytes(output, output->compressed.data, output->compressed.len);
}

int output_write(struct output *output, struct iovec *pieces, size_t count, size_t raw_len,
	bool begins_record)
{
	if (output->state != OUTPUT_GOOD)
		return -1;
	if (output->options->format == OUTPUT_ARRAY && begins_record) {
		if (output->started ? write_text(output, ",\n", 2) : write_text(output, "[", 1))
			return -1;
	}
	output->started = true;
	output->bytes += raw_len;
	return write_pieces(output, pieces, count);
}

int output_write_plain(struct output *output, const char *text, size_t len)
{
	if (output->state != OUTPUT_GOOD)
		return -1;
	output->started = true;
	return write_text(output, text, len);
}

bool output_is_regular(const struct output *output)
{
	struct stat status;

	return fstat(output->fd, &status) == 0 && S_ISREG(status.st_mode);
}

int output_finish(struct output *output)
{
	if (output->state != OUTPUT_GOOD)
		return -1;
	if (output->options->format == OUTPUT_ARRAY && !output->options->list_subnets)
		return output->started ? write_text(output, "]\n", 2)
				       : write_text(output, "[]\n", 3);
	return output->gzip != NULL && !output->started ? write_text(output, "", 0) : 0;
}

void output_report(const struct output *output)
{
	char quoted[MSG_QUOTED_SIZE];

	if (output->state == OUTPUT_NO_MEMORY)
		msg_no_memory();
	if (output->state != OUTPUT_FAILED)
		return;
	if (output->target.path != NULL)
		msg_error_errno(output->errno_value, "cannot write %s",
			msg_quote_name(quoted, output->options->output));
	else
		msg_error_errno(output->errno_value, "cannot write to standard output");
}

void output_close(struct output *output)
{
	gzip_free(output->gzip);
	bytes_free(&output->compressed);
	output->gzip = NULL;
}

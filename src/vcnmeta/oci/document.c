/*
 * Small files that are read whole. The permissions that are judged are those
 * of the opened file, so that nothing can be put in its place in between.
 */
#include "vcnmeta/oci/document.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/limits.h"
#include "base/msg.h"

#define FIRST_ROOM ((size_t)16 << 10)

/* How long a FIFO is given for somebody to open its other end. */
#define WAIT_FOR_WRITER_MS 5000

/* Opens anything but a directory. Non-blocking, so that no FIFO is waited for here. */
static int open_any(const char *path)
{
	int fd;

	do
		fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	while (fd < 0 && errno == EINTR);
	return fd;
}

/* Makes room for cap bytes; what is there is copied, for realloc would leave it. */
static int grow(struct secret *text, size_t cap)
{
	struct secret grown = SECRET_INIT;

	if (secret_make(&grown, cap + LIMIT_JSON_PADDING) != 0) {
		errno = ENOMEM;
		return -1;
	}
	if (text->len > 0)
		memcpy(grown.data, text->data, text->len);
	grown.len = text->len;
	secret_free(text);
	*text = grown;
	return 0;
}

/*
 * As io_read_full. A FIFO that nobody has opened for writing reads as one at its end:
 * its writer may have been started beside us and be the later one. Whoever has it open
 * is waited for by the second read, however long it takes.
 */
static ssize_t read_first(int fd, void *buffer, size_t cap, const char *fifo)
{
	ssize_t got = io_read_full(fd, buffer, cap);
	char quoted[MSG_QUOTED_SIZE];

	if (got != 0 || fifo == NULL)
		return got;
	if (!io_wait_ready(fd, WAIT_FOR_WRITER_MS))
		msg_warning("nothing was written into %s for %d seconds",
			msg_quote_name(quoted, fifo), WAIT_FOR_WRITER_MS / 1000);
	return io_read_full(fd, buffer, cap);
}

/* The size that a file has tells nothing of a pipe, nor of one in /proc. */
static int read_open(
	struct secret *text, int fd, const char *path, size_t max, const struct stat *status)
{
	const char *fifo = S_ISFIFO(status->st_mode) ? path : NULL;
	size_t cap = FIRST_ROOM;

	if (S_ISREG(status->st_mode) && status->st_size > 0 && (uint64_t)status->st_size <= max)
		cap = (size_t)status->st_size + 1;
	for (;;) {
		ssize_t got;

		if (cap > max)
			cap = max + 1;
		if (grow(text, cap) != 0)
			return -1;
		got = read_first(fd, text->data + text->len, cap - text->len, fifo);
		if (got < 0)
			return -1;
		fifo = NULL;
		text->len += (size_t)got;
		if (text->len < cap)
			return 0;
		if (cap > max) {
			errno = EFBIG;
			return -1;
		}
		cap *= 2;
	}
}

static int read_with_mode(
	struct secret *text, const char *path, size_t max, bool regular, mode_t *mode)
{
	int fd = regular ? io_open_read(path, true) : open_any(path);
	int result = -1, saved;
	struct stat status;

	if (fd < 0)
		return -1;
	if (fstat(fd, &status) == 0) {
		*mode = status.st_mode;
		result = read_open(text, fd, path, max, &status);
	}
	saved = errno;
	close(fd);
	if (result != 0)
		secret_free(text);
	errno = saved;
	return result;
}

int document_read(struct secret *text, const char *path, size_t max)
{
	mode_t mode;

	return read_with_mode(text, path, max, false, &mode);
}

static void warn_if_open(const char *path, mode_t mode)
{
	const char *mute = getenv("OCI_CLI_SUPPRESS_FILE_PERMISSIONS_WARNING");
	char quoted[MSG_QUOTED_SIZE];

	if (!S_ISREG(mode) || (mode & 0177) == 0)
		return;
	if (mute != NULL && strcmp(mute, "True") == 0)
		return;
	msg_warning("permissions on %s are too open (%04o); to fix this: "
		    "oci setup repair-file-permissions --file FILE, or "
		    "chmod 600 FILE",
		msg_quote_name(quoted, path), (unsigned)(mode & 07777));
}

static int read_private(struct secret *text, const char *path, size_t max, bool regular)
{
	mode_t mode;

	if (read_with_mode(text, path, max, regular, &mode) != 0)
		return -1;
	warn_if_open(path, mode);
	return 0;
}

int document_read_private(struct secret *text, const char *path, size_t max)
{
	return read_private(text, path, max, false);
}

int document_read_or_tell(struct secret *text, const char *what, const char *path, size_t max)
{
	char quoted[MSG_QUOTED_SIZE];

	if (read_private(text, path, max, true) == 0)
		return 0;
	msg_quote_name(quoted, path);
	if (errno == ENOMEM)
		msg_no_memory();
	else if (errno == EINVAL)
		msg_error("cannot read %s %s: not a regular file", what, quoted);
	else
		msg_error_errno(errno, "cannot read %s %s", what, quoted);
	return -1;
}

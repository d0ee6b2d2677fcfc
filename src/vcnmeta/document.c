/*
 * Small files that are read whole. The permissions that are judged are those
 * of the opened file, so that nothing can be put in its place in between. A
 * file that grows while it is read is cut at the size it had.
 */
#include "vcnmeta/document.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/limits.h"
#include "base/msg.h"

static int read_open(struct secret *text, int fd, size_t max, mode_t *mode)
{
	struct stat status;
	ssize_t got;

	if (fstat(fd, &status) != 0)
		return -1;
	*mode = status.st_mode;
	if (status.st_size < 0 || (uint64_t)status.st_size > max) {
		errno = EFBIG;
		return -1;
	}
	if (secret_make(text, (size_t)status.st_size + LIMIT_JSON_PADDING) != 0) {
		errno = ENOMEM;
		return -1;
	}
	got = io_read_full(fd, text->data, (size_t)status.st_size);
	if (got < 0)
		return -1;
	text->len = (size_t)got;
	return 0;
}

static int read_with_mode(struct secret *text, const char *path, size_t max, mode_t *mode)
{
	int fd = io_open_read(path, true);
	int result, saved;

	if (fd < 0)
		return -1;
	result = read_open(text, fd, max, mode);
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

	return read_with_mode(text, path, max, &mode);
}

static void warn_if_open(const char *path, mode_t mode)
{
	const char *mute = getenv("OCI_CLI_SUPPRESS_FILE_PERMISSIONS_WARNING");
	char quoted[MSG_QUOTED_SIZE];

	if ((mode & 0177) == 0)
		return;
	if (mute != NULL && strcmp(mute, "True") == 0)
		return;
	msg_warning("permissions on %s are too open (%04o); to fix this: "
		    "oci setup repair-file-permissions --file FILE, or "
		    "chmod 600 FILE",
		msg_quote_name(quoted, path), (unsigned)(mode & 07777));
}

int document_read_private(struct secret *text, const char *path, size_t max)
{
	mode_t mode;

	if (read_with_mode(text, path, max, &mode) != 0)
		return -1;
	warn_if_open(path, mode);
	return 0;
}

int document_read_or_tell(struct secret *text, const char *what, const char *path, size_t max)
{
	char quoted[MSG_QUOTED_SIZE];

	if (document_read_private(text, path, max) == 0)
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

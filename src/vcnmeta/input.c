/* Files are read, not mapped: a dump may be a pipe, and may change. */
#include "vcnmeta/input.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/limits.h"
#include "lookup/format.h"

static const char standard_name[] = "standard input";

bool input_is_standard(const char *path)
{
	return strcmp(path, "-") == 0;
}

const char *input_name(const char *path)
{
	return input_is_standard(path) ? standard_name : path;
}

const char *input_quote(char buffer[MSG_QUOTED_SIZE], const char *name)
{
	return name == standard_name ? name : msg_quote_name(buffer, name);
}

bool input_begins_lookup(const struct bytes *text)
{
	return text->len >= FORMAT_MAGIC_SIZE &&
	       memcmp(text->data, FORMAT_MAGIC, FORMAT_MAGIC_SIZE) == 0;
}

bool input_begins_gzip(const struct bytes *text)
{
	static const char magic[] = {'\x1f', '\x8b'};

	return text->len >= sizeof(magic) && memcmp(text->data, magic, sizeof(magic)) == 0;
}

bool input_is_lookup(const char *path)
{
	char magic[FORMAT_MAGIC_SIZE];
	struct stat status;
	bool is_lookup;
	int fd;

	/* a pipe would lose what is looked at */
	if (input_is_standard(path) || stat(path, &status) != 0 || !S_ISREG(status.st_mode))
		return false;
	fd = io_open_read(path, true);
	if (fd < 0)
		return false;
	is_lookup = io_read_full(fd, magic, sizeof(magic)) == (ssize_t)sizeof(magic) &&
		    memcmp(magic, FORMAT_MAGIC, sizeof(magic)) == 0;
	close(fd);
	return is_lookup;
}

static int open_input(const char *path)
{
	if (!input_is_standard(path))
		return io_open_read(path, false);
	if (io_was_open(STDIN_FILENO))
		return STDIN_FILENO;
	errno = EBADF;
	return -1;
}

enum exitcode input_read(const char *path, struct bytes *text)
{
	char quoted[MSG_QUOTED_SIZE];
	int fd = open_input(path);
	int result = fd < 0 ? -1 : io_read_all(fd, text, LIMIT_JSON_PADDING);
	int cause = errno;

	if (fd > STDERR_FILENO)
		close(fd);
	if (result == 0)
		return EXITCODE_OK;
	if (cause == ENOMEM) {
		msg_no_memory();
		return EXITCODE_INTERNAL;
	}
	msg_error_errno(cause, "cannot read %s", input_quote(quoted, input_name(path)));
	return EXITCODE_REFUSED;
}

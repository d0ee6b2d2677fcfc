/*
 * Preloaded: every read gives at most SHORT_READ bytes, every write takes at
 * most SHORT_WRITE. Without them, or with 0, as many as there are.
 */
#define _GNU_SOURCE
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static size_t most(const char *name, size_t len)
{
	const char *text = getenv(name);
	size_t limit = text ? strtoul(text, NULL, 10) : 0;

	return limit > 0 && limit < len ? limit : len;
}

ssize_t read(int fd, void *buffer, size_t len)
{
	return syscall(SYS_read, fd, buffer, most("SHORT_READ", len));
}

ssize_t __read_chk(int fd, void *buffer, size_t len, size_t room);

ssize_t __read_chk(int fd, void *buffer, size_t len, size_t room)
{
	return read(fd, buffer, len < room ? len : room);
}

ssize_t write(int fd, const void *buffer, size_t len)
{
	return syscall(SYS_write, fd, buffer, most("SHORT_WRITE", len));
}

ssize_t writev(int fd, const struct iovec *pieces, int count)
{
	struct iovec some[IOV_MAX];
	size_t left = most("SHORT_WRITE", SIZE_MAX);
	int taken = 0;

	while (taken < count && left > 0) {
		some[taken] = pieces[taken];
		if (some[taken].iov_len > left)
			some[taken].iov_len = left;
		left -= some[taken++].iov_len;
	}
	return syscall(SYS_writev, fd, some, taken);
}

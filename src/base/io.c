/*
 * File descriptors: the calls of read(2) and write(2) made whole. Interrupted
 * calls are repeated, short ones continued, and a descriptor that someone made
 * non-blocking is waited for by poll(2) instead of spun on. Every failure is
 * left in errno for the caller, who knows the subject.
 */
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* What is asked for at once where all is read. */
#define PIECE_READ ((size_t)256 << 10)

#define PIPE_BUFFER_WISHED (1 << 20)

/*
 * A read that can be stopped looks at its flag this often: the signal may have
 * been handled just before the wait began, or by another thread.
 */
#define STOP_LOOK_MS 100

static bool stopped(const atomic_int *stop)
{
	if (!stop || !*stop)
		return false;
	errno = EINTR;
	return true;
}

/* One poll of one descriptor: -1 failed, 0 timed out, 1 something is there. */
static int poll_once(int fd, short events, int timeout_ms)
{
	struct pollfd entry = {.fd = fd, .events = events};

	return poll(&entry, 1, timeout_ms);
}

static int wait_readable(int fd, const atomic_int *stop)
{
	int result = 0;

	while (result == 0) {
		if (stopped(stop))
			return -1;
		result = poll_once(fd, POLLIN, stop ? STOP_LOOK_MS : -1);
		if (result < 0 && errno == EINTR)
			result = 0;
	}
	return result < 0 ? -1 : 0;
}

static bool would_block(void)
{
	return errno == EAGAIN || errno == EWOULDBLOCK;
}

ssize_t io_read(int fd, void *buffer, size_t cap, const atomic_int *stop)
{
	ssize_t got;

	if (stop && wait_readable(fd, stop) != 0)
		return -1;
	while ((got = read(fd, buffer, cap)) < 0) {
		if (would_block()) {
			if (wait_readable(fd, stop) != 0)
				return -1;
		} else if (errno != EINTR || stopped(stop)) {
			return -1;
		}
	}
	return got;
}

ssize_t io_read_full(int fd, void *buffer, size_t cap)
{
	size_t len = 0;
	ssize_t got;

	while (len < cap) {
		got = io_read(fd, (char *)buffer + len, cap - len, NULL);
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		len += (size_t)got;
	}
	return (ssize_t)len;
}

int io_read_all(int fd, struct bytes *bytes, size_t padding)
{
	ssize_t got;

	do {
		if (bytes_reserve(bytes, PIECE_READ + padding) != 0)
			return -1;
		got = io_read(fd, bytes->data + bytes->len, PIECE_READ, NULL);
		if (got < 0)
			return -1;
		bytes->len += (size_t)got;
	} while (got > 0);
	memset(bytes->data + bytes->len, 0, padding);
	return 0;
}

/* After a write that failed: waits if waiting helps. */
static int recover_write(int fd)
{
	if (errno == EINTR)
		return 0;
	if (!would_block())
		return -1;
	while (poll_once(fd, POLLOUT, -1) < 0)
		if (errno != EINTR)
			return -1;
	return 0;
}

int io_write_all(int fd, const void *data, size_t len)
{
	const char *at = data;
	ssize_t done;

	while (len > 0) {
		done = write(fd, at, len);
		if (done > 0) {
			at += done;
			len -= (size_t)done;
		} else if (done == 0) {
			errno = ENOSPC;
			return -1;
		} else if (recover_write(fd) != 0) {
			return -1;
		}
	}
	return 0;
}

static int64_t clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool io_ready(int fd)
{
	return io_wait_ready(fd, 0);
}

bool io_wait_ready(int fd, int timeout_ms)
{
	int64_t end = timeout_ms > 0 ? clock_ms() + timeout_ms : 0;
	int64_t left = timeout_ms;
	int result;

	while ((result = poll_once(fd, POLLIN, (int)left)) < 0) {
		/* A poll that fails otherwise: the read will tell why. */
		if (errno != EINTR)
			return true;
		if (timeout_ms > 0)
			left = end - clock_ms();
		if (timeout_ms > 0 && left < 0)
			left = 0;
	}
	return result > 0;
}

static int refuse(int fd, int errno_value)
{
	close(fd);
	errno = errno_value;
	return -1;
}

/* The checks of a file that has to be regular, on the opened descriptor. */
static int require_regular(int fd)
{
	struct stat status;
	int flags;

	if (fstat(fd, &status) != 0)
		return refuse(fd, errno);
	if (!S_ISREG(status.st_mode))
		return refuse(fd, S_ISDIR(status.st_mode) ? EISDIR : EINVAL);
	flags = fcntl(fd, F_GETFL);
	if (flags < 0 || fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) != 0)
		return refuse(fd, errno);
	return fd;
}

int io_open_read(const char *path, bool regular)
{
	int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY;
	int fd;

	if (regular)
		flags |= O_NONBLOCK;
	do
		fd = open(path, flags);
	while (fd < 0 && errno == EINTR);
	if (fd < 0 || !regular)
		return fd;
	return require_regular(fd);
}

void io_widen_pipe(int fd)
{
	int saved = errno;

	(void)fcntl(fd, F_SETPIPE_SZ, PIPE_BUFFER_WISHED);
	errno = saved;
}

/* Descriptors 0, 1 and 2, as they were found. */
static bool was_closed[3];

int io_standard_descriptors(void)
{
	for (int fd = 0; fd <= 2; fd++) {
		was_closed[fd] = fcntl(fd, F_GETFD) < 0;
		/* open takes the lowest that is free, which is this one. */
		if (was_closed[fd] && open("/dev/null", O_RDWR) != fd)
			return -1;
	}
	return 0;
}

bool io_was_open(int fd)
{
	return !was_closed[fd];
}

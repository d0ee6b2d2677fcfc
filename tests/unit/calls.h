/*
 * Calls that fail when a test wants them to, in place of the C library's: what
 * cannot be brought about otherwise. Included once, before anything else, by
 * the one file of a test program.
 */
#ifndef TESTS_UNIT_CALLS_H
#define TESTS_UNIT_CALLS_H

/* The headers' checked versions would stand in the way. */
#undef _FORTIFY_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What goes wrong with each call, if anything; errno values unless it says. */
static struct {
	int fstat;
	int fcntl;
	int fchmod;
	int fstat_good; /* so many go well first */
	int mmap;
	int mmap_memory;    /* of no file */
	int open_directory; /* but not one that is only to be a path */
	int readlink;
	bool write_nothing;
	bool readlink_nothing;
	bool no_random;
	bool all_are_links; /* lstat says so */
	const char *cut;    /* a file that is cut to nothing once mapped */
} calls;

static int go_wrong(int errno_value)
{
	errno = errno_value;
	return -1;
}

int fstat(int fd, struct stat *status)
{
	if (calls.fstat && calls.fstat_good-- <= 0)
		return go_wrong(calls.fstat);
	return (int)syscall(SYS_fstat, fd, status);
}

int lstat(const char *path, struct stat *status)
{
	int result = fstatat(AT_FDCWD, path, status, AT_SYMLINK_NOFOLLOW);

	if (calls.all_are_links) {
		status->st_mode = S_IFLNK | 0777;
		return 0;
	}
	return result;
}

int fcntl(int fd, int command, ...)
{
	va_list list;
	long argument;

	va_start(list, command);
	argument = va_arg(list, long);
	va_end(list);
	if (calls.fcntl)
		return go_wrong(calls.fcntl);
	return (int)syscall(SYS_fcntl, fd, command, argument);
}

int fchmod(int fd, mode_t mode)
{
	if (calls.fchmod)
		return go_wrong(calls.fchmod);
	return (int)syscall(SYS_fchmod, fd, mode);
}

int open(const char *path, int flags, ...)
{
	va_list list;
	unsigned mode;

	va_start(list, flags);
	mode = va_arg(list, unsigned);
	va_end(list);
	if (calls.open_directory && (flags & O_DIRECTORY) && !(flags & O_PATH))
		return go_wrong(calls.open_directory);
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

ssize_t readlinkat(int fd, const char *path, char *target, size_t size)
{
	if (calls.readlink)
		return go_wrong(calls.readlink);
	if (calls.readlink_nothing)
		return 0;
	if (calls.all_are_links) {
		memcpy(target, "name", 4);
		return 4;
	}
	return syscall(SYS_readlinkat, fd, path, target, size);
}

ssize_t write(int fd, const void *data, size_t len)
{
	return calls.write_nothing ? 0 : syscall(SYS_write, fd, data, len);
}

ssize_t getrandom(void *to, size_t len, unsigned flags)
{
	return calls.no_random ? go_wrong(EAGAIN)
			       : syscall(SYS_getrandom, to, len, flags);
}

void *mmap(void *address, size_t len, int protection, int flags, int fd,
	off_t offset)
{
	int wrong = fd >= 0 ? calls.mmap : calls.mmap_memory;
	void *map;

	if (wrong) {
		errno = wrong;
		return MAP_FAILED;
	}
	map = (void *)syscall(
		SYS_mmap, address, len, protection, flags, fd, offset);
	if (calls.cut && fd >= 0)
		(void)!truncate(calls.cut, 0);
	return map;
}

#endif

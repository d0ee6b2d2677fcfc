/*
 * The place of a file that is replaced as a whole. What is locked (flock) is a file
 * of our own beside it, ".NAME.lock", so that nobody's lock on the directory holds
 * us up, as that of "flock DIRECTORY vcnmeta ..." would.
 *
 * It is there only while it is locked. Who holds the lock removes the file before
 * giving it up; so who gets a lock looks whether its file still has the name, and
 * begins anew if not: else it would hold the lock on a file that nobody sees. A run
 * that is killed leaves the file, unlocked, to the next one.
 *
 * Temporary files that a killed run left beside the target are removed under the
 * lock, but only those that no process has open: a write lease is to be had on no
 * other.
 */
#include "base/dirlock.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/msg.h"

#define TAIL ".XXXXXX.tmp"
#define LOCK_TAIL ".lock"
#define PATIENCE_MS 10000
#define PAUSE_MS 50

/* The lock that a signal handler is to remove; null: none. */
static const struct dirlock *volatile held;

/* Opens a directory through interruptions, if need be without reading it. */
static int open_directory(const char *path)
{
	int fd;

	do
		fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	while (fd < 0 && errno == EINTR);
	if (fd < 0 && errno == EACCES)
		fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd;
}

/* ".NAME.lock", of a name that is cut to fit. */
static char *make_lock_name(const char *name)
{
	size_t len = strnlen(name, NAME_MAX - strlen("." LOCK_TAIL));
	char *text;

	return asprintf(&text, ".%.*s" LOCK_TAIL, (int)len, name) < 0 ? NULL : text;
}

int dirlock_find(struct dirlock *lock, const char *path)
{
	char *real = realpath(path, NULL);
	char *copy = real != NULL ? real : strdup(path);
	char *slash;

	*lock = (struct dirlock){.directory = -1, .lock = -1};
	if (copy == NULL)
		return -1;
	slash = strrchr(copy, '/');
	lock->name = strdup(slash == NULL ? copy : slash + 1);
	if (slash != NULL)
		slash[slash == copy] = '\0';
	if (lock->name != NULL)
		lock->lock_name = make_lock_name(lock->name);
	if (lock->lock_name != NULL)
		lock->directory = open_directory(slash == NULL ? "." : copy);
	free(copy);
	return lock->directory < 0 ? -1 : 0;
}

/* Tells if name is that of a temporary file of target (see base/replace.h). */
static bool is_leftover(const char *name, const char *target)
{
	size_t len = strnlen(target, NAME_MAX - strlen(TAIL));

	return strncmp(name, target, len) == 0 && strlen(name) == len + strlen(TAIL) &&
	       name[len] == '.' &&
	       strspn(name + len + 1, "abcdefghijklmnopqrstuvwxyz012345") == 6 &&
	       strcmp(name + len + 7, ".tmp") == 0;
}

static void remove_leftover(int directory, const char *name)
{
	int fd = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return;
	if (fcntl(fd, F_SETLEASE, F_WRLCK) == 0)
		unlinkat(directory, name, 0);
	close(fd);
}

static void remove_leftovers(const struct dirlock *lock)
{
	int fd = openat(lock->directory, ".", O_RDONLY | O_CLOEXEC);
	DIR *listing = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (listing == NULL) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((entry = readdir(listing)) != NULL)
		if (is_leftover(entry->d_name, lock->name))
			remove_leftover(lock->directory, entry->d_name);
	closedir(listing);
}

/* Returns true if what is open stands under the lock's name. */
static bool has_name(const struct dirlock *lock, int fd)
{
	struct stat open_one, named;

	return fstat(fd, &open_one) == 0 && S_ISREG(open_one.st_mode) &&
	       fstatat(lock->directory, lock->lock_name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
	       open_one.st_dev == named.st_dev && open_one.st_ino == named.st_ino;
}

enum attempt { LOCKED, BUSY, IMPOSSIBLE };

static enum attempt try_lock(struct dirlock *lock)
{
	int fd = openat(lock->directory, lock->lock_name,
		O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0666);
	enum attempt result = IMPOSSIBLE;

	if (fd < 0)
		return errno == EINTR ? BUSY : IMPOSSIBLE;
	if (flock(fd, LOCK_EX | LOCK_NB) != 0)
		result = errno == EWOULDBLOCK || errno == EINTR ? BUSY : IMPOSSIBLE;
	else
		result = has_name(lock, fd) ? LOCKED : BUSY;
	if (result == LOCKED)
		lock->lock = fd;
	else
		close(fd);
	return result;
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Tries until the patience is at its end. */
static enum attempt wait_lock(struct dirlock *lock, const char *path)
{
	const struct timespec pause = {0, PAUSE_MS * 1000000L};
	int64_t end = now_ms() + PATIENCE_MS;
	enum attempt result = try_lock(lock);
	char quoted[MSG_QUOTED_SIZE];

	if (result == BUSY) /* once more: it may just have been given back */
		result = try_lock(lock);
	if (result == BUSY)
		msg_warning("another run is replacing %s: waiting for it, at most %d s",
			msg_quote_name(quoted, path), PATIENCE_MS / 1000);
	while (result == BUSY && now_ms() < end) {
		nanosleep(&pause, NULL);
		result = try_lock(lock);
	}
	return result;
}

static void remove_lock(void *unused)
{
	const struct dirlock *lock = held;

	(void)unused;
	if (lock != NULL)
		unlinkat(lock->directory, lock->lock_name, 0);
}

/* Has a signal remove the lock, from now on. */
static void hold(const struct dirlock *lock)
{
	static bool is_added;

	if (!is_added)
		cleanup_add(remove_lock, NULL);
	is_added = true;
	held = lock;
}

enum exitcode dirlock_acquire(struct dirlock *lock, const char *path)
{
	char quoted[MSG_QUOTED_SIZE];
	struct stat status;

	*lock = (struct dirlock){.directory = -1, .lock = -1};
	if (stat(path, &status) == 0 && !S_ISREG(status.st_mode))
		return EXITCODE_OK;
	if (dirlock_find(lock, path) != 0)
		return EXITCODE_OK;
	switch (wait_lock(lock, path)) {
	case LOCKED:
		hold(lock);
		remove_leftovers(lock);
		return EXITCODE_OK;
	case BUSY:
		msg_error("cannot write %s: another run is still replacing it, after %d s",
			msg_quote_name(quoted, path), PATIENCE_MS / 1000);
		return EXITCODE_LATER;
	case IMPOSSIBLE:
	default:
		return EXITCODE_OK;
	}
}

void dirlock_release(struct dirlock *lock)
{
	int saved = errno;

	if (lock->lock >= 0) {
		unlinkat(lock->directory, lock->lock_name, 0);
		held = NULL;
		close(lock->lock);
	}
	if (lock->directory >= 0)
		close(lock->directory);
	free(lock->name);
	free(lock->lock_name);
	*lock = (struct dirlock){.directory = -1, .lock = -1};
	errno = saved;
}

/*
 * The place of a lookup file. The lock is one on its directory (flock), which
 * ends with the process whatever becomes of it. Where directories cannot be
 * locked there is none, and nothing is tidied.
 *
 * Temporary files that a killed run left beside the target are removed under
 * the lock, but only those that no process has open: a write lease is to be had
 * on no other.
 */
#include "base/dirlock.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define TAIL ".XXXXXX.tmp"

/* Opens a directory for reading, through interruptions. */
static int open_directory(const char *path)
{
	int fd;

	do
		fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	while (fd < 0 && errno == EINTR);
	return fd;
}

int dirlock_find(struct dirlock *place, const char *path)
{
	char *real = realpath(path, NULL);
	char *copy = real != NULL ? real : strdup(path);
	char *slash;

	place->directory = -1;
	place->name = NULL;
	if (copy == NULL)
		return -1;
	slash = strrchr(copy, '/');
	place->name = strdup(slash == NULL ? copy : slash + 1);
	if (slash != NULL)
		slash[slash == copy] = '\0';
	if (place->name != NULL)
		place->directory = open_directory(slash == NULL ? "." : copy);
	free(copy);
	return place->directory < 0 ? -1 : 0;
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

static void remove_leftovers(const struct dirlock *place)
{
	int fd = openat(place->directory, ".", O_RDONLY | O_CLOEXEC);
	DIR *listing = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (listing == NULL) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((entry = readdir(listing)) != NULL)
		if (is_leftover(entry->d_name, place->name))
			remove_leftover(place->directory, entry->d_name);
	closedir(listing);
}

static int lock(const struct dirlock *place)
{
	int result;

	do
		result = flock(place->directory, LOCK_EX);
	while (result != 0 && errno == EINTR);
	return result;
}

int dirlock_acquire(struct dirlock *place, const char *path)
{
	struct stat status;

	if (stat(path, &status) == 0 && !S_ISREG(status.st_mode)) {
		*place = (struct dirlock){.directory = -1};
		return 0;
	}
	if (dirlock_find(place, path) != 0)
		return -1;
	if (lock(place) == 0)
		remove_leftovers(place);
	return 0;
}

void dirlock_release(struct dirlock *place)
{
	int saved = errno;

	if (place->directory >= 0)
		close(place->directory);
	free(place->name);
	*place = (struct dirlock){.directory = -1};
	errno = saved;
}

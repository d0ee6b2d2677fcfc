/*
 * Writing what was fetched. Reading the old file, merging and replacing it are
 * one step under a lock (flock) on the directory, which ends with the process
 * whatever becomes of it. Where directories cannot be locked, it is done
 * without.
 *
 * Temporary files that a killed run left beside the target are removed under
 * the lock, but only those that no process has open: a write lease is to be had
 * on no other.
 */
#include "vcnmeta/fetch_save.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/exitcode.h"
#include "base/msg.h"
#include "lookup/writer.h"
#include "vcnmeta/lookupfile.h"

#define TAIL ".XXXXXX.tmp"

/* Where a file stands: its directory, opened, and its name there. */
struct spot {
	int directory;
	char *name;
};

static int refuse(const char *path, int errno_value)
{
	char quoted[MSG_QUOTED_SIZE];

	msg_error_errno(errno_value, "cannot write lookup file %s",
		msg_quote_name(quoted, path));
	return EXITCODE_WRITE;
}

/* Splits a path that is no link; errno is set on failure. */
static int find_spot(struct spot *spot, const char *path)
{
	char *real = realpath(path, NULL);
	char *copy = real != NULL ? real : strdup(path);
	char *slash;

	spot->directory = -1;
	spot->name = NULL;
	if (copy == NULL)
		return -1;
	slash = strrchr(copy, '/');
	spot->name = strdup(slash == NULL ? copy : slash + 1);
	if (slash != NULL)
		slash[slash == copy] = '\0';
	if (spot->name != NULL)
		spot->directory = open(slash == NULL ? "." : copy,
			O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(copy);
	if (spot->directory >= 0)
		return 0;
	free(spot->name);
	spot->name = NULL;
	return -1;
}

static void leave_spot(struct spot *spot)
{
	if (spot->directory >= 0)
		close(spot->directory);
	free(spot->name);
}

int fetch_save_check(const char *path, bool merge)
{
	struct lookup *lookup;
	struct spot spot;
	struct stat status;
	int result = EXITCODE_OK;

	if (stat(path, &status) == 0) {
		if (S_ISDIR(status.st_mode))
			return refuse(path, EISDIR);
		if (merge) {
			result = (int)lookupfile_open(&lookup, path);
			if (result == EXITCODE_OK)
				lookupfile_close(lookup);
		}
		return result;
	}
	if (errno != ENOENT)
		return refuse(path, errno);
	if (find_spot(&spot, path) != 0) {
		/* one that cannot be listed may be written to all the same */
		return errno == EACCES ? EXITCODE_OK : refuse(path, errno);
	}
	leave_spot(&spot);
	return EXITCODE_OK;
}

/* Tells if name is that of a temporary file of target. */
static bool is_leftover(const char *name, const char *target)
{
	size_t len = strlen(target);

	return strncmp(name, target, len) == 0 &&
	       strlen(name) == len + strlen(TAIL) && name[len] == '.' &&
	       strspn(name + len + 1, "abcdefghijklmnopqrstuvwxyz012345") ==
		       6 &&
	       strcmp(name + len + 7, ".tmp") == 0;
}

static void remove_leftover(int directory, const char *name)
{
	int fd = openat(directory, name,
		O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return;
	if (fcntl(fd, F_SETLEASE, F_WRLCK) == 0)
		unlinkat(directory, name, 0);
	close(fd);
}

static void remove_leftovers(const struct spot *spot)
{
	int fd = openat(spot->directory, ".", O_RDONLY | O_CLOEXEC);
	DIR *listing = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (listing == NULL) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((entry = readdir(listing)) != NULL)
		if (is_leftover(entry->d_name, spot->name))
			remove_leftover(spot->directory, entry->d_name);
	closedir(listing);
}

/* Adds what the file at path holds; an absent one holds nothing. */
static int merge_file(struct model *model, const char *path)
{
	struct lookup *lookup;
	struct model_fault fault;
	char quoted[MSG_QUOTED_SIZE];
	enum model_result merged;
	int result;

	if (access(path, F_OK) != 0 && errno == ENOENT)
		return EXITCODE_OK;
	result = (int)lookupfile_open(&lookup, path);
	if (result != EXITCODE_OK)
		return result;
	merged = model_add_lookup(model, lookup, &fault);
	lookupfile_close(lookup);
	if (merged == MODEL_OK)
		return EXITCODE_OK;
	if (merged == MODEL_NO_MEMORY) {
		msg_no_memory();
		return EXITCODE_INTERNAL;
	}
	msg_error("cannot use lookup file %s: %s", msg_quote_name(quoted, path),
		fault.text);
	return EXITCODE_REFUSED;
}

static void lock(const struct spot *spot)
{
	while (flock(spot->directory, LOCK_EX) != 0 && errno == EINTR)
		;
}

int fetch_save(struct model *model, const char *path, bool merge,
	int64_t fetched_at, const char *source)
{
	struct spot spot;
	bool locked = find_spot(&spot, path) == 0;
	int result = EXITCODE_OK;

	if (!locked && errno != EACCES)
		return refuse(path, errno);
	if (locked) {
		lock(&spot);
		remove_leftovers(&spot);
	}
	if (merge)
		result = merge_file(model, path);
	if (result == EXITCODE_OK)
		result = (int)writer_write(model, path, fetched_at, source);
	leave_spot(&spot);
	return result;
}

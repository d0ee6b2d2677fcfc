/*
 * Folders that appear whole or not at all. All goes by descriptors: a change of the
 * working directory, or of what the path leads to, does not part the folder from its
 * place.
 *
 * The name of each file is noted in a list before the file exists, so that a signal
 * handler finds all that is there. The list only grows, at its front, until the folder
 * is out of a handler's reach.
 */
#include "base/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"

struct folder_file {
	struct folder_file *next;
	char name[];
};

/* The one that a signal would remove. */
static struct folder *_Atomic unfinished;

/* The last component of a path that does not end in a slash. */
static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Signal-safe; errno stays. */
static void remove_all(struct folder *folder)
{
	int saved = errno;

	if (!folder->is_there)
		return;
	for (const struct folder_file *file = folder->files; file; file = file->next)
		(void)unlinkat(folder->fd, file->name, 0);
	(void)unlinkat(folder->parent, base_name(folder->temporary), AT_REMOVEDIR);
	errno = saved;
}

static void on_signal(void *unused)
{
	struct folder *folder = unfinished;

	(void)unused;
	if (folder)
		remove_all(folder);
}

static void release(struct folder *folder)
{
	int saved = errno;
	struct folder_file *file = folder->files;

	/* A handler that runs from here on finds nothing. */
	unfinished = NULL;
	folder->is_there = false;
	folder->files = NULL;
	atomic_signal_fence(memory_order_seq_cst);
	while (file) {
		struct folder_file *next = file->next;

		free(file);
		file = next;
	}
	free(folder->temporary);
	free(folder->target);
	folder->temporary = folder->target = NULL;
	if (folder->fd >= 0)
		close(folder->fd);
	if (folder->parent >= 0)
		close(folder->parent);
	folder->fd = folder->parent = -1;
	errno = saved;
}

/* The path without slashes at its end; of what is there already, without links. */
static char *resolve(const char *path, bool exists)
{
	size_t len = strlen(path);

	if (exists)
		return realpath(path, NULL);
	while (len > 1 && path[len - 1] == '/')
		len--;
	return strndup(path, len);
}

static int open_directory(const char *path, size_t len)
{
	char *directory = len > 0 ? strndup(path, len) : strdup(".");
	int fd;

	if (!directory)
		return -1;
	fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(directory);
	return fd;
}

/* Is there a folder with nothing in it? Makes sure without changing it. */
static int check_empty(const char *path)
{
	DIR *folder = opendir(path);
	const struct dirent *entry;
	int error = 0;

	if (!folder)
		return -1;
	while (error == 0) {
		errno = 0;
		entry = readdir(folder);
		if (entry == NULL && errno == 0)
			break;
		if (entry == NULL)
			error = errno;
		else if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			error = ENOTEMPTY;
	}
	closedir(folder);
	errno = error;
	return error == 0 ? 0 : -1;
}

/* Makes the folder under its other name, with the mode that it is to have. */
static int make(struct folder *folder, mode_t mode)
{
	static const char tail[] = ".tmp-XXXXXX";
	size_t len = strlen(folder->target);

	folder->temporary = malloc(len + sizeof(tail));
	if (!folder->temporary)
		return -1;
	memcpy(folder->temporary, folder->target, len);
	memcpy(folder->temporary + len, tail, sizeof(tail));
	/* Before it is: until it has its name, a handler finds nothing to remove. */
	folder->is_there = true;
	if (!mkdtemp(folder->temporary))
		return -1;
	folder->fd = openat(folder->parent, base_name(folder->temporary),
		O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	return folder->fd < 0 ? -1 : fchmod(folder->fd, mode);
}

static int begin(struct folder *folder, const char *path)
{
	mode_t mask = umask(0);
	struct stat status;
	bool exists;

	(void)umask(mask);
	exists = stat(path, &status) == 0;
	if (!exists && errno != ENOENT)
		return -1;
	/* A link to nothing: no folder could take its place. */
	if (!exists && lstat(path, &status) == 0) {
		errno = ENOTDIR;
		return -1;
	}
	if (exists && check_empty(path) != 0)
		return -1;
	folder->target = resolve(path, exists);
	if (!folder->target)
		return -1;
	folder->parent = open_directory(
		folder->target, (size_t)(base_name(folder->target) - folder->target));
	if (folder->parent < 0)
		return -1;
	return make(folder, exists ? status.st_mode & 0777 : 0777 & ~mask);
}

int folder_begin(struct folder *folder, const char *path)
{
	static bool is_added;

	*folder = (struct folder){.parent = -1, .fd = -1};
	if (!is_added)
		cleanup_add(on_signal, NULL);
	is_added = true;
	unfinished = folder;
	if (begin(folder, path) == 0)
		return 0;
	folder_abandon(folder);
	return -1;
}

int folder_expect(struct folder *folder, const char *name)
{
	size_t size = strlen(name) + 1;
	struct folder_file *file = malloc(sizeof(*file) + size);

	if (!file)
		return -1;
	memcpy(file->name, name, size);
	file->next = folder->files;
	folder->files = file;
	return 0;
}

int folder_write(
	struct folder *folder, const char *name, const void *data, size_t len, bool is_executable)
{
	int result = -1;
	int fd;

	if (folder_expect(folder, name) != 0)
		return -1;
	fd = openat(folder->fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
		is_executable ? 0777 : 0666);
	if (fd < 0)
		return -1;
	/* A failed fsync isn't tried again: the bytes may be gone by then. */
	if (io_write_all(fd, data, len) == 0 && fsync(fd) == 0)
		result = 0;
	if (result != 0) {
		int saved = errno;

		close(fd);
		errno = saved;
		return -1;
	}
	return close(fd) != 0 && errno != EINTR ? -1 : 0;
}

/* Some file systems know no fsync of a folder: that is no failure. */
static int sync_folder(int fd)
{
	return fsync(fd) == 0 || errno == EINVAL || errno == EBADF ? 0 : -1;
}

int folder_commit(struct folder *folder)
{
	int result = sync_folder(folder->fd);

	/* An empty folder is replaced; one that somebody filled meanwhile is not. */
	if (result == 0)
		result = renameat(folder->parent, base_name(folder->temporary), folder->parent,
			base_name(folder->target));
	if (result != 0) {
		folder_abandon(folder);
		return -1;
	}
	folder->is_there = false;
	result = sync_folder(folder->parent);
	release(folder);
	return result;
}

void folder_abandon(struct folder *folder)
{
	remove_all(folder);
	release(folder);
}

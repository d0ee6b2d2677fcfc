/*
 * Files that appear whole or not at all. Everything goes by the descriptor of
 * the directory, so that neither a change of the working directory nor a
 * directory moved meanwhile can part the temporary file from its target.
 *
 * The temporary file's name is noted in a list before the file exists and
 * forgotten after it is gone, so that a signal handler always finds what is there.
 */
#include "base/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Links in a chain, as the kernel has it. */
#define MOST_LINKS 40

/* Names tried before giving up. */
#define MOST_NAMES 100

#define RANDOM_LETTERS 6

/*
 * Those with a temporary file. A handler may run between any two statements, in
 * any thread: one pointer is changed at a time, and each state between is a list.
 */
static struct replace *_Atomic unfinished;

static void list_add(struct replace *replace)
{
	replace->next = unfinished;
	unfinished = replace;
}

static void list_remove(const struct replace *replace)
{
	struct replace *_Atomic *link = &unfinished;

	while (*link && *link != replace)
		link = &(*link)->next;
	if (*link)
		*link = replace->next;
}

static void remove_temporary(const struct replace *replace)
{
	int saved = errno;

	if (replace->temporary)
		(void)unlinkat(replace->directory, replace->temporary, 0);
	errno = saved;
}

void replace_remove_all(void)
{
	for (const struct replace *replace = unfinished; replace; replace = replace->next)
		remove_temporary(replace);
}

/* The last component; empty when the path ends in a slash. */
static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* The directory part of path, its slash included, or "." in new memory. */
static char *directory_name(const char *path)
{
	size_t len = (size_t)(base_name(path) - path);

	return len > 0 ? strndup(path, len) : strdup(".");
}

/*
 * In a folder that is sticky and open to all, such as /tmp, somebody else can
 * put a link where this process is about to write. The kernel does not follow
 * those for us (fs.protected_symlinks), and by the same rule we do not either:
 * only a link of our own, or of the folder's owner, is one that was meant.
 * Returns 0, or -1 with errno set.
 */
static int check_link(const char *path, const struct stat *link)
{
	const mode_t open_to_all = S_ISVTX | S_IWOTH;
	char *directory = directory_name(path);
	struct stat status;
	int result;

	if (!directory)
		return -1;
	result = stat(directory, &status);
	free(directory);
	if (result != 0 || (status.st_mode & open_to_all) != open_to_all ||
		link->st_uid == geteuid() || link->st_uid == status.st_uid)
		return result;
	errno = EACCES;
	return -1;
}

/*
 * Reads the link at path, whose owner is asked of what is read: under a name
 * alone another link could be by then. Returns its length, or -1.
 */
static ssize_t read_link(const char *path, char target[PATH_MAX])
{
	int fd = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat status;
	ssize_t len = -1;
	int saved;

	if (fd < 0)
		return -1;
	if (fstat(fd, &status) == 0 && check_link(path, &status) == 0)
		len = readlinkat(fd, "", target, PATH_MAX);
	saved = errno;
	close(fd);
	errno = saved;
	return len;
}

/* What a link at path means, as a path from here; null with errno set. */
static char *follow_link(const char *path)
{
	size_t prefix = (size_t)(base_name(path) - path);
	char target[PATH_MAX];
	ssize_t len = read_link(path, target);
	char *joined;

	if (len < 0)
		return NULL;
	if (len == 0 || (size_t)len == sizeof(target)) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	if (target[0] == '/')
		prefix = 0;
	joined = malloc(prefix + (size_t)len + 1);
	if (!joined)
		return NULL;
	memcpy(joined, path, prefix);
	memcpy(joined + prefix, target, (size_t)len);
	joined[prefix + (size_t)len] = '\0';
	return joined;
}

char *replace_resolve(const char *path)
{
	char *current = strdup(path);
	struct stat status;
	char *next;

	for (int links = 0; current; links++) {
		if (lstat(current, &status) != 0 || !S_ISLNK(status.st_mode))
			return current;
		next = links < MOST_LINKS ? follow_link(current) : NULL;
		if (links == MOST_LINKS)
			errno = ELOOP;
		free(current);
		current = next;
	}
	return NULL;
}

/*
 * The directory that holds path. One that may be entered and written but not
 * listed will do, though it can't be synced.
 */
static int open_directory(const char *path)
{
	char *directory = directory_name(path);
	int fd;

	if (!directory)
		return -1;
	do
		fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	while (fd < 0 && errno == EINTR);
	if (fd < 0 && errno == EACCES)
		fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	free(directory);
	return fd;
}

/* Frees everything, errno untouched; the temporary file is gone before. */
static void release(struct replace *replace)
{
	int saved = errno;
	char *temporary = replace->temporary;

	/* A handler that runs from here on must not find a name that is freed. */
	list_remove(replace);
	replace->temporary = NULL;
	atomic_signal_fence(memory_order_seq_cst);
	free(temporary);
	free(replace->target);
	replace->target = NULL;
	if (replace->fd >= 0)
		close(replace->fd);
	if (replace->directory >= 0)
		close(replace->directory);
	replace->fd = -1;
	replace->directory = -1;
	errno = saved;
}

static void random_letters(char *to)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz012345";
	struct timespec now;
	uint64_t bits;

	if (getrandom(&bits, sizeof(bits), GRND_NONBLOCK) != sizeof(bits)) {
		clock_gettime(CLOCK_REALTIME, &now);
		bits = (uint64_t)now.tv_nsec * 2654435761u ^ (uint64_t)getpid();
	}
	for (int i = 0; i < RANDOM_LETTERS; i++, bits >>= 5)
		to[i] = letters[bits & 31];
}

/*
 * Creates the file under a name that is free. name ends in ".XXXXXX.tmp", of
 * which the letters are filled in.
 */
static int create_temporary(struct replace *replace, char *name, mode_t mode)
{
	char *letters = name + strlen(name) - strlen("XXXXXX.tmp");
	int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;

	for (int tries = 0; tries < MOST_NAMES; tries++) {
		random_letters(letters);
		/* Noted before it is there: a handler between the two calls removes
		 * nothing, one after them what was made. */
		replace->temporary = name;
		list_add(replace);
		replace->fd = openat(replace->directory, name, flags, mode);
		if (replace->fd >= 0)
			return 0;
		list_remove(replace);
		replace->temporary = NULL;
		if (errno != EEXIST && errno != EINTR)
			break;
	}
	return -1;
}

/* BASE.XXXXXX.tmp, BASE being cut where a name would become too long. */
static char *temporary_name(const char *target)
{
	static const char tail[] = ".XXXXXX.tmp";
	const char *base = base_name(target);
	size_t len = strlen(base);
	char *name;

	if (len > NAME_MAX - (sizeof(tail) - 1))
		len = NAME_MAX - (sizeof(tail) - 1);
	name = malloc(len + sizeof(tail));
	if (name) {
		memcpy(name, base, len);
		memcpy(name + len, tail, sizeof(tail));
	}
	return name;
}

static int begin_temporary(struct replace *replace, const struct stat *old)
{
	char *name = temporary_name(replace->target);
	mode_t mode = old ? S_IRUSR | S_IWUSR : 0666;

	if (!name)
		return -1;
	/* O_EXCL and O_NOFOLLOW: in a folder like /tmp nobody's link or file is opened.
	 * What others may not read of the old file they can't read meanwhile. */
	if (create_temporary(replace, name, mode) != 0) {
		free(name);
		return -1;
	}
	if (old && fchmod(replace->fd, old->st_mode & 0777) != 0) {
		remove_temporary(replace);
		return -1;
	}
	return 0;
}

/* A regular file that came to stand there meanwhile is not written over. */
static int begin_direct(struct replace *replace)
{
	struct stat status;

	replace->direct = true;
	do
		replace->fd = open(replace->target, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	while (replace->fd < 0 && errno == EINTR);
	if (replace->fd < 0 || fstat(replace->fd, &status) != 0)
		return -1;
	if (S_ISREG(status.st_mode)) {
		errno = EEXIST;
		return -1;
	}
	return 0;
}

static int begin(struct replace *replace, const char *path)
{
	struct stat status;
	bool exists = stat(path, &status) == 0;

	if (!exists && errno != ENOENT)
		return -1;
	/* A link like /dev/stdout may name a pipe: no path leads there. */
	if (exists && !S_ISREG(status.st_mode)) {
		replace->target = strdup(path);
		return replace->target ? begin_direct(replace) : -1;
	}
	replace->target = replace_resolve(path);
	if (!replace->target)
		return -1;
	if (*base_name(replace->target) == '\0') {
		errno = *path ? EISDIR : ENOENT;
		return -1;
	}
	replace->directory = open_directory(replace->target);
	if (replace->directory < 0)
		return -1;
	return begin_temporary(replace, exists ? &status : NULL);
}

int replace_begin(struct replace *replace, const char *path)
{
	*replace = (struct replace){.fd = -1, .directory = -1};
	if (begin(replace, path) == 0)
		return 0;
	release(replace);
	return -1;
}

/* Closes the file; a failure may be of bytes that were not stored. */
static int close_file(struct replace *replace)
{
	int result = close(replace->fd);

	replace->fd = -1;
	return result != 0 && errno != EINTR ? -1 : 0;
}

int replace_seal(struct replace *replace)
{
	if (replace->fd < 0)
		return 0;
	/* A failed fsync isn't tried again: the bytes may be gone by then. */
	if (!replace->direct && fsync(replace->fd) != 0)
		return -1;
	return close_file(replace);
}

/* Some directories and file systems know no fsync: that is no failure. */
static int sync_directory(const struct replace *replace)
{
	if (fsync(replace->directory) == 0)
		return 0;
	return errno == EINVAL || errno == EBADF ? 0 : -1;
}

int replace_commit(struct replace *replace)
{
	int result = replace_seal(replace);

	if (!replace->direct) {
		/* Bytes first, then the name, then that the folder has it: whenever the power
		 * goes, the name stands for the old file or for the whole new one. */
		if (result == 0)
			result = renameat(replace->directory, replace->temporary,
				replace->directory, base_name(replace->target));
		if (result == 0)
			result = sync_directory(replace);
		else
			remove_temporary(replace);
	}
	release(replace);
	return result;
}

void replace_abandon(struct replace *replace)
{
	remove_temporary(replace);
	release(replace);
}

/*
 * The files in a directory, in the order of whole paths.
 *
 * A directory is read to its end and closed before anything in it is used, so
 * that one at a time is open however deep the tree. What is kept are the names
 * in the directories on the way down. A name of a directory is kept with the
 * slash that follows it in every path, so that sorting the names of each
 * directory sorts the paths: "a.log" comes before "a/x.log", as '.' before '/'.
 *
 * A directory that can't be read, or read to its end, is a fault; what was
 * found is walked. Paths are at most LIMIT_PATH bytes long, and the kernel's
 * own limit makes a deeper directory a fault before that.
 */
#include "flowlog/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/limits.h"

/* One directory on the way down. */
struct walk_level {
	struct bytes text;  /* the names, each with a NUL after it */
	const char **names; /* into text, sorted */
	size_t count;
	size_t next;
	size_t path_len; /* of the directory's path, its slash included */
};

struct walk {
	const char *glob;
	bool begun;
	struct bytes path; /* of the name that was looked at last */
	size_t opened_len; /* of its beginning that was opened last */
	struct walk_level *levels;
	size_t depth;
	size_t room;
	size_t links; /* that were passed over and may lead to what is wanted */
};

struct walk *walk_new(const char *directory, const char *glob)
{
	struct walk *walk = calloc(1, sizeof(*walk));

	if (walk == NULL)
		return NULL;
	walk->glob = glob;
	walk->path = (struct bytes)BYTES_INIT(LIMIT_PATH + 1);
	if (bytes_append_text(&walk->path, directory) < 0 && errno == ENOMEM) {
		walk_free(walk);
		return NULL;
	}
	return walk;
}

static void level_free(struct walk_level *level)
{
	bytes_free(&level->text);
	free(level->names);
}

void walk_free(struct walk *walk)
{
	if (walk == NULL)
		return;
	while (walk->depth > 0)
		level_free(&walk->levels[--walk->depth]);
	free(walk->levels);
	bytes_free(&walk->path);
	free(walk);
}

size_t walk_links(const struct walk *walk)
{
	return walk->links;
}

static bool ends_with(const char *name, size_t len, const char *ending)
{
	size_t ending_len = strlen(ending);

	return len > ending_len && memcmp(name + len - ending_len, ending, ending_len) == 0;
}

static bool is_wanted(const char *name, const char *glob)
{
	static const char *const endings[] = {".log", ".json", ".ndjson", ".jsonl"};
	size_t len = strlen(name);

	if (glob != NULL)
		return fnmatch(glob, name, 0) == 0;
	if (ends_with(name, len, ".gz"))
		len -= strlen(".gz");
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		if (ends_with(name, len, endings[i]))
			return true;
	}
	return false;
}

/* DT_DIR, DT_REG, DT_LNK, or whatever else it is. */
static unsigned char type_of(int fd, const struct dirent *entry)
{
	struct stat status;

	if (entry->d_type != DT_UNKNOWN)
		return entry->d_type;
	if (fstatat(fd, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) < 0)
		return DT_UNKNOWN;
	return (unsigned char)IFTODT(status.st_mode);
}

/* Returns true if a symbolic link does: what it is named like does not matter. */
static bool leads_to_directory(int fd, const char *name)
{
	struct stat status;

	return fstatat(fd, name, &status, 0) == 0 && S_ISDIR(status.st_mode);
}

/* Keeps a directory's entry, if it is to be walked or read. */
static int level_add(
	struct walk_level *level, struct walk *walk, int fd, const struct dirent *entry)
{
	const char *name = entry->d_name;
	unsigned char type;

	if (name[0] == '.')
		return 0;
	type = type_of(fd, entry);
	if (type == DT_LNK && (is_wanted(name, walk->glob) || leads_to_directory(fd, name)))
		walk->links++;
	if (type != DT_DIR && (type != DT_REG || !is_wanted(name, walk->glob)))
		return 0;
	if (bytes_append_text(&level->text, name) < 0 ||
		(type == DT_DIR && bytes_append_char(&level->text, '/') < 0) ||
		bytes_append_char(&level->text, '\0') < 0)
		return -1;
	level->count++;
	return 0;
}

/* Returns 0, or -1 with errno set, what was read before being kept. */
static int level_read(struct walk_level *level, struct walk *walk, DIR *directory)
{
	const struct dirent *entry;

	for (;;) {
		errno = 0;
		entry = readdir(directory);
		if (entry == NULL)
			return errno == 0 ? 0 : -1;
		if (level_add(level, walk, dirfd(directory), entry) < 0)
			return -1;
	}
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int level_sort(struct walk_level *level)
{
	const char *name = level->text.data;

	if (level->count == 0)
		return 0;
	level->names = calloc(level->count, sizeof(*level->names));
	if (level->names == NULL)
		return -1;
	for (size_t i = 0; i < level->count; i++) {
		level->names[i] = name;
		name += strlen(name) + 1;
	}
	qsort(level->names, level->count, sizeof(*level->names), compare_names);
	return 0;
}

/* Fills a level from the directory at walk->path. */
static int level_fill(struct walk_level *level, struct walk *walk, int flags)
{
	int fd = open(walk->path.data, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK | flags);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	int result, error;

	if (directory == NULL) {
		error = errno;
		if (fd >= 0)
			close(fd);
		errno = error;
		return -1;
	}
	result = level_read(level, walk, directory);
	error = errno;
	closedir(directory);
	if (level_sort(level) < 0)
		return -1;
	errno = error;
	return result;
}

/* Room for one more level, empty. */
static struct walk_level *push(struct walk *walk)
{
	struct walk_level *grown;
	size_t room = walk->room * 2 + 8;

	if (walk->depth == walk->room) {
		grown = realloc(walk->levels, room * sizeof(*grown));
		if (grown == NULL)
			return NULL;
		walk->levels = grown;
		walk->room = room;
	}
	grown = &walk->levels[walk->depth++];
	memset(grown, 0, sizeof(*grown));
	grown->text = (struct bytes)BYTES_INIT(SIZE_MAX / 2);
	return grown;
}

/* Ends walk->path in a NUL that is not counted. */
static int end_path(struct walk *walk)
{
	if (bytes_append_char(&walk->path, '\0') < 0)
		return -1;
	walk->path.len--;
	return 0;
}

/* Steps into the directory at walk->path. */
static int descend(struct walk *walk, int flags)
{
	struct walk_level *level = push(walk);
	int result, error;

	if (level == NULL)
		return -1;
	walk->opened_len = walk->path.len;
	result = level_fill(level, walk, flags);
	error = errno;
	if (walk->path.data[walk->path.len - 1] != '/' && bytes_append_char(&walk->path, '/') < 0) {
		level_free(level);
		walk->depth--;
		return -1;
	}
	level->path_len = walk->path.len;
	errno = error;
	return result;
}

static enum walk_result fault(const struct walk *walk, char **path)
{
	int error = errno;

	if (error == ENOMEM)
		return WALK_NO_MEMORY;
	*path = strndup(walk->path.data, walk->opened_len);
	if (*path == NULL)
		return WALK_NO_MEMORY;
	errno = error == EFBIG ? ENAMETOOLONG : error;
	return WALK_FAULT;
}

static enum walk_result found(const struct walk *walk, char **path)
{
	*path = strndup(walk->path.data, walk->path.len);
	return *path == NULL ? WALK_NO_MEMORY : WALK_FILE;
}

/* Puts the next name after the path of its directory. */
static int step(struct walk *walk, struct walk_level *level)
{
	walk->path.len = walk->opened_len = level->path_len;
	if (bytes_append_text(&walk->path, level->names[level->next++]) < 0)
		return -1;
	return end_path(walk);
}

/*
 * Goes into the directory whose path, with its slash, has just been made. The
 * slash is left out for opening: after it a symbolic link, put there in the
 * meantime, would be followed.
 */
static int enter(struct walk *walk)
{
	walk->path.data[--walk->path.len] = '\0';
	return descend(walk, O_NOFOLLOW);
}

enum walk_result walk_next(struct walk *walk, char **path)
{
	struct walk_level *level;

	if (!walk->begun) {
		walk->begun = true;
		if (end_path(walk) < 0 || descend(walk, 0) < 0)
			return fault(walk, path);
	}
	while (walk->depth > 0) {
		level = &walk->levels[walk->depth - 1];
		if (level->next == level->count) {
			level_free(level);
			walk->depth--;
			continue;
		}
		if (step(walk, level) < 0)
			return fault(walk, path);
		if (walk->path.data[walk->path.len - 1] != '/')
			return found(walk, path);
		if (enter(walk) < 0)
			return fault(walk, path);
	}
	return WALK_END;
}

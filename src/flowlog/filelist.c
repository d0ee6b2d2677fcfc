/*
 * A list of names. Any byte but the delimiter belongs to a name, a CR too, but
 * no byte order mark at the very beginning. A name that can't be one costs that
 * name only; a list that can't be read ends there, and what it held after the
 * last delimiter is no name.
 */
#include "flowlog/filelist.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "base/bytes.h"
#include "base/io.h"
#include "base/limits.h"

#define BUFFER_SIZE 65536

struct filelist {
	int fd;
	char delimiter;
	bool ended;
	size_t line;
	struct bytes name; /* what of the name has come so far */
	bool too_long;
	size_t begin, end; /* of what is not used yet in the buffer */
	char buffer[BUFFER_SIZE];
};

struct filelist *filelist_new(int fd, char delimiter)
{
	struct filelist *list = malloc(sizeof(*list));

	if (list == NULL)
		return NULL;
	list->fd = fd;
	list->delimiter = delimiter;
	list->ended = false;
	list->line = 0;
	list->name = (struct bytes)BYTES_INIT(LIMIT_PATH + 1);
	list->too_long = false;
	list->begin = list->end = 0;
	return list;
}

void filelist_free(struct filelist *list)
{
	if (list == NULL)
		return;
	bytes_free(&list->name);
	free(list);
}

size_t filelist_line(const struct filelist *list)
{
	return list->line;
}

/* Reads on where the buffer is used up. Returns the bytes there are, or -1. */
static ssize_t fill(struct filelist *list, const atomic_int *stop)
{
	ssize_t got;

	if (list->begin < list->end)
		return (ssize_t)(list->end - list->begin);
	got = io_read(list->fd, list->buffer, sizeof(list->buffer), stop);
	list->begin = 0;
	list->end = got > 0 ? (size_t)got : 0;
	return got;
}

/* Takes bytes into the name; what is too long for one is dropped. */
static int extend(struct filelist *list, const char *text, size_t len)
{
	if (list->too_long || len > LIMIT_PATH - list->name.len) {
		list->too_long = true;
		return 0;
	}
	return bytes_append(&list->name, text, len);
}

/* Takes what the buffer has of the name; *complete: the delimiter was there. */
static int take(struct filelist *list, bool *complete)
{
	const char *text = list->buffer + list->begin;
	size_t len = list->end - list->begin;
	const char *end = memchr(text, list->delimiter, len);

	*complete = end != NULL;
	if (end != NULL)
		len = (size_t)(end - text);
	if (extend(list, text, len) < 0)
		return -1;
	list->begin += len + *complete;
	return 0;
}

/* Takes the mark off that the list may begin with. */
static void drop_mark(struct filelist *list)
{
	size_t len = list->line == 1 ? bytes_mark_length(list->name.data, list->name.len) : 0;

	if (len == 0)
		return;
	list->name.len -= len;
	memmove(list->name.data, list->name.data + len, list->name.len);
}

/* Hands the name out that is complete. */
static enum filelist_result finish(struct filelist *list, const char **name)
{
	if (list->too_long)
		return FILELIST_TOO_LONG;
	if (memchr(list->name.data, '\0', list->name.len) != NULL)
		return FILELIST_HOLDS_NUL;
	if (bytes_append_char(&list->name, '\0') < 0)
		return FILELIST_NO_MEMORY;
	*name = list->name.data;
	return FILELIST_NAME;
}

static enum filelist_result end_of(struct filelist *list, const atomic_int *stop)
{
	list->ended = true;
	if (errno == EINTR && stop != NULL && *stop != 0)
		return FILELIST_STOPPED;
	return FILELIST_UNREADABLE;
}

enum filelist_result filelist_next(struct filelist *list, const char **name, const atomic_int *stop)
{
	bool complete = true;
	ssize_t got;

	bytes_clear(&list->name);
	list->too_long = false;
	while (!list->ended) {
		got = fill(list, stop);
		if (got < 0)
			return end_of(list, stop);
		list->ended = got == 0;
		list->line += complete && !list->ended;
		complete = list->ended;
		if (!complete && take(list, &complete) < 0)
			return FILELIST_NO_MEMORY;
		if (complete)
			drop_mark(list);
		if (complete && (list->name.len > 0 || list->too_long))
			return finish(list, name);
	}
	return FILELIST_END;
}

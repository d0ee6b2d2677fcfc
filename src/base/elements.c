/*
 * Reading lists: of the command line, and of files that they name. A list is
 * refused at its first bad element, which the message names with its place.
 */
#include "base/elements.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/io.h"
#include "base/limits.h"
#include "base/msg.h"

/* A list that is being read. */
struct reading {
	struct elements_files *files;
	bool may_exclude;
	element_take *take;
	void *context;
};

int element_refuse(const struct element *element, const char *why)
{
	char quoted[MSG_QUOTED_SIZE], file[MSG_QUOTED_SIZE];

	msg_quote(quoted, element->text, element->len);
	if (element->file == NULL)
		msg_error("bad --%s %s: %s", element->option, quoted, why);
	else
		msg_error("bad --%s %s in line %zu of %s: %s", element->option, quoted,
			element->line, msg_quote_name(file, element->file), why);
	errno = EINVAL;
	return -1;
}

/* Takes the "!" off, if there may be one. */
static void take_mark(const struct reading *reading, struct element *element)
{
	if (!reading->may_exclude || element->len == 0 || element->text[0] != '!')
		return;
	element->is_excluded = true;
	element->text++;
	element->len--;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Takes what a line of a file holds besides blanks and a comment. */
static int take_line(
	const struct reading *reading, const struct element *origin, const char *line, size_t len)
{
	const char *comment = memchr(line, '#', len);
	struct element element = *origin;

	if (comment != NULL)
		len = (size_t)(comment - line);
	while (len > 0 && is_blank(line[len - 1]))
		len--;
	while (len > 0 && is_blank(*line)) {
		line++;
		len--;
	}
	if (len == 0)
		return 0;
	element.text = line;
	element.len = len;
	take_mark(reading, &element);
	return reading->take(reading->context, &element);
}

static int take_lines(
	const struct reading *reading, struct element *origin, const struct bytes *text)
{
	const char *end;
	size_t at = bytes_mark_length(text->data, text->len), len;

	while (at < text->len) {
		end = memchr(text->data + at, '\n', text->len - at);
		len = end ? (size_t)(end - text->data) - at : text->len - at;
		origin->line++;
		if (take_line(reading, origin, text->data + at, len) < 0)
			return -1;
		at += len + (end != NULL);
	}
	return 0;
}

const struct elements_file *elements_find_file(
	const struct elements_files *files, const struct identity *file)
{
	for (size_t i = 0; i < files->count; i++) {
		if (identity_is_same(&files->list[i].identity, file))
			return &files->list[i];
	}
	return NULL;
}

static int note_file(struct elements_files *files, const char *option, int fd)
{
	struct identity identity = identity_of_descriptor(fd);
	struct elements_file *grown;

	if (elements_find_file(files, &identity) != NULL)
		return 0;
	grown = realloc(files->list, (files->count + 1) * sizeof(*grown));
	if (grown == NULL)
		return -1;
	files->list = grown;
	grown = &grown[files->count++];
	grown->identity = identity;
	snprintf(grown->what, sizeof(grown->what), "it is a file of --%s", option);
	return 0;
}

void elements_free_files(struct elements_files *files)
{
	free(files->list);
	*files = (struct elements_files){0};
}

static int take_file(const struct reading *reading, struct element *origin)
{
	struct bytes text = BYTES_INIT(LIMIT_ELEMENTS_FILE);
	char quoted[MSG_QUOTED_SIZE];
	int fd = io_open_read(origin->file, false), result = -1, error;

	if (fd < 0 || note_file(reading->files, origin->option, fd) < 0 ||
		io_read_all(fd, &text, 0) < 0) {
		error = errno;
		if (error != ENOMEM)
			msg_error_errno(error, "cannot read --%s file %s", origin->option,
				msg_quote_name(quoted, origin->file));
		errno = error;
	} else {
		result = take_lines(reading, origin, &text);
	}
	error = errno;
	if (fd >= 0)
		close(fd);
	bytes_free(&text);
	errno = error;
	return result;
}

/* Takes an element of a list on the command line. */
static int take_listed(const struct reading *reading, struct element *element)
{
	char *path;
	int result, error;

	take_mark(reading, element);
	if (element->len == 0 || element->text[0] != '@')
		return reading->take(reading->context, element);
	path = strndup(element->text + 1, element->len - 1);
	if (path == NULL)
		return -1;
	element->file = path;
	result = take_file(reading, element);
	error = errno;
	free(path);
	errno = error;
	return result;
}

int elements_read(struct elements_files *files, const char *option, const char *list,
	bool may_exclude, element_take *take, void *context)
{
	const struct reading reading = {files, may_exclude, take, context};
	struct element element = {.text = list, .len = strlen(list), .option = option};
	char why[64];
	size_t len;

	if (element.len > LIMIT_LIST) {
		snprintf(why, sizeof(why), "too long, use --%s @FILE", option);
		return element_refuse(&element, why);
	}
	for (;; list += len + 1) {
		len = strcspn(list, ",");
		element = (struct element){.text = list, .len = len, .option = option};
		if (take_listed(&reading, &element) < 0)
			return -1;
		if (list[len] == '\0')
			return 0;
	}
}

int elements_read_file(struct elements_files *files, const char *option, const char *path,
	element_take *take, void *context)
{
	const struct reading reading = {files, false, take, context};
	struct element element = {.option = option, .file = path};

	return take_file(&reading, &element);
}

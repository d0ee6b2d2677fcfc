/*
 * The inputs in their order. Here names become inputs: a directory is walked,
 * "-" is standard input, and any other name is opened as it is.
 *
 * A name that can't be used, and a directory or a list that can't be read, is
 * a fault, and the next name is taken; a directory or a list without any input
 * in it is a warning. Nothing is printed here, since the messages are due only
 * when all inputs before have been dealt with.
 */
#include "flowlog/inputs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/msg.h"
#include "flowlog/filelist.h"
#include "flowlog/walk.h"

struct taken {
	struct inputs_taken file;
	bool is_told; /* that it was passed over */
};

struct inputs {
	const struct flowlog_config *config;
	struct taken *taken;
	size_t taken_count;
	const atomic_int *stop;
	size_t next_operand;
	bool stdin_used;

	char *directory; /* being walked, or null */
	struct walk *walk;
	size_t walk_count;
	bool walk_found; /* something: a file or a fault */

	bool list_done;
	bool list_named; /* it held something */
	int list_fd;
	struct filelist *list;
};

struct inputs *inputs_new(const struct flowlog_config *config)
{
	struct inputs *inputs = calloc(1, sizeof(*inputs));

	if (inputs == NULL)
		return NULL;
	inputs->config = config;
	inputs->list_fd = -1;
	inputs->list_done = config->files_from == NULL;
	inputs->stdin_used = config->files_from != NULL && strcmp(config->files_from, "-") == 0;
	return inputs;
}

void inputs_stop_on(struct inputs *inputs, const atomic_int *stop)
{
	inputs->stop = stop;
}

static void end_walk(struct inputs *inputs)
{
	walk_free(inputs->walk);
	free(inputs->directory);
	inputs->walk = NULL;
	inputs->directory = NULL;
}

static void end_list(struct inputs *inputs)
{
	filelist_free(inputs->list);
	if (inputs->list_fd > STDERR_FILENO)
		close(inputs->list_fd);
	inputs->list = NULL;
	inputs->list_fd = -1;
	inputs->list_done = true;
}

void inputs_free(struct inputs *inputs)
{
	if (inputs == NULL)
		return;
	end_walk(inputs);
	end_list(inputs);
	free(inputs->taken);
	free(inputs);
}

int inputs_take(struct inputs *inputs, const struct inputs_taken *taken)
{
	struct taken *grown =
		realloc(inputs->taken, (inputs->taken_count + 1) * sizeof(*inputs->taken));

	if (grown == NULL)
		return -1;
	grown[inputs->taken_count++] = (struct taken){*taken, false};
	inputs->taken = grown;
	return 0;
}

static struct inputs_item item_of(enum inputs_kind kind, char *path)
{
	return (struct inputs_item){.kind = kind, .path = path, .fd = -1};
}

static struct inputs_item no_memory(void)
{
	return item_of(INPUTS_NO_MEMORY, NULL);
}

static struct inputs_item file_item(char *path)
{
	return item_of(INPUTS_FILE, path);
}

__attribute__((format(printf, 2, 3))) static struct inputs_item message_item(
	enum inputs_kind kind, const char *format, ...)
{
	struct inputs_item item = item_of(kind, NULL);
	va_list arguments;
	int len;

	va_start(arguments, format);
	len = vasprintf(&item.message, format, arguments);
	va_end(arguments);
	return len < 0 ? no_memory() : item;
}

/* "cannot read SUBJECT: cause". */
static struct inputs_item errno_item(int error, const char *subject)
{
	/* glibc and musl keep its text apart for each thread, and strerror_r returns
	 * the text in one and a number in the other. */
	return message_item(INPUTS_FAULT, "cannot read %s: %s", subject, strerror(error));
}

/* Room for the name of the list. */
#define LIST_NAME_SIZE (MSG_QUOTED_SIZE + sizeof("list "))

static const char *list_name(const struct inputs *inputs, char text[LIST_NAME_SIZE])
{
	const char *path = inputs->config->files_from;
	char quoted[MSG_QUOTED_SIZE];

	if (strcmp(path, "-") == 0)
		return "standard input";
	(void)snprintf(text, LIST_NAME_SIZE, "list %s", msg_quote_name(quoted, path));
	return text;
}

static struct inputs_item stdin_item(struct inputs *inputs)
{
	char text[LIST_NAME_SIZE];

	if (inputs->stdin_used)
		return message_item(INPUTS_CLASH,
			"cannot read standard input twice, as '-' in %s asks",
			list_name(inputs, text));
	inputs->stdin_used = true;
	return file_item(NULL);
}

static bool is_directory(const char *name)
{
	struct stat status;

	return stat(name, &status) == 0 && S_ISDIR(status.st_mode);
}

static int begin_walk(struct inputs *inputs, const char *directory)
{
	inputs->walk_found = false;
	inputs->walk_count++;
	inputs->directory = strdup(directory);
	if (inputs->directory == NULL)
		return -1;
	inputs->walk = walk_new(directory, inputs->config->name_glob);
	return inputs->walk == NULL ? -1 : 0;
}

/* Room for what is said of symbolic links. */
#define LINKS_SIZE 128

/* Says that a directory held no file to read. */
static struct inputs_item nothing_in(const struct inputs *inputs)
{
	char directory[MSG_QUOTED_SIZE], glob[MSG_QUOTED_SIZE], passed[LINKS_SIZE] = "";
	size_t links = walk_links(inputs->walk);

	msg_quote_name(directory, inputs->directory);
	if (links > 0)
		(void)snprintf(passed, sizeof(passed),
			"%zu symbolic link%s in it %s not followed, name what is to be read", links,
			msg_plural(links), links == 1 ? "is" : "are");
	if (inputs->config->name_glob != NULL)
		return message_item(INPUTS_WARNING, "no file in %s matches --name %s%s%s",
			directory, msg_quote_name(glob, inputs->config->name_glob),
			links > 0 ? "; " : "", passed);
	if (links > 0)
		return message_item(INPUTS_WARNING, "no file to read in %s: %s", directory, passed);
	return message_item(
		INPUTS_WARNING, "no file in %s is named like a log, see --name", directory);
}

/* Room for what a directory is named by. */
#define DIRECTORY_NAME_SIZE (MSG_QUOTED_SIZE + sizeof("directory "))

/* Takes the walk one step on; true: it gave an item. */
static bool walk_on(struct inputs *inputs, struct inputs_item *item)
{
	char *path = NULL;
	char text[DIRECTORY_NAME_SIZE], quoted[MSG_QUOTED_SIZE];
	enum walk_result result = walk_next(inputs->walk, &path);
	int error = errno;

	switch (result) {
	case WALK_FILE:
		*item = file_item(path);
		item->walk = inputs->walk_count;
		break;
	case WALK_FAULT:
		(void)snprintf(text, sizeof(text), "directory %s", msg_quote_name(quoted, path));
		*item = errno_item(error, text);
		free(path);
		break;
	case WALK_END:
		if (!inputs->walk_found)
			*item = nothing_in(inputs);
		end_walk(inputs);
		return !inputs->walk_found;
	default:
		*item = no_memory();
	}
	inputs->walk_found = true;
	return true;
}

/* Takes a name of an input; true: it gave an item. */
static bool take_name(struct inputs *inputs, const char *name, struct inputs_item *item)
{
	char *path;

	if (strcmp(name, "-") == 0) {
		*item = stdin_item(inputs);
		return true;
	}
	if (is_directory(name)) {
		if (begin_walk(inputs, name) == 0)
			return false;
		*item = no_memory();
		return true;
	}
	path = strdup(name);
	*item = path == NULL ? no_memory() : file_item(path);
	return true;
}

/* Opens the list; true: that gave an item. */
static bool begin_list(struct inputs *inputs, struct inputs_item *item)
{
	const char *path = inputs->config->files_from;
	char text[LIST_NAME_SIZE];

	inputs->list_fd = STDIN_FILENO;
	if (strcmp(path, "-") != 0)
		inputs->list_fd = io_open_read(path, false);
	if (inputs->list_fd < 0) {
		*item = errno_item(errno, list_name(inputs, text));
		end_list(inputs);
		return true;
	}
	inputs->list = filelist_new(inputs->list_fd, inputs->config->files_null ? '\0' : '\n');
	if (inputs->list == NULL)
		*item = no_memory();
	return inputs->list == NULL;
}

static struct inputs_item bad_name(const struct inputs *inputs, enum filelist_result result)
{
	char text[LIST_NAME_SIZE];

	return message_item(INPUTS_FAULT, "cannot use name %zu in %s: %s",
		filelist_line(inputs->list), list_name(inputs, text),
		result == FILELIST_TOO_LONG ? "it is too long" : "it holds a NUL, see --null");
}

/* Ends the list; true: that gave an item. */
static bool finish_list(struct inputs *inputs, struct inputs_item *item)
{
	char text[LIST_NAME_SIZE];

	end_list(inputs);
	if (inputs->list_named)
		return false;
	*item = message_item(INPUTS_WARNING, "%s names no input", list_name(inputs, text));
	return true;
}

/* Takes the list one name on; true: it gave an item. */
static bool list_on(struct inputs *inputs, struct inputs_item *item)
{
	char text[LIST_NAME_SIZE];
	const char *name;
	enum filelist_result result;

	if (inputs->list == NULL && begin_list(inputs, item))
		return true;
	result = filelist_next(inputs->list, &name, inputs->stop);
	switch (result) {
	case FILELIST_NAME:
		inputs->list_named = true;
		return take_name(inputs, name, item);
	case FILELIST_TOO_LONG:
	case FILELIST_HOLDS_NUL:
		inputs->list_named = true;
		*item = bad_name(inputs, result);
		return true;
	case FILELIST_UNREADABLE:
		*item = errno_item(errno, list_name(inputs, text));
		end_list(inputs);
		return true;
	case FILELIST_STOPPED:
		end_list(inputs);
		return false;
	case FILELIST_END:
		return finish_list(inputs, item);
	default:
		*item = no_memory();
		return true;
	}
}

/* Standard input, where nothing else was named; once. */
static struct inputs_item last_item(struct inputs *inputs)
{
	const struct flowlog_config *config = inputs->config;

	if (config->operand_count == 0 && config->files_from == NULL && !inputs->stdin_used)
		return stdin_item(inputs);
	return item_of(INPUTS_END, NULL);
}

/* The next item; a file is not open yet. */
static struct inputs_item next_name(struct inputs *inputs)
{
	const struct flowlog_config *config = inputs->config;
	struct inputs_item item;
	bool due;

	do {
		if (inputs->walk != NULL)
			due = walk_on(inputs, &item);
		else if (inputs->next_operand < config->operand_count)
			due = take_name(inputs, config->operands[inputs->next_operand++], &item);
		else if (!inputs->list_done)
			due = list_on(inputs, &item);
		else
			return last_item(inputs);
	} while (!due);
	return item;
}

/* What was taken that an input turned out to be, or null. */
static struct taken *find_taken(const struct inputs *inputs, const struct identity *identity)
{
	for (size_t i = 0; i < inputs->taken_count; i++) {
		struct taken *taken = &inputs->taken[i];

		if (identity_is_same(&taken->file.file, identity) ||
			identity_is_same(&taken->file.temporary, identity))
			return taken;
	}
	return NULL;
}

/* Says that an input was taken. The name of a temporary file says nothing. */
static struct inputs_item taken_item(
	const struct taken *taken, const struct inputs_item *item, bool ends_run, bool is_temporary)
{
	const char *path = is_temporary ? taken->file.path : item->path;
	char quoted[MSG_QUOTED_SIZE];
	const char *name = path == NULL ? "standard input" : msg_quote_name(quoted, path);

	if (ends_run)
		return message_item(INPUTS_CLASH, "cannot read %s: %s", name, taken->file.why);
	return message_item(INPUTS_WARNING, "passed over %s: %s", name, taken->file.why);
}

/*
 * Opens what item names. If it was taken, item becomes what is to be said of
 * that; returns false if that was said before.
 */
static bool open_item(struct inputs *inputs, struct inputs_item *item, bool is_operand)
{
	struct inputs_item message;
	struct identity identity;
	struct taken *taken;
	bool ends_run, is_due;

	item->fd = item->path == NULL ? STDIN_FILENO : io_open_read(item->path, false);
	if (item->fd < 0) {
		item->error = errno;
		return true;
	}
	/* Of what is open, not of the name: that may stand for another file by now. */
	identity = identity_of_descriptor(item->fd);
	taken = find_taken(inputs, &identity);
	if (taken == NULL)
		return true;
	ends_run = is_operand || taken->file.ends_run;
	is_due = ends_run || !taken->is_told;
	taken->is_told = true;
	if (is_due)
		message = taken_item(
			taken, item, ends_run, !identity_is_same(&taken->file.file, &identity));
	if (item->path != NULL)
		close(item->fd);
	free(item->path);
	if (is_due)
		*item = message;
	return is_due;
}

struct inputs_item inputs_next(struct inputs *inputs)
{
	struct inputs_item item;

	do
		item = next_name(inputs);
	while (item.kind == INPUTS_FILE &&
		!open_item(inputs, &item, inputs->walk == NULL && inputs->list == NULL));
	return item;
}

/* What is left of standard input, or -1. */
static int64_t stdin_size(void)
{
	struct stat status;
	off_t at;

	if (fstat(STDIN_FILENO, &status) < 0 || !S_ISREG(status.st_mode))
		return -1;
	at = lseek(STDIN_FILENO, 0, SEEK_CUR);
	return at < 0 || at > status.st_size ? -1 : status.st_size - at;
}

/* The size of an item, or -1 where it has none. */
static int64_t item_size(const struct inputs *inputs, const struct inputs_item *item)
{
	struct identity identity;
	struct stat status;

	if (item->kind != INPUTS_FILE)
		return 0;
	if (item->path == NULL)
		return stdin_size();
	if (stat(item->path, &status) < 0 || !S_ISREG(status.st_mode))
		return -1;
	identity = identity_of_path(item->path);
	return find_taken(inputs, &identity) != NULL ? 0 : status.st_size;
}

int64_t inputs_total_bytes(const struct inputs *inputs)
{
	struct inputs *ahead = NULL;
	struct inputs_item item = item_of(INPUTS_FILE, NULL);
	int64_t total = 0, size = 0;

	if (inputs->config->files_from == NULL)
		ahead = inputs_new(inputs->config);
	if (ahead == NULL)
		return -1;
	while (size >= 0 && item.kind != INPUTS_END && item.kind != INPUTS_NO_MEMORY) {
		item = next_name(ahead);
		size = item_size(inputs, &item);
		total += size;
		free(item.path);
		free(item.message);
	}
	inputs_free(ahead);
	return size < 0 || item.kind == INPUTS_NO_MEMORY ? -1 : total;
}

/*
 * Lists on the command line: elements separated by commas, where @FILE stands
 * for what a file holds, one element a line with blanks around it, and comments
 * after '#'. Where a list may exclude, "!" before an element says so, and
 * before @FILE for all that it holds.
 */
#ifndef BASE_ELEMENTS_H
#define BASE_ELEMENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/identity.h"

/* The files that lists named, so that nothing else is done with them. */
struct elements_files {
	struct elements_file {
		struct identity identity;
		char what[48]; /* "it is a file of --internal" */
	} * list;
	size_t count;
};

struct element {
	const char *text; /* text[0..len), not ended by a NUL */
	size_t len;
	bool is_excluded;
	const char *option; /* without "--" */
	const char *file;   /* null: on the command line */
	size_t line;
};

/* Returns 0, or -1 with errno set, ENOMEM without a message and else after one. */
typedef int element_take(void *context, const struct element *element);

/*
 * Calls take for each element of a list of --OPTION, in order, up to one that it
 * refuses. A list is at most LIMIT_LIST bytes long and a file
 * LIMIT_ELEMENTS_FILE. Notes in files which were read. Returns as take does.
 */
int elements_read(struct elements_files *files, const char *option, const char *list,
	bool may_exclude, element_take *take, void *context);

/* The same for each element of a file that --OPTION names by itself. */
int elements_read_file(struct elements_files *files, const char *option, const char *path,
	element_take *take, void *context);

/* For take: says "bad --OPTION 'ELEMENT': WHY". Returns -1 with errno EINVAL. */
int element_refuse(const struct element *element, const char *why);

/* The entry of a file that a list named, or null. */
const struct elements_file *elements_find_file(
	const struct elements_files *files, const struct identity *file);

void elements_free_files(struct elements_files *files);

#endif

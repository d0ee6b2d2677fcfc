/*
 * The files in a directory, in the order of find DIR -type f | LC_ALL=C sort.
 * Regular files only; names that begin with a dot and symbolic links are
 * passed over, but for the directory itself. Private to inputs.c.
 */
#ifndef FLOWLOG_WALK_H
#define FLOWLOG_WALK_H

#include <stddef.h>

enum walk_result {
	WALK_FILE,  /* *path is a file's */
	WALK_FAULT, /* *path is a directory's, errno says what is wrong */
	WALK_END,
	WALK_NO_MEMORY,
};

struct walk;

/*
 * glob: which base names are files to read; null: those that end as logs do.
 * It is kept, not copied. Returns null when memory ran out.
 */
struct walk *walk_new(const char *directory, const char *glob);

/* What comes next; *path is the caller's, to be freed. */
enum walk_result walk_next(struct walk *walk, char **path);

/*
 * How many symbolic links were passed over so far that may lead to what is
 * wanted: by their names, or to a directory. Not those with names of dot-files.
 */
size_t walk_links(const struct walk *walk);

void walk_free(struct walk *walk);

#endif

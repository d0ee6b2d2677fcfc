/*
 * Which file a name or a descriptor stands for, to tell whether two of them are
 * one: so that no run writes over what it reads.
 *
 * Two are one when they lead to the same regular file, by whatever links, or to
 * the same name in the same directory where there is no file yet. Devices and
 * FIFOs are one with nothing: /dev/null may be named as often as one likes.
 */
#ifndef BASE_IDENTITY_H
#define BASE_IDENTITY_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

struct identity {
	enum identity_kind { IDENTITY_NONE, IDENTITY_FILE, IDENTITY_NEW } kind;
	dev_t device; /* of the file; of a new one's directory */
	ino_t inode;
	char name[NAME_MAX + 1]; /* of a new one: its name there */
};

/*
 * Of what path leads to; null, and what cannot be reached, is one with nothing.
 */
struct identity identity_of_path(const char *path);

/* Of what is open; IDENTITY_NONE if it is no regular file. */
struct identity identity_of_descriptor(int fd);

bool identity_is_same(const struct identity *a, const struct identity *b);

#endif

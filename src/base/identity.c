/* Telling files from each other by device and inode. */
#include "base/identity.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/replace.h"

static struct identity of_status(const struct stat *status)
{
	struct identity identity = {.kind = IDENTITY_NONE};

	if (S_ISREG(status->st_mode)) {
		identity.kind = IDENTITY_FILE;
		identity.device = status->st_dev;
		identity.inode = status->st_ino;
	}
	return identity;
}

struct identity identity_of_descriptor(int fd)
{
	struct stat status = {0};

	if (fstat(fd, &status) < 0)
		status.st_mode = 0;
	return of_status(&status);
}

/* Of a path that is no link, and that nothing stands at: where it would be made. */
static struct identity of_place(char *path)
{
	struct identity identity = {.kind = IDENTITY_NONE};
	char *slash = strrchr(path, '/');
	const char *name = slash == NULL ? path : slash + 1;
	size_t len = strlen(name);
	struct stat status;

	if (len == 0 || len > NAME_MAX)
		return identity;
	memcpy(identity.name, name, len);
	if (slash != NULL)
		slash[1] = '\0';
	if (stat(slash == NULL ? "." : path, &status) == 0) {
		identity.kind = IDENTITY_NEW;
		identity.device = status.st_dev;
		identity.inode = status.st_ino;
	}
	return identity;
}

struct identity identity_of_path(const char *path)
{
	struct identity identity = {.kind = IDENTITY_NONE};
	struct stat status;
	char *place;

	if (path == NULL)
		return identity;
	if (stat(path, &status) == 0)
		return of_status(&status);
	/* Links that lead nowhere yet may lead to one place. */
	place = replace_resolve(path);
	if (place != NULL)
		identity = of_place(place);
	free(place);
	return identity;
}

bool identity_is_same(const struct identity *a, const struct identity *b)
{
	if (a->kind != b->kind || a->kind == IDENTITY_NONE || a->device != b->device ||
		a->inode != b->inode)
		return false;
	return a->kind == IDENTITY_FILE || strcmp(a->name, b->name) == 0;
}

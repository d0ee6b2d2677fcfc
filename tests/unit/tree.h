/* A directory of files, made for a test and removed after it. */
#ifndef TREE_H
#define TREE_H

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char tree_start[4096];
static char tree_root[] = "/tmp/test_tree.XXXXXX";

/* Makes an empty directory and goes there. */
static inline int tree_begin(void)
{
	strcpy(tree_root, "/tmp/test_tree.XXXXXX");
	if (getcwd(tree_start, sizeof(tree_start)) == NULL || mkdtemp(tree_root) == NULL)
		return -1;
	return chdir(tree_root);
}

static inline int tree_end(void)
{
	char command[128];

	if (chdir(tree_start) < 0)
		return -1;
	snprintf(command, sizeof(command), "chmod -R u+rwx '%s' && rm -rf '%s'", tree_root,
		tree_root);
	return system(command);
}

/* Makes a file with len bytes of text, and the directories above it. */
static inline void tree_file_of(const char *path, const char *text, size_t len)
{
	char parent[4096];
	int fd;

	for (const char *at = path; (at = strchr(at, '/')) != NULL; at++) {
		snprintf(parent, sizeof(parent), "%.*s", (int)(at - path), path);
		if (parent[0] != '\0')
			mkdir(parent, 0777);
	}
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
	if (fd < 0 || write(fd, text, len) != (ssize_t)len)
		abort();
	close(fd);
}

static inline void tree_file(const char *path)
{
	tree_file_of(path, "{}\n", 3);
}

/* How many names there are in a directory. */
static inline int tree_count(const char *path)
{
	DIR *directory = opendir(path);
	const struct dirent *entry;
	int count = 0;

	if (directory == NULL)
		abort();
	while ((entry = readdir(directory)) != NULL)
		count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	closedir(directory);
	return count;
}

#endif

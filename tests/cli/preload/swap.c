/*
 * Right after the look at SWAP_PATH that SWAP_LOOK counts, puts a link to SWAP_TARGET there that
 * belongs to somebody else, as its owner could in a folder like /tmp.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define STRANGER 12345

static int looks;

static void swap(const char *path)
{
	const char *wanted = getenv("SWAP_PATH");

	if (wanted == NULL || strcmp(path, wanted) != 0)
		return;
	if (++looks != atoi(getenv("SWAP_LOOK")))
		return;
	unlink(path);
	if (symlink(getenv("SWAP_TARGET"), path) == 0 && lchown(path, STRANGER, STRANGER) == 0)
		close(open("swapped", O_CREAT | O_WRONLY, 0600));
}

int stat(const char *path, struct stat *status)
{
	int result = (int)syscall(SYS_newfstatat, AT_FDCWD, path, status, 0);

	swap(path);
	return result;
}

/* Each fsync takes five seconds, like that of a busy disk; the file folder/slow is made first. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int fsync(int fd)
{
	struct timespec left = {.tv_sec = 5};

	close(open("folder/slow", O_CREAT | O_WRONLY, 0600));
	while (nanosleep(&left, &left) != 0)
		;
	return (int)syscall(SYS_fsync, fd);
}

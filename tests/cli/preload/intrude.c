/*
 * What somebody could do who has taken the program over: tried at its first
 * read of its input, from within, and told on stderr.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static void tell(const char *what, int result)
{
	char line[256];
	int len = snprintf(line, sizeof(line), "intruder: %s: %s\n", what,
		result >= 0 ? "done" : strerrorname_np(errno));

	if (write(STDERR_FILENO, line, (size_t)len) != len)
		_exit(99);
}

static void tell_open(const char *path, int flags)
{
	char what[128];
	int fd = open(path, flags, 0600);

	snprintf(what, sizeof(what), "%s %s",
		flags == O_RDONLY ? "read" : "write", path);
	tell(what, fd);
	if (fd >= 0)
		close(fd);
}

static void intrude(void)
{
	char *const words[] = {"true", NULL};
	char key = 'x';

	tell_open("/etc/passwd", O_RDONLY);
	tell_open("other", O_RDONLY);
	tell_open("operand", O_RDONLY);
	tell_open("operand", O_WRONLY);
	tell_open("new", O_WRONLY | O_CREAT);
	tell_open("made/new", O_WRONLY | O_CREAT);
	tell_open("/dev/null", O_WRONLY);
	tell("unlink other", unlink("other"));
	tell("rename other", rename("other", "another"));
	tell("mkdir", mkdir("folder", 0700));
	tell("symlink", symlink("other", "link"));
	tell("chmod operand", chmod("operand", 0777));
	tell("socket", socket(AF_INET, SOCK_STREAM, 0));
	tell("unix socket", socket(AF_UNIX, SOCK_STREAM, 0));
	tell("execve", execv("/bin/true", words));
	tell("ptrace", (int)ptrace(PTRACE_TRACEME, 0, NULL, NULL));
	tell("type into the terminal", ioctl(STDIN_FILENO, TIOCSTI, &key));
}

ssize_t read(int fd, void *data, size_t len)
{
	static ssize_t (*next)(int, void *, size_t);
	static int is_done;

	if (next == NULL)
		next = (ssize_t (*)(int, void *, size_t))dlsym(
			RTLD_NEXT, "read");
	/* the input's reads are large; a lookup file is not read */
	if (!is_done && len >= 4096) {
		is_done = 1;
		intrude();
	}
	return next(fd, data, len);
}

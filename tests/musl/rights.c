/*
 * What the C library does once rights are given up: whether a filter of files
 * still gets from it what it needs. Prints what fails.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "base/rights.h"

static int failures;
static volatile sig_atomic_t caught;

static void want(int fine, const char *what)
{
	if (fine)
		return;
	printf("%s fails: %s\n", what, strerror(errno));
	failures++;
}

static void note(int number)
{
	caught = number;
}

static void *touch(void *argument)
{
	void *large = malloc(1 << 24);

	want(large != NULL, "malloc in a thread");
	free(large);
	return argument;
}

static void files(void)
{
	struct stat status;
	int file = open("made", O_RDWR | O_CREAT | O_CLOEXEC, 0666);

	want(file >= 0 && write(file, "x\n", 2) == 2, "write");
	want(fstat(file, &status) == 0 && status.st_size == 2, "fstat");
	want(stat("made", &status) == 0, "stat");
	want(lseek(file, 0, SEEK_SET) == 0, "lseek");
	want(fsync(file) == 0 && fdatasync(file) == 0, "fsync");
	want(mmap(NULL, 2, PROT_READ, MAP_PRIVATE, file, 0) != MAP_FAILED, "mmap");
	want(fchmod(file, 0600) == 0 || errno == ENOSYS, "fchmod");
	want(close(file) == 0, "close");
	want(rename("made", "renamed") == 0, "rename");
	want(unlink("renamed") == 0, "unlink");
}

static void processes(void)
{
	struct timespec moment = {0, 1000};
	pthread_t thread;

	signal(SIGUSR1, note);
	want(raise(SIGUSR1) == 0 && caught == SIGUSR1, "raise");
	want(nanosleep(&moment, NULL) == 0, "nanosleep");
	want(pthread_create(&thread, NULL, touch, NULL) == 0 && pthread_join(thread, NULL) == 0,
		"a thread");
	want(sysconf(_SC_NPROCESSORS_ONLN) > 0, "sysconf");
	want(clock_gettime(CLOCK_MONOTONIC, &moment) == 0, "clock_gettime");
}

static void terminals(int terminal)
{
	struct winsize size;
	char termios2[64];

	want(isatty(terminal) == 1, "isatty");
	want(ioctl(terminal, 0x802c542aul, termios2) == 0, "TCGETS2, as newer C libraries ask");
	want(ioctl(terminal, TIOCGWINSZ, &size) == 0, "the size of a terminal");
	want(isatty(STDIN_FILENO) == 0 && errno == ENOTTY, "isatty of what is none");
}

int main(void)
{
	struct rights rights;
	int other = posix_openpt(O_RDWR | O_NOCTTY), terminal;

	want(other >= 0 && grantpt(other) == 0 && unlockpt(other) == 0, "a terminal");
	terminal = open(ptsname(other), O_RDWR | O_NOCTTY);
	rights_begin(&rights);
	rights_leave(&rights, ".", RIGHTS_REPLACE);
	rights_give_up(&rights, RIGHTS_FILTER);
	if (!rights.calls) {
		puts("no system calls can be given up");
		return 77;
	}
	terminals(terminal);
	processes();
	files();
	want(socket(AF_INET, SOCK_STREAM, 0) < 0, "refusing a socket");
	return failures != 0;
}

/* Descriptors: interruptions, non-blocking ends, short counts, kinds. */
#include "../calls.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/io.h"

static atomic_int signals;

static void on_signal(int number)
{
	(void)number;
	signals = 1;
}

/* SIGALRM once, in_us from now; calls in the kernel are interrupted by it. */
static void signal_in(useconds_t in_us)
{
	struct sigaction action = {.sa_handler = on_signal};

	signals = 0;
	sigaction(SIGALRM, &action, NULL);
	ualarm(in_us, 0);
}

static void make_pipe(int ends[2], int flags)
{
	assert_int_equal(pipe2(ends, flags), 0);
}

static void close_both(const int ends[2])
{
	close(ends[0]);
	close(ends[1]);
}

static void reads_to_the_end(void **state)
{
	char buffer[16];
	int ends[2];

	(void)state;
	make_pipe(ends, 0);
	assert_int_equal(write(ends[1], "abcdef", 6), 6);
	assert_int_equal(io_read(ends[0], buffer, 4, NULL), 4);
	assert_memory_equal(buffer, "abcd", 4);
	close(ends[1]);
	assert_int_equal(io_read_full(ends[0], buffer, sizeof(buffer)), 2);
	assert_memory_equal(buffer, "ef", 2);
	assert_int_equal(io_read(ends[0], buffer, 4, NULL), 0);
	close(ends[0]);
	assert_int_equal(io_read(ends[0], buffer, 4, NULL), -1);
	assert_int_equal(errno, EBADF);
	assert_int_equal(io_read_full(ends[0], buffer, 4), -1);
}

/* A child that writes text to fd after a while, and leaves. */
static pid_t write_later(int fd, const char *text, useconds_t in_us)
{
	pid_t child = fork();

	if (child == 0) {
		usleep(in_us);
		_exit(write(fd, text, strlen(text)) < 0);
	}
	assert_true(child > 0);
	return child;
}

static void waits_for_non_blocking_input(void **state)
{
	atomic_int stop = 0;
	char buffer[16];
	int ends[2];

	(void)state;
	make_pipe(ends, O_NONBLOCK);
	write_later(ends[1], "late", 30000);
	assert_int_equal(io_read(ends[0], buffer, sizeof(buffer), NULL), 4);
	wait(NULL);
	write_later(ends[1], "later", 150000);
	assert_int_equal(io_read(ends[0], buffer, sizeof(buffer), &stop), 5);
	wait(NULL);
	close_both(ends);
}

static void goes_on_after_a_signal(void **state)
{
	char buffer[16];
	int ends[2];

	(void)state;
	make_pipe(ends, 0);
	write_later(ends[1], "late", 60000);
	signal_in(20000);
	assert_int_equal(io_read(ends[0], buffer, sizeof(buffer), NULL), 4);
	assert_true(signals);
	wait(NULL);
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	write_later(ends[1], "late", 60000);
	signal_in(20000);
	assert_int_equal(io_read(ends[0], buffer, sizeof(buffer), NULL), 4);
	assert_true(signals);
	wait(NULL);
	close_both(ends);
}

static void *raise_flag(void *flag)
{
	usleep(30000);
	*(atomic_int *)flag = 1;
	return NULL;
}

static void stops_when_told(void **state)
{
	atomic_int stop = 1;
	pthread_t thread;
	char buffer[16];
	int ends[2];

	(void)state;
	make_pipe(ends, 0);
	assert_int_equal(io_read(ends[0], buffer, 1, &stop), -1);
	assert_int_equal(errno, EINTR);
	signal_in(20000);
	assert_int_equal(io_read(ends[0], buffer, 1, &signals), -1);
	assert_int_equal(errno, EINTR);
	/* Seen too when no call of this thread was interrupted. */
	stop = 0;
	pthread_create(&thread, NULL, raise_flag, (void *)&stop);
	assert_int_equal(io_read(ends[0], buffer, 1, &stop), -1);
	assert_int_equal(errno, EINTR);
	pthread_join(thread, NULL);
	close_both(ends);
}

#define PLENTY ((size_t)300000)

/* A child that reads slowly, and leaves with 0 if all bytes were right. */
static pid_t read_slowly(const int ends[2])
{
	pid_t child = fork();
	unsigned char byte[4096];
	size_t total = 0;
	ssize_t got;

	if (child != 0)
		return child;
	close(ends[1]);
	while ((got = io_read(ends[0], byte, sizeof(byte), NULL)) > 0) {
		for (ssize_t i = 0; i < got; i++)
			if (byte[i] != (unsigned char)(total + (size_t)i))
				_exit(1);
		total += (size_t)got;
		usleep(200);
	}
	_exit(total != PLENTY);
}

static void writes_all(int flags)
{
	unsigned char *data = malloc(PLENTY);
	int ends[2], status;

	for (size_t i = 0; i < PLENTY; i++)
		data[i] = (unsigned char)i;
	make_pipe(ends, flags);
	read_slowly(ends);
	signal_in(5000);
	assert_int_equal(io_write_all(ends[1], data, PLENTY), 0);
	assert_true(signals);
	close_both(ends);
	wait(&status);
	assert_int_equal(status, 0);
	free(data);
}

static void writes_whole_to_slow_readers(void **state)
{
	(void)state;
	writes_all(0);
	writes_all(O_NONBLOCK);
}

static void tells_why_it_cannot_write(void **state)
{
	int full = open("/dev/full", O_WRONLY);
	int ends[2];

	(void)state;
	assert_int_equal(io_write_all(full, "x", 1), -1);
	assert_int_equal(errno, ENOSPC);
	assert_int_equal(io_write_all(full, "", 0), 0);
	close(full);
	signal(SIGPIPE, SIG_IGN);
	make_pipe(ends, 0);
	close(ends[0]);
	assert_int_equal(io_write_all(ends[1], "x", 1), -1);
	assert_int_equal(errno, EPIPE);
	close(ends[1]);
}

static void knows_what_is_ready(void **state)
{
	int null = open("/dev/null", O_RDONLY);
	int ends[2];

	(void)state;
	assert_true(io_ready(null));
	close(null);
	make_pipe(ends, 0);
	assert_false(io_ready(ends[0]));
	assert_false(io_wait_ready(ends[0], 20));
	signal_in(10000);
	assert_false(io_wait_ready(ends[0], 40));
	assert_true(signals);
	write_later(ends[1], "x", 40000);
	signal_in(10000);
	assert_true(io_wait_ready(ends[0], -1));
	wait(NULL);
	assert_true(io_ready(ends[0]));
	close_both(ends);
	make_pipe(ends, 0);
	close(ends[1]);
	assert_true(io_ready(ends[0]));
	close(ends[0]);
	assert_true(io_ready(ends[0]));
}

static void opens_what_it_may(void **state)
{
	char directory[] = "/tmp/test_io.XXXXXX";
	char fifo[64], file[64];
	int fd;

	(void)state;
	assert_non_null(mkdtemp(directory));
	snprintf(fifo, sizeof(fifo), "%s/fifo", directory);
	snprintf(file, sizeof(file), "%s/file", directory);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	close(open(file, O_CREAT | O_WRONLY, 0600));
	assert_int_equal(io_open_read(fifo, true), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(io_open_read(directory, true), -1);
	assert_int_equal(errno, EISDIR);
	assert_int_equal(io_open_read("/dev/null", true), -1);
	assert_int_equal(errno, EINVAL);
	fd = io_open_read(file, true);
	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	close(fd);
	fd = io_open_read("/dev/null", false);
	assert_true(fd >= 0);
	close(fd);
	unlink(fifo);
	unlink(file);
	rmdir(directory);
	assert_int_equal(io_open_read(file, false), -1);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(io_open_read(file, true), -1);
	assert_int_equal(errno, ENOENT);
}

/* A FIFO's open is begun again when a signal interrupts it. */
static void opens_a_fifo_whose_writer_is_late(void **state)
{
	char directory[] = "/tmp/test_io.XXXXXX";
	char fifo[64];
	pid_t child;
	int fd;

	(void)state;
	assert_non_null(mkdtemp(directory));
	snprintf(fifo, sizeof(fifo), "%s/fifo", directory);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	child = fork();
	if (child == 0) {
		usleep(40000);
		_exit(open(fifo, O_WRONLY) < 0);
	}
	signal_in(10000);
	fd = io_open_read(fifo, false);
	assert_true(fd >= 0);
	assert_true(signals);
	waitpid(child, NULL, 0);
	close(fd);
	unlink(fifo);
	rmdir(directory);
}

static void widens_pipes_only(void **state)
{
	int null = open("/dev/null", O_RDONLY);
	int ends[2];

	(void)state;
	make_pipe(ends, 0);
	io_widen_pipe(ends[0]);
	assert_true(fcntl(ends[0], F_GETPIPE_SZ) >= 65536);
	close_both(ends);
	errno = ERANGE;
	io_widen_pipe(null);
	assert_int_equal(errno, ERANGE);
	close(null);
}

/* In a child: closes what the bits of closed name, and looks at the result. */
static int with_closed(int closed)
{
	struct stat status;

	for (int fd = 0; fd <= 2; fd++)
		if (closed >> fd & 1)
			close(fd);
	if (io_standard_descriptors() != 0)
		return 1;
	for (int fd = 0; fd <= 2; fd++) {
		if (io_was_open(fd) == (closed >> fd & 1))
			return 2;
		if (fstat(fd, &status) != 0)
			return 3;
		if (!io_was_open(fd) && !S_ISCHR(status.st_mode))
			return 4;
	}
	return open("/dev/null", O_RDONLY) > 2 ? 0 : 5;
}

static void fills_closed_standard_descriptors(void **state)
{
	int status;

	(void)state;
	for (int closed = 0; closed < 8; closed++) {
		if (fork() == 0)
			_exit(with_closed(closed));
		wait(&status);
		assert_int_equal(status, 0);
	}
}

/* In a child of its own, since descriptors are taken away for good. */
static void assert_in_child(int (*run)(void))
{
	int status;

	if (fork() == 0) {
		struct rlimit usual;
		int result;

		getrlimit(RLIMIT_NOFILE, &usual);
		result = run();
		setrlimit(RLIMIT_NOFILE, &usual);
		_exit(result);
	}
	wait(&status);
	assert_int_equal(status, 0);
}

/* With no descriptors allowed, poll refuses. */
static void allow_no_descriptors(void)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = 0;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static int fails_where_poll_does(void)
{
	static char buffer[1 << 20];
	int ends[2];

	make_pipe(ends, O_NONBLOCK);
	allow_no_descriptors();
	if (io_read(ends[0], buffer, 1, NULL) != -1 || errno != EINVAL)
		return 1;
	if (io_write_all(ends[1], buffer, sizeof(buffer)) != -1 || errno != EINVAL)
		return 2;
	return io_ready(ends[0]) ? 0 : 3;
}

static int fails_where_nothing_can_be_opened(void)
{
	close(0);
	allow_no_descriptors();
	return io_standard_descriptors() == -1 ? 0 : 1;
}

static void does_without_poll_and_open(void **state)
{
	(void)state;
	assert_in_child(fails_where_poll_does);
	assert_in_child(fails_where_nothing_can_be_opened);
}

static void on_slow_signal(int number)
{
	(void)number;
	usleep(60000);
}

/* The time is up when the handler comes back. */
static void waits_no_longer_than_told(void **state)
{
	struct sigaction action = {.sa_handler = on_slow_signal};
	int ends[2];

	(void)state;
	make_pipe(ends, 0);
	sigaction(SIGALRM, &action, NULL);
	ualarm(10000, 0);
	assert_false(io_wait_ready(ends[0], 40));
	close_both(ends);
}

static void tells_what_the_system_refuses(void **state)
{
	int fd = open("/dev/null", O_WRONLY);

	(void)state;
	calls.write_nothing = true;
	assert_int_equal(io_write_all(fd, "x", 1), -1);
	assert_int_equal(errno, ENOSPC);
	calls.write_nothing = false;
	close(fd);
	calls.fstat = EIO;
	assert_int_equal(io_open_read("/proc/self/exe", true), -1);
	assert_int_equal(errno, EIO);
	calls.fstat = 0;
	calls.fcntl = ENOLCK;
	assert_int_equal(io_open_read("/proc/self/exe", true), -1);
	assert_int_equal(errno, ENOLCK);
	calls.fcntl = 0;
	fd = io_open_read("/proc/self/exe", true);
	assert_true(fd >= 0);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_to_the_end),
		cmocka_unit_test(waits_for_non_blocking_input),
		cmocka_unit_test(goes_on_after_a_signal),
		cmocka_unit_test(stops_when_told),
		cmocka_unit_test(writes_whole_to_slow_readers),
		cmocka_unit_test(tells_why_it_cannot_write),
		cmocka_unit_test(knows_what_is_ready),
		cmocka_unit_test(opens_what_it_may),
		cmocka_unit_test(opens_a_fifo_whose_writer_is_late),
		cmocka_unit_test(widens_pipes_only),
		cmocka_unit_test(fills_closed_standard_descriptors),
		cmocka_unit_test(does_without_poll_and_open),
		cmocka_unit_test(waits_no_longer_than_told),
		cmocka_unit_test(tells_what_the_system_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

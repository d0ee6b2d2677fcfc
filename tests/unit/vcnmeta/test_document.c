/* Files that are read whole: of any kind, or regular ones alone; never too much. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/limits.h"
#include "vcnmeta/oci/document.h"

static char folder[] = "/tmp/document.XXXXXX";
static char path[64];

static void write_file(const char *text, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, len), (ssize_t)len);
	close(fd);
}

static void assert_read(const char *name, size_t max, const char *text, size_t len)
{
	struct secret read = SECRET_INIT;

	assert_int_equal(document_read(&read, name, max), 0);
	assert_int_equal(read.len, len);
	assert_memory_equal(read.data, text, len);
	for (size_t i = 0; i < LIMIT_JSON_PADDING; i++)
		assert_int_equal(read.data[len + i], 0);
	secret_free(&read);
}

static void assert_error(int result, int error)
{
	assert_int_equal(result, -1);
	assert_int_equal(errno, error);
}

static void test_regular(void **state)
{
	static char large[100000];

	(void)state;
	memset(large, 'x', sizeof(large));
	write_file("text", 4);
	assert_read(path, 4, "text", 4);
	assert_read(path, 1000, "text", 4);
	write_file("", 0);
	assert_read(path, 0, "", 0);
	write_file(large, sizeof(large));
	assert_read(path, sizeof(large), large, sizeof(large));
}

static void test_too_long(void **state)
{
	struct secret read = SECRET_INIT;

	(void)state;
	write_file("text", 4);
	assert_error(document_read(&read, path, 3), EFBIG);
	assert_null(read.data);
	assert_error(document_read(&read, "/dev/zero", 100000), EFBIG);
	assert_null(read.data);
}

static void test_other_kinds(void **state)
{
	struct secret read = SECRET_INIT;
	int ends[2];
	char name[32];

	(void)state;
	assert_read("/dev/null", 100, "", 0);
	assert_error(document_read(&read, folder, 100), EISDIR);
	assert_error(document_read(&read, "/nonexistent/file", 100), ENOENT);
	/* whose size says nothing */
	assert_int_equal(document_read(&read, "/proc/self/status", 100000), 0);
	assert_memory_equal(read.data, "Name:", 5);
	secret_free(&read);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "piped", 5), 5);
	close(ends[1]);
	snprintf(name, sizeof(name), "/dev/fd/%d", ends[0]);
	assert_read(name, 5, "piped", 5);
	close(ends[0]);
}

/* Nobody writes to it: not for ever, and keys are not waited for at all. */
static void test_fifo(void **state)
{
	struct secret read = SECRET_INIT;

	(void)state;
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_read(path, 100, "", 0);
	assert_int_equal(document_read_or_tell(&read, "key", path, 100), -1);
	assert_int_equal(document_read_or_tell(&read, "key", folder, 100), -1);
	assert_int_equal(document_read_or_tell(&read, "key", "/dev/null", 100), -1);
	assert_null(read.data);
	unlink(path);
}

/* Seconds until a writer opens the FIFO, and until it then writes. */
static void write_later(unsigned open_after, unsigned write_after)
{
	pid_t child = fork();
	int fd;

	assert_true(child >= 0);
	if (child > 0)
		return;
	sleep(open_after);
	fd = open(path, O_WRONLY);
	sleep(write_after);
	_exit(fd >= 0 && write(fd, "late", 4) == 4 ? 0 : 1);
}

static void assert_written(unsigned open_after, unsigned write_after)
{
	int status;

	write_later(open_after, write_after);
	assert_read(path, 100, "late", 4);
	assert_true(wait(&status) > 0);
	assert_int_equal(status, 0);
}

/* Its writer is started beside us, and may be the later one or slow. */
static void test_late_writer(void **state)
{
	(void)state;
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_written(1, 0);
	assert_written(1, 5);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_regular),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_other_kinds),
		cmocka_unit_test(test_fifo),
		cmocka_unit_test(test_late_writer),
	};
	int failed;

	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/file", folder);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(path);
	rmdir(folder);
	return failed;
}

/* The lock on the place of a file: taken, given back, left by a killed run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/dirlock.h"

static char folder[] = "/tmp/dirlock.XXXXXX";
static char target[64], lock_path[64];

static bool is_there(const char *path)
{
	return access(path, F_OK) == 0;
}

static void write_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0666);

	assert_true(fd >= 0);
	close(fd);
}

/* The lock's file is there only while it is locked. */
static void test_taken(void **state)
{
	struct dirlock lock;
	int fd;

	(void)state;
	assert_int_equal(dirlock_acquire(&lock, target), EXITCODE_OK);
	assert_true(lock.lock >= 0 && is_there(lock_path));
	fd = open(lock_path, O_RDWR);
	assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), -1);
	dirlock_release(&lock);
	assert_false(is_there(lock_path));
	close(fd);
}

/* What a killed run left: its lock, no longer held, and its temporary file. */
static void test_left(void **state)
{
	struct dirlock lock;
	char left[80], other[80];

	(void)state;
	snprintf(left, sizeof(left), "%s.abcdef.tmp", target);
	snprintf(other, sizeof(other), "%s.ABCDEF.tmp", target);
	write_file(lock_path);
	write_file(left);
	write_file(other);
	assert_int_equal(dirlock_acquire(&lock, target), EXITCODE_OK);
	assert_true(lock.lock >= 0);
	assert_false(is_there(left));
	assert_true(is_there(other));
	dirlock_release(&lock);
	assert_false(is_there(lock_path));
	unlink(other);
}

/* A name that is taken by something else cannot be locked, and is left alone. */
static void test_impossible(void **state)
{
	struct dirlock lock;

	(void)state;
	assert_int_equal(symlink("elsewhere", lock_path), 0);
	assert_int_equal(dirlock_acquire(&lock, target), EXITCODE_OK);
	assert_int_equal(lock.lock, -1);
	dirlock_release(&lock);
	assert_true(access("elsewhere", F_OK) != 0);
	assert_int_equal(unlink(lock_path), 0);
	assert_int_equal(dirlock_acquire(&lock, "/nonexistent/file"), EXITCODE_OK);
	assert_int_equal(lock.lock, -1);
	dirlock_release(&lock);
	assert_int_equal(dirlock_acquire(&lock, "/dev/null"), EXITCODE_OK);
	assert_int_equal(lock.directory, -1);
	dirlock_release(&lock);
}

static void test_signal(void **state)
{
	struct dirlock lock;

	(void)state;
	cleanup_run();
	assert_int_equal(dirlock_acquire(&lock, target), EXITCODE_OK);
	cleanup_run();
	assert_false(is_there(lock_path));
	dirlock_release(&lock);
	cleanup_run();
}

/* A link leads to the place of what it names; a long name is cut. */
static void test_places(void **state)
{
	struct dirlock lock;
	char link[64], longest[400];

	(void)state;
	write_file(target);
	snprintf(link, sizeof(link), "%s/link", folder);
	assert_int_equal(symlink(target, link), 0);
	assert_int_equal(dirlock_find(&lock, link), 0);
	assert_string_equal(lock.name, "net.lut");
	assert_string_equal(lock.lock_name, ".net.lut.lock");
	dirlock_release(&lock);
	unlink(link);
	unlink(target);
	snprintf(longest, sizeof(longest), "%s/%0*d", folder, 255, 0);
	assert_int_equal(dirlock_find(&lock, longest), 0);
	assert_int_equal(strlen(lock.lock_name), 255);
	dirlock_release(&lock);
	assert_int_equal(dirlock_find(&lock, "name"), 0);
	assert_string_equal(lock.name, "name");
	dirlock_release(&lock);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_taken),
		cmocka_unit_test(test_left),
		cmocka_unit_test(test_impossible),
		cmocka_unit_test(test_signal),
		cmocka_unit_test(test_places),
	};
	int failed;

	assert_non_null(mkdtemp(folder));
	snprintf(target, sizeof(target), "%s/net.lut", folder);
	snprintf(lock_path, sizeof(lock_path), "%s/.net.lut.lock", folder);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	rmdir(folder);
	return failed;
}

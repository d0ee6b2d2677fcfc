/* Folders that appear whole or not at all: names, modes, leftovers. */
#include "../tree.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/folder.h"

/* Every test runs in a new directory of its own. */
static int enter(void **state)
{
	(void)state;
	umask(022);
	return tree_begin();
}

static int leave(void **state)
{
	(void)state;
	return tree_end();
}

static mode_t mode_of(const char *path)
{
	struct stat status;

	assert_int_equal(stat(path, &status), 0);
	return status.st_mode & 0777;
}

static void appears_at_commit(void **state)
{
	struct folder folder;

	(void)state;
	assert_int_equal(folder_begin(&folder, "new//"), 0);
	assert_int_equal(access("new", F_OK), -1);
	assert_int_equal(folder_write(&folder, "plain", "text", 4, false), 0);
	assert_int_equal(folder_write(&folder, "script", "", 0, true), 0);
	assert_int_equal(folder_commit(&folder), 0);
	assert_int_equal(tree_count("."), 1);
	assert_int_equal(tree_count("new"), 2);
	assert_int_equal(mode_of("new"), 0755);
	assert_int_equal(mode_of("new/plain"), 0644);
	assert_int_equal(mode_of("new/script"), 0755);
}

static void takes_the_place_of_an_empty_one(void **state)
{
	struct folder folder;

	(void)state;
	assert_int_equal(mkdir("empty", 0700), 0);
	assert_int_equal(symlink("empty", "link"), 0);
	assert_int_equal(folder_begin(&folder, "link"), 0);
	assert_int_equal(folder_write(&folder, "plain", "text", 4, false), 0);
	assert_int_equal(folder_commit(&folder), 0);
	assert_int_equal(tree_count("empty"), 1);
	assert_int_equal(mode_of("empty"), 0700);
}

static void refuses_what_is_there(void **state)
{
	struct folder folder;

	(void)state;
	assert_int_equal(mkdir("full", 0755), 0);
	assert_int_equal(close(creat("full/file", 0644)), 0);
	assert_int_equal(close(creat("file", 0644)), 0);
	assert_int_equal(folder_begin(&folder, "full"), -1);
	assert_int_equal(errno, ENOTEMPTY);
	assert_int_equal(folder_begin(&folder, "file"), -1);
	assert_int_equal(errno, ENOTDIR);
	assert_int_equal(folder_begin(&folder, "none/new"), -1);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(tree_count("."), 2);
}

/* One that somebody filled meanwhile stays as it is. */
static void leaves_nothing_when_it_fails(void **state)
{
	struct folder folder;

	(void)state;
	assert_int_equal(mkdir("new", 0755), 0);
	assert_int_equal(folder_begin(&folder, "new"), 0);
	assert_int_equal(folder_write(&folder, "plain", "text", 4, false), 0);
	assert_int_equal(folder_write(&folder, "no/such", "text", 4, false), -1);
	assert_int_equal(close(creat("new/other", 0644)), 0);
	assert_int_equal(folder_commit(&folder), -1);
	assert_int_equal(tree_count("."), 1);
	assert_int_equal(tree_count("new"), 1);
}

static void leaves_nothing_when_abandoned(void **state)
{
	struct folder folder;

	(void)state;
	assert_int_equal(folder_begin(&folder, "new"), 0);
	assert_int_equal(folder_write(&folder, "plain", "text", 4, false), 0);
	assert_int_equal(folder_expect(&folder, "of another"), 0);
	assert_int_equal(close(openat(folder.fd, "of another", O_CREAT | O_WRONLY, 0644)), 0);
	folder_abandon(&folder);
	assert_int_equal(tree_count("."), 0);
}

static void leaves_nothing_when_a_signal_ends_it(void **state)
{
	pid_t child = fork();
	int status;

	(void)state;
	if (child == 0) {
		struct folder folder;

		(void)signal(SIGTERM, SIG_DFL);
		cleanup_install(CLEANUP_DIE);
		if (folder_begin(&folder, "new") == 0 &&
			folder_write(&folder, "plain", "text", 4, false) == 0)
			(void)raise(SIGTERM);
		_exit(1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGTERM);
	assert_int_equal(tree_count("."), 0);
}

int main(void)
{
#define IN_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, enter, leave)
	const struct CMUnitTest tests[] = {
		IN_DIRECTORY(appears_at_commit),
		IN_DIRECTORY(takes_the_place_of_an_empty_one),
		IN_DIRECTORY(refuses_what_is_there),
		IN_DIRECTORY(leaves_nothing_when_it_fails),
		IN_DIRECTORY(leaves_nothing_when_abandoned),
		IN_DIRECTORY(leaves_nothing_when_a_signal_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

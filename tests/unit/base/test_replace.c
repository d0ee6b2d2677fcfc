/* Files that appear whole or not at all: links, modes, kinds, leftovers. */
#include "../calls.h"
#include "../memory.h"
#include "../tree.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/replace.h"

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

static void put(const char *path, const char *text)
{
	tree_file_of(path, text, strlen(text));
}

static void assert_content(const char *path, const char *text)
{
	char buffer[64] = "";
	int fd = open(path, O_RDONLY);

	assert_true(fd >= 0);
	assert_true(read(fd, buffer, sizeof(buffer) - 1) >= 0);
	assert_string_equal(buffer, text);
	close(fd);
}

static mode_t mode_of(const char *path)
{
	struct stat status;

	assert_int_equal(stat(path, &status), 0);
	return status.st_mode & 07777;
}

static void replace_with(const char *path, const char *text)
{
	struct replace replace;

	assert_int_equal(replace_begin(&replace, path), 0);
	assert_int_equal(write(replace.fd, text, strlen(text)), strlen(text));
	assert_int_equal(replace_commit(&replace), 0);
	assert_int_equal(replace.fd, -1);
	assert_null(replace.target);
	assert_null(replace.temporary);
}

static void assert_refused(const char *path, int errno_value)
{
	struct replace replace;

	errno = 0;
	assert_int_equal(replace_begin(&replace, path), -1);
	assert_int_equal(errno, errno_value);
	replace_remove_all();
}

static void appears_at_commit(void **state)
{
	struct replace replace;

	(void)state;
	assert_int_equal(replace_begin(&replace, "new"), 0);
	assert_false(replace.direct);
	assert_int_equal(write(replace.fd, "x", 1), 1);
	assert_int_not_equal(access("new", F_OK), 0);
	assert_int_equal(strncmp(replace.temporary, "new.", 4), 0);
	assert_int_equal(strlen(replace.temporary), strlen("new.XXXXXX.tmp"));
	assert_int_equal(tree_count("."), 1);
	assert_int_equal(replace_commit(&replace), 0);
	assert_content("new", "x");
	assert_int_equal(tree_count("."), 1);
}

static void leaves_nothing_when_abandoned(void **state)
{
	struct replace replace;

	(void)state;
	put("old", "kept");
	assert_int_equal(replace_begin(&replace, "old"), 0);
	assert_int_equal(write(replace.fd, "x", 1), 1);
	replace_abandon(&replace);
	assert_content("old", "kept");
	assert_int_equal(tree_count("."), 1);
	assert_int_equal(replace_begin(&replace, "other"), 0);
	replace_remove_all();
	assert_int_equal(tree_count("."), 1);
	errno = 0;
	assert_int_equal(replace_commit(&replace), -1);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(tree_count("."), 1);
}

/* Those that were ended stay as they are, in whatever order that was. */
static void removes_all_that_are_unfinished(void **state)
{
	static const char *const names[] = {"a", "b", "c", "d"};
	struct replace replaces[4];

	(void)state;
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(replace_begin(&replaces[i], names[i]), 0);
	assert_int_equal(replace_commit(&replaces[1]), 0);
	replace_abandon(&replaces[3]);
	assert_int_equal(tree_count("."), 3);
	replace_remove_all();
	assert_int_equal(tree_count("."), 1);
	assert_content("b", "");
	replace_abandon(&replaces[0]);
	replace_abandon(&replaces[2]);
}

static void keeps_modes(void **state)
{
	(void)state;
	umask(027);
	replace_with("new", "a");
	assert_int_equal(mode_of("new"), 0640);
	chmod("new", 0604);
	replace_with("new", "b");
	assert_int_equal(mode_of("new"), 0604);
	assert_content("new", "b");
}

static void replaces_what_a_link_names(void **state)
{
	(void)state;
	assert_int_equal(mkdir("sub", 0755), 0);
	put("sub/file", "old");
	assert_int_equal(symlink("sub/link", "first"), 0);
	assert_int_equal(symlink("file", "sub/link"), 0);
	replace_with("first", "new");
	assert_content("sub/file", "new");
	assert_int_equal(tree_count("."), 2);
	assert_int_equal(tree_count("sub"), 2);
	assert_int_equal(unlink("sub/file"), 0);
	replace_with("first", "made");
	assert_content("sub/file", "made");
}

static void follows_absolute_links(void **state)
{
	char target[PATH_MAX];

	(void)state;
	snprintf(target, sizeof(target), "%s/file", tree_root);
	assert_int_equal(symlink(target, "link"), 0);
	replace_with("link", "x");
	assert_content("file", "x");
}

static void stays_in_its_directory(void **state)
{
	struct replace replace;

	(void)state;
	assert_int_equal(mkdir("sub", 0755), 0);
	assert_int_equal(replace_begin(&replace, "sub/file"), 0);
	assert_int_equal(chdir("/"), 0);
	assert_int_equal(replace_commit(&replace), 0);
	assert_int_equal(chdir(tree_root), 0);
	assert_content("sub/file", "");
}

static void writes_devices_directly(void **state)
{
	struct replace replace;
	int reader;

	(void)state;
	assert_int_equal(replace_begin(&replace, "/dev/null"), 0);
	assert_true(replace.direct);
	assert_null(replace.temporary);
	assert_int_equal(replace_commit(&replace), 0);
	assert_int_equal(mkfifo("fifo", 0600), 0);
	reader = open("fifo", O_RDONLY | O_NONBLOCK);
	assert_int_equal(symlink("fifo", "link"), 0);
	replace_with("link", "x");
	assert_int_equal(replace_begin(&replace, "fifo"), 0);
	replace_abandon(&replace);
	assert_int_equal(tree_count("."), 2);
	close(reader);
}

static void takes_long_names(void **state)
{
	char name[NAME_MAX + 2];

	(void)state;
	memset(name, 'n', NAME_MAX);
	name[NAME_MAX] = '\0';
	replace_with(name, "x");
	assert_content(name, "x");
	name[NAME_MAX] = 'n';
	name[NAME_MAX + 1] = '\0';
	assert_refused(name, ENAMETOOLONG);
}

static void refuses_what_is_no_file(void **state)
{
	(void)state;
	assert_int_equal(mkdir("sub", 0755), 0);
	assert_int_equal(symlink("b", "a"), 0);
	assert_int_equal(symlink("a", "b"), 0);
	put("file", "");
	assert_refused("", ENOENT);
	assert_refused("sub", EISDIR);
	assert_refused(".", EISDIR);
	assert_refused("absent/", EISDIR);
	assert_refused("file/", ENOTDIR);
	assert_refused("file/x", ENOTDIR);
	assert_refused("absent/x", ENOENT);
	assert_refused("a", ELOOP);
	assert_refused("/proc/absent", ENOENT);
	assert_int_equal(tree_count("."), 4);
}

/* A target that became a directory meanwhile can't be renamed over. */
static void leaves_nothing_when_refused_late(void **state)
{
	struct replace replace;

	(void)state;
	assert_int_equal(replace_begin(&replace, "name"), 0);
	assert_int_equal(mkdir("name", 0755), 0);
	assert_int_equal(replace_commit(&replace), -1);
	assert_int_equal(errno, EISDIR);
	assert_int_equal(tree_count("."), 1);
	assert_int_equal(replace_begin(&replace, "other"), 0);
	close(replace.fd);
	assert_int_equal(replace_commit(&replace), -1);
	assert_int_equal(errno, EBADF);
	assert_int_equal(tree_count("."), 1);
}

static void assert_goes_wrong(int errno_value)
{
	struct replace replace;

	assert_int_equal(replace_begin(&replace, "name"), -1);
	assert_int_equal(errno, errno_value);
	memset(&calls, 0, sizeof(calls));
	assert_int_equal(tree_count("."), 1);
}

/* Links that change while they are followed, and what else can go wrong. */
static void tells_what_the_system_refuses(void **state)
{
	(void)state;
	put("name", "old");
	calls.all_are_links = true;
	calls.readlink = EIO;
	assert_goes_wrong(EIO);
	calls.all_are_links = true;
	calls.readlink_nothing = true;
	assert_goes_wrong(ENAMETOOLONG);
	calls.all_are_links = true;
	assert_goes_wrong(ELOOP);
	calls.fchmod = EPERM;
	assert_goes_wrong(EPERM);
	calls.open_directory = EMFILE;
	assert_goes_wrong(EMFILE);
}

/* Whether a link is followed out of a folder of that mode and owner, when it
 * belongs to that user. As root; else there are no users to try with. */
static int follows(mode_t mode, uid_t folder, uid_t link)
{
	char *path;

	assert_int_equal(chmod("sub", mode), 0);
	assert_int_equal(chown("sub", folder, (gid_t)-1), 0);
	assert_int_equal(lchown("sub/link", link, (gid_t)-1), 0);
	errno = 0;
	path = replace_resolve("sub/link");
	if (path == NULL) {
		assert_int_equal(errno, EACCES);
		return 0;
	}
	assert_string_equal(path, "sub/../there");
	free(path);
	return 1;
}

/* As the kernel does with fs.protected_symlinks. */
static void follows_no_strangers_link(void **state)
{
	const uid_t stranger = 1234, other = 1235;

	(void)state;
	assert_int_equal(mkdir("sub", 0755), 0);
	assert_int_equal(symlink("../there", "sub/link"), 0);
	assert_int_equal(follows(01777, geteuid(), geteuid()), 1);
	if (geteuid() != 0)
		return;
	assert_int_equal(follows(0755, 0, stranger), 1);
	assert_int_equal(follows(0777, 0, stranger), 1);
	assert_int_equal(follows(01755, 0, stranger), 1);
	assert_int_equal(follows(01777, 0, stranger), 0);
	assert_int_equal(follows(01777, other, stranger), 0);
	assert_int_equal(follows(01777, stranger, stranger), 1);
	assert_int_equal(follows(01777, stranger, 0), 1);
}

/* A sealed file is whole, and in its place only after the commit. */
static void seals_before_it_renames(void **state)
{
	struct replace replace;

	(void)state;
	put("name", "old");
	assert_int_equal(replace_begin(&replace, "name"), 0);
	assert_int_equal(write(replace.fd, "new", 3), 3);
	assert_int_equal(replace_seal(&replace), 0);
	assert_int_equal(replace.fd, -1);
	assert_int_equal(replace_seal(&replace), 0);
	assert_content("name", "old");
	assert_int_equal(tree_count("."), 2);
	assert_int_equal(replace_commit(&replace), 0);
	assert_content("name", "new");
	assert_int_equal(replace_begin(&replace, "name"), 0);
	assert_int_equal(replace_seal(&replace), 0);
	replace_abandon(&replace);
	assert_content("name", "new");
	assert_int_equal(tree_count("."), 1);
}

/* Memory that is refused, at each request, also behind a link. */
static void survives_without_memory(void **state)
{
	struct replace replace;
	long requests = 0;
	int result = -1;

	(void)state;
	put("name", "old");
	assert_int_equal(symlink("name", "link"), 0);
	while (result != 0) {
		memory_left = requests++;
		result = replace_begin(&replace, "link");
		memory_left = -1;
		if (result != 0)
			assert_int_equal(errno, ENOMEM);
		else
			replace_abandon(&replace);
		assert_int_equal(tree_count("."), 2);
	}
	assert_true(!memory_runs_out() || requests > 3);
}

/* A directory may be written and not read; random bytes may be short. */
static void does_without(void **state)
{
	struct replace replace;

	(void)state;
	calls.open_directory = EACCES;
	calls.no_random = true;
	assert_int_equal(replace_begin(&replace, "name"), 0);
	assert_int_equal(write(replace.fd, "new", 3), 3);
	assert_int_equal(replace_commit(&replace), 0);
	memset(&calls, 0, sizeof(calls));
	assert_int_equal(tree_count("."), 1);
	assert_int_equal(access("name", F_OK), 0);
}

int main(void)
{
#define IN_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, enter, leave)
	const struct CMUnitTest tests[] = {
		IN_DIRECTORY(appears_at_commit),
		IN_DIRECTORY(leaves_nothing_when_abandoned),
		IN_DIRECTORY(removes_all_that_are_unfinished),
		IN_DIRECTORY(keeps_modes),
		IN_DIRECTORY(replaces_what_a_link_names),
		IN_DIRECTORY(follows_absolute_links),
		IN_DIRECTORY(stays_in_its_directory),
		IN_DIRECTORY(writes_devices_directly),
		IN_DIRECTORY(takes_long_names),
		IN_DIRECTORY(refuses_what_is_no_file),
		IN_DIRECTORY(leaves_nothing_when_refused_late),
		IN_DIRECTORY(tells_what_the_system_refuses),
		IN_DIRECTORY(follows_no_strangers_link),
		IN_DIRECTORY(seals_before_it_renames),
		IN_DIRECTORY(survives_without_memory),
		IN_DIRECTORY(does_without),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Walking directories: the order, what is passed over, and what is wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <sys/resource.h>

#include "../tree.h"
#include "base/bytes.h"
#include "flowlog/walk.h"

static int setup(void **state)
{
	(void)state;
	return tree_begin();
}

static int teardown(void **state)
{
	(void)state;
	return tree_end();
}

/* All that a walk gives, a line for each: paths, and "PATH: errno". */
static char *walk_all(const char *directory, const char *glob)
{
	struct walk *walk = walk_new(directory, glob);
	struct bytes out = BYTES_INIT(1 << 24);
	enum walk_result result;
	char *path, number[16];

	assert_non_null(walk);
	while ((result = walk_next(walk, &path)) != WALK_END) {
		snprintf(number, sizeof(number), ": %d", errno);
		assert_int_not_equal(result, WALK_NO_MEMORY);
		assert_int_equal(bytes_append_text(&out, path), 0);
		if (result == WALK_FAULT)
			assert_int_equal(bytes_append_text(&out, number), 0);
		assert_int_equal(bytes_append_char(&out, '\n'), 0);
		free(path);
	}
	assert_int_equal(walk_next(walk, &path), WALK_END);
	walk_free(walk);
	assert_int_equal(bytes_append_char(&out, '\0'), 0);
	return out.data;
}

static void check(const char *directory, const char *glob, const char *expected)
{
	char *got = walk_all(directory, glob);

	assert_string_equal(got, expected);
	free(got);
}

/* What find and sort say to the same. */
static void check_against_find(void)
{
	char *got = walk_all(".", "*"), *found;
	size_t len = strlen(got);
	FILE *find = popen("find . -type f | LC_ALL=C sort", "r");

	assert_non_null(find);
	found = calloc(1, len + 2);
	assert_non_null(found);
	assert_int_equal(fread(found, 1, len + 1, find), len);
	assert_string_equal(found, got);
	pclose(find);
	free(found);
	free(got);
}

static void test_order(void **state)
{
	static const char *const names[] = {"a.log", "a/x.log", "a/b/c.log", "a/b.log", "a-b/x.log",
		"a.b/x.log", "a0/x.log", "a0.log", "ab/1.log", "ab.log", "B.log", "b/a.log",
		"\xc3\xa4.log", "\xff/x.log", "a b/x.log", "a\tb.log", "a!/x.log", "z/y/x.log",
		"z/y-/x.log", "-.log"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		tree_file(names[i]);
	check_against_find();
}

/* A thousand files under names of few letters, so that many begin alike. */
static void test_order_of_many(void **state)
{
	static const char letters[] = "a/.-0ab";
	unsigned seed = 7;
	char path[16];
	int fd;

	(void)state;
	for (int i = 0; i < 1500; i++) {
		size_t len = 0;

		while (len < 8) {
			seed = seed * 1103515245 + 12345;
			path[len] = letters[(seed >> 16) % 7];
			if (len == 0 || path[len - 1] == '/')
				path[len] = 'a' + (char)((seed >> 20) % 2);
			len++;
		}
		path[len] = '\0';
		for (char *at = path; (at = strchr(at, '/')) != NULL; at++) {
			*at = '\0';
			mkdir(path, 0777);
			*at = '/';
		}
		fd = open(path, O_WRONLY | O_CREAT, 0666);
		if (fd >= 0)
			close(fd);
	}
	check_against_find();
}

static void test_endings(void **state)
{
	static const char *const names[] = {"1.log", "2.json", "3.ndjson", "4.jsonl", "5.log.gz",
		"6.json.gz", "7.ndjson.gz", "8.jsonl.gz", "log", "x.LOG", "x.log.gz.gz",
		"x.log.bak", "x.gz", "xlog", "x.json5", ".log", ".x.log", ".d/x.log",
		"d/.x.log.gz"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		tree_file(names[i]);
	check(".", NULL,
		"./1.log\n./2.json\n./3.ndjson\n./4.jsonl\n./5.log.gz\n"
		"./6.json.gz\n./7.ndjson.gz\n./8.jsonl.gz\n");
	check(".", "x.l*", "./x.log.bak\n./x.log.gz.gz\n");
	check(".", "*.LOG", "./x.LOG\n");
	check(".", "[0-3].*n", "./2.json\n./3.ndjson\n");
	check(".", "*nothing*", "");
}

static void test_slashes(void **state)
{
	(void)state;
	tree_file("d/e/x.log");
	check("d", NULL, "d/e/x.log\n");
	check("d/", NULL, "d/e/x.log\n");
	check("d//", NULL, "d//e/x.log\n");
	check("./d/e", NULL, "./d/e/x.log\n");
}

static void test_links_and_devices(void **state)
{
	(void)state;
	tree_file("d/x.log");
	tree_file("e/y.log");
	assert_int_equal(symlink("x.log", "d/link.log"), 0);
	assert_int_equal(symlink("../e", "d/e.log"), 0);
	assert_int_equal(symlink("..", "d/up"), 0);
	assert_int_equal(mkfifo("d/fifo.log", 0666), 0);
	assert_int_equal(symlink("d", "d.link"), 0);
	mkdir("d/dir.log", 0777);
	check("d", NULL, "d/x.log\n");
	check("d.link", NULL, "d.link/x.log\n");
}

static void test_faults(void **state)
{
	(void)state;
	check("absent", NULL, "absent: 2\n");
	tree_file("d/a/x.log");
	tree_file("d/b/x.log");
	tree_file("d/c/x.log");
	assert_int_equal(chmod("d/b", 0), 0);
	if (access("d/b", R_OK) == 0)
		skip();
	check("d", NULL, "d/a/x.log\nd/b: 13\nd/c/x.log\n");
}

/* A directory that is gone when its turn comes, or is a link by then. */
static void test_changed_meanwhile(void **state)
{
	struct walk *walk;
	char *path;

	(void)state;
	tree_file("d/a.log");
	tree_file("d/b/x.log");
	tree_file("d/c/x.log");
	tree_file("other/x.log");
	walk = walk_new("d", NULL);
	assert_int_equal(walk_next(walk, &path), WALK_FILE);
	free(path);
	assert_int_equal(rename("d/b", "b"), 0);
	assert_int_equal(rename("d/c", "c"), 0);
	assert_int_equal(symlink("../other", "d/c"), 0);
	assert_int_equal(walk_next(walk, &path), WALK_FAULT);
	assert_int_equal(errno, ENOENT);
	assert_string_equal(path, "d/b");
	free(path);
	assert_int_equal(walk_next(walk, &path), WALK_FAULT);
	assert_string_equal(path, "d/c");
	free(path);
	assert_int_equal(walk_next(walk, &path), WALK_END);
	walk_free(walk);
}

/* 1,500 levels with room for few descriptors. */
static void test_deep(void **state)
{
	struct rlimit old, few;
	struct walk *walk;
	char *path;

	(void)state;
	for (int i = 0; i < 1500; i++) {
		assert_int_equal(mkdir("d", 0777), 0);
		assert_int_equal(chdir("d"), 0);
	}
	tree_file("x.log");
	assert_int_equal(chdir(tree_root), 0);
	getrlimit(RLIMIT_NOFILE, &old);
	few = old;
	few.rlim_cur = 16;
	setrlimit(RLIMIT_NOFILE, &few);
	walk = walk_new("d", NULL);
	assert_int_equal(walk_next(walk, &path), WALK_FILE);
	setrlimit(RLIMIT_NOFILE, &old);
	assert_int_equal(strlen(path), 1500 * 2 + 5);
	free(path);
	assert_int_equal(walk_next(walk, &path), WALK_END);
	walk_free(walk);
}

/* Deeper than a path may be: a fault, and the walk goes on. */
static void test_too_deep(void **state)
{
	char *got;

	(void)state;
	for (int i = 0; i < 2100; i++) {
		assert_int_equal(mkdir("d", 0777), 0);
		assert_int_equal(chdir("d"), 0);
	}
	tree_file("x.log");
	assert_int_equal(chdir(tree_root), 0);
	tree_file("d/e.log");
	got = walk_all(".", NULL);
	assert_non_null(strstr(got, "d: 36\n./d/e.log\n"));
	free(got);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_order, setup, teardown),
		cmocka_unit_test_setup_teardown(test_order_of_many, setup, teardown),
		cmocka_unit_test_setup_teardown(test_endings, setup, teardown),
		cmocka_unit_test_setup_teardown(test_slashes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_links_and_devices, setup, teardown),
		cmocka_unit_test_setup_teardown(test_faults, setup, teardown),
		cmocka_unit_test_setup_teardown(test_changed_meanwhile, setup, teardown),
		cmocka_unit_test_setup_teardown(test_deep, setup, teardown),
		cmocka_unit_test_setup_teardown(test_too_deep, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

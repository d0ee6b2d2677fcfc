/* Which names stand for one file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../tree.h"
#include "base/identity.h"

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

static bool is_same(const char *a, const char *b)
{
	struct identity first = identity_of_path(a), second = identity_of_path(b);
	bool same = identity_is_same(&first, &second);

	assert_true(same == identity_is_same(&second, &first));
	return same;
}

static void test_files(void **state)
{
	struct identity named, open_one;
	int fd;

	(void)state;
	tree_file("d/a");
	tree_file("b");
	assert_int_equal(link("d/a", "hard"), 0);
	assert_int_equal(symlink("hard", "soft"), 0);
	assert_true(is_same("d/a", "d/../d/a"));
	assert_true(is_same("d/a", "hard"));
	assert_true(is_same("d/a", "soft"));
	assert_false(is_same("d/a", "b"));
	named = identity_of_path("soft");
	fd = open("d/a", O_RDONLY);
	open_one = identity_of_descriptor(fd);
	assert_true(identity_is_same(&named, &open_one));
	close(fd);
}

static void test_new_files(void **state)
{
	char longest[NAME_MAX + 1], longer[NAME_MAX + 2];

	(void)state;
	assert_int_equal(mkdir("d", 0777), 0);
	assert_int_equal(symlink("d", "e"), 0);
	assert_int_equal(symlink("e/new", "one"), 0);
	assert_int_equal(symlink("one", "two"), 0);
	assert_true(is_same("new", "./new"));
	assert_true(is_same("d/new", "e/new"));
	assert_true(is_same("d/new", "two"));
	assert_false(is_same("new", "d/new"));
	assert_false(is_same("new", "other"));
	/* nothing can be made there */
	assert_false(is_same("absent/new", "absent/new"));
	assert_false(is_same("d/absent/", "d/absent/"));
	assert_int_equal(symlink("round", "round"), 0);
	assert_false(is_same("round", "round"));
	memset(longest, 'x', NAME_MAX);
	longest[NAME_MAX] = '\0';
	memset(longer, 'x', NAME_MAX + 1);
	longer[NAME_MAX + 1] = '\0';
	assert_true(is_same(longest, longest));
	assert_false(is_same(longer, longer));
}

/* One device or pipe may be named as often as one likes. */
static void test_no_files(void **state)
{
	const struct identity none = {.kind = IDENTITY_NONE};
	struct identity closed = identity_of_descriptor(-1);

	(void)state;
	assert_int_equal(mkfifo("pipe", 0600), 0);
	assert_false(is_same("/dev/null", "/dev/null"));
	assert_false(is_same("pipe", "pipe"));
	assert_false(is_same(".", "."));
	assert_false(is_same(NULL, NULL));
	assert_false(is_same("", ""));
	assert_false(identity_is_same(&none, &closed));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_files),
		TEST(test_new_files),
		TEST(test_no_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

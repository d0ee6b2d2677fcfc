/* Where a system keeps its certificates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "vcnmeta/oci/system.h"

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void test_first_file(void **state)
{
	static const char *const paths[] = {
		"absent", "absent/too", "folder", "empty", "link", "second", "third", NULL};
	char folder[] = "/tmp/vcnmeta-system-XXXXXX";

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(chdir(folder), 0);
	assert_null(system_first_file(paths));
	assert_int_equal(mkdir("folder", 0700), 0);
	write_file("empty", "");
	assert_null(system_first_file(paths));
	write_file("third", "x");
	assert_string_equal(system_first_file(paths), "third");
	write_file("second", "x");
	assert_string_equal(system_first_file(paths), "second");
	/* Oracle Linux has links there */
	assert_int_equal(symlink("third", "link"), 0);
	assert_string_equal(system_first_file(paths), "link");
	assert_int_equal(unlink("third"), 0);
	assert_string_equal(system_first_file(paths), "second");
	assert_int_equal(unlink("second"), 0);
	assert_int_equal(unlink("link"), 0);
	assert_int_equal(unlink("empty"), 0);
	assert_int_equal(rmdir("folder"), 0);
	assert_int_equal(chdir("/"), 0);
	assert_int_equal(rmdir(folder), 0);
}

static void test_bundles(void **state)
{
	size_t count = 0;

	(void)state;
	for (; system_bundles[count] != NULL; count++)
		assert_int_equal(system_bundles[count][0], '/');
	assert_true(count > 3);
	system_init(); /* does nothing that could be seen here */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_file),
		cmocka_unit_test(test_bundles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

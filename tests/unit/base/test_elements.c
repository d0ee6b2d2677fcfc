/* Lists: elements, marks, files and where a fault stands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/elements.h"
#include "base/msg.h"

static char taken[4096];

/* Notes an element as "!text:line;". */
static int note(void *context, const struct element *element)
{
	size_t len = strlen(taken);

	(void)context;
	snprintf(taken + len, sizeof(taken) - len, "%s%.*s:%zu;", element->is_excluded ? "!" : "",
		(int)element->len, element->text, element->line);
	return 0;
}

static const char *read_list(const char *list, bool may_exclude)
{
	struct elements_files files = {0};

	taken[0] = '\0';
	assert_int_equal(elements_read(&files, "list", list, may_exclude, note, NULL), 0);
	elements_free_files(&files);
	return taken;
}

static void test_elements(void **state)
{
	(void)state;
	assert_string_equal(read_list("a", true), "a:0;");
	assert_string_equal(read_list("a,!b,,!", true), "a:0;!b:0;:0;!:0;");
	assert_string_equal(read_list("a,!b", false), "a:0;!b:0;");
}

static void test_files(void **state)
{
	static const char text[] = "\xef\xbb\xbfone\r\n # nothing\n\n !two # too\nthree";
	struct elements_files files = {0};
	struct identity identity;
	char path[] = "elementsXXXXXX", list[64];
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, sizeof(text) - 1), sizeof(text) - 1);
	identity = identity_of_descriptor(fd);
	snprintf(list, sizeof(list), "zero,@%s,!@%s", path, path);
	taken[0] = '\0';
	assert_int_equal(elements_read(&files, "list", list, true, note, NULL), 0);
	assert_string_equal(taken, "zero:0;one:1;!two:4;three:5;!one:1;!two:4;!three:5;");
	assert_int_equal(files.count, 1);
	assert_non_null(elements_find_file(&files, &identity));
	assert_string_equal(files.list[0].what, "it is a file of --list");
	elements_free_files(&files);
	assert_null(elements_find_file(&files, &identity));
	close(fd);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_elements),
		cmocka_unit_test(test_files),
	};

	msg_program("test");
	return cmocka_run_group_tests(tests, NULL, NULL);
}

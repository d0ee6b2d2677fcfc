/* The inputs in their order: operands, lists, directories, standard input. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/resource.h>

#include "../tree.h"
#include "base/bytes.h"
#include "base/limits.h"
#include "flowlog/inputs.h"

static struct flowlog_config config;
static char *operands[8];

static int setup(void **state)
{
	(void)state;
	memset(&config, 0, sizeof(config));
	config.operands = operands;
	return tree_begin();
}

static int teardown(void **state)
{
	(void)state;
	return tree_end();
}

/* The literals are not written to. */
static void operand(const char *name)
{
	operands[config.operand_count++] = (char *)(uintptr_t)name;
}

/* "path", "<stdin>", "E message", "W message" and "C message", a line for each. */
static void add_item(struct bytes *out, const struct inputs_item *item)
{
	const char *mark = item->kind == INPUTS_FAULT     ? "E "
			   : item->kind == INPUTS_WARNING ? "W "
			   : item->kind == INPUTS_CLASH   ? "C "
							  : "";
	const char *text = item->message ? item->message : item->path;

	assert_int_not_equal(item->kind, INPUTS_NO_MEMORY);
	assert_int_equal(item->kind == INPUTS_FILE, item->message == NULL);
	assert_int_equal(bytes_append_text(out, mark), 0);
	assert_int_equal(bytes_append_text(out, text ? text : "<stdin>"), 0);
	assert_int_equal(bytes_append_char(out, '\n'), 0);
}

static void check(const char *expected)
{
	struct inputs *inputs = inputs_new(&config);
	struct bytes out = BYTES_INIT(1 << 24);
	struct inputs_item item;

	assert_non_null(inputs);
	for (;;) {
		item = inputs_next(inputs);
		if (item.kind == INPUTS_END)
			break;
		add_item(&out, &item);
		if (item.fd > STDERR_FILENO)
			close(item.fd);
		free(item.path);
		free(item.message);
	}
	assert_int_equal(inputs_next(inputs).kind, INPUTS_END);
	inputs_free(inputs);
	assert_int_equal(bytes_append_char(&out, '\0'), 0);
	assert_string_equal(out.data, expected);
	bytes_free(&out);
}

static void list_of(const char *text, size_t len)
{
	tree_file_of("list", text, len);
	config.files_from = "list";
}

#define LIST(text) list_of(text, sizeof(text) - 1)

static void test_default(void **state)
{
	(void)state;
	check("<stdin>\n");
}

static void test_operands(void **state)
{
	(void)state;
	tree_file("d/b.log");
	tree_file("d/a/x.log.gz");
	tree_file("d/z.txt");
	operand("z.txt");
	operand("d");
	operand("-");
	operand("absent");
	operand("d/");
	check("z.txt\nd/a/x.log.gz\nd/b.log\n<stdin>\nabsent\n"
	      "d/a/x.log.gz\nd/b.log\n");
}

/* Which directory a file was found in; one that was named was found in none. */
static void test_walks(void **state)
{
	static const size_t walks[] = {1, 1, 0, 2};
	struct inputs *inputs;

	(void)state;
	tree_file("d/a.log");
	tree_file("d/b.log");
	tree_file("e/c.log");
	operand("d");
	operand("d/a.log");
	operand("e");
	inputs = inputs_new(&config);
	assert_non_null(inputs);
	for (size_t i = 0; i < sizeof(walks) / sizeof(walks[0]); i++) {
		struct inputs_item item = inputs_next(inputs);

		assert_int_equal(item.kind, INPUTS_FILE);
		assert_int_equal(item.walk, walks[i]);
		close(item.fd);
		free(item.path);
	}
	inputs_free(inputs);
}

static void test_name(void **state)
{
	(void)state;
	tree_file("d/b.log");
	tree_file("d/z.txt");
	operand("d");
	operand("d/b.log");
	config.name_glob = "*.txt";
	check("d/z.txt\nd/b.log\n");
}

static void test_no_match(void **state)
{
	(void)state;
	tree_file("d/z.txt");
	tree_file("e.log");
	operand("d");
	operand("e.log");
	check("W no file in 'd' is named like a log, see --name\ne.log\n");
	config.name_glob = "*.csv";
	check("W no file in 'd' matches --name '*.csv'\ne.log\n");
}

/* Without a descriptor to spare no directory can be read, not by root either.
 */
static void test_unreadable_directory(void **state)
{
	struct rlimit old, few;

	(void)state;
	tree_file("d/e/x.log");
	tree_file("f.log");
	operand("d");
	operand("f.log");
	getrlimit(RLIMIT_NOFILE, &old);
	few = old;
	few.rlim_cur = 3;
	setrlimit(RLIMIT_NOFILE, &few);
	check("E cannot read directory 'd': Too many open files\nf.log\n");
	setrlimit(RLIMIT_NOFILE, &old);
}

static void test_list(void **state)
{
	(void)state;
	tree_file("d/b.log");
	LIST("x y\n\n\nd\n./-\n-\ncr\r\nlast");
	operand("first");
	check("first\nx y\nd/b.log\n./-\n<stdin>\ncr\r\nlast\n");
}

static void test_null_list(void **state)
{
	(void)state;
	config.files_null = true;
	LIST("a\nb\0\0\xff\0c");
	check("a\nb\n\xff\nc\n");
}

static void test_empty_list(void **state)
{
	(void)state;
	LIST("");
	check("W list 'list' names no input\n");
	LIST("\n\n");
	check("W list 'list' names no input\n");
	operand("x");
	check("x\nW list 'list' names no input\n");
}

static void test_unreadable_list(void **state)
{
	(void)state;
	operand("x");
	config.files_from = "absent";
	check("x\nE cannot read list 'absent': No such file or directory\n");
	config.files_from = ".";
	check("x\nE cannot read list '.': Is a directory\n");
}

static void test_bad_names(void **state)
{
	size_t longest = LIMIT_PATH;
	char *text = malloc(2 * longest + 64);
	char *expected = malloc(2 * longest + 256);

	(void)state;
	assert_true(text != NULL && expected != NULL);
	LIST("a\nb\0c\nd\n");
	check("a\nE cannot use name 2 in list 'list': it holds a NUL, see "
	      "--null\nd\n");

	memset(text, 'x', 2 * longest + 64);
	text[longest + 1] = '\n';
	text[2 * longest + 2] = '\n';
	list_of(text, 2 * longest + 64);
	snprintf(expected, 2 * longest + 256,
		"E cannot use name 1 in list 'list': it is too long\n"
		"%.*s\n%.*s\n",
		(int)longest, text, 61, text);
	check(expected);
	free(text);
	free(expected);
}

static void test_stdin_in_list(void **state)
{
	(void)state;
	operand("-");
	LIST("a\n-\nb\n");
	check("<stdin>\na\nC cannot read standard input twice, as '-' in "
	      "list 'list' asks\nb\n");
}

/* Puts a file, or a pipe that holds its text, in the place of descriptor 0. */
static int replace_stdin(int fd)
{
	int saved = dup(STDIN_FILENO);

	assert_true(fd >= 0 && saved >= 0);
	assert_int_equal(dup2(fd, STDIN_FILENO), STDIN_FILENO);
	close(fd);
	return saved;
}

static void restore_stdin(int saved)
{
	assert_int_equal(dup2(saved, STDIN_FILENO), STDIN_FILENO);
	close(saved);
}

static void test_list_on_stdin(void **state)
{
	int saved;

	(void)state;
	LIST("a\n-\nb\n");
	config.files_from = "-";
	saved = replace_stdin(open("list", O_RDONLY));
	check("a\nC cannot read standard input twice, as '-' in standard input asks\n"
	      "b\n");
	assert_true(fcntl(STDIN_FILENO, F_GETFD) >= 0);
	restore_stdin(saved);
	LIST("");
	config.files_from = "-";
	saved = replace_stdin(open("list", O_RDONLY));
	check("W standard input names no input\n");
	restore_stdin(saved);
	saved = replace_stdin(open(".", O_RDONLY));
	check("E cannot read standard input: Is a directory\n");
	restore_stdin(saved);
	LIST("a\0b\n");
	config.files_from = "-";
	saved = replace_stdin(open("list", O_RDONLY));
	check("E cannot use name 1 in standard input: it holds a NUL, see --null\n");
	restore_stdin(saved);
}

static void test_stop(void **state)
{
	atomic_int stop = 1;
	struct inputs *inputs;

	(void)state;
	config.files_from = "-";
	inputs = inputs_new(&config);
	assert_non_null(inputs);
	inputs_stop_on(inputs, &stop);
	assert_int_equal(inputs_next(inputs).kind, INPUTS_END);
	inputs_free(inputs);
}

/* Left in the middle, whatever is under way must be let go. */
static void test_abandoned(void **state)
{
	struct inputs *inputs;
	struct inputs_item item;

	(void)state;
	tree_file("d/e/a.log");
	tree_file("d/e/b.log");
	LIST("d\n");
	inputs = inputs_new(&config);
	assert_non_null(inputs);
	item = inputs_next(inputs);
	assert_string_equal(item.path, "d/e/a.log");
	close(item.fd);
	free(item.path);
	inputs_free(inputs);
	inputs_free(NULL);
}

/* What check finds when three files are taken. */
static void check_taken(const char *expected, bool ends_run)
{
	struct inputs *inputs = inputs_new(&config);
	const struct inputs_taken taken[] = {
		{.file = identity_of_path("d/out"),
			.temporary = identity_of_path("d/out.tmp"),
			.path = "d/out",
			.why = "the output goes there",
			.ends_run = ends_run},
		{.file = identity_of_path("d/b.log"), .why = "messages go there"},
		{.file = identity_of_path("absent"), .why = "no"},
	};
	struct bytes out = BYTES_INIT(1 << 24);
	struct inputs_item item;

	assert_non_null(inputs);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(inputs_take(inputs, &taken[i]), 0);
	do {
		item = inputs_next(inputs);
		if (item.kind != INPUTS_END)
			add_item(&out, &item);
		if (item.fd > STDERR_FILENO)
			close(item.fd);
		free(item.path);
		free(item.message);
	} while (item.kind != INPUTS_END && item.kind != INPUTS_CLASH);
	inputs_free(inputs);
	assert_int_equal(bytes_append_char(&out, '\0'), 0);
	assert_string_equal(out.data, expected);
	bytes_free(&out);
}

/* Files that are no inputs, by whatever name they are found. */
static void test_taken(void **state)
{
	(void)state;
	tree_file("d/a.log");
	tree_file("d/b.log");
	tree_file("d/out");
	tree_file("d/out.tmp");
	tree_file("d/z.log");
	assert_int_equal(link("d/out", "d/hard.log"), 0);
	assert_int_equal(symlink("d/out", "soft"), 0);
	operand("d");
	check_taken("d/a.log\nW passed over 'd/b.log': messages go there\n"
		    "W passed over 'd/hard.log': the output goes there\nd/z.log\n",
		false);
	check_taken("d/a.log\nW passed over 'd/b.log': messages go there\n"
		    "C cannot read 'd/hard.log': the output goes there\n",
		true);
	/* a temporary file's name says nothing, and one warning is enough */
	config.name_glob = "out.*";
	check_taken("W passed over 'd/out': the output goes there\n", false);
	config.name_glob = "out*";
	check_taken("W passed over 'd/out': the output goes there\n", false);
	/* in a list it is as found, on the command line it is meant */
	config.operand_count = 0;
	LIST("soft\nd/z.log\nd/out\n");
	check_taken("W passed over 'soft': the output goes there\nd/z.log\n", false);
	config.files_from = NULL;
	operand("d/z.log");
	operand("soft");
	check_taken("d/z.log\nC cannot read 'soft': the output goes there\n", false);
}

static void assert_total(int64_t total)
{
	struct inputs *inputs = inputs_new(&config);

	assert_non_null(inputs);
	assert_int_equal(inputs_total_bytes(inputs), total);
	inputs_free(inputs);
}

static void test_total(void **state)
{
	int saved;

	(void)state;
	tree_file_of("d/e/a.log", "12345", 5);
	tree_file_of("d/b.log.gz", "123", 3);
	tree_file_of("d/other", "1", 1);
	tree_file_of("f", "1234567", 7);
	operand("d");
	operand("f");
	assert_total(15);
	operand("absent");
	assert_total(-1);
	config.operand_count = 1;
	operand("/dev/null");
	assert_total(-1);
	config.operand_count = 0;
	saved = replace_stdin(open("f", O_RDONLY));
	assert_total(7);
	assert_int_equal(lseek(STDIN_FILENO, 3, SEEK_SET), 3);
	operand("-");
	assert_total(4);
	restore_stdin(saved);
	LIST("f\n");
	assert_total(-1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_default, setup, teardown),
		cmocka_unit_test_setup_teardown(test_operands, setup, teardown),
		cmocka_unit_test_setup_teardown(test_walks, setup, teardown),
		cmocka_unit_test_setup_teardown(test_name, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_match, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unreadable_directory, setup, teardown),
		cmocka_unit_test_setup_teardown(test_list, setup, teardown),
		cmocka_unit_test_setup_teardown(test_null_list, setup, teardown),
		cmocka_unit_test_setup_teardown(test_empty_list, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unreadable_list, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bad_names, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stdin_in_list, setup, teardown),
		cmocka_unit_test_setup_teardown(test_list_on_stdin, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stop, setup, teardown),
		cmocka_unit_test_setup_teardown(test_abandoned, setup, teardown),
		cmocka_unit_test_setup_teardown(test_taken, setup, teardown),
		cmocka_unit_test_setup_teardown(test_total, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What is written of pieces, and how far once a signal came. */
#include "rooms.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "vcnflow/output.h"

static struct options options;
static struct output output;

/* Writes three pieces into a file, of which len bytes come back in text. */
static int write_three(
	const char *first, const char *second, const char *third, char *text, size_t size)
{
	char copies[3][32];
	const char *const texts[] = {first, second, third};
	struct iovec pieces[3];
	char path[] = "/tmp/vcnflow-unit.XXXXXX";
	size_t raw = 0;
	ssize_t len;
	int result;

	for (int i = 0; i < 3; i++) {
		pieces[i] = (struct iovec){copies[i], strlen(texts[i])};
		memcpy(copies[i], texts[i], pieces[i].iov_len);
		raw += pieces[i].iov_len;
	}
	output.fd = mkstemp(path);
	assert_true(output.fd >= 0);
	unlink(path);
	result = output_write(&output, pieces, 3, raw, true);
	len = pread(output.fd, text, size - 1, 0);
	assert_true(len >= 0);
	text[len] = '\0';
	close(output.fd);
	return result;
}

static int setup(void **state)
{
	(void)state;
	default_options(&options);
	assert_int_equal(output_open(&output, &options), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	cleanup_signal = 0;
	return 0;
}

static void test_whole(void **state)
{
	char text[64];

	(void)state;
	assert_int_equal(write_three("{", "LISTS", "}\n", text, sizeof text), 0);
	assert_string_equal(text, "{LISTS}\n");
	assert_false(output.in_line);
	assert_int_equal(write_three("{", "LISTS", "}", text, sizeof text), 0);
	assert_true(output.in_line);
}

/* A line that was begun is finished, over pieces, and nothing behind it. */
static void test_rest_of_line(void **state)
{
	char text[64];

	(void)state;
	cleanup_signal = SIGTERM;
	output.in_line = true;
	assert_int_equal(write_three("ab", "LISTS", "}\n{\n", text, sizeof text), -1);
	assert_string_equal(text, "abLISTS}\n");
	assert_int_equal(output.state, OUTPUT_INTERRUPTED);
}

/* If its end is in the next part, all of this one is written. */
static void test_line_goes_on(void **state)
{
	char text[64];

	(void)state;
	cleanup_signal = SIGTERM;
	output.in_line = true;
	assert_int_equal(write_three("ab", "LISTS", "}", text, sizeof text), 0);
	assert_string_equal(text, "abLISTS}");
	assert_true(output.in_line);
	assert_int_equal(write_three("\n", "{", "}", text, sizeof text), -1);
	assert_string_equal(text, "\n");
}

static void test_between_lines(void **state)
{
	char text[64];

	(void)state;
	cleanup_signal = SIGTERM;
	assert_int_equal(write_three("{", "}", "\n", text, sizeof text), -1);
	assert_string_equal(text, "");
	assert_int_equal(output.state, OUTPUT_INTERRUPTED);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_whole),
		CASE(test_rest_of_line),
		CASE(test_line_goes_on),
		CASE(test_between_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

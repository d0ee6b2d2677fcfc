/* Writing lookup files: what can go wrong, and what stays. */
#include "metadata.h"

#include <fcntl.h>

#include "base/replace.h"
#include "lookup/sink.h"

static struct model *one_subnet(void)
{
	struct model *model = model_new(MODEL_REFUSE_DIFFERING);

	add_good(model, "{\"id\":\"" SUBNET_A "\",\"cidrBlock\":"
			"\"10.1.0.0/16\",\"securityListIds\":[\"" LIST_X "\"]}");
	add_good(model, "{\"id\":\"" LIST_X "\",\"egressSecurityRules\":[]}");
	return model;
}

/* Errors are expected here: keep them off the test's output. */
static int silence(void)
{
	int saved = dup(STDERR_FILENO);
	int null = open("/dev/null", O_WRONLY);

	dup2(null, STDERR_FILENO);
	close(null);
	return saved;
}

static void speak(int saved)
{
	dup2(saved, STDERR_FILENO);
	close(saved);
}

static enum exitcode written(const char *path, int64_t fetched_at)
{
	struct model *model = one_subnet();
	int saved = silence();
	enum exitcode exitcode = writer_write(model, path, fetched_at, "build");

	speak(saved);
	model_free(model);
	return exitcode;
}

static void test_fetched_at_alone_differs(void **state)
{
	uint8_t *first, *second;
	size_t len, second_len;
	size_t differing = 0;

	(void)state;
	assert_int_equal(written("a", 5), EXITCODE_OK);
	assert_int_equal(written("b", 6), EXITCODE_OK);
	first = read_bytes("a", &len);
	second = read_bytes("b", &second_len);
	assert_int_equal(len, second_len);
	for (size_t i = 0; i < len; i++)
		differing += first[i] != second[i];
	/* One byte of the time, and the checksums of META and the header. */
	assert_true(differing >= 3 && differing <= 9);
	free(first);
	free(second);
	unlink("a");
	unlink("b");
}

static void test_pipe(void **state)
{
	char path[32];
	uint8_t *expected;
	uint8_t got[4096];
	size_t len;
	int ends[2];

	(void)state;
	assert_int_equal(written("a", 5), EXITCODE_OK);
	expected = read_bytes("a", &len);
	assert_true(len >= 1 && len <= sizeof(got));
	assert_int_equal(pipe(ends), 0);
	snprintf(path, sizeof(path), "/dev/fd/%d", ends[1]);
	assert_int_equal(written(path, 5), EXITCODE_OK);
	close(ends[1]);
	assert_int_equal(read(ends[0], got, sizeof(got)), len);
	close(ends[0]);
	assert_memory_equal(got, expected, len);
	free(expected);
	unlink("a");
}

static void test_refused(void **state)
{
	(void)state;
	assert_int_equal(written("none/a", 5), EXITCODE_WRITE);
	assert_int_equal(written("/", 5), EXITCODE_WRITE);
	if (access("/dev/full", W_OK) == 0)
		assert_int_equal(written("/dev/full", 5), EXITCODE_WRITE);
}

/* Replaced, not overwritten: whoever has the old one open keeps it. */
static void test_replaced(void **state)
{
	struct stat before, after;
	int fd;

	(void)state;
	assert_int_equal(written("a", 5), EXITCODE_OK);
	fd = open("a", O_RDONLY);
	assert_int_equal(fstat(fd, &before), 0);
	assert_int_equal(written("a", 6), EXITCODE_OK);
	assert_int_equal(stat("a", &after), 0);
	assert_int_not_equal(before.st_ino, after.st_ino);
	close(fd);
	unlink("a");
}

static void test_no_temporary_file(void **state)
{
	(void)state;
	assert_int_equal(written("a", 5), EXITCODE_OK);
	replace_remove_all();
	assert_int_equal(access("a", F_OK), 0);
	unlink("a");
	/* leave_directory fails if anything else is left */
}

static void test_sink(void **state)
{
	struct sink *sink = sink_new(-1);
	char *large = calloc(1, 3 * SINK_BUFFER);
	uint32_t crc;

	(void)state;
	sink_put(sink, large, 3 * SINK_BUFFER);
	sink_put(sink, NULL, 0);
	sink_flush(sink);
	assert_int_equal(sink->length, 3 * SINK_BUFFER);
	crc = sink->crc;
	sink_begin(sink);
	sink_put_zeros(sink, 100);
	sink_put(sink, large, 2 * SINK_BUFFER);
	sink_put_zeros(sink, SINK_BUFFER - 100);
	sink_flush(sink);
	assert_int_equal(sink->length, 3 * SINK_BUFFER);
	assert_int_equal(sink->crc, crc);
	free(large);
	free(sink);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fetched_at_alone_differs),
		cmocka_unit_test(test_pipe),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_replaced),
		cmocka_unit_test(test_no_temporary_file),
		cmocka_unit_test(test_sink),
	};

	return cmocka_run_group_tests(tests, enter_directory, leave_directory);
}

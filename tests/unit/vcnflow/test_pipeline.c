/* The whole, with one thread and with many: the same bytes, in order. */
#include "rooms.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/bytes.h"
#include "base/msg.h"
#include "vcnflow/pipeline.h"

#define FILES 12

static struct options options;
static char folder[] = "/tmp/vcnflow-unit.XXXXXX";
static char names[FILES][64];
static char *operands[FILES];
static char out_path[64];

/* Files of many sizes, some of them empty, some with bad records. */
static void make_files(void)
{
	assert_non_null(mkdtemp(folder));
	snprintf(out_path, sizeof out_path, "%s/out", folder);
	for (size_t i = 0; i < FILES; i++) {
		FILE *file;
		size_t lines = i % 4 == 3 ? 0 : i * i * 60;

		operands[i] = names[i];
		snprintf(names[i], sizeof names[i], "%s/%zu", folder, i);
		file = fopen(names[i], "w");
		for (size_t line = 0; line < lines; line++) {
			if (line % 100 == 50)
				fputs("{bad\n", file);
			fprintf(file,
				"{\"id\":\"%zu-%zu\",\"data\":{\"action\":"
				"\"ACCEPT\"},\"oracle\":{\"pad\":\"%0*zu\"}}\n",
				i, line, (int)(line % 700), line);
		}
		fclose(file);
	}
}

static char *read_whole(const char *path, size_t *len)
{
	struct stat status;
	int fd = open(path, O_RDONLY);
	char *text;

	assert_int_equal(fstat(fd, &status), 0);
	*len = (size_t)status.st_size;
	text = malloc(*len + 1);
	assert_int_equal(read(fd, text, *len), *len);
	close(fd);
	return text;
}

/* Runs over all files into out_path; returns what ended it. */
static enum delivery_end run(unsigned threads, struct tally *tally)
{
	struct record_plan plan;
	struct worker_shared shared = {&options, &plan, NULL};
	struct output output;
	struct delivery delivery;
	struct inputs *inputs;
	enum delivery_end end;

	options.threads = threads;
	assert_int_equal(record_plan_init(&plan, options.keep, options.keep_count, false), 0);
	inputs = inputs_new(&options.flowlog);
	assert_int_equal(output_open(&output, &options), 0);
	delivery_init(&delivery, &options, &output, -1);
	pipeline_run(&options, inputs, &shared, &delivery);
	end = delivery.end;
	*tally = delivery.tally;
	if (end == DELIVERY_GOES_ON)
		assert_int_equal(output_finish(&output), 0);
	if (end == DELIVERY_GOES_ON)
		assert_int_equal(target_commit(&output.target), 0);
	target_abandon(&output.target);
	output_close(&output);
	delivery_free(&delivery);
	inputs_free(inputs);
	record_plan_free(&plan);
	return end;
}

static void set_up(void)
{
	default_options(&options);
	options.flowlog.operands = operands;
	options.flowlog.operand_count = FILES;
	options.output = out_path;
	msg_quiet(true);
}

/* The bytes of one thread, and those of 2, 3 and 8, are equal. */
static void assert_same(void)
{
	static const unsigned threads[] = {2, 3, 8};
	struct tally first, other;
	size_t len, other_len;
	char *text;

	assert_int_equal(run(1, &first), DELIVERY_GOES_ON);
	text = read_whole(out_path, &len);
	assert_true(len > 1000000);
	for (size_t i = 0; i < 3; i++) {
		char *again;

		assert_int_equal(run(threads[i], &other), DELIVERY_GOES_ON);
		again = read_whole(out_path, &other_len);
		assert_int_equal(other_len, len);
		assert_memory_equal(again, text, len);
		assert_memory_equal(&other, &first, sizeof first);
		free(again);
	}
	free(text);
}

static void test_same_bytes(void **state)
{
	(void)state;
	set_up();
	assert_same();
	options.format = OUTPUT_ARRAY;
	assert_same();
}

/* Each record many times as large as it was: buffers fill within blocks. */
static void test_large_output(void **state)
{
	static char names_kept[40][8];

	(void)state;
	set_up();
	/* members that are there carry their names into each record */
	for (size_t i = 0; i < 40; i++) {
		snprintf(names_kept[i], 8, "k%zu", i);
		options.keep[i] = i == 0 ? "data" : i == 1 ? "id" : names_kept[i];
	}
	options.keep_count = 40;
	options.line_buffered = true;
	assert_same();
}

static void test_stops(void **state)
{
	struct tally tally;

	(void)state;
	set_up();
	options.strict = true;
	for (unsigned threads = 1; threads <= 4; threads++) {
		assert_int_equal(run(threads, &tally), DELIVERY_STRICT);
		assert_int_equal(tally.fates[FATE_BAD], 1);
		assert_int_equal(tally.fates[FATE_EMITTED], 50);
	}
	set_up();
	options.output = "/dev/full";
	for (unsigned threads = 1; threads <= 4; threads++)
		assert_int_equal(run(threads, &tally), DELIVERY_UNWRITTEN);
}

static atomic_int sum;

static void add_one(void *context)
{
	assert_ptr_equal(context, &sum);
	sum += 1;
}

static void add_ten(void *context)
{
	assert_ptr_equal(context, &sum);
	sum += 10;
}

static void test_both(void **state)
{
	(void)state;
	pipeline_run_both(add_one, add_ten, &sum);
	assert_int_equal(sum, 11);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both),
		cmocka_unit_test(test_same_bytes),
		cmocka_unit_test(test_large_output),
		cmocka_unit_test(test_stops),
	};
	int failed;

	msg_program("vcnflow");
	make_files();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	for (size_t i = 0; i < FILES; i++)
		unlink(names[i]);
	unlink(out_path);
	rmdir(folder);
	return failed;
}

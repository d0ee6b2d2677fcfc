/* The end of the line: output, rejects, counts and messages, in order. */
#include "rooms.h"

#include <fcntl.h>

#include "base/msg.h"
#include "vcnflow/delivery.h"
#include "vcnflow/stats.h"

static struct options options;
static struct output output;
static struct delivery delivery;
static struct block block;
static struct result result;
static char path[64], messages[64];
static int saved_stderr;

/* What a file holds, as a string that is static. */
static const char *content(const char *name)
{
	static char text[65536];
	int fd = open(name, O_RDONLY);
	ssize_t len = read(fd, text, sizeof text - 1);

	assert_true(len >= 0);
	text[len] = '\0';
	close(fd);
	return text;
}

static int set_up(void **state)
{
	int fd;

	(void)state;
	strcpy(path, file_of("", 0));
	strcpy(messages, file_of("", 0));
	default_options(&options);
	options.output = path;
	result_init(&result);
	memset(&block, 0, sizeof block);
	block.kind = BLOCK_LINES;
	saved_stderr = dup(STDERR_FILENO);
	fd = open(messages, O_WRONLY | O_TRUNC);
	dup2(fd, STDERR_FILENO);
	close(fd);
	return 0;
}

static void close_output(bool commit)
{
	if (commit)
		assert_int_equal(target_commit(&output.target), 0);
	target_abandon(&output.target);
	output_close(&output);
}

static void begin(int rejects)
{
	assert_int_equal(output_open(&output, &options), 0);
	delivery_init(&delivery, &options, &output, rejects);
	delivery_begin(&delivery, strdup("x.log"), 0);
}

static int tear_down(void **state)
{
	(void)state;
	dup2(saved_stderr, STDERR_FILENO);
	close(saved_stderr);
	delivery_free(&delivery);
	result_free(&result);
	unlink(path);
	unlink(messages);
	return 0;
}

/* A block with so many bad records at its beginning, then so many good. */
static int deliver(size_t bad, uint64_t good)
{
	result_reset(&result);
	for (size_t i = 0; i < bad && i < LIMIT_BAD_NAMED; i++)
		result.marks[result.mark_count++] = (struct mark){i, "not valid JSON"};
	result.tally.fates[FATE_BAD] = bad;
	result.tally.fates[FATE_EMITTED] = good;
	result.lines = bad + good;
	return delivery_block(&delivery, &block, &result);
}

static unsigned count_of(const char *text, const char *what)
{
	unsigned count = 0;

	for (; (text = strstr(text, what)) != NULL; text++)
		count++;
	return count;
}

/* Named once the input has shown a good record; at most ten in a run. */
static void test_naming(void **state)
{
	struct source_report report = {.bytes_in = 100, .bytes_inflated = 200};

	(void)state;
	begin(-1);
	assert_int_equal(deliver(2, 0), 0);
	assert_int_equal(count_of(content(messages), "bad record"), 0);
	assert_int_equal(deliver(1, 3), 0);
	assert_int_equal(count_of(content(messages), "bad record"), 3);
	assert_non_null(strstr(content(messages), "'x.log', line 1:"));
	assert_non_null(strstr(content(messages), "'x.log', line 3:"));
	assert_int_equal(deliver(20, 1), 0);
	assert_int_equal(count_of(content(messages), "bad record"), 10);
	assert_non_null(strstr(content(messages), "line 7:"));
	assert_int_equal(delivery_end_input(&delivery, &report), 0);
	assert_int_equal(tally_records(&delivery.tally), 27);
	assert_false(delivery.faulty);
	close_output(false);
}

static void test_inputs(void **state)
{
	struct source_report empty = {0};
	struct source_report some = {.bytes_in = 5};
	struct source_report damaged = {.bytes_in = 9, .gzip = {GUNZIP_BAD_CRC, 2, 7}};
	struct source_report unreadable = {.read_errno = 2};

	(void)state;
	begin(-1);
	assert_int_equal(delivery_end_input(&delivery, &empty), 0);
	assert_non_null(strstr(content(messages), "'x.log' is empty\n"));
	delivery_begin(&delivery, strdup("y.log"), 0);
	assert_int_equal(deliver(3, 0), 0);
	assert_int_equal(delivery_end_input(&delivery, &some), 0);
	assert_non_null(strstr(content(messages),
		"'y.log' holds no flow-log record: 3 bad, the first at line "
		"1: not valid JSON\n"));
	assert_false(delivery.faulty);
	delivery_begin(&delivery, NULL, 0);
	assert_int_equal(deliver(0, 1), 0);
	assert_int_equal(delivery_end_input(&delivery, &damaged), 0);
	assert_non_null(strstr(content(messages), "standard input, member 2, byte 7: "));
	assert_true(delivery.faulty);
	delivery_begin(&delivery, strdup("z.log"), 0);
	options.strict = true;
	assert_int_equal(delivery_end_input(&delivery, &unreadable), -1);
	assert_int_equal(delivery.end, DELIVERY_STRICT);
	assert_int_equal(delivery.inputs, 4);
	close_output(false);
}

static void test_rejects(void **state)
{
	struct reject rejects[] = {{0, 3}, {4, 3}, {0, 0}};
	char rejected[64];
	int fd;

	(void)state;
	strcpy(rejected, file_of("", 0));
	fd = open(rejected, O_WRONLY);
	begin(fd);
	result_reset(&result);
	block.text = (char[]){"abc de\n"};
	result.rejects = rejects;
	result.reject_count = 3;
	assert_int_equal(delivery_block(&delivery, &block, &result), 0);
	assert_string_equal(content(rejected), "abc\nde\n");
	/* pieces of one record: a line feed behind the last one */
	block.kind = BLOCK_PIECE;
	result.reject_count = 1;
	assert_int_equal(delivery_block(&delivery, &block, &result), 0);
	block.last = true;
	assert_int_equal(delivery_block(&delivery, &block, &result), 0);
	assert_string_equal(content(rejected), "abc\nde\nabcabc\n");
	result.rejects = NULL;
	close(fd);
	unlink(rejected);
	close_output(false);
}

static int write_text(const char *text, bool begins_record)
{
	char copy[32];
	struct iovec piece = {copy, strlen(text)};

	memcpy(copy, text, piece.iov_len);
	return delivery_write(&delivery, &piece, 1, piece.iov_len, begins_record);
}

static void test_array(void **state)
{
	(void)state;
	options.format = OUTPUT_ARRAY;
	begin(-1);
	assert_int_equal(write_text("{},\n{}", true), 0);
	assert_int_equal(write_text("{\"a\"", true), 0);
	assert_int_equal(write_text(":1}", false), 0);
	assert_int_equal(output_finish(&output), 0);
	assert_int_equal(output.bytes, 18);
	close_output(true);
	assert_string_equal(content(path), "[{},\n{},\n{\"a\":1}]\n");
}

static void test_empty_outputs(void **state)
{
	(void)state;
	options.format = OUTPUT_ARRAY;
	begin(-1);
	assert_int_equal(output_finish(&output), 0);
	close_output(true);
	assert_string_equal(content(path), "[]\n");
	options.format = OUTPUT_NDJSON;
	options.gzip = true;
	assert_int_equal(output_open(&output, &options), 0);
	assert_int_equal(output_finish(&output), 0);
	close_output(true);
	assert_memory_equal(content(path), "\x1f\x8b\x08", 3);
}

static void test_unwritten(void **state)
{
	(void)state;
	options.output = "/dev/full";
	begin(-1);
	assert_int_equal(write_text("{}\n", true), -1);
	assert_int_equal(delivery.end, DELIVERY_UNWRITTEN);
	assert_int_equal(write_text("{}\n", true), -1);
	output_report(&output);
	assert_non_null(strstr(content(messages), "'/dev/full': No space left"));
	close_output(false);
}

static void test_stats(void **state)
{
	struct bytes text = BYTES_INIT(4096);
	struct source_report report = {.bytes_in = 100, .bytes_inflated = 200};

	(void)state;
	begin(-1);
	deliver(1, 2);
	delivery_end_input(&delivery, &report);
	assert_int_equal(stats_write(&text, &delivery, NULL, 1.5), 0);
	bytes_append_char(&text, '\0');
	assert_string_equal(text.data,
		"{\"inputs\":1,\"bytes_in\":100,\"bytes_inflated\":200,"
		"\"records\":3,\"emitted\":2,\"filtered\":{\"type\":0,"
		"\"time\":0,\"action\":0,\"protocol\":0,\"endpoint\":0,\"direction\":0,"
		"\"traffic\":0,\"verdict\":0},\"no_data\":0,\"bad\":1,\"unknown_subnets\":0,"
		"\"records_unknown_subnet\":0,\"bytes_out\":0,"
		"\"metadata_fetched_at\":null,\"seconds\":1.500}\n");
	bytes_free(&text);
	close_output(false);
}

enum { SUMS = 1300, OWNERS = 41 };

/* One of many conversations, whose order is not that of their numbers. */
static void add_sum(struct conversations *table, unsigned number)
{
	char vnic[32];
	struct conversation one = {
		.subnet = {"ocid1.subnet.a", strlen("ocid1.subnet.a")},
		.local = {UINT64_C(0x0a000001) << 32, 0, ADDRESS_IPV4},
		.peer = {(uint64_t)(number * 7919) << 32, 0, ADDRESS_IPV4},
		.protocol = 1,
		.in = {1, number, 0},
	};

	one.vnic.len = (size_t)snprintf(vnic, sizeof(vnic), "ocid1.vnic.%u", number % OWNERS);
	one.vnic.text = vnic;
	assert_int_equal(conversations_add(table, &one), 0);
}

/* All of a table by one step after another. */
static void write_all(struct conversations *table, struct bytes *text)
{
	struct conversation_writer writer = {.out = text};
	struct conversation one;

	assert_int_equal(conversations_sort_begin(table), 0);
	for (size_t i = 0; i < table->part_count; i++)
		conversations_sort_part(table, i);
	for (size_t i = 0; i < table->count; i++) {
		conversations_get(table, i, &one);
		assert_int_equal(conversation_write(&writer, &one), 0);
	}
}

static void assert_content(const struct bytes *text)
{
	char *written = malloc(text->len + 1);
	FILE *file = fopen(path, "rb");

	assert_non_null(written);
	assert_non_null(file);
	assert_int_equal(fread(written, 1, text->len + 1, file), text->len);
	assert_memory_equal(written, text->data, text->len);
	fclose(file);
	free(written);
}

/* Sums are written in order by any number of threads, and then they are gone. */
static void test_sums(void **state)
{
	struct bytes text = BYTES_INIT(SIZE_MAX / 2);
	struct conversations table;

	(void)state;
	conversations_init(&table);
	for (unsigned i = 0; i < SUMS; i++)
		add_sum(&table, i);
	write_all(&table, &text);
	conversations_free(&table);
	for (unsigned threads = 1; threads <= 3; threads++) {
		options.threads = threads;
		begin(-1);
		for (unsigned i = SUMS; i-- > 0;)
			add_sum(&delivery.sums, i);
		assert_int_equal(delivery_sums(&delivery), 0);
		assert_int_equal(delivery.conversations, SUMS);
		assert_int_equal(delivery_sums(&delivery), 0);
		assert_int_equal(delivery.conversations, SUMS);
		close_output(true);
		assert_content(&text);
		if (threads < 3)
			delivery_free(&delivery);
	}
	bytes_free(&text);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_naming),
		TEST(test_inputs),
		TEST(test_rejects),
		TEST(test_array),
		TEST(test_empty_outputs),
		TEST(test_unwritten),
		TEST(test_stats),
		TEST(test_sums),
	};

	msg_program("vcnflow");
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * Which task comes first, what bounds what is under way, for what a sleeping
 * thread is woken; and that nothing waits for ever, whatever threads and inputs
 * do: shown with threads that are played here, one step at a time.
 */
#include "rooms.h"

#include "players.h"

#include "base/limits.h"
#include "vcnflow/queue.h"

static struct options options;
static struct queue queue;
static struct queue_input *input;

static struct queue_input *add_file(void)
{
	struct inputs_item file = {.kind = INPUTS_FILE, .path = strdup("a"), .fd = -1};

	input = queue_add_input(&queue, &file, queue_take_reader(&queue, 0));
	assert_non_null(input);
	input->is_file = true;
	return input;
}

static void begin(unsigned threads)
{
	default_options(&options);
	options.threads = threads;
	assert_int_equal(queue_init(&queue, &options, NULL), 0);
	queue.threads.running = threads;
	assert_int_equal(queue_next_task(&queue).kind, TASK_OPEN);
	(void)add_file();
}

/* Adds a block to be worked on. */
static struct queue_job *add_job(void)
{
	struct queue_job *job = queue_take_job(&queue, 0);

	assert_non_null(job);
	assert_int_equal(block_reserve(&job->block, LIMIT_BLOCK), 0);
	queue_add_job(&queue, input, job);
	return job;
}

static void work_on(struct queue_job *job)
{
	queue_begin_work(&queue, job, 0);
	queue_end_work(&queue, job);
}

static void assert_next(enum queue_task_kind kind)
{
	assert_int_equal(queue_next_task(&queue).kind, kind);
}

/* One thread: read, work, deliver, and the same again. */
static void test_one_thread(void **state)
{
	struct queue_job *job;

	(void)state;
	begin(1);
	assert_next(TASK_READ);
	job = add_job();
	assert_next(TASK_WORK);
	work_on(job);
	assert_next(TASK_DELIVER);
	queue_drop_job(&queue);
	assert_int_equal(queue.text_held, 0);
	assert_next(TASK_READ);
	queue_end_input(&queue, input, 0);
	assert_next(TASK_DELIVER);
	queue_drop_input(&queue);
	assert_next(TASK_OPEN);
	queue.inputs_ended = true;
	assert_next(TASK_NONE);
	queue_free(&queue);
}

/* Two: one goes on reading until enough is read; then both work. */
static void test_two_threads(void **state)
{
	unsigned jobs = 0;

	(void)state;
	begin(2);
	while (queue_next_task(&queue).kind == TASK_READ) {
		(void)add_job();
		jobs++;
	}
	assert_next(TASK_WORK);
	assert_true(jobs > 2 && jobs < 10);
	queue_free(&queue);
}

/* What waits must not be held back by the last thread's going to read. */
static void test_last_one_works(void **state)
{
	struct queue_input *first;
	struct queue_job *job;

	(void)state;
	begin(2);
	first = input;
	job = add_job();
	assert_next(TASK_READ);
	queue.threads.in_input = 1;
	assert_next(TASK_WORK);
	queue.threads.in_input = 0;
	/* the other one works ahead, on what may have to wait for this */
	(void)add_file();
	queue_begin_work(&queue, add_job(), 0);
	assert_next(TASK_WORK);
	assert_ptr_equal(queue_next_task(&queue).job, job);
	assert_ptr_equal(job->input, first);
	queue_free(&queue);
	/* on the oldest job it does not wait */
	begin(2);
	queue_begin_work(&queue, add_job(), 0);
	(void)add_job();
	assert_next(TASK_READ);
	queue_free(&queue);
}

/* While a file is read, a sleeper is woken for a heap; else for anything. */
static void test_wake_idle(void **state)
{
	(void)state;
	begin(2);
	input->reading = true;
	queue.threads.in_input = 1;
	queue.threads.opening = true;
	assert_false(queue_should_wake_idle(&queue));
	(void)add_job();
	assert_false(queue_should_wake_idle(&queue));
	queue.threads.idle = 1;
	assert_true(queue_should_wake_idle(&queue));
	queue.threads.in_file_read = 1;
	for (unsigned jobs = 1; jobs < LIMIT_BLOCK_HEAP; jobs++) {
		assert_false(queue_should_wake_idle(&queue));
		(void)add_job();
	}
	assert_true(queue_should_wake_idle(&queue));
	queue_begin_work(&queue, input->jobs, 0);
	assert_false(queue_should_wake_idle(&queue));
	queue_end_work(&queue, input->jobs);
	assert_true(queue_should_wake_idle(&queue));
	queue_free(&queue);
}

static void test_wake_waiting(void **state)
{
	struct queue_job *first, *second;

	(void)state;
	begin(2);
	assert_false(queue_should_wake_waiting(&queue));
	first = add_job();
	second = add_job();
	queue_begin_work(&queue, first, 0);
	queue_begin_work(&queue, second, 0);
	second->waits_for_turn = true;
	assert_false(queue_should_wake_waiting(&queue));
	queue_end_work(&queue, first);
	queue.threads.delivering = true;
	assert_false(queue_should_wake_waiting(&queue));
	queue_drop_job(&queue);
	assert_false(queue_should_wake_waiting(&queue));
	queue.threads.delivering = false;
	assert_true(queue_should_wake_waiting(&queue));
	queue_free(&queue);
}

/* What waits of inputs that come later counts for nothing. */
static void test_later_input(void **state)
{
	struct queue_input *first;

	(void)state;
	begin(2);
	first = input;
	(void)add_file();
	for (unsigned i = 0; i < 8; i++)
		(void)add_job();
	assert_ptr_equal(queue_next_task(&queue).input, first);
	assert_next(TASK_READ);
	/* but a thread without a task works on it ahead */
	first->reading = true;
	queue.threads.in_input = queue.threads.in_file_read = queue.threads.idle = 1;
	assert_next(TASK_WORK);
	assert_true(queue_should_wake_idle(&queue));
	queue_free(&queue);
}

/* Little inputs that were read leave their readers to further ones; but a sleeper
 * is woken only when half of those under way were delivered. */
static void test_inputs_ahead(void **state)
{
	(void)state;
	begin(2);
	(void)add_file();
	assert_int_equal(queue.reader_count, 0);
	input->reading = queue.inputs->reading = true;
	assert_next(TASK_NONE);
	queue_end_input(&queue, input, 0);
	assert_next(TASK_OPEN);
	queue_end_input(&queue, add_file(), 0);
	queue_end_input(&queue, add_file(), 0);
	assert_int_equal(queue.input_count, 4);
	assert_next(TASK_NONE);
	queue.threads.idle = 1;
	queue_end_input(&queue, queue.inputs, 0);
	queue_drop_input(&queue);
	queue.threads.delivering = true;
	assert_next(TASK_OPEN);
	assert_false(queue_should_wake_idle(&queue));
	queue_drop_input(&queue);
	assert_true(queue_should_wake_idle(&queue));
	queue_free(&queue);
}

/* Adds blocks to the input while it may be read; returns their number. Nothing
 * else may be begun, as one thread is at work and one opens the next input. */
static size_t fill(void)
{
	size_t jobs = 0, buffers = queue.buffer_count;

	queue.threads.opening = true;
	queue.buffer_count = 0;
	while (queue_next_task(&queue).kind == TASK_READ) {
		assert_ptr_equal(queue_next_task(&queue).input, input);
		(void)add_job();
		jobs++;
	}
	queue.buffer_count = buffers;
	return jobs;
}

/* So much may be held of all inputs but the oldest. */
static size_t ahead(unsigned threads)
{
	return LIMIT_TEXT_AHEAD + threads * LIMIT_TEXT_AHEAD_THREAD;
}

/* Of the oldest input a heap and one for each thread, of those after it so
 * much, which does not keep the first one from going on. */
static void test_bounds(void **state)
{
	struct queue_input *first;

	(void)state;
	begin(2);
	first = input;
	assert_int_equal(fill(), 2 + LIMIT_BLOCK_HEAP);
	(void)add_file();
	assert_int_equal(fill(), ahead(2) / LIMIT_BLOCK);
	work_on(first->jobs);
	queue_drop_job(&queue);
	assert_ptr_equal(queue_next_task(&queue).input, first);
	queue_free(&queue);
}

/* Large records leave less memory for what is read ahead. */
static void test_large_blocks(void **state)
{
	struct queue_job *job;

	(void)state;
	begin(2);
	(void)fill();
	job = queue_take_job(&queue, 0);
	assert_int_equal(block_reserve(&job->block, 2 * LIMIT_BLOCK + 1), 0);
	queue_add_job(&queue, input, job);
	(void)add_file();
	/* of the input's room the large one took three blocks' */
	assert_true(fill() < LIMIT_TEXT_AHEAD_LARGE / LIMIT_BLOCK);
	queue_free(&queue);
}

/* The nearer an input is, the more of the room it has. */
static void test_room_of_later_inputs(void **state)
{
	struct queue_input *inputs[4];

	(void)state;
	begin(4);
	queue.threads.opening = true;
	queue.buffer_count = 0;
	inputs[0] = input;
	for (unsigned i = 1; i < 4; i++)
		inputs[i] = add_file();
	inputs[0]->reading = inputs[1]->reading = inputs[2]->reading = true;
	assert_int_equal(fill(), ahead(4) / LIMIT_BLOCK * 6 / 8 + 4 + LIMIT_BLOCK_HEAP);
	inputs[2]->reading = false;
	assert_ptr_equal(queue_next_task(&queue).input, inputs[2]);
	input = inputs[2];
	assert_int_equal(fill(), ahead(4) / LIMIT_BLOCK / 8);
	inputs[1]->reading = false;
	input = inputs[1];
	assert_int_equal(fill(), ahead(4) / LIMIT_BLOCK / 8);
	assert_next(TASK_NONE);
	queue.buffer_count = 10;
	queue_free(&queue);
}

/* Half of the buffers are for the oldest input. */
static void test_buffers_of_later_inputs(void **state)
{
	struct queue_input *first;

	(void)state;
	begin(4);
	first = input;
	first->reading = true;
	queue.threads.opening = true;
	(void)add_file();
	input->reading = true;
	for (unsigned i = 0; i < 8; i++)
		(void)add_job();
	for (unsigned i = 0; i < 5; i++) {
		struct queue_job *job = queue_next_task(&queue).job;

		assert_next(TASK_WORK);
		queue_begin_work(&queue, job, 0);
		job->out.len = 1;
		queue_end_work(&queue, job);
	}
	assert_int_equal(queue.buffer_count, 5);
	assert_next(TASK_NONE);
	input = first;
	(void)add_job();
	(void)add_job();
	queue_begin_work(&queue, first->jobs, 0);
	assert_ptr_equal(queue_next_task(&queue).job, first->jobs->next);
	queue_free(&queue);
}

/* The last buffer is for the oldest job; buffers come back. */
static void test_buffers(void **state)
{
	struct queue_job *oldest, *job;
	size_t buffers;

	(void)state;
	begin(4);
	buffers = queue.buffer_count;
	oldest = add_job();
	input->reading = true;
	queue.threads.opening = true;
	job = add_job();
	queue.buffer_count = 1;
	assert_ptr_equal(queue_next_task(&queue).job, oldest);
	queue.buffer_count = buffers;
	queue_begin_work(&queue, oldest, 0);
	assert_int_equal(queue.buffer_count, buffers - 1);
	queue.buffer_count = 1;
	assert_next(TASK_NONE);
	queue.buffer_count = 2;
	assert_ptr_equal(queue_next_task(&queue).job, job);
	queue.buffer_count = buffers - 1;
	oldest->out.len = 1;
	queue_end_work(&queue, oldest);
	assert_int_equal(queue.buffer_count, buffers - 1);
	queue_drop_job(&queue);
	assert_int_equal(queue.buffer_count, buffers);
	/* without output, at once */
	work_on(job);
	assert_int_equal(queue.buffer_count, buffers);
	queue_free(&queue);
}

/* A thread gets what it had before, and else what is there. */
static void test_own_memory(void **state)
{
	struct queue_job *jobs[2];
	struct queue_buffer *buffers[2];
	struct reader *readers[2];

	(void)state;
	begin(2);
	for (unsigned thread = 0; thread < 2; thread++) {
		jobs[thread] = add_job();
		queue_begin_work(&queue, jobs[thread], thread);
		buffers[thread] = jobs[thread]->buffer;
		jobs[thread]->out.len = 1;
		queue_end_work(&queue, jobs[thread]);
	}
	queue_drop_job(&queue);
	queue_drop_job(&queue);
	assert_ptr_equal(queue_take_job(&queue, 0), jobs[0]);
	queue_add_job(&queue, input, jobs[0]);
	assert_ptr_equal(queue_take_job(&queue, 0), jobs[1]);
	queue_add_job(&queue, input, jobs[1]);
	queue_begin_work(&queue, jobs[0], 1);
	assert_ptr_equal(jobs[0]->buffer, buffers[1]);
	queue_begin_work(&queue, jobs[1], 0);
	assert_ptr_equal(jobs[1]->buffer, buffers[0]);
	queue_end_input(&queue, input, 1);
	readers[1] = queue_take_reader(&queue, 1);
	readers[0] = queue_take_reader(&queue, 1);
	queue_return_reader(&queue, readers[0], 0);
	queue_return_reader(&queue, readers[1], 1);
	assert_ptr_equal(queue_take_reader(&queue, 0), readers[0]);
	queue_return_reader(&queue, readers[0], 0);
	queue_free(&queue);
}

/* Of what others used, a thread gets what was free for the longest time. */
static void test_others_memory(void **state)
{
	struct queue_job *jobs[3];

	(void)state;
	begin(2);
	for (size_t i = 0; i < 3; i++) {
		jobs[i] = add_job();
		queue_begin_work(&queue, jobs[i], 1);
		queue_end_work(&queue, jobs[i]);
	}
	for (size_t i = 0; i < 3; i++)
		queue_drop_job(&queue);
	assert_ptr_equal(queue_take_job(&queue, 0), jobs[0]);
	queue_add_job(&queue, input, jobs[0]);
	assert_ptr_equal(queue_take_job(&queue, 1), jobs[2]);
	queue_add_job(&queue, input, jobs[2]);
	assert_ptr_equal(queue_take_job(&queue, 0), jobs[1]);
	queue_add_job(&queue, input, jobs[1]);
	queue_free(&queue);
}

/* A message is delivered as it comes, in its place. */
static void test_messages(void **state)
{
	struct inputs_item warning = {.kind = INPUTS_WARNING, .message = strdup("b"), .fd = -1};

	(void)state;
	begin(2);
	assert_non_null(queue_add_input(&queue, &warning, NULL));
	assert_next(TASK_READ);
	queue_end_input(&queue, input, 0);
	assert_next(TASK_DELIVER);
	queue_drop_input(&queue);
	assert_next(TASK_DELIVER);
	queue_free(&queue);
}

/* ---- played threads --------------------------------------------------------- */

#define PLAYERS 5

static struct player players[PLAYERS];
static unsigned parts[PLAYERS]; /* of its output that each must hand over in turn */
static unsigned player_count, inputs_left;
static unsigned delivered, expected;
static uint64_t luck;

static unsigned draw(unsigned most)
{
	luck = luck * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(luck >> 33) % most;
}

static void end_read(struct player *player)
{
	struct queue_job *job = queue_take_job(&queue, 0);

	assert_int_equal(block_reserve(&job->block, LIMIT_BLOCK), 0);
	player_end_read(player, &queue, job);
}

static void end_open(void)
{
	unsigned blocks = inputs_left > 0 ? 1 + draw(9) : 0;

	player_end_open(&queue, blocks, blocks > 0 && draw(2) == 0);
	expected += blocks;
	inputs_left -= blocks > 0;
}

/* Takes what a thread is at one step on; returns false if it can't go on now. */
static bool go_on(unsigned number)
{
	struct player *player = &players[number];

	switch (player->act) {
	case ACT_NONE:
		player_begin(player, &queue);
		if (player->act == ACT_WORK)
			parts[number] = draw(3);
		return player->act != ACT_NONE;
	case ACT_READ:
		end_read(player);
		break;
	case ACT_OPEN:
		end_open();
		break;
	case ACT_DELIVER:
		delivered += player_end_delivery(&queue);
		break;
	case ACT_WORK:
		if (parts[number] != 0) {
			player->act = ACT_TURN;
			return true;
		}
		player->job->out.len = draw(2);
		queue_end_work(&queue, player->job);
		break;
	case ACT_TURN:
		if (queue_oldest_job(&queue) != player->job || queue.threads.delivering)
			return false;
		parts[number]--;
		player->act = ACT_WORK;
		return true;
	}
	player->act = ACT_NONE;
	return true;
}

/* Returns true if the thread waits for bytes that may never come. Where nothing
 * else is to be delivered before them they come. */
static bool waits_for_ever(const struct player *player)
{
	if (player->act == ACT_OPEN)
		return queue.inputs != NULL;
	return player->act == ACT_READ && !player->input->is_file &&
	       (player->input != queue.inputs || player->input->jobs != NULL);
}

/* One step of some thread that can take one; of those that may wait for ever
 * only if generous. Returns false if there is none. */
static bool step(bool generous)
{
	unsigned first = draw(player_count);

	for (unsigned i = 0; i < player_count; i++) {
		unsigned number = (first + i) % player_count;

		if (!generous && waits_for_ever(&players[number]))
			continue;
		if (go_on(number))
			return true;
	}
	return false;
}

/* All that was read can be delivered, even if all inputs, and the search for the
 * next one, send nothing more meanwhile. */
static void play(unsigned threads, unsigned inputs)
{
	default_options(&options);
	options.threads = threads;
	assert_int_equal(queue_init(&queue, &options, NULL), 0);
	queue.threads.running = player_count = threads;
	inputs_left = inputs;
	delivered = expected = 0;
	memset(players, 0, sizeof(players));
	while (!queue.inputs_ended || queue.inputs != NULL) {
		bool generous = draw(4) == 0;

		assert_true(queue.text_held <= ahead(threads) +
						       LIMIT_BLOCK * (threads + LIMIT_BLOCK_HEAP) +
						       LIMIT_BLOCK * threads);
		if (!step(generous))
			assert_true(!generous && queue.inputs == NULL && step(true));
	}
	assert_int_equal(delivered, expected);
	assert_int_equal(queue.buffer_count, 2 * threads + 2);
	queue_free(&queue);
}

static void test_never_stuck(void **state)
{
	(void)state;
	luck = 1;
	for (unsigned threads = 1; threads <= PLAYERS; threads++)
		for (unsigned round = 0; round < 300; round++)
			play(threads, 1 + draw(12));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_thread),
		cmocka_unit_test(test_two_threads),
		cmocka_unit_test(test_last_one_works),
		cmocka_unit_test(test_wake_idle),
		cmocka_unit_test(test_wake_waiting),
		cmocka_unit_test(test_later_input),
		cmocka_unit_test(test_inputs_ahead),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_large_blocks),
		cmocka_unit_test(test_room_of_later_inputs),
		cmocka_unit_test(test_buffers_of_later_inputs),
		cmocka_unit_test(test_buffers),
		cmocka_unit_test(test_own_memory),
		cmocka_unit_test(test_others_memory),
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_never_stuck),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

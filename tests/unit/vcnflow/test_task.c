/* Which task comes first, and for which one an idle thread is woken. */
#include "rooms.h"

#include "base/limits.h"
#include "vcnflow/task.h"

static struct options options;
static struct flight flight;
static struct crew crew;
static struct lane *lane;

static void begin(unsigned threads)
{
	struct inputs_item file = {.kind = INPUTS_FILE, .path = strdup("a"), .fd = -1};

	default_options(&options);
	options.threads = threads;
	assert_int_equal(flight_init(&flight, &options, NULL), 0);
	crew = (struct crew){.running = threads};
	assert_int_equal(task_next(&flight, &crew).kind, TASK_OPEN);
	lane = flight_add_lane(&flight, &file);
}

/* Adds a block to be worked on. */
static struct job *add_job(void)
{
	struct job *job = flight_take_job(&flight);

	assert_int_equal(block_reserve(&job->block, LIMIT_BLOCK), 0);
	flight_add_job(&flight, lane, job);
	return job;
}

static void assert_next(enum task_kind kind)
{
	assert_int_equal(task_next(&flight, &crew).kind, kind);
}

/* One thread: read, work, deliver, and the same again. */
static void test_one_thread(void **state)
{
	struct job *job;

	(void)state;
	begin(1);
	assert_next(TASK_READ);
	job = add_job();
	assert_next(TASK_WORK);
	flight_begin_work(&flight, job);
	flight_end_work(&flight, job, false);
	assert_next(TASK_DELIVER);
	flight_drop_job(&flight);
	assert_next(TASK_READ);
	lane->ended = true;
	assert_next(TASK_DELIVER);
	flight_drop_lane(&flight);
	crew.inputs_ended = true;
	assert_next(TASK_NONE);
	flight_free(&flight);
}

/* Two: one goes on reading until enough is read; then both work. */
static void test_two_threads(void **state)
{
	unsigned jobs = 0;

	(void)state;
	begin(2);
	while (task_next(&flight, &crew).kind == TASK_READ) {
		(void)add_job();
		jobs++;
	}
	assert_next(TASK_WORK);
	assert_true(jobs > 2 && jobs < 10);
	flight_free(&flight);
}

/* What waits must not be held back by the last thread's going to read. */
static void test_last_one_works(void **state)
{
	(void)state;
	begin(2);
	(void)add_job();
	assert_next(TASK_READ);
	crew.away = 1;
	assert_next(TASK_WORK);
	crew.away = 0;
	crew.waiting = 1;
	assert_next(TASK_WORK);
	flight_free(&flight);
}

/* While a file is read, a sleeper is woken for a heap; else for anything. */
static void test_due(void **state)
{
	(void)state;
	begin(2);
	lane->reading = true;
	crew.away = 1;
	crew.opening = true;
	assert_false(task_is_due(&flight, &crew));
	(void)add_job();
	assert_false(task_is_due(&flight, &crew));
	crew.idle = 1;
	assert_true(task_is_due(&flight, &crew));
	crew.soon_back = 1;
	for (unsigned jobs = 1; jobs < 4; jobs++) {
		assert_false(task_is_due(&flight, &crew));
		(void)add_job();
	}
	assert_true(task_is_due(&flight, &crew));
	flight_begin_work(&flight, lane->jobs);
	assert_false(task_is_due(&flight, &crew));
	flight_end_work(&flight, lane->jobs, false);
	assert_true(task_is_due(&flight, &crew));
	flight_free(&flight);
}

/* What waits of inputs that come later counts for nothing. */
static void test_later_lane(void **state)
{
	struct inputs_item file = {.kind = INPUTS_FILE, .path = strdup("b"), .fd = -1};
	struct lane *first;

	(void)state;
	begin(2);
	first = lane;
	lane = flight_add_lane(&flight, &file);
	for (unsigned i = 0; i < 8; i++)
		(void)add_job();
	assert_ptr_equal(task_next(&flight, &crew).lane, first);
	assert_next(TASK_READ);
	/* but a thread without a task works on it ahead */
	first->reading = true;
	crew.away = crew.soon_back = crew.idle = 1;
	assert_next(TASK_WORK);
	assert_true(task_is_due(&flight, &crew));
	flight_free(&flight);
}

/* Adds blocks to the lane while it may be read; returns their number. */
static size_t fill(void)
{
	size_t jobs = 0;

	while (flight_next_read(&flight) == lane) {
		(void)add_job();
		jobs++;
	}
	return jobs;
}

/* Of the input at hand a heap and one for each thread, of those behind it so
 * much, which does not keep the first one from going on. */
static void test_bounds(void **state)
{
	struct inputs_item file = {.kind = INPUTS_FILE, .path = strdup("b"), .fd = -1};
	size_t ahead = LIMIT_TEXT_AHEAD / LIMIT_BLOCK;
	struct lane *first;

	(void)state;
	begin(2);
	first = lane;
	assert_int_equal(fill(), 2 + LIMIT_BLOCK_HEAP);
	lane = flight_add_lane(&flight, &file);
	assert_int_equal(fill(), ahead);
	assert_null(flight_next_read(&flight));
	flight_begin_work(&flight, first->jobs);
	flight_end_work(&flight, first->jobs, false);
	flight_drop_job(&flight);
	assert_ptr_equal(flight_next_read(&flight), first);
	flight_free(&flight);
}

static void test_served(void **state)
{
	struct job *job;

	(void)state;
	begin(2);
	job = add_job();
	assert_false(task_turn_is_due(&flight, &crew));
	crew.waiting = 1;
	assert_false(task_oldest_is_served(&flight, &crew));
	assert_true(task_turn_is_due(&flight, &crew));
	job->state = JOB_WORKING;
	assert_true(task_oldest_is_served(&flight, &crew));
	assert_false(task_turn_is_due(&flight, &crew));
	job->waits = true;
	assert_true(task_turn_is_due(&flight, &crew));
	crew.delivering = true;
	assert_false(task_turn_is_due(&flight, &crew));
	crew.delivering = job->waits = false;
	job->state = JOB_WAITING;
	crew.delivering = true;
	assert_true(task_oldest_is_served(&flight, &crew));
	crew.delivering = false;
	lane->reading = true;
	assert_true(task_oldest_is_served(&flight, &crew));
	lane->reading = false;
	crew.running = 3;
	assert_true(task_oldest_is_served(&flight, &crew));
	crew.away = 1;
	assert_false(task_oldest_is_served(&flight, &crew));
	flight_free(&flight);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_thread),
		cmocka_unit_test(test_two_threads),
		cmocka_unit_test(test_last_one_works),
		cmocka_unit_test(test_due),
		cmocka_unit_test(test_later_lane),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_served),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

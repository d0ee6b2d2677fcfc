/* Texts that threads make at the same time: all of them, in order, up to a failure. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>
#include <signal.h>

#include "vcnflow/pipeline_order.h"

enum { NEVER = -1 };

struct run {
	struct bytes taken;
	long fails_to_make; /* this number */
	long fails_to_take; /* this one, counted by what was taken */
	long takes;
	atomic_long makes;
	pthread_t caller;
	atomic_bool other_takes_signals;
};

static bool takes_signals(void)
{
	sigset_t blocked;

	return pthread_sigmask(SIG_SETMASK, NULL, &blocked) == 0 &&
	       sigismember(&blocked, SIGINT) == 0;
}

/* Some texts take longer than others. */
static int make(void *context, size_t number, struct bytes *text)
{
	struct run *run = context;

	run->makes++;
	if (!pthread_equal(pthread_self(), run->caller) && takes_signals())
		run->other_takes_signals = true;
	assert_int_equal(text->len, 0);
	if ((long)number == run->fails_to_make)
		return -1;
	for (size_t i = 0; i < number * 7919 % 5000; i++)
		assert_int_equal(bytes_append_char(text, 'x'), 0);
	bytes_clear(text);
	return bytes_append_number(text, number) < 0 ? -1 : bytes_append_char(text, '\n');
}

static int take(void *context, const struct bytes *text)
{
	struct run *run = context;

	if (run->takes++ == run->fails_to_take)
		return -1;
	return bytes_append(&run->taken, text->data, text->len);
}

/* What was taken must be the first lines, as many as that. */
static void assert_taken(struct run *run, long count)
{
	struct bytes all = BYTES_INIT(SIZE_MAX / 2);

	for (long i = 0; i < count; i++) {
		assert_int_equal(bytes_append_number(&all, (uint64_t)i), 0);
		assert_int_equal(bytes_append_char(&all, '\n'), 0);
	}
	assert_int_equal(run->taken.len, all.len);
	if (all.len > 0)
		assert_memory_equal(run->taken.data, all.data, all.len);
	bytes_free(&all);
	bytes_free(&run->taken);
}

static int run_with(struct run *run, size_t count, unsigned threads)
{
	const struct pipeline_order order = {
		.count = count, .context = run, .make = make, .take = take};

	run->taken = (struct bytes)BYTES_INIT(SIZE_MAX / 2);
	run->caller = pthread_self();
	return pipeline_run_order(&order, threads);
}

static void in_order(void **state)
{
	static const unsigned threads[] = {1, 2, 3, 8};
	static const size_t counts[] = {0, 1, 2, 7, 500};

	(void)state;
	for (size_t i = 0; i < sizeof(threads) / sizeof(threads[0]); i++) {
		for (size_t n = 0; n < sizeof(counts) / sizeof(counts[0]); n++) {
			struct run run = {.fails_to_make = NEVER, .fails_to_take = NEVER};

			assert_int_equal(run_with(&run, counts[n], threads[i]), 0);
			assert_int_equal(run.makes, counts[n]);
			assert_taken(&run, (long)counts[n]);
		}
	}
}

/* Nothing after the text that could not be made is taken. */
static void stops_when_none_is_made(void **state)
{
	(void)state;
	for (unsigned threads = 1; threads < 5; threads++) {
		struct run run = {.fails_to_make = 20, .fails_to_take = NEVER};

		assert_int_equal(run_with(&run, 500, threads), -1);
		assert_true(run.takes <= 20);
		assert_true(run.makes <= 21 + 2 * (long)threads);
		assert_taken(&run, run.takes);
	}
}

static void stops_when_none_is_taken(void **state)
{
	(void)state;
	for (unsigned threads = 1; threads < 5; threads++) {
		struct run run = {.fails_to_make = NEVER, .fails_to_take = 20};

		assert_int_equal(run_with(&run, 500, threads), -1);
		assert_int_equal(run.takes, 21);
		assert_true(run.makes <= 21 + 2 * (long)threads);
		assert_taken(&run, 20);
	}
}

/* They have to interrupt the write that the calling thread waits in. */
static void leaves_signals_to_the_caller(void **state)
{
	struct run run = {.fails_to_make = NEVER, .fails_to_take = NEVER};

	(void)state;
	assert_int_equal(run_with(&run, 500, 4), 0);
	assert_false(run.other_takes_signals);
	assert_true(takes_signals());
	assert_taken(&run, 500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_order),
		cmocka_unit_test(stops_when_none_is_made),
		cmocka_unit_test(stops_when_none_is_taken),
		cmocka_unit_test(leaves_signals_to_the_caller),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

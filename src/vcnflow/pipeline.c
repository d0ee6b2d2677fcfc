/*
 * Every thread takes the most urgent task that is there and comes back for the
 * next one; task.c tells which, and flight.c what may be begun, so that memory
 * is bounded. A thread without a task sleeps until one is due.
 *
 * A job whose output buffer is full hands it over when it is the oldest, and
 * waits until then. Would all threads wait, the last one gives its job up
 * instead: it is worked on again from its beginning, once it is the oldest.
 *
 * When a run ends early, a thread may still wait for an input that never
 * comes. It is woken, and if that does not help it is left behind: it writes
 * nothing, and the process is about to end.
 */
#include "vcnflow/pipeline.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "deflate/gzip.h"
#include "vcnflow/flight.h"
#include "vcnflow/interrupt.h"
#include "vcnflow/task.h"

/* How long a thread that waits for an input gets to notice the end. */
#define LEAVE_BEHIND_MS 100

struct pipeline {
	struct inputs *inputs;
	const struct options *options;
	struct delivery *delivery;

	pthread_mutex_t mutex;
	pthread_cond_t task_there; /* for idle threads */
	pthread_cond_t turn_there; /* for those that wait to hand over */
	pthread_cond_t ended;      /* a thread has */
	struct flight flight;
	struct crew crew;
	bool stopped;                       /* no new task is begun */
	struct iovec pieces[OUTBUF_PIECES]; /* being delivered */
};

/* A thread, and what it works with. */
struct hand {
	struct pipeline *pipeline;
	struct worker *worker;
	struct gzip *gzip;
	struct job *job; /* being worked on */
	pthread_t thread;
};

/* ---- waking threads that wait in a read or a write ----------------------- */

/* Nonzero ends reads that wait (reader_new). */
static atomic_int reading_ends;

static const struct hand *woken_hands;
static atomic_uint woken_count;

/* Nothing is done: the system call that was interrupted returns. */
static void on_wake(int signal_number)
{
	(void)signal_number;
}

/* Makes signal-safe calls only: it is called by a signal handler, too. */
static void wake_threads(void)
{
	reading_ends = 1;
	for (unsigned i = 0; i < woken_count; i++)
		if (!pthread_equal(woken_hands[i].thread, pthread_self()))
			(void)pthread_kill(woken_hands[i].thread, SIGURG);
}

static void install_waker(const struct hand *hands, unsigned count)
{
	struct sigaction action = {.sa_handler = on_wake};

	(void)sigemptyset(&action.sa_mask);
	(void)sigaction(SIGURG, &action, NULL);
	woken_hands = hands;
	woken_count = count;
	interrupt_set_waker(wake_threads);
}

static void stop(struct pipeline *pipeline, enum delivery_end end)
{
	pipeline->stopped = true;
	(void)pthread_cond_broadcast(&pipeline->task_there);
	(void)pthread_cond_broadcast(&pipeline->turn_there);
	if (pipeline->delivery->end == DELIVERY_GOES_ON)
		pipeline->delivery->end = end;
}

/* ---- waking threads that sleep --------------------------------------------
 */

/* Wakes who can go on now. */
static void wake_others(struct pipeline *pipeline)
{
	if (task_turn_is_due(&pipeline->flight, &pipeline->crew))
		(void)pthread_cond_broadcast(&pipeline->turn_there);
	if (task_is_due(&pipeline->flight, &pipeline->crew))
		(void)pthread_cond_signal(&pipeline->task_there);
}

/* The thread begins what it does without the mutex. */
static void leave(struct pipeline *pipeline)
{
	wake_others(pipeline);
	(void)pthread_mutex_unlock(&pipeline->mutex);
}

/* ---- deliver --------------------------------------------------------------
 */

/* What delivery is to be told of a lane before anything else of it. */
struct beginning {
	bool is_due;
	char *path;
};

/* To be called with the mutex, before the lane's first delivery. */
static struct beginning begin_lane(struct lane *lane)
{
	struct beginning beginning = {!lane->begun && lane->message == NULL, lane->path};

	if (beginning.is_due)
		lane->path = NULL;
	lane->begun = true;
	return beginning;
}

/* To be called without it. */
static void tell_beginning(struct pipeline *pipeline, const struct beginning *beginning)
{
	if (beginning->is_due)
		delivery_begin(pipeline->delivery, beginning->path);
}

/* Writes what a job's buffer holds. To be called without the mutex. */
static int write_job(struct pipeline *pipeline, struct job *job)
{
	struct iovec *pieces = pipeline->pieces;
	const struct bytes *compressed = &job->compressed;
	size_t count;

	if (job->out.len == 0)
		return 0;
	job->shown = true;
	if (pipeline->options->gzip) {
		/* none, if memory ran out */
		count = compressed->len != 0 ? 1 : 0;
		pieces[0] = (struct iovec){compressed->data, compressed->len};
	} else {
		count = outbuf_pieces(&job->out, pieces);
	}
	return delivery_write(
		pipeline->delivery, pieces, count, outbuf_bytes(&job->out), job->out.begins_record);
}

static int deliver_job(struct pipeline *pipeline, struct job *job)
{
	delivery_progress(pipeline->delivery, job->bytes_in);
	if (write_job(pipeline, job))
		return -1;
	return delivery_block(pipeline->delivery, &job->block, &job->result);
}

/* Delivers the end of the oldest lane, or the message that it is. */
static int deliver_end(struct pipeline *pipeline, struct lane *lane)
{
	char *message = lane->message;

	if (message == NULL)
		return delivery_end_input(pipeline->delivery, &lane->report);
	lane->message = NULL;
	return delivery_message(pipeline->delivery, lane->kind, message);
}

static void deliver(struct pipeline *pipeline)
{
	struct lane *lane = pipeline->flight.lanes;
	struct job *job = lane->jobs;
	struct beginning beginning = begin_lane(lane);
	int failed;

	pipeline->crew.delivering = true;
	leave(pipeline);
	tell_beginning(pipeline, &beginning);
	failed = job != NULL ? deliver_job(pipeline, job) : deliver_end(pipeline, lane);
	(void)pthread_mutex_lock(&pipeline->mutex);
	pipeline->crew.delivering = false;
	if (failed)
		stop(pipeline, pipeline->delivery->end);
	if (job != NULL)
		flight_drop_job(&pipeline->flight);
	else
		flight_drop_lane(&pipeline->flight);
}

/* ---- work ---------------------------------------------------------------- */

/* With -z: out becomes one member. Called by workers, side by side. */
static int compress_job(struct hand *hand, struct job *job)
{
	if (!hand->pipeline->options->gzip || job->out.len == 0)
		return 0;
	bytes_clear(&job->compressed);
	return gzip_member(hand->gzip, job->out.data, job->out.len, &job->compressed);
}

/* Waits until the job is the oldest. Returns 0, or -1 when it must be given up.
 * Others are told once that this thread waits: would each one that looks again
 * tell the others, they would never sleep. */
static int sleep_until_turn(struct pipeline *pipeline, struct job *job)
{
	bool is_told = false;

	while (!pipeline->stopped &&
		(flight_oldest(&pipeline->flight) != job || pipeline->crew.delivering)) {
		if (!task_oldest_is_served(&pipeline->flight, &pipeline->crew)) {
			job->in_turn = true;
			return -1;
		}
		pipeline->crew.waiting++;
		if (!is_told)
			wake_others(pipeline);
		is_told = true;
		(void)pthread_cond_wait(&pipeline->turn_there, &pipeline->mutex);
		pipeline->crew.waiting--;
	}
	return pipeline->stopped ? -1 : 0;
}

static int wait_for_turn(struct pipeline *pipeline, struct job *job)
{
	int failed;

	job->waits = true;
	failed = sleep_until_turn(pipeline, job);
	job->waits = false;
	return failed;
}

/* Writes a part of the oldest job's output. */
static int write_part(struct pipeline *pipeline, struct job *job)
{
	struct beginning beginning = begin_lane(pipeline->flight.lanes);
	int failed;

	pipeline->crew.delivering = true;
	leave(pipeline);
	tell_beginning(pipeline, &beginning);
	failed = write_job(pipeline, job);
	(void)pthread_mutex_lock(&pipeline->mutex);
	pipeline->crew.delivering = false;
	if (failed)
		stop(pipeline, pipeline->delivery->end);
	return failed;
}

/* A job's buffer is full: for outbuf. */
static int hand_over(struct outbuf *out, void *context)
{
	struct hand *hand = context;
	struct pipeline *pipeline = hand->pipeline;
	int failed;

	(void)out;
	(void)pthread_mutex_lock(&pipeline->mutex);
	failed = wait_for_turn(pipeline, hand->job);
	if (failed == 0 && compress_job(hand, hand->job)) {
		stop(pipeline, DELIVERY_NO_MEMORY);
		failed = -1;
	}
	if (failed == 0)
		failed = write_part(pipeline, hand->job);
	(void)pthread_mutex_unlock(&pipeline->mutex);
	return failed;
}

static void work(struct hand *hand, struct job *job)
{
	struct pipeline *pipeline = hand->pipeline;
	bool gave_up;

	flight_begin_work(&pipeline->flight, job);
	job->out.hand_over = hand_over;
	job->out.context = hand;
	hand->job = job;
	leave(pipeline);
	result_reset(&job->result);
	worker_run(hand->worker, &job->block, &job->result, &job->out);
	if (compress_job(hand, job))
		job->result.state = RESULT_NO_MEMORY;
	(void)pthread_mutex_lock(&pipeline->mutex);
	gave_up = job->result.state == RESULT_REFUSED && job->in_turn && !job->shown;
	flight_end_work(&pipeline->flight, job, gave_up);
}

/* ---- read and open ------------------------------------------------------- */

/* The thread turns to an input, without the mutex, and comes back. */
static void go_away(struct pipeline *pipeline, bool soon_back)
{
	pipeline->crew.away++;
	pipeline->crew.soon_back += soon_back;
	leave(pipeline);
}

static void come_back(struct pipeline *pipeline, bool soon_back)
{
	(void)pthread_mutex_lock(&pipeline->mutex);
	pipeline->crew.away--;
	pipeline->crew.soon_back -= soon_back;
}

static void read_block(struct pipeline *pipeline, struct lane *lane)
{
	struct job *job = flight_take_job(&pipeline->flight);
	int failed;

	if (job == NULL) {
		stop(pipeline, DELIVERY_NO_MEMORY);
		return;
	}
	lane->reading = true;
	go_away(pipeline, lane->is_file);
	failed = reader_next(lane->reader, &job->block);
	come_back(pipeline, lane->is_file);
	lane->reading = false;
	job->bytes_in = reader_report(lane->reader).bytes_in;
	flight_add_job(&pipeline->flight, lane, job);
	if (failed)
		stop(pipeline, DELIVERY_NO_MEMORY);
	if (job->block.input_ends) {
		lane->ended = true;
		lane->report = reader_report(lane->reader);
		reader_close(lane->reader);
	}
}

static void open_lane(struct pipeline *pipeline, struct lane *lane, const struct inputs_item *item)
{
	lane->reading = true;
	go_away(pipeline, false);
	reader_open(lane->reader, item->fd, item->error);
	come_back(pipeline, false);
	lane->reading = false;
	lane->is_file = reader_is_file(lane->reader);
}

static void open_input(struct pipeline *pipeline)
{
	struct inputs_item item;
	struct lane *lane = NULL;

	pipeline->crew.opening = true;
	go_away(pipeline, false);
	item = inputs_next(pipeline->inputs);
	come_back(pipeline, false);
	if (item.kind == INPUTS_END)
		pipeline->crew.inputs_ended = true;
	else if (item.kind != INPUTS_NO_MEMORY)
		lane = flight_add_lane(&pipeline->flight, &item);
	if (lane == NULL && item.kind != INPUTS_END)
		stop(pipeline, DELIVERY_NO_MEMORY);
	else if (lane != NULL && lane->reader != NULL)
		open_lane(pipeline, lane, &item);
	pipeline->crew.opening = false;
}

/* ---- threads ------------------------------------------------------------- */

static bool all_done(const struct pipeline *pipeline)
{
	return pipeline->stopped || (pipeline->crew.inputs_ended && pipeline->flight.lanes == NULL);
}

/* Does one task, or waits until there may be one. */
static void take_task(struct hand *hand)
{
	struct pipeline *pipeline = hand->pipeline;
	struct task task = task_next(&pipeline->flight, &pipeline->crew);

	switch (task.kind) {
	case TASK_DELIVER:
		deliver(pipeline);
		break;
	case TASK_READ:
		read_block(pipeline, task.lane);
		break;
	case TASK_WORK:
		work(hand, task.job);
		break;
	case TASK_OPEN:
		open_input(pipeline);
		break;
	case TASK_NONE:
		wake_others(pipeline);
		pipeline->crew.idle++;
		(void)pthread_cond_wait(&pipeline->task_there, &pipeline->mutex);
		pipeline->crew.idle--;
		break;
	}
}

static void *run_hand(void *argument)
{
	struct hand *hand = argument;
	struct pipeline *pipeline = hand->pipeline;

	(void)pthread_mutex_lock(&pipeline->mutex);
	while (!all_done(pipeline)) {
		if (interrupt_signal != 0)
			stop(pipeline, DELIVERY_INTERRUPTED);
		else
			take_task(hand);
	}
	pipeline->crew.running--;
	(void)pthread_cond_broadcast(&pipeline->task_there);
	(void)pthread_cond_broadcast(&pipeline->turn_there);
	(void)pthread_cond_signal(&pipeline->ended);
	(void)pthread_mutex_unlock(&pipeline->mutex);
	return NULL;
}

static int hand_init(
	struct hand *hand, struct pipeline *pipeline, const struct worker_shared *shared)
{
	hand->pipeline = pipeline;
	hand->worker = worker_new(shared);
	if (hand->worker == NULL)
		return -1;
	if (!pipeline->options->gzip)
		return 0;
	hand->gzip = gzip_new();
	return hand->gzip == NULL ? -1 : 0;
}

/* Starts count threads, or as many as can be started; returns their number. */
static unsigned start_threads(struct hand *hands, unsigned count)
{
	struct pipeline *pipeline = hands[0].pipeline;
	unsigned started = 0;

	(void)pthread_mutex_lock(&pipeline->mutex);
	while (started < count &&
		pthread_create(&hands[started].thread, NULL, run_hand, &hands[started]) == 0)
		started++;
	pipeline->crew.running = started;
	(void)pthread_mutex_unlock(&pipeline->mutex);
	return started;
}

/* Waits until no thread has anything left to do but wait for an input. */
static void wait_for_threads(struct pipeline *pipeline)
{
	struct timespec until;

	(void)pthread_mutex_lock(&pipeline->mutex);
	while (!all_done(pipeline) || pipeline->crew.running > pipeline->crew.away)
		(void)pthread_cond_wait(&pipeline->ended, &pipeline->mutex);
	wake_threads();
	(void)clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += LEAVE_BEHIND_MS * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	while (pipeline->crew.running != 0 &&
		pthread_cond_timedwait(&pipeline->ended, &pipeline->mutex, &until) == 0)
		;
	(void)pthread_mutex_unlock(&pipeline->mutex);
}

/* Returns true when every thread has ended, so that all can be freed. */
static bool run_threads(struct hand *hands, unsigned count)
{
	struct pipeline *pipeline = hands[0].pipeline;
	unsigned started = count == 1 ? 0 : start_threads(hands, count);

	if (started == 0) {
		pipeline->crew.running = 1;
		hands[0].thread = pthread_self();
		install_waker(hands, 1);
		(void)run_hand(&hands[0]);
		return true;
	}
	install_waker(hands, started);
	wait_for_threads(pipeline);
	interrupt_set_waker(NULL);
	if (pipeline->crew.running != 0)
		return false;
	for (unsigned i = 0; i < started; i++)
		(void)pthread_join(hands[i].thread, NULL);
	return true;
}

static void free_hands(struct hand *hands, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		worker_free(hands[i].worker);
		gzip_free(hands[i].gzip);
	}
	free(hands);
}

void pipeline_run(const struct options *options, struct inputs *inputs,
	const struct worker_shared *shared, struct delivery *delivery)
{
	struct pipeline *pipeline = calloc(1, sizeof *pipeline);
	struct hand *hands = calloc(options->threads, sizeof *hands);
	bool ready = pipeline != NULL && hands != NULL;

	if (!ready) {
		delivery->end = DELIVERY_NO_MEMORY;
		free(pipeline);
		free(hands);
		return;
	}
	reading_ends = 0;
	pipeline->inputs = inputs;
	pipeline->options = options;
	pipeline->delivery = delivery;
	(void)pthread_mutex_init(&pipeline->mutex, NULL);
	(void)pthread_cond_init(&pipeline->task_there, NULL);
	(void)pthread_cond_init(&pipeline->turn_there, NULL);
	(void)pthread_cond_init(&pipeline->ended, NULL);
	ready = flight_init(&pipeline->flight, options, &reading_ends) == 0;
	for (unsigned i = 0; ready && i < options->threads; i++)
		ready = hand_init(&hands[i], pipeline, shared) == 0;
	if (!ready)
		delivery->end = DELIVERY_NO_MEMORY;
	else if (!run_threads(hands, options->threads))
		return;
	flight_free(&pipeline->flight);
	(void)pthread_mutex_destroy(&pipeline->mutex);
	(void)pthread_cond_destroy(&pipeline->task_there);
	(void)pthread_cond_destroy(&pipeline->turn_there);
	(void)pthread_cond_destroy(&pipeline->ended);
	free_hands(hands, options->threads);
	free(pipeline);
}

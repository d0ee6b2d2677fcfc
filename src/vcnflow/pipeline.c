/*
 * All threads of the program, and what they hand to each other.
 *
 *   inputs_next   names and opens the inputs, one after another
 *   reader_next   inflates an input and cuts it into blocks of whole records
 *   worker_run    turns a block into output and counts
 *   delivery_...  writes that, adds it up and tells what was wrong, in order
 *
 * There is no thread for each of these stages. All threads are alike: each takes
 * the most urgent task that there is, does it, and comes back for the next one.
 * So the stage that is slowest at the time gets the threads: inflating of small
 * records, working on large ones; and with one thread the same loop runs all of
 * them in turn.
 *
 * What they hand to each other lies in the queue (queue.c), under one mutex: a
 * reader's block becomes a job of its input, a worker leaves its output in the
 * job's buffer, and the oldest job that was worked on is delivered. The mutex is
 * held to take a task and to put back what came of it, never while the task is
 * done: unlock_for_task and lock_again are around every call that reads, works
 * or writes. What a task uses meanwhile belongs to it: an input being read (its
 * flag reading), a job at work (its state), delivery (the flag delivering).
 * Nothing else is shared but what is read-only: options, plan and lookup file; and a
 * block's text, which the reader of its input, whatever became of both, reads for its
 * CRC-32 under a lock (block_check).
 *
 * Order. An input has one reader at a time, so its blocks come in order; only the
 * oldest job of the oldest input is delivered, by one thread at a time. So the
 * output is the same for any number of threads, and so are the messages, which
 * only the thread that delivers gives.
 *
 * Memory. A job's output goes into a buffer of fixed size. When that is full the
 * thread hands it over by itself if the job is the oldest, else it sleeps until
 * it is. With that, what bounds the blocks, buffers and readers in the queue
 * bounds all memory, whatever the input inflates to. Threads may sleep so because
 * one is always left that sees to the oldest job; queue.c says why.
 *
 * Sleeping. A thread without a task waits for task_there, one whose buffer is full
 * for turn_there. Every thread that has changed the queue asks, before it lets
 * go of the mutex, if one of the others can go on now (wake_others). That is
 * enough: what changes in between, changes by a thread that will ask, too.
 *
 * The end. When all inputs were delivered, or something ended the run early, no
 * task is begun any more and all threads leave. One of them may still wait for
 * an input that never sends anything. It is woken by a signal, and if that does
 * not help it is left alone with what it uses: it writes nothing, and the process
 * is about to end.
 */
#include "vcnflow/pipeline.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "base/cleanup.h"
#include "deflate/gzip.h"
#include "vcnflow/queue.h"

/* How long a thread that waits for an input gets to notice the end. */
#define LEAVE_ALONE_MS 100

struct pipeline {
	struct inputs *inputs;
	const struct options *options;
	struct delivery *delivery;

	pthread_mutex_t mutex;     /* of all that follows, up to stopped */
	pthread_cond_t task_there; /* for idle threads */
	pthread_cond_t turn_there; /* for those whose buffer is full */
	pthread_cond_t ended;      /* a thread has */
	struct queue queue;
	bool stopped; /* no new task is begun */

	struct iovec pieces[OUTBUF_PIECES]; /* of the thread that delivers */
};

/* A thread, and what it works with. */
struct thread {
	struct pipeline *pipeline;
	unsigned number; /* for the queue */
	struct worker *worker;
	struct gzip *gzip;
	struct queue_job *job; /* being worked on */
	pthread_t id;
};

/* ---- waking threads that wait in a read or a write ------------------------ */

/* Nonzero ends reads that wait (reader_new). */
static atomic_int reading_ends;

static const struct thread *woken_threads;
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
		if (!pthread_equal(woken_threads[i].id, pthread_self()))
			(void)pthread_kill(woken_threads[i].id, SIGURG);
}

static void install_waker(const struct thread *threads, unsigned count)
{
	struct sigaction action = {.sa_handler = on_wake};

	(void)sigemptyset(&action.sa_mask);
	(void)sigaction(SIGURG, &action, NULL);
	woken_threads = threads;
	woken_count = count;
	cleanup_set_waker(wake_threads);
}

/* ---- the mutex, and waking threads that sleep ----------------------------- */

static void stop(struct pipeline *pipeline, enum delivery_end end)
{
	pipeline->stopped = true;
	(void)pthread_cond_broadcast(&pipeline->task_there);
	(void)pthread_cond_broadcast(&pipeline->turn_there);
	if (pipeline->delivery->end == DELIVERY_GOES_ON)
		pipeline->delivery->end = end;
}

/*
 * Wakes who can go on now. Of idle threads one is woken: it takes its task and
 * asks in turn if there is another. Those that wait for their turn are all
 * woken, since only one of them is the right one; they are few.
 */
static void wake_others(struct pipeline *pipeline)
{
	if (queue_should_wake_waiting(&pipeline->queue))
		(void)pthread_cond_broadcast(&pipeline->turn_there);
	if (queue_should_wake_idle(&pipeline->queue))
		(void)pthread_cond_signal(&pipeline->task_there);
}

/* The thread does its task, which it has noted in the queue. */
static void unlock_for_task(struct pipeline *pipeline)
{
	wake_others(pipeline);
	(void)pthread_mutex_unlock(&pipeline->mutex);
}

static void lock_again(struct pipeline *pipeline)
{
	(void)pthread_mutex_lock(&pipeline->mutex);
}

/* The thread turns to an input: in_file_read says that it is soon back. */
static void unlock_for_io(struct pipeline *pipeline, bool in_file_read)
{
	pipeline->queue.threads.in_input++;
	pipeline->queue.threads.in_file_read += in_file_read;
	unlock_for_task(pipeline);
}

static void lock_after_io(struct pipeline *pipeline, bool in_file_read)
{
	lock_again(pipeline);
	pipeline->queue.threads.in_input--;
	pipeline->queue.threads.in_file_read -= in_file_read;
}

/* ---- deliver -------------------------------------------------------------- */

/* What delivery is to be told of an input before anything else of it. */
struct beginning {
	bool is_due;
	char *path;
	size_t walk;
};

/* To be called with the mutex, before the input's first delivery. */
static struct beginning begin_input(struct queue_input *input)
{
	struct beginning beginning = {
		!input->begun && input->message == NULL, input->path, input->walk};

	if (beginning.is_due)
		input->path = NULL;
	input->begun = true;
	return beginning;
}

/* Writes what a job's buffer holds. To be called without the mutex. */
static int write_job(struct pipeline *pipeline, struct queue_job *job)
{
	struct iovec *pieces = pipeline->pieces;
	const struct bytes *compressed = &job->compressed;
	size_t count;

	if (job->out.len == 0)
		return 0;
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

static int deliver_job(struct pipeline *pipeline, struct queue_job *job)
{
	delivery_progress(pipeline->delivery, job->bytes_in);
	if (write_job(pipeline, job))
		return -1;
	return delivery_block(pipeline->delivery, &job->block, &job->result);
}

/* Delivers the end of the oldest input, or the message that it is. */
static int deliver_end(struct pipeline *pipeline, struct queue_input *input)
{
	char *message = input->message;

	if (message == NULL)
		return delivery_end_input(pipeline->delivery, &input->report);
	input->message = NULL;
	return delivery_message(pipeline->delivery, input->kind, message);
}

/*
 * Around what is delivered: a job, a part of one, or an input's end. In between
 * only this thread touches delivery, pieces, and what is oldest in the queue.
 */
static void deliver_begin(struct pipeline *pipeline)
{
	struct beginning beginning = begin_input(pipeline->queue.inputs);

	pipeline->queue.threads.delivering = true;
	unlock_for_task(pipeline);
	if (beginning.is_due)
		delivery_begin(pipeline->delivery, beginning.path, beginning.walk);
}

static void deliver_done(struct pipeline *pipeline, int failed)
{
	lock_again(pipeline);
	pipeline->queue.threads.delivering = false;
	if (failed)
		stop(pipeline, pipeline->delivery->end);
}

static void deliver(struct pipeline *pipeline)
{
	struct queue_input *input = pipeline->queue.inputs;
	struct queue_job *job = input->jobs;

	deliver_begin(pipeline);
	deliver_done(
		pipeline, job != NULL ? deliver_job(pipeline, job) : deliver_end(pipeline, input));
	if (job != NULL)
		queue_drop_job(&pipeline->queue);
	else
		queue_drop_input(&pipeline->queue);
}

/* ---- work ----------------------------------------------------------------- */

/* With -z: out becomes one member. Called by workers, side by side. */
static int compress_job(struct thread *thread, struct queue_job *job)
{
	if (!thread->pipeline->options->gzip || job->out.len == 0)
		return 0;
	bytes_clear(&job->compressed);
	return gzip_member(thread->gzip, job->out.data, job->out.len, &job->compressed);
}

/*
 * Sleeps until the job is the oldest and no one delivers: the end of the one
 * before it may still be on its way out. Returns 0, or -1 when the run ends.
 */
static int wait_for_turn(struct pipeline *pipeline, struct queue_job *job)
{
	job->waits_for_turn = true;
	while (!pipeline->stopped &&
		(queue_oldest_job(&pipeline->queue) != job || pipeline->queue.threads.delivering))
		(void)pthread_cond_wait(&pipeline->turn_there, &pipeline->mutex);
	job->waits_for_turn = false;
	return pipeline->stopped ? -1 : 0;
}

/* A job's buffer is full: for outbuf. */
static int hand_over(struct outbuf *out, void *context)
{
	struct thread *thread = context;
	struct pipeline *pipeline = thread->pipeline;
	struct queue_job *job = thread->job;
	bool no_memory = compress_job(thread, job) != 0;
	int failed;

	(void)out;
	lock_again(pipeline);
	if (no_memory)
		stop(pipeline, DELIVERY_NO_MEMORY);
	failed = wait_for_turn(pipeline, job);
	if (failed == 0) {
		deliver_begin(pipeline);
		failed = write_job(pipeline, job);
		deliver_done(pipeline, failed);
	}
	unlock_for_task(pipeline);
	return failed;
}

static void work(struct thread *thread, struct queue_job *job)
{
	struct pipeline *pipeline = thread->pipeline;

	queue_begin_work(&pipeline->queue, job, thread->number);
	job->out.hand_over = hand_over;
	job->out.context = thread;
	thread->job = job;
	unlock_for_task(pipeline);
	result_reset(&job->result);
	worker_run(thread->worker, &job->block, &job->result, &job->out);
	if (compress_job(thread, job))
		job->result.state = RESULT_NO_MEMORY;
	lock_again(pipeline);
	queue_end_work(&pipeline->queue, job);
}

/* ---- read and open -------------------------------------------------------- */

static void read_block(const struct thread *thread, struct queue_input *input)
{
	struct pipeline *pipeline = thread->pipeline;
	struct queue_job *job = queue_take_job(&pipeline->queue, thread->number);
	int failed;

	if (job == NULL) {
		stop(pipeline, DELIVERY_NO_MEMORY);
		return;
	}
	input->reading = true;
	unlock_for_io(pipeline, input->is_file);
	failed = reader_next(input->reader, &job->block);
	if (job->block.input_ends)
		reader_close(input->reader);
	lock_after_io(pipeline, input->is_file);
	input->reading = false;
	input->report = reader_report(input->reader);
	job->bytes_in = input->report.bytes_in;
	queue_add_job(&pipeline->queue, input, job);
	if (failed)
		stop(pipeline, DELIVERY_NO_MEMORY);
	if (job->block.input_ends)
		queue_end_input(&pipeline->queue, input, thread->number);
}

/* Puts the next input into the queue; finding it may take long. */
static void open_input(const struct thread *thread)
{
	struct pipeline *pipeline = thread->pipeline;
	struct queue *queue = &pipeline->queue;
	struct reader *reader = queue_take_reader(queue, thread->number);
	struct queue_input *input = NULL;
	struct inputs_item item;

	queue->threads.opening = true;
	unlock_for_io(pipeline, false);
	item = inputs_next(pipeline->inputs);
	if (item.kind == INPUTS_FILE)
		reader_open(reader, item.fd, item.error);
	lock_after_io(pipeline, false);
	queue->threads.opening = false;
	if (item.kind != INPUTS_FILE)
		queue_return_reader(queue, reader, thread->number);
	switch (item.kind) {
	case INPUTS_END:
		queue->inputs_ended = true;
		return;
	case INPUTS_NO_MEMORY:
		break;
	case INPUTS_FILE:
		input = queue_add_input(queue, &item, reader);
		break;
	default:
		input = queue_add_input(queue, &item, NULL);
	}
	if (input == NULL)
		stop(pipeline, DELIVERY_NO_MEMORY);
	else if (input->reader != NULL)
		input->is_file = reader_is_file(input->reader);
}

/* ---- threads -------------------------------------------------------------- */

static bool all_done(const struct pipeline *pipeline)
{
	return pipeline->stopped ||
	       (pipeline->queue.inputs_ended && pipeline->queue.inputs == NULL);
}

/* Does one task, or waits until there may be one. */
static void take_task(struct thread *thread)
{
	struct pipeline *pipeline = thread->pipeline;
	struct queue_task task = queue_next_task(&pipeline->queue);

	switch (task.kind) {
	case TASK_DELIVER:
		deliver(pipeline);
		break;
	case TASK_READ:
		read_block(thread, task.input);
		break;
	case TASK_WORK:
		work(thread, task.job);
		break;
	case TASK_OPEN:
		open_input(thread);
		break;
	case TASK_NONE:
		/* What this thread put back last may be somebody else's turn. */
		wake_others(pipeline);
		pipeline->queue.threads.idle++;
		(void)pthread_cond_wait(&pipeline->task_there, &pipeline->mutex);
		pipeline->queue.threads.idle--;
		break;
	}
}

static void *run_thread(void *argument)
{
	struct thread *thread = argument;
	struct pipeline *pipeline = thread->pipeline;

	lock_again(pipeline);
	while (!all_done(pipeline)) {
		if (cleanup_signal != 0)
			stop(pipeline, DELIVERY_INTERRUPTED);
		else
			take_task(thread);
	}
	pipeline->queue.threads.running--;
	(void)pthread_cond_broadcast(&pipeline->task_there);
	(void)pthread_cond_broadcast(&pipeline->turn_there);
	(void)pthread_cond_signal(&pipeline->ended);
	(void)pthread_mutex_unlock(&pipeline->mutex);
	return NULL;
}

static int thread_init(struct thread *thread, unsigned number, struct pipeline *pipeline,
	const struct worker_shared *shared)
{
	thread->pipeline = pipeline;
	thread->number = number;
	thread->worker = worker_new(shared);
	if (thread->worker == NULL)
		return -1;
	if (!pipeline->options->gzip)
		return 0;
	thread->gzip = gzip_new();
	return thread->gzip == NULL ? -1 : 0;
}

/* Starts count threads, or as many as can be started; returns their number. */
static unsigned start_threads(struct thread *threads, unsigned count)
{
	struct pipeline *pipeline = threads[0].pipeline;
	unsigned started = 0;

	/* None takes a task before all are there: the queue counts on them. */
	lock_again(pipeline);
	while (started < count &&
		pthread_create(&threads[started].id, NULL, run_thread, &threads[started]) == 0)
		started++;
	pipeline->queue.threads.running = started;
	(void)pthread_mutex_unlock(&pipeline->mutex);
	return started;
}

/* Waits until no thread has anything left to do but wait for an input. */
static void wait_for_threads(struct pipeline *pipeline)
{
	struct queue_threads *threads = &pipeline->queue.threads;
	struct timespec until;

	lock_again(pipeline);
	while (!all_done(pipeline) || threads->running > threads->in_input)
		(void)pthread_cond_wait(&pipeline->ended, &pipeline->mutex);
	wake_threads();
	(void)clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += LEAVE_ALONE_MS * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	while (threads->running != 0 &&
		pthread_cond_timedwait(&pipeline->ended, &pipeline->mutex, &until) == 0)
		;
	(void)pthread_mutex_unlock(&pipeline->mutex);
}

/* Returns true when every thread has ended, so that all can be freed. */
static bool run_threads(struct thread *threads, unsigned count)
{
	struct pipeline *pipeline = threads[0].pipeline;
	unsigned started = count == 1 ? 0 : start_threads(threads, count);

	if (started == 0) {
		pipeline->queue.threads.running = 1;
		threads[0].id = pthread_self();
		install_waker(threads, 1);
		(void)run_thread(&threads[0]);
		return true;
	}
	install_waker(threads, started);
	wait_for_threads(pipeline);
	cleanup_set_waker(NULL);
	if (pipeline->queue.threads.running != 0)
		return false;
	for (unsigned i = 0; i < started; i++)
		(void)pthread_join(threads[i].id, NULL);
	return true;
}

static void free_threads(struct thread *threads, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		worker_free(threads[i].worker);
		gzip_free(threads[i].gzip);
	}
	free(threads);
}

void pipeline_run(const struct options *options, struct inputs *inputs,
	const struct worker_shared *shared, struct delivery *delivery)
{
	struct pipeline *pipeline = calloc(1, sizeof(*pipeline));
	struct thread *threads = calloc(options->threads, sizeof(*threads));
	bool ready = pipeline != NULL && threads != NULL;

	if (!ready) {
		delivery->end = DELIVERY_NO_MEMORY;
		free(pipeline);
		free(threads);
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
	ready = queue_init(&pipeline->queue, options, &reading_ends) == 0;
	for (unsigned i = 0; ready && i < options->threads; i++)
		ready = thread_init(&threads[i], i, pipeline, shared) == 0;
	if (!ready)
		delivery->end = DELIVERY_NO_MEMORY;
	else if (!run_threads(threads, options->threads))
		return; /* one is left alone, with all that it uses */
	queue_free(&pipeline->queue);
	(void)pthread_mutex_destroy(&pipeline->mutex);
	(void)pthread_cond_destroy(&pipeline->task_there);
	(void)pthread_cond_destroy(&pipeline->turn_there);
	(void)pthread_cond_destroy(&pipeline->ended);
	free_threads(threads, options->threads);
	free(pipeline);
}

/* ---- two things at once --------------------------------------------------- */

struct call {
	void (*function)(void *);
	void *context;
};

static void *run_call(void *argument)
{
	const struct call *call = argument;

	call->function(call->context);
	return NULL;
}

void pipeline_run_both(void (*first)(void *), void (*second)(void *), void *context)
{
	struct call call = {first, context};
	pthread_t id;

	if (pthread_create(&id, NULL, run_call, &call) != 0) {
		first(context);
		second(context);
		return;
	}
	second(context);
	(void)pthread_join(id, NULL);
}

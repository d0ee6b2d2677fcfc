/*
 * The order of tasks, and the bounds on what is under way.
 *
 * A thread without a task takes the first of these that there is:
 *
 *   deliver  the oldest job, once it was worked on: one thread at a time
 *   read     a block of the oldest input, unless enough of its blocks wait to be
 *            worked on: so one thread goes on inflating while others work
 *   work     on the oldest job that waits for it
 *   read     a block of the oldest input that no thread is reading
 *   open     the next input, while a reader is free and fewer than inputs_of are
 *            under way
 *
 * An input is read by one thread at a time, so that its blocks come in order.
 * With one thread this is: read a block, work on it, deliver it.
 *
 * What bounds memory. Of the oldest input as many blocks are held as there are
 * threads, and LIMIT_BLOCK_HEAP more: enough to keep all at work, and soon
 * reached, so that a long run takes no more memory than a short one. It may
 * always have one job, however large. What all inputs after it may hold, so that
 * objects of different sizes keep all threads at work, says text_ahead. There are
 * two output buffers a thread and two more. A job whose buffer is full hands it
 * over when the job is the oldest, and its thread sleeps until then.
 *
 * Many threads and objects. What is left to inflate of an input when it becomes
 * the oldest only one thread can do, so of objects of a size S threads that
 * inflate need about (threads - 1) / 2 * S to have been read ahead. Buffers of
 * later inputs hold output that can't be delivered yet; so that they don't come to
 * hold them all, and the oldest input's blocks are worked on one at a time, half of
 * the buffers are for the oldest input alone. tests/unit/vcnflow/test_scaling.c
 * plays that with more threads than the machine has.
 *
 * Why nothing waits for ever. Only what is oldest can be delivered, so all
 * depends on that a thread always sees to it. It does, because whatever becomes
 * the oldest becomes so by a thread that is free then: the one that delivered
 * what was before it, or the one that opened the input, read the block or worked
 * on the job. By the order above it sees to the oldest itself, unless another
 * thread does: one that works on that job, and may hand over now; or one that
 * reads that input, and will be free when it comes back. The one exception is a
 * thread that reads on although jobs wait: then another must be left for them
 * that neither works ahead of the oldest job, which can make it wait for its
 * turn, nor is in an input, which may send nothing (may_leave_jobs).
 *
 * Nor can it lack anything: the last free buffer is for the oldest job alone, and
 * an input without jobs always has room for one.
 */
#include "vcnflow/queue.h"

#include <stdlib.h>
#include <string.h>

static size_t buffers_of(size_t threads)
{
	return 2 * threads + 2;
}

/*
 * Inputs under way. As many as there are threads are read at once, each by a reader
 * of its own; as many again were read, so that little ones keep all threads at work
 * while one of them is behind.
 */
static size_t inputs_of(size_t threads)
{
	return 2 * threads;
}

/*
 * Moves out of what is free, at least one, what the thread used last; or else what
 * others have not used for the longest time: what still lies in the cache of another
 * processor takes longer to be written to than what lies in none.
 */
static void *take_spare(struct queue_spare *spares, size_t *count, unsigned thread)
{
	size_t at = *count;
	void *what;

	while (at > 0 && spares[at - 1].thread != thread)
		at--;
	if (at > 0)
		at--;
	what = spares[at].what;
	memmove(&spares[at], &spares[at + 1], (--*count - at) * sizeof(*spares));
	return what;
}

static void add_spare(struct queue_spare *spares, size_t *count, void *what, unsigned thread)
{
	spares[(*count)++] = (struct queue_spare){what, thread};
}

int queue_init(struct queue *queue, const struct options *options, const atomic_int *stop)
{
	size_t threads = options->threads;

	*queue = (struct queue){.thread_limit = threads, .in_one_piece = options->gzip};
	queue->inputs_end = &queue->inputs;
	queue->buffers = calloc(buffers_of(threads), sizeof(*queue->buffers));
	queue->readers = calloc(threads, sizeof(*queue->readers));
	if (queue->buffers == NULL || queue->readers == NULL)
		return -1;
	while (queue->buffer_count < buffers_of(threads)) {
		struct queue_buffer *buffer = malloc(sizeof(*buffer));

		if (buffer == NULL)
			return -1;
		add_spare(queue->buffers, &queue->buffer_count, buffer, 0);
	}
	while (queue->reader_count < threads) {
		struct reader *reader = reader_new(&options->flowlog, stop);

		if (reader == NULL)
			return -1;
		add_spare(queue->readers, &queue->reader_count, reader, 0);
	}
	return 0;
}

static void free_job(struct queue_job *job)
{
	free(job->buffer);
	block_free(&job->block);
	result_free(&job->result);
	bytes_free(&job->compressed);
	free(job);
}

static void free_input(struct queue_input *input)
{
	while (input->jobs != NULL) {
		struct queue_job *job = input->jobs;

		input->jobs = job->next;
		free_job(job);
	}
	if (input->reader != NULL)
		reader_close(input->reader);
	reader_free(input->reader);
	free(input->message);
	free(input->path);
	free(input);
}

void queue_free(struct queue *queue)
{
	while (queue->inputs != NULL) {
		struct queue_input *input = queue->inputs;

		queue->inputs = input->next;
		free_input(input);
	}
	for (size_t i = 0; i < queue->job_count; i++)
		free_job(queue->jobs[i].what);
	for (size_t i = 0; i < queue->buffer_count; i++)
		free(queue->buffers[i].what);
	for (size_t i = 0; i < queue->reader_count; i++)
		reader_free(queue->readers[i].what);
	free(queue->jobs);
	free(queue->buffers);
	free(queue->readers);
}

/* ---- tasks ---------------------------------------------------------------- */

struct queue_job *queue_oldest_job(const struct queue *queue)
{
	return queue->inputs == NULL ? NULL : queue->inputs->jobs;
}

static bool can_deliver(const struct queue *queue)
{
	const struct queue_input *input = queue->inputs;

	if (input == NULL)
		return false;
	if (input->message != NULL)
		return true;
	return input->jobs != NULL ? input->jobs->state == JOB_DONE : input->ended;
}

/* How many threads work on jobs that are not the oldest. */
static unsigned working_ahead(const struct queue *queue)
{
	const struct queue_job *oldest = queue_oldest_job(queue);
	bool is_oldest = oldest != NULL && oldest->state == JOB_WORKING;

	return queue->threads.working - is_oldest;
}

/* Returns true if a thread can read on without holding back what was read. */
static bool may_leave_jobs(const struct queue *queue)
{
	const struct queue_threads *threads = &queue->threads;

	return queue->waiting_jobs == 0 ||
	       threads->in_input + working_ahead(queue) + 1 < threads->running;
}

/* The oldest job that may be worked on now, or null. */
static struct queue_job *next_work(const struct queue *queue)
{
	struct queue_job *oldest = queue_oldest_job(queue);
	struct queue_input *input = queue->inputs;
	struct queue_job *job;

	while (input != NULL && input->waiting_jobs == 0)
		input = input->next;
	if (input == NULL)
		return NULL;
	job = input->jobs;
	while (job->state != JOB_WAITING)
		job = job->next;
	if (job == oldest)
		return queue->buffer_count > 0 ? job : NULL;
	if (input == queue->inputs)
		return queue->buffer_count > 1 ? job : NULL;
	return queue->buffer_count > queue->thread_limit + 1 ? job : NULL;
}

/*
 * How much text may be held of all inputs for one to be read that so many others
 * come before: the later it comes the less, down to a small part of what the first
 * has. So when room gets scarce it goes to those that are delivered soon. The threads
 * that read large records have little of their memory left for it.
 */
static size_t text_ahead(const struct queue *queue, size_t before)
{
	size_t threads = queue->thread_limit;

	if (queue->has_large)
		return LIMIT_TEXT_AHEAD_LARGE;
	return (LIMIT_TEXT_AHEAD + LIMIT_TEXT_AHEAD_THREAD * threads) / inputs_of(threads) *
	       (inputs_of(threads) + 1 - before);
}

static bool has_room(const struct queue *queue, const struct queue_input *input, size_t before)
{
	size_t of_oldest = LIMIT_BLOCK * (queue->thread_limit + LIMIT_BLOCK_HEAP);

	if (before == 0)
		return input->text_held + LIMIT_BLOCK <= of_oldest;
	return queue->text_held + LIMIT_BLOCK <= text_ahead(queue, before) + of_oldest;
}

/* The oldest input of which a block can be read now, or null. */
static struct queue_input *next_read(const struct queue *queue)
{
	struct queue_input *input = queue->inputs;

	for (size_t before = 0; input != NULL; input = input->next, before++)
		if (input->reader != NULL && !input->reading && !input->ended &&
			has_room(queue, input, before))
			break;
	return input;
}

/*
 * Returns true if the oldest input should be read before anything is worked on.
 * Inflating is the slowest step and can't be shared, so it should never stop for
 * want of a thread: as long as fewer of its blocks wait than all threads and a
 * heap could take up, one goes on.
 */
static bool should_read_ahead(const struct queue *queue)
{
	size_t enough = queue->thread_limit == 1 ? 1 : queue->thread_limit + LIMIT_BLOCK_HEAP;

	return queue->inputs != NULL && queue->inputs->waiting_jobs < enough &&
	       next_read(queue) == queue->inputs && may_leave_jobs(queue);
}

struct queue_task queue_next_task(const struct queue *queue)
{
	struct queue_task task = {TASK_NONE, NULL, NULL};

	if (!queue->threads.delivering && can_deliver(queue)) {
		task.kind = TASK_DELIVER;
	} else if (should_read_ahead(queue)) {
		task.kind = TASK_READ;
		task.input = queue->inputs;
	} else if ((task.job = next_work(queue)) != NULL) {
		task.kind = TASK_WORK;
	} else if ((task.input = next_read(queue)) != NULL) {
		task.kind = TASK_READ;
	} else if (!queue->threads.opening && !queue->inputs_ended && queue->reader_count > 0 &&
		   queue->input_count < inputs_of(queue->thread_limit)) {
		task.kind = TASK_OPEN;
	}
	return task;
}

/*
 * To wake a thread takes both about as long as a tenth of a block. So while a
 * thread reads from a file, which it soon comes back from to look again, none is
 * woken to work on less than a few of what is delivered next. Nor is one woken for
 * a single input of the many that may be opened: where other programs leave threads
 * little time it would be woken for each of a folder of little objects.
 */
bool queue_should_wake_idle(const struct queue *queue)
{
	struct queue_task task;

	if (queue->threads.idle == 0)
		return false;
	task = queue_next_task(queue);
	if (task.kind == TASK_WORK && queue->threads.in_file_read > 0 &&
		task.job->input == queue->inputs)
		return queue->inputs->waiting_jobs >= LIMIT_BLOCK_HEAP;
	if (task.kind == TASK_OPEN)
		return queue->input_count <= queue->thread_limit;
	return task.kind != TASK_NONE;
}

bool queue_should_wake_waiting(const struct queue *queue)
{
	const struct queue_job *oldest = queue_oldest_job(queue);

	return oldest != NULL && oldest->waits_for_turn && !queue->threads.delivering;
}

/* ---- jobs ----------------------------------------------------------------- */

/* Makes room for one job more to become free. */
static int reserve_job(struct queue *queue)
{
	struct queue_spare *grown =
		realloc(queue->jobs, (queue->job_total + 1) * sizeof(*queue->jobs));

	if (grown == NULL)
		return -1;
	queue->jobs = grown;
	queue->job_total++;
	return 0;
}

static struct queue_job *new_job(struct queue *queue)
{
	struct queue_job *job;

	if (reserve_job(queue) < 0)
		return NULL;
	job = calloc(1, sizeof(*job));
	if (job == NULL)
		return NULL;
	result_init(&job->result);
	job->compressed = (struct bytes)BYTES_INIT(SIZE_MAX / 2);
	return job;
}

struct queue_job *queue_take_job(struct queue *queue, unsigned thread)
{
	if (queue->job_count == 0)
		return new_job(queue);
	return take_spare(queue->jobs, &queue->job_count, thread);
}

void queue_add_job(struct queue *queue, struct queue_input *input, struct queue_job *job)
{
	job->state = JOB_WAITING;
	job->waits_for_turn = false;
	job->input = input;
	queue->has_large = queue->has_large || job->block.cap > 2 * LIMIT_BLOCK;
	input->waiting_jobs++;
	queue->waiting_jobs++;
	input->text_held += job->block.cap;
	queue->text_held += job->block.cap;
	*input->jobs_end = job;
	input->jobs_end = &job->next;
}

static void return_buffer(struct queue *queue, struct queue_job *job)
{
	if (job->buffer != NULL)
		add_spare(queue->buffers, &queue->buffer_count, job->buffer, job->thread);
	job->buffer = NULL;
	job->out.len = 0;
}

void queue_begin_work(struct queue *queue, struct queue_job *job, unsigned thread)
{
	job->state = JOB_WORKING;
	job->input->waiting_jobs--;
	queue->waiting_jobs--;
	queue->threads.working++;
	job->thread = thread;
	job->buffer = take_spare(queue->buffers, &queue->buffer_count, thread);
	job->out = (struct outbuf){
		.data = job->buffer->data,
		.cap = sizeof(job->buffer->data),
		.inserts = queue->in_one_piece ? NULL : job->buffer->inserts,
	};
}

void queue_end_work(struct queue *queue, struct queue_job *job)
{
	/* At once, not when it is delivered: most buffers are free so when
	 * nearly all records are filtered. */
	if (job->out.len == 0)
		return_buffer(queue, job);
	queue->threads.working--;
	job->state = JOB_DONE;
}

void queue_drop_job(struct queue *queue)
{
	struct queue_input *input = queue->inputs;
	struct queue_job *job = input->jobs;

	input->jobs = job->next;
	if (input->jobs == NULL)
		input->jobs_end = &input->jobs;
	input->text_held -= job->block.cap;
	queue->text_held -= job->block.cap;
	return_buffer(queue, job);
	block_reset(&job->block);
	job->next = NULL;
	add_spare(queue->jobs, &queue->job_count, job, job->thread);
}

/* ---- inputs --------------------------------------------------------------- */

struct reader *queue_take_reader(struct queue *queue, unsigned thread)
{
	return take_spare(queue->readers, &queue->reader_count, thread);
}

void queue_return_reader(struct queue *queue, struct reader *reader, unsigned thread)
{
	add_spare(queue->readers, &queue->reader_count, reader, thread);
}

struct queue_input *queue_add_input(
	struct queue *queue, const struct inputs_item *item, struct reader *reader)
{
	struct queue_input *input = calloc(1, sizeof(*input));

	if (input == NULL) {
		free(item->path);
		free(item->message);
		if (reader != NULL) {
			reader_close(reader);
			queue_return_reader(queue, reader, 0);
		}
		return NULL;
	}
	input->jobs_end = &input->jobs;
	input->path = item->path;
	input->walk = item->walk;
	input->message = item->message;
	input->kind = item->kind;
	input->reader = reader;
	*queue->inputs_end = input;
	queue->inputs_end = &input->next;
	queue->input_count++;
	return input;
}

void queue_end_input(struct queue *queue, struct queue_input *input, unsigned thread)
{
	input->ended = true;
	queue_return_reader(queue, input->reader, thread);
	input->reader = NULL;
}

void queue_drop_input(struct queue *queue)
{
	struct queue_input *input = queue->inputs;

	queue->inputs = input->next;
	if (queue->inputs == NULL)
		queue->inputs_end = &queue->inputs;
	queue->input_count--;
	free(input->path);
	free(input);
}

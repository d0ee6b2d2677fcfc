/*
 * What is under way, and what is to be done next. Inputs stand in a row, oldest
 * first, each with the jobs made of its blocks, oldest first; a job's block is
 * read, worked on and delivered. The queue tells which task a thread may begin,
 * so that memory stays bounded, what is oldest is always seen to, and no thread
 * is idle without need. It starts no thread and takes no lock: whoever shares it
 * among threads holds a lock of his own and keeps the counts of threads.
 */
#ifndef VCNFLOW_QUEUE_H
#define VCNFLOW_QUEUE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/limits.h"
#include "flowlog/block.h"
#include "flowlog/inputs.h"
#include "flowlog/reader.h"
#include "vcnflow/options.h"
#include "vcnflow/outbuf.h"
#include "vcnflow/result.h"

enum queue_job_state { JOB_WAITING, JOB_WORKING, JOB_DONE };

/* What a job's output is gathered in. */
struct queue_buffer {
	struct outbuf_insert inserts[OUTBUF_INSERTS];
	char data[LIMIT_OUTPUT_BUFFER];
};

/*
 * What is free, and the thread that used it last: with a little luck it still lies in
 * the cache of that one's processor. Oldest first.
 */
struct queue_spare {
	void *what;
	unsigned thread;
};

/* A block on its way through. */
struct queue_job {
	struct queue_job *next;
	unsigned thread;           /* that used it last, and its buffer */
	struct queue_input *input; /* that it is of */
	struct block block;
	struct result result;
	enum queue_job_state state;
	bool waits_for_turn;         /* its buffer is full, and it is not the oldest */
	struct queue_buffer *buffer; /* out's; null while there is no output */
	struct outbuf out;
	struct bytes compressed; /* with -z: what out becomes */
	uint64_t bytes_in;       /* of its input so far, for the progress */
};

/* An input under way, or a message about one. */
struct queue_input {
	struct queue_input *next;
	char *path;                  /* until delivery takes it over */
	size_t walk;                 /* see inputs.h */
	char *message;               /* not null: only this is to be delivered */
	enum inputs_kind kind;       /* of the message */
	struct reader *reader;       /* null once it ended, and of a message */
	bool begun;                  /* delivery knows of it */
	bool is_file;                /* of the disk: no read waits for long */
	bool reading;                /* a thread is */
	bool ended;                  /* all of it was read */
	struct source_report report; /* once it ended */
	size_t waiting_jobs;         /* to be worked on */
	size_t text_held;            /* by its jobs */
	struct queue_job *jobs;      /* oldest first */
	struct queue_job **jobs_end;
};

/* What the threads are at. Kept by who has them, but for working. */
struct queue_threads {
	unsigned running;      /* that have not ended */
	unsigned idle;         /* without a task */
	unsigned working;      /* on a job, those that wait for its turn included */
	unsigned in_input;     /* in a read or an open, perhaps for long */
	unsigned in_file_read; /* of those: in a file of the disk */
	bool delivering;       /* one is */
	bool opening;          /* one is asking for the next input */
};

struct queue {
	size_t thread_limit;
	struct queue_threads threads;
	bool inputs_ended;          /* there is no next one */
	struct queue_input *inputs; /* oldest first */
	struct queue_input **inputs_end;
	size_t input_count;
	size_t waiting_jobs; /* of all inputs */
	size_t text_held;
	bool has_large;           /* a block was larger than two usual ones */
	struct queue_spare *jobs; /* that are free, with room for all there are */
	size_t job_count, job_total;
	struct queue_spare *buffers; /* that are free */
	size_t buffer_count;
	bool in_one_piece;           /* no inserts: the output is compressed */
	struct queue_spare *readers; /* that are free */
	size_t reader_count;
};

/*
 * Makes readers and output buffers for options->threads threads. *stop: see
 * reader_new. Returns 0, or -1 when memory ran out; queue_free in either case.
 */
int queue_init(struct queue *queue, const struct options *options, const atomic_int *stop);

/* Frees all that is under way. */
void queue_free(struct queue *queue);

/* The job that is to be delivered first, or null. */
struct queue_job *queue_oldest_job(const struct queue *queue);

enum queue_task_kind { TASK_NONE, TASK_DELIVER, TASK_READ, TASK_WORK, TASK_OPEN };

struct queue_task {
	enum queue_task_kind kind;
	struct queue_job *job;     /* TASK_WORK */
	struct queue_input *input; /* TASK_READ */
};

/* The most urgent task that a thread without one may begin. */
struct queue_task queue_next_task(const struct queue *queue);

/* Returns true if there is a task that an idle thread should be woken for. */
bool queue_should_wake_idle(const struct queue *queue);

/* Returns true if the turn of a thread that waits for it has come. */
bool queue_should_wake_waiting(const struct queue *queue);

/*
 * An empty job, or null when memory ran out. Threads that take something, here and
 * below, or give it back say by a number which of them they are, and get what they
 * had before if it is free.
 */
struct queue_job *queue_take_job(struct queue *queue, unsigned thread);

/* Appends a job whose block was filled to its input. */
void queue_add_job(struct queue *queue, struct queue_input *input, struct queue_job *job);

/* A job is being worked on: gives it a buffer for its output. */
void queue_begin_work(struct queue *queue, struct queue_job *job, unsigned thread);

/* It was worked on: it can be delivered when it is the oldest. */
void queue_end_work(struct queue *queue, struct queue_job *job);

/* The oldest job was delivered. */
void queue_drop_job(struct queue *queue);

/* A reader for the next input; with TASK_OPEN there is one. */
struct reader *queue_take_reader(struct queue *queue, unsigned thread);
void queue_return_reader(struct queue *queue, struct reader *reader, unsigned thread);

/*
 * A new youngest input for an item, of which path and message are taken over, with
 * its reader, or null for a message. Returns null when memory ran out; then path and
 * message are freed, and the reader is closed and returned.
 */
struct queue_input *queue_add_input(
	struct queue *queue, const struct inputs_item *item, struct reader *reader);

/* All of an input was read: its reader is free for another one. */
void queue_end_input(struct queue *queue, struct queue_input *input, unsigned thread);

/* The oldest input was delivered to its end. */
void queue_drop_input(struct queue *queue);

#endif

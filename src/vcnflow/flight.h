/*
 * What is in flight: inputs under way ("lanes"), each with a queue of its
 * blocks ("jobs"), oldest first, and the buffers that they use. It tells which
 * task may be begun next, so that memory stays bounded and the oldest job can
 * always go on. It knows of no threads: whoever shares it holds a lock.
 */
#ifndef VCNFLOW_FLIGHT_H
#define VCNFLOW_FLIGHT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/limits.h"
#include "vcnflow/block.h"
#include "vcnflow/inputs.h"
#include "vcnflow/options.h"
#include "vcnflow/outbuf.h"
#include "vcnflow/reader.h"
#include "vcnflow/worker.h"

enum job_state { JOB_WAITING, JOB_WORKING, JOB_DONE };

/* What a job's output is gathered in. */
struct out_room {
	struct outbuf_insert inserts[OUTBUF_INSERTS];
	char data[LIMIT_OUTPUT_BUFFER];
};

/* A block on its way through. */
struct job {
	struct job *next;
	struct lane *lane; /* that it is of */
	struct block block;
	struct result result;
	enum job_state state;
	bool waits;            /* for its turn, to hand output over */
	bool in_turn;          /* to be worked on only when it is the oldest */
	bool shown;            /* a part of its output was delivered */
	struct out_room *room; /* out's; null while there is no output */
	struct outbuf out;
	struct bytes compressed; /* with -z: what out becomes */
	uint64_t bytes_in;       /* of its input so far, for the progress */
};

/* An input under way, or a message about one. */
struct lane {
	struct lane *next;
	char *path;    /* until delivery takes it over */
	char *message; /* not null: only this is to be delivered */
	enum inputs_kind kind;
	struct reader *reader;
	bool begun;                  /* delivery knows of it */
	bool is_file;                /* of the disk: no read waits for long */
	bool reading;                /* somebody is */
	bool ended;                  /* all of it was read */
	struct source_report report; /* once it ended */
	size_t waiting_jobs;         /* to be worked on */
	size_t text_in_flight;       /* of its jobs */
	struct job *jobs;            /* oldest first */
	struct job **jobs_end;
};

struct flight {
	size_t threads;
	struct lane *lanes; /* oldest first */
	struct lane **lanes_end;
	size_t lane_count;
	struct job *free_jobs;
	size_t waiting_jobs; /* of all lanes */
	size_t text_in_flight;
	struct out_room **rooms; /* for output, that are free */
	size_t room_count;
	bool copying;            /* the output has to be in one piece */
	struct reader **readers; /* that are free */
	size_t reader_count;
};

/*
 * Makes readers and output buffers for so many threads. *stop: see reader_new.
 * Returns 0, or -1 when memory ran out; flight_free in either case.
 */
int flight_init(struct flight *flight, const struct options *options, const atomic_int *stop);

/* Frees all that is in flight. */
void flight_free(struct flight *flight);

/* The job that is to be delivered first, or null. */
struct job *flight_oldest(const struct flight *flight);

/* Tells if something of the oldest lane can be delivered. */
bool flight_can_deliver(const struct flight *flight);

/* The oldest job that may be worked on now, or null. */
struct job *flight_next_work(const struct flight *flight);

/* The oldest lane of which a block may be read now, or null. */
struct lane *flight_next_read(const struct flight *flight);

/* Tells if another input may be opened. */
bool flight_can_open(const struct flight *flight);

/* An empty job, or null when memory ran out. */
struct job *flight_take_job(struct flight *flight);

/* Appends a job whose block was filled to its lane. */
void flight_add_job(struct flight *flight, struct lane *lane, struct job *job);

/* The oldest job was delivered. */
void flight_drop_job(struct flight *flight);

/* A job is being worked on: gives it a buffer for its output. */
void flight_begin_work(struct flight *flight, struct job *job);

/* It is worked on; or, given up, waits to be worked on when it is the oldest.
 */
void flight_end_work(struct flight *flight, struct job *job, bool gave_up);

/*
 * A new youngest lane for an item, which is taken over, with a reader if it is
 * a file. Returns null when memory ran out.
 */
struct lane *flight_add_lane(struct flight *flight, const struct inputs_item *item);

/* The oldest lane was delivered to its end. */
void flight_drop_lane(struct flight *flight);

#endif

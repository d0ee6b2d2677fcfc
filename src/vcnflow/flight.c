/*
 * What is in flight, and which tasks may begin.
 *
 * Reading of the oldest lane stops when as many blocks of it are in flight as
 * there are threads, and a heap more: enough to keep all at work, and soon
 * reached, so that a long run takes no more memory than a short one. It may
 * always have one job. LIMIT_TEXT_AHEAD comes on top for the lanes behind it,
 * so that objects of different sizes keep all at work.
 *
 * There are two rooms for output a thread and two more; the last free one is
 * for the oldest job alone, so that it can always go on.
 */
#include "vcnflow/flight.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/limits.h"

static size_t rooms_of(size_t threads)
{
	return 2 * threads + 2;
}

int flight_init(struct flight *flight, const struct options *options, const atomic_int *stop)
{
	size_t threads = options->threads;

	*flight = (struct flight){.threads = threads, .copying = options->gzip};
	flight->lanes_end = &flight->lanes;
	flight->rooms = calloc(rooms_of(threads), sizeof(struct out_room *));
	flight->readers = calloc(threads, sizeof(struct reader *));
	if (flight->rooms == NULL || flight->readers == NULL)
		return -1;
	while (flight->room_count < rooms_of(threads)) {
		struct out_room *room = malloc(sizeof *room);

		if (room == NULL)
			return -1;
		flight->rooms[flight->room_count++] = room;
	}
	while (flight->reader_count < threads) {
		struct reader *reader = reader_new(options, stop);

		if (reader == NULL)
			return -1;
		flight->readers[flight->reader_count++] = reader;
	}
	return 0;
}

static void free_jobs(struct job *job)
{
	while (job != NULL) {
		struct job *next = job->next;

		free(job->room);
		block_free(&job->block);
		result_free(&job->result);
		bytes_free(&job->compressed);
		free(job);
		job = next;
	}
}

static void free_lane(struct lane *lane)
{
	free_jobs(lane->jobs);
	if (lane->reader != NULL)
		reader_close(lane->reader);
	reader_free(lane->reader);
	free(lane->message);
	free(lane->path);
	free(lane);
}

void flight_free(struct flight *flight)
{
	while (flight->lanes != NULL) {
		struct lane *lane = flight->lanes;

		flight->lanes = lane->next;
		free_lane(lane);
	}
	free_jobs(flight->free_jobs);
	for (size_t i = 0; i < flight->room_count; i++)
		free(flight->rooms[i]);
	for (size_t i = 0; i < flight->reader_count; i++)
		reader_free(flight->readers[i]);
	free(flight->rooms);
	free(flight->readers);
}

struct job *flight_oldest(const struct flight *flight)
{
	return flight->lanes == NULL ? NULL : flight->lanes->jobs;
}

bool flight_can_deliver(const struct flight *flight)
{
	const struct lane *lane = flight->lanes;

	if (lane == NULL)
		return false;
	if (lane->message != NULL)
		return true;
	return lane->jobs != NULL ? lane->jobs->state == JOB_DONE : lane->ended;
}

/* Tells if a job may be worked on as far as its turn is concerned. */
static bool is_ready(const struct flight *flight, const struct job *job)
{
	return job->state == JOB_WAITING && (!job->in_turn || job == flight_oldest(flight));
}

struct job *flight_next_work(const struct flight *flight)
{
	for (struct lane *lane = flight->lanes; lane != NULL; lane = lane->next)
		for (struct job *job = lane->jobs; job != NULL; job = job->next)
			if (is_ready(flight, job)) {
				bool oldest = job == flight_oldest(flight);
				size_t kept = oldest ? 0 : 1;

				return flight->room_count > kept ? job : NULL;
			}
	return NULL;
}

/* Tells if there is room for another block of a lane. */
static bool has_room(const struct flight *flight, const struct lane *lane)
{
	size_t one = LIMIT_BLOCK * (flight->threads + LIMIT_BLOCK_HEAP);

	if (lane != flight->lanes)
		return flight->text_in_flight + LIMIT_BLOCK <= LIMIT_TEXT_AHEAD + one;
	return lane->jobs == NULL || lane->text_in_flight + LIMIT_BLOCK <= one;
}

struct lane *flight_next_read(const struct flight *flight)
{
	struct lane *lane = flight->lanes;

	while (lane != NULL &&
		(lane->reader == NULL || lane->reading || lane->ended || !has_room(flight, lane)))
		lane = lane->next;
	return lane;
}

bool flight_can_open(const struct flight *flight)
{
	return flight->lane_count < flight->threads;
}

struct job *flight_take_job(struct flight *flight)
{
	struct job *job = flight->free_jobs;

	if (job != NULL) {
		flight->free_jobs = job->next;
		job->next = NULL;
		return job;
	}
	job = calloc(1, sizeof *job);
	if (job == NULL)
		return NULL;
	result_init(&job->result);
	job->compressed = (struct bytes)BYTES_INIT(SIZE_MAX / 2);
	return job;
}

void flight_add_job(struct flight *flight, struct lane *lane, struct job *job)
{
	job->state = JOB_WAITING;
	job->waits = false;
	job->in_turn = false;
	job->shown = false;
	job->lane = lane;
	lane->waiting_jobs++;
	flight->waiting_jobs++;
	lane->text_in_flight += job->block.cap;
	flight->text_in_flight += job->block.cap;
	*lane->jobs_end = job;
	lane->jobs_end = &job->next;
}

static void take_room(struct flight *flight, struct job *job)
{
	if (job->room != NULL)
		flight->rooms[flight->room_count++] = job->room;
	job->room = NULL;
	job->out.len = 0;
}

void flight_drop_job(struct flight *flight)
{
	struct lane *lane = flight->lanes;
	struct job *job = lane->jobs;

	lane->jobs = job->next;
	if (lane->jobs == NULL)
		lane->jobs_end = &lane->jobs;
	lane->text_in_flight -= job->block.cap;
	flight->text_in_flight -= job->block.cap;
	take_room(flight, job);
	block_reset(&job->block);
	job->next = flight->free_jobs;
	flight->free_jobs = job;
}

void flight_begin_work(struct flight *flight, struct job *job)
{
	job->state = JOB_WORKING;
	job->lane->waiting_jobs--;
	flight->waiting_jobs--;
	job->room = flight->rooms[--flight->room_count];
	job->out = (struct outbuf){
		.data = job->room->data,
		.cap = sizeof job->room->data,
		.inserts = flight->copying ? NULL : job->room->inserts,
	};
}

void flight_end_work(struct flight *flight, struct job *job, bool gave_up)
{
	if (gave_up || job->out.len == 0)
		take_room(flight, job);
	if (gave_up) {
		job->lane->waiting_jobs++;
		flight->waiting_jobs++;
	}
	job->state = gave_up ? JOB_WAITING : JOB_DONE;
}

struct lane *flight_add_lane(struct flight *flight, const struct inputs_item *item)
{
	struct lane *lane = calloc(1, sizeof *lane);

	if (lane == NULL) {
		free(item->path);
		free(item->message);
		if (item->fd > STDERR_FILENO)
			close(item->fd);
		return NULL;
	}
	lane->jobs_end = &lane->jobs;
	lane->path = item->path;
	lane->message = item->message;
	lane->kind = item->kind;
	if (item->kind == INPUTS_FILE)
		lane->reader = flight->readers[--flight->reader_count];
	*flight->lanes_end = lane;
	flight->lanes_end = &lane->next;
	flight->lane_count++;
	return lane;
}

void flight_drop_lane(struct flight *flight)
{
	struct lane *lane = flight->lanes;

	flight->lanes = lane->next;
	if (flight->lanes == NULL)
		flight->lanes_end = &flight->lanes;
	flight->lane_count--;
	if (lane->reader != NULL)
		flight->readers[flight->reader_count++] = lane->reader;
	free(lane->path);
	free(lane);
}

/*
 * Threads that are played: they take what the queue says comes next, and keep its
 * account of the threads as those of pipeline.c do, but do none of the work.
 */
#ifndef TESTS_UNIT_VCNFLOW_PLAYERS_H
#define TESTS_UNIT_VCNFLOW_PLAYERS_H

#include <stdlib.h>

#include "vcnflow/queue.h"

enum act { ACT_NONE, ACT_OPEN, ACT_READ, ACT_WORK, ACT_TURN, ACT_DELIVER };

/* A thread, and what it is at. */
struct player {
	enum act act;
	struct queue_input *input;
	struct queue_job *job;
};

/* Begins the task that a thread without one would take, if there is any. */
static inline void player_begin(struct player *player, struct queue *queue)
{
	struct queue_task task = queue_next_task(queue);

	switch (task.kind) {
	case TASK_NONE:
		player->act = ACT_NONE;
		break;
	case TASK_DELIVER:
		queue->threads.delivering = true;
		player->act = ACT_DELIVER;
		break;
	case TASK_READ:
		task.input->reading = true;
		queue->threads.in_input++;
		queue->threads.in_file_read += task.input->is_file;
		player->act = ACT_READ;
		player->input = task.input;
		break;
	case TASK_WORK:
		queue_begin_work(queue, task.job, 0);
		player->act = ACT_WORK;
		player->job = task.job;
		break;
	case TASK_OPEN:
		queue->threads.opening = true;
		queue->threads.in_input++;
		player->act = ACT_OPEN;
		break;
	}
}

/* Ends the search for the next input: it has so many blocks; 0: there is none. */
static inline void player_end_open(struct queue *queue, unsigned blocks, bool is_file)
{
	struct inputs_item item = {.kind = INPUTS_FILE, .fd = -1};
	unsigned *left;

	queue->threads.in_input--;
	queue->threads.opening = false;
	if (blocks == 0) {
		queue->inputs_ended = true;
		return;
	}
	/* In place of a path: how many blocks are still to be read. */
	left = malloc(sizeof(*left));
	assert_non_null(left);
	*left = blocks;
	item.path = (char *)left;
	queue_add_input(queue, &item, queue_take_reader(queue, 0))->is_file = is_file;
}

/* Ends a read, of which a block came. */
static inline void player_end_read(
	struct player *player, struct queue *queue, struct queue_job *job)
{
	queue->threads.in_input--;
	queue->threads.in_file_read -= player->input->is_file;
	player->input->reading = false;
	queue_add_job(queue, player->input, job);
	if (--*(unsigned *)(void *)player->input->path == 0)
		queue_end_input(queue, player->input, 0);
}

/* Ends a delivery; returns true if it was a block's, not an input's end. */
static inline bool player_end_delivery(struct queue *queue)
{
	queue->threads.delivering = false;
	if (queue->inputs->jobs == NULL) {
		queue_drop_input(queue);
		return false;
	}
	queue_drop_job(queue);
	return true;
}

#endif

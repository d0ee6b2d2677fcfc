/*
 * Which task is to be begun next, from what is in flight and what the threads
 * are at. It knows of no threads itself: whoever shares the two holds a lock.
 */
#ifndef VCNFLOW_TASK_H
#define VCNFLOW_TASK_H

#include <stdbool.h>

#include "vcnflow/flight.h"

/* What the threads are at; what they read or work on is in the flight. */
struct crew {
	unsigned running;   /* threads that have not ended */
	unsigned idle;      /* without a task */
	unsigned waiting;   /* to hand output over */
	unsigned away;      /* in an input, perhaps for long */
	unsigned soon_back; /* of those: in a file */
	bool delivering;    /* one is */
	bool opening;       /* one is asking for the next input */
	bool inputs_ended;  /* there is no next one */
};

enum task_kind { TASK_NONE, TASK_DELIVER, TASK_READ, TASK_WORK, TASK_OPEN };

struct task {
	enum task_kind kind;
	struct job *job;   /* to work on */
	struct lane *lane; /* to read */
};

/* The most urgent task that a thread without one may begin. */
struct task task_next(const struct flight *flight, const struct crew *crew);

/* Tells if there is a task that an idle thread should be woken for. */
bool task_is_due(const struct flight *flight, const struct crew *crew);

/* Tells if threads that wait to hand output over should look again: one's turn
 * has come, or nobody would come to what must be delivered first. */
bool task_turn_is_due(const struct flight *flight, const struct crew *crew);

/*
 * Tells if what must be delivered first is being seen to, or can be by a thread
 * other than those that wait and the one that asks.
 */
bool task_oldest_is_served(const struct flight *flight, const struct crew *crew);

#endif

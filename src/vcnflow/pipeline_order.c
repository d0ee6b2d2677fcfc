/*
 * The calling thread takes texts, and makes some while the next one to take is not
 * there; the others only make. A text is made into the place of one that was taken,
 * so that none gets further ahead than there are places. Whoever has changed what
 * others wait for wakes them all: they are few.
 *
 * Signals are left to the calling thread: it alone waits in calls that one is to
 * interrupt.
 */
#include "vcnflow/pipeline_order.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>

/* Texts a thread: one that is made, one that waits to be taken. */
#define PLACES 2

struct place {
	struct bytes text;
	bool is_made;
};

struct making {
	const struct pipeline_order *order;
	pthread_mutex_t mutex; /* of all that follows */
	pthread_cond_t changed;
	size_t begun; /* how many texts are made, or being made */
	size_t taken;
	struct place *places;
	size_t place_count;
	bool failed;
};

static bool may_make(const struct making *making)
{
	return making->begun < making->order->count &&
	       making->begun - making->taken < making->place_count;
}

/* To be called with the mutex, which is let go of meanwhile, as by take_text. */
static void make_text(struct making *making)
{
	const size_t number = making->begun++;
	struct place *place = &making->places[number % making->place_count];
	int failed;

	(void)pthread_mutex_unlock(&making->mutex);
	failed = making->order->make(making->order->context, number, &place->text);
	(void)pthread_mutex_lock(&making->mutex);
	place->is_made = true;
	making->failed |= failed < 0;
	(void)pthread_cond_broadcast(&making->changed);
}

static void take_text(struct making *making, struct place *place)
{
	int failed;

	(void)pthread_mutex_unlock(&making->mutex);
	failed = making->order->take(making->order->context, &place->text);
	bytes_clear(&place->text);
	(void)pthread_mutex_lock(&making->mutex);
	place->is_made = false;
	making->taken++;
	making->failed |= failed < 0;
	(void)pthread_cond_broadcast(&making->changed);
}

static void *run_maker(void *argument)
{
	struct making *making = argument;

	(void)pthread_mutex_lock(&making->mutex);
	while (!making->failed && making->begun < making->order->count) {
		if (may_make(making))
			make_text(making);
		else
			(void)pthread_cond_wait(&making->changed, &making->mutex);
	}
	(void)pthread_mutex_unlock(&making->mutex);
	return NULL;
}

static void run_taker(struct making *making)
{
	(void)pthread_mutex_lock(&making->mutex);
	while (!making->failed && making->taken < making->order->count) {
		struct place *place = &making->places[making->taken % making->place_count];

		if (place->is_made)
			take_text(making, place);
		else if (may_make(making))
			make_text(making);
		else
			(void)pthread_cond_wait(&making->changed, &making->mutex);
	}
	(void)pthread_mutex_unlock(&making->mutex);
}

/* Starts makers, as many as can be started; returns their number. */
static unsigned start_makers(struct making *making, pthread_t *makers, unsigned count)
{
	unsigned started = 0;
	sigset_t all, before;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	while (started < count && pthread_create(&makers[started], NULL, run_maker, making) == 0)
		started++;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return started;
}

int pipeline_run_order(const struct pipeline_order *order, unsigned threads)
{
	struct making making = {.order = order};
	pthread_t *makers;
	unsigned started;

	if (threads > order->count)
		threads = order->count > 0 ? (unsigned)order->count : 1;
	making.place_count = (size_t)PLACES * threads;
	making.places = calloc(making.place_count, sizeof(*making.places));
	makers = calloc(threads, sizeof(*makers));
	if (making.places == NULL || makers == NULL) {
		free(making.places);
		free(makers);
		return -1;
	}
	for (size_t i = 0; i < making.place_count; i++)
		making.places[i].text = (struct bytes)BYTES_INIT(SIZE_MAX / 2);
	(void)pthread_mutex_init(&making.mutex, NULL);
	(void)pthread_cond_init(&making.changed, NULL);
	started = threads > 1 ? start_makers(&making, makers, threads - 1) : 0;
	run_taker(&making);
	for (unsigned i = 0; i < started; i++)
		(void)pthread_join(makers[i], NULL);
	(void)pthread_cond_destroy(&making.changed);
	(void)pthread_mutex_destroy(&making.mutex);
	for (size_t i = 0; i < making.place_count; i++)
		bytes_free(&making.places[i].text);
	free(making.places);
	free(makers);
	return making.failed ? -1 : 0;
}

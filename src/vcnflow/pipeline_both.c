/* Two things at once, before there are inputs to work through. */
#include "vcnflow/pipeline.h"

#include <pthread.h>

struct errand {
	void (*function)(void *);
	void *context;
};

static void *run_errand(void *argument)
{
	const struct errand *errand = argument;

	errand->function(errand->context);
	return NULL;
}

void pipeline_run_both(void (*first)(void *), void (*second)(void *), void *context)
{
	struct errand errand = {first, context};
	pthread_t thread;

	if (pthread_create(&thread, NULL, run_errand, &errand) != 0) {
		first(context);
		second(context);
		return;
	}
	second(context);
	(void)pthread_join(thread, NULL);
}

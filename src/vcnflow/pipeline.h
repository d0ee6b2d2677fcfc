/*
 * Runs the whole: inputs are read, cut into blocks, worked on and delivered in
 * order, by one thread or by several. The only room that knows of threads.
 */
#ifndef VCNFLOW_PIPELINE_H
#define VCNFLOW_PIPELINE_H

#include "flowlog/inputs.h"
#include "vcnflow/delivery.h"
#include "vcnflow/options.h"
#include "vcnflow/worker.h"

/*
 * Works through all of inputs with options->threads threads. What ended the
 * run early, if anything, is in delivery->end.
 */
void pipeline_run(const struct options *options, struct inputs *inputs,
	const struct worker_shared *shared, struct delivery *delivery);

/* For lookup_open: two things at once, or one after the other where no thread
 * can be had. */
void pipeline_run_both(void (*first)(void *), void (*second)(void *), void *context);

#endif

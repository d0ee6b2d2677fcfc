/*
 * Texts that several threads make at the same time, and one takes in order: for
 * what is left to do when all is summed.
 */
#ifndef VCNFLOW_PIPELINE_ORDER_H
#define VCNFLOW_PIPELINE_ORDER_H

#include <stddef.h>

#include "base/bytes.h"

struct pipeline_order {
	size_t count; /* of texts */
	void *context;
	/* Makes the text of a number; text is empty. May be called by any thread, while
	 * others make theirs. Returns 0, or -1: none is made or taken any more. */
	int (*make)(void *context, size_t number, struct bytes *text);
	/* Takes a text; by the calling thread. Returns 0, or -1 likewise. */
	int (*take)(void *context, const struct bytes *text);
};

/*
 * Makes and takes all texts with so many threads, of which the calling one is the
 * first, or with as many as can be had. A few texts a thread are held at a time.
 * Returns 0, or -1: a call did, or memory ran out.
 */
int pipeline_run_order(const struct pipeline_order *order, unsigned threads);

#endif

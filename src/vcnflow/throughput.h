/*
 * How far a run is and how fast: bytes as stored, rate, percent and the time
 * that is left where the total is known, records. On the progress line, by the
 * thread that delivers.
 */
#ifndef VCNFLOW_THROUGHPUT_H
#define VCNFLOW_THROUGHPUT_H

#include <stdint.h>

#include "base/progress.h"

/* Shows it from now on. total: bytes, or -1 when it is not known. */
void throughput_begin(int64_t total);

/* bytes_in as stored so far, records so far. Cheap when it is not shown. */
void throughput_update(uint64_t bytes_in, uint64_t records);

/* For the test: what is known at one moment, and what the line says of it. */
struct throughput_sample {
	int64_t total; /* bytes, or -1 */
	uint64_t bytes_in;
	uint64_t records;
	double seconds; /* since the beginning */
};

void throughput_line(struct progress_line *line, const struct throughput_sample *sample);

#endif

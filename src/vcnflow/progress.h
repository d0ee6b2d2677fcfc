/*
 * The progress line on standard error: bytes as stored, rate, and percent and
 * the time that is left where the total is known. Redrawn at most ten times a
 * second, taken off before a message and at the end. Called by the delivering
 * thread only.
 */
#ifndef VCNFLOW_PROGRESS_H
#define VCNFLOW_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

/* total: bytes, or -1 when it is not known. */
void progress_begin(int64_t total);

/* bytes_in as stored so far, records so far. Cheap when it is not on. */
void progress_update(uint64_t bytes_in, uint64_t records);

/* Takes the line off the terminal; the next update draws it again. */
void progress_hide(void);
void progress_end(void);

#endif

/* One line on the terminal that says how far a fetch is. */
#ifndef VCNMETA_FETCH_METER_H
#define VCNMETA_FETCH_METER_H

#include <stdbool.h>

struct survey;

/*
 * Shows it from now on, if standard error is a terminal and quiet is false;
 * messages take it off for as long as they are written.
 */
void meter_begin(bool is_quiet);

/* To be called often; context is the survey. */
void meter_tick(void *context);

/* Takes it off for good. */
void meter_end(void);

#endif

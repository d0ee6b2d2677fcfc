/*
 * Standard output and standard error, caught: a target that uses this is linked
 * with --wrap=io_write_all. Each message must be one line of plain text.
 */
#ifndef TESTS_FUZZ_CAUGHT_H
#define TESTS_FUZZ_CAUGHT_H

#include "base/bytes.h"

/* The program's name, before any message; from then on all is caught. */
void caught_begin(const char *program);

/* Forgets what was caught. */
void caught_clear(void);

/* What went to standard output, and the number of messages. */
extern struct bytes caught_output;
extern unsigned caught_messages;

#endif

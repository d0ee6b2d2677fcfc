/*
 * Standard input, output and error, as the program found them. A closed one is
 * pointed at /dev/null, so that no file opened later takes its number, and
 * asked for here before it is used.
 */
#ifndef VCNMETA_STANDARD_H
#define VCNMETA_STANDARD_H

#include <stdbool.h>

/* To be called first of all. Returns 0, or -1 with errno set. */
int standard_begin(void);

bool standard_input_is_open(void);
bool standard_output_is_open(void);

#endif

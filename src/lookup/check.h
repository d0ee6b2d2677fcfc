/* The checks of a lookup file that was mapped. */
#ifndef LOOKUP_CHECK_H
#define LOOKUP_CHECK_H

#include "lookup/mapped.h"

/*
 * Checks everything once, a large file by runner if that is not null, and sets
 * the views on the sections. Returns LOOKUP_OK, or an error after
 * lookup->detail was filled, but for LOOKUP_NO_MEMORY. It takes the guard while
 * it runs.
 */
enum lookup_error check_file(struct lookup *lookup, lookup_runner *runner);

#endif

/* The state of the standard descriptors at the start. */
#include "vcnmeta/standard.h"

#include <unistd.h>

#include "base/io.h"

static bool was_open[3];

int standard_begin(void)
{
	return io_standard_descriptors(was_open);
}

bool standard_input_is_open(void)
{
	return was_open[STDIN_FILENO];
}

bool standard_output_is_open(void)
{
	return was_open[STDOUT_FILENO];
}

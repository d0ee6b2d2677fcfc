/*
 * No file is input and output of one run (vcnflow(1), DESCRIPTION): nothing is
 * written over what is read.
 */
#ifndef VCNFLOW_CLASH_H
#define VCNFLOW_CLASH_H

#include "flowlog/inputs.h"
#include "vcnflow/options.h"
#include "vcnflow/target.h"

/*
 * Refuses a command line on which one file has two parts to play, before
 * anything is touched. Returns 0, or -1 after a message.
 */
int clash_check(const struct options *options);

/*
 * Tells the inputs, whose names are not all known yet, which files are none.
 * The output may lie in a folder that is read, and messages and the lookup file
 * too; rejects and stats there end the run, as the next one would read them.
 * Returns 0, or -1 when memory ran out.
 */
int clash_take(struct inputs *inputs, const struct options *options, const struct target *output,
	const struct target *rejects, const struct target *stats);

#endif

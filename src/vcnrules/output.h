/* Opening the output of a command, unless it would be written over what is read. */
#ifndef VCNRULES_OUTPUT_H
#define VCNRULES_OUTPUT_H

#include "base/exitcode.h"
#include "base/outfile.h"
#include "vcnrules/options.h"

/*
 * Begins with the output that options name, which has to stay. Returns as
 * outfile_open does, or EXITCODE_REFUSED after a message if it is the lookup file
 * or an operand.
 */
enum exitcode output_open(struct outfile *output, const struct options *options);

#endif

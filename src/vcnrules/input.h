/*
 * Conversations out of files, plain or gzip: one line after another, of all
 * inputs in turn. What is bad is named and passed over; what damages one input
 * does not stop the others.
 */
#ifndef VCNRULES_INPUT_H
#define VCNRULES_INPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/exitcode.h"
#include "rules/conversation.h"

/*
 * Takes a conversation, whose texts last until the return. Returns 0, or -1 to
 * end the reading.
 */
typedef int input_take(void *context, const struct conversation *conversation);

/*
 * Reads paths[0..count), of which "-" is standard input, or standard input if
 * there are none. Returns EXITCODE_OK; EXITCODE_PARTIAL if a line was bad or an
 * input unreadable or damaged, after messages; EXITCODE_INTERNAL after one when
 * memory ran out, or without when take returned -1.
 */
enum exitcode input_read(char *const *paths, size_t count, input_take *take, void *context);

/*
 * To be asked before anything is done: returns EXITCODE_REFUSED, after a
 * message, if standard input would be read and is a terminal, is closed
 * (stdin_is_open), or is named twice; else EXITCODE_OK.
 */
enum exitcode input_check(char *const *paths, size_t count, bool stdin_is_open);

#endif

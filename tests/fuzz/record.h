/*
 * Flow-log bytes to output: reader, framing, record, select, tag, emit. Held
 * against what the contract says, worked out by expect.c, and against the same
 * bytes cut into other chunks.
 */
#ifndef TESTS_FUZZ_RECORD_H
#define TESTS_FUZZ_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Tries an input: its first four bytes choose options and chunks, the rest is
 * the text. A long one is made longer than a block by repeating one of its
 * bytes.
 */
void record_try(const uint8_t *data, size_t len, bool is_long);

#endif

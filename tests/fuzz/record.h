/*
 * Flow-log bytes to output: reader, framing, record, select, tag, emit. Held
 * to what is so for any bytes: the same in other chunks, the same in two parts,
 * each line one object, each record counted. What the output must be is said by
 * tests/reference, which takes these inputs too.
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

/*
 * Lookup files from short inputs: a good file, changed as the input says, its
 * header, table and checksums put right again, so that the checks after these
 * are reached.
 */
#ifndef TESTS_FUZZ_FRAME_H
#define TESTS_FUZZ_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/*
 * Makes a file by edits of the good one (metadata.h). Each is five bytes and
 * what they ask for: what to do, the number of the section, an offset in it of
 * two bytes, least first, and a count.
 *
 *   0  put the next count bytes there      1  put them in there
 *   2  take count bytes out                3  drop the section, double it,
 *                                             make it one that is not known, or
 *                                             change its flags, by the count
 *
 * With is_poked the first three bytes say which byte of header or table is to
 * be wrong after all, and how.
 */
void frame_make(struct bytes *file, const uint8_t *edits, size_t len, bool is_poked);

#endif

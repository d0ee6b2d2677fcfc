/*
 * Lookup files from short inputs: the sections' bytes are given, header, table
 * and checksums are made. What no fuzzer would guess, a CRC-32 or an index, can
 * be put right too, so that the checks behind it are reached.
 */
#ifndef TESTS_FUZZ_FRAME_H
#define TESTS_FUZZ_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/* What is put right. */
#define FRAME_PREFIXES 1u  /* canonical, sorted, and all of them in VCNP */
#define FRAME_FRAGMENTS 2u /* one behind another */
#define FRAME_SUBNETS 4u   /* hashes, order, and INDX */
#define FRAME_POKE 8u      /* then a byte of header or table made wrong */

/*
 * Makes a file of parts: of each section a byte for its id, two for its
 * length, least byte first, and its bytes. With FRAME_POKE the first three
 * bytes say where and what.
 */
void frame_make(struct bytes *file, const uint8_t *parts, size_t len, unsigned repairs);

#endif

/* The CRC-32 of gzip, for lookup files too. */
#ifndef DEFLATE_CRC32_H
#define DEFLATE_CRC32_H

#include <stddef.h>
#include <stdint.h>

/* Continues crc, 0 at first, over data[0..len). */
uint32_t crc32_update(uint32_t crc, const void *data, size_t len);

#endif

/* CRC-32 by zlib. */
#include "deflate/crc32.h"

#include <zlib.h>

uint32_t crc32_update(uint32_t crc, const void *data, size_t len)
{
	/* zlib takes null for a question about the first value. */
	return len > 0 ? (uint32_t)crc32_z(crc, data, len) : crc;
}

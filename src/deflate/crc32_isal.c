/* CRC-32 by ISA-L. */
#include "deflate/crc32.h"

#include <isa-l/crc.h>

uint32_t crc32_update(uint32_t crc, const void *data, size_t len)
{
	return len > 0 ? crc32_gzip_refl(crc, data, len) : crc;
}

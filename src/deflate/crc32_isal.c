/* CRC-32 by ISA-L. */
#include "deflate/crc32.h"

#include <isa-l/crc.h>

#include "deflate/upper.h"

uint32_t crc32_update(uint32_t crc, const void *data, size_t len)
{
	if (len > 0)
		crc = crc32_gzip_refl(crc, data, len);
	upper_clear();
	return crc;
}

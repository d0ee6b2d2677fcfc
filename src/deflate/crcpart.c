/*
 * Parts of a CRC-32. The mutex is held while one is computed, so that nobody changes
 * the bytes under who reads them: microseconds for most blocks, and two threads rarely
 * want the same part. Who asks late, when it stands for other bytes already, computes
 * those: they are there until their own holder asked, too.
 */
#include "deflate/crcpart.h"

#include <zlib.h>

#include "deflate/crc32.h"

void crc_part_init(struct crc_part *part)
{
	*part = (struct crc_part){.data = NULL};
	(void)pthread_mutex_init(&part->lock, NULL);
}

void crc_part_destroy(struct crc_part *part)
{
	(void)pthread_mutex_destroy(&part->lock);
}

void crc_part_begin(struct crc_part *part, const void *data, size_t len)
{
	(void)pthread_mutex_lock(&part->lock);
	part->data = data;
	part->len = len;
	(void)pthread_mutex_unlock(&part->lock);
}

static void compute(struct crc_part *part)
{
	if (part->data != NULL)
		part->crc = crc32_update(0, part->data, part->len);
	part->data = NULL;
}

void crc_part_compute(struct crc_part *part)
{
	(void)pthread_mutex_lock(&part->lock);
	compute(part);
	(void)pthread_mutex_unlock(&part->lock);
}

uint32_t crc_part_end(struct crc_part *part, uint32_t crc)
{
	(void)pthread_mutex_lock(&part->lock);
	compute(part);
	crc = (uint32_t)crc32_combine(crc, part->crc, (z_off_t)part->len);
	(void)pthread_mutex_unlock(&part->lock);
	return crc;
}

/*
 * Parts of a CRC-32. The mutex is held while a part is computed, so that nobody takes
 * the bytes away from who reads them; it takes microseconds, and two threads rarely
 * want the same part.
 */
#include "deflate/crcpart.h"

#include <zlib.h>

#include "deflate/crc32.h"

void crc_part_init(struct crc_part *part)
{
	*part = (struct crc_part){.serial = 0};
	(void)pthread_mutex_init(&part->lock, NULL);
}

void crc_part_destroy(struct crc_part *part)
{
	(void)pthread_mutex_destroy(&part->lock);
}

static void compute(struct crc_part *part)
{
	if (part->data != NULL)
		part->crc = crc32_update(0, part->data, part->len);
	part->data = NULL;
}

struct crc_due crc_part_begin(struct crc_part *part, const void *data, size_t len)
{
	struct crc_due due;

	(void)pthread_mutex_lock(&part->lock);
	due = (struct crc_due){part, ++part->serial};
	part->data = data;
	part->len = len;
	(void)pthread_mutex_unlock(&part->lock);
	return due;
}

uint32_t crc_part_end(struct crc_part *part, uint32_t crc)
{
	(void)pthread_mutex_lock(&part->lock);
	compute(part);
	crc = (uint32_t)crc32_combine(crc, part->crc, (z_off_t)part->len);
	(void)pthread_mutex_unlock(&part->lock);
	return crc;
}

void crc_due_compute(struct crc_due *due)
{
	if (due->part == NULL)
		return;
	(void)pthread_mutex_lock(&due->part->lock);
	/* It may stand for other bytes by now: then these were waited for no longer. */
	if (due->part->serial == due->serial)
		compute(due->part);
	(void)pthread_mutex_unlock(&due->part->lock);
	*due = (struct crc_due){.part = NULL};
}

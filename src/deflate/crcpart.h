/*
 * The CRC-32 of a stretch of bytes, computed once by whichever of two threads asks
 * first: the one that works on the bytes and reads all of them anyway, or the one
 * that inflated them and must know it.
 */
#ifndef DEFLATE_CRCPART_H
#define DEFLATE_CRCPART_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

struct crc_part {
	pthread_mutex_t lock;
	const void *data; /* null: computed */
	size_t len;
	uint32_t crc;
};

void crc_part_init(struct crc_part *part);
void crc_part_destroy(struct crc_part *part);

/*
 * Makes it stand for data[0..len), whatever it stood for before. These bytes may change
 * only after a crc_part_compute by who has them.
 */
void crc_part_begin(struct crc_part *part, const void *data, size_t len);

/* Computes it, or waits for the other thread that does. */
void crc_part_compute(struct crc_part *part);

/* Returns crc, of what stands before it, continued over its bytes. */
uint32_t crc_part_end(struct crc_part *part, uint32_t crc);

#endif

/*
 * The CRC-32 of a stretch of bytes, computed once by whichever of two threads asks
 * first: the one that works on the bytes and reads all of them anyway, or the one
 * that inflated them and has come to the end of their member.
 */
#ifndef DEFLATE_CRCPART_H
#define DEFLATE_CRCPART_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

struct crc_part {
	pthread_mutex_t lock;
	uint64_t serial;  /* counts the stretches that it has stood for */
	const void *data; /* null: computed */
	size_t len;
	uint32_t crc;
};

/* What the holder of the bytes has: all zeros where nothing is due. */
struct crc_due {
	struct crc_part *part;
	uint64_t serial;
};

void crc_part_init(struct crc_part *part);
void crc_part_destroy(struct crc_part *part);

/*
 * Makes it stand for data[0..len), whatever it stood for before. These bytes may change
 * once crc_due_compute was called for what this returns.
 */
struct crc_due crc_part_begin(struct crc_part *part, const void *data, size_t len);

/* Returns crc, of what stands before it, continued over its bytes. */
uint32_t crc_part_end(struct crc_part *part, uint32_t crc);

/* Computes what is due, if it still is; then nothing is. */
void crc_due_compute(struct crc_due *due);

#endif

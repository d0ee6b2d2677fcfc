/*
 * Where the bytes of a lookup file go: counted and checksummed always, written
 * only when there is a descriptor. A file is put together twice, first without
 * one, since its header tells of what stands after it.
 */
#ifndef LOOKUP_SINK_H
#define LOOKUP_SINK_H

#include <stddef.h>
#include <stdint.h>

#define SINK_BUFFER 65536

struct sink {
	int fd;          /* -1: count only */
	int write_errno; /* of the first write that failed, or 0 */
	uint64_t length; /* since sink_begin, like crc */
	uint32_t crc;
	size_t fill;
	char buffer[SINK_BUFFER];
};

/* Returns null when memory ran out. Free it with free(3). */
struct sink *sink_new(int fd);

/* Begins to count anew. */
void sink_begin(struct sink *sink);

void sink_put(struct sink *sink, const void *data, size_t len);
void sink_put_zeros(struct sink *sink, size_t len);

/* Checksums and writes what is held back. */
void sink_flush(struct sink *sink);

#endif

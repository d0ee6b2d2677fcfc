/*
 * The header of one gzip member, RFC 1952, read from pieces of any size. For
 * gunzip.c only.
 */
#ifndef DEFLATE_HEADER_H
#define DEFLATE_HEADER_H

#include <stddef.h>
#include <stdint.h>

#define HEADER_FIXED_LEN 10

/* What every member begins with. */
#define HEADER_MAGIC_1 0x1f
#define HEADER_MAGIC_2 0x8b

enum header_result {
	HEADER_MORE, /* the input was taken, and the header goes on */
	HEADER_DONE, /* *in stands after the header */
	HEADER_BAD,  /* see fault */
};

enum header_fault {
	HEADER_INTACT,
	HEADER_NO_MAGIC,
	HEADER_BAD_METHOD, /* other than 8 */
	HEADER_BAD_FLAGS,  /* a reserved one is set */
	HEADER_BAD_CRC,
};

struct header {
	int step;
	uint8_t field[HEADER_FIXED_LEN]; /* one of fixed length, as far as read
					  */
	size_t field_len;
	uint8_t flags;
	size_t extra_left;
	uint32_t crc; /* of the header so far */
	enum header_fault fault;
	size_t fault_back; /* how many bytes before *in it is */
};

/* Makes it ready for a header; no other call is needed, nor one at the end. */
void header_begin(struct header *header);

/* Reads from *in, of *in_len bytes, at least one; moves *in on. */
enum header_result header_run(struct header *header, const uint8_t **in, size_t *in_len);

#endif

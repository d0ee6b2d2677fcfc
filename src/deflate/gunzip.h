/*
 * Inflates gzip streams per RFC 1952: any number of members, cut anywhere,
 * header fields of any length, reserved flag bits refused, CRC-32 and ISIZE
 * checked, zero padding after the last member accepted. Constant memory.
 *
 * Damage does not lose what was decodable before it: all bytes that can be
 * inflated are handed out first. A wrong CRC-32 or ISIZE is noted and the next
 * member is read; any other damage ends the stream.
 */
#ifndef DEFLATE_GUNZIP_H
#define DEFLATE_GUNZIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "deflate/crcpart.h"

enum gunzip_damage {
	GUNZIP_INTACT = 0,
	GUNZIP_CUT_HEADER,  /* the input ended inside a member's header */
	GUNZIP_CUT_DATA,    /* … inside the compressed data */
	GUNZIP_CUT_TRAILER, /* … inside the eight bytes after it */
	GUNZIP_BAD_MAGIC,   /* the first member does not begin with 1f 8b */
	GUNZIP_BAD_METHOD,  /* a compression method other than 8 */
	GUNZIP_BAD_FLAGS,   /* a reserved flag bit is set */
	GUNZIP_BAD_HEADER_CRC,
	GUNZIP_BAD_DATA, /* no valid deflate data */
	GUNZIP_BAD_CRC,
	GUNZIP_BAD_SIZE,
	GUNZIP_GARBAGE, /* neither a member nor zeros after a member */
	GUNZIP_NO_MEMORY,
};

/* A short text: "the compressed data is cut off" and the like. */
const char *gunzip_damage_text(enum gunzip_damage damage);

enum gunzip_state {
	GUNZIP_MORE_INPUT,  /* all input was taken; give more, or say the end */
	GUNZIP_MORE_OUTPUT, /* the output is full; give more room */
	GUNZIP_END,         /* nothing more will come; see gunzip_report */
};

/* What a stream turned out to be: of its first damage. */
struct gunzip_report {
	enum gunzip_damage damage;
	uint64_t member; /* counted from 1 */
	uint64_t offset; /* of the damage, in the stream as stored */
};

struct gunzip;

/* Returns null when memory ran out. Free it with gunzip_free. */
struct gunzip *gunzip_new(void);
void gunzip_free(struct gunzip *gunzip);

/* Makes it ready for another stream. */
void gunzip_reset(struct gunzip *gunzip);

/*
 * Inflates from *in, of *in_len bytes, into out, of cap bytes; moves *in on
 * past what it took and sets *out_len. at_end says that nothing follows
 * this input. Call it until it says what it needs. Until *in_len is 0 the whole
 * input, what was taken of it included, has to stay where it is, as it is: where
 * data is bad, it is read again.
 */
enum gunzip_state gunzip_run(struct gunzip *gunzip, const uint8_t **in, size_t *in_len, bool at_end,
	uint8_t *out, size_t cap, size_t *out_len);

/*
 * Lets others compute the CRC-32, of this stream alone: what gunzip_run hands out is
 * unchecked then, until the member ends or a call below sees to it, and has to stand
 * before out, without a gap, when gunzip_run is called again.
 */
void gunzip_check_later(struct gunzip *gunzip);

/* How many of the bytes that were handed out last are unchecked. */
size_t gunzip_unchecked(const struct gunzip *gunzip);

/* Checks them all: they end at end. */
void gunzip_check(struct gunzip *gunzip, const uint8_t *end);

/*
 * Leaves the check of the first len of the unchecked bytes, which are at data, to who
 * has them: crc_part_compute is to be called for what this returns before they change,
 * and before gunzip_free. Whatever is not computed when a verdict needs it, or when much
 * is left so, is computed here or by the calls above. Null: so few bytes were checked
 * at once, and all that was left before them.
 */
struct crc_part *gunzip_defer(struct gunzip *gunzip, const uint8_t *data, size_t len);

/* The first damage, or GUNZIP_INTACT; final after GUNZIP_END. */
struct gunzip_report gunzip_report(const struct gunzip *gunzip);

/* Returns true if two bytes are the magic of gzip. */
bool gunzip_is_magic(const uint8_t *bytes, size_t len);

#endif

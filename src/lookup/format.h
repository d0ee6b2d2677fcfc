/*
 * The lookup file on disk, described byte by byte in vcnlookup(5). All numbers
 * are little-endian, all offsets of sections multiples of 8, and every byte
 * that has no meaning is 0.
 *
 *   header           struct format_header
 *   section table    struct format_section, by rising offset
 *   sections         one behind another, filled up with zeros to 8
 *
 * What refers to a text or fragment does so by offset and length inside the
 * section that holds it. Subnets stand in the order of (hash, OCID), and what
 * belongs to them in the same order, so that a file is checked in one pass.
 */
#ifndef LOOKUP_FORMAT_H
#define LOOKUP_FORMAT_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "lookup files are mapped as they stand: this needs a little-endian host"
#endif

/* A byte that is no ASCII, and a line feed, tell of damage done in transit. */
#define FORMAT_MAGIC "\x89VCNLUT\n"
#define FORMAT_MAGIC_SIZE 8
#define FORMAT_VERSION 1
#define FORMAT_ALIGN 8

struct format_header {
	uint8_t magic[FORMAT_MAGIC_SIZE];
	uint32_t version;
	uint32_t crc;    /* CRC-32 of all from length to the table's end */
	uint64_t length; /* of the file */
	uint32_t section_count;
	uint32_t zero;
};

#define FORMAT_CRC_FROM offsetof(struct format_header, length)

/* A reader that does not know the section must refuse the file. */
#define FORMAT_REQUIRED 1u

/* More sections than a file of this version or a later one could need. */
#define FORMAT_SECTIONS_MAX 1024

struct format_section {
	uint32_t id; /* four letters */
	uint32_t flags;
	uint64_t offset; /* in the file */
	uint64_t length; /* without the filling */
	uint32_t crc;    /* CRC-32 of these bytes */
	uint32_t zero;
};

#define FORMAT_ID(a, b, c, d)                                                                      \
	((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16 | (uint32_t)(d) << 24)

/* struct format_meta, and behind it the source's text */
#define FORMAT_META FORMAT_ID('M', 'E', 'T', 'A')

/*
 * uint32_t[2^n + 1], n from 0 to 31: entry b is the number of subnets whose
 * hash * 2^n / 2^32 is less than b. So subnets with a hash stand from entry
 * hash * 2^n / 2^32 on, up to the next entry.
 */
#define FORMAT_INDEX FORMAT_ID('I', 'N', 'D', 'X')

/* struct format_subnet[], by rising (hash, OCID), each OCID once */
#define FORMAT_SUBNETS FORMAT_ID('S', 'U', 'B', 'N')

/* struct prefix[]: those of the first subnet, of the second, and so on */
#define FORMAT_PREFIXES FORMAT_ID('P', 'F', 'X', 'S')

/* struct format_fragment[] */
#define FORMAT_FRAGMENTS FORMAT_ID('F', 'R', 'A', 'G')

/* the fragments' bytes: lists and ids of the first, of the second, and so on */
#define FORMAT_JSON FORMAT_ID('J', 'S', 'O', 'N')

/* OCIDs and names, UTF-8, one behind another */
#define FORMAT_TEXT FORMAT_ID('T', 'E', 'X', 'T')

/* struct prefix[]: every one of PFXS once, sorted */
#define FORMAT_ALL_PREFIXES FORMAT_ID('V', 'C', 'N', 'P')

struct format_meta {
	int64_t fetched_at; /* seconds since 1970 */
};

/* The length of a text that is not there at all; its offset is 0. */
#define FORMAT_ABSENT UINT32_MAX

struct format_subnet {
	uint32_t hash;         /* CRC-32 of the OCID */
	uint32_t fragment;     /* index into FRAG */
	uint32_t prefix_first; /* index into PFXS */
	uint32_t prefix_count;
	uint64_t ocid; /* offsets into TEXT */
	uint64_t name;
	uint64_t vcn;
	uint64_t compartment;
	uint32_t ocid_length; /* at least 1 */
	uint32_t name_length;
	uint32_t vcn_length;
	uint32_t compartment_length;
};

/* Offsets into JSON. Both are an array, valid JSON without control bytes. */
struct format_fragment {
	uint64_t lists;
	uint64_t ids;
	uint32_t lists_length;
	uint32_t ids_length;
};

static_assert(sizeof(struct format_header) == 32, "32 bytes on disk");
static_assert(offsetof(struct format_header, crc) == 12, "on disk");
static_assert(offsetof(struct format_header, length) == 16, "on disk");
static_assert(offsetof(struct format_header, section_count) == 24, "on disk");
static_assert(sizeof(struct format_section) == 32, "32 bytes on disk");
static_assert(offsetof(struct format_section, offset) == 8, "on disk");
static_assert(offsetof(struct format_section, crc) == 24, "on disk");
static_assert(sizeof(struct format_meta) == 8, "8 bytes on disk");
static_assert(sizeof(struct format_subnet) == 64, "64 bytes on disk");
static_assert(offsetof(struct format_subnet, ocid) == 16, "on disk");
static_assert(offsetof(struct format_subnet, ocid_length) == 48, "on disk");
static_assert(sizeof(struct format_fragment) == 24, "24 bytes on disk");
static_assert(offsetof(struct format_fragment, lists_length) == 16, "on disk");
static_assert(sizeof(struct prefix) == 24, "24 bytes on disk");
static_assert(offsetof(struct prefix, family) == 16, "on disk");
static_assert(offsetof(struct prefix, length) == 17, "on disk");

/* The entry of an index with this many ranges (a power of two) for a hash. */
static inline size_t format_range(uint32_t hash, uint64_t ranges)
{
	return (size_t)((uint64_t)hash * ranges >> 32);
}

/* How far a section's bytes are filled up. */
static inline uint64_t format_aligned(uint64_t length)
{
	return (length + (FORMAT_ALIGN - 1)) & ~(uint64_t)(FORMAT_ALIGN - 1);
}

#endif

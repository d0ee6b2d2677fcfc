/*
 * The lookup file on disk, described byte by byte in vcnlookup(5). All numbers
 * are little-endian, all offsets of sections multiples of 8, and every byte
 * that has no meaning is 0.
 *
 *   header           struct format_header
 *   section table    struct format_section, by rising offset
 *   sections         one after another, filled up with zeros to 8
 *
 * What a section is stands in one table, FORMAT_SECTIONS, from which the reader
 * has its views and checks and the writer its order of work: a new kind of
 * metadata is a row there, its struct, a check (check.c) and a put (writer.c). One
 * that a file may lack needs a family of its own, and has_family (writer.c) to say
 * when it is left out; what is to be shown needs its iteration in content.c, and what
 * is to survive vcnmeta build and fetch --merge needs merge.c to carry it over.
 *
 * Things refer to each other by number: their place in their section, counted
 * from 0; FORMAT_NONE is none. Runs (a first number and a count) of one section
 * lie one after another in the order of what they belong to, so that a file is
 * checked in one pass.
 */
#ifndef LOOKUP_FORMAT_H
#define LOOKUP_FORMAT_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "lookup/rule.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "lookup files are mapped as they stand: this needs a little-endian host"
#endif

/* A byte that is no ASCII, and a line feed, tell of damage done in transit. */
#define FORMAT_MAGIC "\x89VCNLUT\n"
#define FORMAT_MAGIC_SIZE 8
#define FORMAT_VERSION 2
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

/*
 * Every section that this program knows, in the order in which it writes them:
 * S(name, letters of the id, flags, family, type of an entry). An optional
 * section is there with all of its family or not at all.
 */
#define FORMAT_SECTIONS(S)                                                                         \
	S(meta, ('M', 'E', 'T', 'A'), FORMAT_REQUIRED, BASE, char)                                 \
	S(index, ('I', 'N', 'D', 'X'), FORMAT_REQUIRED, BASE, uint32_t)                            \
	S(subnets, ('S', 'U', 'B', 'N'), FORMAT_REQUIRED, BASE, struct format_subnet)              \
	S(prefixes, ('P', 'F', 'X', 'S'), FORMAT_REQUIRED, BASE, struct prefix)                    \
	S(all_prefixes, ('V', 'C', 'N', 'P'), FORMAT_REQUIRED, BASE, struct prefix)                \
	S(vcns, ('V', 'C', 'N', 'S'), FORMAT_REQUIRED, BASE, struct format_vcn)                    \
	S(blocks, ('B', 'L', 'K', 'S'), FORMAT_REQUIRED, BASE, struct format_block)                \
	S(compartments, ('C', 'M', 'P', 'T'), FORMAT_REQUIRED, BASE, struct format_compartment)    \
	S(sets, ('S', 'E', 'T', 'S'), FORMAT_REQUIRED, BASE, struct format_set)                    \
	S(set_lists, ('S', 'L', 'S', 'T'), FORMAT_REQUIRED, BASE, uint32_t)                        \
	S(lists, ('L', 'I', 'S', 'T'), FORMAT_REQUIRED, BASE, struct format_list)                  \
	S(json, ('J', 'S', 'O', 'N'), FORMAT_REQUIRED, BASE, char)                                 \
	S(rules, ('R', 'U', 'L', 'E'), 0, RULES, struct rule)                                      \
	S(boxes, ('B', 'O', 'X', 'S'), 0, RULES, struct rule_boxes)                                \
	S(rule_texts, ('R', 'T', 'X', 'T'), 0, RULES, char)                                        \
	S(groups, ('N', 'S', 'G', 'S'), 0, GROUPS, struct format_group)                            \
	S(members, ('N', 'S', 'G', 'M'), 0, GROUPS, uint32_t)                                      \
	S(group_json, ('N', 'S', 'G', 'J'), 0, GROUPS, char)                                       \
	S(vnic_index, ('V', 'I', 'D', 'X'), 0, VNICS, uint32_t)                                    \
	S(vnics, ('V', 'N', 'I', 'C'), 0, VNICS, struct format_vnic)                               \
	S(vnic_groups, ('V', 'N', 'S', 'G'), 0, VNICS, uint32_t)                                   \
	S(addresses, ('A', 'D', 'D', 'R'), 0, VNICS, struct format_address)                        \
	S(address_index, ('A', 'I', 'D', 'X'), 0, VNICS, struct format_slot)                       \
	S(services, ('S', 'R', 'V', 'C'), 0, SERVICES, struct format_service)                      \
	S(ranges, ('S', 'R', 'V', 'P'), 0, SERVICES, struct prefix)                                \
	S(text, ('T', 'E', 'X', 'T'), FORMAT_REQUIRED, BASE, char)

enum format_family { FORMAT_BASE, FORMAT_RULES, FORMAT_GROUPS, FORMAT_VNICS, FORMAT_SERVICES };

#define FORMAT_COUNT_ONE(name, letters, flags, family, type) +1
#define FORMAT_SECTION_COUNT (0 FORMAT_SECTIONS(FORMAT_COUNT_ONE))

#define FORMAT_NONE UINT32_MAX

/*
 * A text: its offset in section TEXT times 2^24, plus its length. The absent
 * one has all bits set in its length and 0 as offset.
 */
struct format_text {
	uint64_t place;
};

#define FORMAT_TEXT_BITS 24
#define FORMAT_TEXT_MAX (((uint64_t)1 << FORMAT_TEXT_BITS) - 2)
#define FORMAT_TEXT_ABSENT (((uint64_t)1 << FORMAT_TEXT_BITS) - 1)

/* META: this, and after it the source's text. */
struct format_meta {
	int64_t fetched_at; /* seconds since 1970 */
};

/*
 * INDX (and VIDX, of VNICs): uint32_t[2^n + 1], n from 0 to 31. Entry b is the
 * number of subnets whose hash * 2^n / 2^32 is less than b. So subnets with a
 * hash stand from entry hash * 2^n / 2^32 on, up to the next entry.
 */

/* The private addresses of the subnet were listed to the end: of its VNICs
 * every address is known. */
#define FORMAT_SUBNET_LISTED 1u

/* They were asked for, and not all could be read. */
#define FORMAT_SUBNET_REFUSED 2u

/* SUBN: by rising (hash, OCID), each OCID once. */
struct format_subnet {
	uint32_t hash;         /* CRC-32 of the OCID */
	uint32_t set;          /* of lists: a number in SETS */
	uint32_t prefix_first; /* a run of PFXS, sorted, each once */
	uint32_t prefix_count;
	struct format_text ocid;
	struct format_text name;
	uint32_t vcn;         /* a number in VCNS, or none */
	uint32_t compartment; /* a number in CMPT, or none */
	int64_t fetched_at;
	uint32_t flags;
	uint32_t zero;
};

/* PFXS: struct prefix, the runs of the subnets. VCNP: each of PFXS once, sorted. */

/* All groups of the VCN are in the file; of all that are, the members are known. */
#define FORMAT_VCN_ALL_GROUPS 1u
#define FORMAT_VCN_ALL_MEMBERS 2u

/* VCNS: by rising OCID. */
struct format_vcn {
	struct format_text ocid;
	struct format_text name;
	uint32_t block_first; /* a run of BLKS */
	uint32_t block_count;
	uint32_t flags;
	uint32_t zero;
	int64_t fetched_at; /* the name */
};

/*
 * BLKS: the CIDR blocks of a VCN's subnets, sorted, each once. enclosing is the
 * number, in the VCN's run, of the smallest block around this one, or none.
 */
struct format_block {
	struct prefix prefix;
	uint32_t subnet;
	uint32_t enclosing;
};

/* CMPT: by rising OCID. */
struct format_compartment {
	struct format_text ocid;
	struct format_text name;
	int64_t fetched_at; /* the name */
};

/*
 * SETS: the sets of lists that subnets have, by their first subnet. lists and
 * ids are offsets into JSON; both are an array, valid JSON without control
 * bytes. The run of SLST has the numbers of the lists, in the subnet's order;
 * those that are not held are left out of the arrays.
 */
struct format_set {
	uint64_t lists;
	uint64_t ids;
	uint32_t lists_length;
	uint32_t ids_length;
	uint32_t list_first; /* a run of SLST */
	uint32_t list_count;
};

/* The length of JSON that is not there; its offset is 0. */
#define FORMAT_JSON_ABSENT UINT32_MAX

/*
 * LIST: by rising OCID. One that is not held is only named by a subnet: it has
 * no JSON, no name and no rules.
 */
struct format_list {
	struct format_text ocid;
	struct format_text name;
	uint64_t json; /* an offset into JSON: the object, as sets have it */
	uint32_t json_length;
	uint32_t rule_first; /* a run of RULE: ingress, then egress */
	uint32_t rule_count;
	uint32_t zero;
	int64_t fetched_at;
};

/*
 * JSON: of each set its lists and its ids, one set after another; then the
 * lists that no set has, one after another.
 *
 * RULE: struct rule, the runs of the lists, then those of the groups. RTXT:
 * their texts, in the same order. BOXS: struct rule_boxes, what rule_make_boxes
 * makes of all rules.
 */

/* What is known of a group. */
#define FORMAT_GROUP_HELD 1u      /* itself: it is not only named by a VNIC */
#define FORMAT_GROUP_RULES 2u     /* its rules */
#define FORMAT_GROUP_MEMBERS 4u   /* its members */
#define FORMAT_GROUP_ADDRESSES 8u /* every address of each member */

/* NSGS: by rising OCID. */
struct format_group {
	struct format_text ocid;
	struct format_text name;
	uint32_t vcn;
	uint32_t compartment;
	uint32_t rule_first; /* a run of RULE: ingress, then egress */
	uint32_t rule_count;
	uint32_t member_first; /* a run of NSGM: numbers in VNIC, rising */
	uint32_t member_count;
	uint64_t json; /* an offset into NSGJ: the array of its rules' objects */
	uint32_t json_length;
	uint32_t flags;
	int64_t fetched_at;
};

/* NSGJ: the arrays of the groups whose rules are known, one after another. */

/* What is known of a VNIC. */
#define FORMAT_VNIC_GROUPS 1u    /* all of its groups: it was read itself */
#define FORMAT_VNIC_ADDRESSES 2u /* every address of it */

/* VNIC: by rising (hash, OCID), each OCID once. */
struct format_vnic {
	uint32_t hash; /* CRC-32 of the OCID */
	uint32_t vcn;
	struct format_text ocid;
	struct format_text subnet; /* its OCID; the subnet need not be in the file */
	uint32_t address_first;    /* a run of ADDR */
	uint32_t address_count;
	uint32_t group_first; /* a run of VNSG: numbers in NSGS, rising */
	uint32_t group_count;
	int64_t fetched_at;
	uint32_t flags;
	uint32_t zero;
};

/* ADDR: the runs of the VNICs; each run sorted by family and address. */
struct format_address {
	uint64_t high;
	uint64_t low;
	uint32_t vnic;
	uint8_t family;
	uint8_t zero[3];
};

/*
 * AIDX: 2^n of these, a hash table with open addressing, at most half full. An
 * address is found from slot format_hash, taken modulo 2^n, on. Of addresses
 * that several VNICs of one VCN have only one is there: the one fetched last, of
 * these that of the VNIC with the least number. Those whose VNIC has no known
 * VCN are not there.
 */
struct format_slot {
	uint32_t hash;    /* of the address */
	uint32_t address; /* its number plus 1; 0: a slot that is free */
};

/* SRVC: by rising label. */
struct format_service {
	struct format_text label;
	uint32_t range_first; /* a run of SRVP: sorted, disjoint */
	uint32_t range_count;
	int64_t fetched_at;
};

static_assert(sizeof(struct format_header) == 32, "32 bytes on disk");
static_assert(offsetof(struct format_header, crc) == 12, "on disk");
static_assert(offsetof(struct format_header, length) == 16, "on disk");
static_assert(offsetof(struct format_header, section_count) == 24, "on disk");
static_assert(sizeof(struct format_section) == 32, "32 bytes on disk");
static_assert(offsetof(struct format_section, offset) == 8, "on disk");
static_assert(offsetof(struct format_section, crc) == 24, "on disk");
static_assert(sizeof(struct format_meta) == 8, "8 bytes on disk");
static_assert(sizeof(struct format_subnet) == 56, "56 bytes on disk");
static_assert(offsetof(struct format_subnet, ocid) == 16, "on disk");
static_assert(offsetof(struct format_subnet, fetched_at) == 40, "on disk");
static_assert(sizeof(struct format_vcn) == 40, "40 bytes on disk");
static_assert(sizeof(struct format_block) == 32, "32 bytes on disk");
static_assert(sizeof(struct format_compartment) == 24, "24 bytes on disk");
static_assert(sizeof(struct format_set) == 32, "32 bytes on disk");
static_assert(sizeof(struct format_list) == 48, "48 bytes on disk");
static_assert(offsetof(struct format_list, fetched_at) == 40, "on disk");
static_assert(sizeof(struct format_group) == 64, "64 bytes on disk");
static_assert(offsetof(struct format_group, json) == 40, "on disk");
static_assert(offsetof(struct format_group, fetched_at) == 56, "on disk");
static_assert(sizeof(struct format_vnic) == 56, "56 bytes on disk");
static_assert(offsetof(struct format_vnic, fetched_at) == 40, "on disk");
static_assert(sizeof(struct format_address) == 24, "24 bytes on disk");
static_assert(sizeof(struct format_slot) == 8, "8 bytes on disk");
static_assert(sizeof(struct format_service) == 24, "24 bytes on disk");
static_assert(sizeof(struct prefix) == 24, "24 bytes on disk");
static_assert(offsetof(struct prefix, family) == 16, "on disk");
static_assert(offsetof(struct prefix, length) == 17, "on disk");

/* The entry of an index with this many ranges (a power of two) for a hash. */
static inline size_t format_range(uint32_t hash, uint64_t ranges)
{
	return (size_t)((uint64_t)hash * ranges >> 32);
}

/* The hash of an address in a VCN. */
static inline uint32_t format_hash(uint64_t high, uint64_t low, uint32_t vcn)
{
	uint64_t hash = high ^ low * 0x9e3779b97f4a7c15 ^ (uint64_t)vcn * 0xc2b2ae3d27d4eb4f;

	hash ^= hash >> 32;
	hash *= 0xd6e8feb86659fd93;
	return (uint32_t)(hash >> 32);
}

/* How far a section's bytes are filled up. */
static inline uint64_t format_aligned(uint64_t length)
{
	return (length + (FORMAT_ALIGN - 1)) & ~(uint64_t)(FORMAT_ALIGN - 1);
}

#endif

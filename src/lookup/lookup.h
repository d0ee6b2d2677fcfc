/*
 * A lookup file, mapped read-only and checked whole at open, so that nothing
 * found in it afterwards needs a check. Nothing here allocates once it is open,
 * and all but lookup_open, lookup_close and lookup_guard may be called by
 * several threads at once.
 *
 * The file must only ever be replaced by rename. If it shrinks while mapped,
 * touching it raises SIGBUS; lookup_guard turns that into a function call. If
 * somebody writes into it, what is found may be wrong, but it lies in the file.
 *
 * Things are known by their number, counted from 0 in the file's order:
 * subnets, lists, rules, VCNs, groups, VNICs, services. LOOKUP_NONE is none of
 * them; what is asked of it, or of any number that is too large, is answered as
 * for something of which nothing is known. Texts, runs and structs that are
 * pointed at are views into the mapping, valid until lookup_close.
 */
#ifndef LOOKUP_LOOKUP_H
#define LOOKUP_LOOKUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/address.h"

struct rule;           /* lookup/rule.h */
struct rule_boxes;     /* lookup/rule.h */
struct format_address; /* lookup/format.h */

enum lookup_error {
	LOOKUP_OK = 0,
	LOOKUP_UNREADABLE,  /* errno says why */
	LOOKUP_NOT_REGULAR, /* a directory, FIFO, device */
	LOOKUP_NOT_LOOKUP,  /* the magic is another, or the file is empty */
	LOOKUP_VERSION,     /* another format version or byte order */
	LOOKUP_DAMAGED,     /* see detail */
	LOOKUP_NO_MEMORY,
};

/* What an open found wrong, in words: what was found and what to run. */
#define LOOKUP_DETAIL_SIZE 512

struct lookup;

/* Calls two functions with the same context, perhaps at the same time, and
 * returns when both have returned. */
typedef void lookup_runner(void (*first)(void *), void (*second)(void *), void *context);

/*
 * Opens, maps and checks path; a large file by runner, if that is not null.
 * Returns LOOKUP_OK and sets *lookup, to be closed with lookup_close; or what
 * is wrong, with detail filled by a text fit to stand after "cannot use lookup
 * file 'PATH': ".
 */
enum lookup_error lookup_open(struct lookup **lookup, const char *path,
	char detail[LOOKUP_DETAIL_SIZE], lookup_runner *runner);
void lookup_close(struct lookup *lookup);

/*
 * Installs a SIGBUS handler: a fault inside the mapping calls function(context)
 * in the faulting thread, by signal-safe calls only, and function must not
 * return; any other fault takes its course. One mapping can be guarded at a
 * time; null takes the guard off.
 */
int lookup_guard(const struct lookup *lookup, void (*function)(void *), void *context);

#define LOOKUP_NONE UINT32_MAX

struct lookup_text {
	const char *text; /* null: not known */
	size_t len;
};

/* Orders texts by their bytes, a shorter one before what it begins; one that is not known
 * is like an empty one. */
static inline int lookup_text_compare(const struct lookup_text *a, const struct lookup_text *b)
{
	size_t len = a->len < b->len ? a->len : b->len;
	int order = len == 0 ? 0 : memcmp(a->text, b->text, len);

	return order != 0 ? order : (a->len > b->len) - (a->len < b->len);
}

struct lookup_subnet {
	const struct prefix *prefixes; /* sorted */
	size_t prefix_count;
	struct lookup_text lists; /* "[…]", the lists as ready-made JSON */
	struct lookup_text ids;   /* "[…]", their OCIDs */
	uint32_t number;
	uint32_t set; /* of lists; subnets with the same lists have the same */
	uint32_t vcn; /* its number, or LOOKUP_NONE */
};

/* Finds a subnet by its OCID with one hash probe; false: it is unknown. */
bool lookup_find(
	const struct lookup *lookup, const char *ocid, size_t len, struct lookup_subnet *subnet);

/*
 * Subnets that were found before, for one thread and one file: 0 at first. Most
 * records are of few subnets, and to compare an OCID with one that was found takes
 * a fraction of the time that it takes to find it.
 */
#define LOOKUP_HINTS_BITS 8

struct lookup_hints {
	struct {
		struct lookup_text ocid; /* null: none */
		struct lookup_subnet subnet;
	} hints[1 << LOOKUP_HINTS_BITS];
};

/* As lookup_find, and lookup_recall knows it from then on. */
bool lookup_learn(const struct lookup *lookup, struct lookup_hints *hints, const char *ocid,
	size_t len, struct lookup_subnet *subnet);

/* Of the subnets that were learned, the one with that OCID; null if it was not, or is
 * not known any more. Valid until the next lookup_learn. */
const struct lookup_subnet *lookup_recall(
	const struct lookup_hints *hints, const char *ocid, size_t len);

/* Every CIDR block of the file, each once, sorted. */
const struct prefix *lookup_prefixes(const struct lookup *lookup, size_t *n);

/* When the metadata was fetched: seconds since 1970. */
int64_t lookup_fetched_at(const struct lookup *lookup);

/* Names, with a null text where they are not known. */
struct lookup_names {
	struct lookup_text subnet;
	struct lookup_text vcn;
	struct lookup_text compartment;
};

void lookup_subnet_names(const struct lookup *lookup, uint32_t subnet, struct lookup_names *names);

/* A run of numbers. */
struct lookup_run {
	const uint32_t *numbers;
	size_t count;
};

/*
 * Returns true if the file has rules in typed form. Without them every list has
 * none and of every group they are not known.
 */
bool lookup_has_rules(const struct lookup *lookup);

/* A run of rules: those of ingress, then those of egress. */
struct lookup_rules {
	const struct rule *rules;
	const struct rule_boxes *boxes; /* of all rules of the file, from number 0 on */
	size_t count;
	size_t first; /* the number of rules[0] */
};

/* A rule's texts; id and description have a null text where it has none. */
struct lookup_rule_texts {
	struct lookup_text entry; /* "{…}": its JSON in a record's "rules" */
	struct lookup_text text;
	struct lookup_text id;
	struct lookup_text description;
};

void lookup_rule_texts(
	const struct lookup *lookup, const struct rule *rule, struct lookup_rule_texts *texts);

/* The numbers of a subnet's lists, in its order; held or not. */
struct lookup_run lookup_subnet_lists(
	const struct lookup *lookup, const struct lookup_subnet *subnet);

struct lookup_list {
	struct lookup_text ocid;
	struct lookup_text name;
	struct lookup_text json; /* "{…}", as a record has it; null: see is_held */
	struct lookup_rules rules;
	int64_t fetched_at;
	bool is_held; /* false: a subnet names it, and nothing else is known */
};

/* The number of lists, and one of them; they are in the order of the OCIDs. */
size_t lookup_list_count(const struct lookup *lookup);
void lookup_list(const struct lookup *lookup, uint32_t number, struct lookup_list *list);

/* Returns true if the file has VNICs at all, whatever is known of them. */
bool lookup_has_vnics(const struct lookup *lookup);

struct lookup_vnic {
	uint32_t number;
	uint32_t vcn; /* its number, or LOOKUP_NONE */
	struct lookup_text ocid;
	struct lookup_text subnet; /* its OCID; null: not known */
	const struct format_address *addresses;
	size_t address_count;
	struct lookup_run groups; /* those that are known, by OCID */
	bool groups_are_known;    /* these are all: it or all groups were read */
	bool addresses_are_known; /* these are all */
	int64_t fetched_at;
};

/* As lookup_hints, for VNICs. */
struct lookup_vnic_hints {
	struct lookup_vnic hints[1 << LOOKUP_HINTS_BITS]; /* without an OCID: none */
};

/*
 * Finds a VNIC by its OCID. Unless hints is null, lookup_recall_vnic knows it from
 * then on.
 */
bool lookup_find_vnic(const struct lookup *lookup, struct lookup_vnic_hints *hints,
	const char *ocid, size_t len, struct lookup_vnic *vnic);

/* As lookup_recall; valid until the next lookup_find_vnic with these hints. */
const struct lookup_vnic *lookup_recall_vnic(
	const struct lookup_vnic_hints *hints, const char *ocid, size_t len);

/* The number of VNICs, and one of them. */
size_t lookup_vnic_count(const struct lookup *lookup);
void lookup_vnic(const struct lookup *lookup, uint32_t number, struct lookup_vnic *vnic);

/* One of the VNIC's addresses; index is less than address_count. */
struct address lookup_vnic_address(const struct lookup_vnic *vnic, size_t index);

/* Returns true if an address is one of the VNIC's that the file has. */
bool lookup_vnic_has(const struct lookup_vnic *vnic, const struct address *address);

/*
 * The number of the VNIC of a VCN that has an address, or LOOKUP_NONE. If
 * several have it, the one that was fetched last.
 */
uint32_t lookup_find_holder(
	const struct lookup *lookup, uint32_t vcn, const struct address *address);

struct lookup_group {
	struct lookup_text ocid;
	struct lookup_text name;
	uint32_t vcn;
	uint32_t compartment;
	struct lookup_rules rules;
	struct lookup_run members; /* numbers of VNICs, rising */
	struct lookup_text json;   /* "[…]", the rules as objects; or null */
	int64_t fetched_at;
	bool is_held;             /* false: a VNIC names it, and nothing else is known */
	bool rules_are_known;     /* else there are none here */
	bool members_are_known;   /* else there are none here */
	bool addresses_are_known; /* members are, and every address of each */
};

/* The number of groups, and one of them; they are in the order of the OCIDs. */
size_t lookup_group_count(const struct lookup *lookup);
void lookup_group(const struct lookup *lookup, uint32_t number, struct lookup_group *group);

/* The number of the group with an OCID, or LOOKUP_NONE. */
uint32_t lookup_find_group(const struct lookup *lookup, const char *ocid, size_t len);

/* Returns true if number is among the numbers of a rising run. */
bool lookup_run_has(const struct lookup_run *run, uint32_t number);

struct lookup_vcn {
	struct lookup_text ocid;
	struct lookup_text name;
	bool groups_are_known; /* all of them, and the members of each */
	bool all_groups;       /* all of them are in the file */
};

size_t lookup_vcn_count(const struct lookup *lookup);
void lookup_vcn(const struct lookup *lookup, uint32_t number, struct lookup_vcn *vcn);

/*
 * The number of the subnet of a VCN with the smallest CIDR block around an
 * address, or LOOKUP_NONE: it lies in no block of the VCN's subnets.
 */
uint32_t lookup_find_block(
	const struct lookup *lookup, uint32_t vcn, const struct address *address);

/* The number of service labels of which ranges are known, by label. */
size_t lookup_service_count(const struct lookup *lookup);

struct lookup_service {
	struct lookup_text label;
	const struct prefix *ranges; /* sorted, disjoint */
	size_t range_count;
	int64_t fetched_at;
};

void lookup_service(const struct lookup *lookup, uint32_t number, struct lookup_service *service);

/* Returns true if an address lies in the ranges of a label. */
bool lookup_service_has(
	const struct lookup *lookup, uint32_t service, const struct address *address);

#endif

/*
 * The metadata that a lookup file is made from, typed: subnets, security lists
 * and their rules, groups, VNICs, service labels, VCNs and compartments, each
 * known by its OCID. Things name each other by OCID; which of them are held is
 * settled when the file is written, so that they may come in any order. JSON is
 * read into it by import.h, a lookup file by merge.h; layout.h reads it.
 *
 * Every text is held once, so that texts are compared by number. What varies in
 * number lies in pools that only grow: of a subnet or list as a run, of a group
 * or VNIC as entries that name it. An entry that another copy took the place of
 * stays in its pool and no longer counts: it has another time than its owner.
 *
 * Copies: of two the one that was fetched later counts; of the same time, equal
 * ones are one, and of differing ones it is as the model was told to.
 */
#ifndef LOOKUP_MODEL_H
#define LOOKUP_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/textset.h"
#include "lookup/lookup.h"
#include "lookup/rule.h"

/* No text, subnet, list, group, VNIC. */
#define MODEL_NONE UINT32_MAX

/* When something was fetched that was not. */
#define MODEL_NEVER INT64_MIN

/* What becomes of a second copy of the same time that is not equal. */
enum model_copies {
	MODEL_REFUSE_DIFFERING, /* MODEL_DIFFERS */
	MODEL_LATER_COUNTS,     /* it takes the place of the first */
};

/* Where and when an object was found. source is kept, not copied. */
struct model_place {
	const char *source; /* a file's name, a page's address */
	uint64_t line;      /* counted from 1; 0: no matter */
	int64_t fetched_at; /* seconds since 1970 */
};

enum model_result {
	MODEL_OK,
	MODEL_MALFORMED, /* fault->text says which field and why */
	MODEL_DIFFERS,   /* fault->earlier tells where the first copy was */
	MODEL_NO_MEMORY, /* also: more than a lookup file can hold */
};

#define MODEL_FAULT_SIZE 512

struct model_fault {
	/* "cidr_block 'x' is not a CIDR block", fit to stand in a message */
	char text[MODEL_FAULT_SIZE];
	struct model_place earlier;
};

/* The kinds of things that are known by their OCID (or label). */
enum model_kind {
	MODEL_SUBNET,
	MODEL_LIST,
	MODEL_GROUP,
	MODEL_VNIC,
	MODEL_VCN,
	MODEL_COMPARTMENT,
	MODEL_SERVICE,
	MODEL_KINDS
};

/* Whether the addresses of a subnet's VNICs were read. */
enum model_listing { MODEL_NOT_LISTED, MODEL_LISTED, MODEL_LISTING_REFUSED };

struct model_subnet {
	uint32_t ocid; /* numbers of texts */
	uint32_t name; /* MODEL_NONE where not known, like the next two */
	uint32_t vcn;
	uint32_t compartment;
	uint32_t prefix_first; /* into prefixes; sorted, each once */
	uint32_t prefix_count;
	uint32_t list_first; /* into named: OCIDs of lists */
	uint32_t list_count;
	enum model_listing listing;
	struct model_place place;
};

/* A truth that may be absent. */
enum model_truth { MODEL_UNSAID, MODEL_FALSE, MODEL_TRUE };

/* Options of TCP or UDP, which may be absent. */
struct model_ports {
	bool is_given;
	struct rule_ports destination;
	struct rule_ports source;
};

struct model_icmp {
	bool is_given;
	struct rule_number code;
	struct rule_number type;
};

/* A rule as the service has it. Texts are MODEL_NONE where absent. */
struct model_rule {
	enum direction direction;
	enum model_truth is_stateless;
	enum model_truth is_valid; /* unsaid is as good as true */
	uint32_t id;               /* of a group's rule, like the next one */
	uint32_t time_created;
	uint32_t description;
	uint32_t protocol;
	uint32_t peer; /* source of ingress, destination of egress */
	uint32_t peer_type;
	struct model_icmp icmp;
	struct model_ports tcp;
	struct model_ports udp;
};

struct model_list {
	uint32_t ocid;
	uint32_t name;
	uint32_t json;       /* the text of its rendering */
	uint32_t rule_first; /* into rules: ingress, then egress */
	uint32_t rule_count;
	struct model_place place;
};

/* A group; its own description, its rules and its members are read apart. */
struct model_group {
	uint32_t ocid;
	uint32_t name;
	uint32_t vcn;
	uint32_t compartment;
	struct model_place place; /* fetched_at: MODEL_NEVER if it is only named */
	int64_t rules_at;
	int64_t members_at;
};

struct model_group_rule {
	uint32_t group; /* its number */
	uint32_t json;  /* the text of its rendering */
	int64_t fetched_at;
	struct model_place place;
	struct model_rule rule;
};

struct model_member {
	uint32_t group;
	uint32_t vnic;
	int64_t fetched_at;
};

struct model_vnic {
	uint32_t ocid;
	uint32_t subnet; /* its OCID */
	bool is_partial; /* there may be more addresses than these */
	int64_t addresses_at;
	int64_t groups_at; /* when it was read itself, with the groups it is in */
};

struct model_address {
	struct address address;
	uint32_t vnic;
	int64_t fetched_at;
};

/* A VCN or compartment. */
struct model_name {
	uint32_t ocid;
	uint32_t name;
	bool all_groups;          /* of a VCN: all of its groups were listed */
	struct model_place place; /* fetched_at: MODEL_NEVER if it is only named */
};

struct model_service {
	uint32_t label;
	int64_t ranges_at;
};

struct model_range {
	struct prefix prefix;
	uint32_t service;
	int64_t fetched_at;
};

/* What may be missing from a source that has its owner. */
enum model_part { MODEL_WHOLE_LIST, MODEL_GROUP_RULES, MODEL_GROUP_MEMBERS };

/* A list or a part of a group that a source could not read. */
struct model_unread {
	enum model_part part;
	uint32_t ocid;
	struct model_place place; /* that would have held it */
};

/* What a text is, besides a text. */
struct model_text {
	uint32_t thing[MODEL_KINDS]; /* the number of the thing of that OCID */
	bool missed;                 /* model_next_missing has told of it */
	bool is_partial;             /* a subnet of which not all addresses were read */
};

/* The pools: type, name of one, name of all. */
#define MODEL_POOLS(S)                                                                             \
	S(struct model_subnet, subnet, subnets)                                                    \
	S(struct prefix, prefix, prefixes)                                                         \
	S(uint32_t, named, named)                                                                  \
	S(struct model_list, list, lists)                                                          \
	S(struct model_rule, rule, rules)                                                          \
	S(struct model_group, group, groups)                                                       \
	S(struct model_group_rule, group_rule, group_rules)                                        \
	S(uint32_t, identified, identified)                                                        \
	S(struct model_member, member, members)                                                    \
	S(struct model_vnic, vnic, vnics)                                                          \
	S(struct model_member, vnic_group, vnic_groups)                                            \
	S(struct model_address, address, addresses)                                                \
	S(struct model_name, vcn, vcns)                                                            \
	S(struct model_name, compartment, compartments)                                            \
	S(struct model_service, service, services)                                                 \
	S(struct model_range, range, ranges)                                                       \
	S(struct model_unread, unread, unreads)

#define MODEL_POOL(type, one, all)                                                                 \
	type *all;                                                                                 \
	size_t one##_count;                                                                        \
	size_t one##_room;

struct model {
	enum model_copies copies;
	bool keeps_own;     /* whatever their times: see merge.h */
	bool takes_numbers; /* where the service has strings: see import.h */
	struct textset texts;
	struct model_text *text_info; /* by a text's number */
	size_t text_room;
	struct textset group_rule_ids; /* (group, id) of identified[] */
	struct bytes scratch;

	MODEL_POOLS(MODEL_POOL)
};

/* Returns null when memory ran out. Free it with model_free. */
struct model *model_new(enum model_copies copies);
void model_free(struct model *model);

/* Takes a text in, of at most LIMIT_LOOKUP_TEXT or, as JSON, UINT32_MAX bytes.
 * Returns its number, or MODEL_NONE when memory ran out. */
uint32_t model_text(struct model *model, const char *text, size_t len);

/* The bytes of a text; null for MODEL_NONE. */
struct lookup_text model_bytes(const struct model *model, uint32_t text);

/* The number of the thing of a kind with an OCID, or MODEL_NONE. */
uint32_t model_find(const struct model *model, enum model_kind kind, uint32_t ocid);

/*
 * The number of a group, VNIC, VCN, compartment or service with an OCID, which
 * is made, as one of which nothing is known, if there is none; or MODEL_NONE
 * when memory ran out.
 */
uint32_t model_thing(struct model *model, enum model_kind kind, uint32_t ocid);

/* Append to pools. Return 0, or -1 when memory ran out. */
int model_add_prefix(struct model *model, const struct prefix *prefix);
int model_add_named(struct model *model, uint32_t list);
int model_add_rule(struct model *model, const struct model_rule *rule);

/*
 * Sorts the prefixes from subnet->prefix_first to the end of the pool, drops
 * those that are there twice, and sets the subnet's prefix_count.
 */
void model_sort_prefixes(struct model *model, struct model_subnet *subnet);

/*
 * Take a thing; runs of a subnet or list are the ends of the pools, and taken
 * off these again if it turns out known, older or differing. Set fault->earlier
 * with MODEL_DIFFERS.
 */
enum model_result model_add_subnet(
	struct model *model, const struct model_subnet *subnet, struct model_fault *fault);
enum model_result model_add_list(
	struct model *model, const struct model_list *list, struct model_fault *fault);
enum model_result model_add_group(
	struct model *model, const struct model_group *group, struct model_fault *fault);
enum model_result model_add_name(struct model *model, enum model_kind kind,
	const struct model_name *name, struct model_fault *fault);

/*
 * Say that the rules or the members of a group, all addresses of a VNIC, the
 * groups of a VNIC or the ranges of a service that are added next were fetched
 * then: what is held of an earlier time no longer counts. Return false if what
 * is held counts and the new ones do not: they are not to be added.
 */
bool model_begin_rules(struct model *model, uint32_t group, int64_t fetched_at);
bool model_begin_members(struct model *model, uint32_t group, int64_t fetched_at);
bool model_begin_addresses(struct model *model, uint32_t vnic, int64_t fetched_at);
bool model_begin_groups(struct model *model, uint32_t vnic, int64_t fetched_at);
bool model_begin_ranges(struct model *model, uint32_t service, int64_t fetched_at);

/* Say that what is held of the rules or members of a group is not all of them,
 * so that nothing is known of them until they are begun again. */
void model_forget_rules(struct model *model, uint32_t group);
void model_forget_members(struct model *model, uint32_t group);

/* Returns true if an entry counts that was fetched at one time, of an owner whose
 * entries were at another, or never. */
static inline bool model_counts(int64_t entry_at, int64_t owner_at)
{
	return owner_at != MODEL_NEVER && entry_at == owner_at;
}

/* Adds a rule of a group. Of two with one id it is as with copies. */
enum model_result model_add_group_rule(
	struct model *model, const struct model_group_rule *rule, struct model_fault *fault);

/* Return 0, or -1 when memory ran out. An entry that is there twice counts once. */
int model_add_member(struct model *model, uint32_t group, uint32_t vnic, int64_t fetched_at);
int model_add_vnic_group(struct model *model, uint32_t vnic, uint32_t group, int64_t fetched_at);
int model_add_address(
	struct model *model, uint32_t vnic, const struct address *address, int64_t fetched_at);
int model_add_range(
	struct model *model, uint32_t service, const struct prefix *prefix, int64_t fetched_at);

/* Says where a VNIC is; what is known already stays. */
void model_set_subnet(struct model *model, uint32_t vnic, uint32_t subnet);

/* Say that not all addresses of a VNIC, or of the VNICs of the subnet with that
 * OCID, were read, whatever is added of them before or after. */
void model_miss_addresses(struct model *model, uint32_t vnic);
void model_miss_subnet(struct model *model, uint32_t ocid);

/* Says whether all addresses of a subnet's VNICs were read. Returns 0, or -1 if
 * the model has no such subnet. */
int model_set_listing(
	struct model *model, const char *ocid, size_t len, enum model_listing listing);

/*
 * Says that all groups of a VCN are held, or, if ocid is null, of every VCN that
 * the model has a subnet or group of. Returns 0, or -1 when memory ran out.
 */
int model_set_all_groups(struct model *model, const char *ocid, size_t len);

/* Of a subnet that is held: what was said last, or that not all were read. */
enum model_listing model_listing_of(const struct model *model, const struct model_subnet *subnet);

/* What there is, for messages: things that are only named are not counted. */
size_t model_count(const struct model *model, enum model_kind kind);

/* The number of subnets without any CIDR block. */
size_t model_count_blockless(const struct model *model);

/* The number of groups of which the rules, or the members, are not known. */
size_t model_count_groups_without(const struct model *model, enum model_part part);

/*
 * Counts the subnets of which no addresses are known, or not all; 0 if none are
 * known of any, since nobody asked for them then. Returns 0, or -1 when memory
 * ran out.
 */
int model_count_unlisted(const struct model *model, size_t *count);

/* A list that a subnet names and the model does not hold. */
struct model_missing {
	struct lookup_text list;   /* its OCID */
	struct lookup_text subnet; /* the first subnet that names it */
};

/*
 * Goes through the lists that are missing, each once, by the order of their
 * first naming. *cursor is 0 at first; returns false at the end. The texts are
 * valid until the model is added to; a list added meanwhile is no longer
 * missing.
 */
bool model_next_missing(struct model *model, size_t *cursor, struct model_missing *missing);
size_t model_count_missing(struct model *model);

/* Takes down what a source could not read. Returns 0, or -1 when memory ran out. */
int model_add_unread(struct model *model, const struct model_unread *unread);

/*
 * Goes through what a source could not read and another, which was fetched
 * earlier, has. *cursor is 0 at first. Returns the next one and sets *held_at to
 * when what is held was fetched; or null at the end.
 */
const struct model_unread *model_next_outdated(
	const struct model *model, size_t *cursor, int64_t *held_at);

/* The parts of a rule, for rule.h. The texts are valid until the model is added
 * to. */
struct rule_parts model_rule_parts(
	const struct model *model, const struct model_rule *rule, bool is_of_group);

#endif

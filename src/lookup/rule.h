/*
 * One rule of a security list or of a network security group, as it stands in
 * a lookup file and in memory alike, and how it is made from its parts.
 *
 * A part that cannot be read (a peer that is no CIDR block, a protocol that is
 * neither "all" nor 0 to 255, a range that lacks an end) is kept as such: the
 * rule may match then, and its text shows the part as it was written.
 */
#ifndef LOOKUP_RULE_H
#define LOOKUP_RULE_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/bytes.h"
#include "base/flow.h"

/* Protocols are their numbers, 0 to 255, or one of these. */
enum rule_protocol {
	RULE_ICMP = 1,
	RULE_TCP = 6,
	RULE_UDP = 17,
	RULE_ICMPV6 = 58,
	RULE_PROTOCOL_ALL = 256,
	RULE_PROTOCOL_UNREADABLE = 257,
};

/* The source of ingress, the destination of egress. */
enum rule_peer {
	RULE_PEER_CIDR,
	RULE_PEER_SERVICE, /* peer_index: of the label in the file, or RULE_NO_INDEX */
	RULE_PEER_GROUP,   /* peer_index: of the group in the file, or RULE_NO_INDEX */
	RULE_PEER_UNREADABLE,
};

#define RULE_NO_INDEX UINT32_MAX

enum rule_range {
	RULE_RANGE_ANY,        /* no range: low is 0, high 65535 */
	RULE_RANGE_GIVEN,      /* low to high, both included; low <= high */
	RULE_RANGE_UNREADABLE, /* low is 0, high 65535 */
	RULE_RANGE_NOTHING,    /* low end above the high one, or beyond 65535: both 0 */
};

#define RULE_PORT_MAX 65535u

/* An ICMP type or code that a rule does not limit. */
#define RULE_ICMP_ANY UINT16_MAX

/* The length of a text that is absent. */
#define RULE_ABSENT UINT32_MAX

/*
 * Ranges are RULE_RANGE_ANY unless the protocol is TCP or UDP, and the ICMP
 * type and code RULE_ICMP_ANY unless it is ICMP or ICMPv6: options that do not
 * belong to a rule's protocol are not there.
 *
 * texts is an offset into the section of texts, where, one after another and
 * without anything between, stand the JSON entry, the text, the id and the
 * description.
 */
struct rule {
	struct prefix peer;  /* of RULE_PEER_CIDR; else all zeros */
	uint32_t peer_index; /* of a label or group; else 0 */
	uint16_t protocol;   /* enum rule_protocol */
	uint8_t direction;   /* DIRECTION_INGRESS or DIRECTION_EGRESS */
	uint8_t peer_kind;   /* enum rule_peer */
	uint16_t source_low;
	uint16_t source_high;
	uint16_t destination_low;
	uint16_t destination_high;
	uint8_t source_kind;      /* enum rule_range */
	uint8_t destination_kind; /* enum rule_range */
	uint8_t is_stateless;     /* 0 or 1 */
	uint8_t is_valid;         /* 0: the service says isValid false */
	uint16_t icmp_type;
	uint16_t icmp_code; /* RULE_ICMP_ANY where the type is */
	uint64_t texts;
	uint32_t entry_length;
	uint32_t text_length;
	uint32_t id_length;          /* RULE_ABSENT: a rule of a list, or no id */
	uint32_t description_length; /* RULE_ABSENT: none */
};

static_assert(sizeof(struct rule) == 72, "72 bytes on disk");
static_assert(offsetof(struct rule, peer_index) == 24, "on disk");
static_assert(offsetof(struct rule, protocol) == 28, "on disk");
static_assert(offsetof(struct rule, direction) == 30, "on disk");
static_assert(offsetof(struct rule, peer_kind) == 31, "on disk");
static_assert(offsetof(struct rule, source_low) == 32, "on disk");
static_assert(offsetof(struct rule, destination_high) == 38, "on disk");
static_assert(offsetof(struct rule, source_kind) == 40, "on disk");
static_assert(offsetof(struct rule, is_valid) == 43, "on disk");
static_assert(offsetof(struct rule, icmp_type) == 44, "on disk");
static_assert(offsetof(struct rule, texts) == 48, "on disk");
static_assert(offsetof(struct rule, description_length) == 68, "on disk");

/*
 * What a rule can match at the most, as a block in four dimensions of 16 bits:
 * what lies outside never matches it, what lies inside has to be asked.
 *
 * A rule that the service calls invalid, or whose destination ports are none, has
 * a block without an inside: in that dimension its end lies before its beginning,
 * and nothing meets it. Highest ends are kept as what is left up to 65535: then one
 * comparison tells whether a range begins too late or ends too early.
 */
enum rule_dimension {
	RULE_BY_DESTINATION, /* the destination port */
	RULE_BY_PEER,        /* the first 16 bits of the peer */
	RULE_BY_PROTOCOL,    /* plus RULE_IPV6 where the peer is IPv6 */
	RULE_BY_PEER_NEXT,   /* and the next 16 */
	RULE_DIMENSIONS,
};

#define RULE_IPV6 256u

struct rule_box {
	uint16_t lowest[RULE_DIMENSIONS];
	uint16_t left[RULE_DIMENSIONS]; /* 65535 less the highest */
};

/*
 * The blocks of so many rules, one dimension of all after another, so that one
 * instruction compares many: rule n has place n % RULE_BOXES of number
 * n / RULE_BOXES. In a place of no rule all bits are set, which nothing meets.
 */
#define RULE_BOXES 16

struct rule_boxes {
	struct rule_ends {
		uint16_t lowest[RULE_BOXES];
		uint16_t left[RULE_BOXES];
	} by[RULE_DIMENSIONS];
};

static_assert(sizeof(struct rule_boxes) == 256, "256 bytes on disk");

/* How many struct rule_boxes so many rules take. */
static inline size_t rule_boxes_count(size_t rules)
{
	return rules / RULE_BOXES + (rules % RULE_BOXES != 0);
}

/* A text that may be absent: text is null then. Never owned. */
struct rule_text {
	const char *text;
	size_t len;
};

/* An integer that may be absent. */
struct rule_number {
	bool is_given;
	int64_t value;
};

/* A range that may be absent, each of its ends too. */
struct rule_ports {
	bool is_given;
	struct rule_number low;
	struct rule_number high;
};

/*
 * A rule as the service describes it, before anything is read into it. Zeros
 * are a rule of which nothing is known, with isValid false.
 */
struct rule_parts {
	enum direction direction;
	bool is_of_group; /* a group may be a peer only here */
	bool is_stateless;
	bool is_valid; /* true unless isValid is false */
	struct rule_text protocol;
	struct rule_text peer;      /* source of ingress, destination of egress */
	struct rule_text peer_type; /* absent: CIDR_BLOCK */
	/* the options of all protocols, whatever that of the rule is */
	struct rule_ports tcp_source;
	struct rule_ports tcp_destination;
	struct rule_ports udp_source;
	struct rule_ports udp_destination;
	struct rule_number icmp_type;
	struct rule_number icmp_code;
	struct rule_text id; /* of a group's rule */
	struct rule_text description;
};

/*
 * Makes a rule of its parts, without its texts: texts and the four lengths are
 * 0 and RULE_ABSENT, peer_index is RULE_NO_INDEX for a label or group. The
 * caller fills these in.
 */
void rule_make(struct rule *rule, const struct rule_parts *parts);

/*
 * The first part that could not be read, as vcnmeta names it ("peer",
 * "protocol", "source port range", "destination port range"); or null.
 */
const char *rule_unreadable(const struct rule *rule);

/*
 * Appends the rule's text, its key everywhere: "ingress tcp 0.0.0.0/0 *>443".
 * Returns as bytes_reserve does.
 */
int rule_write_text(struct bytes *out, const struct rule_parts *parts);

/*
 * Appends the JSON entry that names a rule in a record's "rules": an object of
 * "ocid", "name" (null if absent), "rule" and, for a group's rule, "id". All
 * must be UTF-8. Returns as bytes_reserve does.
 */
int rule_write_entry(struct bytes *out, struct rule_text ocid, struct rule_text name,
	struct rule_text text, bool is_of_group, struct rule_text id);

/* What the sections of a file hold that a rule may refer to. */
struct rule_bounds {
	uint64_t text_size; /* bytes of the section of texts */
	uint32_t group_count;
	uint32_t service_count;
};

/*
 * Returns true if a rule that comes from a file is one that rule_make could
 * have made, and all that it refers to lies within bounds. Of the texts only
 * their place is looked at; entry and text are not empty.
 */
bool rule_is_sane(const struct rule *rule, const struct rule_bounds *bounds);

/*
 * Makes the block of a rule that rule_make has made or rule_is_sane found sane.
 * A file's block must be equal to it in all its bytes.
 */
void rule_make_box(struct rule_box *box, const struct rule *rule);

/* Makes the blocks of count rules, and of the places after them. boxes has
 * rule_boxes_count(count) entries. */
void rule_make_boxes(struct rule_boxes *boxes, const struct rule *rules, size_t count);

/* Returns true if a rule for this protocol can limit ports; or the ICMP type and code. */
static inline bool rule_protocol_has_ports(unsigned protocol)
{
	return protocol == RULE_TCP || protocol == RULE_UDP;
}

static inline bool rule_protocol_is_icmp(unsigned protocol)
{
	return protocol == RULE_ICMP || protocol == RULE_ICMPV6;
}

/* Returns true if the peer of a rule is every address of a family. */
static inline bool rule_is_for_anyone(const struct rule *rule)
{
	return rule->peer_kind == RULE_PEER_CIDR && rule->peer.length == 0;
}

/* Where a sane rule's texts stand in the section of texts. */
static inline uint64_t rule_entry_at(const struct rule *rule)
{
	return rule->texts;
}

static inline uint64_t rule_text_at(const struct rule *rule)
{
	return rule->texts + rule->entry_length;
}

static inline uint64_t rule_id_at(const struct rule *rule)
{
	return rule_text_at(rule) + rule->text_length;
}

static inline uint64_t rule_description_at(const struct rule *rule)
{
	return rule_id_at(rule) + (rule->id_length == RULE_ABSENT ? 0 : rule->id_length);
}

#endif

/*
 * One rule against one flow: yes, maybe, no.
 *
 * Each dimension (protocol, peer, ports, ICMP type) is judged by itself, and a
 * rule gives the least of them. The direction is the caller's: only rules of
 * the flow's direction are asked. Pure functions: nothing is allocated, read or
 * remembered.
 */
#ifndef RULES_MATCH_H
#define RULES_MATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "lookup/rule.h"

enum match_answer { MATCH_NO, MATCH_MAYBE, MATCH_YES };

/* Why a rule only may match; bits, in the order in which they are named. */
enum match_maybe {
	MATCH_ICMP_TYPE = 1 << 0, /* the rule wants a type, and no log holds one */
	MATCH_PORTS = 1 << 1,
	MATCH_SERVICE = 1 << 2, /* the label's ranges are not known */
	MATCH_GROUP = 1 << 3,   /* members or their addresses are not known */
	MATCH_PROTOCOL = 1 << 4,
	MATCH_PEER = 1 << 5,
	MATCH_STATELESS = 1 << 6, /* set by judge: tracking may not have begun */
};
#define MATCH_MAYBE_COUNT 7

/*
 * In which dimensions a rule fails; bits, each its weight, so that the sum of
 * weights is the set itself.
 */
enum match_miss {
	MATCH_DESTINATION_PORT = 1,
	MATCH_SOURCE_PORT = 2,
	MATCH_PEER_MISS = 4,
	MATCH_PROTOCOL_MISS = 8,
};
#define MATCH_MISS_COUNT 4

/* The names of bit number i, for output: "icmp_type", "destination_port". */
const char *match_maybe_name(unsigned i);
const char *match_miss_name(unsigned i);

/* A protocol of a record that is no number of 0 to 255. */
#define MATCH_NO_PROTOCOL 256

/*
 * A flow as one direction's rules see it. Each port is a range, low to high: a
 * record's is one port, a conversation's client port may be several.
 */
struct match_flow {
	struct address peer; /* of a family: the side that is not the VNIC's */
	uint16_t protocol;   /* 0 to 255, or MATCH_NO_PROTOCOL */
	bool has_ports;      /* false: one is absent or unreadable, or both are 0 */
	uint16_t source_low;
	uint16_t source_high;
	uint16_t destination_low;
	uint16_t destination_high;
};

/* What is known of the peers that are no CIDR blocks. */
struct match_world {
	/*
	 * Tells if an address lies in the ranges of a label, which are known:
	 * service is never RULE_NO_INDEX. May be null if no rule has another.
	 */
	bool (*service_has)(const void *context, uint32_t service, const struct address *address);
	/*
	 * Tells if an address belongs to a member of a group, in the VCN of the
	 * flow: yes; maybe when members or addresses of one are not known and
	 * the address lies in a block of the VCN's subnets; else no. group may
	 * be RULE_NO_INDEX: nothing is known of it. May be null: always no.
	 */
	enum match_answer (*group_has)(
		const void *context, uint32_t group, const struct address *address);
	const void *context;
};

/*
 * Returns the rule's answer, and in *maybe, when it is MATCH_MAYBE, the reasons
 * (enum match_maybe), else 0.
 */
enum match_answer match_rule(const struct rule *rule, const struct match_flow *flow,
	const struct match_world *world, unsigned *maybe);

/*
 * The dimensions in which a rule fails (enum match_miss), all of them; 0 if it
 * matches with yes or maybe.
 */
unsigned match_misses(
	const struct rule *rule, const struct match_flow *flow, const struct match_world *world);

/*
 * A flow as the blocks of rules are asked about it: in each dimension the
 * highest end of what it may be, and what is left above its lowest one, each as
 * often as there are places in struct rule_boxes.
 */
struct match_probe {
	struct {
		uint16_t highest[RULE_BOXES];
		uint16_t left[RULE_BOXES];
	} by[RULE_DIMENSIONS];
};

void match_make_probe(struct match_probe *probe, const struct match_flow *flow);

/* Makes the probe of a flow that of its answers; reversed is these. */
void match_turn_probe(struct match_probe *probe, const struct match_flow *reversed);

/*
 * The number of the first rule from first on, and before end, whose block meets
 * the flow; end if none does. All others answer with no.
 */
uint32_t match_next(const struct rule_boxes *boxes, uint32_t first, uint32_t end,
	const struct match_probe *probe);

/* The same by what every processor has: for match.c, and for the test. first is
 * less than end. */
uint32_t match_next_portable(const struct rule_boxes *boxes, uint32_t first, uint32_t end,
	const struct match_probe *probe);

/*
 * In which dimensions blocks do not meet a flow, and so their rules fail: bit i
 * is the rule at place i.
 */
struct match_fails {
	uint16_t destination_port;
	uint16_t peer;
	uint16_t protocol;
};

struct match_fails match_find_fails(
	const struct rule_boxes *boxes, const struct match_probe *probe);

/* The flow of the answers: ports change places, the peer stays. */
struct match_flow match_reversed(const struct match_flow *flow);

/* Private in the service's sense: RFC 1918, 100.64/10, 169.254/16, 127/8. */
#define MATCH_PRIVATE 6
extern const struct prefix match_private[MATCH_PRIVATE];
bool match_is_private(const struct address *address);

/* In 169.254.0.0/16: no rule is asked about it. */
static inline bool match_is_link_local(const struct address *address)
{
	return address->family == ADDRESS_IPV4 && address->high >> 48 == 0xa9fe;
}

#endif

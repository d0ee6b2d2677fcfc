/*
 * One rule written anew as those that its uses need: for each protocol and service port
 * a rule, with the same peer or with the peers that were seen.
 */
#ifndef VCNRULES_NARROW_H
#define VCNRULES_NARROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "vcnrules/needs.h"

/* How it is to be done. */
struct narrow_wish {
	const struct prefix *sites; /* blocks that stand for the peers inside */
	size_t site_count;
	size_t max_prefixes;
	bool wants_exact_peers; /* no blocks of subnets in the place of peers there */
	bool drops_weak;        /* nothing is let pass for weak peers alone */
	uint64_t min_packets;   /* a peer with fewer is weak */
};

enum narrow_peer {
	NARROW_SAME,  /* that of the rule that is replaced */
	NARROW_BLOCK, /* peers that were seen, or the subnet or site that they are in */
};

/* A rule of those that take the place of another. Its direction is the other's. */
struct narrow_rule {
	uint16_t protocol;
	bool has_source; /* a range of source ports; the same of destination ports */
	bool has_destination;
	bool has_icmp; /* a type, and a code if that is not RULE_ICMP_ANY */
	uint16_t source_low;
	uint16_t source_high;
	uint16_t destination_low;
	uint16_t destination_high;
	uint16_t icmp_type;
	uint16_t icmp_code;
	enum narrow_peer peer_kind;
	struct prefix peer;  /* of NARROW_BLOCK */
	bool is_of_site;     /* it is one */
	bool is_for_answers; /* that nothing tracks */
	bool is_path_mtu;    /* nobody used it: packets too large are told by it */
	uint64_t peers;      /* that used it */
	uint64_t conversations;
	int64_t last; /* FLOWS_NEVER_LAST: not known */
};

/* Begins as {0}, and can be used again. */
struct narrow {
	struct narrow_rule *rules;
	size_t count;
	size_t over;          /* so many are needed, more than most, and none is here; else 0 */
	uint64_t peers;       /* of the uses that are needed, dropped ones too */
	struct address *weak; /* those of them that are weak, sorted */
	size_t weak_count;

	struct narrow_work *work; /* for narrow.c alone */
};

/*
 * Narrows a rule of the ruleset that needs has gathered uses of. At most so many rules
 * are looked for. Sets is_dropped of the uses that are given up. Returns 0, or -1: no
 * memory.
 */
int narrow_rule(struct narrow *narrow, struct needs *needs, uint32_t rule,
	const struct narrow_wish *wish, size_t most);
void narrow_free(struct narrow *narrow);

#endif

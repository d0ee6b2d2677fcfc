/*
 * Verdicts on records that came before, kept for those that the rules of their place
 * do not tell from them.
 *
 * Rules name a few service ports and a few large blocks of peers, and beyond that ports
 * count by their class alone. So there are few kinds of ports and of peers, those of a
 * kind stand for each other, and the verdict on one client of a service is that on nearly
 * all of them, whatever their ports.
 */
#ifndef RULES_VERDICTS_H
#define RULES_VERDICTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rules/judge.h"

/* Ports are looked at in 64 parts, of so many each, as a power of 2. */
#define VERDICTS_PART_BITS 10

/* The most kinds of peers, a power of 2 of at most 64. */
#define VERDICTS_PEERS 64

/* How many flows' verdicts are kept, as a power of 2. */
#define VERDICTS_BITS 7

/* The kinds of the ports of one side, a bit for each part of them. */
struct verdicts_ports {
	uint64_t is_cut;   /* ports of it are told apart: each is a kind of its own */
	uint64_t is_first; /* a kind begins with it; always that of port 0 */
};

/* Of a place: a subnet, or a VNIC in it. */
struct verdicts {
	struct verdicts_ports local; /* the VNIC's side */
	struct verdicts_ports peer;
	uint64_t is_alone; /* kinds of peers, as bits, of which each peer is one itself */
	uint8_t half;      /* half the power of 2 that the kinds of peers stand in */
	bool ipv6_is_alone;
	uint32_t peers[VERDICTS_PEERS]; /* the first bits of peers of a kind, in order */
	uint64_t kept[1 << VERDICTS_BITS];
};

/*
 * Makes an empty one for what these rules say. Returns false if none could be kept: each
 * peer is a kind itself.
 */
bool verdicts_init(struct verdicts *verdicts, const struct judge_rules *rules);

/*
 * Finds the verdict on a record that needs answers (judge_needs_answers), and its
 * confidence. Returns false if they are not kept: both are undefined then, and *key is
 * what to keep them by, or 0 if those of such a record can't be kept.
 */
bool verdicts_find(const struct verdicts *verdicts, const struct judge_record *record,
	struct judgement *judgement, uint64_t *key);

/* Keeps those of a judgement, by these rules, of a record of that key and direction. */
void verdicts_keep(struct verdicts *verdicts, uint64_t key, enum direction direction,
	const struct judgement *judgement);

#endif

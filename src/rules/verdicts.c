/*
 * A rule tells flows apart at the ends of its ranges. Ports are of one kind if they lie
 * in one run of whole parts without such an end, peers if none lies between them. What
 * else a verdict depends on (protocol, direction, action, ...) stands in the key as it
 * is. So records of one key have one verdict, whichever of them was judged.
 *
 * Not kept is what depends on more of a peer than its first 32 bits: where members of a
 * group, the ranges of a label, or a long IPv6 block decide. Of rules with groups nothing
 * is, nor of those with so many blocks that there is no room for the kinds of peers.
 */
#include "rules/verdicts.h"

#include <assert.h>
#include <string.h>

#include "base/hash.h"
#include "rules/match.h"

/* Bits that kinds of peers are told apart by: all of IPv4. */
#define PEER_BITS 32

/*
 * What is kept of a flow: its key, and below that so many bits for the records of each of
 * its ways: a verdict, counted from 1, and its confidence, or 0.
 */
#define VERDICT_BITS 4
#define CONFIDENCE_BITS 2
#define WAY_BITS (VERDICT_BITS + CONFIDENCE_BITS)
#define WAY ((UINT64_C(1) << WAY_BITS) - 1)
#define KEY_SHIFT (2 * WAY_BITS)

static_assert(JUDGE_VERDICTS < 1 << VERDICT_BITS, "a verdict fits");
static_assert(JUDGE_CONFIDENCES <= 1 << CONFIDENCE_BITS, "a confidence fits");
static_assert(DIRECTION_INGRESS == 0 && DIRECTION_EGRESS == 1, "a direction is a way");
static_assert(ACTION_ACCEPT == 0 && ACTION_REJECT == 1, "an action is a bit");
static_assert(VERDICTS_PEERS <= 64, "a kind of peers has a bit");

/* ---- kinds ------------------------------------------------------------------- */

static void cut_ports(struct verdicts_ports *ports, unsigned port)
{
	unsigned part = port >> VERDICTS_PART_BITS;

	if (port > RULE_PORT_MAX)
		return;
	if (port % (1u << VERDICTS_PART_BITS) == 0) {
		ports->is_first |= UINT64_C(1) << part;
		return;
	}
	/* what comes after it may not be of the kind that came before */
	ports->is_cut |= UINT64_C(1) << part;
	ports->is_first |= UINT64_C(3) << part;
}

static void cut_range(
	struct verdicts_ports *ports, unsigned kind, unsigned lowest, unsigned highest)
{
	if (kind != RULE_RANGE_GIVEN)
		return;
	cut_ports(ports, lowest);
	cut_ports(ports, highest + 1);
}

/* What judges by ports alone tells these apart, and 0 from all others. */
static void init_ports(struct verdicts_ports *ports)
{
	*ports = (struct verdicts_ports){.is_first = 1};
	cut_ports(ports, 1);
	cut_ports(ports, JUDGE_REGISTERED);
	cut_ports(ports, JUDGE_EPHEMERAL);
}

/* The first bits of the peers that kinds begin with, in order; the first is 0. */
struct kinds {
	uint32_t begins[VERDICTS_PEERS];
	size_t count; /* more than VERDICTS_PEERS: too many */
};

static void cut_peers(struct kinds *kinds, uint32_t begin)
{
	size_t at = kinds->count;

	if (kinds->count > VERDICTS_PEERS)
		return;
	while (kinds->begins[at - 1] > begin)
		at--;
	if (kinds->begins[at - 1] == begin || kinds->count++ == VERDICTS_PEERS)
		return;
	memmove(&kinds->begins[at + 1], &kinds->begins[at],
		(kinds->count - 1 - at) * sizeof(kinds->begins[0]));
	kinds->begins[at] = begin;
}

/* A block of at most PEER_BITS; the one of all peers has no ends. & 31: it may change
 * under us, in a mapped file. */
static void cut_block(struct kinds *kinds, const struct prefix *block)
{
	uint32_t begin = (uint32_t)(block->high >> 32);

	if (block->length == 0)
		return;
	cut_peers(kinds, begin);
	cut_peers(kinds, begin + (UINT32_C(1) << ((PEER_BITS - block->length) & 31)));
}

/* What else decides on peers. */
struct others {
	bool are_groups;
	bool are_labels;
};

static void add_rule(struct verdicts *verdicts, struct kinds *kinds, struct others *others,
	const struct rule *rule, bool is_egress)
{
	cut_range(is_egress ? &verdicts->local : &verdicts->peer, rule->source_kind,
		rule->source_low, rule->source_high);
	cut_range(is_egress ? &verdicts->peer : &verdicts->local, rule->destination_kind,
		rule->destination_low, rule->destination_high);
	others->are_groups |= rule->peer_kind == RULE_PEER_GROUP;
	others->are_labels |= rule->peer_kind == RULE_PEER_SERVICE;
	if (rule->peer_kind != RULE_PEER_CIDR)
		return;
	if (rule->peer.length <= PEER_BITS)
		cut_block(kinds, &rule->peer);
	else
		verdicts->ipv6_is_alone = true;
}

/* Returns false if nothing could be kept, which ends it. */
static bool add_run(struct verdicts *verdicts, struct kinds *kinds, struct others *others,
	const struct judge_rules *rules, const struct judge_run *run)
{
	uint32_t egress = run->first + run->ingress_count;
	uint32_t end = egress + run->egress_count;

	for (uint32_t n = run->first; n < end; n++) {
		add_rule(verdicts, kinds, others, &rules->rules[n], n >= egress);
		if (others->are_groups || kinds->count > VERDICTS_PEERS)
			return false;
	}
	return true;
}

/* The kinds that a label may stand for: none of private peers, which all their kinds are
 * of or are not. */
static uint64_t kinds_of_labels(const struct kinds *kinds)
{
	uint64_t bits = 0;

	for (size_t i = 0; i < kinds->count; i++) {
		const struct address first = {(uint64_t)kinds->begins[i] << 32, 0, ADDRESS_IPV4};

		if (!match_is_private(&first))
			bits |= UINT64_C(1) << i;
	}
	return bits;
}

static uint8_t half_of(size_t count)
{
	uint8_t half = 0;

	for (size_t power = 1; power < count; power *= 2)
		half = (uint8_t)power;
	return half;
}

bool verdicts_init(struct verdicts *verdicts, const struct judge_rules *rules)
{
	struct kinds kinds = {.count = 1};
	struct others others = {0};

	*verdicts = (struct verdicts){0};
	init_ports(&verdicts->local);
	init_ports(&verdicts->peer);
	for (size_t i = 0; i < rules->run_count; i++)
		if (!add_run(verdicts, &kinds, &others, rules, &rules->runs[i]))
			return false;
	if (others.are_labels) {
		for (size_t i = 0; i < MATCH_PRIVATE; i++)
			cut_block(&kinds, &match_private[i]);
		if (kinds.count > VERDICTS_PEERS)
			return false;
		verdicts->is_alone = kinds_of_labels(&kinds);
	}
	verdicts->half = half_of(kinds.count);
	/* Nothing lies beyond these but a last peer, which is a kind itself then. */
	memset(verdicts->peers, 0xff, sizeof(verdicts->peers));
	memcpy(verdicts->peers, kinds.begins, kinds.count * sizeof(kinds.begins[0]));
	return true;
}

/* ---- what is kept ------------------------------------------------------------- */

/*
 * The port that the kind of one begins with. Nothing here decides a branch: which of a
 * flow's ports is the client's, and so of a large kind, can't be foretold.
 */
static inline unsigned kind_of_port(const struct verdicts_ports *ports, unsigned port)
{
	unsigned part = port >> VERDICTS_PART_BITS;
	unsigned in_part = port & ((1u << VERDICTS_PART_BITS) - 1);
	uint64_t first = ports->is_first & ((UINT64_C(2) << part) - 1);
	unsigned begin = (63u - (unsigned)__builtin_clzll(first)) << VERDICTS_PART_BITS;

	return begin | (in_part & (0u - (unsigned)(ports->is_cut >> part & 1)));
}

static inline unsigned kind_of_peer(const struct verdicts *verdicts, const struct address *peer)
{
	uint32_t bits = (uint32_t)(peer->high >> (64 - PEER_BITS));
	unsigned kind = 0;

	for (unsigned step = verdicts->half; step > 0; step /= 2)
		kind += verdicts->peers[kind + step] <= bits ? step : 0;
	return kind;
}

/* What a verdict depends on but the direction; never 0. Ports that are not known stand as
 * 0, which they are taken as where both are 0. */
static inline uint64_t key_of(const struct verdicts *verdicts, const struct judge_record *record,
	bool is_egress, bool is_ipv6, unsigned kind)
{
	unsigned local = is_egress ? record->source_port : record->destination_port;
	unsigned peer = is_egress ? record->destination_port : record->source_port;
	const unsigned flags = 1u | (unsigned)is_ipv6 << 1 | (unsigned)record->is_guessed << 2 |
			       (unsigned)record->action << 3;

	if (!record->has_ports)
		local = peer = 0;
	return flags | (uint64_t)(local == peer) << 4 |
	       (uint64_t)kind_of_port(&verdicts->local, local) << 5 |
	       (uint64_t)kind_of_port(&verdicts->peer, peer) << 21 |
	       (uint64_t)record->protocol << 37 | (uint64_t)kind << 46;
}

/* A flow is at the first of two places, or at the second: that one less or one more. */
static inline size_t place_of(uint64_t key)
{
	return hash_bits(key, VERDICTS_BITS);
}

bool verdicts_find(const struct verdicts *verdicts, const struct judge_record *record,
	struct judgement *judgement, uint64_t *key)
{
	const bool is_egress = record->direction == DIRECTION_EGRESS;
	const struct address *peer = is_egress ? &record->destination : &record->source;
	const bool is_ipv6 = peer->family == ADDRESS_IPV6;
	const unsigned kind = kind_of_peer(verdicts, peer);
	uint64_t first, second, way;
	size_t place;

	*key = 0;
	if ((verdicts->is_alone >> kind & 1) != 0 || (verdicts->ipv6_is_alone && is_ipv6))
		return false;
	*key = key_of(verdicts, record, is_egress, is_ipv6, kind);
	place = place_of(*key);
	first = verdicts->kept[place];
	second = verdicts->kept[place ^ 1];
	way = second >> KEY_SHIFT == *key ? second : first;
	way = way >> KEY_SHIFT == *key ? way >> record->direction * WAY_BITS & WAY : 0;
	judgement->verdict = (enum judge_verdict)((way >> CONFIDENCE_BITS) - 1);
	judgement->confidence = (enum judge_confidence)(way & ((1 << CONFIDENCE_BITS) - 1));
	return way != 0;
}

void verdicts_keep(struct verdicts *verdicts, uint64_t key, enum direction direction,
	const struct judgement *judgement)
{
	uint64_t *first = &verdicts->kept[place_of(key)];
	uint64_t *second = &verdicts->kept[place_of(key) ^ 1];
	uint64_t way = ((uint64_t)judgement->verdict + 1) << CONFIDENCE_BITS |
		       (uint64_t)judgement->confidence;

	if (*second >> KEY_SHIFT == key) {
		first = second;
	} else if (*first >> KEY_SHIFT != key) {
		if (*first != 0)
			*second = *first;
		*first = key << KEY_SHIFT;
	}
	*first = (*first & ~(WAY << direction * WAY_BITS)) | way << direction * WAY_BITS;
}

/*
 * One rule against one flow. The cheap dimensions come first, and the first
 * that says no ends the question; only match_misses goes through all of them.
 *
 * Most rules answer with no, and in which dimension cannot be foretold: one
 * wrong guess of a branch takes as long as asking ten rules without any. So
 * their blocks (rule.h) are asked first, several at a time.
 *
 * Rules come from a file that was checked when it was opened; what they refer
 * to by index is in bounds.
 */
#include "rules/match.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

const char *match_maybe_name(unsigned i)
{
	static const char *const names[MATCH_MAYBE_COUNT] = {
		"icmp_type", "ports", "service", "group", "protocol", "peer", "stateless"};

	return names[i];
}

const char *match_miss_name(unsigned i)
{
	static const char *const names[MATCH_MISS_COUNT] = {
		"destination_port", "source_port", "peer", "protocol"};

	return names[i];
}

#define IPV4(block, bits)                                                                          \
	{                                                                                          \
		.high = UINT64_C(block) << 32, .family = ADDRESS_IPV4, .length = (bits)            \
	}

const struct prefix match_private[MATCH_PRIVATE] = {
	IPV4(0x0a000000, 8),
	IPV4(0xac100000, 12),
	IPV4(0xc0a80000, 16),
	IPV4(0x64400000, 10),
	IPV4(0x7f000000, 8),
	IPV4(0xa9fe0000, 16),
};

bool match_is_private(const struct address *address)
{
	for (size_t i = 0; i < MATCH_PRIVATE; i++)
		if (prefix_holds(&match_private[i], address))
			return true;
	return false;
}

struct match_flow match_reversed(const struct match_flow *flow)
{
	struct match_flow reversed = *flow;

	reversed.source_low = flow->destination_low;
	reversed.source_high = flow->destination_high;
	reversed.destination_low = flow->source_low;
	reversed.destination_high = flow->source_high;
	return reversed;
}

static inline enum match_answer ask_protocol(const struct rule *rule, const struct match_flow *flow)
{
	if (rule->protocol == flow->protocol || rule->protocol == RULE_PROTOCOL_ALL)
		return MATCH_YES;
	if (rule->protocol == RULE_PROTOCOL_UNREADABLE || flow->protocol == MATCH_NO_PROTOCOL)
		return MATCH_MAYBE;
	return MATCH_NO;
}

/* One end of a flow against the range that a rule has for it. */
static inline enum match_answer ask_range(uint8_t kind, uint16_t rule_low, uint16_t rule_high,
	bool has_ports, uint16_t low, uint16_t high)
{
	if (kind == RULE_RANGE_ANY)
		return MATCH_YES;
	if (kind == RULE_RANGE_NOTHING)
		return MATCH_NO;
	if (kind == RULE_RANGE_UNREADABLE || !has_ports)
		return MATCH_MAYBE;
	if (low >= rule_low && high <= rule_high)
		return MATCH_YES;
	return high < rule_low || low > rule_high ? MATCH_NO : MATCH_MAYBE;
}

static inline enum match_answer ask_source(const struct rule *rule, const struct match_flow *flow)
{
	return ask_range(rule->source_kind, rule->source_low, rule->source_high, flow->has_ports,
		flow->source_low, flow->source_high);
}

static inline enum match_answer ask_destination(
	const struct rule *rule, const struct match_flow *flow)
{
	return ask_range(rule->destination_kind, rule->destination_low, rule->destination_high,
		flow->has_ports, flow->destination_low, flow->destination_high);
}

/* A label stands for public IPv4 addresses only. */
static enum match_answer ask_service(
	uint32_t index, const struct address *peer, const struct match_world *world)
{
	if (peer->family != ADDRESS_IPV4 || match_is_private(peer))
		return MATCH_NO;
	if (index == RULE_NO_INDEX)
		return MATCH_MAYBE;
	return world->service_has(world->context, index, peer) ? MATCH_YES : MATCH_NO;
}

static inline enum match_answer ask_peer(
	const struct rule *rule, const struct match_flow *flow, const struct match_world *world)
{
	if (!rule->is_valid)
		return MATCH_NO;
	switch (rule->peer_kind) {
	case RULE_PEER_CIDR:
		return prefix_holds(&rule->peer, &flow->peer) ? MATCH_YES : MATCH_NO;
	case RULE_PEER_SERVICE:
		return ask_service(rule->peer_index, &flow->peer, world);
	case RULE_PEER_GROUP:
		return world->group_has
			       ? world->group_has(world->context, rule->peer_index, &flow->peer)
			       : MATCH_NO;
	default:
		return MATCH_MAYBE;
	}
}

static unsigned peer_reason(const struct rule *rule)
{
	if (rule->peer_kind == RULE_PEER_SERVICE)
		return MATCH_SERVICE;
	return rule->peer_kind == RULE_PEER_GROUP ? MATCH_GROUP : MATCH_PEER;
}

enum match_answer match_rule(const struct rule *rule, const struct match_flow *flow,
	const struct match_world *world, unsigned *maybe)
{
	enum match_answer protocol, source, destination, peer;

	*maybe = 0;
	protocol = ask_protocol(rule, flow);
	if (protocol == MATCH_NO)
		return MATCH_NO;
	destination = ask_destination(rule, flow);
	if (destination == MATCH_NO)
		return MATCH_NO;
	source = ask_source(rule, flow);
	if (source == MATCH_NO)
		return MATCH_NO;
	peer = ask_peer(rule, flow, world);
	if (peer == MATCH_NO)
		return MATCH_NO;
	if (protocol == MATCH_MAYBE)
		*maybe |= MATCH_PROTOCOL;
	if (source == MATCH_MAYBE || destination == MATCH_MAYBE)
		*maybe |= MATCH_PORTS;
	if (peer == MATCH_MAYBE)
		*maybe |= peer_reason(rule);
	if (rule->icmp_type != RULE_ICMP_ANY)
		*maybe |= MATCH_ICMP_TYPE;
	return *maybe == 0 ? MATCH_YES : MATCH_MAYBE;
}

unsigned match_misses(
	const struct rule *rule, const struct match_flow *flow, const struct match_world *world)
{
	unsigned misses = 0;

	if (ask_destination(rule, flow) == MATCH_NO)
		misses |= MATCH_DESTINATION_PORT;
	if (ask_source(rule, flow) == MATCH_NO)
		misses |= MATCH_SOURCE_PORT;
	if (ask_peer(rule, flow, world) == MATCH_NO)
		misses |= MATCH_PEER_MISS;
	if (ask_protocol(rule, flow) == MATCH_NO)
		misses |= MATCH_PROTOCOL_MISS;
	return misses;
}

static void set_probe(
	struct match_probe *probe, enum rule_dimension dimension, unsigned lowest, unsigned highest)
{
	for (size_t i = 0; i < RULE_BOXES; i++) {
		probe->by[dimension].highest[i] = (uint16_t)highest;
		probe->by[dimension].left[i] = (uint16_t)(UINT16_MAX - lowest);
	}
}

void match_make_probe(struct match_probe *probe, const struct match_flow *flow)
{
	unsigned peer = (unsigned)(flow->peer.high >> 48);
	unsigned peer_next = (unsigned)(flow->peer.high >> 32) & UINT16_MAX;
	bool is_known = flow->protocol != MATCH_NO_PROTOCOL;
	unsigned family = flow->peer.family == ADDRESS_IPV6 ? RULE_IPV6 : 0;

	set_probe(probe, RULE_BY_PROTOCOL, family + (is_known ? flow->protocol : 0),
		family + (is_known ? flow->protocol : RULE_IPV6 - 1));
	set_probe(probe, RULE_BY_DESTINATION, flow->has_ports ? flow->destination_low : 0,
		flow->has_ports ? flow->destination_high : RULE_PORT_MAX);
	set_probe(probe, RULE_BY_PEER, peer, peer);
	set_probe(probe, RULE_BY_PEER_NEXT, peer_next, peer_next);
}

void match_turn_probe(struct match_probe *probe, const struct match_flow *reversed)
{
	set_probe(probe, RULE_BY_DESTINATION, reversed->has_ports ? reversed->destination_low : 0,
		reversed->has_ports ? reversed->destination_high : RULE_PORT_MAX);
}

/* Half of the places at once, on any processor. */
#define LANES 8

typedef uint16_t lanes __attribute__((vector_size(2 * LANES)));

/* Eight places of a dimension. */
static inline lanes take(const uint16_t *places)
{
	lanes taken;

	memcpy(&taken, places, sizeof(taken));
	return taken;
}

/* One bit for each of eight places that have all bits set or none. */
static inline unsigned bits_of(lanes set)
{
	const lanes weights = {1, 2, 4, 8, 16, 32, 64, 128};
	uint64_t halves[2];

	set &= weights;
	memcpy(halves, &set, sizeof(halves));
	halves[0] |= halves[1];
	halves[0] |= halves[0] >> 32;
	return (unsigned)(halves[0] | halves[0] >> 16) & 0xff;
}

/* Of eight places from first on, those outside of which a flow is in a dimension. */
static inline lanes outside(const struct rule_boxes *boxes, const struct match_probe *probe,
	enum rule_dimension dimension, size_t first)
{
	return (lanes)(take(&boxes->by[dimension].lowest[first]) >
		       take(&probe->by[dimension].highest[first])) |
	       (lanes)(take(&boxes->by[dimension].left[first]) >
		       take(&probe->by[dimension].left[first]));
}

static inline lanes outside_peer(
	const struct rule_boxes *boxes, const struct match_probe *probe, size_t first)
{
	return outside(boxes, probe, RULE_BY_PEER, first) |
	       outside(boxes, probe, RULE_BY_PEER_NEXT, first);
}

/* Those whose rules are of the other family only. */
static inline lanes of_other_family(
	const struct rule_boxes *boxes, const struct match_probe *probe, size_t first)
{
	if (probe->by[RULE_BY_PROTOCOL].highest[0] >= RULE_IPV6)
		return (lanes)(take(&boxes->by[RULE_BY_PROTOCOL].left[first]) >
			       UINT16_MAX - RULE_IPV6);
	return (lanes)(take(&boxes->by[RULE_BY_PROTOCOL].lowest[first]) >= (uint16_t)RULE_IPV6);
}

struct match_fails match_find_fails(const struct rule_boxes *boxes, const struct match_probe *probe)
{
	struct match_fails fails = {0};

	for (size_t i = 0; i < RULE_BOXES; i += LANES) {
		lanes others = of_other_family(boxes, probe, i);
		lanes destination = outside(boxes, probe, RULE_BY_DESTINATION, i);
		lanes protocol = outside(boxes, probe, RULE_BY_PROTOCOL, i);

		/* of the other family it is the peer that fails, whatever the protocol */
		fails.protocol |= (uint16_t)(bits_of(protocol & ~others) << i);
		fails.peer |= (uint16_t)(bits_of(outside_peer(boxes, probe, i) | others) << i);
		fails.destination_port |= (uint16_t)(bits_of(destination) << i);
	}
	return fails;
}

/* The places whose blocks a flow meets, as bits. */
static unsigned meeting(const struct rule_boxes *boxes, const struct match_probe *probe)
{
	unsigned out = 0;

	for (size_t i = 0; i < RULE_BOXES; i += LANES)
		out |= bits_of(outside(boxes, probe, RULE_BY_PROTOCOL, i) |
			       outside(boxes, probe, RULE_BY_DESTINATION, i) |
			       outside_peer(boxes, probe, i))
		       << i;
	return ~out & UINT16_MAX;
}

uint32_t match_next_portable(const struct rule_boxes *boxes, uint32_t first, uint32_t end,
	const struct match_probe *probe)
{
	uint32_t at = first / RULE_BOXES, last = (end - 1) / RULE_BOXES;
	unsigned bits = meeting(&boxes[at], probe) & UINT32_MAX << first % RULE_BOXES;
	uint32_t rule;

	while (bits == 0 && at < last)
		bits = meeting(&boxes[++at], probe);
	if (bits == 0)
		return end;
	rule = at * RULE_BOXES + (uint32_t)__builtin_ctz(bits);
	return rule < end ? rule : end;
}

#if defined(__x86_64__)

#define AVX2 __attribute__((target("avx2")))

/* All places of a dimension at once: a subtraction that stops at 0 leaves 0 where
 * a block meets the flow. */
AVX2 static inline __m256i beyond(const struct rule_boxes *boxes, const struct match_probe *probe,
	enum rule_dimension dimension)
{
	const __m256i *lowest = (const void *)boxes->by[dimension].lowest;
	const __m256i *left = (const void *)boxes->by[dimension].left;
	const __m256i *probe_highest = (const void *)probe->by[dimension].highest;
	const __m256i *probe_left = (const void *)probe->by[dimension].left;

	return _mm256_or_si256(
		_mm256_subs_epu16(_mm256_loadu_si256(lowest), _mm256_loadu_si256(probe_highest)),
		_mm256_subs_epu16(_mm256_loadu_si256(left), _mm256_loadu_si256(probe_left)));
}

/* Ports and the first bits of peers exclude most: where they exclude all, the
 * other half is not fetched from memory, which takes longer than to compare. */
AVX2 static inline unsigned meeting_at_once(
	const struct rule_boxes *boxes, const struct match_probe *probe)
{
	const __m256i zero = _mm256_setzero_si256();
	__m256i out = _mm256_or_si256(
		beyond(boxes, probe, RULE_BY_DESTINATION), beyond(boxes, probe, RULE_BY_PEER));

	if (_mm256_movemask_epi8(_mm256_cmpeq_epi16(out, zero)) == 0)
		return 0;
	out = _mm256_or_si256(out, _mm256_or_si256(beyond(boxes, probe, RULE_BY_PROTOCOL),
					   beyond(boxes, probe, RULE_BY_PEER_NEXT)));
	return (unsigned)_mm256_movemask_epi8(_mm256_cmpeq_epi16(out, zero));
}

/* As match_next_portable; each place has two bits here. */
AVX2 static uint32_t next_at_once(const struct rule_boxes *boxes, uint32_t first, uint32_t end,
	const struct match_probe *probe)
{
	uint32_t at = first / RULE_BOXES, last = (end - 1) / RULE_BOXES;
	unsigned bits = meeting_at_once(&boxes[at], probe) & UINT32_MAX << first % RULE_BOXES * 2;
	uint32_t rule;

	while (bits == 0 && at < last)
		bits = meeting_at_once(&boxes[++at], probe);
	if (bits == 0)
		return end;
	rule = at * RULE_BOXES + (uint32_t)__builtin_ctz(bits) / 2;
	return rule < end ? rule : end;
}

#endif

uint32_t match_next(const struct rule_boxes *boxes, uint32_t first, uint32_t end,
	const struct match_probe *probe)
{
	if (first >= end)
		return end;
#if defined(__x86_64__)
	if (__builtin_cpu_supports("avx2"))
		return next_at_once(boxes, first, end, probe);
#endif
	return match_next_portable(boxes, first, end, probe);
}

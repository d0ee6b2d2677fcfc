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

static bool ipv4_in(const struct address *address, uint32_t block, unsigned length)
{
	return address->family == ADDRESS_IPV4 &&
	       ((uint32_t)(address->high >> 32) ^ block) >> (32 - length) == 0;
}

bool match_is_link_local(const struct address *address)
{
	return ipv4_in(address, 0xa9fe0000, 16);
}

bool match_is_private(const struct address *address)
{
	return ipv4_in(address, 0x0a000000, 8) || ipv4_in(address, 0xac100000, 12) ||
	       ipv4_in(address, 0xc0a80000, 16) || ipv4_in(address, 0x64400000, 10) ||
	       ipv4_in(address, 0x7f000000, 8) || match_is_link_local(address);
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

void match_make_probe(struct match_probe *probe, const struct match_flow *flow)
{
	uint16_t peer = (uint16_t)(flow->peer.high >> 48);
	uint16_t peer_next = (uint16_t)(flow->peer.high >> 32);
	bool is_known = flow->protocol != MATCH_NO_PROTOCOL;
	unsigned lowest = is_known ? flow->protocol : 0;
	unsigned highest = is_known ? flow->protocol : RULE_IPV6 - 1;
	unsigned family = flow->peer.family == ADDRESS_IPV6 ? RULE_IPV6 : 0;

	*probe = (struct match_probe){{
		[RULE_BY_PROTOCOL] = (uint16_t)(highest + family),
		[RULE_BY_DESTINATION] = flow->has_ports ? flow->destination_high : RULE_PORT_MAX,
		[RULE_BY_PEER] = peer,
		[RULE_BY_PEER_NEXT] = peer_next,
		[RULE_DIMENSIONS + RULE_BY_PROTOCOL] = (uint16_t)(UINT16_MAX - lowest - family),
		[RULE_DIMENSIONS + RULE_BY_DESTINATION] =
			flow->has_ports ? UINT16_MAX - flow->destination_low : UINT16_MAX,
		[RULE_DIMENSIONS + RULE_BY_PEER] = UINT16_MAX - peer,
		[RULE_DIMENSIONS + RULE_BY_PEER_NEXT] = UINT16_MAX - peer_next,
	}};
}

/* Eight comparisons at once, on any processor. */
typedef uint16_t bounds __attribute__((vector_size(16)));

/* The dimensions in which they do not meet: 16 bits each, all set or none. */
static inline uint64_t outside(const struct rule_box *box, const struct match_probe *probe)
{
	bounds of_box, of_probe;
	uint64_t halves[2];

	static_assert(sizeof(bounds) == sizeof(*box) && sizeof(bounds) == sizeof(*probe), "alike");
	memcpy(&of_box, box, sizeof(of_box));
	memcpy(&of_probe, probe, sizeof(of_probe));
	of_box = (bounds)(of_box > of_probe);
	memcpy(halves, &of_box, sizeof(halves));
	return halves[0] | halves[1];
}

unsigned match_fails(const struct rule_box *box, const struct match_probe *probe)
{
	const uint64_t one = UINT16_MAX;
	const uint64_t in_protocol = one << 16 * RULE_BY_PROTOCOL;
	const uint64_t in_destination = one << 16 * RULE_BY_DESTINATION;
	const uint64_t in_peer = one << 16 * RULE_BY_PEER | one << 16 * RULE_BY_PEER_NEXT;
	uint64_t set = outside(box, probe);
	bool is_of_ipv6 = probe->bounds[RULE_BY_PROTOCOL] >= RULE_IPV6;
	bool is_of_other = is_of_ipv6 ? box->left[RULE_BY_PROTOCOL] > UINT16_MAX - RULE_IPV6
				      : box->lowest[RULE_BY_PROTOCOL] >= RULE_IPV6;

	/* of the other family it is the peer that fails, whatever the protocol */
	if (is_of_other)
		set = (set & ~in_protocol) | in_peer;
	return (unsigned)((set & in_protocol) != 0) + (unsigned)((set & in_destination) != 0) +
	       (unsigned)((set & in_peer) != 0);
}

static uint32_t next_one_by_one(
	const struct rule_box *boxes, uint32_t first, uint32_t end, const struct match_probe *probe)
{
	while (first < end && outside(&boxes[first], probe) != 0)
		first++;
	return first;
}

#if defined(__x86_64__)

/*
 * Four blocks at once: a subtraction that stops at 0 leaves 0 in each dimension
 * in which block and flow meet. The halves of the four, lowest and left, are
 * brought together, so that one 64-bit number for each block remains.
 */
__attribute__((target("avx2"))) static uint32_t next_four_at_once(
	const struct rule_box *boxes, uint32_t first, uint32_t end, const struct match_probe *probe)
{
	__m128i once = _mm_loadu_si128((const __m128i *)(const void *)probe);
	__m256i of_probe = _mm256_broadcastsi128_si256(once);

	for (; end - first >= 4; first += 4) {
		const __m256i *at = (const __m256i *)(const void *)&boxes[first];
		__m256i low = _mm256_subs_epu16(_mm256_loadu_si256(at), of_probe);
		__m256i high = _mm256_subs_epu16(_mm256_loadu_si256(at + 1), of_probe);
		__m256i outside = _mm256_or_si256(
			_mm256_unpacklo_epi64(low, high), _mm256_unpackhi_epi64(low, high));
		__m256i inside = _mm256_cmpeq_epi64(outside, _mm256_setzero_si256());

		/* some of the four do; which is the first, is soon found */
		if (!_mm256_testz_si256(inside, inside))
			break;
	}
	return first;
}

#endif

uint32_t match_next(
	const struct rule_box *boxes, uint32_t first, uint32_t end, const struct match_probe *probe)
{
#if defined(__x86_64__)
	if (end - first >= 8 && __builtin_cpu_supports("avx2"))
		first = next_four_at_once(boxes, first, end, probe);
#endif
	return next_one_by_one(boxes, first, end, probe);
}

/* The users of one rule after another, in room that is used again. */
#include "vcnrules/peers.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "rules/prefixes.h"

#define PORTS ((size_t)65536)
#define WORD_BITS 64

/* A peer in one conversation, and then of all. */
struct peers_one {
	struct prefix block; /* its address */
	uint64_t packets;
};

int peers_begin(struct peers *peers, const struct flows *flows)
{
	*peers = (struct peers){0};
	peers->ports = malloc(PORTS / 8);
	peers->subnet_marks = calloc(flows->texts.count + 1, sizeof(*peers->subnet_marks));
	return peers->ports && peers->subnet_marks ? 0 : -1;
}

void peers_free(struct peers *peers)
{
	free(peers->ports);
	free(peers->one);
	free(peers->strong);
	free(peers->subnet_marks);
	*peers = (struct peers){0};
}

static int reserve(struct peers *peers, size_t count)
{
	struct peers_one *one;
	struct prefix *strong;

	if (count <= peers->room)
		return 0;
	one = realloc(peers->one, count * sizeof(*one));
	if (!one)
		return -1;
	peers->one = one;
	strong = realloc(peers->strong, count * sizeof(*strong));
	if (!strong)
		return -1;
	peers->strong = strong;
	peers->room = count;
	return 0;
}

/* Sets a bit; returns true if it was not set. */
static bool set_bit(uint8_t *bits, size_t at)
{
	uint8_t bit = (uint8_t)(1u << at % 8);
	bool is_new = !(bits[at / 8] & bit);

	bits[at / 8] |= bit;
	return is_new;
}

/* Notes a port. */
static void add_port(struct peers *peers, uint16_t port)
{
	uint64_t bit = (uint64_t)1 << port % WORD_BITS;

	peers->port_count += !(peers->ports[port / WORD_BITS] & bit);
	peers->ports[port / WORD_BITS] |= bit;
}

/* The first port from one on that was used, or that was not; PORTS: there is none. */
static size_t next_port(const struct peers *peers, size_t port, bool is_used)
{
	const uint64_t differing = is_used ? 0 : UINT64_MAX;

	while (port < PORTS) {
		uint64_t rest = (peers->ports[port / WORD_BITS] ^ differing) >> port % WORD_BITS;

		if (rest != 0)
			return port + (size_t)__builtin_ctzll(rest);
		port += WORD_BITS - port % WORD_BITS;
	}
	return PORTS;
}

static void add_flow(struct peers *peers, const struct flow *flow, bool is_mirrored, size_t at)
{
	peers->one[at] = (struct peers_one){
		.block = prefixes_of_address(is_mirrored ? &flow->local : &flow->peer),
		.packets = conversation_plus(flow->in.packets, flow->out.packets),
	};
	flows_sum_up(&peers->sum, &flow->in);
	flows_sum_up(&peers->sum, &flow->out);
	if (flow->first < peers->first)
		peers->first = flow->first;
	if (flow->last > peers->last)
		peers->last = flow->last;
	if (flow->has_ports && flow->began != CONVERSATION_NOBODY)
		add_port(peers, flow_service(flow));
	if (flow->protocol < 256)
		peers->protocol_count += set_bit(peers->protocols, flow->protocol);
	if (peers->subnet_marks[flow->subnet] != peers->mark) {
		peers->subnet_marks[flow->subnet] = peers->mark;
		peers->subnet_count++;
	}
}

static int compare(const void *a, const void *b)
{
	const struct peers_one *first = a;
	const struct peers_one *second = b;

	return prefix_compare(&first->block, &second->block);
}

/* Sums each peer, and finds the blocks of those that are not weak. */
static int sum_peers(struct peers *peers, size_t count, uint64_t min_packets)
{
	struct prefixes_cover cover;
	size_t strong = 0;

	if (count > 1)
		qsort(peers->one, count, sizeof(*peers->one), compare);
	for (size_t i = 0; i < count;) {
		uint64_t packets = 0;
		size_t next = i;

		for (; next < count && compare(&peers->one[i], &peers->one[next]) == 0; next++)
			packets = conversation_plus(packets, peers->one[next].packets);
		peers->count++;
		if (packets < min_packets)
			peers->weak_count++;
		else
			peers->strong[strong++] = peers->one[i].block;
		i = next;
	}
	/* Sorted and each once: as prefixes_reduce would leave them. */
	if (prefixes_cover(peers->strong, strong, peers->blocks, PEERS_BLOCKS, &cover) !=
		PREFIXES_OK)
		return -1;
	peers->block_count = cover.count;
	peers->block_addresses = prefixes_addresses(peers->blocks, cover.count);
	return 0;
}

int peers_gather(struct peers *peers, const struct flows *flows, const struct usage *usage,
	const struct usage_rule *rule, uint64_t min_packets)
{
	if (reserve(peers, rule->credit_count + 1) != 0)
		return -1;
	peers->sum = (struct conversation_sum){0};
	peers->first = FLOWS_NEVER_FIRST;
	peers->last = FLOWS_NEVER_LAST;
	peers->count = peers->weak_count = peers->port_count = peers->protocol_count = 0;
	peers->subnet_count = 0;
	peers->mark++;
	if (rule->credit_count > 0)
		memset(peers->ports, 0, PORTS / 8);
	memset(peers->protocols, 0, sizeof(peers->protocols));
	for (size_t i = 0; i < rule->credit_count; i++) {
		const struct usage_credit *credit = &usage->credits[rule->first_credit + i];

		add_flow(peers, &flows->at[credit->flow], credit->is_mirrored, i);
	}
	return sum_peers(peers, rule->credit_count, min_packets);
}

bool peers_has_protocol(const struct peers *peers, unsigned protocol)
{
	return protocol < 256 && peers->protocols[protocol / 8] >> protocol % 8 & 1;
}

bool peers_next_ports(const struct peers *peers, size_t *at, size_t *low, size_t *high)
{
	/* Without any port the bits are those of a rule before. */
	if (peers->port_count == 0)
		return false;
	*low = next_port(peers, *at, true);
	*at = next_port(peers, *low, false);
	*high = *at - 1;
	return *low < PORTS;
}

int peers_put_ports(const struct peers *peers, struct bytes *out)
{
	const char *separator = "";
	size_t at = 0;
	size_t low, high;

	while (peers_next_ports(peers, &at, &low, &high)) {
		if (bytes_append_text(out, separator) != 0 || bytes_append_number(out, low) != 0)
			return -1;
		if (high > low && (bytes_append_text(out, high > low + 1 ? "-" : ",") != 0 ||
					  bytes_append_number(out, high) != 0))
			return -1;
		separator = ",";
	}
	return 0;
}

/*
 * The uses of a rule are sorted by protocol, port and peer. Those of one protocol and
 * port are a key; its peers become blocks, or the peer of the rule that is replaced.
 * Then the ports of each block are put together, one after the other into a range. So
 * two ports with the same peers become one rule, and ports of which the peers are alike
 * in part as few as can be without letting pass what no key asked for.
 *
 * What was seen without ports (fragments, say) needs a rule without ports; what such a
 * rule lets pass anyway is not looked at again.
 */
#include "vcnrules/narrow.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "lookup/content.h"
#include "lookup/rule.h"
#include "rules/prefixes.h"

/* Peers are named if they fit into so many blocks of so many addresses in all: others
 * come and go. */
#define FIT_BLOCKS 8
#define FIT_ADDRESSES 4096

/* The ICMP message, and that of IPv6, that tells of a packet that is too large. */
#define UNREACHABLE 3
#define FRAGMENTATION_NEEDED 4
#define PACKET_TOO_BIG 2

/* What a use asks to be let pass: in this order, since the first covers the next. */
enum kind { ANY_PORT, SERVICE_PORT, ANSWERS };

struct one {
	struct address peer;
	struct address local;
	uint64_t packets;
	int64_t last;
	size_t use;
	uint32_t vcn;
	uint16_t protocol;
	uint16_t port;
	uint8_t kind;
	bool is_other_end;
	bool is_weak;
};

/* A key may be let pass for a block, or for the same peer. */
struct item {
	struct prefix block;
	uint16_t protocol;
	uint16_t port;
	uint8_t kind;
	uint8_t peer_kind;
	bool is_of_site;
};

struct block {
	struct prefix prefix;
	bool is_of_site;
};

struct narrow_work {
	struct narrow *narrow;
	struct needs *needs;
	const struct narrow_wish *wish;
	const struct boxes_rule *rule;
	struct one *ones;
	size_t one_count;
	struct item *items;
	size_t item_count, item_room;
	size_t rule_room;
	/* room for as many as there are uses */
	struct prefix *prefixes;
	struct block *blocks; /* of the key at hand */
	struct block *any;    /* of the uses of its protocol without ports */
	struct address *peers;
	size_t room;
	size_t block_count, any_count, peer_count;
	bool is_same, is_any_same; /* the rule's own peer stands for all of them */
};

void narrow_free(struct narrow *narrow)
{
	struct narrow_work *work = narrow->work;

	free(narrow->rules);
	free(narrow->weak);
	if (work) {
		free(work->ones);
		free(work->items);
		free(work->prefixes);
		free(work->blocks);
		free(work->any);
		free(work->peers);
		free(work);
	}
	*narrow = (struct narrow){0};
}

/* Sets *array to one with room for so many, which holds nothing. */
static int renew(void *array_at, size_t count, size_t size)
{
	void **array = array_at;

	free(*array);
	*array = calloc(count + 1, size);
	return *array ? 0 : -1;
}

static int reserve(struct narrow_work *work, size_t count)
{
	if (count <= work->room && work->prefixes)
		return 0;
	work->room = 0;
	if (renew(&work->ones, count, sizeof(*work->ones)) != 0 ||
		renew(&work->prefixes, count, sizeof(*work->prefixes)) != 0 ||
		renew(&work->blocks, count, sizeof(*work->blocks)) != 0 ||
		renew(&work->any, count, sizeof(*work->any)) != 0 ||
		renew(&work->peers, count, sizeof(*work->peers)) != 0 ||
		renew(&work->narrow->weak, count, sizeof(*work->narrow->weak)) != 0)
		return -1;
	work->room = count;
	return 0;
}

static int compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/* ---- uses ------------------------------------------------------------------------------ */

static void add_one(struct narrow_work *work, size_t number)
{
	const struct needs_use *use = &work->needs->uses[number];
	const struct flow *flow;
	struct view view;
	struct one *one = &work->ones[work->one_count++];

	needs_view(work->needs, use, &view);
	flow = &view.flow;
	*one = (struct one){
		.peer = flow->peer,
		.local = flow->local,
		.packets = conversation_plus(flow->in.packets, flow->out.packets),
		.last = flow->last,
		.use = number,
		.vcn = view.vcn,
		.protocol = flow->protocol,
		.kind = ANY_PORT,
		.is_other_end = use->is_other_end,
	};
	if (!flow->has_ports || !rule_protocol_has_ports(flow->protocol))
		return;
	one->kind = use->is_answer ? ANSWERS : SERVICE_PORT;
	one->port = use->is_local ? flow->peer_low : flow->local_low;
}

static int compare_by_peer(const void *a, const void *b)
{
	const struct one *first = a;
	const struct one *second = b;
	int order = address_compare(&first->peer, &second->peer);

	return order != 0 ? order : (int)first->is_other_end - (int)second->is_other_end;
}

static int compare_by_key(const void *a, const void *b)
{
	const struct one *first = a;
	const struct one *second = b;
	int order = compare_numbers(first->protocol, second->protocol);

	if (order == 0)
		order = compare_numbers(first->kind, second->kind);
	if (order == 0)
		order = compare_numbers(first->port, second->port);
	if (order == 0)
		order = compare_by_peer(a, b);
	return order != 0 ? order : address_compare(&first->local, &second->local);
}

static void sort_ones(struct narrow_work *work, int (*compare)(const void *, const void *))
{
	if (work->one_count > 1)
		qsort(work->ones, work->one_count, sizeof(*work->ones), compare);
}

/*
 * Finds which of the peers of ones[first..) are weak; returns where the next peer
 * begins. What both ends have logged counts once: as it was logged here.
 */
static size_t weigh_peer(struct narrow_work *work, size_t first)
{
	struct one *ones = work->ones;
	uint64_t here = 0, there = 0;
	bool is_here = false;
	size_t end = first;

	for (; end < work->one_count && address_compare(&ones[end].peer, &ones[first].peer) == 0;
		end++) {
		if (ones[end].is_other_end)
			there = conversation_plus(there, ones[end].packets);
		else
			here = conversation_plus(here, ones[end].packets);
		is_here |= !ones[end].is_other_end;
	}
	for (size_t i = first; i < end; i++)
		ones[i].is_weak = (is_here ? here : there) < work->wish->min_packets;
	return end;
}

/* Leaves the uses that are needed, and are not to be dropped; counts their peers. */
static void choose_ones(struct narrow_work *work)
{
	struct narrow *narrow = work->narrow;
	struct address last = {.family = ADDRESS_NONE};
	size_t kept = 0;

	for (size_t i = 0; i < work->one_count; i++) {
		struct one one = work->ones[i];
		struct needs_use *use = &work->needs->uses[one.use];

		if (!use->is_needed)
			continue;
		if (address_compare(&last, &one.peer) != 0) {
			narrow->peers++;
			if (one.is_weak)
				narrow->weak[narrow->weak_count++] = one.peer;
		}
		last = one.peer;
		use->is_dropped = one.is_weak && work->wish->drops_weak;
		if (!use->is_dropped)
			work->ones[kept++] = one;
	}
	work->one_count = kept;
}

static void gather_ones(struct narrow_work *work, uint32_t rule)
{
	work->one_count = 0;
	for (size_t i = work->needs->starts[rule]; i < work->needs->starts[rule + 1]; i++)
		add_one(work, i);
	sort_ones(work, compare_by_peer);
	for (size_t i = 0; i < work->one_count;)
		i = weigh_peer(work, i);
	choose_ones(work);
	sort_ones(work, compare_by_key);
}

/* ---- the peers of a key ----------------------------------------------------------------- */

/* The smallest block of a subnet around a peer; false: it is in none. */
static bool find_subnet_block(
	const struct narrow_work *work, const struct one *one, struct prefix *block)
{
	const struct lookup *lookup = work->needs->ruleset->lookup;
	uint32_t number = lookup_find_block(lookup, one->vcn, &one->peer);
	struct content_subnet subnet;
	bool is_found = false;

	if (number == LOOKUP_NONE || work->wish->wants_exact_peers)
		return false;
	content_subnet(lookup, number, &subnet);
	for (size_t i = 0; i < subnet.subnet.prefix_count; i++) {
		const struct prefix *prefix = &subnet.subnet.prefixes[i];

		if (!prefix_holds(prefix, &one->peer) ||
			(is_found && prefix->length < block->length))
			continue;
		*block = *prefix;
		is_found = true;
	}
	return is_found;
}

static bool find_site(const struct narrow_work *work, const struct one *one, struct prefix *block)
{
	bool is_found = false;

	for (size_t i = 0; i < work->wish->site_count; i++) {
		const struct prefix *site = &work->wish->sites[i];

		if (!prefix_holds(site, &one->peer) || (is_found && site->length < block->length))
			continue;
		*block = *site;
		is_found = true;
	}
	return is_found;
}

static int compare_blocks(const void *a, const void *b)
{
	const struct block *first = a;
	const struct block *second = b;
	int order = prefix_compare(&first->prefix, &second->prefix);

	return order != 0 ? order : (int)second->is_of_site - (int)first->is_of_site;
}

/* Takes out blocks that another one holds; those that hold others come first. */
static void reduce_blocks(struct narrow_work *work)
{
	size_t kept = 0;

	if (work->block_count > 1)
		qsort(work->blocks, work->block_count, sizeof(*work->blocks), compare_blocks);
	for (size_t i = 0; i < work->block_count; i++) {
		const struct prefix *last = kept > 0 ? &work->blocks[kept - 1].prefix : NULL;
		const struct prefix *prefix = &work->blocks[i].prefix;

		if (last && (prefix_compare(last, prefix) == 0 || prefix_encloses(last, prefix)))
			continue;
		work->blocks[kept++] = work->blocks[i];
	}
	work->block_count = kept;
}

/* Adds the best blocks for prefixes[0..count), which are sorted, each once. */
static int cover(struct narrow_work *work, size_t count, size_t room)
{
	struct prefix *out = calloc(room, sizeof(*out));
	struct prefixes_cover found = {0};
	enum prefixes_result result =
		out ? prefixes_cover(work->prefixes, count, out, room, &found) : PREFIXES_NO_MEMORY;

	for (size_t i = 0; result == PREFIXES_OK && i < found.count; i++)
		work->blocks[work->block_count++] = (struct block){.prefix = out[i]};
	free(out);
	return result == PREFIXES_OK ? 0 : -1;
}

/* Do peers outside of known subnets fit into few blocks? Returns -1: no memory. */
static int do_fit(const struct narrow_work *work, size_t count)
{
	struct prefix out[FIT_BLOCKS];
	struct prefixes_cover found;

	if (count > FIT_ADDRESSES)
		return 0;
	if (prefixes_cover(work->prefixes, count, out, FIT_BLOCKS, &found) != PREFIXES_OK)
		return -1;
	return prefixes_addresses(out, found.count) <= FIT_ADDRESSES;
}

/*
 * Finds the blocks that stand for the peers of a key, which are sorted, those of
 * ones[first..end): or that the rule's own peer does. Returns -1: no memory.
 */
static int find_blocks(struct narrow_work *work, size_t first, size_t end)
{
	size_t room = work->wish->max_prefixes;
	size_t others = 0;
	int fits;

	work->block_count = 0;
	work->is_same = !rule_is_for_anyone(work->rule->rule);
	for (size_t i = first; i < end && !work->is_same; i++) {
		const struct one *one = &work->ones[i];
		struct block *block = &work->blocks[work->block_count];

		if (i > first && address_compare(&one->peer, &one[-1].peer) == 0)
			continue;
		block->is_of_site = false;
		if (find_subnet_block(work, one, &block->prefix)) {
			work->block_count++;
		} else if (find_site(work, one, &block->prefix)) {
			block->is_of_site = true;
			work->block_count++;
		} else {
			work->prefixes[others++] = prefixes_of_address(&one->peer);
		}
	}
	fits = work->is_same ? 0 : do_fit(work, others);
	if (fits <= 0) {
		work->is_same = true;
		return fits;
	}
	if (room > others)
		room = others;
	if (others > 0 && cover(work, others, room) != 0)
		return -1;
	reduce_blocks(work);
	return 0;
}

/* Were the peers of a key those of the key before? Keeps them. */
static bool is_as_before(struct narrow_work *work, size_t first, size_t end)
{
	bool is_same = true;
	size_t count = 0;

	for (size_t i = first; i < end; i++) {
		const struct address *peer = &work->ones[i].peer;

		if (i > first && address_compare(peer, &work->ones[i - 1].peer) == 0)
			continue;
		is_same &=
			count < work->peer_count && address_compare(&work->peers[count], peer) == 0;
		work->peers[count++] = *peer;
	}
	is_same &= count == work->peer_count;
	work->peer_count = count;
	return is_same;
}

/* ---- keys --------------------------------------------------------------------------------- */

static int add_item(struct narrow_work *work, const struct item *item)
{
	struct item *grown =
		array_reserve(work->items, &work->item_room, work->item_count + 1, sizeof(*grown));

	if (!grown)
		return -1;
	work->items = grown;
	work->items[work->item_count++] = *item;
	return 0;
}

static int add_key(struct narrow_work *work, const struct one *one)
{
	struct item item = {.protocol = one->protocol, .port = one->port, .kind = one->kind};

	if (work->is_same) {
		item.peer_kind = NARROW_SAME;
		return add_item(work, &item);
	}
	item.peer_kind = NARROW_BLOCK;
	for (size_t i = 0; i < work->block_count; i++) {
		item.block = work->blocks[i].prefix;
		item.is_of_site = work->blocks[i].is_of_site;
		if (add_item(work, &item) != 0)
			return -1;
	}
	return 0;
}

/* Does a rule of the same protocol without ports let it pass? */
static bool is_passed_anyway(const struct narrow_work *work, const struct one *one)
{
	if (work->is_any_same)
		return true;
	for (size_t i = 0; i < work->any_count; i++)
		if (prefix_holds(&work->any[i].prefix, &one->peer))
			return true;
	return false;
}

/* Moves what is not passed anyway to the front of ones[first..end); returns its end. */
static size_t pass_over(struct narrow_work *work, size_t first, size_t end)
{
	size_t kept = first;

	if (!work->is_any_same && work->any_count == 0)
		return end;
	for (size_t i = first; i < end; i++)
		if (!is_passed_anyway(work, &work->ones[i]))
			work->ones[kept++] = work->ones[i];
	return kept;
}

static void keep_any(struct narrow_work *work)
{
	work->is_any_same = work->is_same;
	work->any_count = work->is_same ? 0 : work->block_count;
	if (work->any_count > 0)
		memcpy(work->any, work->blocks, work->any_count * sizeof(*work->any));
}

/* Goes through the keys; ones[0..one_count) are those that a rule is made for, after. */
static int take_keys(struct narrow_work *work)
{
	size_t all = work->one_count;
	size_t kept = 0;
	unsigned protocol = UINT16_MAX + 1u;

	work->item_count = work->peer_count = 0;
	for (size_t first = 0, end; first < all; first = end) {
		const struct one one = work->ones[first];
		size_t left;

		end = first + 1;
		while (end < all && work->ones[end].protocol == one.protocol &&
			work->ones[end].kind == one.kind && work->ones[end].port == one.port)
			end++;
		if (one.protocol != protocol) {
			protocol = one.protocol;
			work->is_any_same = false;
			work->any_count = 0;
		}
		left = pass_over(work, first, end);
		if (left == first)
			continue;
		if (!is_as_before(work, first, left) && find_blocks(work, first, left) != 0)
			return -1;
		if (add_key(work, &one) != 0)
			return -1;
		if (one.kind == ANY_PORT)
			keep_any(work);
		memmove(&work->ones[kept], &work->ones[first], (left - first) * sizeof(one));
		kept += left - first;
	}
	work->one_count = kept;
	return 0;
}

/* ---- rules ---------------------------------------------------------------------------------- */

static int compare_by_block(const struct item *a, const struct item *b)
{
	int order = compare_numbers(a->peer_kind, b->peer_kind);

	return order != 0 ? order : prefix_compare(&a->block, &b->block);
}

/* All ports of a block together. */
static int compare_items(const void *a, const void *b)
{
	const struct item *first = a;
	const struct item *second = b;
	int order = compare_numbers(first->protocol, second->protocol);

	if (order == 0)
		order = compare_numbers(first->kind, second->kind);
	if (order == 0)
		order = compare_by_block(first, second);
	return order != 0 ? order : compare_numbers(first->port, second->port);
}

static int compare_rules(const void *a, const void *b)
{
	const struct narrow_rule *first = a;
	const struct narrow_rule *second = b;
	int order = compare_numbers(first->protocol, second->protocol);

	if (order == 0)
		order = compare_numbers(first->is_for_answers, second->is_for_answers);
	if (order == 0)
		order = compare_numbers(first->destination_low, second->destination_low);
	if (order == 0)
		order = compare_numbers(first->source_low, second->source_low);
	if (order == 0)
		order = compare_numbers(first->destination_high, second->destination_high);
	if (order == 0)
		order = compare_numbers(first->source_high, second->source_high);
	if (order == 0)
		order = compare_numbers(first->peer_kind, second->peer_kind);
	return order != 0 ? order : prefix_compare(&first->peer, &second->peer);
}

static int add_rule(struct narrow_work *work, const struct narrow_rule *rule)
{
	struct narrow *narrow = work->narrow;
	struct narrow_rule *grown =
		array_reserve(narrow->rules, &work->rule_room, narrow->count + 1, sizeof(*grown));

	if (!grown)
		return -1;
	narrow->rules = grown;
	narrow->rules[narrow->count++] = *rule;
	return 0;
}

/* A rule for the ports low to high of an item, with what the replaced one limits. */
static struct narrow_rule rule_of(
	const struct narrow_work *work, const struct item *item, uint16_t high)
{
	const struct rule *old = work->rule->rule;
	struct narrow_rule rule = {
		.protocol = item->protocol,
		.peer_kind = item->peer_kind,
		.peer = item->block,
		.is_of_site = item->is_of_site,
		.is_for_answers = item->kind == ANSWERS,
		.source_high = RULE_PORT_MAX,
		.destination_high = RULE_PORT_MAX,
		.last = FLOWS_NEVER_LAST,
	};

	if (old->source_kind == RULE_RANGE_GIVEN) {
		rule.has_source = true;
		rule.source_low = old->source_low;
		rule.source_high = old->source_high;
	}
	if (old->destination_kind == RULE_RANGE_GIVEN) {
		rule.has_destination = true;
		rule.destination_low = old->destination_low;
		rule.destination_high = old->destination_high;
	}
	if (item->kind == SERVICE_PORT) {
		rule.has_destination = true;
		rule.destination_low = item->port;
		rule.destination_high = high;
	} else if (item->kind == ANSWERS) {
		rule.has_source = true;
		rule.source_low = item->port;
		rule.source_high = high;
	}
	return rule;
}

/* Makes a rule of each range of ports of a block. */
static int make_rules(struct narrow_work *work)
{
	const struct item *items = work->items;

	if (work->item_count > 1)
		qsort(work->items, work->item_count, sizeof(*work->items), compare_items);
	for (size_t first = 0, end; first < work->item_count; first = end) {
		struct narrow_rule rule;

		for (end = first + 1; end < work->item_count; end++)
			if (items[end].protocol != items[first].protocol ||
				items[end].kind != items[first].kind ||
				compare_by_block(&items[first], &items[end]) != 0 ||
				items[end].port != items[end - 1].port + 1)
				break;
		rule = rule_of(work, &items[first], items[end - 1].port);
		if (add_rule(work, &rule) != 0)
			return -1;
	}
	return 0;
}

/* The number of the first use that a rule of this key may be for. */
static size_t find_ones(
	const struct narrow_work *work, uint16_t protocol, enum kind kind, uint16_t port)
{
	size_t low = 0;
	size_t high = work->one_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct one *one = &work->ones[middle];
		int order = compare_numbers(one->protocol, protocol);

		if (order == 0)
			order = compare_numbers(one->kind, kind);
		if (order == 0)
			order = compare_numbers(one->port, port);
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int compare_addresses(const void *a, const void *b)
{
	return address_compare(a, b);
}

static bool is_same_conversation(const struct one *a, const struct one *b)
{
	return a->port == b->port && address_compare(&a->peer, &b->peer) == 0 &&
	       address_compare(&a->local, &b->local) == 0;
}

/* Counts whom a rule is for. */
static void count_uses(struct narrow_work *work, struct narrow_rule *rule)
{
	enum kind kind = rule->is_for_answers ? ANSWERS
			 : rule->has_destination && rule_protocol_has_ports(rule->protocol)
				 ? SERVICE_PORT
				 : ANY_PORT;
	uint16_t low = kind == ANSWERS ? rule->source_low : rule->destination_low;
	uint16_t high = kind == ANSWERS ? rule->source_high : rule->destination_high;
	const struct one *last = NULL;
	size_t count = 0;

	if (kind == ANY_PORT)
		low = high = 0;
	for (size_t i = find_ones(work, rule->protocol, kind, low); i < work->one_count; i++) {
		const struct one *one = &work->ones[i];

		if (one->protocol != rule->protocol || one->kind != kind || one->port > high)
			break;
		if (rule->peer_kind == NARROW_BLOCK && !prefix_holds(&rule->peer, &one->peer))
			continue;
		if (!last || !is_same_conversation(last, one)) {
			rule->conversations++;
			work->peers[count++] = one->peer;
		}
		if (one->last > rule->last)
			rule->last = one->last;
		last = one;
	}
	if (count > 1)
		qsort(work->peers, count, sizeof(*work->peers), compare_addresses);
	for (size_t i = 0; i < count; i++)
		rule->peers += i == 0 || address_compare(&work->peers[i - 1], &work->peers[i]) != 0;
}

static bool has_block_of(const struct boxes_rule *rule, enum address_family family)
{
	for (size_t i = 0; i < rule->block_count; i++)
		if (rule->blocks[i].family == family)
			return true;
	return false;
}

/* Returns true if everybody whom the replaced rule is for may send this protocol. */
static bool has_all_of(const struct narrow *narrow, uint16_t protocol)
{
	for (size_t i = 0; i < narrow->count; i++)
		if (narrow->rules[i].protocol == protocol &&
			narrow->rules[i].peer_kind == NARROW_SAME && !narrow->rules[i].has_icmp)
			return true;
	return false;
}

/* Whoever was let send everything goes on being told of packets that are too large. */
static int add_path_mtu(struct narrow_work *work)
{
	const struct rule *old = work->rule->rule;
	bool is_group = old->peer_kind == RULE_PEER_GROUP;
	bool is_ipv6 = old->peer_kind == RULE_PEER_CIDR && old->peer.family == ADDRESS_IPV6;
	struct narrow_rule rule = {
		.source_high = RULE_PORT_MAX,
		.destination_high = RULE_PORT_MAX,
		.has_icmp = true,
		.is_path_mtu = true,
		.last = FLOWS_NEVER_LAST,
	};

	if (old->protocol != RULE_PROTOCOL_ALL)
		return 0;
	rule.protocol = RULE_ICMP;
	rule.icmp_type = UNREACHABLE;
	rule.icmp_code = FRAGMENTATION_NEEDED;
	if (!is_ipv6 && !has_all_of(work->narrow, RULE_ICMP) && add_rule(work, &rule) != 0)
		return -1;
	rule.protocol = RULE_ICMPV6;
	rule.icmp_type = PACKET_TOO_BIG;
	rule.icmp_code = RULE_ICMP_ANY;
	if (!is_ipv6 && !(is_group && has_block_of(work->rule, ADDRESS_IPV6)))
		return 0;
	return has_all_of(work->narrow, RULE_ICMPV6) ? 0 : add_rule(work, &rule);
}

int narrow_rule(struct narrow *narrow, struct needs *needs, uint32_t rule,
	const struct narrow_wish *wish, size_t most)
{
	size_t use_count = needs->starts[rule + 1] - needs->starts[rule];
	struct narrow_work *work = narrow->work;

	if (!work)
		work = narrow->work = calloc(1, sizeof(*work));
	if (!work)
		return -1;
	narrow->count = narrow->weak_count = 0;
	narrow->peers = 0;
	narrow->over = 0;
	work->narrow = narrow;
	work->needs = needs;
	work->wish = wish;
	work->rule = &needs->ruleset->rules[rule];
	if (reserve(work, use_count) != 0)
		return -1;
	gather_ones(work, rule);
	if (take_keys(work) != 0 || make_rules(work) != 0)
		return -1;
	if (narrow->count > most) {
		narrow->over = narrow->count;
		narrow->count = 0;
		return 0;
	}
	if (narrow->count > 1)
		qsort(narrow->rules, narrow->count, sizeof(*narrow->rules), compare_rules);
	for (size_t i = 0; i < narrow->count; i++)
		count_uses(work, &narrow->rules[i]);
	return add_path_mtu(work);
}

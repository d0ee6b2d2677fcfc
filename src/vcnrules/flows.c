/*
 * Conversations in one array, sorted once all are there. Up to MANY_LINES they are kept
 * as they come, and those of one key are summed when they are sorted: that takes less
 * time than to look each up, and no more memory than is always there. From then on a
 * table finds those of one key, so that memory grows with the keys and not with the
 * lines. The table's hash is keyed, since the input may be made to collide; nothing
 * visible depends on it.
 */
#include "vcnrules/flows.h"

#include <stdlib.h>
#include <string.h>

#include "base/address.h"

#define FIRST_ROOM ((size_t)4096)
#define MANY_LINES ((size_t)1 << 20)

/* More would not be numbers of struct flows_slot. */
#define MOST_FLOWS ((size_t)UINT32_MAX - 1)

/* A table of them is never more than half full. */
struct flows_slot {
	uint32_t hash;
	uint32_t number; /* of the flow, counted from 1; 0: the slot is free */
};

void flows_free(struct flows *flows)
{
	free(flows->at);
	free(flows->slots);
	textset_free(&flows->texts);
	*flows = (struct flows)FLOWS_INIT;
}

static bool is_numbered(
	const struct textset *texts, size_t number, const struct conversation_text *text)
{
	size_t len;
	const char *known = number < texts->count ? textset_text(texts, number, &len) : NULL;

	return known && len == text->len && memcmp(known, text->text, len) == 0;
}

/*
 * The number of a text, which as a rule is the one that the last flow has there: lines
 * are sorted by their texts. Returns 0, or -1: no memory.
 */
static int number_of(
	struct flows *flows, const struct conversation_text *text, uint32_t last, uint32_t *number)
{
	enum textset_result result;
	size_t index;

	*number = text->text ? last : FLOWS_NO_VNIC;
	if (!text->text || is_numbered(&flows->texts, last, text))
		return 0;
	result = textset_take(&flows->texts, text->text, text->len, &index);
	if (result != TEXTSET_ADDED && result != TEXTSET_KNOWN)
		return -1;
	*number = (uint32_t)index;
	return 0;
}

/* ---- keys ------------------------------------------------------------------------- */

uint16_t flow_service(const struct flow *flow)
{
	return flow->began == CONVERSATION_LOCAL ? flow->peer_low : flow->local_low;
}

static int compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/* By what no decision changes. */
static int compare_addresses(const struct flow *a, const struct flow *b)
{
	int order = compare_numbers(a->subnet, b->subnet);

	if (order == 0)
		order = compare_numbers(a->vnic, b->vnic);
	if (order == 0)
		order = compare_numbers(a->protocol, b->protocol);
	if (order == 0)
		order = address_compare(&a->local, &b->local);
	return order != 0 ? order : address_compare(&a->peer, &b->peer);
}

/* By all that makes the key. */
static int compare(const void *first, const void *second)
{
	const struct flow *a = first;
	const struct flow *b = second;
	bool is_undecided = a->began == CONVERSATION_NOBODY;
	int order = compare_addresses(a, b);

	if (order == 0)
		order = compare_numbers(a->began, b->began);
	if (order == 0)
		order = compare_numbers(a->has_ports, b->has_ports);
	if (order == 0)
		order = compare_numbers(flow_service(a), flow_service(b));
	if (order == 0 && is_undecided)
		order = compare_numbers(a->peer_low, b->peer_low);
	return order != 0 ? order : compare_numbers(a->action, b->action);
}

/* The same key gives the same hash. */
static uint32_t hash_of(const struct flows *flows, const struct flow *flow)
{
	uint64_t other = flow->began == CONVERSATION_NOBODY ? flow->peer_low : 0;
	const uint64_t words[] = {
		(uint64_t)flow->subnet << 32 | flow->vnic,
		flow->local.high,
		flow->local.low,
		flow->peer.high,
		flow->peer.low,
		(uint64_t)flow_service(flow) << 48 | other << 32 | (uint64_t)flow->protocol << 16 |
			(uint64_t)flow->local.family << 8 | flow->peer.family,
		(uint64_t)flow->began << 16 | (uint64_t)flow->has_ports << 8 | flow->action,
	};

	return hash_keyed(&flows->hash_key, words, sizeof(words));
}

/* ---- sums ------------------------------------------------------------------------ */

void flows_sum_up(struct conversation_sum *to, const struct conversation_sum *from)
{
	to->records = conversation_plus(to->records, from->records);
	to->packets = conversation_plus(to->packets, from->packets);
	to->bytes = conversation_plus(to->bytes, from->bytes);
}

void flows_sum(struct flow *to, const struct flow *from)
{
	flows_sum_up(&to->in, &from->in);
	flows_sum_up(&to->out, &from->out);
	if (from->first < to->first)
		to->first = from->first;
	if (from->last > to->last)
		to->last = from->last;
}

/* The ports of one key: those of the client reach as far as both did. */
static void join_ports(struct flow *to, const struct flow *from)
{
	if (from->local_low < to->local_low)
		to->local_low = from->local_low;
	if (from->local_high > to->local_high)
		to->local_high = from->local_high;
	if (from->peer_low < to->peer_low)
		to->peer_low = from->peer_low;
	if (from->peer_high > to->peer_high)
		to->peer_high = from->peer_high;
}

/* Adds a flow to one of its key. */
static void join(struct flow *to, const struct flow *from)
{
	join_ports(to, from);
	flows_sum(to, from);
}

/* ---- adding ------------------------------------------------------------------------ */

/* The slot of a flow of that key, or the free one where it would go. */
static struct flows_slot *find_slot(
	const struct flows *flows, uint32_t hash, const struct flow *flow)
{
	size_t at = hash & (flows->slot_count - 1);

	for (;; at = (at + 1) & (flows->slot_count - 1)) {
		struct flows_slot *slot = &flows->slots[at];

		if (slot->number == 0)
			return slot;
		if (slot->hash == hash && compare(&flows->at[slot->number - 1], flow) == 0)
			return slot;
	}
}

/* Makes a table with room for another flow, of all that there are. */
static int make_slots(struct flows *flows)
{
	size_t slot_count = 2 * FIRST_ROOM;
	struct flows_slot *slots;

	while (slot_count / 2 <= flows->count)
		slot_count *= 2;
	slots = calloc(slot_count, sizeof(*slots));
	if (!slots)
		return -1;
	hash_key_make(&flows->hash_key);
	free(flows->slots);
	flows->slots = slots;
	flows->slot_count = slot_count;
	for (size_t i = 0; i < flows->count; i++) {
		uint32_t hash = hash_of(flows, &flows->at[i]);

		*find_slot(flows, hash, &flows->at[i]) = (struct flows_slot){hash, (uint32_t)i + 1};
	}
	return 0;
}

static int append(struct flows *flows, const struct flow *flow)
{
	if (flows->count == flows->room) {
		size_t room = flows->room == 0 ? FIRST_ROOM : flows->room * 2;
		struct flow *grown = NULL;

		if (flows->count < MOST_FLOWS)
			grown = realloc(flows->at, room * sizeof(*grown));
		if (!grown)
			return -1;
		flows->at = grown;
		flows->room = room;
	}
	flows->at[flows->count++] = *flow;
	return 0;
}

/* Adds a flow to the one of its key, or at the end. */
static int add_by_key(struct flows *flows, const struct flow *flow)
{
	uint32_t hash = hash_of(flows, flow);
	struct flows_slot *slot = find_slot(flows, hash, flow);

	if (slot->number != 0) {
		join(&flows->at[slot->number - 1], flow);
		return 0;
	}
	if (append(flows, flow) != 0)
		return -1;
	*slot = (struct flows_slot){hash, (uint32_t)flows->count};
	return flows->count < flows->slot_count / 2 ? 0 : make_slots(flows);
}

int flows_add(struct flows *flows, const struct conversation *conversation)
{
	static const struct flow none = {.subnet = FLOWS_NO_VNIC, .vnic = FLOWS_NO_VNIC};
	const struct flow *last = &none;
	struct flow flow = {
		.local = conversation->local,
		.peer = conversation->peer,
		.in = conversation->in,
		.out = conversation->out,
		.first = FLOWS_NEVER_FIRST,
		.last = FLOWS_NEVER_LAST,
		.protocol = conversation->protocol,
		.local_low = conversation->local_low,
		.local_high = conversation->local_high,
		.peer_low = conversation->peer_low,
		.peer_high = conversation->peer_high,
		.began = (uint8_t)conversation->began,
		.action = (uint8_t)conversation->action,
		.has_ports = conversation->has_ports,
	};

	if (conversation->first.is_known)
		flow.first = conversation->first.seconds;
	if (conversation->last.is_known)
		flow.last = conversation->last.seconds;
	if (flows->count > 0)
		last = &flows->at[flows->count - 1];
	if (number_of(flows, &conversation->subnet, last->subnet, &flow.subnet) != 0 ||
		number_of(flows, &conversation->vnic, last->vnic, &flow.vnic) != 0)
		return -1;
	if (flows->slots)
		return add_by_key(flows, &flow);
	if (flows->count < MANY_LINES)
		return append(flows, &flow);
	flows_merge(flows);
	if (flows->count < MANY_LINES / 2)
		return append(flows, &flow);
	return make_slots(flows) != 0 ? -1 : add_by_key(flows, &flow);
}

/* ---- order ------------------------------------------------------------------------- */

static bool is_sorted(const struct flow *flows, size_t count)
{
	for (size_t i = 1; i < count; i++)
		if (compare(&flows[i - 1], &flows[i]) > 0)
			return false;
	return true;
}

static void sort_some(struct flow *flows, size_t count)
{
	if (!is_sorted(flows, count))
		qsort(flows, count, sizeof(*flows), compare);
}

/*
 * Sorts flows by subnet, moving each to the end of what its subnet has got so far: few
 * steps, and what is to be compared then lies closer together. ends has the end of each
 * subnet's flows, starts where they begin, by the subnets' numbers.
 */
static void part_by_subnet(struct flows *flows, size_t *starts, const size_t *ends)
{
	for (size_t subnet = 0; subnet < flows->texts.count; subnet++)
		while (starts[subnet] < ends[subnet]) {
			struct flow *flow = &flows->at[starts[subnet]];
			struct flow moved = *flow;

			if (moved.subnet != subnet) {
				*flow = flows->at[starts[moved.subnet]];
				flows->at[starts[moved.subnet]] = moved;
			}
			starts[moved.subnet]++;
		}
}

/* Sorts all of them; without memory for it in one piece. */
static void sort_all(struct flows *flows)
{
	size_t count = flows->texts.count;
	size_t *starts = calloc(count, sizeof(*starts));
	size_t *ends = calloc(count, sizeof(*ends));
	size_t end = 0;

	if (!starts || !ends) {
		free(starts);
		free(ends);
		sort_some(flows->at, flows->count);
		return;
	}
	for (size_t i = 0; i < flows->count; i++)
		ends[flows->at[i].subnet]++;
	for (size_t i = 0; i < count; i++) {
		starts[i] = end;
		end += ends[i];
		ends[i] = end;
	}
	part_by_subnet(flows, starts, ends);
	for (size_t i = 0; i < count; i++) {
		size_t first = i == 0 ? 0 : ends[i - 1];

		sort_some(&flows->at[first], ends[i] - first);
	}
	free(starts);
	free(ends);
}

/* Decisions change nothing of those that have been sorted but the order of flows
 * between the same addresses, which are few. */
static void sort(struct flows *flows)
{
	size_t first = 0;

	for (size_t i = 1; i < flows->count; i++)
		if (compare_addresses(&flows->at[i - 1], &flows->at[i]) > 0) {
			sort_all(flows);
			return;
		}
	for (size_t i = 1; i <= flows->count; i++) {
		if (i < flows->count && compare_addresses(&flows->at[first], &flows->at[i]) == 0)
			continue;
		sort_some(&flows->at[first], i - first);
		first = i;
	}
}

void flows_merge(struct flows *flows)
{
	size_t kept = 0;

	free(flows->slots);
	flows->slots = NULL;
	for (size_t i = 0; i < flows->count; i++)
		if (!flows->at[i].is_gone)
			flows->at[kept++] = flows->at[i];
	flows->count = kept;
	sort(flows);
	kept = 0;
	for (size_t i = 0; i < flows->count; i++) {
		if (kept > 0 && compare(&flows->at[kept - 1], &flows->at[i]) == 0)
			join(&flows->at[kept - 1], &flows->at[i]);
		else
			flows->at[kept++] = flows->at[i];
	}
	flows->count = kept;
}

size_t flows_group(const struct flows *flows, size_t first)
{
	const struct flow *begin = &flows->at[first];
	size_t count = 1;

	while (first + count < flows->count && begin[count].subnet == begin->subnet &&
		begin[count].vnic == begin->vnic && begin[count].protocol == begin->protocol)
		count++;
	return count;
}

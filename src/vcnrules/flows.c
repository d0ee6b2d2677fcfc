/*
 * Conversations in one array. New ones go to its end; when there are twice as
 * many as were left the last time, they are sorted and those of one key become
 * one, so that memory grows with the keys and not with the lines.
 */
#include "vcnrules/flows.h"

#include <stdlib.h>
#include <string.h>

#include "base/address.h"

#define FIRST_ROOM ((size_t)4096)

void flows_free(struct flows *flows)
{
	free(flows->at);
	textset_free(&flows->texts);
	*flows = (struct flows)FLOWS_INIT;
}

/* The number of a text. Returns 0, or -1: no memory. */
static int number_of(struct flows *flows, const struct conversation_text *text, uint32_t *number)
{
	enum textset_result result;

	*number = FLOWS_NO_VNIC;
	if (!text->text)
		return 0;
	result = textset_add(&flows->texts, text->text, text->len);
	if (result != TEXTSET_ADDED && result != TEXTSET_KNOWN)
		return -1;
	*number = (uint32_t)textset_find(&flows->texts, text->text, text->len);
	return 0;
}

static int reserve(struct flows *flows)
{
	size_t room = flows->room == 0 ? FIRST_ROOM : flows->room * 2;
	struct flow *grown;

	if (flows->count < flows->room)
		return 0;
	if (flows->count >= flows->merge_at) {
		flows_merge(flows);
		flows->merge_at = flows->count < FIRST_ROOM ? FIRST_ROOM : 2 * flows->count;
		if (flows->count < flows->room / 2)
			return 0;
	}
	grown = realloc(flows->at, room * sizeof(*grown));
	if (!grown)
		return -1;
	flows->at = grown;
	flows->room = room;
	return 0;
}

int flows_add(struct flows *flows, const struct conversation *conversation)
{
	struct flow *flow;

	if (reserve(flows) != 0)
		return -1;
	flow = &flows->at[flows->count];
	*flow = (struct flow){
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
		flow->first = conversation->first.seconds;
	if (conversation->last.is_known)
		flow->last = conversation->last.seconds;
	if (number_of(flows, &conversation->subnet, &flow->subnet) != 0 ||
		number_of(flows, &conversation->vnic, &flow->vnic) != 0)
		return -1;
	flows->count++;
	return 0;
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

/* ---- order ----------------------------------------------------------------------- */

uint16_t flow_service(const struct flow *flow)
{
	return flow->began == CONVERSATION_LOCAL ? flow->peer_low : flow->local_low;
}

static int compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/* By all that makes the key. */
static int compare(const void *first, const void *second)
{
	const struct flow *a = first;
	const struct flow *b = second;
	bool is_undecided = a->began == CONVERSATION_NOBODY;
	int order = compare_numbers(a->subnet, b->subnet);

	if (order == 0)
		order = compare_numbers(a->vnic, b->vnic);
	if (order == 0)
		order = compare_numbers(a->protocol, b->protocol);
	if (order == 0)
		order = address_compare(&a->local, &b->local);
	if (order == 0)
		order = address_compare(&a->peer, &b->peer);
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

static bool is_sorted(const struct flows *flows)
{
	for (size_t i = 1; i < flows->count; i++)
		if (compare(&flows->at[i - 1], &flows->at[i]) > 0)
			return false;
	return true;
}

void flows_merge(struct flows *flows)
{
	size_t kept = 0;

	for (size_t i = 0; i < flows->count; i++)
		if (!flows->at[i].is_gone)
			flows->at[kept++] = flows->at[i];
	flows->count = kept;
	if (!is_sorted(flows))
		qsort(flows->at, flows->count, sizeof(*flows->at), compare);
	kept = 0;
	for (size_t i = 0; i < flows->count; i++) {
		struct flow *last = kept == 0 ? NULL : &flows->at[kept - 1];

		if (!last || compare(last, &flows->at[i]) != 0) {
			flows->at[kept++] = flows->at[i];
			continue;
		}
		join_ports(last, &flows->at[i]);
		flows_sum(last, &flows->at[i]);
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

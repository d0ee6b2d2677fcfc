/*
 * A conversation between two subnets is logged at both ends, if both have a flow
 * log. What the sender's end says of a way and what the receiver's says are summed
 * apart, and the larger one counts: nothing is counted twice, and nothing is lost
 * where one end has no log.
 *
 * Flows are sorted by subnet, so one row at a time is summed, with room for as many
 * subnets as the file has; what remains are the pairs that did meet.
 */
#include "vcnrules/traffic.h"

#include <stdlib.h>

#include "base/array.h"
#include "lookup/content.h"
#include "rules/match.h"

/* Services that are shown of one subnet and way. */
#define SERVICES ((size_t)5)

/* Of so many VCNs at the most, all are asked for an address that is in none of
 * the subnet's own VCN: it may be a peered one. */
#define PEERED_VCNS ((size_t)256)

#define CACHE_BITS 12

/* Numbers of places while summing: those of subnets, and these after them. */
#define PRIVATE(summing) ((summing)->subnet_count)
#define INTERNET(summing) ((summing)->subnet_count + 1)

struct pair {
	size_t from;
	size_t to;
	uint64_t sent; /* as the end says that sent it */
	uint64_t got;  /* and the one that got it */
};

/* What a subnet and a place sent each other, as the subnet's log has it. */
struct meeting {
	uint64_t in;
	uint64_t out;
	bool is_touched;
};

/* Where an address was found that is in none of the VCN's own subnets. */
struct remembered {
	struct address address;
	uint32_t vcn;
	uint32_t place;
	bool is_used;
};

struct summing {
	const struct lookup *lookup;
	const struct flows *flows;
	const bool *is_wanted;
	size_t subnet_count;
	size_t vcn_count;
	struct meeting *row; /* of one subnet, by place */
	size_t *touched;     /* the places that it met */
	size_t touched_count;
	struct pair *pairs;
	size_t pair_count;
	size_t pair_room;
	uint64_t *totals; /* by place */
	size_t *columns;  /* by place: where it stands, or SIZE_MAX */
	struct remembered *cache;
};

/* ---- where an address is -------------------------------------------------------- */

static bool is_private(const struct address *address)
{
	if (address->family == ADDRESS_IPV4)
		return match_is_private(address);
	/* fc00::/7 and fe80::/10 */
	return address->high >> 57 == 0x7e || address->high >> 54 == 0x3fa;
}

static struct remembered *cache_slot(
	const struct summing *summing, uint32_t vcn, const struct address *address)
{
	uint64_t hash =
		(address->high ^ address->low * UINT64_C(31) ^ vcn) * UINT64_C(0x9e3779b97f4a7c15);

	return &summing->cache[hash >> (64 - CACHE_BITS)];
}

/* The subnet of another VCN, if one only has the address. */
static size_t find_peered(
	const struct summing *summing, uint32_t own, const struct address *address)
{
	uint32_t found = LOOKUP_NONE;

	if (summing->vcn_count > PEERED_VCNS)
		return PRIVATE(summing);
	for (uint32_t vcn = 0; vcn < summing->vcn_count; vcn++) {
		uint32_t subnet =
			vcn == own ? LOOKUP_NONE : lookup_find_block(summing->lookup, vcn, address);

		if (subnet >= summing->subnet_count)
			continue;
		if (found != LOOKUP_NONE)
			return PRIVATE(summing);
		found = subnet;
	}
	return found == LOOKUP_NONE ? PRIVATE(summing) : found;
}

static size_t find_place(const struct summing *summing, uint32_t vcn, const struct address *address)
{
	uint32_t subnet = lookup_find_block(summing->lookup, vcn, address);
	struct remembered *slot;

	if (subnet < summing->subnet_count)
		return subnet;
	if (!is_private(address))
		return INTERNET(summing);
	slot = cache_slot(summing, vcn, address);
	if (!slot->is_used || slot->vcn != vcn || address_compare(&slot->address, address) != 0)
		*slot = (struct remembered){
			*address, vcn, (uint32_t)find_peered(summing, vcn, address), true};
	return slot->place;
}

/* ---- pairs ---------------------------------------------------------------------- */

static int add_pair(struct summing *summing, struct pair pair)
{
	struct pair *grown = array_reserve(
		summing->pairs, &summing->pair_room, summing->pair_count + 1, sizeof(*grown));

	if (!grown)
		return -1;
	summing->pairs = grown;
	summing->pairs[summing->pair_count++] = pair;
	return 0;
}

/* Turns the row of a subnet into pairs, and clears it. */
static int end_row(struct summing *summing, size_t subnet)
{
	for (size_t i = 0; i < summing->touched_count; i++) {
		size_t other = summing->touched[i];
		struct meeting *met = &summing->row[other];

		if (met->out > 0 &&
			add_pair(summing, (struct pair){subnet, other, met->out, 0}) != 0)
			return -1;
		if (met->in > 0 && add_pair(summing, (struct pair){other, subnet, 0, met->in}) != 0)
			return -1;
		*met = (struct meeting){0};
	}
	summing->touched_count = 0;
	return 0;
}

static void add_flow(
	struct summing *summing, const struct lookup_subnet *subnet, const struct flow *flow)
{
	size_t other = find_place(summing, subnet->vcn, &flow->peer);
	struct meeting *met = &summing->row[other];

	if (!met->is_touched)
		summing->touched[summing->touched_count++] = other;
	met->is_touched = true;
	met->in = conversation_plus(met->in, flow->in.bytes);
	met->out = conversation_plus(met->out, flow->out.bytes);
}

/* Finds the subnet of flows->at[number]; returns false if it does not count. */
static bool find_subnet(const struct summing *summing, size_t number, struct lookup_subnet *subnet)
{
	size_t len;
	const char *text =
		textset_text(&summing->flows->texts, summing->flows->at[number].subnet, &len);

	return lookup_find(summing->lookup, text, len, subnet) &&
	       subnet->number < summing->subnet_count &&
	       (!summing->is_wanted || summing->is_wanted[subnet->number]);
}

/* The number after the last flow of the subnet of flows->at[first]. */
static size_t end_of_subnet(const struct flows *flows, size_t first)
{
	size_t end = first;

	while (end < flows->count && flows->at[end].subnet == flows->at[first].subnet)
		end++;
	return end;
}

static int compare_pairs(const void *first, const void *second)
{
	const struct pair *a = first;
	const struct pair *b = second;

	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	return (a->to > b->to) - (a->to < b->to);
}

static uint64_t bytes_of(const struct pair *pair)
{
	return pair->sent > pair->got ? pair->sent : pair->got;
}

/* Each pair once, and the totals of places. */
static void merge_pairs(struct summing *summing)
{
	struct pair *pairs = summing->pairs;
	size_t kept = 0;

	if (summing->pair_count > 1)
		qsort(pairs, summing->pair_count, sizeof(*pairs), compare_pairs);
	for (size_t i = 0; i < summing->pair_count; i++) {
		if (kept == 0 || compare_pairs(&pairs[kept - 1], &pairs[i]) != 0) {
			pairs[kept++] = pairs[i];
			continue;
		}
		pairs[kept - 1].sent = conversation_plus(pairs[kept - 1].sent, pairs[i].sent);
		pairs[kept - 1].got = conversation_plus(pairs[kept - 1].got, pairs[i].got);
	}
	summing->pair_count = kept;
	for (size_t i = 0; i < kept; i++) {
		uint64_t *from = &summing->totals[pairs[i].from];
		uint64_t *to = &summing->totals[pairs[i].to];

		*from = conversation_plus(*from, bytes_of(&pairs[i]));
		if (from != to)
			*to = conversation_plus(*to, bytes_of(&pairs[i]));
	}
}

static int sum_pairs(struct summing *summing)
{
	const struct flows *flows = summing->flows;

	for (size_t i = 0, end; i < flows->count; i = end) {
		struct lookup_subnet subnet;

		end = end_of_subnet(flows, i);
		if (!find_subnet(summing, i, &subnet))
			continue;
		for (size_t j = i; j < end; j++)
			if (flows->at[j].action == ACTION_ACCEPT)
				add_flow(summing, &subnet, &flows->at[j]);
		if (end_row(summing, subnet.number) != 0)
			return -1;
	}
	merge_pairs(summing);
	return 0;
}

/* ---- places --------------------------------------------------------------------- */

/* Largest first. */
static int compare_sizes(const void *first, const void *second)
{
	const struct traffic_place *a = first;
	const struct traffic_place *b = second;

	if (a->bytes != b->bytes)
		return a->bytes > b->bytes ? -1 : 1;
	return lookup_text_compare(&a->ocid, &b->ocid);
}

static int compare_places(const void *first, const void *second)
{
	const struct traffic_place *a = first;
	const struct traffic_place *b = second;
	int order = (a->kind > b->kind) - (a->kind < b->kind);

	if (order == 0)
		order = lookup_text_compare(&a->vcn_name, &b->vcn_name);
	if (order == 0)
		order = lookup_text_compare(&a->vcn, &b->vcn);
	if (order == 0)
		order = lookup_text_compare(&a->name, &b->name);
	return order != 0 ? order : lookup_text_compare(&a->ocid, &b->ocid);
}

static struct traffic_place place_of(const struct summing *summing, size_t number)
{
	struct traffic_place place = {.bytes = summing->totals[number]};
	struct content_subnet subnet;
	struct lookup_vcn vcn;

	if (number >= summing->subnet_count) {
		place.kind = number == INTERNET(summing) ? TRAFFIC_INTERNET : TRAFFIC_PRIVATE;
		return place;
	}
	content_subnet(summing->lookup, number, &subnet);
	lookup_vcn(summing->lookup, subnet.subnet.vcn, &vcn);
	place.kind = TRAFFIC_SUBNET;
	place.subnet = (uint32_t)number;
	place.ocid = subnet.ocid;
	place.name = subnet.name;
	place.vcn = subnet.vcn;
	place.vcn_name = vcn.name;
	return place;
}

/* Chooses the places, and says of each number where it stands. */
static int choose_places(struct traffic *traffic, struct summing *summing)
{
	struct traffic_place *places;
	size_t count = 0;
	size_t others = SIZE_MAX;

	for (size_t i = 0; i < summing->subnet_count + 2; i++)
		count += summing->totals[i] > 0;
	places = calloc(count + 1, sizeof(*places));
	traffic->places = places;
	if (!places)
		return -1;
	count = 0;
	for (size_t i = 0; i < summing->subnet_count; i++)
		if (summing->totals[i] > 0)
			places[count++] = place_of(summing, i);
	qsort(places, count, sizeof(*places), compare_sizes);
	if (count > TRAFFIC_LARGEST + 1) {
		traffic->summed = count - TRAFFIC_LARGEST;
		places[TRAFFIC_LARGEST] = (struct traffic_place){.kind = TRAFFIC_OTHERS};
		count = TRAFFIC_LARGEST + 1;
	}
	for (size_t i = summing->subnet_count; i < summing->subnet_count + 2; i++)
		if (summing->totals[i] > 0)
			places[count++] = place_of(summing, i);
	qsort(places, count, sizeof(*places), compare_places);
	traffic->place_count = count;
	for (size_t i = 0; i < count; i++)
		if (places[i].kind == TRAFFIC_OTHERS)
			others = i;
	for (size_t i = 0; i < summing->subnet_count; i++)
		summing->columns[i] = others;
	for (size_t i = 0; i < count; i++) {
		if (places[i].kind == TRAFFIC_SUBNET)
			summing->columns[places[i].subnet] = i;
		else if (places[i].kind == TRAFFIC_PRIVATE)
			summing->columns[PRIVATE(summing)] = i;
		else if (places[i].kind == TRAFFIC_INTERNET)
			summing->columns[INTERNET(summing)] = i;
	}
	return 0;
}

static int fill_cells(struct traffic *traffic, const struct summing *summing)
{
	size_t count = traffic->place_count;

	traffic->cells = calloc(count * count + 1, sizeof(*traffic->cells));
	if (!traffic->cells)
		return -1;
	for (size_t i = 0; i < summing->pair_count; i++) {
		const struct pair *pair = &summing->pairs[i];
		size_t row = summing->columns[pair->from];
		size_t column = summing->columns[pair->to];
		uint64_t *cell = &traffic->cells[row * count + column];
		struct traffic_place *place = &traffic->places[row];

		*cell = conversation_plus(*cell, bytes_of(pair));
		if (*cell > traffic->largest)
			traffic->largest = *cell;
		if (place->kind == TRAFFIC_OTHERS)
			place->bytes = conversation_plus(place->bytes, bytes_of(pair));
		if (row != column && traffic->places[column].kind == TRAFFIC_OTHERS)
			traffic->places[column].bytes =
				conversation_plus(traffic->places[column].bytes, bytes_of(pair));
	}
	return 0;
}

/* ---- services ------------------------------------------------------------------- */

/* Those of a subnet, while they are gathered. */
struct gathering {
	struct traffic_service *at;
	size_t count;
	size_t room;
	size_t merge_at;
};

static int compare_services(const void *first, const void *second)
{
	const struct traffic_service *a = first;
	const struct traffic_service *b = second;

	if (a->way != b->way)
		return a->way < b->way ? -1 : 1;
	if (a->protocol != b->protocol)
		return a->protocol < b->protocol ? -1 : 1;
	if (a->has_port != b->has_port)
		return a->has_port ? 1 : -1;
	return (a->port > b->port) - (a->port < b->port);
}

/* Those with most bytes first, of each way. */
static int compare_service_sizes(const void *first, const void *second)
{
	const struct traffic_service *a = first;
	const struct traffic_service *b = second;

	if (a->way == b->way && a->bytes != b->bytes)
		return a->bytes > b->bytes ? -1 : 1;
	return compare_services(first, second);
}

static void add_service(struct traffic_service *to, const struct traffic_service *from)
{
	to->bytes = conversation_plus(to->bytes, from->bytes);
	to->conversations = conversation_plus(to->conversations, from->conversations);
}

static void merge_services(struct gathering *gathering)
{
	size_t kept = 0;

	if (gathering->count > 1)
		qsort(gathering->at, gathering->count, sizeof(*gathering->at), compare_services);
	for (size_t i = 0; i < gathering->count; i++) {
		struct traffic_service *last = kept == 0 ? NULL : &gathering->at[kept - 1];

		if (last && compare_services(last, &gathering->at[i]) == 0)
			add_service(last, &gathering->at[i]);
		else
			gathering->at[kept++] = gathering->at[i];
	}
	gathering->count = kept;
}

static int gather(struct gathering *gathering, const struct flow *flow)
{
	struct traffic_service service = {
		.protocol = flow->protocol,
		.bytes = conversation_plus(flow->in.bytes, flow->out.bytes),
		.conversations = 1,
		.services = 1,
	};

	if (flow->began == CONVERSATION_NOBODY && flow->has_ports) {
		service.way = TRAFFIC_UNKNOWN;
	} else if (flow->has_ports) {
		service.way = flow->began == CONVERSATION_PEER ? TRAFFIC_OFFERED : TRAFFIC_USED;
		service.has_port = true;
		service.port = flow_service(flow);
	} else {
		/* Without ports it is no more than a guess who asked whom. */
		service.way =
			flow->in.records >= flow->out.records ? TRAFFIC_OFFERED : TRAFFIC_USED;
	}
	if (gathering->count == gathering->room) {
		if (gathering->count >= gathering->merge_at) {
			merge_services(gathering);
			gathering->merge_at = 2 * gathering->count;
		}
		if (gathering->count >= gathering->room / 2) {
			size_t room = gathering->room == 0 ? 4096 : 2 * gathering->room;
			struct traffic_service *grown =
				realloc(gathering->at, room * sizeof(*grown));

			if (!grown)
				return -1;
			gathering->at = grown;
			gathering->room = room;
		}
	}
	gathering->at[gathering->count++] = service;
	return 0;
}

/* Moves the largest of each way to the traffic, and the rest as one. */
static int take_services(struct traffic *traffic, struct gathering *gathering, uint32_t subnet)
{
	struct traffic_service *grown;
	size_t of_way = 0;

	merge_services(gathering);
	if (gathering->count == 0)
		return 0;
	qsort(gathering->at, gathering->count, sizeof(*gathering->at), compare_service_sizes);
	grown = realloc(
		traffic->services, (traffic->service_count + 3 * (SERVICES + 1)) * sizeof(*grown));
	if (!grown)
		return -1;
	traffic->services = grown;
	for (size_t i = 0; i < gathering->count; i++) {
		const struct traffic_service *service = &gathering->at[i];
		struct traffic_service *last;

		if (i == 0 || service->way != gathering->at[i - 1].way)
			of_way = 0;
		if (++of_way <= SERVICES + 1) {
			grown[traffic->service_count] = *service;
			grown[traffic->service_count++].subnet = subnet;
			continue;
		}
		last = &grown[traffic->service_count - 1];
		last->is_rest = true;
		last->has_port = false;
		last->services++;
		add_service(last, service);
	}
	gathering->count = 0;
	return 0;
}

static int compare_columns(const void *first, const void *second)
{
	const size_t *a = first;
	const size_t *b = second;

	return (*a > *b) - (*a < *b);
}

/* The flows of the places, one place after another. */
static int sum_services(struct traffic *traffic, const struct summing *summing)
{
	const struct flows *flows = summing->flows;
	/* of each place, first its number and then where its flows begin */
	size_t(*firsts)[2] = calloc(traffic->place_count + 1, sizeof(*firsts));
	struct gathering gathering = {0};
	size_t count = 0;
	int result = firsts ? 0 : -1;

	for (size_t i = 0; i < flows->count && result == 0; i = end_of_subnet(flows, i)) {
		struct lookup_subnet subnet;

		if (!find_subnet(summing, i, &subnet))
			continue;
		if (summing->columns[subnet.number] == SIZE_MAX ||
			traffic->places[summing->columns[subnet.number]].kind != TRAFFIC_SUBNET)
			continue;
		firsts[count][0] = summing->columns[subnet.number];
		firsts[count++][1] = i;
	}
	if (count > 1)
		qsort(firsts, count, sizeof(*firsts), compare_columns);
	for (size_t i = 0; i < count && result == 0; i++) {
		size_t end = end_of_subnet(flows, firsts[i][1]);

		for (size_t j = firsts[i][1]; j < end && result == 0; j++)
			if (flows->at[j].action == ACTION_ACCEPT)
				result = gather(&gathering, &flows->at[j]);
		if (result == 0)
			result = take_services(
				traffic, &gathering, traffic->places[firsts[i][0]].subnet);
	}
	free(gathering.at);
	free(firsts);
	return result;
}

/* ---- all of it ------------------------------------------------------------------- */

int traffic_make(struct traffic *traffic, const struct lookup *lookup, const struct flows *flows,
	const bool *is_wanted)
{
	struct summing summing = {
		.lookup = lookup,
		.flows = flows,
		.is_wanted = is_wanted,
		.subnet_count = content_subnet_count(lookup),
		.vcn_count = lookup_vcn_count(lookup),
	};
	size_t count = summing.subnet_count + 2;
	int result = -1;

	*traffic = (struct traffic){0};
	summing.row = calloc(count, sizeof(*summing.row));
	summing.touched = calloc(count, sizeof(*summing.touched));
	summing.totals = calloc(count, sizeof(*summing.totals));
	summing.columns = calloc(count, sizeof(*summing.columns));
	summing.cache = calloc((size_t)1 << CACHE_BITS, sizeof(*summing.cache));
	if (summing.row && summing.touched && summing.totals && summing.columns && summing.cache &&
		sum_pairs(&summing) == 0 && choose_places(traffic, &summing) == 0 &&
		fill_cells(traffic, &summing) == 0)
		result = sum_services(traffic, &summing);
	free(summing.row);
	free(summing.touched);
	free(summing.totals);
	free(summing.columns);
	free(summing.cache);
	free(summing.pairs);
	return result;
}

void traffic_free(struct traffic *traffic)
{
	free(traffic->places);
	free(traffic->cells);
	free(traffic->services);
	*traffic = (struct traffic){0};
}

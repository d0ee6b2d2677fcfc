/*
 * The table of conversations: an array of lines and a table of slots over it,
 * never more than half full, so that a line costs 152 bytes and no allocation of
 * its own. The hash is keyed with random bytes that the kernel gave the process,
 * since whoever sends packets chooses ports and addresses; nothing visible
 * depends on it, for lines are sorted before they are written. It is made of the
 * texts' hashes, not of their numbers, and so is the same in each table: lines of
 * one are added to another without being hashed again.
 *
 * The table of a run is larger than a processor's caches. So a merge fetches the
 * slots and the lines that it is going to need some lines ahead, and sorting
 * moves small entries with the first parts of the keys in them, not lines.
 *
 * Bad input never gets here. Memory is bounded by whoever asks for
 * conversations_cost; a table takes at most 2^30 lines.
 */
#include "vcnflow/conversations.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_SLOTS 64
#define MOST_LINES ((size_t)1 << 30)

/* More are as good as no memory, as more lines are. */
#define MOST_TEXTS (MOST_LINES - 1)

/* For how many lines memory is fetched before the first of them is added. */
#define BATCH 64

/* How many lines before its turn a sorted one is fetched. */
#define LINES_AHEAD 8
#define CACHE_LINE 64

/* No text, port or time; they sort before all that there are. */
#define NO_TEXT UINT32_MAX
#define NO_PORT (-1)
#define NO_TIME INT64_MIN

/* The numbers of a struct address. */
struct key_address {
	uint64_t high;
	uint64_t low;
};

/* Compared as bytes, so that none may be undefined. */
struct key {
	int64_t period;  /* seconds since 1970, or NO_TIME */
	uint32_t subnet; /* numbers of texts */
	uint32_t vnic;   /* or NO_TEXT */
	struct key_address local;
	struct key_address peer;
	int32_t local_port; /* NO_PORT: there is none, or it is a client's */
	int32_t peer_port;
	uint16_t protocol;    /* or CONVERSATION_NO_PROTOCOL */
	uint8_t local_family; /* enum address_family */
	uint8_t peer_family;
	uint8_t began;  /* enum conversation_began */
	uint8_t action; /* enum action */
	uint8_t has_ports;
	uint8_t has_period; /* "period" is shown, null or not */
};

struct conversations_line {
	struct key key;
	struct conversation_sum in;
	struct conversation_sum out;
	int64_t first;       /* the least start, or NO_TIME */
	int64_t last;        /* the greatest end, or NO_TIME */
	uint16_t client_low; /* the least and greatest port of the side that began */
	uint16_t client_high;
	uint32_t hash; /* of the key */
};

struct conversations_slot {
	uint32_t hash;
	uint32_t line; /* 0 is free, else a line's number + 1 */
};

static_assert(sizeof(struct key) == 64, "no padding");
static_assert(sizeof(struct conversations_line) + 2 * sizeof(struct conversations_slot) <=
		      CONVERSATIONS_LINE_COST,
	"--table counts at least what a line takes");

void conversations_init(struct conversations *table)
{
	*table = (struct conversations){.texts = TEXTSET_INIT(MOST_TEXTS)};
	hash_key_make(&table->hash_key);
}

void conversations_free(struct conversations *table)
{
	free(table->lines);
	free(table->slots);
	free(table->order);
	free(table->numbers);
	textset_free(&table->texts);
	conversations_init(table);
}

void conversations_clear(struct conversations *table)
{
	table->count = 0;
	if (table->slots != NULL)
		memset(table->slots, 0, table->slot_count * sizeof(*table->slots));
	free(table->order);
	table->order = NULL;
	textset_clear(&table->texts);
	memset(table->recent, 0, sizeof(table->recent));
}

/* Where a text is remembered: the last bytes of OCIDs tell them apart. */
static uint32_t *recent_of(struct conversations *table, const char *text, size_t len)
{
	uint64_t tail = 0;

	if (len >= sizeof(tail))
		memcpy(&tail, text + len - sizeof(tail), sizeof(tail));
	return &table->recent[hash_bits(tail, CONVERSATIONS_RECENT_BITS)];
}

/* Takes a text in; *number is its number. Returns 0, or -1 when memory ran out. */
static int take_text(struct conversations *table, const char *text, size_t len, uint32_t *number)
{
	enum textset_result result;
	const char *other;
	size_t index, other_len;
	uint32_t *recent;

	*number = NO_TEXT;
	if (text == NULL)
		return 0;
	recent = recent_of(table, text, len);
	if (*recent != 0) {
		*number = *recent - 1;
		other = textset_text(&table->texts, *number, &other_len);
		if (other_len == len && memcmp(other, text, len) == 0)
			return 0;
	}
	result = textset_take(&table->texts, text, len, &index);
	if (result != TEXTSET_KNOWN && result != TEXTSET_ADDED)
		return -1;
	*number = (uint32_t)index;
	*recent = *number + 1;
	return 0;
}

static struct key_address key_address_of(const struct address *address)
{
	return (struct key_address){address->high, address->low};
}

static struct address address_of(const struct key_address *key, uint8_t family)
{
	return (struct address){key->high, key->low, family};
}

static uint32_t hash_of_text(const struct conversations *table, uint32_t number)
{
	return number != NO_TEXT ? table->texts.entries[number].hash : 0;
}

static uint32_t hash_of(const struct conversations *table, const struct key *key)
{
	struct key hashed = *key;

	hashed.subnet = hash_of_text(table, key->subnet);
	hashed.vnic = hash_of_text(table, key->vnic);
	return hash_keyed(&table->hash_key, &hashed, sizeof(hashed));
}

/* The slot of a line's key, or the free one where it would go. */
static struct conversations_slot *find_slot(
	const struct conversations *table, const struct conversations_line *line)
{
	size_t at = line->hash & (table->slot_count - 1);
	struct conversations_slot *slot;

	for (;; at = (at + 1) & (table->slot_count - 1)) {
		slot = &table->slots[at];
		if (slot->line == 0 ||
			(slot->hash == line->hash && memcmp(&table->lines[slot->line - 1].key,
							     &line->key, sizeof(line->key)) == 0))
			return slot;
	}
}

/* Makes room for one more line. Returns 0, or -1 when memory ran out. */
static int reserve(struct conversations *table)
{
	size_t slot_count = table->slot_count > 0 ? 2 * table->slot_count : FIRST_SLOTS;
	struct conversations_line *lines;
	struct conversations_slot *slots;

	if (table->count < table->room)
		return 0;
	if (table->count >= MOST_LINES)
		return -1;
	lines = realloc(table->lines, slot_count / 2 * sizeof(*lines));
	if (lines == NULL)
		return -1;
	table->lines = lines;
	slots = calloc(slot_count, sizeof(*slots));
	if (slots == NULL)
		return -1;
	for (size_t i = 0; i < table->slot_count; i++) {
		size_t at = table->slots[i].hash & (slot_count - 1);

		if (table->slots[i].line == 0)
			continue;
		while (slots[at].line != 0)
			at = (at + 1) & (slot_count - 1);
		slots[at] = table->slots[i];
	}
	free(table->slots);
	table->slots = slots;
	table->slot_count = slot_count;
	table->room = slot_count / 2;
	return 0;
}

/* Adds without wrapping. */
static void add_number(struct conversations *table, uint64_t *sum, uint64_t more)
{
	if (more > (uint64_t)INT64_MAX - *sum) {
		*sum = INT64_MAX;
		table->saturated = true;
	} else {
		*sum += more;
	}
}

static void add_sum(struct conversations *table, struct conversation_sum *sum,
	const struct conversation_sum *more)
{
	add_number(table, &sum->records, more->records);
	add_number(table, &sum->packets, more->packets);
	add_number(table, &sum->bytes, more->bytes);
}

static void clamp_number(struct conversations *table, uint64_t *number)
{
	if (*number <= INT64_MAX)
		return;
	*number = INT64_MAX;
	table->saturated = true;
}

static void clamp_sum(struct conversations *table, struct conversation_sum *sum)
{
	clamp_number(table, &sum->records);
	clamp_number(table, &sum->packets);
	clamp_number(table, &sum->bytes);
}

/* Adds a line under its key, of which the hash is known. Returns 0, or -1 when memory ran out. */
static int add_line(struct conversations *table, const struct conversations_line *one)
{
	struct conversations_line *line;
	struct conversations_slot *slot;

	if (reserve(table) < 0)
		return -1;
	slot = find_slot(table, one);
	if (slot->line == 0) {
		table->lines[table->count] = *one;
		*slot = (struct conversations_slot){one->hash, (uint32_t)++table->count};
		return 0;
	}
	line = &table->lines[slot->line - 1];
	add_sum(table, &line->in, &one->in);
	add_sum(table, &line->out, &one->out);
	if (one->first != NO_TIME && (line->first == NO_TIME || one->first < line->first))
		line->first = one->first;
	if (one->last > line->last) /* NO_TIME is less than any */
		line->last = one->last;
	if (one->client_low < line->client_low)
		line->client_low = one->client_low;
	if (one->client_high > line->client_high)
		line->client_high = one->client_high;
	return 0;
}

static int64_t seconds_of(const struct conversation_time *time)
{
	return time->is_known ? time->seconds : NO_TIME;
}

/* Each member is set, so that none need be cleared before. */
int conversations_add(struct conversations *table, const struct conversation *one)
{
	struct conversations_line line;
	struct key *key = &line.key;

	if (take_text(table, one->subnet.text, one->subnet.len, &key->subnet) < 0 ||
		take_text(table, one->vnic.text, one->vnic.len, &key->vnic) < 0)
		return -1;
	key->period = seconds_of(&one->period);
	key->local = key_address_of(&one->local);
	key->peer = key_address_of(&one->peer);
	key->local_port = one->has_ports ? one->local_low : NO_PORT;
	key->peer_port = one->has_ports ? one->peer_low : NO_PORT;
	key->protocol = one->protocol;
	key->local_family = one->local.family;
	key->peer_family = one->peer.family;
	key->began = (uint8_t)one->began;
	key->action = (uint8_t)one->action;
	key->has_ports = one->has_ports;
	key->has_period = one->has_period;
	line.in = one->in;
	line.out = one->out;
	line.first = seconds_of(&one->first);
	line.last = seconds_of(&one->last);
	line.client_low = line.client_high = 0;
	clamp_sum(table, &line.in);
	clamp_sum(table, &line.out);
	/* a client's ports tell no conversations apart: only their range is kept */
	if (one->has_ports && one->began == CONVERSATION_LOCAL) {
		key->local_port = NO_PORT;
		line.client_low = one->local_low;
		line.client_high = one->local_high;
	} else if (one->has_ports && one->began == CONVERSATION_PEER) {
		key->peer_port = NO_PORT;
		line.client_low = one->peer_low;
		line.client_high = one->peer_high;
	}
	line.hash = hash_of(table, key);
	return add_line(table, &line);
}

static struct conversation_text text_of(const struct conversations *table, uint32_t number)
{
	struct conversation_text text = {0};

	if (number != NO_TEXT)
		text.text = textset_text(&table->texts, number, &text.len);
	return text;
}

/*
 * Takes the texts of another table in: number i there is numbers[i] here.
 * Returns 0, or -1 when memory ran out.
 */
static int take_texts(struct conversations *table, const struct textset *others)
{
	enum textset_result result;
	uint32_t *numbers;
	size_t index;

	if (others->count > table->number_room) {
		numbers = realloc(table->numbers, others->count * sizeof(*numbers));
		if (numbers == NULL)
			return -1;
		table->numbers = numbers;
		table->number_room = others->count;
	}
	for (size_t i = 0; i < others->count; i++) {
		result = textset_take_entry(&table->texts, others, i, &index);
		if (result != TEXTSET_KNOWN && result != TEXTSET_ADDED)
			return -1;
		table->numbers[i] = (uint32_t)index;
	}
	return 0;
}

static const struct conversations_slot *slot_at(const struct conversations *table, uint32_t hash)
{
	return &table->slots[hash & (table->slot_count - 1)];
}

/*
 * Begins to fetch a line. Always in line, as is what calls it: compilers leave
 * out calls of functions that do nothing but this.
 */
#define ALWAYS_INLINE inline __attribute__((always_inline))

static ALWAYS_INLINE void fetch_line(const struct conversations_line *line)
{
	__builtin_prefetch(line);
	__builtin_prefetch((const char *)line + CACHE_LINE);
	__builtin_prefetch((const char *)line + sizeof(*line) - 1);
}

/*
 * Begins to fetch what lines[begin..end) of another table will meet in this one:
 * all slots first, then the lines that these name.
 */
static ALWAYS_INLINE void fetch(const struct conversations *table,
	const struct conversations *other, size_t begin, size_t end)
{
	const struct conversations_slot *slot;

	if (table->slot_count == 0)
		return;
	for (size_t i = begin; i < end; i++)
		__builtin_prefetch(slot_at(table, other->lines[i].hash));
	for (size_t i = begin; i < end; i++) {
		slot = slot_at(table, other->lines[i].hash);
		if (slot->line != 0)
			fetch_line(&table->lines[slot->line - 1]);
	}
}

int conversations_merge(struct conversations *table, struct conversations *other)
{
	struct conversations_line *line;
	size_t fetched = 0;

	table->saturated |= other->saturated;
	if (take_texts(table, &other->texts) < 0)
		return -1;
	for (size_t i = 0; i < other->count; i++) {
		if (i == fetched) {
			fetched = other->count - i < BATCH ? other->count : i + BATCH;
			fetch(table, other, i, fetched);
		}
		line = &other->lines[i];
		line->key.subnet = table->numbers[line->key.subnet];
		if (line->key.vnic != NO_TEXT)
			line->key.vnic = table->numbers[line->key.vnic];
		if (add_line(table, line) < 0)
			return -1;
	}
	return 0;
}

size_t conversations_cost(const struct conversations *table)
{
	return table->count * CONVERSATIONS_LINE_COST + table->texts.text_len;
}

/* What comparisons need beside the lines: the rank of each text. */
struct order {
	const struct conversations *table;
	const uint32_t *ranks;
};

/*
 * A line that is sorted, and numbers that are ordered as its addresses are. These
 * decide between IPv4 addresses, and nothing else does: is_ipv4.
 */
struct entry {
	uint64_t local;
	uint64_t peer;
	uint32_t subnet; /* ranks */
	uint32_t vnic;   /* 0: none */
	uint32_t line;
	bool is_ipv4;
};

static int compare_texts(const void *a, const void *b, void *table)
{
	const struct textset *texts = &((const struct conversations *)table)->texts;
	size_t a_len, b_len;
	const char *a_text = textset_text(texts, *(const uint32_t *)a, &a_len);
	const char *b_text = textset_text(texts, *(const uint32_t *)b, &b_len);
	int order = memcmp(a_text, b_text, a_len < b_len ? a_len : b_len);

	return order != 0 ? order : (a_len > b_len) - (a_len < b_len);
}

/*
 * The text of an IPv4 address as a number: four bits a character, the first one
 * uppermost, of which none is less than a dot and a dot less than a digit. Such
 * numbers are ordered as the texts are.
 */
static uint64_t rank_of_ipv4(uint64_t high)
{
	uint64_t rank = 0;
	unsigned len = 0;

	for (unsigned shift = 56; shift >= 32; shift -= 8) {
		unsigned octet = high >> shift & 255;
		unsigned digits = octet >= 100 ? 3 : octet >= 10 ? 2 : 1;
		unsigned spelled =
			(octet / 100 + 2) << 8 | (octet / 10 % 10 + 2) << 4 | (octet % 10 + 2);

		/* the dot before the first octet falls out at the end */
		rank = (rank << 4 | 1) << 4 * digits | (spelled & ((1U << 4 * digits) - 1));
		len += 1 + digits;
	}
	return rank << 4 * (17 - len);
}

static int compare_addresses(const struct key_address *a, uint8_t a_family,
	const struct key_address *b, uint8_t b_family)
{
	const struct address a_address = address_of(a, a_family);
	const struct address b_address = address_of(b, b_family);
	char texts[2][ADDRESS_TEXT_SIZE];
	size_t lens[2];
	int order;

	if (a_family == b_family && memcmp(a, b, sizeof(*a)) == 0)
		return 0;
	lens[0] = address_text(texts[0], &a_address);
	lens[1] = address_text(texts[1], &b_address);
	order = memcmp(texts[0], texts[1], lens[0] < lens[1] ? lens[0] : lens[1]);
	return order != 0 ? order : (lens[0] > lens[1]) - (lens[0] < lens[1]);
}

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

static int compare_keys(const struct key *a, const struct key *b, const struct order *order)
{
	int result = COMPARE(a->period, b->period);

	if (result == 0 && a->subnet != b->subnet)
		result = COMPARE(order->ranks[a->subnet], order->ranks[b->subnet]);
	if (result == 0 && a->vnic != b->vnic) {
		if (a->vnic == NO_TEXT || b->vnic == NO_TEXT)
			return a->vnic == NO_TEXT ? -1 : 1;
		result = COMPARE(order->ranks[a->vnic], order->ranks[b->vnic]);
	}
	if (result == 0)
		result = compare_addresses(&a->local, a->local_family, &b->local, b->local_family);
	if (result == 0)
		result = compare_addresses(&a->peer, a->peer_family, &b->peer, b->peer_family);
	if (result == 0 && a->protocol != b->protocol) {
		if (a->protocol == CONVERSATION_NO_PROTOCOL)
			return -1;
		result = b->protocol == CONVERSATION_NO_PROTOCOL
				 ? 1
				 : COMPARE(a->protocol, b->protocol);
	}
	if (result == 0)
		result = COMPARE(a->local_port, b->local_port);
	if (result == 0)
		result = COMPARE(a->peer_port, b->peer_port);
	if (result == 0)
		result = COMPARE(a->began, b->began);
	if (result == 0)
		result = COMPARE(a->action, b->action);
	return result;
}

/* Of one period, subnet and VNIC. */
static int compare_entries(const void *a_entry, const void *b_entry, void *context)
{
	const struct entry *a = a_entry, *b = b_entry;
	const struct order *order = context;
	const struct conversations_line *lines = order->table->lines;

	if (a->is_ipv4 && b->is_ipv4) {
		if (a->local != b->local)
			return COMPARE(a->local, b->local);
		if (a->peer != b->peer)
			return COMPARE(a->peer, b->peer);
	}
	return compare_keys(&lines[a->line].key, &lines[b->line].key, order);
}

static int compare_periods(const void *a_entry, const void *b_entry, void *context)
{
	const struct conversations_line *lines = ((const struct order *)context)->table->lines;
	const struct entry *a = a_entry, *b = b_entry;
	const int64_t period = lines[a->line].key.period, other = lines[b->line].key.period;

	if (period != other)
		return COMPARE(period, other);
	if (a->subnet != b->subnet)
		return COMPARE(a->subnet, b->subnet);
	if (a->vnic != b->vnic)
		return COMPARE(a->vnic, b->vnic);
	return compare_entries(a, b, context);
}

static struct entry entry_of(const struct order *order, uint32_t number)
{
	const struct key *key = &order->table->lines[number].key;
	struct entry entry = {
		.subnet = order->ranks[key->subnet],
		.vnic = key->vnic != NO_TEXT ? order->ranks[key->vnic] + 1 : 0,
		.line = number,
		.is_ipv4 = key->local_family == ADDRESS_IPV4 && key->peer_family == ADDRESS_IPV4,
	};

	if (entry.is_ipv4) {
		entry.local = rank_of_ipv4(key->local.high);
		entry.peer = rank_of_ipv4(key->peer.high);
	}
	return entry;
}

/* The rank of each text among all, or null when memory ran out. */
static uint32_t *rank_texts(const struct conversations *table)
{
	size_t count = table->texts.count;
	uint32_t *sorted = malloc((count + 1) * sizeof(*sorted));
	uint32_t *ranks = malloc((count + 1) * sizeof(*ranks));

	if (sorted == NULL || ranks == NULL) {
		free(sorted);
		free(ranks);
		return NULL;
	}
	for (size_t i = 0; i < count; i++)
		sorted[i] = (uint32_t)i;
	qsort_r(sorted, count, sizeof(*sorted), compare_texts, (void *)table);
	for (size_t i = 0; i < count; i++)
		ranks[sorted[i]] = (uint32_t)i;
	free(sorted);
	return ranks;
}

/* Where entries of each rank begin, from how many there are of each. */
static void add_up(uint32_t *counts, size_t count)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < count; i++) {
		uint32_t begin = sum;

		sum += counts[i];
		counts[i] = begin;
	}
}

/*
 * Sorts entries by subnet and VNIC, through room for as many more; entries of one
 * VNIC stay in their order. By counting: lines are many, and VNICs are few.
 * Returns 0, or -1 when memory ran out.
 */
static int sort_owners(struct entry *entries, struct entry *room, size_t count, size_t text_count)
{
	const size_t ranks = text_count + 1;
	uint32_t *subnets = calloc(2 * ranks, sizeof(*subnets));
	uint32_t *vnics = subnets + ranks;

	if (subnets == NULL)
		return -1;
	for (size_t i = 0; i < count; i++) {
		subnets[entries[i].subnet]++;
		vnics[entries[i].vnic]++;
	}
	add_up(subnets, ranks);
	add_up(vnics, ranks);
	for (size_t i = 0; i < count; i++)
		room[vnics[entries[i].vnic]++] = entries[i];
	for (size_t i = 0; i < count; i++)
		entries[subnets[room[i].subnet]++] = room[i];
	free(subnets);
	return 0;
}

/* Returns 0, or -1 when memory ran out. */
static int sort_entries(const struct order *order, struct entry *entries, struct entry *room)
{
	const struct conversations *table = order->table;
	const size_t count = table->count;
	size_t end;

	if (count > 0 && table->lines[0].key.has_period) {
		qsort_r(entries, count, sizeof(*entries), compare_periods, (void *)order);
		return 0;
	}
	if (sort_owners(entries, room, count, table->texts.count) < 0)
		return -1;
	for (size_t begin = 0; begin < count; begin = end) {
		for (end = begin + 1; end < count && entries[end].subnet == entries[begin].subnet &&
				      entries[end].vnic == entries[begin].vnic;)
			end++;
		qsort_r(entries + begin, end - begin, sizeof(*entries), compare_entries,
			(void *)order);
	}
	return 0;
}

int conversations_sort(struct conversations *table)
{
	const size_t count = table->count;
	uint32_t *ranks = rank_texts(table);
	struct entry *entries = malloc((2 * count + 1) * sizeof(*entries));
	uint32_t *sorted = malloc((count + 1) * sizeof(*sorted));
	const struct order order = {table, ranks};
	int result = -1;

	if (ranks != NULL && entries != NULL && sorted != NULL) {
		for (size_t i = 0; i < count; i++)
			entries[i] = entry_of(&order, (uint32_t)i);
		result = sort_entries(&order, entries, entries + count);
	}
	if (result == 0) {
		for (size_t i = 0; i < count; i++)
			sorted[i] = entries[i].line;
		free(table->order);
		table->order = sorted;
	} else {
		free(sorted);
	}
	free(ranks);
	free(entries);
	return result;
}

static struct conversation_time time_of(int64_t seconds)
{
	return (struct conversation_time){
		.is_known = seconds != NO_TIME,
		.seconds = seconds != NO_TIME ? seconds : 0,
	};
}

void conversations_get(
	const struct conversations *table, size_t index, struct conversation *conversation)
{
	const struct conversations_line *line =
		&table->lines[table->order != NULL ? table->order[index] : index];
	const struct key *key = &line->key;

	if (table->order != NULL && table->count - index > LINES_AHEAD)
		fetch_line(&table->lines[table->order[index + LINES_AHEAD]]);
	*conversation = (struct conversation){
		.has_period = key->has_period,
		.period = time_of(key->period),
		.subnet = text_of(table, key->subnet),
		.vnic = text_of(table, key->vnic),
		.local = address_of(&key->local, key->local_family),
		.peer = address_of(&key->peer, key->peer_family),
		.protocol = key->protocol,
		.has_ports = key->has_ports,
		.local_low = key->local_port != NO_PORT ? (uint16_t)key->local_port : 0,
		.local_high = key->local_port != NO_PORT ? (uint16_t)key->local_port : 0,
		.peer_low = key->peer_port != NO_PORT ? (uint16_t)key->peer_port : 0,
		.peer_high = key->peer_port != NO_PORT ? (uint16_t)key->peer_port : 0,
		.began = (enum conversation_began)key->began,
		.action = (enum action)key->action,
		.in = line->in,
		.out = line->out,
		.first = time_of(line->first),
		.last = time_of(line->last),
	};
	if (key->has_ports && key->began == CONVERSATION_LOCAL) {
		conversation->local_low = line->client_low;
		conversation->local_high = line->client_high;
	} else if (key->has_ports && key->began == CONVERSATION_PEER) {
		conversation->peer_low = line->client_low;
		conversation->peer_high = line->client_high;
	}
}

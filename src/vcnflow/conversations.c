/*
 * The table of conversations: an array of lines and a table of slots over it,
 * never more than half full, so that a line costs 152 bytes and no allocation of
 * its own. The hash is keyed with random bytes that the kernel gave the process,
 * since whoever sends packets chooses ports and addresses; nothing visible
 * depends on it, for lines are sorted before they are written.
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

/* As many texts as lines can name: two each. */
#define MOST_TEXTS (MOST_LINES - 1)

/* No text, port or time; they sort before all that there are. */
#define NO_TEXT UINT32_MAX
#define NO_PORT (-1)
#define NO_TIME INT64_MIN

/*
 * An address as lines are sorted by it and show it: IPv4 as its text, filled up
 * with zeros (an address has one text of at most 15 bytes, so that it tells them
 * apart, too), IPv6 as 128 bits, big end first.
 */
struct key_address {
	uint8_t bytes[16];
};

/* Compared and hashed as bytes, so that none may be undefined. */
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
	uint8_t action; /* enum conversation_action */
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
	uint32_t zero;
};

static_assert(sizeof(struct key) == 64, "no padding");
static_assert(sizeof(struct conversations_line) + 2 * sizeof(uint32_t) <= CONVERSATIONS_LINE_COST,
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
	textset_free(&table->texts);
	conversations_init(table);
}

void conversations_clear(struct conversations *table)
{
	table->count = 0;
	if (table->slots != NULL)
		memset(table->slots, 0, table->slot_count * sizeof(*table->slots));
	textset_clear(&table->texts);
}

/* Takes a text in; *number is its number. Returns 0, or -1 when memory ran out. */
static int take_text(struct conversations *table, const char *text, size_t len, uint32_t *number)
{
	size_t index;

	*number = NO_TEXT;
	if (text == NULL)
		return 0;
	index = textset_find(&table->texts, text, len);
	if (index == SIZE_MAX) {
		if (textset_add(&table->texts, text, len) != TEXTSET_ADDED)
			return -1;
		index = table->texts.count - 1;
	}
	*number = (uint32_t)index;
	return 0;
}

/* Writes an octet in decimal; returns the end. */
static uint8_t *put_octet(uint8_t *at, unsigned octet)
{
	if (octet >= 100)
		*at++ = (uint8_t)('0' + octet / 100);
	if (octet >= 10)
		*at++ = (uint8_t)('0' + octet / 10 % 10);
	*at++ = (uint8_t)('0' + octet % 10);
	return at;
}

static struct key_address key_address_of(const struct address *address)
{
	struct key_address out = {{0}};
	uint8_t *at = out.bytes;

	if (address->family == ADDRESS_IPV4) {
		for (unsigned i = 0; i < 4; i++) {
			if (i > 0)
				*at++ = '.';
			at = put_octet(at, address->high >> (56 - 8 * i) & 255);
		}
		return out;
	}
	for (unsigned i = 0; i < 8; i++) {
		out.bytes[i] = (uint8_t)(address->high >> (56 - 8 * i));
		out.bytes[8 + i] = (uint8_t)(address->low >> (56 - 8 * i));
	}
	return out;
}

static struct address address_of(const struct key_address *key, uint8_t family)
{
	struct address address = {.family = family};

	if (family == ADDRESS_IPV4) {
		(void)address_parse(&address, (const char *)key->bytes,
			strnlen((const char *)key->bytes, sizeof(key->bytes)));
		return address;
	}
	for (unsigned i = 0; i < 8; i++) {
		address.high = address.high << 8 | key->bytes[i];
		address.low = address.low << 8 | key->bytes[8 + i];
	}
	return address;
}

/* The slot of a key, or the free one where it would go. */
static size_t find_slot(const struct conversations *table, const struct key *key)
{
	size_t slot = hash_keyed(&table->hash_key, key, sizeof(*key)) & (table->slot_count - 1);

	while (table->slots[slot] != 0 &&
		memcmp(&table->lines[table->slots[slot] - 1].key, key, sizeof(*key)) != 0)
		slot = (slot + 1) & (table->slot_count - 1);
	return slot;
}

/* Makes room for one more line. Returns 0, or -1 when memory ran out. */
static int reserve(struct conversations *table)
{
	size_t slot_count = table->slot_count > 0 ? 2 * table->slot_count : FIRST_SLOTS;
	struct conversations_line *lines;
	uint32_t *slots;

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
	free(table->slots);
	table->slots = slots;
	table->slot_count = slot_count;
	table->room = slot_count / 2;
	for (size_t i = 0; i < table->count; i++)
		slots[find_slot(table, &lines[i].key)] = (uint32_t)(i + 1);
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

/* Adds a line under its key. Returns 0, or -1 when memory ran out. */
static int add_line(struct conversations *table, const struct conversations_line *one)
{
	struct conversations_line *line;
	size_t slot;

	if (reserve(table) < 0)
		return -1;
	slot = find_slot(table, &one->key);
	if (table->slots[slot] == 0) {
		table->lines[table->count] = *one;
		table->slots[slot] = (uint32_t)++table->count;
		return 0;
	}
	line = &table->lines[table->slots[slot] - 1];
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

int conversations_add(struct conversations *table, const struct conversation *one)
{
	struct conversations_line line = {
		.key = {.period = seconds_of(&one->period),
			.local = key_address_of(&one->local),
			.peer = key_address_of(&one->peer),
			.local_port = one->has_ports ? one->local_low : NO_PORT,
			.peer_port = one->has_ports ? one->peer_low : NO_PORT,
			.protocol = one->protocol,
			.local_family = one->local.family,
			.peer_family = one->peer.family,
			.began = (uint8_t)one->began,
			.action = (uint8_t)one->action,
			.has_ports = one->has_ports,
			.has_period = one->has_period},
		.in = one->in,
		.out = one->out,
		.first = seconds_of(&one->first),
		.last = seconds_of(&one->last),
	};

	clamp_sum(table, &line.in);
	clamp_sum(table, &line.out);
	/* a client's ports tell no conversations apart: only their range is kept */
	if (one->has_ports && one->began == CONVERSATION_LOCAL) {
		line.key.local_port = NO_PORT;
		line.client_low = one->local_low;
		line.client_high = one->local_high;
	} else if (one->has_ports && one->began == CONVERSATION_PEER) {
		line.key.peer_port = NO_PORT;
		line.client_low = one->peer_low;
		line.client_high = one->peer_high;
	}
	if (take_text(table, one->subnet.text, one->subnet.len, &line.key.subnet) < 0 ||
		take_text(table, one->vnic.text, one->vnic.len, &line.key.vnic) < 0)
		return -1;
	return add_line(table, &line);
}

static struct conversation_text text_of(const struct conversations *table, uint32_t number)
{
	struct conversation_text text = {0};

	if (number != NO_TEXT)
		text.text = textset_text(&table->texts, number, &text.len);
	return text;
}

int conversations_merge(struct conversations *table, const struct conversations *other)
{
	uint32_t from[2] = {NO_TEXT, NO_TEXT};
	uint32_t to[2] = {NO_TEXT, NO_TEXT};
	struct conversations_line line;
	struct conversation_text text;

	table->saturated |= other->saturated;
	for (size_t i = 0; i < other->count; i++) {
		line = other->lines[i];
		/* lines that came one after another are mostly of one VNIC */
		if (line.key.subnet != from[0] || line.key.vnic != from[1]) {
			from[0] = line.key.subnet;
			from[1] = line.key.vnic;
			for (size_t side = 0; side < 2; side++) {
				text = text_of(other, from[side]);
				if (take_text(table, text.text, text.len, &to[side]) < 0)
					return -1;
			}
		}
		line.key.subnet = to[0];
		line.key.vnic = to[1];
		if (add_line(table, &line) < 0)
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
	uint32_t *ranks;
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

/* The text of an address; returns its length. */
static size_t write_address(
	char text[ADDRESS_TEXT_SIZE], const struct key_address *key, uint8_t family)
{
	const struct address address = address_of(key, family);

	return address_text(text, &address);
}

static int compare_addresses(const struct key_address *a, uint8_t a_family,
	const struct key_address *b, uint8_t b_family)
{
	char texts[2][ADDRESS_TEXT_SIZE];
	size_t lens[2];
	int order;

	if (a_family == ADDRESS_IPV4 && b_family == ADDRESS_IPV4)
		return memcmp(a, b, sizeof(*a)); /* texts, filled up with zeros */
	if (a_family == b_family && memcmp(a, b, sizeof(*a)) == 0)
		return 0;
	lens[0] = write_address(texts[0], a, a_family);
	lens[1] = write_address(texts[1], b, b_family);
	order = memcmp(texts[0], texts[1], lens[0] < lens[1] ? lens[0] : lens[1]);
	return order != 0 ? order : (lens[0] > lens[1]) - (lens[0] < lens[1]);
}

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

static int compare_lines(const void *a_line, const void *b_line, void *context)
{
	const struct key *a = &((const struct conversations_line *)a_line)->key;
	const struct key *b = &((const struct conversations_line *)b_line)->key;
	const struct order *order = context;
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

int conversations_sort(struct conversations *table)
{
	size_t text_count = table->texts.count;
	uint32_t *sorted = malloc((text_count + 1) * sizeof(*sorted));
	uint32_t *ranks = malloc((text_count + 1) * sizeof(*ranks));
	struct order order = {table, ranks};

	if (sorted == NULL || ranks == NULL) {
		free(sorted);
		free(ranks);
		return -1;
	}
	for (size_t i = 0; i < text_count; i++)
		sorted[i] = (uint32_t)i;
	qsort_r(sorted, text_count, sizeof(*sorted), compare_texts, table);
	for (size_t i = 0; i < text_count; i++)
		ranks[sorted[i]] = (uint32_t)i;
	if (table->count > 1) /* an empty table has no lines to point at */
		qsort_r(table->lines, table->count, sizeof(*table->lines), compare_lines, &order);
	free(sorted);
	free(ranks);
	return 0;
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
	const struct conversations_line *line = &table->lines[index];
	const struct key *key = &line->key;

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
		.action = (enum conversation_action)key->action,
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

/*
 * The table of conversations: an array of lines and a table of slots over it,
 * never more than half full, so that a line costs 152 bytes and no allocation of
 * its own. The hash is keyed with random bytes that the kernel gave the process,
 * since whoever sends packets chooses ports and addresses; nothing visible
 * depends on it, for lines are sorted before they are written.
 *
 * Bad input never gets here. What is bounded is memory, by whoever asks for
 * conversations_cost; a table takes at most 2^30 lines.
 */
#include "vcnflow/conversations.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <time.h>

#include "json/write.h"

#define FIRST_SLOTS 64
#define MOST_LINES ((size_t)1 << 30)

/* As many texts as lines can name: two each. */
#define MOST_TEXTS (MOST_LINES - 1)

/* Keys are compared and hashed as bytes, so that none may be undefined. */
static_assert(sizeof(struct conversation_key) == 64, "no padding");
static_assert(sizeof(struct conversation) + 2 * sizeof(uint32_t) <= CONVERSATION_COST,
	"--table counts at least what a line takes");

void conversations_init(struct conversations *table)
{
	*table = (struct conversations){.texts = TEXTSET_INIT(MOST_TEXTS)};
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

uint32_t conversations_text(struct conversations *table, const char *text, size_t len)
{
	size_t index = textset_find(&table->texts, text, len);

	if (index == SIZE_MAX) {
		if (textset_add(&table->texts, text, len) != TEXTSET_ADDED)
			return CONVERSATION_NO_TEXT;
		index = table->texts.count - 1;
	}
	return (uint32_t)index;
}

/* Appends an octet in decimal; returns the end. */
static uint8_t *put_octet(uint8_t *at, unsigned octet)
{
	if (octet >= 100)
		*at++ = (uint8_t)('0' + octet / 100);
	if (octet >= 10)
		*at++ = (uint8_t)('0' + octet / 10 % 10);
	*at++ = (uint8_t)('0' + octet % 10);
	return at;
}

void conversation_address_set(struct conversation_address *out, const struct address *address)
{
	uint8_t *at = out->bytes;

	if (address->family == ADDRESS_IPV4) {
		memset(out, 0, sizeof(*out));
		for (unsigned i = 0; i < 4; i++) {
			if (i > 0)
				*at++ = '.';
			at = put_octet(at, address->high >> (56 - 8 * i) & 255);
		}
		return;
	}
	for (unsigned i = 0; i < 8; i++) {
		out->bytes[i] = (uint8_t)(address->high >> (56 - 8 * i));
		out->bytes[8 + i] = (uint8_t)(address->low >> (56 - 8 * i));
	}
}

static uint64_t fold(uint64_t a, uint64_t b)
{
	__extension__ unsigned __int128 product = a;

	product *= b;
	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint32_t hash_of(const struct conversation_key *key)
{
	uint64_t words[sizeof(*key) / sizeof(uint64_t)];
	uint64_t secret[2] = {0x9e3779b97f4a7c15, 0xd1b54a32d192ed03};
	const void *random = (const void *)getauxval(AT_RANDOM);
	uint64_t hash;

	if (random != NULL)
		memcpy(secret, random, sizeof(secret));
	memcpy(words, key, sizeof(words));
	hash = secret[0];
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i += 2)
		hash = fold(hash ^ words[i], secret[1] ^ words[i + 1]) ^ secret[0];
	return (uint32_t)(hash ^ hash >> 32);
}

/* The slot of a key, or the free one where it would go. */
static size_t find_slot(const struct conversations *table, const struct conversation_key *key)
{
	size_t slot = hash_of(key) & (table->slot_count - 1);

	while (table->slots[slot] != 0 &&
		memcmp(&table->lines[table->slots[slot] - 1].key, key, sizeof(*key)) != 0)
		slot = (slot + 1) & (table->slot_count - 1);
	return slot;
}

/* Makes room for one more line. Returns 0, or -1 when memory ran out. */
static int reserve(struct conversations *table)
{
	size_t slot_count = table->slot_count > 0 ? 2 * table->slot_count : FIRST_SLOTS;
	struct conversation *lines;
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

static void add_to(
	struct conversations *table, struct conversation *line, const struct conversation *one)
{
	add_sum(table, &line->in, &one->in);
	add_sum(table, &line->out, &one->out);
	if (one->first != CONVERSATION_NO_TIME &&
		(line->first == CONVERSATION_NO_TIME || one->first < line->first))
		line->first = one->first;
	if (one->last > line->last) /* none is less than any */
		line->last = one->last;
	if (one->client_low < line->client_low)
		line->client_low = one->client_low;
	if (one->client_high > line->client_high)
		line->client_high = one->client_high;
}

/* Adds a line under a key, which may be another than its own. */
static int add_as(struct conversations *table, const struct conversation_key *key,
	const struct conversation *one)
{
	size_t slot;

	if (reserve(table) < 0)
		return -1;
	slot = find_slot(table, key);
	if (table->slots[slot] != 0) {
		add_to(table, &table->lines[table->slots[slot] - 1], one);
		return 0;
	}
	table->lines[table->count] = *one;
	table->lines[table->count].key = *key;
	table->slots[slot] = (uint32_t)++table->count;
	return 0;
}

int conversations_add(struct conversations *table, const struct conversation *one)
{
	return add_as(table, &one->key, one);
}

/* The number that a text of another table has in this one. */
static int take_text(
	struct conversations *table, const struct conversations *other, uint32_t *number)
{
	const char *text;
	size_t len;

	if (*number == CONVERSATION_NO_TEXT)
		return 0;
	text = textset_text(&other->texts, *number, &len);
	*number = conversations_text(table, text, len);
	return *number == CONVERSATION_NO_TEXT ? -1 : 0;
}

int conversations_merge(struct conversations *table, const struct conversations *other)
{
	uint32_t from[2] = {CONVERSATION_NO_TEXT, CONVERSATION_NO_TEXT};
	uint32_t to[2] = {CONVERSATION_NO_TEXT, CONVERSATION_NO_TEXT};
	struct conversation_key key;

	table->saturated |= other->saturated;
	for (size_t i = 0; i < other->count; i++) {
		key = other->lines[i].key;
		/* lines that came one after another are of few VNICs */
		if (key.subnet != from[0] || key.vnic != from[1]) {
			from[0] = to[0] = key.subnet;
			from[1] = to[1] = key.vnic;
			if (take_text(table, other, &to[0]) < 0 ||
				take_text(table, other, &to[1]) < 0)
				return -1;
		}
		key.subnet = to[0];
		key.vnic = to[1];
		if (add_as(table, &key, &other->lines[i]) < 0)
			return -1;
	}
	return 0;
}

size_t conversations_cost(const struct conversations *table)
{
	return table->count * CONVERSATION_COST + table->texts.text_len;
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
static size_t address_write(
	char text[ADDRESS_TEXT_SIZE], const struct conversation_address *address, uint8_t family)
{
	struct address value = {.family = family};

	if (family == ADDRESS_IPV4) {
		memcpy(text, address->bytes, sizeof(address->bytes));
		return strnlen(text, sizeof(address->bytes));
	}
	for (unsigned i = 0; i < 8; i++) {
		value.high = value.high << 8 | address->bytes[i];
		value.low = value.low << 8 | address->bytes[8 + i];
	}
	return address_text(text, &value);
}

static int compare_addresses(const struct conversation_address *a, uint8_t a_family,
	const struct conversation_address *b, uint8_t b_family)
{
	char texts[2][ADDRESS_TEXT_SIZE];
	size_t lens[2];
	int order;

	if (a_family == ADDRESS_IPV4 && b_family == ADDRESS_IPV4)
		return memcmp(a, b, sizeof(*a)); /* texts, filled up with zeros */
	if (a_family == b_family && memcmp(a, b, sizeof(*a)) == 0)
		return 0;
	lens[0] = address_write(texts[0], a, a_family);
	lens[1] = address_write(texts[1], b, b_family);
	order = memcmp(texts[0], texts[1], lens[0] < lens[1] ? lens[0] : lens[1]);
	return order != 0 ? order : (lens[0] > lens[1]) - (lens[0] < lens[1]);
}

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

static int compare_lines(const void *a_line, const void *b_line, void *context)
{
	const struct conversation_key *a = &((const struct conversation *)a_line)->key;
	const struct conversation_key *b = &((const struct conversation *)b_line)->key;
	const struct order *order = context;
	int result = COMPARE(a->period, b->period);

	if (result == 0 && a->subnet != b->subnet)
		result = COMPARE(order->ranks[a->subnet], order->ranks[b->subnet]);
	if (result == 0 && a->vnic != b->vnic) {
		if (a->vnic == CONVERSATION_NO_TEXT || b->vnic == CONVERSATION_NO_TEXT)
			return a->vnic == CONVERSATION_NO_TEXT ? -1 : 1;
		result = COMPARE(order->ranks[a->vnic], order->ranks[b->vnic]);
	}
	if (result == 0)
		result = compare_addresses(&a->local, a->local_family, &b->local, b->local_family);
	if (result == 0)
		result = compare_addresses(&a->peer, a->peer_family, &b->peer, b->peer_family);
	if (result == 0)
		result = COMPARE(a->protocol, b->protocol);
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
	qsort_r(table->lines, table->count, sizeof(*table->lines), compare_lines, &order);
	free(sorted);
	free(ranks);
	return 0;
}

/*
 * What follows appends; each returns 0, or -1 with errno set. A failed append
 * leaves the bytes as they were, so that failures can be gathered to the end.
 */

static int put_text(const struct conversations *table, uint32_t number, struct bytes *out)
{
	const char *text;
	size_t len;

	if (number == CONVERSATION_NO_TEXT)
		return bytes_append_text(out, "null");
	text = textset_text(&table->texts, number, &len);
	return json_write_string(out, text, len);
}

static int put_number(int64_t number, struct bytes *out)
{
	if (number == CONVERSATION_NONE)
		return bytes_append_text(out, "null");
	return bytes_append_number(out, (uint64_t)number);
}

static int put_time(int64_t seconds, struct bytes *out)
{
	const time_t time = (time_t)seconds;
	char text[sizeof("\"9999-12-31T23:59:59Z\"")];
	struct tm tm;

	if (seconds == CONVERSATION_NO_TIME || gmtime_r(&time, &tm) == NULL ||
		strftime(text, sizeof(text), "\"%Y-%m-%dT%H:%M:%SZ\"", &tm) == 0)
		return bytes_append_text(out, "null");
	return bytes_append_text(out, text);
}

static int put_address(
	const struct conversation_address *address, uint8_t family, struct bytes *out)
{
	char text[ADDRESS_TEXT_SIZE];

	return json_write_string(out, text, address_write(text, address, family));
}

static int put_client_ports(const struct conversation *line, struct bytes *out)
{
	int failed = 0;

	if (line->client_low == CONVERSATION_NONE)
		return bytes_append_text(out, "null");
	failed |= bytes_append_char(out, '[');
	failed |= put_number(line->client_low, out);
	failed |= bytes_append_char(out, ',');
	failed |= put_number(line->client_high, out);
	failed |= bytes_append_char(out, ']');
	return failed;
}

static int put_sum(const struct conversation_sum *sum, struct bytes *out)
{
	int failed = 0;

	failed |= bytes_append_text(out, "{\"records\":");
	failed |= bytes_append_number(out, sum->records);
	failed |= bytes_append_text(out, ",\"packets\":");
	failed |= bytes_append_number(out, sum->packets);
	failed |= bytes_append_text(out, ",\"bytes\":");
	failed |= bytes_append_number(out, sum->bytes);
	failed |= bytes_append_char(out, '}');
	return failed;
}

int conversations_write(
	const struct conversations *table, size_t index, bool with_period, struct bytes *out)
{
	static const char *const began[] = {"null", "\"local\"", "\"peer\""};
	static const char *const actions[] = {"\"ACCEPT\"", "\"REJECT\""};
	const struct conversation *line = &table->lines[index];
	const struct conversation_key *key = &line->key;
	int failed = 0;

	failed |= bytes_append_char(out, '{');
	if (with_period) {
		failed |= bytes_append_text(out, "\"period\":");
		failed |= put_time(key->period, out);
		failed |= bytes_append_char(out, ',');
	}
	failed |= bytes_append_text(out, "\"subnet\":");
	failed |= put_text(table, key->subnet, out);
	failed |= bytes_append_text(out, ",\"vnic\":");
	failed |= put_text(table, key->vnic, out);
	failed |= bytes_append_text(out, ",\"local\":");
	failed |= put_address(&key->local, key->local_family, out);
	failed |= bytes_append_text(out, ",\"peer\":");
	failed |= put_address(&key->peer, key->peer_family, out);
	failed |= bytes_append_text(out, ",\"protocol\":");
	failed |= put_number(key->protocol, out);
	failed |= bytes_append_text(out, ",\"local_port\":");
	failed |= put_number(key->local_port, out);
	failed |= bytes_append_text(out, ",\"peer_port\":");
	failed |= put_number(key->peer_port, out);
	failed |= bytes_append_text(out, ",\"client_ports\":");
	failed |= put_client_ports(line, out);
	failed |= bytes_append_text(out, ",\"began\":");
	failed |= bytes_append_text(out, began[key->began]);
	failed |= bytes_append_text(out, ",\"action\":");
	failed |= bytes_append_text(out, actions[key->action]);
	failed |= bytes_append_text(out, ",\"in\":");
	failed |= put_sum(&line->in, out);
	failed |= bytes_append_text(out, ",\"out\":");
	failed |= put_sum(&line->out, out);
	failed |= bytes_append_text(out, ",\"first\":");
	failed |= put_time(line->first, out);
	failed |= bytes_append_text(out, ",\"last\":");
	failed |= put_time(line->last, out);
	failed |= bytes_append_text(out, "}\n");
	return failed;
}

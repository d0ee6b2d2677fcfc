/*
 * The table of conversations: an array of lines and slots that find them, so that
 * a line costs 144 to 160 bytes and no allocation of its own. Its subnet and VNIC
 * are one number, that of their owner: most lines have one that many others have.
 * The hash is keyed with random bytes that the kernel gave the process, since
 * whoever sends packets chooses ports and addresses; nothing visible depends on it,
 * for lines are sorted before they are written. It is made of the texts' hashes,
 * not of their numbers, and so is the same in each table: lines of one are added to
 * another without being hashed again.
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

#include "base/array.h"
#include "base/bytes.h"
#include "base/inline.h"

#define MOST_LINES ((size_t)1 << 30)

/* More are as good as no memory, as more lines are. */
#define MOST_TEXTS (MOST_LINES - 1)

/* For how many lines memory is fetched before the first of them is added. */
#define BATCH 64

/* How many lines before its turn a sorted one is fetched. */
#define LINES_AHEAD 8
#define CACHE_LINE 64

/* No text: it sorts before all that there are. */
#define NO_TEXT UINT32_MAX

/* The numbers of a struct address. */
struct key_address {
	uint64_t high;
	uint64_t low;
};

/* Compared as bytes, so that none may be undefined. */
struct key {
	int64_t period; /* seconds since 1970, or CONVERSATIONS_NO_TIME */
	struct key_address local;
	struct key_address peer;
	uint32_t owner;
	uint32_t hash;       /* of all the rest; of the owner, that of its texts */
	uint16_t local_port; /* 0: there is none, or it is a client's */
	uint16_t peer_port;
	uint16_t protocol;  /* or CONVERSATION_NO_PROTOCOL */
	uint8_t families;   /* both sides' enum address_family */
	uint8_t attributes; /* see below */
};

/* enum conversation_began is the rest. */
#define HAS_PORTS 0x80
#define HAS_PERIOD 0x40 /* "period" is shown, null or not */
#define IS_REJECTED 0x20
#define BEGAN 0x03

struct conversations_line {
	struct key key;
	struct conversation_sum in;
	struct conversation_sum out;
	int64_t first;       /* the least start, or CONVERSATIONS_NO_TIME */
	int64_t last;        /* the greatest end, or CONVERSATIONS_NO_TIME */
	uint16_t client_low; /* the least and greatest port of the side that began */
	uint16_t client_high;
};

/* Numbers of texts. */
struct owner {
	uint32_t subnet;
	uint32_t vnic; /* or NO_TEXT */
};

static_assert(sizeof(struct key) == 56, "no padding");
static_assert(sizeof(struct owner) == 8, "no padding");
/* Segments that were just halved are a quarter full; never all are, which pays for what
 * lists them. */
static_assert(
	sizeof(struct conversations_line) + 4 * sizeof(struct slot) <= CONVERSATIONS_LINE_COST,
	"--table counts at least what a line takes");

void conversations_init(struct conversations *table)
{
	*table = (struct conversations){
		.texts = TEXTSET_INIT(MOST_TEXTS),
		.owners = TEXTSET_INIT(MOST_TEXTS),
	};
	hash_key_make(&table->hash_key);
}

void conversations_free(struct conversations *table)
{
	free(table->lines);
	slots_free(&table->slots);
	free(table->entries);
	free(table->parts);
	free(table->numbers);
	free(table->owner_lines);
	textset_free(&table->texts);
	textset_free(&table->owners);
	conversations_init(table);
}

void conversations_clear(struct conversations *table)
{
	table->count = 0;
	slots_clear(&table->slots);
	free(table->entries);
	free(table->parts);
	table->entries = NULL;
	table->parts = NULL;
	table->part_count = 0;
	textset_clear(&table->texts);
	textset_clear(&table->owners);
	memset(table->recent, 0, sizeof(table->recent));
}

/* ---- texts and owners -------------------------------------------------------- */

/* Takes a text in; *number is its number. Returns 0, or -1 when memory ran out. */
static int take_text(
	struct conversations *table, const struct conversation_text *text, uint32_t *number)
{
	enum textset_result result;
	size_t index;

	*number = NO_TEXT;
	if (text->text == NULL)
		return 0;
	result = textset_take(&table->texts, text->text, text->len, &index);
	if (result != TEXTSET_KNOWN && result != TEXTSET_ADDED)
		return -1;
	*number = (uint32_t)index;
	return 0;
}

/* Makes room for the counts of one more owner's lines. */
static int reserve_owner(struct conversations *table)
{
	uint32_t *grown = array_reserve(
		table->owner_lines, &table->owner_room, table->owners.count + 1, sizeof(*grown));

	if (grown == NULL)
		return -1;
	table->owner_lines = grown;
	return 0;
}

/* As take_text, of an owner. */
static int take_owner(struct conversations *table, const struct owner *owner, uint32_t *number)
{
	enum textset_result result;
	size_t index;

	if (reserve_owner(table) < 0)
		return -1;
	result = textset_take(&table->owners, (const char *)owner, sizeof(*owner), &index);
	if (result != TEXTSET_KNOWN && result != TEXTSET_ADDED)
		return -1;
	if (result == TEXTSET_ADDED)
		table->owner_lines[index] = 0;
	*number = (uint32_t)index;
	return 0;
}

static struct owner owner_of(const struct conversations *table, uint32_t number)
{
	struct owner owner;
	size_t len;

	memcpy(&owner, textset_text(&table->owners, number, &len), sizeof(owner));
	return owner;
}

static struct conversation_text text_of(const struct conversations *table, uint32_t number)
{
	struct conversation_text text = {0};

	if (number != NO_TEXT)
		text.text = textset_text(&table->texts, number, &text.len);
	return text;
}

static uint32_t hash_of_text(const struct conversations *table, uint32_t number)
{
	return number != NO_TEXT ? table->texts.entries[number].hash : 0;
}

int conversations_find_owner(struct conversations *table, const struct conversation_text *subnet,
	const struct conversation_text *vnic, struct conversations_owner *found)
{
	struct owner owner;

	if (take_text(table, subnet, &owner.subnet) < 0 || take_text(table, vnic, &owner.vnic) < 0)
		return -1;
	found->hash =
		hash_of_text(table, owner.subnet) * 0x9e3779b1U + hash_of_text(table, owner.vnic);
	return take_owner(table, &owner, &found->number);
}

/* Where an owner is remembered: the last bytes of OCIDs tell them apart. */
static struct conversations_recent *recent_of(
	struct conversations *table, const char *vnic, size_t len)
{
	uint64_t tail = 0;

	if (len >= sizeof(tail))
		memcpy(&tail, vnic + len - sizeof(tail), sizeof(tail));
	return &table->recent[hash_bits(tail, CONVERSATIONS_RECENT_BITS)];
}

bool conversations_recall(struct conversations *table, uint32_t subnet, const char *vnic,
	size_t len, struct conversations_owner *owner)
{
	const struct conversations_recent *recent = recent_of(table, vnic, len);
	const char *text;
	size_t text_len;

	if (!recent->is_there || recent->subnet != subnet)
		return false;
	text = textset_text(&table->texts, recent->vnic, &text_len);
	*owner = recent->owner;
	return text_len == len && bytes_are_same(text, vnic, len);
}

void conversations_remember(struct conversations *table, uint32_t subnet, const char *vnic,
	size_t len, struct conversations_owner owner)
{
	*recent_of(table, vnic, len) = (struct conversations_recent){
		true, subnet, owner_of(table, owner.number).vnic, owner};
}

/* ---- lines ------------------------------------------------------------------- */

/* The slot of a key, or the free one where it would go. */
static struct slot *find_slot(const struct conversations *table, const struct key *key)
{
	struct slot *segment = slots_segment(&table->slots, key->hash), *slot;

	for (size_t at = slots_begin(key->hash);; at = slots_next(at)) {
		slot = &segment[at];
		if (slot->number == 0 ||
			(slot->hash == key->hash && memcmp(&table->lines[slot->number - 1].key, key,
							    sizeof(*key)) == 0))
			return slot;
	}
}

/* Makes room for one more line. Returns 0, or -1 when memory ran out. */
static int reserve(struct conversations *table)
{
	struct conversations_line *lines;

	if (table->count < table->room)
		return 0;
	if (table->count >= MOST_LINES)
		return -1;
	lines = array_reserve(table->lines, &table->room, table->count + 1, sizeof(*lines));
	if (lines == NULL)
		return -1;
	table->lines = lines;
	return 0;
}

/* Adds without wrapping; more may be too large. */
static inline void add_number(struct conversations *table, uint64_t *sum, uint64_t more)
{
	if (more > (uint64_t)INT64_MAX - *sum) {
		*sum = INT64_MAX;
		table->saturated = true;
	} else {
		*sum += more;
	}
}

/* Mostly there is nothing to be added in one of the directions. */
static inline void add_sum(struct conversations *table, struct conversation_sum *sum,
	const struct conversation_sum *more)
{
	if ((more->records | more->packets | more->bytes) == 0)
		return;
	add_number(table, &sum->records, more->records);
	add_number(table, &sum->packets, more->packets);
	add_number(table, &sum->bytes, more->bytes);
}

/* The line of a key: one of zeros, if there was none; null when memory ran out. */
static struct conversations_line *line_of(struct conversations *table, const struct key *key)
{
	struct conversations_line *line;
	struct slot *slot;

	if (reserve(table) < 0 || slots_reserve(&table->slots, key->hash) < 0)
		return NULL;
	slot = find_slot(table, key);
	if (slot->number != 0)
		return &table->lines[slot->number - 1];
	line = &table->lines[table->count];
	/* one by one: a line that is cleared as a whole is cleared by a string
	 * instruction, which is slow to begin */
	line->key = *key;
	line->in = line->out = (struct conversation_sum){0};
	line->first = line->last = CONVERSATIONS_NO_TIME;
	line->client_low = UINT16_MAX;
	line->client_high = 0;
	table->owner_lines[key->owner]++;
	slots_fill(&table->slots, slot, key->hash, (uint32_t)++table->count);
	return line;
}

static inline void add_times(struct conversations_line *line, int64_t first, int64_t last)
{
	if (first != CONVERSATIONS_NO_TIME &&
		(line->first == CONVERSATIONS_NO_TIME || first < line->first))
		line->first = first;
	if (last > line->last) /* CONVERSATIONS_NO_TIME is less than any */
		line->last = last;
}

static inline void add_clients(struct conversations_line *line, uint16_t low, uint16_t high)
{
	if (low < line->client_low)
		line->client_low = low;
	if (high > line->client_high)
		line->client_high = high;
}

static int64_t seconds_of(const struct conversation_time *time)
{
	return time->is_known ? time->seconds : CONVERSATIONS_NO_TIME;
}

/*
 * The line of a key that is complete but for its owner and hash; null when memory ran
 * out. An owner's number is another one in each table, and so is not hashed.
 */
static inline struct conversations_line *line_of_owner(
	struct conversations *table, struct key *key, struct conversations_owner owner)
{
	key->owner = owner.hash;
	key->hash = 0;
	key->hash = hash_keyed(&table->hash_key, key, sizeof(*key));
	key->owner = owner.number;
	return line_of(table, key);
}

static inline uint8_t families_of(const struct address *local, const struct address *peer)
{
	return (uint8_t)(local->family << 4 | peer->family);
}

static inline uint8_t attributes_of(
	bool has_ports, bool has_period, enum action action, enum conversation_began began)
{
	return (uint8_t)((has_ports ? HAS_PORTS : 0) | (has_period ? HAS_PERIOD : 0) |
			 (action == ACTION_REJECT ? IS_REJECTED : 0) | began);
}

/* A client's ports tell no conversations apart: only their range is kept. */
int conversations_add_record(struct conversations *table, const struct conversations_record *record)
{
	const bool is_local = record->began == CONVERSATION_LOCAL; /* the client */
	const bool is_peer = record->began == CONVERSATION_PEER;
	const uint16_t client = is_local ? record->local_port : record->peer_port;
	struct key key = {
		.period = record->period,
		.local = {record->local->high, record->local->low},
		.peer = {record->peer->high, record->peer->low},
		.local_port = is_local ? 0 : record->local_port,
		.peer_port = is_peer ? 0 : record->peer_port,
		.protocol = record->protocol,
		.families = families_of(record->local, record->peer),
		.attributes = attributes_of(
			record->has_ports, record->has_period, record->action, record->began),
	};
	struct conversations_line *line = line_of_owner(table, &key, record->owner);
	struct conversation_sum *sum;

	if (line == NULL)
		return -1;
	sum = record->is_out ? &line->out : &line->in;
	add_number(table, &sum->records, 1);
	add_number(table, &sum->packets, record->packets);
	add_number(table, &sum->bytes, record->bytes);
	add_times(line, record->first, record->last);
	if (is_local || is_peer)
		add_clients(line, client, client);
	return 0;
}

int conversations_add(struct conversations *table, const struct conversation *one)
{
	const bool local_serves = one->has_ports && one->began != CONVERSATION_LOCAL;
	const bool peer_serves = one->has_ports && one->began != CONVERSATION_PEER;
	struct key key = {
		.period = seconds_of(&one->period),
		.local = {one->local.high, one->local.low},
		.peer = {one->peer.high, one->peer.low},
		.local_port = local_serves ? one->local_low : 0,
		.peer_port = peer_serves ? one->peer_low : 0,
		.protocol = one->protocol,
		.families = families_of(&one->local, &one->peer),
		.attributes =
			attributes_of(one->has_ports, one->has_period, one->action, one->began),
	};
	struct conversations_owner owner;
	struct conversations_line *line;

	if (conversations_find_owner(table, &one->subnet, &one->vnic, &owner) < 0)
		return -1;
	line = line_of_owner(table, &key, owner);
	if (line == NULL)
		return -1;
	add_sum(table, &line->in, &one->in);
	add_sum(table, &line->out, &one->out);
	add_times(line, seconds_of(&one->first), seconds_of(&one->last));
	if (!local_serves)
		add_clients(line, one->local_low, one->local_high);
	else if (!peer_serves)
		add_clients(line, one->peer_low, one->peer_high);
	return 0;
}

/* ---- merging ----------------------------------------------------------------- */

/*
 * Takes the texts and owners of another table in: the owner that is number i there
 * is numbers[i] here. Returns 0, or -1 when memory ran out.
 */
static int take_owners(struct conversations *table, const struct conversations *other)
{
	const size_t text_count = other->texts.count, owner_count = other->owners.count;
	enum textset_result result;
	struct owner owner;
	uint32_t *numbers, *texts;
	size_t index;

	if (text_count + owner_count > table->number_room) {
		numbers = realloc(table->numbers, (text_count + owner_count) * sizeof(*numbers));
		if (numbers == NULL)
			return -1;
		table->numbers = numbers;
		table->number_room = text_count + owner_count;
	}
	numbers = table->numbers;
	texts = numbers + owner_count;
	for (size_t i = 0; i < text_count; i++) {
		result = textset_take_entry(&table->texts, &other->texts, i, &index);
		if (result != TEXTSET_KNOWN && result != TEXTSET_ADDED)
			return -1;
		texts[i] = (uint32_t)index;
	}
	for (size_t i = 0; i < owner_count; i++) {
		owner = owner_of(other, (uint32_t)i);
		owner.subnet = texts[owner.subnet];
		if (owner.vnic != NO_TEXT)
			owner.vnic = texts[owner.vnic];
		if (take_owner(table, &owner, &numbers[i]) < 0)
			return -1;
	}
	return 0;
}

/* Begins to fetch a line. Compilers leave out calls of functions that do nothing but
 * this, as of what calls it. */
static INTO_CALLER void fetch_line(const struct conversations_line *line)
{
	__builtin_prefetch(line);
	__builtin_prefetch((const char *)line + CACHE_LINE);
	__builtin_prefetch((const char *)line + sizeof(*line) - 1);
}

/*
 * Begins to fetch what lines[begin..end) of another table will meet in this one:
 * all slots first, then the lines that these name.
 */
static INTO_CALLER void fetch(const struct conversations *table, const struct conversations *other,
	size_t begin, size_t end)
{
	if (table->count == 0)
		return;
	for (size_t i = begin; i < end; i++) {
		const uint32_t hash = other->lines[i].key.hash;

		__builtin_prefetch(&slots_segment(&table->slots, hash)[slots_begin(hash)]);
	}
	for (size_t i = begin; i < end; i++) {
		const uint32_t hash = other->lines[i].key.hash;
		const struct slot *segment = slots_segment(&table->slots, hash);

		for (size_t at = slots_begin(hash); segment[at].number != 0; at = slots_next(at)) {
			if (segment[at].hash == hash) {
				fetch_line(&table->lines[segment[at].number - 1]);
				break;
			}
		}
	}
}

int conversations_merge(struct conversations *table, struct conversations *other)
{
	struct conversations_line *line, *more;
	size_t fetched = 0;

	table->saturated |= other->saturated;
	if (other->count == 0)
		return 0;
	if (take_owners(table, other) < 0)
		return -1;
	for (size_t i = 0; i < other->count; i++) {
		if (i == fetched) {
			fetched = other->count - i < BATCH ? other->count : i + BATCH;
			fetch(table, other, i, fetched);
		}
		more = &other->lines[i];
		more->key.owner = table->numbers[more->key.owner];
		line = line_of(table, &more->key);
		if (line == NULL)
			return -1;
		add_sum(table, &line->in, &more->in);
		add_sum(table, &line->out, &more->out);
		add_times(line, more->first, more->last);
		add_clients(line, more->client_low, more->client_high);
	}
	return 0;
}

size_t conversations_cost(const struct conversations *table)
{
	return table->count * CONVERSATIONS_LINE_COST + table->texts.text_len;
}

/* ---- sorting ----------------------------------------------------------------- */

/*
 * A line that is sorted, and a number that is ordered as its addresses are. That
 * decides between pairs of IPv4 addresses, and nothing else does: is_ipv4.
 */
struct conversations_entry {
	uint64_t addresses;
	uint32_t line;
	uint32_t owner : 31; /* its rank */
	uint32_t is_ipv4 : 1;
};

static int compare_texts(const struct conversation_text *a, const struct conversation_text *b)
{
	int order = memcmp(a->text, b->text, a->len < b->len ? a->len : b->len);

	return order != 0 ? order : (a->len > b->len) - (a->len < b->len);
}

static int compare_owners(const struct conversations *table, uint32_t a, uint32_t b)
{
	const struct owner a_owner = owner_of(table, a), b_owner = owner_of(table, b);
	struct conversation_text a_text = text_of(table, a_owner.subnet);
	struct conversation_text b_text = text_of(table, b_owner.subnet);
	int order = a_owner.subnet != b_owner.subnet ? compare_texts(&a_text, &b_text) : 0;

	if (order != 0 || a_owner.vnic == b_owner.vnic)
		return order;
	a_text = text_of(table, a_owner.vnic);
	b_text = text_of(table, b_owner.vnic);
	if (a_text.text == NULL || b_text.text == NULL)
		return a_text.text == NULL ? -1 : 1;
	return compare_texts(&a_text, &b_text);
}

/* By their texts. */
static int compare_addresses(const struct address *a, const struct address *b)
{
	char texts[2][ADDRESS_TEXT_SIZE];
	struct conversation_text a_text = {texts[0], address_text(texts[0], a)};
	struct conversation_text b_text = {texts[1], address_text(texts[1], b)};

	return compare_texts(&a_text, &b_text);
}

static struct address local_of(const struct key *key)
{
	return (struct address){key->local.high, key->local.low, key->families >> 4};
}

static struct address peer_of(const struct key *key)
{
	return (struct address){key->peer.high, key->peer.low, key->families & 15};
}

static enum conversation_began began_of(const struct key *key)
{
	return (enum conversation_began)(key->attributes & BEGAN);
}

/* What a port is sorted by: none first. */
static int rank_of_port(const struct key *key, uint16_t port, enum conversation_began client)
{
	return (key->attributes & HAS_PORTS) != 0 && began_of(key) != client ? port : -1;
}

static int rank_of_protocol(const struct key *key)
{
	return key->protocol != CONVERSATION_NO_PROTOCOL ? key->protocol : -1;
}

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

/* Of keys of one owner, what comes after the addresses. */
static int compare_services(const struct key *a, const struct key *b)
{
	int result = COMPARE(rank_of_protocol(a), rank_of_protocol(b));

	if (result == 0)
		result = COMPARE(rank_of_port(a, a->local_port, CONVERSATION_LOCAL),
			rank_of_port(b, b->local_port, CONVERSATION_LOCAL));
	if (result == 0)
		result = COMPARE(rank_of_port(a, a->peer_port, CONVERSATION_PEER),
			rank_of_port(b, b->peer_port, CONVERSATION_PEER));
	if (result == 0)
		result = COMPARE(began_of(a), began_of(b));
	if (result == 0)
		result = COMPARE(a->attributes & IS_REJECTED, b->attributes & IS_REJECTED);
	return result;
}

static int compare_entries(const void *a_entry, const void *b_entry, void *table)
{
	const struct conversations_line *lines = ((const struct conversations *)table)->lines;
	const struct conversations_entry *a = a_entry, *b = b_entry;
	const struct key *a_key, *b_key;
	struct address a_address, b_address;
	int result;

	if (a->is_ipv4 && b->is_ipv4 && a->addresses != b->addresses)
		return COMPARE(a->addresses, b->addresses);
	a_key = &lines[a->line].key;
	b_key = &lines[b->line].key;
	if (a->is_ipv4 && b->is_ipv4)
		return compare_services(a_key, b_key);
	a_address = local_of(a_key);
	b_address = local_of(b_key);
	result = compare_addresses(&a_address, &b_address);
	if (result != 0)
		return result;
	a_address = peer_of(a_key);
	b_address = peer_of(b_key);
	result = compare_addresses(&a_address, &b_address);
	return result != 0 ? result : compare_services(a_key, b_key);
}

/* Under --per. */
static int compare_periods(const void *a_entry, const void *b_entry, void *table)
{
	const struct conversations_line *lines = ((const struct conversations *)table)->lines;
	const struct conversations_entry *a = a_entry, *b = b_entry;
	const int64_t period = lines[a->line].key.period, other = lines[b->line].key.period;

	if (period != other)
		return COMPARE(period, other);
	if (a->owner != b->owner)
		return COMPARE(a->owner, b->owner);
	return compare_entries(a_entry, b_entry, table);
}

static int compare_numbers_of_owners(const void *a, const void *b, void *table)
{
	return compare_owners(table, *(const uint32_t *)a, *(const uint32_t *)b);
}

/* Puts the numbers of owners in order. */
static void sort_owners(struct conversations *table, uint32_t *sorted)
{
	const size_t count = table->owners.count;

	for (size_t i = 0; i < count; i++)
		sorted[i] = (uint32_t)i;
	qsort_r(sorted, count, sizeof(*sorted), compare_numbers_of_owners, table);
}

/*
 * The place of each octet among all, sorted as texts. Addresses are sorted like
 * these, octet by octet: after the last digit comes what is less than any digit.
 */
static void rank_octets(uint8_t ranks[256])
{
	uint8_t rank = 0;

	ranks[0] = rank++;
	for (unsigned first = 1; first < 10; first++) {
		ranks[first] = rank++;
		for (unsigned two = 10 * first; two < 10 * first + 10; two++) {
			ranks[two] = rank++;
			for (unsigned all = 10 * two; all < 10 * two + 10 && all < 256; all++)
				ranks[all] = rank++;
		}
	}
}

static uint64_t rank_of_ipv4(const uint8_t ranks[256], uint64_t high)
{
	return (uint64_t)ranks[high >> 56] << 24 | (uint64_t)ranks[high >> 48 & 255] << 16 |
	       (uint64_t)ranks[high >> 40 & 255] << 8 | ranks[high >> 32 & 255];
}

#define BOTH_IPV4 (ADDRESS_IPV4 << 4 | ADDRESS_IPV4)

/*
 * Makes the entries, in the order of their owners, each of whose lines are a part.
 * By counting: lines are many, and owners are few. places[rank + 1] is where the next
 * line of an owner goes: first where its part begins, at last where it ends.
 */
static void place_entries(struct conversations *table, const uint32_t *sorted, uint32_t *ranks)
{
	const size_t owner_count = table->owners.count;
	size_t *places = table->parts;
	uint8_t octets[256];

	rank_octets(octets);
	places[0] = places[1] = 0;
	for (size_t i = 0; i < owner_count; i++) {
		ranks[sorted[i]] = (uint32_t)i;
		places[i + 2] = places[i + 1] + table->owner_lines[sorted[i]];
	}
	for (size_t i = 0; i < table->count; i++) {
		const struct key *key = &table->lines[i].key;
		const uint32_t rank = ranks[key->owner];

		table->entries[places[rank + 1]++] = (struct conversations_entry){
			.addresses = rank_of_ipv4(octets, key->local.high) << 32 |
				     rank_of_ipv4(octets, key->peer.high),
			.line = (uint32_t)i,
			.owner = rank & INT32_MAX,
			.is_ipv4 = key->families == BOTH_IPV4,
		};
	}
	table->part_count = owner_count;
}

int conversations_sort_begin(struct conversations *table)
{
	const size_t owner_count = table->owners.count;
	uint32_t *sorted = malloc((2 * owner_count + 1) * sizeof(*sorted));

	table->entries = malloc((table->count + 1) * sizeof(*table->entries));
	table->parts = malloc((owner_count + 2) * sizeof(*table->parts));
	if (sorted == NULL || table->entries == NULL || table->parts == NULL) {
		free(sorted);
		return -1;
	}
	sort_owners(table, sorted);
	place_entries(table, sorted, sorted + owner_count);
	if (table->count > 0 && (table->lines[0].key.attributes & HAS_PERIOD) != 0) {
		table->part_count = 1;
		table->parts[1] = table->count;
	}
	free(sorted);
	return 0;
}

void conversations_sort_part(struct conversations *table, size_t part)
{
	const bool has_period = (table->lines[0].key.attributes & HAS_PERIOD) != 0;
	const size_t begin = table->parts[part], end = table->parts[part + 1];

	qsort_r(table->entries + begin, end - begin, sizeof(*table->entries),
		has_period ? compare_periods : compare_entries, table);
}

static struct conversation_time time_of(int64_t seconds)
{
	return (struct conversation_time){
		.is_known = seconds != CONVERSATIONS_NO_TIME,
		.seconds = seconds != CONVERSATIONS_NO_TIME ? seconds : 0,
	};
}

void conversations_get(
	const struct conversations *table, size_t index, struct conversation *conversation)
{
	const struct conversations_entry *entries = table->entries;
	const struct conversations_line *line =
		&table->lines[entries != NULL ? entries[index].line : index];
	const struct key *key = &line->key;
	const struct owner owner = owner_of(table, key->owner);

	if (entries != NULL && table->count - index > LINES_AHEAD)
		fetch_line(&table->lines[entries[index + LINES_AHEAD].line]);
	*conversation = (struct conversation){
		.has_period = (key->attributes & HAS_PERIOD) != 0,
		.period = time_of(key->period),
		.subnet = text_of(table, owner.subnet),
		.vnic = text_of(table, owner.vnic),
		.local = local_of(key),
		.peer = peer_of(key),
		.protocol = key->protocol,
		.has_ports = (key->attributes & HAS_PORTS) != 0,
		.local_low = key->local_port,
		.local_high = key->local_port,
		.peer_low = key->peer_port,
		.peer_high = key->peer_port,
		.began = began_of(key),
		.action = (key->attributes & IS_REJECTED) != 0 ? ACTION_REJECT : ACTION_ACCEPT,
		.in = line->in,
		.out = line->out,
		.first = time_of(line->first),
		.last = time_of(line->last),
	};
	if (conversation->has_ports && conversation->began == CONVERSATION_LOCAL) {
		conversation->local_low = line->client_low;
		conversation->local_high = line->client_high;
	} else if (conversation->has_ports && conversation->began == CONVERSATION_PEER) {
		conversation->peer_low = line->client_low;
		conversation->peer_high = line->client_high;
	}
}

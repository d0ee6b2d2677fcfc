/*
 * Rules: matched and judged against a second statement of the manual, which
 * knows neither their binary form nor their blocks, and asks every dimension of
 * every rule one by one. And rules of a damaged file: what rule_is_sane lets
 * pass, can be judged.
 *
 * An input's first bit says which of both it is; the bytes that follow choose
 * from tables in which ends of ranges and borders of blocks lie close together.
 */
#include "../unit/rules/turned.h"
#include "fuzz.h"

#include "rules/judge.h"
#include "rules/verdicts.h"

#define MOST_RULES 48
#define MOST_RUNS 4
#define GROUPS 3
#define COUNT(array) (sizeof(array) / sizeof(*(array)))

struct input {
	const uint8_t *data;
	size_t len;
};

/* The next byte, 0 after the end. */
static unsigned take(struct input *input)
{
	if (input->len == 0)
		return 0;
	input->len--;
	return *input->data++;
}

static unsigned choose(struct input *input, size_t count)
{
	return take(input) % (unsigned)count;
}

static const char *const addresses[] = {"10.0.1.5", "10.0.1.6", "10.0.2.7", "10.0.128.0",
	"10.255.255.255", "11.0.0.0", "100.64.0.1", "134.70.24.1", "134.70.32.0", "169.254.169.254",
	"169.255.0.0", "192.168.0.1", "198.51.100.127", "198.51.100.128", "255.255.255.255",
	"2001:db8::1", "2001:db8:1::1", "2001:db9::", "::", "::ffff:10.0.1.5", "nowhere"};

static const char *const peers[] = {"0.0.0.0/0", "0.0.0.0/1", "10.0.0.0/8", "10.0.0.0/15",
	"10.0.0.0/16", "10.0.128.0/17", "10.0.1.0/24", "10.0.1.5", "198.51.100.0/25", "128.0.0.0/1",
	"::/0", "2001:db8::/31", "2001:db8::/32", "2001:db8::/48", "2001:db8::1", "10.0.0.0/33", "",
	NULL};

static const char *const types[] = {NULL, "CIDR_BLOCK", "CIDR_BLOCK", "CIDR_BLOCK",
	"SERVICE_CIDR_BLOCK", "NETWORK_SECURITY_GROUP", "OTHER"};

static const char *const protocols[] = {"6", "6", "6", "17", "17", "all", "all", "1", "58", "47",
	"255", "256", "06", "ALL", "", NULL};

static const uint16_t record_protocols[] = {6, 6, 6, 17, 1, 58, 47, 255, MATCH_NO_PROTOCOL};

static const int64_t ends[] = {0, 1, 21, 22, 23, 80, 443, 1023, 1024, 1442, 1443, 8000, 32767,
	32768, 50000, 65534, 65535, 65536, -1, 80};

static struct rule_text text_of(const char *text)
{
	return (struct rule_text){text, text ? strlen(text) : 0};
}

/* ---- what an input describes -------------------------------------------- */

/* Whether an address belongs to a group, by the side that it is of. */
struct members {
	struct address source;
	enum match_answer answers[2][GROUPS + 1]; /* the last: of no index */
};

struct world {
	struct rule_parts parts[MOST_RULES];
	uint32_t indexes[MOST_RULES]; /* of labels and groups */
	struct rule rules[MOST_RULES];
	struct rule_boxes boxes[MOST_RULES / RULE_BOXES + 1];
	uint32_t count;
	struct judge_run runs[MOST_RUNS];
	size_t run_count;
	struct members members;
	bool is_complete;
	struct judge_record record;
};

static struct rule_ports take_ports(struct input *input)
{
	unsigned how = choose(input, 8);
	struct rule_ports ports = {.is_given = how != 0};

	ports.low = (struct rule_number){how != 1, ends[choose(input, COUNT(ends))]};
	ports.high = (struct rule_number){how != 2, ends[choose(input, COUNT(ends))]};
	if (how > 4)
		ports.high = ports.low;
	return ports;
}

static void take_rule(struct world *world, struct input *input, enum direction direction)
{
	struct rule_parts *parts = &world->parts[world->count];
	struct rule *rule = &world->rules[world->count];
	struct rule_bounds bounds = {UINT64_MAX, GROUPS, 1};
	unsigned how = take(input);
	unsigned index = how >> 5;

	*parts = (struct rule_parts){
		.direction = direction,
		.is_of_group = (how & 1) != 0,
		.is_stateless = (how & 14) == 14,
		.is_valid = (how & 16) == 0,
		.protocol = text_of(protocols[choose(input, COUNT(protocols))]),
		.peer = text_of(peers[choose(input, COUNT(peers))]),
		.peer_type = text_of(types[choose(input, COUNT(types))]),
	};
	parts->tcp_destination = parts->udp_destination = take_ports(input);
	if ((how & 2) != 0)
		parts->tcp_source = take_ports(input);
	if ((how & 4) != 0)
		parts->icmp_type = (struct rule_number){true, ends[choose(input, COUNT(ends))]};
	if ((how & 8) != 0)
		parts->icmp_code = (struct rule_number){true, ends[choose(input, COUNT(ends))]};
	rule_make(rule, parts);
	if (rule->peer_kind == RULE_PEER_SERVICE && index > 0)
		rule->peer_index = 0;
	if (rule->peer_kind == RULE_PEER_GROUP && index < GROUPS)
		rule->peer_index = index;
	world->indexes[world->count] = rule->peer_index;
	rule->entry_length = rule->text_length = 1;
	PROMISE(rule_is_sane(rule, &bounds));
	world->count++;
}

static void take_address(struct address *address, struct input *input)
{
	const char *text = addresses[choose(input, COUNT(addresses))];

	(void)address_parse(address, text, strlen(text));
}

static void take_record(struct world *world, struct input *input)
{
	struct judge_record *record = &world->record;
	unsigned how = take(input);

	*record = (struct judge_record){
		.action = (how & 1) != 0 ? ACTION_REJECT : ACTION_ACCEPT,
		.has_ports = (how & 14) != 0,
		.direction = (enum direction)((how >> 4) % 3),
		.is_guessed = (how & 64) != 0,
		.is_within = (how & 128) != 0,
		.protocol = record_protocols[choose(input, COUNT(record_protocols))],
		.source_port = (uint16_t)ends[choose(input, COUNT(ends) - 4)],
		.destination_port = (uint16_t)ends[choose(input, COUNT(ends) - 4)],
	};
	take_address(&record->source, input);
	take_address(&record->destination, input);
	world->members.source = record->source;
	for (size_t i = 0; i <= GROUPS; i++) {
		unsigned answers = take(input);

		world->members.answers[0][i] = (enum match_answer)(answers % 3);
		world->members.answers[1][i] = (enum match_answer)(answers / 3 % 3);
	}
	world->is_complete = (take(input) & 1) != 0;
}

static void take_world(struct world *world, struct input *input)
{
	*world = (struct world){.run_count = choose(input, MOST_RUNS + 1)};
	take_record(world, input);
	for (size_t i = 0; i < world->run_count; i++) {
		struct judge_run *run = &world->runs[i];

		run->first = world->count;
		run->ingress_count = choose(input, MOST_RULES / MOST_RUNS / 2 + 1);
		run->egress_count = choose(input, MOST_RULES / MOST_RUNS / 2 + 1);
		for (uint32_t n = 0; n < run->ingress_count; n++)
			take_rule(world, input, DIRECTION_INGRESS);
		for (uint32_t n = 0; n < run->egress_count; n++)
			take_rule(world, input, DIRECTION_EGRESS);
	}
}

static bool is_same(const struct address *a, const struct address *b)
{
	return a->family == b->family && a->high == b->high && a->low == b->low;
}

static enum match_answer group_has(
	const void *context, uint32_t group, const struct address *address)
{
	const struct members *members = context;

	if (group > GROUPS)
		group = GROUPS;
	return members->answers[is_same(address, &members->source) ? 0 : 1][group];
}

static bool service_has(const void *context, uint32_t service, const struct address *address)
{
	struct prefix range;

	PROMISE(context && service == 0);
	PROMISE(prefix_parse(&range, "134.70.24.0/21", 14) == 0);
	return prefix_holds(&range, address);
}

/* ---- the second statement ----------------------------------------------- */

static bool is_text(const struct rule_text *text, const char *wanted)
{
	return text->text && strcmp(text->text, wanted) == 0;
}

/* The number of a protocol's text, -1 for all, -2 if it cannot be read. */
static int number_of(const struct rule_text *text)
{
	char again[8];
	int number;

	if (is_text(text, "all"))
		return -1;
	if (!text->text)
		return -2;
	number = atoi(text->text);
	snprintf(again, sizeof(again), "%d", number);
	return strcmp(again, text->text) == 0 && number >= 0 && number <= 255 ? number : -2;
}

/* Bit by bit, as in the text of a CIDR block. */
static bool lies_in(const struct address *address, const char *block)
{
	char before[64];
	struct address start;
	const char *slash = strchr(block, '/');
	size_t len = slash ? (size_t)(slash - block) : strlen(block);
	int length = slash ? atoi(slash + 1) : 128;

	memcpy(before, block, len);
	PROMISE(address_parse(&start, before, len) == 0);
	if (start.family != address->family)
		return false;
	for (int i = 0; i < length; i++) {
		uint64_t differing = i < 64 ? start.high ^ address->high : start.low ^ address->low;

		if ((differing >> (63 - i % 64) & 1) != 0)
			return false;
	}
	return true;
}

static bool is_block(const char *text)
{
	return text && text[0] != '\0' && strcmp(text, "10.0.0.0/33") != 0;
}

static bool is_public(const struct address *address)
{
	static const char *const private[] = {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",
		"100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8"};

	for (size_t i = 0; i < COUNT(private); i++)
		if (lies_in(address, private[i]))
			return false;
	return address->family == ADDRESS_IPV4;
}

/* A tuple as the rules of one direction see it. */
struct packet {
	const struct address *peer;
	int protocol;
	bool has_ports;
	int64_t source, destination;
};

static enum match_answer peer_answer(
	const struct world *world, uint32_t n, const struct packet *packet, unsigned *why)
{
	const struct rule_parts *parts = &world->parts[n];
	const char *peer = parts->peer.text;

	*why = MATCH_PEER;
	if (!parts->is_valid)
		return MATCH_NO;
	if (!parts->peer_type.text || is_text(&parts->peer_type, "CIDR_BLOCK")) {
		if (!is_block(peer))
			return MATCH_MAYBE;
		return lies_in(packet->peer, peer) ? MATCH_YES : MATCH_NO;
	}
	if (!peer || peer[0] == '\0')
		return MATCH_MAYBE;
	if (is_text(&parts->peer_type, "SERVICE_CIDR_BLOCK")) {
		*why = MATCH_SERVICE;
		if (!is_public(packet->peer))
			return MATCH_NO;
		if (world->indexes[n] == RULE_NO_INDEX)
			return MATCH_MAYBE;
		return lies_in(packet->peer, "134.70.24.0/21") ? MATCH_YES : MATCH_NO;
	}
	if (!parts->is_of_group || !is_text(&parts->peer_type, "NETWORK_SECURITY_GROUP"))
		return MATCH_MAYBE;
	*why = MATCH_GROUP;
	return group_has(&world->members, world->indexes[n], packet->peer);
}

static enum match_answer port_answer(
	const struct rule_ports *ports, int64_t port, const struct packet *packet)
{
	if (!ports->is_given)
		return MATCH_YES;
	if (!ports->low.is_given || !ports->high.is_given)
		return MATCH_MAYBE;
	if (ports->low.value > ports->high.value || ports->low.value > 65535 ||
		ports->high.value < 0)
		return MATCH_NO;
	if (!packet->has_ports)
		return MATCH_MAYBE;
	return port >= ports->low.value && port <= ports->high.value ? MATCH_YES : MATCH_NO;
}

struct answer {
	enum match_answer least;
	unsigned maybe;
	unsigned misses;
};

static void count(struct answer *answer, enum match_answer one, unsigned reason, unsigned miss)
{
	if (one < answer->least)
		answer->least = one;
	if (one == MATCH_MAYBE)
		answer->maybe |= reason;
	if (one == MATCH_NO)
		answer->misses |= miss;
}

static struct answer answer_of(const struct world *world, uint32_t n, const struct packet *packet)
{
	const struct rule_parts *parts = &world->parts[n];
	int protocol = number_of(&parts->protocol);
	struct answer answer = {MATCH_YES, 0, 0};
	enum match_answer one = MATCH_YES;
	unsigned why;

	if (protocol == -2 || (protocol >= 0 && packet->protocol < 0))
		one = MATCH_MAYBE;
	else if (protocol >= 0 && protocol != packet->protocol)
		one = MATCH_NO;
	count(&answer, one, MATCH_PROTOCOL, 8);
	one = peer_answer(world, n, packet, &why);
	count(&answer, one, why, 4);
	if (protocol == 6)
		count(&answer, port_answer(&parts->tcp_source, packet->source, packet), MATCH_PORTS,
			2);
	if (protocol == 6 || protocol == 17)
		count(&answer, port_answer(&parts->tcp_destination, packet->destination, packet),
			MATCH_PORTS, 1);
	if ((protocol == 1 || protocol == 58) && parts->icmp_type.is_given)
		count(&answer, MATCH_MAYBE, MATCH_ICMP_TYPE, 0);
	if (answer.least != MATCH_MAYBE)
		answer.maybe = 0;
	return answer;
}

/* What a verdict is made of. */
struct found {
	struct judge_entry entries[2 * MOST_RULES];
	size_t count;
	bool has_yes, has_specific;
};

struct expected {
	struct found permitted, reply;
	enum judge_verdict verdict;
	enum judge_confidence confidence;
	struct judge_entry nearest[MOST_RULES];
	size_t nearest_count;
};

static struct packet packet_of(const struct judge_record *record, bool out, bool is_reversed)
{
	bool has_ports = record->has_ports && (record->source_port | record->destination_port) != 0;
	struct packet packet = {out ? &record->destination : &record->source,
		record->protocol == MATCH_NO_PROTOCOL ? -1 : record->protocol, has_ports,
		record->source_port, record->destination_port};

	if (is_reversed) {
		packet.source = record->destination_port;
		packet.destination = record->source_port;
	}
	return packet;
}

static bool is_specific(const struct world *world, uint32_t n)
{
	const struct rule_ports *ports = &world->parts[n].tcp_destination;
	int protocol = number_of(&world->parts[n].protocol);
	int64_t low = ports->low.value, high = ports->high.value;

	if (protocol != world->record.protocol || !ports->is_given)
		return false;
	if (low < 0)
		low = 0;
	if (high > 65535)
		high = 65535;
	return high - low + 1 <= 1000;
}

static void add_found(const struct world *world, struct found *found, uint32_t n, unsigned maybe)
{
	found->entries[found->count++] = (struct judge_entry){n, (uint8_t)maybe, 0};
	found->has_yes |= maybe == 0;
	found->has_specific |= maybe == 0 && is_specific(world, n);
}

/* F and R of one direction. Returns true if there is any. */
static bool explain(const struct world *world, struct expected *expected, bool out)
{
	struct packet packet = packet_of(&world->record, out, false);
	struct packet answered = packet_of(&world->record, out, true);
	size_t before = expected->permitted.count + expected->reply.count;
	enum match_answer stateless = MATCH_NO;

	for (uint32_t n = 0; n < world->count; n++) {
		bool is_egress = world->parts[n].direction == DIRECTION_EGRESS;
		struct answer answer = answer_of(world, n, is_egress == out ? &packet : &answered);

		if (is_egress == out && answer.least != MATCH_NO)
			add_found(world, &expected->permitted, n, answer.maybe);
		if (is_egress != out && world->parts[n].is_stateless && answer.least > stateless)
			stateless = answer.least;
	}
	for (uint32_t n = 0; n < world->count && stateless != MATCH_YES; n++) {
		bool is_egress = world->parts[n].direction == DIRECTION_EGRESS;
		struct answer answer = answer_of(world, n, &answered);

		if (is_egress == out || world->parts[n].is_stateless || answer.least == MATCH_NO)
			continue;
		if (stateless == MATCH_MAYBE)
			answer.maybe |= MATCH_STATELESS;
		add_found(world, &expected->reply, n, answer.maybe);
	}
	return expected->permitted.count + expected->reply.count != before;
}

/* 1: the sender began, -1: the other side did, 0: the ports do not tell. */
static int ports_tell(const struct judge_record *record)
{
	static const uint16_t borders[] = {1024, 32768};
	int source = 0, destination = 0;

	if ((record->protocol != 6 && record->protocol != 17) || !record->has_ports ||
		record->source_port == 0 || record->destination_port == 0)
		return 0;
	for (size_t i = 0; i < COUNT(borders); i++) {
		source += record->source_port >= borders[i];
		destination += record->destination_port >= borders[i];
	}
	return destination < source ? 1 : destination > source ? -1 : 0;
}

static int who_began(const struct judge_record *record, const struct expected *expected)
{
	if ((record->protocol != 6 && record->protocol != 17) || !record->has_ports ||
		record->source_port == 0 || record->destination_port == 0 ||
		record->source_port == record->destination_port)
		return 0;
	if (expected->permitted.has_specific && !expected->reply.has_specific)
		return 1;
	if (!expected->permitted.has_specific && expected->reply.has_specific)
		return -1;
	return ports_tell(record);
}

static void say(struct expected *expected, enum judge_verdict verdict, enum judge_confidence how)
{
	expected->verdict = verdict;
	expected->confidence = how;
}

/* The table, row by row: none 0, only maybe 1, yes 2. */
static void accept(const struct world *world, struct expected *expected)
{
	const struct judge_record *record = &world->record;
	bool has_transport = record->protocol == 6 || record->protocol == 17;
	int f = expected->permitted.count == 0 ? 0 : 1 + expected->permitted.has_yes;
	int r = expected->reply.count == 0 ? 0 : 1 + expected->reply.has_yes;
	int began;

	say(expected, JUDGE_EITHER, JUDGE_POSSIBLE);
	switch (f * 3 + r) {
	case 0:
		say(expected, JUDGE_UNEXPLAINED, JUDGE_NONE);
		break;
	case 1:
		say(expected, JUDGE_REPLY, JUDGE_POSSIBLE);
		break;
	case 2:
		say(expected, JUDGE_REPLY,
			ports_tell(record) == 1 ? JUDGE_POSSIBLE : JUDGE_CERTAIN);
		break;
	case 3:
		say(expected, JUDGE_PERMITTED, JUDGE_POSSIBLE);
		break;
	case 5:
		if (has_transport)
			say(expected, JUDGE_REPLY, JUDGE_LIKELY);
		break;
	case 6:
		say(expected, JUDGE_PERMITTED, JUDGE_CERTAIN);
		break;
	case 7:
		if (has_transport)
			say(expected, JUDGE_PERMITTED, JUDGE_LIKELY);
		break;
	case 8:
		began = who_began(record, expected);
		if (began != 0)
			say(expected, began > 0 ? JUDGE_PERMITTED : JUDGE_REPLY, JUDGE_LIKELY);
		break;
	default:
		break;
	}
}

static void reject(const struct world *world, struct expected *expected)
{
	int began = ports_tell(&world->record);

	if (expected->permitted.has_yes)
		say(expected, JUDGE_CONTRADICTED, JUDGE_NONE);
	else if (expected->permitted.count == 0 && expected->reply.has_yes && began < 0)
		say(expected, JUDGE_LATE_REPLY, JUDGE_LIKELY);
	else if (expected->permitted.count != 0)
		say(expected, JUDGE_DENIED, JUDGE_POSSIBLE);
	else if (world->is_complete && !world->record.is_guessed &&
		 (expected->reply.count == 0 || began > 0))
		say(expected, JUDGE_DENIED, JUDGE_CERTAIN);
	else
		say(expected, JUDGE_DENIED, JUDGE_LIKELY);
}

static unsigned rank_of(unsigned misses)
{
	unsigned dimensions = 0;

	for (unsigned i = 0; i < 4; i++)
		dimensions += misses >> i & 1;
	return dimensions * 16 + misses;
}

static void rank(const struct world *world, struct expected *expected, bool out)
{
	struct packet packet = packet_of(&world->record, out, false);
	unsigned best = 1000;

	for (uint32_t n = 0; n < world->count; n++) {
		unsigned misses = answer_of(world, n, &packet).misses;

		if ((world->parts[n].direction == DIRECTION_EGRESS) == out && misses != 0 &&
			rank_of(misses) < best)
			best = rank_of(misses);
	}
	for (uint32_t n = 0; n < world->count && expected->nearest_count < 3; n++) {
		unsigned misses = answer_of(world, n, &packet).misses;

		if ((world->parts[n].direction == DIRECTION_EGRESS) == out &&
			rank_of(misses) == best)
			expected->nearest[expected->nearest_count++] =
				(struct judge_entry){n, 0, (uint8_t)misses};
	}
}

static void expect(const struct world *world, struct expected *expected)
{
	const struct judge_record *record = &world->record;
	bool both = record->is_guessed && record->is_within;
	bool out = record->direction == DIRECTION_EGRESS || both;
	bool has_nearest = true;

	*expected = (struct expected){0};
	if (lies_in(&record->source, "169.254.0.0/16") ||
		lies_in(&record->destination, "169.254.0.0/16")) {
		say(expected, JUDGE_EXEMPT, JUDGE_CERTAIN);
		return;
	}
	if (record->direction == DIRECTION_NONE || record->source.family == ADDRESS_NONE ||
		record->destination.family == ADDRESS_NONE) {
		say(expected, JUDGE_UNKNOWN, JUDGE_NONE);
		return;
	}
	if (!both) {
		(void)explain(world, expected, out);
	} else {
		bool out_explains = explain(world, expected, true);
		bool in_explains = explain(world, expected, false);

		has_nearest = !out_explains || !in_explains;
		out = out_explains || !in_explains;
	}
	if (record->action == ACTION_ACCEPT)
		accept(world, expected);
	else
		reject(world, expected);
	if (both && expected->confidence == JUDGE_CERTAIN)
		expected->confidence = JUDGE_LIKELY;
	if (expected->verdict == JUDGE_DENIED && has_nearest)
		rank(world, expected, out);
}

/* ---- both together ------------------------------------------------------ */

static void compare(
	const struct judge_entry *a, size_t a_count, const struct judge_entry *b, size_t b_count)
{
	PROMISE(a_count == b_count);
	for (size_t i = 0; i < a_count; i++) {
		PROMISE(a[i].rule == b[i].rule);
		PROMISE(a[i].maybe == b[i].maybe);
		PROMISE(a[i].misses == b[i].misses);
	}
}

static struct judge_rules rules_of(struct world *world)
{
	rule_make_boxes(world->boxes, world->rules, world->count);
	return (struct judge_rules){
		.rules = world->rules,
		.boxes = world->boxes,
		.runs = world->runs,
		.run_count = world->run_count,
		.is_complete = world->is_complete,
		.world = {service_has, group_has, &world->members},
	};
}

/* The same verdict by answers, asked for by the record of the flow's other way. */
static void judge_without_names(const struct judge_record *record, const struct judge_rules *rules,
	const struct expected *expected)
{
	static struct judgement judgement;
	const struct judge_record other = turned(record);

	if (!judge_needs_answers(record))
		return;
	judge_by_answers(&judgement, record, rules->is_complete, judge_ask(&other, rules));
	PROMISE(judgement.verdict == expected->verdict);
	PROMISE(judgement.confidence == expected->confidence);
}

/* What is kept of a record is the verdict of those that have its key. */
static void judge_neighbours(const struct world *world, const struct judge_rules *rules)
{
	const size_t ports = COUNT(ends) - 4;
	static struct judgement judgement, kept;
	static struct verdicts verdicts;
	struct judge_record record = world->record;
	uint64_t key, other;

	if (!judge_needs_answers(&record))
		return;
	if (!verdicts_init(&verdicts, rules))
		return;
	PROMISE(!verdicts_find(&verdicts, &record, &kept, &key));
	if (key == 0)
		return;
	judge_record(&judgement, &record, rules);
	verdicts_keep(&verdicts, key, record.direction, &judgement);
	for (size_t i = 0; i < 4 * ports; i++) {
		record = world->record;
		if (i < 2 * ports)
			record.source_port = (uint16_t)(ends[i / 2] + (int)i % 2);
		else
			record.destination_port = (uint16_t)(ends[i / 2 - ports] + (int)i % 2);
		judge_record(&judgement, &record, rules);
		if (!verdicts_find(&verdicts, &record, &kept, &other))
			continue;
		PROMISE(other == key);
		PROMISE(kept.verdict == judgement.verdict);
		PROMISE(kept.confidence == judgement.confidence);
	}
}

static void try_world(struct input *input)
{
	static struct world world;
	static struct judgement judgement;
	static struct expected expected;
	struct judge_rules rules;

	take_world(&world, input);
	rules = rules_of(&world);
	expect(&world, &expected);
	judge_record(&judgement, &world.record, &rules);
	PROMISE(judgement.verdict == expected.verdict);
	PROMISE(judgement.confidence == expected.confidence);
	PROMISE(judgement.is_complete == world.is_complete);
	judge_without_names(&world.record, &rules, &expected);
	judge_neighbours(&world, &rules);
	compare(judgement.permitted.at, judgement.permitted.count, expected.permitted.entries,
		expected.permitted.count);
	compare(judgement.reply.at, judgement.reply.count, expected.reply.entries,
		expected.reply.count);
	compare(judgement.nearest, judgement.nearest_count, expected.nearest,
		expected.nearest_count);
}

/* Rules as they stand in the input, those of them that are sane. */
static void try_damaged(struct input *input)
{
	static struct world world;
	static struct judgement judgement;
	struct rule_bounds bounds = {1000, GROUPS, 1};
	struct judge_rules rules;

	world = (struct world){.run_count = 1};
	take_record(&world, input);
	for (; input->len >= sizeof(struct rule) && world.count < MOST_RULES;
		input->data += sizeof(struct rule), input->len -= sizeof(struct rule)) {
		struct rule *rule = &world.rules[world.count];

		memcpy(rule, input->data, sizeof(*rule));
		if (!rule_is_sane(rule, &bounds))
			continue;
		PROMISE(rule_description_at(rule) <= bounds.text_size);
		(void)rule_unreadable(rule);
		world.count++;
	}
	world.runs[0].ingress_count = world.count / 2;
	world.runs[0].egress_count = world.count - world.count / 2;
	rules = rules_of(&world);
	judge_record(&judgement, &world.record, &rules);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct input input = {data, len};

	if ((take(&input) & 1) != 0)
		try_damaged(&input);
	else
		try_world(&input);
	return 0;
}

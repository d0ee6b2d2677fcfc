/*
 * From the rules that match to a verdict.
 *
 * A record is looked at twice: as a first packet, which a rule of its own
 * direction has to let pass (F, "permitted"), and as an answer, for which
 * tracking stands in that a stateful rule of the other direction began when it
 * let the first packet pass (R, "reply"). Where both are possible, who began
 * decides: the rules if only one side's is made for that port, else the ports.
 *
 * Whether a rule matches for certain or only may (match.h) is carried along and
 * bounds the confidence of the verdict.
 */
#include "rules/judge.h"

const char *judge_verdict_name(enum judge_verdict verdict)
{
	static const char *const names[JUDGE_VERDICTS] = {"permitted", "reply", "either",
		"unexplained", "denied", "late_reply", "contradicted", "exempt", "unknown"};

	return names[verdict];
}

const char *judge_confidence_name(enum judge_confidence confidence)
{
	static const char *const names[JUDGE_CONFIDENCES] = {
		"none", "possible", "likely", "certain"};

	return names[confidence];
}

/* Well-known, registered, ephemeral: from where clients mostly send. */
static unsigned port_class(uint16_t port)
{
	return port < JUDGE_REGISTERED ? 0 : port < JUDGE_EPHEMERAL ? 1 : 2;
}

enum judge_beginner judge_ports(uint16_t source, uint16_t destination)
{
	unsigned source_class = port_class(source);
	unsigned destination_class = port_class(destination);

	if (source == 0 || destination == 0 || source_class == destination_class)
		return JUDGE_UNDECIDED;
	return destination_class < source_class ? JUDGE_SENDER : JUDGE_OTHER;
}

/* A rule that names its service: at most so many destination ports. */
#define SPECIFIC_PORTS 1000

static bool is_specific(const struct rule *rule, uint16_t protocol)
{
	return rule->protocol == protocol && rule->destination_kind == RULE_RANGE_GIVEN &&
	       rule->destination_high - rule->destination_low < SPECIFIC_PORTS;
}

/* What F or R of a record is like. */
struct found {
	bool is_there;
	bool has_yes;
	bool is_specific; /* a rule that matches with yes is */
};

/* One record in one direction, or in both. */
struct question {
	const struct judge_record *record;
	const struct judge_rules *rules;
	bool has_transport; /* TCP or UDP, both ports known */
	struct found permitted;
	struct found reply;
};

static void add(struct judge_entries *entries, uint32_t rule, unsigned maybe)
{
	if (maybe == 0)
		entries->has_yes = true;
	if (entries->count < LIMIT_JUDGED)
		entries->at[entries->count++] = (struct judge_entry){rule, (uint8_t)maybe, 0};
}

/* The rules of one direction in a run, as a range of their numbers. */
struct range {
	uint32_t first;
	uint32_t end;
};

static struct range range_of(const struct judge_run *run, enum direction direction)
{
	uint32_t egress = run->first + run->ingress_count;

	if (direction == DIRECTION_INGRESS)
		return (struct range){run->first, egress};
	return (struct range){egress, egress + run->egress_count};
}

/* The next rule that has to be asked, or end. */
static uint32_t next_rule(const struct judge_rules *rules, uint32_t first, uint32_t end,
	const struct match_probe *probe)
{
	return rules->boxes ? match_next(rules->boxes, first, end, probe) : first;
}

/* F: what of the record's direction matches it. */
static void find_permitted(struct question *question, struct judge_entries *entries,
	enum direction direction, const struct match_flow *flow, const struct match_probe *probe)
{
	const struct judge_rules *rules = question->rules;
	unsigned maybe;

	for (size_t i = 0; i < rules->run_count; i++) {
		struct range range = range_of(&rules->runs[i], direction);
		uint32_t n = next_rule(rules, range.first, range.end, probe);

		for (; n < range.end; n = next_rule(rules, n + 1, range.end, probe)) {
			const struct rule *rule = &rules->rules[n];

			if (match_rule(rule, flow, &rules->world, &maybe) == MATCH_NO)
				continue;
			add(entries, n, maybe);
			if (maybe == 0 && is_specific(rule, flow->protocol))
				question->permitted.is_specific = true;
		}
	}
}

/*
 * R: what of the other direction matches what the record answers. Where a
 * stateless rule matches too it wins, and nothing was tracked; where it only
 * may match, so may all that was found here.
 */
static void find_reply(struct question *question, struct judge_entries *entries,
	enum direction direction, const struct match_flow *flow, const struct match_probe *probe)
{
	const struct judge_rules *rules = question->rules;
	size_t first = entries->count;
	bool had_yes = entries->has_yes;
	bool was_specific = question->reply.is_specific;
	bool is_doubtful = false;
	unsigned maybe;

	for (size_t i = 0; i < rules->run_count; i++) {
		struct range range = range_of(&rules->runs[i], direction);
		uint32_t n = next_rule(rules, range.first, range.end, probe);

		for (; n < range.end; n = next_rule(rules, n + 1, range.end, probe)) {
			const struct rule *rule = &rules->rules[n];

			if (match_rule(rule, flow, &rules->world, &maybe) == MATCH_NO)
				continue;
			if (!rule->is_stateless) {
				add(entries, n, maybe);
				if (maybe == 0 && is_specific(rule, flow->protocol))
					question->reply.is_specific = true;
			} else if (maybe == 0) {
				entries->count = first;
				entries->has_yes = had_yes;
				question->reply.is_specific = was_specific;
				return;
			} else {
				is_doubtful = true;
			}
		}
	}
	if (!is_doubtful)
		return;
	for (size_t i = first; i < entries->count; i++)
		entries->at[i].maybe |= MATCH_STATELESS;
	entries->has_yes = had_yes;
	question->reply.is_specific = was_specific;
}

static struct match_flow flow_of(const struct judge_record *record, enum direction direction)
{
	return (struct match_flow){
		.peer = direction == DIRECTION_EGRESS ? record->destination : record->source,
		.protocol = record->protocol,
		.has_ports = record->has_ports &&
			     (record->source_port != 0 || record->destination_port != 0),
		.source_low = record->source_port,
		.source_high = record->source_port,
		.destination_low = record->destination_port,
		.destination_high = record->destination_port,
	};
}

/* Adds F and R of one direction. Returns true if there is any. */
static bool find_direction(
	struct question *question, struct judgement *judgement, enum direction direction)
{
	struct match_flow flow = flow_of(question->record, direction);
	struct match_flow reversed = match_reversed(&flow);
	size_t before = judgement->permitted.count + judgement->reply.count;
	struct match_probe probe;

	match_make_probe(&probe, &flow);
	find_permitted(question, &judgement->permitted, direction, &flow, &probe);
	match_turn_probe(&probe, &reversed);
	find_reply(question, &judgement->reply,
		direction == DIRECTION_EGRESS ? DIRECTION_INGRESS : DIRECTION_EGRESS, &reversed,
		&probe);
	return judgement->permitted.count + judgement->reply.count != before;
}

static unsigned bits_in(unsigned set)
{
	static const uint8_t counts[16] = {0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4};

	return counts[set];
}

/* The fewest dimensions first, then the least sum of weights. */
static bool is_nearer(unsigned misses, unsigned than)
{
	if (bits_in(misses) != bits_in(than))
		return bits_in(misses) < bits_in(than);
	return misses < than;
}

/* The rules that came nearest to matching, while they are looked for. */
struct search {
	const struct judge_rules *rules;
	struct judgement *judgement;
	struct match_flow flow;
	struct match_probe probe;
	/* by the dimensions that a block does not meet: whether its rule, which fails
	 * in these and perhaps in more, may still be named */
	bool may_be_named[2 * MATCH_PROTOCOL_MISS];
};

/* What of a rule's misses its block tells. */
#define TOLD (MATCH_DESTINATION_PORT | MATCH_PEER_MISS | MATCH_PROTOCOL_MISS)

static bool is_found(const struct judgement *judgement, unsigned misses)
{
	const struct judge_entry *found = judgement->nearest;

	return judgement->nearest_count == 0 || is_nearer(misses, found->misses) ||
	       (misses == found->misses && judgement->nearest_count < JUDGE_NEAREST);
}

/* To be called whenever the nearest ones are others. */
static void narrow(struct search *search)
{
	for (unsigned misses = 0; misses <= TOLD; misses++)
		search->may_be_named[misses] = is_found(search->judgement, misses);
}

static void ask_rule(struct search *search, uint32_t rule)
{
	struct judgement *judgement = search->judgement;
	size_t *count = &judgement->nearest_count;
	unsigned misses =
		match_misses(&search->rules->rules[rule], &search->flow, &search->rules->world);

	if (misses == 0 || !is_found(judgement, misses))
		return;
	if (*count > 0 && misses != judgement->nearest[0].misses)
		*count = 0;
	judgement->nearest[(*count)++] = (struct judge_entry){rule, 0, (uint8_t)misses};
	narrow(search);
}

/* The places of blocks, as bits, whose rules may be named. */
static unsigned worth_asking(const struct search *search, const struct rule_boxes *boxes)
{
	struct match_fails fails = match_find_fails(boxes, &search->probe);
	unsigned bits = 0;

	for (unsigned misses = 0; misses <= TOLD; misses++) {
		unsigned of_these = UINT16_MAX;

		if ((misses & MATCH_SOURCE_PORT) != 0 || !search->may_be_named[misses])
			continue;
		of_these &= (misses & MATCH_DESTINATION_PORT) != 0 ? fails.destination_port
								   : ~fails.destination_port;
		of_these &= (misses & MATCH_PEER_MISS) != 0 ? fails.peer : ~fails.peer;
		of_these &= (misses & MATCH_PROTOCOL_MISS) != 0 ? fails.protocol : ~fails.protocol;
		bits |= of_these;
	}
	return bits;
}

/* Asks the rules of a range that stand in one struct rule_boxes; returns the
 * number of the first one after it. */
static uint32_t ask_boxes(struct search *search, uint32_t first, uint32_t end)
{
	uint32_t number = first / RULE_BOXES;
	uint32_t next = (number + 1) * RULE_BOXES;
	unsigned bits = worth_asking(search, &search->rules->boxes[number]);

	for (bits &= UINT32_MAX << first % RULE_BOXES; bits != 0; bits &= bits - 1) {
		uint32_t rule = number * RULE_BOXES + (uint32_t)__builtin_ctz(bits);

		if (rule >= end)
			break;
		ask_rule(search, rule);
	}
	return next;
}

/* The rules that came nearest to matching: of the best rank the first ones. */
static void find_nearest(
	struct question *question, struct judgement *judgement, enum direction direction)
{
	const struct judge_rules *rules = question->rules;
	struct search search;

	search.rules = rules;
	search.judgement = judgement;
	search.flow = flow_of(question->record, direction);
	match_make_probe(&search.probe, &search.flow);
	narrow(&search);
	for (size_t i = 0; i < rules->run_count; i++) {
		struct range range = range_of(&rules->runs[i], direction);
		uint32_t n = range.first;

		while (n < range.end && rules->boxes)
			n = ask_boxes(&search, n, range.end);
		for (; n < range.end; n++)
			ask_rule(&search, n);
	}
}

static void conclude(
	struct judgement *judgement, enum judge_verdict verdict, enum judge_confidence confidence)
{
	judgement->verdict = verdict;
	judgement->confidence = confidence;
}

/* What the ports say, of protocols that have them. */
static enum judge_beginner ask_ports(const struct question *question)
{
	if (!question->has_transport)
		return JUDGE_UNDECIDED;
	return judge_ports(question->record->source_port, question->record->destination_port);
}

/* Who began, where rules of both directions match with yes. */
static enum judge_beginner ask_beginner(const struct question *question)
{
	const struct judge_record *record = question->record;

	/* NTP, IKE and old DNS talk between equal ports: no side is the server */
	if (!question->has_transport || record->source_port == 0 || record->destination_port == 0 ||
		record->source_port == record->destination_port)
		return JUDGE_UNDECIDED;
	if (question->permitted.is_specific != question->reply.is_specific)
		return question->permitted.is_specific ? JUDGE_SENDER : JUDGE_OTHER;
	return ask_ports(question);
}

/* Rules of both directions match, at least one of them with yes. */
static void judge_both(struct judgement *judgement, const struct question *question)
{
	bool permitted = question->permitted.has_yes;
	bool reply = question->reply.has_yes;
	uint16_t protocol = question->record->protocol;
	enum judge_beginner beginner = JUDGE_UNDECIDED;

	if (permitted && reply)
		beginner = ask_beginner(question);
	else if (rule_protocol_has_ports(protocol))
		beginner = permitted ? JUDGE_SENDER : JUDGE_OTHER;
	if (beginner == JUDGE_UNDECIDED)
		conclude(judgement, JUDGE_EITHER, JUDGE_POSSIBLE);
	else
		conclude(judgement, beginner == JUDGE_SENDER ? JUDGE_PERMITTED : JUDGE_REPLY,
			JUDGE_LIKELY);
}

static void judge_accepted(struct judgement *judgement, const struct question *question)
{
	const struct found *permitted = &question->permitted;
	const struct found *reply = &question->reply;

	if (!permitted->is_there && !reply->is_there)
		conclude(judgement, JUDGE_UNEXPLAINED, JUDGE_NONE);
	else if (!reply->is_there)
		conclude(judgement, JUDGE_PERMITTED,
			permitted->has_yes ? JUDGE_CERTAIN : JUDGE_POSSIBLE);
	else if (!permitted->is_there)
		/* a sender that began: the rule that let it in may be gone */
		conclude(judgement, JUDGE_REPLY,
			reply->has_yes && ask_ports(question) != JUDGE_SENDER ? JUDGE_CERTAIN
									      : JUDGE_POSSIBLE);
	else if (!permitted->has_yes && !reply->has_yes)
		conclude(judgement, JUDGE_EITHER, JUDGE_POSSIBLE);
	else
		judge_both(judgement, question);
}

static void judge_rejected(struct judgement *judgement, const struct question *question)
{
	const struct found *permitted = &question->permitted;
	const struct found *reply = &question->reply;
	enum judge_beginner beginner = ask_ports(question);

	if (permitted->has_yes)
		conclude(judgement, JUDGE_CONTRADICTED, JUDGE_NONE);
	else if (permitted->is_there)
		conclude(judgement, JUDGE_DENIED, JUDGE_POSSIBLE);
	else if (reply->has_yes && beginner == JUDGE_OTHER)
		conclude(judgement, JUDGE_LATE_REPLY, JUDGE_LIKELY);
	else if (judgement->is_complete && !question->record->is_guessed &&
		 (!reply->is_there || beginner == JUDGE_SENDER))
		conclude(judgement, JUDGE_DENIED, JUDGE_CERTAIN);
	else
		conclude(judgement, JUDGE_DENIED, JUDGE_LIKELY);
}

/*
 * The directions whose rules count, in *direction the one that the nearest
 * rules are of, or none. Inside one subnet either end may be the VNIC.
 */
static void find_rules(
	struct question *question, struct judgement *judgement, enum direction *direction)
{
	const struct judge_record *record = question->record;

	*direction = record->direction;
	if (!record->is_guessed || !record->is_within) {
		(void)find_direction(question, judgement, record->direction);
		return;
	}
	*direction = DIRECTION_EGRESS;
	if (!find_direction(question, judgement, DIRECTION_EGRESS)) {
		if (find_direction(question, judgement, DIRECTION_INGRESS))
			*direction = DIRECTION_INGRESS;
	} else if (find_direction(question, judgement, DIRECTION_INGRESS)) {
		*direction = DIRECTION_NONE;
	}
}

/*
 * Makes an empty judgement. Returns true if rules decide further; else it is
 * concluded.
 */
static bool begin(struct judgement *judgement, const struct judge_record *record, bool is_complete)
{
	judgement->is_complete = is_complete;
	judgement->nearest_count = 0;
	judgement->permitted.count = judgement->reply.count = 0;
	judgement->permitted.has_yes = judgement->reply.has_yes = false;
	if (match_is_link_local(&record->source) || match_is_link_local(&record->destination)) {
		conclude(judgement, JUDGE_EXEMPT, JUDGE_CERTAIN);
		return false;
	}
	if (record->direction == DIRECTION_NONE || record->source.family == ADDRESS_NONE ||
		record->destination.family == ADDRESS_NONE) {
		conclude(judgement, JUDGE_UNKNOWN, JUDGE_NONE);
		return false;
	}
	return true;
}

/* Concludes from what was found. */
static void judge(struct judgement *judgement, struct question *question)
{
	const struct judge_record *record = question->record;

	question->has_transport = record->has_ports && rule_protocol_has_ports(record->protocol);
	if (record->action == ACTION_ACCEPT)
		judge_accepted(judgement, question);
	else
		judge_rejected(judgement, question);
}

void judge_record(struct judgement *judgement, const struct judge_record *record,
	const struct judge_rules *rules)
{
	struct question question = {.record = record, .rules = rules};
	enum direction nearest_of;

	if (!begin(judgement, record, rules->is_complete))
		return;
	find_rules(&question, judgement, &nearest_of);
	question.permitted.is_there = judgement->permitted.count > 0;
	question.permitted.has_yes = judgement->permitted.has_yes;
	question.reply.is_there = judgement->reply.count > 0;
	question.reply.has_yes = judgement->reply.has_yes;
	judge(judgement, &question);
	if (record->is_guessed && record->is_within && judgement->confidence > JUDGE_LIKELY)
		judgement->confidence = JUDGE_LIKELY;
	if (judgement->verdict == JUDGE_DENIED && nearest_of != DIRECTION_NONE)
		find_nearest(&question, judgement, nearest_of);
}

/* ---- without naming rules ---------------------------------------------------- */

/* Bits of an answer: of all rules that match, as F has them, and of the stateful ones
 * alone, as R does, unless a stateless one matches too. */
#define ANY 0x01
#define YES 0x02
#define SPECIFIC 0x04
#define STATEFUL(bits) ((bits) << 3)
#define STATELESS_YES 0x40
#define STATELESS_MAYBE 0x80

static uint8_t ask_direction(const struct judge_rules *rules, enum direction direction,
	const struct match_flow *flow, const struct match_probe *probe)
{
	unsigned answer = 0, maybe;

	for (size_t i = 0; i < rules->run_count; i++) {
		struct range range = range_of(&rules->runs[i], direction);
		uint32_t n = next_rule(rules, range.first, range.end, probe);

		for (; n < range.end; n = next_rule(rules, n + 1, range.end, probe)) {
			const struct rule *rule = &rules->rules[n];
			unsigned bits = ANY;

			if (match_rule(rule, flow, &rules->world, &maybe) == MATCH_NO)
				continue;
			if (maybe == 0)
				bits |= is_specific(rule, flow->protocol) ? YES | SPECIFIC : YES;
			if (!rule->is_stateless)
				bits |= STATEFUL(bits);
			else
				bits |= maybe == 0 ? STATELESS_YES : STATELESS_MAYBE;
			answer |= bits;
		}
	}
	return (uint8_t)answer;
}

static struct found found_of(unsigned bits)
{
	return (struct found){(bits & ANY) != 0, (bits & YES) != 0, (bits & SPECIFIC) != 0};
}

/* As find_reply has it. */
static struct found reply_of(unsigned answer)
{
	unsigned bits = answer / STATEFUL(1) & (ANY | YES | SPECIFIC);

	if ((answer & STATELESS_YES) != 0)
		return found_of(0);
	return found_of((answer & STATELESS_MAYBE) != 0 ? bits & ANY : bits);
}

struct judge_answers judge_ask(const struct judge_record *record, const struct judge_rules *rules)
{
	struct match_flow flow = flow_of(record, record->direction);
	struct match_flow reversed = match_reversed(&flow);
	struct match_probe probe;
	uint8_t own, other;

	match_make_probe(&probe, &flow);
	own = ask_direction(rules, record->direction, &flow, &probe);
	match_turn_probe(&probe, &reversed);
	if (record->direction == DIRECTION_EGRESS) {
		other = ask_direction(rules, DIRECTION_INGRESS, &reversed, &probe);
		return (struct judge_answers){own, other};
	}
	other = ask_direction(rules, DIRECTION_EGRESS, &reversed, &probe);
	return (struct judge_answers){other, own};
}

void judge_by_answers(struct judgement *judgement, const struct judge_record *record,
	bool is_complete, struct judge_answers answers)
{
	const bool is_egress = record->direction == DIRECTION_EGRESS;
	struct question question = {
		.record = record,
		.permitted = found_of(is_egress ? answers.egress : answers.ingress),
		.reply = reply_of(is_egress ? answers.ingress : answers.egress),
	};

	if (begin(judgement, record, is_complete))
		judge(judgement, &question);
}

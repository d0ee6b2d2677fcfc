/*
 * Verdicts and their confidence, by the table of the manual. Cases with whole
 * worlds stand in tests/reference/rules_cases.ndjson.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "turned.h"

#include "rules/judge.h"

#define RULES_MAX 5000

static struct rule table[RULES_MAX];
static struct rule_boxes boxes[RULES_MAX / RULE_BOXES + 1];
static struct judge_run run; /* all of the table */
static struct judgement judged;

static struct rule_text text(const char *spelled)
{
	return (struct rule_text){spelled, spelled ? strlen(spelled) : 0};
}

/* Adds a rule of any peer; a destination port of 0: none is limited. */
static struct rule *add_rule(enum direction direction, const char *protocol, unsigned port)
{
	struct rule_parts parts = {.direction = direction,
		.is_valid = true,
		.protocol = text(protocol),
		.peer = text("0.0.0.0/0")};
	struct rule *rule = &table[run.ingress_count + run.egress_count];

	parts.tcp_destination.is_given = port != 0;
	parts.tcp_destination.low = parts.tcp_destination.high = (struct rule_number){true, port};
	parts.udp_destination = parts.tcp_destination;
	rule_make(rule, &parts);
	if (direction == DIRECTION_INGRESS) {
		assert_int_equal(run.egress_count, 0);
		run.ingress_count++;
	} else {
		run.egress_count++;
	}
	return rule;
}

static struct rule *ingress(const char *protocol, unsigned port)
{
	return add_rule(DIRECTION_INGRESS, protocol, port);
}

static struct rule *egress(const char *protocol, unsigned port)
{
	return add_rule(DIRECTION_EGRESS, protocol, port);
}

/* A rule with a type: it only may match. */
static void typed(struct rule *rule)
{
	rule->icmp_type = 8;
}

/* A rule that only may match, of any protocol. */
static void doubtful(struct rule *rule)
{
	rule->peer_kind = RULE_PEER_UNREADABLE;
	rule->peer = (struct prefix){0};
}

static int start(void **state)
{
	(void)state;
	run = (struct judge_run){0};
	return 0;
}

static struct judge_rules applying(bool is_complete)
{
	rule_make_boxes(boxes, table, run.ingress_count + run.egress_count);
	return (struct judge_rules){.rules = table,
		.boxes = boxes,
		.runs = &run,
		.run_count = 1,
		.is_complete = is_complete};
}

/* A record of a subnet 10.0.1.0/24, whose VNIC is known. */
static struct judge_record record(enum action action, enum direction direction, uint16_t protocol,
	uint16_t source_port, uint16_t destination_port)
{
	static const char own[] = "10.0.1.5", far[] = "198.51.100.7";
	struct judge_record made = {.action = action,
		.protocol = protocol,
		.has_ports = true,
		.source_port = source_port,
		.destination_port = destination_port,
		.direction = direction};
	bool out = direction == DIRECTION_EGRESS;

	assert_int_equal(address_parse(&made.source, out ? own : far, strlen(out ? own : far)), 0);
	assert_int_equal(
		address_parse(&made.destination, out ? far : own, strlen(out ? far : own)), 0);
	return made;
}

/* The answers alone lead to the same, whichever way of the flow they are asked for. */
static void assert_answers(const struct judge_record *given, const struct judge_rules *rules)
{
	struct judge_record other = turned(given);
	struct judge_answers answers = judge_ask(given, rules), others = judge_ask(&other, rules);
	static struct judgement again;

	assert_int_equal(answers.egress, others.egress);
	assert_int_equal(answers.ingress, others.ingress);
	judge_by_answers(&again, given, rules->is_complete, answers);
	assert_int_equal(again.verdict, judged.verdict);
	assert_int_equal(again.confidence, judged.confidence);
	assert_int_equal(again.is_complete, judged.is_complete);
	assert_int_equal(again.permitted.count + again.reply.count + again.nearest_count, 0);
}

static void assert_record(const struct judge_record *given, bool is_complete,
	enum judge_verdict verdict, enum judge_confidence confidence)
{
	struct judge_rules rules = applying(is_complete);

	judge_record(&judged, given, &rules);
	assert_string_equal(judge_verdict_name(judged.verdict), judge_verdict_name(verdict));
	assert_string_equal(
		judge_confidence_name(judged.confidence), judge_confidence_name(confidence));
	assert_int_equal(judged.is_complete, is_complete);
	if (judge_needs_answers(given))
		assert_answers(given, &rules);
}

/* A packet out, from port to port, accepted. */
static void assert_accepted(uint16_t protocol, uint16_t source_port, uint16_t destination_port,
	enum judge_verdict verdict, enum judge_confidence confidence)
{
	struct judge_record given =
		record(ACTION_ACCEPT, DIRECTION_EGRESS, protocol, source_port, destination_port);

	assert_record(&given, true, verdict, confidence);
	assert_int_equal(judged.nearest_count, 0);
}

/* A packet in, from port to port, rejected. */
static void assert_rejected(uint16_t protocol, uint16_t source_port, uint16_t destination_port,
	enum judge_verdict verdict, enum judge_confidence confidence)
{
	struct judge_record given =
		record(ACTION_REJECT, DIRECTION_INGRESS, protocol, source_port, destination_port);

	assert_record(&given, true, verdict, confidence);
}

static void test_by_itself(void **state)
{
	(void)state;
	assert_accepted(6, 50000, 443, JUDGE_UNEXPLAINED, JUDGE_NONE);
	(void)egress("6", 443);
	assert_accepted(6, 50000, 443, JUDGE_PERMITTED, JUDGE_CERTAIN);
	assert_int_equal(judged.permitted.count, 1);
	assert_int_equal(judged.permitted.at[0].rule, 0);
	assert_accepted(6, 50000, 444, JUDGE_UNEXPLAINED, JUDGE_NONE);
	doubtful(&table[0]);
	assert_accepted(6, 50000, 443, JUDGE_PERMITTED, JUDGE_POSSIBLE);
	assert_int_equal(judged.permitted.at[0].maybe, MATCH_PEER);
}

static void test_reply(void **state)
{
	(void)state;
	(void)ingress("6", 443);
	assert_accepted(6, 443, 50000, JUDGE_REPLY, JUDGE_CERTAIN);
	assert_int_equal(judged.reply.count, 1);
	assert_accepted(6, 443, 40, JUDGE_REPLY, JUDGE_CERTAIN);
	(void)start(state);
	(void)ingress("6", 0);
	assert_accepted(6, 50000, 443, JUDGE_REPLY, JUDGE_POSSIBLE);
	assert_accepted(6, 1024, 443, JUDGE_REPLY, JUDGE_POSSIBLE);
	assert_accepted(6, 1023, 443, JUDGE_REPLY, JUDGE_CERTAIN);
	assert_accepted(6, 32768, 32767, JUDGE_REPLY, JUDGE_POSSIBLE);
	assert_accepted(6, 50000, 0, JUDGE_REPLY, JUDGE_CERTAIN);
	doubtful(&table[0]);
	assert_accepted(6, 443, 50000, JUDGE_REPLY, JUDGE_POSSIBLE);
}

static void test_reply_of_other_protocols(void **state)
{
	(void)state;
	(void)ingress("all", 0);
	assert_accepted(47, 50000, 443, JUDGE_REPLY, JUDGE_CERTAIN);
	assert_accepted(MATCH_NO_PROTOCOL, 50000, 443, JUDGE_REPLY, JUDGE_CERTAIN);
}

static void test_one_only_may(void **state)
{
	(void)state;
	doubtful(ingress("all", 0));
	(void)egress("all", 0);
	assert_accepted(6, 443, 50000, JUDGE_PERMITTED, JUDGE_LIKELY);
	assert_accepted(17, 443, 443, JUDGE_PERMITTED, JUDGE_LIKELY);
	assert_accepted(1, 0, 0, JUDGE_EITHER, JUDGE_POSSIBLE);
	doubtful(&table[1]);
	assert_accepted(6, 443, 50000, JUDGE_EITHER, JUDGE_POSSIBLE);
	assert_accepted(1, 0, 0, JUDGE_EITHER, JUDGE_POSSIBLE);
	run = (struct judge_run){0};
	(void)ingress("all", 0);
	doubtful(egress("all", 0));
	assert_accepted(6, 50000, 443, JUDGE_REPLY, JUDGE_LIKELY);
	assert_accepted(47, 50000, 443, JUDGE_EITHER, JUDGE_POSSIBLE);
}

static void test_who_began(void **state)
{
	(void)state;
	(void)ingress("all", 0);
	(void)egress("all", 0);
	assert_accepted(6, 50000, 443, JUDGE_PERMITTED, JUDGE_LIKELY);
	assert_accepted(6, 443, 50000, JUDGE_REPLY, JUDGE_LIKELY);
	assert_accepted(6, 443, 1521, JUDGE_REPLY, JUDGE_LIKELY);
	assert_accepted(6, 40000, 40001, JUDGE_EITHER, JUDGE_POSSIBLE);
	assert_accepted(6, 0, 443, JUDGE_EITHER, JUDGE_POSSIBLE);
	assert_accepted(6, 0, 0, JUDGE_EITHER, JUDGE_POSSIBLE);
	assert_accepted(1, 0, 0, JUDGE_EITHER, JUDGE_POSSIBLE);
	assert_accepted(47, 50000, 443, JUDGE_EITHER, JUDGE_POSSIBLE);
}

static void test_specific_rules_tell_first(void **state)
{
	(void)state;
	(void)ingress("6", 40000);
	(void)egress("all", 0);
	/* the ports say that the sender began; the rule for 40000 knows better */
	assert_accepted(6, 40000, 443, JUDGE_REPLY, JUDGE_LIKELY);
	assert_accepted(6, 40000, 40000, JUDGE_EITHER, JUDGE_POSSIBLE);
	(void)egress("6", 443);
	assert_accepted(6, 40000, 443, JUDGE_PERMITTED, JUDGE_LIKELY);
	table[0].destination_low = 39501;
	table[0].destination_high = 40500;
	run.egress_count = 1;
	assert_accepted(6, 40000, 443, JUDGE_REPLY, JUDGE_LIKELY);
	table[0].destination_high = 40501;
	assert_accepted(6, 40000, 443, JUDGE_PERMITTED, JUDGE_LIKELY);
	/* of another protocol, or one that only may match, it says nothing */
	table[0].destination_high = 40000;
	table[0].protocol = RULE_PROTOCOL_UNREADABLE;
	assert_accepted(6, 40000, 443, JUDGE_PERMITTED, JUDGE_LIKELY);
}

static void test_stateless_wins(void **state)
{
	(void)state;
	ingress("6", 80)->is_stateless = 1;
	assert_accepted(6, 80, 50000, JUDGE_UNEXPLAINED, JUDGE_NONE);
	(void)ingress("6", 80);
	assert_accepted(6, 80, 50000, JUDGE_UNEXPLAINED, JUDGE_NONE);
	assert_int_equal(judged.reply.count, 0);
	/* the other way round the first one matches as well as the second */
	(void)egress("6", 80);
	egress("6", 80)->is_stateless = 1;
	assert_accepted(6, 50000, 80, JUDGE_PERMITTED, JUDGE_CERTAIN);
	assert_int_equal(judged.permitted.count, 2);
}

static void test_stateless_may_win(void **state)
{
	(void)state;
	(void)ingress("1", 0);
	typed(ingress("1", 0));
	table[1].is_stateless = 1;
	assert_accepted(1, 0, 0, JUDGE_REPLY, JUDGE_POSSIBLE);
	assert_int_equal(judged.reply.count, 1);
	assert_int_equal(judged.reply.at[0].rule, 0);
	assert_int_equal(judged.reply.at[0].maybe, MATCH_STATELESS);
	typed(&table[0]);
	assert_accepted(1, 0, 0, JUDGE_REPLY, JUDGE_POSSIBLE);
	assert_int_equal(judged.reply.at[0].maybe, MATCH_STATELESS | MATCH_ICMP_TYPE);
	/* no rule that tracks, no doubt */
	table[0].is_stateless = 1;
	assert_accepted(1, 0, 0, JUDGE_UNEXPLAINED, JUDGE_NONE);
}

static void test_rejected(void **state)
{
	struct judge_record given;

	(void)state;
	assert_rejected(6, 50000, 22, JUDGE_DENIED, JUDGE_CERTAIN);
	(void)ingress("6", 443);
	assert_rejected(6, 50000, 443, JUDGE_CONTRADICTED, JUDGE_NONE);
	assert_int_equal(judged.nearest_count, 0);
	assert_rejected(6, 50000, 22, JUDGE_DENIED, JUDGE_CERTAIN);
	(void)egress("all", 0);
	assert_rejected(6, 50000, 22, JUDGE_DENIED, JUDGE_CERTAIN);
	assert_rejected(6, 443, 50000, JUDGE_LATE_REPLY, JUDGE_LIKELY);
	assert_int_equal(judged.nearest_count, 0);
	assert_rejected(6, 123, 123, JUDGE_DENIED, JUDGE_LIKELY);
	assert_rejected(1, 0, 0, JUDGE_DENIED, JUDGE_LIKELY);
	doubtful(&table[1]);
	assert_rejected(6, 443, 50000, JUDGE_DENIED, JUDGE_LIKELY);
	given = record(ACTION_REJECT, DIRECTION_INGRESS, 6, 50000, 22);
	assert_record(&given, false, JUDGE_DENIED, JUDGE_LIKELY);
	given.is_guessed = true;
	assert_record(&given, true, JUDGE_DENIED, JUDGE_LIKELY);
	doubtful(&table[0]);
	table[0].destination_low = 22;
	assert_rejected(6, 50000, 22, JUDGE_DENIED, JUDGE_POSSIBLE);
	assert_int_equal(judged.permitted.count, 1);
}

static void test_nearest(void **state)
{
	(void)state;
	(void)ingress("17", 443);                /* protocol and port */
	ingress("6", 443)->is_valid = 0;         /* port and peer */
	ingress("6", 443)->source_low = 1;       /* port */
	table[2].source_kind = RULE_RANGE_GIVEN; /* and it matches the source */
	(void)ingress("6", 80);                  /* port */
	(void)ingress("6", 81);                  /* port */
	(void)ingress("6", 82);                  /* port: a fourth one */
	ingress("6", 22)->is_valid = 0;          /* peer: as few, more weight */
	doubtful(ingress("6", 22));              /* none: it may match */
	(void)egress("6", 23);                   /* another direction */
	assert_rejected(6, 50000, 22, JUDGE_DENIED, JUDGE_POSSIBLE);
	assert_int_equal(judged.nearest_count, 3);
	for (uint32_t i = 0; i < 3; i++) {
		assert_int_equal(judged.nearest[i].rule, 2 + i);
		assert_int_equal(judged.nearest[i].misses, MATCH_DESTINATION_PORT);
	}
}

static void test_fewer_dimensions_are_nearer(void **state)
{
	(void)state;
	(void)ingress("6", 443);
	table[0].source_kind = RULE_RANGE_GIVEN;
	table[0].source_high = 2;
	ingress("6", 22)->is_valid = 0;
	assert_rejected(6, 50000, 22, JUDGE_DENIED, JUDGE_CERTAIN);
	assert_int_equal(judged.nearest_count, 1);
	assert_int_equal(judged.nearest[0].misses, MATCH_PEER_MISS);
}

static struct judge_record guessed(
	enum action action, uint16_t source_port, uint16_t destination_port)
{
	struct judge_record made =
		record(action, DIRECTION_EGRESS, 6, source_port, destination_port);

	made.destination = made.source;
	made.destination.high ^= UINT64_C(1) << 32;
	made.is_guessed = made.is_within = true;
	return made;
}

static void test_both_directions(void **state)
{
	struct judge_record accepted = guessed(ACTION_ACCEPT, 50000, 3306);
	struct judge_record rejected = guessed(ACTION_REJECT, 50000, 3306);

	(void)state;
	assert_record(&accepted, true, JUDGE_UNEXPLAINED, JUDGE_NONE);
	(void)ingress("6", 3306);
	assert_record(&accepted, true, JUDGE_PERMITTED, JUDGE_LIKELY);
	assert_record(&rejected, true, JUDGE_CONTRADICTED, JUDGE_NONE);
	/* both ways are explained: the one that is out comes first */
	(void)egress("6", 3306);
	assert_record(&accepted, true, JUDGE_PERMITTED, JUDGE_LIKELY);
	assert_int_equal(judged.permitted.count, 2);
	assert_int_equal(judged.permitted.at[0].rule, 1);
	assert_int_equal(judged.permitted.at[1].rule, 0);
	/* neither is: what came nearest is of egress */
	rejected.destination_port = 3307;
	assert_record(&rejected, true, JUDGE_DENIED, JUDGE_LIKELY);
	assert_int_equal(judged.nearest_count, 1);
	assert_int_equal(judged.nearest[0].rule, 1);
}

static void test_nearest_of_both_directions(void **state)
{
	struct judge_record rejected = guessed(ACTION_REJECT, 50000, 3306);

	(void)state;
	(void)ingress("6", 22);
	doubtful(ingress("6", 3306));
	(void)egress("6", 23);
	assert_record(&rejected, true, JUDGE_DENIED, JUDGE_POSSIBLE);
	assert_int_equal(judged.permitted.count, 1);
	assert_int_equal(judged.nearest_count, 1);
	assert_int_equal(judged.nearest[0].rule, 0);
	doubtful(egress("6", 3306));
	assert_record(&rejected, true, JUDGE_DENIED, JUDGE_POSSIBLE);
	assert_int_equal(judged.permitted.count, 2);
	assert_int_equal(judged.nearest_count, 0);
}

static void test_exempt_and_unknown(void **state)
{
	struct judge_record given = record(ACTION_ACCEPT, DIRECTION_EGRESS, 6, 50000, 80);

	(void)state;
	(void)egress("all", 0);
	given.direction = DIRECTION_NONE;
	assert_record(&given, false, JUDGE_UNKNOWN, JUDGE_NONE);
	assert_int_equal(judged.permitted.count, 0);
	given.direction = DIRECTION_EGRESS;
	given.destination.family = ADDRESS_NONE;
	assert_record(&given, true, JUDGE_UNKNOWN, JUDGE_NONE);
	given.source = (struct address){UINT64_C(0xa9fea9fe) << 32, 0, ADDRESS_IPV4};
	assert_record(&given, true, JUDGE_EXEMPT, JUDGE_CERTAIN);
	given.direction = DIRECTION_NONE;
	assert_record(&given, true, JUDGE_EXEMPT, JUDGE_CERTAIN);
	assert_int_equal(judged.permitted.count, 0);
}

static void test_more_than_are_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < LIMIT_JUDGED + 10; i++)
		doubtful(ingress("6", 443));
	(void)ingress("6", 443);
	assert_accepted(6, 443, 50000, JUDGE_REPLY, JUDGE_CERTAIN);
	assert_int_equal(judged.reply.count, LIMIT_JUDGED);
	assert_true(judged.reply.has_yes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_by_itself, start),
		cmocka_unit_test_setup(test_reply, start),
		cmocka_unit_test_setup(test_reply_of_other_protocols, start),
		cmocka_unit_test_setup(test_one_only_may, start),
		cmocka_unit_test_setup(test_who_began, start),
		cmocka_unit_test_setup(test_specific_rules_tell_first, start),
		cmocka_unit_test_setup(test_stateless_wins, start),
		cmocka_unit_test_setup(test_stateless_may_win, start),
		cmocka_unit_test_setup(test_rejected, start),
		cmocka_unit_test_setup(test_nearest, start),
		cmocka_unit_test_setup(test_fewer_dimensions_are_nearer, start),
		cmocka_unit_test_setup(test_both_directions, start),
		cmocka_unit_test_setup(test_nearest_of_both_directions, start),
		cmocka_unit_test_setup(test_exempt_and_unknown, start),
		cmocka_unit_test_setup(test_more_than_are_named, start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

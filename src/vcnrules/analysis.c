/*
 * The thresholds of the findings stand here. Nothing depends on the order in which
 * rules are asked for, but room for the peers of a rule is used again for the next.
 */
#include "vcnrules/analysis.h"

#include <math.h>

#include "base/msg.h"
#include "lookup/rule.h"

/* Peers that are few enough to name them instead of everybody. */
#define NARROW_ADDRESSES 4096

/* A rule that lets more ports pass is wide if so few of them are used. */
#define MANY_PORTS 1000
#define FEW_PORTS 20
#define FEW_PROTOCOLS 3

/* Ports that nobody should be let to from everywhere. */
static const uint16_t sensitive_ports[] = {21, 22, 23, 111, 135, 139, 445, 1433, 1521, 2049, 2375,
	2379, 3306, 3389, 5432, 5900, 5985, 5986, 6379, 6443, 9200, 10250, 11211, 27017};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum exitcode analysis_begin(struct analysis *analysis, const struct command *command)
{
	*analysis = (struct analysis){
		.flows = FLOWS_INIT,
		.min_packets = command->options->min_packets,
	};
	return ruleset_make(&analysis->ruleset, command->lookup, command->options);
}

enum exitcode analysis_read(struct analysis *analysis, struct command *command)
{
	enum exitcode exitcode = command_read(command, &analysis->flows);

	if (exitcode > EXITCODE_PARTIAL)
		return exitcode;
	if (usage_make(&analysis->usage, &analysis->ruleset, &analysis->flows,
		    command->options->min_window) == 0 &&
		findings_make(&analysis->findings, &analysis->ruleset, false) == 0 &&
		peers_begin(&analysis->peers, &analysis->flows) == 0)
		return exitcode;
	msg_no_memory();
	return EXITCODE_INTERNAL;
}

void analysis_free(struct analysis *analysis)
{
	ruleset_free(&analysis->ruleset);
	flows_free(&analysis->flows);
	usage_free(&analysis->usage);
	findings_free(&analysis->findings);
	peers_free(&analysis->peers);
}

/* ---- findings ---------------------------------------------------------------------- */

unsigned analysis_ports(const struct rule *rule)
{
	if (rule->protocol == RULE_PROTOCOL_ALL)
		return RULE_PORT_MAX + 1;
	if (!rule_protocol_has_ports(rule->protocol))
		return 0;
	return (unsigned)rule->destination_high - rule->destination_low + 1;
}

static bool admits_sensitive_port(const struct rule *rule)
{
	if (rule->direction != DIRECTION_INGRESS || !rule_is_for_anyone(rule) ||
		analysis_ports(rule) == 0 || !rule->is_valid ||
		rule->destination_kind == RULE_RANGE_NOTHING ||
		rule->source_kind == RULE_RANGE_NOTHING)
		return false;
	for (size_t i = 0; i < COUNT(sensitive_ports); i++)
		if (rule->protocol == RULE_PROTOCOL_ALL ||
			(sensitive_ports[i] >= rule->destination_low &&
				sensitive_ports[i] <= rule->destination_high))
			return true;
	return false;
}

static unsigned find(const struct analysis_rule *rule)
{
	const struct usage_rule *usage = rule->usage;
	const struct peers *peers = rule->peers;
	unsigned found = 0;

	if (usage->conversations + usage->answers + usage->maybe + usage->either == 0)
		found |= rule->evidence == 0 ? ANALYSIS_BIT(ANALYSIS_UNUSED)
					     : ANALYSIS_BIT(ANALYSIS_NO_EVIDENCE);
	else if (usage->conversations + usage->answers == 0)
		found |= usage->either > 0 ? ANALYSIS_BIT(ANALYSIS_ONLY_EITHER)
					   : ANALYSIS_BIT(ANALYSIS_ONLY_MAYBE);
	if (rule_is_for_anyone(rule->rule) && usage->conversations > 0 &&
		peers->block_addresses <= NARROW_ADDRESSES)
		found |= ANALYSIS_BIT(ANALYSIS_WIDE_PEER);
	if (analysis_ports(rule->rule) > MANY_PORTS && peers->port_count > 0 &&
		peers->port_count <= FEW_PORTS)
		found |= ANALYSIS_BIT(ANALYSIS_WIDE_PORTS);
	if (rule->rule->protocol == RULE_PROTOCOL_ALL && peers->protocol_count > 0 &&
		peers->protocol_count <= FEW_PROTOCOLS)
		found |= ANALYSIS_BIT(ANALYSIS_ALL_PROTOCOLS);
	if (admits_sensitive_port(rule->rule))
		found |= ANALYSIS_BIT(ANALYSIS_SENSITIVE_PORT);
	if (!rule->seen->is_attached)
		found |= ANALYSIS_BIT(ANALYSIS_UNATTACHED);
	return found;
}

static unsigned width_of(const struct rule *rule)
{
	unsigned ports = analysis_ports(rule);
	double bits = 16; /* a label or group */

	if (rule->peer_kind == RULE_PEER_CIDR) {
		unsigned host =
			(rule->peer.family == ADDRESS_IPV4 ? 32u : 128u) - rule->peer.length;

		bits = host > 32 ? 32 : host;
	}
	if (ports > 0)
		bits += log2(ports);
	if (rule->protocol == RULE_PROTOCOL_ALL)
		bits += 8;
	return 1 + (unsigned)lround(99 * bits / 56);
}

int analysis_look(struct analysis *analysis, size_t owner, size_t at, struct analysis_rule *rule)
{
	const struct ruleset_owner *of = &analysis->ruleset.owners[owner];
	size_t number = of->first + at;

	*rule = (struct analysis_rule){
		.owner = of,
		.number = number,
		.rule = &of->rules[at],
		.usage = &analysis->usage.rules[number],
		.seen = &analysis->usage.owners[owner],
		.peers = &analysis->peers,
		.verdict = &analysis->findings.verdicts[number],
		.evidence = analysis->usage.owners[owner].evidence |
			    analysis->usage.rules[number].evidence,
		.width = width_of(&of->rules[at]),
	};
	lookup_rule_texts(analysis->ruleset.lookup, rule->rule, &rule->texts);
	if (peers_gather(&analysis->peers, &analysis->flows, &analysis->usage, rule->usage,
		    analysis->min_packets) != 0)
		return -1;
	rule->findings = find(rule);
	return 0;
}

/* ---- names --------------------------------------------------------------------------- */

const char *analysis_next_finding(const struct analysis_rule *rule, size_t *at)
{
	static const char *const names[ANALYSIS_FINDINGS] = {
		[ANALYSIS_UNUSED] = "unused",
		[ANALYSIS_NO_EVIDENCE] = "no_evidence",
		[ANALYSIS_ONLY_MAYBE] = "only_maybe",
		[ANALYSIS_ONLY_EITHER] = "only_either",
		[ANALYSIS_WIDE_PEER] = "wide_peer",
		[ANALYSIS_WIDE_PORTS] = "wide_ports",
		[ANALYSIS_ALL_PROTOCOLS] = "all_protocols",
		[ANALYSIS_SENSITIVE_PORT] = "sensitive_port",
		[ANALYSIS_UNATTACHED] = "unattached",
	};
	const char *name;
	size_t of_rules;

	while (*at < ANALYSIS_FINDINGS) {
		size_t i = (*at)++;

		if (rule->findings & 1u << i)
			return names[i];
	}
	of_rules = *at - ANALYSIS_FINDINGS;
	name = findings_next_name(rule->verdict->findings, &of_rules);
	*at = ANALYSIS_FINDINGS + of_rules;
	return name;
}

const char *analysis_next_evidence(unsigned evidence, size_t *at)
{
	static const char *const names[] = {
		"short_window", "silent_subnet", "unexplained", "young_rule"};

	while (*at < COUNT(names)) {
		size_t i = (*at)++;

		if (evidence & 1u << i)
			return names[i];
	}
	return NULL;
}

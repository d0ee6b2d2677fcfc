/*
 * What is known of each rule once the conversations are read: who used it, what is
 * to be made of that, and how sure it is.
 */
#ifndef VCNRULES_ANALYSIS_H
#define VCNRULES_ANALYSIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/exitcode.h"
#include "lookup/lookup.h"
#include "rules/boxes.h"
#include "vcnrules/command.h"
#include "vcnrules/findings.h"
#include "vcnrules/flows.h"
#include "vcnrules/peers.h"
#include "vcnrules/ruleset.h"
#include "vcnrules/usage.h"

/* What use tells of a rule; their bits make analysis_rule.findings. */
enum analysis_finding {
	ANALYSIS_UNUSED,
	ANALYSIS_NO_EVIDENCE,
	ANALYSIS_ONLY_MAYBE,
	ANALYSIS_ONLY_EITHER,
	ANALYSIS_WIDE_PEER,
	ANALYSIS_WIDE_PORTS,
	ANALYSIS_ALL_PROTOCOLS,
	ANALYSIS_SENSITIVE_PORT,
	ANALYSIS_UNATTACHED,
	ANALYSIS_FINDINGS
};

/* One as its bit; and those by which a rule is wide. */
#define ANALYSIS_BIT(finding) (1u << (finding))
#define ANALYSIS_WIDE                                                                              \
	(ANALYSIS_BIT(ANALYSIS_WIDE_PEER) | ANALYSIS_BIT(ANALYSIS_WIDE_PORTS) |                    \
		ANALYSIS_BIT(ANALYSIS_ALL_PROTOCOLS))

struct analysis {
	struct ruleset ruleset;
	struct flows flows;
	struct usage usage;
	struct findings findings; /* what the rules alone tell */
	struct peers peers;       /* of the rule that was asked for last */
	uint64_t min_packets;
};

/* A rule and all that is known of it. */
struct analysis_rule {
	const struct ruleset_owner *owner;
	size_t number; /* in the ruleset */
	const struct rule *rule;
	struct lookup_rule_texts texts;
	const struct usage_rule *usage;
	const struct usage_owner *seen; /* of its list or group */
	const struct peers *peers;      /* until the next rule is asked for */
	const struct boxes_verdict *verdict;
	unsigned findings; /* bits of enum analysis_finding */
	unsigned evidence; /* why too little was seen: bits of enum usage_evidence */
	unsigned width;    /* from 1, one address, port and protocol, to 100, everything */
};

/*
 * Chooses the rules that the options name. Returns as ruleset_make does. Free with
 * analysis_free in any case.
 */
enum exitcode analysis_begin(struct analysis *analysis, const struct command *command);

/*
 * Reads the conversations and judges them, after command_begin. Returns EXITCODE_OK,
 * EXITCODE_PARTIAL after messages about the input, or EXITCODE_INTERNAL after one.
 */
enum exitcode analysis_read(struct analysis *analysis, struct command *command);
void analysis_free(struct analysis *analysis);

/* Fills in rule number at of an owner of the ruleset. Returns 0, or -1: no memory. */
int analysis_look(struct analysis *analysis, size_t owner, size_t at, struct analysis_rule *rule);

/*
 * The name of the next finding of a rule, of use and then of the rules alone, from *at
 * on, 0 at first; or null. The same for the reasons why too little was seen.
 */
const char *analysis_next_finding(const struct analysis_rule *rule, size_t *at);
const char *analysis_next_evidence(unsigned evidence, size_t *at);

/* How many destination ports a rule lets pass; 0: it has none. */
unsigned analysis_ports(const struct rule *rule);

#endif

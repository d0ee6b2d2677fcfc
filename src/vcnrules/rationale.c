/*
 * For people. All texts that others wrote go through sheet_write_markdown, or into a code
 * span if they are nothing but letters, digits and what rules are written with.
 */
#include "vcnrules/rationale.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/msg.h"
#include "base/utc.h"
#include "rules/match.h"
#include "vcnrules/sheet.h"

struct rationale {
	const struct changes *changes;
	const struct proposal *proposal;
	struct bytes *out;
	size_t fragile; /* new rules for public peers that were seen */
	bool is_short;  /* memory ran out */
};

static void check(struct rationale *rationale, int result)
{
	rationale->is_short |= result != 0;
}

/* Appends what is at most a few hundred characters long. */
static void put(struct rationale *rationale, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void put(struct rationale *rationale, const char *format, ...)
{
	char text[1024];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	check(rationale, bytes_append_text(rationale->out, text));
}

static void put_text(struct rationale *rationale, const char *text, size_t len)
{
	check(rationale, sheet_write_markdown(rationale->out, text, len));
}

/* A rule's text. */
static void put_rule(struct rationale *rationale, const struct lookup_text *text)
{
	bool is_plain = true;

	for (size_t i = 0; i < text->len; i++) {
		char c = text->text[i];

		is_plain &= (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			    (c >= '0' && c <= '9') || (c != '\0' && strchr(" .:/*>-_", c) != NULL);
	}
	if (!is_plain) {
		put_text(rationale, text->text, text->len);
		return;
	}
	put(rationale, "`");
	check(rationale, bytes_append(rationale->out, text->text, text->len));
	put(rationale, "`");
}

static void put_day(struct rationale *rationale, const char *before, int64_t seconds)
{
	char time[UTC_TEXT_SIZE];

	if (utc_text(time, seconds))
		put(rationale, "%s%.*s", before, UTC_DATE_LENGTH, time);
}

static void put_counts(
	struct rationale *rationale, uint64_t peers, uint64_t conversations, int64_t last)
{
	put(rationale, "%" PRIu64 " peer%s, %" PRIu64 " conversation%s", peers, msg_plural(peers),
		conversations, msg_plural(conversations));
	put_day(rationale, ", last ", last);
}

/* ---- why ------------------------------------------------------------------------------- */

static void put_findings(struct rationale *rationale, const struct analysis_rule *rule)
{
	struct analysis_rule wide = *rule;
	const char *separator = "";
	const char *name;
	size_t at = 0;

	wide.findings = rationale->proposal->rules[rule->number].findings;
	/* Those of the rules alone come after. */
	while ((name = analysis_next_finding(&wide, &at)) != NULL && at <= ANALYSIS_FINDINGS) {
		put(rationale, "%s%s", separator, name);
		separator = ", ";
	}
}

static void put_evidence(struct rationale *rationale, const struct analysis_rule *rule)
{
	const char *separator = "too little was seen: ";
	const char *name;
	size_t at = 0;

	while ((name = analysis_next_evidence(rule->evidence, &at)) != NULL) {
		put(rationale, "%s%s", separator, name);
		separator = ", ";
	}
}

/* Why a rule stays that is wide or unused. */
static void put_why(struct rationale *rationale, const struct analysis_rule *rule)
{
	const struct proposal_rule *decided = &rationale->proposal->rules[rule->number];

	switch (decided->why) {
	case PROPOSAL_NOTHING:
		break;
	case PROPOSAL_KEPT:
		put(rationale, "it is to be kept");
		break;
	case PROPOSAL_ICMP:
		put(rationale, "no log tells the type of ICMP messages");
		break;
	case PROPOSAL_STATELESS:
		put(rationale, "it is stateless");
		break;
	case PROPOSAL_MAYBE:
		put(rationale, "%" PRIu64 " conversation%s may have used it", rule->usage->maybe,
			msg_plural(rule->usage->maybe));
		break;
	case PROPOSAL_EVIDENCE:
		put_evidence(rationale, rule);
		break;
	case PROPOSAL_BOUND:
		put(rationale, "what was seen at the other end, or as answers, needs it as it is");
		break;
	case PROPOSAL_SAME:
		put(rationale, "what was seen needs it as it is");
		if (decided->weak_count > 0 && !rationale->proposal->wish->narrow.drops_weak)
			put(rationale, "; of %" PRIu64 " peers %zu are weak, see `--drop-weak`",
				decided->peers, decided->weak_count);
		break;
	case PROPOSAL_LIMIT:
		put(rationale, "there would be too many rules");
		break;
	case PROPOSAL_NO_ID:
		put(rationale, "its id is not known");
		break;
	}
}

/* ---- rules --------------------------------------------------------------------------------- */

/* Peers that were seen, out on the internet: they may have other addresses tomorrow. */
static bool is_fragile(const struct narrow_rule *rule)
{
	const struct address address = {rule->peer.high, rule->peer.low, rule->peer.family};
	bool is_local_ipv6 = address.family == ADDRESS_IPV6 && address.high >> 57 == 0xfc >> 1;

	return rule->peer_kind == NARROW_BLOCK && !rule->is_of_site && !is_local_ipv6 &&
	       !match_is_private(&address);
}

static void put_new(struct rationale *rationale, const struct proposal_new *new)
{
	put(rationale, "| + | ");
	put_rule(rationale, &new->text);
	if (new->from.is_path_mtu) {
		put(rationale, " | path MTU | tells senders of packets that are too large |\n");
		return;
	}
	put(rationale, " | in its place | ");
	if (new->from.is_for_answers)
		put(rationale, "answers to ");
	put_counts(rationale, new->from.peers, new->from.conversations, new->from.last);
	if (is_fragile(&new->from)) {
		put(rationale, "; **fragile**: %s",
			new->from.peer.length == (new->from.peer.family == ADDRESS_IPV4 ? 32 : 128)
				? "a public host"
				: "public hosts");
		rationale->fragile++;
	}
	put(rationale, " |\n");
}

static void put_old(struct rationale *rationale, const struct analysis_rule *rule)
{
	const struct proposal_rule *decided = &rationale->proposal->rules[rule->number];
	const struct boxes_rule *box = &rationale->proposal->analysis->ruleset.rules[rule->number];
	const struct lookup_text text = {box->text, box->text_len};

	put(rationale, "| - | ");
	put_rule(rationale, &text);
	put(rationale, " | ");
	if (decided->fate == PROPOSAL_REDUNDANT)
		put(rationale, "redundant");
	else
		put_findings(rationale, rule);
	put(rationale, " | ");
	if (decided->fate == PROPOSAL_UNUSED)
		put_day(rationale, "not used since ", rule->seen->first);
	else if (decided->fate == PROPOSAL_REDUNDANT)
		put(rationale, "the others let pass all that it does");
	else
		put_counts(rationale, rule->peers->count, rule->usage->conversations,
			rule->peers->last);
	put(rationale, " |\n");
}

/* The rules that change, each with those that take its place. */
static int put_changed(struct rationale *rationale, size_t number)
{
	const struct proposal *proposal = rationale->proposal;
	const struct proposal_owner *to = &proposal->owners[number];
	const struct ruleset_owner *of = &proposal->analysis->ruleset.owners[number];

	put(rationale, "|   | rule | why | evidence |\n|---|---|---|---|\n");
	for (size_t i = 0; i < of->count; i++) {
		struct analysis_rule rule;

		if (proposal->rules[of->first + i].fate == PROPOSAL_STAYS)
			continue;
		if (analysis_look(proposal->analysis, number, i, &rule) != 0)
			return -1;
		put_old(rationale, &rule);
		for (size_t j = 0; j < to->count; j++) {
			const struct proposal_entry *entry = &proposal->entries[to->first + j];

			if (entry->is_new &&
				proposal->news[entry->number].replaced == of->first + i)
				put_new(rationale, &proposal->news[entry->number]);
		}
	}
	return 0;
}

/* The rules that are wide or unused, and stay. */
static int put_staying(struct rationale *rationale, size_t number)
{
	const struct proposal *proposal = rationale->proposal;
	const struct ruleset_owner *of = &proposal->analysis->ruleset.owners[number];
	bool is_first = true;

	for (size_t i = 0; i < of->count; i++) {
		const struct proposal_rule *decided = &proposal->rules[of->first + i];
		const struct boxes_rule *box = &proposal->analysis->ruleset.rules[of->first + i];
		const struct lookup_text text = {box->text, box->text_len};
		struct analysis_rule rule;

		if (decided->fate != PROPOSAL_STAYS || decided->why == PROPOSAL_NOTHING)
			continue;
		if (analysis_look(proposal->analysis, number, i, &rule) != 0)
			return -1;
		if (is_first)
			put(rationale, "\n| stays | what it is | why it stays |\n|---|---|---|\n");
		is_first = false;
		put(rationale, "| ");
		put_rule(rationale, &text);
		put(rationale, " | ");
		put_findings(rationale, &rule);
		put(rationale, " | ");
		put_why(rationale, &rule);
		put(rationale, " |\n");
	}
	return 0;
}

static bool has_staying(const struct proposal *proposal, const struct ruleset_owner *of)
{
	for (size_t i = of->first; i < of->first + of->count; i++)
		if (proposal->rules[i].fate == PROPOSAL_STAYS &&
			proposal->rules[i].why != PROPOSAL_NOTHING)
			return true;
	return false;
}

static int put_owner(struct rationale *rationale, size_t number)
{
	const struct proposal *proposal = rationale->proposal;
	const struct proposal_owner *owner = &proposal->owners[number];
	const struct ruleset_owner *of = &proposal->analysis->ruleset.owners[number];
	const struct lookup_text *name = of->name.len > 0 ? &of->name : &of->ocid;

	if (!owner->is_changed && !has_staying(proposal, of))
		return 0;
	put(rationale, "\n## %s ", of->is_group ? "Group" : "Security list");
	put_text(rationale, name->text, name->len);
	put(rationale, "\n\n");
	put_text(rationale, of->ocid.text, of->ocid.len);
	if (owner->over > 0)
		put(rationale, ": left as it is, since it would have %zu rules%s\n", owner->over,
			of->is_group                ? ""
			: owner->is_over_in_ingress ? " of ingress"
						    : " of egress");
	else if (owner->is_changed)
		put(rationale, ": %zu rule%s become%s %zu\n\n", of->count, msg_plural(of->count),
			of->count == 1 ? "s" : "", owner->count);
	else
		put(rationale, ": stays as it is\n");
	if (owner->is_changed && put_changed(rationale, number) != 0)
		return -1;
	return put_staying(rationale, number);
}

/* ---- the whole ------------------------------------------------------------------------------- */

static void put_head(struct rationale *rationale)
{
	const struct analysis *analysis = rationale->proposal->analysis;
	size_t before = 0, after = 0, groups = 0;

	for (size_t i = 0; i < rationale->changes->count; i++) {
		groups += rationale->changes->owners[i].of->is_group;
		before += rationale->changes->owners[i].of->count;
		after += rationale->changes->owners[i].to->count;
	}
	put(rationale, "# Tighter rules\n\nFrom %zu conversation%s", analysis->flows.count,
		msg_plural(analysis->flows.count));
	put_day(rationale, ", ", analysis->usage.first);
	put_day(rationale, " to ", analysis->usage.last);
	put(rationale, ". ");
	if (rationale->changes->count == 0)
		put(rationale, "Nothing changes.\n");
	else
		put(rationale,
			"%zu security list%s and %zu group%s change: %zu rule%s become%s %zu.\n\n"
			"No rule lets pass what was not let pass before, and no conversation that "
			"was seen would break%s.\n",
			rationale->changes->count - groups,
			msg_plural(rationale->changes->count - groups), groups, msg_plural(groups),
			before, msg_plural(before), before == 1 ? "s" : "", after,
			rationale->proposal->wish->narrow.drops_weak
				? ", but those of weak peers that are given up (see below)"
				: "");
}

/* Weak peers whose conversations would break. */
static void put_given_up(struct rationale *rationale)
{
	const struct proposal *proposal = rationale->proposal;
	const struct ruleset *ruleset = &proposal->analysis->ruleset;
	bool is_first = true;

	for (size_t i = 0; i < ruleset->rule_count && proposal->wish->narrow.drops_weak; i++) {
		const struct proposal_rule *rule = &proposal->rules[i];
		const struct boxes_rule *box = &ruleset->rules[i];
		const struct lookup_text text = {box->text, box->text_len};

		if (rule->fate != PROPOSAL_REPLACED || rule->weak_count == 0)
			continue;
		if (is_first)
			put(rationale,
				"\n## Weak peers that are given up\n\nThey exchanged fewer than "
				"%" PRIu64 " packets each, as scanners do, and would be refused.\n",
				proposal->wish->narrow.min_packets);
		is_first = false;
		put(rationale, "\n");
		put_rule(rationale, &text);
		put(rationale, " (%zu):", rule->weak_count);
		for (size_t j = 0; j < rule->weak_count; j++) {
			char address[ADDRESS_TEXT_SIZE];

			(void)address_text(address, &proposal->weak[rule->weak_first + j]);
			put(rationale, " %s", address);
		}
		put(rationale, "\n");
	}
}

static void put_foot(struct rationale *rationale)
{
	if (rationale->fragile > 0)
		put(rationale,
			"\n## Fragile\n\n%zu new rule%s for public hosts that were seen, marked "
			"**fragile**. Hosts out there get other addresses without telling: name "
			"offices and partners in `--sites`, or keep the old rule by `--keep`.\n",
			rationale->fragile, rationale->fragile == 1 ? " is" : "s are");
	if (rationale->changes->count > 0)
		put(rationale,
			"\n## What to do with it\n\n"
			"- `changes.diff`: all rules, before and after\n"
			"- `vcnrules check -m FILE --against DIR CONVERSATIONS`: what newer "
			"conversations say of it\n"
			"- `sh apply.sh --yes`: applies it by the `oci` command, if all rules are "
			"still those of before; `sh apply.sh --undo --yes` puts them back\n");
}

int rationale_put(const struct changes *changes, struct bytes *out)
{
	struct rationale rationale = {
		.changes = changes, .proposal = changes->proposal, .out = out};

	put_head(&rationale);
	for (size_t i = 0; i < rationale.proposal->analysis->ruleset.owner_count; i++)
		if (rationale.proposal->analysis->ruleset.owners[i].is_chosen &&
			put_owner(&rationale, i) != 0)
			return -1;
	put_given_up(&rationale);
	put_foot(&rationale);
	return rationale.is_short ? -1 : 0;
}

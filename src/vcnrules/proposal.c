/*
 * The decisions stand here: which rules are to be replaced or removed, and what speaks
 * against it. Thin evidence, ICMP and the like speak against conclusions from what was
 * seen; whether a rule is redundant does not depend on that.
 *
 * Redundant rules are looked for last, among those that stay: a tight rule that a wide one
 * makes needless is needed once the wide one is not there any more.
 */
#include "vcnrules/proposal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/limits.h"
#include "base/msg.h"
#include "base/utc.h"
#include "lookup/rule.h"
#include "vcnrules/rest.h"
#include "json/json.h"
#include "json/write.h"

#define UNUSED (ANALYSIS_BIT(ANALYSIS_UNUSED))
#define NO_EVIDENCE (ANALYSIS_BIT(ANALYSIS_NO_EVIDENCE))

void proposal_free(struct proposal *proposal)
{
	free(proposal->rules);
	free(proposal->owners);
	free(proposal->news);
	free(proposal->entries);
	free(proposal->weak);
	needs_free(&proposal->needs);
	narrow_free(&proposal->narrow);
	boxes_free(&proposal->boxes);
	bytes_free(&proposal->texts);
	bytes_free(&proposal->scratch);
	*proposal = (struct proposal){0};
}

/* ---- what is meant to become of each rule -------------------------------------------------- */

static enum proposal_why why_not(const struct proposal_wish *wish, const struct analysis_rule *rule,
	const struct lookup_text *text)
{
	if (textset_has(&wish->kept, text->text, text->len))
		return PROPOSAL_KEPT;
	if (rule->owner->is_group && !rule->texts.id.text)
		return PROPOSAL_NO_ID;
	if (rule_protocol_is_icmp(rule->rule->protocol))
		return PROPOSAL_ICMP;
	if (rule->rule->is_stateless)
		return PROPOSAL_STATELESS;
	if (rule->usage->maybe > 0)
		return PROPOSAL_MAYBE;
	return rule->evidence != 0 ? PROPOSAL_EVIDENCE : PROPOSAL_NOTHING;
}

static int decide_rule(
	struct proposal *proposal, size_t owner, size_t at, uint8_t *part, uint8_t *width)
{
	const struct proposal_wish *wish = proposal->wish;
	struct analysis_rule rule;
	struct proposal_rule *to;
	const struct boxes_rule *box;
	struct lookup_text text;

	if (analysis_look(proposal->analysis, owner, at, &rule) != 0)
		return -1;
	to = &proposal->rules[rule.number];
	box = &proposal->analysis->ruleset.rules[rule.number];
	text = (struct lookup_text){box->text, box->text_len};
	*width = (uint8_t)rule.width;
	to->findings =
		rule.findings & (ANALYSIS_WIDE | (wish->removes_unused ? UNUSED | NO_EVIDENCE : 0));
	if (!rule.owner->is_chosen || to->findings == 0)
		return 0;
	/* Without evidence it is told why a rule stays, no more. */
	to->why = to->findings & NO_EVIDENCE ? PROPOSAL_EVIDENCE : why_not(wish, &rule, &text);
	if (to->why == PROPOSAL_NOTHING)
		*part = to->findings & UNUSED ? NEEDS_REMOVED : NEEDS_REPLACED;
	return 0;
}

/* Returns new memory, parts and then widths, or null. */
static uint8_t *decide(struct proposal *proposal)
{
	const struct ruleset *ruleset = &proposal->analysis->ruleset;
	uint8_t *parts = calloc(2 * ruleset->rule_count + 1, sizeof(*parts));

	for (size_t i = 0; parts && i < ruleset->owner_count; i++) {
		for (size_t j = 0; j < ruleset->owners[i].count; j++) {
			size_t number = ruleset->owners[i].first + j;

			if (decide_rule(proposal, i, j, &parts[number],
				    &parts[ruleset->rule_count + number]) == 0)
				continue;
			free(parts);
			return NULL;
		}
	}
	return parts;
}

/* ---- new rules ------------------------------------------------------------------------------ */

/* Appends text up to so many characters, counted as UTF-16 has them; they are UTF-8. */
static int append_cut(struct bytes *out, const char *text, size_t len, size_t most)
{
	size_t end = 0;
	size_t count = 0;

	while (end < len) {
		unsigned char c = (unsigned char)text[end];
		size_t size = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;

		count += size == 4 ? 2 : 1;
		if (count > most || size > len - end)
			break;
		end += size;
	}
	return bytes_append(out, text, end);
}

/* What somebody wrote, of a description that may be one of ours. */
static void skip_own(const char **text, size_t *len)
{
	static const char own[] = "vcnrules: ";
	static const char was[] = "; was: ";
	const char *found;

	if (*len < strlen(own) || memcmp(*text, own, strlen(own)) != 0)
		return;
	found = memmem(*text, *len, was, strlen(was));
	if (found) {
		found += strlen(was);
		*len -= (size_t)(found - *text);
		*text = found;
	} else {
		*len = 0;
	}
}

/* "vcnrules: 3 peers, 41202 conversations, last 2026-11-26; was: OLD" */
static int put_description(
	struct bytes *out, const struct narrow_rule *from, const struct lookup_text *old)
{
	struct json_value value = {old->text, old->len, JSON_STRING};
	char text[256], time[UTC_TEXT_SIZE];
	char *buffer = malloc(old->len + 1);
	const char *was;
	size_t was_len, len;
	int result = 0;

	if (!buffer)
		return -1;
	if (from->is_path_mtu)
		snprintf(text, sizeof(text), "vcnrules: path MTU discovery");
	else
		snprintf(text, sizeof(text),
			"vcnrules: %s%" PRIu64 " peer%s, %" PRIu64 " conversation%s",
			from->is_for_answers ? "answers to " : "", from->peers,
			msg_plural(from->peers), from->conversations,
			msg_plural(from->conversations));
	len = strlen(text);
	if (!from->is_path_mtu && utc_text(time, from->last))
		len += (size_t)snprintf(
			text + len, sizeof(text) - len, ", last %.*s", UTC_DATE_LENGTH, time);
	result = bytes_append(out, text, len);
	if (old->text && json_string(&value, buffer, old->len, &was, &was_len) == 0) {
		skip_own(&was, &was_len);
		if (result == 0 && was_len > 0 && len + strlen("; was: ") < LIMIT_DESCRIPTION) {
			len += strlen("; was: ");
			result = bytes_append_text(out, "; was: ") != 0
					 ? -1
					 : append_cut(out, was, was_len, LIMIT_DESCRIPTION - len);
		}
	}
	free(buffer);
	return result;
}

static struct rule_ports ports_of(bool is_given, uint16_t low, uint16_t high)
{
	return (struct rule_ports){is_given, {is_given, low}, {is_given, high}};
}

/* The strings that rule_parts needs; views into them are valid while they stay. */
struct strings {
	char protocol[8];
	char peer[PREFIX_TEXT_SIZE];
	struct bytes same_peer;
};

static int put_number(struct bytes *out, const char *name, uint16_t number)
{
	return bytes_append_text(out, name) != 0 ? -1 : bytes_append_number(out, number);
}

static int put_range(struct bytes *out, const char *name, const struct rule_ports *ports)
{
	if (bytes_append_text(out, name) != 0 ||
		put_number(out, "{\"max\":", (uint16_t)ports->high.value) != 0 ||
		put_number(out, ",\"min\":", (uint16_t)ports->low.value) != 0)
		return -1;
	return bytes_append_char(out, '}');
}

static int put_options(struct bytes *out, const struct narrow_rule *from,
	const struct rule_ports *source, const struct rule_ports *destination)
{
	const char *separator = "{";

	if (from->has_icmp) {
		if (put_number(out, ",\"icmpOptions\":{\"type\":", from->icmp_type) != 0 ||
			(from->icmp_code != RULE_ICMP_ANY &&
				put_number(out, ",\"code\":", from->icmp_code) != 0))
			return -1;
		return bytes_append_char(out, '}');
	}
	if (!source->is_given && !destination->is_given)
		return 0;
	if (bytes_append_text(
		    out, from->protocol == RULE_TCP ? ",\"tcpOptions\":" : ",\"udpOptions\":") != 0)
		return -1;
	if (destination->is_given) {
		if (put_range(out, "{\"destinationPortRange\":", destination) != 0)
			return -1;
		separator = ",";
	}
	if (source->is_given && (bytes_append_text(out, separator) != 0 ||
					put_range(out, "\"sourcePortRange\":", source) != 0))
		return -1;
	return bytes_append_char(out, '}');
}

static int put_member(struct bytes *out, const char *name, const char *text, size_t len)
{
	return bytes_append_text(out, name) != 0 ? -1 : json_write_string(out, text, len);
}

static int put_object(struct bytes *out, const struct rule_parts *parts,
	const struct narrow_rule *from, const struct bytes *description)
{
	bool is_ingress = parts->direction == DIRECTION_INGRESS;
	const struct rule_ports *source =
		from->protocol == RULE_TCP ? &parts->tcp_source : &parts->udp_source;
	const struct rule_ports *destination =
		from->protocol == RULE_TCP ? &parts->tcp_destination : &parts->udp_destination;

	if (put_member(out, "{\"description\":", description->data, description->len) != 0 ||
		(parts->is_of_group &&
			bytes_append_text(out, is_ingress ? ",\"direction\":\"INGRESS\""
							  : ",\"direction\":\"EGRESS\"") != 0) ||
		put_member(out, ",\"isStateless\":false,\"protocol\":", parts->protocol.text,
			parts->protocol.len) != 0 ||
		put_member(out, is_ingress ? ",\"source\":" : ",\"destination\":", parts->peer.text,
			parts->peer.len) != 0 ||
		put_member(out, is_ingress ? ",\"sourceType\":" : ",\"destinationType\":",
			parts->peer_type.text, parts->peer_type.len) != 0 ||
		put_options(out, from, source, destination) != 0)
		return -1;
	return bytes_append_char(out, '}');
}

/* What a JSON string of the file spells, into out; "CIDR_BLOCK" where there is none. */
static int spell(struct bytes *out, const struct lookup_text *json, struct rule_text *text)
{
	struct json_value value = {json->text, json->len, JSON_STRING};
	const char *spelled;

	if (!json->text) {
		*text = (struct rule_text){"CIDR_BLOCK", strlen("CIDR_BLOCK")};
		return 0;
	}
	if (bytes_reserve(out, json->len) != 0 ||
		json_string(&value, out->data + out->len, json->len, &spelled, &text->len) != 0)
		return -1;
	text->text = spelled;
	if (spelled == out->data + out->len)
		out->len += text->len;
	return 0;
}

static int set_parts(struct rule_parts *parts, struct strings *strings,
	const struct narrow_rule *from, const struct rest_rule *old)
{
	struct rule_ports source = ports_of(from->has_source, from->source_low, from->source_high);
	struct rule_ports destination =
		ports_of(from->has_destination, from->destination_low, from->destination_high);
	int len = snprintf(strings->protocol, sizeof(strings->protocol), "%u", from->protocol);

	parts->protocol = (struct rule_text){strings->protocol, (size_t)len};
	parts->is_valid = true;
	if (from->protocol == RULE_TCP) {
		parts->tcp_source = source;
		parts->tcp_destination = destination;
	} else if (from->protocol == RULE_UDP) {
		parts->udp_source = source;
		parts->udp_destination = destination;
	}
	parts->icmp_type = (struct rule_number){from->has_icmp, from->icmp_type};
	parts->icmp_code = (struct rule_number){
		from->has_icmp && from->icmp_code != RULE_ICMP_ANY, from->icmp_code};
	if (from->peer_kind == NARROW_BLOCK) {
		parts->peer.text = strings->peer;
		parts->peer.len = prefix_text(strings->peer, &from->peer);
		parts->peer_type = (struct rule_text){"CIDR_BLOCK", strlen("CIDR_BLOCK")};
		return 0;
	}
	/* Room for both at once, so that the first does not move. */
	if (bytes_reserve(&strings->same_peer, old->peer.len + old->peer_type.len) != 0 ||
		spell(&strings->same_peer, &old->peer, &parts->peer) != 0)
		return -1;
	return spell(&strings->same_peer, &old->peer_type, &parts->peer_type);
}

/* The texts of a new rule, one after another; where they stand is set at the end. */
static int put_texts(struct proposal *proposal, struct proposal_new *new,
	const struct rule_parts *parts, const struct lookup_text *old_description)
{
	struct bytes *out = &proposal->texts;
	struct bytes *description = &proposal->scratch;
	size_t start = out->len;

	bytes_clear(description);
	if (put_description(description, &new->from, old_description) != 0 ||
		rule_write_text(out, parts) != 0)
		return -1;
	new->text.len = out->len - start;
	new->description.len = description->len;
	if (bytes_append(out, description->data, description->len) != 0 ||
		put_object(out, parts, &new->from, description) != 0)
		return -1;
	new->object.len = out->len - start - new->text.len - new->description.len;
	return 0;
}

static int add_new(struct proposal *proposal, const struct ruleset_owner *owner, uint32_t replaced,
	const struct narrow_rule *from, const struct rest_rule *old)
{
	const struct rule *rule = proposal->analysis->ruleset.rules[replaced].rule;
	struct rule_parts parts = {
		.direction = (enum direction)rule->direction,
		.is_of_group = owner->is_group,
	};
	struct strings strings = {.same_peer = BYTES_INIT(SIZE_MAX / 2)};
	struct proposal_new *grown = array_reserve(
		proposal->news, &proposal->new_room, proposal->new_count + 1, sizeof(*grown));
	struct proposal_new *new;
	int result = -1;

	if (!grown)
		return -1;
	proposal->news = grown;
	new = &proposal->news[proposal->new_count];
	*new = (struct proposal_new){.from = *from, .replaced = replaced};
	if (set_parts(&parts, &strings, from, old) == 0) {
		rule_make(&new->rule, &parts);
		result = put_texts(proposal, new, &parts, &old->description);
	}
	bytes_free(&strings.same_peer);
	proposal->new_count += result == 0;
	return result;
}

/* Sets where the texts of new rules stand, from number first on, whose begin at offset at. */
static void set_texts(struct proposal *proposal, size_t first, size_t at)
{
	const char *text = proposal->texts.data ? proposal->texts.data + at : NULL;

	for (size_t i = first; i < proposal->new_count; i++) {
		struct proposal_new *new = &proposal->news[i];

		new->text.text = text;
		new->description.text = text + new->text.len;
		new->object.text = new->description.text + new->description.len;
		text = new->object.text + new->object.len;
	}
}

/* ---- a list or group ---------------------------------------------------------------------------
 */

static struct boxes_rule box_of(const struct proposal *proposal, const struct proposal_entry *entry)
{
	const struct boxes_rule *rules = proposal->analysis->ruleset.rules;
	const struct proposal_new *new;
	struct boxes_rule box;

	if (!entry->is_new)
		return rules[entry->number];
	new = &proposal->news[entry->number];
	/* Of the same peer what is known of it is the same, too. */
	box = rules[new->replaced];
	if (new->from.peer_kind == NARROW_BLOCK) {
		box.blocks = NULL;
		box.block_count = 0;
	}
	box.rule = &new->rule;
	box.text = new->text.text;
	box.text_len = new->text.len;
	return box;
}

struct lookup_text proposal_text(
	const struct proposal *proposal, const struct proposal_entry *entry)
{
	struct boxes_rule box = box_of(proposal, entry);

	return (struct lookup_text){box.text, box.text_len};
}

static int add_entry(
	struct proposal *proposal, struct proposal_owner *owner, bool is_new, size_t number)
{
	struct proposal_entry *grown = array_reserve(proposal->entries, &proposal->entry_room,
		proposal->entry_count + 1, sizeof(*grown));

	if (!grown)
		return -1;
	proposal->entries = grown;
	proposal->entries[proposal->entry_count++] =
		(struct proposal_entry){is_new, (uint32_t)number};
	owner->count++;
	return 0;
}

static int add_weak(struct proposal *proposal, struct proposal_rule *rule)
{
	const struct narrow *narrow = &proposal->narrow;
	struct address *grown = array_reserve(proposal->weak, &proposal->weak_room,
		proposal->weak_count + narrow->weak_count, sizeof(*grown));

	if (!grown)
		return -1;
	proposal->weak = grown;
	rule->peers = narrow->peers;
	rule->weak_first = proposal->weak_count;
	rule->weak_count = narrow->weak_count;
	if (narrow->weak_count > 0)
		memcpy(proposal->weak + proposal->weak_count, narrow->weak,
			narrow->weak_count * sizeof(*proposal->weak));
	proposal->weak_count += narrow->weak_count;
	return 0;
}

/* Replaces a rule. Sets owner->over if that takes too many. */
static int replace_rule(struct proposal *proposal, const struct ruleset_owner *of,
	struct proposal_owner *owner, size_t number, const struct rest *rest)
{
	struct narrow *narrow = &proposal->narrow;
	struct proposal_rule *rule = &proposal->rules[number];

	if (narrow_rule(narrow, &proposal->needs, (uint32_t)number, &proposal->wish->narrow,
		    of->is_group ? LIMIT_GROUP_RULES : LIMIT_LIST_RULES) != 0 ||
		add_weak(proposal, rule) != 0)
		return -1;
	rule->fate = PROPOSAL_REPLACED;
	rule->new_first = proposal->new_count;
	if (narrow->over > 0) {
		owner->over = narrow->over + (of->is_group ? of->count : 0);
		owner->is_over_in_ingress =
			of->rules[number - of->first].direction == DIRECTION_INGRESS;
		return 0;
	}
	for (size_t i = 0; i < narrow->count; i++)
		if (add_new(proposal, of, (uint32_t)number, &narrow->rules[i],
			    &rest->rules[number - of->first]) != 0)
			return -1;
	rule->new_count = proposal->new_count - rule->new_first;
	return 0;
}

/* Of a rule that takes its own place alone, nothing changes. */
static void keep_if_same(struct proposal *proposal, size_t number)
{
	struct proposal_rule *rule = &proposal->rules[number];
	const struct boxes_rule *box = &proposal->analysis->ruleset.rules[number];
	struct lookup_text text = {box->text, box->text_len};

	if (rule->fate != PROPOSAL_REPLACED || rule->new_count == 0)
		return;
	for (size_t i = 0; i < rule->new_count; i++) {
		const struct proposal_new *new = &proposal->news[rule->new_first + i];

		if (lookup_text_compare(&new->text, &text) != 0)
			continue;
		rule->fate = PROPOSAL_STAYS;
		rule->why = PROPOSAL_SAME;
	}
}

/* Is it a rule with this text? One that is not valid lets nothing pass, whatever it says. */
static bool is_rule_of(const struct boxes_rule *rule, const struct lookup_text *text)
{
	struct lookup_text own = {rule->text, rule->text_len};

	return rule->rule->is_valid && lookup_text_compare(&own, text) == 0;
}

/* Is a new rule there already, or, if nobody used it, let pass by others that stay? */
static int is_needless(struct proposal *proposal, const struct ruleset_owner *of,
	const struct proposal_owner *owner, size_t number, bool *is_needless)
{
	const struct proposal_entry entry = {true, (uint32_t)number};
	const struct proposal_new *new = &proposal->news[number];
	struct boxes_rule *others = calloc(of->count + 1, sizeof(*others));
	struct boxes_rule box = box_of(proposal, &entry);
	enum boxes_result result = BOXES_OUTSIDE;
	size_t count = 0;

	*is_needless = false;
	if (!others)
		return -1;
	for (size_t i = 0; i < owner->count; i++) {
		struct boxes_rule other = box_of(proposal, &proposal->entries[owner->first + i]);

		*is_needless |= is_rule_of(&other, &new->text);
	}
	for (size_t i = 0; i < of->count; i++) {
		const struct boxes_rule *other = &proposal->analysis->ruleset.rules[of->first + i];

		if (proposal->rules[of->first + i].fate != PROPOSAL_STAYS)
			continue;
		others[count++] = *other;
		*is_needless |= is_rule_of(other, &new->text);
	}
	if (!*is_needless && new->from.is_path_mtu)
		result = boxes_inside(&proposal->boxes, &box, others, count, NULL);
	free(others);
	*is_needless |= result == BOXES_INSIDE;
	return result == BOXES_NO_MEMORY ? -1 : 0;
}

/* Puts together the rules that there would be, new ones in the place of the old one. */
static int gather_entries(
	struct proposal *proposal, const struct ruleset_owner *of, struct proposal_owner *owner)
{
	owner->first = proposal->entry_count;
	owner->count = 0;
	for (size_t i = of->first; i < of->first + of->count; i++) {
		const struct proposal_rule *rule = &proposal->rules[i];

		if (rule->fate == PROPOSAL_STAYS && add_entry(proposal, owner, false, i) != 0)
			return -1;
		for (size_t j = 0; rule->fate == PROPOSAL_REPLACED && j < rule->new_count; j++) {
			bool is_there;

			if (is_needless(proposal, of, owner, rule->new_first + j, &is_there) != 0)
				return -1;
			if (!is_there && add_entry(proposal, owner, true, rule->new_first + j) != 0)
				return -1;
		}
	}
	return 0;
}

/* May a rule that others make needless be taken out? */
static bool may_remove(const struct proposal *proposal, const struct ruleset_owner *of,
	const struct proposal_entry *entry, const struct boxes_rule *box)
{
	if (textset_has(&proposal->wish->kept, box->text, box->text_len))
		return false;
	return !of->is_group || entry->is_new || box->rule->id_length != RULE_ABSENT;
}

/*
 * Takes out of the entries what others make needless: new ones, or those that are there
 * already for the sake of others that are. Of rules that make each other needless the
 * last one goes, so those that are not to go come first.
 */
static int remove_some(struct proposal *proposal, const struct ruleset_owner *of,
	struct proposal_owner *owner, bool of_news)
{
	struct proposal_entry *entries = owner->count > 0 ? &proposal->entries[owner->first] : NULL;
	struct boxes_rule *rules = calloc(owner->count + 1, sizeof(*rules));
	size_t *numbers = calloc(owner->count + 1, sizeof(*numbers));
	bool *is_gone = calloc(owner->count + 1, sizeof(*is_gone));
	struct boxes_verdict *verdicts = calloc(owner->count + 1, sizeof(*verdicts));
	size_t count = 0, first = 0, kept = 0;
	int result = -1;

	if (!rules || !numbers || !is_gone || !verdicts)
		goto done;
	for (int may_go = 0; may_go <= 1; may_go++) {
		first = count;
		for (size_t i = 0; i < owner->count; i++) {
			struct boxes_rule box = box_of(proposal, &entries[i]);

			if ((entries[i].is_new && !of_news) ||
				(entries[i].is_new == of_news &&
					may_remove(proposal, of, &entries[i], &box)) != may_go)
				continue;
			rules[count] = box;
			numbers[count++] = i;
		}
	}
	if (boxes_lint(&proposal->boxes, rules, count, &(struct boxes_list){0, count}, 1,
		    &(struct boxes_scope){&(size_t){0}, 1}, 1, verdicts) != 0)
		goto done;
	for (size_t i = first; i < count; i++)
		is_gone[numbers[i]] = verdicts[i].is_removable;
	for (size_t i = 0; i < owner->count; i++) {
		if (!is_gone[i])
			entries[kept++] = entries[i];
		else if (!of_news)
			proposal->rules[entries[i].number].fate = PROPOSAL_REDUNDANT;
	}
	owner->count = kept;
	proposal->entry_count = owner->first + kept;
	result = 0;
done:
	free(rules);
	free(numbers);
	free(is_gone);
	free(verdicts);
	return result;
}

/*
 * No old rule goes since a new one lets the same pass. That one is there for what only
 * the wide rule in its place let pass, and says so; the tight rule is who uses the rest.
 */
static int remove_redundant(
	struct proposal *proposal, const struct ruleset_owner *of, struct proposal_owner *owner)
{
	return remove_some(proposal, of, owner, false) != 0
		       ? -1
		       : remove_some(proposal, of, owner, true);
}

static bool is_changed(const struct proposal *proposal, const struct ruleset_owner *of)
{
	for (size_t i = of->first; i < of->first + of->count; i++)
		if (proposal->rules[i].fate != PROPOSAL_STAYS)
			return true;
	return false;
}

/*
 * Looks whether there would be more rules than the service takes: of a group, to which
 * new rules are added before old ones are removed, at any time.
 */
static void count_rules(const struct proposal *proposal, const struct ruleset_owner *of,
	struct proposal_owner *owner)
{
	size_t counts[2] = {0, 0};
	size_t news = 0;

	for (size_t i = 0; i < owner->count; i++) {
		const struct proposal_entry *entry = &proposal->entries[owner->first + i];
		struct boxes_rule box = box_of(proposal, entry);

		counts[box.rule->direction == DIRECTION_EGRESS]++;
		news += entry->is_new;
	}
	if (of->is_group) {
		if (news > 0 && of->count + news > LIMIT_GROUP_RULES)
			owner->over = of->count + news;
		return;
	}
	for (int i = 0; i < 2; i++) {
		if (counts[i] <= LIMIT_LIST_RULES || owner->over > 0)
			continue;
		owner->over = counts[i];
		owner->is_over_in_ingress = i == 0;
	}
}

/* Leaves a list or group as it is. */
static void give_up(
	struct proposal *proposal, const struct ruleset_owner *of, struct proposal_owner *owner)
{
	for (size_t i = of->first; i < of->first + of->count; i++) {
		struct proposal_rule *rule = &proposal->rules[i];

		if (rule->fate == PROPOSAL_STAYS)
			continue;
		rule->fate = PROPOSAL_STAYS;
		rule->why = PROPOSAL_LIMIT;
	}
	proposal->entry_count = owner->first;
	owner->count = 0;
	proposal->is_limited = true;
}

/* Is what a list or group would let pass inside what it does? Says so if not. */
static enum proposal_result check_width(struct proposal *proposal, const struct ruleset_owner *of,
	const struct proposal_owner *owner)
{
	char quoted[MSG_QUOTED_SIZE];

	for (size_t i = 0; i < owner->count; i++) {
		const struct proposal_entry *entry = &proposal->entries[owner->first + i];
		struct boxes_rule box = box_of(proposal, entry);
		enum boxes_result result;

		if (!entry->is_new)
			continue;
		/* It has to be inside the one that it replaces: that is one step. */
		result = boxes_inside(&proposal->boxes, &box,
			&proposal->analysis->ruleset.rules[proposal->news[entry->number].replaced],
			1, NULL);
		if (result == BOXES_NO_MEMORY)
			return PROPOSAL_NO_MEMORY;
		if (result == BOXES_INSIDE)
			continue;
		msg_error("internal error: %s, proposed for %.*s, lets more pass than before",
			msg_quote(quoted, box.text, box.text_len),
			(int)(of->ocid.len < 255 ? of->ocid.len : 255), of->ocid.text);
		return PROPOSAL_WIDER;
	}
	return PROPOSAL_OK;
}

static enum proposal_result propose_owner(
	struct proposal *proposal, size_t number, const uint8_t *parts, struct rest *rest)
{
	const struct ruleset *ruleset = &proposal->analysis->ruleset;
	const struct ruleset_owner *of = &ruleset->owners[number];
	struct proposal_owner *owner = &proposal->owners[number];
	size_t new_first = proposal->new_count;
	size_t text_first = proposal->texts.len;
	size_t cap = proposal->texts.cap;

	owner->first = proposal->entry_count;
	if (!of->is_chosen)
		return PROPOSAL_OK;
	switch (rest_make(rest, ruleset->lookup, of)) {
	case REST_OK:
		break;
	case REST_NO_MEMORY:
		return PROPOSAL_NO_MEMORY;
	case REST_FOREIGN:
		return PROPOSAL_FOREIGN;
	}
	for (size_t i = of->first; i < of->first + of->count && owner->over == 0; i++) {
		if (parts[i] == NEEDS_REMOVED)
			proposal->rules[i].fate = PROPOSAL_UNUSED;
		else if (parts[i] == NEEDS_BOUND)
			proposal->rules[i].why = PROPOSAL_BOUND;
		else if (parts[i] == NEEDS_REPLACED &&
			 replace_rule(proposal, of, owner, i, rest) != 0)
			return PROPOSAL_NO_MEMORY;
	}
	/* The texts of all others may have moved when there was no room for these. */
	if (proposal->texts.cap == cap)
		set_texts(proposal, new_first, text_first);
	else
		set_texts(proposal, 0, 0);
	for (size_t i = of->first; i < of->first + of->count; i++)
		keep_if_same(proposal, i);
	if (owner->over == 0) {
		if (gather_entries(proposal, of, owner) != 0 ||
			(proposal->wish->removes_redundant &&
				remove_redundant(proposal, of, owner) != 0))
			return PROPOSAL_NO_MEMORY;
		count_rules(proposal, of, owner);
	}
	if (owner->over > 0) {
		give_up(proposal, of, owner);
		return PROPOSAL_OK;
	}
	owner->is_changed = is_changed(proposal, of);
	return check_width(proposal, of, owner);
}

enum proposal_result proposal_make(
	struct proposal *proposal, struct analysis *analysis, const struct proposal_wish *wish)
{
	const struct ruleset *ruleset = &analysis->ruleset;
	struct rest rest = REST_INIT;
	enum proposal_result result = PROPOSAL_NO_MEMORY;
	uint8_t *parts = NULL;

	*proposal = (struct proposal){
		.analysis = analysis,
		.wish = wish,
		.texts = BYTES_INIT(SIZE_MAX / 2),
		.scratch = BYTES_INIT(SIZE_MAX / 2),
		.boxes = BOXES_INIT,
	};
	proposal->rules = calloc(ruleset->rule_count + 1, sizeof(*proposal->rules));
	proposal->owners = calloc(ruleset->owner_count + 1, sizeof(*proposal->owners));
	if (proposal->rules && proposal->owners)
		parts = decide(proposal);
	if (parts && needs_gather(&proposal->needs, ruleset, &analysis->flows, parts,
			     parts + ruleset->rule_count) == 0)
		result = PROPOSAL_OK;
	for (size_t i = 0; i < ruleset->owner_count && result == PROPOSAL_OK; i++)
		result = propose_owner(proposal, i, parts, &rest);
	free(parts);
	rest_free(&rest);
	return result;
}

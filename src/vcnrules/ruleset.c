/*
 * Everything that rules are judged by, out of the lookup file: whose they are,
 * what their texts are, and which addresses are behind the labels and groups
 * that they name. Texts and rules stay views into the file.
 *
 * A group's members have addresses in the blocks of its VCN's subnets, of those
 * that the file knows.
 */
#include "vcnrules/ruleset.h"

#include <stdlib.h>
#include <string.h>

#include "base/msg.h"
#include "lookup/rule.h"
#include "json/write.h"

void ruleset_free(struct ruleset *ruleset)
{
	free(ruleset->owners);
	free(ruleset->rules);
	free(ruleset->blocks);
	free(ruleset->block_starts);
	*ruleset = (struct ruleset){0};
}

/* ---- blocks of VCNs --------------------------------------------------------------- */

/* Returns 0, or -1: no memory. */
static int gather_blocks(struct ruleset *ruleset)
{
	const struct lookup *lookup = ruleset->lookup;
	size_t vcn_count = lookup_vcn_count(lookup);
	size_t subnet_count = content_subnet_count(lookup);
	size_t *starts = calloc(vcn_count + 2, sizeof(*starts));
	struct content_subnet subnet;

	ruleset->block_starts = starts;
	if (!starts)
		return -1;
	for (size_t i = 0; i < subnet_count; i++) {
		content_subnet(lookup, i, &subnet);
		if (subnet.subnet.vcn < vcn_count)
			starts[subnet.subnet.vcn + 2] += subnet.subnet.prefix_count;
	}
	for (size_t i = 0; i < vcn_count; i++)
		starts[i + 2] += starts[i + 1];
	ruleset->blocks = calloc(starts[vcn_count + 1] + 1, sizeof(*ruleset->blocks));
	if (!ruleset->blocks)
		return -1;
	/* starts[vcn + 1] is where its next block goes, and its end at last. */
	for (size_t i = 0; i < subnet_count; i++) {
		size_t *next;

		content_subnet(lookup, i, &subnet);
		if (subnet.subnet.vcn >= vcn_count || subnet.subnet.prefix_count == 0)
			continue;
		next = &starts[subnet.subnet.vcn + 1];
		memcpy(ruleset->blocks + *next, subnet.subnet.prefixes,
			subnet.subnet.prefix_count * sizeof(*ruleset->blocks));
		*next += subnet.subnet.prefix_count;
	}
	return 0;
}

/* ---- rules ------------------------------------------------------------------------ */

/* The addresses of a rule's peer that is no CIDR block, where they are known. */
static void set_peer_blocks(const struct ruleset *ruleset, const struct ruleset_owner *owner,
	const struct rule *rule, struct boxes_rule *of)
{
	struct lookup_service service;
	struct lookup_group group;
	uint32_t vcn = owner->vcn;

	if (rule->peer_kind == RULE_PEER_SERVICE && rule->peer_index != RULE_NO_INDEX) {
		lookup_service(ruleset->lookup, rule->peer_index, &service);
		of->blocks = service.ranges;
		of->block_count = service.range_count;
	}
	if (rule->peer_kind != RULE_PEER_GROUP)
		return;
	/* A group that is not in the file is of the same VCN all the same. */
	if (rule->peer_index != RULE_NO_INDEX) {
		lookup_group(ruleset->lookup, rule->peer_index, &group);
		if (group.vcn != LOOKUP_NONE)
			vcn = group.vcn;
	}
	if (vcn >= lookup_vcn_count(ruleset->lookup))
		return;
	of->blocks = ruleset->blocks + ruleset->block_starts[vcn];
	of->block_count = ruleset->block_starts[vcn + 1] - ruleset->block_starts[vcn];
}

static int gather_rules(struct ruleset *ruleset)
{
	size_t count = 0;

	for (size_t i = 0; i < ruleset->owner_count; i++) {
		ruleset->owners[i].first = count;
		count += ruleset->owners[i].count;
	}
	ruleset->rules = calloc(count + 1, sizeof(*ruleset->rules));
	if (!ruleset->rules)
		return -1;
	ruleset->rule_count = count;
	for (size_t i = 0; i < ruleset->owner_count; i++) {
		const struct ruleset_owner *owner = &ruleset->owners[i];

		for (size_t j = 0; j < owner->count; j++) {
			struct boxes_rule *of = &ruleset->rules[owner->first + j];
			struct lookup_rule_texts texts;

			lookup_rule_texts(ruleset->lookup, &owner->rules[j], &texts);
			of->rule = &owner->rules[j];
			of->text = texts.text.text;
			of->text_len = texts.text.len;
			set_peer_blocks(ruleset, owner, of->rule, of);
		}
	}
	return 0;
}

/* ---- owners ----------------------------------------------------------------------- */

static int compare_owners(const void *a, const void *b)
{
	const struct ruleset_owner *first = a;
	const struct ruleset_owner *second = b;
	int order = (int)first->is_group - (int)second->is_group;

	if (order == 0)
		order = lookup_text_compare(&first->name, &second->name);
	return order != 0 ? order : lookup_text_compare(&first->ocid, &second->ocid);
}

/* Lists and groups of which the rules are known, empty ones too. */
static int gather_owners(struct ruleset *ruleset)
{
	const struct lookup *lookup = ruleset->lookup;
	size_t list_count = lookup_list_count(lookup);
	size_t group_count = lookup_group_count(lookup);

	ruleset->owners = calloc(list_count + group_count + 1, sizeof(*ruleset->owners));
	if (!ruleset->owners)
		return -1;
	for (size_t i = 0; i < list_count; i++) {
		struct lookup_list list;

		lookup_list(lookup, (uint32_t)i, &list);
		if (list.is_held)
			ruleset->owners[ruleset->owner_count++] = (struct ruleset_owner){
				.ocid = list.ocid,
				.name = list.name,
				.rules = list.rules.rules,
				.count = list.rules.count,
				.number = (uint32_t)i,
				.vcn = LOOKUP_NONE,
			};
	}
	for (size_t i = 0; i < group_count; i++) {
		struct lookup_group group;

		lookup_group(lookup, (uint32_t)i, &group);
		if (group.rules_are_known)
			ruleset->owners[ruleset->owner_count++] = (struct ruleset_owner){
				.ocid = group.ocid,
				.name = group.name,
				.rules = group.rules.rules,
				.count = group.rules.count,
				.number = (uint32_t)i,
				.vcn = group.vcn,
				.is_group = true,
			};
	}
	qsort(ruleset->owners, ruleset->owner_count, sizeof(*ruleset->owners), compare_owners);
	return 0;
}

/* ---- what was chosen -------------------------------------------------------------- */

static bool is_text(const struct lookup_text *text, const char *name)
{
	size_t len = strlen(name);

	return text->text && text->len == len && memcmp(text->text, name, len) == 0;
}

static enum exitcode refuse(const char *what, const char *name, size_t count)
{
	char quoted[MSG_QUOTED_SIZE];

	if (count == 0)
		msg_error("the lookup file has no %s %s", what, msg_quote_name(quoted, name));
	else
		msg_error("%zu %ss are called %s: name one by its OCID", count, what,
			msg_quote_name(quoted, name));
	return EXITCODE_REFUSED;
}

static enum exitcode choose_owner(struct ruleset *ruleset, const char *name, bool is_group)
{
	struct ruleset_owner *named = NULL;
	size_t count = 0;

	for (size_t i = 0; i < ruleset->owner_count; i++) {
		struct ruleset_owner *owner = &ruleset->owners[i];

		if (owner->is_group != is_group)
			continue;
		if (is_text(&owner->ocid, name)) {
			owner->is_chosen = owner->is_named = true;
			return EXITCODE_OK;
		}
		if (!is_text(&owner->name, name))
			continue;
		named = owner;
		count++;
	}
	if (count != 1)
		return refuse(is_group ? "network security group" : "security list", name, count);
	named->is_chosen = named->is_named = true;
	return EXITCODE_OK;
}

/* Does a VNIC in the subnet belong to the group? */
static bool has_member_in(
	const struct lookup *lookup, uint32_t number, const struct lookup_text *subnet)
{
	struct lookup_group group;

	lookup_group(lookup, number, &group);
	for (size_t i = 0; i < group.members.count; i++) {
		struct lookup_vnic vnic;

		lookup_vnic(lookup, group.members.numbers[i], &vnic);
		if (vnic.subnet.text && lookup_text_compare(&vnic.subnet, subnet) == 0)
			return true;
	}
	return false;
}

static void choose_of_subnet(struct ruleset *ruleset, const struct content_subnet *subnet)
{
	struct lookup_run lists = lookup_subnet_lists(ruleset->lookup, &subnet->subnet);

	for (size_t i = 0; i < ruleset->owner_count; i++) {
		struct ruleset_owner *owner = &ruleset->owners[i];

		if (owner->is_group) {
			if (has_member_in(ruleset->lookup, owner->number, &subnet->ocid))
				owner->is_chosen = true;
			continue;
		}
		for (size_t j = 0; j < lists.count; j++)
			if (lists.numbers[j] == owner->number)
				owner->is_chosen = true;
	}
}

enum exitcode ruleset_find_subnet(
	const struct lookup *lookup, const char *name, struct content_subnet *subnet)
{
	struct content_subnet other;
	size_t count = 0;

	if (content_find_subnet(lookup, name, strlen(name), subnet))
		return EXITCODE_OK;
	for (size_t i = 0; i < content_subnet_count(lookup); i++) {
		content_subnet(lookup, i, &other);
		if (!is_text(&other.name, name))
			continue;
		*subnet = other;
		count++;
	}
	return count == 1 ? EXITCODE_OK : refuse("subnet", name, count);
}

static enum exitcode choose_subnet(struct ruleset *ruleset, const char *name)
{
	struct content_subnet subnet;
	enum exitcode exitcode = ruleset_find_subnet(ruleset->lookup, name, &subnet);

	if (exitcode == EXITCODE_OK)
		choose_of_subnet(ruleset, &subnet);
	return exitcode;
}

static enum exitcode choose_all(struct ruleset *ruleset, const struct options *options)
{
	enum exitcode exitcode = EXITCODE_OK;

	for (size_t i = 0; i < ruleset->owner_count && options->chosen_count == 0; i++)
		ruleset->owners[i].is_chosen = true;
	for (size_t i = 0; i < options->chosen_count && exitcode == EXITCODE_OK; i++) {
		const struct chosen *chosen = &options->chosen[i];

		if (chosen->kind == CHOSEN_SUBNET)
			exitcode = choose_subnet(ruleset, chosen->name);
		else
			exitcode =
				choose_owner(ruleset, chosen->name, chosen->kind == CHOSEN_GROUP);
	}
	return exitcode;
}

enum exitcode ruleset_make(
	struct ruleset *ruleset, const struct lookup *lookup, const struct options *options)
{
	*ruleset = (struct ruleset){.lookup = lookup};
	if (gather_owners(ruleset) != 0 || gather_blocks(ruleset) != 0 ||
		gather_rules(ruleset) != 0) {
		msg_no_memory();
		return EXITCODE_INTERNAL;
	}
	return choose_all(ruleset, options);
}

const char *ruleset_kind_name(const struct ruleset_owner *owner)
{
	return owner->is_group ? "nsg" : "security_list";
}

uint32_t *ruleset_numbers(const struct ruleset *ruleset, const struct rule *first)
{
	size_t count = 0;
	uint32_t *numbers;

	for (size_t i = 0; i < ruleset->owner_count; i++) {
		const struct ruleset_owner *owner = &ruleset->owners[i];
		size_t end = owner->count > 0 ? (size_t)(owner->rules - first) + owner->count : 0;

		if (end > count)
			count = end;
	}
	numbers = calloc(count + 1, sizeof(*numbers));
	for (size_t i = 0; i < ruleset->owner_count && numbers; i++) {
		const struct ruleset_owner *owner = &ruleset->owners[i];

		for (size_t j = 0; j < owner->count; j++)
			numbers[(size_t)(owner->rules - first) + j] = (uint32_t)(owner->first + j);
	}
	return numbers;
}

const struct ruleset_owner *ruleset_owner_of(const struct ruleset *ruleset, size_t rule)
{
	size_t low = 0;
	size_t high = ruleset->owner_count;

	/* The last owner that begins at or before the rule; empty ones before it
	 * begin there too. */
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (ruleset->owners[middle].first <= rule)
			low = middle;
		else
			high = middle;
	}
	return &ruleset->owners[low];
}

const struct ruleset_owner *ruleset_owner_of_rule(
	const struct ruleset *ruleset, const struct rule *rule)
{
	for (size_t i = 0; i < ruleset->owner_count; i++) {
		const struct ruleset_owner *owner = &ruleset->owners[i];

		if (owner->count > 0 && rule >= owner->rules && rule < owner->rules + owner->count)
			return owner;
	}
	return NULL;
}

int ruleset_put_rule(
	const struct ruleset_owner *owner, const struct lookup_text *text, struct bytes *out)
{
	if (bytes_append_text(out, "{\"ocid\":") != 0 ||
		json_write_string(out, owner->ocid.text, owner->ocid.len) != 0 ||
		bytes_append_text(out, ",\"rule\":") != 0 ||
		json_write_string(out, text->text, text->len) != 0)
		return -1;
	return bytes_append_char(out, '}');
}

int ruleset_put_cover(
	const struct ruleset *ruleset, const struct boxes_cover *cover, struct bytes *out)
{
	if (bytes_append_char(out, '[') != 0)
		return -1;
	for (size_t i = 0; i < cover->count; i++) {
		const struct ruleset_owner *owner = ruleset_owner_of(ruleset, cover->rules[i]);
		const struct boxes_rule *rule = &ruleset->rules[cover->rules[i]];

		const struct lookup_text text = {rule->text, rule->text_len};

		if ((i > 0 && bytes_append_char(out, ',') != 0) ||
			ruleset_put_rule(owner, &text, out) != 0)
			return -1;
	}
	return bytes_append_char(out, ']');
}

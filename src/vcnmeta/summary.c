/* Counts and warnings over a whole model; nothing here is an error. */
#include "vcnmeta/summary.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/msg.h"
#include "base/textset.h"
#include "vcnmeta/oci/region.h"

static int put_count(
	struct bytes *out, const char *before, size_t count, const char *one, const char *many)
{
	if (bytes_append_text(out, before) != 0)
		return -1;
	if (bytes_append_number(out, count) != 0 || bytes_append_char(out, ' ') != 0)
		return -1;
	return bytes_append_text(out, count == 1 ? one : many);
}

int summary_put_counts(struct bytes *out, const struct model *model)
{
	static const struct {
		enum model_kind kind;
		const char *one;
		const char *many;
	} kinds[] = {
		{MODEL_SUBNET, "subnet", "subnets"},
		{MODEL_LIST, "security list", "security lists"},
		{MODEL_GROUP, "group", "groups"},
		{MODEL_VNIC, "VNIC", "VNICs"},
		{MODEL_SERVICE, "service label", "service labels"},
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		size_t count = model_count(model, kinds[i].kind);

		if ((count > 0 || i < 2) && put_count(out, out->len > 0 ? ", " : "", count,
						    kinds[i].one, kinds[i].many) != 0)
			return -1;
	}
	return 0;
}

/* The name of the region that an OCID says, or ""; OCIDs say it by key, too. */
static const char *region_named(char buffer[REGION_NAME_SIZE], struct lookup_text ocid)
{
	const struct region_row *row;
	char text[512];

	snprintf(text, sizeof(text), "%.*s", (int)(ocid.len < sizeof(text) ? ocid.len : 0),
		ocid.text);
	region_of_ocid(buffer, text, REGION_FIELD_REGION);
	row = region_built_in(buffer);
	return row ? row->name : buffer;
}

static int add_region(struct textset *names, struct lookup_text ocid)
{
	char buffer[REGION_NAME_SIZE];
	const char *name = region_named(buffer, ocid);
	enum textset_result result;

	if (*name == '\0')
		return 0;
	result = textset_add(names, name, strlen(name));
	return result == TEXTSET_ADDED || result == TEXTSET_KNOWN ? 0 : -1;
}

static int put_regions(struct bytes *out, const struct textset *names)
{
	char quoted[MSG_QUOTED_SIZE];
	const char *name;
	size_t len;

	if (names->count == 0)
		return 0;
	if (names->count > 1)
		return put_count(out, " in ", names->count, "region", "regions");
	name = textset_text(names, 0, &len);
	if (bytes_append_text(out, " in region ") != 0)
		return -1;
	return bytes_append_text(out, msg_quote(quoted, name, len));
}

int summary_put_regions(struct bytes *out, const struct model *model)
{
	struct textset names = TEXTSET_INIT(MODEL_NONE);
	int result = 0;

	for (size_t i = 0; i < model->subnet_count && result == 0; i++)
		result = add_region(&names, model_bytes(model, model->subnets[i].ocid));
	if (result == 0)
		result = put_regions(out, &names);
	textset_free(&names);
	return result;
}

int summary_put_missing(struct bytes *out, struct model *model)
{
	static const struct {
		const char *one;
		const char *many;
	} names[] = {
		{"security list", "security lists"},
		{"group's rules", "groups' rules"},
		{"group's members", "groups' members"},
		{"subnet's addresses", "subnets' addresses"},
	};
	size_t counts[] = {
		model_count_missing(model),
		model_count_groups_without(model, MODEL_GROUP_RULES),
		model_count_groups_without(model, MODEL_GROUP_MEMBERS),
		0,
	};
	const char *before = "; missing: ";

	if (model_count_unlisted(model, &counts[3]) != 0)
		return -1;
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		if (counts[i] == 0)
			continue;
		if (put_count(out, before, counts[i], names[i].one, names[i].many) != 0)
			return -1;
		before = ", ";
	}
	return 0;
}

/* Names a rule if it has such a part and few were named. Returns whether it has. */
static bool tell_rule(const struct model *model, const struct model_rule *from, bool is_of_group,
	uint32_t owner, size_t told)
{
	struct rule_parts parts = model_rule_parts(model, from, is_of_group);
	struct lookup_text ocid = model_bytes(model, owner);
	struct bytes text = BYTES_INIT(SIZE_MAX / 2);
	char rule_quoted[MSG_QUOTED_SIZE], quoted[MSG_QUOTED_SIZE];
	struct rule rule;
	const char *part;

	rule_make(&rule, &parts);
	part = rule_unreadable(&rule);
	if (part && told < LIMIT_BAD_NAMED && rule_write_text(&text, &parts) == 0)
		msg_warning("cannot read the %s of rule %s of %s: it may match anything there",
			part, msg_quote(rule_quoted, text.data, text.len),
			msg_quote(quoted, ocid.text, ocid.len));
	bytes_free(&text);
	return part != NULL;
}

void summary_tell_unreadable(const struct model *model)
{
	size_t told = 0;

	for (size_t i = 0; i < model->list_count; i++) {
		const struct model_list *list = &model->lists[i];

		for (size_t j = 0; j < list->rule_count; j++)
			told += tell_rule(model, &model->rules[list->rule_first + j], false,
				list->ocid, told);
	}
	for (size_t i = 0; i < model->group_rule_count; i++) {
		const struct model_group_rule *rule = &model->group_rules[i];
		const struct model_group *group = &model->groups[rule->group];

		if (model_counts(rule->fetched_at, group->rules_at))
			told += tell_rule(model, &rule->rule, true, group->ocid, told);
	}
	if (told > LIMIT_BAD_NAMED)
		msg_warning(
			"%zu more rules have a part that cannot be read", told - LIMIT_BAD_NAMED);
}

void summary_tell_blockless(const struct model *model, const char *dump)
{
	size_t count = model_count_blockless(model);

	if (count > 0)
		msg_warning("%zu subnet%s no CIDR block, so %s records have no direction: %s",
			count, count == 1 ? " has" : "s have", count == 1 ? "its" : "their", dump);
}

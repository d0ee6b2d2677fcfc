/* Counts and warnings over a whole model; nothing here is an error. */
#include "vcnmeta/summary.h"

#include "base/limits.h"
#include "base/msg.h"

static int put_count(struct bytes *out, size_t count, const char *one, const char *many)
{
	if (out->len > 0 && bytes_append_text(out, ", ") != 0)
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

		if ((count > 0 || i < 2) && put_count(out, count, kinds[i].one, kinds[i].many) != 0)
			return -1;
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

/*
 * What a lookup file holds, as a line of JSON for each subnet, rule, group or
 * VNIC, or for those that were asked for. Output is in the order of the OCIDs,
 * whatever the file's is.
 */
#include "vcnmeta/show.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/msg.h"
#include "base/optparse.h"
#include "base/outfile.h"
#include "base/utc.h"
#include "lookup/content.h"
#include "lookup/lookupfile.h"
#include "lookup/rule.h"
#include "vcnmeta/help.h"
#include "json/write.h"

static const char help[] =
	"usage: vcnmeta show [--rules|--groups|--vnics] FILE [OCID...]\n"
	"Write what a lookup file holds as JSON, one object a line, sorted by OCID:\n"
	"subnets, unless another kind is asked for. With OCIDs only those.\n"
	"\n"
	"      --rules    the rules of security lists and network security groups\n"
	"      --groups   network security groups\n"
	"      --vnics    VNICs\n"
	"  -q, --quiet    no warnings\n"
	"  -h, --help     this text\n"
	"  -V, --version  the version\n";

enum kind { KIND_SUBNETS, KIND_RULES, KIND_GROUPS, KIND_VNICS, KIND_COUNT };

struct show {
	bool is_asked_for[KIND_COUNT]; /* by its option */
	enum kind kind;
	bool quiet;
	const struct lookup *lookup;
};

static const struct optparse_option options[] = {
	{"rules", 0, OPTPARSE_FLAG, OPTPARSE_MEMBER(struct show, is_asked_for[KIND_RULES])},
	{"groups", 0, OPTPARSE_FLAG, OPTPARSE_MEMBER(struct show, is_asked_for[KIND_GROUPS])},
	{"vnics", 0, OPTPARSE_FLAG, OPTPARSE_MEMBER(struct show, is_asked_for[KIND_VNICS])},
	{"quiet", 'q', OPTPARSE_FLAG, OPTPARSE_MEMBER(struct show, quiet)},
	{"help", 'h', .kind = OPTPARSE_SHOW_HELP},
	{"version", 'V', .kind = OPTPARSE_SHOW_VERSION},
};

/* A thing to be shown. */
struct item {
	struct lookup_text ocid;
	uint32_t number;
	bool is_group; /* whose rules are shown; or a list */
	bool is_there;
};

static int compare_items(const void *a, const void *b)
{
	const struct item *left = a, *right = b;

	return lookup_text_compare(&left->ocid, &right->ocid);
}

static int put_text(struct bytes *out, const char *key, struct lookup_text text)
{
	if (bytes_append_text(out, key) != 0)
		return -1;
	if (!text.text)
		return bytes_append_text(out, "null");
	return json_write_string(out, text.text, text.len);
}

static int put_fetched_at(struct bytes *out, int64_t fetched_at)
{
	char text[UTC_TEXT_SIZE];

	(void)utc_text(text, fetched_at);
	if (bytes_append_text(out, ",\"fetched_at\":\"") != 0 || bytes_append_text(out, text) != 0)
		return -1;
	return bytes_append_text(out, "\"}\n");
}

static int put_prefixes(struct bytes *out, const struct lookup_subnet *subnet)
{
	char text[PREFIX_TEXT_SIZE];

	if (bytes_append_text(out, ",\"cidr_blocks\":[") != 0)
		return -1;
	for (size_t i = 0; i < subnet->prefix_count; i++) {
		size_t len = prefix_text(text, &subnet->prefixes[i]);

		if (i > 0 && bytes_append_char(out, ',') != 0)
			return -1;
		if (json_write_string(out, text, len) != 0)
			return -1;
	}
	return bytes_append_char(out, ']');
}

static int put_subnet(struct bytes *out, const struct lookup *lookup, const struct item *item)
{
	struct content_subnet subnet;

	content_subnet(lookup, item->number, &subnet);
	if (put_text(out, "{\"subnet_ocid\":", subnet.ocid) != 0 ||
		put_text(out, ",\"display_name\":", subnet.name) != 0 ||
		put_text(out, ",\"vcn_ocid\":", subnet.vcn) != 0 ||
		put_text(out, ",\"compartment_ocid\":", subnet.compartment) != 0 ||
		put_prefixes(out, &subnet.subnet) != 0 ||
		bytes_append_text(out, ",\"security_lists\":") != 0 ||
		bytes_append(out, subnet.subnet.lists.text, subnet.subnet.lists.len) != 0)
		return -1;
	return put_fetched_at(out, subnet.fetched_at);
}

static int put_rule(struct bytes *out, const struct lookup *lookup, const struct rule *rule,
	struct lookup_text ocid, struct lookup_text name, bool is_group)
{
	struct lookup_rule_texts texts;

	lookup_rule_texts(lookup, rule, &texts);
	if (put_text(out, "{\"ocid\":", ocid) != 0 || put_text(out, ",\"name\":", name) != 0 ||
		put_text(out, ",\"rule\":", texts.text) != 0)
		return -1;
	if (is_group && put_text(out, ",\"id\":", texts.id) != 0)
		return -1;
	if (bytes_append_text(out, ",\"stateless\":") != 0 ||
		bytes_append_text(out, rule->is_stateless ? "true" : "false") != 0 ||
		put_text(out, ",\"description\":", texts.description) != 0)
		return -1;
	return bytes_append_text(out, "}\n");
}

/* All rules of a list or group, a line each. */
static int put_rules(struct bytes *out, const struct lookup *lookup, const struct item *item)
{
	struct lookup_group group;
	struct lookup_list list;
	struct lookup_rules rules;
	struct lookup_text name;

	if (item->is_group) {
		lookup_group(lookup, item->number, &group);
		rules = group.rules;
		name = group.name;
	} else {
		lookup_list(lookup, item->number, &list);
		rules = list.rules;
		name = list.name;
	}
	for (size_t i = 0; i < rules.count; i++)
		if (put_rule(out, lookup, &rules.rules[i], item->ocid, name, item->is_group) != 0)
			return -1;
	return 0;
}

/* The OCIDs of a group's members, sorted; null when memory ran out. */
static struct lookup_text *sorted_members(
	const struct lookup *lookup, const struct lookup_run *members)
{
	struct item *items = calloc(members->count + 1, sizeof(*items));
	struct lookup_text *ocids = calloc(members->count + 1, sizeof(*ocids));
	struct lookup_vnic vnic;

	for (size_t i = 0; items && ocids && i < members->count; i++) {
		lookup_vnic(lookup, members->numbers[i], &vnic);
		items[i].ocid = vnic.ocid;
	}
	if (items && ocids) {
		qsort(items, members->count, sizeof(*items), compare_items);
		for (size_t i = 0; i < members->count; i++)
			ocids[i] = items[i].ocid;
	} else {
		free(ocids);
		ocids = NULL;
	}
	free(items);
	return ocids;
}

static int put_members(
	struct bytes *out, const struct lookup *lookup, const struct lookup_group *group)
{
	struct lookup_text *ocids;
	int result = bytes_append_text(out, ",\"vnic_ocids\":");

	if (result != 0 || !group->members_are_known)
		return result != 0 ? -1 : bytes_append_text(out, "null");
	ocids = sorted_members(lookup, &group->members);
	if (!ocids || bytes_append_char(out, '[') != 0)
		result = -1;
	for (size_t i = 0; i < group->members.count && result == 0; i++)
		result = put_text(out, i > 0 ? "," : "", ocids[i]);
	free(ocids);
	return result != 0 ? -1 : bytes_append_char(out, ']');
}

static int put_rule_texts(
	struct bytes *out, const struct lookup *lookup, const struct lookup_group *group)
{
	if (bytes_append_text(out, ",\"rules\":") != 0)
		return -1;
	if (!group->rules_are_known)
		return bytes_append_text(out, "null");
	if (bytes_append_char(out, '[') != 0)
		return -1;
	for (size_t i = 0; i < group->rules.count; i++) {
		struct lookup_rule_texts texts;

		lookup_rule_texts(lookup, &group->rules.rules[i], &texts);
		if (put_text(out, i > 0 ? "," : "", texts.text) != 0)
			return -1;
	}
	return bytes_append_char(out, ']');
}

static int put_group(struct bytes *out, const struct lookup *lookup, const struct item *item)
{
	struct lookup_group group;
	struct lookup_vcn vcn;

	lookup_group(lookup, item->number, &group);
	lookup_vcn(lookup, group.vcn, &vcn);
	if (put_text(out, "{\"nsg_ocid\":", group.ocid) != 0 ||
		put_text(out, ",\"display_name\":", group.name) != 0 ||
		put_text(out, ",\"vcn_ocid\":", vcn.ocid) != 0 ||
		put_text(out, ",\"compartment_ocid\":",
			content_compartment(lookup, group.compartment).ocid) != 0 ||
		put_members(out, lookup, &group) != 0 || put_rule_texts(out, lookup, &group) != 0)
		return -1;
	return put_fetched_at(out, group.fetched_at);
}

static int put_vnic(struct bytes *out, const struct lookup *lookup, const struct item *item)
{
	char text[ADDRESS_TEXT_SIZE];
	struct lookup_vnic vnic;

	lookup_vnic(lookup, item->number, &vnic);
	if (put_text(out, "{\"vnic_ocid\":", vnic.ocid) != 0 ||
		put_text(out, ",\"subnet_ocid\":", vnic.subnet) != 0 ||
		bytes_append_text(out, ",\"addresses\":[") != 0)
		return -1;
	for (size_t i = 0; i < vnic.address_count; i++) {
		struct address address = lookup_vnic_address(&vnic, i);
		size_t len = address_text(text, &address);

		if (put_text(out, i > 0 ? "," : "", (struct lookup_text){text, len}) != 0)
			return -1;
	}
	if (bytes_append_text(
		    out, vnic.groups_are_known ? "],\"nsg_ocids\":[" : "],\"nsg_ocids\":null") != 0)
		return -1;
	for (size_t i = 0; vnic.groups_are_known && i < vnic.groups.count; i++) {
		struct lookup_group group;

		lookup_group(lookup, vnic.groups.numbers[i], &group);
		if (put_text(out, i > 0 ? "," : "", group.ocid) != 0)
			return -1;
	}
	return bytes_append_text(out, vnic.groups_are_known ? "]}\n" : "}\n");
}

static int put_item(struct bytes *out, const struct show *show, const struct item *item)
{
	switch (show->kind) {
	case KIND_SUBNETS:
		return put_subnet(out, show->lookup, item);
	case KIND_RULES:
		return put_rules(out, show->lookup, item);
	case KIND_GROUPS:
		return put_group(out, show->lookup, item);
	default:
		return put_vnic(out, show->lookup, item);
	}
}

/* All that there is of a kind; a list that is not held has no rules to show. */
static size_t count_all(const struct show *show)
{
	switch (show->kind) {
	case KIND_SUBNETS:
		return content_subnet_count(show->lookup);
	case KIND_RULES:
		return lookup_list_count(show->lookup) + lookup_group_count(show->lookup);
	case KIND_GROUPS:
		return lookup_group_count(show->lookup);
	default:
		return lookup_vnic_count(show->lookup);
	}
}

static struct item item_of(const struct show *show, size_t index)
{
	struct item item = {{NULL, 0}, (uint32_t)index, false, true};
	size_t lists = lookup_list_count(show->lookup);
	struct content_subnet subnet;
	struct lookup_group group;
	struct lookup_list list;
	struct lookup_vnic vnic;

	switch (show->kind) {
	case KIND_SUBNETS:
		content_subnet(show->lookup, index, &subnet);
		item.ocid = subnet.ocid;
		return item;
	case KIND_VNICS:
		lookup_vnic(show->lookup, (uint32_t)index, &vnic);
		item.ocid = vnic.ocid;
		return item;
	case KIND_RULES:
		if (index < lists) {
			lookup_list(show->lookup, (uint32_t)index, &list);
			item.ocid = list.ocid;
			item.is_there = list.is_held;
			return item;
		}
		item.number -= (uint32_t)lists;
		break;
	default:
		break;
	}
	lookup_group(show->lookup, item.number, &group);
	item.ocid = group.ocid;
	item.is_group = true;
	return item;
}

/* All items, sorted; null when memory ran out. Free with free(3). */
static struct item *all_items(const struct show *show, size_t *count)
{
	struct item *items;

	*count = count_all(show);
	items = calloc(*count + 1, sizeof(*items));
	for (size_t i = 0; items && i < *count; i++)
		items[i] = item_of(show, i);
	if (items)
		qsort(items, *count, sizeof(*items), compare_items);
	return items;
}

/* The items that are named, sorted, each once; null when memory ran out. */
static struct item *named_items(
	const struct show *show, char **names, size_t name_count, size_t *count)
{
	struct item *all = all_items(show, count);
	struct item *items = calloc(name_count + 1, sizeof(*items));
	size_t kept = 0;

	for (size_t i = 0; all && items && i < name_count; i++) {
		struct item key = {.ocid = {names[i], strlen(names[i])}};
		const struct item *found = bsearch(&key, all, *count, sizeof(*all), compare_items);

		items[i] = found ? *found : key;
	}
	if (all && items) {
		qsort(items, name_count, sizeof(*items), compare_items);
		for (size_t i = 0; i < name_count; i++)
			if (i == 0 || compare_items(&items[kept - 1], &items[i]) != 0)
				items[kept++] = items[i];
	} else {
		free(items);
		items = NULL;
	}
	*count = kept;
	free(all);
	return items;
}

static void tell_absent(const struct show *show, const struct item *item)
{
	static const char *const kinds[] = {"subnet", "list or group", "group", "VNIC"};
	char quoted[MSG_QUOTED_SIZE];

	msg_error("the lookup file has no %s %s", kinds[show->kind],
		msg_quote(quoted, item->ocid.text, item->ocid.len));
}

static enum exitcode show_items(const struct show *show, const struct item *items, size_t count,
	bool are_named, struct outfile *output)
{
	enum exitcode exitcode = EXITCODE_OK;

	for (size_t i = 0; i < count && output->write_errno == 0; i++) {
		if (!items[i].is_there && are_named) {
			tell_absent(show, &items[i]);
			exitcode = EXITCODE_PARTIAL;
		}
		if (!items[i].is_there)
			continue;
		if (put_item(&output->bytes, show, &items[i]) != 0) {
			msg_no_memory();
			return EXITCODE_INTERNAL;
		}
		outfile_pass(output);
	}
	return exitcode;
}

static enum exitcode show_file(struct show *show, const struct optparse *optparse)
{
	size_t named = optparse->operand_count - 1;
	enum exitcode exitcode, written;
	struct outfile output;
	struct lookup *lookup;
	struct item *items;
	size_t count;

	exitcode = lookupfile_open_guarded(&lookup, optparse->operands[0]);
	if (exitcode != EXITCODE_OK)
		return exitcode;
	show->lookup = lookup;
	exitcode = outfile_open(&output, NULL);
	if (exitcode != EXITCODE_OK) {
		lookupfile_close(lookup);
		return exitcode;
	}
	items = named > 0 ? named_items(show, optparse->operands + 1, named, &count)
			  : all_items(show, &count);
	if (items) {
		exitcode = show_items(show, items, count, named > 0, &output);
	} else {
		msg_no_memory();
		exitcode = EXITCODE_INTERNAL;
	}
	written = outfile_close(&output, true);
	free(items);
	lookupfile_close(lookup);
	return written != EXITCODE_OK ? written : exitcode;
}

/* Returns 0, or -1 after a message. */
static int choose_kind(struct show *show)
{
	for (enum kind kind = KIND_SUBNETS; kind < KIND_COUNT; kind++) {
		if (!show->is_asked_for[kind])
			continue;
		if (show->kind != KIND_SUBNETS) {
			msg_error("--rules, --groups and --vnics exclude each other");
			return -1;
		}
		show->kind = kind;
	}
	return 0;
}

int show_main(int argc, char **argv)
{
	struct show show = {.kind = KIND_SUBNETS};
	struct optparse optparse = {
		.options = options,
		.count = sizeof(options) / sizeof(options[0]),
		.into = &show,
		.help_command = "vcnmeta show --help",
	};
	enum optparse_result result = optparse_read(&optparse, argc, argv);

	if (result != OPTPARSE_RUN)
		return (int)help_answer(result, help);
	msg_quiet(show.quiet);
	if (choose_kind(&show) != 0)
		return EXITCODE_REFUSED;
	if (optparse.operand_count > 0)
		return (int)show_file(&show, &optparse);
	msg_error("no lookup file: usage: vcnmeta show FILE [OCID...]");
	return EXITCODE_REFUSED;
}

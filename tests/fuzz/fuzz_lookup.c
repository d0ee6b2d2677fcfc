/*
 * Lookup files: opened, then all of it used as the programs use it. A file is
 * refused with a text that says why, or everything in it is sound.
 *
 * An input's first byte says whether the frame is made wrong (frame.h), and
 * whether the file is read back into a model and written again; the rest are
 * edits of a good file.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "base/io.h"
#include "base/limits.h"
#include "deflate/crc32.h"
#include "lookup/content.h"
#include "lookup/lookup.h"
#include "lookup/merge.h"
#include "lookup/rule.h"
#include "lookup/writer.h"
#include "vcnmeta/show.h"
#include "vcnmeta/verify.h"
#include "json/json.h"

#include "caught.h"
#include "frame.h"
#include "fuzz.h"
#include "strict.h"

#define POKED 1u
#define WRITE_AGAIN 2u

static struct {
	int fd;
	char path[40];
	struct bytes file;
	struct strict strict;
} at_hand = {
	.fd = -1,
	.file = BYTES_INIT(SIZE_MAX / 2),
};

static void begin(void)
{
	at_hand.fd = memfd_create("fuzz", MFD_CLOEXEC);
	PROMISE(at_hand.fd > STDERR_FILENO);
	(void)snprintf(at_hand.path, sizeof at_hand.path, "/proc/self/fd/%d", at_hand.fd);
	PROMISE(io_standard_descriptors() == 0);
	caught_begin("vcnmeta");
}

static void write_file(void)
{
	PROMISE(ftruncate(at_hand.fd, 0) == 0);
	PROMISE(pwrite(at_hand.fd, at_hand.file.data, at_hand.file.len, 0) ==
		(ssize_t)at_hand.file.len);
}

/* ---- what is in it ----------------------------------------------------- */

static void check_json(const struct lookup_text *text, enum strict_type type)
{
	uint32_t value;

	strict_begin(&at_hand.strict, text->text, text->len);
	value = strict_whole(&at_hand.strict, LIMIT_DEPTH);
	PROMISE(value != 0);
	PROMISE(at_hand.strict.nodes[value].type == type);
	PROMISE(at_hand.strict.nodes[value].end == text->len);
	PROMISE(memchr(text->text, '\n', text->len) == NULL);
}

static void check_text(const struct lookup_text *text)
{
	if (text->text == NULL)
		PROMISE(text->len == 0);
	else
		PROMISE(json_is_utf8(text->text, text->len));
}

static void check_prefixes(const struct prefix *prefixes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		PROMISE(prefix_is_canonical(&prefixes[i]));
		PROMISE(i == 0 || prefix_compare(&prefixes[i - 1], &prefixes[i]) < 0);
	}
}

static void check_rules(const struct lookup *lookup, const struct lookup_rules *rules)
{
	const struct address address = {0, 0, ADDRESS_IPV4};
	struct lookup_rule_texts texts;
	struct lookup_group group;

	for (size_t i = 0; i < rules->count; i++) {
		const struct rule *rule = &rules->rules[i];

		lookup_rule_texts(lookup, rule, &texts);
		check_json(&texts.entry, STRICT_OBJECT);
		check_text(&texts.text);
		check_text(&texts.id);
		check_text(&texts.description);
		PROMISE(i == 0 || rule[-1].direction <= rule->direction);
		(void)lookup_service_has(lookup, rule->peer_index, &address);
		lookup_group(lookup, rule->peer_index, &group);
	}
}

static void check_lists(const struct lookup *lookup, const struct lookup_subnet *subnet)
{
	struct lookup_run run = lookup_subnet_lists(lookup, subnet);
	struct lookup_list list;

	for (size_t i = 0; i < run.count; i++) {
		lookup_list(lookup, run.numbers[i], &list);
		PROMISE(list.ocid.len != 0);
		check_text(&list.ocid);
		check_text(&list.name);
		check_rules(lookup, &list.rules);
		if (list.is_held)
			check_json(&list.json, STRICT_OBJECT);
		else
			PROMISE(list.json.text == NULL && list.rules.count == 0);
	}
}

static void check_group(const struct lookup *lookup, uint32_t number)
{
	struct lookup_group group;
	struct lookup_vcn vcn;

	lookup_group(lookup, number, &group);
	lookup_vcn(lookup, group.vcn, &vcn);
	PROMISE(lookup_find_group(lookup, group.ocid.text, group.ocid.len) == number);
	check_text(&group.name);
	check_text(&vcn.ocid);
	check_text(&vcn.name);
	check_rules(lookup, &group.rules);
	PROMISE(group.rules_are_known || group.rules.count == 0);
	PROMISE(group.members_are_known || group.members.count == 0);
	if (group.rules_are_known)
		check_json(&group.json, STRICT_ARRAY);
	for (size_t i = 0; i < group.members.count; i++) {
		PROMISE(group.members.numbers[i] < lookup_vnic_count(lookup));
		PROMISE(lookup_run_has(&group.members, group.members.numbers[i]));
	}
}

static void check_vnic(const struct lookup *lookup, uint32_t number)
{
	static struct lookup_vnic_hints hints;
	const struct lookup_vnic *recalled;
	struct lookup_vnic vnic, found;

	lookup_vnic(lookup, number, &vnic);
	check_text(&vnic.ocid);
	check_text(&vnic.subnet);
	PROMISE(lookup_find_vnic(lookup, &hints, vnic.ocid.text, vnic.ocid.len, &found));
	PROMISE(found.number == number);
	recalled = lookup_recall_vnic(&hints, vnic.ocid.text, vnic.ocid.len);
	PROMISE(recalled != NULL && recalled->number == number);
	PROMISE(!lookup_find_vnic(lookup, NULL, vnic.ocid.text, vnic.ocid.len - 1, &found) ||
		found.number != number);
	for (size_t i = 0; i < vnic.address_count; i++) {
		struct address address = lookup_vnic_address(&vnic, i);
		uint32_t holder = lookup_find_holder(lookup, vnic.vcn, &address);
		uint32_t block = lookup_find_block(lookup, vnic.vcn, &address);

		PROMISE(lookup_vnic_has(&vnic, &address));
		PROMISE(block == LOOKUP_NONE || block < content_subnet_count(lookup));
		if (vnic.vcn == LOOKUP_NONE)
			continue;
		lookup_vnic(lookup, holder, &found);
		PROMISE(lookup_vnic_has(&found, &address) && found.vcn == vnic.vcn);
		PROMISE(found.fetched_at >= vnic.fetched_at);
	}
}

static void check_entry(const struct lookup *lookup, size_t index)
{
	static struct lookup_hints hints;
	const struct lookup_subnet *recalled;
	struct content_subnet entry, again;
	struct lookup_subnet found;

	content_subnet(lookup, index, &entry);
	PROMISE(entry.ocid.len != 0);
	check_text(&entry.ocid);
	check_text(&entry.name);
	check_text(&entry.vcn);
	check_text(&entry.compartment);
	check_prefixes(entry.subnet.prefixes, entry.subnet.prefix_count);
	check_json(&entry.subnet.lists, STRICT_ARRAY);
	check_json(&entry.subnet.ids, STRICT_ARRAY);
	check_lists(lookup, &entry.subnet);
	PROMISE(lookup_find(lookup, entry.ocid.text, entry.ocid.len, &found));
	PROMISE(found.number == entry.subnet.number && found.set == entry.subnet.set);
	PROMISE(lookup_learn(lookup, &hints, entry.ocid.text, entry.ocid.len, &found));
	PROMISE(found.number == entry.subnet.number && found.set == entry.subnet.set);
	recalled = lookup_recall(&hints, entry.ocid.text, entry.ocid.len);
	PROMISE(recalled != NULL && recalled->number == found.number);
	PROMISE(content_find_subnet(lookup, entry.ocid.text, entry.ocid.len, &again));
	PROMISE(again.ocid.text == entry.ocid.text);
	PROMISE(!lookup_find(lookup, entry.ocid.text, entry.ocid.len - 1, &found) ||
		found.prefixes != entry.subnet.prefixes || content_subnet_count(lookup) > 1);
}

static void check_contents(const struct lookup *lookup)
{
	struct lookup_subnet none;
	struct lookup_text source = content_source(lookup);
	size_t count;
	const struct prefix *all = lookup_prefixes(lookup, &count);

	for (size_t i = 0; i < content_subnet_count(lookup); i++)
		check_entry(lookup, i);
	for (uint32_t i = 0; i < lookup_group_count(lookup); i++)
		check_group(lookup, i);
	for (uint32_t i = 0; i < lookup_vnic_count(lookup); i++)
		check_vnic(lookup, i);
	for (uint32_t i = 0; i < lookup_service_count(lookup); i++) {
		struct lookup_service service;

		lookup_service(lookup, i, &service);
		check_text(&service.label);
		check_prefixes(service.ranges, service.range_count);
	}
	check_prefixes(all, count);
	check_text(&source);
	(void)lookup_fetched_at(lookup);
	(void)lookup_find(lookup, "", 0, &none);
	(void)lookup_find(lookup, "ocid1.subnet.none", 17, &none);
}

/* ---- how it is shown --------------------------------------------------- */

/* Calls function for each line of what was shown; returns their number. */
static size_t each_line(void (*function)(const char *text, size_t len))
{
	const char *text = caught_output.data;
	size_t len = caught_output.len;
	size_t count = 0;

	while (len != 0) {
		const char *feed = memchr(text, '\n', len);

		PROMISE(feed != NULL);
		function(text, (size_t)(feed - text));
		len -= (size_t)(feed - text) + 1;
		text = feed + 1;
		count++;
	}
	return count;
}

static void check_object(const char *text, size_t len)
{
	uint32_t value;

	strict_begin(&at_hand.strict, text, len);
	value = strict_whole(&at_hand.strict, LIMIT_DEPTH + 2);
	PROMISE(value != 0);
	PROMISE(at_hand.strict.nodes[value].type == STRICT_OBJECT);
}

static void check_pair(const char *text, size_t len)
{
	const char *colon = memchr(text, ':', len);

	PROMISE(colon != NULL && colon != text && text + len - colon > 1);
	for (; text < colon; text++)
		PROMISE((*text >= 'a' && *text <= 'z') || *text == '_');
	PROMISE(colon[1] == ' ');
}

static void check_shown(size_t subnets)
{
	static char kinds[][10] = {"--rules", "--groups", "--vnics"};
	char show[] = "show", verify[] = "verify";
	char *argv[] = {show, at_hand.path, NULL, NULL};

	caught_clear();
	PROMISE(show_main(2, argv) == 0);
	PROMISE(each_line(check_object) == subnets);
	for (size_t i = 0; i < 3; i++) {
		argv[1] = kinds[i];
		argv[2] = at_hand.path;
		caught_clear();
		PROMISE(show_main(3, argv) == 0);
		(void)each_line(check_object);
	}
	argv[0] = verify;
	argv[1] = at_hand.path;
	argv[2] = NULL;
	caught_clear();
	PROMISE(verify_main(2, argv) == 0);
	PROMISE(each_line(check_pair) == 21);
	PROMISE(caught_messages == 0);
}

/* ---- read back and written again --------------------------------------- */

/* A model made from a file makes a file with the same subnets. */
static void check_written(const struct lookup *lookup)
{
	struct model *model = model_new(MODEL_LATER_COUNTS);
	char path[FUZZ_PATH_SIZE];
	char detail[LOOKUP_DETAIL_SIZE];
	struct model_fault fault;
	struct lookup *again = NULL;
	int fd;

	PROMISE(model != NULL);
	if (merge_lookup(model, lookup, MERGE_LATER, "text", &fault) != MODEL_OK) {
		model_free(model);
		return;
	}
	fuzz_path(path);
	fd = mkstemp(path);
	PROMISE(fd >= 0 && close(fd) == 0);
	PROMISE(writer_write(model, path, 1, WRITER_SOURCE_BUILD) == EXITCODE_OK);
	PROMISE(lookup_open(&again, path, detail, NULL) == LOOKUP_OK);
	PROMISE(unlink(path) == 0);
	PROMISE(content_subnet_count(again) == content_subnet_count(lookup));
	for (size_t i = 0; i < content_subnet_count(again); i++) {
		struct content_subnet old, new;

		content_subnet(again, i, &new);
		PROMISE(content_find_subnet(lookup, new.ocid.text, new.ocid.len, &old));
		PROMISE(old.subnet.prefix_count == new.subnet.prefix_count);
		fuzz_equal("names of a subnet", old.name.text, old.name.len, new.name.text,
			new.name.len);
	}
	check_contents(again);
	lookup_close(again);
	model_free(model);
}

static void check_refused(const char detail[LOOKUP_DETAIL_SIZE])
{
	size_t len = strnlen(detail, LOOKUP_DETAIL_SIZE);

	PROMISE(len != 0 && len < LOOKUP_DETAIL_SIZE);
	for (size_t i = 0; i < len; i++)
		PROMISE(detail[i] >= ' ' && detail[i] <= '~');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char detail[LOOKUP_DETAIL_SIZE] = "";
	struct lookup *lookup = NULL;

	if (len == 0)
		return 0;
	if (at_hand.fd < 0)
		begin();
	frame_make(&at_hand.file, data + 1, len - 1, (data[0] & POKED) != 0);
	write_file();
	if (lookup_open(&lookup, at_hand.path, detail, NULL) != LOOKUP_OK) {
		PROMISE(lookup == NULL);
		check_refused(detail);
		return 0;
	}
	check_contents(lookup);
	check_shown(content_subnet_count(lookup));
	if (data[0] & WRITE_AGAIN)
		check_written(lookup);
	lookup_close(lookup);
	return 0;
}

/*
 * A lookup file, checked once when it is opened, so that no reader has to ask
 * again.
 *
 * First the frame: header and section table. Nothing that the file says about
 * itself is used before it has been compared with what there is: the length
 * with the file's, each section's offset with where the one before it ended. So
 * the sections lie in the file one after another, and every byte of it belongs
 * to the header, the table, a checksummed section, or is a 0 between them: no
 * bit can change unnoticed.
 *
 * Then the sections, each by its checksum and by the function that its row of
 * FORMAT_SECTIONS names. A function relies on how many entries other sections
 * have and on nothing that stands in them, so the order is of no matter: of a
 * large file two threads take one section after another, the largest first. A
 * section that is found bad does not end that; of all that is found the message
 * names what is first in the table, wrong checksums before all else, so that it
 * is the same for any number of threads.
 *
 * Everything goes through the file from front to back, since a million subnets
 * are to be checked in little more time than reading the file takes: UTF-8 is
 * looked for in the whole of TEXT, and a text in it only has to begin and end
 * between two characters.
 *
 * The file may shrink meanwhile: the fault is turned into a jump out of the
 * check, in the thread that met it.
 */
#include "lookup/check.h"

#include <setjmp.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/limits.h"
#include "deflate/crc32.h"
#include "json/json.h"

/* A multiple of the size of a page on any machine. */
#define ANY_PAGE ((size_t)64 << 10)

/* A file that is worth another thread. */
#define LARGE ((size_t)8 << 20)

/* One thread's part of the work. */
struct checker {
	struct lookup lookup; /* the views, and a detail of its own */
	struct json_parser *parser;
	char detail[LOOKUP_DETAIL_SIZE];
	/* the first of what it found, by the order of the message */
	size_t rank;
	enum lookup_error error;
	char found[LOOKUP_DETAIL_SIZE];
};

#define BAD(checker, ...) mapped_damaged(&(checker)->lookup, __VA_ARGS__)

static uint64_t word_at(const char *bytes)
{
	uint64_t word;

	memcpy(&word, bytes, sizeof(word));
	return word;
}

/* Returns true if a byte below 0x20 is among bytes[0..len). */
static bool has_control(const char *bytes, size_t len)
{
	const uint64_t ones = UINT64_MAX / 0xff;
	uint64_t found = 0;
	size_t i = 0;

	/* A byte less than 0x20 borrows into its top bit when 0x20 is taken. */
	for (; len - i >= sizeof(ones); i += sizeof(ones)) {
		uint64_t word = word_at(bytes + i);

		found |= (word - ones * 0x20) & ~word & ones * 0x80;
	}
	for (; i < len; i++)
		found |= (unsigned char)bytes[i] < 0x20;
	return found != 0;
}

/* Returns true if bytes[0..len) are ASCII: four words at a time, for speed. */
static bool is_ascii(const char *bytes, size_t len)
{
	uint64_t even = 0, odd = 0;
	size_t i = 0;

	for (; len - i >= 4 * sizeof(even); i += 4 * sizeof(even)) {
		even |= word_at(bytes + i) | word_at(bytes + i + 16);
		odd |= word_at(bytes + i + 8) | word_at(bytes + i + 24);
	}
	for (; i < len; i++)
		even |= (unsigned char)bytes[i];
	return ((even | odd) & UINT64_MAX / 0xff * 0x80) == 0;
}

static bool is_text(const char *bytes, size_t len)
{
	return is_ascii(bytes, len) || json_is_utf8(bytes, len);
}

/* Returns true if at is the end of the section or begins a character. */
static bool is_boundary(const char *text, size_t len, uint64_t at)
{
	return at == len || ((unsigned char)text[at] & 0xc0) != 0x80;
}

/* Returns true if a text, which must not be absent, lies in section TEXT. */
static bool text_is_good(const struct lookup *lookup, struct format_text text)
{
	uint64_t offset = mapped_text_offset(text);
	size_t len = mapped_text_length(text);
	const char *all = lookup->text.at;
	size_t count = lookup->text.count;

	return len != FORMAT_TEXT_ABSENT && offset <= count && len <= count - offset &&
	       is_boundary(all, count, offset) && is_boundary(all, count, offset + len);
}

static bool optional_is_good(const struct lookup *lookup, struct format_text text)
{
	return text.place == FORMAT_TEXT_ABSENT || text_is_good(lookup, text);
}

/* An OCID or label, by which something is found: a text that is not empty. */
static bool key_is_good(const struct lookup *lookup, struct format_text text)
{
	return mapped_text_length(text) != 0 && text_is_good(lookup, text);
}

static const char *bytes_of(const struct lookup *lookup, struct format_text text)
{
	return lookup->text.at + mapped_text_offset(text);
}

/* Compares two good texts by their bytes: negative, 0 or positive. */
static int compare_texts(const struct lookup *lookup, struct format_text a, struct format_text b)
{
	size_t a_len = mapped_text_length(a), b_len = mapped_text_length(b);
	int order = memcmp(bytes_of(lookup, a), bytes_of(lookup, b), a_len < b_len ? a_len : b_len);

	return order != 0 ? order : (a_len > b_len) - (a_len < b_len);
}

/* A number in a section of count entries, or none. */
static bool number_is_good(uint32_t number, size_t count)
{
	return number == FORMAT_NONE || number < count;
}

static bool time_is_good(int64_t fetched_at)
{
	return fetched_at >= 0 && fetched_at <= LIMIT_FETCHED_AT;
}

/*
 * A run has to begin where the one before it ended, at *at, and to lie in a
 * section of count entries; moves *at on. A section that the file does not have
 * is not looked at: its runs are read as empty.
 */
static bool run_is_good(bool is_there, uint32_t first, uint32_t length, size_t *at, size_t count)
{
	if (!is_there)
		return true;
	if (first != *at || length > count - *at)
		return false;
	*at += length;
	return true;
}

/*
 * Judges JSON of one type on one line, without anything around it. levels is
 * how deep it is put into other JSON.
 */
static enum lookup_error check_fragment(
	struct checker *checker, const char *text, size_t len, enum json_type type, unsigned levels)
{
	struct json_found found;
	enum json_error error;

	if (len > LIMIT_LOOKUP_FRAGMENT)
		return BAD(checker, "a fragment is too long");
	if (has_control(text, len))
		return BAD(checker, "a fragment has a line end or control byte");
	error = json_select(checker->parser, text, len, NULL, LIMIT_DEPTH - levels, NULL, &found);
	if (error == JSON_NO_MEMORY)
		return LOOKUP_NO_MEMORY;
	if (error != JSON_OK)
		return BAD(checker, "a fragment is %s", json_error_text(error));
	if (found.type != type || found.len != len)
		return BAD(checker, "a fragment is no %s", type == JSON_ARRAY ? "array" : "object");
	return LOOKUP_OK;
}

static enum lookup_error check_meta(struct checker *checker)
{
	const struct lookup_text *source = &checker->lookup.source;

	if (!is_text(source->text, source->len) || has_control(source->text, source->len))
		return BAD(checker, "its source is no text");
	if (!time_is_good(lookup_fetched_at(&checker->lookup)))
		return BAD(checker, "its time is none");
	return LOOKUP_OK;
}

/*
 * An index of a section: it begins with 0, never falls and ends with the number
 * of entries. With that, and with each entry between the two numbers that its
 * hash leads to, all are right.
 */
static enum lookup_error check_any_index(
	struct checker *checker, const uint32_t *index, size_t length, size_t count)
{
	size_t ranges = length - 1;
	uint32_t last = 0;
	bool good = true;

	if (length < 2 || (ranges & (ranges - 1)) != 0 || ranges > (size_t)1 << 31)
		return BAD(checker, "an index has an odd length");
	for (size_t i = 0; i < length; i++) {
		good &= index[i] >= last;
		last = index[i];
	}
	if (!good || index[0] != 0 || last != count)
		return BAD(checker, "an index is wrong");
	return LOOKUP_OK;
}

static enum lookup_error check_index(struct checker *checker)
{
	const struct lookup *lookup = &checker->lookup;

	return check_any_index(
		checker, lookup->index.at, lookup->index.count, lookup->subnets.count);
}

static enum lookup_error check_vnic_index(struct checker *checker)
{
	const struct lookup *lookup = &checker->lookup;

	return check_any_index(
		checker, lookup->vnic_index.at, lookup->vnic_index.count, lookup->vnics.count);
}

static bool index_finds(const uint32_t *index, size_t length, uint32_t hash, size_t number)
{
	size_t range = length < 2 ? 0 : format_range(hash, length - 1);

	return length >= 2 && number >= index[range] && number < index[range + 1];
}

/* The prefixes of a subnet: they follow those of the one before, and are sorted. */
static bool prefixes_are_good(
	const struct lookup *lookup, const struct format_subnet *subnet, size_t *at)
{
	const struct prefix *prefix = &lookup->prefixes.at[*at];

	if (!run_is_good(
		    true, subnet->prefix_first, subnet->prefix_count, at, lookup->prefixes.count))
		return false;
	for (size_t i = 1; i < subnet->prefix_count; i++)
		if (prefix_compare(&prefix[i - 1], &prefix[i]) >= 0)
			return false;
	return true;
}

/* Returns true if something with a hash stands rightly after the one before it. */
static bool follows(const struct lookup *lookup, uint32_t hash_before,
	struct format_text ocid_before, uint32_t hash, struct format_text ocid)
{
	if (hash_before != hash)
		return hash_before < hash;
	return compare_texts(lookup, ocid_before, ocid) < 0;
}

static enum lookup_error check_subnet(struct checker *checker, size_t i, size_t *prefix_at)
{
	const struct lookup *lookup = &checker->lookup;
	const struct format_subnet *subnet = &lookup->subnets.at[i];
	const uint32_t flags = FORMAT_SUBNET_LISTED | FORMAT_SUBNET_REFUSED;

	if (!key_is_good(lookup, subnet->ocid) || !optional_is_good(lookup, subnet->name))
		return BAD(checker, "subnet %zu has a bad text", i);
	if (!prefixes_are_good(lookup, subnet, prefix_at))
		return BAD(checker, "the CIDR blocks of subnet %zu are bad", i);
	if (subnet->set >= lookup->sets.count || !number_is_good(subnet->vcn, lookup->vcns.count) ||
		!number_is_good(subnet->compartment, lookup->compartments.count))
		return BAD(checker, "subnet %zu has a bad number", i);
	if ((subnet->flags & ~flags) != 0 || subnet->zero != 0 || !time_is_good(subnet->fetched_at))
		return BAD(checker, "subnet %zu has bad flags or a bad time", i);
	if (crc32_update(0, bytes_of(lookup, subnet->ocid), mapped_text_length(subnet->ocid)) !=
		subnet->hash)
		return BAD(checker, "the hash of subnet %zu is wrong", i);
	if (i > 0 && !follows(lookup, subnet[-1].hash, subnet[-1].ocid, subnet->hash, subnet->ocid))
		return BAD(checker, "subnet %zu is out of order or there twice", i);
	if (!index_finds(lookup->index.at, lookup->index.count, subnet->hash, i))
		return BAD(checker, "the index misses subnet %zu", i);
	return LOOKUP_OK;
}

static enum lookup_error check_subnets(struct checker *checker)
{
	enum lookup_error error = LOOKUP_OK;
	size_t prefix_at = 0;

	if (checker->lookup.subnets.count > LIMIT_LOOKUP_SUBNETS)
		return BAD(checker, "it holds more than is allowed");
	for (size_t i = 0; i < checker->lookup.subnets.count && error == LOOKUP_OK; i++)
		error = check_subnet(checker, i, &prefix_at);
	if (error == LOOKUP_OK && prefix_at != checker->lookup.prefixes.count)
		return BAD(checker, "there are CIDR blocks of no subnet");
	return error;
}

static enum lookup_error check_prefixes(struct checker *checker)
{
	const struct lookup *lookup = &checker->lookup;

	for (size_t i = 0; i < lookup->prefixes.count; i++)
		if (!prefix_is_canonical(&lookup->prefixes.at[i]))
			return BAD(checker, "CIDR block %zu is not canonical", i);
	return LOOKUP_OK;
}

static enum lookup_error check_all_prefixes(struct checker *checker)
{
	const struct prefix *all = checker->lookup.all_prefixes.at;

	for (size_t i = 0; i < checker->lookup.all_prefixes.count; i++)
		if (!prefix_is_canonical(&all[i]) ||
			(i > 0 && prefix_compare(&all[i - 1], &all[i]) >= 0))
			return BAD(checker, "CIDR block %zu of all is out of place", i);
	return LOOKUP_OK;
}

static enum lookup_error check_vcns(struct checker *checker)
{
	const struct lookup *lookup = &checker->lookup;
	const uint32_t flags = FORMAT_VCN_ALL_GROUPS | FORMAT_VCN_ALL_MEMBERS;
	size_t at = 0;

	for (size_t i = 0; i < lookup->vcns.count; i++) {
		const struct format_vcn *vcn = &lookup->vcns.at[i];

		if (!key_is_good(lookup, vcn->ocid) || !optional_is_good(lookup, vcn->name) ||
			(vcn->flags & ~flags) != 0 || vcn->zero != 0 ||
			!time_is_good(vcn->fetched_at))
			return BAD(checker, "VCN %zu is bad", i);
		if (i > 0 && compare_texts(lookup, vcn[-1].ocid, vcn->ocid) >= 0)
			return BAD(checker, "VCN %zu is out of order or there twice", i);
		if (!run_is_good(
			    true, vcn->block_first, vcn->block_count, &at, lookup->blocks.count))
			return BAD(checker, "the blocks of VCN %zu are bad", i);
	}
	if (at != lookup->blocks.count)
		return BAD(checker, "there are blocks of no VCN");
	return LOOKUP_OK;
}

/*
 * Returns true if a block's enclosing one is the smallest before it. Blocks are
 * sorted, so what encloses this one is the one before it or encloses that.
 */
static bool enclosing_is_right(const struct format_block *run, size_t i)
{
	uint32_t candidate = i == 0 ? FORMAT_NONE : (uint32_t)i - 1;

	while (candidate != FORMAT_NONE && !prefix_encloses(&run[candidate].prefix, &run[i].prefix))
		candidate = run[candidate].enclosing;
	return run[i].enclosing == candidate;
}

/* A run's blocks, in order: each enclosing one is less than its block, so that
 * following them comes to an end. */
static enum lookup_error check_blocks(struct checker *checker)
{
	const struct lookup *lookup = &checker->lookup;

	for (size_t vcn = 0, at = 0; vcn < lookup->vcns.count; vcn++) {
		const struct format_block *run = lookup->blocks.at + at;
		size_t count = lookup->vcns.at[vcn].block_count;

		if (count > lookup->blocks.count - at)
			return BAD(checker, "the blocks of VCN %zu are bad", vcn);
		for (size_t i = 0; i < count; i++)
			if (!prefix_is_canonical(&run[i].prefix) ||
				(i > 0 &&
					prefix_compare(&run[i - 1].prefix, &run[i].prefix) >= 0) ||
				run[i].subnet >= lookup->subnets.count ||
				!enclosing_is_right(run, i))
				return BAD(checker, "block %zu is bad", at + i);
		at += count;
	}
	return LOOKUP_OK;
}

static enum lookup_error check_compartments(struct checker *checker)
{
	const struct lookup *lookup = &checker->lookup;

	for (size_t i = 0; i < lookup->compartments.count; i++) {
		const struct format_compartment *compartment = &lookup->compartments.at[i];

		if (!key_is_good(lookup, compartment->ocid) ||
			!optional_is_good(lookup, compartment->name) ||
			!time_is_good(compartment->fetched_at))
			return BAD(checker, "compartment %zu is bad", i);
		if (i > 0 && compare_texts(lookup, compartment[-1].ocid, compartment->ocid) >= 0)
			return BAD(checker, "compartment %zu is out of order or there twice", i);
	}
	return LOOKUP_OK;
}

/* The JSON of a list; null where it is not held, or the number is bad. */
static struct lookup_text list_json(const struct lookup *lookup, uint32_t number)
{
	struct lookup_text none = {NULL, 0};
	const struct format_list *list;

	if (number >= lookup->lists.count)
		return none;
	list = &lookup->lists.at[number];
	if (list->json_length == FORMAT_JSON_ABSENT || list->json > lookup->json.count ||
		list->json_length > lookup->json.count - list->json)
		return none;
	return (struct lookup_text){lookup->json.at + list->json, list->json_length};
}

/*
 * Returns true if text is an array of the lists of a run. Each list's JSON is
 * judged by itself, once, so this is valid too.
 */
static bool is_array_of(
	const struct lookup *lookup, const uint32_t *run, size_t count, struct lookup_text text)
{
	size_t at = 0;

	if (text.len < 2 || text.text[0] != '[' || text.text[text.len - 1] != ']')
		return false;
	for (size_t i = 0; i < count; i++) {
		struct lookup_text list = list_json(lookup, run[i]);

		if (!list.text)
			continue;
		if (at > 0 && text.text[at] != ',')
			return false;
		at++;
		if (list.len > text.len - 1 - at ||
			memcmp(text.text + at, list.text, list.len) != 0)
			return false;
		at += list.len;
	}
	return at == 0 ? text.len == 2 : at == text.len - 1;
}

/* Takes a piece of section JSON, which has to begin at *at. */
static bool take_piece(const struct lookup *lookup, uint64_t offset, uint32_t length, size_t *at,
	struct lookup_text *piece)
{
	if (offset != *at || length > lookup->json.count - *at)
		return false;
	*piece = (struct lookup_text){lookup->json.at + *at, length};
	*at += length;
	return true;
}

static enum lookup_error check_set(
	struct checker *checker, size_t i, size_t *list_at, size_t *json_at)
{
	const struct lookup *lookup = &checker->lookup;
	const struct format_set *set = &lookup->sets.at[i];
	struct lookup_text lists, ids;

	if (!run_is_good(true, set->list_first, set->list_count, list_at, lookup->set_lists.count))
		return BAD(checker, "the lists of set %zu are bad", i);
	if (!take_piece(lookup, set->lists, set->lists_length, json_at, &lists) ||
		!take_piece(lookup, set->ids, set->ids_length, json_at, &ids))
		return BAD(checker, "a fragment is not in its place");
	if (!is_array_of(lookup, lookup->set_lists.at + set->list_first, set->list_count, lists))
		return BAD(checker, "a fragment is not what its lists are");
	return check_fragment(checker, ids.text, ids.len, JSON_ARRAY, 1);
}

/* The lists that no set has follow in section JSON, in their order. */
static enum lookup_error check_unused_lists(struct checker *checker, size_t json_at)
{
	const struct lookup *lookup = &checker->lookup;
	struct lookup_text piece;

	for (size_t i = 0; i < lookup->lists.count; i++) {
		const struct format_list *list = &lookup->lists.at[i];

		if (list->json_length == FORMAT_JSON_ABSENT || list->json < json_at)
			continue;
		if (!take_piece(lookup, list->json, list->json_length, &json_at, &piece))
			return BAD(checker, "a fragment is not in its place");
	}
	if (json_at != lookup->json.count)
		return BAD(checker, "there are bytes after the last fragment");
	return LOOKUP_OK;
}

static enum lookup_error check_sets(struct checker *checker)
{
	const struct lookup *lookup = &checker->lookup;
	enum lookup_error error = LOOKUP_OK;
	size_t list_at = 0;
	size_t json_at = 0;

	for (size_t i = 0; i < lookup->sets.count && error == LOOKUP_OK; i++)
		error = check_set(checker, i, &list_at, &json_at);
	if (error != LOOKUP_OK)
		return error;
	if (list_at != lookup->set_lists.count)
		return BAD(checker, "there are lists of no set");
	return check_unused_lists(checker, json_at);
}

static enum lookup_error check_set_lists(struct checker *checker)
{
	const struct lookup *lookup = &checker->lookup;

	for (size_t i = 0; i < lookup->set_lists.count; i++)
		if (lookup->set_lists.at[i] >= lookup->lists.count)
			return BAD(checker, "a set has a list that is not there");
	return LOOKUP_OK;
}

static enum lookup_error check_list(struct checker *checker, size_t i, size_t *rule_at)
{
	const struct lookup *lookup = &checker->lookup;
	const struct format_list *list = &lookup->lists.at[i];
	struct lookup_text json;

	if (!key_is_good(lookup, list->ocid) || !optional_is_good(lookup, list->name) ||
		list->zero != 0 || !time_is_good(list->fetched_at))
		return BAD(checker, "list %zu is bad", i);
	if (i > 0 && compare_texts(lookup, list[-1].ocid, list->ocid) >= 0)
		return BAD(checker, "list %zu is out of order or there twice", i);
	if (!run_is_good(lookup->rules.at != NULL, list->rule_first, list->rule_count, rule_at,
		    lookup->rules.count))
		return BAD(checker, "the rules of list %zu are bad", i);
	if (list->json_length == FORMAT_JSON_ABSENT) {
		if (list->json != 0 || list->name.place != FORMAT_TEXT_ABSENT ||
			list->rule_count != 0)
			return BAD(checker, "list %zu is not held and yet known", i);
		return LOOKUP_OK;
	}
	json = list_json(lookup, (uint32_t)i);
	if (!json.text)
		return BAD(checker, "a fragment is not in its place");
	return check_fragment(checker, json.text, json.len, JSON_OBJECT, 2);
}

static enum lookup_error check_lists(struct checker *checker)
{
	enum lookup_error error = LOOKUP_OK;
	size_t rule_at = 0;

	for (size_t i = 0; i < checker->lookup.lists.count && error == LOOKUP_OK; i++)
		error = check_list(checker, i, &rule_at);
	return error;
}

/* Where rules of lists end and rules of groups begin, or none are. */
static size_t list_rule_count(const struct lookup *lookup)
{
	size_t count = 0;

	for (size_t i = 0; i < lookup->lists.count; i++)
		count += lookup->lists.at[i].rule_count;
	return count;
}

/* Each rule of a run has the direction of the one before it, or a later one. */
static bool directions_are_good(const struct lookup *lookup, uint32_t first, uint32_t count)
{
	const struct rule *rules = lookup->rules.at;

	if (!rules || first > lookup->rules.count || count > lookup->rules.count - first)
		return true;
	for (size_t i = first + 1; i < (size_t)first + count; i++)
		if (rules[i - 1].direction > rules[i].direction)
			return false;
	return true;
}

static bool all_directions_are_good(const struct lookup *lookup)
{
	for (size_t i = 0; i < lookup->lists.count; i++)
		if (!directions_are_good(
			    lookup, lookup->lists.at[i].rule_first, lookup->lists.at[i].rule_count))
			return false;
	for (size_t i = 0; i < lookup->groups.count; i++)
		if (!directions_are_good(lookup, lookup->groups.at[i].rule_first,
			    lookup->groups.at[i].rule_count))
			return false;
	return true;
}

/* A rule's texts, which have to begin at *at: the entry must be JSON. */
static enum lookup_error check_rule_texts_of(
	struct checker *checker, const struct rule *rule, size_t *at)
{
	const struct lookup *lookup = &checker->lookup;
	uint64_t ends[4];
	const char *all = lookup->rule_texts.at;
	size_t count = lookup->rule_texts.count;

	ends[0] = rule_text_at(rule);
	ends[1] = rule_id_at(rule);
	ends[2] = rule_description_at(rule);
	ends[3] =
		ends[2] + (rule->description_length == RULE_ABSENT ? 0 : rule->description_length);
	if (rule->texts != *at || ends[3] > count)
		return BAD(checker, "the texts of a rule are not in their place");
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (!is_boundary(all, count, ends[i]))
			return BAD(checker, "a text of a rule is not UTF-8");
	*at = (size_t)ends[3];
	return check_fragment(checker, all + rule->texts, rule->entry_length, JSON_OBJECT, 2);
}

static enum lookup_error check_rules(struct checker *checker)
{
	const struct lookup *lookup = &checker->lookup;
	const struct rule_bounds bounds = {lookup->rule_texts.count, (uint32_t)lookup->groups.count,
		(uint32_t)lookup->services.count};
	enum lookup_error error = LOOKUP_OK;
	size_t at = 0;

	for (size_t i = 0; i < lookup->rules.count && error == LOOKUP_OK; i++) {
		struct rule rule = lookup->rules.at[i];

		MAPPED_COPIED();
		if (!rule_is_sane(&rule, &bounds))
			return BAD(checker, "rule %zu is bad", i);
		error = check_rule_texts_of(checker, &rule, &at);
	}
	if (error == LOOKUP_OK && at != lookup->rule_texts.count)
		return BAD(checker, "there are texts of no rule");
	if (error == LOOKUP_OK && !all_directions_are_good(lookup))
		return BAD(checker, "a rule is out of order");
	return error;
}

/* A block that is smaller than its rule would hide it. */
static enum lookup_error check_boxes(struct checker *checker)
{
	const struct lookup *lookup = &checker->lookup;
	size_t left = lookup->rules.count;
	struct rule_boxes boxes;

	if (lookup->boxes.count != rule_boxes_count(left))
		return BAD(checker, "not every rule has a block");
	for (size_t i = 0; i < lookup->boxes.count; i++) {
		size_t count = left < RULE_BOXES ? left : RULE_BOXES;

		rule_make_boxes(&boxes, &lookup->rules.at[i * RULE_BOXES], count);
		if (memcmp(&boxes, &lookup->boxes.at[i], sizeof(boxes)) != 0)
			return BAD(checker, "a block of rules from %zu on is bad", i * RULE_BOXES);
		left -= count;
	}
	return LOOKUP_OK;
}

static enum lookup_error check_rule_texts(struct checker *checker)
{
	const struct lookup *lookup = &checker->lookup;

	if (!is_text(lookup->rule_texts.at, lookup->rule_texts.count))
		return BAD(checker, "section RTXT is not UTF-8");
	return LOOKUP_OK;
}

/* Numbers that rise and lie in a section of count entries, if that is there. */
static bool numbers_rise(const uint32_t *numbers, size_t length, bool is_there, size_t count)
{
	for (size_t i = 0; i < length; i++)
		if ((i > 0 && numbers[i - 1] >= numbers[i]) || (is_there && numbers[i] >= count))
			return false;
	return true;
}

static enum lookup_error check_group(
	struct checker *checker, size_t i, size_t *rule_at, size_t *member_at)
{
	const struct lookup *lookup = &checker->lookup;
	const struct format_group *group = &lookup->groups.at[i];
	const uint32_t flags = FORMAT_GROUP_HELD | FORMAT_GROUP_RULES | FORMAT_GROUP_MEMBERS |
			       FORMAT_GROUP_ADDRESSES;
	const uint32_t *members = lookup->members.at + *member_at;

	if (!key_is_good(lookup, group->ocid) || !optional_is_good(lookup, group->name) ||
		!number_is_good(group->vcn, lookup->vcns.count) ||
		!number_is_good(group->compartment, lookup->compartments.count) ||
		(group->flags & ~flags) != 0 || !time_is_good(group->fetched_at))
		return BAD(checker, "group %zu is bad", i);
	if (i > 0 && compare_texts(lookup, group[-1].ocid, group->ocid) >= 0)
		return BAD(checker, "group %zu is out of order or there twice", i);
	if (!run_is_good(lookup->rules.at != NULL, group->rule_first, group->rule_count, rule_at,
		    lookup->rules.count) ||
		((group->flags & FORMAT_GROUP_RULES) == 0 && group->rule_count != 0))
		return BAD(checker, "the rules of group %zu are bad", i);
	if (!run_is_good(true, group->member_first, group->member_count, member_at,
		    lookup->members.count) ||
		((group->flags & FORMAT_GROUP_MEMBERS) == 0 && group->member_count != 0) ||
		!numbers_rise(members, group->member_count, lookup->vnics.at != NULL,
			lookup->vnics.count))
		return BAD(checker, "the members of group %zu are bad", i);
	return LOOKUP_OK;
}

static enum lookup_error check_groups(struct checker *checker)
{
	const struct lookup *lookup = &checker->lookup;
	enum lookup_error error = LOOKUP_OK;
	size_t rule_at = lookup->rules.at ? list_rule_count(lookup) : 0;
	size_t member_at = 0;

	if (rule_at > lookup->rules.count)
		return BAD(checker, "its lists have more rules than it holds");
	for (size_t i = 0; i < lookup->groups.count && error == LOOKUP_OK; i++)
		error = check_group(checker, i, &rule_at, &member_at);
	if (error == LOOKUP_OK && rule_at != lookup->rules.count)
		return BAD(checker, "there are rules of no group");
	if (error == LOOKUP_OK && member_at != lookup->members.count)
		return BAD(checker, "there are members of no group");
	return error;
}

static enum lookup_error check_group_json(struct checker *checker)
{
	const struct lookup *lookup = &checker->lookup;
	size_t at = 0;

	for (size_t i = 0; i < lookup->groups.count; i++) {
		const struct format_group *group = &lookup->groups.at[i];
		uint32_t length = group->json_length;
		enum lookup_error error;

		if ((length == FORMAT_JSON_ABSENT) == ((group->flags & FORMAT_GROUP_RULES) != 0))
			return BAD(checker, "the rules of group %zu are bad", i);
		if (length == FORMAT_JSON_ABSENT && group->json == 0)
			continue;
		if (group->json != at || length > lookup->group_json.count - at)
			return BAD(checker, "a fragment is not in its place");
		error = check_fragment(checker, lookup->group_json.at + at, length, JSON_ARRAY, 1);
		if (error != LOOKUP_OK)
			return error;
		at += length;
	}
	if (at != lookup->group_json.count)
		return BAD(checker, "there are bytes after the last fragment");
	return LOOKUP_OK;
}

static enum lookup_error check_vnic(
	struct checker *checker, size_t i, size_t *address_at, size_t *group_at)
{
	const struct lookup *lookup = &checker->lookup;
	const struct format_vnic *vnic = &lookup->vnics.at[i];
	const uint32_t flags = FORMAT_VNIC_GROUPS | FORMAT_VNIC_ADDRESSES;
	const uint32_t *groups = lookup->vnic_groups.at + *group_at;

	if (!key_is_good(lookup, vnic->ocid) || !optional_is_good(lookup, vnic->subnet))
		return BAD(checker, "VNIC %zu has a bad text", i);
	if (!number_is_good(vnic->vcn, lookup->vcns.count) || (vnic->flags & ~flags) != 0 ||
		vnic->zero != 0 || !time_is_good(vnic->fetched_at))
		return BAD(checker, "VNIC %zu is bad", i);
	if (!run_is_good(true, vnic->address_first, vnic->address_count, address_at,
		    lookup->addresses.count))
		return BAD(checker, "the addresses of VNIC %zu are bad", i);
	if (!run_is_good(true, vnic->group_first, vnic->group_count, group_at,
		    lookup->vnic_groups.count) ||
		!numbers_rise(
			groups, vnic->group_count, lookup->groups.at != NULL, lookup->groups.count))
		return BAD(checker, "the groups of VNIC %zu are bad", i);
	if (crc32_update(0, bytes_of(lookup, vnic->ocid), mapped_text_length(vnic->ocid)) !=
		vnic->hash)
		return BAD(checker, "the hash of VNIC %zu is wrong", i);
	if (i > 0 && !follows(lookup, vnic[-1].hash, vnic[-1].ocid, vnic->hash, vnic->ocid))
		return BAD(checker, "VNIC %zu is out of order or there twice", i);
	if (!index_finds(lookup->vnic_index.at, lookup->vnic_index.count, vnic->hash, i))
		return BAD(checker, "the index misses VNIC %zu", i);
	return LOOKUP_OK;
}

static enum lookup_error check_vnics(struct checker *checker)
{
	const struct lookup *lookup = &checker->lookup;
	enum lookup_error error = LOOKUP_OK;
	size_t address_at = 0;
	size_t group_at = 0;

	for (size_t i = 0; i < lookup->vnics.count && error == LOOKUP_OK; i++)
		error = check_vnic(checker, i, &address_at, &group_at);
	if (error == LOOKUP_OK && address_at != lookup->addresses.count)
		return BAD(checker, "there are addresses of no VNIC");
	if (error == LOOKUP_OK && group_at != lookup->vnic_groups.count)
		return BAD(checker, "there are groups of no VNIC");
	return error;
}

static bool address_is_canonical(const struct format_address *address)
{
	if (address->zero[0] != 0 || address->zero[1] != 0 || address->zero[2] != 0)
		return false;
	if (address->family == ADDRESS_IPV4)
		return address->low == 0 && (uint32_t)address->high == 0;
	return address->family == ADDRESS_IPV6;
}

static int compare_addresses(const struct format_address *a, const struct format_address *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	if (a->high != b->high)
		return a->high < b->high ? -1 : 1;
	return (a->low > b->low) - (a->low < b->low);
}

/* Each says whose it is: addresses lie in the order of the VNICs, and are
 * sorted where they are of one. */
static enum lookup_error check_addresses(struct checker *checker)
{
	const struct lookup *lookup = &checker->lookup;
	size_t end = 0;
	size_t vnic = 0;

	for (size_t i = 0; i < lookup->addresses.count; i++) {
		const struct format_address *address = &lookup->addresses.at[i];
		bool is_first = false;

		for (; i >= end && vnic < lookup->vnics.count; vnic++, is_first = true)
			end += lookup->vnics.at[vnic].address_count;
		if (i >= end || address->vnic != vnic - 1 || !address_is_canonical(address) ||
			(!is_first && compare_addresses(&address[-1], address) >= 0))
			return BAD(checker, "address %zu is bad", i);
	}
	return LOOKUP_OK;
}

/*
 * Where in its table an address of a VCN is found: the number of an address
 * that is the same, or the number of addresses if there is none.
 */
static size_t find_indexed(
	const struct lookup *lookup, const struct format_address *address, uint32_t vcn)
{
	uint32_t hash = format_hash(address->high, address->low, vcn);
	size_t slots = lookup->address_index.count;
	size_t at = hash & (slots - 1);

	for (size_t i = 0; i < slots; i++, at = (at + 1) & (slots - 1)) {
		struct format_slot slot = lookup->address_index.at[at];
		const struct format_address *found;

		MAPPED_COPIED();
		if (slot.address == 0 || slot.address > lookup->addresses.count)
			break;
		if (slot.hash != hash)
			continue;
		found = &lookup->addresses.at[slot.address - 1];
		if (compare_addresses(found, address) == 0 && found->vnic < lookup->vnics.count &&
			lookup->vnics.at[found->vnic].vcn == vcn)
			return slot.address - 1;
	}
	return lookup->addresses.count;
}

/* Returns true if of two VNICs with one address the first is the one to find. */
static bool comes_first(const struct lookup *lookup, uint32_t first, uint32_t second)
{
	int64_t a = lookup->vnics.at[first].fetched_at, b = lookup->vnics.at[second].fetched_at;

	return a != b ? a > b : first < second;
}

/* So far ahead the slots of addresses are asked for, a power of two: they lie
 * anywhere in the table, and without that each would be waited for. */
#define SLOTS_AHEAD 32

/* The hashes of the addresses that come next, by the last bits of their number. */
struct ahead {
	uint32_t hashes[SLOTS_AHEAD];
};

static void ask_for_slot(const struct lookup *lookup, struct ahead *ahead, size_t number)
{
	const struct format_address *address;
	uint32_t hash;

	if (number >= lookup->addresses.count)
		return;
	address = &lookup->addresses.at[number];
	if (address->vnic >= lookup->vnics.count)
		return;
	hash = format_hash(address->high, address->low, lookup->vnics.at[address->vnic].vcn);
	ahead->hashes[number % SLOTS_AHEAD] = hash;
	__builtin_prefetch(&lookup->address_index.at[hash & (lookup->address_index.count - 1)]);
}

/* Returns true if the way to an address in the table leads to its own slot and
 * past none that could be of the same address. */
static bool has_own_slot(const struct lookup *lookup, size_t number, uint32_t hash)
{
	size_t last = lookup->address_index.count - 1;
	size_t at = hash & last;
	struct format_slot slot = lookup->address_index.at[at];

	for (size_t i = 0; i < last && slot.address != 0 && slot.hash != hash; i++) {
		at = (at + 1) & last;
		slot = lookup->address_index.at[at];
	}
	return slot.hash == hash && slot.address == number + 1;
}

static enum lookup_error check_address_index(struct checker *checker)
{
	const struct lookup *lookup = &checker->lookup;
	size_t slots = lookup->address_index.count;
	size_t used = 0;
	struct ahead ahead = {{0}};

	if (slots < 2 || (slots & (slots - 1)) != 0)
		return BAD(checker, "section AIDX has an odd length");
	for (size_t i = 0; i < slots; i++)
		used += lookup->address_index.at[i].address != 0;
	if (used > slots / 2)
		return BAD(checker, "section AIDX is too full");
	for (size_t i = 0; i < SLOTS_AHEAD; i++)
		ask_for_slot(lookup, &ahead, i);
	for (size_t i = 0; i < lookup->addresses.count; i++) {
		const struct format_address *address = &lookup->addresses.at[i];
		uint32_t hash = ahead.hashes[i % SLOTS_AHEAD];
		uint32_t vnic = address->vnic;
		size_t found;

		ask_for_slot(lookup, &ahead, i + SLOTS_AHEAD);
		if (vnic >= lookup->vnics.count)
			return BAD(checker, "address %zu is bad", i);
		if (lookup->vnics.at[vnic].vcn == FORMAT_NONE)
			continue;
		found = has_own_slot(lookup, i, hash)
				? i
				: find_indexed(lookup, address, lookup->vnics.at[vnic].vcn);
		if (found == i)
			used--;
		else if (found == lookup->addresses.count ||
			 !comes_first(lookup, lookup->addresses.at[found].vnic, vnic))
			return BAD(checker, "section AIDX misses address %zu", i);
	}
	if (used != 0)
		return BAD(checker, "section AIDX has what is not there");
	return LOOKUP_OK;
}

static enum lookup_error check_services(struct checker *checker)
{
	const struct lookup *lookup = &checker->lookup;
	size_t at = 0;

	for (size_t i = 0; i < lookup->services.count; i++) {
		const struct format_service *service = &lookup->services.at[i];
		const struct prefix *ranges = lookup->ranges.at + at;

		if (!key_is_good(lookup, service->label) || !time_is_good(service->fetched_at))
			return BAD(checker, "service %zu is bad", i);
		if (i > 0 && compare_texts(lookup, service[-1].label, service->label) >= 0)
			return BAD(checker, "service %zu is out of order or there twice", i);
		if (!run_is_good(true, service->range_first, service->range_count, &at,
			    lookup->ranges.count))
			return BAD(checker, "the ranges of service %zu are bad", i);
		for (size_t j = 0; j < service->range_count; j++)
			if (!prefix_is_canonical(&ranges[j]) ||
				(j > 0 && (prefix_compare(&ranges[j - 1], &ranges[j]) >= 0 ||
						  prefix_encloses(&ranges[j - 1], &ranges[j]))))
				return BAD(checker, "the ranges of service %zu are bad", i);
	}
	if (at != lookup->ranges.count)
		return BAD(checker, "there are ranges of no service");
	return LOOKUP_OK;
}

static enum lookup_error check_text(struct checker *checker)
{
	if (!is_text(checker->lookup.text.at, checker->lookup.text.count))
		return BAD(checker, "section TEXT is not UTF-8");
	return LOOKUP_OK;
}

/* What stands in these is checked with what it belongs to. */
static enum lookup_error check_nothing(struct checker *checker)
{
	(void)checker;
	return LOOKUP_OK;
}

#define check_json check_nothing
#define check_members check_nothing
#define check_vnic_groups check_nothing
#define check_ranges check_nothing

/* What a section is, as far as this reader knows. */
struct row {
	uint32_t id;
	uint32_t flags;
	enum format_family family;
	size_t unit; /* its length is a multiple of it */
	size_t view; /* where struct lookup has its entries and their number */
	enum lookup_error (*check)(struct checker *checker);
};

#define ROW(name, letters, flags, family, type)                                                    \
	{FORMAT_ID letters, (flags), FORMAT_##family, sizeof(type), offsetof(struct lookup, name), \
		check_##name},

static const struct row rows[FORMAT_SECTION_COUNT] = {FORMAT_SECTIONS(ROW)};

/* A view in struct lookup, whatever its entries are. */
struct view {
	const void *at;
	size_t count;
};

static struct view view_of(const struct lookup *lookup, const struct row *row)
{
	struct view view;

	memcpy(&view, (const char *)lookup + row->view, sizeof(view));
	return view;
}

/* A section's id as text, for messages. */
struct id_text {
	char text[5];
};

static struct id_text id_text(uint32_t id)
{
	struct id_text result = {{0}};

	for (int i = 0; i < 4; i++) {
		char c = (char)(id >> (8 * i) & 0xff);

		result.text[i] = c >= 'A' && c <= 'Z' ? c : '?';
	}
	return result;
}

static const struct row *find_row(uint32_t id)
{
	for (size_t i = 0; i < FORMAT_SECTION_COUNT; i++)
		if (rows[i].id == id)
			return &rows[i];
	return NULL;
}

/* Sets the view on a section; the same section twice is damage. */
static enum lookup_error set_view(
	struct lookup *lookup, const struct row *row, const struct format_section *section)
{
	struct view view = {lookup->map + section->offset, section->length / row->unit};
	struct id_text id = id_text(section->id);

	if (view_of(lookup, row).at)
		return mapped_damaged(lookup, "section %s is there twice", id.text);
	if (section->length % row->unit != 0)
		return mapped_damaged(lookup, "section %s has an odd length", id.text);
	if (row->unit > 1 && view.count >= FORMAT_NONE)
		return mapped_damaged(lookup, "section %s holds more than is allowed", id.text);
	memcpy((char *)lookup + row->view, &view, sizeof(view));
	return LOOKUP_OK;
}

static bool is_zero(const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (bytes[i] != 0)
			return false;
	return true;
}

/*
 * Checks where one section lies, which has to begin at *offset, and moves
 * *offset on to where the next one begins. The file's length is a multiple of
 * FORMAT_ALIGN, so filling up cannot lead out of it.
 */
static enum lookup_error check_place(
	struct lookup *lookup, const struct format_section *section, size_t *offset)
{
	struct id_text id = id_text(section->id);
	size_t end;

	if (section->offset != *offset || section->length > lookup->length - *offset)
		return mapped_damaged(lookup, "section %s is not in its place", id.text);
	if ((section->flags & ~FORMAT_REQUIRED) != 0 || section->zero != 0)
		return mapped_damaged(lookup, "section %s has unknown flags", id.text);
	end = *offset + (size_t)section->length;
	*offset = (size_t)format_aligned(end);
	if (!is_zero(lookup->map + end, *offset - end))
		return mapped_damaged(lookup, "there are bytes after section %s", id.text);
	return LOOKUP_OK;
}

static enum lookup_error take_section(struct lookup *lookup, const struct format_section *section)
{
	const struct row *row = find_row(section->id);

	if (row)
		return set_view(lookup, row, section);
	lookup->foreign_count++;
	if ((section->flags & FORMAT_REQUIRED) == 0)
		return LOOKUP_OK;
	return mapped_damaged(lookup,
		"it needs a reader that knows section %s, so a newer program "
		"than this",
		id_text(section->id).text);
}

static bool family_is_there(const struct lookup *lookup, enum format_family family)
{
	for (size_t i = 0; i < FORMAT_SECTION_COUNT; i++)
		if (rows[i].family == family && view_of(lookup, &rows[i]).at)
			return true;
	return false;
}

static enum lookup_error check_all_there(struct lookup *lookup)
{
	for (size_t i = 0; i < FORMAT_SECTION_COUNT; i++)
		if (!view_of(lookup, &rows[i]).at &&
			((rows[i].flags & FORMAT_REQUIRED) != 0 ||
				family_is_there(lookup, rows[i].family)))
			return mapped_damaged(
				lookup, "section %s is missing", id_text(rows[i].id).text);
	if (lookup->meta.count < sizeof(struct format_meta))
		return mapped_damaged(lookup, "section META is too short");
	lookup->source.text = lookup->meta.at + sizeof(struct format_meta);
	lookup->source.len = lookup->meta.count - sizeof(struct format_meta);
	return LOOKUP_OK;
}

/* Magic and version: whether this is a file for this reader at all. */
static enum lookup_error check_kind(struct lookup *lookup)
{
	const struct format_header *header = (const void *)lookup->map;
	size_t magic = lookup->length < FORMAT_MAGIC_SIZE ? lookup->length : FORMAT_MAGIC_SIZE;

	if (memcmp(header->magic, FORMAT_MAGIC, magic) != 0)
		return mapped_refuse(lookup, LOOKUP_NOT_LOOKUP,
			"it is no lookup file; " MAPPED_MAKE_IT "make one");
	if (lookup->length < sizeof(*header))
		return mapped_damaged(lookup, "it is cut off after %zu bytes", lookup->length);
	if (header->version == FORMAT_VERSION)
		return LOOKUP_OK;
	if (header->version == __builtin_bswap32(FORMAT_VERSION))
		return mapped_refuse(lookup, LOOKUP_VERSION,
			"its byte order is big-endian, expected is "
			"little-endian; " MAPPED_MAKE_IT "write it anew");
	return mapped_refuse(lookup, LOOKUP_VERSION,
		"its format version is %lu, expected is %d; " MAPPED_MAKE_IT "write it anew",
		(unsigned long)header->version, FORMAT_VERSION);
}

/* Checks the header but magic and version; the table lies in the file then. */
static enum lookup_error check_header(struct lookup *lookup, const struct format_header *header)
{
	size_t room = (lookup->length - sizeof(*header)) / sizeof(struct format_section);
	size_t end;

	if (header->length > lookup->length)
		return mapped_damaged(lookup, "it is cut off: %zu bytes of %llu are there",
			lookup->length, (unsigned long long)header->length);
	if (header->length < lookup->length || header->length % FORMAT_ALIGN)
		return mapped_damaged(lookup, "its length is not the one that it tells");
	if (header->section_count > room || header->section_count > FORMAT_SECTIONS_MAX ||
		header->zero != 0)
		return mapped_damaged(lookup, "its header makes no sense");
	end = sizeof(*header) + header->section_count * sizeof(struct format_section);
	if (crc32_update(0, lookup->map + FORMAT_CRC_FROM, end - FORMAT_CRC_FROM) != header->crc)
		return mapped_damaged(lookup, "the checksum of its header is wrong");
	return LOOKUP_OK;
}

static const struct format_section *table_of(const struct lookup *lookup)
{
	return (const void *)(lookup->map + sizeof(struct format_header));
}

/* A section as it is handed out to be checked. */
struct task {
	size_t number; /* in the file */
	size_t length;
};

/* All of the work. */
struct work {
	struct task tasks[FORMAT_SECTIONS_MAX];
	size_t count;
	_Atomic size_t next;
	struct checker checkers[2];
};

/* Checks the frame, sets the views and lists what is to be done. */
static enum lookup_error check_frame(struct work *work, struct lookup *lookup)
{
	const struct format_header *header = (const void *)lookup->map;
	const struct format_section *table = table_of(lookup);
	enum lookup_error error = check_kind(lookup);
	size_t offset;

	if (error == LOOKUP_OK)
		error = check_header(lookup, header);
	if (error != LOOKUP_OK)
		return error;
	work->count = header->section_count;
	MAPPED_COPIED();
	if (work->count > FORMAT_SECTIONS_MAX)
		return mapped_damaged(lookup, "its header makes no sense");
	offset = sizeof(*header) + work->count * sizeof(*table);
	for (size_t i = 0; i < work->count; i++) {
		struct format_section section = table[i];

		MAPPED_COPIED();
		error = check_place(lookup, &section, &offset);
		if (error == LOOKUP_OK)
			error = take_section(lookup, &section);
		if (error != LOOKUP_OK)
			return error;
		work->tasks[i] = (struct task){i, (size_t)section.length};
	}
	if (offset != lookup->length)
		return mapped_damaged(lookup, "there are bytes after its last section");
	return check_all_there(lookup);
}

/* Keeps what was found if the message has to name it before what was known. */
static void keep(struct checker *checker, enum lookup_error error, size_t rank)
{
	if (error == LOOKUP_OK || (checker->error != LOOKUP_OK && checker->rank <= rank))
		return;
	checker->error = error;
	checker->rank = rank;
	memcpy(checker->found, checker->detail, sizeof(checker->found));
}

/* Has the kernel map the pages of a section at once, which is faster than one
 * by one. A wish: what is not mapped is when it is touched. */
static void populate(const struct lookup *lookup, const struct format_section *section)
{
#ifdef MADV_POPULATE_READ
	size_t begin = (size_t)section->offset / ANY_PAGE * ANY_PAGE;

	if (section->length >= ANY_PAGE)
		(void)madvise((void *)(uintptr_t)(lookup->map + begin),
			(size_t)section->offset + section->length - begin, MADV_POPULATE_READ);
#else
	(void)lookup, (void)section;
#endif
}

/* Somebody may write into the file: what leads to a place is compared again. */
static bool sum_is_right(const struct lookup *lookup, const struct format_section *section)
{
	if (section->offset > lookup->length || section->length > lookup->length - section->offset)
		return false;
	populate(lookup, section);
	return crc32_update(0, lookup->map + section->offset, (size_t)section->length) ==
	       section->crc;
}

/* Checks a section's checksum and then what stands in it. */
static void check_section(struct checker *checker, size_t number)
{
	const struct lookup *lookup = &checker->lookup;
	struct format_section section = table_of(lookup)[number];
	const struct row *row;

	MAPPED_COPIED();
	row = find_row(section.id);
	if (!sum_is_right(lookup, &section)) {
		keep(checker,
			BAD(checker, "the checksum of section %s is wrong",
				id_text(section.id).text),
			number);
		return;
	}
	if (row)
		keep(checker, row->check(checker), FORMAT_SECTIONS_MAX + (size_t)(row - rows));
}

/* Where a fault inside the mapping leads while it is being checked. */
static _Thread_local sigjmp_buf *check_escape;

static void escape_check(void *context)
{
	(void)context;
	siglongjmp(*check_escape, 1);
}

/* Checks one section after another; a checker that touches what is gone ends
 * with that. */
static void check_sections(struct work *work, struct checker *checker)
{
	sigjmp_buf escape;
	size_t i;

	check_escape = &escape;
	if (sigsetjmp(escape, 1) != 0) {
		keep(checker, BAD(checker, "it shrank while it was read"), 0);
		return;
	}
	while ((i = atomic_fetch_add(&work->next, 1)) < work->count)
		check_section(checker, work->tasks[i].number);
}

static void run_first(void *context)
{
	struct work *work = context;

	check_sections(work, &work->checkers[0]);
}

static void run_second(void *context)
{
	struct work *work = context;

	check_sections(work, &work->checkers[1]);
}

static enum lookup_error check_frame_guarded(struct work *work, struct lookup *lookup)
{
	sigjmp_buf escape;

	check_escape = &escape;
	if (sigsetjmp(escape, 1) != 0)
		return mapped_damaged(lookup, "it shrank while it was read");
	return check_frame(work, lookup);
}

/* The larger one first; then by their number. */
static int compare_tasks(const void *a, const void *b)
{
	const struct task *left = a, *right = b;

	if (left->length != right->length)
		return left->length > right->length ? -1 : 1;
	return (left->number > right->number) - (left->number < right->number);
}

static int begin_checker(struct checker *checker, const struct lookup *lookup)
{
	checker->lookup = *lookup;
	checker->lookup.detail = checker->detail;
	checker->parser = json_parser_new();
	return checker->parser ? 0 : -1;
}

/* Of what both have found, what the message names. */
static enum lookup_error conclude(const struct work *work, struct lookup *lookup)
{
	const struct checker *first = &work->checkers[0], *second = &work->checkers[1];
	const struct checker *bad = first;

	if (first->error == LOOKUP_OK || (second->error != LOOKUP_OK && second->rank < first->rank))
		bad = second;
	if (bad->error != LOOKUP_OK && bad->error != LOOKUP_NO_MEMORY)
		memcpy(lookup->detail, bad->found, sizeof(bad->found));
	return bad->error;
}

static enum lookup_error check_guarded(
	struct lookup *lookup, struct work *work, lookup_runner *runner)
{
	enum lookup_error error = check_frame_guarded(work, lookup);

	if (error != LOOKUP_OK)
		return error;
	if (begin_checker(&work->checkers[0], lookup) != 0)
		return LOOKUP_NO_MEMORY;
	qsort(work->tasks, work->count, sizeof(*work->tasks), compare_tasks);
	if (runner == NULL || lookup->length < LARGE) {
		run_first(work);
	} else {
		if (begin_checker(&work->checkers[1], lookup) != 0)
			return LOOKUP_NO_MEMORY;
		runner(run_first, run_second, work);
	}
	return conclude(work, lookup);
}

enum lookup_error check_file(struct lookup *lookup, lookup_runner *runner)
{
	struct work *work = calloc(1, sizeof(*work));
	enum lookup_error error = LOOKUP_NO_MEMORY;

	if (!work)
		return LOOKUP_NO_MEMORY;
	if (mapped_guard(lookup, escape_check, NULL) == 0)
		error = check_guarded(lookup, work, runner);
	mapped_guard(NULL, NULL, NULL);
	for (size_t i = 0; i < 2; i++)
		json_parser_free(work->checkers[i].parser);
	free(work);
	return error;
}

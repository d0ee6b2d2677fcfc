/*
 * The contents of a lookup file, checked once when it is opened, so that no
 * reader has to ask again: every text and fragment lies where it should, every
 * fragment is an array and valid JSON on one line, prefixes are canonical and
 * sorted, subnets are in their order, each once, and found by their own hash.
 *
 * Everything here goes through the file from front to back, since a million
 * subnets are to be checked in little more time than reading the file takes:
 * UTF-8 and control bytes are looked for in whole sections, and a text in them
 * only has to begin and end between two characters. Where all are known to be
 * ASCII that goes without looking, which saves a memory access for each text;
 * two threads that check a half each do not wait for each other to know.
 */
#include <stdbool.h>
#include <string.h>

#include "base/limits.h"
#include "deflate/crc32.h"
#include "lookup/mapped.h"

/* Tells if a byte below 0x20 is among bytes[0..len). */
static bool has_control(const char *bytes, size_t len)
{
	const uint64_t ones = UINT64_MAX / 0xff;
	uint64_t found = 0;
	uint64_t word;
	size_t i = 0;

	/* A byte less than 0x20 borrows into its top bit when 0x20 is taken. */
	for (; len - i >= sizeof(word); i += sizeof(word)) {
		memcpy(&word, bytes + i, sizeof(word));
		found |= (word - ones * 0x20) & ~word & ones * 0x80;
	}
	for (; i < len; i++)
		found |= (unsigned char)bytes[i] < 0x20;
	return found != 0;
}

static uint64_t word_at(const char *bytes)
{
	uint64_t word;

	memcpy(&word, bytes, sizeof(word));
	return word;
}

/* Tells if bytes[0..len) are ASCII: four words at a time, for speed. */
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

/* Tells if text[at] is no byte from the middle of a character, or the end. */
static bool is_boundary(const struct lookup_text *text, size_t at)
{
	return at == text->len || ((unsigned char)text->text[at] & 0xc0) != 0x80;
}

static enum lookup_error check_meta(struct lookup *lookup)
{
	struct lookup_text *source = &lookup->source;

	if (source->len < sizeof(*lookup->meta))
		return mapped_damaged(lookup, "section META is too short");
	lookup->meta = (const void *)source->text;
	source->text += sizeof(*lookup->meta);
	source->len -= sizeof(*lookup->meta);
	if (!json_is_utf8(source->text, source->len) || has_control(source->text, source->len))
		return mapped_damaged(lookup, "its source is no text");
	return LOOKUP_OK;
}

static enum lookup_error check_text(struct lookup *lookup)
{
	const struct lookup_text *text = &lookup->text;

	lookup->text_is_ascii = is_ascii(text->text, text->len);
	if (!lookup->text_is_ascii && !json_is_utf8(text->text, text->len))
		return mapped_damaged(lookup, "section TEXT is not UTF-8");
	return LOOKUP_OK;
}

static enum lookup_error check_prefixes(struct lookup *lookup)
{
	const struct prefix *all = lookup->all_prefixes;

	for (size_t i = 0; i < lookup->prefix_count; i++)
		if (!prefix_is_canonical(&lookup->prefixes[i]))
			return mapped_damaged(lookup, "CIDR block %zu is not canonical", i);
	for (size_t i = 0; i < lookup->all_prefix_count; i++)
		if (!prefix_is_canonical(&all[i]) ||
			(i > 0 && prefix_compare(&all[i - 1], &all[i]) >= 0))
			return mapped_damaged(lookup, "CIDR block %zu of all is out of place", i);
	return LOOKUP_OK;
}

/*
 * Checks one fragment's text, which has to begin at *at in section JSON, and
 * moves *at on behind it.
 */
static enum lookup_error check_json(
	struct lookup *lookup, uint64_t offset, uint32_t length, size_t *at)
{
	const struct lookup_text *json = &lookup->json;
	struct json_found found;
	enum json_error error;

	if (offset != *at || length > json->len - *at || length > LIMIT_LOOKUP_FRAGMENT)
		return mapped_damaged(lookup, "a fragment is not in its place");
	error = json_select(
		lookup->parser, json->text + *at, length, NULL, LIMIT_DEPTH - 1, NULL, &found);
	if (error == JSON_NO_MEMORY)
		return LOOKUP_NO_MEMORY;
	if (error != JSON_OK)
		return mapped_damaged(lookup, "a fragment is %s", json_error_text(error));
	if (found.type != JSON_ARRAY || found.len != length)
		return mapped_damaged(lookup, "a fragment is no array");
	*at += length;
	return LOOKUP_OK;
}

static enum lookup_error check_fragments(struct lookup *lookup)
{
	size_t at = 0;

	if (has_control(lookup->json.text, lookup->json.len))
		return mapped_damaged(lookup, "a fragment has a line end or control byte");
	for (size_t i = 0; i < lookup->fragment_count; i++) {
		const struct format_fragment *fragment = &lookup->fragments[i];
		enum lookup_error error =
			check_json(lookup, fragment->lists, fragment->lists_length, &at);

		if (error == LOOKUP_OK)
			error = check_json(lookup, fragment->ids, fragment->ids_length, &at);
		if (error != LOOKUP_OK)
			return error;
	}
	if (at != lookup->json.len)
		return mapped_damaged(lookup, "there are bytes behind the last fragment");
	return LOOKUP_OK;
}

static bool text_is_good(const struct lookup *lookup, uint64_t offset, uint32_t length)
{
	const struct lookup_text *text = &lookup->text;

	if (offset > text->len || length > text->len - offset)
		return false;
	return lookup->text_is_ascii ||
	       (is_boundary(text, (size_t)offset) && is_boundary(text, (size_t)offset + length));
}

static bool optional_is_good(const struct lookup *lookup, uint64_t offset, uint32_t length)
{
	if (length == FORMAT_ABSENT)
		return offset == 0;
	return text_is_good(lookup, offset, length);
}

static bool texts_are_good(const struct lookup *lookup, const struct format_subnet *subnet)
{
	return subnet->ocid_length != 0 && subnet->ocid_length != FORMAT_ABSENT &&
	       text_is_good(lookup, subnet->ocid, subnet->ocid_length) &&
	       optional_is_good(lookup, subnet->name, subnet->name_length) &&
	       optional_is_good(lookup, subnet->vcn, subnet->vcn_length) &&
	       optional_is_good(lookup, subnet->compartment, subnet->compartment_length);
}

/* A subnet's prefixes: they follow those of the one before, and are sorted. */
static bool range_is_good(
	const struct lookup *lookup, const struct format_subnet *subnet, size_t *prefix_at)
{
	const struct prefix *prefix = &lookup->prefixes[*prefix_at];

	if (subnet->prefix_first != *prefix_at ||
		subnet->prefix_count > lookup->prefix_count - *prefix_at)
		return false;
	for (size_t i = 1; i < subnet->prefix_count; i++)
		if (prefix_compare(&prefix[i - 1], &prefix[i]) >= 0)
			return false;
	*prefix_at += subnet->prefix_count;
	return true;
}

static const char *ocid_of(const struct lookup *lookup, const struct format_subnet *subnet)
{
	return lookup->text.text + subnet->ocid;
}

/* Tells if subnet stands rightly behind the one before it. */
static bool follows(const struct lookup *lookup, const struct format_subnet *before,
	const struct format_subnet *subnet)
{
	size_t len = before->ocid_length;
	int order;

	if (before->hash != subnet->hash)
		return before->hash < subnet->hash;
	if (len > subnet->ocid_length)
		len = subnet->ocid_length;
	order = memcmp(ocid_of(lookup, before), ocid_of(lookup, subnet), len);
	return order < 0 || (order == 0 && before->ocid_length < subnet->ocid_length);
}

/*
 * Checks one subnet but for the index: texts, prefixes, fragment, hash, and
 * its place behind the one before it.
 */
static enum lookup_error check_subnet(struct lookup *lookup, size_t i, size_t *prefix_at)
{
	const struct format_subnet *subnet = &lookup->subnets[i];

	if (!texts_are_good(lookup, subnet))
		return mapped_damaged(lookup, "subnet %zu has a bad text", i);
	if (!range_is_good(lookup, subnet, prefix_at))
		return mapped_damaged(lookup, "the CIDR blocks of subnet %zu are bad", i);
	if (subnet->fragment >= lookup->fragment_count)
		return mapped_damaged(lookup, "the fragment of subnet %zu is missing", i);
	if (crc32_update(0, ocid_of(lookup, subnet), subnet->ocid_length) != subnet->hash)
		return mapped_damaged(lookup, "the hash of subnet %zu is wrong", i);
	if (i > 0 && !follows(lookup, subnet - 1, subnet))
		return mapped_damaged(lookup, "subnet %zu is out of order or there twice", i);
	return LOOKUP_OK;
}

/*
 * Compares the index, up to the entry of range, with the number of subnets
 * that have a lower one. Returns false where they differ.
 */
static bool index_agrees(
	const struct lookup *lookup, size_t *entry, size_t range, size_t subnets_below)
{
	for (; *entry <= range; (*entry)++)
		if (lookup->index[*entry] != subnets_below)
			return false;
	return true;
}

enum lookup_error mapped_check_subnets(struct lookup *lookup)
{
	size_t prefix_at = 0;
	size_t entry = 0;

	for (size_t i = 0; i < lookup->subnet_count; i++) {
		enum lookup_error error = check_subnet(lookup, i, &prefix_at);

		if (error != LOOKUP_OK)
			return error;
		if (!index_agrees(lookup, &entry,
			    format_range(lookup->subnets[i].hash, lookup->range_count), i))
			return mapped_damaged(lookup, "the index misses subnet %zu", i);
	}
	if (!index_agrees(lookup, &entry, lookup->range_count, lookup->subnet_count))
		return mapped_damaged(lookup, "the index is wrong at its end");
	if (prefix_at != lookup->prefix_count)
		return mapped_damaged(lookup, "there are CIDR blocks of no subnet");
	return LOOKUP_OK;
}

/* The numbers of units in the sections, before any is looked into. */
static enum lookup_error check_counts(struct lookup *lookup)
{
	size_t ranges = lookup->range_count - 1; /* the last entry is the end */

	if (lookup->range_count < 2 || (ranges & (ranges - 1)) != 0 || ranges > (size_t)1 << 31)
		return mapped_damaged(lookup, "section INDX has an odd length");
	lookup->range_count = ranges;
	if (lookup->subnet_count > LIMIT_LOOKUP_SUBNETS || lookup->prefix_count > UINT32_MAX ||
		lookup->fragment_count > UINT32_MAX)
		return mapped_damaged(lookup, "it holds more than is allowed");
	return LOOKUP_OK;
}

/* Runs checks until one finds something. */
static enum lookup_error run_checks(
	struct lookup *lookup, enum lookup_error (*const *checks)(struct lookup *), size_t count)
{
	enum lookup_error error = LOOKUP_OK;

	for (size_t i = 0; i < count && error == LOOKUP_OK; i++)
		error = checks[i](lookup);
	return error;
}

#define RUN_CHECKS(lookup, checks)                                                                 \
	run_checks((lookup), (checks), sizeof(checks) / sizeof((checks)[0]))

enum lookup_error mapped_check_counts(struct lookup *lookup)
{
	static enum lookup_error (*const checks[])(struct lookup *) = {check_counts, check_meta};

	return RUN_CHECKS(lookup, checks);
}

enum lookup_error mapped_check_parts(struct lookup *lookup)
{
	static enum lookup_error (*const checks[])(struct lookup *) = {
		check_text, check_prefixes, check_fragments};

	return RUN_CHECKS(lookup, checks);
}

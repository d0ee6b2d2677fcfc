/*
 * Sets of addresses. What lists name is kept as prefixes until all is known,
 * then it becomes ranges that are sorted and do not touch, so that a record
 * costs a few comparisons.
 *
 * A list is refused whole at its first bad element, which the message names;
 * its length is limited by elements.h.
 */
#include "base/prefixset.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Up to so many ranges are looked at one by one. */
#define FEW_RANGES 6

/* What "vcn" stands for is known only to prefixset_finish. */
static const struct {
	const char *name;
	const char *prefixes[3];
} names[] = {
	{"rfc1918", {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"}},
	{"ula", {"fc00::/7", NULL, NULL}},
	{"cgnat", {"100.64.0.0/10", NULL, NULL}},
};

static int add_prefix(struct prefixset *set, const struct prefix *prefix)
{
	struct prefix *grown;
	size_t room;

	if (set->prefix_count == set->prefix_room) {
		room = set->prefix_room * 2 + 8;
		grown = realloc(set->prefixes, room * sizeof(*grown));
		if (grown == NULL)
			return -1;
		set->prefixes = grown;
		set->prefix_room = room;
	}
	set->prefixes[set->prefix_count++] = *prefix;
	return 0;
}

static int add_name(struct prefixset *set, size_t name)
{
	struct prefix prefix;
	const char *text;

	for (size_t i = 0; i < 3 && names[name].prefixes[i] != NULL; i++) {
		text = names[name].prefixes[i];
		if (prefix_parse(&prefix, text, strlen(text)) < 0 || add_prefix(set, &prefix) < 0)
			return -1;
	}
	return 0;
}

void prefixset_init(struct prefixset *set)
{
	memset(set, 0, sizeof(*set));
}

static bool is_name(const char *element, size_t len, const char *name)
{
	return len == strlen(name) && memcmp(element, name, len) == 0;
}

/* Reads a CIDR block, or an address, which is one of its own. */
static int read_prefix(struct prefix *prefix, const char *text, size_t len)
{
	struct address address;

	if (prefix_parse(prefix, text, len) == 0)
		return 0;
	if (address_parse(&address, text, len) < 0)
		return -1;
	*prefix = (struct prefix){.high = address.high,
		.low = address.low,
		.family = address.family,
		.length = address.family == ADDRESS_IPV4 ? 32 : 128};
	return 0;
}

/* Returns 0, or -1 with errno ENOMEM, or EINVAL: it is nothing that a set takes. */
static int add_text(struct prefixset *set, const char *text, size_t len)
{
	struct prefix prefix;

	if (is_name(text, len, "vcn")) {
		set->vcn = true;
		return 0;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (is_name(text, len, names[i].name))
			return add_name(set, i);
	}
	if (read_prefix(&prefix, text, len) < 0) {
		errno = EINVAL;
		return -1;
	}
	return add_prefix(set, &prefix);
}

int prefixset_add_element(struct prefixset *set, const struct element *element)
{
	if (add_text(set, element->text, element->len) == 0)
		return 0;
	if (errno == ENOMEM)
		return -1;
	return element_refuse(
		element, "want ADDRESS, ADDRESS/LENGTH, @FILE, rfc1918, ula, cgnat or vcn");
}

/* Adds an element of a list, in which not everything may be. */
static int add_element(void *context, const struct element *element)
{
	struct prefixset *set = context;
	struct prefix prefix;

	if (read_prefix(&prefix, element->text, element->len) == 0 && prefix.length == 0)
		return element_refuse(element, "it would take in every address");
	return prefixset_add_element(set, element);
}

int prefixset_add_list(struct prefixset *set, const char *option, const char *list)
{
	if (*list == '=') {
		set->prefix_count = 0;
		set->vcn = false;
		list++;
	}
	return elements_read(&set->files, option, list, false, add_element, set);
}

/* All bits after the first length of 64. */
static uint64_t bits_after(unsigned length)
{
	return length >= 64 ? 0 : UINT64_MAX >> length;
}

/* An IPv4 range takes in the unused bits too, so that neighbours touch. */
static struct prefixset_range range_of(const struct prefix *prefix)
{
	struct prefixset_range range = {prefix->high, prefix->low, prefix->high, prefix->low};
	unsigned length = prefix->length;

	range.last_high |= bits_after(length);
	range.last_low |= length > 64 ? bits_after(length - 64) : UINT64_MAX;
	return range;
}

static int compare_addresses(uint64_t high_a, uint64_t low_a, uint64_t high_b, uint64_t low_b)
{
	if (high_a != high_b)
		return high_a < high_b ? -1 : 1;
	if (low_a != low_b)
		return low_a < low_b ? -1 : 1;
	return 0;
}

static int compare_ranges(const void *a, const void *b)
{
	const struct prefixset_range *left = a, *right = b;

	return compare_addresses(
		left->first_high, left->first_low, right->first_high, right->first_low);
}

/*
 * Takes range into last where they overlap or touch; range must not begin
 * before last does. The address after last is reckoned with its carry; after
 * the very last one there is none, but then every range overlaps.
 */
static bool merge(struct prefixset_range *last, const struct prefixset_range *range)
{
	uint64_t next_low = last->last_low + 1;
	uint64_t next_high = last->last_high + (next_low == 0);

	if (compare_addresses(
		    range->first_high, range->first_low, last->last_high, last->last_low) > 0 &&
		compare_addresses(range->first_high, range->first_low, next_high, next_low) != 0)
		return false;
	if (compare_addresses(range->last_high, range->last_low, last->last_high, last->last_low) >
		0) {
		last->last_high = range->last_high;
		last->last_low = range->last_low;
	}
	return true;
}

/* A list of ranges while it grows. */
struct ranges {
	struct prefixset_range *list;
	size_t count;
	size_t room;
};

/*
 * Adds a prefix. The lookup file's prefixes come sorted, so that merging at
 * once keeps the list as short as it will be.
 */
static int ranges_add(struct ranges *ranges, const struct prefix *prefix)
{
	struct prefixset_range range = range_of(prefix), *grown, *last;
	size_t room;

	last = ranges->count > 0 ? &ranges->list[ranges->count - 1] : NULL;
	if (last != NULL && compare_ranges(last, &range) <= 0 && merge(last, &range))
		return 0;
	if (ranges->count == ranges->room) {
		room = ranges->room + ranges->room / 2 + 8;
		grown = realloc(ranges->list, room * sizeof(*grown));
		if (grown == NULL)
			return -1;
		ranges->list = grown;
		ranges->room = room;
	}
	ranges->list[ranges->count++] = range;
	return 0;
}

static void ranges_finish(struct ranges *ranges)
{
	size_t kept = 0;

	if (ranges->count == 0)
		return;
	qsort(ranges->list, ranges->count, sizeof(*ranges->list), compare_ranges);
	for (size_t i = 1; i < ranges->count; i++) {
		if (!merge(&ranges->list[kept], &ranges->list[i]))
			ranges->list[++kept] = ranges->list[i];
	}
	ranges->count = kept + 1;
}

static int add_all(
	struct ranges *ipv4, struct ranges *ipv6, const struct prefix *prefixes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (ranges_add(prefixes[i].family == ADDRESS_IPV4 ? ipv4 : ipv6, &prefixes[i]) < 0)
			return -1;
	}
	return 0;
}

int prefixset_finish(struct prefixset *set, const struct prefix *prefixes, size_t count)
{
	struct ranges ipv4 = {NULL, 0, 0}, ipv6 = {NULL, 0, 0};

	if (add_all(&ipv4, &ipv6, set->prefixes, set->prefix_count) < 0 ||
		(set->vcn && add_all(&ipv4, &ipv6, prefixes, count) < 0)) {
		free(ipv4.list);
		free(ipv6.list);
		return -1;
	}
	ranges_finish(&ipv4);
	ranges_finish(&ipv6);
	set->ipv4 = ipv4.list;
	set->ipv4_count = ipv4.count;
	set->ipv6 = ipv6.list;
	set->ipv6_count = ipv6.count;
	return 0;
}

static bool range_holds(const struct prefixset_range *range, const struct address *address)
{
	return compare_addresses(
		       address->high, address->low, range->first_high, range->first_low) >= 0 &&
	       compare_addresses(address->high, address->low, range->last_high, range->last_low) <=
		       0;
}

/* Halves until few are left; the range, if any, is among them. */
static bool ipv6_ranges_hold(
	const struct prefixset_range *ranges, size_t count, const struct address *address)
{
	size_t half;

	while (count > FEW_RANGES) {
		half = count / 2;
		if (compare_addresses(address->high, address->low, ranges[half].first_high,
			    ranges[half].first_low) >= 0) {
			ranges += half;
			count -= half;
		} else {
			count = half;
		}
	}
	for (size_t i = 0; i < count; i++) {
		if (range_holds(&ranges[i], address))
			return true;
	}
	return false;
}

/*
 * The same for IPv4, of which the upper half says all. Nothing but their number decides
 * a branch: which range holds an address, if any, can't be foretold.
 */
static bool ipv4_ranges_hold(const struct prefixset_range *ranges, size_t count, uint64_t high)
{
	bool is_held = false;
	size_t half;

	while (count > FEW_RANGES) {
		half = count / 2;
		if (high >= ranges[half].first_high) {
			ranges += half;
			count -= half;
		} else {
			count = half;
		}
	}
	for (size_t i = 0; i < count; i++)
		is_held |=
			high - ranges[i].first_high <= ranges[i].last_high - ranges[i].first_high;
	return is_held;
}

bool prefixset_holds(const struct prefixset *set, const struct address *address)
{
	if (address->family == ADDRESS_IPV4)
		return ipv4_ranges_hold(set->ipv4, set->ipv4_count, address->high);
	if (address->family == ADDRESS_IPV6)
		return ipv6_ranges_hold(set->ipv6, set->ipv6_count, address);
	return false;
}

void prefixset_free(struct prefixset *set)
{
	free(set->ipv4);
	free(set->ipv6);
	free(set->prefixes);
	elements_free_files(&set->files);
	memset(set, 0, sizeof(*set));
}

/*
 * Which addresses are internal. The lists of the command line are kept as
 * prefixes until the lookup file is open, then all become ranges that are
 * sorted and do not touch, so that a record costs a few comparisons.
 *
 * A list is refused whole at its first bad element, which the message names.
 * A list is at most LIMIT_LIST bytes long and a file LIMIT_PREFIX_FILE.
 */
#include "vcnflow/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/io.h"
#include "base/limits.h"
#include "base/msg.h"

/* Up to so many ranges are looked at one by one. */
#define FEW_RANGES 6

/* What "vcn" stands for is known only to internal_finish. */
static const struct {
	const char *name;
	const char *prefixes[3];
} names[] = {
	{"rfc1918", {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"}},
	{"ula", {"fc00::/7", NULL, NULL}},
	{"cgnat", {"100.64.0.0/10", NULL, NULL}},
};

static int add_prefix(struct internal *internal, const struct prefix *prefix)
{
	struct prefix *grown;
	size_t room;

	if (internal->prefix_count == internal->prefix_room) {
		room = internal->prefix_room * 2 + 8;
		grown = realloc(internal->prefixes, room * sizeof(*grown));
		if (grown == NULL)
			return -1;
		internal->prefixes = grown;
		internal->prefix_room = room;
	}
	internal->prefixes[internal->prefix_count++] = *prefix;
	return 0;
}

static int add_name(struct internal *internal, size_t name)
{
	struct prefix prefix;
	const char *text;

	for (size_t i = 0; i < 3 && names[name].prefixes[i] != NULL; i++) {
		text = names[name].prefixes[i];
		if (prefix_parse(&prefix, text, strlen(text)) < 0 ||
			add_prefix(internal, &prefix) < 0)
			return -1;
	}
	return 0;
}

int internal_init(struct internal *internal)
{
	memset(internal, 0, sizeof(*internal));
	return add_name(internal, 0);
}

/* Where an element stands, for a message. */
struct place {
	const char *file; /* null: on the command line */
	size_t line;
};

static int refuse(const char *element, size_t len, const struct place *place, const char *why)
{
	char quoted[MSG_QUOTED_SIZE], file[MSG_QUOTED_SIZE];

	msg_quote(quoted, element, len);
	if (place->file == NULL)
		msg_error("bad --internal %s: %s", quoted, why);
	else
		msg_error("bad --internal %s in line %zu of %s: %s", quoted, place->line,
			msg_quote_name(file, place->file), why);
	errno = EINVAL;
	return -1;
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

/* Adds a CIDR block, an address or a name. */
static int add_element(
	struct internal *internal, const char *element, size_t len, const struct place *place)
{
	struct prefix prefix;

	if (is_name(element, len, "vcn")) {
		internal->vcn = true;
		return 0;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (is_name(element, len, names[i].name))
			return add_name(internal, i);
	}
	if (read_prefix(&prefix, element, len) < 0)
		return refuse(element, len, place,
			"want ADDRESS, ADDRESS/LENGTH, @FILE, rfc1918, ula, cgnat or vcn");
	if (prefix.length == 0)
		return refuse(element, len, place, "it would make every address internal");
	return add_prefix(internal, &prefix);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Adds what a line of a file holds besides blanks and a comment. */
static int add_line(
	struct internal *internal, const char *line, size_t len, const struct place *place)
{
	const char *comment = memchr(line, '#', len);

	if (comment != NULL)
		len = (size_t)(comment - line);
	while (len > 0 && is_blank(line[len - 1]))
		len--;
	while (len > 0 && is_blank(*line)) {
		line++;
		len--;
	}
	return len == 0 ? 0 : add_element(internal, line, len, place);
}

static int add_lines(struct internal *internal, const struct bytes *text, const char *path)
{
	struct place place = {path, 0};
	const char *end;
	size_t at = 0, len;

	/* Windows' editors begin a file with a byte order mark. */
	if (text->len >= 3 && memcmp(text->data, "\xef\xbb\xbf", 3) == 0)
		at = 3;
	while (at < text->len) {
		end = memchr(text->data + at, '\n', text->len - at);
		len = end ? (size_t)(end - text->data) - at : text->len - at;
		place.line++;
		if (add_line(internal, text->data + at, len, &place) < 0)
			return -1;
		at += len + (end != NULL);
	}
	return 0;
}

/* Reads all of a file, one byte more than its maximum being too much. */
static int read_whole(struct bytes *text, int fd)
{
	const size_t step = 65536;
	ssize_t got;

	do {
		if (bytes_reserve(text, step) < 0)
			return -1;
		got = io_read(fd, text->data + text->len, step, NULL);
		if (got < 0)
			return -1;
		text->len += (size_t)got;
	} while (got > 0);
	return 0;
}

bool internal_is_file(const struct internal *internal, const struct identity *file)
{
	for (size_t i = 0; i < internal->file_count; i++) {
		if (identity_is_same(&internal->files[i], file))
			return true;
	}
	return false;
}

/* Notes which file was opened, so that nothing else is done with it. */
static int note_file(struct internal *internal, int fd)
{
	struct identity file = identity_of_descriptor(fd), *grown;

	if (internal_is_file(internal, &file))
		return 0;
	grown = realloc(internal->files, (internal->file_count + 1) * sizeof(*grown));
	if (grown == NULL)
		return -1;
	grown[internal->file_count++] = file;
	internal->files = grown;
	return 0;
}

static int add_file(struct internal *internal, const char *path)
{
	struct bytes text = BYTES_INIT(LIMIT_PREFIX_FILE);
	char quoted[MSG_QUOTED_SIZE];
	int fd = io_open_read(path, false), result = -1, error;

	if (fd < 0 || note_file(internal, fd) < 0 || read_whole(&text, fd) < 0) {
		error = errno;
		if (error != ENOMEM)
			msg_error_errno(error, "cannot read --internal file %s",
				msg_quote_name(quoted, path));
		errno = error;
	} else {
		result = add_lines(internal, &text, path);
	}
	error = errno;
	if (fd >= 0)
		close(fd);
	bytes_free(&text);
	errno = error;
	return result;
}

/* Adds an element of a list on the command line. */
static int add_listed(struct internal *internal, const char *element, size_t len)
{
	const struct place place = {NULL, 0};
	char *path;
	int result, error;

	if (len == 0 || element[0] != '@')
		return add_element(internal, element, len, &place);
	path = strndup(element + 1, len - 1);
	if (path == NULL)
		return -1;
	result = add_file(internal, path);
	error = errno;
	free(path);
	errno = error;
	return result;
}

int internal_add(struct internal *internal, const char *list)
{
	const struct place place = {NULL, 0};
	size_t len;

	if (strlen(list) > LIMIT_LIST)
		return refuse(list, strlen(list), &place, "too long, use --internal @FILE");
	if (*list == '=') {
		internal->prefix_count = 0;
		internal->vcn = false;
		list++;
	}
	for (;; list += len + 1) {
		len = strcspn(list, ",");
		if (add_listed(internal, list, len) < 0)
			return -1;
		if (list[len] == '\0')
			return 0;
	}
}

/* All bits behind the first length of 64. */
static uint64_t bits_behind(unsigned length)
{
	return length >= 64 ? 0 : UINT64_MAX >> length;
}

/* An IPv4 range takes in the unused bits too, so that neighbours touch. */
static struct internal_range range_of(const struct prefix *prefix)
{
	struct internal_range range = {prefix->high, prefix->low, prefix->high, prefix->low};
	unsigned length = prefix->length;

	range.last_high |= bits_behind(length);
	range.last_low |= length > 64 ? bits_behind(length - 64) : UINT64_MAX;
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
	const struct internal_range *left = a, *right = b;

	return compare_addresses(
		left->first_high, left->first_low, right->first_high, right->first_low);
}

/*
 * Takes range into last where they overlap or touch; range must not begin
 * before last does. The address behind last is reckoned with its carry; behind
 * the very last one there is none, but then every range overlaps.
 */
static bool merge(struct internal_range *last, const struct internal_range *range)
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
	struct internal_range *list;
	size_t count;
	size_t room;
};

/*
 * Adds a prefix. The lookup file's prefixes come sorted, so that merging at
 * once keeps the list as short as it will be.
 */
static int ranges_add(struct ranges *ranges, const struct prefix *prefix)
{
	struct internal_range range = range_of(prefix), *grown, *last;
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

int internal_finish(struct internal *internal, const struct prefix *prefixes, size_t count)
{
	struct ranges ipv4 = {NULL, 0, 0}, ipv6 = {NULL, 0, 0};

	if (add_all(&ipv4, &ipv6, internal->prefixes, internal->prefix_count) < 0 ||
		(internal->vcn && add_all(&ipv4, &ipv6, prefixes, count) < 0)) {
		free(ipv4.list);
		free(ipv6.list);
		return -1;
	}
	ranges_finish(&ipv4);
	ranges_finish(&ipv6);
	internal->ipv4 = ipv4.list;
	internal->ipv4_count = ipv4.count;
	internal->ipv6 = ipv6.list;
	internal->ipv6_count = ipv6.count;
	return 0;
}

static bool range_holds(const struct internal_range *range, const struct address *address)
{
	return compare_addresses(
		       address->high, address->low, range->first_high, range->first_low) >= 0 &&
	       compare_addresses(address->high, address->low, range->last_high, range->last_low) <=
		       0;
}

/* Halves until few are left; the range, if any, is among them. */
static bool ranges_hold(
	const struct internal_range *ranges, size_t count, const struct address *address)
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

bool internal_holds(const struct internal *internal, const struct address *address)
{
	if (address->family == ADDRESS_IPV4)
		return ranges_hold(internal->ipv4, internal->ipv4_count, address);
	if (address->family == ADDRESS_IPV6)
		return ranges_hold(internal->ipv6, internal->ipv6_count, address);
	return false;
}

void internal_free(struct internal *internal)
{
	free(internal->ipv4);
	free(internal->ipv6);
	free(internal->prefixes);
	free(internal->files);
	memset(internal, 0, sizeof(*internal));
}

/*
 * Opening and reading lookup files.
 *
 * A file is opened without waiting, mapped, and checked from its first byte to
 * its last (check_all.c); only then is it handed out. It may be gone,
 * replaced or cut short meanwhile: replaced is no matter, and cut short is
 * noticed, during the check here, afterwards by whoever set a guard.
 *
 * Somebody may also write into the file while it is mapped, which the manual
 * forbids. What was checked may then be wrong, so each number that leads to
 * another place is copied out of the mapping and compared with the bounds
 * again before it is followed: a few comparisons, and no read outside.
 */
#include "lookup/lookup.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/limits.h"
#include "base/spread.h"
#include "deflate/crc32.h"
#include "lookup/content.h"
#include "lookup/mapped.h"

#define MAKE_IT "run 'vcnmeta fetch' or 'vcnmeta build' to "

static void say(char detail[LOOKUP_DETAIL_SIZE], const char *text)
{
	snprintf(detail, LOOKUP_DETAIL_SIZE, "%s", text);
}

enum lookup_error mapped_damaged(struct lookup *lookup, const char *format, ...)
{
	char found[LOOKUP_DETAIL_SIZE / 2];
	va_list args;

	va_start(args, format);
	vsnprintf(found, sizeof(found), format, args);
	va_end(args);
	snprintf(lookup->detail, LOOKUP_DETAIL_SIZE, "it is damaged: %s; " MAKE_IT "write it anew",
		found);
	return LOOKUP_DAMAGED;
}

static enum lookup_error unreadable(char detail[LOOKUP_DETAIL_SIZE])
{
	if (errno == ENOMEM)
		return LOOKUP_NO_MEMORY;
	say(detail, strerror(errno));
	return LOOKUP_UNREADABLE;
}

static enum lookup_error open_failed(char detail[LOOKUP_DETAIL_SIZE])
{
	if (errno == EISDIR || errno == EINVAL || errno == ENXIO) {
		say(detail, errno == EISDIR ? "it is a directory" : "it is no regular file");
		return LOOKUP_NOT_REGULAR;
	}
	if (errno == ENOENT) {
		say(detail, "it does not exist; " MAKE_IT "make one");
		return LOOKUP_UNREADABLE;
	}
	return unreadable(detail);
}

/*
 * Maps the file at the beginning of a larger run of zero pages, so that the
 * JSON parser may read a little behind the last fragment.
 */
static int map_file(struct lookup *lookup, int fd)
{
	void *base;

	lookup->mapped = lookup->length + LIMIT_JSON_PADDING;
	base = mmap(NULL, lookup->mapped, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (base == MAP_FAILED)
		return -1;
	lookup->map = base;
	base = mmap(base, lookup->length, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 0);
	return base == MAP_FAILED ? -1 : 0;
}

static enum lookup_error map_opened(struct lookup *lookup, int fd, char detail[LOOKUP_DETAIL_SIZE])
{
	struct stat status;

	if (fstat(fd, &status) != 0)
		return unreadable(detail);
	if (status.st_size == 0) {
		say(detail, "it is empty; " MAKE_IT "make one");
		return LOOKUP_NOT_LOOKUP;
	}
	if ((uint64_t)status.st_size > LIMIT_LOOKUP_FILE) {
		say(detail, "it is larger than any lookup file");
		return LOOKUP_NOT_LOOKUP;
	}
	lookup->length = (size_t)status.st_size;
	return map_file(lookup, fd) == 0 ? LOOKUP_OK : unreadable(detail);
}

static enum lookup_error map_path(
	struct lookup *lookup, const char *path, char detail[LOOKUP_DETAIL_SIZE])
{
	int fd = io_open_read(path, true);
	enum lookup_error error;

	if (fd < 0)
		return open_failed(detail);
	error = map_opened(lookup, fd, detail);
	close(fd);
	return error;
}

enum lookup_error mapped_check_kind(struct lookup *lookup)
{
	const struct format_header *header = (const void *)lookup->map;
	size_t magic = lookup->length < FORMAT_MAGIC_SIZE ? lookup->length : FORMAT_MAGIC_SIZE;

	if (memcmp(header->magic, FORMAT_MAGIC, magic) != 0) {
		say(lookup->detail, "it is no lookup file; " MAKE_IT "make one");
		return LOOKUP_NOT_LOOKUP;
	}
	if (lookup->length < sizeof(*header))
		return mapped_damaged(lookup, "it is cut off after %zu bytes", lookup->length);
	if (header->version == FORMAT_VERSION)
		return LOOKUP_OK;
	if (header->version == __builtin_bswap32(FORMAT_VERSION))
		say(lookup->detail, "its byte order is big-endian, expected is "
				    "little-endian; " MAKE_IT "write it anew");
	else
		snprintf(lookup->detail, LOOKUP_DETAIL_SIZE,
			"its format version is %lu, expected is %d; " MAKE_IT "write it anew",
			(unsigned long)header->version, FORMAT_VERSION);
	return LOOKUP_VERSION;
}

enum lookup_error lookup_open(struct lookup **result, const char *path,
	char detail[LOOKUP_DETAIL_SIZE], lookup_runner *runner)
{
	struct lookup *lookup = calloc(1, sizeof(*lookup));
	enum lookup_error error = LOOKUP_NO_MEMORY;

	*result = NULL;
	say(detail, "out of memory");
	if (lookup) {
		lookup->detail = detail;
		error = map_path(lookup, path, detail);
	}
	if (error == LOOKUP_OK)
		error = mapped_check(lookup, runner);
	if (error != LOOKUP_OK) {
		lookup_close(lookup);
		return error;
	}
	lookup->detail = NULL;
	*result = lookup;
	return LOOKUP_OK;
}

void lookup_close(struct lookup *lookup)
{
	if (!lookup)
		return;
	if (lookup->map)
		munmap((void *)(uintptr_t)lookup->map, lookup->mapped);
	json_parser_free(lookup->parser);
	free(lookup);
}

/* The bytes at offset in a section, or none of them if they aren't in it. */
static struct lookup_text part_of(
	const struct lookup_text *section, uint64_t offset, uint32_t length)
{
	struct lookup_text part = {section->text, 0};

	if (offset <= section->len && length <= section->len - offset) {
		part.text += offset;
		part.len = length;
	}
	return part;
}

struct lookup_fragment lookup_fragment(const struct lookup *lookup, size_t index)
{
	struct format_fragment fragment = {0};
	struct lookup_fragment result;

	if (index < lookup->fragment_count)
		fragment = lookup->fragments[index];
	MAPPED_COPIED();
	result.lists = part_of(&lookup->json, fragment.lists, fragment.lists_length);
	result.ids = part_of(&lookup->json, fragment.ids, fragment.ids_length);
	return result;
}

/* What a subnet's record, already copied out of the mapping, leads to. */
static void follow_record(const struct lookup *lookup, const struct format_subnet *record,
	struct lookup_subnet *subnet)
{
	struct lookup_fragment fragment = lookup_fragment(lookup, record->fragment);
	size_t first = record->prefix_first;
	size_t count = record->prefix_count;

	if (first > lookup->prefix_count || count > lookup->prefix_count - first)
		first = count = 0;
	subnet->prefixes = lookup->prefixes + first;
	subnet->prefix_count = count;
	subnet->lists = fragment.lists;
	subnet->ids = fragment.ids;
}

/* Copies the record of a subnet if it is the one with that OCID. */
static bool take_record(const struct lookup *lookup, size_t at, const char *ocid, size_t len,
	struct format_subnet *record)
{
	struct lookup_text text;

	*record = lookup->subnets[at];
	MAPPED_COPIED();
	text = part_of(&lookup->text, record->ocid, record->ocid_length);
	return text.len == len && memcmp(text.text, ocid, len) == 0;
}

/* Finds the record of a subnet and copies it. Returns its number, counted from
 * 1, or 0: it is not there. */
static size_t find_record(
	const struct lookup *lookup, const char *ocid, size_t len, struct format_subnet *record)
{
	uint32_t hash = crc32_update(0, ocid, len);
	const uint32_t *entry = &lookup->index[format_range(hash, lookup->range_count)];
	size_t at = entry[0];
	size_t end = entry[1];

	MAPPED_COPIED();
	if (end > lookup->subnet_count)
		end = lookup->subnet_count;
	for (; at < end; at++)
		if (lookup->subnets[at].hash == hash && take_record(lookup, at, ocid, len, record))
			return at + 1;
	return 0;
}

bool lookup_find(
	const struct lookup *lookup, const char *ocid, size_t len, struct lookup_subnet *subnet)
{
	struct format_subnet record;

	if (find_record(lookup, ocid, len, &record) == 0)
		return false;
	follow_record(lookup, &record, subnet);
	return true;
}

/* The last bytes of an OCID, which differ the most; 0 if there are too few. */
static uint64_t tail_of(const char *ocid, size_t len)
{
	uint64_t tail = 0;

	if (len >= sizeof(tail))
		memcpy(&tail, ocid + len - sizeof(tail), sizeof(tail));
	return tail;
}

bool lookup_learn(const struct lookup *lookup, struct lookup_hints *hints, const char *ocid,
	size_t len, struct lookup_subnet *subnet)
{
	struct format_subnet record;
	uint64_t tail = tail_of(ocid, len);
	size_t number = find_record(lookup, ocid, len, &record);
	size_t at = spread(tail, LOOKUP_HINTS_BITS);

	if (number == 0)
		return false;
	hints->hints[at].tail = tail;
	hints->hints[at].number = number;
	follow_record(lookup, &record, subnet);
	return true;
}

bool lookup_recall(const struct lookup *lookup, const struct lookup_hints *hints, const char *ocid,
	size_t len, struct lookup_subnet *subnet)
{
	struct format_subnet record;
	uint64_t tail = tail_of(ocid, len);
	size_t at = spread(tail, LOOKUP_HINTS_BITS);
	uint64_t number = hints->hints[at].number;

	if (hints->hints[at].tail != tail || number == 0 ||
		!take_record(lookup, number - 1, ocid, len, &record))
		return false;
	follow_record(lookup, &record, subnet);
	return true;
}

static struct lookup_text optional_part(
	const struct lookup *lookup, uint64_t offset, uint32_t length)
{
	if (length == FORMAT_ABSENT)
		return (struct lookup_text){NULL, 0};
	return part_of(&lookup->text, offset, length);
}

static void fill_entry(
	const struct lookup *lookup, const struct format_subnet *record, struct lookup_entry *entry)
{
	entry->ocid = part_of(&lookup->text, record->ocid, record->ocid_length);
	entry->name = optional_part(lookup, record->name, record->name_length);
	entry->vcn = optional_part(lookup, record->vcn, record->vcn_length);
	entry->compartment = optional_part(lookup, record->compartment, record->compartment_length);
	entry->fragment = record->fragment;
	follow_record(lookup, record, &entry->subnet);
}

void lookup_entry(const struct lookup *lookup, size_t index, struct lookup_entry *entry)
{
	struct format_subnet record = lookup->subnets[index];

	MAPPED_COPIED();
	fill_entry(lookup, &record, entry);
}

bool lookup_find_entry(
	const struct lookup *lookup, const char *ocid, size_t len, struct lookup_entry *entry)
{
	struct format_subnet record;

	if (find_record(lookup, ocid, len, &record) == 0)
		return false;
	fill_entry(lookup, &record, entry);
	return true;
}

size_t lookup_subnet_count(const struct lookup *lookup)
{
	return lookup->subnet_count;
}

size_t lookup_fragment_count(const struct lookup *lookup)
{
	return lookup->fragment_count;
}

size_t lookup_prefix_count(const struct lookup *lookup)
{
	return lookup->prefix_count;
}

size_t lookup_foreign_count(const struct lookup *lookup)
{
	return lookup->foreign_count;
}

const struct prefix *lookup_prefixes(const struct lookup *lookup, size_t *n)
{
	*n = lookup->all_prefix_count;
	return lookup->all_prefixes;
}

int64_t lookup_fetched_at(const struct lookup *lookup)
{
	return lookup->meta->fetched_at;
}

struct lookup_text lookup_source(const struct lookup *lookup)
{
	return lookup->source;
}

uint64_t lookup_file_length(const struct lookup *lookup)
{
	return lookup->length;
}

unsigned lookup_version(const struct lookup *lookup)
{
	(void)lookup; /* the only one that is opened */
	return FORMAT_VERSION;
}

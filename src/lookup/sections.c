/*
 * The frame of a lookup file: header, section table, checksums. Nothing that
 * the file says about itself is used before it has been compared with what
 * there is: the length with the file's, each section's offset with where the
 * one before it ended. So the sections lie in the file one behind another, and
 * every byte of it belongs to the header, the table, a checksummed section, or
 * is a 0 between them: no bit can change unnoticed.
 */
#include <stdbool.h>
#include <string.h>

#include "deflate/crc32.h"
#include "lookup/mapped.h"

/* What a section is, as far as this reader knows. */
struct known {
	uint32_t id;
	size_t unit;     /* its length is a multiple of it */
	size_t at;       /* of the view in struct lookup */
	size_t count_at; /* of the number of units there */
};

#define KNOWN(id, type, view, count)                                                               \
	{                                                                                          \
		(id), sizeof(type), offsetof(struct lookup, view), offsetof(struct lookup, count)  \
	}

static const struct known known_sections[] = {
	KNOWN(FORMAT_META, uint8_t, source.text, source.len),
	KNOWN(FORMAT_INDEX, uint32_t, index, range_count),
	KNOWN(FORMAT_SUBNETS, struct format_subnet, subnets, subnet_count),
	KNOWN(FORMAT_PREFIXES, struct prefix, prefixes, prefix_count),
	KNOWN(FORMAT_FRAGMENTS, struct format_fragment, fragments, fragment_count),
	KNOWN(FORMAT_JSON, char, json.text, json.len),
	KNOWN(FORMAT_TEXT, char, text.text, text.len),
	KNOWN(FORMAT_ALL_PREFIXES, struct prefix, all_prefixes, all_prefix_count),
};

#define KNOWN_COUNT (sizeof(known_sections) / sizeof(known_sections[0]))

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

static const struct known *find_known(uint32_t id)
{
	for (size_t i = 0; i < KNOWN_COUNT; i++)
		if (known_sections[i].id == id)
			return &known_sections[i];
	return NULL;
}

static const struct format_section *table_of(const struct lookup *lookup)
{
	return (const void *)(lookup->map + sizeof(struct format_header));
}

static const void *view_get(const struct lookup *lookup, size_t at)
{
	const void *view;

	memcpy(&view, (const char *)lookup + at, sizeof(view));
	return view;
}

/* Sets the view on a section; the same section twice is damage. */
static enum lookup_error set_view(
	struct lookup *lookup, const struct known *known, const struct format_section *section)
{
	const void *view = lookup->map + section->offset;
	size_t count = section->length / known->unit;

	if (view_get(lookup, known->at))
		return mapped_damaged(
			lookup, "section %s is there twice", id_text(section->id).text);
	if (section->length % known->unit != 0)
		return mapped_damaged(
			lookup, "section %s has an odd length", id_text(section->id).text);
	memcpy((char *)lookup + known->at, &view, sizeof(view));
	memcpy((char *)lookup + known->count_at, &count, sizeof(count));
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
 * Checks one section, which has to begin at *offset, and moves *offset on to
 * where the next one begins. The file's length is a multiple of FORMAT_ALIGN,
 * so filling up cannot lead out of it.
 */
static enum lookup_error check_section(
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
		return mapped_damaged(lookup, "there are bytes behind section %s", id.text);
	return LOOKUP_OK;
}

static enum lookup_error take_section(struct lookup *lookup, const struct format_section *section)
{
	const struct known *known = find_known(section->id);

	if (known)
		return set_view(lookup, known, section);
	lookup->foreign_count++;
	if ((section->flags & FORMAT_REQUIRED) == 0)
		return LOOKUP_OK;
	return mapped_damaged(lookup,
		"it needs a reader that knows section %s, so a newer program "
		"than this",
		id_text(section->id).text);
}

static enum lookup_error check_all_there(struct lookup *lookup)
{
	for (size_t i = 0; i < KNOWN_COUNT; i++)
		if (!view_get(lookup, known_sections[i].at))
			return mapped_damaged(lookup, "section %s is missing",
				id_text(known_sections[i].id).text);
	return LOOKUP_OK;
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

enum lookup_error mapped_check_sections(struct lookup *lookup)
{
	const struct format_header *header = (const void *)lookup->map;
	const struct format_section *table = table_of(lookup);
	enum lookup_error error = check_header(lookup, header);
	size_t offset;

	if (error != LOOKUP_OK)
		return error;
	lookup->section_count = header->section_count;
	offset = sizeof(*header) + lookup->section_count * sizeof(*table);
	for (size_t i = 0; i < lookup->section_count; i++) {
		error = check_section(lookup, &table[i], &offset);
		if (error == LOOKUP_OK)
			error = take_section(lookup, &table[i]);
		if (error != LOOKUP_OK)
			return error;
	}
	if (offset != lookup->length)
		return mapped_damaged(lookup, "there are bytes behind its last section");
	return check_all_there(lookup);
}

/* Somebody may write into the file: what leads to a place is compared again. */
static bool sum_is_right(const struct lookup *lookup, const struct format_section *section)
{
	size_t offset = (size_t)section->offset;
	size_t len = (size_t)section->length;

	return offset <= lookup->length && len <= lookup->length - offset &&
	       crc32_update(0, lookup->map + offset, len) == section->crc;
}

enum lookup_error mapped_check_sums(struct lookup *lookup)
{
	for (size_t i = 0; i < lookup->section_count; i++) {
		struct format_section section = table_of(lookup)[i];

		MAPPED_COPIED();
		if (!sum_is_right(lookup, &section))
			return mapped_damaged(lookup, "the checksum of section %s is wrong",
				id_text(section.id).text);
	}
	return LOOKUP_OK;
}

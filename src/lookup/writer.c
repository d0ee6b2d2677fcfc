/*
 * Writing lookup files. The file is put together twice by the same functions:
 * the first time to learn each section's length and checksum, the second time
 * to write it, header first. So a file can go down a pipe too, and is never
 * held in memory.
 */
#include "lookup/writer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/msg.h"
#include "base/replace.h"
#include "deflate/crc32.h"
#include "lookup/layout.h"
#include "lookup/sink.h"

/* A file to be written. */
struct writer {
	struct layout layout;
	const char *source;
	struct sink *sink;
	struct bytes scratch;
	bool no_memory;
};

static void put_meta(struct writer *writer)
{
	struct format_meta meta = {writer->layout.fetched_at};

	sink_put(writer->sink, &meta, sizeof(meta));
	sink_put(writer->sink, writer->source, strlen(writer->source));
}

static void put_set(struct writer *writer, size_t set)
{
	const struct layout *layout = &writer->layout;
	size_t count;
	const uint32_t *lists = layout_set(layout, set, &count);
	const char *before = "[";

	for (size_t i = 0; i < count; i++) {
		struct lookup_text json = layout_list_json(layout, lists[i]);

		if (!json.text)
			continue;
		sink_put(writer->sink, before, 1);
		sink_put(writer->sink, json.text, json.len);
		before = ",";
	}
	if (*before == '[')
		sink_put(writer->sink, "[", 1);
	sink_put(writer->sink, "]", 1);
}

static void put_json(struct writer *writer)
{
	const struct layout *layout = &writer->layout;
	struct bytes *ids = &writer->scratch;

	for (size_t set = 0; set < layout->sets.count; set++) {
		put_set(writer, set);
		if (layout_set_ids(layout, set, ids) != 0)
			writer->no_memory = true;
		sink_put(writer->sink, ids->data, ids->len);
	}
	for (size_t i = 0; i < layout->lists.count; i++) {
		struct lookup_text json = layout_list_json(layout, layout->list_ocids[i]);

		if (layout_is_unused(layout, i))
			sink_put(writer->sink, json.text, json.len);
	}
}

static void put_rule_texts(struct writer *writer)
{
	const struct bytes *bytes = &writer->layout.rule_bytes;

	sink_put(writer->sink, bytes->data, bytes->len);
}

static void put_group_json(struct writer *writer)
{
	const struct bytes *bytes = &writer->layout.group_bytes;

	sink_put(writer->sink, bytes->data, bytes->len);
}

static void put_text(struct writer *writer)
{
	const struct layout *layout = &writer->layout;

	for (size_t i = 0; i < layout->text_count; i++) {
		struct lookup_text text = model_bytes(layout->model, layout->texts[i]);

		sink_put(writer->sink, text.text, text.len);
	}
}

/* All other sections lie in the layout as they are in the file. */
#define PUT_ENTRIES(name)                                                                          \
	static void put_##name(struct writer *writer)                                              \
	{                                                                                          \
		sink_put(writer->sink, writer->layout.name.at,                                     \
			writer->layout.name.count * sizeof(*writer->layout.name.at));              \
	}

PUT_ENTRIES(index)
PUT_ENTRIES(subnets)
PUT_ENTRIES(prefixes)
PUT_ENTRIES(all_prefixes)
PUT_ENTRIES(vcns)
PUT_ENTRIES(blocks)
PUT_ENTRIES(compartments)
PUT_ENTRIES(sets)
PUT_ENTRIES(set_lists)
PUT_ENTRIES(lists)
PUT_ENTRIES(rules)
PUT_ENTRIES(boxes)
PUT_ENTRIES(groups)
PUT_ENTRIES(members)
PUT_ENTRIES(vnic_index)
PUT_ENTRIES(vnics)
PUT_ENTRIES(vnic_groups)
PUT_ENTRIES(addresses)
PUT_ENTRIES(address_index)
PUT_ENTRIES(services)
PUT_ENTRIES(ranges)

static const struct {
	uint32_t id;
	uint32_t flags;
	enum format_family family;
	void (*put)(struct writer *writer);
} rows[] = {
#define ROW(name, letters, flags, family, type)                                                    \
	{FORMAT_ID letters, (flags), FORMAT_##family, put_##name},
	FORMAT_SECTIONS(ROW)};

/* Returns true if there is something of a family to write; rules always are,
 * since no rule is what lists have, too. */
static bool has_family(const struct layout *layout, enum format_family family)
{
	switch (family) {
	case FORMAT_GROUPS:
		return layout->groups.count > 0;
	case FORMAT_VNICS:
		return layout->vnics.count > 0;
	case FORMAT_SERVICES:
		return layout->services.count > 0;
	default:
		return true;
	}
}

/* What stands before the sections; the table has the first of its entries. */
struct front {
	struct format_header header;
	struct format_section table[FORMAT_SECTION_COUNT];
};

/* Puts a section and fills it up; tells of it in entry. */
static void put_section(struct writer *writer, size_t row, struct format_section *entry)
{
	struct sink *sink = writer->sink;

	sink_begin(sink);
	rows[row].put(writer);
	sink_flush(sink);
	entry->id = rows[row].id;
	entry->flags = rows[row].flags;
	entry->length = sink->length;
	entry->crc = sink->crc;
	sink_put_zeros(sink, (size_t)(format_aligned(entry->length) - entry->length));
}

/* Puts the sections that the file has. Returns their number. */
static size_t put_sections(struct writer *writer, struct format_section *table)
{
	size_t count = 0;

	for (size_t row = 0; row < FORMAT_SECTION_COUNT; row++)
		if (has_family(&writer->layout, rows[row].family))
			put_section(writer, row, &table[count++]);
	return count;
}

/* Fills in what stands before the sections. Returns its length. */
static size_t fill_front(struct writer *writer, struct front *front)
{
	struct format_header *header = &front->header;
	size_t length;
	uint64_t offset;

	*front = (struct front){0};
	header->section_count = (uint32_t)put_sections(writer, front->table);
	length = sizeof(*header) + header->section_count * sizeof(front->table[0]);
	offset = length;
	for (size_t i = 0; i < header->section_count; i++) {
		front->table[i].offset = offset;
		offset += format_aligned(front->table[i].length);
	}
	memcpy(header->magic, FORMAT_MAGIC, FORMAT_MAGIC_SIZE);
	header->version = FORMAT_VERSION;
	header->length = offset;
	header->crc =
		crc32_update(0, (const char *)front + FORMAT_CRC_FROM, length - FORMAT_CRC_FROM);
	return length;
}

/* Puts the file together, once to learn and once to write. */
static enum exitcode put_file(struct writer *writer, int fd, const char *path)
{
	struct format_section ignored[FORMAT_SECTION_COUNT];
	char quoted[MSG_QUOTED_SIZE];
	struct front front;
	size_t length;

	writer->sink->fd = -1;
	length = fill_front(writer, &front);
	sink_begin(writer->sink);
	writer->sink->fd = fd;
	sink_put(writer->sink, &front, length);
	(void)put_sections(writer, ignored);
	sink_flush(writer->sink);
	if (writer->no_memory) {
		msg_no_memory();
		return EXITCODE_INTERNAL;
	}
	if (writer->sink->write_errno == 0)
		return EXITCODE_OK;
	msg_error_errno(writer->sink->write_errno, "cannot write %s", msg_quote_name(quoted, path));
	return EXITCODE_WRITE;
}

static enum exitcode cannot_replace(const char *path)
{
	int cause = errno;
	char quoted[MSG_QUOTED_SIZE];

	if (cause == ENOMEM) {
		msg_no_memory();
		return EXITCODE_INTERNAL;
	}
	msg_error_errno(cause, "cannot write %s", msg_quote_name(quoted, path));
	return EXITCODE_WRITE;
}

static enum exitcode replace_file(struct writer *writer, const char *path)
{
	struct replace replace = {.fd = -1, .directory = -1};
	enum exitcode exitcode;

	exitcode = replace_begin(&replace, path) == 0 ? EXITCODE_OK : cannot_replace(path);
	if (exitcode == EXITCODE_OK) {
		exitcode = put_file(writer, replace.fd, path);
		if (exitcode != EXITCODE_OK)
			replace_abandon(&replace);
		else if (replace_commit(&replace) != 0)
			exitcode = cannot_replace(path);
	}
	return exitcode;
}

static enum exitcode cannot_lay_out(const char *path)
{
	char quoted[MSG_QUOTED_SIZE];

	if (errno != EFBIG)
		msg_no_memory();
	else
		msg_error("cannot write %s: the security lists of one subnet "
			  "are larger than a lookup file may hold",
			msg_quote_name(quoted, path));
	return EXITCODE_INTERNAL;
}

enum exitcode writer_write(
	struct model *model, const char *path, int64_t fetched_at, const char *source)
{
	struct writer writer = {
		.source = source,
		.sink = sink_new(-1),
		.scratch = BYTES_INIT(LIMIT_LOOKUP_FRAGMENT),
	};
	enum exitcode exitcode;

	if (layout_make(&writer.layout, model, fetched_at) != 0 || !writer.sink)
		exitcode = cannot_lay_out(path);
	else
		exitcode = replace_file(&writer, path);
	layout_free(&writer.layout);
	bytes_free(&writer.scratch);
	free(writer.sink);
	return exitcode;
}

/*
 * Writing lookup files. The file is put together twice by the same functions:
 * the first time to learn each section's length and checksum, the second time
 * to write it, header first. So a file can go down a pipe too, and is never
 * held in memory.
 */
#include "lookup/writer.h"

#include <errno.h>
#include <stdatomic.h>
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
	int64_t fetched_at;
	const char *source;
	struct sink *sink;
	struct bytes scratch;
	bool no_memory;
};

static void put_meta(struct writer *writer)
{
	struct format_meta meta = {writer->fetched_at};

	sink_put(writer->sink, &meta, sizeof(meta));
	sink_put(writer->sink, writer->source, strlen(writer->source));
}

static void put_index(struct writer *writer)
{
	const struct layout *layout = &writer->layout;
	uint32_t below = 0;

	for (size_t range = 0; range <= layout->range_count; range++) {
		while (below < layout->subnet_count &&
			format_range(layout->records[below].hash, layout->range_count) < range)
			below++;
		sink_put(writer->sink, &below, sizeof(below));
	}
}

static void put_subnets(struct writer *writer)
{
	const struct layout *layout = &writer->layout;

	sink_put(writer->sink, layout->records, layout->subnet_count * sizeof(*layout->records));
}

static void put_prefixes(struct writer *writer)
{
	const struct model *model = writer->layout.model;

	for (size_t i = 0; i < writer->layout.subnet_count; i++) {
		const struct store_subnet *subnet = &model->subnets[writer->layout.order[i]];

		if (subnet->prefix_count > 0)
			sink_put(writer->sink, &model->prefixes[subnet->prefix_first],
				subnet->prefix_count * sizeof(struct prefix));
	}
}

static void put_fragments(struct writer *writer)
{
	sink_put(writer->sink, writer->layout.fragments,
		writer->layout.sets.count * sizeof(struct format_fragment));
}

static void put_lists(struct writer *writer, size_t set)
{
	const struct model *model = writer->layout.model;
	size_t count;
	const uint32_t *lists = layout_set(&writer->layout, set, &count);

	sink_put(writer->sink, "[", 1);
	for (size_t i = 0; i < count; i++) {
		struct lookup_text json = store_bytes(model, model->lists[lists[i]].json);

		if (i > 0)
			sink_put(writer->sink, ",", 1);
		sink_put(writer->sink, json.text, json.len);
	}
	sink_put(writer->sink, "]", 1);
}

static void put_json(struct writer *writer)
{
	struct bytes *ids = &writer->scratch;

	for (size_t set = 0; set < writer->layout.sets.count; set++) {
		put_lists(writer, set);
		if (layout_set_ids(&writer->layout, set, ids) != 0)
			writer->no_memory = true;
		sink_put(writer->sink, ids->data, ids->len);
	}
}

static void put_texts(struct writer *writer)
{
	const struct layout *layout = &writer->layout;

	for (size_t i = 0; i < layout->text_count; i++) {
		struct lookup_text text = store_bytes(layout->model, layout->texts[i]);

		sink_put(writer->sink, text.text, text.len);
	}
}

static void put_all_prefixes(struct writer *writer)
{
	const struct layout *layout = &writer->layout;

	sink_put(writer->sink, layout->all_prefixes,
		layout->all_prefix_count * sizeof(struct prefix));
}

static const struct {
	uint32_t id;
	void (*put)(struct writer *writer);
} sections[] = {
	{FORMAT_META, put_meta},
	{FORMAT_INDEX, put_index},
	{FORMAT_SUBNETS, put_subnets},
	{FORMAT_PREFIXES, put_prefixes},
	{FORMAT_ALL_PREFIXES, put_all_prefixes},
	{FORMAT_FRAGMENTS, put_fragments},
	{FORMAT_JSON, put_json},
	{FORMAT_TEXT, put_texts},
};

#define SECTION_COUNT (sizeof(sections) / sizeof(sections[0]))

/* What stands before the sections. */
struct front {
	struct format_header header;
	struct format_section table[SECTION_COUNT];
};

/* Puts a section and fills it up; tells of it in entry. */
static void put_section(struct writer *writer, size_t i, struct format_section *entry)
{
	struct sink *sink = writer->sink;

	sink_begin(sink);
	sections[i].put(writer);
	sink_flush(sink);
	entry->length = sink->length;
	entry->crc = sink->crc;
	sink_put_zeros(sink, (size_t)(format_aligned(entry->length) - entry->length));
}

static void fill_front(struct writer *writer, struct front *front)
{
	struct format_header *header = &front->header;
	uint64_t offset = sizeof(*front);

	*front = (struct front){0};
	for (size_t i = 0; i < SECTION_COUNT; i++) {
		struct format_section *entry = &front->table[i];

		put_section(writer, i, entry);
		entry->id = sections[i].id;
		entry->flags = FORMAT_REQUIRED;
		entry->offset = offset;
		offset += format_aligned(entry->length);
	}
	memcpy(header->magic, FORMAT_MAGIC, FORMAT_MAGIC_SIZE);
	header->version = FORMAT_VERSION;
	header->length = offset;
	header->section_count = SECTION_COUNT;
	header->crc = crc32_update(
		0, (const char *)front + FORMAT_CRC_FROM, sizeof(*front) - FORMAT_CRC_FROM);
}

/* Puts the file together, once to learn and once to write. */
static enum exitcode put_file(struct writer *writer, int fd, const char *path)
{
	char quoted[MSG_QUOTED_SIZE];
	struct format_section ignored;
	struct front front;

	writer->sink->fd = -1;
	fill_front(writer, &front);
	sink_begin(writer->sink);
	writer->sink->fd = fd;
	sink_put(writer->sink, &front, sizeof(front));
	for (size_t i = 0; i < SECTION_COUNT; i++)
		put_section(writer, i, &ignored);
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

/* What a signal handler may have to remove; null when there is nothing. */
static const struct replace *_Atomic unfinished;

void writer_unlink_from_signal(void)
{
	const struct replace *replace = atomic_load(&unfinished);

	if (replace)
		replace_unlink_from_signal(replace);
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

	atomic_store(&unfinished, &replace);
	exitcode = replace_begin(&replace, path) == 0 ? EXITCODE_OK : cannot_replace(path);
	if (exitcode == EXITCODE_OK) {
		exitcode = put_file(writer, replace.fd, path);
		if (exitcode != EXITCODE_OK)
			replace_abandon(&replace);
		else if (replace_commit(&replace) != 0)
			exitcode = cannot_replace(path);
	}
	atomic_store(&unfinished, NULL);
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
	const struct model *model, const char *path, int64_t fetched_at, const char *source)
{
	struct writer writer = {
		.fetched_at = fetched_at,
		.source = source,
		.sink = sink_new(-1),
		.scratch = BYTES_INIT(LIMIT_LOOKUP_FRAGMENT),
	};
	enum exitcode exitcode;

	if (layout_make(&writer.layout, model) != 0 || !writer.sink)
		exitcode = cannot_lay_out(path);
	else
		exitcode = replace_file(&writer, path);
	layout_free(&writer.layout);
	bytes_free(&writer.scratch);
	free(writer.sink);
	return exitcode;
}

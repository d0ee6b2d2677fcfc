/* Lookup files from short inputs. */
#include "frame.h"

#include "deflate/crc32.h"
#include "fuzz.h"
#include "lookup/format.h"
#include "metadata.h"

#define MOST_SECTIONS (FORMAT_SECTION_COUNT + 4)

/* What an edit is told in. */
#define EDIT_SIZE 5

struct section {
	uint32_t id;
	uint32_t flags;
	struct bytes data;
};

struct frame {
	struct section sections[MOST_SECTIONS];
	size_t count;
};

/* Takes the good file apart. */
static void take_good(struct frame *frame)
{
	static struct bytes good = BYTES_INIT(SIZE_MAX / 2);
	const struct format_header *header;
	const struct format_section *table;

	if (good.len == 0)
		metadata_world(&good);
	header = (const void *)good.data;
	table = (const void *)(header + 1);
	frame->count = header->section_count;
	for (size_t i = 0; i < frame->count; i++) {
		struct section *section = &frame->sections[i];

		*section = (struct section){table[i].id, table[i].flags, BYTES_INIT(SIZE_MAX / 2)};
		fuzz_append(&section->data, good.data + table[i].offset, table[i].length);
	}
}

static void take_out(struct bytes *data, size_t at, size_t count)
{
	if (count > data->len - at)
		count = data->len - at;
	if (count != 0)
		memmove(data->data + at, data->data + at + count, data->len - at - count);
	data->len -= count;
}

static void put_in(struct bytes *data, size_t at, const uint8_t *bytes, size_t count)
{
	fuzz_append(data, bytes, count);
	if (count == 0)
		return;
	memmove(data->data + at + count, data->data + at, data->len - count - at);
	memcpy(data->data + at, bytes, count);
}

/* Changes what sections there are. */
static void change_sections(struct frame *frame, size_t number, unsigned how)
{
	struct section *section = &frame->sections[number];

	if (how % 4 == 0) {
		bytes_free(&section->data);
		memmove(section, section + 1, (--frame->count - number) * sizeof *section);
	} else if (how % 4 == 1 && frame->count < MOST_SECTIONS) {
		struct section *copy = &frame->sections[frame->count++];

		*copy = (struct section){section->id, section->flags, BYTES_INIT(SIZE_MAX / 2)};
		fuzz_append(&copy->data, section->data.data, section->data.len);
	} else if (how % 4 == 2) {
		section->id = FORMAT_ID('X', 'T', 'R', 'A');
	} else {
		section->flags ^= how / 4;
	}
}

/* Makes one edit. Returns how many bytes it took. */
static size_t edit(struct frame *frame, const uint8_t *edits, size_t len)
{
	struct section *section;
	size_t number, at, count, most = len - EDIT_SIZE;

	if (frame->count == 0)
		return len;
	number = edits[1] % frame->count;
	section = &frame->sections[number];
	at = edits[2] + edits[3] * (size_t)256;
	count = edits[4];
	if (at > section->data.len)
		at = section->data.len;
	if (edits[0] % 4 == 3) {
		change_sections(frame, number, edits[4]);
		return EDIT_SIZE;
	}
	if (edits[0] % 4 == 2) {
		take_out(&section->data, at, count);
		return EDIT_SIZE;
	}
	if (count > most)
		count = most;
	if (edits[0] % 4 == 0)
		take_out(&section->data, at, count);
	put_in(&section->data, at, edits + EDIT_SIZE, count);
	return EDIT_SIZE + count;
}

static void put_sections(struct bytes *file, const struct frame *frame)
{
	static const char zeros[FORMAT_ALIGN];

	for (size_t i = 0; i < frame->count; i++) {
		const struct section *section = &frame->sections[i];
		size_t at = sizeof(struct format_header) + i * sizeof(struct format_section);
		size_t offset = file->len;
		struct format_section entry = {section->id, section->flags, offset,
			section->data.len, crc32_update(0, section->data.data, section->data.len),
			0};

		fuzz_append(file, section->data.data, section->data.len);
		fuzz_append(file, zeros, (size_t)format_aligned(file->len) - file->len);
		memcpy(file->data + at, &entry, sizeof entry);
	}
}

/* Header and table; their checksum is made last, so that it is always right. */
static void put_frame(struct bytes *file, const struct frame *frame, const uint8_t *poke)
{
	size_t end = sizeof(struct format_header) + frame->count * sizeof(struct format_section);
	struct format_header header = {.version = FORMAT_VERSION,
		.length = file->len,
		.section_count = (uint32_t)frame->count};

	memcpy(header.magic, FORMAT_MAGIC, FORMAT_MAGIC_SIZE);
	memcpy(file->data, &header, sizeof header);
	if (poke != NULL)
		file->data[(poke[0] + poke[1] * 256u) % end] ^= (char)poke[2];
	header.crc = crc32_update(0, file->data + FORMAT_CRC_FROM, end - FORMAT_CRC_FROM);
	memcpy(file->data + offsetof(struct format_header, crc), &header.crc, sizeof header.crc);
}

void frame_make(struct bytes *file, const uint8_t *edits, size_t len, bool is_poked)
{
	static const char
		zeros[sizeof(struct format_header) + MOST_SECTIONS * sizeof(struct format_section)];
	const uint8_t *poke = NULL;
	struct frame frame;

	if (is_poked && len >= 3) {
		poke = edits;
		edits += 3;
		len -= 3;
	}
	take_good(&frame);
	while (len >= EDIT_SIZE) {
		size_t taken = edit(&frame, edits, len);

		edits += taken;
		len -= taken;
	}
	bytes_clear(file);
	fuzz_append(file, zeros,
		sizeof(struct format_header) + frame.count * sizeof(struct format_section));
	put_sections(file, &frame);
	put_frame(file, &frame, poke);
	for (size_t i = 0; i < frame.count; i++)
		bytes_free(&frame.sections[i].data);
}

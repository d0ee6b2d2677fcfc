/*
 * Reads a member's header as a machine of steps, each of which takes what it
 * needs of the input:
 *
 *   FIXED -> EXTRA_LEN -> EXTRA -> NAME -> COMMENT -> CRC
 *
 * Fields that the flags don't announce are passed over; those that are there
 * may have any length and are not kept. This is done here and not by a
 * library because ISA-L accepts reserved flags, and wants a header with a
 * checksum in one piece.
 */
#include "deflate/header.h"

#include <stdbool.h>
#include <string.h>

#include "deflate/crc32.h"

#define METHOD_DEFLATE 8

#define FLAG_CRC 0x02
#define FLAG_EXTRA 0x04
#define FLAG_NAME 0x08
#define FLAG_COMMENT 0x10
#define FLAGS_RESERVED 0xe0

enum header_step {
	STEP_FIXED,
	STEP_EXTRA_LEN,
	STEP_EXTRA,
	STEP_NAME,
	STEP_COMMENT,
	STEP_CRC,
	STEP_DONE,
};

/* The rest of the input. */
struct input {
	const uint8_t *at;
	size_t len;
};

void header_begin(struct header *header)
{
	*header = (struct header){.step = STEP_FIXED};
}

static void take(struct header *header, struct input *input, size_t len)
{
	header->crc = crc32_update(header->crc, input->at, len);
	input->at += len;
	input->len -= len;
}

/* Takes what a field of len bytes lacks; returns true if it is complete. */
static bool fill_field(struct header *header, struct input *input, size_t len)
{
	size_t lacks = len - header->field_len;

	if (lacks > input->len)
		lacks = input->len;
	memcpy(header->field + header->field_len, input->at, lacks);
	header->field_len += lacks;
	take(header, input, lacks);
	return header->field_len == len;
}

static unsigned field_number(const struct header *header)
{
	return header->field[0] | (unsigned)header->field[1] << 8;
}

/* Goes to the first step, from step on, that the flags announce. */
static void go_on_from(struct header *header, enum header_step step)
{
	static const struct {
		enum header_step step;
		uint8_t flag;
	} fields[] = {
		{STEP_EXTRA_LEN, FLAG_EXTRA},
		{STEP_NAME, FLAG_NAME},
		{STEP_COMMENT, FLAG_COMMENT},
		{STEP_CRC, FLAG_CRC},
	};

	header->field_len = 0;
	header->step = STEP_DONE;
	for (size_t i = sizeof(fields) / sizeof(fields[0]); i > 0; i--)
		if (fields[i - 1].step >= step && (header->flags & fields[i - 1].flag))
			header->step = (int)fields[i - 1].step;
}

static void refuse(struct header *header, enum header_fault fault, size_t back)
{
	header->fault = fault;
	header->fault_back = back;
}

/*
 * Judges the byte of the fixed fields that was read last, so that what is
 * found wrong does not depend on what follows it.
 */
static void judge_fixed(struct header *header)
{
	size_t len = header->field_len;
	uint8_t byte = header->field[len - 1];

	if (len == 1)
		return;
	if (len == 2 && (header->field[0] != HEADER_MAGIC_1 || byte != HEADER_MAGIC_2))
		refuse(header, HEADER_NO_MAGIC, len);
	else if (len == 3 && byte != METHOD_DEFLATE)
		refuse(header, HEADER_BAD_METHOD, 1);
	else if (len == 4 && (byte & FLAGS_RESERVED))
		refuse(header, HEADER_BAD_FLAGS, 1);
}

static void run_fixed(struct header *header, struct input *input)
{
	(void)fill_field(header, input, header->field_len + 1);
	judge_fixed(header);
	if (header->field_len < HEADER_FIXED_LEN)
		return;
	header->flags = header->field[3];
	go_on_from(header, STEP_EXTRA_LEN);
}

static void run_extra_len(struct header *header, struct input *input)
{
	if (!fill_field(header, input, 2))
		return;
	header->extra_left = field_number(header);
	header->step = STEP_EXTRA;
	if (header->extra_left == 0)
		go_on_from(header, STEP_NAME);
}

static void run_extra(struct header *header, struct input *input)
{
	size_t len = header->extra_left;

	if (len > input->len)
		len = input->len;
	take(header, input, len);
	header->extra_left -= len;
	if (header->extra_left == 0)
		go_on_from(header, STEP_NAME);
}

/* A name or a comment: any number of bytes and a NUL. */
static void run_text(struct header *header, struct input *input)
{
	const uint8_t *nul = memchr(input->at, '\0', input->len);

	if (!nul) {
		take(header, input, input->len);
		return;
	}
	take(header, input, (size_t)(nul - input->at) + 1);
	go_on_from(header, header->step == STEP_NAME ? STEP_COMMENT : STEP_CRC);
}

static void run_crc(struct header *header, struct input *input)
{
	uint32_t crc = header->crc;

	if (!fill_field(header, input, 2)) {
		header->crc = crc;
		return;
	}
	if (field_number(header) != (crc & 0xffff))
		refuse(header, HEADER_BAD_CRC, 2);
	header->step = STEP_DONE;
}

static void run_step(struct header *header, struct input *input)
{
	static void (*const runs[])(struct header *, struct input *) = {
		[STEP_FIXED] = run_fixed,
		[STEP_EXTRA_LEN] = run_extra_len,
		[STEP_EXTRA] = run_extra,
		[STEP_NAME] = run_text,
		[STEP_COMMENT] = run_text,
		[STEP_CRC] = run_crc,
	};

	runs[header->step](header, input);
}

enum header_result header_run(struct header *header, const uint8_t **in, size_t *in_len)
{
	struct input input = {*in, *in_len};

	while (input.len > 0 && header->step != STEP_DONE && header->fault == HEADER_INTACT)
		run_step(header, &input);
	*in = input.at;
	*in_len = input.len;
	if (header->fault != HEADER_INTACT)
		return HEADER_BAD;
	return header->step == STEP_DONE ? HEADER_DONE : HEADER_MORE;
}

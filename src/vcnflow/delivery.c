/*
 * Delivering in order. A bad record is named only when its input has shown a
 * good one: an input that holds none at all is named once instead, as holding
 * no flow-log record.
 */
#include "vcnflow/delivery.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/msg.h"
#include "vcnflow/pipeline_order.h"
#include "vcnflow/throughput.h"

/* Room for what the input may be. */
#define HINT_SIZE 160

/* How many conversations are written at once: some 250 KiB. */
#define SUMS_AT_ONCE ((size_t)512)

/* How many parts of them a thread sorts, at least, before another may go on. */
#define SUMS_PARTS ((size_t)16)

void delivery_init(struct delivery *delivery, const struct options *options, struct output *output,
	int rejects)
{
	memset(delivery, 0, sizeof *delivery);
	delivery->options = options;
	delivery->output = output;
	delivery->rejects = rejects;
	delivery->gathered = (struct bytes)BYTES_INIT(LIMIT_REJECTS);
	conversations_init(&delivery->sums);
	delivery->unknown = (struct textset)TEXTSET_INIT(
		options->list_subnets ? SIZE_MAX : LIMIT_UNKNOWN_SUBNETS);
}

void delivery_free(struct delivery *delivery)
{
	free(delivery->path);
	free(delivery->walk_sums);
	textset_free(&delivery->unknown);
	bytes_free(&delivery->gathered);
	conversations_free(&delivery->sums);
}

static int stop(struct delivery *delivery, enum delivery_end end)
{
	if (delivery->end == DELIVERY_GOES_ON)
		delivery->end = end;
	return -1;
}

/* The input's name, quoted. */
static const char *input_name(const struct delivery *delivery, char quoted[MSG_QUOTED_SIZE])
{
	return delivery->path == NULL ? "standard input" : msg_quote_name(quoted, delivery->path);
}

/* Another directory, or none, is being read. */
static void begin_walk(struct delivery *delivery, size_t walk)
{
	free(delivery->walk_sums);
	delivery->walk_sums = NULL;
	delivery->walk_has_records = false;
	delivery->walk_is_told = false;
	delivery->walk = walk;
}

void delivery_begin(struct delivery *delivery, char *path, size_t walk)
{
	if (walk != delivery->walk)
		begin_walk(delivery, walk);
	free(delivery->path);
	delivery->path = path;
	delivery->inputs++;
	delivery->lines = 0;
	memset(&delivery->input, 0, sizeof delivery->input);
	delivery->shown_good = false;
	delivery->pending_count = 0;
	delivery->form = FORM_NONE;
	delivery->is_run = false;
	delivery->page_follows = false;
	delivery->mib = UINT64_MAX;
}

/* Notes why the output was not written. */
static int stop_output(struct delivery *delivery)
{
	switch (delivery->output->state) {
	case OUTPUT_INTERRUPTED:
		return stop(delivery, DELIVERY_INTERRUPTED);
	case OUTPUT_NO_MEMORY:
		return stop(delivery, DELIVERY_NO_MEMORY);
	default:
		return stop(delivery, DELIVERY_UNWRITTEN);
	}
}

int delivery_write(struct delivery *delivery, struct iovec *pieces, size_t count, size_t raw_len,
	bool begins_record)
{
	if (delivery->end != DELIVERY_GOES_ON)
		return -1;
	if (output_write(delivery->output, pieces, count, raw_len, begins_record) == 0)
		return 0;
	return stop_output(delivery);
}

/* How many pieces of a length make count. */
static size_t pieces_of(size_t count, size_t length)
{
	return count / length + (count % length != 0);
}

static size_t end_of_piece(size_t number, size_t length, size_t count)
{
	return count / length > number ? (number + 1) * length : count;
}

/* Sorts a piece of the sums; of it there is no text. */
static int sort_sums(void *context, size_t number, struct bytes *text)
{
	struct delivery *delivery = context;
	const size_t end = end_of_piece(number, SUMS_PARTS, delivery->sums.part_count);

	(void)text;
	for (size_t i = number * SUMS_PARTS; i < end; i++)
		conversations_sort_part(&delivery->sums, i);
	return 0;
}

/* Makes lines of a piece of the sums. */
static int make_sums(void *context, size_t number, struct bytes *text)
{
	const struct delivery *delivery = context;
	const size_t end = end_of_piece(number, SUMS_AT_ONCE, delivery->sums.count);
	struct conversation_writer writer = {.out = text};
	struct conversation conversation;

	for (size_t i = number * SUMS_AT_ONCE; i < end; i++) {
		conversations_get(&delivery->sums, i, &conversation);
		if (conversation_write(&writer, &conversation) < 0)
			return -1;
	}
	return 0;
}

static int write_sums(void *context, const struct bytes *text)
{
	struct delivery *delivery = context;

	if (text->len == 0 || output_write_plain(delivery->output, text->data, text->len) == 0)
		return 0;
	return stop_output(delivery);
}

/* What is not written, or not said otherwise, was for want of memory. */
int delivery_sums(struct delivery *delivery)
{
	const unsigned threads = delivery->options->threads;
	struct conversations *sums = &delivery->sums;
	struct pipeline_order order = {.context = delivery, .take = write_sums};
	int failed = conversations_sort_begin(sums);

	if (failed == 0) {
		order.count = pieces_of(sums->part_count, SUMS_PARTS);
		order.make = sort_sums;
		failed = pipeline_run_order(&order, threads);
	}
	if (failed == 0) {
		order.count = pieces_of(sums->count, SUMS_AT_ONCE);
		order.make = make_sums;
		failed = pipeline_run_order(&order, threads);
	}
	if (failed < 0 && delivery->output->state == OUTPUT_GOOD)
		(void)stop(delivery, DELIVERY_NO_MEMORY);
	delivery->conversations += sums->count;
	conversations_clear(sums);
	return failed;
}

/* Adds what a block summed. Before each MiB of an input it is asked whether the
 * table is full, so that what is written when depends on the input alone. */
static int add_sums(struct delivery *delivery, struct summing *summing)
{
	for (size_t i = 0; i < summing->count; i++) {
		struct summing_part *part = &summing->parts[i];

		if (part->mib != delivery->mib &&
			conversations_cost(&delivery->sums) >= delivery->options->table_size &&
			delivery_sums(delivery) < 0)
			return -1;
		delivery->mib = part->mib;
		if (conversations_merge(&delivery->sums, &part->table) < 0)
			return stop(delivery, DELIVERY_NO_MEMORY);
	}
	return 0;
}

/* Writes the rejects that were gathered. */
static int flush_rejects(struct delivery *delivery)
{
	struct bytes *gathered = &delivery->gathered;
	int failed = io_write_all(delivery->rejects, gathered->data, gathered->len);

	bytes_clear(gathered);
	if (failed == 0)
		return 0;
	delivery->errno_value = errno;
	delivery->unwritable = true;
	return stop(delivery, DELIVERY_UNWRITTEN);
}

/* Gathers rejects: millions of short ones would be as many calls of write(2). */
static int write_rejects(struct delivery *delivery, const char *data, size_t len)
{
	struct bytes *gathered = &delivery->gathered;

	while (len > 0) {
		size_t room = LIMIT_REJECTS - gathered->len;
		size_t part = len < room ? len : room;

		if (bytes_append(gathered, data, part))
			return stop(delivery, DELIVERY_NO_MEMORY);
		delivery->rejects_in_line = data[part - 1] != '\n';
		data += part;
		len -= part;
		if (gathered->len == LIMIT_REJECTS && flush_rejects(delivery))
			return -1;
	}
	return 0;
}

/* Bad records as they stood, each ending in a line feed; all that the block has. */
static int deliver_rejects(
	struct delivery *delivery, const struct block *block, const struct result *result)
{
	bool whole = block->kind != BLOCK_PIECE || block->last;

	for (size_t i = 0; i < result->reject_count; i++) {
		const struct reject *reject = &result->rejects[i];

		if (write_rejects(delivery, block->text + reject->offset, reject->len))
			return -1;
		if (whole && delivery->rejects_in_line && write_rejects(delivery, "\n", 1))
			return -1;
	}
	return flush_rejects(delivery);
}

/* What the input may be instead, and what to do about it; or nothing. */
static const char *hint(const struct delivery *delivery, char text[HINT_SIZE])
{
	if (delivery->form != FORM_NONE)
		(void)snprintf(text, HINT_SIZE, "; it looks like %s", form_text(delivery->form));
	else
		(void)snprintf(text, HINT_SIZE, "%s",
			!delivery->is_run || delivery->shown_good
				? ""
				: "; it may be a run of JSON values, try --framing json");
	return text;
}

/* Under --strict it is what ends the run, and an error. */
static void name_bad(struct delivery *delivery, const struct mark *mark, bool is_line)
{
	char quoted[MSG_QUOTED_SIZE], text[HINT_SIZE];
	const char *name = input_name(delivery, quoted);
	const char *unit = is_line ? "line" : "record";

	if (delivery->named++ >= LIMIT_BAD_NAMED)
		return;
	if (delivery->options->strict)
		msg_error("bad record in %s, %s %" PRIu64 ": %s%s", name, unit, mark->place,
			mark->reason, hint(delivery, text));
	else
		msg_warning("bad record in %s, %s %" PRIu64 ": %s", name, unit, mark->place,
			mark->reason);
}

/* Notes the block's bad records by their place in the input. */
static void add_marks(
	struct delivery *delivery, const struct block *block, const struct result *result)
{
	bool is_line = block->kind == BLOCK_LINES || (block->kind == BLOCK_PIECE && block->is_line);
	uint64_t base = 1 + (is_line ? delivery->lines : tally_records(&delivery->input));

	for (size_t i = 0; i < result->mark_count; i++) {
		struct mark mark = result->marks[i];
		size_t slot = delivery->pending_count;

		if (slot == LIMIT_BAD_NAMED)
			return;
		mark.place += base;
		delivery->pending[slot] = mark;
		delivery->pending_is_line[slot] = is_line;
		delivery->pending_count++;
	}
}

static void name_pending(struct delivery *delivery)
{
	for (size_t i = 0; i < delivery->pending_count; i++)
		name_bad(delivery, &delivery->pending[i], delivery->pending_is_line[i]);
	delivery->pending_count = 0;
}

static int add_unknown(struct delivery *delivery, const struct textset *set)
{
	for (size_t i = 0; i < set->count; i++) {
		size_t len;
		const char *text = textset_text(set, i, &len);

		switch (textset_add(&delivery->unknown, text, len)) {
		case TEXTSET_FULL:
			delivery->unknown_more = true;
			break;
		case TEXTSET_NO_MEMORY:
			return stop(delivery, DELIVERY_NO_MEMORY);
		default:
			break;
		}
	}
	return 0;
}

/* Adds the counts of a block up. */
static int count_block(
	struct delivery *delivery, const struct block *block, const struct result *result)
{
	uint64_t records = tally_records(&result->tally);

	delivery->form = block->form;
	delivery->is_run = delivery->is_run || result->is_run;
	delivery->page_follows =
		delivery->page_follows || block->page_follows || result->page_follows;
	add_marks(delivery, block, result);
	if (records > result->tally.fates[FATE_BAD])
		delivery->shown_good = true;
	if (delivery->shown_good && delivery->form == FORM_NONE)
		name_pending(delivery);
	tally_add(&delivery->input, &result->tally);
	tally_add(&delivery->tally, &result->tally);
	delivery->lines += result->lines;
	return add_unknown(delivery, &result->unknown);
}

static void name_unsuitable(const struct delivery *delivery, const struct result *result)
{
	char quoted[MSG_QUOTED_SIZE];

	msg_error("a conversation in %s, line %" PRIu64 ": %s", input_name(delivery, quoted),
		delivery->lines - result->lines + result->unsuitable_line + 1, result->unsuitable);
}

int delivery_block(struct delivery *delivery, const struct block *block, struct result *result)
{
	if (delivery->end != DELIVERY_GOES_ON)
		return -1;
	if (count_block(delivery, block, result))
		return -1;
	for (size_t i = 0; i < 2; i++)
		delivery->seen[i] |= result->seen[i];
	if (add_sums(delivery, &result->summing) < 0)
		return -1;
	if (delivery->rejects >= 0 && deliver_rejects(delivery, block, result))
		return -1;
	switch (result->state) {
	case RESULT_COMPLETE:
		return 0;
	case RESULT_UNSUITABLE:
		name_unsuitable(delivery, result);
		return stop(delivery, DELIVERY_UNSUITABLE);
	case RESULT_STOPPED:
		name_pending(delivery);
		return stop(delivery, DELIVERY_STRICT);
	case RESULT_LOOKUP_LOST:
		return stop(delivery, DELIVERY_LOOKUP_LOST);
	case RESULT_NO_MEMORY:
		return stop(delivery, DELIVERY_NO_MEMORY);
	case RESULT_REFUSED:
		break;
	}
	return stop(delivery, DELIVERY_UNWRITTEN);
}

/* Says what is wrong with the input as a whole. Returns whether something is,
 * so that the input counts as unreadable or damaged. */
static bool report_fault(const struct delivery *delivery, const struct source_report *report)
{
	char quoted[MSG_QUOTED_SIZE];
	const char *name = input_name(delivery, quoted);

	if (report->read_errno != 0) {
		msg_error_errno(report->read_errno, "cannot read %s", name);
		return true;
	}
	if (report->gzip.damage == GUNZIP_INTACT)
		return false;
	msg_error("damaged input %s, member %" PRIu64 ", byte %" PRIu64 ": %s", name,
		report->gzip.member, report->gzip.offset, gunzip_damage_text(report->gzip.damage));
	return true;
}

/*
 * Says that an input is empty, that it holds nothing but bad records, or that it
 * is of another form and therefore holds some.
 */
static void report_nothing(const struct delivery *delivery, const struct source_report *report)
{
	char quoted[MSG_QUOTED_SIZE], text[HINT_SIZE];
	const char *name = input_name(delivery, quoted);
	uint64_t bad = delivery->input.fates[FATE_BAD];

	if (report->bytes_in == 0)
		msg_warning("%s is empty", name);
	else if (bad != 0 && (!delivery->shown_good || delivery->form != FORM_NONE))
		msg_warning("%s holds %s: %" PRIu64 " bad, the first at %s %" PRIu64 ": %s%s", name,
			delivery->shown_good ? "more than flow-log records" : "no flow-log record",
			bad, delivery->pending_is_line[0] ? "line" : "record",
			delivery->pending[0].place, delivery->pending[0].reason,
			hint(delivery, text));
	if (delivery->page_follows)
		msg_warning("a search document in %s says that another page follows "
			    "(opc-next-page): get that one, too",
			name);
}

/*
 * Under --conversations: warns, once a directory, if sums lie in it among flow
 * logs, as those of an earlier run do that were written there. Who names such a
 * file himself means it. The input at hand ends: its path is not needed further.
 */
static void note_sums(struct delivery *delivery)
{
	uint64_t records = tally_judged(&delivery->input);
	char quoted[MSG_QUOTED_SIZE];

	if (!delivery->options->conversations || delivery->walk == 0 || delivery->walk_is_told)
		return;
	delivery->walk_has_records |= records > 0;
	if (delivery->walk_sums == NULL && delivery->input.fates[FATE_EMITTED] > records) {
		delivery->walk_sums = delivery->path;
		delivery->path = NULL;
	}
	if (delivery->walk_sums == NULL || !delivery->walk_has_records)
		return;
	delivery->walk_is_told = true;
	msg_warning("%s holds conversations and lies among flow logs: if it sums these up, they "
		    "count twice",
		msg_quote_name(quoted, delivery->walk_sums));
}

int delivery_end_input(struct delivery *delivery, const struct source_report *report)
{
	bool fault;

	if (delivery->end != DELIVERY_GOES_ON)
		return -1;
	delivery->bytes_in += report->bytes_in;
	delivery->bytes_inflated += report->bytes_inflated;
	fault = report_fault(delivery, report);
	if (fault)
		delivery->faulty = true;
	delivery->form = report->form;
	if (report->read_errno == 0)
		report_nothing(delivery, report);
	note_sums(delivery);
	return fault && delivery->options->strict ? stop(delivery, DELIVERY_STRICT) : 0;
}

int delivery_message(struct delivery *delivery, enum inputs_kind kind, char *text)
{
	if (delivery->end == DELIVERY_GOES_ON) {
		if (kind == INPUTS_WARNING)
			msg_warning("%s", text);
		else
			msg_error("%s", text);
	}
	free(text);
	if (kind == INPUTS_WARNING)
		return 0;
	if (kind == INPUTS_CLASH)
		return stop(delivery, DELIVERY_CLASH);
	delivery->faulty = true;
	return delivery->options->strict ? stop(delivery, DELIVERY_STRICT) : 0;
}

void delivery_progress(struct delivery *delivery, uint64_t bytes_in)
{
	throughput_update(delivery->bytes_in + bytes_in, tally_records(&delivery->tally));
}

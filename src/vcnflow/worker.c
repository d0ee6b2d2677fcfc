/*
 * A block's records, one after another. A bad record costs itself; where a
 * line is an array, its elements are told apart by brackets and quotes, and
 * one that does not balance costs the rest of its line.
 *
 * If the lookup file shrinks while it is read, the kernel's signal is turned
 * into a jump out of the block; what was emitted of it before stays.
 */
#include "vcnflow/worker.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/inline.h"
#include "flowlog/tag.h"
#include "vcnflow/emit.h"
#include "vcnflow/judging.h"
#include "vcnflow/listcache.h"
#include "vcnflow/select.h"
#include "vcnflow/summing.h"
#include "vcnflow/table.h"
#include "vcnflow/unknown.h"
#include "json/space.h"
#include "json/span.h"

struct worker {
	struct worker_shared shared;
	struct json_parser *parser;
	struct listcache *listcache;               /* null: there is no lookup file */
	struct judging *judging;                   /* null: records are not judged */
	struct conversation_reader *conversations; /* null: they are no input */
	const struct lookup_text *lists;           /* of tags, if known; null: none are carried */
	const struct prefixset *internal;          /* null: it is no matter what is internal */
	bool has_more;                             /* add_more has something to do */
	bool has_peer_names;                       /* a name of the other side is asked for */
	struct tag_hints hints;

	/* of the record at hand */
	struct record record;
	struct tags tags;
	struct emit_more more;
	enum record_member time; /* what --time-field says; RECORD_MEMBERS: days don't matter */

	/* of the block at hand */
	struct block *block;
	struct result *result;
	struct outbuf *out;
	struct table_room table;   /* under --fields */
	struct bytes original;     /* of a unit, before its marks were made blanks */
	const char *begin;         /* of the value at hand, in the block */
	bool expects_conversation; /* the last line was one */
	struct select_days days;   /* of emitted records */
};

/* Where worker_lookup_lost jumps to, in this thread. */
static _Thread_local sigjmp_buf *lookup_lost;

static const char conversation_line[] = "it is a conversation: --conversations takes it";
static const char conversation_value[] = "a conversation is read as a line only";
static const char no_time[] = "its time is unreadable";
static const char after_value[] = "no comma after an element of an array";

struct worker *worker_new(const struct worker_shared *shared)
{
	struct worker *worker = calloc(1, sizeof *worker);

	if (worker == NULL)
		return NULL;
	worker->shared = *shared;
	worker->table = (struct table_room){
		.cell = BYTES_INIT(SIZE_MAX / 2), .text = BYTES_INIT(SIZE_MAX / 2)};
	worker->original = (struct bytes)BYTES_INIT(SIZE_MAX / 2);
	worker->parser = json_parser_new();
	worker->time = RECORD_MEMBERS;
	if (shared->lookup != NULL) {
		worker->listcache = listcache_new();
		worker->time = select_time_member(shared->options->time_field);
	}
	if (shared->options->security_lists == LISTS_FULL)
		worker->lists = &worker->tags.subnet.lists;
	else if (shared->options->security_lists == LISTS_IDS)
		worker->lists = &worker->tags.subnet.ids;
	if (!shared->options->conversations || shared->options->traffic != TRAFFIC_ANY)
		worker->internal = &shared->options->internal;
	worker->has_more = options_judge(shared->options) || shared->options->names ||
			   shared->options->list_subnets || shared->options->field_count != 0;
	worker->has_peer_names = shared->options->names;
	for (size_t i = 0; i < shared->options->field_count; i++) {
		enum table_kind kind = shared->options->fields[i].kind;

		worker->has_peer_names |= kind == TABLE_NAMES || kind == TABLE_PEER_SUBNET_NAME;
	}
	if (options_judge(shared->options))
		worker->judging = judging_new(shared->lookup);
	if (shared->options->conversations)
		worker->conversations = conversation_reader_new();
	if (worker->parser == NULL ||
		(shared->options->conversations && worker->conversations == NULL) ||
		(shared->lookup != NULL && worker->listcache == NULL) ||
		(options_judge(shared->options) && worker->judging == NULL)) {
		worker_free(worker);
		return NULL;
	}
	return worker;
}

void worker_free(struct worker *worker)
{
	if (worker == NULL)
		return;
	json_parser_free(worker->parser);
	listcache_free(worker->listcache);
	judging_free(worker->judging);
	conversation_reader_free(worker->conversations);
	bytes_free(&worker->table.cell);
	bytes_free(&worker->table.text);
	bytes_free(&worker->original);
	free(worker);
}

void worker_lookup_lost(void *unused)
{
	(void)unused;
	if (lookup_lost != NULL)
		siglongjmp(*lookup_lost, 1);
}

static bool going_on(const struct worker *worker)
{
	return worker->result->state == RESULT_COMPLETE;
}

static void no_memory(struct worker *worker)
{
	worker->result->state = RESULT_NO_MEMORY;
}

/* Remembers a bad record's bytes. */
static void add_reject(struct worker *worker, size_t offset, size_t len)
{
	struct result *result = worker->result;

	if (!worker->shared.options->flowlog.keep_bad)
		return;
	if (result->reject_count == result->reject_room) {
		size_t room = result->reject_room ? result->reject_room * 2 : 64;
		struct reject *rejects = realloc(result->rejects, room * sizeof *rejects);

		if (rejects == NULL) {
			no_memory(worker);
			return;
		}
		result->rejects = rejects;
		result->reject_room = room;
	}
	result->rejects[result->reject_count++] = (struct reject){offset, len};
}

/* Counts text[0..len) of the block as a bad record, and names it. */
static void count_bad(struct worker *worker, const char *text, size_t len, const char *reason)
{
	struct result *result = worker->result;
	uint64_t place =
		worker->block->kind == BLOCK_UNITS ? tally_records(&result->tally) : result->lines;

	if (result->mark_count < LIMIT_BAD_NAMED)
		result->marks[result->mark_count++] = (struct mark){place, reason};
	result->tally.fates[FATE_BAD]++;
	if (worker->block->kind == BLOCK_LINES && !result->is_run)
		result->is_run = block_is_run(text, len);
	add_reject(worker, (size_t)(text - worker->block->text), len);
	if (worker->shared.options->strict && going_on(worker))
		result->state = RESULT_STOPPED;
}

/* Counts the subnet of an emitted record that the lookup file lacks. */
static OUT_OF_LINE void count_unknown(struct worker *worker)
{
	struct result *result = worker->result;
	const struct json_value *value = &worker->record.values[RECORD_SUBNET];

	result->tally.unknown_subnet++;
	if (value->type != JSON_STRING)
		return;
	if (unknown_add(&result->unknown, value))
		no_memory(worker);
}

/* The lists, where they can be pointed at if the output takes that. */
static inline void point_at_lists(struct worker *worker)
{
	const struct lookup_text *text = worker->tags.known ? worker->lists : NULL;
	const char *copy = NULL;

	if (text == NULL) {
		worker->more.lists = (struct emit_lists){"[]", 2, false};
		return;
	}
	if (worker->out->inserts != NULL)
		copy = listcache_get(worker->listcache, text);
	worker->more.lists =
		(struct emit_lists){copy != NULL ? copy : text->text, text->len, copy != NULL};
}

/* Notes a day that was not among those noted before. */
static OUT_OF_LINE void note_other_day(struct worker *worker)
{
	const struct json_value *time = &worker->record.values[worker->time];
	enum time_field field = worker->shared.options->time_field;
	int64_t day;

	if (time->type == JSON_ABSENT || select_day(&day, field, time) < 0)
		return;
	select_days_add(&worker->days, field, time);
	tally_date(&worker->result->tally, day);
}

/* Notes the day of an emitted record, to be compared with the metadata's. */
static inline void note_day(struct worker *worker)
{
	if (worker->time != RECORD_MEMBERS &&
		!select_days_have(&worker->days, &worker->record.values[worker->time]))
		note_other_day(worker);
}

/* The names of a subnet, if it is known, and of the one where the other side is. */
static void find_names(struct worker *worker)
{
	const struct lookup *lookup = worker->shared.lookup;
	const struct tags *tags = &worker->tags;
	const struct address *peer = tags->direction == DIRECTION_EGRESS
					     ? &tags->destination_address
					     : &tags->source_address;
	struct emit_names *names = &worker->more.names;
	struct lookup_names others;
	uint32_t subnet;

	*names = (struct emit_names){0};
	if (!tags->known)
		return;
	lookup_subnet_names(lookup, tags->subnet.number, &names->own);
	if (!worker->has_peer_names || tags->direction == DIRECTION_NONE ||
		peer->family == ADDRESS_NONE)
		return;
	subnet = lookup_find_block(lookup, tags->subnet.vcn, peer);
	if (subnet == LOOKUP_NONE)
		return;
	lookup_subnet_names(lookup, subnet, &others);
	names->peer_subnet = others.subnet;
}

/* Puts what came of summing a record, or a conversation, into the counts. */
static void count_summed(struct worker *worker, enum summing_result summed)
{
	if (summed == SUMMING_NO_MEMORY)
		no_memory(worker);
	else
		worker->result->tally.fates[summed == SUMMING_OK ? FATE_EMITTED : FATE_LEFT_OUT]++;
}

/* The table that the value at hand belongs to; null after memory ran out. */
static struct conversations *table_of(struct worker *worker)
{
	uint64_t offset = worker->block->offset + (uint64_t)(worker->begin - worker->block->text);
	struct conversations *table = summing_table(&worker->result->summing, offset);

	if (table == NULL)
		no_memory(worker);
	return table;
}

/* A record that is selected, under --conversations. */
static void sum(struct worker *worker, const struct judgement *judgement)
{
	struct conversations *table = table_of(worker);
	enum summing_result summed;

	if (table == NULL)
		return;
	summed = summing_record(table, worker->shared.options, &worker->record, &worker->tags,
		judging_judged(worker->judging), judgement);
	count_summed(worker, summed);
	if (!worker->tags.known)
		count_unknown(worker);
	if (summed != SUMMING_OK)
		return;
	worker->result->tally.judged[judgement->verdict]++;
	note_day(worker);
}

/*
 * A line that may be a conversation, which is summed again. Returns false if it
 * is none.
 */
static bool take_conversation(struct worker *worker, const char *text, size_t len)
{
	const struct options *options = worker->shared.options;
	struct result *result = worker->result;
	struct conversation conversation;
	struct conversations *table;
	enum fate fate;
	size_t line_len;

	switch (conversation_read(worker->conversations, text, len, &conversation, &line_len)) {
	case CONVERSATION_OK:
		break;
	case CONVERSATION_NO_MEMORY:
		no_memory(worker);
		return true;
	default:
		return false;
	}
	result->unsuitable = summing_unsuitable(options, &conversation);
	if (result->unsuitable != NULL) {
		result->unsuitable_line = result->lines;
		result->state = RESULT_UNSUITABLE;
		return true;
	}
	fate = select_conversation(options, &conversation);
	if (fate != FATE_EMITTED) {
		result->tally.fates[fate]++;
		return true;
	}
	table = table_of(worker);
	if (table != NULL)
		count_summed(worker, summing_again(table, options, &conversation));
	return true;
}

/*
 * A value that is no flow-log record: under --conversations it may be one of
 * those, if it is a line. Returns true if it was taken.
 */
static bool take_other(struct worker *worker, const char *text, size_t len)
{
	worker->expects_conversation = worker->conversations != NULL &&
				       worker->block->kind == BLOCK_LINES &&
				       take_conversation(worker, text, len);
	return worker->expects_conversation;
}

/* Counts a record that is selected. */
static inline void count_emitted(struct worker *worker)
{
	worker->result->tally.fates[FATE_EMITTED]++;
	if (!worker->tags.known)
		count_unknown(worker);
	note_day(worker);
}

/* Ends a record that was written. */
static inline void end_record(struct worker *worker)
{
	const struct options *options = worker->shared.options;
	struct outbuf *out = worker->out;

	if (options->format != OUTPUT_ARRAY)
		outbuf_put(out, "\n", 1);
	else
		outbuf_end_element(out);
	if (options->line_buffered)
		outbuf_flush(out);
	if (out->failed)
		worker->result->state = RESULT_REFUSED;
}

static inline void emit(struct worker *worker)
{
	count_emitted(worker);
	point_at_lists(worker);
	emit_record(worker->out, worker->shared.options, worker->shared.plan, &worker->record,
		&worker->tags, &worker->more);
	end_record(worker);
}

/* The same as fields. */
static void emit_fields(struct worker *worker)
{
	count_emitted(worker);
	if (table_record(worker->out, worker->shared.options, &worker->record, &worker->tags,
		    &worker->more, &worker->table) < 0)
		no_memory(worker);
	end_record(worker);
}

/*
 * What else is done with a selected record, or instead of emitting it, where the
 * options ask for it. Returns true if it is still to be emitted; else it was
 * counted.
 */
static OUT_OF_LINE bool add_more(struct worker *worker)
{
	const struct options *options = worker->shared.options;
	struct tally *tally = &worker->result->tally;
	const struct judgement *judgement;
	enum fate fate;

	if (worker->judging != NULL) {
		judgement =
			options->conversations
				? judging_verdict(worker->judging, &worker->record, &worker->tags)
				: judging_record(worker->judging, &worker->record, &worker->tags);
		fate = select_judgement(options, judgement);
		if (fate != FATE_EMITTED) {
			tally->fates[fate]++;
			if (judgement != NULL)
				tally->others[judgement->verdict]++;
			return false;
		}
		if (options->conversations) {
			sum(worker, judgement);
			return false;
		}
		if (judgement != NULL)
			tally->judged[judgement->verdict]++;
		worker->more.rules = (struct emit_rules){worker->judging, judgement};
	}
	if (options->list_subnets) {
		count_emitted(worker);
		return false;
	}
	if (options->names || options->fields_named)
		find_names(worker);
	if (options->field_count == 0)
		return true;
	emit_fields(worker);
	return false;
}

/* A record that is valid: select, tag, emit. Returns false if it is bad. */
static bool take_record(struct worker *worker)
{
	const struct options *options = worker->shared.options;
	enum fate fate = select_record(options, &worker->record);

	if (fate == FATE_BAD)
		return false;
	if (fate == FATE_EMITTED) {
		tag_record(&worker->tags, &worker->record, worker->internal, worker->shared.lookup,
			worker->shared.plan->has_flow, &worker->hints);
		fate = select_tags(options, &worker->record, &worker->tags);
	}
	if (fate != FATE_EMITTED)
		worker->result->tally.fates[fate]++;
	else if (!worker->has_more || add_more(worker))
		emit(worker);
	return true;
}

/* What is wrong with a bad record, which may look like a line of --conversations. */
static const char *fault_of(
	const struct worker *worker, const char *text, size_t len, const char *reason)
{
	static const char ports[] = "\"client_ports\"", began[] = "\"began\"";
	const char *fault;

	if (memmem(text, len, ports, strlen(ports)) == NULL ||
		memmem(text, len, began, strlen(began)) == NULL)
		return reason;
	if (worker->conversations == NULL)
		return conversation_line;
	if (worker->block->kind != BLOCK_LINES)
		return conversation_value;
	fault = conversation_fault(worker->conversations);
	return fault != NULL ? fault : reason;
}

static void take_value(struct worker *worker, const char *text, size_t len, enum record_wrap wrap);

/* The rows of a search document that is valid as a whole. */
static void take_rows(struct worker *worker)
{
	struct json_value rows = record_rows(&worker->record);
	size_t at = 1;

	if (record_page_follows(&worker->record))
		worker->result->page_follows = true;

	while (going_on(worker)) {
		size_t end;

		at = json_skip_space(rows.text, at, rows.len);
		if (rows.text[at] == ',')
			at = json_skip_space(rows.text, at + 1, rows.len);
		if (rows.text[at] == ']')
			return;
		end = span_end(rows.text, at, rows.len);
		take_value(worker, rows.text + at, end - at, WRAP_ROW);
		at = end;
	}
}

/* One value, not too long: a record, wrapped or not, or a search document. */
static void take_value(struct worker *worker, const char *text, size_t len, enum record_wrap wrap)
{
	const char *reason = NULL;

	worker->begin = text;
	if (worker->expects_conversation && take_other(worker, text, len))
		return;
	switch (record_read(
		&worker->record, worker->shared.plan, worker->parser, text, len, wrap, &reason)) {
	case RECORD_OK:
		if (!take_record(worker))
			count_bad(worker, text, len, no_time);
		break;
	case RECORD_ROWS:
		take_rows(worker);
		break;
	case RECORD_NOTHING:
		break;
	case RECORD_BAD:
		if (!take_other(worker, text, len))
			count_bad(worker, text, len, fault_of(worker, text, len, reason));
		break;
	case RECORD_NO_MEMORY:
		no_memory(worker);
		break;
	}
}

/* One value that is not a line. */
static void take_unit(struct worker *worker, const char *text, size_t len, enum record_wrap wrap)
{
	if (len > worker->shared.options->flowlog.max_record)
		count_bad(worker, text, len, block_fault_text(FAULT_TOO_LONG));
	else
		take_value(worker, text, len, wrap);
}

/* After an element: a comma, or the array's end and then nothing. Returns the
 * offset of the next element, len at the end, or len + 1 if neither. */
static size_t after_element(const char *text, size_t at, size_t len)
{
	at = json_skip_space(text, at, len);
	if (at < len && text[at] == ',')
		return at;
	if (at == len || text[at] != ']')
		return len + 1;
	at = json_skip_space(text, at + 1, len);
	return at == len ? len : len + 1;
}

/* What may stand between elements, as in a run of values. */
static bool is_between(char c)
{
	return json_is_space(c) || c == ',' || c == BLOCK_RECORD_SEPARATOR;
}

/* A line that begins with '['. */
static void take_array(struct worker *worker, const char *text, size_t len)
{
	size_t at = json_skip_space(text, 0, len) + 1;
	size_t end;

	while (going_on(worker)) {
		while (at < len && is_between(text[at]))
			at++;
		if (at < len && text[at] == ']' && json_skip_space(text, at + 1, len) == len)
			return;
		end = at < len ? span_end(text, at, len) : len + 1;
		if (end > len) {
			count_bad(worker, text + at, len - at, block_fault_text(FAULT_BROKEN));
			return;
		}
		take_unit(worker, text + at, end - at, WRAP_VALUE);
		at = after_element(text, end, len);
		if (at == len)
			return;
		if (at > len && going_on(worker)) {
			bool is_cut = json_skip_space(text, end, len) == len;

			count_bad(worker, text + end, len - end,
				is_cut ? block_fault_text(FAULT_BROKEN) : after_value);
			return;
		}
	}
}

/* One line, without its line feed. A CR before that one is not of the record's
 * length, but stands in it as white space. */
static void take_line(struct worker *worker, const char *text, size_t len, bool has_feed)
{
	size_t judged = len;
	size_t longest = worker->shared.options->flowlog.max_record;
	size_t begin = json_skip_space(text, 0, len);

	if (begin == len)
		return;
	if (has_feed && text[len - 1] == '\r')
		judged--;
	if (judged > longest) {
		size_t from = block_line_from(0, begin);

		count_bad(worker, text + from, len - from,
			block_fault_text(block_long_line_fault(text, len, begin, longest)));
	} else if (text[begin] == '[') {
		take_array(worker, text, len);
	} else {
		take_value(worker, text, len, WRAP_VALUE);
	}
}

/* What white space the values of a line hold that may not be carried. */
static enum emit_space space_of(const char *text, size_t len)
{
	if (memchr(text, '\t', len) != NULL || memchr(text, '\r', len) != NULL)
		return SPACE_CONTROL;
	return SPACE_KEEP;
}

/* A line like those before: returns its length without its line feed, or 0. */
static size_t take_known_line(struct worker *worker, const char *text, size_t len)
{
	len = record_read_known_line(
		&worker->record, worker->shared.plan, worker->parser, text, len);
	if (len == 0 || len > worker->shared.options->flowlog.max_record)
		return 0;
	worker->more.space = SPACE_KEEP;
	worker->begin = text;
	if (!take_record(worker))
		count_bad(worker, text, len, no_time);
	return len;
}

/* Any line: returns its length without its line feed. */
static size_t take_any_line(struct worker *worker, const char *text, size_t len)
{
	const char *feed = memchr(text, '\n', len);
	const char *end = feed != NULL ? feed : text + len;
	const char *begin = text + bytes_mark_length(text, (size_t)(end - text));

	len = (size_t)(end - begin);
	worker->more.space = space_of(begin, len);
	if (feed != NULL || !worker->block->half_line)
		take_line(worker, begin, len, feed != NULL);
	else if (json_skip_space(begin, 0, len) != len)
		count_bad(worker, begin, len, block_fault_text(FAULT_HALF_LINE));
	return (size_t)(end - text);
}

static void take_lines(struct worker *worker)
{
	const char *at = worker->block->text;
	const char *end = at + worker->block->len;

	while (at < end && going_on(worker)) {
		size_t rest = (size_t)(end - at);
		size_t len = take_known_line(worker, at, rest);

		if (len == 0)
			len = take_any_line(worker, at, rest);
		at += len;
		if (at < end) {
			worker->result->lines++;
			at++;
		}
	}
}

/* Makes blanks of the byte order marks at the start of lines. */
static void blank_marks(char *text, size_t len)
{
	static const char marked[] = "\n" BYTES_MARK;
	char *found;
	char *end = text + len;

	while ((found = memmem(text, (size_t)(end - text), marked, strlen(marked))) != NULL) {
		text = found + strlen(marked);
		memset(found + 1, ' ', BYTES_MARK_LENGTH);
	}
}

/* A unit some of whose lines begin with a byte order mark: a bad one keeps them. */
static void take_marked(struct worker *worker, char *text, size_t len, enum record_wrap wrap)
{
	struct bytes *original = &worker->original;

	bytes_clear(original);
	if (bytes_append(original, text, len)) {
		no_memory(worker);
		return;
	}
	blank_marks(text, len);
	take_unit(worker, text, len, wrap);
	memcpy(text, original->data, len);
}

static void take_units(struct worker *worker)
{
	const struct block *block = worker->block;

	for (size_t i = 0; i < block->unit_count && going_on(worker); i++) {
		const struct block_unit *unit = &block->units[i];
		enum record_wrap wrap = unit->is_row ? WRAP_ROW : WRAP_VALUE;
		char *text = block->text + unit->offset;

		if (unit->fault != FAULT_NONE)
			count_bad(worker, text, unit->len, block_fault_text(unit->fault));
		else if (unit->has_marks)
			take_marked(worker, text, unit->len, wrap);
		else
			take_unit(worker, text, unit->len, wrap);
	}
}

/* A piece of a bad record: its first one counts it. */
static void take_piece(struct worker *worker)
{
	const struct block *block = worker->block;

	if (block->first)
		count_bad(worker, block->text, block->len, block_fault_text(block->fault));
	else
		add_reject(worker, 0, block->len);
	if (block->is_line && block->last)
		worker->result->lines++;
}

static void take_block(struct worker *worker)
{
	switch (worker->block->kind) {
	case BLOCK_LINES:
		take_lines(worker);
		break;
	case BLOCK_UNITS:
		worker->more.space = SPACE_DROP;
		take_units(worker);
		break;
	case BLOCK_PIECE:
		take_piece(worker);
		break;
	case BLOCK_EMPTY:
		break;
	}
}

void worker_run(
	struct worker *worker, struct block *block, struct result *result, struct outbuf *out)
{
	sigjmp_buf jump;

	block_check(block);
	worker->block = block;
	worker->result = result;
	worker->more.seen = result->seen;
	worker->out = out;
	worker->days = (struct select_days){0};
	/* without the signals' mask, which the guard leaves as it is: a call of the kernel less */
	if (sigsetjmp(jump, 0) == 0) {
		lookup_lost = &jump;
		take_block(worker);
	} else {
		outbuf_drop_record(worker->out);
		worker->result->state = RESULT_LOOKUP_LOST;
	}
	lookup_lost = NULL;
}

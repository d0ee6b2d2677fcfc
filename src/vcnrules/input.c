/*
 * Inputs of conversations. A buffer holds the bytes from the first line that was
 * not read yet on; whole lines are taken out of it, and it is filled up again
 * behind what is left. A line of more than LIMIT_RECORD_DEFAULT bytes is bad and
 * skipped; of it nothing is kept. A half line at the end of a damaged stream is
 * bad, a last line without a line feed in an intact one is whole.
 */
#include "vcnrules/input.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/io.h"
#include "base/limits.h"
#include "base/msg.h"
#include "flowlog/source.h"

/* Two longest lines, and what the parser reads behind. */
#define ROOM (2 * LIMIT_RECORD_DEFAULT + LIMIT_JSON_PADDING)

struct reading {
	struct source *source;
	struct conversation_reader *reader;
	input_take *take;
	void *context;
	char *buffer;
	size_t len;
	bool is_skipping; /* the rest of a line that was too long */

	/* of the input at hand */
	const char *path;
	uint64_t line; /* the last one that was read, counted from 1 */
	uint64_t good;
	uint64_t bad;
	uint64_t first_bad; /* its line */
	char first_fault[80];
	bool is_flow_log;

	uint64_t bad_count; /* of all inputs */
	bool is_faulty;
};

/* The subject of a message. */
static const char *name_of(const struct reading *reading, char quoted[MSG_QUOTED_SIZE])
{
	if (strcmp(reading->path, "-") == 0)
		return "standard input";
	return msg_quote_name(quoted, reading->path);
}

static void name_bad(const struct reading *reading, uint64_t line, const char *fault)
{
	char quoted[MSG_QUOTED_SIZE];

	msg_warning("bad conversation in %s, line %" PRIu64 ": %s", name_of(reading, quoted), line,
		fault);
}

/*
 * Counts a bad line. An input may turn out to hold none but bad ones, and then
 * is named once; so its first one waits for a good one, or the end.
 */
static void count_bad(struct reading *reading, const char *fault)
{
	if (reading->bad++ == 0) {
		reading->first_bad = reading->line;
		snprintf(reading->first_fault, sizeof(reading->first_fault), "%s", fault);
	}
	if (reading->good > 0 && reading->bad_count < LIMIT_BAD_NAMED)
		name_bad(reading, reading->line, fault);
	reading->bad_count++;
}

/* Returns 0, or -1: stop. */
static int take_line(struct reading *reading, const char *text, size_t len, size_t *line_len)
{
	struct conversation conversation;
	enum conversation_result result;
	size_t mark = bytes_mark_length(text, len);

	result = conversation_read(
		reading->reader, text + mark, len - mark, &conversation, line_len);
	*line_len += mark;
	reading->line++;
	if (*line_len > LIMIT_RECORD_DEFAULT && result != CONVERSATION_NO_MEMORY) {
		count_bad(reading, "the line is too long");
		return 0;
	}
	switch (result) {
	case CONVERSATION_BLANK:
		return 0;
	case CONVERSATION_FLOW_LOG:
		reading->is_flow_log = true;
		count_bad(reading, "a flow-log record");
		return 0;
	case CONVERSATION_BAD:
		count_bad(reading, conversation_fault(reading->reader));
		return 0;
	case CONVERSATION_NO_MEMORY:
		msg_no_memory();
		return -1;
	case CONVERSATION_OK:
		break;
	}
	if (reading->good++ == 0 && reading->bad > 0 &&
		reading->bad_count - reading->bad < LIMIT_BAD_NAMED)
		name_bad(reading, reading->first_bad, reading->first_fault);
	return reading->take(reading->context, &conversation);
}

/* Takes the whole lines out of the buffer. Returns 0, or -1: stop. */
static int take_lines(struct reading *reading)
{
	size_t at = 0;
	char *last = memrchr(reading->buffer, '\n', reading->len);
	size_t end = last ? (size_t)(last - reading->buffer) + 1 : 0;

	if (end > 0 && reading->is_skipping) {
		char *feed = memchr(reading->buffer, '\n', end);

		at = (size_t)(feed - reading->buffer) + 1;
		reading->is_skipping = false;
	}
	while (at < end) {
		size_t line_len;

		if (take_line(reading, reading->buffer + at, end - at, &line_len) != 0)
			return -1;
		at += line_len + 1;
	}
	memmove(reading->buffer, reading->buffer + at, reading->len - at);
	reading->len -= at;
	if (!reading->is_skipping && reading->len > LIMIT_RECORD_DEFAULT) {
		reading->line++;
		count_bad(reading, "the line is too long");
		reading->is_skipping = true;
	}
	if (reading->is_skipping)
		reading->len = 0;
	return 0;
}

/* What is left when an input has ended: a last line, or half of one. */
static int take_rest(struct reading *reading, bool is_damaged)
{
	size_t line_len;

	if (reading->is_skipping || reading->len == 0)
		return 0;
	if (!is_damaged)
		return take_line(reading, reading->buffer, reading->len, &line_len);
	reading->line++;
	count_bad(reading, "the line is cut off");
	return 0;
}

/* Says what the input as a whole turned out to be. */
static void report_input(struct reading *reading, const struct source_report *report)
{
	char quoted[MSG_QUOTED_SIZE];
	const char *name = name_of(reading, quoted);

	if (report->read_errno != 0) {
		msg_error_errno(report->read_errno, "cannot read %s", name);
		reading->is_faulty = true;
		return;
	}
	if (report->gzip.damage != GUNZIP_INTACT) {
		msg_error("damaged input %s, member %" PRIu64 ", byte %" PRIu64 ": %s", name,
			report->gzip.member, report->gzip.offset,
			gunzip_damage_text(report->gzip.damage));
		reading->is_faulty = true;
	}
	if (report->bytes_in == 0)
		msg_warning("%s is empty", name);
	else if (reading->is_flow_log)
		msg_warning("%s holds flow-log records: pipe them through 'vcnflow "
			    "--conversations' first",
			name);
	else if (reading->bad > 0 && report->form != FORM_NONE)
		msg_warning("%s holds no conversation: it looks like %s", name,
			form_text(report->form));
	else if (reading->bad > 0 && reading->good == 0)
		msg_warning("%s holds no conversation: %" PRIu64 " bad, the first at line %" PRIu64
			    ": %s",
			name, reading->bad, reading->first_bad, reading->first_fault);
}

static int read_input(struct reading *reading, const char *path)
{
	bool is_stdin = strcmp(path, "-") == 0;
	int fd = is_stdin ? STDIN_FILENO : io_open_read(path, false);
	enum source_state state = SOURCE_DATA;
	struct source_report report;
	int result = 0;

	source_open(reading->source, fd, fd < 0 ? errno : 0);
	reading->path = path;
	reading->line = reading->good = reading->bad = 0;
	reading->is_flow_log = reading->is_skipping = false;
	reading->len = 0;
	while (state == SOURCE_DATA && result == 0) {
		size_t got = 0;

		state = source_read(reading->source, reading->buffer + reading->len,
			ROOM - LIMIT_JSON_PADDING - reading->len, &got, true, NULL);
		reading->len += got;
		memset(reading->buffer + reading->len, 0, LIMIT_JSON_PADDING);
		if (state == SOURCE_DATA)
			result = take_lines(reading);
	}
	report = source_report(reading->source);
	if (result == 0)
		result = take_rest(
			reading, report.read_errno != 0 || report.gzip.damage != GUNZIP_INTACT);
	if (result == 0)
		report_input(reading, &report);
	source_close(reading->source);
	return result;
}

enum exitcode input_check(char *const *paths, size_t count, bool stdin_is_open)
{
	size_t uses = count == 0;

	for (size_t i = 0; i < count; i++)
		uses += strcmp(paths[i], "-") == 0;
	if (uses > 1) {
		msg_error("cannot read standard input twice");
		return EXITCODE_REFUSED;
	}
	if (uses == 1 && !stdin_is_open) {
		msg_error_errno(EBADF, "cannot read standard input");
		return EXITCODE_REFUSED;
	}
	if (count == 0 && isatty(STDIN_FILENO)) {
		msg_error("no conversations: name files that 'vcnflow --conversations' wrote, or "
			  "pipe them in");
		return EXITCODE_REFUSED;
	}
	return EXITCODE_OK;
}

static int read_all(struct reading *reading, char *const *paths, size_t count)
{
	if (count == 0)
		return read_input(reading, "-");
	for (size_t i = 0; i < count; i++)
		if (read_input(reading, paths[i]) != 0)
			return -1;
	return 0;
}

enum exitcode input_read(char *const *paths, size_t count, input_take *take, void *context)
{
	struct reading reading = {
		.source = source_new(),
		.reader = conversation_reader_new(),
		.buffer = malloc(ROOM),
		.take = take,
		.context = context,
	};
	enum exitcode exitcode = EXITCODE_INTERNAL;

	if (!reading.source || !reading.reader || !reading.buffer)
		msg_no_memory();
	else if (read_all(&reading, paths, count) == 0)
		exitcode =
			reading.is_faulty || reading.bad_count > 0 ? EXITCODE_PARTIAL : EXITCODE_OK;
	if (exitcode == EXITCODE_PARTIAL && reading.bad_count > 0)
		msg_warning(
			"%" PRIu64 " bad line%s", reading.bad_count, msg_plural(reading.bad_count));
	source_free(reading.source);
	conversation_reader_free(reading.reader);
	free(reading.buffer);
	return exitcode;
}

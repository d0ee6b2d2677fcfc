/*
 * vcnflow: flow-log bytes in, enriched NDJSON out. What is opened here is
 * opened in an order that refuses a run before its first output byte: options,
 * lookup file, outputs; then the pipeline runs; then what it found is told, and
 * the output is put in its place or removed.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/exitcode.h"
#include "base/io.h"
#include "base/msg.h"
#include "base/rights.h"
#include "vcnflow/delivery.h"
#include "vcnflow/inputs.h"
#include "vcnflow/interrupt.h"
#include "vcnflow/options.h"
#include "vcnflow/output.h"
#include "vcnflow/pipeline.h"
#include "vcnflow/progress.h"
#include "vcnflow/record.h"
#include "vcnflow/stats.h"
#include "vcnflow/subnets.h"

struct run {
	struct options options;
	struct record_plan plan;
	struct lookup *lookup; /* null: none */
	struct output output;
	struct delivery delivery;
	struct inputs *inputs;
	int rejects; /* descriptors, or -1 */
	int stats;
	bool was_open[3];
	uint64_t odd_subnets; /* --list-subnets: unknown, and no OCIDs */
	struct timespec began;
};

static double seconds_since(const struct timespec *began)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - began->tv_sec) + (double)(now.tv_nsec - began->tv_nsec) / 1e9;
}

/* ---- before the run: each returns an exit status, 0 to go on --------------
 */

static int open_lookup(struct run *run)
{
	const struct options *options = &run->options;
	char detail[LOOKUP_DETAIL_SIZE];
	char quoted[MSG_QUOTED_SIZE];

	if (options->metadata == NULL) {
		if (!options->metadata_none && !options->list_subnets)
			msg_warning("no lookup file: every direction is N/A "
				    "(-m FILE names one, -m none is silent)");
		return 0;
	}
	switch (lookup_open(&run->lookup, options->metadata, detail,
		options->threads > 1 ? pipeline_run_both : NULL)) {
	case LOOKUP_OK:
		break;
	case LOOKUP_NO_MEMORY:
		msg_no_memory();
		return EXITCODE_INTERNAL;
	default:
		msg_error("cannot use lookup file %s: %s",
			msg_quote_name(quoted, options->metadata), detail);
		return EXITCODE_REFUSED;
	}
	if (options->verbose) {
		int64_t age = (int64_t)time(NULL) - lookup_fetched_at(run->lookup);

		msg_note("lookup file %s: its metadata is %" PRId64 " days old",
			msg_quote_name(quoted, options->metadata), age / 86400);
	}
	return 0;
}

/* Prepares what all workers share. */
static int prepare(struct run *run)
{
	struct options *options = &run->options;
	const struct prefix *prefixes = NULL;
	size_t count = 0;

	if (run->lookup != NULL)
		prefixes = lookup_prefixes(run->lookup, &count);
	if (internal_finish(&options->internal, prefixes, count) ||
		record_plan_init(&run->plan, options)) {
		msg_no_memory();
		return EXITCODE_INTERNAL;
	}
	run->inputs = inputs_new(options);
	if (run->inputs == NULL) {
		msg_no_memory();
		return EXITCODE_INTERNAL;
	}
	return 0;
}

/* Opens a side output. Returns a descriptor, or -1 after a message. */
static int open_side(const char *path)
{
	char quoted[MSG_QUOTED_SIZE];
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

	if (fd < 0)
		msg_error_errno(errno, "cannot create %s", msg_quote_name(quoted, path));
	return fd;
}

static int open_outputs(struct run *run)
{
	const struct options *options = &run->options;

	if (output_open(&run->output, options, run->was_open[1]))
		return run->output.state == OUTPUT_NO_MEMORY ? EXITCODE_INTERNAL : EXITCODE_WRITE;
	if (options->rejects != NULL && (run->rejects = open_side(options->rejects)) < 0)
		return EXITCODE_WRITE;
	if (options->stats_file != NULL && (run->stats = open_side(options->stats_file)) < 0)
		return EXITCODE_WRITE;
	return 0;
}

static bool wants_progress(const struct run *run)
{
	const struct options *options = &run->options;

	if (options->quiet || options->progress == SWITCH_OFF)
		return false;
	if (options->progress == SWITCH_ON)
		return true;
	return isatty(STDERR_FILENO) && output_is_regular(&run->output);
}

/* ---- after the run ---------------------------------------------------------
 */

/* Writes what --list-subnets found, sorted. */
static int write_subnets(struct run *run)
{
	struct textset *unknown = &run->delivery.unknown;
	struct bytes line = BYTES_INIT(SIZE_MAX / 2);
	int failed = 0;

	textset_sort(unknown);
	for (size_t i = 0; i < unknown->count && !failed; i++) {
		size_t len;
		const char *text = textset_text(unknown, i, &len);

		if (!subnets_is_ocid(text, len)) {
			run->odd_subnets++;
			continue;
		}
		bytes_clear(&line);
		if (bytes_append(&line, text, len) || bytes_append_char(&line, '\n')) {
			run->delivery.end = DELIVERY_NO_MEMORY;
			failed = -1;
		} else {
			failed = output_write_plain(&run->output, line.data, line.len);
		}
	}
	bytes_free(&line);
	return failed;
}

/* What stands behind the records. Returns 0, or -1 with the end set. */
static int finish_output(struct run *run)
{
	struct delivery *delivery = &run->delivery;

	if (run->options.list_subnets && write_subnets(run) == 0 &&
		output_finish(&run->output) == 0)
		return 0;
	if (!run->options.list_subnets && output_finish(&run->output) == 0)
		return 0;
	if (delivery->end == DELIVERY_GOES_ON)
		delivery->end = run->output.state == OUTPUT_INTERRUPTED ? DELIVERY_INTERRUPTED
									: DELIVERY_UNWRITTEN;
	return -1;
}

/* "1 bad record", "2 bad records": a count and what is counted. */
#define COUNTED_SIZE 64

static const char *counted(char text[COUNTED_SIZE], uint64_t count, const char *what)
{
	(void)snprintf(text, COUNTED_SIZE, "%" PRIu64 " %s%s", count, what, count == 1 ? "" : "s");
	return text;
}

/* What is unknown, and what to do about it; without a lookup file every subnet
 * is, and the user was told. */
static void add_unknown(struct run *run, struct bytes *line)
{
	const struct delivery *delivery = &run->delivery;
	char text[COUNTED_SIZE];

	if (run->options.list_subnets && run->odd_subnets != 0) {
		(void)bytes_append_text(line, line->len == 0 ? "" : "; ");
		(void)bytes_append_text(line, counted(text, run->odd_subnets, "unknown subnet"));
		(void)bytes_append_text(line, " left out: no OCID");
	}
	if (run->options.list_subnets || run->lookup == NULL || delivery->unknown.count == 0)
		return;
	(void)bytes_append_text(line, line->len == 0 ? "" : "; ");
	(void)bytes_append_text(line, delivery->unknown_more ? "more than " : "");
	(void)bytes_append_text(line, counted(text, delivery->unknown.count, "unknown subnet"));
	(void)bytes_append_text(line, ": list them with --list-subnets, fetch them with 'vcnmeta "
				      "fetch --subnets-from - --merge'");
}

/* One line at the end: bad records, unknown subnets, and what to do. */
static void summarise(struct run *run)
{
	uint64_t bad = run->delivery.tally.verdicts[VERDICT_BAD];
	struct bytes line = BYTES_INIT(LIMIT_MESSAGE);
	char text[COUNTED_SIZE];

	if (bad != 0)
		(void)bytes_append_text(&line, counted(text, bad, "bad record"));
	add_unknown(run, &line);
	if (line.len != 0)
		msg_warning("%.*s", (int)line.len, line.data);
	bytes_free(&line);
}

static int write_stats(struct run *run)
{
	struct bytes text = BYTES_INIT(65536);
	int fd = run->stats < 0 ? STDERR_FILENO : run->stats;
	int failed;

	if (!run->options.stats)
		return 0;
	failed = stats_write(&text, &run->delivery, run->lookup, seconds_since(&run->began));
	if (failed == 0)
		failed = io_write_all(fd, text.data, text.len);
	if (failed && run->stats < 0)
		failed = 0; /* standard error: there is nobody to tell */
	if (failed) {
		char quoted[MSG_QUOTED_SIZE];

		msg_error_errno(
			errno, "cannot write %s", msg_quote_name(quoted, run->options.stats_file));
	}
	bytes_free(&text);
	return failed;
}

/* Closes a side output: some file systems tell only then what failed. */
static int close_side(int *fd, const char *path)
{
	char quoted[MSG_QUOTED_SIZE];
	int result = *fd < 0 ? 0 : close(*fd);

	*fd = -1;
	if (result)
		msg_error_errno(errno, "cannot write %s", msg_quote_name(quoted, path));
	return result;
}

/* The exit status of a run that something ended, or -1 for "reached its end";
 * the one message about it. */
static int status_of_end(struct run *run)
{
	char quoted[MSG_QUOTED_SIZE];
	const struct delivery *delivery = &run->delivery;

	switch (delivery->end) {
	case DELIVERY_GOES_ON:
	case DELIVERY_INTERRUPTED:
		break;
	case DELIVERY_STRICT:
		return EXITCODE_PARTIAL;
	case DELIVERY_UNWRITTEN:
		if (delivery->unwritable)
			msg_error_errno(delivery->errno_value, "cannot write %s",
				msg_quote_name(quoted, run->options.rejects));
		else
			output_report(&run->output);
		return EXITCODE_WRITE;
	case DELIVERY_LOOKUP_LOST:
		msg_error("lookup file %s shrank while it was in use: replace "
			  "it by rename only",
			msg_quote_name(quoted, run->options.metadata));
		return EXITCODE_REFUSED;
	case DELIVERY_NO_MEMORY:
		msg_no_memory();
		return EXITCODE_INTERNAL;
	}
	return -1;
}

static int status_of_inputs(const struct run *run)
{
	const struct delivery *delivery = &run->delivery;

	if (delivery->faulty)
		return EXITCODE_PARTIAL;
	if (delivery->tally.verdicts[VERDICT_BAD] != 0 && !run->options.ignore_bad)
		return EXITCODE_PARTIAL;
	return EXITCODE_OK;
}

/* Ends a run that was begun; returns its exit status, or dies by a signal. */
static int finish(struct run *run)
{
	bool reached_end = run->delivery.end == DELIVERY_GOES_ON && finish_output(run) == 0;
	int status;

	progress_end();
	if (run->delivery.end == DELIVERY_INTERRUPTED || run->output.state == OUTPUT_READER_GONE) {
		(void)output_close(&run->output, false);
		interrupt_die(run->output.state == OUTPUT_READER_GONE ? SIGPIPE : interrupt_signal);
	}
	status = status_of_end(run);
	if (status < 0)
		status = status_of_inputs(run);
	if (reached_end)
		summarise(run);
	if (output_close(&run->output, reached_end) ||
		close_side(&run->rejects, run->options.rejects))
		status = EXITCODE_WRITE;
	if (status <= EXITCODE_PARTIAL && write_stats(run))
		status = EXITCODE_WRITE;
	if (close_side(&run->stats, run->options.stats_file))
		status = EXITCODE_WRITE;
	return status;
}

static void guard_lookup(struct run *run)
{
	if (run->lookup != NULL && lookup_guard(run->lookup, worker_lookup_lost, NULL))
		msg_warning("a lookup file that shrinks can't be noticed");
}

/*
 * From here on the inputs are read and the output is put in its place, and that
 * is all that this process may do. What --files-from will name is not known.
 */
static void give_up_rights(const struct run *run)
{
	const struct options *options = &run->options;
	char text[RIGHTS_TEXT_SIZE];
	struct rights rights;

	rights_begin(&rights);
	for (size_t i = 0; i < options->operand_count; i++)
		rights_leave(&rights, options->operands[i], RIGHTS_READ);
	if (options->files_from != NULL)
		rights_leave(&rights, "/", RIGHTS_READ);
	if (run->output.is_file && !run->output.replace.direct)
		rights_leave_open(&rights, run->output.replace.directory, RIGHTS_REPLACE);
	rights_give_up(&rights, RIGHTS_FILTER);
	if (options->verbose)
		msg_note("rights given up: %s", rights_text(&rights, text));
}

static int run_pipeline(struct run *run)
{
	struct worker_shared shared = {&run->options, &run->plan, run->lookup};

	delivery_init(&run->delivery, &run->options, &run->output, run->rejects);
	if (wants_progress(run))
		progress_begin(inputs_total_bytes(&run->options));
	pipeline_run(&run->options, run->inputs, &shared, &run->delivery);
	return finish(run);
}

static int run_all(struct run *run)
{
	int status = open_lookup(run);

	if (status == 0)
		status = prepare(run);
	if (status != 0)
		return status;
	interrupt_install();
	inputs_stop_on(run->inputs, &interrupt_signal);
	status = open_outputs(run);
	if (status != 0) {
		(void)output_close(&run->output, false);
		return status;
	}
	guard_lookup(run);
	give_up_rights(run);
	return run_pipeline(run);
}

static int status_of_options(enum options_result result)
{
	switch (result) {
	case OPTIONS_DONE:
		return EXITCODE_OK;
	case OPTIONS_REFUSED:
		return EXITCODE_REFUSED;
	case OPTIONS_UNWRITTEN:
		return EXITCODE_WRITE;
	default:
		msg_no_memory();
		return EXITCODE_INTERNAL;
	}
}

int main(int argc, char **argv)
{
	struct run run = {.rejects = -1, .stats = -1};
	enum options_result result;
	int status;

	msg_program("vcnflow");
	(void)clock_gettime(CLOCK_MONOTONIC, &run.began);
	result = options_parse(&run.options, argc, argv);
	msg_quiet(run.options.quiet);
	if (result != OPTIONS_RUN) {
		options_free(&run.options);
		return status_of_options(result);
	}
	if (io_standard_descriptors(run.was_open))
		return EXITCODE_INTERNAL;
	status = run_all(&run);
	if (run.lookup != NULL)
		(void)lookup_guard(NULL, NULL, NULL);
	delivery_free(&run.delivery);
	inputs_free(run.inputs);
	lookup_close(run.lookup);
	record_plan_free(&run.plan);
	options_free(&run.options);
	return status;
}

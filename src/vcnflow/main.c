/*
 * vcnflow: flow-log bytes in, enriched NDJSON out. What is opened here is
 * opened in an order that refuses a run before its first output byte: options,
 * lookup file, outputs; then the pipeline runs; then what it found is told, and
 * the output is put in its place or removed.
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/exitcode.h"
#include "base/io.h"
#include "base/limits.h"
#include "base/msg.h"
#include "base/ocid.h"
#include "base/progress.h"
#include "base/rights.h"
#include "flowlog/inputs.h"
#include "flowlog/record.h"
#include "lookup/lookupfile.h"
#include "vcnflow/clash.h"
#include "vcnflow/delivery.h"
#include "vcnflow/endpoints.h"
#include "vcnflow/options.h"
#include "vcnflow/output.h"
#include "vcnflow/pipeline.h"
#include "vcnflow/stats.h"
#include "vcnflow/summary.h"
#include "vcnflow/target.h"
#include "vcnflow/throughput.h"

struct run {
	struct options options;
	struct record_plan plan;
	struct lookup *lookup; /* null: none */
	struct output output;
	struct target rejects;
	struct target stats;
	struct delivery delivery;
	struct inputs *inputs;
	bool shows_progress;
	uint64_t odd_subnets; /* --list-subnets: unknown, and no OCIDs */
	struct timespec began;
};

static double seconds_since(const struct timespec *began)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - began->tv_sec) + (double)(now.tv_nsec - began->tv_nsec) / 1e9;
}

/* Returns an exit status, as what else comes before the pipeline; 0: go on. */
static int open_lookup(struct run *run)
{
	const struct options *options = &run->options;
	char quoted[MSG_QUOTED_SIZE];
	enum exitcode exitcode;

	if (options->metadata == NULL && options_judge(options)) {
		msg_error("--%s needs a lookup file (-m FILE)", options->conversations
									? "conversations"
								: options->rules    ? "rules"
								: options->verdicts ? "verdict"
										    : "fields");
		return EXITCODE_REFUSED;
	}
	if (options->metadata == NULL) {
		if (!options->metadata_none && !options->list_subnets)
			msg_warning("no lookup file: every direction is N/A "
				    "(-m FILE names one, -m none is silent)");
		return 0;
	}
	exitcode = lookupfile_open(
		&run->lookup, options->metadata, options->threads > 1 ? pipeline_run_both : NULL);
	if (exitcode != EXITCODE_OK)
		return (int)exitcode;
	if ((options->rules || options->verdicts != 0 || options->fields_judged) &&
		!lookup_has_rules(run->lookup)) {
		msg_error("lookup file %s has no rules: make it anew by 'vcnmeta fetch' or "
			  "'vcnmeta build'",
			msg_quote_name(quoted, options->metadata));
		return EXITCODE_REFUSED;
	}
	if (options->loudness == LOUDNESS_VERBOSE) {
		int64_t age = (int64_t)time(NULL) - lookup_fetched_at(run->lookup);
		int64_t days = age / 86400;

		msg_note("lookup file %s: its metadata is %" PRId64 " day%s old",
			msg_quote_name(quoted, options->metadata), days,
			msg_plural((uint64_t)days));
	}
	return 0;
}

/* Returns true if a record's VNIC and ports matter. */
static bool wants_flow(const struct run *run)
{
	return options_judge(&run->options) ||
	       (run->options.endpoints && endpoints_need_flow(run->options.endpoints)) ||
	       (run->lookup && lookup_has_vnics(run->lookup));
}

/* Returns 0, or -1 as record_plan_init does. */
static int make_plan(struct run *run)
{
	struct options *options = &run->options;

	if (record_plan_init(&run->plan, options->keep, options->keep_count, wants_flow(run)) < 0)
		return -1;
	for (size_t i = 0; i < options->field_count; i++) {
		struct table_field *field = &options->fields[i];

		if (field->kind <= TABLE_CARRIED &&
			record_plan_add(&run->plan, field->path, field->is_literal, &field->at) < 0)
			return -1;
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
	if (options->endpoints != NULL && endpoints_resolve(options->endpoints, run->lookup) < 0) {
		if (errno != ENOMEM)
			return EXITCODE_REFUSED;
		msg_no_memory();
		return EXITCODE_INTERNAL;
	}
	if (prefixset_finish(&options->internal, prefixes, count) < 0) {
		msg_no_memory();
		return EXITCODE_INTERNAL;
	}
	if (make_plan(run) < 0) {
		if (errno == ENOMEM) {
			msg_no_memory();
			return EXITCODE_INTERNAL;
		}
		msg_error("--%s names more than can be looked at",
			options->fields_given ? "fields" : "keep");
		return EXITCODE_REFUSED;
	}
	run->inputs = inputs_new(&options->flowlog);
	if (run->inputs == NULL) {
		msg_no_memory();
		return EXITCODE_INTERNAL;
	}
	return 0;
}

static int open_side(struct target *target, const char *path)
{
	if (target_open_side(target, path) == 0)
		return 0;
	if (errno != ENOMEM)
		return EXITCODE_WRITE;
	msg_no_memory();
	return EXITCODE_INTERNAL;
}

static int open_outputs(struct run *run)
{
	const struct options *options = &run->options;
	int status;

	if (output_open(&run->output, options))
		return run->output.state == OUTPUT_NO_MEMORY ? EXITCODE_INTERNAL : EXITCODE_WRITE;
	status = open_side(&run->rejects, options->rejects);
	return status == 0 ? open_side(&run->stats, options->stats_file) : status;
}

static void abandon_outputs(struct run *run)
{
	target_abandon(&run->rejects);
	target_abandon(&run->stats);
	target_abandon(&run->output.target);
}

static bool wants_progress(const struct run *run)
{
	const struct options *options = &run->options;

	if (options->loudness == LOUDNESS_QUIET || options->progress == SWITCH_OFF)
		return false;
	if (options->progress == SWITCH_ON)
		return true;
	return isatty(STDERR_FILENO) && output_is_regular(&run->output);
}

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

		if (!ocid_is_of(text, len, "subnet")) {
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

/* What stands after the records. Returns 0, or -1 with the end set. */
static int finish_output(struct run *run)
{
	struct delivery *delivery = &run->delivery;

	int failed = 0;

	if (run->options.conversations)
		failed = delivery_sums(delivery);
	else if (run->options.list_subnets)
		failed = write_subnets(run);
	if (failed == 0 && output_finish(&run->output) == 0)
		return 0;
	if (delivery->end == DELIVERY_GOES_ON)
		delivery->end = run->output.state == OUTPUT_INTERRUPTED ? DELIVERY_INTERRUPTED
									: DELIVERY_UNWRITTEN;
	return -1;
}

/* One line at the end: bad records, unknown subnets, old metadata, and what to do. */
static void summarise(struct run *run)
{
	struct bytes line = BYTES_INIT(LIMIT_MESSAGE);

	summary_write(&line, &run->options, &run->delivery, run->lookup, run->odd_subnets);
	if (line.len != 0)
		msg_warning("%.*s", (int)line.len, line.data);
	bytes_free(&line);
}

/* Writes the stats to fd. Returns 0, or -1 with errno set. */
static int write_stats(struct run *run, int fd)
{
	struct bytes text = BYTES_INIT(65536);
	int failed = stats_write(&text, &run->delivery, run->lookup, seconds_since(&run->began));
	int error;

	if (failed == 0)
		failed = io_write_all(fd, text.data, text.len);
	error = errno;
	bytes_free(&text);
	errno = error;
	return failed;
}

/* The exit status of a run that something ended, or -1 for "reached its end";
 * the one message about it. */
static int status_of_end(struct run *run)
{
	char quoted[MSG_QUOTED_SIZE];
	const struct delivery *delivery = &run->delivery;

	switch ((enum delivery_end)delivery->end) {
	case DELIVERY_GOES_ON:
	case DELIVERY_INTERRUPTED:
		break;
	case DELIVERY_STRICT:
		return EXITCODE_PARTIAL;
	case DELIVERY_CLASH:
	case DELIVERY_UNSUITABLE:
		return EXITCODE_REFUSED;
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
	if (delivery->tally.fates[FATE_BAD] != 0 && !run->options.ignore_bad)
		return EXITCODE_PARTIAL;
	return EXITCODE_OK;
}

static void die_if_interrupted(struct run *run)
{
	if (cleanup_signal == 0)
		return;
	abandon_outputs(run);
	cleanup_die(cleanup_signal);
}

/*
 * Makes all outputs whole, so that nothing but a rename can still fail. Returns
 * 0, or -1 after a message.
 */
static int seal_outputs(struct run *run)
{
	char quoted[MSG_QUOTED_SIZE];

	if (run->stats.fd >= 0 && write_stats(run, run->stats.fd)) {
		msg_error_errno(
			errno, "cannot write %s", msg_quote_name(quoted, run->options.stats_file));
		return -1;
	}
	return target_seal(&run->rejects) || target_seal(&run->stats) ||
			       target_seal(&run->output.target)
		       ? -1
		       : 0;
}

/* Puts the outputs into their places, that of -o last: who waits for it finds
 * all. */
static int commit_outputs(struct run *run)
{
	return target_commit(&run->rejects) || target_commit(&run->stats) ||
			       target_commit(&run->output.target)
		       ? -1
		       : 0;
}

/* Ends a run that was begun; returns its exit status, or dies by a signal. */
static int finish(struct run *run)
{
	bool is_cut = run->delivery.end == DELIVERY_STRICT, reached_end;
	int status;

	/* What came before the fault is written whole: an array is closed, sums and
	 * subnets are written. Should that fail, then that is what ended the run. */
	if (is_cut)
		run->delivery.end = DELIVERY_GOES_ON;
	reached_end = run->delivery.end == DELIVERY_GOES_ON && finish_output(run) == 0;
	if (is_cut && reached_end) {
		run->delivery.end = DELIVERY_STRICT;
		reached_end = false;
	}
	progress_end();
	if (run->output.state == OUTPUT_READER_GONE) {
		abandon_outputs(run);
		cleanup_die(SIGPIPE);
	}
	die_if_interrupted(run);
	status = status_of_end(run);
	if (status < 0)
		status = status_of_inputs(run);
	if (reached_end)
		summarise(run);
	if (status > EXITCODE_PARTIAL)
		return status;
	if (!reached_end)
		target_abandon(&run->output.target);
	if (seal_outputs(run))
		return EXITCODE_WRITE;
	/* up to here a signal leaves all as it was; a rename is not taken back */
	die_if_interrupted(run);
	if (commit_outputs(run))
		return EXITCODE_WRITE;
	/* if standard error can't be written there is nobody to tell */
	if (run->options.stats && run->options.stats_file == NULL)
		(void)write_stats(run, STDERR_FILENO);
	die_if_interrupted(run);
	return status;
}

static void guard_lookup(struct run *run)
{
	if (run->lookup != NULL && lookup_guard(run->lookup, worker_lookup_lost, NULL))
		msg_warning("a lookup file that shrinks can't be noticed");
}

static void leave_target(struct rights *rights, const struct target *target)
{
	if (target->is_open && !target->replace.direct)
		rights_leave_open(rights, target->replace.directory, RIGHTS_REPLACE);
}

/*
 * From here on the inputs are read and outputs are put in their places, and that
 * is all that this process may do. What --files-from will name is not known.
 */
static void give_up_rights(const struct run *run)
{
	const struct options *options = &run->options;
	char text[RIGHTS_TEXT_SIZE];
	struct rights rights;

	rights_begin(&rights);
	for (size_t i = 0; i < options->flowlog.operand_count; i++)
		rights_leave(&rights, options->flowlog.operands[i], RIGHTS_READ);
	if (options->flowlog.files_from != NULL)
		rights_leave(&rights, "/", RIGHTS_READ);
	leave_target(&rights, &run->output.target);
	leave_target(&rights, &run->rejects);
	leave_target(&rights, &run->stats);
	rights_give_up(&rights, RIGHTS_FILTER);
	if (options->loudness == LOUDNESS_VERBOSE)
		msg_note("rights given up: %s", rights_text(&rights, text));
}

/* What can't be written is found out by whatever is written next. */
static int write_header(struct run *run)
{
	const struct options *options = &run->options;
	struct bytes line = BYTES_INIT(SIZE_MAX / 2);
	int failed = 0;

	if (!options_write_cells(options) || options->header == SWITCH_OFF || options->list_subnets)
		return 0;
	failed = table_header(&line, options);
	if (failed == 0)
		(void)output_write_plain(&run->output, line.data, line.len);
	bytes_free(&line);
	return failed;
}

static int run_pipeline(struct run *run)
{
	struct worker_shared shared = {&run->options, &run->plan, run->lookup};

	delivery_init(&run->delivery, &run->options, &run->output, run->rejects.fd);
	if (run->shows_progress)
		throughput_begin(inputs_total_bytes(run->inputs));
	if (write_header(run) < 0) {
		msg_no_memory();
		return EXITCODE_INTERNAL;
	}
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
	cleanup_install(CLEANUP_FINISH);
	inputs_stop_on(run->inputs, &cleanup_signal);
	status = open_outputs(run);
	if (status == 0 && clash_take(run->inputs, &run->options, &run->output.target,
				   &run->rejects, &run->stats)) {
		msg_no_memory();
		status = EXITCODE_INTERNAL;
	}
	if (status == 0) {
		guard_lookup(run);
		/* the terminal is asked for before the right to ask is given up */
		run->shows_progress = wants_progress(run);
		give_up_rights(run);
		status = run_pipeline(run);
	}
	abandon_outputs(run);
	output_close(&run->output);
	return status;
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
		return EXITCODE_INTERNAL;
	}
}

int main(int argc, char **argv)
{
	struct run run = {.rejects.fd = -1, .stats.fd = -1, .output.target.fd = -1};
	enum options_result result;
	int status;

	msg_program("vcnflow");
	(void)clock_gettime(CLOCK_MONOTONIC, &run.began);
	result = options_parse(&run.options, argc, argv);
	msg_quiet(run.options.loudness == LOUDNESS_QUIET);
	if (result != OPTIONS_RUN) {
		options_free(&run.options);
		return status_of_options(result);
	}
	if (io_standard_descriptors())
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

/*
 * What only all options together tell. Nothing is opened here: files are told
 * apart by stat(2), so that a run can't write over what it reads.
 */
#include "vcnflow/arguments.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/identity.h"
#include "base/msg.h"
#include "vcnflow/usage.h"

static bool is_dash(const char *name)
{
	return strcmp(name, "-") == 0;
}

static bool writes_stdout(const struct options *options)
{
	return options->output == NULL || is_dash(options->output);
}

static int resolve_times(struct options *options)
{
	struct instant now = instant_now();
	char since[MSG_QUOTED_SIZE], until[MSG_QUOTED_SIZE];
	const struct instant clock = now;

	options->has_since = options->since_text != NULL;
	options->has_until = options->until_text != NULL;
	if (options->now_text != NULL && arguments_time(&now, "now", options->now_text, &clock) < 0)
		return -1;
	if (options->has_since &&
		arguments_time(&options->since, "since", options->since_text, &now) < 0)
		return -1;
	if (options->has_until &&
		arguments_time(&options->until, "until", options->until_text, &now) < 0)
		return -1;
	if (!options->has_since || !options->has_until ||
		instant_compare(&options->since, &options->until) <= 0)
		return 0;
	msg_error("bad --since %s: it is after --until %s",
		msg_quote_name(since, options->since_text),
		msg_quote_name(until, options->until_text));
	return -1;
}

static void resolve_metadata(struct options *options)
{
	if (options->metadata == NULL)
		options->metadata = getenv("VCNFLOW_METADATA");
	if (options->metadata == NULL)
		return;
	options->metadata_none = strcmp(options->metadata, "none") == 0;
	if (options->metadata_none || options->metadata[0] == '\0')
		options->metadata = NULL;
}

static bool is_default_stdin(const struct options *options)
{
	return options->operand_count == 0 && options->files_from == NULL;
}

/* How often standard input was named. */
static size_t dashes_of(const struct options *options)
{
	size_t uses = options->files_from != NULL && is_dash(options->files_from);

	for (size_t i = 0; i < options->operand_count; i++)
		uses += is_dash(options->operands[i]);
	return uses;
}

/* A closed one would come to be /dev/null later, and seem to be empty. */
static int check_stdin(const struct options *options)
{
	size_t uses = dashes_of(options) + is_default_stdin(options);

	if (uses > 1) {
		msg_error("cannot read standard input twice");
		return -1;
	}
	if (uses == 1 && fcntl(STDIN_FILENO, F_GETFD) < 0) {
		msg_error_errno(errno, "cannot read standard input");
		return -1;
	}
	if (is_default_stdin(options) && isatty(STDIN_FILENO)) {
		usage_short();
		return -1;
	}
	return 0;
}

/* A list that can't be read would be found out only behind the operands. */
static int check_list(const struct options *options)
{
	const char *path = options->files_from;
	char quoted[MSG_QUOTED_SIZE];
	struct stat status;
	int error = 0;

	if (path == NULL && options->files_null) {
		msg_error("--null is of no use without --files-from");
		return -1;
	}
	if (path == NULL || is_dash(path))
		return 0;
	if (stat(path, &status) < 0 || access(path, R_OK) < 0)
		error = errno;
	else if (S_ISDIR(status.st_mode))
		error = EISDIR;
	if (error == 0)
		return 0;
	msg_error_errno(error, "cannot read --files-from %s", msg_quote_name(quoted, path));
	return -1;
}

/* The files of a run that are not the operands. */
struct files {
	struct identity output, rejects, stats; /* to be written */
	struct identity metadata, list;         /* to be read */
	const struct internal *internal;        /* and its files */
};

static int refuse_output(const char *option, const char *path, const char *why)
{
	return arguments_refuse(option, path, strlen(path), why);
}

static int refuse_stdout(const char *why)
{
	msg_error("cannot write to standard output: %s", why);
	return -1;
}

static int check_outputs(const struct options *options, const struct files *files)
{
	if (identity_is_same(&files->rejects, &files->output))
		return refuse_output("rejects", options->rejects, "the output goes there already");
	if (identity_is_same(&files->stats, &files->output))
		return refuse_output("stats", options->stats_file, "the output goes there already");
	if (identity_is_same(&files->stats, &files->rejects))
		return refuse_output("stats", options->stats_file, "the rejects go there already");
	return 0;
}

/* Refuses the output that is a file which is read. */
static int check_against(const struct options *options, const struct files *files,
	const struct identity *read, const char *why)
{
	if (identity_is_same(&files->rejects, read))
		return refuse_output("rejects", options->rejects, why);
	if (identity_is_same(&files->stats, read))
		return refuse_output("stats", options->stats_file, why);
	if (!identity_is_same(&files->output, read))
		return 0;
	return writes_stdout(options) ? refuse_stdout(why)
				      : refuse_output("output", options->output, why);
}

/* An input can be no output, no lookup file, and no list of addresses. */
static int check_operand(const struct options *options, const struct files *files, const char *name)
{
	struct identity identity =
		is_dash(name) ? identity_of_descriptor(STDIN_FILENO) : identity_of_path(name);
	char quoted[MSG_QUOTED_SIZE];
	const char *why = NULL;

	if (check_against(options, files, &identity, "it is an input too") < 0)
		return -1;
	if (identity_is_same(&files->metadata, &identity))
		why = "it is the lookup file";
	else if (internal_is_file(files->internal, &identity))
		why = "it is a file of --internal";
	if (why == NULL)
		return 0;
	msg_error("cannot read %s: %s",
		is_dash(name) ? "standard input" : msg_quote_name(quoted, name), why);
	return -1;
}

static int check_operands(const struct options *options, const struct files *files)
{
	if (is_default_stdin(options))
		return check_operand(options, files, "-");
	for (size_t i = 0; i < options->operand_count; i++) {
		if (check_operand(options, files, options->operands[i]) < 0)
			return -1;
	}
	return 0;
}

/* The files that --internal named. */
static int check_internal(const struct options *options, const struct files *files)
{
	const struct internal *internal = files->internal;

	for (size_t i = 0; i < internal->file_count; i++) {
		if (check_against(
			    options, files, &internal->files[i], "it is a file of --internal") < 0)
			return -1;
	}
	return 0;
}

/* Before anything is touched; what is found later is compared when it is opened. */
static int check_clashes(const struct options *options)
{
	struct files files = {
		.output = writes_stdout(options) ? identity_of_descriptor(STDOUT_FILENO)
						 : identity_of_path(options->output),
		.rejects = identity_of_path(options->rejects),
		.stats = identity_of_path(options->stats_file),
		.metadata = identity_of_path(options->metadata),
		.list = options->files_from != NULL && is_dash(options->files_from)
				? identity_of_descriptor(STDIN_FILENO)
				: identity_of_path(options->files_from),
		.internal = &options->internal,
	};

	if (check_outputs(options, &files) < 0 ||
		check_against(options, &files, &files.metadata, "it is the lookup file") < 0 ||
		check_internal(options, &files) < 0 ||
		check_against(options, &files, &files.list, "it is an input too") < 0)
		return -1;
	return check_operands(options, &files);
}

static int check_stdout(struct options *options)
{
	if (!writes_stdout(options) || !isatty(STDOUT_FILENO))
		return 0;
	if (options->gzip) {
		msg_error("cannot write gzip to a terminal");
		return -1;
	}
	options->line_buffered = true;
	return 0;
}

/* Under --action all the record has one member more. */
static int check_keep(const struct options *options)
{
	for (size_t i = 0; options->action == ACTION_ALL && i < options->keep_count; i++) {
		if (strcmp(options->keep[i], "action") == 0)
			return arguments_refuse("keep", "action", strlen("action"),
				"under --action all the output record has this key already");
	}
	return 0;
}

int arguments_check(struct options *options)
{
	resolve_metadata(options);
	if (options->strict && options->ignore_bad) {
		msg_error("--strict and --ignore-bad exclude each other");
		return -1;
	}
	if (check_keep(options) < 0 || resolve_times(options) < 0 || check_list(options) < 0 ||
		check_stdin(options) < 0 || check_stdout(options) < 0)
		return -1;
	return check_clashes(options);
}

/*
 * What only all options together tell. Nothing is opened here: files are told
 * apart by stat(2), so that a run can't write over what it reads.
 *
 * Two names are one file when they lead to the same regular file, or to the
 * same name in the same directory where there is none yet. Devices and FIFOs
 * clash with nothing: /dev/null may be named as often as one likes.
 */
#include "vcnflow/arguments.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* What tells one file from another. */
struct identity {
	enum { IDENTITY_NONE, IDENTITY_FILE, IDENTITY_NEW } kind;
	dev_t device; /* of the file; of a new one's directory */
	ino_t inode;
	const char *base; /* of a new one: its name there */
};

static struct identity identity_of(const struct stat *status)
{
	struct identity identity = {IDENTITY_NONE, 0, 0, NULL};

	if (S_ISREG(status->st_mode)) {
		identity.kind = IDENTITY_FILE;
		identity.device = status->st_dev;
		identity.inode = status->st_ino;
	}
	return identity;
}

static struct identity identity_of_descriptor(int fd)
{
	struct stat status = {0};

	if (fstat(fd, &status) < 0)
		status.st_mode = 0;
	return identity_of(&status);
}

/* A name that leads to nothing yet: where it would be made. */
static struct identity identity_of_new(const char *path)
{
	struct identity identity = {IDENTITY_NONE, 0, 0, path};
	const char *slash = strrchr(path, '/');
	char directory[PATH_MAX] = ".";
	struct stat status;
	size_t len;

	if (slash != NULL) {
		len = (size_t)(slash - path) + 1;
		if (len >= sizeof(directory))
			return identity;
		memcpy(directory, path, len);
		directory[len] = '\0';
		identity.base = slash + 1;
	}
	if (stat(directory, &status) == 0) {
		identity.kind = IDENTITY_NEW;
		identity.device = status.st_dev;
		identity.inode = status.st_ino;
	}
	return identity;
}

static struct identity identity_of_path(const char *path)
{
	struct identity none = {IDENTITY_NONE, 0, 0, NULL};
	struct stat status;

	if (path == NULL)
		return none;
	return stat(path, &status) == 0 ? identity_of(&status) : identity_of_new(path);
}

static bool is_same(const struct identity *a, const struct identity *b)
{
	if (a->kind != b->kind || a->kind == IDENTITY_NONE || a->device != b->device ||
		a->inode != b->inode)
		return false;
	return a->kind == IDENTITY_FILE || strcmp(a->base, b->base) == 0;
}

/* The files that a run may write. */
struct outputs {
	struct identity output, rejects, stats;
};

static int refuse_output(const char *option, const char *path, const char *why)
{
	return arguments_refuse(option, path, strlen(path), why);
}

static int check_outputs(const struct options *options, const struct outputs *outputs)
{
	if (is_same(&outputs->rejects, &outputs->output))
		return refuse_output("rejects", options->rejects, "the output goes there already");
	if (is_same(&outputs->stats, &outputs->output))
		return refuse_output("stats", options->stats_file, "the output goes there already");
	if (is_same(&outputs->stats, &outputs->rejects))
		return refuse_output("stats", options->stats_file, "the rejects go there already");
	return 0;
}

/* -o may name an input: it is replaced only when all has been read. */
static int check_against(const struct options *options, const struct outputs *outputs,
	const struct identity *input, const char *why)
{
	if (is_same(&outputs->rejects, input))
		return refuse_output("rejects", options->rejects, why);
	if (is_same(&outputs->stats, input))
		return refuse_output("stats", options->stats_file, why);
	if (writes_stdout(options) && is_same(&outputs->output, input)) {
		msg_error("cannot write to standard output: %s", why);
		return -1;
	}
	return 0;
}

static int check_inputs(const struct options *options, const struct outputs *outputs)
{
	const char *why = "it is an input too";
	struct identity identity = identity_of_descriptor(STDIN_FILENO);

	if (is_default_stdin(options))
		return check_against(options, outputs, &identity, why);
	for (size_t i = 0; i < options->operand_count; i++) {
		identity = is_dash(options->operands[i]) ? identity_of_descriptor(STDIN_FILENO)
							 : identity_of_path(options->operands[i]);
		if (check_against(options, outputs, &identity, why) < 0)
			return -1;
	}
	identity = identity_of_path(options->files_from);
	return check_against(options, outputs, &identity, why);
}

static int check_metadata(const struct options *options, const struct outputs *outputs)
{
	const char *why = "it is the lookup file";
	struct identity metadata = identity_of_path(options->metadata);

	if (!writes_stdout(options) && is_same(&outputs->output, &metadata))
		return refuse_output("output", options->output, why);
	return check_against(options, outputs, &metadata, why);
}

static int check_clashes(const struct options *options)
{
	struct outputs outputs = {
		.output = writes_stdout(options) ? identity_of_descriptor(STDOUT_FILENO)
						 : identity_of_path(options->output),
		.rejects = identity_of_path(options->rejects),
		.stats = identity_of_path(options->stats_file),
	};

	if (check_outputs(options, &outputs) < 0 || check_metadata(options, &outputs) < 0)
		return -1;
	return check_inputs(options, &outputs);
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

int arguments_check(struct options *options)
{
	resolve_metadata(options);
	if (options->strict && options->ignore_bad) {
		msg_error("--strict and --ignore-bad exclude each other");
		return -1;
	}
	if (resolve_times(options) < 0 || check_list(options) < 0 || check_stdin(options) < 0 ||
		check_stdout(options) < 0)
		return -1;
	return check_clashes(options);
}

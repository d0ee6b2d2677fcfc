/*
 * Files are told apart by device and inode, whatever their names: first by the
 * names of the command line, later, as the inputs are opened, by what is open.
 */
#include "vcnflow/clash.h"

#include <string.h>
#include <unistd.h>

#include "base/identity.h"
#include "base/msg.h"
#include "base/optparse.h"
#include "vcnflow/endpoints.h"

#define LISTS 2

/* The files of a run that are not the operands. */
struct files {
	struct identity output, rejects, stats;    /* to be written */
	struct identity metadata, list;            /* to be read */
	const struct elements_files *lists[LISTS]; /* @FILEs, likewise */
};

/* The files of --internal, and those of the lists of endpoints.h. */
static const struct elements_files *lists_of(const struct options *options, size_t i)
{
	static const struct elements_files none;

	if (i == 0)
		return &options->internal.files;
	return options->endpoints != NULL ? &options->endpoints->files : &none;
}

static int refuse_output(const char *option, const char *path, const char *why)
{
	optparse_refuse(option, path, strlen(path), why);
	return -1;
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
	return options_write_stdout(options) ? refuse_stdout(why)
					     : refuse_output("output", options->output, why);
}

/* An input can be no output, no lookup file, and no list of addresses. */
static int check_operand(const struct options *options, const struct files *files, const char *name)
{
	struct identity identity = options_is_dash(name) ? identity_of_descriptor(STDIN_FILENO)
							 : identity_of_path(name);
	char quoted[MSG_QUOTED_SIZE];
	const char *why = NULL;

	if (check_against(options, files, &identity, "it is an input too") < 0)
		return -1;
	if (identity_is_same(&files->metadata, &identity))
		why = "it is the lookup file";
	for (size_t i = 0; why == NULL && i < LISTS; i++) {
		const struct elements_file *file = elements_find_file(files->lists[i], &identity);

		why = file != NULL ? file->what : NULL;
	}
	if (why == NULL)
		return 0;
	msg_error("cannot read %s: %s",
		options_is_dash(name) ? "standard input" : msg_quote_name(quoted, name), why);
	return -1;
}

static int check_operands(const struct options *options, const struct files *files)
{
	if (options_read_stdin(options))
		return check_operand(options, files, "-");
	for (size_t i = 0; i < options->flowlog.operand_count; i++) {
		if (check_operand(options, files, options->flowlog.operands[i]) < 0)
			return -1;
	}
	return 0;
}

/* The files that lists named. */
static int check_lists(const struct options *options, const struct files *files)
{
	for (size_t i = 0; i < LISTS; i++) {
		for (size_t k = 0; k < files->lists[i]->count; k++) {
			const struct elements_file *file = &files->lists[i]->list[k];

			if (check_against(options, files, &file->identity, file->what) < 0)
				return -1;
		}
	}
	return 0;
}

int clash_check(const struct options *options)
{
	struct files files = {
		.output = options_write_stdout(options) ? identity_of_descriptor(STDOUT_FILENO)
							: identity_of_path(options->output),
		.rejects = identity_of_path(options->rejects),
		.stats = identity_of_path(options->stats_file),
		.metadata = identity_of_path(options->metadata),
		.list = options->flowlog.files_from != NULL &&
					options_is_dash(options->flowlog.files_from)
				? identity_of_descriptor(STDIN_FILENO)
				: identity_of_path(options->flowlog.files_from),
		.lists = {lists_of(options, 0), lists_of(options, 1)},
	};

	if (check_outputs(options, &files) < 0 ||
		check_against(options, &files, &files.metadata, "it is the lookup file") < 0 ||
		check_lists(options, &files) < 0 ||
		check_against(options, &files, &files.list, "it is an input too") < 0)
		return -1;
	return check_operands(options, &files);
}

/* What a target's file is to the inputs. */
static struct inputs_taken taken_by(const struct target *target, const char *why, bool ends_run)
{
	struct inputs_taken taken = {
		.file = identity_of_path(target->path),
		.path = target->path,
		.why = why,
		.ends_run = ends_run,
	};

	if (target->is_open)
		taken.temporary = identity_of_descriptor(target->fd);
	return taken;
}

int clash_take(struct inputs *inputs, const struct options *options, const struct target *output,
	const struct target *rejects, const struct target *stats)
{
	struct inputs_taken taken[] = {
		taken_by(output, "the output goes there", false),
		{.file = identity_of_descriptor(STDERR_FILENO), .why = "messages go there"},
		taken_by(rejects, "the rejects go there", true),
		taken_by(stats, "the stats go there", true),
		{.file = identity_of_path(options->metadata), .why = "it is the lookup file"},
	};

	if (output->path == NULL)
		taken[0].file = identity_of_descriptor(STDOUT_FILENO);
	for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
		if (inputs_take(inputs, &taken[i]))
			return -1;
	for (size_t i = 0; i < LISTS; i++) {
		const struct elements_files *files = lists_of(options, i);

		for (size_t k = 0; k < files->count; k++) {
			struct inputs_taken file = {
				.file = files->list[k].identity, .why = files->list[k].what};

			if (inputs_take(inputs, &file))
				return -1;
		}
	}
	return 0;
}

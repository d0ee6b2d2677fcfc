/*
 * The frame of the commands. Whatever may refuse comes first: options, the lookup
 * file, what the command itself opens, the output; then the rights go, and only then
 * are conversations read, which are anybody's bytes.
 */
#include "vcnrules/command.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/identity.h"
#include "base/io.h"
#include "base/msg.h"
#include "lookup/lookupfile.h"
#include "vcnrules/against.h"
#include "vcnrules/began.h"
#include "vcnrules/input.h"

/* ---- the output --------------------------------------------------------------------- */

/* Is what path leads to also written? Says so. */
static bool is_written(const char *path, const struct identity *written)
{
	struct identity file = identity_of_path(path);
	char quoted[MSG_QUOTED_SIZE];

	if (strcmp(path, "-") == 0 || !identity_is_same(&file, written))
		return false;
	msg_error("%s would be read and written at once", msg_quote_name(quoted, path));
	return true;
}

/* How many of the operands are files. */
static size_t count_inputs(const struct command *command)
{
	return command->kind->operands == COMMAND_CONVERSATIONS ? command->options->operand_count
								: 0;
}

/* The same of standard input, which may be a file, if it is read. */
static bool is_stdin_written(const struct command *command, const struct identity *written)
{
	struct identity file = identity_of_descriptor(STDIN_FILENO);
	bool is_read = command->kind->operands == COMMAND_CONVERSATIONS &&
		       command->options->operand_count == 0;

	for (size_t i = 0; i < count_inputs(command) && !is_read; i++)
		is_read = strcmp(command->options->operands[i], "-") == 0;
	if (!is_read || !identity_is_same(&file, written))
		return false;
	msg_error("standard input would be read and written at once");
	return true;
}

/* The same of a replacement, which may be the folder of a proposal. */
static enum exitcode check_replacement(const char *path, const struct identity *written)
{
	char *changes;
	bool is_read;

	if (is_written(path, written))
		return EXITCODE_REFUSED;
	if (asprintf(&changes, "%s/" AGAINST_CHANGES, path) < 0) {
		msg_no_memory();
		return EXITCODE_INTERNAL;
	}
	is_read = is_written(changes, written);
	free(changes);
	return is_read ? EXITCODE_REFUSED : EXITCODE_OK;
}

static enum exitcode check_written(const struct command *command, const struct identity *written)
{
	const struct options *options = command->options;
	enum exitcode exitcode =
		is_written(options->metadata, written) ? EXITCODE_REFUSED : EXITCODE_OK;

	if (exitcode == EXITCODE_OK && is_stdin_written(command, written))
		exitcode = EXITCODE_REFUSED;
	for (size_t i = 0; i < count_inputs(command) && exitcode == EXITCODE_OK; i++)
		if (is_written(options->operands[i], written))
			exitcode = EXITCODE_REFUSED;
	for (size_t i = 0; i < options->replacement_count && exitcode == EXITCODE_OK; i++)
		exitcode = check_replacement(options->replacements[i].path, written);
	return exitcode;
}

void command_give_up_rights(const struct command *command, int directory, enum rights_path right)
{
	const struct options *options = command->options;
	struct rights rights;

	rights_begin(&rights);
	for (size_t i = 0; i < count_inputs(command); i++)
		if (strcmp(options->operands[i], "-") != 0)
			rights_leave(&rights, options->operands[i], RIGHTS_READ);
	if (directory >= 0)
		rights_leave_open(&rights, directory, right);
	rights_give_up(&rights, RIGHTS_FILTER);
}

enum exitcode command_begin(struct command *command)
{
	const char *path = command->options->output;
	struct outfile *output = &command->output;
	struct identity written = path && strcmp(path, "-") != 0
					  ? identity_of_path(path)
					  : identity_of_descriptor(STDOUT_FILENO);
	enum exitcode exitcode = check_written(command, &written);

	if (exitcode == EXITCODE_OK)
		exitcode = outfile_open(output, path);
	if (exitcode == EXITCODE_OK)
		command_give_up_rights(command,
			output->path && !output->replace.direct ? output->replace.directory : -1,
			RIGHTS_REPLACE);
	return exitcode;
}

enum exitcode command_end(struct command *command, enum exitcode exitcode)
{
	enum exitcode written = outfile_close(&command->output, exitcode <= EXITCODE_PARTIAL);

	return written != EXITCODE_OK ? written : exitcode;
}

/* ---- conversations ------------------------------------------------------------------- */

struct taking {
	struct command *command;
	struct flows *flows;
};

/* An input_take. */
static int take(void *context, const struct conversation *conversation)
{
	const struct taking *taking = context;

	if (!options_wants(taking->command->options, conversation))
		return 0;
	if (!conversation->has_period)
		taking->command->may_reach_out = true;
	if (flows_add(taking->flows, conversation) == 0)
		return 0;
	msg_no_memory();
	return -1;
}

/* Subnets go together, so each is looked for a few times only. */
static void warn_of_unknown(const struct lookup *lookup, const struct flows *flows)
{
	uint64_t unknown = 0;
	bool is_known = true;

	for (size_t i = 0; i < flows->count; i++) {
		const struct flow *flow = &flows->at[i];
		struct lookup_subnet subnet;

		if (i == 0 || flow->subnet != flow[-1].subnet) {
			size_t len;
			const char *text = textset_text(&flows->texts, flow->subnet, &len);

			is_known = lookup_find(lookup, text, len, &subnet);
		}
		if (!is_known)
			unknown = conversation_plus(
				unknown, conversation_plus(flow->in.records, flow->out.records));
	}
	if (unknown > 0)
		msg_warning("%" PRIu64 " records are of subnets that the lookup file does not have",
			unknown);
}

/* Returns true if a sum over some of the flows may be more than can be counted: then one
 * over all of them is. */
static bool is_saturated(const struct flows *flows)
{
	struct conversation_sum all = {0};

	for (size_t i = 0; i < flows->count; i++) {
		flows_sum_up(&all, &flows->at[i].in);
		flows_sum_up(&all, &flows->at[i].out);
	}
	return all.records == INT64_MAX || all.packets == INT64_MAX || all.bytes == INT64_MAX;
}

enum exitcode command_read(struct command *command, struct flows *flows)
{
	const struct options *options = command->options;
	struct taking taking = {command, flows};
	enum exitcode exitcode =
		input_read(options->operands, options->operand_count, take, &taking);

	if (exitcode > EXITCODE_PARTIAL)
		return exitcode;
	if (began_decide(flows) != 0) {
		msg_no_memory();
		return EXITCODE_INTERNAL;
	}
	if (is_saturated(flows))
		msg_warning("sums are larger than can be counted: they are the least that is true");
	options_warn_of_times(options, command->may_reach_out);
	warn_of_unknown(command->lookup, flows);
	return exitcode;
}

/* ---- running ------------------------------------------------------------------------- */

static enum exitcode check_operands(const struct command_kind *kind, const struct options *options)
{
	char quoted[MSG_QUOTED_SIZE];

	if (kind->operands == COMMAND_CONVERSATIONS)
		return input_check(
			options->operands, options->operand_count, io_was_open(STDIN_FILENO));
	if (kind->operands == COMMAND_WORDS || options->operand_count == 0)
		return EXITCODE_OK;
	msg_error("%s reads no input: what is %s for?", kind->name,
		msg_quote_name(quoted, options->operands[0]));
	return EXITCODE_REFUSED;
}

static enum exitcode run(const struct command_kind *kind, const struct options *options)
{
	struct command command = {.kind = kind, .options = options};
	enum exitcode exitcode = check_operands(kind, options);

	if (exitcode == EXITCODE_OK)
		exitcode = lookupfile_open_guarded(&command.lookup, options->metadata);
	if (exitcode != EXITCODE_OK)
		return exitcode;
	exitcode = kind->run(&command);
	lookupfile_close(command.lookup);
	return exitcode;
}

int command_main(const struct command_kind *kind, int argc, char **argv)
{
	struct options options;
	enum options_result result = options_parse(&options, kind->options, argc, argv);
	enum exitcode exitcode = options_exitcode(result);

	if (result == OPTIONS_RUN)
		exitcode = run(kind, &options);
	options_free(&options);
	return (int)exitcode;
}

/*
 * JSON dumps into a lookup file. All inputs are read before anything is
 * written; each that is bad is named, by its first fault, and then nothing is.
 */
#include "vcnmeta/build.h"

#include <inttypes.h>
#include <string.h>

#include "base/dirlock.h"
#include "base/limits.h"
#include "base/msg.h"
#include "base/optparse.h"
#include "lookup/writer.h"
#include "vcnmeta/dump.h"
#include "vcnmeta/fetched.h"
#include "vcnmeta/help.h"
#include "vcnmeta/ignored.h"
#include "vcnmeta/input.h"

struct build {
	struct model *model;
	struct ignored ignored;
	const char *source; /* the input that is being read */
	enum exitcode exitcode;
};

/* An object's OCID for messages, or what stands in its place. */
static const char *quote_id(
	char quoted[MSG_QUOTED_SIZE], const struct json_tree *tree, const struct json_node *node)
{
	struct lookup_text id = model_id(tree, node);

	if (id.len == 0)
		return "an object without id";
	return msg_quote(quoted, id.text, id.len);
}

static void tell_differing(
	const char *id, const struct model_place *place, const struct model_place *earlier)
{
	char later_name[MSG_QUOTED_SIZE];
	char earlier_name[MSG_QUOTED_SIZE];

	msg_error("copies of %s differ: %s, line %" PRIu64 ", and %s, line %" PRIu64, id,
		input_quote(earlier_name, earlier->source), earlier->line,
		input_quote(later_name, place->source), place->line);
}

static int refuse_object(struct build *build, const char *id, enum model_result result,
	const struct model_place *place, const struct model_fault *fault)
{
	char name[MSG_QUOTED_SIZE];

	build->exitcode = EXITCODE_REFUSED;
	if (result == MODEL_DIFFERS) {
		tell_differing(id, place, &fault->earlier);
	} else if (result == MODEL_MALFORMED) {
		msg_error("cannot use %s in %s, line %" PRIu64 ": %s", id,
			input_quote(name, place->source), place->line, fault->text);
	} else {
		msg_no_memory();
		build->exitcode = EXITCODE_INTERNAL;
	}
	return -1;
}

/* A dump_take: puts a value where it belongs. */
static int take_value(
	void *context, const struct json_tree *tree, const struct json_node *node, uint64_t line)
{
	struct build *build = context;
	struct model_place place = {build->source, line};
	char quoted[MSG_QUOTED_SIZE];
	struct model_fault fault;
	enum model_result result = MODEL_OK;

	switch (model_kind(tree, node)) {
	case MODEL_SUBNET:
		result = model_add_subnet(build->model, tree, node, place, &fault);
		break;
	case MODEL_LIST:
		result = model_add_list(build->model, tree, node, place, &fault);
		break;
	case MODEL_OTHER:
		ignored_add(&build->ignored, tree, node, place);
		break;
	}
	if (result == MODEL_OK)
		return 0;
	return refuse_object(build, quote_id(quoted, tree, node), result, &place, &fault);
}

static void walk_text(struct build *build, const struct bytes *text)
{
	char quoted[MSG_QUOTED_SIZE];
	struct dump_fault fault;

	switch (dump_walk(text->data, text->len, take_value, build, &fault)) {
	case DUMP_OK:
	case DUMP_STOPPED: /* after a message */
		break;
	case DUMP_MALFORMED:
		msg_error("cannot read %s, line %" PRIu64 ": %s",
			input_quote(quoted, build->source), fault.line, fault.text);
		build->exitcode = EXITCODE_REFUSED;
		break;
	case DUMP_NO_MEMORY:
		msg_no_memory();
		build->exitcode = EXITCODE_INTERNAL;
		break;
	}
}

/* Reads one input; build->exitcode tells of what is wrong with any. */
static void read_input(struct build *build, const char *path)
{
	struct bytes text = BYTES_INIT(LIMIT_METADATA_FILE);
	enum exitcode exitcode = input_read(path, &text);

	build->source = input_name(path);
	if (exitcode == EXITCODE_OK)
		walk_text(build, &text);
	else
		build->exitcode = exitcode;
	bytes_free(&text);
}

/* Names the lists that no input holds. Returns whether there are any. */
static bool tell_missing(const struct model *model)
{
	struct model_missing missing;
	size_t cursor = 0;
	bool any = false;

	while (model_next_missing(model, &cursor, &missing)) {
		char list[MSG_QUOTED_SIZE];
		char subnet[MSG_QUOTED_SIZE];

		msg_error("no input holds security list %s, which subnet %s "
			  "names: left out",
			msg_quote(list, missing.list.text, missing.list.len),
			msg_quote(subnet, missing.subnet.text, missing.subnet.len));
		any = true;
	}
	return any;
}

static enum exitcode write_file(struct build *build, const char *path)
{
	enum exitcode exitcode;
	struct dirlock lock;
	int64_t now;
	bool missing;

	ignored_tell(&build->ignored);
	if (model_subnet_count(build->model) == 0)
		msg_warning("no input holds a subnet");
	if (fetched_now(&now) != 0)
		return EXITCODE_REFUSED;
	missing = tell_missing(build->model);
	exitcode = dirlock_acquire(&lock, path);
	if (exitcode == EXITCODE_OK)
		exitcode = writer_write(build->model, path, now, WRITER_SOURCE_BUILD);
	dirlock_release(&lock);
	if (exitcode == EXITCODE_OK && missing)
		return EXITCODE_PARTIAL;
	return exitcode;
}

struct build_options {
	const char *output;
	bool quiet;
};

static const struct optparse_option table[] = {
	{.name = "output",
		.letter = 'o',
		.kind = OPTPARSE_TEXT,
		OPTPARSE_MEMBER(struct build_options, output)},
	{.name = "quiet",
		.letter = 'q',
		.kind = OPTPARSE_FLAG,
		OPTPARSE_MEMBER(struct build_options, quiet)},
	{.name = "help", .letter = 'h', .kind = OPTPARSE_SHOW_HELP},
	{.name = "version", .letter = 'V', .kind = OPTPARSE_SHOW_VERSION},
};

static enum exitcode build_file(const struct build_options *options, const struct optparse *inputs)
{
	struct build build = {.exitcode = EXITCODE_OK};

	build.model = model_new(MODEL_REFUSE_DIFFERING);
	if (!build.model) {
		msg_no_memory();
		return EXITCODE_INTERNAL;
	}
	for (size_t i = 0; i < inputs->operand_count && build.exitcode != EXITCODE_INTERNAL; i++)
		read_input(&build, inputs->operands[i]);
	if (build.exitcode == EXITCODE_OK)
		build.exitcode = write_file(&build, options->output);
	model_free(build.model);
	return build.exitcode;
}

/* What is missing from the arguments, or too much; null: nothing. */
static const char *fault_of(const struct build_options *options, const struct optparse *inputs)
{
	int standard = 0;

	for (size_t i = 0; i < inputs->operand_count; i++)
		standard += strcmp(inputs->operands[i], "-") == 0;
	if (!options->output)
		return "no output file: usage: vcnmeta build -o FILE JSON...";
	if (strcmp(options->output, "-") == 0)
		return "bad --output: want the name of a file";
	if (inputs->operand_count == 0)
		return "nothing to read: usage: vcnmeta build -o FILE JSON...";
	if (standard > 1)
		return "standard input is named twice";
	return NULL;
}

static enum exitcode run(int argc, char **argv)
{
	struct build_options options = {0};
	struct optparse optparse = {
		.options = table,
		.count = sizeof(table) / sizeof(table[0]),
		.into = &options,
		.help_command = "vcnmeta build --help",
	};
	enum optparse_result result = optparse_read(&optparse, argc, argv);
	const char *fault;

	if (result != OPTPARSE_RUN)
		return help_answer(result, "build");
	msg_quiet(options.quiet);
	fault = fault_of(&options, &optparse);
	if (!fault)
		return build_file(&options, &optparse);
	msg_error("%s", fault);
	return EXITCODE_REFUSED;
}

int build_main(int argc, char **argv)
{
	return (int)run(argc, argv);
}

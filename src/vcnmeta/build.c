/*
 * Dumps and lookup files into a lookup file. All inputs are read before anything
 * is written; each that is bad is named, by its first fault, and then nothing
 * is. What a dump holds counts as fetched now.
 */
#include "vcnmeta/build.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/dirlock.h"
#include "base/identity.h"
#include "base/limits.h"
#include "base/msg.h"
#include "base/ocid.h"
#include "base/optparse.h"
#include "base/utc.h"
#include "lookup/dump.h"
#include "lookup/import.h"
#include "lookup/lookupfile.h"
#include "lookup/merge.h"
#include "lookup/writer.h"
#include "vcnmeta/fetched.h"
#include "vcnmeta/help.h"
#include "vcnmeta/ignored.h"
#include "vcnmeta/input.h"
#include "vcnmeta/oci/region.h"
#include "vcnmeta/summary.h"

static const char help[] =
	"usage: vcnmeta build -o FILE [option]... INPUT...\n"
	"Make a lookup file from dumps of the oci CLI, of REST or an SDK, and from\n"
	"lookup files. - is standard input.\n"
	"\n"
	"  dumps: oci network subnet list, security-list list, nsg list, vcn list,\n"
	"         private-ip list, ipv6 list, vnic get; oci iam compartment list, each\n"
	"         with all its pages; and Oracle's public_ip_ranges.json\n"
	"\n"
	"  -o, --output FILE           the lookup file; replaced whole or not at all\n"
	"      --nsg-rules OCID=FILE   the rules of a network security group, from oci\n"
	"                              network nsg rules list; repeatable\n"
	"      --nsg-vnics OCID=FILE   its members, from oci network nsg vnics list;\n"
	"                              repeatable\n"
	"      --all-groups            the inputs hold all groups of every VCN\n"
	"  -q, --quiet                 no warnings\n"
	"  -h, --help                  this text\n"
	"  -V, --version               the version\n";

/* What an input's objects are taken for. */
enum purpose {
	PURPOSE_ANYTHING, /* an operand's */
	PURPOSE_RULES,    /* of a group */
	PURPOSE_MEMBERS,  /* of a group */
};

/* An input: an operand, or of an option. */
struct input {
	enum purpose purpose;
	const char *path;
	const char *group; /* its OCID; null: none */
	size_t group_len;
	bool is_lookup;
	bool is_page; /* one page of several: not all of what it is of */
};

struct build {
	const char *output;
	bool quiet;
	bool all_groups;
	struct input *inputs;
	size_t input_count;

	struct model *model;
	struct ignored ignored;
	struct input *input; /* that is being read */
	const char *name;    /* of it, for messages */
	unsigned kinds;      /* of its objects: a bit for each import_kind */
	int64_t now;
	int64_t newest;          /* of the lookup files */
	bool has_dumps;          /* or lookup files alone */
	bool is_partial;         /* a dump of which a page is missing */
	bool groups_are_partial; /* one of groups, or one that holds nothing */
	enum exitcode exitcode;
};

static void no_memory(struct build *build)
{
	msg_no_memory();
	build->exitcode = EXITCODE_INTERNAL;
}

/* Adds an input. Returns 0, or -1 when memory ran out. */
static int add_input(struct build *build, struct input input)
{
	struct input *inputs = reallocarray(build->inputs, build->input_count + 1, sizeof(*inputs));

	if (!inputs)
		return -1;
	build->inputs = inputs;
	inputs[build->input_count++] = input;
	return 0;
}

/* OCID=FILE */
static enum optparse_result take_group(
	struct build *build, const char *name, const char *argument, enum purpose purpose)
{
	const char *equals = strchr(argument, '=');
	struct input input = {
		.purpose = purpose, .path = equals ? equals + 1 : "", .group = argument};

	input.group_len = equals ? (size_t)(equals - argument) : 0;
	if (!ocid_is_of(argument, input.group_len, OCID_GROUP) || *input.path == '\0')
		return optparse_refuse(name, argument, strlen(argument),
			"want the OCID of a network security group, '=' and a file");
	if (add_input(build, input) == 0)
		return OPTPARSE_RUN;
	msg_no_memory();
	return OPTPARSE_NO_MEMORY;
}

static enum optparse_result take_rules(void *into, const char *name, char *argument)
{
	return take_group(into, name, argument, PURPOSE_RULES);
}

static enum optparse_result take_members(void *into, const char *name, char *argument)
{
	return take_group(into, name, argument, PURPOSE_MEMBERS);
}

static const struct optparse_option options[] = {
	{"output", 'o', OPTPARSE_TEXT, OPTPARSE_MEMBER(struct build, output)},
	{"nsg-rules", 0, OPTPARSE_CALL, .take = take_rules},
	{"nsg-vnics", 0, OPTPARSE_CALL, .take = take_members},
	{"all-groups", 0, OPTPARSE_FLAG, OPTPARSE_MEMBER(struct build, all_groups)},
	{"quiet", 'q', OPTPARSE_FLAG, OPTPARSE_MEMBER(struct build, quiet)},
	{"help", 'h', .kind = OPTPARSE_SHOW_HELP},
	{"version", 'V', .kind = OPTPARSE_SHOW_VERSION},
};

/* An object's OCID for messages, or what stands in its place. */
static const char *quote_id(char quoted[MSG_QUOTED_SIZE], const struct import_object *object)
{
	struct lookup_text id = import_id(object);

	return id.len == 0 ? "an object without id" : msg_quote(quoted, id.text, id.len);
}

/* "'x.json', line 7", or without a line "'x.lut'" */
static const char *quote_place(char text[MSG_QUOTED_SIZE + 32], const struct model_place *place)
{
	char quoted[MSG_QUOTED_SIZE];

	if (place->line == 0)
		snprintf(text, MSG_QUOTED_SIZE + 32, "%s", input_quote(quoted, place->source));
	else
		snprintf(text, MSG_QUOTED_SIZE + 32, "%s, line %" PRIu64,
			input_quote(quoted, place->source), place->line);
	return text;
}

static int refuse_object(struct build *build, const char *id, enum model_result result,
	const struct model_place *place, const struct model_fault *fault)
{
	char later[MSG_QUOTED_SIZE + 32], earlier[MSG_QUOTED_SIZE + 32];

	build->exitcode = EXITCODE_REFUSED;
	quote_place(later, place);
	if (result == MODEL_DIFFERS)
		msg_error("copies of %s differ: %s, and %s", id,
			quote_place(earlier, &fault->earlier), later);
	else if (result == MODEL_MALFORMED)
		msg_error("cannot use %s in %s: %s", id, later, fault->text);
	else
		no_memory(build);
	return -1;
}

/* What names no group, and stands where no option says whose it is. */
static int refuse_nameless(
	struct build *build, const char *what, const char *option, const struct model_place *place)
{
	char text[MSG_QUOTED_SIZE + 32];

	msg_error("cannot use %s: it holds %s of a network security group and does not say of "
		  "which: give it as %s OCID=FILE",
		quote_place(text, place), what, option);
	build->exitcode = EXITCODE_REFUSED;
	return -1;
}

/* What is not what an option says that its file holds. */
static int refuse_other(
	struct build *build, const char *option, const char *what, const struct model_place *place)
{
	char text[MSG_QUOTED_SIZE + 32];

	msg_error("cannot use %s as %s: it is no %s", quote_place(text, place), option, what);
	build->exitcode = EXITCODE_REFUSED;
	return -1;
}

static enum model_result import_any(struct build *build, const struct import_object *object,
	struct model_place place, struct model_fault *fault)
{
	struct model *model = build->model;

	switch (object->kind) {
	case IMPORT_SUBNET:
		return import_subnet(model, object, place, fault);
	case IMPORT_LIST:
		return import_list(model, object, place, fault);
	case IMPORT_GROUP:
		return import_group(model, object, place, fault);
	case IMPORT_VNIC:
		return import_vnic(model, object, place, fault);
	case IMPORT_VCN:
		return import_vcn(model, object, place, fault);
	case IMPORT_COMPARTMENT:
		return import_compartment(model, object, place, fault);
	case IMPORT_ADDRESS:
		return import_address(model, object, place, fault);
	case IMPORT_RANGES:
		return import_ranges(model, object, region_key, place, fault);
	default:
		ignored_add(&build->ignored, object, place);
		return MODEL_OK;
	}
}

/* A dump_take: puts a value where it belongs. */
static int take_value(
	void *context, const struct json_tree *tree, const struct json_node *node, uint64_t line)
{
	struct build *build = context;
	const struct input *input = build->input;
	struct model_place place = {build->name, line, build->now};
	struct import_object object = import_object(tree, node);
	char quoted[MSG_QUOTED_SIZE];
	struct model_fault fault;
	enum model_result result = MODEL_OK;

	build->kinds |= 1u << object.kind;
	switch (input->purpose) {
	case PURPOSE_RULES:
		if (object.kind != IMPORT_RULE)
			return refuse_other(build, "--nsg-rules", "rule of a group", &place);
		result = import_rule(
			build->model, input->group, input->group_len, &object, place, &fault);
		break;
	case PURPOSE_MEMBERS:
		if (object.kind != IMPORT_MEMBER && node->value.type != JSON_STRING)
			return refuse_other(build, "--nsg-vnics", "member of a group", &place);
		result = import_member(
			build->model, input->group, input->group_len, &object, place, &fault);
		break;
	case PURPOSE_ANYTHING:
		if (object.kind == IMPORT_RULE)
			return refuse_nameless(build, "rules", "--nsg-rules", &place);
		if (object.kind == IMPORT_MEMBER)
			return refuse_nameless(build, "members", "--nsg-vnics", &place);
		result = import_any(build, &object, place, &fault);
		break;
	}
	if (result == MODEL_OK)
		return 0;
	return refuse_object(build, quote_id(quoted, &object), result, &place, &fault);
}

/* A dump_take over what take_value has taken: what is on the other pages is not
 * known of any VNIC of the subnet. */
static int take_partial(
	void *context, const struct json_tree *tree, const struct json_node *node, uint64_t line)
{
	struct build *build = context;
	struct import_object object = import_object(tree, node);

	(void)line;
	if (object.kind != IMPORT_ADDRESS ||
		import_partial_address(build->model, &object) == MODEL_OK)
		return 0;
	no_memory(build);
	return -1;
}

/* Returns true if a page is of groups, or, for all one can tell, may be. */
static bool may_be_of_groups(const struct build *build)
{
	return build->input->purpose == PURPOSE_ANYTHING &&
	       (build->kinds == 0 || build->kinds & 1u << IMPORT_GROUP);
}

/* What a page of several does not tell all of, or "". */
static const char *part_of_page(const struct build *build)
{
	if (build->input->purpose == PURPOSE_RULES)
		return " and does not tell all of the group's rules";
	if (build->input->purpose == PURPOSE_MEMBERS)
		return " and does not tell all of the group's members";
	if (build->all_groups && may_be_of_groups(build))
		return ", so --all-groups does not hold";
	if (build->kinds & 1u << IMPORT_ADDRESS)
		return " and does not tell all addresses of the subnet";
	return "";
}

/* A dump of which a page is missing tells no end of anything: what depends on it
 * is not known. */
static void take_page(struct build *build, const struct bytes *text, uint64_t line)
{
	char quoted[MSG_QUOTED_SIZE];
	struct dump_fault fault;

	build->is_partial = true;
	build->input->is_page = true;
	if (may_be_of_groups(build))
		build->groups_are_partial = true;
	if (build->kinds & 1u << IMPORT_ADDRESS &&
		dump_walk(text->data, text->len, take_partial, build, &fault) == DUMP_NO_MEMORY)
		no_memory(build);
	msg_error("%s, line %" PRIu64 ", is one page of several%s: dump it with --all",
		input_quote(quoted, build->name), line, part_of_page(build));
}

static void walk_text(struct build *build, const struct bytes *text)
{
	char quoted[MSG_QUOTED_SIZE];
	struct dump_fault fault;
	enum dump_error error = dump_walk(text->data, text->len, take_value, build, &fault);

	if (error == DUMP_MALFORMED) {
		msg_error("cannot read %s, line %" PRIu64 ": %s", input_quote(quoted, build->name),
			fault.line, fault.text);
		build->exitcode = EXITCODE_REFUSED;
	} else if (error == DUMP_NO_MEMORY) {
		no_memory(build);
	} else if (error == DUMP_OK && fault.next_page != 0) {
		take_page(build, text, fault.next_page);
	}
}

/* What an input that is of a group has of it. */
static enum model_part part_of(const struct input *input)
{
	return input->purpose == PURPOSE_RULES ? MODEL_GROUP_RULES : MODEL_GROUP_MEMBERS;
}

/* Says that all that the model gets of the group comes now, or nothing. */
static enum model_result begin_group(struct build *build)
{
	const struct input *input = build->input;

	if (input->purpose == PURPOSE_ANYTHING)
		return MODEL_OK;
	return import_begin_part(
		build->model, part_of(input), input->group, input->group_len, build->now);
}

/* A lookup file is mapped, which needs a name. */
static void refuse_piped(struct build *build)
{
	char quoted[MSG_QUOTED_SIZE];

	msg_error("cannot read %s: it is a lookup file, which is read from a regular file only, "
		  "as an operand",
		input_quote(quoted, build->name));
	build->exitcode = EXITCODE_REFUSED;
}

/* Dumps are small: what is compressed is told of, not inflated. */
static void refuse_gzip(struct build *build)
{
	char quoted[MSG_QUOTED_SIZE];

	msg_error("cannot read %s: it is compressed with gzip: decompress it with 'gzip -dc' first",
		input_quote(quoted, build->name));
	build->exitcode = EXITCODE_REFUSED;
}

/* A dump that is also the output would be lost; of one that is empty nothing is. */
static bool is_written(const struct build *build)
{
	const char *path = build->input->path;
	struct identity output = identity_of_path(build->output);
	struct identity input = input_is_standard(path) ? identity_of_descriptor(STDIN_FILENO)
							: identity_of_path(path);

	return identity_is_same(&input, &output);
}

static void refuse_written(struct build *build)
{
	char quoted[MSG_QUOTED_SIZE];

	msg_error("%s would be read and written at once", input_quote(quoted, build->name));
	build->exitcode = EXITCODE_REFUSED;
}

static void read_dump(struct build *build)
{
	struct bytes text = BYTES_INIT(LIMIT_METADATA_FILE);
	enum exitcode exitcode = input_read(build->input->path, &text);

	build->has_dumps = true;
	if (exitcode != EXITCODE_OK)
		build->exitcode = exitcode;
	else if (input_begins_lookup(&text))
		refuse_piped(build);
	else if (input_begins_gzip(&text))
		refuse_gzip(build);
	else if (text.len > 0 && is_written(build))
		refuse_written(build);
	else if (begin_group(build) != MODEL_OK)
		no_memory(build);
	else
		walk_text(build, &text);
	bytes_free(&text);
}

static void read_lookup(struct build *build)
{
	struct model_place place = {build->name, 0, 0};
	struct model_fault fault;
	struct lookup *lookup;
	enum exitcode exitcode = lookupfile_open_guarded(&lookup, build->input->path);
	enum model_result result;

	if (exitcode != EXITCODE_OK) {
		build->exitcode = exitcode;
		return;
	}
	if (lookup_fetched_at(lookup) > build->newest)
		build->newest = lookup_fetched_at(lookup);
	result = merge_lookup(build->model, lookup, MERGE_LATER, build->name, &fault);
	if (result != MODEL_OK)
		refuse_object(build, result == MODEL_DIFFERS ? fault.text : "what it holds", result,
			&place, &fault);
	lookupfile_close(lookup);
}

/* Reads all inputs of one kind; build->exitcode tells of what is wrong with any. */
static void read_inputs(struct build *build, bool of_lookups)
{
	for (size_t i = 0; i < build->input_count && build->exitcode != EXITCODE_INTERNAL; i++) {
		struct input *input = &build->inputs[i];

		if (input->is_lookup != of_lookups)
			continue;
		build->input = input;
		build->name = input_name(input->path);
		build->kinds = 0;
		if (of_lookups)
			read_lookup(build);
		else
			read_dump(build);
	}
}

/* What is held of an older copy of the group's part is kept, and told of. */
static int miss_part(struct build *build, const struct input *input)
{
	struct model_unread unread = {
		.part = part_of(input),
		.ocid = model_text(build->model, input->group, input->group_len),
		.place = {input_name(input->path), 0, build->now},
	};

	return unread.ocid == MODEL_NONE ? -1 : model_add_unread(build->model, &unread);
}

/* Forgets the rules and members of which a page is missing: whole dumps of the
 * same group don't make up for it, since there is no telling which page is which. */
static void forget_pages(struct build *build)
{
	for (size_t i = 0; i < build->input_count; i++) {
		const struct input *input = &build->inputs[i];

		if (!input->is_page || input->purpose == PURPOSE_ANYTHING)
			continue;
		if (import_forget_part(build->model, part_of(input), input->group,
			    input->group_len) != MODEL_OK ||
			miss_part(build, input) != 0)
			no_memory(build);
	}
}

/* Dumps come first, so that what is forgotten of them takes no older copy with
 * it; which copy counts does not go by the order. */
static void read_all(struct build *build)
{
	for (size_t i = 0; i < build->input_count; i++)
		build->inputs[i].is_lookup = build->inputs[i].purpose == PURPOSE_ANYTHING &&
					     input_is_lookup(build->inputs[i].path);
	read_inputs(build, false);
	forget_pages(build);
	read_inputs(build, true);
}

static void tell_missing_list(const struct model_missing *missing)
{
	char list[MSG_QUOTED_SIZE];
	char subnet[MSG_QUOTED_SIZE];

	msg_error("no input holds security list %s, which subnet %s names: left out",
		msg_quote(list, missing->list.text, missing->list.len),
		msg_quote(subnet, missing->subnet.text, missing->subnet.len));
}

/*
 * Names the lists that no input holds: each, or, where there are many or none at
 * all is held, once and together: then a dump is missing. Returns whether there
 * are any.
 */
static bool tell_missing(struct model *model)
{
	size_t count = model_count_missing(model);
	struct model_missing missing;
	size_t cursor = 0;

	if (count > LIMIT_BAD_NAMED || (count > 1 && model_count(model, MODEL_LIST) == 0)) {
		msg_warning("no input holds %zu security lists that subnets name: left out; give "
			    "the output of 'oci network security-list list --all' too",
			count);
		return true;
	}
	while (model_next_missing(model, &cursor, &missing))
		tell_missing_list(&missing);
	return count > 0;
}

/* Names what the latest input lacks and an older copy is kept of; past
 * LIMIT_BAD_NAMED how many more. Returns true if there is any. */
static bool tell_outdated(const struct model *model)
{
	static const char *const parts[] = {
		[MODEL_WHOLE_LIST] = "security list",
		[MODEL_GROUP_RULES] = "the rules of group",
		[MODEL_GROUP_MEMBERS] = "the members of group",
	};
	char source[MSG_QUOTED_SIZE], quoted[MSG_QUOTED_SIZE], time[UTC_TEXT_SIZE];
	const struct model_unread *unread;
	size_t cursor = 0, told = 0;
	int64_t held_at;

	while ((unread = model_next_outdated(model, &cursor, &held_at)) != NULL) {
		struct lookup_text ocid = model_bytes(model, unread->ocid);

		if (told++ >= LIMIT_BAD_NAMED)
			continue;
		utc_text(time, held_at);
		msg_error("%s does not hold %s %s: kept as of %s",
			input_quote(source, unread->place.source), parts[unread->part],
			msg_quote(quoted, ocid.text, ocid.len), time);
	}
	if (told > LIMIT_BAD_NAMED)
		msg_error("%zu more lists and parts of groups are kept as they were earlier",
			told - LIMIT_BAD_NAMED);
	return told > 0;
}

static void tell_result(const struct build *build)
{
	struct bytes text = BYTES_INIT(LIMIT_MESSAGE);
	char quoted[MSG_QUOTED_SIZE];

	if (summary_put_counts(&text, build->model) == 0 &&
		summary_put_regions(&text, build->model) == 0 &&
		summary_put_missing(&text, build->model) == 0 &&
		bytes_append_char(&text, '\0') == 0)
		msg_note("built %s: %s", msg_quote_name(quoted, build->output), text.data);
	bytes_free(&text);
}

static enum exitcode write_file(struct build *build)
{
	int64_t fetched_at = build->has_dumps ? build->now : build->newest;
	char quoted[MSG_QUOTED_SIZE];
	enum exitcode exitcode;
	struct dirlock lock;
	bool missing, outdated;

	if (build->all_groups && !build->groups_are_partial &&
		model_set_all_groups(build->model, NULL, 0) != 0) {
		msg_no_memory();
		return EXITCODE_INTERNAL;
	}
	ignored_tell(&build->ignored);
	if (model_count(build->model, MODEL_SUBNET) == 0)
		msg_warning("no input holds a subnet, so with %s no record has a direction: give "
			    "the output of 'oci network subnet list --all' too",
			msg_quote_name(quoted, build->output));
	summary_tell_blockless(
		build->model, "'oci network subnet list --all' tells the blocks of each");
	summary_tell_unreadable(build->model);
	missing = tell_missing(build->model);
	outdated = tell_outdated(build->model);
	exitcode = dirlock_acquire(&lock, build->output);
	if (exitcode == EXITCODE_OK)
		exitcode =
			writer_write(build->model, build->output, fetched_at, WRITER_SOURCE_BUILD);
	dirlock_release(&lock);
	if (exitcode == EXITCODE_OK)
		tell_result(build);
	if (exitcode == EXITCODE_OK && (missing || outdated || build->is_partial))
		return EXITCODE_PARTIAL;
	return exitcode;
}

static enum exitcode build_file(struct build *build)
{
	if (fetched_now(&build->now) != 0)
		return EXITCODE_REFUSED;
	build->model = model_new(MODEL_REFUSE_DIFFERING);
	if (!build->model) {
		msg_no_memory();
		return EXITCODE_INTERNAL;
	}
	build->model->takes_numbers = true;
	read_all(build);
	if (build->exitcode == EXITCODE_OK)
		build->exitcode = write_file(build);
	return build->exitcode;
}

/* What is missing from the arguments, or too much; null: nothing. */
static const char *fault_of(const struct build *build)
{
	int standard = 0;

	for (size_t i = 0; i < build->input_count; i++)
		standard += input_is_standard(build->inputs[i].path);
	if (!build->output)
		return "no output file: usage: vcnmeta build -o FILE INPUT...";
	if (strcmp(build->output, "-") == 0)
		return "bad --output: want the name of a file";
	if (build->input_count == 0)
		return "nothing to read: usage: vcnmeta build -o FILE INPUT...";
	if (standard > 1)
		return "standard input is named twice";
	return NULL;
}

/* Adds the operands to what the options gave. */
static int add_operands(struct build *build, const struct optparse *optparse)
{
	for (size_t i = 0; i < optparse->operand_count; i++)
		if (add_input(build, (struct input){.path = optparse->operands[i]}) != 0)
			return -1;
	return 0;
}

static enum exitcode run(struct build *build, const struct optparse *optparse)
{
	const char *fault;

	if (add_operands(build, optparse) != 0) {
		msg_no_memory();
		return EXITCODE_INTERNAL;
	}
	msg_quiet(build->quiet);
	fault = fault_of(build);
	if (!fault)
		return build_file(build);
	msg_error("%s", fault);
	return EXITCODE_REFUSED;
}

int build_main(int argc, char **argv)
{
	struct build build = {.newest = 0, .exitcode = EXITCODE_OK};
	struct optparse optparse = {
		.options = options,
		.count = sizeof(options) / sizeof(options[0]),
		.into = &build,
		.help_command = "vcnmeta build --help",
	};
	enum optparse_result result = optparse_read(&optparse, argc, argv);
	enum exitcode exitcode =
		result == OPTPARSE_RUN ? run(&build, &optparse) : help_answer(result, help);

	model_free(build.model);
	free(build.inputs);
	return (int)exitcode;
}

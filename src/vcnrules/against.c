/*
 * The rules that would be are made by the same way as those that are: dumps into
 * a model, the lookup file into it where the dumps say nothing, and a lookup
 * file out of that, in a folder of its own that is gone once it is open.
 *
 * What propose wrote, changes.json, is told by its member "changes"; of each change
 * the rules after it are taken as a dump of them would be.
 */
#include "vcnrules/against.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/limits.h"
#include "base/msg.h"
#include "base/ocid.h"
#include "base/textset.h"
#include "lookup/dump.h"
#include "lookup/fields.h"
#include "lookup/import.h"
#include "lookup/lookupfile.h"
#include "lookup/merge.h"
#include "lookup/writer.h"

struct reading {
	struct model *model;
	struct textset lists;         /* OCIDs that were given */
	struct textset groups;        /* the same */
	const struct replacement *at; /* what is being read */
	const char *path;             /* of it, or of the file in it if it is a folder */
	char **paths;                 /* that were put together; the model names them */
	size_t path_count;
	bool has_proposal; /* which may change nothing */
	int64_t fetched_at;
	enum exitcode exitcode;
};

void against_free(struct against *against)
{
	lookup_close(against->lookup);
	free(against->owners);
	bytes_free(&against->ocids);
	*against = (struct against){0};
}

/* ---- dumps ------------------------------------------------------------------------ */

static int fail(struct reading *reading, enum exitcode exitcode)
{
	if (exitcode == EXITCODE_INTERNAL)
		msg_no_memory();
	reading->exitcode = exitcode;
	return -1;
}

static int refuse(struct reading *reading, uint64_t line, const char *why)
{
	char quoted[MSG_QUOTED_SIZE];

	msg_error("cannot use %s, line %" PRIu64 ": %s", msg_quote_name(quoted, reading->path),
		line, why);
	return fail(reading, EXITCODE_REFUSED);
}

static enum model_result take_list(struct reading *reading, const struct import_object *object,
	struct model_place place, struct model_fault *fault)
{
	struct lookup_text id = import_id(object);
	enum model_result result = import_list(reading->model, object, place, fault);

	if (result == MODEL_OK &&
		textset_add(&reading->lists, id.text, id.len) == TEXTSET_NO_MEMORY)
		result = MODEL_NO_MEMORY;
	return result;
}

/* Begins with the rules of a group, of which none are known yet. */
static enum model_result begin_group(struct reading *reading, const char *ocid, size_t len)
{
	if (textset_add(&reading->groups, ocid, len) == TEXTSET_NO_MEMORY)
		return MODEL_NO_MEMORY;
	return import_begin_part(reading->model, MODEL_GROUP_RULES, ocid, len, reading->fetched_at);
}

/* Says how a value was taken. Returns 0, or -1 after a message. */
static int judge_taken(struct reading *reading, uint64_t line, enum model_result result,
	const struct model_fault *fault)
{
	if (result == MODEL_OK)
		return 0;
	if (result == MODEL_NO_MEMORY)
		return fail(reading, EXITCODE_INTERNAL);
	return refuse(reading, line,
		result == MODEL_DIFFERS ? "what was given for it before is another" : fault->text);
}

/* ---- proposals ---------------------------------------------------------------------- */

/* The rules of a group after a change, an array. */
static int take_changed_group(struct reading *reading, const struct lookup_text *ocid,
	const struct json_tree *tree, const struct json_node *after, struct model_place place)
{
	struct model_fault fault;
	enum model_result result;

	if (!ocid_is_of(ocid->text, ocid->len, OCID_GROUP) || after->value.type != JSON_ARRAY)
		return refuse(reading, place.line,
			"a change of kind nsg is not of a group and its rules");
	if (textset_find(&reading->groups, ocid->text, ocid->len) != SIZE_MAX)
		return refuse(reading, place.line, "a group was given before");
	result = begin_group(reading, ocid->text, ocid->len);
	for (const struct json_node *node = json_tree_first(tree, after);
		node && result == MODEL_OK; node = json_tree_next(tree, node)) {
		struct import_object object = import_object(tree, node);

		if (object.kind != IMPORT_RULE)
			return refuse(reading, place.line,
				"a change holds what is no rule of a network security group");
		result = import_rule(reading->model, ocid->text, ocid->len, &object, place, &fault);
	}
	return judge_taken(reading, place.line, result, &fault);
}

static int take_change(struct reading *reading, const struct json_tree *tree,
	const struct json_node *change, struct model_place place)
{
	const struct json_node *ocid = fields_member(tree, change, "ocid");
	const struct json_node *kind = fields_member(tree, change, "kind");
	const struct json_node *after = fields_member(tree, change, "after");
	struct lookup_text text;
	struct import_object object;
	struct model_fault fault;

	if (!ocid || ocid->value.type != JSON_STRING || !kind || kind->value.type != JSON_STRING ||
		!after)
		return refuse(reading, place.line, "a change lacks 'ocid', 'kind' or 'after'");
	text = (struct lookup_text){ocid->value.text + 1, ocid->value.len - 2};
	if (json_string_is(&kind->value, "nsg"))
		return take_changed_group(reading, &text, tree, after, place);
	object = import_object(tree, after);
	if (!json_string_is(&kind->value, "security_list") || object.kind != IMPORT_LIST ||
		import_id(&object).len != text.len ||
		memcmp(import_id(&object).text, text.text, text.len) != 0)
		return refuse(reading, place.line, "a change is not of the list that it names");
	return judge_taken(reading, place.line, take_list(reading, &object, place, &fault), &fault);
}

static int take_proposal(struct reading *reading, const struct json_tree *tree,
	const struct json_node *changes, struct model_place place)
{
	reading->has_proposal = true;
	for (const struct json_node *node = json_tree_first(tree, changes); node;
		node = json_tree_next(tree, node))
		if (take_change(reading, tree, node, place) != 0)
			return -1;
	return 0;
}

/* ---- files ---------------------------------------------------------------------------- */

/* A dump_take: lists, a proposal, or the rules of the group that was named. */
static int take_value(
	void *context, const struct json_tree *tree, const struct json_node *node, uint64_t line)
{
	struct reading *reading = context;
	const struct replacement *at = reading->at;
	struct import_object object = import_object(tree, node);
	const struct json_node *changes = fields_member(tree, node, "changes");
	struct model_place place = {reading->path, line, reading->fetched_at};
	struct model_fault fault;
	enum model_result result = MODEL_OK;

	if (!at->group && object.kind == IMPORT_OTHER && changes &&
		changes->value.type == JSON_ARRAY)
		return take_proposal(reading, tree, changes, place);
	if (at->group && object.kind != IMPORT_RULE)
		return refuse(reading, line, "it is no rule of a network security group");
	if (at->group)
		result = import_rule(
			reading->model, at->group, at->group_len, &object, place, &fault);
	else if (object.kind == IMPORT_RULE)
		return refuse(reading, line,
			"it holds rules of a network security group and does not say of which: "
			"give "
			"it as --nsg-rules OCID=FILE");
	else if (object.kind == IMPORT_LIST)
		result = take_list(reading, &object, place, &fault);
	return judge_taken(reading, line, result, &fault);
}

/* Reads a whole file, with the parser's padding. */
static int read_file(struct reading *reading, struct bytes *text)
{
	char quoted[MSG_QUOTED_SIZE];
	int fd = io_open_read(reading->path, false);
	int result = fd < 0 ? -1 : io_read_all(fd, text, LIMIT_JSON_PADDING);
	int error = errno;

	if (result != 0 && error != ENOMEM)
		msg_error_errno(error, "cannot read %s", msg_quote_name(quoted, reading->path));
	if (fd >= 0)
		close(fd);
	if (result == 0)
		return 0;
	return fail(reading, error == ENOMEM ? EXITCODE_INTERNAL : EXITCODE_REFUSED);
}

static int walk_file(struct reading *reading)
{
	struct bytes text = BYTES_INIT(LIMIT_METADATA_FILE);
	struct dump_fault fault;
	int result = read_file(reading, &text);

	if (result == 0) {
		switch (dump_walk(text.data, text.len, take_value, reading, &fault)) {
		case DUMP_OK:
			break;
		case DUMP_MALFORMED:
			result = refuse(reading, fault.line, fault.text);
			break;
		case DUMP_NO_MEMORY:
			result = fail(reading, EXITCODE_INTERNAL);
			break;
		case DUMP_STOPPED:
			result = -1;
			break;
		}
	}
	bytes_free(&text);
	return result;
}

/* Where a replacement is read: in a folder that propose made, changes.json. Returns 0,
 * or -1: no memory. */
static int find_path(struct reading *reading, const struct replacement *replacement)
{
	struct stat status;
	char *path;

	reading->path = replacement->path;
	if (replacement->group || stat(replacement->path, &status) != 0 || !S_ISDIR(status.st_mode))
		return 0;
	if (asprintf(&path, "%s/" AGAINST_CHANGES, replacement->path) < 0)
		return fail(reading, EXITCODE_INTERNAL);
	reading->paths[reading->path_count++] = path;
	reading->path = path;
	return 0;
}

/* Reads one of what was named. */
static int read_replacement(struct reading *reading, const struct replacement *replacement)
{
	reading->at = replacement;
	if (find_path(reading, replacement) != 0)
		return -1;
	if (replacement->group &&
		begin_group(reading, replacement->group, replacement->group_len) != MODEL_OK)
		return fail(reading, EXITCODE_INTERNAL);
	return walk_file(reading);
}

/* ---- the lookup file ----------------------------------------------------------------- */

static int open_written(struct against *against, struct reading *reading, const char *path)
{
	char detail[LOOKUP_DETAIL_SIZE];

	switch (lookup_open(&against->lookup, path, detail, NULL)) {
	case LOOKUP_OK:
		return 0;
	case LOOKUP_NO_MEMORY:
		return fail(reading, EXITCODE_INTERNAL);
	default:
		msg_error("cannot use what was written for --against: %s", detail);
		return fail(reading, EXITCODE_INTERNAL);
	}
}

#define FILE_NAME "/" AGAINST_FILE

/* The folder that is there while the model is being written; empty: none. */
static char folder[4096];

/* Called by a signal, or once the file is open; its temporary file is gone before. */
static void remove_folder(void *unused)
{
	char path[sizeof(folder) + sizeof(FILE_NAME)];

	(void)unused;
	if (folder[0] == '\0')
		return;
	memcpy(path, folder, strlen(folder));
	memcpy(path + strlen(folder), FILE_NAME, sizeof(FILE_NAME));
	unlink(path);
	rmdir(folder);
	folder[0] = '\0';
}

static int make_folder(struct reading *reading)
{
	const char *top = getenv("TMPDIR");
	char quoted[MSG_QUOTED_SIZE];
	int len;

	if (!top || *top == '\0')
		top = "/tmp";
	len = snprintf(folder, sizeof(folder), "%s/vcnrules-XXXXXX", top);
	if (len < 0 || (size_t)len >= sizeof(folder))
		errno = ENAMETOOLONG;
	else if (mkdtemp(folder))
		return 0;
	folder[0] = '\0';
	msg_error_errno(errno, "cannot create a folder in %s", msg_quote_name(quoted, top));
	return fail(reading, EXITCODE_WRITE);
}

/* Writes the model and opens it. */
static int write_file(struct against *against, struct reading *reading, const char *path)
{
	enum exitcode exitcode =
		writer_write(reading->model, path, reading->fetched_at, WRITER_SOURCE_BUILD);

	if (exitcode == EXITCODE_OK)
		return open_written(against, reading, path);
	reading->exitcode = exitcode;
	return -1;
}

/* The same, in a folder of its own; nothing of it stays. */
static int write_in_own_folder(struct against *against, struct reading *reading)
{
	char path[sizeof(folder) + sizeof(FILE_NAME)];
	int result;

	if (make_folder(reading) != 0)
		return -1;
	cleanup_add(remove_folder, NULL);
	snprintf(path, sizeof(path), "%s%s", folder, FILE_NAME);
	result = write_file(against, reading, path);
	remove_folder(NULL);
	return result;
}

/* The same, in a folder that is there. */
static int write_in_folder(struct against *against, struct reading *reading, const char *in)
{
	char *path = malloc(strlen(in) + sizeof(FILE_NAME));
	int result;

	if (!path)
		return fail(reading, EXITCODE_INTERNAL);
	memcpy(path, in, strlen(in));
	memcpy(path + strlen(in), FILE_NAME, sizeof(FILE_NAME));
	result = write_file(against, reading, path);
	unlink(path);
	free(path);
	return result;
}

static int merge(struct reading *reading, const struct lookup *lookup, const char *name)
{
	struct model_fault fault;

	switch (merge_lookup(reading->model, lookup, MERGE_MODEL, name, &fault)) {
	case MODEL_OK:
		return 0;
	case MODEL_NO_MEMORY:
		return fail(reading, EXITCODE_INTERNAL);
	default:
		lookupfile_refuse(name, fault.text);
		return fail(reading, EXITCODE_REFUSED);
	}
}

/* ---- what was replaced ----------------------------------------------------------------- */

/* Copies the OCIDs of a set: those of lists, then those of groups. */
static int keep_owners(struct against *against, struct textset *set, bool is_group)
{
	textset_sort(set);
	for (size_t i = 0; i < set->count; i++) {
		struct against_owner *owner = &against->owners[against->owner_count];
		const char *text = textset_text(set, i, &owner->ocid.len);

		/* Where it stands in ocids is set once these do not move any more. */
		if (bytes_append(&against->ocids, text, owner->ocid.len) != 0)
			return -1;
		owner->is_group = is_group;
		against->owner_count++;
	}
	return 0;
}

static int keep_all_owners(struct against *against, struct reading *reading)
{
	size_t at = 0;

	against->owners =
		calloc(reading->lists.count + reading->groups.count + 1, sizeof(*against->owners));
	if (!against->owners || keep_owners(against, &reading->lists, false) != 0 ||
		keep_owners(against, &reading->groups, true) != 0)
		return fail(reading, EXITCODE_INTERNAL);
	for (size_t i = 0; i < against->owner_count; i++) {
		against->owners[i].ocid.text = against->ocids.data + at;
		at += against->owners[i].ocid.len;
	}
	if (against->owner_count > 0 || reading->has_proposal)
		return 0;
	msg_error("nothing that --against names holds a security list");
	return fail(reading, EXITCODE_REFUSED);
}

static int compare_owners(const void *a, const void *b)
{
	const struct against_owner *first = a;
	const struct against_owner *second = b;

	if (first->is_group != second->is_group)
		return first->is_group ? 1 : -1;
	return lookup_text_compare(&first->ocid, &second->ocid);
}

size_t against_find(const struct against *against, const struct lookup_text *ocid, bool is_group)
{
	const struct against_owner wanted = {*ocid, is_group};
	const struct against_owner *found = NULL;

	if (against->owner_count > 0)
		found = bsearch(&wanted, against->owners, against->owner_count, sizeof(*found),
			compare_owners);
	return found ? (size_t)(found - against->owners) : SIZE_MAX;
}

enum exitcode against_make(struct against *against, const struct lookup *lookup,
	const struct options *options, const char *in)
{
	struct reading reading = {
		.model = model_new(MODEL_REFUSE_DIFFERING),
		.lists = TEXTSET_INIT(SIZE_MAX),
		.groups = TEXTSET_INIT(SIZE_MAX),
		.paths = calloc(options->replacement_count + 1, sizeof(*reading.paths)),
		.fetched_at = lookup_fetched_at(lookup),
	};
	int result = 0;

	*against = (struct against){.ocids = BYTES_INIT(SIZE_MAX / 2)};
	if (!reading.model || !reading.paths)
		result = fail(&reading, EXITCODE_INTERNAL);
	else
		reading.model->takes_numbers = true;
	for (size_t i = 0; i < options->replacement_count && result == 0; i++)
		result = read_replacement(&reading, &options->replacements[i]);
	if (result == 0)
		result = keep_all_owners(against, &reading);
	if (result == 0)
		result = merge(&reading, lookup, options->metadata);
	if (result == 0)
		result = in ? write_in_folder(against, &reading, in)
			    : write_in_own_folder(against, &reading);
	model_free(reading.model);
	for (size_t i = 0; i < reading.path_count; i++)
		free(reading.paths[i]);
	free(reading.paths);
	textset_free(&reading.lists);
	textset_free(&reading.groups);
	return result == 0 ? EXITCODE_OK : reading.exitcode;
}

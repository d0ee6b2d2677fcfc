/*
 * The rules that would be are made by the same way as those that are: dumps into
 * a model, the lookup file into it where the dumps say nothing, and a lookup
 * file out of that, in a folder of its own that is gone once it is open.
 */
#include "vcnrules/against.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/limits.h"
#include "base/msg.h"
#include "base/textset.h"
#include "lookup/dump.h"
#include "lookup/import.h"
#include "lookup/lookupfile.h"
#include "lookup/merge.h"
#include "lookup/writer.h"

struct reading {
	struct model *model;
	struct textset lists;         /* OCIDs that were given */
	struct textset groups;        /* the same */
	const struct replacement *at; /* what is being read */
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

	msg_error("cannot use %s, line %" PRIu64 ": %s", msg_quote_name(quoted, reading->at->path),
		line, why);
	return fail(reading, EXITCODE_REFUSED);
}

static int take_list(struct reading *reading, const struct import_object *object,
	struct model_place place, struct model_fault *fault)
{
	struct lookup_text id = import_id(object);
	enum model_result result = import_list(reading->model, object, place, fault);

	if (result == MODEL_OK &&
		textset_add(&reading->lists, id.text, id.len) == TEXTSET_NO_MEMORY)
		result = MODEL_NO_MEMORY;
	return (int)result;
}

/* A dump_take: lists, or the rules of the group that was named. */
static int take_value(
	void *context, const struct json_tree *tree, const struct json_node *node, uint64_t line)
{
	struct reading *reading = context;
	const struct replacement *at = reading->at;
	struct import_object object = import_object(tree, node);
	struct model_place place = {at->path, line, reading->fetched_at};
	struct model_fault fault;
	int result = MODEL_OK;

	if (at->group && object.kind != IMPORT_RULE)
		return refuse(reading, line, "it is no rule of a network security group");
	if (at->group)
		result = (int)import_rule(
			reading->model, at->group, at->group_len, &object, place, &fault);
	else if (object.kind == IMPORT_RULE)
		return refuse(reading, line,
			"it holds rules of a network security group and does not say of which: "
			"give "
			"it as --nsg-rules OCID=FILE");
	else if (object.kind == IMPORT_LIST)
		result = take_list(reading, &object, place, &fault);
	if (result == MODEL_OK)
		return 0;
	if (result == MODEL_NO_MEMORY)
		return fail(reading, EXITCODE_INTERNAL);
	return refuse(reading, line,
		result == MODEL_DIFFERS ? "what was given for it before is another" : fault.text);
}

/* Reads a whole file, with the parser's padding. */
static int read_file(struct reading *reading, struct bytes *text)
{
	char quoted[MSG_QUOTED_SIZE];
	int fd = io_open_read(reading->at->path, false);
	int result = fd < 0 ? -1 : io_read_all(fd, text, LIMIT_JSON_PADDING);
	int error = errno;

	if (result != 0 && error != ENOMEM)
		msg_error_errno(error, "cannot read %s", msg_quote_name(quoted, reading->at->path));
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

/* Reads one of what was named. */
static int read_replacement(struct reading *reading, const struct replacement *replacement)
{
	reading->at = replacement;
	if (!replacement->group)
		return walk_file(reading);
	if (import_no_rules(reading->model, replacement->group, replacement->group_len,
		    reading->fetched_at) != MODEL_OK ||
		textset_add(&reading->groups, replacement->group, replacement->group_len) ==
			TEXTSET_NO_MEMORY)
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

#define FILE_NAME "/after.lut"

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

/* Writes the model and opens it; nothing of it stays. */
static int write_model(struct against *against, struct reading *reading)
{
	char path[sizeof(folder) + sizeof(FILE_NAME)];
	enum exitcode exitcode;
	int result = -1;

	if (make_folder(reading) != 0)
		return -1;
	cleanup_add(remove_folder, NULL);
	snprintf(path, sizeof(path), "%s%s", folder, FILE_NAME);
	exitcode = writer_write(reading->model, path, reading->fetched_at, WRITER_SOURCE_BUILD);
	if (exitcode == EXITCODE_OK)
		result = open_written(against, reading, path);
	else
		reading->exitcode = exitcode;
	remove_folder(NULL);
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
	if (against->owner_count > 0)
		return 0;
	msg_error("nothing that --against names holds a security list");
	return fail(reading, EXITCODE_REFUSED);
}

enum exitcode against_make(
	struct against *against, const struct lookup *lookup, const struct options *options)
{
	struct reading reading = {
		.model = model_new(MODEL_REFUSE_DIFFERING),
		.lists = TEXTSET_INIT(SIZE_MAX),
		.groups = TEXTSET_INIT(SIZE_MAX),
		.fetched_at = lookup_fetched_at(lookup),
	};
	int result = 0;

	*against = (struct against){.ocids = BYTES_INIT(SIZE_MAX / 2)};
	if (!reading.model)
		result = fail(&reading, EXITCODE_INTERNAL);
	for (size_t i = 0; i < options->replacement_count && result == 0; i++)
		result = read_replacement(&reading, &options->replacements[i]);
	if (result == 0)
		result = keep_all_owners(against, &reading);
	if (result == 0)
		result = merge(&reading, lookup, options->metadata);
	if (result == 0)
		result = write_model(against, &reading);
	model_free(reading.model);
	textset_free(&reading.lists);
	textset_free(&reading.groups);
	return result == 0 ? EXITCODE_OK : reading.exitcode;
}

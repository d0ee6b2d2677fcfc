/*
 * The proposal is written into a folder that is not there yet under its name. Before it
 * is, changes.json is read again as "vcnrules check" reads it, and every conversation is
 * judged by the rules that would be: if one would break, that is a defect of this program,
 * and nothing is left behind.
 */
#include "vcnrules/propose.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/elements.h"
#include "base/folder.h"
#include "base/limits.h"
#include "base/msg.h"
#include "base/textset.h"
#include "lookup/lookupfile.h"
#include "rules/prefixes.h"
#include "vcnrules/against.h"
#include "vcnrules/analysis.h"
#include "vcnrules/applyscript.h"
#include "vcnrules/changes.h"
#include "vcnrules/options.h"
#include "vcnrules/proposal.h"
#include "vcnrules/rationale.h"
#include "vcnrules/terraform.h"
#include "vcnrules/view.h"

struct propose {
	struct command *command;
	struct proposal_wish wish;
	struct prefix *sites;
	struct analysis analysis;
	struct proposal proposal;
	struct changes changes;
	struct folder folder;
	struct bytes text; /* of one file */
};

static enum exitcode no_memory(void)
{
	msg_no_memory();
	return EXITCODE_INTERNAL;
}

/* ---- what is wished for ------------------------------------------------------------------ */

/* An element_take: the text of a rule, its words parted by single blanks. */
static int take_kept(void *context, const struct element *element)
{
	struct propose *propose = context;

	if (textset_add(&propose->wish.kept, element->text, element->len) != TEXTSET_NO_MEMORY)
		return 0;
	errno = ENOMEM;
	return -1;
}

/* An element_take: a block, or an address. */
static int take_site(void *context, const struct element *element)
{
	struct propose *propose = context;
	size_t count = propose->wish.narrow.site_count;
	struct prefix *grown = realloc(propose->sites, (count + 1) * sizeof(*grown));
	struct address address;

	if (!grown) {
		errno = ENOMEM;
		return -1;
	}
	propose->sites = grown;
	if (address_parse(&address, element->text, element->len) == 0)
		grown[count] = prefixes_of_address(&address);
	else if (prefix_parse(&grown[count], element->text, element->len) != 0)
		return element_refuse(element, "want a CIDR block or an address");
	propose->wish.narrow.sites = grown;
	propose->wish.narrow.site_count = count + 1;
	return 0;
}

/* Reads a file of one element a line; null: there is none. */
static enum exitcode read_lines(
	struct propose *propose, const char *option, const char *path, element_take *take)
{
	struct elements_files files = {0};
	enum exitcode exitcode = EXITCODE_OK;

	if (path && elements_read_file(&files, option, path, take, propose) != 0)
		exitcode = errno == ENOMEM ? no_memory() : EXITCODE_REFUSED;
	elements_free_files(&files);
	return exitcode;
}

static enum exitcode read_wish(struct propose *propose)
{
	const struct options *options = propose->command->options;
	enum exitcode exitcode;

	propose->wish = (struct proposal_wish){
		.narrow = {.max_prefixes = (size_t)options->max_prefixes,
			.wants_exact_peers = options->exact_peers,
			.drops_weak = options->drop_weak,
			.min_packets = options->min_packets},
		.kept = TEXTSET_INIT(SIZE_MAX),
		.removes_unused = options->remove_unused,
		.removes_redundant = options->remove_redundant,
	};
	exitcode = read_lines(propose, "keep", options->keep, take_kept);
	if (exitcode == EXITCODE_OK)
		exitcode = read_lines(propose, "sites", options->sites, take_site);
	return exitcode;
}

/* Tells of texts of --keep that no rule has: a slip there would leave a rule unprotected.
 * Returns -1: no memory. */
static int tell_unknown_kept(const struct propose *propose)
{
	const struct textset *kept = &propose->wish.kept;
	const struct ruleset *ruleset = &propose->analysis.ruleset;
	bool *is_rule = calloc(kept->count + 1, sizeof(*is_rule));
	size_t first = SIZE_MAX;
	size_t unknown = 0;

	if (!is_rule)
		return -1;
	for (size_t i = 0; i < ruleset->rule_count; i++) {
		size_t at = textset_find(kept, ruleset->rules[i].text, ruleset->rules[i].text_len);

		if (at != SIZE_MAX)
			is_rule[at] = true;
	}
	for (size_t i = 0; i < kept->count; i++) {
		if (is_rule[i])
			continue;
		unknown++;
		if (first == SIZE_MAX)
			first = i;
	}
	free(is_rule);
	if (unknown > 0) {
		char quoted[MSG_QUOTED_SIZE];
		size_t len;
		const char *text = textset_text(kept, first, &len);

		msg_warning("%zu line%s of --keep %s the text of no rule, such as %s", unknown,
			msg_plural(unknown), unknown == 1 ? "is" : "are",
			msg_quote(quoted, text, len));
	}
	return 0;
}

/* ---- the check before it is written --------------------------------------------------------- */

/* A bit for each end and way of a flow that is given up, with the weak peer it is of. */
static unsigned bit_of(bool is_other_end, bool is_local)
{
	return 1u << (2 * is_other_end + is_local);
}

static uint8_t *find_dropped(const struct propose *propose)
{
	const struct needs *needs = &propose->proposal.needs;
	uint8_t *dropped = calloc(propose->analysis.flows.count + 1, sizeof(*dropped));

	for (size_t i = 0; dropped && i < needs->use_count; i++) {
		const struct needs_use *use = &needs->uses[i];

		if (use->is_dropped)
			dropped[use->flow] |= (uint8_t)bit_of(use->is_other_end, use->is_local);
	}
	return dropped;
}

struct checking {
	struct view_rules before;
	struct view_rules after;
	uint64_t broken;
};

static int check_view(struct checking *checking, const struct view *view, unsigned dropped)
{
	view_apply(&checking->before, view);
	view_apply(&checking->after, view);
	for (int is_local = 0; is_local <= 1; is_local++) {
		enum view_change change;
		bool is_maybe;

		if (!view_has_way(view, is_local) || dropped & bit_of(view->is_other_end, is_local))
			continue;
		if (view_compare(&checking->before, &checking->after, view, is_local, &change,
			    &is_maybe) != 0)
			return -1;
		if (change == VIEW_OPENED || (change == VIEW_BREAKS && !is_maybe)) {
			checking->broken++;
			break;
		}
	}
	return 0;
}

static int check_flows(struct propose *propose, struct checking *checking, const uint8_t *dropped)
{
	const struct lookup *lookup = propose->command->lookup;
	const struct flows *flows = &propose->analysis.flows;
	struct view here, there;

	for (size_t i = 0; i < flows->count; i++) {
		if (view_here(&here, lookup, flows, &flows->at[i]) != VIEW_OK)
			continue;
		if (check_view(checking, &here, dropped[i]) != 0 ||
			(view_there(&there, lookup, &here) &&
				check_view(checking, &there, dropped[i]) != 0))
			return -1;
	}
	return 0;
}

/* With both lookup files open. */
static enum exitcode check_against(struct propose *propose, const struct against *against)
{
	struct checking checking = {0};
	uint8_t *dropped = find_dropped(propose);
	enum exitcode exitcode = EXITCODE_OK;

	if (!dropped || view_rules_begin(&checking.before, propose->command->lookup) != 0 ||
		view_rules_begin(&checking.after, against->lookup) != 0 ||
		check_flows(propose, &checking, dropped) != 0)
		exitcode = no_memory();
	if (exitcode == EXITCODE_OK && checking.broken > 0) {
		msg_error("internal error: the proposal would break %" PRIu64
			  " conversation%s; it is not written, please report this",
			checking.broken, msg_plural(checking.broken));
		exitcode = EXITCODE_INTERNAL;
	}
	view_rules_free(&checking.before);
	view_rules_free(&checking.after);
	free(dropped);
	return exitcode;
}

/* Reads back what was written. */
static enum exitcode check(struct propose *propose)
{
	struct options options = *propose->command->options;
	struct replacement replacement = {0};
	struct bytes path = BYTES_INIT(SIZE_MAX / 2);
	struct against against = {0};
	enum exitcode exitcode;

	if (propose->changes.count == 0)
		return EXITCODE_OK;
	if (bytes_append_text(&path, propose->folder.temporary) != 0 ||
		bytes_append(&path, "/changes.json", sizeof("/changes.json")) != 0 ||
		folder_expect(&propose->folder, AGAINST_FILE) != 0) {
		bytes_free(&path);
		return no_memory();
	}
	replacement.path = path.data;
	options.replacements = &replacement;
	options.replacement_count = 1;
	exitcode = against_make(
		&against, propose->command->lookup, &options, propose->folder.temporary);
	if (exitcode == EXITCODE_OK)
		exitcode = check_against(propose, &against);
	else if (exitcode == EXITCODE_REFUSED)
		exitcode = EXITCODE_INTERNAL;
	against_free(&against);
	bytes_free(&path);
	return exitcode;
}

/* ---- files ----------------------------------------------------------------------------------- */

static enum exitcode fail_to_write(const struct propose *propose)
{
	int error = errno;
	char quoted[MSG_QUOTED_SIZE];

	if (error == ENOMEM)
		return no_memory();
	msg_error_errno(error, "cannot write %s",
		msg_quote_name(quoted, propose->command->options->output));
	return EXITCODE_WRITE;
}

/* Writes propose->text, which result says is whole, as a file; owner may be null. */
static enum exitcode write_file(struct propose *propose, int result,
	const struct changes_owner *owner, const char *name, bool is_executable)
{
	struct bytes path = BYTES_INIT(SIZE_MAX / 2);
	enum exitcode exitcode = EXITCODE_OK;

	if (result != 0 || (owner && bytes_append_text(&path, owner->name) != 0) ||
		bytes_append(&path, name, strlen(name) + 1) != 0)
		exitcode = no_memory();
	else if (folder_write(&propose->folder, path.data, propose->text.data, propose->text.len,
			 is_executable) != 0)
		exitcode = fail_to_write(propose);
	bytes_free(&path);
	bytes_clear(&propose->text);
	return exitcode;
}

static enum exitcode write_numbered(struct propose *propose, const struct changes_owner *owner,
	const char *what, size_t count,
	int (*put)(struct changes *, const struct changes_owner *, size_t, struct bytes *))
{
	enum exitcode exitcode = EXITCODE_OK;
	char name[64];

	for (size_t i = 0; i < count && exitcode == EXITCODE_OK; i++) {
		snprintf(name, sizeof(name), ".%s-%zu.json", what, i + 1);
		exitcode = write_file(propose, put(&propose->changes, owner, i, &propose->text),
			owner, name, false);
	}
	return exitcode;
}

static enum exitcode write_owner(struct propose *propose, const struct changes_owner *owner)
{
	struct changes *changes = &propose->changes;
	enum exitcode exitcode = write_file(propose,
		changes_put_before(changes, owner, &propose->text), owner, ".before.json", false);

	if (exitcode == EXITCODE_OK && !owner->of->is_group)
		exitcode = write_file(propose, changes_put_after(changes, owner, &propose->text),
			owner, ".after.json", false);
	if (exitcode == EXITCODE_OK)
		exitcode =
			write_numbered(propose, owner, "add", owner->add_count, changes_put_added);
	if (exitcode == EXITCODE_OK)
		exitcode = write_numbered(
			propose, owner, "remove", owner->remove_count, changes_put_removed);
	if (exitcode == EXITCODE_OK && propose->command->options->terraform)
		exitcode = write_file(propose, terraform_put(changes, owner, &propose->text), owner,
			".tf", false);
	return exitcode;
}

static enum exitcode write_files(struct propose *propose)
{
	struct changes *changes = &propose->changes;
	struct bytes *text = &propose->text;
	enum exitcode exitcode =
		write_file(propose, changes_put(changes, text), NULL, "changes.json", false);

	if (exitcode == EXITCODE_OK)
		exitcode = check(propose);
	for (size_t i = 0; i < changes->count && exitcode == EXITCODE_OK; i++)
		exitcode = write_owner(propose, &changes->owners[i]);
	if (exitcode == EXITCODE_OK)
		exitcode = write_file(
			propose, changes_put_diff(changes, text), NULL, "changes.diff", false);
	if (exitcode == EXITCODE_OK)
		exitcode = write_file(
			propose, rationale_put(changes, text), NULL, "changes.md", false);
	if (exitcode == EXITCODE_OK)
		exitcode =
			write_file(propose, applyscript_put(changes, text), NULL, "apply.sh", true);
	return exitcode;
}

/* ---- the command --------------------------------------------------------------------------------
 */

/* Names the lists and groups that would get too many rules. */
static void tell_limits(const struct proposal *proposal)
{
	const struct ruleset *ruleset = &proposal->analysis->ruleset;
	char quoted[MSG_QUOTED_SIZE];

	for (size_t i = 0; i < ruleset->owner_count; i++) {
		const struct ruleset_owner *of = &ruleset->owners[i];
		const struct proposal_owner *owner = &proposal->owners[i];
		const struct lookup_text *name = of->name.len > 0 ? &of->name : &of->ocid;

		if (owner->over == 0)
			continue;
		msg_quote(quoted, name->text, name->len);
		if (of->is_group)
			msg_error("group %s is left as it is: it would have %zu rules before old "
				  "ones are removed, and may have %d",
				quoted, owner->over, LIMIT_GROUP_RULES);
		else
			msg_error(
				"list %s is left as it is: it would have %zu rules of %s, and may "
				"have %d",
				quoted, owner->over,
				owner->is_over_in_ingress ? "ingress" : "egress", LIMIT_LIST_RULES);
	}
}

static void tell_result(const struct propose *propose)
{
	char quoted[MSG_QUOTED_SIZE];
	size_t before = 0, after = 0, lists = 0;

	for (size_t i = 0; i < propose->changes.count; i++) {
		lists += !propose->changes.owners[i].of->is_group;
		before += propose->changes.owners[i].of->count;
		after += propose->changes.owners[i].to->count;
	}
	msg_quote_name(quoted, propose->command->options->output);
	if (propose->changes.count == 0) {
		msg_note("nothing changes: 'changes.md' in %s says why", quoted);
		return;
	}
	msg_note("%zu list%s and %zu group%s change, %zu rule%s become%s %zu: read 'changes.md' in "
		 "%s",
		lists, msg_plural(lists), propose->changes.count - lists,
		msg_plural(propose->changes.count - lists), before, msg_plural(before),
		before == 1 ? "s" : "", after, quoted);
}

static enum exitcode make(struct propose *propose)
{
	enum exitcode exitcode = analysis_read(&propose->analysis, propose->command);
	enum exitcode written;

	if (exitcode > EXITCODE_PARTIAL)
		return exitcode;
	switch (proposal_make(&propose->proposal, &propose->analysis, &propose->wish)) {
	case PROPOSAL_OK:
		break;
	case PROPOSAL_WIDER:
		return EXITCODE_INTERNAL;
	case PROPOSAL_FOREIGN:
		lookupfile_refuse(propose->command->options->metadata,
			"its rules are not such as vcnmeta writes");
		return EXITCODE_REFUSED;
	case PROPOSAL_NO_MEMORY:
		return no_memory();
	}
	if (changes_make(&propose->changes, &propose->proposal) != 0)
		return no_memory();
	written = write_files(propose);
	if (written != EXITCODE_OK)
		return written;
	tell_limits(&propose->proposal);
	return propose->proposal.is_limited ? EXITCODE_FOUND : exitcode;
}

static enum exitcode begin_folder(struct propose *propose)
{
	const char *path = propose->command->options->output;
	char quoted[MSG_QUOTED_SIZE];

	if (folder_begin(&propose->folder, path) == 0)
		return EXITCODE_OK;
	if (errno == ENOMEM)
		return no_memory();
	if (errno == ENOTEMPTY) {
		msg_error("%s is not empty: -o names a folder that is to be made",
			msg_quote_name(quoted, path));
		return EXITCODE_REFUSED;
	}
	msg_error_errno(errno, "cannot make %s", msg_quote_name(quoted, path));
	return errno == ENOTDIR ? EXITCODE_REFUSED : EXITCODE_WRITE;
}

/* With the folder begun. */
static enum exitcode fill_folder(struct propose *propose)
{
	enum exitcode exitcode;

	command_give_up_rights(propose->command, propose->folder.parent, RIGHTS_FOLDERS);
	exitcode = make(propose);
	if (exitcode > EXITCODE_PARTIAL && exitcode != EXITCODE_FOUND) {
		folder_abandon(&propose->folder);
		return exitcode;
	}
	if (folder_commit(&propose->folder) != 0)
		return fail_to_write(propose);
	tell_result(propose);
	return exitcode;
}

enum exitcode propose_run(struct command *command)
{
	struct propose propose = {.command = command, .text = BYTES_INIT(SIZE_MAX / 2)};
	enum exitcode exitcode;

	if (!command->options->output || strcmp(command->options->output, "-") == 0) {
		msg_error("where to? -o DIR names a folder that is to be made, see 'vcnrules "
			  "propose --help'");
		return EXITCODE_REFUSED;
	}
	exitcode = read_wish(&propose);
	if (exitcode == EXITCODE_OK)
		exitcode = analysis_begin(&propose.analysis, command);
	if (exitcode == EXITCODE_OK && tell_unknown_kept(&propose) != 0)
		exitcode = no_memory();
	if (exitcode == EXITCODE_OK)
		exitcode = begin_folder(&propose);
	if (exitcode == EXITCODE_OK)
		exitcode = fill_folder(&propose);
	changes_free(&propose.changes);
	proposal_free(&propose.proposal);
	analysis_free(&propose.analysis);
	textset_free(&propose.wish.kept);
	free(propose.sites);
	bytes_free(&propose.text);
	return exitcode;
}

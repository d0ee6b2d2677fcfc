/*
 * vcnmeta fetch, from the command line to the lookup file. Everything that can
 * be judged without the network is judged first; nothing is written before all
 * of it is there.
 */
#include "vcnmeta/fetch/fetch.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/dirlock.h"
#include "base/exitcode.h"
#include "base/identity.h"
#include "base/limits.h"
#include "base/msg.h"
#include "base/rights.h"
#include "lookup/import.h"
#include "vcnmeta/fetch/meter.h"
#include "vcnmeta/fetch/options.h"
#include "vcnmeta/fetch/save.h"
#include "vcnmeta/fetch/scope.h"
#include "vcnmeta/fetch/subnets.h"
#include "vcnmeta/fetch/survey.h"
#include "vcnmeta/fetched.h"
#include "vcnmeta/help.h"
#include "vcnmeta/oci/auth.h"
#include "vcnmeta/oci/crypto.h"
#include "vcnmeta/oci/document.h"
#include "vcnmeta/oci/home.h"
#include "vcnmeta/oci/http.h"
#include "vcnmeta/oci/region.h"
#include "vcnmeta/oci/secret.h"
#include "vcnmeta/oci/settings.h"
#include "vcnmeta/oci/system.h"
#include "vcnmeta/summary.h"

/* All that one run needs. */
struct fetch {
	struct options options;
	struct subnets subnets;
	struct settings settings;
	struct regions regions;
	struct auth auth;
	struct scope scope;
	struct survey survey;
	struct model *model;
	int64_t fetched_at;
};

static bool by_ocid(const struct fetch *fetch)
{
	return fetch->options.subnets.count > 0 || fetch->options.subnets_from != NULL;
}

static int judge_tenancy(const struct fetch *fetch)
{
	if (fetch->auth.tenancy[0] != '\0' || by_ocid(fetch))
		return EXITCODE_OK;
	msg_error("the tenancy is not known: set OCI_CLI_TENANCY");
	return EXITCODE_REFUSED;
}

/* text has LIMIT_JSON_PADDING bytes after it. */
static int take_ranges(struct fetch *fetch, const struct secret *text)
{
	const struct model_place place = {fetch->options.service_ranges, 1, fetch->fetched_at};
	struct json_tree tree = JSON_TREE_INIT;
	struct json_parser *parser = json_parser_new();
	struct model_fault fault = {.text = "these are no ranges"};
	enum model_result result = MODEL_NO_MEMORY;
	enum json_error error = JSON_NO_MEMORY;
	struct import_object object;
	char quoted[MSG_QUOTED_SIZE];

	if (parser != NULL)
		error = json_tree_parse(&tree, parser, text->data, text->len, LIMIT_REPLY_DEPTH);
	if (error == JSON_OK) {
		object = import_object(&tree, &tree.nodes[0]);
		result = MODEL_MALFORMED;
		if (object.kind == IMPORT_RANGES)
			result = import_ranges(fetch->model, &object, region_key, place, &fault);
	} else if (error != JSON_NO_MEMORY) {
		result = MODEL_MALFORMED;
		snprintf(fault.text, sizeof(fault.text), "%s", json_error_text(error));
	}
	json_tree_free(&tree);
	json_parser_free(parser);
	if (result == MODEL_OK)
		return EXITCODE_OK;
	if (result == MODEL_NO_MEMORY) {
		msg_no_memory();
		return EXITCODE_INTERNAL;
	}
	msg_error("cannot use the service ranges %s: %s",
		msg_quote_name(quoted, fetch->options.service_ranges), fault.text);
	return EXITCODE_REFUSED;
}

/* Oracle's ranges as the user saved them: nothing here fetches them. */
static int load_ranges(struct fetch *fetch)
{
	const char *path = fetch->options.service_ranges;
	struct secret text = SECRET_INIT;
	char quoted[MSG_QUOTED_SIZE];
	int result = EXITCODE_REFUSED;

	if (path == NULL)
		return EXITCODE_OK;
	if (document_read(&text, path, LIMIT_REPLY) == 0)
		result = take_ranges(fetch, &text);
	else
		msg_error_errno(
			errno, "cannot read the service ranges %s", msg_quote_name(quoted, path));
	secret_free(&text);
	return result;
}

static int make_model(struct fetch *fetch)
{
	fetch->model = model_new(MODEL_LATER_COUNTS);
	if (fetch->model != NULL)
		return load_ranges(fetch);
	msg_no_memory();
	return EXITCODE_INTERNAL;
}

/* Is path, which may begin with "~/", or be absent, also the output? Says so. */
static int judge_input(const char *path, const struct identity *output)
{
	char *expanded = path == NULL ? NULL : home_expand(path);
	struct identity input = identity_of_path(expanded);
	char quoted[MSG_QUOTED_SIZE];

	if (path != NULL && expanded == NULL) {
		msg_no_memory();
		return EXITCODE_INTERNAL;
	}
	free(expanded);
	if (!identity_is_same(&input, output))
		return EXITCODE_OK;
	msg_error("%s would be read and written at once", msg_quote_name(quoted, path));
	return EXITCODE_REFUSED;
}

/* A file that is read would be lost if the lookup file took its place. */
static int judge_inputs(const struct fetch *fetch)
{
	const struct options *options = &fetch->options;
	const struct settings *settings = &fetch->settings;
	const char *from = options->subnets_from;
	bool from_standard = from != NULL && strcmp(from, "-") == 0;
	const char *const paths[] = {from_standard ? NULL : from, options->service_ranges,
		settings->bundle_file, settings->config_path, settings->rc_path, REGION_FILE,
		settings->key_file.text, settings->token_file.text, settings->delegation_file.text};
	struct identity output = identity_of_path(options->output);
	struct identity standard = identity_of_descriptor(STDIN_FILENO);
	int result = EXITCODE_OK;

	if (from_standard && identity_is_same(&standard, &output)) {
		msg_error("standard input would be read and written at once");
		return EXITCODE_REFUSED;
	}
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]) && result == EXITCODE_OK; i++)
		result = judge_input(paths[i], &output);
	return result;
}

/* Who we are and where we go. */
static int prepare(struct fetch *fetch)
{
	int result = save_check(fetch->options.output, fetch->options.merge);

	if (result == EXITCODE_OK && fetched_now(&fetch->fetched_at) != 0)
		result = EXITCODE_REFUSED;
	if (result == EXITCODE_OK)
		result = make_model(fetch);
	system_init();
	crypto_global_init();
	if (result == EXITCODE_OK)
		result = settings_load(&fetch->settings, &fetch->options.settings);
	if (result == EXITCODE_OK)
		result = judge_inputs(fetch);
	if (result == EXITCODE_OK)
		result = regions_load(&fetch->regions);
	if (result == EXITCODE_OK && http_global_init() != 0) {
		msg_no_memory();
		result = EXITCODE_INTERNAL;
	}
	if (result == EXITCODE_OK)
		result = auth_open(&fetch->auth, &fetch->settings, &fetch->regions);
	if (result == EXITCODE_OK)
		result = judge_tenancy(fetch);
	if (result == EXITCODE_OK)
		result = scope_open(&fetch->scope, &fetch->options, &fetch->settings, &fetch->auth,
			&fetch->regions);
	return result;
}

/* Returns true if path is a link to nothing: what it leads to will be made. */
static bool leads_nowhere(const char *path)
{
	struct stat status;

	return access(path, F_OK) != 0 && lstat(path, &status) == 0;
}

/*
 * The keys are loaded: from here on files are only read, and nothing is written
 * but in the directory of the lookup file. Where that is not to be found, all
 * may be written.
 */
static void give_up_rights(const struct fetch *fetch)
{
	const char *output = fetch->options.output;
	char text[RIGHTS_TEXT_SIZE];
	struct rights rights;
	struct dirlock lock;

	rights_begin(&rights);
	rights_leave(&rights, "/", RIGHTS_READ);
	rights_leave(&rights, output, RIGHTS_REPLACE);
	if (dirlock_find(&lock, output) == 0 && !leads_nowhere(output))
		rights_leave_open(&rights, lock.directory, RIGHTS_REPLACE);
	else
		rights_leave(&rights, "/", RIGHTS_REPLACE);
	dirlock_release(&lock);
	rights_give_up(&rights, RIGHTS_CLIENT);
	if (fetch->settings.debug)
		msg_note("rights given up: %s", rights_text(&rights, text));
}

static int open_survey(struct fetch *fetch)
{
	struct survey *survey = &fetch->survey;

	survey->settings = &fetch->settings;
	survey->auth = &fetch->auth;
	survey->scope = &fetch->scope;
	survey->model = fetch->model;
	survey->fetched_at = fetch->fetched_at;
	survey->vcn = fetch->options.vcn;
	survey->groups = fetch->options.groups;
	survey->tick = meter_tick;
	survey->tick_context = survey;
	return survey_open(survey) == 0 ? EXITCODE_OK : EXITCODE_INTERNAL;
}

static int survey_scope(struct fetch *fetch)
{
	const struct options *options = &fetch->options;
	bool below = options->compartments.count == 0 || options->in_subtree;
	int result;

	if (by_ocid(fetch))
		return survey_subnets(&fetch->survey, &fetch->subnets.names);
	result = survey_compartments(&fetch->survey, &options->compartments, below);
	return result == EXITCODE_OK ? survey_networks(&fetch->survey) : result;
}

/*
 * All subnets refused and no file to keep them in: there is nothing to write,
 * and what stands there is better than nothing.
 */
static int judge_subnets(const struct fetch *fetch)
{
	if (!by_ocid(fetch) || fetch->options.merge || fetch->survey.granted > 0 ||
		fetch->survey.refused == 0)
		return EXITCODE_OK;
	msg_error("the service refused every subnet");
	return EXITCODE_SERVICE;
}

/* " in region us-ashburn-1", " in 3 regions", or "" when only an endpoint is known. */
static void regions_text(const struct scope *scope, char *text, size_t size)
{
	const char *name = "";
	size_t count = 0;

	for (size_t i = 0; i < scope->region_count; i++) {
		if (!scope->regions[i]->is_asked)
			continue;
		name = scope->regions[i]->region.name;
		count++;
	}
	*text = '\0';
	if (count > 1)
		snprintf(text, size, " in %zu regions", count);
	else if (name[0] != '\0')
		snprintf(text, size, " in region %s", name);
}

/* Where a fetch by scope looked. */
static void scope_text(const struct fetch *fetch, char *text, size_t size)
{
	const struct options *options = &fetch->options;
	char quoted[MSG_QUOTED_SIZE], vcn[MSG_QUOTED_SIZE + 8] = "", regions[REGION_NAME_SIZE + 16];
	char compartments[MSG_QUOTED_SIZE + 64];

	if (options->compartments.count == 1)
		snprintf(compartments, sizeof(compartments), "compartment %s%s",
			msg_quote_name(quoted, options->compartments.names[0]),
			options->in_subtree ? " and those below it" : "");
	else
		snprintf(compartments, sizeof(compartments), "%zu compartment%s%s",
			fetch->survey.listed.count, msg_plural(fetch->survey.listed.count),
			options->compartments.count == 0 ? " of the tenancy" : "");
	if (options->vcn != NULL)
		snprintf(vcn, sizeof(vcn), " in VCN %s", msg_quote_name(quoted, options->vcn));
	regions_text(&fetch->scope, regions, sizeof(regions));
	snprintf(text, size, "%s%s%s", compartments, vcn, regions);
}

/*
 * A scope without a subnet is more likely a wrong one than an empty tenancy: what
 * stands in the file's place is not given up for it.
 */
static int judge_scope(const struct fetch *fetch)
{
	char where[2 * MSG_QUOTED_SIZE + 256];

	if (by_ocid(fetch) || model_count(fetch->model, MODEL_SUBNET) > 0)
		return EXITCODE_OK;
	scope_text(fetch, where, sizeof(where));
	msg_error("there is no subnet to be seen in %s: nothing is written%s", where,
		fetch->options.regions.count == 0 ? "; other regions: --region, once for each"
						  : "");
	return EXITCODE_PARTIAL;
}

/*
 * Rules and members of the groups; and of a fetch of the whole tenancy that was
 * refused none, that there are no more of them.
 */
static int survey_all_groups(struct fetch *fetch)
{
	const char *vcn = fetch->options.vcn;
	int result = survey_groups(&fetch->survey);

	if (result != EXITCODE_OK || fetch->options.compartments.count > 0 ||
		fetch->survey.refused_of[LISTING_GROUPS] > 0)
		return result;
	if (model_set_all_groups(fetch->model, vcn, vcn == NULL ? 0 : strlen(vcn)) == 0)
		return EXITCODE_OK;
	msg_no_memory();
	return EXITCODE_INTERNAL;
}

static int run_survey(struct fetch *fetch)
{
	int result = open_survey(fetch);

	meter_begin(fetch->options.quiet);
	if (result == EXITCODE_OK)
		result = survey_scope(fetch);
	if (result == EXITCODE_OK)
		result = judge_subnets(fetch);
	if (result == EXITCODE_OK)
		result = judge_scope(fetch);
	if (result == EXITCODE_OK)
		result = survey_missing(&fetch->survey);
	if (result == EXITCODE_OK && fetch->options.groups)
		result = survey_all_groups(fetch);
	if (result == EXITCODE_OK && fetch->options.addresses)
		result = survey_addresses(&fetch->survey);
	meter_end();
	return result;
}

/* What was refused, "; missing: 1 compartment's subnets, 2 groups' rules", or "". */
static void missing_text(const struct survey *survey, char *text, size_t size)
{
	static const struct {
		enum listing_kind kind;
		const char *one;
		const char *many;
	} kinds[] = {
		{LISTING_SUBNETS, "compartment's subnets", "compartments' subnets"},
		{LISTING_LISTS, "compartment's security lists", "compartments' security lists"},
		{LISTING_GROUPS, "compartment's groups", "compartments' groups"},
		{LISTING_SUBNET, "subnet", "subnets"},
		{LISTING_LIST, "security list", "security lists"},
		{LISTING_RULES, "group's rules", "groups' rules"},
		{LISTING_MEMBERS, "group's members", "groups' members"},
		{LISTING_ADDRESSES, "subnet's addresses", "subnets' addresses"},
		{LISTING_IPV6, "subnet's IPv6 addresses", "subnets' IPv6 addresses"},
	};

	*text = '\0';
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		size_t count = survey->refused_of[kinds[i].kind], at = strlen(text);

		if (count > 0)
			snprintf(text + at, size - at, "%s%zu %s", at == 0 ? "; missing: " : ", ",
				count, count == 1 ? kinds[i].one : kinds[i].many);
	}
}

/* One line on what was got, counts, and what was not. */
static void tell_result(const struct fetch *fetch, const char *counts)
{
	size_t total = model_count(fetch->model, MODEL_SUBNET);
	char quoted[MSG_QUOTED_SIZE], regions[REGION_NAME_SIZE + 16];
	char missing[512], now[64] = "";

	regions_text(&fetch->scope, regions, sizeof(regions));
	missing_text(&fetch->survey, missing, sizeof(missing));
	if (fetch->options.merge)
		snprintf(
			now, sizeof(now), ", which has %zu subnet%s now", total, msg_plural(total));
	msg_note("fetched %s%s into %s%s%s%s", counts, regions,
		msg_quote_name(quoted, fetch->options.output), now, missing,
		by_ocid(fetch) || fetch->options.regions.count > 0
			? ""
			: "; other regions: --region, once for each");
}

/* Writes the model; counts says what is in it before what FILE has is merged. */
static int save_model(struct fetch *fetch, const struct bytes *source, const struct bytes *counts)
{
	int result = save_write(fetch->model, fetch->options.output, fetch->options.merge,
		fetch->fetched_at, source->data);

	if (result != EXITCODE_OK)
		return result;
	summary_tell_unreadable(fetch->model);
	tell_result(fetch, counts->data);
	return fetch->survey.partial ? EXITCODE_PARTIAL : EXITCODE_OK;
}

static int save(struct fetch *fetch)
{
	struct bytes source = BYTES_INIT(LIMIT_REQUEST), counts = BYTES_INIT(LIMIT_REQUEST);
	int result = EXITCODE_INTERNAL;

	if (scope_source(&fetch->scope, &source) != 0 || bytes_append_char(&source, '\0') != 0 ||
		summary_put_counts(&counts, fetch->model) != 0 ||
		bytes_append_char(&counts, '\0') != 0)
		msg_no_memory();
	else
		result = save_model(fetch, &source, &counts);
	bytes_free(&source);
	bytes_free(&counts);
	return result;
}

static void free_all(struct fetch *fetch)
{
	survey_free(&fetch->survey);
	model_free(fetch->model);
	scope_free(&fetch->scope);
	auth_close(&fetch->auth);
	regions_free(&fetch->regions);
	settings_free(&fetch->settings);
	http_global_free();
	subnets_free(&fetch->subnets);
	options_free(&fetch->options);
}

static int run(struct fetch *fetch)
{
	int result = subnets_read(&fetch->subnets, &fetch->options);

	if (result != EXITCODE_OK)
		return result;
	if (by_ocid(fetch) && fetch->subnets.names.count == 0) {
		msg_warning("no subnets are named, nothing is fetched");
		return EXITCODE_OK;
	}
	result = prepare(fetch);
	if (result != EXITCODE_OK)
		return result;
	give_up_rights(fetch);
	result = run_survey(fetch);
	return result == EXITCODE_OK ? save(fetch) : result;
}

int fetch_main(int argc, char **argv)
{
	struct fetch fetch;
	enum optparse_result parsed;
	int result;

	memset(&fetch, 0, sizeof(fetch));
	secret_protect_process();
	parsed = options_parse(&fetch.options, argc, argv);
	if (parsed == OPTPARSE_RUN) {
		msg_quiet(fetch.options.quiet);
		result = run(&fetch);
	} else {
		result = (int)help_answer(parsed, options_help);
	}
	free_all(&fetch);
	return result;
}

/*
 * vcnmeta fetch, from the command line to the lookup file. Everything that can
 * be judged without the network is judged first; nothing is written before all
 * of it is there.
 */
#include "vcnmeta/fetch/fetch.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/dirlock.h"
#include "base/exitcode.h"
#include "base/limits.h"
#include "base/msg.h"
#include "base/rights.h"
#include "vcnmeta/fetch/fetch_options.h"
#include "vcnmeta/fetch/fetch_progress.h"
#include "vcnmeta/fetch/fetch_subnets.h"
#include "vcnmeta/fetch/save.h"
#include "vcnmeta/fetch/scope.h"
#include "vcnmeta/fetch/survey.h"
#include "vcnmeta/fetched.h"
#include "vcnmeta/help.h"
#include "vcnmeta/oci/auth.h"
#include "vcnmeta/oci/http.h"
#include "vcnmeta/oci/region.h"
#include "vcnmeta/oci/secret.h"
#include "vcnmeta/oci/settings.h"

/* All that one run needs. */
struct fetch {
	struct fetch_options options;
	struct fetch_subnets subnets;
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

/* Who we are and where we go. */
static int prepare(struct fetch *fetch)
{
	int result = save_check(fetch->options.output, fetch->options.merge);

	if (result == EXITCODE_OK && fetched_now(&fetch->fetched_at) != 0)
		result = EXITCODE_REFUSED;
	if (result == EXITCODE_OK)
		result = settings_load(&fetch->settings, &fetch->options.settings);
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

/* Tells if path is a link to nothing: what it leads to will be made. */
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
	struct dirlock place;

	rights_begin(&rights);
	rights_leave(&rights, "/", RIGHTS_READ);
	rights_leave(&rights, output, RIGHTS_REPLACE);
	if (dirlock_find(&place, output) == 0 && !leads_nowhere(output))
		rights_leave_open(&rights, place.directory, RIGHTS_REPLACE);
	else
		rights_leave(&rights, "/", RIGHTS_REPLACE);
	dirlock_release(&place);
	rights_give_up(&rights, RIGHTS_CLIENT);
	if (fetch->settings.debug)
		msg_note("rights given up: %s", rights_text(&rights, text));
}

static int open_survey(struct fetch *fetch)
{
	struct survey *survey = &fetch->survey;

	fetch->model = model_new(MODEL_LATER_COUNTS);
	if (fetch->model == NULL) {
		msg_no_memory();
		return EXITCODE_INTERNAL;
	}
	survey->settings = &fetch->settings;
	survey->auth = &fetch->auth;
	survey->scope = &fetch->scope;
	survey->model = fetch->model;
	survey->vcn = fetch->options.vcn;
	survey->tick = fetch_progress_tick;
	survey->tick_context = survey;
	return survey_open(survey) == 0 ? EXITCODE_OK : EXITCODE_INTERNAL;
}

static int survey_scope(struct fetch *fetch)
{
	const struct fetch_options *options = &fetch->options;
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

/* "region us-ashburn-1", "3 regions", or "" when only an endpoint is known. */
static void regions_text(const struct scope *scope, char *text, size_t size)
{
	const char *name = scope->regions[0]->region.name;

	*text = '\0';
	if (scope->region_count > 1)
		snprintf(text, size, " in %zu regions", scope->region_count);
	else if (name[0] != '\0')
		snprintf(text, size, " in region %s", name);
}

/* Where a fetch by scope looked. */
static void scope_text(const struct fetch *fetch, char *text, size_t size)
{
	const struct fetch_options *options = &fetch->options;
	char quoted[MSG_QUOTED_SIZE], vcn[MSG_QUOTED_SIZE + 8] = "", regions[REGION_NAME_SIZE + 16];
	char compartments[MSG_QUOTED_SIZE + 64];

	if (options->compartments.count == 1)
		snprintf(compartments, sizeof(compartments), "compartment %s%s",
			msg_quote_name(quoted, options->compartments.names[0]),
			options->in_subtree ? " and those below it" : "");
	else
		snprintf(compartments, sizeof(compartments), "%zu compartments%s",
			fetch->survey.listed.count,
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

	if (by_ocid(fetch) || model_subnet_count(fetch->model) > 0)
		return EXITCODE_OK;
	scope_text(fetch, where, sizeof(where));
	msg_error("there is no subnet to be seen in %s: nothing is written%s", where,
		fetch->options.regions.count == 0 ? "; other regions: --region, once for each"
						  : "");
	return EXITCODE_PARTIAL;
}

static int run_survey(struct fetch *fetch)
{
	int result = open_survey(fetch);

	fetch_progress_begin(fetch->options.quiet);
	if (result == EXITCODE_OK)
		result = survey_scope(fetch);
	if (result == EXITCODE_OK)
		result = judge_subnets(fetch);
	if (result == EXITCODE_OK)
		result = judge_scope(fetch);
	if (result == EXITCODE_OK)
		result = survey_missing(&fetch->survey);
	fetch_progress_end();
	return result;
}

static void add_missing(char *text, size_t size, size_t count, const char *one, const char *many)
{
	size_t at = strlen(text);

	if (count > 0)
		snprintf(text + at, size - at, "%s%zu %s", at == 0 ? "; missing: " : ", ", count,
			count == 1 ? one : many);
}

/* One line on what was got, and what was not. */
static void tell_result(const struct fetch *fetch, size_t subnets, size_t lists)
{
	const size_t *refused = fetch->survey.refused_of;
	char quoted[MSG_QUOTED_SIZE], regions[REGION_NAME_SIZE + 16];
	char missing[256] = "", total[64] = "";

	regions_text(&fetch->scope, regions, sizeof(regions));
	add_missing(missing, sizeof(missing), refused[LISTING_SUBNETS], "compartment's subnets",
		"compartments' subnets");
	add_missing(missing, sizeof(missing), refused[LISTING_LISTS],
		"compartment's security lists", "compartments' security lists");
	add_missing(missing, sizeof(missing), refused[LISTING_SUBNET], "subnet", "subnets");
	add_missing(
		missing, sizeof(missing), refused[LISTING_LIST], "security list", "security lists");
	if (fetch->options.merge)
		snprintf(total, sizeof(total), ", which has %zu subnet%s now",
			model_subnet_count(fetch->model),
			model_subnet_count(fetch->model) == 1 ? "" : "s");
	msg_note("fetched %zu subnet%s and %zu security list%s%s into %s%s%s%s", subnets,
		subnets == 1 ? "" : "s", lists, lists == 1 ? "" : "s", regions,
		msg_quote_name(quoted, fetch->options.output), total, missing,
		by_ocid(fetch) || fetch->options.regions.count > 0
			? ""
			: "; other regions: --region, once for each");
}

static int save(struct fetch *fetch)
{
	size_t subnets = model_subnet_count(fetch->model);
	size_t lists = model_list_count(fetch->model);
	struct bytes source = BYTES_INIT(LIMIT_REQUEST);
	int result;

	if (scope_source(&fetch->scope, &source) != 0 || bytes_append_char(&source, '\0') != 0) {
		msg_no_memory();
		bytes_free(&source);
		return EXITCODE_INTERNAL;
	}
	result = save_write(fetch->model, fetch->options.output, fetch->options.merge,
		fetch->fetched_at, source.data);
	bytes_free(&source);
	if (result == EXITCODE_OK)
		tell_result(fetch, subnets, lists);
	if (result == EXITCODE_OK && fetch->survey.partial)
		result = EXITCODE_PARTIAL;
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
	fetch_subnets_free(&fetch->subnets);
	fetch_options_free(&fetch->options);
}

static int run(struct fetch *fetch)
{
	int result = fetch_subnets_read(&fetch->subnets, &fetch->options);

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
	parsed = fetch_options_parse(&fetch.options, argc, argv);
	if (parsed == OPTPARSE_RUN) {
		msg_quiet(fetch.options.quiet);
		result = run(&fetch);
	} else {
		result = (int)help_answer(parsed, "fetch");
	}
	free_all(&fetch);
	return result;
}

/*
 * The course of a fetch. Calls are made as slots become free, so that a long
 * list of compartments or subnets costs no more memory than its names.
 */
#include "vcnmeta/fetch/survey.h"

#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/limits.h"
#include "base/msg.h"
#include "vcnmeta/fetch/listing.h"

static int no_memory(void)
{
	msg_no_memory();
	return EXITCODE_INTERNAL;
}

int survey_open(struct survey *survey)
{
	survey->listed = (struct textset)TEXTSET_INIT(LIMIT_COMPARTMENTS);
	survey->caller =
		caller_new(survey->settings, &survey->auth->signer, survey->settings->parallel);
	if (survey->caller != NULL)
		return 0;
	msg_no_memory();
	return -1;
}

void survey_free(struct survey *survey)
{
	caller_free(survey->caller);
	listing_end_all(survey);
	compartments_free(&survey->found);
	textset_free(&survey->listed);
}

/* Runs what is in line, and what more adds to it. */
static int run(struct survey *survey, void (*more)(void *))
{
	survey->next = 0;
	caller_feed(survey->caller, more, survey);
	return caller_run(survey->caller, survey->tick, survey->tick_context);
}

static int add_listed(struct survey *survey, const char *ocid)
{
	enum textset_result result = textset_add(&survey->listed, ocid, strlen(ocid));

	return result == TEXTSET_NO_MEMORY || result == TEXTSET_FULL ? -1 : 0;
}

static int add_roots(struct survey *survey, const struct fetch_names *roots)
{
	if (roots->count == 0)
		return add_listed(survey, survey->auth->tenancy);
	for (size_t i = 0; i < roots->count; i++)
		if (add_listed(survey, roots->names[i]) != 0)
			return -1;
	return 0;
}

/* Without roots every active compartment counts, wherever it hangs. */
static int add_active(struct survey *survey)
{
	for (size_t i = 0; i < survey->found.count; i++)
		if (survey->found.items[i].active &&
			add_listed(survey, survey->found.items[i].id) != 0)
			return -1;
	return 0;
}

int survey_compartments(struct survey *survey, const struct fetch_names *roots, bool below)
{
	const char *tenancy = survey->auth->tenancy;
	int result;

	if (add_roots(survey, roots) != 0)
		return no_memory();
	if (!below)
		return EXITCODE_OK;
	listing_start(survey, LISTING_COMPARTMENTS, survey->scope->regions[0], tenancy,
		strlen(tenancy), NULL, 0);
	result = run(survey, NULL);
	if (result != EXITCODE_OK)
		return result;
	result = roots->count == 0 ? add_active(survey)
				   : compartments_below(&survey->found, &survey->listed);
	return result == 0 ? EXITCODE_OK : no_memory();
}

/* The next listing: two kinds, in each region, of each compartment. */
static void next_listing(void *context)
{
	struct survey *survey = context;
	size_t regions = survey->scope->listed;
	size_t at = survey->next / 2;
	size_t len;
	const char *ocid;

	if (at >= survey->listed.count * regions)
		return;
	ocid = textset_text(&survey->listed, at / regions, &len);
	listing_start(survey, survey->next % 2 == 0 ? LISTING_SUBNETS : LISTING_LISTS,
		survey->scope->regions[at % regions], ocid, len, NULL, 0);
	survey->next++;
}

static int judge_refused(const struct survey *survey, const char *what)
{
	if (survey->granted > 0 || survey->refused == 0)
		return EXITCODE_OK;
	msg_error("the service refused %s", what);
	return EXITCODE_SERVICE;
}

int survey_networks(struct survey *survey)
{
	int result;

	survey->granted = 0;
	survey->refused = 0;
	result = run(survey, next_listing);
	return result == EXITCODE_OK ? judge_refused(survey, "every listing") : result;
}

static void next_subnet(void *context)
{
	struct survey *survey = context;
	const struct scope_region *region;
	const char *ocid;

	if (survey->next >= survey->subnets->count)
		return;
	ocid = survey->subnets->names[survey->next++];
	region = scope_of_ocid(survey->scope, ocid);
	if (region == NULL)
		caller_fail(survey->caller, EXITCODE_INTERNAL);
	else
		listing_start(survey, LISTING_SUBNET, region, ocid, strlen(ocid), NULL, 0);
}

int survey_subnets(struct survey *survey, const struct fetch_names *subnets)
{
	survey->subnets = subnets;
	survey->granted = 0;
	survey->refused = 0;
	return run(survey, next_subnet);
}

/*
 * A list goes to the region that its own OCID names; the first naming subnet is
 * for the message, should it be refused.
 */
static void next_missing(void *context)
{
	struct survey *survey = context;
	const struct scope_region *region;
	struct model_missing missing;
	char *ocid;

	if (!model_next_missing(survey->model, &survey->missing, &missing))
		return;
	ocid = strndup(missing.list.text, missing.list.len);
	region = ocid == NULL ? NULL : scope_of_ocid(survey->scope, ocid);
	if (region == NULL)
		caller_fail(survey->caller, EXITCODE_INTERNAL);
	else
		listing_start(survey, LISTING_LIST, region, missing.list.text, missing.list.len,
			missing.subnet.text, missing.subnet.len);
	free(ocid);
}

int survey_missing(struct survey *survey)
{
	survey->missing = 0;
	return run(survey, next_missing);
}

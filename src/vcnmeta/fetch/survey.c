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

static int add_roots(struct survey *survey, const struct names *roots)
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

int survey_compartments(struct survey *survey, const struct names *roots, bool below)
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

/* The next listing: each kind, in each region, of each compartment. */
static void next_listing(void *context)
{
	static const enum listing_kind kinds[] = {
		LISTING_SUBNETS, LISTING_LISTS, LISTING_VCNS, LISTING_GROUPS};
	struct survey *survey = context;
	size_t kind_count = survey->groups ? 4 : 3;
	size_t regions = survey->scope->listed;
	size_t at = survey->next / kind_count;
	size_t len;
	const char *ocid;

	if (at >= survey->listed.count * regions)
		return;
	ocid = textset_text(&survey->listed, at / regions, &len);
	listing_start(survey, kinds[survey->next % kind_count],
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
	const char *tenancy = survey->auth->tenancy;
	int result;

	survey->granted = 0;
	survey->refused = 0;
	/* no listing of compartments holds the root itself */
	if (textset_has(&survey->listed, tenancy, strlen(tenancy)))
		listing_start(survey, LISTING_ROOT, survey->scope->regions[0], tenancy,
			strlen(tenancy), NULL, 0);
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

int survey_subnets(struct survey *survey, const struct names *subnets)
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

/* Starts what is listed of a thing, in the region that its OCID names. */
static void list_part(struct survey *survey, enum listing_kind kind, struct lookup_text ocid)
{
	char *name = strndup(ocid.text, ocid.len);
	const struct scope_region *region =
		name == NULL ? NULL : scope_of_ocid(survey->scope, name);

	if (region == NULL)
		caller_fail(survey->caller, EXITCODE_INTERNAL);
	else
		listing_start(survey, kind, region, ocid.text, ocid.len, NULL, 0);
	free(name);
}

/* Two listings of each group that was listed itself; others are only named. */
static void next_group(void *context)
{
	struct survey *survey = context;
	const struct model *model = survey->model;

	for (; survey->next / 2 < model->group_count; survey->next++) {
		const struct model_group *group = &model->groups[survey->next / 2];

		if (group->place.fetched_at == MODEL_NEVER)
			continue;
		list_part(survey, survey->next % 2 == 0 ? LISTING_RULES : LISTING_MEMBERS,
			model_bytes(model, group->ocid));
		survey->next++;
		return;
	}
}

int survey_groups(struct survey *survey)
{
	return run(survey, next_group);
}

static bool has_ipv6(const struct model *model, const struct model_subnet *subnet)
{
	for (size_t i = 0; i < subnet->prefix_count; i++)
		if (model->prefixes[subnet->prefix_first + i].family == ADDRESS_IPV6)
			return true;
	return false;
}

/* One listing of each subnet, and another where it has IPv6 blocks. */
static void next_addresses(void *context)
{
	struct survey *survey = context;
	const struct model *model = survey->model;

	for (; survey->next / 2 < model->subnet_count; survey->next++) {
		const struct model_subnet *subnet = &model->subnets[survey->next / 2];
		bool second = survey->next % 2 == 1;

		if (second && !has_ipv6(model, subnet))
			continue;
		list_part(survey, second ? LISTING_IPV6 : LISTING_ADDRESSES,
			model_bytes(model, subnet->ocid));
		survey->next++;
		return;
	}
}

/*
 * Of a VNIC half of whose addresses were refused none are known: the other half
 * would pass for all of them, and take the place of those that FILE has.
 */
static void forget_halves(struct model *model)
{
	for (size_t i = 0; i < model->vnic_count; i++) {
		struct model_vnic *vnic = &model->vnics[i];
		uint32_t subnet = vnic->subnet == MODEL_NONE
					  ? MODEL_NONE
					  : model_find(model, MODEL_SUBNET, vnic->subnet);

		if (subnet != MODEL_NONE && model->subnets[subnet].listing == MODEL_LISTING_REFUSED)
			vnic->addresses_at = MODEL_NEVER;
	}
}

int survey_addresses(struct survey *survey)
{
	struct model *model = survey->model;
	int result = run(survey, next_addresses);

	forget_halves(model);
	for (size_t i = 0; i < model->subnet_count && result == EXITCODE_OK; i++)
		if (model->subnets[i].listing == MODEL_NOT_LISTED)
			model->subnets[i].listing = MODEL_LISTED;
	return result;
}

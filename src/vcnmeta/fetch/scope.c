/*
 * Regions in scope. An --endpoint stands for every region: then regions are
 * names only. The region that an OCID names is taken as it is if it can be a
 * region's name; its domain comes from the tables, or from the realm.
 */
#include "vcnmeta/fetch/scope.h"

#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/msg.h"

static int no_memory(void)
{
	msg_no_memory();
	return EXITCODE_INTERNAL;
}

static void set_endpoints(struct scope_region *at, const struct settings *settings)
{
	char host[REGION_HOST_SIZE];

	if (settings->has_endpoint) {
		endpoint_copy(&at->iaas, &settings->endpoint);
		endpoint_copy(&at->identity, &settings->endpoint);
		return;
	}
	region_host(host, &at->region, REGION_IAAS);
	endpoint_of_host(&at->iaas, host);
	region_host(host, &at->region, REGION_IDENTITY);
	endpoint_of_host(&at->identity, host);
}

/* Finds a region in scope, or adds it; null when memory ran out. */
static struct scope_region *add_region(struct scope *scope, const struct region *region)
{
	struct scope_region **grown;
	struct scope_region *made;

	for (size_t i = 0; i < scope->region_count; i++)
		if (strcmp(scope->regions[i]->region.name, region->name) == 0)
			return scope->regions[i];
	grown = reallocarray(scope->regions, scope->region_count + 1, sizeof(*scope->regions));
	if (grown == NULL)
		return NULL;
	scope->regions = grown;
	made = calloc(1, sizeof(*made));
	if (made == NULL)
		return NULL;
	made->region = *region;
	set_endpoints(made, scope->settings);
	scope->regions[scope->region_count++] = made;
	return made;
}

static int add_named(struct scope *scope, const char *name, const char *from)
{
	char realm[REGION_NAME_SIZE], quoted[MSG_QUOTED_SIZE];
	struct region region;

	region_of_ocid(realm, scope->auth->tenancy, REGION_FIELD_REALM);
	if (region_find(scope->table, name, realm, &region) != 0) {
		msg_error(
			"bad %s %s: not the name of a region", from, msg_quote_name(quoted, name));
		return EXITCODE_REFUSED;
	}
	return add_region(scope, &region) == NULL ? no_memory() : EXITCODE_OK;
}

static int add_default(struct scope *scope)
{
	const struct region nameless = {"", ""};
	const struct settings_value *named = &scope->settings->region;

	if (named->text != NULL)
		return add_named(scope, named->text, named->from);
	if (scope->auth->region[0] != '\0')
		return add_named(scope, scope->auth->region, "region of this machine");
	if (scope->settings->has_endpoint)
		return add_region(scope, &nameless) == NULL ? no_memory() : EXITCODE_OK;
	msg_error("no region: give --region, OCI_CLI_REGION or region in the "
		  "profile");
	return EXITCODE_REFUSED;
}

int scope_open(struct scope *scope, const struct options *options, const struct settings *settings,
	const struct auth *auth, const struct regions *table)
{
	bool by_ocid = options->subnets.count > 0 || options->subnets_from != NULL;
	int result = EXITCODE_OK;

	*scope = (struct scope){.settings = settings, .auth = auth, .table = table};
	for (size_t i = 0; i < options->regions.count && result == EXITCODE_OK; i++)
		result = add_named(scope, options->regions.names[i], "--region");
	if (options->regions.count == 0)
		result = add_default(scope);
	scope->listed = scope->region_count;
	for (size_t i = 0; i < scope->listed; i++)
		scope->regions[i]->is_asked = !by_ocid;
	return result;
}

void scope_free(struct scope *scope)
{
	for (size_t i = 0; i < scope->region_count; i++)
		free(scope->regions[i]);
	free(scope->regions);
	*scope = (struct scope){0};
}

const struct scope_region *scope_of_ocid(struct scope *scope, const char *ocid)
{
	char name[REGION_NAME_SIZE], realm[REGION_NAME_SIZE];
	struct scope_region *found;
	struct region region;

	region_of_ocid(name, ocid, REGION_FIELD_REGION);
	region_of_ocid(realm, ocid, REGION_FIELD_REALM);
	if (name[0] == '\0' || region_find(scope->table, name, realm, &region) != 0)
		found = scope->regions[0];
	else
		found = add_region(scope, &region);
	if (found == NULL)
		msg_no_memory();
	else
		found->is_asked = true;
	return found;
}

static int compare_names(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

int scope_source(const struct scope *scope, struct bytes *out)
{
	const char **names = calloc(scope->region_count + 1, sizeof(*names));
	int result = names == NULL ? -1 : bytes_append_text(out, scope->auth->tenancy);
	size_t count = 0;

	for (size_t i = 0; i < scope->region_count && names != NULL; i++) {
		if (scope->regions[i]->is_asked)
			names[count++] = scope->regions[i]->region.name;
	}
	if (names != NULL)
		qsort(names, count, sizeof(*names), compare_names);
	for (size_t i = 0; i < count && result == 0; i++) {
		if (out->len > 0 && names[i][0] != '\0')
			result = bytes_append_char(out, ' ');
		if (result == 0)
			result = bytes_append_text(out, names[i]);
	}
	free(names);
	return result;
}

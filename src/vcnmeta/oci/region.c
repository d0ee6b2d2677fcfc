/*
 * Regions. What becomes part of a host name is checked for its letters first:
 * OCIDs come from logs, and a log must not choose the host that a signed
 * request goes to.
 */
#include "vcnmeta/oci/region.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_DOMAIN "oraclecloud.com"

/* Copies text in lower case; false when it cannot be a part of a host name. */
static bool copy_name(char name[REGION_NAME_SIZE], const char *text)
{
	size_t len = strlen(text);

	if (len == 0 || len >= REGION_NAME_SIZE || text[0] == '.' || text[0] == '-' ||
		text[len - 1] == '.')
		return false;
	for (size_t i = 0; i <= len; i++) {
		char c = (char)tolower((unsigned char)text[i]);

		if (c != '\0' && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-' &&
			c != '.')
			return false;
		name[i] = c;
	}
	return strstr(name, "..") == NULL;
}

static const struct region_row *find_row(
	const struct region_row *rows, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcasecmp(rows[i].name, name) == 0 || strcasecmp(rows[i].key, name) == 0)
			return &rows[i];
	return NULL;
}

static const char *realm_domain(const struct regions *regions, const char *realm)
{
	for (size_t i = 0; i < region_table_count; i++)
		if (strcasecmp(region_table[i].realm, realm) == 0)
			return region_table[i].domain;
	for (size_t i = 0; i < regions->count; i++)
		if (strcasecmp(regions->rows[i].realm, realm) == 0)
			return regions->rows[i].domain;
	return NULL;
}

/* The domain of a region that no table has. */
static const char *unknown_domain(const struct regions *regions, const char *realm)
{
	const char *domain = getenv("OCI_DEFAULT_REALM");

	if (domain != NULL && *domain != '\0')
		return domain;
	if (realm != NULL)
		domain = realm_domain(regions, realm);
	return domain == NULL || *domain == '\0' ? DEFAULT_DOMAIN : domain;
}

int region_find(
	const struct regions *regions, const char *text, const char *realm, struct region *region)
{
	const struct region_row *row;

	region->domain[0] = '\0';
	if (!copy_name(region->name, text))
		return -1;
	row = find_row(region_table, region_table_count, region->name);
	if (row == NULL)
		row = find_row(regions->rows, regions->count, region->name);
	if (row != NULL)
		return copy_name(region->name, row->name) && copy_name(region->domain, row->domain)
			       ? 0
			       : -1;
	if (strchr(region->name, '.') != NULL)
		return 0;
	return copy_name(region->domain, unknown_domain(regions, realm)) ? 0 : -1;
}

void region_of_ocid(char buffer[REGION_NAME_SIZE], const char *ocid, enum region_field field)
{
	const char *at = ocid;
	size_t len;

	buffer[0] = '\0';
	for (int i = 0; i < (int)field && at != NULL; i++) {
		at = strchr(at, '.');
		at = at == NULL ? NULL : at + 1;
	}
	if (at == NULL)
		return;
	len = strcspn(at, ".");
	if (at[len] == '\0' || len >= REGION_NAME_SIZE)
		return;
	memcpy(buffer, at, len);
	buffer[len] = '\0';
}

void region_host(
	char host[REGION_HOST_SIZE], const struct region *region, enum region_service service)
{
	static const char *const names[] = {"iaas", "identity", "auth"};
	const char *label = service == REGION_IDENTITY ? ".oci." : ".";

	if (region->domain[0] == '\0')
		snprintf(host, REGION_HOST_SIZE, "%s.%s", names[service], region->name);
	else
		snprintf(host, REGION_HOST_SIZE, "%s.%s%s%s", names[service], region->name, label,
			region->domain);
}

/*
 * Regions: those that are built in (region_table.c), and further ones from the OCI
 * CLI's regions-config.json, an array of objects, and OCI_REGION_METADATA, one
 * such object. An object without all four names is refused, for a region half
 * known would be looked for elsewhere.
 *
 * What becomes part of a host name is checked for its letters first: OCIDs come
 * from logs, and a log must not choose the host that a signed request goes to.
 */
#include "vcnmeta/oci/region.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/exitcode.h"
#include "base/limits.h"
#include "base/msg.h"
#include "vcnmeta/oci/document.h"
#include "vcnmeta/oci/home.h"
#include "vcnmeta/oci/members.h"
#include "json/tree.h"

#define DEFAULT_DOMAIN "oraclecloud.com"
#define REGIONS_VARIABLE "OCI_REGION_METADATA"

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

const struct region_row *region_built_in(const char *name)
{
	return find_row(region_table, region_table_count, name);
}

const char *region_key(const char *name, size_t len)
{
	for (size_t i = 0; i < region_table_count; i++)
		if (strlen(region_table[i].name) == len &&
			memcmp(region_table[i].name, name, len) == 0)
			return region_table[i].key;
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
	row = region_built_in(region->name);
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

/* ---- regions that are not built in ---- */

static void free_row(struct region_row *row)
{
	free((char *)row->key);
	free((char *)row->name);
	free((char *)row->realm);
	free((char *)row->domain);
}

int regions_add(struct regions *regions, const struct region_row *row)
{
	struct region_row *grown = reallocarray(regions->rows, regions->count + 1, sizeof(*grown));
	struct region_row copy;

	if (grown == NULL)
		return -1;
	regions->rows = grown;
	copy.key = strdup(row->key);
	copy.name = strdup(row->name);
	copy.realm = strdup(row->realm);
	copy.domain = strdup(row->domain);
	if (copy.key == NULL || copy.name == NULL || copy.realm == NULL || copy.domain == NULL) {
		free_row(&copy);
		return -1;
	}
	regions->rows[regions->count++] = copy;
	return 0;
}

void regions_free(struct regions *regions)
{
	for (size_t i = 0; i < regions->count; i++)
		free_row(&regions->rows[i]);
	free(regions->rows);
	*regions = (struct regions){NULL, 0};
}

static int add_object(struct regions *regions, const struct json_tree *tree,
	const struct json_node *node, const char *source)
{
	char key[REGION_NAME_SIZE], name[REGION_NAME_SIZE];
	char realm[REGION_NAME_SIZE], domain[REGION_NAME_SIZE];
	const struct region_row row = {key, name, realm, domain};
	char quoted[MSG_QUOTED_SIZE];

	if (!members_text(tree, node, "regionKey", key, sizeof(key)) ||
		!members_text(tree, node, "regionIdentifier", name, sizeof(name)) ||
		!members_text(tree, node, "realmKey", realm, sizeof(realm)) ||
		!members_text(tree, node, "realmDomainComponent", domain, sizeof(domain))) {
		msg_error("cannot use %s: a region needs regionKey, "
			  "regionIdentifier, realmKey and "
			  "realmDomainComponent",
			msg_quote_name(quoted, source));
		return EXITCODE_REFUSED;
	}
	if (regions_add(regions, &row) == 0)
		return EXITCODE_OK;
	msg_no_memory();
	return EXITCODE_INTERNAL;
}

static int add_tree(struct regions *regions, const struct json_tree *tree, const char *source)
{
	const struct json_node *node = &tree->nodes[0];
	int result = EXITCODE_OK;

	if (node->value.type != JSON_ARRAY)
		return add_object(regions, tree, node, source);
	for (node = json_tree_first(tree, node); node != NULL && result == EXITCODE_OK;
		node = json_tree_next(tree, node))
		result = add_object(regions, tree, node, source);
	return result;
}

/* text has LIMIT_JSON_PADDING bytes after it; a byte order mark is skipped. */
static int add_text(struct regions *regions, const struct secret *text, const char *source)
{
	size_t mark = bytes_mark_length(text->data, text->len);
	struct json_tree tree = JSON_TREE_INIT;
	struct json_parser *parser = json_parser_new();
	enum json_error error = JSON_NO_MEMORY;
	char quoted[MSG_QUOTED_SIZE];
	int result;

	if (parser != NULL)
		error = json_tree_parse(
			&tree, parser, text->data + mark, text->len - mark, LIMIT_REPLY_DEPTH);
	if (error == JSON_OK) {
		result = add_tree(regions, &tree, source);
	} else if (error == JSON_NO_MEMORY) {
		msg_no_memory();
		result = EXITCODE_INTERNAL;
	} else {
		msg_error("cannot use %s: %s", msg_quote_name(quoted, source),
			json_error_text(error));
		result = EXITCODE_REFUSED;
	}
	json_tree_free(&tree);
	json_parser_free(parser);
	return result;
}

static int load_file(struct regions *regions)
{
	struct secret text = SECRET_INIT;
	char *path = home_expand(REGION_FILE);
	int result = EXITCODE_OK;

	if (path == NULL) {
		msg_no_memory();
		return EXITCODE_INTERNAL;
	}
	if (document_read(&text, path, LIMIT_CONFIG_FILE) == 0) {
		result = add_text(regions, &text, path);
	} else if (errno != ENOENT && errno != ENOTDIR) {
		char quoted[MSG_QUOTED_SIZE];

		msg_error_errno(errno, "cannot read %s", msg_quote_name(quoted, path));
		result = EXITCODE_REFUSED;
	}
	secret_free(&text);
	free(path);
	return result;
}

static int load_variable(struct regions *regions)
{
	const char *value = getenv(REGIONS_VARIABLE);
	struct secret text = SECRET_INIT;
	int result = EXITCODE_INTERNAL;

	if (value == NULL || *value == '\0')
		return EXITCODE_OK;
	if (secret_make(&text, strlen(value) + LIMIT_JSON_PADDING) == 0) {
		text.len = strlen(value);
		memcpy(text.data, value, text.len);
		result = add_text(regions, &text, REGIONS_VARIABLE);
	} else {
		msg_no_memory();
	}
	secret_free(&text);
	return result;
}

int regions_load(struct regions *regions)
{
	int result;

	*regions = (struct regions){NULL, 0};
	result = load_file(regions);
	return result == EXITCODE_OK ? load_variable(regions) : result;
}

/*
 * Regions that are not built in: the OCI CLI's regions-config.json, an array
 * of objects, and OCI_REGION_METADATA, one such object. An object without all
 * four names is refused, for a region half known would be looked for elsewhere.
 */
#include "vcnmeta/oci/region.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/limits.h"
#include "base/msg.h"
#include "vcnmeta/document.h"
#include "vcnmeta/members.h"
#include "vcnmeta/oci/home.h"
#include "json/tree.h"

#define REGIONS_FILE "~/.oci/regions-config.json"
#define REGIONS_VARIABLE "OCI_REGION_METADATA"

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

/* text has LIMIT_JSON_PADDING bytes behind it. */
static int add_text(struct regions *regions, const struct secret *text, const char *source)
{
	struct json_tree tree = JSON_TREE_INIT;
	struct json_parser *parser = json_parser_new();
	enum json_error error = JSON_NO_MEMORY;
	char quoted[MSG_QUOTED_SIZE];
	int result;

	if (parser != NULL)
		error = json_tree_parse(&tree, parser, text->data, text->len, LIMIT_REPLY_DEPTH);
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
	char *path = home_expand(REGIONS_FILE);
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

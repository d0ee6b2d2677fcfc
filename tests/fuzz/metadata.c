/* Lookup files for targets. */
#include "metadata.h"

#include <unistd.h>

#include "base/limits.h"
#include "fuzz.h"
#include "lookup/model.h"
#include "lookup/writer.h"
#include "json/tree.h"

static void add_object(
	struct model *model, const struct json_tree *tree, const struct json_node *node)
{
	struct model_place place = {"text", 1};
	struct model_fault fault;

	if (model_kind(tree, node) == MODEL_SUBNET)
		PROMISE(model_add_subnet(model, tree, node, place, &fault) == MODEL_OK);
	else
		PROMISE(model_add_list(model, tree, node, place, &fault) == MODEL_OK);
}

static struct model *model_of(const char *text)
{
	struct model *model = model_new(MODEL_REFUSE_DIFFERING);
	struct json_parser *parser = json_parser_new();
	struct json_tree tree = JSON_TREE_INIT;
	size_t len = strlen(text);
	char *padded = calloc(1, len + LIMIT_JSON_PADDING);

	PROMISE(model != NULL && parser != NULL && padded != NULL);
	memcpy(padded, text, len);
	PROMISE(json_tree_parse(&tree, parser, padded, len, LIMIT_DEPTH) == JSON_OK);
	for (const struct json_node *node = json_tree_first(&tree, tree.nodes); node != NULL;
		node = json_tree_next(&tree, node))
		add_object(model, &tree, node);
	json_tree_free(&tree);
	json_parser_free(parser);
	free(padded);
	return model;
}

struct lookup *metadata_lookup(const char *text)
{
	char path[FUZZ_PATH_SIZE];
	char detail[LOOKUP_DETAIL_SIZE];
	struct model *model = model_of(text);
	struct lookup *lookup = NULL;
	int fd;

	fuzz_path(path);
	fd = mkstemp(path);
	PROMISE(fd >= 0 && close(fd) == 0);
	PROMISE(writer_write(model, path, 1, WRITER_SOURCE_BUILD) == EXITCODE_OK);
	PROMISE(lookup_open(&lookup, path, detail, NULL) == LOOKUP_OK);
	PROMISE(unlink(path) == 0);
	model_free(model);
	return lookup;
}

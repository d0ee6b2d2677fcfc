/* For tests of lookup files: metadata from JSON texts, files in and out. */
#ifndef TESTS_METADATA_H
#define TESTS_METADATA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/limits.h"
#include "lookup/model.h"
#include "lookup/writer.h"
#include "json/tree.h"

#define SUBNET_A "ocid1.subnet.oc1.iad.aaaa"
#define SUBNET_B "ocid1.subnet.oc1.iad.bbbb"
#define LIST_X "ocid1.securitylist.oc1.iad.xxxx"
#define LIST_Y "ocid1.securitylist.oc1.iad.yyyy"

/* A text parsed, in a buffer of its own; free it with parsed_free. */
struct parsed {
	char *text;
	struct json_parser *parser;
	struct json_tree tree;
};

static inline struct parsed parse_text(const char *text)
{
	size_t len = strlen(text);
	struct parsed parsed = {
		calloc(1, len + LIMIT_JSON_PADDING),
		json_parser_new(),
		JSON_TREE_INIT,
	};

	memcpy(parsed.text, text, len);
	assert_int_equal(
		json_tree_parse(&parsed.tree, parsed.parser, parsed.text, len, LIMIT_DEPTH),
		JSON_OK);
	return parsed;
}

static inline void parsed_free(struct parsed *parsed)
{
	json_tree_free(&parsed->tree);
	json_parser_free(parsed->parser);
	free(parsed->text);
}

/* Adds an object by its kind, as found on a line. */
static inline enum model_result add_text(
	struct model *model, const char *text, uint64_t line, struct model_fault *fault)
{
	struct parsed parsed = parse_text(text);
	const struct json_node *node = parsed.tree.nodes;
	struct model_place place = {"x.json", line};
	enum model_result result = MODEL_OK;

	switch (model_kind(&parsed.tree, node)) {
	case MODEL_SUBNET:
		result = model_add_subnet(model, &parsed.tree, node, place, fault);
		break;
	case MODEL_LIST:
		result = model_add_list(model, &parsed.tree, node, place, fault);
		break;
	case MODEL_OTHER:
		fail_msg("neither subnet nor list: %s", text);
	}
	parsed_free(&parsed);
	return result;
}

static inline void add_good(struct model *model, const char *text)
{
	struct model_fault fault;

	assert_int_equal(add_text(model, text, 1, &fault), MODEL_OK);
}

/* A directory of the test's own, to be left with leave_directory. */
static inline int enter_directory(void **state)
{
	static char path[] = "/tmp/test_lookup.XXXXXX";

	strcpy(path, "/tmp/test_lookup.XXXXXX");
	*state = path;
	return mkdtemp(path) && chdir(path) == 0 ? 0 : -1;
}

static inline int leave_directory(void **state)
{
	return chdir("/") == 0 && rmdir(*state) == 0 ? 0 : -1;
}

/* The bytes of a file; *len their number. Free with free(3). */
static inline uint8_t *read_bytes(const char *path, size_t *len)
{
	FILE *file = fopen(path, "rb");
	struct stat status;
	uint8_t *bytes;

	assert_non_null(file);
	assert_int_equal(fstat(fileno(file), &status), 0);
	*len = (size_t)status.st_size;
	bytes = malloc(*len + 1);
	assert_int_equal(fread(bytes, 1, *len, file), *len);
	fclose(file);
	return bytes;
}

static inline void write_bytes(const char *path, const void *bytes, size_t len)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

#endif

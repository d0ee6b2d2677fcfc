/*
 * What a lookup file holds, one "name: value" a line. That it could be opened
 * means that it was checked whole; only the number of security lists is not
 * known from that.
 */
#include "vcnmeta/verify.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "base/limits.h"
#include "base/msg.h"
#include "base/optparse.h"
#include "base/textset.h"
#include "lookup/content.h"
#include "vcnmeta/fetched.h"
#include "vcnmeta/help.h"
#include "vcnmeta/lookupfile.h"
#include "vcnmeta/output.h"
#include "json/tree.h"

#define TIME_SIZE 32

/* Room for all lines but the source: reserved at once, so none can fail. */
#define LINES_SIZE 4096

/* Adds the OCIDs of one array to a set. Returns 0, or -1. */
static int add_ids(struct textset *set, struct json_tree *tree, struct json_parser *parser,
	const struct lookup_text *ids)
{
	const struct json_node *node;

	if (json_tree_parse(tree, parser, ids->text, ids->len, LIMIT_DEPTH) != JSON_OK)
		return -1;
	for (node = json_tree_first(tree, tree->nodes); node; node = json_tree_next(tree, node))
		if (textset_add(set, node->value.text, node->value.len) == TEXTSET_NO_MEMORY)
			return -1;
	return 0;
}

/* The number of distinct security lists. Returns 0, or -1: no memory. */
static int count_lists(const struct lookup *lookup, size_t *count)
{
	struct textset set = TEXTSET_INIT(SIZE_MAX);
	struct json_tree tree = JSON_TREE_INIT;
	struct json_parser *parser = json_parser_new();
	int result = parser ? 0 : -1;

	for (size_t i = 0; i < lookup_fragment_count(lookup) && result == 0; i++) {
		struct lookup_fragment fragment = lookup_fragment(lookup, i);

		result = add_ids(&set, &tree, parser, &fragment.ids);
	}
	*count = set.count;
	json_parser_free(parser);
	json_tree_free(&tree);
	textset_free(&set);
	return result;
}

static void time_text(char text[TIME_SIZE], int64_t seconds)
{
	time_t instant = (time_t)seconds;
	struct tm parts;

	if (!gmtime_r(&instant, &parts) ||
		strftime(text, TIME_SIZE, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
		snprintf(text, TIME_SIZE, "@%" PRId64, seconds);
}

static void put_count(struct output *output, const char *name, uint64_t count)
{
	char line[80];

	snprintf(line, sizeof(line), "%s: %" PRIu64 "\n", name, count);
	(void)bytes_append_text(&output->bytes, line);
}

static void put_times(struct output *output, int64_t fetched_at, int64_t now)
{
	char text[TIME_SIZE];
	char lines[128];
	int64_t age;

	time_text(text, fetched_at);
	if (__builtin_sub_overflow(now, fetched_at, &age))
		age = 0;
	snprintf(lines, sizeof(lines), "fetched_at: %s\nage_seconds: %" PRId64 "\n", text, age);
	(void)bytes_append_text(&output->bytes, lines);
}

static void put_all(struct output *output, const struct lookup *lookup, size_t lists, int64_t now)
{
	struct lookup_text source = lookup_source(lookup);
	size_t prefixes;

	(void)lookup_prefixes(lookup, &prefixes);
	put_count(output, "format_version", lookup_version(lookup));
	put_count(output, "bytes", lookup_file_length(lookup));
	put_count(output, "subnets", lookup_subnet_count(lookup));
	put_count(output, "cidr_blocks", lookup_prefix_count(lookup));
	put_count(output, "distinct_cidr_blocks", prefixes);
	put_count(output, "security_lists", lists);
	put_count(output, "security_list_sets", lookup_fragment_count(lookup));
	put_count(output, "unknown_sections", lookup_foreign_count(lookup));
	put_times(output, lookup_fetched_at(lookup), now);
	(void)bytes_append_text(&output->bytes, "source: ");
	(void)bytes_append(&output->bytes, source.text, source.len);
	(void)bytes_append_text(&output->bytes, "\n");
}

static enum exitcode verify_opened(const struct lookup *lookup)
{
	struct output output;
	int64_t now;
	size_t lists;

	if (fetched_now(&now) != 0)
		return EXITCODE_REFUSED;
	if (count_lists(lookup, &lists) != 0) {
		msg_no_memory();
		return EXITCODE_INTERNAL;
	}
	output_begin(&output);
	if (bytes_reserve(&output.bytes, LINES_SIZE + lookup_source(lookup).len) != 0) {
		msg_no_memory();
		return EXITCODE_INTERNAL;
	}
	put_all(&output, lookup, lists, now);
	return output_end(&output);
}

static enum exitcode verify_file(const char *path)
{
	struct lookup *lookup;
	enum exitcode exitcode = lookupfile_open(&lookup, path);

	if (exitcode != EXITCODE_OK)
		return exitcode;
	exitcode = verify_opened(lookup);
	lookupfile_close(lookup);
	return exitcode;
}

struct verify_options {
	bool quiet;
};

static const struct optparse_option table[] = {
	{.name = "quiet",
		.letter = 'q',
		.kind = OPTPARSE_FLAG,
		OPTPARSE_MEMBER(struct verify_options, quiet)},
	{.name = "help", .letter = 'h', .kind = OPTPARSE_SHOW_HELP},
	{.name = "version", .letter = 'V', .kind = OPTPARSE_SHOW_VERSION},
};

static enum exitcode run(int argc, char **argv)
{
	struct verify_options options = {0};
	struct optparse optparse = {
		.options = table,
		.count = sizeof(table) / sizeof(table[0]),
		.into = &options,
		.help_command = "vcnmeta verify --help",
	};
	enum optparse_result result = optparse_read(&optparse, argc, argv);

	if (result != OPTPARSE_RUN)
		return help_answer(result, "verify");
	msg_quiet(options.quiet);
	if (optparse.operand_count == 1)
		return verify_file(optparse.operands[0]);
	msg_error("want one lookup file: usage: vcnmeta verify FILE");
	return EXITCODE_REFUSED;
}

int verify_main(int argc, char **argv)
{
	return (int)run(argc, argv);
}

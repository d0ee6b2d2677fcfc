/*
 * Judges what stands on stdin, for tests/reference/compare_rules.py: one JSON
 * object a line, either a world or a record of the world before it. Writes the
 * member "rules" of each record, one a line. Whose rules apply and what is
 * known of the peers is said by the lines: this program holds match and judge
 * alone. Ends with status 2 on a line that it does not understand.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lookup/fields.h"
#include "rules/judge.h"
#include "json/tree.h"

/* What a world holds; entries are the rules' ready-made JSON. */
struct world {
	struct rule *rules;
	struct rule_box *boxes;
	struct bytes *entries;
	size_t rule_count;
	struct judge_run *runs;
	size_t run_count;
	struct match_service *services;
	size_t service_count;
	/* labels and groups, by the index by which rules know them */
	char **labels;
	char **groups;
	size_t group_count;
};

/* A record's line: whether its two addresses belong to each group; last, to one
 * of which nothing is known. */
struct question {
	struct judge_record record;
	size_t group_count;
	enum match_answer *source_in;
	enum match_answer *destination_in;
};

static const struct json_tree *tree;
static struct bytes scratch = BYTES_INIT(SIZE_MAX / 2);

static void fail(const char *what)
{
	fprintf(stderr, "judge_lines: %s\n", what);
	exit(2);
}

static void *make(size_t count, size_t size)
{
	void *memory = calloc(count + 1, size);

	if (!memory)
		fail("out of memory");
	return memory;
}

static const struct json_node *member(const struct json_node *node, const char *name)
{
	const struct json_node *found = json_tree_member(tree, node, name);

	if (!found)
		fail(name);
	return found;
}

static size_t children(const struct json_node *node)
{
	size_t count = 0;

	for (node = json_tree_first(tree, node); node; node = json_tree_next(tree, node))
		count++;
	return count;
}

/* A string's copy, or null of null. */
static char *copy(const struct json_node *node)
{
	char *buffer = make(node->value.len, 1);
	const char *text;
	size_t len;

	if (node->value.type == JSON_NULL) {
		free(buffer);
		return NULL;
	}
	if (node->value.type != JSON_STRING ||
		json_string(&node->value, buffer, node->value.len, &text, &len) != 0)
		fail("a string is wanted");
	memmove(buffer, text, len);
	buffer[len] = '\0';
	return buffer;
}

static char **copies(const struct json_node *array, size_t *count)
{
	char **texts = make(children(array), sizeof(*texts));

	*count = 0;
	for (array = json_tree_first(tree, array); array; array = json_tree_next(tree, array))
		texts[(*count)++] = copy(array);
	return texts;
}

static struct rule_text text_of(const char *text)
{
	return (struct rule_text){text, text ? strlen(text) : 0};
}

static uint32_t index_of(char *const *texts, size_t count, struct rule_text text)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(texts[i]) == text.len && memcmp(texts[i], text.text, text.len) == 0)
			return (uint32_t)i;
	return RULE_NO_INDEX;
}

static void add_rule(struct world *world, const struct json_node *node, const char *owner,
	const char *name, bool is_of_group, enum rule_direction direction)
{
	struct rule *rule = &world->rules[world->rule_count];
	struct bytes text = BYTES_INIT(SIZE_MAX / 2);
	struct rule_bounds bounds = {
		4096, (uint32_t)world->group_count, (uint32_t)world->service_count};
	struct rule_parts parts;
	const char *fault;

	if (rule_read(&parts, &scratch, tree, node, is_of_group, direction, &fault) != 0)
		fail(fault ? fault : "out of memory");
	rule_make(rule, &parts);
	if (rule->peer_kind == RULE_PEER_SERVICE)
		rule->peer_index = index_of(world->labels, world->service_count, parts.peer);
	if (rule->peer_kind == RULE_PEER_GROUP)
		rule->peer_index = index_of(world->groups, world->group_count, parts.peer);
	world->entries[world->rule_count] = (struct bytes)BYTES_INIT(SIZE_MAX / 2);
	if (rule_write_text(&text, &parts) != 0 ||
		rule_write_entry(&world->entries[world->rule_count], text_of(owner), text_of(name),
			(struct rule_text){text.data, text.len}, is_of_group, parts.id) != 0)
		fail("out of memory");
	rule_make_box(&world->boxes[world->rule_count], rule);
	rule->entry_length = rule->text_length = 1;
	if (!rule_is_sane(rule, &bounds))
		fail("a rule is not sane");
	world->rule_count++;
	bytes_free(&text);
}

static void add_rules(struct world *world, const struct json_node *array, const char *owner,
	const char *name, bool is_of_group, enum rule_direction direction)
{
	world->rules = realloc(
		world->rules, (world->rule_count + children(array) + 1) * sizeof(*world->rules));
	world->boxes = realloc(
		world->boxes, (world->rule_count + children(array) + 1) * sizeof(*world->boxes));
	world->entries = realloc(world->entries,
		(world->rule_count + children(array) + 1) * sizeof(*world->entries));
	if (!world->rules || !world->boxes || !world->entries)
		fail("out of memory");
	for (array = json_tree_first(tree, array); array; array = json_tree_next(tree, array))
		add_rule(world, array, owner, name, is_of_group, direction);
}

static void add_run(struct world *world, const struct json_node *node)
{
	struct judge_run *run = &world->runs[world->run_count++];
	bool is_of_group = member(node, "group")->value.type == JSON_TRUE;
	char *owner = copy(member(node, "ocid"));
	char *name = copy(member(node, "name"));

	run->first = (uint32_t)world->rule_count;
	add_rules(world, member(node, "ingress"), owner, name, is_of_group, RULE_INGRESS);
	run->ingress_count = (uint32_t)world->rule_count - run->first;
	add_rules(world, member(node, "egress"), owner, name, is_of_group, RULE_EGRESS);
	run->egress_count = (uint32_t)world->rule_count - run->first - run->ingress_count;
	free(owner);
	free(name);
}

static void add_service(struct world *world, const struct json_node *node)
{
	struct match_service *service = &world->services[world->service_count];
	struct prefix *prefixes = make(children(node), sizeof(*prefixes));

	world->labels[world->service_count++] = make(node->name.len, 1);
	memcpy(world->labels[world->service_count - 1], node->name.text + 1, node->name.len - 2);
	service->prefixes = prefixes;
	for (node = json_tree_first(tree, node); node; node = json_tree_next(tree, node))
		if (prefix_parse(&prefixes[service->prefix_count++], node->value.text + 1,
			    node->value.len - 2) != 0)
			fail("a service's block");
}

static void read_world(struct world *world, const struct json_node *node)
{
	const struct json_node *services = member(node, "services");
	const struct json_node *runs = member(node, "runs");

	*world = (struct world){0};
	world->groups = copies(member(node, "groups"), &world->group_count);
	world->services = make(children(services), sizeof(*world->services));
	world->labels = make(children(services), sizeof(*world->labels));
	for (services = json_tree_first(tree, services); services;
		services = json_tree_next(tree, services))
		add_service(world, services);
	world->runs = make(children(runs), sizeof(*world->runs));
	for (runs = json_tree_first(tree, runs); runs; runs = json_tree_next(tree, runs))
		add_run(world, runs);
}

static void free_world(struct world *world)
{
	for (size_t i = 0; i < world->rule_count; i++)
		bytes_free(&world->entries[i]);
	for (size_t i = 0; i < world->service_count; i++) {
		free((void *)world->services[i].prefixes);
		free(world->labels[i]);
	}
	for (size_t i = 0; i < world->group_count; i++)
		free(world->groups[i]);
	free(world->rules);
	free(world->boxes);
	free(world->entries);
	free(world->runs);
	free(world->services);
	free(world->labels);
	free(world->groups);
}

/* An integer of 0 to most, also as a string of its digits; else otherwise. */
static unsigned number_of(const struct json_node *node, unsigned most, unsigned otherwise)
{
	const char *text = node->value.text;
	size_t len = node->value.len;
	unsigned value = 0;

	if (node->value.type == JSON_STRING) {
		text++;
		len -= 2;
	} else if (node->value.type != JSON_NUMBER) {
		return otherwise;
	}
	if (len == 0 || len > 5 || (len > 1 && text[0] == '0') || strspn(text, "0123456789") < len)
		return otherwise;
	for (size_t i = 0; i < len; i++)
		value = value * 10 + (unsigned)(text[i] - '0');
	return value <= most ? value : otherwise;
}

static void read_address(struct address *address, const struct json_node *node)
{
	*address = (struct address){0};
	if (node->value.type == JSON_STRING)
		(void)address_parse(address, node->value.text + 1, node->value.len - 2);
}

static enum match_answer answer_of(const struct json_node *node)
{
	return (enum match_answer)number_of(node, MATCH_YES, MATCH_NO);
}

static void read_answers(enum match_answer *answers, size_t count, const struct json_node *array)
{
	size_t i = 0;

	for (array = json_tree_first(tree, array); array && i <= count;
		array = json_tree_next(tree, array))
		answers[i++] = answer_of(array);
	if (i != count + 1 || array)
		fail("an answer for each group, and one more");
}

static void read_record(
	struct question *question, const struct world *world, const struct json_node *node)
{
	const struct json_node *data = member(node, "data");
	struct judge_record *record = &question->record;
	unsigned source_port = number_of(member(data, "sourcePort"), 65535, 65536);
	unsigned destination_port = number_of(member(data, "destinationPort"), 65535, 65536);

	*record = (struct judge_record){
		.action = json_string_is(&member(data, "action")->value, "ACCEPT") ? JUDGE_ACCEPT
										   : JUDGE_REJECT,
		.protocol = (uint16_t)number_of(member(data, "protocol"), 255, MATCH_NO_PROTOCOL),
		.has_ports = source_port <= 65535 && destination_port <= 65535,
		.source_port = (uint16_t)source_port,
		.destination_port = (uint16_t)destination_port,
		.direction = (enum judge_direction)number_of(
			member(node, "direction"), JUDGE_NO_DIRECTION, JUDGE_NO_DIRECTION),
		.is_guessed = member(node, "guessed")->value.type == JSON_TRUE,
		.is_within = member(node, "within")->value.type == JSON_TRUE,
	};
	read_address(&record->source, member(data, "sourceAddress"));
	read_address(&record->destination, member(data, "destinationAddress"));
	question->group_count = world->group_count;
	question->source_in = make(world->group_count + 1, sizeof(*question->source_in));
	question->destination_in = make(world->group_count + 1, sizeof(*question->destination_in));
	read_answers(question->source_in, world->group_count, member(node, "source_in"));
	read_answers(question->destination_in, world->group_count, member(node, "destination_in"));
}

static enum match_answer group_has(
	const void *context, uint32_t group, const struct address *address)
{
	const struct question *question = context;
	const struct address *source = &question->record.source;

	if (group == RULE_NO_INDEX)
		group = (uint32_t)question->group_count;
	if (address->family == source->family && address->high == source->high &&
		address->low == source->low)
		return question->source_in[group];
	return question->destination_in[group];
}

static void write_names(const char *title, unsigned set, unsigned count, const char *name(unsigned))
{
	const char *before = title;

	for (unsigned i = 0; i < count; i++) {
		if ((set >> i & 1) == 0)
			continue;
		printf("%s\"%s\"", before, name(i));
		before = ",";
	}
	if (before != title)
		printf("]");
}

static void write_entries(const struct world *world, const char *title,
	const struct judge_entry *entries, size_t count)
{
	printf(",\"%s\":[", title);
	for (size_t i = 0; i < count; i++) {
		const struct bytes *entry = &world->entries[entries[i].rule];

		printf("%s%.*s", i > 0 ? "," : "", (int)entry->len - 1, entry->data);
		write_names(",\"maybe\":[", entries[i].maybe, MATCH_MAYBE_COUNT, match_maybe_name);
		write_names(",\"misses\":[", entries[i].misses, MATCH_MISS_COUNT, match_miss_name);
		printf("}");
	}
	printf("]");
}

static void judge(const struct world *world, const struct json_node *node)
{
	static struct judgement judgement;
	const struct json_node *applying = member(node, "runs");
	struct judge_run *runs = make(children(applying), sizeof(*runs));
	struct question question;
	struct judge_rules rules = {
		.rules = world->rules,
		.boxes = world->boxes,
		.runs = runs,
		.is_complete = member(node, "complete")->value.type == JSON_TRUE,
		.world = {world->services, group_has, &question},
	};

	for (applying = json_tree_first(tree, applying); applying;
		applying = json_tree_next(tree, applying)) {
		unsigned run = number_of(applying, 65535, 65536);

		if (run >= world->run_count)
			fail("a run that is not there");
		runs[rules.run_count++] = world->runs[run];
	}
	read_record(&question, world, node);
	judge_record(&judgement, &question.record, &rules);
	printf("{\"verdict\":\"%s\",\"confidence\":\"%s\",\"complete\":%s",
		judge_verdict_name(judgement.verdict), judge_confidence_name(judgement.confidence),
		judgement.is_complete ? "true" : "false");
	write_entries(world, "permitted_by", judgement.permitted.at, judgement.permitted.count);
	write_entries(world, "reply_to", judgement.reply.at, judgement.reply.count);
	if (judgement.verdict == JUDGE_DENIED)
		write_entries(world, "nearest", judgement.nearest, judgement.nearest_count);
	printf("}\n");
	free(question.source_in);
	free(question.destination_in);
	free(runs);
}

int main(void)
{
	struct json_parser *parser = json_parser_new();
	struct json_tree parsed = JSON_TREE_INIT;
	struct world world = {0};
	char *line = NULL;
	size_t cap = 0;
	ssize_t len;

	if (!parser)
		fail("out of memory");
	tree = &parsed;
	while ((len = getline(&line, &cap, stdin)) > 0) {
		const struct json_node *found;

		if (cap - (size_t)len <= LIMIT_JSON_PADDING) {
			cap = (size_t)len + LIMIT_JSON_PADDING + 1;
			line = realloc(line, cap);
			if (!line)
				fail("out of memory");
		}
		memset(line + len, 0, LIMIT_JSON_PADDING);
		if (json_tree_parse(&parsed, parser, line, (size_t)len, LIMIT_DEPTH) != JSON_OK)
			fail("a line is not JSON");
		found = json_tree_member(tree, parsed.nodes, "world");
		if (found) {
			free_world(&world);
			read_world(&world, found);
		} else {
			judge(&world, parsed.nodes);
		}
	}
	free_world(&world);
	free(line);
	bytes_free(&scratch);
	json_tree_free(&parsed);
	json_parser_free(parser);
	return ferror(stdin) || fflush(stdout) != 0 ? 2 : 0;
}

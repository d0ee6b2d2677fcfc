/*
 * Taking dumps apart. What is between the objects (brackets and commas of
 * arrays, names and colons of wrappers) is checked here, everything else by
 * the JSON parser. Arrays and wrappers that have been entered are kept on a
 * stack of LIMIT_DEPTH, so nothing recurses over the input.
 */
#include "lookup/dump.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "base/bytes.h"
#include "base/limits.h"
#include "lookup/fields.h"
#include "lookup/format.h"
#include "json/space.h"

/* Where to go on after an array or wrapper that was entered. */
struct dump_frame {
	bool is_array;
	size_t resume; /* of a wrapper: the offset after it */
};

struct dump_walk {
	const char *text;
	size_t len;
	size_t at;
	struct dump_frame stack[LIMIT_DEPTH];
	size_t depth;
	size_t counted; /* lines have been counted up to here */
	uint64_t line;
	struct json_parser *parser;
	struct json_tree tree;
	dump_take *take;
	void *context;
	struct dump_fault *fault;
};

/* A run of the text. */
struct dump_span {
	size_t start;
	size_t end;
};

/* The line of an offset, which is not less than any asked for before. */
static uint64_t line_of(struct dump_walk *walk, size_t offset)
{
	const char *at = walk->text + walk->counted;
	const char *end = walk->text + offset;

	while (at < end && (at = memchr(at, '\n', (size_t)(end - at)))) {
		walk->line++;
		at++;
	}
	walk->counted = offset;
	return walk->line;
}

static enum dump_error malformed_at(struct dump_walk *walk, size_t offset, const char *text)
{
	walk->fault->line = line_of(walk, offset);
	walk->fault->text = text;
	return DUMP_MALFORMED;
}

static enum dump_error malformed(struct dump_walk *walk, enum json_error error)
{
	if (error == JSON_NO_MEMORY)
		return DUMP_NO_MEMORY;
	return malformed_at(walk, walk->at, json_error_text(error));
}

static void skip_space(struct dump_walk *walk)
{
	walk->at = json_skip_space(walk->text, walk->at, walk->len);
}

/* Takes a byte if it comes next. */
static bool skip_byte(struct dump_walk *walk, char c)
{
	if (walk->at == walk->len || walk->text[walk->at] != c)
		return false;
	walk->at++;
	return true;
}

/* The end of a string that begins at start, or len. */
static size_t string_end(const char *text, size_t start, size_t len)
{
	size_t at = start + 1;

	while (at < len && text[at] != '"')
		at += text[at] == '\\' ? 2 : 1;
	return at < len ? at + 1 : len;
}

/* The end of an array or object that begins at start; 0: it has none. */
static size_t bracket_end(const char *text, size_t start, size_t len)
{
	size_t depth = 0;
	size_t at = start;

	while (at < len) {
		char c = text[at];

		if (c == '"') {
			at = string_end(text, at, len);
			continue;
		}
		at++;
		if (c == '{' || c == '[')
			depth++;
		else if ((c == '}' || c == ']') && --depth == 0)
			return at;
	}
	return 0;
}

static bool ends_scalar(char c)
{
	return json_is_space(c) || memchr(",]}:[{\"", c, 7) != NULL;
}

/* The end of the value that begins at start; it is judged by nobody yet. */
static size_t value_end(const char *text, size_t start, size_t len)
{
	size_t at = start;

	if (at < len && text[at] == '"')
		return string_end(text, at, len);
	if (at < len && (text[at] == '{' || text[at] == '[')) {
		at = bracket_end(text, at, len);
		return at != 0 ? at : len;
	}
	while (at < len && (at == start || !ends_scalar(text[at])))
		at++;
	return at;
}

/* Parses the value in a span and makes it the tree. */
static enum json_error parse(struct dump_walk *walk, struct dump_span span)
{
	return json_tree_parse(&walk->tree, walk->parser, walk->text + span.start,
		span.end - span.start, LIMIT_DEPTH);
}

/* Takes a value that is entered no further. */
static enum dump_error take_value(struct dump_walk *walk, struct dump_span span)
{
	enum json_error error = parse(walk, span);

	if (error != JSON_OK)
		return malformed(walk, error);
	if (walk->take(walk->context, &walk->tree, walk->tree.nodes, line_of(walk, span.start)) !=
		0)
		return DUMP_STOPPED;
	walk->at = span.end;
	return DUMP_OK;
}

static enum dump_error enter(struct dump_walk *walk, bool is_array, size_t resume)
{
	if (walk->depth == LIMIT_DEPTH)
		return malformed(walk, JSON_TOO_DEEP);
	walk->stack[walk->depth++] = (struct dump_frame){is_array, resume};
	return DUMP_OK;
}

/* A member of an object, found by its punctuation. */
struct member {
	struct dump_span name;
	struct dump_span value;
};

/*
 * Finds the member that begins at *at, after white space, in an object that
 * ends at end, and moves *at on past it. Returns false where no member is.
 */
static bool find_member(const char *text, size_t *at, size_t end, struct member *member)
{
	member->name.start = json_skip_space(text, *at, end);
	if (member->name.start == end || text[member->name.start] != '"')
		return false;
	member->name.end = string_end(text, member->name.start, end);
	*at = json_skip_space(text, member->name.end, end);
	if (*at == end || text[*at] != ':')
		return false;
	member->value.start = json_skip_space(text, *at + 1, end);
	member->value.end = value_end(text, member->value.start, end);
	*at = member->value.end;
	return member->value.end > member->value.start;
}

static bool is_named(const char *text, const struct member *member, const char *name)
{
	struct json_value value = {
		text + member->name.start, member->name.end - member->name.start, JSON_STRING};

	return value.len >= 2 && fields_name_is(&value, name);
}

static bool is_container(const char *text, const struct dump_span *value)
{
	return text[value->start] == '[' || text[value->start] == '{';
}

/*
 * Returns true if the object in a span wraps others, and sets *data to the last
 * member of that name. What has an id or rules is itself what is wanted; what
 * is not well-formed is left to the parser.
 */
static bool find_data(const struct dump_walk *walk, struct dump_span object, struct dump_span *data)
{
	static const char *const own[] = {"id", "ingress_security_rules", "egress_security_rules"};
	const char *text = walk->text;
	size_t at = object.start + 1;
	struct member member;
	bool found = false;

	while (find_member(text, &at, object.end, &member)) {
		for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
			if (is_named(text, &member, own[i]))
				return false;
		if (is_named(text, &member, "data")) {
			*data = member.value;
			found = is_container(text, data);
		}
		at = json_skip_space(text, at, object.end);
		if (at == object.end || text[at] != ',')
			break;
		at++;
	}
	return found;
}

/*
 * Notes a wrapper's line if a member says that another page follows: itself, or
 * with all headers of the reply in it, as of the CLI's raw-request.
 */
static void look_for_page(struct dump_walk *walk, const struct member *member)
{
	const struct json_node *said = &walk->tree.nodes[0];

	if (is_named(walk->text, member, "headers"))
		said = fields_member(&walk->tree, said, "opc_next_page");
	else if (!is_named(walk->text, member, "opc_next_page"))
		said = NULL;
	if (walk->fault->next_page == 0 && said && said->value.type == JSON_STRING &&
		said->value.len > 2)
		walk->fault->next_page = line_of(walk, walk->at);
}

/* Judges names, punctuation and all values of a wrapper but its data. */
static enum dump_error check_wrapper(
	struct dump_walk *walk, struct dump_span object, struct dump_span data)
{
	const char *text = walk->text;
	enum json_error error = JSON_OK;
	struct member member;
	size_t at = object.start;

	do {
		at++; /* the brace, or a comma */
		if (!find_member(text, &at, object.end, &member))
			return malformed(walk, JSON_INVALID);
		error = parse(walk, member.name);
		if (error == JSON_OK && member.value.start != data.start) {
			error = parse(walk, member.value);
			if (error == JSON_OK)
				look_for_page(walk, &member);
		}
		if (error != JSON_OK)
			return malformed(walk, error);
		at = json_skip_space(text, at, object.end);
	} while (at < object.end && text[at] == ',');
	if (at != object.end - 1 || text[at] != '}')
		return malformed(walk, JSON_INVALID);
	return DUMP_OK;
}

static enum dump_error take_object(struct dump_walk *walk)
{
	struct dump_span object = {walk->at, 0};
	struct dump_span data;
	enum dump_error error;

	object.end = bracket_end(walk->text, walk->at, walk->len);
	if (object.end == 0)
		return malformed_at(walk, walk->at, "not valid JSON: a bracket is never closed");
	if (!find_data(walk, object, &data))
		return take_value(walk, object);
	error = check_wrapper(walk, object, data);
	if (error == DUMP_OK)
		error = enter(walk, false, object.end);
	walk->at = error == DUMP_OK ? data.start : walk->at;
	return error;
}

/* Takes the value that begins here, or enters it. */
static enum dump_error take_next(struct dump_walk *walk)
{
	struct dump_span span = {walk->at, 0};

	if (walk->text[walk->at] == '{')
		return take_object(walk);
	if (walk->text[walk->at] != '[') {
		span.end = value_end(walk->text, walk->at, walk->len);
		return take_value(walk, span);
	}
	walk->at++;
	skip_space(walk);
	if (skip_byte(walk, ']'))
		return DUMP_OK;
	return enter(walk, true, 0);
}

/*
 * After a value: leaves the arrays and wrappers that end here. In an array a
 * comma must lead to another value.
 */
static enum dump_error leave(struct dump_walk *walk)
{
	while (walk->depth > 0) {
		struct dump_frame *top = &walk->stack[walk->depth - 1];

		if (top->is_array) {
			skip_space(walk);
			if (skip_byte(walk, ','))
				return DUMP_OK;
			if (!skip_byte(walk, ']'))
				return malformed(walk, JSON_INVALID);
		} else {
			walk->at = top->resume;
		}
		walk->depth--;
	}
	return DUMP_OK;
}

/* Takes one value or enters it, and leaves what ends after it. */
static enum dump_error step(struct dump_walk *walk)
{
	size_t depth = walk->depth;
	enum dump_error error;

	skip_space(walk);
	if (walk->at == walk->len)
		return malformed_at(walk, walk->at, "the text ends too early");
	error = take_next(walk);
	if (error != DUMP_OK || walk->depth > depth)
		return error;
	return leave(walk);
}

static enum dump_error walk_values(struct dump_walk *walk)
{
	enum dump_error error = DUMP_OK;

	skip_space(walk);
	while (error == DUMP_OK && (walk->at < walk->len || walk->depth > 0)) {
		error = step(walk);
		skip_space(walk);
	}
	return error;
}

static bool begins_with(const char *text, size_t len, const char *magic, size_t magic_len)
{
	return len >= magic_len && memcmp(text, magic, magic_len) == 0;
}

/*
 * What is no dump, by its beginning, which no JSON value has: other forms, and what
 * the CLI writes, the frame of a table, or "WARNING:", "ServiceError:".
 */
static const char *not_a_dump(const char *text, size_t len)
{
	size_t at = json_skip_space(text, 0, len);
	size_t word = at;

	/* what a shell of Windows makes of a redirected output */
	if (begins_with(text, len, "\xff\xfe", 2) || begins_with(text, len, "\xfe\xff", 2))
		return "it is UTF-16, not UTF-8";
	if (begins_with(text, len, "\x1f\x8b", 2))
		return "it is compressed with gzip: decompress it with 'gzip -dc' first";
	if (begins_with(text, len, FORMAT_MAGIC, FORMAT_MAGIC_SIZE))
		return "it is a lookup file, not JSON";
	if (at < len && text[at] == '+')
		return "it is a table, not JSON: leave out --output table";
	while (at < len && isalpha((unsigned char)text[at]))
		at++;
	if (at > word && at < len && text[at] == ':')
		return "not valid JSON: it begins with a message, which standard error is for";
	return NULL;
}

enum dump_error dump_walk(
	const char *text, size_t len, dump_take *take, void *context, struct dump_fault *fault)
{
	struct dump_walk walk = {
		.text = text,
		.len = len,
		.at = bytes_mark_length(text, len),
		.line = 1,
		.parser = json_parser_new(),
		.tree = JSON_TREE_INIT,
		.take = take,
		.context = context,
		.fault = fault,
	};
	const char *other = not_a_dump(text, len);
	enum dump_error error = DUMP_NO_MEMORY;

	fault->next_page = 0;
	if (other)
		error = malformed_at(&walk, 0, other);
	else if (walk.parser)
		error = walk_values(&walk);
	json_parser_free(walk.parser);
	json_tree_free(&walk.tree);
	return error;
}

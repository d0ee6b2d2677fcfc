/*
 * A config file, read as Python's configparser reads it for the OCI CLI: the
 * first "=" or ":" ends the key, keys fold case, "#" and ";" begin a comment
 * only at the start of a line, a line indented deeper than its key continues
 * the value, quotes are part of the value. A byte order mark is skipped.
 *
 * A line that is none of these, a key or a section given twice (but DEFAULT may
 * go on), a key before any section and a NUL byte are refused with their place.
 *
 * Read by hand, since the dialect is configparser's own: no library that reads
 * "ini files" in C has its continuation lines, its two delimiters and its notion of
 * what a comment is, and a value read otherwise than by the CLI would be a key that
 * is not the user's.
 */
#include "vcnmeta/oci/config.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/msg.h"

struct parser {
	struct config *config;
	char *at;
	char *end;
	uint64_t line;
	const char *profile;
	char *value_end; /* of the entry that a next line may continue */
	unsigned blank;  /* empty lines since */
	size_t indent;
};

static int fail(const struct parser *parser, uint64_t line, const char *text)
{
	char quoted[MSG_QUOTED_SIZE];

	msg_error("config file %s, line %llu: %s", msg_quote_name(quoted, parser->config->path),
		(unsigned long long)line, text);
	return -1;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

/* Cuts the white space off [*start, *end) and puts a NUL after it. */
static void trim(char **start, char **end)
{
	while (*start < *end && is_blank(**start))
		(*start)++;
	while (*end > *start && is_blank((*end)[-1]))
		(*end)--;
	**end = '\0';
}

static int add_entry(struct parser *parser, const char *key, char *value)
{
	struct config *config = parser->config;

	if (config->count == config->room) {
		size_t room = config->room == 0 ? 32 : config->room * 2;
		struct config_entry *grown = reallocarray(config->entries, room, sizeof(*grown));

		if (grown == NULL) {
			msg_no_memory();
			return -1;
		}
		config->entries = grown;
		config->room = room;
	}
	config->entries[config->count++] =
		(struct config_entry){parser->profile, key, value, parser->line};
	return 0;
}

static const struct config_entry *find_own(
	const struct config *config, const char *profile, const char *key)
{
	for (size_t i = 0; i < config->count; i++) {
		const struct config_entry *entry = &config->entries[i];

		if (strcmp(entry->profile, profile) != 0)
			continue;
		if (key == NULL ? entry->key == NULL
				: entry->key != NULL && strcmp(entry->key, key) == 0)
			return entry;
	}
	return NULL;
}

static int take_section(struct parser *parser, char *start, char *end)
{
	char *close = memrchr(start, ']', (size_t)(end - start));

	if (close == NULL || close == start + 1)
		return fail(parser, parser->line, "neither a [profile] nor a key=value line");
	*close = '\0';
	parser->profile = start + 1;
	parser->value_end = NULL;
	if (find_own(parser->config, parser->profile, NULL) == NULL)
		return add_entry(parser, NULL, NULL);
	if (strcmp(parser->profile, "DEFAULT") == 0)
		return 0;
	return fail(parser, parser->line, "this profile is in the file twice");
}

static int take_pair(struct parser *parser, char *start, char *end)
{
	char *key = start, *value = start, *key_end;

	while (value < end && *value != '=' && *value != ':')
		value++;
	if (value == end || value == start)
		return fail(parser, parser->line, "neither a [profile] nor a key=value line");
	if (parser->profile == NULL)
		return fail(parser, parser->line, "this key stands before any [profile]");
	key_end = value++;
	trim(&key, &key_end);
	trim(&value, &end);
	for (char *c = key; c < key_end; c++)
		*c = (char)tolower((unsigned char)*c);
	if (find_own(parser->config, parser->profile, key) != NULL)
		return fail(parser, parser->line, "this key is in the profile twice");
	parser->value_end = end;
	parser->blank = 0;
	return add_entry(parser, key, value);
}

/*
 * Joins a line to the value before it with a line feed for each end of line in
 * between; what is joined never gets longer than it stood in the file.
 */
static void continue_value(struct parser *parser, char *start, char *end)
{
	char *to = parser->value_end;

	for (unsigned i = 0; i <= parser->blank; i++)
		*to++ = '\n';
	memmove(to, start, (size_t)(end - start));
	parser->value_end = to + (end - start);
	*parser->value_end = '\0';
	parser->blank = 0;
}

static int take_line(struct parser *parser, char *start, char *end)
{
	char *text = start;
	size_t indent;

	trim(&text, &end);
	if (text == end) {
		parser->blank++;
		return 0;
	}
	if (*text == '#' || *text == ';')
		return 0;
	indent = (size_t)(text - start);
	if (parser->value_end != NULL && indent > parser->indent) {
		continue_value(parser, text, end);
		return 0;
	}
	parser->indent = indent;
	if (*text == '[')
		return take_section(parser, text, end);
	return take_pair(parser, text, end);
}

static int parse_lines(struct parser *parser)
{
	while (parser->at < parser->end) {
		size_t left = (size_t)(parser->end - parser->at);
		char *start = parser->at;
		char *stop = memchr(start, '\n', left);

		if (stop == NULL)
			stop = parser->end;
		parser->line++;
		parser->at = stop < parser->end ? stop + 1 : stop;
		if (memchr(start, '\0', (size_t)(stop - start)) != NULL)
			return fail(parser, parser->line, "a NUL byte in it");
		if (take_line(parser, start, stop) != 0)
			return -1;
	}
	return 0;
}

int config_parse(struct config *config, const char *path, struct secret *text)
{
	struct parser parser = {.config = config};

	*config = (struct config)CONFIG_INIT;
	config->path = path;
	config->text = *text;
	*text = (struct secret)SECRET_INIT;
	if (config->text.data == NULL)
		return 0;
	parser.at = config->text.data + bytes_mark_length(config->text.data, config->text.len);
	parser.end = config->text.data + config->text.len;
	return parse_lines(&parser);
}

void config_free(struct config *config)
{
	secret_free(&config->text);
	free(config->entries);
	*config = (struct config)CONFIG_INIT;
}

bool config_has_profile(const struct config *config, const char *profile)
{
	return strcmp(profile, "DEFAULT") == 0 || find_own(config, profile, NULL) != NULL;
}

const struct config_entry *config_find(
	const struct config *config, const char *profile, const char *key)
{
	const struct config_entry *entry = find_own(config, profile, key);

	return entry != NULL ? entry : find_own(config, "DEFAULT", key);
}

/* Members of objects by their folded names. */
#include "lookup/fields.h"

#include <string.h>

/* No name that is asked for is as long, even if each byte is an escape. */
#define NAME_SIZE 256

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static bool is_joiner(char c)
{
	return c == '-' || c == '_';
}

static bool folds_to(const char *name, size_t len, const char *wanted)
{
	for (size_t i = 0; i < len; i++) {
		if (is_joiner(name[i]))
			continue;
		while (is_joiner(*wanted))
			wanted++;
		if (*wanted == '\0' || lower(name[i]) != *wanted)
			return false;
		wanted++;
	}
	while (is_joiner(*wanted))
		wanted++;
	return *wanted == '\0';
}

bool fields_name_is(const struct json_value *name, const char *wanted)
{
	char buffer[NAME_SIZE];
	const char *text;
	size_t len;

	if (json_string(name, buffer, sizeof(buffer), &text, &len) != 0)
		return false;
	return folds_to(text, len, wanted);
}

const struct json_node *fields_member(
	const struct json_tree *tree, const struct json_node *node, const char *wanted)
{
	const struct json_node *found = NULL;

	if (node->value.type != JSON_OBJECT)
		return NULL;
	for (node = json_tree_first(tree, node); node; node = json_tree_next(tree, node))
		if (fields_name_is(&node->name, wanted))
			found = node;
	return found && found->value.type != JSON_NULL ? found : NULL;
}

int fields_text(
	const struct json_value *value, struct bytes *scratch, const char **text, size_t *len)
{
	bytes_clear(scratch);
	if (memchr(value->text, '\\', value->len) && bytes_reserve(scratch, value->len) != 0)
		return -1;
	return json_string(value, scratch->data, scratch->cap, text, len);
}

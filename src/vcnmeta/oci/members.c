/* Members of small JSON objects; see members.h. */
#include "vcnmeta/oci/members.h"

#include <string.h>

bool members_text(const struct json_tree *tree, const struct json_node *node, const char *name,
	char *buffer, size_t size)
{
	const struct json_node *member = json_tree_member(tree, node, name);
	const char *text;
	size_t len;

	buffer[0] = '\0';
	if (member == NULL || member->value.type != JSON_STRING)
		return false;
	if (json_string(&member->value, buffer, size, &text, &len) != 0 || len >= size ||
		memchr(text, '\0', len) != NULL) {
		buffer[0] = '\0';
		return false;
	}
	memmove(buffer, text, len);
	buffer[len] = '\0';
	return true;
}

int64_t members_number(const struct json_tree *tree, const struct json_node *node, const char *name)
{
	const struct json_node *member = json_tree_member(tree, node, name);
	int64_t number = 0;

	if (member == NULL || member->value.type != JSON_NUMBER || member->value.len > 18)
		return -1;
	for (size_t i = 0; i < member->value.len; i++) {
		char c = member->value.text[i];

		if (c == '.') /* some write seconds with a fraction */
			break;
		if (c < '0' || c > '9')
			return -1;
		number = number * 10 + (c - '0');
	}
	return number;
}

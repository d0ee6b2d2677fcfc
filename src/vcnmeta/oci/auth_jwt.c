/* Claims of a token: base64url without padding, a JSON object inside. */
#include "vcnmeta/oci/auth_jwt.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "base/limits.h"
#include "vcnmeta/oci/members.h"
#include "json/tree.h"

/* What becomes part of the lookup file and of requests is plain ASCII. */
static bool is_plain(const char *text)
{
	for (; *text != '\0'; text++)
		if (*text <= ' ' || *text > '~')
			return false;
	return true;
}

static void take_claims(struct auth_claims *claims, const struct json_tree *tree)
{
	const struct json_node *node = &tree->nodes[0];
	int64_t expires_at = members_number(tree, node, "exp");

	claims->expires_at = expires_at > 0 ? expires_at : 0;
	if (!members_text(tree, node, "res_tenant", claims->tenancy, sizeof(claims->tenancy)))
		members_text(tree, node, "tenant", claims->tenancy, sizeof(claims->tenancy));
	if (!is_plain(claims->tenancy))
		claims->tenancy[0] = '\0';
}

static void read_payload(struct auth_claims *claims, const char *text, size_t len)
{
	struct secret payload = SECRET_INIT;
	struct json_tree tree = JSON_TREE_INIT;
	struct json_parser *parser = json_parser_new();

	if (parser != NULL && crypto_base64_decode(&payload, text, len, LIMIT_JSON_PADDING) == 0 &&
		json_tree_parse(&tree, parser, payload.data, payload.len, LIMIT_REPLY_DEPTH) ==
			JSON_OK)
		take_claims(claims, &tree);
	json_tree_free(&tree);
	json_parser_free(parser);
	secret_free(&payload);
}

int auth_jwt_read(struct auth_claims *claims, const struct secret *token)
{
	const char *start, *end;

	memset(claims, 0, sizeof(*claims));
	if (token->len == 0 || token->len > LIMIT_TOKEN)
		return -1;
	for (size_t i = 0; i < token->len; i++)
		if (!isalnum((unsigned char)token->data[i]) &&
			memchr("._-=", token->data[i], 4) == NULL)
			return -1;
	start = strchr(token->data, '.');
	end = start == NULL ? NULL : strchr(start + 1, '.');
	if (end != NULL)
		read_payload(claims, start + 1, (size_t)(end - start - 1));
	return 0;
}

/*
 * What messages about calls say. Foreign bytes appear only quoted, escaped and
 * cut; a code is shown bare when it is a word.
 */
#include "vcnmeta/oci/call_text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/msg.h"
#include "vcnmeta/members.h"
#include "vcnmeta/oci/clock.h"

#define SKEW_S 300

static bool is_word(const char *text)
{
	for (; *text != '\0'; text++)
		if (!isalnum((unsigned char)*text))
			return false;
	return true;
}

void call_error_read(struct call_error *error, struct json_parser *parser, struct json_tree *tree,
	const struct http_reply *reply)
{
	error->code[0] = '\0';
	error->message[0] = '\0';
	if (reply->body.len == 0 || json_tree_parse(tree, parser, reply->body.data, reply->body.len,
					    LIMIT_REPLY_DEPTH) != JSON_OK)
		return;
	members_text(tree, &tree->nodes[0], "code", error->code, sizeof(error->code));
	members_text(tree, &tree->nodes[0], "message", error->message, sizeof(error->message));
	if (!is_word(error->code))
		error->code[0] = '\0';
}

void call_text_subject(char text[CALL_TEXT_SIZE], const struct call *call)
{
	char quoted[MSG_QUOTED_SIZE];
	int len = snprintf(text, CALL_TEXT_SIZE, "%s", call->doing);
	size_t at = len < 0 ? 0 : (size_t)len;

	if (call->subject != NULL && at < CALL_TEXT_SIZE)
		len = snprintf(text + at, CALL_TEXT_SIZE - at, " %s",
			msg_quote_name(quoted, call->subject));
	at = strlen(text);
	if (call->region != NULL && call->region[0] != '\0')
		snprintf(text + at, CALL_TEXT_SIZE - at, " in %s", call->region);
}

/* The body as it came stands in for a message that isn't there. */
static void add_message(
	char text[CALL_TEXT_SIZE], const struct call_error *error, const struct http_reply *reply)
{
	char quoted[MSG_QUOTED_SIZE];
	size_t at = strlen(text);

	if (error->message[0] != '\0')
		msg_quote_name(quoted, error->message);
	else if (reply->body.len > 0)
		msg_quote(quoted, reply->body.data, reply->body.len);
	else
		return;
	snprintf(text + at, CALL_TEXT_SIZE - at, ": %s", quoted);
}

void call_text_reply(
	char text[CALL_TEXT_SIZE], const struct call_error *error, const struct http_reply *reply)
{
	char quoted[MSG_QUOTED_SIZE];
	size_t at;

	snprintf(text, CALL_TEXT_SIZE, "the service answered %u%s%s", reply->status,
		error->code[0] != '\0' ? " " : "", error->code);
	if (reply->status >= 300 && reply->status < 400)
		snprintf(text, CALL_TEXT_SIZE,
			"the service answered %u, a redirect, which is never "
			"followed",
			reply->status);
	else
		add_message(text, error, reply);
	at = strlen(text);
	if (reply->request_id.len > 0)
		snprintf(text + at, CALL_TEXT_SIZE - at, ", opc-request-id %s",
			msg_quote(quoted, reply->request_id.data, reply->request_id.len));
}

void call_text_advice(
	char text[CALL_TEXT_SIZE], const struct auth *auth, const struct http_reply *reply)
{
	int64_t off = reply->date > 0 ? clock_now() - reply->date : 0;

	if (off > SKEW_S || off < -SKEW_S)
		snprintf(text, CALL_TEXT_SIZE,
			"; the clock of this machine is %lld seconds %s that "
			"of the service, set it right",
			(long long)(off < 0 ? -off : off), off < 0 ? "behind" : "ahead of");
	else
		snprintf(text, CALL_TEXT_SIZE, "%s", auth == NULL ? "" : auth_advice(auth));
}

/*
 * Asking the metadata service of the instance that we run on. Its address never
 * goes by a proxy; http is what it speaks. Without OCI_METADATA_BASE_URL the
 * IPv4 address is asked where the machine has a route to it, else the IPv6 one.
 */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/exitcode.h"
#include "base/limits.h"
#include "base/msg.h"
#include "vcnmeta/oci/auth_metadata.h"

#define BASE_IPV4 "http://169.254.169.254/opc/v2"
#define BASE_IPV6 "http://[fd00:c1::a9fe:a9fe]/opc/v2"
#define BEARER "Bearer Oracle"
#define ATTEMPTS 8
#define BUDGET_MS 180000

/* One thing that is asked for. */
struct question {
	struct caller *caller;
	struct secret *answer;
	bool optional;
	const struct settings *settings;
};

static bool has_ipv4_route(void)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(80),
		.sin_addr = {htonl(0xa9fea9fe)},
	};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool found;

	if (fd < 0)
		return false;
	found = connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
	close(fd);
	return found;
}

static int find_base(struct endpoint *base)
{
	const char *text = getenv("OCI_METADATA_BASE_URL");
	char quoted[MSG_QUOTED_SIZE];
	const char *why;

	if (text == NULL || text[strspn(text, " \t\r\n")] == '\0')
		text = has_ipv4_route() ? BASE_IPV4 : BASE_IPV6;
	text += strspn(text, " \t");
	if (endpoint_parse(base, text, ENDPOINT_METADATA, &why) == 0)
		return EXITCODE_OK;
	msg_error("cannot use OCI_METADATA_BASE_URL %s: %s",
		msg_quote_name(quoted, strchr(text, '@') == NULL ? text : "...@..."), why);
	return EXITCODE_REFUSED;
}

static void take_answer(
	struct call *call, enum call_outcome outcome, const struct http_reply *reply)
{
	const struct question *question = call->context;
	int result;

	if (outcome == CALL_REFUSED) {
		if (question->optional)
			return;
		msg_error("cannot %s: the metadata service answered %u; instance principals work "
			  "on OCI instances only%s",
			call->doing, reply->status, settings_auth_source(question->settings));
		caller_fail(question->caller, EXITCODE_SERVICE);
		return;
	}
	result = secret_make(question->answer, reply->body.len + LIMIT_JSON_PADDING);
	if (result != 0) {
		msg_no_memory();
		caller_fail(question->caller, EXITCODE_INTERNAL);
		return;
	}
	memcpy(question->answer->data, reply->body.data, reply->body.len);
	question->answer->len = reply->body.len;
	explicit_bzero(reply->body.data, reply->body.len);
}

static int ask(
	struct question *question, const struct endpoint *base, const char *path, const char *doing)
{
	struct call *call = call_new();

	if (call == NULL)
		return EXITCODE_INTERNAL;
	if (asprintf(&call->target, "%s%s", base->path, path) < 0) {
		free(call);
		msg_no_memory();
		return EXITCODE_INTERNAL;
	}
	call->endpoint = base;
	call->doing = doing;
	call->remark = settings_auth_source(question->settings);
	call->authorization = BEARER;
	call->direct = true;
	call->plain = true;
	call->repeat_absent = !question->optional;
	call->attempts = ATTEMPTS;
	call->budget_ms = BUDGET_MS;
	call->done = take_answer;
	call->context = question;
	caller_add(question->caller, call);
	return EXITCODE_OK;
}

static int ask_all(struct auth_metadata *metadata, struct caller *caller,
	const struct endpoint *base, const struct settings *settings)
{
	static const struct {
		const char *path;
		const char *doing;
	} asked[] = {
		{"/identity/cert.pem", "read the instance's certificate"},
		{"/identity/key.pem", "read the instance's key"},
		{"/instance/region", "read the instance's region"},
		{"/identity/intermediate.pem", "read the instance's intermediate certificate"},
		{"/instance/regionInfo", "read about the instance's region"},
	};
	struct question questions[] = {
		{caller, &metadata->certificate, false, settings},
		{caller, &metadata->key, false, settings},
		{caller, &metadata->region, false, settings},
		{caller, &metadata->intermediate, true, settings},
		{caller, &metadata->region_info, true, settings},
	};

	for (size_t i = 0; i < 5; i++)
		if (ask(&questions[i], base, asked[i].path, asked[i].doing) != EXITCODE_OK)
			return EXITCODE_INTERNAL;
	return caller_run(caller, NULL, NULL);
}

int auth_metadata_read(struct auth_metadata *metadata, const struct settings *settings)
{
	struct endpoint base;
	struct caller *caller;
	int result;

	memset(metadata, 0, sizeof(*metadata));
	result = find_base(&base);
	if (result != EXITCODE_OK)
		return result;
	caller = caller_new(settings, NULL, 1);
	if (caller == NULL) {
		msg_no_memory();
		return EXITCODE_INTERNAL;
	}
	result = ask_all(metadata, caller, &base, settings);
	caller_free(caller);
	return result;
}

void auth_metadata_free(struct auth_metadata *metadata)
{
	secret_free(&metadata->certificate);
	secret_free(&metadata->intermediate);
	secret_free(&metadata->key);
	secret_free(&metadata->region_info);
	secret_free(&metadata->region);
}

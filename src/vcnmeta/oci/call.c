/*
 * Calls of the service. As many slots as requests may be under way; a call
 * keeps its slot while it waits to be repeated, so that a service in trouble
 * sees no more of us than before.
 *
 * Repeated, as Oracle's client does it: transport errors, 429, 5xx but 501, 409
 * IncorrectState and LockConflict. 403 and 404 are the maker's to judge. All
 * else ends the run: with EXITCODE_LATER what may pass, with EXITCODE_SERVICE
 * what will not.
 */
#include "vcnmeta/oci/call.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/limits.h"
#include "base/msg.h"
#include "base/version.h"
#include "vcnmeta/oci/clock.h"
#include "vcnmeta/oci/members.h"
#include "vcnmeta/oci/retry.h"
#include "vcnmeta/oci/sign.h"

#define BUDGET_MS ((int64_t)600000)
#define LONGEST_WAIT_MS 250
#define SKEW_S 300

/* The request of a call: its URL, which ends in a NUL, and header lines. */
struct request {
	struct bytes url;
	struct bytes headers; /* as http_transfer has them */
};

struct slot {
	struct caller *caller;
	struct call *call; /* null: the slot is free */
	int64_t due_ms;    /* when it is to be sent again; -1: it is under way */
	int64_t sent_ms;
	struct request request;
	struct http_transfer transfer;
};

struct caller {
	const struct settings *settings;
	struct signer *signer;
	struct http *http;
	struct slot *slots;
	unsigned slot_count;
	struct call *first; /* in line */
	struct call **last;
	void (*more)(void *); /* fills the line; or null */
	void *more_context;
	struct json_parser *parser;
	struct json_tree tree;
	int status; /* EXITCODE_OK while nothing failed */
};

/* ---- requests ---- */

static void init_request(struct request *request)
{
	const struct bytes empty = BYTES_INIT(LIMIT_REQUEST);

	request->url = empty;
	request->headers = empty;
}

/* Zeroes and frees: the headers hold a signature. */
static void free_request(struct request *request)
{
	if (request->headers.data != NULL)
		explicit_bzero(request->headers.data, request->headers.cap);
	bytes_free(&request->headers);
	bytes_free(&request->url);
}

/* One header line, "name: value" and a NUL. */
static int add_line(struct bytes *headers, const char *name, const char *value)
{
	if (bytes_append_text(headers, name) != 0 || bytes_append_text(headers, value) != 0)
		return -1;
	return bytes_append_char(headers, '\0');
}

static int add_signature(
	struct bytes *headers, const struct sign_request *request, const struct signer *signer)
{
	if (bytes_append_text(headers, "authorization: ") != 0 ||
		sign_authorization(headers, request, signer->key_id.data, signer->key) != 0)
		return -1;
	return bytes_append_char(headers, '\0');
}

static int add_body_lines(struct bytes *headers, struct sign_request *request, char *digest)
{
	if (crypto_sha256(request->body, request->body_len, digest) != 0)
		return -1;
	request->body_digest = digest;
	if (add_line(headers, "content-type: ", "application/json") != 0 ||
		add_line(headers, "x-content-sha256: ", digest) != 0)
		return -1;
	return add_line(headers, "expect:", "");
}

static int fill_headers(struct bytes *headers, const struct call *call, const struct signer *signer)
{
	char date[CLOCK_DATE_SIZE];
	char digest[CRYPTO_SHA256_SIZE];
	struct sign_request request = {
		.method = call->body == NULL ? "get" : "post",
		.target = call->target,
		.host = call->endpoint->authority,
		.date = date,
		.body = call->body,
		.body_len = call->body_len,
	};

	clock_date(date, clock_now());
	if (add_line(headers, "host: ", request.host) != 0 ||
		add_line(headers, "date: ", date) != 0 ||
		add_line(headers, "accept: ", call->plain ? "*/*" : "application/json") != 0 ||
		add_line(headers, "user-agent: ", "vcnmeta/" VERSION) != 0)
		return -1;
	if (call->body != NULL && add_body_lines(headers, &request, digest) != 0)
		return -1;
	if (call->authorization != NULL)
		return add_line(headers, "authorization: ", call->authorization);
	if (signer->delegation.len > 0) {
		request.delegation = signer->delegation.data;
		if (add_line(headers, "opc-obo-token: ", request.delegation) != 0)
			return -1;
	}
	return add_signature(headers, &request, signer);
}

/*
 * Makes URL and header lines, with the date of now. What is signed is what is
 * sent: the URL is the endpoint's origin and the signed target, the Host line the
 * signed authority. Returns 0, or -1 when memory ran out or the key could not
 * sign.
 */
static int fill_request(
	struct request *request, const struct call *call, const struct signer *signer)
{
	free_request(request);
	if (bytes_append_text(&request->url, call->endpoint->origin) != 0 ||
		bytes_append_text(&request->url, call->target) != 0 ||
		bytes_append_char(&request->url, '\0') != 0)
		return -1;
	return fill_headers(&request->headers, call, signer);
}

int call_query_add(struct bytes *target, const char *name, const char *value, size_t len)
{
	bool first = target->len == 0 || memchr(target->data, '?', target->len) == NULL;

	if (bytes_append_char(target, first ? '?' : '&') != 0 ||
		bytes_append_text(target, name) != 0 || bytes_append_char(target, '=') != 0)
		return -1;
	return http_escape(target, value, len);
}

/* ---- texts: foreign bytes appear only quoted, escaped and cut ---- */

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

void call_subject_text(char text[CALL_TEXT_SIZE], const struct call *call)
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

void call_reply_text(
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

/*
 * What to do about a 401: how far the clock is off, if that is it, or what the
 * signer advises.
 */
static void advice_text(
	char text[CALL_TEXT_SIZE], const struct signer *signer, const struct http_reply *reply)
{
	int64_t off = reply->date > 0 ? clock_now() - reply->date : 0;

	if (off > SKEW_S || off < -SKEW_S)
		snprintf(text, CALL_TEXT_SIZE,
			"; the clock of this machine is %lld seconds %s that "
			"of the service, set it right",
			(long long)(off < 0 ? -off : off), off < 0 ? "behind" : "ahead of");
	else
		snprintf(text, CALL_TEXT_SIZE, "%s",
			signer == NULL || signer->advice == NULL ? ""
								 : signer->advice(signer->context));
}

/* ---- the caller ---- */

struct call *call_new(void)
{
	struct call *call = calloc(1, sizeof(*call));

	if (call == NULL)
		msg_no_memory();
	return call;
}

static void free_call(struct call *call)
{
	free(call->target);
	free(call);
}

struct caller *caller_new(const struct settings *settings, struct signer *signer, unsigned parallel)
{
	struct caller *caller = calloc(1, sizeof(*caller));

	if (caller == NULL)
		return NULL;
	caller->settings = settings;
	caller->signer = signer;
	caller->last = &caller->first;
	caller->http = http_new(&settings->http);
	caller->parser = json_parser_new();
	caller->slots = calloc(parallel, sizeof(*caller->slots));
	if (caller->http == NULL || caller->parser == NULL || caller->slots == NULL) {
		caller_free(caller);
		return NULL;
	}
	caller->slot_count = parallel;
	for (unsigned i = 0; i < parallel; i++) {
		caller->slots[i].caller = caller;
		init_request(&caller->slots[i].request);
	}
	return caller;
}

static void free_slot(struct slot *slot)
{
	if (slot->call != NULL) {
		http_cancel(slot->caller->http, &slot->transfer);
		free_call(slot->call);
	}
	free_request(&slot->request);
}

void caller_free(struct caller *caller)
{
	if (caller == NULL)
		return;
	for (unsigned i = 0; i < caller->slot_count; i++)
		free_slot(&caller->slots[i]);
	while (caller->first != NULL) {
		struct call *call = caller->first;

		caller->first = call->next;
		free_call(call);
	}
	free(caller->slots);
	http_free(caller->http);
	json_tree_free(&caller->tree);
	json_parser_free(caller->parser);
	free(caller);
}

struct json_parser *caller_parser(struct caller *caller)
{
	return caller->parser;
}

struct json_tree *caller_tree(struct caller *caller)
{
	return &caller->tree;
}

void caller_add(struct caller *caller, struct call *call)
{
	call->next = NULL;
	*caller->last = call;
	caller->last = &call->next;
}

void caller_feed(struct caller *caller, void (*more)(void *), void *context)
{
	caller->more = more;
	caller->more_context = context;
}

void caller_fail(struct caller *caller, int status)
{
	if (caller->status == EXITCODE_OK)
		caller->status = status;
}

/* Ends the run with the one message: "cannot DO WHAT: CAUSE". */
static void fail_call(struct slot *slot, int status, const char *cause, const char *advice)
{
	const struct call *call = slot->call;
	char subject[CALL_TEXT_SIZE], attempts[32] = "";

	if (slot->caller->status != EXITCODE_OK)
		return;
	call_subject_text(subject, call);
	if (call->attempt > 1)
		snprintf(attempts, sizeof(attempts), ", after %u attempts", call->attempt);
	msg_error("cannot %s: %s%s%s%s", subject, cause, attempts, advice,
		call->remark == NULL ? "" : call->remark);
	caller_fail(slot->caller, status);
}

static void fail_memory(struct caller *caller)
{
	if (caller->status == EXITCODE_OK)
		msg_no_memory();
	caller_fail(caller, EXITCODE_INTERNAL);
}

/* -d: a request is on its way; what it is signed with is nobody's business. */
static void tell_sent(const struct slot *slot)
{
	char quoted[MSG_QUOTED_SIZE];

	if (slot->caller->settings->debug)
		msg_note("%s %s: attempt %u", slot->call->body == NULL ? "GET" : "POST",
			msg_quote_name(quoted, slot->transfer.url), slot->call->attempt);
}

/* -d: a reply came, or none. */
static void tell_debug(const struct slot *slot)
{
	const struct http_reply *reply = &slot->transfer.reply;
	char quoted[MSG_QUOTED_SIZE], id[MSG_QUOTED_SIZE];

	if (!slot->caller->settings->debug)
		return;
	msg_note("%s %s: %u, %zu bytes, %lld ms, opc-request-id %s%s%s",
		slot->call->body == NULL ? "GET" : "POST",
		msg_quote_name(quoted, slot->transfer.url), reply->status, reply->body.len,
		(long long)(clock_ms() - slot->sent_ms),
		msg_quote(id, reply->request_id.data, reply->request_id.len),
		reply->fault == HTTP_NO_FAULT ? "" : ", ", reply->fault_text);
}

static void transfer_done(struct http_transfer *transfer);

/* Who signs a call; null: it brings its authorization. */
static struct signer *signer_of(const struct caller *caller, const struct call *call)
{
	if (call->authorization != NULL)
		return NULL;
	return call->signer != NULL ? call->signer : caller->signer;
}

static void send_slot(struct slot *slot)
{
	struct caller *caller = slot->caller;
	struct call *call = slot->call;
	struct signer *signer = signer_of(caller, call);

	if (signer != NULL) {
		int result = signer_keep_fresh(signer);

		if (result != EXITCODE_OK) {
			caller_fail(caller, result);
			return;
		}
		call->generation = signer->generation;
	}
	slot->due_ms = -1;
	slot->sent_ms = clock_ms();
	memset(&slot->transfer, 0, sizeof(slot->transfer));
	if (fill_request(&slot->request, call, signer) != 0) {
		fail_call(slot, EXITCODE_INTERNAL, "the request could not be made or signed", "");
		return;
	}
	slot->transfer.url = slot->request.url.data;
	slot->transfer.headers = slot->request.headers;
	slot->transfer.body = call->body;
	slot->transfer.body_len = call->body_len;
	slot->transfer.direct = call->direct;
	slot->transfer.done = transfer_done;
	slot->transfer.context = slot;
	tell_sent(slot);
	if (http_start(caller->http, &slot->transfer) != 0)
		fail_memory(caller);
}

/*
 * Plans a repetition, if there may be another; false: it was the last attempt
 * or the time is up.
 */
static bool repeat_later(struct slot *slot, const struct http_reply *reply)
{
	struct call *call = slot->call;
	unsigned attempts = call->attempts != 0 ? call->attempts : slot->caller->settings->attempts;
	int64_t budget = call->budget_ms != 0 ? call->budget_ms : BUDGET_MS;
	int64_t now = clock_ms(), pause;
	uint32_t random = 0;

	if (attempts > slot->caller->settings->attempts)
		attempts = slot->caller->settings->attempts;
	crypto_random(&random, sizeof(random));
	pause = retry_wait_ms(call->attempt, reply->retry_after_s, random);
	if (call->attempt >= attempts || now - call->started_ms > budget - pause)
		return false;
	call->attempt++;
	slot->due_ms = now + pause;
	return true;
}

static void finish_slot(struct slot *slot, enum call_outcome outcome)
{
	struct call *call = slot->call;

	call->done(call, outcome, &slot->transfer.reply);
	slot->call = NULL;
	free_call(call);
}

static bool is_json(const struct http_reply *reply)
{
	static const char wanted[] = "application/json";
	size_t len = sizeof(wanted) - 1;

	return reply->content_type.len >= len &&
	       strncasecmp(reply->content_type.data, wanted, len) == 0;
}

static void take_success(struct slot *slot, const struct http_reply *reply)
{
	char quoted[MSG_QUOTED_SIZE], text[MSG_QUOTED_SIZE + 64];

	if (reply->encoded) {
		fail_call(slot, EXITCODE_SERVICE,
			"the reply has a content encoding, which was not asked "
			"for",
			"");
	} else if (!slot->call->plain && !is_json(reply)) {
		snprintf(text, sizeof(text), "the reply is no JSON but %s",
			msg_quote(quoted, reply->content_type.data, reply->content_type.len));
		fail_call(slot, EXITCODE_SERVICE, text, "");
	} else {
		finish_slot(slot, CALL_DONE);
	}
}

/* Renews the token, unless that was done since the call was signed. */
static bool renew(struct slot *slot)
{
	struct caller *caller = slot->caller;
	struct call *call = slot->call;
	struct signer *signer = signer_of(caller, call);
	int result = EXITCODE_OK;

	if (signer == NULL || signer->renew == NULL || call->renewed)
		return false;
	call->renewed = true;
	if (call->generation == signer->generation)
		result = signer_renew(signer);
	http_restart_timeouts(caller->http);
	if (result != EXITCODE_OK)
		caller_fail(caller, result);
	slot->due_ms = clock_ms();
	return true;
}

static void take_error(struct slot *slot, const struct http_reply *reply)
{
	struct caller *caller = slot->caller;
	char text[CALL_TEXT_SIZE], advice[CALL_TEXT_SIZE] = "";
	struct call_error error;
	bool passing;

	if (reply->status == 401 && renew(slot))
		return;
	call_error_read(&error, caller->parser, &caller->tree, reply);
	passing = retry_is_worth(reply->status, error.code) ||
		  (reply->status == 404 && slot->call->repeat_absent);
	if (passing && repeat_later(slot, reply))
		return;
	if (reply->status == 403 || reply->status == 404) {
		finish_slot(slot, CALL_REFUSED);
		return;
	}
	call_reply_text(text, &error, reply);
	if (reply->status == 401)
		advice_text(advice, signer_of(caller, slot->call), reply);
	fail_call(slot, passing ? EXITCODE_LATER : EXITCODE_SERVICE, text, advice);
}

static void take_fault(struct slot *slot, const struct http_reply *reply)
{
	char text[CALL_TEXT_SIZE];
	const char *advice = "";
	int status = EXITCODE_SERVICE;

	switch (reply->fault) {
	case HTTP_NETWORK:
		status = EXITCODE_LATER;
		if (repeat_later(slot, reply))
			return;
		break;
	case HTTP_NO_MEMORY:
		fail_memory(slot->caller);
		return;
	case HTTP_UNKNOWN_ISSUER:
		advice = "; if that is a certificate of your own network's, name its issuer's with "
			 "--cert-bundle or REQUESTS_CA_BUNDLE";
		break;
	default:
		break;
	}
	snprintf(text, sizeof(text), "%s: %s", slot->call->endpoint->authority, reply->fault_text);
	fail_call(slot, status, text, advice);
}

static void transfer_done(struct http_transfer *transfer)
{
	struct slot *slot = transfer->context;
	const struct http_reply *reply = &transfer->reply;

	tell_debug(slot);
	if (slot->caller->status == EXITCODE_OK) {
		if (reply->fault != HTTP_NO_FAULT)
			take_fault(slot, reply);
		else if (reply->status == 200)
			take_success(slot, reply);
		else
			take_error(slot, reply);
	}
	http_reply_free(&transfer->reply);
}

static void fill_slot(struct slot *slot)
{
	struct caller *caller = slot->caller;
	struct call *call;

	if (caller->first == NULL && caller->more != NULL)
		caller->more(caller->more_context);
	call = caller->first;
	if (call == NULL)
		return;
	caller->first = call->next;
	if (caller->first == NULL)
		caller->last = &caller->first;
	call->attempt = 1;
	call->started_ms = clock_ms();
	slot->call = call;
	slot->due_ms = call->started_ms;
}

/*
 * Sends what is due. Returns the milliseconds until something else is, or -1
 * when there is nothing left at all.
 */
static int send_due(struct caller *caller)
{
	int64_t now = clock_ms(), wait = LONGEST_WAIT_MS;
	bool busy = false;

	for (unsigned i = 0; i < caller->slot_count; i++) {
		struct slot *slot = &caller->slots[i];

		if (slot->call == NULL)
			fill_slot(slot);
		if (slot->call == NULL || caller->status != EXITCODE_OK)
			continue;
		busy = true;
		if (slot->due_ms >= 0 && slot->due_ms <= now)
			send_slot(slot);
		else if (slot->due_ms >= 0 && slot->due_ms - now < wait)
			wait = slot->due_ms - now;
	}
	return busy ? (int)wait : -1;
}

int caller_run(struct caller *caller, void (*tick)(void *), void *context)
{
	while (caller->status == EXITCODE_OK) {
		int wait = send_due(caller);

		if (wait < 0 || caller->status != EXITCODE_OK)
			break;
		if (http_run(caller->http, wait) != 0)
			fail_memory(caller);
		if (tick != NULL)
			tick(context);
	}
	return caller->status;
}

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

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/msg.h"
#include "vcnmeta/oci/call_request.h"
#include "vcnmeta/oci/call_text.h"
#include "vcnmeta/oci/clock.h"
#include "vcnmeta/oci/retry.h"

#define BUDGET_MS ((int64_t)600000)
#define LONGEST_WAIT_MS 250

struct slot {
	struct caller *caller;
	struct call *call; /* null: the slot is free */
	int64_t due_ms;    /* when it is to be sent again; -1: it is under way */
	int64_t sent_ms;
	struct call_request request;
	struct http_transfer transfer;
};

struct caller {
	const struct settings *settings;
	struct auth *auth;
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
	uint64_t requests;
};

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

struct caller *caller_new(const struct settings *settings, struct auth *auth, unsigned parallel)
{
	struct caller *caller = calloc(1, sizeof(*caller));

	if (caller == NULL)
		return NULL;
	caller->settings = settings;
	caller->auth = auth;
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
		call_request_init(&caller->slots[i].request);
	}
	return caller;
}

static void free_slot(struct slot *slot)
{
	if (slot->call != NULL) {
		http_cancel(slot->caller->http, &slot->transfer);
		free_call(slot->call);
	}
	call_request_free(&slot->request);
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

uint64_t caller_requests(const struct caller *caller)
{
	return caller->requests;
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
	char subject[CALL_TEXT_SIZE];

	if (slot->caller->status != EXITCODE_OK)
		return;
	call_text_subject(subject, slot->call);
	if (slot->call->attempt > 1)
		msg_error("cannot %s: %s, after %u attempts%s", subject, cause, slot->call->attempt,
			advice);
	else
		msg_error("cannot %s: %s%s", subject, cause, advice);
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

static void send_slot(struct slot *slot)
{
	struct caller *caller = slot->caller;
	struct call *call = slot->call;

	if (caller->auth != NULL && call->authorization == NULL && call->key == NULL) {
		int result = auth_keep_fresh(caller->auth);

		if (result != EXITCODE_OK) {
			caller_fail(caller, result);
			return;
		}
		call->generation = caller->auth->generation;
	}
	slot->due_ms = -1;
	slot->sent_ms = clock_ms();
	memset(&slot->transfer, 0, sizeof(slot->transfer));
	if (call_request_fill(&slot->request, call, caller->auth) != 0) {
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
	caller->requests++;
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
	int result = EXITCODE_OK;

	if (caller->auth == NULL || !caller->auth->renewable || call->renewed ||
		call->key != NULL || call->authorization != NULL)
		return false;
	call->renewed = true;
	if (call->generation == caller->auth->generation)
		result = auth_renew(caller->auth);
	http_restart_timeouts(caller->http);
	if (result != EXITCODE_OK)
		caller_fail(caller, result);
	slot->due_ms = clock_ms();
	return true;
}

static bool is_passing(const struct call *call, unsigned status, const struct call_error *error)
{
	if (status == 409)
		return strcmp(error->code, "IncorrectState") == 0 ||
		       strcmp(error->code, "LockConflict") == 0;
	if (status == 404)
		return call->repeat_absent;
	return status == 429 || (status >= 500 && status != 501);
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
	passing = is_passing(slot->call, reply->status, &error);
	if (passing && repeat_later(slot, reply))
		return;
	if (reply->status == 403 || reply->status == 404) {
		finish_slot(slot, CALL_REFUSED);
		return;
	}
	call_text_reply(text, &error, reply);
	if (reply->status == 401)
		call_text_advice(advice, caller->auth, reply);
	fail_call(slot, passing ? EXITCODE_LATER : EXITCODE_SERVICE, text, advice);
}

static void take_fault(struct slot *slot, const struct http_reply *reply)
{
	char quoted[MSG_QUOTED_SIZE];

	switch (reply->fault) {
	case HTTP_NETWORK:
		if (repeat_later(slot, reply))
			return;
		break;
	case HTTP_NO_MEMORY:
		fail_memory(slot->caller);
		return;
	default:
		break;
	}
	snprintf(quoted, sizeof(quoted), "%s: %s", slot->call->endpoint->authority,
		reply->fault_text);
	fail_call(
		slot, reply->fault == HTTP_NETWORK ? EXITCODE_LATER : EXITCODE_SERVICE, quoted, "");
}

static void transfer_done(struct http_transfer *transfer)
{
	struct slot *slot = transfer->context;
	const struct http_reply *reply = &transfer->reply;

	tell_debug(slot);
	if (slot->caller->status == EXITCODE_OK) {
		if (reply->fault != HTTP_NO_FAULT)
			take_fault(slot, reply);
		else if (reply->status >= 200 && reply->status < 300)
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

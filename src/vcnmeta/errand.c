/*
 * Errands: making their calls, and following a listing from page to page. A
 * page token that comes a second time, or a listing of more than LIMIT_PAGES
 * pages, would never end and fails the run.
 */
#include "vcnmeta/errand.h"

#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/limits.h"
#include "base/msg.h"
#include "vcnmeta/call_request.h"
#include "vcnmeta/call_text.h"

#define API "/20160918"

static void no_memory(struct survey *survey)
{
	msg_no_memory();
	caller_fail(survey->caller, EXITCODE_INTERNAL);
}

void errand_end(struct errand *errand)
{
	if (errand->previous != NULL)
		errand->previous->next = errand->next;
	else
		errand->survey->errands = errand->next;
	if (errand->next != NULL)
		errand->next->previous = errand->previous;
	textset_free(&errand->tokens);
	free(errand->ocid);
	free(errand->named_by);
	free(errand);
}

void errand_end_all(struct survey *survey)
{
	while (survey->errands != NULL)
		errand_end(survey->errands);
}

static const struct {
	const char *path;
	const char *doing;
} kinds[] = {
	{API "/compartments", "list the compartments of"},
	{API "/subnets", "list the subnets of compartment"},
	{API "/securityLists", "list the security lists of compartment"},
	{API "/subnets/", "read subnet"},
	{API "/securityLists/", "read security list"},
};

/* The query of a listing, in the order that Oracle's clients send it. */
static int add_query(
	struct bytes *target, const struct errand *errand, const char *token, size_t token_len)
{
	const char *vcn = errand->survey->vcn;

	if (call_query_add(target, "compartmentId", errand->ocid) != 0)
		return -1;
	if (token != NULL && (bytes_append_text(target, "&page=") != 0 ||
				     call_encode(target, token, token_len) != 0))
		return -1;
	if (errand->kind == ERRAND_COMPARTMENTS)
		return call_query_add(target, "accessLevel", "ACCESSIBLE") != 0
			       ? -1
			       : call_query_add(target, "compartmentIdInSubtree", "true");
	return vcn == NULL ? 0 : call_query_add(target, "vcnId", vcn);
}

/* Path and query; null when memory ran out. */
static char *make_target(const struct errand *errand, const char *token, size_t token_len)
{
	struct bytes target = BYTES_INIT(LIMIT_REQUEST);
	int result = bytes_append_text(&target, kinds[errand->kind].path);

	if (result == 0 && (errand->kind == ERRAND_SUBNET || errand->kind == ERRAND_LIST))
		result = call_encode(&target, errand->ocid, strlen(errand->ocid));
	else if (result == 0)
		result = add_query(&target, errand, token, token_len);
	if (result == 0)
		result = bytes_append_char(&target, '\0');
	if (result == 0)
		return target.data;
	bytes_free(&target);
	return NULL;
}

static void fail(struct call *call, struct survey *survey, const char *cause)
{
	char subject[CALL_TEXT_SIZE];

	call_text_subject(subject, call);
	msg_error("cannot %s: %s", subject, cause);
	caller_fail(survey->caller, EXITCODE_SERVICE);
}

static bool is_plain(const struct bytes *token)
{
	for (size_t i = 0; i < token->len; i++)
		if ((unsigned char)token->data[i] < ' ' || token->data[i] == 0x7f)
			return false;
	return true;
}

/* Goes on to the page that a reply names, or ends the errand. */
static void go_on(struct errand *errand, struct call *call, const struct http_reply *reply)
{
	const struct bytes *token = &reply->next_page;
	struct survey *survey = errand->survey;

	if (token->len == 0 || errand->kind == ERRAND_SUBNET || errand->kind == ERRAND_LIST) {
		survey->granted++;
		errand_end(errand);
		return;
	}
	if (!is_plain(token)) {
		fail(call, survey, "opc-next-page holds control bytes");
		return;
	}
	switch (textset_add(&errand->tokens, token->data, token->len)) {
	case TEXTSET_ADDED:
		errand->page++;
		errand_ask(errand, token->data, token->len);
		return;
	case TEXTSET_KNOWN:
		fail(call, survey, "opc-next-page names a page that was read before");
		return;
	case TEXTSET_FULL:
		fail(call, survey, "it has too many pages to ever end");
		return;
	case TEXTSET_NO_MEMORY:
	default:
		no_memory(survey);
	}
}

static void take_refusal(struct errand *errand, struct call *call, const struct http_reply *reply)
{
	struct survey *survey = errand->survey;

	errand_tell_refused(errand, call, reply);
	if (errand->kind == ERRAND_COMPARTMENTS || errand->page > 1) {
		caller_fail(survey->caller, EXITCODE_SERVICE);
		return;
	}
	survey->partial = true;
	survey->refused++;
	errand_end(errand);
}

static void take_outcome(
	struct call *call, enum call_outcome outcome, const struct http_reply *reply)
{
	struct errand *errand = call->context;

	if (outcome == CALL_REFUSED)
		take_refusal(errand, call, reply);
	else if (errand_take(errand, call, reply) == 0)
		go_on(errand, call, reply);
}

void errand_ask(struct errand *errand, const char *token, size_t token_len)
{
	struct survey *survey = errand->survey;
	struct call *call = call_new();

	if (call != NULL)
		call->target = make_target(errand, token, token_len);
	if (call == NULL || call->target == NULL) {
		free(call);
		no_memory(survey);
		return;
	}
	call->endpoint = errand->kind == ERRAND_COMPARTMENTS ? &errand->region->identity
							     : &errand->region->iaas;
	call->doing = kinds[errand->kind].doing;
	call->subject = errand->ocid;
	call->region = errand->region->region.name;
	call->done = take_outcome;
	call->context = errand;
	caller_add(survey->caller, call);
}

void errand_start(struct survey *survey, enum errand_kind kind, const struct scope_region *region,
	const char *ocid, size_t ocid_len, const char *named_by, size_t named_by_len)
{
	struct errand *errand = calloc(1, sizeof(*errand));

	if (errand == NULL) {
		no_memory(survey);
		return;
	}
	errand->survey = survey;
	errand->kind = kind;
	errand->region = region;
	errand->page = 1;
	errand->tokens = (struct textset)TEXTSET_INIT(LIMIT_PAGES - 1);
	errand->next = survey->errands;
	if (errand->next != NULL)
		errand->next->previous = errand;
	survey->errands = errand;
	errand->ocid = strndup(ocid, ocid_len);
	if (named_by != NULL)
		errand->named_by = strndup(named_by, named_by_len);
	if (errand->ocid == NULL || (named_by != NULL && errand->named_by == NULL)) {
		no_memory(survey);
		return;
	}
	errand_ask(errand, NULL, 0);
}

/*
 * Listings: making their calls, and following a listing from page to page. A
 * page token that comes a second time, or a listing of more than LIMIT_PAGES
 * pages, would never end and fails the run.
 */
#include "vcnmeta/fetch/listing.h"

#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/limits.h"
#include "base/msg.h"
#include "vcnmeta/oci/call_request.h"
#include "vcnmeta/oci/call_text.h"

#define API "/20160918"

static void no_memory(struct survey *survey)
{
	msg_no_memory();
	caller_fail(survey->caller, EXITCODE_INTERNAL);
}

void listing_end(struct listing *listing)
{
	if (listing->previous != NULL)
		listing->previous->next = listing->next;
	else
		listing->survey->listings = listing->next;
	if (listing->next != NULL)
		listing->next->previous = listing->previous;
	textset_free(&listing->tokens);
	free(listing->ocid);
	free(listing->named_by);
	free(listing);
}

void listing_end_all(struct survey *survey)
{
	while (survey->listings != NULL)
		listing_end(survey->listings);
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
	struct bytes *target, const struct listing *listing, const char *token, size_t token_len)
{
	const char *vcn = listing->survey->vcn;

	if (call_query_add(target, "compartmentId", listing->ocid) != 0)
		return -1;
	if (token != NULL && (bytes_append_text(target, "&page=") != 0 ||
				     call_encode(target, token, token_len) != 0))
		return -1;
	if (listing->kind == LISTING_COMPARTMENTS)
		return call_query_add(target, "accessLevel", "ACCESSIBLE") != 0
			       ? -1
			       : call_query_add(target, "compartmentIdInSubtree", "true");
	return vcn == NULL ? 0 : call_query_add(target, "vcnId", vcn);
}

/* Path and query; null when memory ran out. */
static char *make_target(const struct listing *listing, const char *token, size_t token_len)
{
	struct bytes target = BYTES_INIT(LIMIT_REQUEST);
	int result = bytes_append_text(&target, kinds[listing->kind].path);

	if (result == 0 && (listing->kind == LISTING_SUBNET || listing->kind == LISTING_LIST))
		result = call_encode(&target, listing->ocid, strlen(listing->ocid));
	else if (result == 0)
		result = add_query(&target, listing, token, token_len);
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

/* Goes on to the page that a reply names, or ends the listing. */
static void go_on(struct listing *listing, struct call *call, const struct http_reply *reply)
{
	const struct bytes *token = &reply->next_page;
	struct survey *survey = listing->survey;

	if (token->len == 0 || listing->kind == LISTING_SUBNET || listing->kind == LISTING_LIST) {
		survey->granted++;
		listing_end(listing);
		return;
	}
	if (!is_plain(token)) {
		fail(call, survey, "opc-next-page holds control bytes");
		return;
	}
	switch (textset_add(&listing->tokens, token->data, token->len)) {
	case TEXTSET_ADDED:
		listing->page++;
		listing_ask(listing, token->data, token->len);
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

static void take_refusal(struct listing *listing, struct call *call, const struct http_reply *reply)
{
	struct survey *survey = listing->survey;

	listing_tell_refused(listing, call, reply);
	if (listing->kind == LISTING_COMPARTMENTS || listing->page > 1) {
		caller_fail(survey->caller, EXITCODE_SERVICE);
		return;
	}
	survey->partial = true;
	survey->refused++;
	listing_end(listing);
}

static void take_outcome(
	struct call *call, enum call_outcome outcome, const struct http_reply *reply)
{
	struct listing *listing = call->context;

	if (outcome == CALL_REFUSED)
		take_refusal(listing, call, reply);
	else if (listing_take(listing, call, reply) == 0)
		go_on(listing, call, reply);
}

void listing_ask(struct listing *listing, const char *token, size_t token_len)
{
	struct survey *survey = listing->survey;
	struct call *call = call_new();

	if (call != NULL)
		call->target = make_target(listing, token, token_len);
	if (call == NULL || call->target == NULL) {
		free(call);
		no_memory(survey);
		return;
	}
	call->endpoint = listing->kind == LISTING_COMPARTMENTS ? &listing->region->identity
							       : &listing->region->iaas;
	call->doing = kinds[listing->kind].doing;
	call->subject = listing->ocid;
	call->region = listing->region->region.name;
	call->done = take_outcome;
	call->context = listing;
	caller_add(survey->caller, call);
}

void listing_start(struct survey *survey, enum listing_kind kind, const struct scope_region *region,
	const char *ocid, size_t ocid_len, const char *named_by, size_t named_by_len)
{
	struct listing *listing = calloc(1, sizeof(*listing));

	if (listing == NULL) {
		no_memory(survey);
		return;
	}
	listing->survey = survey;
	listing->kind = kind;
	listing->region = region;
	listing->page = 1;
	listing->tokens = (struct textset)TEXTSET_INIT(LIMIT_PAGES - 1);
	listing->next = survey->listings;
	if (listing->next != NULL)
		listing->next->previous = listing;
	survey->listings = listing;
	listing->ocid = strndup(ocid, ocid_len);
	if (named_by != NULL)
		listing->named_by = strndup(named_by, named_by_len);
	if (listing->ocid == NULL || (named_by != NULL && listing->named_by == NULL)) {
		no_memory(survey);
		return;
	}
	listing_ask(listing, NULL, 0);
}

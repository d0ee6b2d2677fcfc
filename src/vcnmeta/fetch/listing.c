/*
 * Listings: making their calls, taking what the service replied, and following a
 * listing from page to page.
 *
 * A reply that is no JSON, no array where a listing was asked for, or that holds
 * an object which cannot be what it should be, fails the run and is named with
 * its page and place: half of a listing would be worse than none. A page token
 * that comes a second time, or a listing of more than LIMIT_PAGES pages, would
 * never end and fails the run too.
 */
#include "vcnmeta/fetch/listing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/limits.h"
#include "base/msg.h"
#include "vcnmeta/members.h"

#define API "/20160918"
#define OCID_SIZE 512

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

	if (call_query_add(target, "compartmentId", listing->ocid, strlen(listing->ocid)) != 0)
		return -1;
	if (token != NULL && call_query_add(target, "page", token, token_len) != 0)
		return -1;
	if (listing->kind == LISTING_COMPARTMENTS)
		return call_query_add(target, "accessLevel", "ACCESSIBLE", 10) != 0
			       ? -1
			       : call_query_add(target, "compartmentIdInSubtree", "true", 4);
	return vcn == NULL ? 0 : call_query_add(target, "vcnId", vcn, strlen(vcn));
}

/* Path and query; null when memory ran out. */
static char *make_target(const struct listing *listing, const char *token, size_t token_len)
{
	struct bytes target = BYTES_INIT(LIMIT_REQUEST);
	int result = bytes_append_text(&target, kinds[listing->kind].path);

	if (result == 0 && (listing->kind == LISTING_SUBNET || listing->kind == LISTING_LIST))
		result = http_escape(&target, listing->ocid, strlen(listing->ocid));
	else if (result == 0)
		result = add_query(&target, listing, token, token_len);
	if (result == 0)
		result = bytes_append_char(&target, '\0');
	if (result == 0)
		return target.data;
	bytes_free(&target);
	return NULL;
}

/* ---- taking replies ---- */

/* A reply that is being taken. */
struct taking {
	struct listing *listing;
	struct call *call;
	const struct http_reply *reply;
	const struct json_tree *tree;
	size_t item; /* counted from 1; 0: the whole reply */
};

/* "cannot list … : page 2, item 7: why, opc-request-id 'X'" */
static int fail_taking(const struct taking *taking, const char *why)
{
	char subject[CALL_TEXT_SIZE], id[MSG_QUOTED_SIZE];
	char place[64] = "";
	const struct bytes *request_id = &taking->reply->request_id;

	call_subject_text(subject, taking->call);
	if (taking->item > 0)
		snprintf(place, sizeof(place), "page %u, item %zu: ", taking->listing->page,
			taking->item);
	else if (taking->listing->page > 1)
		snprintf(place, sizeof(place), "page %u: ", taking->listing->page);
	msg_error("cannot %s: %s%s, opc-request-id %s", subject, place, why,
		msg_quote(id, request_id->data, request_id->len));
	caller_fail(taking->listing->survey->caller, EXITCODE_SERVICE);
	return -1;
}

static int fail_memory(const struct taking *taking)
{
	msg_no_memory();
	caller_fail(taking->listing->survey->caller, EXITCODE_INTERNAL);
	return -1;
}

static int take_compartment(const struct taking *taking, const struct json_node *node)
{
	struct survey *survey = taking->listing->survey;
	char id[OCID_SIZE], parent[OCID_SIZE], state[64];
	bool active;

	if (!members_text(taking->tree, node, "id", id, sizeof(id)) || id[0] == '\0')
		return fail_taking(taking, "a compartment without an id");
	members_text(taking->tree, node, "compartmentId", parent, sizeof(parent));
	active = !members_text(taking->tree, node, "lifecycleState", state, sizeof(state)) ||
		 strcasecmp(state, "ACTIVE") == 0;
	if (compartments_add(&survey->found, id, parent, active) != 0)
		return fail_memory(taking);
	return 0;
}

static int take_network(const struct taking *taking, const struct json_node *node)
{
	struct model *model = taking->listing->survey->model;
	const struct model_place place = {"the OCI API", 0};
	bool subnet =
		taking->listing->kind == LISTING_SUBNETS || taking->listing->kind == LISTING_SUBNET;
	struct model_fault fault;
	enum model_result result;

	if (subnet)
		result = model_add_subnet(model, taking->tree, node, place, &fault);
	else
		result = model_add_list(model, taking->tree, node, place, &fault);
	if (result == MODEL_OK)
		return 0;
	return result == MODEL_NO_MEMORY ? fail_memory(taking) : fail_taking(taking, fault.text);
}

static int take_array(struct taking *taking)
{
	const struct json_node *node = &taking->tree->nodes[0];

	if (node->value.type != JSON_ARRAY)
		return fail_taking(taking, "the reply is no array");
	for (node = json_tree_first(taking->tree, node); node != NULL;
		node = json_tree_next(taking->tree, node)) {
		int result;

		taking->item++;
		if (node->value.type != JSON_OBJECT)
			return fail_taking(taking, "it is no object");
		result = taking->listing->kind == LISTING_COMPARTMENTS
				 ? take_compartment(taking, node)
				 : take_network(taking, node);
		if (result != 0)
			return -1;
	}
	return 0;
}

/* A single object must be the one that was asked for. */
static int take_single(const struct taking *taking)
{
	const struct json_node *node = &taking->tree->nodes[0];
	char id[OCID_SIZE];

	if (node->value.type != JSON_OBJECT)
		return fail_taking(taking, "the reply is no object");
	if (!members_text(taking->tree, node, "id", id, sizeof(id)) ||
		strcmp(id, taking->listing->ocid) != 0)
		return fail_taking(taking, "the reply has another id");
	return take_network(taking, node);
}

int listing_take(struct listing *listing, struct call *call, const struct http_reply *reply)
{
	struct caller *caller = listing->survey->caller;
	struct json_tree *tree = caller_tree(caller);
	struct taking taking = {listing, call, reply, tree, 0};
	enum json_error error = json_tree_parse(
		tree, caller_parser(caller), reply->body.data, reply->body.len, LIMIT_REPLY_DEPTH);

	if (error == JSON_NO_MEMORY)
		return fail_memory(&taking);
	if (error != JSON_OK)
		return fail_taking(&taking, json_error_text(error));
	if (listing->kind == LISTING_SUBNET || listing->kind == LISTING_LIST)
		return take_single(&taking);
	return take_array(&taking);
}

/* "Allow group GROUP to inspect subnets in …", as a policy has it. */
static void write_policy(char *text, size_t size, const struct listing *listing)
{
	const struct survey *survey = listing->survey;
	enum settings_auth auth = survey->settings->auth;
	bool principal = auth == SETTINGS_INSTANCE_PRINCIPAL || auth == SETTINGS_RESOURCE_PRINCIPAL;
	bool by_page = listing->kind == LISTING_SUBNETS || listing->kind == LISTING_LISTS;
	bool root = !by_page || strcmp(listing->ocid, survey->auth->tenancy) == 0;
	char quoted[MSG_QUOTED_SIZE];
	int len = 0;

	msg_quote_name(quoted, listing->ocid);
	len = (int)strlen(quoted) - 2; /* as it stands between the quotes */
	snprintf(text, size, "Allow %s to inspect %s in %s%.*s",
		principal ? "dynamic-group GROUP" : "group GROUP",
		listing->kind == LISTING_COMPARTMENTS ? "compartments" : "virtual-network-family",
		root ? "tenancy" : "compartment id ", root ? 0 : len, quoted + 1);
}

static void tell_refused(struct listing *listing, struct call *call, const struct http_reply *reply)
{
	struct caller *caller = listing->survey->caller;
	char subject[CALL_TEXT_SIZE], cause[CALL_TEXT_SIZE];
	char policy[MSG_QUOTED_SIZE + 128], quoted[MSG_QUOTED_SIZE];
	char namer[MSG_QUOTED_SIZE + 32] = "";
	struct call_error error;

	call_error_read(&error, caller_parser(caller), caller_tree(caller), reply);
	call_subject_text(subject, call);
	call_reply_text(cause, &error, reply);
	write_policy(policy, sizeof(policy), listing);
	if (listing->named_by != NULL)
		snprintf(namer, sizeof(namer), ", which subnet %s names",
			msg_quote_name(quoted, listing->named_by));
	msg_error("cannot %s%s: %s; if it exists, this policy would allow it: "
		  "%s",
		subject, namer, cause, policy);
}

/* ---- following a listing ---- */

static void fail(struct call *call, struct survey *survey, const char *cause)
{
	char subject[CALL_TEXT_SIZE];

	call_subject_text(subject, call);
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

	tell_refused(listing, call, reply);
	if (listing->kind == LISTING_COMPARTMENTS || listing->page > 1) {
		caller_fail(survey->caller, EXITCODE_SERVICE);
		return;
	}
	survey->partial = true;
	survey->refused++;
	survey->refused_of[listing->kind]++;
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

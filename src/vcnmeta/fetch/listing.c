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
#include "lookup/import.h"
#include "vcnmeta/oci/members.h"

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

/* How a kind is asked for. */
static const struct kind {
	const char *path;
	const char *tail;   /* after the OCID, where that is a part of the path */
	const char *query;  /* the parameter that the OCID is; null: a part of the path */
	const char *doing;  /* to stand before the OCID */
	const char *policy; /* what it takes to be allowed it */
	bool identity;      /* it is the identity service's, not the network's */
	bool single;        /* one object, not pages */
	bool narrowed;      /* --vcn-id counts */
	bool optional;      /* what is refused is gone without */
} kinds[LISTING_KINDS] = {
	[LISTING_COMPARTMENTS] = {.path = API "/compartments",
		.query = "compartmentId",
		.doing = "list the compartments of",
		.policy = "inspect compartments",
		.identity = true},
	[LISTING_ROOT] = {.path = API "/compartments/",
		.tail = "",
		.doing = "read compartment",
		.policy = "inspect compartments",
		.identity = true,
		.single = true,
		.optional = true},
	[LISTING_SUBNETS] = {.path = API "/subnets",
		.query = "compartmentId",
		.doing = "list the subnets of compartment",
		.policy = "inspect virtual-network-family",
		.narrowed = true},
	[LISTING_LISTS] = {.path = API "/securityLists",
		.query = "compartmentId",
		.doing = "list the security lists of compartment",
		.policy = "inspect virtual-network-family",
		.narrowed = true},
	[LISTING_VCNS] = {.path = API "/vcns",
		.query = "compartmentId",
		.doing = "list the VCNs of compartment",
		.policy = "inspect virtual-network-family",
		.optional = true},
	[LISTING_GROUPS] = {.path = API "/networkSecurityGroups",
		.query = "compartmentId",
		.doing = "list the groups of compartment",
		.policy = "{NETWORK_SECURITY_GROUP_READ}",
		.narrowed = true},
	[LISTING_SUBNET] = {.path = API "/subnets/",
		.tail = "",
		.doing = "read subnet",
		.policy = "inspect virtual-network-family",
		.single = true},
	[LISTING_LIST] = {.path = API "/securityLists/",
		.tail = "",
		.doing = "read security list",
		.policy = "inspect virtual-network-family",
		.single = true},
	[LISTING_RULES] = {.path = API "/networkSecurityGroups/",
		.tail = "/securityRules",
		.doing = "list the rules of group",
		.policy = "{NETWORK_SECURITY_GROUP_LIST_SECURITY_RULES}"},
	[LISTING_MEMBERS] = {.path = API "/networkSecurityGroups/",
		.tail = "/vnics",
		.doing = "list the members of group",
		.policy = "{NETWORK_SECURITY_GROUP_LIST_MEMBERS}"},
	[LISTING_ADDRESSES] = {.path = API "/privateIps",
		.query = "subnetId",
		.doing = "list the private addresses of subnet",
		.policy = "{PRIVATE_IP_READ}"},
	[LISTING_IPV6] = {.path = API "/ipv6",
		.query = "subnetId",
		.doing = "list the IPv6 addresses of subnet",
		.policy = "{IPV6_READ, SUBNET_READ}"},
};

/* The query of a listing, in the order that Oracle's clients send it. */
static int add_query(
	struct bytes *target, const struct listing *listing, const char *token, size_t token_len)
{
	const struct kind *kind = &kinds[listing->kind];
	const char *vcn = kind->narrowed ? listing->survey->vcn : NULL;

	if (kind->query != NULL &&
		call_query_add(target, kind->query, listing->ocid, strlen(listing->ocid)) != 0)
		return -1;
	if (token != NULL && call_query_add(target, "page", token, token_len) != 0)
		return -1;
	if (listing->kind == LISTING_COMPARTMENTS &&
		(call_query_add(target, "accessLevel", "ACCESSIBLE", 10) != 0 ||
			call_query_add(target, "compartmentIdInSubtree", "true", 4) != 0))
		return -1;
	return vcn == NULL ? 0 : call_query_add(target, "vcnId", vcn, strlen(vcn));
}

/* Path and query; null when memory ran out. */
static char *make_target(const struct listing *listing, const char *token, size_t token_len)
{
	const struct kind *kind = &kinds[listing->kind];
	struct bytes target = BYTES_INIT(LIMIT_REQUEST);
	int result = bytes_append_text(&target, kind->path);

	if (result == 0 && kind->query == NULL)
		result = http_escape(&target, listing->ocid, strlen(listing->ocid)) != 0
				 ? -1
				 : bytes_append_text(&target, kind->tail);
	if (result == 0)
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

/* Keeps a compartment for the survey; false: it cannot be one. */
static enum model_result keep_compartment(
	const struct taking *taking, const struct json_node *node, struct model_fault *fault)
{
	struct survey *survey = taking->listing->survey;
	char id[OCID_SIZE], parent[OCID_SIZE], state[64];
	bool active;

	if (!members_text(taking->tree, node, "id", id, sizeof(id)) || id[0] == '\0') {
		snprintf(fault->text, sizeof(fault->text), "a compartment without an id");
		return MODEL_MALFORMED;
	}
	members_text(taking->tree, node, "compartmentId", parent, sizeof(parent));
	active = !members_text(taking->tree, node, "lifecycleState", state, sizeof(state)) ||
		 strcasecmp(state, "ACTIVE") == 0;
	return compartments_add(&survey->found, id, parent, active) == 0 ? MODEL_OK
									 : MODEL_NO_MEMORY;
}

/* Takes one object of a reply into the model. */
static int take_object(const struct taking *taking, const struct json_node *node)
{
	const struct listing *listing = taking->listing;
	struct model *model = listing->survey->model;
	const struct model_place place = {"the OCI API", 0, listing->survey->fetched_at};
	const struct import_object object = import_object(taking->tree, node);
	size_t len = strlen(listing->ocid);
	struct model_fault fault;
	enum model_result result = MODEL_OK;

	switch (listing->kind) {
	case LISTING_COMPARTMENTS:
		result = keep_compartment(taking, node, &fault);
		if (result == MODEL_OK)
			result = import_compartment(model, &object, place, &fault);
		break;
	case LISTING_ROOT:
		result = import_compartment(model, &object, place, &fault);
		break;
	case LISTING_SUBNETS:
	case LISTING_SUBNET:
		result = import_subnet(model, &object, place, &fault);
		break;
	case LISTING_LISTS:
	case LISTING_LIST:
		result = import_list(model, &object, place, &fault);
		break;
	case LISTING_VCNS:
		result = import_vcn(model, &object, place, &fault);
		break;
	case LISTING_GROUPS:
		result = import_group(model, &object, place, &fault);
		break;
	case LISTING_RULES:
		result = import_rule(model, listing->ocid, len, &object, place, &fault);
		break;
	case LISTING_MEMBERS:
		result = import_member(model, listing->ocid, len, &object, place, &fault);
		break;
	case LISTING_ADDRESSES:
	case LISTING_IPV6:
		result = import_address(model, &object, place, &fault);
		break;
	case LISTING_KINDS:
		break;
	}
	if (result == MODEL_OK)
		return 0;
	return result == MODEL_NO_MEMORY ? fail_memory(taking) : fail_taking(taking, fault.text);
}

/*
 * The first page of a group's rules or members says that they are known now, also
 * when there are none.
 */
static int begin_group(const struct taking *taking)
{
	const struct listing *listing = taking->listing;
	struct model *model = listing->survey->model;
	size_t len = strlen(listing->ocid);
	int64_t fetched_at = listing->survey->fetched_at;
	enum model_result result = MODEL_OK;

	if (listing->page == 1 && listing->kind == LISTING_RULES)
		result =
			import_begin_part(model, MODEL_GROUP_RULES, listing->ocid, len, fetched_at);
	if (listing->page == 1 && listing->kind == LISTING_MEMBERS)
		result = import_begin_part(
			model, MODEL_GROUP_MEMBERS, listing->ocid, len, fetched_at);
	return result == MODEL_OK ? 0 : fail_memory(taking);
}

static int take_array(struct taking *taking)
{
	const struct json_node *node = &taking->tree->nodes[0];

	if (node->value.type != JSON_ARRAY)
		return fail_taking(taking, "the reply is no array");
	if (begin_group(taking) != 0)
		return -1;
	for (node = json_tree_first(taking->tree, node); node != NULL;
		node = json_tree_next(taking->tree, node)) {
		taking->item++;
		if (node->value.type != JSON_OBJECT)
			return fail_taking(taking, "it is no object");
		if (take_object(taking, node) != 0)
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
	return take_object(taking, node);
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
	return kinds[listing->kind].single ? take_single(&taking) : take_array(&taking);
}

/* Who a policy is for that would allow this fetch what it was refused. */
static const char *policy_subject(enum settings_auth auth)
{
	switch (auth) {
	case SETTINGS_INSTANCE_PRINCIPAL:
	case SETTINGS_RESOURCE_PRINCIPAL:
		return "dynamic-group GROUP";
	case SETTINGS_OKE_WORKLOAD_IDENTITY:
		return "any-user";
	case SETTINGS_API_KEY:
	case SETTINGS_SECURITY_TOKEN:
	case SETTINGS_INSTANCE_OBO_USER:
	default:
		return "group GROUP";
	}
}

/* "Allow group GROUP to inspect subnets in …", as a policy has it. */
static void write_policy(char *text, size_t size, const struct listing *listing)
{
	const struct survey *survey = listing->survey;
	enum settings_auth auth = survey->settings->auth;
	bool of_compartment = listing->kind == LISTING_SUBNETS || listing->kind == LISTING_LISTS ||
			      listing->kind == LISTING_GROUPS;
	bool root = !of_compartment || strcmp(listing->ocid, survey->auth->tenancy) == 0;
	char quoted[MSG_QUOTED_SIZE];
	int len = 0;

	msg_quote_name(quoted, listing->ocid);
	len = (int)strlen(quoted) - 2; /* as it stands between the quotes */
	snprintf(text, size, "Allow %s to %s in %s%.*s%s", policy_subject(auth),
		kinds[listing->kind].policy, root ? "tenancy" : "compartment id ", root ? 0 : len,
		quoted + 1,
		auth == SETTINGS_OKE_WORKLOAD_IDENTITY
			? " where request.principal.type = 'workload'"
			: "");
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

	if (token->len == 0 || kinds[listing->kind].single) {
		survey->granted += !kinds[listing->kind].optional;
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

	if (kinds[listing->kind].optional) {
		listing_end(listing);
		return;
	}
	tell_refused(listing, call, reply);
	if (listing->kind == LISTING_COMPARTMENTS || listing->page > 1) {
		caller_fail(survey->caller, EXITCODE_SERVICE);
		return;
	}
	survey->partial = true;
	survey->refused++;
	survey->refused_of[listing->kind]++;
	if (listing->kind == LISTING_ADDRESSES || listing->kind == LISTING_IPV6)
		(void)model_set_listing(
			survey->model, listing->ocid, strlen(listing->ocid), MODEL_LISTING_REFUSED);
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
	call->endpoint =
		kinds[listing->kind].identity ? &listing->region->identity : &listing->region->iaas;
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

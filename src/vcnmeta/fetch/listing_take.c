/*
 * Taking what the service replied. A reply that is no JSON, no array where a
 * listing was asked for, or that holds an object which cannot be what it should
 * be, fails the run and is named with its page and place: half of a listing
 * would be worse than none.
 */
#include <stdio.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/limits.h"
#include "base/msg.h"
#include "vcnmeta/fetch/listing.h"
#include "vcnmeta/members.h"
#include "vcnmeta/oci/call_text.h"

#define OCID_SIZE 512

/* A reply that is being taken. */
struct taking {
	struct listing *listing;
	struct call *call;
	const struct http_reply *reply;
	const struct json_tree *tree;
	size_t item; /* counted from 1; 0: the whole reply */
};

/* "cannot list … : page 2, item 7: why, opc-request-id 'X'" */
static int fail(const struct taking *taking, const char *why)
{
	char subject[CALL_TEXT_SIZE], id[MSG_QUOTED_SIZE];
	char place[64] = "";
	const struct bytes *request_id = &taking->reply->request_id;

	call_text_subject(subject, taking->call);
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

static int no_memory(const struct taking *taking)
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
		return fail(taking, "a compartment without an id");
	members_text(taking->tree, node, "compartmentId", parent, sizeof(parent));
	active = !members_text(taking->tree, node, "lifecycleState", state, sizeof(state)) ||
		 strcasecmp(state, "ACTIVE") == 0;
	if (compartments_add(&survey->found, id, parent, active) != 0)
		return no_memory(taking);
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
	return result == MODEL_NO_MEMORY ? no_memory(taking) : fail(taking, fault.text);
}

static int take_array(struct taking *taking)
{
	const struct json_node *node = &taking->tree->nodes[0];

	if (node->value.type != JSON_ARRAY)
		return fail(taking, "the reply is no array");
	for (node = json_tree_first(taking->tree, node); node != NULL;
		node = json_tree_next(taking->tree, node)) {
		int result;

		taking->item++;
		if (node->value.type != JSON_OBJECT)
			return fail(taking, "it is no object");
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
		return fail(taking, "the reply is no object");
	if (!members_text(taking->tree, node, "id", id, sizeof(id)) ||
		strcmp(id, taking->listing->ocid) != 0)
		return fail(taking, "the reply has another id");
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
		return no_memory(&taking);
	if (error != JSON_OK)
		return fail(&taking, json_error_text(error));
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

void listing_tell_refused(
	struct listing *listing, struct call *call, const struct http_reply *reply)
{
	struct caller *caller = listing->survey->caller;
	char subject[CALL_TEXT_SIZE], cause[CALL_TEXT_SIZE];
	char policy[MSG_QUOTED_SIZE + 128], quoted[MSG_QUOTED_SIZE];
	char namer[MSG_QUOTED_SIZE + 32] = "";
	struct call_error error;

	call_error_read(&error, caller_parser(caller), caller_tree(caller), reply);
	call_text_subject(subject, call);
	call_text_reply(cause, &error, reply);
	write_policy(policy, sizeof(policy), listing);
	if (listing->named_by != NULL)
		snprintf(namer, sizeof(namer), ", which subnet %s names",
			msg_quote_name(quoted, listing->named_by));
	msg_error("cannot %s%s: %s; if it exists, this policy would allow it: "
		  "%s",
		subject, namer, cause, policy);
}

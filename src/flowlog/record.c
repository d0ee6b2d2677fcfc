/*
 * Unwrapping: array, rows, data.logContent, logContent, in this order,
 * each at most once. A wrapped record is judged a second time, by itself, so
 * that its members are found and its depth is counted from its own level;
 * wrappers are rare where much is to be done.
 */
#include "flowlog/record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "json/space.h"

/* Levels around a record in a search document: {data:{results:[{data:{…}}]}}.
 */
#define WRAPPER_LEVELS 5

/* The names of enum record_member, in the runs that add_members takes. */
static const char *const member_names[RECORD_MEMBERS] = {
	[RECORD_DATA] = "data",
	[RECORD_ORACLE] = "oracle",
	[RECORD_TYPE] = "type",
	[RECORD_TIME] = "time",
	[RECORD_LOG_CONTENT] = "logContent",
	[RECORD_TOP_RESULTS] = "results",
	[RECORD_NEXT_PAGE] = "opc-next-page",
	[RECORD_ENRICHED] = "internal_or_external_source",
	[RECORD_DESTINATION_ADDRESS] = "destinationAddress",
	[RECORD_DESTINATION_PORT] = "destinationPort",
	[RECORD_PROTOCOL] = "protocol",
	[RECORD_PROTOCOL_NAME] = "protocolName",
	[RECORD_SOURCE_ADDRESS] = "sourceAddress",
	[RECORD_ACTION] = "action",
	[RECORD_STATUS] = "status",
	[RECORD_START_TIME] = "startTime",
	[RECORD_END_TIME] = "endTime",
	[RECORD_DATA_LOG_CONTENT] = "logContent",
	[RECORD_RESULTS] = "results",
	[RECORD_SUBNET] = "vnicsubnetocid",
	[RECORD_INGESTED_TIME] = "ingestedtime",
	[RECORD_VNIC] = "vnicocid",
	[RECORD_SOURCE_PORT] = "sourcePort",
	[RECORD_PACKETS] = "packets",
	[RECORD_BYTES] = "bytesOut",
};

/* Adds the members first to end, in parent; null: at the top. */
static int add_members(struct json_plan *plan, const char *parent, enum record_member first,
	enum record_member end)
{
	for (size_t i = first; i < end; i++) {
		const char *path[2] = {parent, member_names[i]};

		if (parent == NULL ? json_plan_add(plan, &path[1], 1) < 0
				   : json_plan_add(plan, path, 2) < 0)
			return -1;
	}
	return 0;
}

/* As json_plan_get, with errno set. */
static int get_slot(struct json_plan *plan, const char *const *path, size_t len)
{
	errno = E2BIG; /* malloc sets another */
	return json_plan_get(plan, path, len);
}

int record_plan_add(
	struct record_plan *plan, const char *name, bool is_literal, struct record_path *path)
{
	const char *steps[LIMIT_DEPTH];
	char *copy = NULL, *rest;
	size_t depth = 0;

	*path = (struct record_path){-1, -1};
	if (is_literal || strchr(name, '.') == NULL) {
		path->literal = get_slot(plan->plan, &name, 1);
		if (path->literal < 0)
			return -1;
	}
	if (strchr(name, '.') == NULL)
		return 0;
	rest = copy = strdup(name);
	if (copy == NULL)
		return -1;
	/* the outer members have to be in the plan before the inner ones */
	do {
		errno = E2BIG;
		if (depth == LIMIT_DEPTH)
			break;
		steps[depth++] = strsep(&rest, ".");
		path->path = get_slot(plan->plan, steps, depth);
	} while (path->path >= 0 && rest != NULL);
	if (rest != NULL)
		path->path = -1;
	free(copy);
	return path->path >= 0 ? 0 : -1;
}

int record_plan_init(struct record_plan *plan, const char *const *keep, size_t count, bool has_flow)
{
	memset(plan, 0, sizeof *plan);
	plan->plan = json_plan_new();
	if (plan->plan == NULL ||
		add_members(plan->plan, NULL, 0, RECORD_DESTINATION_ADDRESS) != 0 ||
		add_members(plan->plan, "data", RECORD_DESTINATION_ADDRESS, RECORD_SUBNET) != 0 ||
		add_members(plan->plan, "oracle", RECORD_SUBNET, RECORD_ALWAYS) != 0)
		goto failed;
	plan->has_flow = has_flow;
	if (has_flow &&
		(add_members(plan->plan, "oracle", RECORD_VNIC, RECORD_SOURCE_PORT) != 0 ||
			add_members(plan->plan, "data", RECORD_SOURCE_PORT, RECORD_MEMBERS) != 0))
		goto failed;
	for (size_t i = 0; i < count; i++) {
		if (record_plan_add(plan, keep[i], true, &plan->keep[i]) < 0)
			goto failed;
		plan->keep_count++;
	}
	return 0;
failed:
	record_plan_free(plan);
	return -1;
}

void record_plan_free(struct record_plan *plan)
{
	json_plan_free(plan->plan);
	plan->plan = NULL;
}

static enum record_kind bad(const char **reason, const char *text)
{
	*reason = text;
	return RECORD_BAD;
}

static enum record_kind bad_json(const char **reason, enum json_error error)
{
	if (error == JSON_NO_MEMORY)
		return RECORD_NO_MEMORY;
	return bad(reason, json_error_text(error));
}

struct json_value record_rows(const struct record *record)
{
	const struct json_value *rows = &record->values[RECORD_RESULTS];

	return rows->type == JSON_ARRAY ? *rows : record->values[RECORD_TOP_RESULTS];
}

bool record_page_follows(const struct record *record)
{
	const struct json_value *token = &record->values[RECORD_NEXT_PAGE];

	return token->type == JSON_STRING && token->len > strlen("\"\"");
}

/* The record inside a wrapper, or null when the value itself is the record. */
static const struct json_value *wrapped(const struct record *record)
{
	const struct json_value *inner = &record->values[RECORD_DATA_LOG_CONTENT];

	if (inner->type == JSON_OBJECT)
		return inner;
	inner = &record->values[RECORD_LOG_CONTENT];
	return inner->type == JSON_OBJECT ? inner : NULL;
}

/* Why an object is no record of a flow, or null. Enriched ones lack 'data' as a
 * rule, which says less. */
static inline const char *fault_of(const struct record *record)
{
	if (record->values[RECORD_ENRICHED].type != JSON_ABSENT)
		return "already enriched";
	if (record->values[RECORD_DATA].type != JSON_OBJECT)
		return "no object 'data'";
	if (record->values[RECORD_ORACLE].type != JSON_OBJECT)
		return "no object 'oracle'";
	return NULL;
}

/* Judges the record itself: it stands at level 1. */
static enum record_kind read_inner(struct record *record, const struct record_plan *plan,
	struct json_parser *parser, struct json_value inner, const char **reason)
{
	struct json_found found;
	enum json_error error = json_select(
		parser, inner.text, inner.len, plan->plan, LIMIT_DEPTH, record->room, &found);

	return error == JSON_OK ? RECORD_OK : bad_json(reason, error);
}

/* Returns true if an array that is valid has no element. */
static bool is_empty_array(const char *text, size_t len)
{
	size_t begin = json_skip_space(text, 0, len) + 1;

	return text[json_skip_space(text, begin, len)] == ']';
}

enum record_kind record_read(struct record *record, const struct record_plan *plan,
	struct json_parser *parser, const char *text, size_t len, enum record_wrap wrap,
	const char **reason)
{
	struct json_found found;
	const struct json_value *inner;
	enum json_error error;

	/* before the parser forgets what they may point at */
	record->values = record->room;
	error = json_select(
		parser, text, len, plan->plan, LIMIT_DEPTH + WRAPPER_LEVELS, record->room, &found);
	if (error != JSON_OK)
		return bad_json(reason, error);
	if (found.type == JSON_ARRAY)
		return is_empty_array(text, len) ? RECORD_NOTHING
						 : bad(reason, "an array in an array");
	if (found.type != JSON_OBJECT)
		return bad(reason, "not a JSON object");
	if (wrap != WRAP_ROW && record_rows(record).type == JSON_ARRAY)
		return RECORD_ROWS;
	inner = wrapped(record);
	if (inner != NULL) {
		enum record_kind kind = read_inner(record, plan, parser, *inner, reason);

		if (kind != RECORD_OK)
			return kind;
	} else if (found.depth > LIMIT_DEPTH) {
		return bad(reason, json_error_text(JSON_TOO_DEEP));
	}
	*reason = fault_of(record);
	return *reason == NULL ? RECORD_OK : RECORD_BAD;
}

size_t record_read_known_line(struct record *record, const struct record_plan *plan,
	struct json_parser *parser, const char *text, size_t len)
{
	struct json_found found;

	len = json_select_known_line(
		parser, text, len, plan->plan, LIMIT_DEPTH, &record->values, &found);
	if (len == 0 || found.type != JSON_OBJECT || record_rows(record).type == JSON_ARRAY ||
		wrapped(record) != NULL || fault_of(record) != NULL)
		return 0;
	return len;
}

int record_odd_number(const struct json_value *value, int most)
{
	char buffer[64] = {0}; /* digits are read as many at once, however few were spelled */
	const char *text;
	size_t len;

	if (value->type != JSON_STRING ||
		json_string(value, buffer, sizeof(buffer), &text, &len) != 0)
		return -1;
	return record_number_of(text, len, most);
}

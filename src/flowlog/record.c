/*
 * Unwrapping: array, rows, data.logContent, logContent, in this order,
 * each at most once. A wrapped record is judged a second time, by itself, so
 * that its members are found and its depth is counted from its own level;
 * wrappers are rare where much is to be done.
 */
#include "flowlog/record.h"

#include <string.h>

#include "json/space.h"

/* Levels around a record in a search document: {data:{results:[{data:{…}}]}}.
 */
#define WRAPPER_LEVELS 5

static const char *const data_members[] = {"destinationAddress", "destinationPort", "protocol",
	"protocolName", "sourceAddress", "action", "status", "startTime", "endTime", "logContent",
	"results"};

static const char *const top_members[] = {"data", "oracle", "type", "time", "logContent", "results",
	"opc-next-page", "internal_or_external_source"};

static const char *const oracle_members[] = {"vnicsubnetocid", "ingestedtime"};

static const char *const flow_oracle_members[] = {"vnicocid"};

static const char *const flow_data_members[] = {"sourcePort", "packets", "bytesOut"};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static int add_members(
	struct json_plan *plan, const char *parent, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *path[2] = {parent, names[i]};

		if (parent == NULL ? json_plan_add(plan, &path[1], 1) < 0
				   : json_plan_add(plan, path, 2) < 0)
			return -1;
	}
	return 0;
}

/* The slot of a member to keep: one that is there already, or a new one. */
static int keep_slot(struct json_plan *plan, const char *name)
{
	for (int i = 0; i < (int)COUNT(top_members); i++)
		if (strcmp(top_members[i], name) == 0)
			return i;
	return json_plan_add(plan, &name, 1);
}

int record_plan_init(struct record_plan *plan, const char *const *keep, size_t count, bool has_flow)
{
	memset(plan, 0, sizeof *plan);
	plan->plan = json_plan_new();
	if (plan->plan == NULL || add_members(plan->plan, NULL, top_members, COUNT(top_members)) ||
		add_members(plan->plan, "data", data_members, COUNT(data_members)) ||
		add_members(plan->plan, "oracle", oracle_members, COUNT(oracle_members)))
		goto failed;
	plan->has_flow = has_flow;
	if (has_flow && (add_members(plan->plan, "oracle", flow_oracle_members,
				 COUNT(flow_oracle_members)) != 0 ||
				add_members(plan->plan, "data", flow_data_members,
					COUNT(flow_data_members)) != 0))
		goto failed;
	for (size_t i = 0; i < count; i++) {
		int slot = keep_slot(plan->plan, keep[i]);

		if (slot < 0)
			goto failed;
		plan->keep[plan->keep_count++] = slot;
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
		parser, inner.text, inner.len, plan->plan, LIMIT_DEPTH, record->values, &found);

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
	enum json_error error = json_select(parser, text, len, plan->plan,
		LIMIT_DEPTH + WRAPPER_LEVELS, record->values, &found);

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
		parser, text, len, plan->plan, LIMIT_DEPTH, record->values, &found);
	if (len == 0 || found.type != JSON_OBJECT || record_rows(record).type == JSON_ARRAY ||
		wrapped(record) != NULL || fault_of(record) != NULL)
		return 0;
	return len;
}

int record_number(const struct json_value *value, int most)
{
	char buffer[64];
	const char *text = value->text;
	size_t len = value->len;
	int number = 0;

	if (value->type == JSON_STRING) {
		if (json_string(value, buffer, sizeof(buffer), &text, &len) != 0)
			return -1;
	} else if (value->type != JSON_NUMBER) {
		return -1;
	}
	if (len == 0 || len > 5 || (len > 1 && text[0] == '0'))
		return -1;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		number = number * 10 + (text[i] - '0');
	}
	return number <= most ? number : -1;
}

/* What flow-log bytes lead to: framing, unwrapping, selecting, rendering. */
#include "expect.h"

#include <arpa/inet.h>

#include "base/limits.h"
#include "fuzz.h"
#include "times.h"

/* A record may stand this deep in its wrappers. */
#define WRAPPED_DEPTH (LIMIT_DEPTH + 5)

static const struct strict_node *node_of(const struct expect *expect, uint32_t node)
{
	return &expect->strict.nodes[node];
}

static bool is_type(const struct expect *expect, uint32_t node, enum strict_type type)
{
	return node != 0 && node_of(expect, node)->type == type;
}

static uint32_t member(const struct expect *expect, uint32_t node, const char *name)
{
	return strict_member(&expect->strict, node, name);
}

static void count(struct expect *expect, enum verdict verdict)
{
	expect->tally.verdicts[verdict]++;
}

/* ---- selecting --------------------------------------------------------- */

/* What a string spells, until the next one; null when the node is none. */
static const struct bytes *spelled(struct expect *expect, uint32_t node)
{
	struct bytes *text = &expect->scratch;

	if (!is_type(expect, node, STRICT_STRING))
		return NULL;
	bytes_clear(text);
	fuzz_append(text, "", 0);
	strict_spell(&expect->strict, node_of(expect, node)->at, node_of(expect, node)->end, text);
	return text;
}

static bool is_other_type(struct expect *expect, uint32_t record)
{
	static const char flow[] = "com.oraclecloud.vcn.flowlogs.";
	const struct bytes *type = spelled(expect, member(expect, record, "type"));

	return type != NULL &&
	       (type->len < sizeof flow - 1 || memcmp(type->data, flow, sizeof flow - 1) != 0);
}

/* A number's text, or what a string spells. */
static bool number_text(struct expect *expect, uint32_t node, const char **text, size_t *len)
{
	const struct bytes *string = spelled(expect, node);

	if (string != NULL) {
		*text = string->len == 0 ? "" : string->data;
		*len = string->len;
		return **text != '-';
	}
	if (!is_type(expect, node, STRICT_NUMBER))
		return false;
	*text = expect->strict.text + node_of(expect, node)->at;
	*len = node_of(expect, node)->end - node_of(expect, node)->at;
	return true;
}

static bool record_time(struct expect *expect, uint32_t record, struct instant *time)
{
	enum time_field field = expect->context.options->time_field;
	uint32_t data = member(expect, record, "data");
	uint32_t oracle = member(expect, record, "oracle");
	const struct bytes *string;
	const char *text;
	size_t len;

	if (field == TIME_START || field == TIME_END) {
		const char *name = field == TIME_START ? "startTime" : "endTime";

		return number_text(expect, member(expect, data, name), &text, &len) &&
		       times_epoch(time, text, len);
	}
	string = spelled(expect, field == TIME_EVENT ? member(expect, record, "time")
						     : member(expect, oracle, "ingestedtime"));
	return string != NULL && string->len != 0 && times_record(time, string->data, string->len);
}

static enum verdict judge_time(struct expect *expect, uint32_t record)
{
	const struct options *options = expect->context.options;
	struct instant time;

	if (!options->has_since && !options->has_until)
		return VERDICT_EMITTED;
	if (!record_time(expect, record, &time))
		return VERDICT_BAD;
	if (options->has_since && instant_compare(&time, &options->since) < 0)
		return VERDICT_TIME;
	if (options->has_until && instant_compare(&time, &options->until) >= 0)
		return VERDICT_TIME;
	return VERDICT_EMITTED;
}

static enum verdict judge_action(struct expect *expect, uint32_t data)
{
	const struct strict *strict = &expect->strict;
	uint32_t action = member(expect, data, "action");
	uint32_t status = member(expect, data, "status");
	enum action wanted = expect->context.options->action;

	if (wanted == ACTION_ALL)
		return VERDICT_EMITTED;
	if (action == 0 || is_type(expect, action, STRICT_NULL) || strict_is(strict, action, "") ||
		strict_is(strict, action, "-") || strict_is(strict, status, "NODATA") ||
		strict_is(strict, status, "SKIPDATA"))
		return VERDICT_NO_DATA;
	return strict_is(strict, action, wanted == ACTION_ACCEPT ? "ACCEPT" : "REJECT")
		       ? VERDICT_EMITTED
		       : VERDICT_ACTION;
}

static enum verdict judge_protocol(struct expect *expect, uint32_t data)
{
	const struct options *options = expect->context.options;
	const char *text;
	size_t len;
	char decimal[8];

	if (options->any_protocol)
		return VERDICT_EMITTED;
	if (!number_text(expect, member(expect, data, "protocol"), &text, &len))
		return VERDICT_PROTOCOL;
	for (unsigned i = 0; i < 256; i++) {
		int size = snprintf(decimal, sizeof decimal, "%u", i);

		if ((size_t)size == len && memcmp(decimal, text, len) == 0 &&
			(options->protocols[i / 64] >> i % 64 & 1) != 0)
			return VERDICT_EMITTED;
	}
	return VERDICT_PROTOCOL;
}

/* ---- tagging ----------------------------------------------------------- */

/* An address as 16 bytes; IPv4 in the first four. family 0: it is none. */
struct net {
	int family;
	unsigned char bytes[16];
};

static struct net parse_net(const char *text, size_t len)
{
	struct net net = {0};
	char copy[64];

	if (len == 0 || len >= sizeof copy || memchr(text, '\0', len) != NULL)
		return net;
	memcpy(copy, text, len);
	copy[len] = '\0';
	if (inet_pton(AF_INET, copy, net.bytes) == 1)
		net.family = AF_INET;
	else if (inet_pton(AF_INET6, copy, net.bytes) == 1)
		net.family = AF_INET6;
	return net;
}

static struct net net_of(struct expect *expect, uint32_t node)
{
	const struct bytes *text = spelled(expect, node);

	return text == NULL ? (struct net){0} : parse_net(text->data, text->len);
}

static bool lies_in(const struct net *net, const struct net *block, unsigned length)
{
	if (net->family == 0 || net->family != block->family)
		return false;
	for (unsigned i = 0; i < length; i++)
		if (((net->bytes[i / 8] ^ block->bytes[i / 8]) >> (7 - i % 8) & 1) != 0)
			return false;
	return true;
}

static bool is_internal(const struct expect *expect, const struct net *net)
{
	for (const char *const *cidr = expect->context.internal; *cidr; cidr++) {
		const char *slash = strchr(*cidr, '/');
		struct net block = parse_net(*cidr, (size_t)(slash - *cidr));

		if (lies_in(net, &block, (unsigned)atoi(slash + 1)))
			return true;
	}
	return false;
}

static bool in_prefixes(const struct lookup_subnet *subnet, const struct net *net)
{
	for (size_t i = 0; i < subnet->prefix_count; i++) {
		const struct prefix *prefix = &subnet->prefixes[i];
		struct net block = {.family = prefix->family == ADDRESS_IPV4 ? AF_INET : AF_INET6};

		for (unsigned b = 0; b < 8; b++) {
			block.bytes[b] = (unsigned char)(prefix->high >> (56 - 8 * b));
			block.bytes[8 + b] = (unsigned char)(prefix->low >> (56 - 8 * b));
		}
		if (lies_in(net, &block, prefix->length))
			return true;
	}
	return false;
}

struct traits {
	struct net source, destination;
	enum direction direction;
	bool source_internal, destination_internal;
	bool known;
	struct lookup_subnet subnet;
};

static void find_traits(struct expect *expect, uint32_t record, struct traits *traits)
{
	uint32_t data = member(expect, record, "data");
	uint32_t oracle = member(expect, record, "oracle");
	const struct bytes *ocid;

	traits->source = net_of(expect, member(expect, data, "sourceAddress"));
	traits->destination = net_of(expect, member(expect, data, "destinationAddress"));
	traits->source_internal = is_internal(expect, &traits->source);
	traits->destination_internal = is_internal(expect, &traits->destination);
	traits->direction = DIRECTION_NONE;
	ocid = spelled(expect, member(expect, oracle, "vnicsubnetocid"));
	traits->known = ocid != NULL && ocid->len != 0 && expect->context.lookup != NULL &&
			lookup_find(expect->context.lookup, ocid->data, ocid->len, &traits->subnet);
	if (!traits->known)
		return;
	if (in_prefixes(&traits->subnet, &traits->source))
		traits->direction = DIRECTION_EGRESS;
	else if (in_prefixes(&traits->subnet, &traits->destination))
		traits->direction = DIRECTION_INGRESS;
}

/* ---- rendering --------------------------------------------------------- */

static void put(struct expect *expect, const char *text)
{
	fuzz_append_text(&expect->output, text);
}

static bool has_control(const char *text, size_t len)
{
	return memchr(text, '\t', len) != NULL || memchr(text, '\r', len) != NULL ||
	       memchr(text, '\n', len) != NULL;
}

/* Where a string ends that begins at text[at]. */
static size_t string_end(const char *text, size_t at)
{
	for (at++; text[at] != '"'; at++)
		at += text[at] == '\\';
	return at + 1;
}

static void put_without_blanks(struct expect *expect, const char *text, size_t len)
{
	for (size_t at = 0, end; at < len; at = end) {
		end = text[at] == '"' ? string_end(text, at) : at + 1;
		if (!strict_blank(text[at]))
			fuzz_append(&expect->output, text + at, end - at);
	}
}

static void put_value(struct expect *expect, uint32_t node)
{
	const char *text;
	size_t len;

	if (node == 0) {
		put(expect, "\"N/A\"");
		return;
	}
	text = expect->strict.text + node_of(expect, node)->at;
	len = node_of(expect, node)->end - node_of(expect, node)->at;
	if (expect->in_run || has_control(text, len))
		put_without_blanks(expect, text, len);
	else
		fuzz_append(&expect->output, text, len);
}

static const char *place_name(const struct net *net, bool internal)
{
	return net->family == 0 ? "invalid" : internal ? "internal" : "external";
}

static void put_tags(struct expect *expect, const struct traits *traits)
{
	static const char *const directions[] = {
		[DIRECTION_INGRESS] = "ingress",
		[DIRECTION_EGRESS] = "egress",
		[DIRECTION_NONE] = "N/A",
	};

	put(expect, ",\"internal_or_external_source\":\"");
	put(expect, place_name(&traits->source, traits->source_internal));
	put(expect, "\",\"internal_or_external_destination\":\"");
	put(expect, place_name(&traits->destination, traits->destination_internal));
	put(expect, "\",\"traffic_direction\":\"");
	put(expect, directions[traits->direction]);
	put(expect, "\",\"traffic_type\":\"");
	put(expect, traits->source_internal && traits->destination_internal ? "internal traffic\""
									    : "external traffic\"");
}

static void put_lists(struct expect *expect, const struct traits *traits)
{
	enum security_lists lists = expect->context.options->security_lists;
	struct lookup_text text = {"[]", 2};

	if (lists == LISTS_NONE)
		return;
	put(expect, lists == LISTS_FULL ? ",\"security_lists\":" : ",\"security_list_ids\":");
	if (traits->known)
		text = lists == LISTS_FULL ? traits->subnet.lists : traits->subnet.ids;
	fuzz_append(&expect->output, text.text, text.len);
}

static void put_record(struct expect *expect, uint32_t record, const struct traits *traits)
{
	static const char *const names[] = {"destinationAddress", "destinationPort", "protocol",
		"protocolName", "sourceAddress"};
	const struct options *options = expect->context.options;
	uint32_t data = member(expect, record, "data");

	if (options->format == FORMAT_ARRAY && expect->output.len != 0)
		put(expect, ",\n");
	for (size_t i = 0; i < 5; i++) {
		put(expect, i == 0 ? "{\"" : ",\"");
		put(expect, names[i]);
		put(expect, "\":");
		put_value(expect, member(expect, data, names[i]));
	}
	if (options->action == ACTION_ALL) {
		uint32_t action = member(expect, data, "action");

		put(expect, ",\"action\":");
		if (action == 0)
			put(expect, "null");
		else
			put_value(expect, action);
	}
	put_tags(expect, traits);
	put_lists(expect, traits);
	put(expect, ",\"oracle\":");
	put_value(expect, member(expect, record, "oracle"));
	for (size_t i = 0; i < options->keep_count; i++) {
		uint32_t kept = member(expect, record, options->keep[i]);

		if (kept == 0)
			continue;
		put(expect, ",\"");
		put(expect, options->keep[i]);
		put(expect, "\":");
		put_value(expect, kept);
	}
	put(expect, options->format == FORMAT_ARRAY ? "}" : "}\n");
}

/* ---- records ----------------------------------------------------------- */

static enum verdict judge_tags(const struct options *options, const struct traits *traits)
{
	bool internal = traits->source_internal && traits->destination_internal;

	if ((options->directions >> traits->direction & 1) == 0)
		return VERDICT_DIRECTION;
	if (options->traffic != TRAFFIC_ANY && internal != (options->traffic == TRAFFIC_INTERNAL))
		return VERDICT_TRAFFIC;
	return VERDICT_EMITTED;
}

static void take_record(struct expect *expect, uint32_t record)
{
	uint32_t data = member(expect, record, "data");
	struct traits traits;
	enum verdict verdict = VERDICT_EMITTED;

	if (node_of(expect, record)->depth > LIMIT_DEPTH ||
		member(expect, record, "internal_or_external_source") != 0 ||
		!is_type(expect, data, STRICT_OBJECT) ||
		!is_type(expect, member(expect, record, "oracle"), STRICT_OBJECT)) {
		count(expect, VERDICT_BAD);
		return;
	}
	if (is_other_type(expect, record))
		verdict = VERDICT_TYPE;
	if (verdict == VERDICT_EMITTED)
		verdict = judge_time(expect, record);
	if (verdict == VERDICT_EMITTED)
		verdict = judge_action(expect, data);
	if (verdict == VERDICT_EMITTED)
		verdict = judge_protocol(expect, data);
	if (verdict == VERDICT_EMITTED) {
		find_traits(expect, record, &traits);
		verdict = judge_tags(expect->context.options, &traits);
	}
	count(expect, verdict);
	if (verdict != VERDICT_EMITTED)
		return;
	expect->tally.unknown_subnet += !traits.known;
	if (!expect->context.options->list_subnets)
		put_record(expect, record, &traits);
}

/* A value that is a record, wrapped or not, or is_row: not a document. */
static void take_value(struct expect *expect, uint32_t value, bool is_row)
{
	uint32_t data, inner;

	if (!is_type(expect, value, STRICT_OBJECT)) {
		count(expect, VERDICT_BAD);
		return;
	}
	data = member(expect, value, "data");
	inner = member(expect, data, "results");
	if (!is_type(expect, inner, STRICT_ARRAY))
		inner = member(expect, value, "results");
	if (!is_row && is_type(expect, inner, STRICT_ARRAY)) {
		for (uint32_t row = node_of(expect, inner)->first; row != 0;
			row = node_of(expect, row)->next)
			take_value(expect, row, true);
		return;
	}
	inner = member(expect, data, "logContent");
	if (!is_type(expect, inner, STRICT_OBJECT))
		inner = member(expect, value, "logContent");
	take_record(expect, is_type(expect, inner, STRICT_OBJECT) ? inner : value);
}

/* A value that is a unit of its own, with a length of its own. */
static void take_unit(struct expect *expect, uint32_t value, bool is_row)
{
	size_t len = node_of(expect, value)->end - node_of(expect, value)->at;

	if (len > expect->context.options->flowlog.max_record ||
		node_of(expect, value)->depth > WRAPPED_DEPTH)
		count(expect, VERDICT_BAD);
	else
		take_value(expect, value, is_row);
}

static void take_elements(struct expect *expect, uint32_t array, bool are_rows)
{
	for (uint32_t child = node_of(expect, array)->first; child != 0;
		child = node_of(expect, child)->next)
		take_unit(expect, child, are_rows);
}

/* ---- framing ----------------------------------------------------------- */

static size_t skip_blanks(const char *text, size_t at, size_t len)
{
	while (at < len && strict_blank(text[at]))
		at++;
	return at;
}

/* A byte order mark counts for nothing at the start of a line. */
#define MARK "\xef\xbb\xbf"
#define MARK_LEN 3

static bool is_mark(const char *text, size_t at, size_t len)
{
	return (at == 0 || text[at - 1] == '\n') && len - at >= MARK_LEN &&
	       memcmp(text + at, MARK, MARK_LEN) == 0;
}

/* One line, without its line feed. */
static void take_line(struct expect *expect, const char *text, size_t len, bool has_feed)
{
	size_t mark = is_mark(text, 0, len) ? MARK_LEN : 0;
	size_t judged, begin;
	bool is_array;
	uint32_t value;

	text += mark;
	len -= mark;
	judged = len - (has_feed && len > 0 && text[len - 1] == '\r');
	begin = skip_blanks(text, 0, len);
	is_array = begin < len && text[begin] == '[';

	if (begin == len)
		return;
	if (judged > expect->context.options->flowlog.max_record) {
		count(expect, VERDICT_BAD);
		return;
	}
	strict_begin(&expect->strict, text, len);
	value = strict_whole(&expect->strict, WRAPPED_DEPTH + is_array);
	if (is_array && value == 0)
		expect->exact = false;
	else if (is_array)
		take_elements(expect, value, false);
	else if (value == 0)
		count(expect, VERDICT_BAD);
	else
		take_value(expect, value, false);
}

static void take_lines(struct expect *expect, const char *text, size_t len)
{
	while (len != 0 && expect->exact) {
		const char *feed = memchr(text, '\n', len);
		size_t line = feed == NULL ? len : (size_t)(feed - text);

		take_line(expect, text, line, feed != NULL);
		line += feed != NULL;
		text += line;
		len -= line;
	}
}

/*
 * The rows of a search document, if this top-level object is one; false: it is
 * not. Of several such members it is not said which counts.
 */
static bool take_document(struct expect *expect, uint32_t object)
{
	const struct strict *strict = &expect->strict;
	uint32_t data = member(expect, object, "data");
	uint32_t results = member(expect, data, "results");

	/* Two arrays of rows: the first counts here, as it does in no line. */
	if (strict_count(strict, object, "data") > 1 || strict_count(strict, data, "results") > 1 ||
		(results != 0 && member(expect, object, "results") != 0) ||
		strict_count(strict, object, "results") > 1) {
		expect->exact = false;
		return true;
	}
	if (results == 0)
		results = member(expect, object, "results");
	if (!is_type(expect, results, STRICT_ARRAY) ||
		node_of(expect, results)->at - node_of(expect, object)->at >
			expect->context.options->flowlog.max_record)
		return false;
	take_elements(expect, results, true);
	return true;
}

/* A scalar must end where one can be told to end. */
static bool ends_well(const struct expect *expect, uint32_t value)
{
	const struct strict_node *node = node_of(expect, value);

	return node->depth != 0 || node->type == STRICT_STRING || node->end == expect->strict.len ||
	       memchr(" \t\r\n,[]{}\"", expect->strict.text[node->end], 11) != NULL;
}

static void take_top(struct expect *expect, uint32_t value)
{
	if (is_type(expect, value, STRICT_ARRAY))
		take_elements(expect, value, false);
	else if (!is_type(expect, value, STRICT_OBJECT) || !take_document(expect, value))
		take_unit(expect, value, false);
}

/* A run of JSON values; only one without a fault in it is worked out. */
static void take_run(struct expect *expect, const char *text, size_t len)
{
	size_t at = 0;

	expect->in_run = true;
	strict_begin(&expect->strict, text, len);
	while (expect->exact) {
		uint32_t value;

		while (at < len && (strict_blank(text[at]) || text[at] == ',' ||
					   text[at] == '\x1e' || is_mark(text, at, len)))
			at += is_mark(text, at, len) ? MARK_LEN : 1;
		if (at == len)
			return;
		value = strict_value(&expect->strict, &at, WRAPPED_DEPTH + 3);
		if (value == 0 || !ends_well(expect, value))
			expect->exact = false;
		else
			take_top(expect, value);
	}
}

/* '[', a record separator, or '{' alone on its line, begins a run. */
static bool is_run(enum framing framing, const char *text, size_t len)
{
	size_t at = skip_blanks(text, 0, len);

	if (framing != FRAMING_AUTO)
		return framing == FRAMING_JSON;
	while (at < len && is_mark(text, at, len))
		at = skip_blanks(text, at + MARK_LEN, len);
	if (at == len || text[at] != '{')
		return at < len && (text[at] == '[' || text[at] == '\x1e');
	for (at++; at < len && text[at] != '\n'; at++)
		if (!strict_blank(text[at]))
			return false;
	return at < len;
}

void expect_text(
	struct expect *expect, const struct expect_context *context, const char *text, size_t len)
{
	expect->context = *context;
	expect->exact = true;
	expect->in_run = false;
	memset(&expect->tally, 0, sizeof expect->tally);
	bytes_clear(&expect->output);
	if (is_run(context->options->flowlog.framing, text, len))
		take_run(expect, text, len);
	else
		take_lines(expect, text, len);
}

bool expect_is_object(struct expect *expect, const char *text, size_t len)
{
	uint32_t value;

	strict_begin(&expect->strict, text, len);
	value = strict_whole(&expect->strict, LIMIT_DEPTH + 8);
	return value != 0 && is_type(expect, value, STRICT_OBJECT);
}

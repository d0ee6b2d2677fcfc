/*
 * Flow-log bytes to tables. Two bytes of choices come before the text; then
 *
 *   - csv and tsv are the same for any chunking, and hold as many records as
 *     were emitted, each of as many cells as there are fields;
 *   - each cell is what the member of that name in NDJSON says, spelled out here
 *     once more.
 */
#include "base/limits.h"
#include "base/prefixset.h"
#include "flowlog/record.h"

#include "fuzz.h"
#include "metadata.h"
#include "stage.h"
#include "strict.h"

#define CHOICE_SIZE 2

static const char *const names[] = {"sourceAddress", "data.x", "protocol", "start", "bytes", "x",
	"a.b", "data", "oracle", "traffic_direction", "internal_or_external_source", "traffic_type",
	"security_list_ids", "names", "subnet_name", "vcn_name", "peer_subnet_name", "verdict",
	"permitted_by", "rules", "time"};

#define FIELDS (sizeof names / sizeof *names)

static struct {
	struct options options;
	struct record_plan plan;
	struct lookup *lookup;
	struct strict strict;
	struct bytes cell;
	struct bytes wanted;
	struct stage_run objects;
	struct stage_run table;
	struct stage_run parts;
} at_hand = {
	.cell = BYTES_INIT(SIZE_MAX / 2),
	.wanted = BYTES_INIT(SIZE_MAX / 2),
	.objects = STAGE_RUN_INIT,
	.table = STAGE_RUN_INIT,
	.parts = STAGE_RUN_INIT,
};

static void make_all(void)
{
	static const char metadata[] =
		"[{\"id\":\"ocid1.subnet.a\",\"cidrBlock\":\"10.0.0.0/24\","
		"\"displayName\":\"a,\\\"\\t\\n\\\\\\r\\u0001\",\"vcnId\":\"ocid1.vcn.v\","
		"\"securityListIds\":[\"ocid1.securitylist.x\"]},"
		"{\"id\":\"ocid1.subnet.b\",\"cidrBlock\":\"8.8.8.0/23\","
		"\"displayName\":\"b\",\"vcnId\":\"ocid1.vcn.v\"},"
		"{\"id\":\"ocid1.securitylist.x\",\"displayName\":\"\\u00e9,\","
		"\"ingressSecurityRules\":[{\"protocol\":\"6\",\"source\":\"0.0.0.0/0\"},"
		"{\"protocol\":\"all\",\"source\":\"8.8.0.0/16\"}],"
		"\"egressSecurityRules\":[{\"protocol\":\"all\","
		"\"destination\":\"0.0.0.0/0\"}]}]";
	struct options *options = &at_hand.options;

	PROMISE(record_plan_init(&at_hand.plan, NULL, 0, true) == 0);
	for (size_t i = 0; i < FIELDS; i++) {
		struct table_field *field = &options->fields[options->field_count++];

		*field = table_field_of(names[i]);
		options->fields_judged |= table_field_is_judged(field);
		options->fields_named |= table_field_is_named(field);
		if (field->kind <= TABLE_CARRIED)
			PROMISE(record_plan_add(&at_hand.plan, field->path, field->is_literal,
					&field->at) == 0);
	}
	options->fields_given = true;
	options->any_protocol = true;
	options->directions = 7;
	prefixset_init(&options->internal);
	PROMISE(prefixset_add_list(&options->internal, "internal", "rfc1918") == 0);
	PROMISE(prefixset_finish(&options->internal, NULL, 0) == 0);
	at_hand.lookup = metadata_lookup(metadata);
}

static void choose(unsigned choice)
{
	static const enum framing framings[] = {
		FRAMING_AUTO, FRAMING_AUTO, FRAMING_NDJSON, FRAMING_JSON};
	static const char *const missing[] = {NULL, "null", "\"-\\t,\"", "\"\\\"\""};
	struct options *options = &at_hand.options;

	options->flowlog.framing = framings[choice & 3];
	options->flowlog.max_record = choice & 4 ? 300 : LIMIT_RECORD_DEFAULT;
	options->missing = NULL;
	if (missing[choice >> 3 & 3] != NULL)
		options->missing = (char *)(uintptr_t)missing[choice >> 3 & 3];
	options->action = choice & 32 ? ACTION_ALL : ACTION_ACCEPT;
}

/* ---- cells, once more -------------------------------------------------------- */

static void want_csv(const struct bytes *cell)
{
	bool is_quoted = false;

	for (size_t i = 0; i < cell->len; i++)
		is_quoted |= cell->data[i] == '"' || cell->data[i] == ',' ||
			     cell->data[i] == '\r' || cell->data[i] == '\n';
	if (is_quoted)
		fuzz_append_text(&at_hand.wanted, "\"");
	for (size_t i = 0; i < cell->len; i++) {
		if (cell->data[i] == '"')
			fuzz_append_text(&at_hand.wanted, "\"");
		fuzz_append(&at_hand.wanted, cell->data + i, 1);
	}
	if (is_quoted)
		fuzz_append_text(&at_hand.wanted, "\"");
}

static void want_tsv(const struct bytes *cell)
{
	for (size_t i = 0; i < cell->len; i++) {
		const char c = cell->data[i];

		if (c == '\t')
			fuzz_append_text(&at_hand.wanted, "\\t");
		else if (c == '\n')
			fuzz_append_text(&at_hand.wanted, "\\n");
		else if (c == '\r')
			fuzz_append_text(&at_hand.wanted, "\\r");
		else if (c == '\\')
			fuzz_append_text(&at_hand.wanted, "\\\\");
		else
			fuzz_append(&at_hand.wanted, &c, 1);
	}
}

static void want_cell(const struct strict *strict, const struct strict_node *node)
{
	bytes_clear(&at_hand.cell);
	if (node->type == STRICT_STRING)
		strict_spell(strict, node->at, node->end, &at_hand.cell);
	else if (node->type != STRICT_NULL)
		fuzz_append(&at_hand.cell, strict->text + node->at, node->end - node->at);
	if (at_hand.options.format == OUTPUT_CSV)
		want_csv(&at_hand.cell);
	else
		want_tsv(&at_hand.cell);
}

/* The line of a table for an object, of which the members are the fields. */
static void want_line(const char *text, size_t len)
{
	struct strict *strict = &at_hand.strict;
	uint32_t object;
	size_t count = 0;

	strict_begin(strict, text, len);
	object = strict_whole(strict, LIMIT_DEPTH + 8);
	PROMISE(object != 0 && strict->nodes[object].type == STRICT_OBJECT);
	for (uint32_t i = strict->nodes[object].first; i != 0; i = strict->nodes[i].next) {
		if (count++ > 0)
			fuzz_append_text(
				&at_hand.wanted, at_hand.options.format == OUTPUT_CSV ? "," : "\t");
		want_cell(strict, &strict->nodes[i]);
	}
	PROMISE(count == FIELDS);
	fuzz_append_text(&at_hand.wanted, "\n");
}

static void check_table(void)
{
	const char *text = at_hand.objects.output.data;
	size_t len = at_hand.objects.output.len;

	bytes_clear(&at_hand.wanted);
	while (len > 0) {
		const char *feed = memchr(text, '\n', len);

		PROMISE(feed != NULL);
		want_line(text, (size_t)(feed - text));
		len -= (size_t)(feed - text) + 1;
		text = feed + 1;
	}
	fuzz_equal("a table and its objects", at_hand.table.output.data, at_hand.table.output.len,
		at_hand.wanted.data, at_hand.wanted.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const struct stage_pace at_once = {1, 0, 0, LIMIT_OUTPUT_BUFFER};
	struct stage_pace pace = {.chunk = 200, .idle = 2};
	const char *text;
	struct options *options = &at_hand.options;
	struct worker_shared shared = {.options = options, .plan = &at_hand.plan};

	if (len < CHOICE_SIZE)
		return 0;
	text = (const char *)data + CHOICE_SIZE;
	if (at_hand.lookup == NULL)
		make_all();
	choose(data[0]);
	pace.seed = data[1] * 2654435761u;
	pace.output_room = 1 + (size_t)data[1] % 7 * 40;
	shared.lookup = at_hand.lookup;
	options->format = OUTPUT_NDJSON;
	stage_run(&at_hand.objects, &shared, &at_once, text, len - CHOICE_SIZE);
	for (unsigned i = 0; i < 2; i++) {
		options->format = i == 0 ? OUTPUT_CSV : OUTPUT_TSV;
		stage_run(&at_hand.table, &shared, &at_once, text, len - CHOICE_SIZE);
		stage_run(&at_hand.parts, &shared, &pace, text, len - CHOICE_SIZE);
		fuzz_equal("tables of two chunkings", at_hand.table.output.data,
			at_hand.table.output.len, at_hand.parts.output.data,
			at_hand.parts.output.len);
		PROMISE(memcmp(&at_hand.table.tally, &at_hand.objects.tally,
				sizeof at_hand.table.tally) == 0);
		check_table();
	}
	return 0;
}

/* Flow-log bytes to output, held against what is expected. */
#include "record.h"

#include "base/limits.h"
#include "lookup/lookup.h"
#include "vcnflow/internal.h"
#include "vcnflow/record.h"

#include "expect.h"
#include "fuzz.h"
#include "metadata.h"
#include "stage.h"

#define CHOICE_SIZE 4

#define SUBNET_A "ocid1.subnet.a"
#define SUBNET_B "ocid1.subnet.b"

static struct {
	struct options options;
	struct internal internal[2];
	struct record_plan plans[2];
	struct lookup *lookup;
	struct bytes text;
	struct expect expect;
	struct stage_run whole;
	struct stage_run parts;
} at_hand = {
	.text = BYTES_INIT(SIZE_MAX / 2),
	.expect = EXPECT_INIT,
	.whole = STAGE_RUN_INIT,
	.parts = STAGE_RUN_INIT,
};

static const char *const kept[] = {"data", "time", "id", "x", "type"};

/* What at_hand.internal was made from. */
static const char *const networks[][8] = {
	{"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"},
	{"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "100.64.0.0/10",
		"8.8.8.0/25"},
};

static void make_internal(void)
{
	PROMISE(internal_init(&at_hand.internal[0]) == 0);
	PROMISE(internal_init(&at_hand.internal[1]) == 0);
	PROMISE(internal_add(&at_hand.internal[1], "ula,cgnat,8.8.8.0/25") == 0);
	for (int i = 0; i < 2; i++)
		PROMISE(internal_finish(&at_hand.internal[i], NULL, 0) == 0);
}

static void make_plans(void)
{
	PROMISE(record_plan_init(&at_hand.plans[0], &at_hand.options) == 0);
	at_hand.options.keep_count = sizeof kept / sizeof *kept;
	memcpy(at_hand.options.keep, kept, sizeof kept);
	PROMISE(record_plan_init(&at_hand.plans[1], &at_hand.options) == 0);
}

static void make_all(void)
{
	static const char metadata[] =
		"[{\"id\":\"" SUBNET_A "\",\"cidrBlock\":\"10.0.0.0/24\","
		"\"ipv6CidrBlocks\":[\"fd00:1::/64\"],"
		"\"securityListIds\":[\"ocid1.securitylist.x\"]},"
		"{\"id\":\"" SUBNET_B "\",\"cidrBlock\":\"8.8.8.0/23\"},"
		"{\"id\":\"ocid1.securitylist.x\",\"displayName\":\"\\u00e9\","
		"\"ingressSecurityRules\":[{\"protocol\":\"6\","
		"\"source\":\"0.0.0.0/0\"}]}]";

	make_internal();
	make_plans();
	at_hand.lookup = metadata_lookup(metadata);
}

/* ---- choices ----------------------------------------------------------- */

static void choose_output(unsigned choice)
{
	static const enum framing framings[] = {
		FRAMING_AUTO, FRAMING_AUTO, FRAMING_NDJSON, FRAMING_JSON};
	static const enum security_lists lists[] = {LISTS_FULL, LISTS_IDS, LISTS_NONE, LISTS_FULL};
	struct options *options = &at_hand.options;

	options->flowlog.framing = framings[choice & 3];
	options->format = choice & 4 ? FORMAT_ARRAY : FORMAT_NDJSON;
	options->keep_count = choice & 8 ? sizeof kept / sizeof *kept : 0;
	options->security_lists = lists[choice >> 4 & 3];
	options->internal = at_hand.internal[choice >> 6 & 1];
}

static void choose_selection(unsigned choice)
{
	static const enum action actions[] = {ACTION_ACCEPT, ACTION_REJECT, ACTION_ALL, ACTION_ALL};
	static const unsigned directions[] = {7, 1, 2, 4};
	static const enum traffic traffics[] = {
		TRAFFIC_ANY, TRAFFIC_INTERNAL, TRAFFIC_EXTERNAL, TRAFFIC_ANY};
	struct options *options = &at_hand.options;

	options->action = actions[choice & 3];
	options->any_protocol = (choice & 4) == 0;
	memset(options->protocols, 0, sizeof options->protocols);
	options->protocols[0] = 1u << 1 | 1u << 6 | 1u << 17;
	options->protocols[3] = (uint64_t)1 << 63;
	options->directions = directions[choice >> 3 & 3];
	options->traffic = traffics[choice >> 5 & 3];
}

static void choose_time(unsigned choice)
{
	static const size_t longest[] = {LIMIT_RECORD_DEFAULT, LIMIT_RECORD_MIN, 300, 4096};
	struct options *options = &at_hand.options;

	options->time_field = (enum time_field)(choice & 3);
	options->has_since = (choice & 4) != 0;
	options->has_until = (choice & 8) != 0;
	options->since = (struct instant){1700000000, 500000000};
	options->until = (struct instant){1800000000, 0};
	options->flowlog.max_record = longest[choice >> 4 & 3];
}

static void choose_pace(struct stage_pace *pace, unsigned choice, unsigned seed, bool is_long)
{
	static const size_t chunks[] = {16, 200, 1, 3};
	static const unsigned idle[] = {4, 2, 8, 0};

	pace->seed = seed * 2654435761u;
	pace->chunk = chunks[choice & 3] * (is_long ? 9000 : 1);
	pace->idle = idle[choice & 3];
	pace->output_room = 1 + (seed % 7) * 40;
}

/*
 * The text; or, to come to what is longer than a block, the text with one of
 * its bytes repeated: by two bytes of it which, and how often.
 */
static void choose_text(const char *text, size_t len, bool is_long, unsigned seed)
{
	static char part[2048];
	size_t at = len;
	unsigned times = 0;

	if (is_long && len > 2) {
		at = ((unsigned char)text[0] * 256u + (unsigned char)text[1]) % (len - 2);
		times = 90 + seed / 4;
		text += 2;
		len -= 2;
		memset(part, text[at], sizeof part);
	}
	bytes_clear(&at_hand.text);
	PROMISE(bytes_reserve(&at_hand.text, 1) == 0);
	fuzz_append(&at_hand.text, text, at);
	for (unsigned i = 0; i < times; i++)
		fuzz_append(&at_hand.text, part, sizeof part);
	fuzz_append(&at_hand.text, text + at, len - at);
}

/* ---- promises ---------------------------------------------------------- */

/* Each line of the output, or each element, is one valid JSON object. */
static void check_lines(const struct stage_run *run)
{
	const char *text = run->output.data;
	size_t len = run->output.len;
	bool is_array = at_hand.options.format == FORMAT_ARRAY;
	uint64_t records = 0;

	while (len != 0) {
		const char *feed = memchr(text, '\n', len);
		size_t line = feed == NULL ? len : (size_t)(feed - text);
		size_t judged = line;

		PROMISE((feed == NULL) == (is_array && line == len));
		if (is_array && feed != NULL)
			PROMISE(judged > 1 && text[--judged] == ',');
		PROMISE(expect_is_object(&at_hand.expect, text, judged));
		line += feed != NULL;
		text += line;
		len -= line;
		records++;
	}
	PROMISE(records == run->tally.verdicts[VERDICT_EMITTED]);
}

static void check_same(const struct stage_run *a, const struct stage_run *b)
{
	fuzz_equal("outputs of two chunkings", a->output.data, a->output.len, b->output.data,
		b->output.len);
	fuzz_equal("rejects of two chunkings", a->rejects.data, a->rejects.len, b->rejects.data,
		b->rejects.len);
	PROMISE(memcmp(&a->tally, &b->tally, sizeof a->tally) == 0);
	PROMISE(a->damaged == b->damaged);
	PROMISE(a->mark_count == b->mark_count);
	for (size_t i = 0; i < a->mark_count; i++)
		PROMISE(a->marks[i].place == b->marks[i].place &&
			strcmp(a->marks[i].reason, b->marks[i].reason) == 0);
}

static void check_expected(const struct stage_run *run, const struct expect_context *context)
{
	struct expect *expect = &at_hand.expect;

	expect_text(expect, context, at_hand.text.data, at_hand.text.len);
	if (!expect->exact)
		return;
	fuzz_equal("expected and real output", expect->output.data, expect->output.len,
		run->output.data, run->output.len);
	for (int i = 0; i < VERDICT_COUNT; i++)
		PROMISE(expect->tally.verdicts[i] == run->tally.verdicts[i]);
	PROMISE(expect->tally.unknown_subnet == run->tally.unknown_subnet);
}

static bool is_gzip(const struct bytes *text)
{
	return text->len != 0 && text->data[0] == 0x1f &&
	       (text->len == 1 || (unsigned char)text->data[1] == 0x8b);
}

void record_try(const uint8_t *data, size_t len, bool is_long)
{
	static const struct stage_pace at_once = {1, 0, 0, LIMIT_OUTPUT_BUFFER};
	struct options *options = &at_hand.options;
	struct expect_context context = {options, NULL, NULL};
	struct worker_shared shared;
	struct stage_pace pace;

	if (len < CHOICE_SIZE)
		return;
	if (at_hand.lookup == NULL)
		make_all();
	options->flowlog.keep_bad = true;
	choose_output(data[0]);
	choose_selection(data[1]);
	choose_time(data[2]);
	choose_pace(&pace, data[2] >> 6, data[3], is_long);
	choose_text((const char *)data + CHOICE_SIZE, len - CHOICE_SIZE, is_long, data[3]);
	context.internal = networks[data[0] >> 6 & 1];
	context.lookup = data[0] & 128 ? NULL : at_hand.lookup;
	memset(&shared, 0, sizeof shared);
	shared.options = options;
	shared.plan = &at_hand.plans[data[0] >> 3 & 1];
	shared.lookup = context.lookup;
	stage_run(&at_hand.whole, &shared, &at_once, at_hand.text.data, at_hand.text.len);
	stage_run(&at_hand.parts, &shared, &pace, at_hand.text.data, at_hand.text.len);
	check_same(&at_hand.whole, &at_hand.parts);
	check_lines(&at_hand.whole);
	if (!is_gzip(&at_hand.text))
		check_expected(&at_hand.whole, &context);
}

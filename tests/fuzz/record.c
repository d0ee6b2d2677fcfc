/* Flow-log bytes to output, and what must hold whatever they are. */
#include "record.h"

#include "base/limits.h"
#include "base/prefixset.h"
#include "flowlog/record.h"
#include "lookup/lookup.h"

#include "fuzz.h"
#include "metadata.h"
#include "stage.h"
#include "strict.h"

#define CHOICE_SIZE 4

#define SUBNET_A "ocid1.subnet.a"
#define SUBNET_B "ocid1.subnet.b"

static struct {
	struct options options;
	struct prefixset internal[2];
	struct record_plan plans[2];
	struct lookup *lookup;
	struct bytes text;
	struct strict strict;
	struct stage_run whole;
	struct stage_run parts;
	struct stage_run first;
	struct stage_run last;
} at_hand = {
	.text = BYTES_INIT(SIZE_MAX / 2),
	.whole = STAGE_RUN_INIT,
	.parts = STAGE_RUN_INIT,
	.first = STAGE_RUN_INIT,
	.last = STAGE_RUN_INIT,
};

static const char *const kept[] = {"data", "time", "id", "x", "type"};

static void make_internal(void)
{
	for (size_t i = 0; i < 2; i++)
		prefixset_init(&at_hand.internal[i]);
	PROMISE(prefixset_add_list(&at_hand.internal[0], "internal", "rfc1918") == 0);
	PROMISE(prefixset_add_list(
			&at_hand.internal[1], "internal", "rfc1918,ula,cgnat,8.8.8.0/25") == 0);
	for (int i = 0; i < 2; i++)
		PROMISE(prefixset_finish(&at_hand.internal[i], NULL, 0) == 0);
}

static void make_plans(void)
{
	PROMISE(record_plan_init(&at_hand.plans[0], kept, 0, false) == 0);
	at_hand.options.keep_count = sizeof kept / sizeof *kept;
	memcpy(at_hand.options.keep, kept, sizeof kept);
	PROMISE(record_plan_init(&at_hand.plans[1], kept, sizeof kept / sizeof *kept, true) == 0);
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
	options->format = choice & 4 ? OUTPUT_ARRAY : OUTPUT_NDJSON;
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

static bool is_object(const char *text, size_t len)
{
	struct strict *strict = &at_hand.strict;
	uint32_t value;

	strict_begin(strict, text, len);
	value = strict_whole(strict, LIMIT_DEPTH + 8);
	return value != 0 && strict->nodes[value].type == STRICT_OBJECT;
}

/* Each line of the output, or each element, is one valid JSON object. */
static void check_lines(const struct stage_run *run)
{
	const char *text = run->output.data;
	size_t len = run->output.len;
	bool is_array = at_hand.options.format == OUTPUT_ARRAY;
	uint64_t records = 0;

	while (len != 0) {
		const char *feed = memchr(text, '\n', len);
		size_t line = feed == NULL ? len : (size_t)(feed - text);
		size_t judged = line;

		PROMISE((feed == NULL) == (is_array && line == len));
		if (is_array && feed != NULL)
			PROMISE(judged > 1 && text[--judged] == ',');
		PROMISE(is_object(text, judged));
		line += feed != NULL;
		text += line;
		len -= line;
		records++;
	}
	PROMISE(records == run->tally.fates[FATE_EMITTED]);
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

static void add_bytes(struct bytes *sum, const struct bytes *more)
{
	fuzz_append(sum, more->data, more->len);
}

/* NDJSON cut between lines: what came of the parts is what came of the whole. An
 * array has a comma where the parts meet. */
static void check_shards(const struct worker_shared *shared, const struct stage_pace *pace)
{
	struct stage_run *first = &at_hand.first, *last = &at_hand.last;
	const struct bytes *text = &at_hand.text;
	size_t cut = text->len == 0 ? 0 : pace->seed % text->len;
	const char *feed = text->len == 0 ? NULL : memchr(text->data + cut, '\n', text->len - cut);

	if (feed == NULL)
		return;
	cut = (size_t)(feed - text->data) + 1;
	/* a part that begins like gzip is read as that */
	if (cut < text->len && text->data[cut] == 0x1f)
		return;
	stage_run(first, shared, pace, text->data, cut);
	stage_run(last, shared, pace, text->data + cut, text->len - cut);
	add_bytes(&first->output, &last->output);
	add_bytes(&first->rejects, &last->rejects);
	tally_add(&first->tally, &last->tally);
	fuzz_equal("outputs of two parts", first->output.data, first->output.len,
		at_hand.whole.output.data, at_hand.whole.output.len);
	fuzz_equal("rejects of two parts", first->rejects.data, first->rejects.len,
		at_hand.whole.rejects.data, at_hand.whole.rejects.len);
	PROMISE(memcmp(&first->tally, &at_hand.whole.tally, sizeof first->tally) == 0);
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
	memset(&shared, 0, sizeof shared);
	shared.options = options;
	shared.plan = &at_hand.plans[data[0] >> 3 & 1];
	shared.lookup = data[0] & 128 ? NULL : at_hand.lookup;
	stage_run(&at_hand.whole, &shared, &at_once, at_hand.text.data, at_hand.text.len);
	stage_run(&at_hand.parts, &shared, &pace, at_hand.text.data, at_hand.text.len);
	check_same(&at_hand.whole, &at_hand.parts);
	check_lines(&at_hand.whole);
	if (options->flowlog.framing == FRAMING_NDJSON && options->format == OUTPUT_NDJSON &&
		!is_gzip(&at_hand.text))
		check_shards(&shared, &pace);
}

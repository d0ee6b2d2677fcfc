/* The counts of a run as JSON. */
#include "vcnflow/stats.h"

#include <stdio.h>

#include "base/utc.h"

static int add_number(struct bytes *out, const char *name, uint64_t value, const char *after)
{
	return bytes_append_text(out, "\"") || bytes_append_text(out, name) ||
			       bytes_append_text(out, "\":") || bytes_append_number(out, value) ||
			       bytes_append_text(out, after)
		       ? -1
		       : 0;
}

static int add_tally(struct bytes *out, const struct tally *tally, bool conversations)
{
	static const struct {
		enum fate fate;
		const char *name;
		const char *after;
	} filters[] = {{FATE_TYPE, "type", ","}, {FATE_TIME, "time", ","},
		{FATE_ACTION, "action", ","}, {FATE_PROTOCOL, "protocol", ","},
		{FATE_ENDPOINT, "endpoint", ","}, {FATE_DIRECTION, "direction", ","},
		{FATE_TRAFFIC, "traffic", ","}, {FATE_VERDICT, "verdict", "},"}};
	const uint64_t *counts = tally->fates;

	if (add_number(out, "records", tally_records(tally), ",") ||
		add_number(out, "emitted", counts[FATE_EMITTED], ",") ||
		bytes_append_text(out, "\"filtered\":{"))
		return -1;
	for (size_t i = 0; i < sizeof filters / sizeof *filters; i++)
		if (add_number(out, filters[i].name, counts[filters[i].fate], filters[i].after))
			return -1;
	return add_number(out, "no_data", counts[FATE_NO_DATA], ",") ||
			       (conversations &&
				       add_number(out, "left_out", counts[FATE_LEFT_OUT], ",")) ||
			       add_number(out, "bad", counts[FATE_BAD], ",")
		       ? -1
		       : 0;
}

/* What the rules say of emitted records, where they were asked. */
static int add_judged(struct bytes *out, const struct tally *tally)
{
	if (bytes_append_text(out, "\"verdicts\":{") != 0)
		return -1;
	for (size_t i = 0; i < JUDGE_VERDICTS; i++)
		if (add_number(out, judge_verdict_name((enum judge_verdict)i), tally->judged[i],
			    i + 1 < JUDGE_VERDICTS ? "," : "},") != 0)
			return -1;
	return 0;
}

/* RFC 3339 in UTC, or null without a lookup file. */
static int add_fetched_at(struct bytes *out, const struct lookup *lookup)
{
	char text[UTC_TEXT_SIZE];

	if (bytes_append_text(out, "\"metadata_fetched_at\":") != 0)
		return -1;
	if (lookup == NULL || !utc_text(text, lookup_fetched_at(lookup)))
		return bytes_append_text(out, "null");
	if (bytes_append_char(out, '"') != 0 || bytes_append_text(out, text) != 0)
		return -1;
	return bytes_append_char(out, '"');
}

int stats_write(struct bytes *out, const struct delivery *delivery, const struct lookup *lookup,
	double seconds)
{
	const struct tally *tally = &delivery->tally;
	uint64_t milliseconds = (uint64_t)(seconds * 1000);
	char text[32];

	(void)snprintf(text, sizeof text, "%03u", (unsigned)(milliseconds % 1000));
	return bytes_append_text(out, "{") || add_number(out, "inputs", delivery->inputs, ",") ||
			       add_number(out, "bytes_in", delivery->bytes_in, ",") ||
			       add_number(out, "bytes_inflated", delivery->bytes_inflated, ",") ||
			       add_tally(out, tally, delivery->options->conversations) ||
			       (delivery->options->conversations &&
				       add_number(out, "conversations", delivery->conversations,
					       ",")) ||
			       (options_judge(delivery->options) && add_judged(out, tally)) ||
			       add_number(out, "unknown_subnets", delivery->unknown.count, ",") ||
			       add_number(
				       out, "records_unknown_subnet", tally->unknown_subnet, ",") ||
			       add_number(out, "bytes_out", delivery->output->bytes, ",") ||
			       add_fetched_at(out, lookup) ||
			       bytes_append_text(out, ",\"seconds\":") ||
			       bytes_append_number(out, milliseconds / 1000) ||
			       bytes_append_text(out, ".") || bytes_append_text(out, text) ||
			       bytes_append_text(out, "}\n")
		       ? -1
		       : 0;
}

/*
 * The line at the end. Each of its parts is there only if there is something to
 * say; they are joined by semicolons.
 */
#include "vcnflow/summary.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/limits.h"
#include "base/msg.h"
#include "base/utc.h"
#include "lookup/content.h"

#define SECONDS_PER_DAY 86400

/* What the line is about. */
struct summary {
	const struct options *options;
	const struct delivery *delivery;
	const struct lookup *lookup; /* null: none */
	uint64_t odd_subnets;
};

/* "1 bad record", "2 bad records": a count and what is counted. */
#define COUNTED_SIZE 64

static const char *counted(char text[COUNTED_SIZE], uint64_t count, const char *what)
{
	(void)snprintf(text, COUNTED_SIZE, "%" PRIu64 " %s%s", count, what, msg_plural(count));
	return text;
}

/* Room for a share as a percentage. */
#define SHARE_SIZE 32

/* "25.0 %": never all for less than all, never nothing for something. */
static const char *share_text(char text[SHARE_SIZE], uint64_t part, uint64_t whole)
{
	double share = (double)part / (double)whole * 100;

	if (part == whole)
		(void)snprintf(text, SHARE_SIZE, "all");
	else if (share < 0.1)
		(void)snprintf(text, SHARE_SIZE, "under 0.1 %%");
	else
		(void)snprintf(text, SHARE_SIZE, "%.1f %%", share < 99.9 ? share : 99.9);
	return text;
}

/* What brings the subnets that are lacking, by what made the lookup file. */
static const char *remedy(const struct lookup *lookup)
{
	const struct lookup_text source = content_source(lookup);

	if (source.len >= strlen("build") && memcmp(source.text, "build", strlen("build")) == 0)
		return "--list-subnets names them, and 'vcnmeta build' needs the dumps of their "
		       "compartments too: 'oci network subnet list --all' and 'oci network "
		       "security-list list --all'";
	return "list them with --list-subnets, fetch them with 'vcnmeta fetch --subnets-from - "
	       "--merge -o FILE'";
}

/* Begins a part of the line. */
static void begin_part(struct bytes *line)
{
	(void)bytes_append_text(line, line->len == 0 ? "" : "; ");
}

/* What is unknown, and what to do about it; without a lookup file every subnet
 * is, and the user was told. */
static void add_unknown(struct bytes *line, const struct summary *summary)
{
	const struct delivery *delivery = summary->delivery;
	uint64_t records = delivery->tally.unknown_subnet;
	uint64_t emitted =
		delivery->tally.fates[FATE_EMITTED] + delivery->tally.fates[FATE_LEFT_OUT];
	char text[COUNTED_SIZE], share[SHARE_SIZE];

	if (summary->options->list_subnets && summary->odd_subnets != 0) {
		begin_part(line);
		(void)bytes_append_text(
			line, counted(text, summary->odd_subnets, "unknown subnet"));
		(void)bytes_append_text(line, " left out: no OCID");
	}
	if (summary->options->list_subnets || summary->lookup == NULL ||
		delivery->unknown.count == 0)
		return;
	begin_part(line);
	(void)bytes_append_number(line, records);
	(void)bytes_append_text(line, " of ");
	(void)bytes_append_text(
		line, counted(text, emitted,
			      summary->options->conversations ? "record" : "emitted record"));
	(void)bytes_append_text(line, " (");
	(void)bytes_append_text(line, share_text(share, records, emitted));
	(void)bytes_append_text(line, records == 1 ? ") names " : ") name ");
	(void)bytes_append_text(line, delivery->unknown_more ? "more than " : "");
	(void)bytes_append_text(line, counted(text, delivery->unknown.count, "unknown subnet"));
	(void)bytes_append_text(line, ": ");
	(void)bytes_append_text(line, remedy(summary->lookup));
}

/* A day, counted from 1970-01-01, as a date. */
static void add_day(struct bytes *line, int64_t day)
{
	char text[UTC_TEXT_SIZE];

	if (utc_text(text, day * SECONDS_PER_DAY))
		(void)bytes_append(line, text, UTC_DATE_LENGTH);
	else
		(void)bytes_append_char(line, '?');
}

/* Rules change: those of another time may not be the ones that judged a flow. */
static void add_age(struct bytes *line, const struct summary *summary)
{
	const struct tally *tally = &summary->delivery->tally;
	int64_t fetched, days;
	bool is_before;
	char text[COUNTED_SIZE];

	if (summary->lookup == NULL || !tally->dated)
		return;
	fetched = lookup_fetched_at(summary->lookup) / SECONDS_PER_DAY;
	is_before = fetched < tally->first_day;
	days = is_before ? tally->first_day - fetched : fetched - tally->last_day;
	if (days <= LIMIT_METADATA_DAYS)
		return;
	begin_part(line);
	(void)bytes_append_text(line, "the metadata was fetched ");
	(void)bytes_append_text(line, counted(text, (uint64_t)days, "day"));
	(void)bytes_append_text(line,
		is_before ? " before the first of the records" : " after the last of the records");
	(void)bytes_append_text(line, ", rules may have changed in between");
}

/* Rules that explain too little are perhaps not those of the records' time. Asked are all
 * records that were judged, whichever of them --verdict selects. */
static void add_verdicts(struct bytes *line, const struct summary *summary)
{
	const struct tally *tally = &summary->delivery->tally;
	uint64_t unexplained = tally->judged[JUDGE_UNEXPLAINED] + tally->others[JUDGE_UNEXPLAINED];
	uint64_t contradicted =
		tally->judged[JUDGE_CONTRADICTED] + tally->others[JUDGE_CONTRADICTED];
	uint64_t judged = tally_judged(tally);
	char text[COUNTED_SIZE], share[SHARE_SIZE];

	for (size_t i = 0; i < JUDGE_VERDICTS; i++)
		judged += tally->others[i];
	if ((unexplained + contradicted) * 100 <= judged)
		return;
	begin_part(line);
	(void)bytes_append_number(line, unexplained + contradicted);
	(void)bytes_append_text(line, " of ");
	(void)bytes_append_text(line, counted(text, judged, "judged record"));
	(void)bytes_append_text(line, " (");
	(void)bytes_append_text(line, share_text(share, unexplained + contradicted, judged));
	(void)bytes_append_text(line, unexplained + contradicted == 1 ? ") is" : ") are");
	(void)bytes_append_text(line, " unexplained (");
	(void)bytes_append_number(line, unexplained);
	(void)bytes_append_text(line, ") or contradicted (");
	(void)bytes_append_number(line, contradicted);
	(void)bytes_append_text(line, "): the rules are of ");
	add_day(line, lookup_fetched_at(summary->lookup) / SECONDS_PER_DAY);
	if (!tally->dated)
		return;
	(void)bytes_append_text(line, ", the records of ");
	add_day(line, tally->first_day);
	if (tally->first_day == tally->last_day)
		return;
	(void)bytes_append_text(line, " to ");
	add_day(line, tally->last_day);
}

#define FIELDS_NAMED 5

/* The names that no record had; what is built in may be absent. */
static void add_unseen(struct bytes *line, const struct summary *summary)
{
	const struct options *options = summary->options;
	size_t count = options->keep_count + (options->fields_given ? options->field_count : 0);
	size_t unseen = 0;

	if (summary->delivery->tally.fates[FATE_EMITTED] == 0 || options->list_subnets)
		return;
	for (size_t i = 0; i < count; i++) {
		char quoted[MSG_QUOTED_SIZE];
		const char *name =
			options->keep_count > 0 ? options->keep[i] : options->fields[i].name;

		if ((summary->delivery->seen[i / 64] >> i % 64 & 1) != 0 ||
			(options->keep_count == 0 && options->fields[i].kind != TABLE_PATH))
			continue;
		if (++unseen > FIELDS_NAMED)
			continue;
		if (unseen == 1)
			begin_part(line);
		(void)bytes_append_text(line, unseen == 1 ? "no record has " : ", ");
		(void)bytes_append_text(line, msg_quote_name(quoted, name));
	}
	if (unseen <= FIELDS_NAMED)
		return;
	(void)bytes_append_text(line, " and ");
	(void)bytes_append_number(line, unseen - FIELDS_NAMED);
	(void)bytes_append_text(line, " more");
}

void summary_write(struct bytes *line, const struct options *options,
	const struct delivery *delivery, const struct lookup *lookup, uint64_t odd_subnets)
{
	struct summary summary = {options, delivery, lookup, odd_subnets};
	uint64_t bad = delivery->tally.fates[FATE_BAD];
	char text[COUNTED_SIZE];

	if (bad != 0)
		(void)bytes_append_text(line, counted(text, bad, "bad record"));
	add_unknown(line, &summary);
	add_unseen(line, &summary);
	if (delivery->sums.saturated) {
		begin_part(line);
		(void)bytes_append_text(line, "sums that reached 9223372036854775807 stay there");
	}
	add_verdicts(line, &summary);
	add_age(line, &summary);
}

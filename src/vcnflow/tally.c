/* Adding up what was counted. */
#include "vcnflow/tally.h"

#include <stddef.h>

void tally_date(struct tally *tally, int64_t day)
{
	if (!tally->dated || day < tally->first_day)
		tally->first_day = day;
	if (!tally->dated || day > tally->last_day)
		tally->last_day = day;
	tally->dated = true;
}

void tally_add(struct tally *sum, const struct tally *more)
{
	for (size_t i = 0; i < FATE_COUNT; i++)
		sum->fates[i] += more->fates[i];
	sum->unknown_subnet += more->unknown_subnet;
	for (size_t i = 0; i < JUDGE_VERDICTS; i++) {
		sum->judged[i] += more->judged[i];
		sum->others[i] += more->others[i];
	}
	if (!more->dated)
		return;
	tally_date(sum, more->first_day);
	tally_date(sum, more->last_day);
}

uint64_t tally_judged(const struct tally *tally)
{
	uint64_t judged = 0;

	for (size_t i = 0; i < JUDGE_VERDICTS; i++)
		judged += tally->judged[i];
	return judged;
}

uint64_t tally_records(const struct tally *tally)
{
	uint64_t records = 0;

	for (size_t i = 0; i < FATE_COUNT; i++)
		records += tally->fates[i];
	return records;
}

/*
 * What was counted. For every set of inputs records = emitted + all that was
 * filtered + no_data + left_out + bad.
 */
#ifndef VCNFLOW_TALLY_H
#define VCNFLOW_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include "rules/judge.h"

/* What became of a record, in the order in which it is decided. */
enum fate {
	FATE_BAD,
	FATE_TYPE,
	FATE_TIME,
	FATE_NO_DATA,
	FATE_ACTION,
	FATE_PROTOCOL,
	FATE_ENDPOINT, /* by address, port, subnet or VNIC */
	FATE_DIRECTION,
	FATE_TRAFFIC,
	FATE_VERDICT,  /* --verdict */
	FATE_LEFT_OUT, /* under --conversations: it belongs to none */
	FATE_EMITTED,
	FATE_COUNT
};

struct tally {
	uint64_t fates[FATE_COUNT];
	uint64_t unknown_subnet;         /* emitted or left out, their subnet being unknown */
	uint64_t judged[JUDGE_VERDICTS]; /* emitted records, by what the rules say */
	uint64_t others[JUDGE_VERDICTS]; /* those that --verdict does not select, likewise */
	bool dated;                      /* an emitted record had a date */
	int64_t first_day;               /* the least one: days since 1970-01-01 */
	int64_t last_day;                /* the greatest one */
};

/* Takes the date of an emitted record in. */
void tally_date(struct tally *tally, int64_t day);

void tally_add(struct tally *sum, const struct tally *more);

/* The number of emitted records that were judged. */
uint64_t tally_judged(const struct tally *tally);

/* The number of records: the sum of all fates. */
uint64_t tally_records(const struct tally *tally);

#endif

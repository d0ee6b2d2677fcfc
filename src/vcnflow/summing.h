/*
 * From records, and from conversations that are read again, to the sums of
 * --conversations: what becomes part of which conversation.
 *
 * Sums of a block are kept apart by the MiB of the input that a record begins
 * in, since it is asked before each MiB whether the run's table is full: so the
 * answer does not depend on how the input was cut into blocks.
 */
#ifndef VCNFLOW_SUMMING_H
#define VCNFLOW_SUMMING_H

#include <stddef.h>
#include <stdint.h>

#include "flowlog/record.h"
#include "flowlog/tag.h"
#include "rules/conversation.h"
#include "rules/judge.h"
#include "vcnflow/conversations.h"
#include "vcnflow/options.h"

/* What was summed of one MiB of an input. */
struct summing_part {
	uint64_t mib;
	struct conversations table;
};

/* What was summed of a block, in input order. Its tables are kept from use to use. */
struct summing {
	struct summing_part *parts;
	size_t count;
	size_t room;
};

/* Zeros are an empty one. */
void summing_reset(struct summing *summing);
void summing_free(struct summing *summing);

/* The table for a record that begins at offset, or null when memory ran out. */
struct conversations *summing_table(struct summing *summing, uint64_t offset);

enum summing_result {
	SUMMING_OK,
	SUMMING_LEFT_OUT, /* it belongs to no conversation */
	SUMMING_NO_MEMORY,
};

/*
 * Adds a record whose plan has all members; judgement is null if its action is
 * neither ACCEPT nor REJECT, and judged is what of the record was judged.
 */
enum summing_result summing_record(struct conversations *table, const struct options *options,
	const struct record *record, const struct tags *tags, const struct judge_record *judged,
	const struct judgement *judgement);

/*
 * Why a conversation that was read can't be summed under these options, fit to
 * stand in a message; or null. Selections that need a record and a shorter
 * period than its own are such reasons.
 */
const char *summing_unsuitable(
	const struct options *options, const struct conversation *conversation);

/* Adds a conversation that is suitable. */
enum summing_result summing_again(struct conversations *table, const struct options *options,
	const struct conversation *conversation);

#endif

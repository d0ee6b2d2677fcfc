/*
 * Judging records by the rules of the lookup file: what of a record and its
 * tags judge_record takes, for one thread.
 */
#ifndef VCNFLOW_JUDGING_H
#define VCNFLOW_JUDGING_H

#include "flowlog/record.h"
#include "flowlog/tag.h"
#include "lookup/lookup.h"
#include "rules/judge.h"

struct judging;

/* The lookup file must outlive it. Returns null when memory ran out. */
struct judging *judging_new(const struct lookup *lookup);
void judging_free(struct judging *judging);

/*
 * Judges a record whose plan has all members. Returns null if its action is
 * neither ACCEPT nor REJECT; else the judgement, valid until it is called again.
 */
const struct judgement *judging_record(
	struct judging *judging, const struct record *record, const struct tags *tags);

/*
 * The same where nothing but the verdict and its confidence are asked for: all else of
 * the judgement is undefined. Quicker, as most records are like one that came before, for
 * all that the rules say.
 */
const struct judgement *judging_verdict(
	struct judging *judging, const struct record *record, const struct tags *tags);

/* What of the last record was judged. */
const struct judge_record *judging_judged(const struct judging *judging);

/* The texts of a rule that the judgement names. */
void judging_texts(const struct judging *judging, const struct judge_entry *entry,
	struct lookup_rule_texts *texts);

#endif

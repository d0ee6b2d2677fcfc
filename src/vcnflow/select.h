/* Which records are wanted. */
#ifndef VCNFLOW_SELECT_H
#define VCNFLOW_SELECT_H

#include "vcnflow/options.h"
#include "vcnflow/record.h"
#include "vcnflow/tag.h"
#include "vcnflow/tally.h"

/*
 * The first verdict that applies to a record: VERDICT_BAD for a time that
 * can't be read while a time filter is on, one of the filters up to
 * VERDICT_PROTOCOL, or VERDICT_EMITTED when none of them speaks against it.
 */
enum verdict select_record(const struct options *options, const struct record *record);

/* VERDICT_DIRECTION, VERDICT_TRAFFIC, or VERDICT_EMITTED. */
enum verdict select_tags(const struct options *options, const struct tags *tags);

#endif

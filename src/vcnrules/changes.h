/*
 * The files of a proposal that programs read: changes.json, and of each list or group
 * that changes its rules before and after, as the oci command takes them.
 */
#ifndef VCNRULES_CHANGES_H
#define VCNRULES_CHANGES_H

#include <stddef.h>

#include "base/bytes.h"
#include "vcnrules/proposal.h"
#include "vcnrules/rest.h"

/* A list or group that changes. */
struct changes_owner {
	const struct ruleset_owner *of;
	const struct proposal_owner *to;
	char *name;          /* that its files begin with: [A-Za-z0-9._-] only */
	size_t add_count;    /* files of rules that a group gets */
	size_t remove_count; /* files of rules that it loses */
};

/* In the order of the ruleset. */
struct changes {
	const struct proposal *proposal;
	struct changes_owner *owners;
	size_t count;

	/* for changes.c alone */
	struct rest rest; /* of one of the owners */
	const struct changes_owner *rest_of;
};

/* proposal has to stay. Returns 0, or -1: no memory. Free it in any case. */
int changes_make(struct changes *changes, const struct proposal *proposal);
void changes_free(struct changes *changes);

/* Append a file. Return 0, or -1: no memory. */
int changes_put(struct changes *changes, struct bytes *out);

/* Of a list: "securityListId" and both arrays of rules; of a group: its rules. */
int changes_put_before(
	struct changes *changes, const struct changes_owner *owner, struct bytes *out);

/* Of a list alone. */
int changes_put_after(
	struct changes *changes, const struct changes_owner *owner, struct bytes *out);

/* Of a group alone: new rules, and the ids of old ones; number counts from 0. */
int changes_put_added(struct changes *changes, const struct changes_owner *owner, size_t number,
	struct bytes *out);
int changes_put_removed(struct changes *changes, const struct changes_owner *owner, size_t number,
	struct bytes *out);

/* Rule i of those that an owner would have, as REST JSON; a null text: no memory. Valid
 * until another owner is asked about. */
struct lookup_text changes_object(
	struct changes *changes, const struct changes_owner *owner, size_t i);

/* changes.diff: the texts of the rules, a section for each list or group. */
int changes_put_diff(struct changes *changes, struct bytes *out);

#endif

/*
 * What the rules would be: a lookup file with lists and groups that take the place
 * of those with the same OCIDs.
 */
#ifndef VCNRULES_AGAINST_H
#define VCNRULES_AGAINST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/exitcode.h"
#include "lookup/lookup.h"
#include "vcnrules/options.h"

/* An OCID that was given other rules. */
struct against_owner {
	struct lookup_text ocid;
	bool is_group;
};

struct against {
	struct lookup *lookup;        /* with the replacements */
	struct against_owner *owners; /* each once: lists, then groups, by OCID */
	size_t owner_count;
	struct bytes ocids;
};

/*
 * Reads what options->replacements names: proposals, security lists in any form that
 * vcnmeta build takes, and rules of groups. A list that no subnet of the lookup file
 * uses is fine. The new lookup file lies in a folder until it is open; null: in one
 * of its own beneath TMPDIR. Returns EXITCODE_OK; EXITCODE_REFUSED, EXITCODE_WRITE
 * (the temporary file) or EXITCODE_INTERNAL after a message. Free it in any case.
 */
enum exitcode against_make(struct against *against, const struct lookup *lookup,
	const struct options *options, const char *folder);

/* The number in owners of a list or group, or SIZE_MAX: it has no other rules. */
size_t against_find(const struct against *against, const struct lookup_text *ocid, bool is_group);

/* The name of that file. */
#define AGAINST_FILE "after.lut"

/* What is read in the folder of a proposal. */
#define AGAINST_CHANGES "changes.json"

void against_free(struct against *against);

#endif

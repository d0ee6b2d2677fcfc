/*
 * The rules of a lookup file by the list or group that they are of: lists
 * first, then groups, each by name and then OCID; rules in the list's order.
 * What was chosen on the command line is told from the rest, not left out, as
 * rules that are not looked at may still cover others.
 */
#ifndef VCNRULES_RULESET_H
#define VCNRULES_RULESET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/exitcode.h"
#include "lookup/content.h"
#include "lookup/lookup.h"
#include "rules/boxes.h"
#include "vcnrules/options.h"

/* A list or a group. */
struct ruleset_owner {
	struct lookup_text ocid;
	struct lookup_text name;
	const struct rule *rules; /* of the file */
	size_t first;             /* their first number in the ruleset */
	size_t count;
	uint32_t number; /* of the list or group in the file */
	uint32_t vcn;    /* of a group, or LOOKUP_NONE */
	bool is_group;
	bool is_chosen; /* by itself or by a subnet; all are if nothing was named */
	bool is_named;  /* by itself */
};

struct ruleset {
	const struct lookup *lookup;
	struct ruleset_owner *owners;
	size_t owner_count;
	struct boxes_rule *rules; /* of all owners, one after another */
	size_t rule_count;
	/* of each VCN, the blocks of its subnets: block_starts[vcn + 1] ends them */
	struct prefix *blocks;
	size_t *block_starts;
};

/*
 * Fills a ruleset. Returns EXITCODE_OK; EXITCODE_REFUSED after a message about
 * a name that nothing or several things have; or EXITCODE_INTERNAL after one
 * about memory. Free it with ruleset_free in any case.
 */
enum exitcode ruleset_make(
	struct ruleset *ruleset, const struct lookup *lookup, const struct options *options);
void ruleset_free(struct ruleset *ruleset);

/* "security_list" or "nsg". */
const char *ruleset_kind_name(const struct ruleset_owner *owner);

/*
 * Numbers in the ruleset, by a rule's number in the file; first is where rule 0 of the
 * file stands. Returns new memory, or null when it ran out.
 */
uint32_t *ruleset_numbers(const struct ruleset *ruleset, const struct rule *first);

/* The owner that a rule is of, by its number in the ruleset. */
const struct ruleset_owner *ruleset_owner_of(const struct ruleset *ruleset, size_t rule);

/* The same for a rule of the file; null: it is none of the ruleset's. */
const struct ruleset_owner *ruleset_owner_of_rule(
	const struct ruleset *ruleset, const struct rule *rule);

/* Appends a rule of an owner as JSON: {"ocid","rule"}. Returns as bytes_reserve does. */
int ruleset_put_rule(
	const struct ruleset_owner *owner, const struct lookup_text *text, struct bytes *out);

/*
 * Appends what covers a rule as JSON: [{"ocid","rule"}, ...]. Returns as
 * bytes_reserve does.
 */
int ruleset_put_cover(
	const struct ruleset *ruleset, const struct boxes_cover *cover, struct bytes *out);

/*
 * Finds a subnet by its OCID or by a display name that no other one has.
 * Returns EXITCODE_OK, or EXITCODE_REFUSED after a message.
 */
enum exitcode ruleset_find_subnet(
	const struct lookup *lookup, const char *name, struct content_subnet *subnet);

#endif

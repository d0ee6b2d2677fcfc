/*
 * A report or what lint found as one HTML page that loads nothing: first what there
 * is to know in a sentence, then what to do, then what it rests on.
 *
 * It is complete without its script, which only sorts and searches the table.
 */
#ifndef VCNRULES_PAGE_H
#define VCNRULES_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vcnrules/analysis.h"
#include "vcnrules/findings.h"
#include "vcnrules/html.h"
#include "vcnrules/page_advice.h"
#include "vcnrules/ruleset.h"
#include "vcnrules/traffic.h"

/* A page while it is written; for the rooms of page alone. */
struct page {
	struct html html;
	struct analysis *analysis; /* null: of the rules alone */
	const struct ruleset *ruleset;
	const struct findings *findings;
	struct traffic traffic;
	struct page_advice_list advice;
	bool *shrinks; /* by the rule's number: it is to go or to be narrower */
	size_t list_count;
	size_t group_count;
	size_t rule_count;
	size_t unused;
	size_t wide;
	size_t unsure;     /* of which too little was seen to call them unused */
	unsigned evidence; /* why, of all of those: bits of enum usage_evidence */
	size_t found;      /* rules with any finding of lint */
	size_t removable;
};

/*
 * Writes the page of a report, of an analysis as analysis_read leaves it; is_narrowed:
 * the rules that were chosen are not all. Returns 0, or -1: no memory.
 */
int page_write_report(struct outfile *output, struct analysis *analysis, bool is_narrowed);

/*
 * Writes the page of what the rules alone tell, and sets *count to the number of rules
 * that have a finding. Returns 0, or -1: no memory.
 */
int page_write_lint(struct outfile *output, const struct ruleset *ruleset,
	const struct findings *findings, size_t *count);

/*
 * Fills in a rule. Of a page about the rules alone it has no usage, seen and peers.
 * Returns 0, or -1: no memory.
 */
int page_look(struct page *page, size_t owner, size_t at, struct analysis_rule *rule);

/* A name, or what tells an OCID from others where there is none. */
void page_put_name(
	struct page *page, const struct lookup_text *name, const struct lookup_text *ocid);

/* What kind of attention a rule wants. */
enum page_tone { PAGE_CALM, PAGE_NOTE, PAGE_WIDE, PAGE_UNUSED };

enum page_tone page_tone(const struct analysis_rule *rule);

#endif

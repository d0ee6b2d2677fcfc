/* What to do about the rules of a page, most worthwhile first. */
#ifndef VCNRULES_PAGE_ADVICE_H
#define VCNRULES_PAGE_ADVICE_H

#include <stdbool.h>
#include <stddef.h>

struct page;
struct analysis_rule;

/* What to do about one rule, or with at SIZE_MAX about a whole list or group. */
struct page_advice {
	size_t owner; /* of the ruleset */
	size_t at;
	unsigned worth;
};

struct page_advice_list {
	struct page_advice *at;
	size_t count;
	size_t room;
};

/*
 * Remembers what there is to do about a rule, number at of an owner, if anything.
 * Returns 0, or -1: no memory. Free the list in any case.
 */
int page_advice_add(struct page *page, size_t owner, size_t at, const struct analysis_rule *rule);
void page_advice_free(struct page_advice_list *list);

/* Returns true if a rule is to go or to be narrower. */
bool page_advice_shrinks(const struct analysis_rule *rule);

/* Writes the section. Returns 0, or -1: no memory. */
int page_advice_write(struct page *page);

#endif

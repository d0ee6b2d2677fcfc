/* The table of all rules of a page. */
#ifndef VCNRULES_PAGE_RULES_H
#define VCNRULES_PAGE_RULES_H

struct page;

/* Writes the section. Returns 0, or -1: no memory. */
int page_rules_write(struct page *page);

#endif

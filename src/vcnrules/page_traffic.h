/* Who talks to whom, and by which services, as pictures made of tables. */
#ifndef VCNRULES_PAGE_TRAFFIC_H
#define VCNRULES_PAGE_TRAFFIC_H

struct page;

/* Writes both sections; nothing where there is no traffic. */
void page_traffic_write(struct page *page);

#endif

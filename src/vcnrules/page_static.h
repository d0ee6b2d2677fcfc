/* The parts of a page that are the same each time: page.css and page.js. */
#ifndef VCNRULES_PAGE_STATIC_H
#define VCNRULES_PAGE_STATIC_H

struct html;

/*
 * Writes what forbids the page to load anything and to run any script or style but
 * these two, and the style.
 */
void page_static_put_head(struct html *html);
void page_static_put_script(struct html *html);

#endif

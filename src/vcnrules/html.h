/*
 * Writing HTML: markup as it stands, and texts of anybody so that they are texts and
 * nothing else, between tags and in quoted values of attributes alike.
 *
 * What fails for want of memory is remembered, so that a page is written without a
 * test at each word: html_end tells.
 */
#ifndef VCNRULES_HTML_H
#define VCNRULES_HTML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/outfile.h"

struct html {
	struct outfile *output;
	bool is_short; /* memory ran out */
};

/* Markup of ours. */
void html_put(struct html *html, const char *markup);
void html_put_bytes(struct html *html, const char *markup, size_t len);

/*
 * A text of anybody: whoever reads the page gets these characters, but for NUL,
 * which no HTML can hold; it becomes U+FFFD.
 */
void html_text(struct html *html, const char *text, size_t len);

/* The same as code, in a box of its own: marks of direction in it reach no further. */
void html_code(struct html *html, const char *text, size_t len);

/* A number as it is, and as people read it: 41,202. */
void html_number(struct html *html, uint64_t number);
void html_count(struct html *html, uint64_t number);

/* A count and what is counted, "1 rule" or "2 rules". */
void html_things(struct html *html, uint64_t number, const char *one, const char *several);

/* An amount of bytes, "812 B", "1.2 MB"; in units of 1,000. */
void html_bytes(struct html *html, uint64_t bytes);

/* The day of a time, 2026-11-27; "never" if it is not of the years 0 to 9999. */
void html_day(struct html *html, int64_t seconds);

/* Says that what is there may be written. */
void html_pass(struct html *html);

/* Returns 0, or -1: memory ran out on the way. */
int html_end(const struct html *html);

#endif

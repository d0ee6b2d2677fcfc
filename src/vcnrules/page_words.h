/* What was found of a rule, and what that rests on, in words. */
#ifndef VCNRULES_PAGE_WORDS_H
#define VCNRULES_PAGE_WORDS_H

#include <stdbool.h>
#include <stdint.h>

struct page;
struct analysis_rule;
struct html;

/*
 * Writes a sentence about each finding, each in an element of its own; with is_brief
 * without the peers, ports and protocols that a rule could be narrowed to.
 */
void page_words_findings(struct page *page, const struct analysis_rule *rule, bool is_brief);

/* Writes why too little was seen: bits of enum usage_evidence. */
void page_words_evidence(struct html *html, unsigned evidence);

/* Writes the CIDR blocks of the peers that are not weak. */
void page_words_blocks(struct html *html, const struct analysis_rule *rule);

/* Writes the service ports, or the protocols, that were used. */
void page_words_ports(struct html *html, const struct analysis_rule *rule);
void page_words_protocols(struct html *html, const struct analysis_rule *rule);

/* The name of a protocol, by its number where it has none. */
void page_words_protocol(struct html *html, unsigned protocol);

/* What usually answers at a port, "SSH"; null: nothing in particular. */
const char *page_words_service(uint16_t port);

#endif

/*
 * What closes most, and is safest to close, comes first: a rule that nobody needs
 * before one that could be narrower, one that lets in anybody before all others, a
 * wide one before a narrow one. The weights only make that order.
 *
 * A rule that others make needless stays while one of those is itself to be
 * narrowed: else what the narrow rule says would be lost with the wide one.
 */
#include "vcnrules/page_advice.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/array.h"
#include "vcnrules/page.h"
#include "vcnrules/page_words.h"

/* Shown at once; the rest when asked for. */
#define SHOWN ((size_t)12)

void page_advice_free(struct page_advice_list *list)
{
	free(list->at);
	*list = (struct page_advice_list){0};
}

/* What use tells to do; of ICMP nothing: the errors that it reports are rare, and
 * needed when they come, from anywhere. */
static unsigned findings_of(const struct analysis_rule *rule)
{
	return rule_protocol_is_icmp(rule->rule->protocol) ? 0 : rule->findings;
}

static bool is_removal(const struct analysis_rule *rule)
{
	return findings_of(rule) & ANALYSIS_BIT(ANALYSIS_UNUSED);
}

/* There is something to narrow it to. All who used it may have exchanged too few
 * packets to count: scanners, or clients of a service that takes no more. */
static bool is_narrowing(const struct analysis_rule *rule)
{
	return findings_of(rule) & ANALYSIS_WIDE &&
	       !(rule->findings & ANALYSIS_BIT(ANALYSIS_WIDE_PEER) &&
		       rule->peers->block_count == 0);
}

bool page_advice_shrinks(const struct analysis_rule *rule)
{
	return is_removal(rule) || findings_of(rule) & ANALYSIS_WIDE;
}

/* What it is worth to do something about a rule; 0: there is nothing to do. */
static unsigned worth_of(const struct analysis_rule *rule)
{
	unsigned findings = findings_of(rule);
	unsigned worth = 0;

	if (is_removal(rule))
		worth = 120;
	else if (is_narrowing(rule))
		worth = 100;
	else if (findings & (ANALYSIS_WIDE | ANALYSIS_BIT(ANALYSIS_SENSITIVE_PORT)))
		worth = 90;
	else if (rule->verdict->is_removable)
		return 1 + rule->width / 10;
	else
		return 0;
	worth += rule->width;
	if (rule->rule->direction == DIRECTION_INGRESS && rule_is_for_anyone(rule->rule))
		worth += 100;
	if (findings & ANALYSIS_BIT(ANALYSIS_SENSITIVE_PORT))
		worth += 60;
	return worth;
}

static int add(struct page_advice_list *list, struct page_advice advice)
{
	struct page_advice *grown =
		array_reserve(list->at, &list->room, list->count + 1, sizeof(*grown));

	if (!grown)
		return -1;
	list->at = grown;
	list->at[list->count++] = advice;
	return 0;
}

int page_advice_add(struct page *page, size_t owner, size_t at, const struct analysis_rule *rule)
{
	unsigned worth;

	/* One word about a list or group that is used nowhere, not one a rule. */
	if (rule->findings & ANALYSIS_BIT(ANALYSIS_UNATTACHED))
		return at > 0 ? 0 : add(&page->advice, (struct page_advice){owner, SIZE_MAX, 50});
	worth = worth_of(rule);
	return worth == 0 ? 0 : add(&page->advice, (struct page_advice){owner, at, worth});
}

static int compare(const void *first, const void *second)
{
	const struct page_advice *a = first;
	const struct page_advice *b = second;

	if (a->worth != b->worth)
		return a->worth > b->worth ? -1 : 1;
	if (a->owner != b->owner)
		return a->owner < b->owner ? -1 : 1;
	return (a->at > b->at) - (a->at < b->at);
}

/* ---- words ---------------------------------------------------------------------------- */

static void put_rule(struct page *page, const struct analysis_rule *rule)
{
	struct html *html = &page->html;

	html_put(html, "<a href=\"#r");
	html_number(html, rule->number);
	html_put(html, "\">");
	html_code(html, rule->texts.text.text, rule->texts.text.len);
	html_put(html, "</a> <span class=\"of\">of ");
	page_put_name(page, &rule->owner->name, &rule->owner->ocid);
	html_put(html, "</span>");
}

static void put_narrowing(struct page *page, const struct analysis_rule *rule)
{
	struct html *html = &page->html;
	const char *separator = " to ";

	html_put(html, "Narrow ");
	put_rule(page, rule);
	if (rule->findings & ANALYSIS_BIT(ANALYSIS_WIDE_PEER)) {
		html_put(html, separator);
		page_words_blocks(html, rule);
		separator = ", and to ";
	}
	if (rule->findings & ANALYSIS_BIT(ANALYSIS_ALL_PROTOCOLS)) {
		html_put(html, separator);
		page_words_protocols(html, rule);
		separator = ", and to ";
	}
	if (rule->findings & ANALYSIS_BIT(ANALYSIS_WIDE_PORTS)) {
		html_put(html, separator);
		html_put(html, rule->peers->port_count == 1 ? "port " : "ports ");
		page_words_ports(html, rule);
	}
}

/* A rule that covers this one and is to go or to be narrower; SIZE_MAX: none. */
static size_t find_shrinking_cover(const struct page *page, const struct analysis_rule *rule)
{
	const struct boxes_cover *cover = &rule->verdict->covered_by;

	for (size_t i = 0; i < cover->count; i++)
		if (page->shrinks[cover->rules[i]])
			return cover->rules[i];
	return SIZE_MAX;
}

static void put_needless(struct page *page, const struct analysis_rule *rule)
{
	const struct boxes_rule *rules = page->ruleset->rules;
	size_t wide = find_shrinking_cover(page, rule);
	struct html *html = &page->html;

	html_put(html, wide == SIZE_MAX ? "Remove " : "Keep, for now, ");
	put_rule(page, rule);
	html_put(html, "</h3>");
	page_words_findings(page, rule, false);
	if (wide == SIZE_MAX)
		return;
	html_put(html, "<p>But ");
	html_code(html, rules[wide].text, rules[wide].text_len);
	html_put(html, " is to be removed or narrowed: do that first, then see whether this one is "
		       "still covered.</p>");
}

/* How sure it is, and what is lost. */
static void put_reason(struct page *page, const struct analysis_rule *rule)
{
	uint64_t unsure = rule->usage->either + rule->usage->maybe;
	struct html *html = &page->html;

	page_words_findings(page, rule, is_narrowing(rule));
	if (rule->usage->conversations == 0 || is_removal(rule))
		return;
	html_put(html, "<p class=\"rests\">It let ");
	html_things(html, rule->usage->conversations, "conversation", "conversations");
	html_put(html, " of ");
	html_things(html, rule->peers->count, "peer", "peers");
	html_put(html, " pass");
	if (rule->usage->sole < rule->usage->conversations) {
		html_put(html, ", ");
		html_count(html, rule->usage->conversations - rule->usage->sole);
		html_put(html, " of which other rules let pass, too");
	}
	html_put(html, "; the last on ");
	html_day(html, rule->peers->last);
	html_put(html, ".");
	if (unsure > 0) {
		html_put(html, " It may have let ");
		html_count(html, unsure);
		html_put(html, " more pass: see to them before it is narrowed.");
	}
	html_put(html, "</p>");
}

static int put_advice(struct page *page, const struct page_advice *advice)
{
	const struct ruleset_owner *owner = &page->ruleset->owners[advice->owner];
	struct html *html = &page->html;
	struct analysis_rule rule;

	if (advice->at == SIZE_MAX) {
		html_put(html, "<li class=\"note\"><h3>Delete ");
		html_put(html, owner->is_group ? "the group " : "the list ");
		page_put_name(page, &owner->name, &owner->ocid);
		html_put(html, "</h3><p>");
		html_put(html, owner->is_group ? "No VNIC is in it" : "No subnet uses it");
		html_put(html, "; it has ");
		html_things(html, owner->count, "rule", "rules");
		html_put(html, ".</p></li>\n");
		return 0;
	}
	if (page_look(page, advice->owner, advice->at, &rule) != 0)
		return -1;
	if (is_removal(&rule)) {
		html_put(html, "<li class=\"unused\"><h3>Remove ");
		put_rule(page, &rule);
		html_put(html, "</h3>");
		put_reason(page, &rule);
	} else if (is_narrowing(&rule)) {
		html_put(html, "<li class=\"wide\"><h3>");
		put_narrowing(page, &rule);
		html_put(html, "</h3>");
		put_reason(page, &rule);
	} else if (findings_of(&rule) & (ANALYSIS_WIDE | ANALYSIS_BIT(ANALYSIS_SENSITIVE_PORT))) {
		html_put(html, "<li class=\"wide\"><h3>Ask who needs ");
		put_rule(page, &rule);
		html_put(html, "</h3>");
		put_reason(page, &rule);
	} else {
		html_put(html, "<li class=\"note\"><h3>");
		put_needless(page, &rule);
	}
	html_put(html, "</li>\n");
	html_pass(html);
	return 0;
}

static int put_list(struct page *page, size_t from, size_t to)
{
	struct html *html = &page->html;
	int result = 0;

	html_put(html, "<ol start=\"");
	html_number(html, from + 1);
	html_put(html, "\">\n");
	for (size_t i = from; i < to && result == 0; i++)
		result = put_advice(page, &page->advice.at[i]);
	html_put(html, "</ol>\n");
	return result;
}

int page_advice_write(struct page *page)
{
	struct page_advice_list *list = &page->advice;
	struct html *html = &page->html;
	size_t shown = list->count <= SHOWN + 2 ? list->count : SHOWN;
	int result = 0;

	html_put(html, "<section id=\"todo\"><h2>What to do</h2>\n");
	if (list->count > 1)
		qsort(list->at, list->count, sizeof(*list->at), compare);
	if (list->count == 0)
		html_put(html, "<p>Nothing: no rule was found that could go or be narrower.</p>\n");
	else
		result = put_list(page, 0, shown);
	if (result == 0 && shown < list->count) {
		html_put(html, "<details><summary>");
		html_count(html, list->count - shown);
		html_put(html, " more</summary>\n");
		result = put_list(page, shown, list->count);
		html_put(html, "</details>\n");
	}
	if (page->unsure > 0) {
		html_put(html, "<p>Of ");
		html_things(html, page->unsure, "more rule", "more rules");
		html_put(html, " no use was seen, which is too little to act on: ");
		page_words_evidence(html, page->evidence);
		html_put(html, ".</p>\n");
	}
	if (page->analysis && list->count > 0)
		html_put(html,
			"<p><code>vcnrules propose</code> writes tighter rules, with subnets in "
			"the place of single addresses, and sees to it that nothing that was "
			"seen would break.</p>\n");
	html_put(html, "</section>\n");
	return result;
}

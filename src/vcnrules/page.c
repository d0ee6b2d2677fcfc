/*
 * Rules are gone through three times: to count them and to find what to do, to say
 * what to do, and for the table. What is known of a rule is gathered anew each time,
 * so that the page needs no more memory than the report does.
 *
 * Nothing of the day on which it was written is in it: the same input gives the same
 * page.
 */
#include "vcnrules/page.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "vcnrules/page_rules.h"
#include "vcnrules/page_static.h"
#include "vcnrules/page_traffic.h"
#include "vcnrules/page_words.h"

/* The end of an OCID, which tells it from others. */
#define OCID_END ((size_t)8)

int page_look(struct page *page, size_t owner, size_t at, struct analysis_rule *rule)
{
	const struct ruleset_owner *of = &page->ruleset->owners[owner];

	if (page->analysis)
		return analysis_look(page->analysis, owner, at, rule);
	*rule = (struct analysis_rule){
		.owner = of,
		.number = of->first + at,
		.rule = &of->rules[at],
		.verdict = &page->findings->verdicts[of->first + at],
	};
	lookup_rule_texts(page->ruleset->lookup, rule->rule, &rule->texts);
	return 0;
}

void page_put_name(
	struct page *page, const struct lookup_text *name, const struct lookup_text *ocid)
{
	bool has_name = name->text && name->len > 0 && name->text != ocid->text;
	const struct lookup_text *shown = has_name ? name : ocid;
	size_t hidden = has_name || ocid->len <= OCID_END ? 0 : ocid->len - OCID_END;
	struct html *html = &page->html;

	if (!shown->text) {
		html_put(html, "<span>unknown</span>");
		return;
	}
	html_put(html, "<bdi title=\"");
	html_text(html, ocid->text, ocid->len);
	html_put(html, "\">");
	if (hidden > 0)
		html_put(html, "…");
	html_text(html, shown->text + hidden, shown->len - hidden);
	html_put(html, "</bdi>");
}

enum page_tone page_tone(const struct analysis_rule *rule)
{
	if (rule->findings & ANALYSIS_BIT(ANALYSIS_UNUSED))
		return PAGE_UNUSED;
	if (rule->findings & (ANALYSIS_WIDE | ANALYSIS_BIT(ANALYSIS_SENSITIVE_PORT)))
		return PAGE_WIDE;
	return rule->findings != 0 || rule->verdict->findings != 0 ? PAGE_NOTE : PAGE_CALM;
}

/* ---- counting ------------------------------------------------------------------------------ */

static int count_rule(struct page *page, size_t owner, size_t at)
{
	struct analysis_rule rule;

	if (page_look(page, owner, at, &rule) != 0 || page_advice_add(page, owner, at, &rule) != 0)
		return -1;
	page->shrinks[rule.number] = page_advice_shrinks(&rule);
	page->rule_count++;
	page->unused += (rule.findings & ANALYSIS_BIT(ANALYSIS_UNUSED)) != 0;
	page->wide += (rule.findings & ANALYSIS_WIDE) != 0;
	page->found += rule.verdict->findings != 0;
	page->removable += rule.verdict->is_removable;
	if (rule.findings & ANALYSIS_BIT(ANALYSIS_NO_EVIDENCE)) {
		page->unsure++;
		page->evidence |= rule.evidence;
	}
	return 0;
}

static int count_rules(struct page *page)
{
	const struct ruleset *ruleset = page->ruleset;

	page->shrinks = calloc(ruleset->rule_count + 1, sizeof(*page->shrinks));
	if (!page->shrinks)
		return -1;
	for (size_t i = 0; i < ruleset->owner_count; i++) {
		const struct ruleset_owner *owner = &ruleset->owners[i];

		if (!owner->is_chosen)
			continue;
		page->list_count += !owner->is_group;
		page->group_count += owner->is_group;
		for (size_t j = 0; j < owner->count; j++)
			if (count_rule(page, i, j) != 0)
				return -1;
	}
	return 0;
}

/* ---- the beginning --------------------------------------------------------------------------- */

static void put_scope(struct page *page)
{
	struct html *html = &page->html;

	html_things(html, page->rule_count, "rule", "rules");
	html_put(html, " of ");
	html_things(html, page->list_count, "security list", "security lists");
	if (page->group_count == 0)
		return;
	html_put(html, " and ");
	html_things(html, page->group_count, "group", "groups");
}

static void put_head(struct page *page, const char *title)
{
	struct html *html = &page->html;

	html_put(html, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
	page_static_put_head(html);
	html_put(html, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		       "<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
	html_put(html, title);
	html_put(html, "</title>\n</head>\n<body>\n<header>\n<h1>");
	html_put(html, title);
	html_put(html, "</h1>\n");
}

static void begin_number(struct html *html, const char *class, const char *name, const char *hint)
{
	html_put(html, "<div class=\"");
	html_put(html, class);
	html_put(html, "\" title=\"");
	html_put(html, hint);
	html_put(html, "\"><dt>");
	html_put(html, name);
	html_put(html, "</dt><dd>");
}

static void put_share(struct html *html, uint64_t part, uint64_t whole)
{
	char text[32];

	snprintf(text, sizeof(text), "%.1f", whole == 0 ? 0.0 : 100 * (double)part / (double)whole);
	html_put(html, text);
	html_put(html, "\u00a0%");
}

static void put_sentence(struct page *page)
{
	const struct usage *usage = &page->analysis->usage;
	struct html *html = &page->html;
	bool is_unexplained = usage->unexplained > usage->accepted / 100;

	html_put(html, "<p class=\"lede\">");
	if (usage->records == 0) {
		html_put(
			html, "No conversations were given, so nothing is known of what uses the ");
		put_scope(page);
		html_put(html, ".</p>\n");
		return;
	}
	html_put(html, "From ");
	html_day(html, usage->first);
	html_put(html, " to ");
	html_day(html, usage->last);
	html_put(html, ", of ");
	put_scope(page);
	html_put(html, ", <strong class=\"unused\">");
	html_count(html, page->unused);
	html_put(html, page->unused == 1 ? " was used by nobody" : " were used by nobody");
	html_put(html, "</strong> and <strong class=\"wide\">");
	html_count(html, page->wide);
	html_put(html, page->wide == 1 ? " is" : " are");
	html_put(html, " wider than anything that was seen</strong>.");
	if (is_unexplained) {
		html_put(html, " No rule of today explains ");
		put_share(html, usage->unexplained, usage->accepted);
		html_put(html,
			" of what was accepted: the rules were others then, so be careful with "
			"what follows.");
	}
	html_put(html, "</p>\n");
}

static void put_numbers(struct page *page)
{
	const struct usage *usage = &page->analysis->usage;
	struct html *html = &page->html;

	html_put(html, "<dl class=\"numbers\">");
	begin_number(html, "calm", "Window", "from the first to the last record");
	html_things(html,
		usage->last > usage->first ? (uint64_t)(usage->last - usage->first) / 86400 : 0,
		"day", "days");
	html_put(html, "</dd></div>\n");
	begin_number(html, "calm", "Rules", "of the lists and groups that are looked at");
	html_count(html, page->rule_count);
	html_put(html, "</dd></div>\n");
	begin_number(
		html, "unused", "Unused", "nothing passed by them, and enough was seen to say so");
	html_count(html, page->unused);
	html_put(html, "</dd></div>\n");
	begin_number(html, "wide", "Wide", "far more is open than was used");
	html_count(html, page->wide);
	html_put(html, "</dd></div>\n");
	begin_number(
		html, "calm", "Unexplained", "accepted records that no rule of today explains");
	put_share(html, usage->unexplained, usage->accepted);
	html_put(html, "</dd></div>\n</dl>\n");
}

static void put_lint_head(struct page *page)
{
	struct html *html = &page->html;

	html_put(html, "<p class=\"lede\">Of ");
	put_scope(page);
	html_put(html, ", <strong class=\"wide\">");
	html_count(html, page->removable);
	html_put(html,
		" can go together</strong> without letting less pass; something was found of ");
	html_count(html, page->found);
	html_put(html, ".</p>\n<dl class=\"numbers\">");
	begin_number(html, "calm", "Rules", "of the lists and groups that are looked at");
	html_count(html, page->rule_count);
	html_put(html, "</dd></div>\n");
	begin_number(html, "wide", "Can go", "all of them together, and the same is let pass");
	html_count(html, page->removable);
	html_put(html, "</dd></div>\n");
	begin_number(html, "calm", "With findings", "of which something is to be said");
	html_count(html, page->found);
	html_put(html, "</dd></div>\n</dl>\n");
}

/* ---- all of it ---------------------------------------------------------------------------------
 */

/* The subnets to which something applies that was chosen; by their number. */
static bool *find_wanted(const struct ruleset *ruleset)
{
	const struct lookup *lookup = ruleset->lookup;
	size_t count = content_subnet_count(lookup);
	bool *is_wanted = calloc(count + 1, sizeof(*is_wanted));
	bool *is_list = calloc(lookup_list_count(lookup) + 1, sizeof(*is_list));

	for (size_t i = 0; is_wanted && is_list && i < ruleset->owner_count; i++) {
		const struct ruleset_owner *owner = &ruleset->owners[i];
		struct lookup_group group;

		if (!owner->is_chosen)
			continue;
		if (!owner->is_group) {
			is_list[owner->number] = true;
			continue;
		}
		lookup_group(lookup, owner->number, &group);
		for (size_t j = 0; j < group.members.count; j++) {
			struct lookup_subnet subnet;
			struct lookup_vnic vnic;

			lookup_vnic(lookup, group.members.numbers[j], &vnic);
			if (vnic.subnet.text &&
				lookup_find(lookup, vnic.subnet.text, vnic.subnet.len, &subnet))
				is_wanted[subnet.number] = true;
		}
	}
	for (size_t i = 0; is_wanted && is_list && i < count; i++) {
		struct content_subnet subnet;
		struct lookup_run lists;

		content_subnet(lookup, i, &subnet);
		lists = lookup_subnet_lists(lookup, &subnet.subnet);
		for (size_t j = 0; j < lists.count; j++)
			is_wanted[i] |= is_list[lists.numbers[j]];
	}
	if (!is_list) {
		free(is_wanted);
		is_wanted = NULL;
	}
	free(is_list);
	return is_wanted;
}

static int make_traffic(struct page *page, bool is_narrowed)
{
	bool *is_wanted = is_narrowed ? find_wanted(page->ruleset) : NULL;
	int result = -1;

	if (is_wanted || !is_narrowed)
		result = traffic_make(
			&page->traffic, page->ruleset->lookup, &page->analysis->flows, is_wanted);
	free(is_wanted);
	return result;
}

static void put_foot(struct page *page, const char *command)
{
	struct html *html = &page->html;

	html_put(html, "<footer><p>Written by <code>vcnrules ");
	html_put(html, command);
	html_put(html,
		"</code>; vcnrules(1) says what each finding means and what it rests on. Nothing "
		"was changed by it, and this page loads nothing.</p></footer>\n");
	page_static_put_script(html);
	html_put(html, "</body>\n</html>\n");
}

static int end(struct page *page, int result)
{
	if (html_end(&page->html) != 0)
		result = -1;
	page_advice_free(&page->advice);
	free(page->shrinks);
	traffic_free(&page->traffic);
	return result;
}

int page_write_report(struct outfile *output, struct analysis *analysis, bool is_narrowed)
{
	struct page page = {
		.html = {.output = output},
		.analysis = analysis,
		.ruleset = &analysis->ruleset,
		.findings = &analysis->findings,
	};

	if (count_rules(&page) != 0 || make_traffic(&page, is_narrowed) != 0)
		return end(&page, -1);
	put_head(&page, "What the security rules are used for");
	put_sentence(&page);
	put_numbers(&page);
	html_put(&page.html, "<nav><a href=\"#todo\">What to do</a>");
	if (page.traffic.place_count > 0)
		html_put(&page.html, " <a href=\"#traffic\">Who talks to whom</a>"
				     " <a href=\"#services\">Services</a>");
	html_put(&page.html, " <a href=\"#rules\">All rules</a></nav>\n</header>\n<main>\n");
	if (page_advice_write(&page) != 0)
		return end(&page, -1);
	page_traffic_write(&page);
	if (page_rules_write(&page) != 0)
		return end(&page, -1);
	html_put(&page.html, "</main>\n");
	put_foot(&page, "report");
	return end(&page, 0);
}

int page_write_lint(struct outfile *output, const struct ruleset *ruleset,
	const struct findings *findings, size_t *count)
{
	struct page page = {
		.html = {.output = output},
		.ruleset = ruleset,
		.findings = findings,
	};

	if (count_rules(&page) != 0)
		return end(&page, -1);
	*count = page.found;
	put_head(&page, "Security rules that need not be there");
	put_lint_head(&page);
	html_put(&page.html, "<nav><a href=\"#todo\">What to do</a> <a href=\"#rules\">Findings</a>"
			     "</nav>\n</header>\n<main>\n");
	if (page_advice_write(&page) != 0 || page_rules_write(&page) != 0)
		return end(&page, -1);
	html_put(&page.html, "</main>\n");
	put_foot(&page, "lint");
	return end(&page, 0);
}

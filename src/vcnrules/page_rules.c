/*
 * A row a rule, in the order of the report. What the script sorts by stands in the
 * cells as data-by, so that it need not read numbers as people do; what it filters
 * by is the class of the row.
 */
#include "vcnrules/page_rules.h"

#include "vcnrules/page.h"
#include "vcnrules/page_words.h"

struct column {
	const char *title;
	const char *class;
	const char *hint; /* null: the title says it */
	bool is_of_use;   /* there is none on a page about the rules alone */
};

static const struct column columns[] = {
	{"List or group", "name", NULL, false},
	{"Rule", "rule", "direction, protocol, peer, source ports &gt; destination ports", false},
	{"Used", "count", "conversations that it certainly let pass", true},
	{"Peers", "count", "others that it let in or out; weak ones exchanged few packets", true},
	{"Ports used", "ports", NULL, true},
	{"Bytes", "size", NULL, true},
	{"Last used", "day", NULL, true},
	{"Width", "width", "from 1, one address and port, to 100, everything", true},
	{"What was found", "found", NULL, false},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const tones[] = {
	[PAGE_CALM] = "calm",
	[PAGE_NOTE] = "note",
	[PAGE_WIDE] = "wide",
	[PAGE_UNUSED] = "unused",
};

/* Begins a cell of a column that is not ended yet; with what it is sorted by. */
static void begin_cell(struct html *html, size_t column)
{
	html_put(html, "<td class=\"");
	html_put(html, columns[column].class);
	html_put(html, "\" data-label=\"");
	html_put(html, columns[column].title);
	html_put(html, "\"");
}

static void begin_number(struct html *html, size_t column, uint64_t number)
{
	begin_cell(html, column);
	html_put(html, " data-by=\"");
	html_number(html, number);
	html_put(html, "\">");
}

static void put_use(struct page *page, const struct analysis_rule *rule)
{
	const struct usage_rule *usage = rule->usage;
	const struct peers *peers = rule->peers;
	struct html *html = &page->html;

	begin_number(html, 2, usage->conversations);
	html_count(html, usage->conversations);
	if (usage->answers > 0) {
		html_put(html, "<br>\n<small>");
		html_things(html, usage->answers, "answer", "answers");
		html_put(html, "</small>");
	}
	if (usage->either > 0) {
		html_put(html, "<br>\n<small>perhaps ");
		html_count(html, usage->either);
		html_put(html, "</small>");
	}
	html_put(html, "</td>");
	begin_number(html, 3, peers->count);
	html_count(html, peers->count);
	if (peers->weak_count > 0) {
		html_put(html, "<br>\n<small>");
		html_count(html, peers->weak_count);
		html_put(html, " weak</small>");
	}
	html_put(html, "</td>");
	begin_cell(html, 4);
	html_put(html, ">");
	page_words_ports(html, rule);
	html_put(html, "</td>");
	begin_number(html, 5, peers->sum.bytes);
	if (peers->sum.bytes > 0)
		html_bytes(html, peers->sum.bytes);
	html_put(html, "</td>");
	begin_number(html, 6, peers->last > 0 ? (uint64_t)peers->last : 0);
	if (peers->last != FLOWS_NEVER_LAST)
		html_day(html, peers->last);
	html_put(html, "</td>");
	begin_number(html, 7, rule->width);
	html_number(html, rule->width);
	html_put(html, "</td>");
}

static void put_names(struct html *html, const struct analysis_rule *rule, const char *before,
	const char *separator, const char *after)
{
	const char *name;
	size_t at = 0;

	for (const char *next = before; (name = analysis_next_finding(rule, &at)) != NULL;
		next = separator) {
		html_put(html, next);
		html_put(html, name);
		html_put(html, after);
	}
}

static void put_row(struct page *page, const struct analysis_rule *rule)
{
	struct html *html = &page->html;
	const struct lookup_text *description = &rule->texts.description;

	html_put(html, "<tr id=\"r");
	html_number(html, rule->number);
	html_put(html, "\" class=\"");
	html_put(html, tones[page_tone(rule)]);
	put_names(html, rule, " ", " ", "");
	if (rule->findings & ANALYSIS_WIDE)
		html_put(html, " broad");
	html_put(html, "\">");
	begin_cell(html, 0);
	html_put(html, ">");
	page_put_name(page, &rule->owner->name, &rule->owner->ocid);
	if (rule->owner->is_group)
		html_put(html, "<br>\n<small>group</small>");
	html_put(html, "</td>");
	begin_cell(html, 1);
	html_put(html, ">");
	html_code(html, rule->texts.text.text, rule->texts.text.len);
	if (description->text && description->len > 0) {
		html_put(html, "<br>\n<small><bdi>");
		html_text(html, description->text, description->len);
		html_put(html, "</bdi></small>");
	}
	html_put(html, "</td>");
	if (page->analysis)
		put_use(page, rule);
	begin_number(html, COUNT(columns) - 1, (uint64_t)page_tone(rule));
	put_names(html, rule, "<span class=\"tag\">", " <span class=\"tag\">", "</span>");
	html_put(html, "\n");
	page_words_findings(page, rule, false);
	html_put(html, "</td></tr>\n");
	html_pass(html);
}

/* Hidden until the script is there to do something with them. */
static void put_controls(struct page *page)
{
	static const struct {
		const char *class;
		const char *words;
		bool is_of_use;
	} choices[] = {
		{"", "all rules", false},
		{"unused", "unused", true},
		{"broad", "wide", true},
		{"no_evidence", "too little seen", true},
		{"sensitive_port", "sensitive ports for anybody", true},
		{"redundant", "redundant", false},
		{"shadowed", "shadowed", false},
		{"duplicate", "duplicate", false},
		{"invalid", "invalid", false},
	};
	struct html *html = &page->html;

	html_put(html,
		"<form id=\"controls\" hidden><label>Search <input type=\"search\" id=\"search\" "
		"autocomplete=\"off\" spellcheck=\"false\"></label> "
		"<label>Show <select id=\"show\">");
	for (size_t i = 0; i < COUNT(choices); i++) {
		if (choices[i].is_of_use && !page->analysis)
			continue;
		html_put(html, "<option value=\"");
		html_put(html, choices[i].class);
		html_put(html, "\">");
		html_put(html, choices[i].words);
		html_put(html, "</option>");
	}
	html_put(html,
		"</select></label> <output id=\"shown\" for=\"search show\"></output></form>\n");
}

int page_rules_write(struct page *page)
{
	const struct ruleset *ruleset = page->ruleset;
	struct html *html = &page->html;

	html_put(html, "<section id=\"rules\"><h2>");
	html_put(html, page->analysis ? "All rules" : "Rules with a finding");
	html_put(html, "</h2>\n");
	put_controls(page);
	html_put(html, "<table id=\"table\" class=\"rules\" aria-label=\"rules\"><thead><tr>");
	for (size_t i = 0; i < COUNT(columns); i++) {
		if (columns[i].is_of_use && !page->analysis)
			continue;
		html_put(html, "<th scope=\"col\" class=\"");
		html_put(html, columns[i].class);
		if (columns[i].hint) {
			html_put(html, "\" title=\"");
			html_put(html, columns[i].hint);
		}
		html_put(html, "\">");
		html_put(html, columns[i].title);
		html_put(html, "</th>");
	}
	html_put(html, "</tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < ruleset->owner_count; i++) {
		for (size_t j = 0; ruleset->owners[i].is_chosen && j < ruleset->owners[i].count;
			j++) {
			struct analysis_rule rule;

			if (page_look(page, i, j, &rule) != 0)
				return -1;
			/* Nothing is to be said of the others. */
			if (page->analysis || rule.verdict->findings != 0)
				put_row(page, &rule);
		}
	}
	html_put(html, "</tbody></table>\n</section>\n");
	return 0;
}

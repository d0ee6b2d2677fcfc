/*
 * A text of ours and one of anybody go through different functions, and nothing
 * but html_text takes the second kind. It escapes more than one place needs, so
 * that no caller has to know in which place it stands.
 */
#include "vcnrules/html.h"

#include <stdio.h>
#include <string.h>

#include "base/utc.h"

void html_put_bytes(struct html *html, const char *markup, size_t len)
{
	if (bytes_append(&html->output->bytes, markup, len) != 0)
		html->is_short = true;
}

void html_put(struct html *html, const char *markup)
{
	html_put_bytes(html, markup, strlen(markup));
}

/* What stands for a character; null: itself. A raw CR would be read as LF. */
static const char *reference_of(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	case '`':
		return "&#96;";
	case '\r':
		return "&#13;";
	case '\0':
		return "\xef\xbf\xbd";
	default:
		return NULL;
	}
}

void html_text(struct html *html, const char *text, size_t len)
{
	size_t from = 0;

	for (size_t i = 0; i < len; i++) {
		const char *reference = reference_of(text[i]);

		if (!reference)
			continue;
		html_put_bytes(html, text + from, i - from);
		html_put(html, reference);
		from = i + 1;
	}
	if (len > from)
		html_put_bytes(html, text + from, len - from);
}

void html_code(struct html *html, const char *text, size_t len)
{
	html_put(html, "<code><bdi>");
	html_text(html, text, len);
	html_put(html, "</bdi></code>");
}

void html_number(struct html *html, uint64_t number)
{
	if (bytes_append_number(&html->output->bytes, number) != 0)
		html->is_short = true;
}

void html_count(struct html *html, uint64_t number)
{
	char text[32];
	char *at = text + sizeof(text);
	unsigned digits = 0;

	do {
		if (digits > 0 && digits % 3 == 0)
			*--at = ',';
		*--at = (char)('0' + number % 10);
		number /= 10;
		digits++;
	} while (number > 0);
	html_put_bytes(html, at, (size_t)(text + sizeof(text) - at));
}

void html_things(struct html *html, uint64_t number, const char *one, const char *several)
{
	html_count(html, number);
	html_put(html, " ");
	html_put(html, number == 1 ? one : several);
}

void html_bytes(struct html *html, uint64_t bytes)
{
	static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
	double amount = (double)bytes;
	size_t unit = 0;
	char text[32];

	/* 999.5 would be written as 1000 */
	while (amount >= (unit == 0 ? 1000 : 999.5)) {
		amount /= 1000;
		unit++;
	}
	snprintf(text, sizeof(text), unit == 0 || amount >= 99.95 ? "%.0f %s" : "%.1f %s", amount,
		units[unit]);
	html_put(html, text);
}

void html_day(struct html *html, int64_t seconds)
{
	char text[UTC_TEXT_SIZE];

	if (utc_text(text, seconds))
		html_put_bytes(html, text, UTC_DATE_LENGTH);
	else
		html_put(html, "never");
}

void html_pass(struct html *html)
{
	outfile_pass(html->output);
}

int html_end(const struct html *html)
{
	return html->is_short ? -1 : 0;
}

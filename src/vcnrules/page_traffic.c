/*
 * The map is a table, so that it can be read out, printed and copied: a cell has
 * its amount as text, which is only too small to be shown where there are many. A
 * shade is for a tenth of the next darker one, since amounts lie far apart.
 */
#include "vcnrules/page_traffic.h"

#include <stdlib.h>

#include "vcnrules/page.h"
#include "vcnrules/page_words.h"

/* Shades of the map; 0 is no traffic. */
#define SHADES 6

/* With more places than these the amounts are not shown in the cells. */
#define ROOMY ((size_t)11)

/* Subnets whose services are shown at once; the rest when asked for. */
#define CHAPTERS ((size_t)8)

static unsigned shade_of(uint64_t bytes, uint64_t largest)
{
	unsigned shade = SHADES;

	if (bytes == 0)
		return 0;
	while (shade > 1 && bytes <= largest / 10) {
		largest /= 10;
		shade--;
	}
	return shade;
}

static void put_place(struct page *page, const struct traffic_place *place)
{
	struct html *html = &page->html;

	switch (place->kind) {
	case TRAFFIC_SUBNET:
		page_put_name(page, &place->name, &place->ocid);
		break;
	case TRAFFIC_OTHERS:
		html_put(html, "<span>");
		html_things(html, page->traffic.summed, "smaller subnet", "smaller subnets");
		html_put(html, "</span>");
		break;
	case TRAFFIC_PRIVATE:
		html_put(html, "<span title=\"private addresses in no subnet of the lookup file\">"
			       "other private</span>");
		break;
	case TRAFFIC_INTERNET:
		html_put(html, "<span>internet</span>");
		break;
	}
}

/* Are two places of one group: subnets of a VCN, or none of any? */
static bool is_same_vcn(const struct traffic_place *a, const struct traffic_place *b)
{
	if (a->kind != TRAFFIC_SUBNET || b->kind != TRAFFIC_SUBNET)
		return (a->kind == TRAFFIC_SUBNET) == (b->kind == TRAFFIC_SUBNET);
	return lookup_text_compare(&a->vcn, &b->vcn) == 0;
}

/* How many places from first on are of its group. */
static size_t group_at(const struct traffic *traffic, size_t first)
{
	size_t count = 1;

	while (first + count < traffic->place_count &&
		is_same_vcn(&traffic->places[first], &traffic->places[first + count]))
		count++;
	return count;
}

static void put_vcn(struct page *page, const struct traffic_place *place)
{
	struct html *html = &page->html;

	if (place->kind != TRAFFIC_SUBNET) {
		html_put(html, "outside");
		return;
	}
	html_put(html, "<span class=\"kind\">VCN</span> ");
	page_put_name(page, &place->vcn_name, &place->vcn);
}

static void put_heads(struct page *page)
{
	const struct traffic *traffic = &page->traffic;
	struct html *html = &page->html;

	html_put(html, "<thead><tr class=\"vcns\"><td></td>");
	for (size_t i = 0; i < traffic->place_count; i += group_at(traffic, i)) {
		html_put(html, "<th scope=\"colgroup\" colspan=\"");
		html_number(html, group_at(traffic, i));
		html_put(html, "\"><div>");
		put_vcn(page, &traffic->places[i]);
		html_put(html, "</div></th>");
	}
	html_put(html, "</tr><tr><td class=\"way\">from ↓ to →</td>");
	for (size_t i = 0; i < traffic->place_count; i++) {
		html_put(html, "<th scope=\"col\"><div>");
		put_place(page, &traffic->places[i]);
		html_put(html, "</div></th>");
	}
	html_put(html, "</tr></thead>\n");
}

static void put_row(struct page *page, size_t row)
{
	const struct traffic *traffic = &page->traffic;
	size_t count = traffic->place_count;
	struct html *html = &page->html;

	html_put(html, "<tr><th scope=\"row\"><div>");
	put_place(page, &traffic->places[row]);
	html_put(html, "</div></th>");
	for (size_t i = 0; i < count; i++) {
		uint64_t bytes = traffic->cells[row * count + i];

		if (bytes == 0) {
			html_put(html, "<td></td>");
			continue;
		}
		html_put(html, "<td class=\"h");
		html_number(html, shade_of(bytes, traffic->largest));
		html_put(html, "\" title=\"");
		html_bytes(html, bytes);
		html_put(html, "\"><span>");
		html_bytes(html, bytes);
		html_put(html, "</span></td>");
	}
	html_put(html, "</tr>\n");
}

static void put_map(struct page *page)
{
	const struct traffic *traffic = &page->traffic;
	struct html *html = &page->html;
	uint64_t most = traffic->largest;
	unsigned shades = 1;

	html_put(html,
		"<section id=\"traffic\"><h2>Who talks to whom</h2>\n<p>Accepted bytes "
		"from the subnet of a row to that of a column, of all conversations that were "
		"given.");
	while (shades < SHADES && most / 10 > 0) {
		most /= 10;
		shades++;
	}
	html_put(html, "</p>\n<p class=\"legend\">");
	for (unsigned i = 0; i < shades; i++) {
		html_put(html, " <span class=\"key h");
		html_number(html, SHADES - shades + 1 + i);
		html_put(html, "\">up to ");
		html_bytes(html, most);
		html_put(html, "</span>");
		most = i + 2 == shades ? traffic->largest : most * 10;
	}
	html_put(html, "</p>\n<div class=\"scroll\"><table aria-label=\"accepted bytes from "
		       "subnet to subnet\" class=\"heat");
	html_put(html, traffic->place_count > ROOMY ? " dense\">\n" : "\">\n");
	put_heads(page);
	for (size_t i = 0; i < traffic->place_count;) {
		size_t end = i + group_at(traffic, i);

		html_put(html, "<tbody>\n");
		while (i < end)
			put_row(page, i++);
		html_put(html, "</tbody>\n");
	}
	html_put(html, "</table></div>\n</section>\n");
	html_pass(html);
}

/* ---- services ---------------------------------------------------------------------------- */

static void put_service(struct page *page, const struct traffic_service *service)
{
	const char *name = service->has_port ? page_words_service(service->port) : NULL;
	struct html *html = &page->html;

	if (service->is_rest) {
		html_things(html, service->services, "more", "more");
		return;
	}
	if (service->way == TRAFFIC_UNKNOWN) {
		page_words_protocol(html, service->protocol);
		html_put(html, ", all ports");
		return;
	}
	page_words_protocol(html, service->protocol);
	if (service->has_port) {
		html_put(html, " ");
		html_number(html, service->port);
	}
	if (name) {
		html_put(html, " <small>");
		html_put(html, name);
		html_put(html, "</small>");
	}
}

/* A bar of a picture, so that it is printed, too: in thousandths of the cell. */
static void put_bar(struct html *html, uint64_t bytes, double whole)
{
	unsigned share = whole > 0 ? (unsigned)(1000 * ((double)bytes / whole)) : 0;

	html_put(html, "<td class=\"bar\"><svg aria-hidden=\"true\" viewBox=\"0 0 1000 10\" "
		       "preserveAspectRatio=\"none\"><rect height=\"10\" width=\"");
	html_number(html, share < 3 ? 3 : share);
	html_put(html, "\"/></svg></td><td class=\"number\">");
	html_number(html, (share + 5) / 10);
	html_put(html, "\u00a0%</td>");
}

/* A place and its services. */
struct chapter {
	const struct traffic_place *place;
	const struct traffic_service *services;
	size_t count;
};

static void put_chapter(struct page *page, const struct chapter *chapter)
{
	static const char *const ways[] = {
		[TRAFFIC_OFFERED] = "offers",
		[TRAFFIC_USED] = "uses",
		[TRAFFIC_UNKNOWN] = "unclear",
	};
	const struct traffic_place *place = chapter->place;
	struct html *html = &page->html;
	double whole = 0; /* sums may reach the greatest there is */

	for (size_t i = 0; i < chapter->count; i++)
		whole += (double)chapter->services[i].bytes;
	html_put(html, "<table class=\"services\"><caption>");
	page_put_name(page, &place->name, &place->ocid);
	if (place->vcn.text) {
		html_put(html, " <span class=\"of\">of VCN ");
		page_put_name(page, &place->vcn_name, &place->vcn);
		html_put(html, "</span>");
	}
	html_put(html,
		"</caption>\n<thead><tr><td></td><th scope=\"col\">Service</th><th "
		"scope=\"col\">Share</th><td></td><th scope=\"col\" class=\"number\">Bytes</th>"
		"<th scope=\"col\" class=\"number\" title=\"conversations\">Conv.</th></tr>"
		"</thead>\n<tbody>\n");
	for (size_t i = 0; i < chapter->count; i++) {
		const struct traffic_service *service = &chapter->services[i];

		html_put(html, "<tr><td class=\"way\">");
		if (i == 0 || service->way != service[-1].way)
			html_put(html, ways[service->way]);
		html_put(html, "</td><th scope=\"row\">");
		put_service(page, service);
		html_put(html, "</th>");
		put_bar(html, service->bytes, whole);
		html_put(html, "<td class=\"number\">");
		html_bytes(html, service->bytes);
		html_put(html, "</td><td class=\"number\">");
		html_count(html, service->conversations);
		html_put(html, "</td></tr>\n");
	}
	html_put(html, "</tbody></table>\n");
	html_pass(html);
}

static int compare_chapters(const void *first, const void *second)
{
	const struct traffic_place *a = ((const struct chapter *)first)->place;
	const struct traffic_place *b = ((const struct chapter *)second)->place;

	if (a->bytes != b->bytes)
		return a->bytes > b->bytes ? -1 : 1;
	/* As they stand in the map, for what comes after is the same each time. */
	return (a > b) - (a < b);
}

static void put_all_services(struct page *page)
{
	const struct traffic *traffic = &page->traffic;
	struct chapter chapters[TRAFFIC_PLACES];
	struct html *html = &page->html;
	size_t count = 0;
	size_t next = 0;
	size_t shown;

	for (size_t i = 0; i < traffic->place_count; i++) {
		const struct traffic_place *place = &traffic->places[i];
		size_t first = next;

		while (next < traffic->service_count && place->kind == TRAFFIC_SUBNET &&
			traffic->services[next].subnet == place->subnet)
			next++;
		if (next > first)
			chapters[count++] =
				(struct chapter){place, &traffic->services[first], next - first};
	}
	if (count > 1)
		qsort(chapters, count, sizeof(*chapters), compare_chapters);
	shown = count > CHAPTERS + 2 ? CHAPTERS : count;
	html_put(html,
		"<section id=\"services\"><h2>Services by subnet</h2>\n<p>What others use in a "
		"subnet, and what it uses elsewhere. A bar is the share of the subnet’s "
		"bytes.</p>\n<div class=\"chapters\">\n");
	for (size_t i = 0; i < shown; i++)
		put_chapter(page, &chapters[i]);
	html_put(html, "</div>\n");
	if (shown < count) {
		html_put(html, "<details><summary>");
		html_count(html, count - shown);
		html_put(html, " more subnets</summary>\n<div class=\"chapters\">\n");
		for (size_t i = shown; i < count; i++)
			put_chapter(page, &chapters[i]);
		html_put(html, "</div></details>\n");
	}
	html_put(html, "</section>\n");
}

void page_traffic_write(struct page *page)
{
	if (page->traffic.place_count == 0)
		return;
	put_map(page);
	if (page->traffic.service_count > 0)
		put_all_services(page);
}

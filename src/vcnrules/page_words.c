/*
 * Sentences for somebody who has not read the manual: what is so, then the numbers
 * that it rests on. They say what was seen, not what anybody meant.
 */
#include "vcnrules/page_words.h"

#include "base/address.h"
#include "vcnrules/page.h"

/* Rules that cover another one are named, so many of them. */
#define COVER_NAMED 4

/* Runs of ports that are named of those that were used. */
#define PORTS_NAMED 12

static const struct {
	uint16_t port;
	const char *name;
} services[] = {
	{21, "FTP"},
	{22, "SSH"},
	{23, "Telnet"},
	{25, "SMTP"},
	{53, "DNS"},
	{80, "HTTP"},
	{88, "Kerberos"},
	{111, "RPC"},
	{123, "NTP"},
	{135, "Windows RPC"},
	{139, "NetBIOS"},
	{389, "LDAP"},
	{443, "HTTPS"},
	{445, "SMB"},
	{500, "IKE"},
	{514, "syslog"},
	{587, "SMTP"},
	{636, "LDAPS"},
	{1433, "SQL Server"},
	{1521, "Oracle Database"},
	{2049, "NFS"},
	{2375, "Docker"},
	{2376, "Docker"},
	{2379, "etcd"},
	{3306, "MySQL"},
	{3389, "RDP"},
	{4500, "IKE"},
	{5432, "PostgreSQL"},
	{5900, "VNC"},
	{5985, "WinRM"},
	{5986, "WinRM"},
	{6379, "Redis"},
	{6443, "Kubernetes"},
	{9092, "Kafka"},
	{9200, "Elasticsearch"},
	{10250, "kubelet"},
	{11211, "memcached"},
	{27017, "MongoDB"},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const char *page_words_service(uint16_t port)
{
	for (size_t i = 0; i < COUNT(services); i++)
		if (services[i].port == port)
			return services[i].name;
	return NULL;
}

void page_words_protocol(struct html *html, unsigned protocol)
{
	switch (protocol) {
	case RULE_ICMP:
		html_put(html, "icmp");
		break;
	case RULE_TCP:
		html_put(html, "tcp");
		break;
	case RULE_UDP:
		html_put(html, "udp");
		break;
	case RULE_ICMPV6:
		html_put(html, "icmpv6");
		break;
	default:
		html_put(html, "protocol ");
		html_number(html, protocol);
	}
}

void page_words_protocols(struct html *html, const struct analysis_rule *rule)
{
	const char *separator = "";

	for (unsigned protocol = 0; protocol < 256; protocol++) {
		if (!peers_has_protocol(rule->peers, protocol))
			continue;
		html_put(html, separator);
		page_words_protocol(html, protocol);
		separator = ", ";
	}
}

void page_words_ports(struct html *html, const struct analysis_rule *rule)
{
	size_t at = rule->peers->port_count > 0 ? 0 : RULE_PORT_MAX + 1;
	size_t named = 0;
	size_t runs = 0;
	size_t low, high;

	for (; peers_next_ports(rule->peers, &at, &low, &high); runs++) {
		if (runs >= PORTS_NAMED)
			break;
		html_put(html, runs == 0 ? "" : ", ");
		html_number(html, low);
		if (high > low) {
			html_put(html, "–");
			html_number(html, high);
		}
		named += high - low + 1;
	}
	if (named >= rule->peers->port_count)
		return;
	html_put(html, " and ");
	html_count(html, rule->peers->port_count - named);
	html_put(html, " more");
}

void page_words_blocks(struct html *html, const struct analysis_rule *rule)
{
	char text[PREFIX_TEXT_SIZE];

	for (size_t i = 0; i < rule->peers->block_count; i++) {
		html_put(html, i == 0 ? "<code>" : ", <code>");
		html_put_bytes(html, text, prefix_text(text, &rule->peers->blocks[i]));
		html_put(html, "</code>");
	}
}

void page_words_evidence(struct html *html, unsigned evidence)
{
	static const struct {
		unsigned bit;
		const char *words;
	} reasons[] = {
		{USAGE_SHORT_WINDOW,
			"a subnet or VNIC that it is for was seen for too short a time"},
		{USAGE_SILENT_SUBNET, "a subnet or VNIC that it is for has no flow in the log"},
		{USAGE_UNEXPLAINED, "in a subnet that it is for, over 1 % of what was accepted is "
				    "explained by no rule of today"},
		{USAGE_YOUNG_RULE, "the rule was made too short a time ago"},
	};
	const char *separator = "";

	for (size_t i = 0; i < COUNT(reasons); i++) {
		if (!(evidence & reasons[i].bit))
			continue;
		html_put(html, separator);
		html_put(html, reasons[i].words);
		separator = "; ";
	}
}

/* ---- of use ------------------------------------------------------------------------- */

/* "in 39 days", of what was seen where the rule is for. */
static void put_window(struct html *html, const struct analysis_rule *rule)
{
	int64_t first = rule->seen->first;
	int64_t last = rule->seen->last;

	if (first == FLOWS_NEVER_FIRST || last == FLOWS_NEVER_LAST || last <= first)
		return;
	html_put(html, " in ");
	html_things(html, (uint64_t)(last - first) / 86400, "day", "days");
}

static void put_wide_peer(struct page *page, const struct analysis_rule *rule, bool is_brief)
{
	const struct peers *peers = rule->peers;
	uint64_t strong = peers->count - peers->weak_count;
	struct html *html = &page->html;

	html_put(html, rule->rule->direction == DIRECTION_INGRESS
			       ? "Anybody may come in by it, and "
			       : "It leads anywhere, and was used to reach ");
	html_things(html, strong, "peer", "peers");
	html_put(html, rule->rule->direction == DIRECTION_INGRESS ? " did" : "");
	if (peers->block_count > 0 && !is_brief) {
		html_put(html, ": ");
		page_words_blocks(html, rule);
	}
	if (peers->weak_count > 0) {
		html_put(html, "; ");
		html_things(html, peers->weak_count, "other", "others");
		html_put(html, " exchanged fewer than ");
		html_things(html, page->analysis->min_packets, "packet", "packets");
		html_put(html, peers->weak_count == 1 ? "" : " each");
	}
	html_put(html, ".");
}

static void put_use(
	struct page *page, const struct analysis_rule *rule, unsigned finding, bool is_brief)
{
	struct html *html = &page->html;

	switch (finding) {
	case ANALYSIS_UNUSED:
		html_put(html, "Nothing used it");
		put_window(html, rule);
		html_put(
			html, rule_protocol_is_icmp(rule->rule->protocol)
				      ? ". Keep it all the same: errors that it lets pass, such as "
					"those of path MTU, are rare."
				      : ".");
		break;
	case ANALYSIS_NO_EVIDENCE:
		html_put(html, "Nothing used it, but too little was seen to say so: ");
		page_words_evidence(html, rule->evidence);
		html_put(html, ".");
		break;
	case ANALYSIS_ONLY_MAYBE:
		html_put(html, "It may have let ");
		html_things(html, rule->usage->maybe, "conversation", "conversations");
		html_put(html, " pass; the log does not tell.");
		break;
	case ANALYSIS_ONLY_EITHER:
		html_put(html, "It let ");
		html_things(html, rule->usage->either, "conversation", "conversations");
		html_put(html, " pass if they went its way; who began them is not known.");
		break;
	case ANALYSIS_WIDE_PEER:
		put_wide_peer(page, rule, is_brief);
		break;
	case ANALYSIS_WIDE_PORTS:
		html_count(html, analysis_ports(rule->rule));
		html_put(html, " ports are open, and ");
		html_things(html, rule->peers->port_count, "was used", "were used");
		if (!is_brief) {
			html_put(html, ": ");
			page_words_ports(html, rule);
		}
		html_put(html, ".");
		break;
	case ANALYSIS_ALL_PROTOCOLS:
		html_put(html, "All protocols are open, and ");
		html_things(html, rule->peers->protocol_count, "was used", "were used");
		if (!is_brief) {
			html_put(html, ": ");
			page_words_protocols(html, rule);
		}
		html_put(html, ".");
		break;
	case ANALYSIS_SENSITIVE_PORT:
		if (rule->rule->destination_low == rule->rule->destination_high &&
			page_words_service(rule->rule->destination_low)) {
			html_put(html, "Anybody on the internet may reach ");
			html_put(html, page_words_service(rule->rule->destination_low));
			html_put(html, " (port ");
			html_number(html, rule->rule->destination_low);
			html_put(html, ").");
		} else {
			html_put(html, "Anybody on the internet may reach ports of remote access, "
				       "databases or the like.");
		}
		break;
	default: /* ANALYSIS_UNATTACHED */
		html_put(html, rule->owner->is_group ? "No VNIC is in its group."
						     : "No subnet uses its list.");
	}
}

/* ---- of the rules alone -------------------------------------------------------------- */

static void put_cover(struct page *page, const struct analysis_rule *rule)
{
	const struct ruleset *ruleset = page->ruleset;
	const struct boxes_cover *cover = &rule->verdict->covered_by;
	struct html *html = &page->html;

	for (size_t i = 0; i < cover->count && i < COVER_NAMED; i++) {
		const struct boxes_rule *other = &ruleset->rules[cover->rules[i]];
		const struct ruleset_owner *owner = ruleset_owner_of(ruleset, cover->rules[i]);

		html_put(html, "\n<span class=\"cover\">");
		html_code(html, other->text, other->text_len);
		if (owner != rule->owner) {
			html_put(html, " of ");
			page_put_name(page, &owner->name, &owner->ocid);
		}
		html_put(html, "</span>");
	}
	if (cover->count > COVER_NAMED) {
		html_put(html, "\n<span class=\"cover\">and ");
		html_count(html, cover->count - COVER_NAMED);
		html_put(html, " more</span>");
	}
}

static void put_of_rules(struct page *page, const struct analysis_rule *rule, unsigned finding)
{
	struct html *html = &page->html;

	switch (finding) {
	case BOXES_DUPLICATE:
		html_put(html, "The same rule stands in its list once more.");
		return;
	case BOXES_REDUNDANT:
		html_put(html, "All that it lets pass is let pass without it, too:");
		break;
	case BOXES_SHADOWED:
		html_put(html, "Stateless rules let the same pass, and where they do nothing is "
			       "tracked, so it never does what it says:");
		break;
	case BOXES_MIXED:
		html_put(html, "Stateful rules let the same pass; they would begin to track it "
			       "without this rule:");
		break;
	case BOXES_INVALID:
		html_put(html, "It matches nothing.");
		return;
	default: /* BOXES_FINDING_UNDECIDED */
		html_put(html, "Whether others cover it takes too many steps to tell.");
		return;
	}
	put_cover(page, rule);
}

void page_words_findings(struct page *page, const struct analysis_rule *rule, bool is_brief)
{
	struct html *html = &page->html;

	for (unsigned i = 0; i < ANALYSIS_FINDINGS; i++) {
		if (!(rule->findings & 1u << i))
			continue;
		html_put(html, "<p>");
		put_use(page, rule, i, is_brief);
		html_put(html, "</p>\n");
	}
	for (unsigned bit = 1; bit <= BOXES_FINDING_UNDECIDED; bit <<= 1) {
		if (!(rule->verdict->findings & bit))
			continue;
		html_put(html, "<p>");
		put_of_rules(page, rule, bit);
		html_put(html, "</p>\n");
	}
}

/* What dumps and replies make a lookup file hold. */
#include "catalog.h"

#include <arpa/inet.h>
#include <errno.h>

#include "base/limits.h"
#include "fuzz.h"
#include "lookup/content.h"

/* Longer spellings with escapes are not looked into. */
#define LONGEST_NAME 256
#define LONGEST_ID 1024

static const struct strict_node *node_of(const struct catalog *catalog, uint32_t node)
{
	return &catalog->strict.nodes[node];
}

static bool is_type(const struct catalog *catalog, uint32_t node, enum strict_type type)
{
	return node != 0 && node_of(catalog, node)->type == type;
}

static struct bytes new_bytes(void)
{
	return (struct bytes)BYTES_INIT(SIZE_MAX / 2);
}

static bool same(const struct bytes *a, const struct bytes *b)
{
	return a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

/* ---- members by folded names ------------------------------------------- */

/* Whether the name at [at, end) is wanted, hyphens, underscores, case aside. */
static bool folds_to(const struct catalog *catalog, size_t at, size_t end, const char *wanted)
{
	struct bytes name = new_bytes();
	size_t w = 0, len = strlen(wanted);
	bool good = true;

	if (end - at - 2 > LONGEST_NAME &&
		memchr(catalog->strict.text + at, '\\', end - at) != NULL)
		return false;
	strict_spell(&catalog->strict, at, end, &name);
	for (size_t i = 0; i < name.len && good; i++) {
		char c = name.data[i];

		if (c == '-' || c == '_')
			continue;
		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		good = w < len && wanted[w++] == c;
	}
	bytes_free(&name);
	return good && w == len;
}

/* The last member of this name, null or not; wanted without joiners. */
static uint32_t any_member(const struct catalog *catalog, uint32_t node, const char *wanted)
{
	uint32_t found = 0;

	if (!is_type(catalog, node, STRICT_OBJECT))
		return 0;
	for (uint32_t child = node_of(catalog, node)->first; child != 0;
		child = node_of(catalog, child)->next)
		if (folds_to(catalog, node_of(catalog, child)->name_at,
			    node_of(catalog, child)->name_end, wanted))
			found = child;
	return found;
}

static uint32_t member(const struct catalog *catalog, uint32_t node, const char *wanted)
{
	uint32_t found = any_member(catalog, node, wanted);

	return is_type(catalog, found, STRICT_NULL) ? 0 : found;
}

static void spell(const struct catalog *catalog, uint32_t node, struct bytes *to)
{
	fuzz_append(to, "", 0);
	strict_spell(&catalog->strict, node_of(catalog, node)->at, node_of(catalog, node)->end, to);
}

/* ---- security lists ---------------------------------------------------- */

static void put_escaped(struct bytes *out, const struct bytes *text)
{
	fuzz_append(out, "\"", 1);
	for (size_t i = 0; i < text->len; i++) {
		unsigned char c = (unsigned char)text->data[i];
		static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
		const char *found = c == 0 ? NULL : strchr(from, c);
		char escape[8];

		if (found != NULL)
			(void)snprintf(escape, sizeof escape, "\\%c", to[found - from]);
		else if (c < 0x20)
			(void)snprintf(escape, sizeof escape, "\\u%04x", c);
		else
			(void)snprintf(escape, sizeof escape, "%c", c);
		fuzz_append_text(out, escape);
	}
	fuzz_append(out, "\"", 1);
}

/* A string, or null where it is absent; of another type it is unsound. */
static void put_string(struct catalog *catalog, struct bytes *out, uint32_t node)
{
	struct bytes text = new_bytes();

	if (node == 0) {
		fuzz_append_text(out, "null");
		return;
	}
	if (!is_type(catalog, node, STRICT_STRING)) {
		catalog->sound = false;
		return;
	}
	spell(catalog, node, &text);
	put_escaped(out, &text);
	bytes_free(&text);
}

static void put_plain(struct catalog *catalog, struct bytes *out, uint32_t node)
{
	fuzz_append(out, catalog->strict.text + node_of(catalog, node)->at,
		node_of(catalog, node)->end - node_of(catalog, node)->at);
}

static bool need_boolean(struct catalog *catalog, uint32_t node)
{
	bool is_one = is_type(catalog, node, STRICT_TRUE) || is_type(catalog, node, STRICT_FALSE);

	if (node != 0 && !is_one)
		catalog->sound = false;
	return is_one;
}

static void put_boolean(struct catalog *catalog, struct bytes *out, uint32_t node)
{
	if (node == 0)
		fuzz_append_text(out, "null");
	else if (need_boolean(catalog, node))
		put_plain(catalog, out, node);
}

static void put_integer(struct catalog *catalog, struct bytes *out, uint32_t node)
{
	size_t before = out->len;
	char text[32];
	long long value;

	if (node == 0) {
		fuzz_append_text(out, "null");
		return;
	}
	put_plain(catalog, out, node);
	for (size_t i = before; i < out->len; i++)
		if (strchr(".eE", out->data[i]) != NULL)
			catalog->sound = false;
	if (!is_type(catalog, node, STRICT_NUMBER))
		catalog->sound = false;
	if (!catalog->sound)
		return;
	/* as a number of 64 bits, in plain decimal */
	fuzz_append(out, "", 1);
	errno = 0;
	value = strtoll(out->data + before, NULL, 10);
	out->len = before;
	if (errno != 0)
		catalog->sound = false;
	(void)snprintf(text, sizeof text, "%lld", value);
	fuzz_append_text(out, text);
}

/* A string, or, where numbers are taken, one from 0 to 255 that has digits alone. */
static void put_protocol(struct catalog *catalog, struct bytes *out, uint32_t node)
{
	const struct strict_node *number = node_of(catalog, node);
	size_t len = number->end - number->at;
	char digits[4] = "";

	if (!catalog->takes_numbers || !is_type(catalog, node, STRICT_NUMBER)) {
		put_string(catalog, out, node);
		return;
	}
	if (len < sizeof digits)
		memcpy(digits, catalog->strict.text + number->at, len);
	if (len >= sizeof digits || strspn(digits, "0123456789") != len ||
		strtol(digits, NULL, 10) > 255)
		catalog->sound = false;
	fuzz_append_text(out, "\"");
	fuzz_append_text(out, digits);
	fuzz_append_text(out, "\"");
}

static void need_object(struct catalog *catalog, uint32_t node)
{
	if (node != 0 && !is_type(catalog, node, STRICT_OBJECT))
		catalog->sound = false;
}

static void put_range(struct catalog *catalog, struct bytes *out, uint32_t node)
{
	need_object(catalog, node);
	fuzz_append_text(out, "{\"max\":");
	put_integer(catalog, out, member(catalog, node, "max"));
	fuzz_append_text(out, ",\"min\":");
	put_integer(catalog, out, member(catalog, node, "min"));
	fuzz_append_text(out, "}");
}

static void put_ports(struct catalog *catalog, struct bytes *out, uint32_t node)
{
	if (node == 0) {
		fuzz_append_text(out, "null");
		return;
	}
	need_object(catalog, node);
	fuzz_append_text(out, "{\"destination_port_range\":");
	put_range(catalog, out, member(catalog, node, "destinationportrange"));
	fuzz_append_text(out, ",\"source_port_range\":");
	put_range(catalog, out, member(catalog, node, "sourceportrange"));
	fuzz_append_text(out, "}");
}

static void put_icmp(struct catalog *catalog, struct bytes *out, uint32_t node)
{
	if (node == 0) {
		fuzz_append_text(out, "null");
		return;
	}
	need_object(catalog, node);
	fuzz_append_text(out, "{\"code\":");
	put_integer(catalog, out, member(catalog, node, "code"));
	fuzz_append_text(out, ",\"type\":");
	put_integer(catalog, out, member(catalog, node, "type"));
	fuzz_append_text(out, "}");
}

static void put_rule(struct catalog *catalog, struct bytes *out, uint32_t rule, bool ingress)
{
	need_object(catalog, rule);
	fuzz_append_text(out, "{\"description\":");
	put_string(catalog, out, member(catalog, rule, "description"));
	fuzz_append_text(out, ",\"icmp_options\":");
	put_icmp(catalog, out, member(catalog, rule, "icmpoptions"));
	fuzz_append_text(out, ",\"is_stateless\":");
	put_boolean(catalog, out, member(catalog, rule, "isstateless"));
	need_boolean(catalog, member(catalog, rule, "isvalid"));
	fuzz_append_text(out, ",\"protocol\":");
	put_protocol(catalog, out, member(catalog, rule, "protocol"));
	fuzz_append_text(out, ingress ? ",\"source\":" : ",\"destination\":");
	put_string(catalog, out, member(catalog, rule, ingress ? "source" : "destination"));
	fuzz_append_text(out, ingress ? ",\"source_type\":" : ",\"destination_type\":");
	put_string(catalog, out, member(catalog, rule, ingress ? "sourcetype" : "destinationtype"));
	fuzz_append_text(out, ",\"tcp_options\":");
	put_ports(catalog, out, member(catalog, rule, "tcpoptions"));
	fuzz_append_text(out, ",\"udp_options\":");
	put_ports(catalog, out, member(catalog, rule, "udpoptions"));
	fuzz_append_text(out, "}");
}

static void put_rules(struct catalog *catalog, struct bytes *out, uint32_t rules, bool ingress)
{
	uint32_t rule = 0;

	if (rules != 0 && !is_type(catalog, rules, STRICT_ARRAY))
		catalog->sound = false;
	else if (rules != 0)
		rule = node_of(catalog, rules)->first;
	fuzz_append_text(out, "[");
	for (bool first = true; rule != 0; rule = node_of(catalog, rule)->next, first = false) {
		fuzz_append_text(out, first ? "" : ",");
		put_rule(catalog, out, rule, ingress);
	}
	fuzz_append_text(out, "]");
}

static void read_list(struct catalog *catalog, struct catalog_item *item, uint32_t node)
{
	struct bytes *out = &item->json;

	fuzz_append_text(out, "{\"display_name\":");
	put_string(catalog, out, member(catalog, node, "displayname"));
	fuzz_append_text(out, ",\"security_list_ocid\":");
	put_string(catalog, out, member(catalog, node, "id"));
	fuzz_append_text(out, ",\"ingress_security_rules\":");
	put_rules(catalog, out, member(catalog, node, "ingresssecurityrules"), true);
	fuzz_append_text(out, ",\"egress_security_rules\":");
	put_rules(catalog, out, member(catalog, node, "egresssecurityrules"), false);
	fuzz_append_text(out, "}");
}

/* ---- subnets ----------------------------------------------------------- */

/* The length behind the slash: decimal, no leading zeros; -1: it is none. */
static int prefix_length(const char *text, size_t len, int most)
{
	int value = 0;

	if (len == 0 || len > 3 || (len > 1 && text[0] == '0'))
		return -1;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		value = value * 10 + text[i] - '0';
	}
	return value <= most ? value : -1;
}

static bool parse_prefix(struct prefix *prefix, const struct bytes *text)
{
	const char *slash = text->len == 0 ? NULL : memchr(text->data, '/', text->len);
	unsigned char bytes[16] = {0};
	char copy[64];
	size_t len;
	int length, most;

	if (slash == NULL || slash - text->data >= (ptrdiff_t)sizeof copy)
		return false;
	len = (size_t)(slash - text->data);
	memcpy(copy, text->data, len);
	copy[len] = '\0';
	if (strlen(copy) != len)
		return false;
	if (inet_pton(AF_INET, copy, bytes) == 1)
		most = 32;
	else if (inet_pton(AF_INET6, copy, bytes) == 1)
		most = 128;
	else
		return false;
	length = prefix_length(slash + 1, text->len - len - 1, most);
	if (length < 0)
		return false;
	memset(prefix, 0, sizeof *prefix);
	for (int i = 0; i < 128; i++) {
		uint64_t bit = i < length && (bytes[i / 8] >> (7 - i % 8) & 1) != 0;

		if (i < 64)
			prefix->high |= bit << (63 - i);
		else
			prefix->low |= bit << (127 - i);
	}
	prefix->family = most == 32 ? ADDRESS_IPV4 : ADDRESS_IPV6;
	prefix->length = (uint8_t)length;
	return true;
}

static void add_prefix(struct catalog *catalog, struct catalog_item *item, uint32_t node)
{
	struct bytes text = new_bytes();
	struct prefix prefix;

	if (is_type(catalog, node, STRICT_STRING)) {
		spell(catalog, node, &text);
		if (parse_prefix(&prefix, &text))
			fuzz_append(&item->prefixes, &prefix, sizeof prefix);
		else
			catalog->sound = false;
	} else {
		catalog->sound = false;
	}
	bytes_free(&text);
}

/* Returns true if a value is "": where an OCID stands, none is known. */
static bool is_empty(const struct catalog *catalog, uint32_t node)
{
	return is_type(catalog, node, STRICT_STRING) &&
	       node_of(catalog, node)->end - node_of(catalog, node)->at == strlen("\"\"");
}

static void add_named(struct catalog *catalog, struct catalog_item *item, uint32_t node)
{
	struct bytes text = new_bytes();

	if (is_empty(catalog, node))
		return;
	if (!is_type(catalog, node, STRICT_STRING)) {
		catalog->sound = false;
		return;
	}
	spell(catalog, node, &text);
	fuzz_append(&item->named, &text, sizeof text);
}

static void add_elements(struct catalog *catalog, struct catalog_item *item, uint32_t array,
	void (*add)(struct catalog *, struct catalog_item *, uint32_t))
{
	if (array == 0)
		return;
	if (!is_type(catalog, array, STRICT_ARRAY)) {
		catalog->sound = false;
		return;
	}
	for (uint32_t child = node_of(catalog, array)->first; child != 0;
		child = node_of(catalog, child)->next)
		add(catalog, item, child);
}

static int by_prefix(const void *a, const void *b)
{
	return prefix_compare(a, b);
}

static void sort_prefixes(struct catalog_item *item)
{
	struct prefix *prefixes = (void *)item->prefixes.data;
	size_t count = item->prefixes.len / sizeof *prefixes, kept = 0;

	if (count == 0)
		return;
	qsort(prefixes, count, sizeof *prefixes, by_prefix);
	for (size_t i = 0; i < count; i++)
		if (kept == 0 || prefix_compare(&prefixes[kept - 1], &prefixes[i]) != 0)
			prefixes[kept++] = prefixes[i];
	item->prefixes.len = kept * sizeof *prefixes;
}

static void read_subnet(struct catalog *catalog, struct catalog_item *item, uint32_t node)
{
	static const char *const names[] = {"displayname", "vcnid", "compartmentid"};
	uint32_t single = member(catalog, node, "cidrblock");

	for (size_t i = 0; i < 3; i++) {
		uint32_t name = member(catalog, node, names[i]);

		put_string(catalog, &item->json, i > 0 && is_empty(catalog, name) ? 0 : name);
		fuzz_append(&item->json, "\n", 1);
	}
	if (single != 0)
		add_prefix(catalog, item, single);
	single = member(catalog, node, "ipv6cidrblock");
	if (single != 0)
		add_prefix(catalog, item, single);
	add_elements(catalog, item, member(catalog, node, "ipv4cidrblocks"), add_prefix);
	add_elements(catalog, item, member(catalog, node, "ipv6cidrblocks"), add_prefix);
	add_elements(catalog, item, member(catalog, node, "securitylistids"), add_named);
	sort_prefixes(item);
}

/* ---- items ------------------------------------------------------------- */

static struct catalog_item *items_of(const struct catalog *catalog, size_t *count)
{
	*count = catalog->items.len / sizeof(struct catalog_item);
	return (void *)catalog->items.data;
}

static struct bytes *named_of(const struct catalog_item *item, size_t *count)
{
	*count = item->named.len / sizeof(struct bytes);
	return (void *)item->named.data;
}

static void free_item(struct catalog_item *item)
{
	size_t count;
	struct bytes *named = named_of(item, &count);

	for (size_t i = 0; i < count; i++)
		bytes_free(&named[i]);
	bytes_free(&item->ocid);
	bytes_free(&item->json);
	bytes_free(&item->prefixes);
	bytes_free(&item->named);
}

static const struct catalog_item *find_item(
	const struct catalog *catalog, const struct bytes *ocid, bool is_list)
{
	size_t count;
	const struct catalog_item *items = items_of(catalog, &count);

	for (size_t i = 0; i < count; i++)
		if (items[i].is_list == is_list && same(&items[i].ocid, ocid))
			return &items[i];
	return NULL;
}

static bool same_named(const struct catalog_item *a, const struct catalog_item *b)
{
	size_t count, other;
	const struct bytes *one = named_of(a, &count);
	const struct bytes *two = named_of(b, &other);

	if (count != other)
		return false;
	for (size_t i = 0; i < count; i++)
		if (!same(&one[i], &two[i]))
			return false;
	return true;
}

/* Adds an item, or settles what becomes of a second copy. */
static void add_item(struct catalog *catalog, struct catalog_item *item)
{
	struct catalog_item *held =
		(void *)(uintptr_t)find_item(catalog, &item->ocid, item->is_list);

	if (held == NULL) {
		fuzz_append(&catalog->items, item, sizeof *item);
	} else if (catalog->later_counts) {
		free_item(held);
		*held = *item;
	} else {
		if (!same(&held->json, &item->json) || !same(&held->prefixes, &item->prefixes) ||
			!same_named(held, item))
			catalog->sound = false;
		free_item(item);
	}
}

static void read_item(struct catalog *catalog, uint32_t node, bool is_list)
{
	struct catalog_item item = {.is_list = is_list,
		.ocid = new_bytes(),
		.json = new_bytes(),
		.prefixes = new_bytes(),
		.named = new_bytes()};
	uint32_t id = member(catalog, node, "id");

	if (!is_type(catalog, id, STRICT_STRING) ||
		node_of(catalog, id)->end - node_of(catalog, id)->at == 2)
		catalog->sound = false;
	else
		spell(catalog, id, &item.ocid);
	if (is_list)
		read_list(catalog, &item, node);
	else
		read_subnet(catalog, &item, node);
	if (catalog->sound)
		add_item(catalog, &item);
	else
		free_item(&item);
}

/* ---- dumps ------------------------------------------------------------- */

static bool has_rules(const struct catalog *catalog, uint32_t node)
{
	return member(catalog, node, "ingresssecurityrules") != 0 ||
	       member(catalog, node, "egresssecurityrules") != 0;
}

static bool is_subnet(const struct catalog *catalog, uint32_t node)
{
	static const char head[] = "ocid1.subnet.";
	uint32_t id = member(catalog, node, "id");
	struct bytes text = new_bytes();
	const struct strict_node *at = node_of(catalog, id);
	bool result;

	if (!is_type(catalog, id, STRICT_STRING))
		return false;
	if (at->end - at->at - 2 > LONGEST_ID &&
		memchr(catalog->strict.text + at->at, '\\', at->end - at->at))
		return false;
	spell(catalog, id, &text);
	result = text.len > sizeof head - 1 && memcmp(text.data, head, sizeof head - 1) == 0;
	bytes_free(&text);
	return result;
}

/* What an object wraps, or 0 when it is itself what is wanted. */
static uint32_t wrapped(const struct catalog *catalog, uint32_t node)
{
	uint32_t data = any_member(catalog, node, "data");

	if (any_member(catalog, node, "id") != 0 ||
		any_member(catalog, node, "ingresssecurityrules") != 0 ||
		any_member(catalog, node, "egresssecurityrules") != 0)
		return 0;
	return is_type(catalog, data, STRICT_OBJECT) || is_type(catalog, data, STRICT_ARRAY) ? data
											     : 0;
}

/* What else build takes, or refuses, is not worked out here. */
static bool is_of_another_kind(const struct catalog *catalog, uint32_t node)
{
	uint32_t id = member(catalog, node, "id");

	return is_type(catalog, id, STRICT_STRING) || member(catalog, node, "direction") != 0 ||
	       member(catalog, node, "vnicid") != 0 || member(catalog, node, "regions") != 0;
}

static void take(struct catalog *catalog, uint32_t node)
{
	uint32_t inside = wrapped(catalog, node);

	if (inside != 0) {
		if (any_member(catalog, node, "opcnextpage") != 0 ||
			any_member(catalog, node, "headers") != 0)
			catalog->exact = false;
		take(catalog, inside);
	} else if (is_type(catalog, node, STRICT_ARRAY)) {
		for (uint32_t child = node_of(catalog, node)->first; child != 0;
			child = node_of(catalog, child)->next)
			take(catalog, child);
	} else if (is_type(catalog, node, STRICT_OBJECT)) {
		if (has_rules(catalog, node))
			read_item(catalog, node, true);
		else if (is_subnet(catalog, node))
			read_item(catalog, node, false);
		else if (is_of_another_kind(catalog, node))
			catalog->exact = false;
	}
}

static bool ends_well(const struct catalog *catalog, uint32_t value)
{
	const struct strict_node *node = node_of(catalog, value);

	return node->depth != 0 || node->type == STRICT_STRING ||
	       node->end == catalog->strict.len ||
	       memchr(" \t\r\n,[]{}\":", catalog->strict.text[node->end], 12) != NULL;
}

static void begin(struct catalog *catalog, const char *text, size_t len)
{
	catalog_clear(catalog);
	strict_begin(&catalog->strict, text, len);
}

void catalog_dump(struct catalog *catalog, const char *text, size_t len)
{
	size_t at = len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

	catalog->later_counts = false;
	catalog->takes_numbers = true;
	begin(catalog, text, len);
	while (catalog->sound) {
		uint32_t value;

		while (at < len && strict_blank(text[at]))
			at++;
		if (at == len)
			return;
		value = strict_value(&catalog->strict, &at, 2 * LIMIT_DEPTH);
		if (value == 0 || !ends_well(catalog, value)) {
			catalog->sound = false;
		} else {
			catalog->exact =
				catalog->exact && node_of(catalog, value)->depth <= LIMIT_DEPTH;
			take(catalog, value);
		}
	}
}

void catalog_page(struct catalog *catalog, const char *text, size_t len, bool lists)
{
	uint32_t page, item;

	catalog->later_counts = true;
	catalog->takes_numbers = false;
	begin(catalog, text, len);
	page = strict_whole(&catalog->strict, LIMIT_REPLY_DEPTH);
	catalog->sound = is_type(catalog, page, STRICT_ARRAY);
	if (!catalog->sound)
		return;
	for (item = node_of(catalog, page)->first; item != 0 && catalog->sound;
		item = node_of(catalog, item)->next) {
		if (is_type(catalog, item, STRICT_OBJECT))
			read_item(catalog, item, lists);
		else
			catalog->sound = false;
	}
}

void catalog_clear(struct catalog *catalog)
{
	size_t count;
	struct catalog_item *items = items_of(catalog, &count);

	for (size_t i = 0; i < count; i++)
		free_item(&items[i]);
	bytes_clear(&catalog->items);
	catalog->sound = true;
	catalog->exact = true;
}

/* ---- the file ---------------------------------------------------------- */

static void put_name(struct bytes *out, const struct lookup_text *text)
{
	struct bytes copy = new_bytes();

	if (text->text == NULL) {
		fuzz_append_text(out, "null\n");
		return;
	}
	fuzz_append(&copy, text->text, text->len);
	put_escaped(out, &copy);
	fuzz_append(out, "\n", 1);
	bytes_free(&copy);
}

static void check_names(const struct catalog_item *item, const struct content_subnet *entry)
{
	struct bytes names = new_bytes();

	put_name(&names, &entry->name);
	put_name(&names, &entry->vcn);
	put_name(&names, &entry->compartment);
	fuzz_equal("names", item->json.data, item->json.len, names.data, names.len);
	bytes_free(&names);
}

/* The lists that the catalog holds, of those that the subnet names. */
static void check_lists(const struct catalog *catalog, const struct catalog_item *item,
	const struct lookup_subnet *subnet)
{
	struct bytes lists = new_bytes(), ids = new_bytes();
	size_t count;
	const struct bytes *named = named_of(item, &count);

	fuzz_append(&lists, "[", 1);
	fuzz_append(&ids, "[", 1);
	for (size_t i = 0; i < count; i++) {
		const struct catalog_item *list = find_item(catalog, &named[i], true);

		if (list == NULL)
			continue;
		fuzz_append_text(&lists, lists.len > 1 ? "," : "");
		fuzz_append(&lists, list->json.data, list->json.len);
		fuzz_append_text(&ids, ids.len > 1 ? "," : "");
		put_escaped(&ids, &named[i]);
	}
	fuzz_append(&lists, "]", 1);
	fuzz_append(&ids, "]", 1);
	fuzz_equal("lists", lists.data, lists.len, subnet->lists.text, subnet->lists.len);
	fuzz_equal("ids", ids.data, ids.len, subnet->ids.text, subnet->ids.len);
	bytes_free(&lists);
	bytes_free(&ids);
}

static void check_subnet(
	const struct catalog *catalog, const struct catalog_item *item, const struct lookup *lookup)
{
	struct content_subnet entry;

	PROMISE(content_find_subnet(lookup, item->ocid.data, item->ocid.len, &entry));
	check_names(item, &entry);
	PROMISE(entry.subnet.prefix_count * sizeof(struct prefix) == item->prefixes.len);
	PROMISE(item->prefixes.len == 0 ||
		memcmp(item->prefixes.data, entry.subnet.prefixes, item->prefixes.len) == 0);
	check_lists(catalog, item, &entry.subnet);
}

void catalog_check(const struct catalog *catalog, const struct lookup *lookup)
{
	size_t count, subnets = 0;
	const struct catalog_item *items = items_of(catalog, &count);

	for (size_t i = 0; i < count; i++) {
		if (items[i].is_list)
			continue;
		check_subnet(catalog, &items[i], lookup);
		subnets++;
	}
	PROMISE(content_subnet_count(lookup) == subnets);
}

bool catalog_lacks_list(const struct catalog *catalog)
{
	size_t count, names;
	const struct catalog_item *items = items_of(catalog, &count);

	for (size_t i = 0; i < count; i++) {
		const struct bytes *named = named_of(&items[i], &names);

		for (size_t j = 0; j < names; j++)
			if (find_item(catalog, &named[j], true) == NULL)
				return true;
	}
	return false;
}

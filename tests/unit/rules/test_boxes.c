/*
 * Cover tests and findings: cases by hand, and random lists of rules against a
 * search through every packet of a small world.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rules/boxes.h"

#define MAX_RULES 512

/* ---- rules from texts ------------------------------------------------------- */

/* Rules with all that they refer to. */
struct world {
	struct rule rules[MAX_RULES];
	struct boxes_rule of[MAX_RULES];
	char texts[MAX_RULES][96];
	size_t count;
};

static struct world world;

/* What the labels "known" and the group "ocid1.group" hold. */
static struct prefix label_blocks[2];
static struct prefix group_blocks[2];

/* An address of each part that the peers of random rules divide the world into. */
static const char *const places[] = {
	"10.1.1.1", "10.200.1.1", "192.168.1.1", "8.8.8.8", "2001:db8::1", "fe80::1"};

#define PLACES 6

static struct address addresses[PLACES];

static struct prefix block_of(const char *text)
{
	struct prefix block;

	assert_int_equal(prefix_parse(&block, text, strlen(text)), 0);
	return block;
}

static int set_up(void **state)
{
	(void)state;
	label_blocks[0] = block_of("10.0.0.0/9");
	label_blocks[1] = block_of("192.168.0.0/16");
	group_blocks[0] = block_of("10.0.0.0/9");
	group_blocks[1] = block_of("2001:db8::/64");
	for (size_t i = 0; i < PLACES; i++)
		address_parse(&addresses[i], places[i], strlen(places[i]));
	return 0;
}

static void set_peer(struct rule *rule, struct boxes_rule *of, const char *peer)
{
	if (prefix_parse(&rule->peer, peer, strlen(peer)) == 0) {
		rule->peer_kind = RULE_PEER_CIDR;
	} else if (strncmp(peer, "ocid1.", 6) == 0) {
		rule->peer_kind = RULE_PEER_GROUP;
		of->blocks = strcmp(peer, "ocid1.group") == 0 ? group_blocks : NULL;
		of->block_count = of->blocks ? 2 : 0;
	} else if (strcmp(peer, "?") == 0) {
		rule->peer_kind = RULE_PEER_UNREADABLE;
	} else {
		rule->peer_kind = RULE_PEER_SERVICE;
		of->blocks = strcmp(peer, "known") == 0 ? label_blocks : NULL;
		of->block_count = of->blocks ? 2 : 0;
	}
}

static void set_range(const char *text, uint16_t *low, uint16_t *high, uint8_t *kind)
{
	unsigned first;
	unsigned last;

	*low = 0;
	*high = RULE_PORT_MAX;
	*kind = RULE_RANGE_ANY;
	if (*text == '*')
		return;
	*kind = RULE_RANGE_GIVEN;
	if (sscanf(text, "%u-%u", &first, &last) != 2) {
		assert_int_equal(sscanf(text, "%u", &first), 1);
		last = first;
	}
	if (first > last) {
		*kind = RULE_RANGE_NOTHING;
		first = last = 0;
	}
	*low = (uint16_t)first;
	*high = (uint16_t)last;
}

static uint16_t protocol_of(const char *text)
{
	static const struct {
		const char *name;
		uint16_t number;
	} names[] = {{"all", RULE_PROTOCOL_ALL}, {"tcp", RULE_TCP}, {"udp", RULE_UDP},
		{"icmp", RULE_ICMP}, {"icmpv6", RULE_ICMPV6}, {"?", RULE_PROTOCOL_UNREADABLE}};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(text, names[i].name) == 0)
			return names[i].number;
	return (uint16_t)atoi(text);
}

/* The rule of a text; one that begins with "!" is not valid. */
static size_t add(struct world *to, const char *text)
{
	struct rule *rule = &to->rules[to->count];
	struct boxes_rule *of = &to->of[to->count];
	char words[6][40] = {"", "", "", "", "", ""};
	bool is_valid = *text != '!';
	const char *extra;
	int count;

	assert_true(to->count < MAX_RULES);
	text += !is_valid;
	strcpy(to->texts[to->count], text);
	*rule = (struct rule){.is_valid = is_valid};
	*of = (struct boxes_rule){rule, to->texts[to->count], strlen(text), NULL, 0};
	count = sscanf(
		text, "%39s %39s %39s %39s %39s", words[0], words[1], words[2], words[3], words[4]);
	assert_true(count >= 3);
	rule->direction = strcmp(words[0], "egress") == 0 ? DIRECTION_EGRESS : DIRECTION_INGRESS;
	rule->protocol = protocol_of(words[1]);
	set_peer(rule, of, words[2]);
	rule->is_stateless = strcmp(words[count - 1], "stateless") == 0;
	extra = count > 3 && strcmp(words[3], "stateless") != 0 ? words[3] : NULL;
	rule->icmp_type = rule->icmp_code = RULE_ICMP_ANY;
	rule->source_high = rule->destination_high = RULE_PORT_MAX;
	if (extra && strchr(extra, '>')) {
		set_range(extra, &rule->source_low, &rule->source_high, &rule->source_kind);
		set_range(strchr(extra, '>') + 1, &rule->destination_low, &rule->destination_high,
			&rule->destination_kind);
	} else if (extra) {
		rule->icmp_type = (uint16_t)atoi(extra);
		if (strchr(extra, '/'))
			rule->icmp_code = (uint16_t)atoi(strchr(extra, '/') + 1);
	}
	return to->count++;
}

static void add_all(struct world *to, const char *const *texts)
{
	to->count = 0;
	for (; *texts; texts++)
		add(to, *texts);
}

/* ---- inside ------------------------------------------------------------------- */

static enum boxes_result inside(const char *const *texts, struct boxes_cover *cover)
{
	static struct boxes boxes = BOXES_INIT;

	boxes_free(&boxes); /* the cover of the question before */
	add_all(&world, texts);
	return boxes_inside(&boxes, &world.of[0], &world.of[1], world.count - 1, cover);
}

#define ASSERT_IS(result, ...)                                                                     \
	assert_int_equal(inside((const char *const[]){__VA_ARGS__, NULL}, NULL), result)
#define ASSERT_INSIDE(...) ASSERT_IS(BOXES_INSIDE, __VA_ARGS__)
#define ASSERT_OUTSIDE(...) ASSERT_IS(BOXES_OUTSIDE, __VA_ARGS__)

static void test_one(void **state)
{
	(void)state;
	ASSERT_OUTSIDE("ingress tcp 10.0.0.0/8 *>443");
	ASSERT_INSIDE("ingress tcp 10.0.0.0/8 *>443", "ingress tcp 10.0.0.0/8 *>443");
	ASSERT_INSIDE("ingress tcp 10.0.0.0/8 *>443", "ingress tcp 0.0.0.0/0 *>443");
	ASSERT_INSIDE("ingress tcp 10.0.0.0/8 *>443", "ingress all 10.0.0.0/8");
	ASSERT_INSIDE("ingress tcp 10.0.0.0/8 53>443", "ingress tcp 10.0.0.0/8 *>400-500");
	ASSERT_INSIDE("ingress 47 10.1.0.0/16", "ingress 47 10.0.0.0/8");
	ASSERT_INSIDE("ingress icmp 10.0.0.0/8 3/4", "ingress icmp 10.0.0.0/8 3");
	ASSERT_INSIDE("ingress icmp 10.0.0.0/8 3", "ingress icmp 10.0.0.0/8");
	ASSERT_INSIDE("ingress icmp 10.0.0.0/8 300", "ingress icmp 10.0.0.0/8");
	ASSERT_INSIDE("ingress tcp 2001:db8::/64 *>1", "ingress tcp ::/0");
	ASSERT_OUTSIDE("ingress tcp 10.0.0.0/8 *>443", "egress tcp 10.0.0.0/8 *>443");
	ASSERT_OUTSIDE("ingress tcp 10.0.0.0/8 *>443", "ingress udp 10.0.0.0/8 *>443");
	ASSERT_OUTSIDE("ingress tcp 10.0.0.0/8 *>443", "ingress tcp 10.0.0.0/9 *>443");
	ASSERT_OUTSIDE("ingress tcp 10.0.0.0/8 *>443", "ingress tcp 10.0.0.0/8 1>443");
	ASSERT_OUTSIDE("ingress tcp 10.0.0.0/8", "ingress tcp 10.0.0.0/8 *>1-65535");
	ASSERT_INSIDE("ingress tcp 10.0.0.0/8", "ingress tcp 10.0.0.0/8 *>0-65535");
	ASSERT_OUTSIDE("ingress all 10.0.0.0/8", "ingress tcp 10.0.0.0/8");
	ASSERT_OUTSIDE("ingress icmp 10.0.0.0/8 300", "ingress icmp 10.0.0.0/8 3");
	ASSERT_OUTSIDE("ingress tcp ::/0", "ingress tcp 0.0.0.0/0");
	ASSERT_OUTSIDE("ingress tcp 0.0.0.0/0", "ingress tcp ::/0");
}

static void test_unions(void **state)
{
	(void)state;
	ASSERT_INSIDE("ingress tcp 10.0.0.0/8 *>443", "ingress tcp 10.0.0.0/9",
		"ingress all 10.128.0.0/9");
	ASSERT_INSIDE("ingress all 0.0.0.0/0", "ingress all 0.0.0.0/1", "ingress all 128.0.0.0/1");
	ASSERT_INSIDE("ingress all ::/0", "ingress all ::/1", "ingress all 8000::/1");
	ASSERT_OUTSIDE("ingress all ::/0", "ingress all ::/1", "ingress all 8000::/2");
	ASSERT_INSIDE("ingress udp 10.0.0.0/8 *>10-20", "ingress udp 10.0.0.0/8 *>0-15",
		"ingress udp 10.0.0.0/8 *>16-99");
	ASSERT_OUTSIDE("ingress udp 10.0.0.0/8 *>10-20", "ingress udp 10.0.0.0/8 *>0-14",
		"ingress udp 10.0.0.0/8 *>16-99");
	/* Four quarters of two dimensions, and one of them gone. */
	ASSERT_INSIDE("ingress tcp 10.0.0.0/8", "ingress tcp 10.0.0.0/8 0-99>0-99",
		"ingress tcp 10.0.0.0/8 100-65535>0-99", "ingress tcp 10.0.0.0/8 0-99>100-65535",
		"ingress tcp 10.0.0.0/8 50-65535>50-65535");
	ASSERT_OUTSIDE("ingress tcp 10.0.0.0/8", "ingress tcp 10.0.0.0/8 0-99>0-99",
		"ingress tcp 10.0.0.0/8 100-65535>0-99", "ingress tcp 10.0.0.0/8 0-99>100-65535",
		"ingress tcp 10.0.0.0/8 101-65535>50-65535");
}

/* All 256 protocols, or all 256 types, make up the whole. */
static void test_each(void **state)
{
	static struct boxes boxes = BOXES_INIT;
	char text[64];

	(void)state;
	for (int what = 0; what < 2; what++)
		for (int missing = -1; missing < 256; missing += 5) {
			struct boxes_cover cover;
			enum boxes_result result;

			world.count = 0;
			add(&world, what ? "egress icmp 0.0.0.0/0" : "egress all 0.0.0.0/0");
			for (int i = 0; i < 256; i++) {
				sprintf(text,
					what ? "egress icmp 0.0.0.0/0 %d" : "egress %d 0.0.0.0/0",
					i);
				if (i != missing)
					add(&world, text);
			}
			result = boxes_inside(
				&boxes, &world.of[0], &world.of[1], world.count - 1, &cover);
			assert_int_equal(result, missing < 0 ? BOXES_INSIDE : BOXES_OUTSIDE);
			assert_int_equal(cover.count, missing < 0 ? 256 : 0);
		}
	boxes_free(&boxes);
}

static void test_own_boxes(void **state)
{
	(void)state;
	/* What is not known of a label is inside all IPv4 addresses, and nothing less. */
	ASSERT_INSIDE("egress tcp label *>443", "egress tcp label");
	ASSERT_INSIDE("egress tcp label *>443", "egress tcp 0.0.0.0/0");
	ASSERT_INSIDE("egress tcp label *>443", "egress tcp 0.0.0.0/1", "egress tcp 128.0.0.0/1");
	ASSERT_OUTSIDE("egress tcp label *>443", "egress tcp 0.0.0.0/1");
	ASSERT_OUTSIDE("egress tcp label *>443", "egress tcp ::/0");
	ASSERT_OUTSIDE("egress tcp label *>443", "egress tcp other");
	ASSERT_OUTSIDE("egress tcp label *>443", "egress tcp known");
	ASSERT_INSIDE("egress tcp label *>10-20", "egress tcp label *>10-15",
		"egress tcp 0.0.0.0/0 *>16-20");
	ASSERT_INSIDE(
		"egress tcp known *>443", "egress all 10.0.0.0/8", "egress all 192.168.0.0/16");
	ASSERT_OUTSIDE("egress tcp known *>443", "egress all 10.0.0.0/8");
	ASSERT_INSIDE("egress tcp known *>443", "egress tcp known");
	/* A label or group holds no CIDR block. */
	ASSERT_OUTSIDE("egress tcp 10.1.0.0/16", "egress tcp known");
	ASSERT_OUTSIDE("egress tcp 10.1.0.0/16", "egress tcp ocid1.group");
	ASSERT_INSIDE(
		"ingress tcp ocid1.group", "ingress tcp 10.0.0.0/8", "ingress tcp 2001:db8::/48");
	ASSERT_OUTSIDE("ingress tcp ocid1.group", "ingress tcp 10.0.0.0/8");
	ASSERT_OUTSIDE("ingress tcp ocid1.group", "ingress tcp 0.0.0.0/0");
	ASSERT_INSIDE("ingress tcp ocid1.unknown", "ingress tcp 0.0.0.0/0");
	ASSERT_OUTSIDE("ingress tcp ocid1.unknown", "ingress tcp ocid1.group");
	/* A label is no group, whatever it is called. */
	ASSERT_INSIDE("ingress tcp ocid1.group *>1", "ingress tcp ocid1.group");
}

static void test_unreadable(void **state)
{
	(void)state;
	ASSERT_INSIDE("ingress tcp ? *>1", "ingress tcp ? *>1");
	ASSERT_OUTSIDE("ingress tcp ? *>1", "ingress tcp ?");
	ASSERT_OUTSIDE("ingress tcp ? *>1", "ingress all 0.0.0.0/0", "ingress all ::/0");
	ASSERT_OUTSIDE("ingress tcp 10.0.0.0/8", "ingress ? 10.0.0.0/8");
	ASSERT_OUTSIDE("ingress ? 10.0.0.0/8", "ingress all 10.0.0.0/8");
	ASSERT_INSIDE("!ingress tcp 10.0.0.0/8");
	ASSERT_INSIDE("ingress tcp 10.0.0.0/8 *>9-1");
	ASSERT_OUTSIDE("ingress tcp 10.0.0.0/8 *>1", "!ingress tcp 10.0.0.0/8");
	ASSERT_OUTSIDE("ingress tcp 10.0.0.0/8 *>0", "ingress tcp 10.0.0.0/8 *>9-1");
}

static void assert_cover(const char *const *texts, const char *expected)
{
	struct boxes_cover cover;
	char numbers[256] = "";

	assert_int_equal(inside(texts, &cover), BOXES_INSIDE);
	for (size_t i = 0; i < cover.count; i++)
		sprintf(numbers + strlen(numbers), "%zu ", cover.rules[i]);
	assert_string_equal(numbers, expected);
}

#define ASSERT_COVER(expected, ...) assert_cover((const char *const[]){__VA_ARGS__, NULL}, expected)

static void test_cover(void **state)
{
	(void)state;
	ASSERT_COVER("1 ", "ingress tcp 10.0.0.0/8 *>1-9", "ingress tcp 10.0.0.0/8 *>1-5",
		"ingress tcp 10.0.0.0/8", "ingress tcp 10.0.0.0/8 *>6-9", "ingress all 0.0.0.0/0");
	ASSERT_COVER("0 2 ", "ingress tcp 10.0.0.0/8 *>1-9", "ingress tcp 10.0.0.0/8 *>1-5",
		"ingress tcp 10.0.0.0/8 *>2-7", "ingress tcp 10.0.0.0/8 *>6-9",
		"ingress udp 10.0.0.0/8");
	/* The largest is first to cut, and not needed. */
	ASSERT_COVER("0 2 ", "ingress tcp 10.0.0.0/8 *>1-10", "ingress tcp 10.0.0.0/8 *>1-5",
		"ingress tcp 10.0.0.0/8 *>3-8", "ingress tcp 10.0.0.0/8 *>6-10");
}

/* ---- findings ---------------------------------------------------------------- */

static struct boxes_verdict verdicts[MAX_RULES];

static void put_verdict(char *out, const struct boxes_verdict *verdict)
{
	static const char *const names[] = {
		"duplicate", "redundant", "shadowed", "mixed", "invalid", "undecided"};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (verdict->findings & 1u << i)
			sprintf(out + strlen(out), "%s ", names[i]);
	if (verdict->covered_by.count > 0)
		strcat(out, "by ");
	for (size_t i = 0; i < verdict->covered_by.count; i++)
		sprintf(out + strlen(out), "%zu ", verdict->covered_by.rules[i]);
	if (verdict->is_removable)
		strcat(out, "removable");
}

static void lint(const struct boxes_list *lists, size_t list_count,
	const struct boxes_scope *scopes, size_t scope_count)
{
	static struct boxes boxes = BOXES_INIT;

	boxes_free(&boxes);
	assert_int_equal(boxes_lint(&boxes, world.of, world.count, lists, list_count, scopes,
				 scope_count, verdicts),
		0);
}

static void lint_one_list(const char *const *texts)
{
	struct boxes_list list;
	size_t number = 0;

	add_all(&world, texts);
	list = (struct boxes_list){0, world.count};
	lint(&list, 1, &(struct boxes_scope){&number, 1}, 1);
}

static void assert_verdict(size_t rule, const char *expected)
{
	char text[512] = "";

	put_verdict(text, &verdicts[rule]);
	assert_string_equal(text, expected);
}

#define LINT(...) lint_one_list((const char *const[]){__VA_ARGS__, NULL})

static void test_findings(void **state)
{
	(void)state;
	LINT("ingress tcp 10.0.0.0/8 *>22", "ingress tcp 0.0.0.0/0 *>443",
		"ingress tcp 10.0.0.0/8 *>443", "ingress tcp 10.0.0.0/8 *>22");
	assert_verdict(0, "duplicate redundant by 3 ");
	assert_verdict(1, "");
	assert_verdict(2, "redundant by 1 removable");
	assert_verdict(3, "duplicate redundant by 0 removable");

	LINT("ingress tcp 10.0.0.0/8 *>22", "ingress tcp 10.0.0.0/8 stateless",
		"ingress tcp 10.0.0.0/9 stateless", "egress all 0.0.0.0/0",
		"egress all 10.0.0.0/8 stateless");
	assert_verdict(0, "shadowed by 1 removable");
	assert_verdict(1, "");
	assert_verdict(2, "redundant by 1 removable");
	assert_verdict(3, "");
	assert_verdict(4, "mixed by 3 ");

	LINT("!ingress tcp 10.0.0.0/8 *>22", "ingress tcp 10.0.0.0/8 *>9-1",
		"ingress tcp 10.0.0.0/8 *>9-1", "ingress all 10.0.0.0/8");
	assert_verdict(0, "invalid removable");
	assert_verdict(1, "duplicate invalid by 2 removable");
	assert_verdict(2, "duplicate invalid by 1 removable");
	assert_verdict(3, "");

	/* Redundant and shadowed: what both rest on. */
	LINT("ingress tcp 10.0.0.0/8 *>1-9", "ingress tcp 10.0.0.0/8 *>1-5 stateless",
		"ingress tcp 10.0.0.0/8", "ingress tcp 10.0.0.0/8 *>6-9 stateless");
	assert_verdict(0, "redundant shadowed by 1 2 3 removable");

	/* One half stateless, one half not: neither says it all. */
	LINT("ingress tcp 10.0.0.0/8 *>1-9", "ingress tcp 10.0.0.0/8 *>1-5 stateless",
		"ingress tcp 10.0.0.0/8 *>6-9");
	assert_verdict(0, "");
}

/* Each covers the other: one has to stay. */
static void test_removable(void **state)
{
	(void)state;
	LINT("ingress tcp 10.0.0.0/8 *>1-5", "ingress tcp 10.0.0.0/8 *>1-5",
		"ingress tcp 10.0.0.0/8 *>1-5");
	assert_verdict(0, "duplicate redundant by 1 ");
	assert_verdict(1, "duplicate redundant by 0 removable");
	assert_verdict(2, "duplicate redundant by 0 removable");

	LINT("ingress tcp 10.0.0.0/8 *>1-9", "ingress tcp 10.0.0.0/8 *>1-5",
		"ingress tcp 10.0.0.0/8 *>6-9");
	assert_verdict(0, "redundant by 1 2 ");
	assert_verdict(1, "redundant by 0 removable");
	assert_verdict(2, "redundant by 0 removable");
}

static void test_across(void **state)
{
	static const char *const texts[] = {"ingress tcp 10.0.0.0/8 *>22",
		"ingress tcp 10.0.0.0/8 *>80", "ingress tcp 0.0.0.0/0 *>22",
		"ingress tcp 0.0.0.0/0 *>80", "ingress tcp 10.0.0.0/8 *>80", NULL};
	static const struct boxes_list lists[] = {{0, 2}, {2, 1}, {3, 1}, {4, 1}};
	static const size_t first[] = {0, 1, 2};
	static const size_t second[] = {1, 0};
	static const size_t alone[] = {3};
	static const struct boxes_scope scopes[] = {{first, 3}, {second, 2}, {alone, 1}};

	(void)state;
	add_all(&world, texts);
	lint(lists, 4, scopes, 3);
	assert_verdict(0, "redundant by 2 removable");
	/* In the second subnet nothing else lets it through. */
	assert_verdict(1, "");
	/* The same text in another list is no duplicate. */
	assert_verdict(4, "");
	lint(lists, 3, scopes, 1);
	assert_verdict(0, "redundant by 2 removable");
	assert_verdict(1, "redundant by 3 removable");

	/* What covers it is another rule in each subnet. */
	add_all(&world, (const char *const[]){"ingress tcp 10.0.0.0/8 *>22",
				"ingress all 10.0.0.0/8", "ingress tcp 0.0.0.0/0", NULL});
	lint((const struct boxes_list[]){{0, 1}, {1, 1}, {2, 1}}, 3,
		(const struct boxes_scope[]){
			{(const size_t[]){0, 1}, 2}, {(const size_t[]){0, 2}, 2}},
		2);
	assert_verdict(0, "redundant by 1 2 removable");
	assert_verdict(1, "");
}

/* Two lists that cover each other in one subnet: only one rule may go. */
static void test_across_removable(void **state)
{
	static const struct boxes_list lists[] = {{0, 1}, {1, 1}};
	static const size_t both[] = {0, 1};

	(void)state;
	add_all(&world,
		(const char *const[]){"ingress tcp 10.0.0.0/8", "ingress tcp 10.0.0.0/8", NULL});
	lint(lists, 2, &(struct boxes_scope){both, 2}, 1);
	assert_verdict(0, "redundant by 1 ");
	assert_verdict(1, "redundant by 0 removable");
}

/* ---- against every packet of a small world ------------------------------------ */

static unsigned random_below(unsigned below)
{
	static uint64_t seed = 88172645463325252;

	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed >> 33) % below;
}

static const char *const peers[] = {"0.0.0.0/0", "10.0.0.0/8", "10.0.0.0/9", "10.128.0.0/9",
	"192.168.0.0/16", "::/0", "2001:db8::/64", "known", "label", "ocid1.group"};

static const struct {
	uint16_t protocol;
	uint16_t ports[4]; /* of either side; or type and code */
} kinds[] = {
	{RULE_TCP, {0, 80, 81, 82}},
	{RULE_UDP, {0, 80, 81, 82}},
	{RULE_ICMP, {0, 3, 4, 8}},
	{47, {0}},
	{50, {0}},
};

#define KINDS (sizeof kinds / sizeof kinds[0])

/* What stands for the peer of the rule that is judged. */
struct suspect {
	const char *own; /* its label or group; null: a CIDR block */
	const struct prefix *blocks;
	size_t block_count;
};

static bool holds(const struct boxes_rule *of, const struct suspect *suspect,
	const struct address *address, unsigned protocol, unsigned source, unsigned destination)
{
	const struct rule *rule = of->rule;
	char peer[64];

	sscanf(of->text, "%*s %*s %63s", peer);
	if (!rule->is_valid || rule->destination_kind == RULE_RANGE_NOTHING)
		return false;
	if (rule->peer_kind == RULE_PEER_CIDR ? !prefix_holds(&rule->peer, address)
					      : !suspect->own || strcmp(suspect->own, peer) != 0)
		return false;
	if (rule->protocol == RULE_PROTOCOL_ALL)
		return true;
	if (rule->protocol != protocol)
		return false;
	if (protocol == RULE_ICMP)
		return (rule->icmp_type == RULE_ICMP_ANY || rule->icmp_type == source) &&
		       (rule->icmp_code == RULE_ICMP_ANY || rule->icmp_code == destination);
	return protocol == 47 || (rule->source_low <= source && source <= rule->source_high &&
					 rule->destination_low <= destination &&
					 destination <= rule->destination_high);
}

/* Is every packet that the suspect's rule lets through let through by others? */
static bool all_held(size_t rule, const bool *others)
{
	const struct boxes_rule *of = &world.of[rule];
	struct suspect suspect = {NULL, of->blocks, of->block_count};
	char peer[64];

	sscanf(of->text, "%*s %*s %63s", peer);
	if (of->rule->peer_kind != RULE_PEER_CIDR)
		suspect.own = peer;
	for (size_t at = 0; at < PLACES * KINDS * 16; at++) {
		const struct address *address = &addresses[at / (KINDS * 16)];
		size_t kind = at / 16 % KINDS;
		unsigned source = kinds[kind].ports[at % 4];
		unsigned destination = kinds[kind].ports[at / 4 % 4];
		bool is_possible = !suspect.own || suspect.block_count == 0;
		bool is_held = false;

		for (size_t i = 0; i < suspect.block_count && suspect.own; i++)
			if (prefix_holds(&suspect.blocks[i], address))
				is_possible = true;
		if (suspect.own && suspect.block_count == 0 && address->family != ADDRESS_IPV4)
			is_possible = false;
		if (!is_possible ||
			!holds(of, &suspect, address, kinds[kind].protocol, source, destination))
			continue;
		for (size_t i = 0; i < world.count && !is_held; i++)
			is_held = others[i] && holds(&world.of[i], &suspect, address,
						       kinds[kind].protocol, source, destination);
		if (!is_held)
			return false;
	}
	return true;
}

static void random_rule(char *text)
{
	static const char *const ports[] = {"80", "81", "82", "80-81", "81-82", "*", "0-65535"};
	static const char *const types[] = {"", "", " 3", " 3/4", " 8", " 8/0"};
	const char *protocol = (const char *const[]){
		"all", "tcp", "tcp", "tcp", "udp", "icmp", "47"}[random_below(7)];

	sprintf(text, "ingress %s %s", protocol, peers[random_below(random_below(3) ? 5 : 10)]);
	if (*protocol == 't' || *protocol == 'u') {
		const char *source = ports[random_below(2) ? 5 : random_below(7)];

		sprintf(text + strlen(text), " %s>%s", source, ports[random_below(7)]);
	} else if (*protocol == 'i') {
		strcat(text, types[random_below(6)]);
	}
	if (random_below(4) == 0)
		strcat(text, " stateless");
}

/* The others of a rule that are stateless or not, without those of gone. */
static void choose(bool *others, size_t rule, bool is_stateless, const bool *gone)
{
	for (size_t i = 0; i < world.count; i++)
		others[i] = i != rule && !gone[i] && world.rules[i].is_stateless == is_stateless;
}

static void check_against_packets(void)
{
	bool none[MAX_RULES] = {false};
	bool gone[MAX_RULES] = {false};
	bool others[MAX_RULES];

	for (size_t i = 0; i < world.count; i++) {
		const struct boxes_verdict *verdict = &verdicts[i];
		bool is_stateless = world.rules[i].is_stateless;
		unsigned expected = 0;

		for (size_t j = 0; j < world.count; j++)
			if (j != i && strcmp(world.texts[i], world.texts[j]) == 0)
				expected |= BOXES_DUPLICATE;
		choose(others, i, is_stateless, none);
		if (all_held(i, others))
			expected |= BOXES_REDUNDANT;
		choose(others, i, !is_stateless, none);
		if (all_held(i, others))
			expected |= is_stateless ? BOXES_MIXED : BOXES_SHADOWED;
		assert_int_equal(verdict->findings, expected);
		assert_int_equal(verdict->covered_by.count > 0, expected != 0);
		memset(others, 0, sizeof others);
		for (size_t j = 0; j < verdict->covered_by.count; j++)
			others[verdict->covered_by.rules[j]] = true;
		assert_true(expected == 0 || all_held(i, others));
		/* Of a cover for one reason no rule can be spared. */
		for (size_t j = 0; j < verdict->covered_by.count &&
				   (expected == BOXES_REDUNDANT || expected == BOXES_SHADOWED ||
					   expected == BOXES_MIXED);
			j++) {
			others[verdict->covered_by.rules[j]] = false;
			assert_false(all_held(i, others));
			others[verdict->covered_by.rules[j]] = true;
		}
	}
	for (size_t i = world.count; i-- > 0;) {
		bool is_stateless = world.rules[i].is_stateless;

		choose(others, i, is_stateless, gone);
		gone[i] = all_held(i, others);
		choose(others, i, true, gone);
		if (!is_stateless && !gone[i])
			gone[i] = all_held(i, others);
		assert_int_equal(verdicts[i].is_removable, gone[i]);
	}
}

static void test_random(void **state)
{
	(void)state;
	for (int i = 0; i < 3000; i++) {
		struct boxes_list list = {0, 2 + random_below(9)};
		size_t number = 0;
		char text[96];

		world.count = 0;
		while (world.count < list.count) {
			random_rule(text);
			add(&world, text);
		}
		lint(&list, 1, &(struct boxes_scope){&number, 1}, 1);
		check_against_packets();
	}
}

/* A rule that is found to be something in all subnets together is found so in
 * each, and the other way round. */
static void test_random_across(void **state)
{
	static struct boxes_verdict one[3][MAX_RULES];
	static struct boxes_verdict all[MAX_RULES];

	(void)state;
	for (int i = 0; i < 1000; i++) {
		struct boxes_list lists[] = {{0, 3}, {3, 3}, {6, 3}, {9, 3}};
		static const size_t of[3][3] = {{0, 1, 2}, {0, 2, 3}, {2, 1, 0}};
		size_t counts[] = {1 + random_below(3), 2 + random_below(2), 3};
		struct boxes_scope scopes[] = {
			{of[0], counts[0]}, {of[1], counts[1]}, {of[2], counts[2]}};
		bool gone[MAX_RULES];
		char text[96];

		world.count = 0;
		while (world.count < 12) {
			random_rule(text);
			add(&world, text);
		}
		lint(lists, 4, scopes, 3);
		memcpy(all, verdicts, sizeof all);
		for (size_t j = 0; j < 3; j++) {
			lint(lists, 4, &scopes[j], 1);
			memcpy(one[j], verdicts, sizeof one[j]);
		}
		for (size_t rule = 0; rule < 12; rule++) {
			unsigned expected = ~0u;
			unsigned seen = 0;

			gone[rule] = all[rule].is_removable;
			for (size_t j = 0; j < 3; j++)
				for (size_t k = 0; k < scopes[j].count; k++)
					if (scopes[j].lists[k] == rule / 3) {
						expected &= one[j][rule].findings;
						seen++;
					}
			assert_int_equal(all[rule].findings, seen ? expected : all[rule].findings);
		}
		/* With all of them gone, each subnet lets the same through. */
		for (size_t j = 0; j < 3; j++)
			for (size_t rule = 0; rule < 12; rule++) {
				bool others[MAX_RULES] = {false};
				bool is_here = false;

				for (size_t k = 0; k < scopes[j].count; k++) {
					size_t first = scopes[j].lists[k] * 3;

					is_here |= scopes[j].lists[k] == rule / 3;
					for (size_t at = first; at < first + 3; at++)
						others[at] = !gone[at];
				}
				assert_true(!is_here || !gone[rule] || all_held(rule, others));
			}
	}
}

/* ---- bounds ---------------------------------------------------------------------- */

/* A rule inside many that overlap, none of which is inside another. */
static void add_hard_rules(size_t count)
{
	char text[96];

	world.count = 0;
	add(&world, "ingress all 10.0.0.0/8");
	while (world.count < count) {
		unsigned low = random_below(60000);
		unsigned start = random_below(60000);

		sprintf(text, "ingress tcp 10.%u.0.0/%u %u-%u>%u-%u", random_below(256),
			8 + random_below(3), low, low + random_below(65535 - low), start,
			start + random_below(65535 - start));
		add(&world, text);
	}
	add(&world, "ingress all 10.0.0.0/9");
	add(&world, "ingress tcp 10.128.0.0/9 *>0-40000");
	add(&world, "ingress tcp 10.128.0.0/9 *>40001-65535");
	add(&world, "ingress udp 10.128.0.0/9");
}

/* With few steps the answer is right, or there is none. */
static void test_steps(void **state)
{
	struct boxes boxes = BOXES_INIT;
	struct boxes_cover cover;
	enum boxes_result right;
	size_t undecided = 0;
	size_t decided = 0;

	(void)state;
	assert_int_equal(boxes.step_max, 1000000);
	for (int i = 0; i < 50; i++) {
		add_hard_rules(20);
		boxes.step_max = LIMIT_BOX_STEPS;
		right = boxes_inside(&boxes, &world.of[1], &world.of[2], world.count - 2, &cover);
		assert_int_not_equal(right, BOXES_UNDECIDED);
		for (boxes.step_max = 1; boxes.step_max < 3000; boxes.step_max *= 3) {
			enum boxes_result result = boxes_inside(
				&boxes, &world.of[1], &world.of[2], world.count - 2, &cover);

			assert_true(boxes.steps <= boxes.step_max + 1);
			if (result == BOXES_UNDECIDED) {
				undecided++;
				continue;
			}
			decided++;
			assert_int_equal(result, right);
		}
	}
	assert_true(undecided > 0);
	assert_true(decided > 0);
	boxes_free(&boxes);
}

/*
 * Slabs across each dimension leave 55,000 cells of a rule, and tiles that are
 * smaller than they are cover those.
 */
static void test_too_many_steps(void **state)
{
	struct boxes boxes = BOXES_INIT;
	struct boxes_cover cover;
	char text[96];

	(void)state;
	world.count = 0;
	add(&world, "ingress tcp 10.0.0.0/8");
	for (unsigned i = 0; i < 32; i++) {
		sprintf(text, "ingress tcp 10.%u.0.0/14", i * 8);
		add(&world, text);
	}
	for (unsigned i = 0; i < 40; i++) {
		sprintf(text, "ingress tcp 10.0.0.0/8 %u-%u>*", i * 1600, i * 1600 + 799);
		add(&world, text);
		sprintf(text, "ingress tcp 10.0.0.0/8 *>%u-%u", i * 1600, i * 1600 + 799);
		add(&world, text);
	}
	for (unsigned i = 0; i < 8 * 6 * 6; i++) {
		unsigned source = i % 6 * 11000;
		unsigned destination = i / 6 % 6 * 11000;

		sprintf(text, "ingress tcp 10.%u.0.0/11 %u-%u>%u-%u", i / 36 * 32, source,
			source == 55000 ? 65535 : source + 10999, destination,
			destination == 55000 ? 65535 : destination + 10999);
		add(&world, text);
	}
	assert_int_equal(boxes_inside(&boxes, &world.of[0], &world.of[1], world.count - 1, &cover),
		BOXES_UNDECIDED);
	assert_int_equal(cover.count, 0);
	boxes.step_max = UINT64_MAX;
	assert_int_equal(boxes_inside(&boxes, &world.of[0], &world.of[1], world.count - 1, NULL),
		BOXES_INSIDE);
	boxes_free(&boxes);
}

/* Findings say so, and what is undecided is never to be removed. */
static void test_undecided(void **state)
{
	struct boxes boxes = BOXES_INIT;
	struct boxes_list list;
	size_t number = 0;
	unsigned all = 0;

	(void)state;
	add_all(&world, (const char *const[]){"ingress tcp 10.0.0.0/8 *>1-9",
				"ingress tcp 10.0.0.0/8 *>1-5", "ingress tcp 10.0.0.0/8 *>6-9",
				"ingress all 0.0.0.0/0", NULL});
	list = (struct boxes_list){0, 3};
	boxes.step_max = 1;
	assert_int_equal(boxes_lint(&boxes, world.of, 3, &list, 1,
				 &(struct boxes_scope){&number, 1}, 1, verdicts),
		0);
	assert_verdict(0, "undecided ");
	list.count = 4;
	assert_int_equal(boxes_lint(&boxes, world.of, 4, &list, 1,
				 &(struct boxes_scope){&number, 1}, 1, verdicts),
		0);
	/* A single rule that holds it is seen without any step. */
	assert_verdict(0, "redundant by 3 removable");
	add_hard_rules(60);
	list.count = world.count;
	boxes.step_max = 10;
	assert_int_equal(boxes_lint(&boxes, world.of, world.count, &list, 1,
				 &(struct boxes_scope){&number, 1}, 1, verdicts),
		0);
	for (size_t i = 0; i < world.count; i++) {
		all |= verdicts[i].findings;
		if (verdicts[i].findings == BOXES_FINDING_UNDECIDED)
			assert_false(verdicts[i].is_removable);
	}
	assert_true(all & BOXES_FINDING_UNDECIDED);
	boxes_free(&boxes);
}

static void test_empty(void **state)
{
	struct boxes boxes = BOXES_INIT;
	struct boxes_list list = {0, 0};
	size_t number = 0;

	(void)state;
	assert_int_equal(boxes_lint(&boxes, NULL, 0, NULL, 0, NULL, 0, NULL), 0);
	assert_int_equal(
		boxes_lint(&boxes, NULL, 0, &list, 1, &(struct boxes_scope){&number, 1}, 1, NULL),
		0);
	boxes_free(&boxes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one),
		cmocka_unit_test(test_unions),
		cmocka_unit_test(test_each),
		cmocka_unit_test(test_own_boxes),
		cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_cover),
		cmocka_unit_test(test_findings),
		cmocka_unit_test(test_removable),
		cmocka_unit_test(test_across),
		cmocka_unit_test(test_across_removable),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_random_across),
		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_too_many_steps),
		cmocka_unit_test(test_undecided),
		cmocka_unit_test(test_empty),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}

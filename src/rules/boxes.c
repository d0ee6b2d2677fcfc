/*
 * Cover tests by box subtraction, and the findings that rest on them.
 *
 * To tell whether a box is inside others, the first of them that meets it is
 * cut out of it; what is left of the box, at most two fragments a dimension, is
 * looked at in the same way with the rest of them. A fragment that none is left
 * for is outside, and that ends the question. Fragments wait on a stack, the
 * smallest rests first; since each goes on after the rule that made it, there
 * are at most FRAGMENTS of them for each rule. The larger rules cut first, as
 * they leave the least.
 *
 * What is cut is made of pieces: a label or group of its blocks, and a rule for
 * all protocols of those that have ports, those that have types, and those that
 * have neither, since how far ports reach depends on the protocol. Rules that
 * cut need no such parting: one that does not limit a dimension reaches over
 * all of it, whatever the protocol.
 *
 * Cutting takes time that grows with a power of the number of rules at worst;
 * the count of steps bounds it. Nothing here depends on the order of memory, so
 * the same rules give the same answers and covers.
 */
#include "rules/boxes.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"

__extension__ typedef unsigned __int128 wide;

/* Dimensions besides the peer. */
enum { PROTOCOL, SOURCE, DESTINATION, DIMENSIONS };

/* Of ICMP the type is in the place of the source port, the code of the other. */
enum { TYPE = SOURCE, CODE = DESTINATION };

#define PROTOCOL_MAX 255
#define TYPE_MAX 255

/* Fragments that one cut leaves at most. */
#define FRAGMENTS (2 * (1 + DIMENSIONS))

/* Both ends are inside. */
struct box {
	wide peer_low;
	wide peer_high;
	uint16_t low[DIMENSIONS];
	uint16_t high[DIMENSIONS];
};

enum item_kind { NOTHING, CIDR, SERVICE, GROUP, UNREADABLE };

/* A rule, ready to be compared. The peer of its box is that of a CIDR block. */
struct boxes_item {
	struct box box;
	const char *name; /* of what is a box of its own: a label, a group, a text */
	size_t name_len;
	const struct boxes_rule *rule;
	uint8_t kind;
	uint8_t direction;
	uint8_t family; /* of a CIDR block */
	bool is_stateless;
};

/* A rule that cuts, as it meets the rule that is judged. */
struct boxes_cutter {
	struct box box;
	double size;    /* the logarithm of what it has of the other's box */
	size_t number;  /* of the rule */
	uint8_t family; /* ADDRESS_NONE: it meets both */
	bool is_used;
	bool is_left_out;
};

struct boxes_fragment {
	struct box box;
	size_t next; /* the first cutter that was not looked at */
};

static int reserve_fragments(struct boxes *boxes, size_t need)
{
	struct boxes_fragment *grown = array_reserve(
		boxes->fragments, &boxes->fragment_room, need, sizeof(*boxes->fragments));

	if (!grown)
		return -1;
	boxes->fragments = grown;
	return 0;
}

static int reserve_cutters(struct boxes *boxes, size_t need)
{
	struct boxes_cutter *grown =
		array_reserve(boxes->cutters, &boxes->cutter_room, need, sizeof(*boxes->cutters));

	if (!grown)
		return -1;
	boxes->cutters = grown;
	return 0;
}

static int reserve_cover(struct boxes *boxes, size_t need)
{
	size_t *grown =
		array_reserve(boxes->cover, &boxes->cover_room, need, sizeof(*boxes->cover));

	if (!grown)
		return -1;
	boxes->cover = grown;
	return 0;
}

void boxes_free(struct boxes *boxes)
{
	free(boxes->cutters);
	free(boxes->fragments);
	free(boxes->cover);
	free(boxes->covers);
	*boxes = (struct boxes){.step_max = boxes->step_max};
}

/* ---- rules as boxes -------------------------------------------------------- */

static void set_peer(struct box *box, const struct prefix *prefix)
{
	unsigned length = prefix->length;

	box->peer_low = (wide)prefix->high << 64 | prefix->low;
	box->peer_high = box->peer_low | (length == 128 ? 0 : ~(wide)0 >> length);
}

static void set_range(struct box *box, int dimension, unsigned low, unsigned high)
{
	box->low[dimension] = (uint16_t)low;
	box->high[dimension] = (uint16_t)high;
}

static bool is_unreadable(const struct rule *rule)
{
	return rule->peer_kind == RULE_PEER_UNREADABLE ||
	       rule->protocol == RULE_PROTOCOL_UNREADABLE ||
	       rule->source_kind == RULE_RANGE_UNREADABLE ||
	       rule->destination_kind == RULE_RANGE_UNREADABLE;
}

static bool matches_nothing(const struct rule *rule)
{
	return !rule->is_valid || rule->source_kind == RULE_RANGE_NOTHING ||
	       rule->destination_kind == RULE_RANGE_NOTHING;
}

static enum item_kind kind_of(const struct rule *rule)
{
	if (matches_nothing(rule))
		return NOTHING;
	if (is_unreadable(rule))
		return UNREADABLE;
	if (rule->peer_kind == RULE_PEER_SERVICE)
		return SERVICE;
	return rule->peer_kind == RULE_PEER_GROUP ? GROUP : CIDR;
}

/* The third word of a rule's text, which names a label or group. */
static void set_peer_name(struct boxes_item *item)
{
	const char *end = item->name + item->name_len;

	for (int word = 0; word < 2 && item->name_len > 0; word++) {
		const char *blank = memchr(item->name, ' ', item->name_len);

		item->name = blank ? blank + 1 : end;
		item->name_len = (size_t)(end - item->name);
	}
	if (item->name_len > 0) {
		const char *blank = memchr(item->name, ' ', item->name_len);

		if (blank)
			item->name_len = (size_t)(blank - item->name);
	}
}

static void make_item(struct boxes_item *item, const struct boxes_rule *of)
{
	const struct rule *rule = of->rule;
	struct box *box = &item->box;

	*item = (struct boxes_item){
		.name = of->text,
		.name_len = of->text_len,
		.rule = of,
		.kind = (uint8_t)kind_of(rule),
		.direction = rule->direction,
		.family = rule->peer.family,
		.is_stateless = rule->is_stateless,
	};
	if (item->kind == CIDR)
		set_peer(box, &rule->peer);
	else if (item->kind == SERVICE || item->kind == GROUP)
		set_peer_name(item);
	set_range(box, PROTOCOL, rule->protocol, rule->protocol);
	if (rule->protocol == RULE_PROTOCOL_ALL || item->kind == UNREADABLE)
		set_range(box, PROTOCOL, 0, PROTOCOL_MAX);
	set_range(box, SOURCE, 0, RULE_PORT_MAX);
	set_range(box, DESTINATION, 0, RULE_PORT_MAX);
	if (rule_protocol_has_ports(rule->protocol)) {
		set_range(box, SOURCE, rule->source_low, rule->source_high);
		set_range(box, DESTINATION, rule->destination_low, rule->destination_high);
	}
	if (rule_protocol_is_icmp(rule->protocol) && rule->icmp_type != RULE_ICMP_ANY) {
		set_range(box, TYPE, rule->icmp_type, rule->icmp_type);
		if (rule->icmp_code != RULE_ICMP_ANY)
			set_range(box, CODE, rule->icmp_code, rule->icmp_code);
	}
}

static bool is_same_name(const struct boxes_item *a, const struct boxes_item *b)
{
	return a->name_len == b->name_len && memcmp(a->name, b->name, a->name_len) == 0;
}

/* ---- cutting ---------------------------------------------------------------- */

static bool boxes_meet(const struct box *a, const struct box *b)
{
	if (a->peer_low > b->peer_high || b->peer_low > a->peer_high)
		return false;
	for (int i = 0; i < DIMENSIONS; i++)
		if (a->low[i] > b->high[i] || b->low[i] > a->high[i])
			return false;
	return true;
}

static bool box_holds(const struct box *outer, const struct box *inner)
{
	if (outer->peer_low > inner->peer_low || outer->peer_high < inner->peer_high)
		return false;
	for (int i = 0; i < DIMENSIONS; i++)
		if (outer->low[i] > inner->low[i] || outer->high[i] < inner->high[i])
			return false;
	return true;
}

/* Writes what is left of box without cut, which meets it; returns how many. */
static size_t cut_out(struct boxes_fragment *out, struct box box, const struct box *cut)
{
	size_t count = 0;

	for (int i = 0; i < DIMENSIONS; i++) {
		if (box.low[i] < cut->low[i]) {
			out[count].box = box;
			out[count++].box.high[i] = (uint16_t)(cut->low[i] - 1);
			box.low[i] = cut->low[i];
		}
		if (box.high[i] > cut->high[i]) {
			out[count].box = box;
			out[count++].box.low[i] = (uint16_t)(cut->high[i] + 1);
			box.high[i] = cut->high[i];
		}
	}
	if (box.peer_low < cut->peer_low) {
		out[count].box = box;
		out[count++].box.peer_high = cut->peer_low - 1;
		box.peer_low = cut->peer_low;
	}
	if (box.peer_high > cut->peer_high) {
		out[count].box = box;
		out[count++].box.peer_low = cut->peer_high + 1;
	}
	return count;
}

/* The first cutter from next on that meets box; cutter_count: none does. */
static size_t next_cutter(struct boxes *boxes, const struct box *box, uint8_t family, size_t next)
{
	for (; next < boxes->cutter_count; next++) {
		const struct boxes_cutter *cutter = &boxes->cutters[next];

		if (cutter->is_left_out)
			continue;
		if (boxes->steps++ == boxes->step_max)
			break;
		if ((cutter->family == ADDRESS_NONE || cutter->family == family) &&
			boxes_meet(&cutter->box, box))
			break;
	}
	return next;
}

static enum boxes_result cut_piece(struct boxes *boxes, const struct box *piece, uint8_t family)
{
	size_t height = 1;

	if (reserve_fragments(boxes, FRAGMENTS) != 0)
		return BOXES_NO_MEMORY;
	boxes->fragments[0] = (struct boxes_fragment){*piece, 0};
	while (height > 0) {
		struct boxes_fragment *fragment = &boxes->fragments[--height];
		struct box box = fragment->box;
		size_t at = next_cutter(boxes, &box, family, fragment->next);
		size_t count;

		if (boxes->steps > boxes->step_max)
			return BOXES_UNDECIDED;
		if (at == boxes->cutter_count)
			return BOXES_OUTSIDE;
		boxes->cutters[at].is_used = true;
		if (reserve_fragments(boxes, height + FRAGMENTS) != 0)
			return BOXES_NO_MEMORY;
		fragment = &boxes->fragments[height];
		count = cut_out(fragment, box, &boxes->cutters[at].box);
		for (size_t i = 0; i < count; i++)
			fragment[i].next = at + 1;
		height += count;
	}
	return BOXES_INSIDE;
}

/* Protocols that agree in what their ports mean. */
static const struct {
	uint8_t low;
	uint8_t high;
	uint16_t port_max; /* or type and code */
} protocol_classes[] = {
	{0, 0, 0},
	{RULE_ICMP, RULE_ICMP, TYPE_MAX},
	{2, 5, 0},
	{RULE_TCP, RULE_TCP, RULE_PORT_MAX},
	{7, 16, 0},
	{RULE_UDP, RULE_UDP, RULE_PORT_MAX},
	{18, 57, 0},
	{RULE_ICMPV6, RULE_ICMPV6, TYPE_MAX},
	{59, PROTOCOL_MAX, 0},
};

#define CLASS_COUNT (sizeof(protocol_classes) / sizeof(protocol_classes[0]))

static uint16_t lesser(uint16_t a, uint16_t b)
{
	return a < b ? a : b;
}

/* Cuts what a rule's box has of each class of protocols. */
static enum boxes_result cut_box(struct boxes *boxes, const struct box *box, uint8_t family)
{
	enum boxes_result result = BOXES_INSIDE;

	for (size_t i = 0; i < CLASS_COUNT && result == BOXES_INSIDE; i++) {
		struct box piece = *box;

		if (box->low[PROTOCOL] > protocol_classes[i].high ||
			box->high[PROTOCOL] < protocol_classes[i].low)
			continue;
		if (piece.low[PROTOCOL] < protocol_classes[i].low)
			piece.low[PROTOCOL] = protocol_classes[i].low;
		piece.high[PROTOCOL] = lesser(piece.high[PROTOCOL], protocol_classes[i].high);
		/* A type beyond the usual stays as it is: a range of one. */
		for (int d = SOURCE; d <= DESTINATION; d++)
			if (piece.low[d] == 0)
				piece.high[d] = lesser(piece.high[d], protocol_classes[i].port_max);
		result = cut_piece(boxes, &piece, family);
	}
	return result;
}

/*
 * The blocks of an item one by one: of what is a box of its own, and whose
 * addresses are not known, all IPv4 addresses.
 */
static size_t block_count(const struct boxes_item *item)
{
	bool has_blocks = item->kind == SERVICE || item->kind == GROUP;

	return has_blocks && item->rule->block_count > 0 ? item->rule->block_count : 1;
}

static struct box block_box(const struct boxes_item *item, size_t i, uint8_t *family)
{
	static const struct prefix any = {.family = ADDRESS_IPV4};
	const struct prefix *block = &any;
	struct box box = item->box;

	if (item->kind == CIDR)
		block = &item->rule->rule->peer;
	else if (item->kind != UNREADABLE && item->rule->block_count > 0)
		block = &item->rule->blocks[i];
	*family = block->family;
	set_peer(&box, block);
	return box;
}

static enum boxes_result cut_item(struct boxes *boxes, const struct boxes_item *item)
{
	enum boxes_result result = BOXES_INSIDE;
	size_t count = block_count(item);

	for (size_t i = 0; i < boxes->cutter_count; i++)
		boxes->cutters[i].is_used = false;
	for (size_t i = 0; i < count && result == BOXES_INSIDE; i++) {
		uint8_t family;
		struct box box = block_box(item, i, &family);

		result = cut_box(boxes, &box, family);
	}
	return result;
}

/* ---- who cuts -------------------------------------------------------------- */

/* The part of a range that is also in another, which it meets. */
static double part(wide low, wide high, wide other_low, wide other_high)
{
	if (low < other_low)
		low = other_low;
	if (high > other_high)
		high = other_high;
	return (double)(high - low) + 1;
}

static double size_within(const struct box *box, const struct box *whole)
{
	double size = part(box->peer_low, box->peer_high, whole->peer_low, whole->peer_high);

	for (int i = 0; i < DIMENSIONS; i++)
		size *= part(box->low[i], box->high[i], whole->low[i], whole->high[i]);
	return size;
}

/*
 * Adds other to those that cut item, if it can: the box of another CIDR block,
 * or one that holds every peer if it is the same label, group or text.
 */
static int add_cutter(struct boxes *boxes, const struct boxes_item *item,
	const struct boxes_item *other, size_t number)
{
	struct boxes_cutter *cutter;
	struct box whole = item->box;
	bool is_own = item->kind != CIDR;

	if (other->direction != item->direction || other->kind == NOTHING)
		return 0;
	if (other->kind != CIDR && (other->kind != item->kind || !is_same_name(item, other)))
		return 0;
	if (other->kind == CIDR &&
		(item->kind == UNREADABLE || (!is_own && other->family != item->family)))
		return 0;
	if (reserve_cutters(boxes, boxes->cutter_count + 1) != 0)
		return -1;
	cutter = &boxes->cutters[boxes->cutter_count];
	*cutter = (struct boxes_cutter){.box = other->box, .number = number};
	if (other->kind == CIDR)
		cutter->family = other->family;
	else
		cutter->box.peer_high = ~(wide)0;
	if (other->kind == UNREADABLE)
		cutter->box = (struct box){
			.peer_high = ~(wide)0,
			.high = {UINT16_MAX, UINT16_MAX, UINT16_MAX},
		};
	if (is_own)
		whole.peer_high = ~(wide)0;
	if (!boxes_meet(&cutter->box, &whole))
		return 0;
	cutter->size = size_within(&cutter->box, &whole);
	boxes->cutter_count++;
	return 0;
}

static int by_size(const void *a, const void *b)
{
	const struct boxes_cutter *first = a;
	const struct boxes_cutter *second = b;

	if (first->size != second->size)
		return first->size > second->size ? -1 : 1;
	return first->number < second->number ? -1 : first->number > second->number;
}

static int by_number(const void *a, const void *b)
{
	size_t first = *(const size_t *)a;
	size_t second = *(const size_t *)b;

	return first < second ? -1 : first > second;
}

static bool cutter_holds(const struct boxes_cutter *cutter, const struct boxes_item *item)
{
	size_t count = block_count(item);

	for (size_t i = 0; i < count; i++) {
		uint8_t family;
		struct box box = block_box(item, i, &family);

		if (cutter->family != ADDRESS_NONE && cutter->family != family)
			return false;
		if (!box_holds(&cutter->box, &box))
			return false;
	}
	return true;
}

static int set_cover(struct boxes *boxes)
{
	boxes->cover_count = 0;
	if (reserve_cover(boxes, boxes->cutter_count) != 0)
		return -1;
	for (size_t i = 0; i < boxes->cutter_count; i++)
		if (!boxes->cutters[i].is_left_out)
			boxes->cover[boxes->cover_count++] = boxes->cutters[i].number;
	if (boxes->cover_count > 1)
		qsort(boxes->cover, boxes->cover_count, sizeof(*boxes->cover), by_number);
	return 0;
}

/*
 * Leaves out, of the cutters that were used, each that can be spared, the
 * smaller ones first. Steps are those of the same question: when they have come
 * to their end, what is left suffices all the same.
 */
static int spare_cutters(struct boxes *boxes, const struct boxes_item *item)
{
	for (size_t i = 0; i < boxes->cutter_count; i++)
		boxes->cutters[i].is_left_out = !boxes->cutters[i].is_used;
	for (size_t i = boxes->cutter_count; i-- > 0;) {
		enum boxes_result result;

		if (boxes->cutters[i].is_left_out)
			continue;
		boxes->cutters[i].is_left_out = true;
		result = cut_item(boxes, item);
		if (result == BOXES_NO_MEMORY)
			return -1;
		if (result == BOXES_UNDECIDED)
			boxes->cutters[i].is_left_out = false;
		if (result == BOXES_UNDECIDED)
			break;
		if (result == BOXES_OUTSIDE)
			boxes->cutters[i].is_left_out = false;
	}
	return set_cover(boxes);
}

/* The answer about item, with the cutters that were added for it. */
static enum boxes_result judge(struct boxes *boxes, const struct boxes_item *item, bool needs_cover)
{
	enum boxes_result result;
	size_t single = SIZE_MAX;

	boxes->steps = 0;
	boxes->cover_count = 0;
	if (item->kind == NOTHING)
		return BOXES_INSIDE;
	for (size_t i = 0; i < boxes->cutter_count && single == SIZE_MAX; i++)
		if (cutter_holds(&boxes->cutters[i], item))
			single = i;
	if (single != SIZE_MAX) {
		if (reserve_cover(boxes, 1) != 0)
			return BOXES_NO_MEMORY;
		boxes->cover[0] = boxes->cutters[single].number;
		boxes->cover_count = 1;
		return BOXES_INSIDE;
	}
	if (boxes->cutter_count > 1)
		qsort(boxes->cutters, boxes->cutter_count, sizeof(*boxes->cutters), by_size);
	result = cut_item(boxes, item);
	if (result == BOXES_INSIDE && needs_cover && spare_cutters(boxes, item) != 0)
		return BOXES_NO_MEMORY;
	return result;
}

enum boxes_result boxes_inside(struct boxes *boxes, const struct boxes_rule *rule,
	const struct boxes_rule *others, size_t count, struct boxes_cover *cover)
{
	struct boxes_item item;
	enum boxes_result result;

	make_item(&item, rule);
	boxes->cutter_count = 0;
	for (size_t i = 0; i < count; i++) {
		struct boxes_item other;

		make_item(&other, &others[i]);
		if (add_cutter(boxes, &item, &other, i) != 0)
			return BOXES_NO_MEMORY;
	}
	result = judge(boxes, &item, cover != NULL);
	if (cover)
		*cover = (struct boxes_cover){boxes->cover, boxes->cover_count};
	return result;
}

/* ---- findings ---------------------------------------------------------------- */

/* What is judged, and what is known of it so far. */
struct lint {
	struct boxes *boxes;
	struct boxes_item *items; /* one a rule */
	bool *is_gone;            /* one a rule: it is to be removed */
	const struct boxes_list *lists;
	const struct boxes_scope *scopes;
	/* scopes_of[starts[list]..starts[list + 1]) are those that have the list. */
	size_t *starts;
	size_t *scopes_of;
};

static void lint_free(struct lint *lint)
{
	free(lint->items);
	free(lint->is_gone);
	free(lint->starts);
	free(lint->scopes_of);
}

static int lint_set_scopes(struct lint *lint, size_t list_count, size_t scope_count)
{
	size_t total = 0;

	lint->starts = calloc(list_count + 2, sizeof(*lint->starts));
	if (!lint->starts)
		return -1;
	for (size_t i = 0; i < scope_count; i++)
		for (size_t j = 0; j < lint->scopes[i].count; j++, total++)
			lint->starts[lint->scopes[i].lists[j] + 2]++;
	lint->scopes_of = calloc(total + 1, sizeof(*lint->scopes_of));
	if (!lint->scopes_of)
		return -1;
	/* starts[list + 1] is where the list's next scope goes: its start at
	 * first, its end once all are there. */
	for (size_t list = 0; list < list_count; list++)
		lint->starts[list + 2] += lint->starts[list + 1];
	for (size_t i = 0; i < scope_count; i++)
		for (size_t j = 0; j < lint->scopes[i].count; j++)
			lint->scopes_of[lint->starts[lint->scopes[i].lists[j] + 1]++] = i;
	return 0;
}

static int lint_begin(struct lint *lint, const struct boxes_rule *rules, size_t count,
	size_t list_count, size_t scope_count)
{
	lint->items = calloc(count + 1, sizeof(*lint->items));
	lint->is_gone = calloc(count + 1, sizeof(*lint->is_gone));
	if (!lint->items || !lint->is_gone)
		return -1;
	for (size_t i = 0; i < count; i++)
		make_item(&lint->items[i], &rules[i]);
	return lint_set_scopes(lint, list_count, scope_count);
}

/* Is a rule inside the others of one scope that are stateless or not? */
static enum boxes_result judge_in_scope(const struct lint *lint, const struct boxes_scope *scope,
	size_t rule, bool is_stateless, bool needs_cover)
{
	struct boxes *boxes = lint->boxes;

	boxes->cutter_count = 0;
	for (size_t i = 0; i < scope->count; i++) {
		const struct boxes_list *list = &lint->lists[scope->lists[i]];

		for (size_t j = list->first; j < list->first + list->count; j++) {
			const struct boxes_item *other = &lint->items[j];

			if (j == rule || other->is_stateless != is_stateless || lint->is_gone[j])
				continue;
			if (add_cutter(boxes, &lint->items[rule], other, j) != 0)
				return BOXES_NO_MEMORY;
		}
	}
	return judge(boxes, &lint->items[rule], needs_cover);
}

static int keep_cover(struct boxes *boxes, const size_t *rules, size_t count)
{
	size_t *grown = array_reserve(boxes->covers, &boxes->covers_room,
		boxes->covers_count + count, sizeof(*boxes->covers));

	if (!grown)
		return -1;
	boxes->covers = grown;
	for (size_t i = 0; i < count; i++)
		boxes->covers[boxes->covers_count++] = rules[i];
	return 0;
}

/*
 * The same in every scope of the rule's list: outside one is outside. What
 * covers it is kept if it is inside all.
 */
static enum boxes_result judge_in_scopes(
	const struct lint *lint, size_t list, size_t rule, bool is_stateless)
{
	struct boxes *boxes = lint->boxes;
	enum boxes_result together = BOXES_INSIDE;
	size_t kept = boxes->covers_count;

	for (size_t i = lint->starts[list]; i < lint->starts[list + 1]; i++) {
		const struct boxes_scope *scope = &lint->scopes[lint->scopes_of[i]];
		enum boxes_result result = judge_in_scope(lint, scope, rule, is_stateless, true);

		if (result == BOXES_INSIDE && keep_cover(boxes, boxes->cover, boxes->cover_count))
			result = BOXES_NO_MEMORY;
		if (result == BOXES_UNDECIDED)
			together = result;
		if (result == BOXES_OUTSIDE || result == BOXES_NO_MEMORY) {
			together = result;
			break;
		}
	}
	if (together != BOXES_INSIDE)
		boxes->covers_count = kept;
	return together;
}

/* The first other rule of the list with the same text; SIZE_MAX: none. */
static size_t find_duplicate(const struct lint *lint, size_t list, size_t rule)
{
	const struct boxes_rule *of = lint->items[rule].rule;
	size_t first = lint->lists[list].first;

	for (size_t i = first; i < first + lint->lists[list].count; i++) {
		const struct boxes_rule *other = lint->items[i].rule;

		if (i != rule && other->text_len == of->text_len &&
			memcmp(other->text, of->text, of->text_len) == 0)
			return i;
	}
	return SIZE_MAX;
}

/* Sorts what covers a rule, of all its findings, and leaves each once. */
static void tidy_covers(struct boxes *boxes, size_t first)
{
	size_t *covers = boxes->covers;
	size_t kept = first;

	if (boxes->covers_count - first < 2)
		return;
	qsort(covers + first, boxes->covers_count - first, sizeof(*covers), by_number);
	for (size_t i = first; i < boxes->covers_count; i++)
		if (kept == first || covers[kept - 1] != covers[i])
			covers[kept++] = covers[i];
	boxes->covers_count = kept;
}

static int find(const struct lint *lint, size_t list, size_t rule, struct boxes_verdict *verdict)
{
	struct boxes *boxes = lint->boxes;
	const struct boxes_item *item = &lint->items[rule];
	size_t first = boxes->covers_count;
	size_t duplicate = find_duplicate(lint, list, rule);

	*verdict = (struct boxes_verdict){0};
	if (duplicate != SIZE_MAX) {
		verdict->findings |= BOXES_DUPLICATE;
		if (keep_cover(boxes, &duplicate, 1) != 0)
			return -1;
	}
	if (item->kind == NOTHING)
		verdict->findings |= BOXES_INVALID;
	for (int is_stateless = 0; is_stateless <= 1 && item->kind != NOTHING; is_stateless++) {
		enum boxes_result result = judge_in_scopes(lint, list, rule, is_stateless);

		if (result == BOXES_NO_MEMORY)
			return -1;
		if (result == BOXES_UNDECIDED)
			verdict->findings |= BOXES_FINDING_UNDECIDED;
		if (result != BOXES_INSIDE)
			continue;
		if (item->is_stateless == is_stateless)
			verdict->findings |= BOXES_REDUNDANT;
		else
			verdict->findings |= is_stateless ? BOXES_SHADOWED : BOXES_MIXED;
	}
	tidy_covers(boxes, first);
	verdict->covered_by.count = boxes->covers_count - first;
	return 0;
}

/*
 * Can a rule go as well? It must still be what it was found to be, redundant or
 * shadowed, in each scope.
 */
static int set_removable(
	const struct lint *lint, size_t list, size_t rule, struct boxes_verdict *verdict)
{
	const struct boxes_item *item = &lint->items[rule];
	unsigned findings = verdict->findings & (BOXES_REDUNDANT | BOXES_SHADOWED);

	verdict->is_removable = item->kind == NOTHING || findings != 0;
	for (size_t i = lint->starts[list]; i < lint->starts[list + 1] && findings != 0; i++) {
		const struct boxes_scope *scope = &lint->scopes[lint->scopes_of[i]];
		enum boxes_result result = BOXES_OUTSIDE;

		if (findings & BOXES_REDUNDANT)
			result = judge_in_scope(lint, scope, rule, item->is_stateless, false);
		if (result != BOXES_INSIDE && result != BOXES_NO_MEMORY &&
			(findings & BOXES_SHADOWED))
			result = judge_in_scope(lint, scope, rule, true, false);
		if (result == BOXES_NO_MEMORY)
			return -1;
		if (result != BOXES_INSIDE) {
			verdict->is_removable = false;
			break;
		}
	}
	lint->is_gone[rule] = verdict->is_removable;
	return 0;
}

static int lint_all(const struct lint *lint, size_t list_count, struct boxes_verdict *verdicts)
{
	const struct boxes_list *list;
	const size_t *covers;

	lint->boxes->covers_count = 0;
	for (size_t i = 0; i < list_count; i++) {
		list = &lint->lists[i];
		for (size_t rule = list->first; rule < list->first + list->count; rule++)
			if (find(lint, i, rule, &verdicts[rule]) != 0)
				return -1;
	}
	covers = lint->boxes->covers;
	for (size_t i = 0; i < list_count; i++) {
		list = &lint->lists[i];
		for (size_t rule = list->first; rule < list->first + list->count; rule++) {
			if (verdicts[rule].covered_by.count == 0)
				continue;
			verdicts[rule].covered_by.rules = covers;
			covers += verdicts[rule].covered_by.count;
		}
	}
	for (size_t i = list_count; i-- > 0;) {
		list = &lint->lists[i];
		for (size_t rule = list->first + list->count; rule-- > list->first;)
			if (set_removable(lint, i, rule, &verdicts[rule]) != 0)
				return -1;
	}
	return 0;
}

int boxes_lint(struct boxes *boxes, const struct boxes_rule *rules, size_t count,
	const struct boxes_list *lists, size_t list_count, const struct boxes_scope *scopes,
	size_t scope_count, struct boxes_verdict *verdicts)
{
	struct lint lint = {.boxes = boxes, .lists = lists, .scopes = scopes};
	int result = lint_begin(&lint, rules, count, list_count, scope_count);

	if (result == 0)
		result = lint_all(&lint, list_count, verdicts);
	lint_free(&lint);
	return result;
}

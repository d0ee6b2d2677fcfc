/*
 * The best cover by at most k blocks, by dynamic programming over the binary
 * trie of what was given. Only nodes where the trie forks, and its leaves, can
 * be blocks of a best cover: any other block holds no more of what was given
 * than the fork beneath it, and more besides. So the trie is built with its
 * forks alone, n - 1 for n leaves.
 *
 * best(v, j), the fewest extra addresses of j blocks beneath v, is that of v's
 * own block for j = 1 and the least best(left, a) + best(right, j - a) else. It
 * never grows with j, since a block may always be parted at its fork; so "at
 * most j" and "exactly j" are one. As v has no use for more blocks than it has
 * leaves, and none has for more than k, all forks together take about n * k
 * steps.
 *
 * The leaves come sorted. The block of the fork between two neighbours is as
 * long as what their addresses begin with in common, and no two forks on one
 * path are of one length; so a stack of the forks that still wait for their
 * upper half, each longer than the one below, is at most 129 high. A table of
 * best() is kept for what is on that stack only. Of each fork is kept how many
 * of j blocks go to its lower half, from which the cover is read at the end.
 */
#include "rules/prefixes.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

__extension__ typedef unsigned __int128 wide;

/* Forks that wait: one of each length, and the two families. */
#define STACK_MAX 131

/* Of a node's number: it is a fork's, else a leaf's. */
#define FORK ((size_t)1 << (sizeof(size_t) * 8 - 1))

/* What stands for the length of the fork of both families, and of the end. */
#define FAMILIES (-1)
#define END (-2)

struct fork {
	size_t lower; /* nodes */
	size_t upper;
	size_t leaf;   /* the first one beneath it, whose first bits are its block's */
	size_t shares; /* shares[this + j - 2] of j blocks are for lower */
	int length;
};

/* A part of the trie that is whole; best[j - 1] stands in the table of its
 * place on the stack. */
struct part {
	size_t node;
	size_t leaf;
	size_t blocks; /* the most that it has a use for */
	wide addresses;
	int fork; /* the length of the fork that it is the lower half of */
};

struct trie {
	const struct prefix *leaves;
	struct fork *forks;
	size_t fork_count;
	uint16_t *shares;
	size_t share_count;
	size_t share_room;
	size_t room; /* k */
	struct part stack[STACK_MAX];
	size_t height;
	wide *tables; /* of k entries each: one for each place, and one to work in */
};

static unsigned bits_max(uint8_t family)
{
	return family == ADDRESS_IPV4 ? 32 : 128;
}

/* The addresses of a block; 2^128 is 0, which the differences below stand. */
static wide addresses_of(uint8_t family, unsigned length)
{
	unsigned host = bits_max(family) - length;

	return host == 128 ? 0 : (wide)1 << host;
}

static uint64_t saturated(wide value)
{
	return value > UINT64_MAX ? UINT64_MAX : (uint64_t)value;
}

struct prefix prefixes_of_address(const struct address *address)
{
	return (struct prefix){
		.high = address->high,
		.low = address->low,
		.family = address->family,
		.length = (uint8_t)bits_max(address->family),
	};
}

static int compare(const void *a, const void *b)
{
	return prefix_compare(a, b);
}

static bool is_inside(const struct prefix *inner, const struct prefix *outer)
{
	struct address first = {inner->high, inner->low, inner->family};

	return inner->length >= outer->length && prefix_holds(outer, &first);
}

size_t prefixes_reduce(struct prefix *blocks, size_t count)
{
	size_t kept = 0;

	if (count > 1)
		qsort(blocks, count, sizeof(*blocks), compare);
	/* A block stands before all that it holds, with nothing else between. */
	for (size_t i = 0; i < count; i++)
		if (kept == 0 || !is_inside(&blocks[i], &blocks[kept - 1]))
			blocks[kept++] = blocks[i];
	return kept;
}

uint64_t prefixes_addresses(const struct prefix *blocks, size_t count)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < count; i++) {
		wide size = addresses_of(blocks[i].family, blocks[i].length);

		if (size == 0 || size > UINT64_MAX - sum)
			return UINT64_MAX;
		sum += (uint64_t)size;
	}
	return sum;
}

/* The length of the fork between two leaves of a kind. */
static int fork_between(const struct prefix *a, const struct prefix *b)
{
	if (a->family != b->family)
		return FAMILIES;
	if (a->high != b->high)
		return __builtin_clzll(a->high ^ b->high);
	return 64 + __builtin_clzll(a->low ^ b->low);
}

static wide *table_of(const struct trie *trie, size_t place)
{
	return trie->tables + place * trie->room;
}

static int keep_share(struct trie *trie, size_t share)
{
	if (trie->share_count == trie->share_room) {
		size_t room = trie->share_room == 0 ? 1024 : trie->share_room * 2;
		uint16_t *shares = realloc(trie->shares, room * sizeof(*shares));

		if (!shares)
			return -1;
		trie->shares = shares;
		trie->share_room = room;
	}
	trie->shares[trie->share_count++] = (uint16_t)share;
	return 0;
}

/*
 * The fewest extra addresses of j blocks that two halves share; *share is the
 * least number of blocks of the lower half that reaches it.
 */
static wide best_shared(const wide *lower, size_t lower_blocks, const wide *upper,
	size_t upper_blocks, size_t j, size_t *share)
{
	size_t least = j > upper_blocks ? j - upper_blocks : 1;
	size_t most = j - 1 < lower_blocks ? j - 1 : lower_blocks;
	wide best = 0;

	*share = 0;
	for (size_t a = least; a <= most; a++) {
		wide sum = lower[a - 1] + upper[j - a - 1];

		/* Only both families together can have 2^128 or more. */
		if (sum < lower[a - 1])
			sum = ~(wide)0;
		if (*share == 0 || sum < best) {
			best = sum;
			*share = a;
		}
	}
	return best;
}

/* Makes one part of the two on top of the stack, which are halves of a fork. */
static int join(struct trie *trie)
{
	struct part *lower = &trie->stack[trie->height - 2];
	const struct part *upper = lower + 1;
	wide *lower_best = table_of(trie, trie->height - 2);
	wide *best = table_of(trie, STACK_MAX);
	uint8_t family = trie->leaves[lower->leaf].family;
	size_t blocks = lower->blocks + upper->blocks;

	if (blocks > trie->room)
		blocks = trie->room;
	trie->forks[trie->fork_count] = (struct fork){
		.lower = lower->node,
		.upper = upper->node,
		.leaf = lower->leaf,
		.shares = trie->share_count,
		.length = lower->fork,
	};
	lower->addresses += upper->addresses;
	best[0] = ~(wide)0;
	if (lower->fork != FAMILIES)
		best[0] = addresses_of(family, (unsigned)lower->fork) - lower->addresses;
	for (size_t j = 2; j <= blocks; j++) {
		size_t share;

		best[j - 1] = best_shared(lower_best, lower->blocks, lower_best + trie->room,
			upper->blocks, j, &share);
		if (keep_share(trie, share) != 0)
			return -1;
	}
	memcpy(lower_best, best, blocks * sizeof(*best));
	lower->node = FORK | trie->fork_count++;
	lower->blocks = blocks;
	trie->height--;
	return 0;
}

/* Leaves the whole trie as the one part on the stack. */
static int build(struct trie *trie, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct prefix *leaf = &trie->leaves[i];
		int fork = i + 1 == count ? END : fork_between(leaf, leaf + 1);

		table_of(trie, trie->height)[0] = 0;
		trie->stack[trie->height++] = (struct part){
			.node = i,
			.leaf = i,
			.blocks = 1,
			.addresses = addresses_of(leaf->family, leaf->length),
		};
		while (trie->height > 1 && trie->stack[trie->height - 2].fork > fork)
			if (join(trie) != 0)
				return -1;
		trie->stack[trie->height - 1].fork = fork;
	}
	return 0;
}

static struct prefix block_of(const struct trie *trie, const struct fork *fork)
{
	struct prefix block = trie->leaves[fork->leaf];
	unsigned length = (unsigned)fork->length;

	block.length = (uint8_t)length;
	block.low = length <= 64 ? 0 : block.low & ~(UINT64_MAX >> (length - 64));
	if (length < 64)
		block.high &= ~(UINT64_MAX >> length);
	return block;
}

/* Writes the cover of the root by count blocks, the lower halves first. */
static void read_cover(const struct trie *trie, size_t count, struct prefix *out)
{
	struct {
		size_t node;
		size_t blocks;
	} todo[STACK_MAX] = {{trie->stack[0].node, count}};
	size_t left = 1;

	while (left > 0) {
		size_t node = todo[--left].node;
		size_t blocks = todo[left].blocks;
		const struct fork *fork = &trie->forks[node & ~FORK];
		size_t share;

		if ((node & FORK) == 0) {
			*out++ = trie->leaves[node];
			continue;
		}
		if (blocks == 1) {
			*out++ = block_of(trie, fork);
			continue;
		}
		share = trie->shares[fork->shares + blocks - 2];
		todo[left].node = fork->upper;
		todo[left++].blocks = blocks - share;
		todo[left].node = fork->lower;
		todo[left++].blocks = share;
	}
}

/* The fewest blocks that do as well as the most that there may be. */
static size_t fewest_blocks(const struct trie *trie)
{
	const struct part *root = &trie->stack[0];
	const wide *best = table_of(trie, 0);
	size_t count = root->blocks;

	while (count > 1 && best[count - 2] == best[root->blocks - 1])
		count--;
	return count;
}

enum prefixes_result prefixes_cover(const struct prefix *given, size_t count, struct prefix *out,
	size_t room, struct prefixes_cover *cover)
{
	struct trie trie = {.leaves = given, .room = room};
	bool has_both = count > 0 && given[0].family != given[count - 1].family;
	enum prefixes_result result = PREFIXES_NO_MEMORY;

	if (count == 0) {
		*cover = (struct prefixes_cover){0};
		return PREFIXES_OK;
	}
	if (room < (has_both ? 2 : 1))
		return PREFIXES_TOO_FEW;
	if (trie.room > LIMIT_PREFIXES)
		trie.room = LIMIT_PREFIXES;
	if (trie.room > count)
		trie.room = count;
	trie.forks = calloc(count, sizeof(*trie.forks));
	trie.tables = calloc((STACK_MAX + 1) * trie.room, sizeof(*trie.tables));
	if (trie.forks && trie.tables && build(&trie, count) == 0) {
		cover->count = fewest_blocks(&trie);
		if (has_both && cover->count == 1)
			cover->count = 2;
		cover->extra = saturated(table_of(&trie, 0)[cover->count - 1]);
		read_cover(&trie, cover->count, out);
		result = PREFIXES_OK;
	}
	free(trie.forks);
	free(trie.shares);
	free(trie.tables);
	return result;
}

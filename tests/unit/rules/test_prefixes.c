/* Covers by few blocks: known answers, and all covers of small sets tried. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rules/prefixes.h"

#define ROOM 2048

static struct prefix block_of(const char *text)
{
	struct prefix block;
	struct address address;

	if (strchr(text, '/')) {
		assert_int_equal(prefix_parse(&block, text, strlen(text)), 0);
		return block;
	}
	assert_int_equal(address_parse(&address, text, strlen(text)), 0);
	return prefixes_of_address(&address);
}

/* Reads words into blocks; returns how many are left once reduced. */
static size_t blocks_of(struct prefix *blocks, const char *words)
{
	char *copy = strdup(words);
	size_t count = 0;

	for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
		blocks[count++] = block_of(word);
	free(copy);
	return prefixes_reduce(blocks, count);
}

static void join_texts(char *joined, const struct prefix *blocks, size_t count)
{
	*joined = '\0';
	for (size_t i = 0; i < count; i++) {
		char text[PREFIX_TEXT_SIZE];

		prefix_text(text, &blocks[i]);
		sprintf(joined + strlen(joined), "%s%s", i == 0 ? "" : " ", text);
	}
}

static void assert_cover(const char *words, size_t room, const char *expected, uint64_t extra)
{
	struct prefix given[64];
	struct prefix out[ROOM];
	struct prefixes_cover cover;
	char joined[4096];
	size_t count = blocks_of(given, words);

	assert_int_equal(prefixes_cover(given, count, out, room, &cover), PREFIXES_OK);
	join_texts(joined, out, cover.count);
	assert_string_equal(joined, expected);
	assert_true(cover.extra == extra);
}

#define PEERS "192.0.2.10 10.0.1.200 10.0.1.5 10.0.9.1 10.0.1.7 10.0.1.6"

static void test_known(void **state)
{
	(void)state;
	assert_cover(PEERS, 1, "0.0.0.0/0", (UINT64_C(1) << 32) - 6);
	assert_cover(PEERS, 2, "10.0.0.0/20 192.0.2.10/32", 4091);
	assert_cover(PEERS, 3, "10.0.1.0/24 10.0.9.1/32 192.0.2.10/32", 252);
	assert_cover(
		PEERS, 5, "10.0.1.5/32 10.0.1.6/31 10.0.1.200/32 10.0.9.1/32 192.0.2.10/32", 0);
	/* No more than are of use. */
	assert_cover(
		PEERS, 32, "10.0.1.5/32 10.0.1.6/31 10.0.1.200/32 10.0.9.1/32 192.0.2.10/32", 0);
}

static void test_blocks(void **state)
{
	(void)state;
	assert_cover("", 3, "", 0);
	assert_cover("10.0.0.0/25 10.0.0.128/25 10.0.0.7", 1, "10.0.0.0/24", 0);
	assert_cover("10.0.0.0/25 10.0.0.128/25 10.0.0.7", 2, "10.0.0.0/24", 0);
	assert_cover("10.0.0.0/24 10.0.2.0/24 10.0.2.3 10.0.2.3", 1, "10.0.0.0/22", 512);
	assert_cover("0.0.0.0/0 10.0.0.1", 1, "0.0.0.0/0", 0);
	/* Equally good: the lower half is written with fewer. */
	assert_cover(
		"10.0.0.0 10.0.0.2 10.0.1.0 10.0.1.2", 3, "10.0.0.0/30 10.0.1.0/32 10.0.1.2/32", 2);
}

static void test_ipv6(void **state)
{
	(void)state;
	assert_cover("2001:db8::1 2001:db8::2", 2, "2001:db8::1/128 2001:db8::2/128", 0);
	assert_cover("2001:db8::1 2001:db8::2", 1, "2001:db8::/126", 2);
	assert_cover("2001:db8::1 2001:db8:0:0:1::1 fe80::1", 2, "2001:db8::/79 fe80::1/128",
		(UINT64_C(1) << 49) - 2);
	assert_cover("::/1 8000::/1", 1, "::/0", 0);
	assert_cover("::1 ffff::1", 1, "::/0", UINT64_MAX);
	assert_cover("2001:db8::/65 2001:db8:0:0:8000::/65", 1, "2001:db8::/64", 0);
	assert_cover("2001:db8::/64 2001:db8:0:1::/64", 1, "2001:db8::/63", 0);
}

static void test_both_families(void **state)
{
	struct prefix given[8];
	struct prefix out[8];
	struct prefixes_cover cover;
	size_t count = blocks_of(given, "::1 10.0.0.1 10.0.0.3 ::/1");

	(void)state;
	assert_int_equal(count, 3);
	assert_int_equal(prefixes_cover(given, count, out, 1, &cover), PREFIXES_TOO_FEW);
	assert_int_equal(prefixes_cover(given, count, out, 0, &cover), PREFIXES_TOO_FEW);
	assert_int_equal(prefixes_cover(given, 1, out, 0, &cover), PREFIXES_TOO_FEW);
	assert_cover("::1 10.0.0.1 10.0.0.3", 2, "10.0.0.0/30 ::1/128", 2);
	assert_cover("::1 10.0.0.1 10.0.0.3", 3, "10.0.0.1/32 10.0.0.3/32 ::1/128", 0);
	assert_cover("::1 ffff::1 0.0.0.0 255.0.0.0", 2, "0.0.0.0/0 ::/0", UINT64_MAX);
	assert_cover("::1 ffff::1 0.0.0.0 255.0.0.0", 3, "0.0.0.0/0 ::1/128 ffff::1/128",
		(UINT64_C(1) << 32) - 2);
	assert_cover("::/0 0.0.0.0/0", 5, "0.0.0.0/0 ::/0", 0);
}

static void test_addresses(void **state)
{
	struct prefix blocks[8] = {0};

	(void)state;
	assert_int_equal(prefixes_addresses(blocks, 0), 0);
	assert_int_equal(
		prefixes_addresses(blocks, blocks_of(blocks, "10.0.0.0/24 10.9.0.1")), 257);
	assert_true(
		prefixes_addresses(blocks, blocks_of(blocks, "0.0.0.0/0")) == UINT64_C(1) << 32);
	assert_true(prefixes_addresses(blocks, blocks_of(blocks, "1::/65")) == UINT64_C(1) << 63);
	assert_true(prefixes_addresses(blocks, blocks_of(blocks, "1::/65 2::/65")) == UINT64_MAX);
	assert_true(prefixes_addresses(blocks, blocks_of(blocks, "::/0")) == UINT64_MAX);
}

/* ---- against all covers, of addresses that differ in a few bits ------------- */

#define BITS 5
#define SPACE (1u << BITS)

static unsigned random_below(unsigned below)
{
	static uint64_t seed = 88172645463325252;

	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed >> 33) % below;
}

/*
 * Every way to cover what is given from number at on, by any blocks of the
 * space. Returns the least size with at most left blocks, *blocks how many that
 * takes at least.
 */
static unsigned try_all(const bool *given, unsigned at, unsigned left, unsigned *blocks)
{
	unsigned best = UINT16_MAX;

	while (at < SPACE && !given[at])
		at++;
	*blocks = 0;
	if (at == SPACE)
		return 0;
	if (left == 0)
		return best;
	for (unsigned size = 1; size <= SPACE; size *= 2) {
		unsigned more;
		unsigned rest = try_all(given, (at / size + 1) * size, left - 1, &more);

		if (size + rest < best || (size + rest == best && more + 1 < *blocks)) {
			best = size + rest;
			*blocks = more + 1;
		}
	}
	return best;
}

/* Puts number in the place of the bits from shift on, counted from the top. */
static struct prefix placed(uint8_t family, unsigned number, unsigned shift, unsigned length)
{
	struct prefix block = {.family = family, .length = (uint8_t)length};

	if (shift < 64)
		block.high = (uint64_t)number << (64 - BITS) >> shift;
	if (shift + BITS > 64)
		block.low = shift >= 64 ? (uint64_t)number << (64 - BITS) >> (shift - 64)
					: (uint64_t)number << (128 - BITS - shift);
	return block;
}

static void compare_with_all(uint8_t family, unsigned shift, unsigned length)
{
	struct prefix given[SPACE];
	bool is_given[SPACE] = {false};
	unsigned count = 1 + random_below(10);
	unsigned distinct = 0;

	for (unsigned i = 0; i < count; i++) {
		unsigned number = random_below(SPACE);

		given[i] = placed(family, number, shift, length);
		distinct += !is_given[number];
		is_given[number] = true;
	}
	count = (unsigned)prefixes_reduce(given, count);
	assert_int_equal(count, distinct);
	for (unsigned room = 1; room <= 5; room++) {
		struct prefix out[5];
		struct prefixes_cover cover;
		unsigned blocks;
		unsigned size = try_all(is_given, 0, room, &blocks);

		assert_int_equal(prefixes_cover(given, count, out, room, &cover), PREFIXES_OK);
		assert_int_equal(cover.count, blocks);
		assert_int_equal(cover.extra, size - distinct);
		assert_int_equal(prefixes_addresses(out, cover.count), size);
		for (size_t i = 0; i < cover.count; i++) {
			assert_true(prefix_is_canonical(&out[i]));
			assert_true(i == 0 || prefix_compare(&out[i - 1], &out[i]) < 0);
		}
		for (unsigned i = 0; i < count; i++) {
			struct address address = {given[i].high, given[i].low, given[i].family};
			size_t at = 0;

			while (at < cover.count && !prefix_holds(&out[at], &address))
				at++;
			assert_true(at < cover.count);
		}
	}
}

static void test_all_covers(void **state)
{
	(void)state;
	for (int i = 0; i < 2000; i++) {
		compare_with_all(ADDRESS_IPV4, 32 - BITS, 32);
		compare_with_all(ADDRESS_IPV6, 128 - BITS, 128);
	}
}

/* Where the halves of an IPv6 address meet: sizes there are too great for the
 * comparison, but the blocks are not. */
static void test_halves(void **state)
{
	(void)state;
	for (unsigned shift = 64 - BITS - 1; shift <= 65; shift++)
		for (unsigned number = 0; number + 3 < SPACE; number += 4) {
			struct prefix given[] = {
				placed(ADDRESS_IPV6, number + 3, shift, shift + BITS),
				placed(ADDRESS_IPV6, number + 1, shift, shift + BITS)};
			struct prefix whole = placed(ADDRESS_IPV6, number, shift, shift + BITS - 2);
			struct prefix out[1];
			struct prefixes_cover cover;

			assert_int_equal(prefixes_reduce(given, 2), 2);
			assert_int_equal(prefixes_cover(given, 2, out, 1, &cover), PREFIXES_OK);
			assert_int_equal(prefix_compare(&out[0], &whole), 0);
		}
}

static void test_many(void **state)
{
	static struct prefix given[3000];
	static struct prefix out[ROOM];
	struct prefixes_cover cover;
	uint64_t extra = UINT64_MAX;
	size_t count = sizeof given / sizeof given[0];

	(void)state;
	for (size_t i = 0; i < count; i++)
		given[i] =
			(struct prefix){.high = (uint64_t)(10u << 24 | random_below(1 << 20)) << 32,
				.family = ADDRESS_IPV4,
				.length = 32};
	count = prefixes_reduce(given, count);
	for (size_t room = 1; room <= ROOM; room *= 2) {
		assert_int_equal(prefixes_cover(given, count, out, room, &cover), PREFIXES_OK);
		assert_true(cover.count <= room);
		assert_true(cover.extra <= extra);
		assert_true(prefixes_addresses(out, cover.count) == cover.extra + count);
		extra = cover.extra;
	}
	/* The most that is made use of. */
	assert_int_equal(cover.count, 1024);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_blocks),
		cmocka_unit_test(test_ipv6),
		cmocka_unit_test(test_both_families),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_all_covers),
		cmocka_unit_test(test_halves),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

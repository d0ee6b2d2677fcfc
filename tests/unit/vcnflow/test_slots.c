/* Slots: all that was put in is found, and growing never moves much at once. */
#include "rooms.h"

#include "vcnflow/slots.h"

/* The slot in which a number of a hash stands, or the free one where it would. */
static struct slot *find(const struct slots *slots, uint32_t hash, uint32_t number)
{
	struct slot *segment = slots_segment(slots, hash);
	size_t at = slots_begin(hash);

	while (segment[at].number != 0 && segment[at].number != number)
		at = slots_next(at);
	return &segment[at];
}

static void add(struct slots *slots, uint32_t hash, uint32_t number)
{
	struct slot *slot;

	assert_int_equal(slots_reserve(slots, hash), 0);
	slot = find(slots, hash, number);
	assert_int_equal(slot->number, 0);
	slots_fill(slots, slot, hash, number);
}

/* Spreads numbers over all hashes. */
static uint32_t hash_of(uint32_t number)
{
	return number * 0x9e3779b1U;
}

enum { NUMBERS = 100000 };

static void assert_all_found(const struct slots *slots)
{
	for (uint32_t number = 1; number <= NUMBERS; number++)
		assert_int_equal(find(slots, hash_of(number), number)->number, number);
}

/* One segment more is the most that a number brings, however many there are. */
static void test_grows_little_by_little(void **state)
{
	struct slots slots = {0};
	size_t before;

	(void)state;
	for (uint32_t number = 1; number <= NUMBERS; number++) {
		before = slots.segment_count;
		add(&slots, hash_of(number), number);
		assert_true(slots.segment_count <= before + 1);
	}
	assert_all_found(&slots);
	assert_true(slots.segment_count * SLOTS_FULL >= NUMBERS);
	assert_true(slots.segment_count * SLOTS_FULL <= 2 * NUMBERS);
	slots_free(&slots);
}

/* At most what a line of conversations counts for its slots, and two segments. */
static void test_cost(void **state)
{
	struct slots slots = {0};
	uint64_t seed = 1;

	(void)state;
	for (uint32_t number = 1; number <= NUMBERS; number++) {
		seed = seed * 6364136223846793005 + 1442695040888963407;
		add(&slots, (uint32_t)(seed >> 32), number);
		assert_in_range(slots.segment_count * (SLOTS_SEGMENT * sizeof(*slots.slots) +
							      sizeof(*slots.segments)) +
					(sizeof(*slots.directory) << slots.depth),
			16 * number, 32 * (size_t)number + 8192);
	}
	slots_free(&slots);
}

/* What is cleared has the room that it had, and nothing in it. */
static void test_clear(void **state)
{
	struct slots slots = {0};
	size_t count;

	(void)state;
	slots_clear(&slots);
	for (uint32_t number = 1; number <= NUMBERS; number++)
		add(&slots, hash_of(number), number);
	count = slots.segment_count;
	slots_clear(&slots);
	for (uint32_t number = 1; number <= NUMBERS; number++)
		assert_int_equal(find(&slots, hash_of(number), number)->number, 0);
	for (uint32_t number = 1; number <= NUMBERS; number++)
		add(&slots, hash_of(number), number);
	assert_int_equal(slots.segment_count, count);
	assert_all_found(&slots);
	slots_free(&slots);
}

/* The same slot within their segments, and the last one: they go on at the first. */
static void test_crowd(void **state)
{
	struct slots slots = {0};
	const uint32_t last = SLOTS_SEGMENT - 1;

	(void)state;
	for (uint32_t number = 1; number <= 2000; number++)
		add(&slots, number << 20 | last, number);
	for (uint32_t number = 1; number <= 2000; number++)
		assert_int_equal(find(&slots, number << 20 | last, number)->number, number);
	slots_free(&slots);
}

/* The same first bits, as many as may be: the others tell them apart. */
static void test_same_first_bits(void **state)
{
	struct slots slots = {0};
	const uint32_t first = 0xabcde000, count = 8 * SLOTS_FULL;

	(void)state;
	for (uint32_t number = 1; number <= count; number++)
		add(&slots, first | 2 * (number - 1), number);
	assert_int_equal(slots_reserve(&slots, first), -1);
	for (uint32_t number = 1; number <= count; number++)
		assert_int_equal(find(&slots, first | 2 * (number - 1), number)->number, number);
	slots_free(&slots);
}

/* Hashes that nothing tells apart fill a segment, and no more memory than some. */
static void test_same_hash(void **state)
{
	struct slots slots = {0};

	(void)state;
	for (uint32_t number = 1; number <= SLOTS_FULL; number++)
		add(&slots, UINT32_MAX, number);
	assert_int_equal(slots_reserve(&slots, UINT32_MAX), -1);
	for (uint32_t number = 1; number <= SLOTS_FULL; number++)
		assert_int_equal(find(&slots, UINT32_MAX, number)->number, number);
	/* others still find room */
	add(&slots, 0, SLOTS_FULL + 1);
	assert_int_equal(find(&slots, 0, SLOTS_FULL + 1)->number, SLOTS_FULL + 1);
	slots_free(&slots);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grows_little_by_little),
		cmocka_unit_test(test_cost),
		cmocka_unit_test(test_clear),
		cmocka_unit_test(test_crowd),
		cmocka_unit_test(test_same_first_bits),
		cmocka_unit_test(test_same_hash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
